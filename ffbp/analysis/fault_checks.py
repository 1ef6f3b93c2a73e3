"""Checks of a training, each quick and each blind for something; together they tell the faults of the registry apart.

Only the loss curve is for free. The others do on purpose what training does by the way: they compare, repeat, double or shrink.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.passes import next_training
from ffbp.analysis.scores import chance_level
from ffbp.core.gradcheck import AGREEMENT, GradientCheck, check_gradients
from ffbp.core.network import Network
from ffbp.experiment.build import build_network
from ffbp.training.faulty import training_of
from ffbp.training.loop import Training
from ffbp.training.run import Run
from ffbp.words.notice import Notice

MOST = 4_000_000  # parameters times samples times units of a gradient check
FEW, EPOCHS, LEARNED = (
    6,
    1000,
    0.2,
)  # samples to be learned by heart, in so many epochs, to this share of the loss at the start
NEAR, SMALL = 0.01, 1e-6  # relative, of a ratio; gradients below the second one give none
SLOWER = 1000
CLEAR = 2.0  # a loss at the start above so many times that of guessing is too large


class Verdict(NamedTuple):
    """``kind``: what was found, "right" if nothing is wrong; ``numbers``: those of its sentence."""

    check: str
    kind: str
    numbers: dict

    @property
    def passes(self) -> bool:
        return self.kind == "right"

    @property
    def notice(self) -> Notice:
        return Notice(f"verdict_{self.check}", "info" if self.passes else "warning", {"kind": self.kind} | self.numbers)


@dataclass(frozen=True, eq=False)
class Check:
    """``does``: how it is done, one sentence. ``of(run)``: its verdict."""

    key: str
    label: str
    does: str
    of: Callable[[Run], Verdict]


# The gradient


class Ratios(NamedTuple):
    """Backward / difference quotient of one layer's weights or biases: the smallest, the median, the largest."""

    layer: int
    biases: bool
    low: float
    median: float
    high: float

    def are(self, value: float) -> bool:
        return abs(self.low - value) <= NEAR * abs(value or 1) and abs(self.high - value) <= NEAR * abs(value or 1)


def ratios(check: GradientCheck, run: Run) -> list[Ratios]:
    """The pattern of a check, layer by layer, of the gradients that are large enough for a ratio."""
    usable = ~check.crosses_kink & ~check.drowned & (np.abs(check.numeric) > SMALL) & np.isfinite(check.analytic)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotients = np.where(usable, check.analytic / check.numeric, np.nan)
    found = []
    for l, block in enumerate(run.architecture.blocks(quotients), start=1):
        for biases, part in ((False, block[:, :-1]), (True, block[:, -1])):
            if len(those := part[np.isfinite(part)]):
                found.append(Ratios(l, biases, float(those.min()), float(np.median(those)), float(those.max())))
    return found


def pattern(found: list[Ratios], check: GradientCheck) -> str:
    """What all ratios have in common: "right", "opposite", "multiple", "no_biases", "biases_only", "output_only" or
    "scattered"."""
    if check.max_relative_error <= AGREEMENT or not found:
        return "right"
    weights, biases = ([each for each in found if each.biases == kind] for kind in (False, True))
    if all(each.are(1) for each in weights) and biases and all(each.are(0) for each in biases):
        return "no_biases"
    if biases and all(each.are(1) for each in biases):
        return "biases_only"
    if all(each.are(found[0].median) for each in found):
        return "opposite" if found[0].are(-1) else "multiple"
    last = max(each.layer for each in found)
    return "output_only" if all(each.are(1) for each in found if each.layer == last) else "scattered"


def _compared(name, run, check, **numbers):
    found = ratios(check, run)
    kind = pattern(found, check)
    error = check.max_relative_error
    numbers |= {"error": error, "n": check.n_checked, "ratio": found[0].median if found else None}
    return Verdict(name, kind, numbers)


def gradient_check(run: Run, network: Network | None = None) -> GradientCheck:
    """The usual one: a single pass of the network at the start, over as many training samples as it may cost."""
    network, dataset = network or run.network(0), run.dataset
    n = max(2, min(len(dataset.X_train), MOST // (network.n_params * sum(network.sizes[1:]))))
    return check_gradients(network, dataset.X_train[:n], dataset.y_train[:n])


def _gradient(run):
    return _compared("gradient", run, gradient_check(run))


def _slow(run):
    usual = gradient_check(run).max_relative_error
    slower = replace(run.config, learning_rate=run.config.learning_rate / SLOWER)
    error = gradient_check(run, build_network(slower, run.dataset)).max_relative_error
    kind = "right" if max(error, usual) <= AGREEMENT else "follows" if error < usual * 10 / SLOWER else "stays"
    return Verdict("slow", kind, {"usual": usual, "error": error, "times": SLOWER})


def second_step_check(run: Run) -> GradientCheck:
    """The gradient that training uses in its second step, against the difference quotients of that step's loss."""
    training = next_training(run, 0)
    with diverging():
        training.gradient()
        training.update()
        training.gradient()
    inputs, Y, _ = training.batches[training.batch]
    check = check_gradients(training.network, inputs[:-1].T, Y.T)
    used = training.network.grad
    with diverging():
        size = np.maximum(np.abs(used) + np.abs(check.numeric), 1e-6)
        error = np.abs(used - check.numeric) / size
    judged = ~check.crosses_kink & ~check.drowned
    worst = float(np.nan_to_num(error[judged], nan=np.inf).max(initial=0.0))
    return replace(check, analytic=used, relative_error=error, max_relative_error=worst)


def _in_a_row(run):
    return _compared("in_a_row", run, second_step_check(run)) if is_cheap(run) else Verdict("in_a_row", "unchecked", {})


def is_cheap(run: Run) -> bool:
    """Whether a gradient check of a whole batch takes less than about a second."""
    network = run.architecture
    return network.n_params * run.resolved.batch_size * sum(network.sizes[1:]) <= 10 * MOST


def ratios_shown(run: Run, found_by: str) -> list[Ratios]:
    """The ratios of the check that finds a fault: of the second step where only that one does, else of a single pass."""
    second = found_by == "in_a_row" and is_cheap(run)
    return ratios(second_step_check(run) if second else gradient_check(run), run)


def _doubled(run):
    network, data = run.network(0), run.dataset
    once = network.grad.copy()
    network.backward(np.concatenate([data.y_train] * 2), network.forward(np.concatenate([data.X_train] * 2)))
    size = float(np.linalg.norm(once))
    ratio = float(np.linalg.norm(network.grad)) / size if size else 1.0
    return Verdict("doubled", "right" if abs(ratio - 1) < AGREEMENT else "grows", {"ratio": ratio})


# The step, the start, the data


def _step(run):
    training, healthy = next_training(run, 0), Training(run.config, run.dataset)
    network, due = training.network, healthy.network
    with diverging():
        training.gradient()
        due.theta[...], due.grad[...] = network.theta, network.grad
        healthy.state[...], healthy.step, healthy.learning_rate = training.state, training.step, training.learning_rate
        before = network.theta.copy()
        training.update()
        healthy.update()
    own, right = (np.linalg.norm(theta - before) for theta in (network.theta, due.theta))
    same = np.allclose(network.theta, due.theta, rtol=1e-9, atol=1e-12, equal_nan=True)
    return Verdict("step", "right" if same else "other", {"ratio": float(own / right) if right else 1.0})


def _weights(run):
    for l, layer in enumerate(run.network(0).layers, start=1):
        if layer.n_in > 1 and (np.ptp(layer.W, axis=1) == 0).any():
            return Verdict("weights", "equal", {"layer": l})
    return Verdict("weights", "right", {})


def _split(run):
    n = len(np.intersect1d(run.dataset.rows_train, run.dataset.rows_test))
    return Verdict("split", "shared" if n else "right", {"n": n, "n_test": len(run.dataset.rows_test)})


def _start(run):
    loss, chance = float(run.history.train_loss[0]), chance_level(run)
    return Verdict("start", "large" if loss > CLEAR * chance else "right", {"loss": loss, "chance": chance})


def _curve(run):
    first, last = float(run.history.total[0]), float(run.history.total[-1])
    falls = run.diverged_at is None and last < first
    return Verdict("curve", "right" if falls else "rises", {"first": first, "last": last})


def _overfit(run):
    data = run.dataset
    rows = _some_of_each(data)
    few = {f"{name}_train": getattr(data, f"{name}_train")[rows] for name in ("raw", "rows", "y")}
    training = training_of(run.config, replace(data, **few))
    network, targets, trace = training.network, training.targets, training.network.new_trace(len(rows))
    trace.set_inputs(training.inputs)
    losses = []
    with diverging():
        for n in (0, EPOCHS):
            for _ in range(n):
                training.run_epoch()
            losses.append(float(network.data_loss(targets, network.propagate(trace))))
    first, last = losses
    numbers = {"first": first, "last": last, "n": len(rows), "epochs": EPOCHS}
    return Verdict("overfit", "right" if last < LEARNED * first else "stays", numbers)


def _some_of_each(data):
    """A few training rows, of each class in turn."""
    if data.score_name != "accuracy":
        return np.arange(min(FEW, len(data.y_train)))
    of_classes = [np.flatnonzero(data.y_train == k)[:FEW] for k in range(data.n_classes)]
    places = [rows[i] for i in range(FEW) for rows in of_classes if i < len(rows)]
    return np.array(places[:FEW])


CHECKS = {
    entry.key: entry
    for entry in (
        Check("curve", "Look at the loss", "Does the loss fall from the first epoch to the last?", _curve),
        Check("start", "Loss at the start", "Is it at most twice that of guessing?", _start),
        Check(
            "gradient", "Gradient check",
            "Move every parameter a little and compare the change of the loss with the gradient, in a single pass.", _gradient,
        ),
        Check(
            "in_a_row", "Gradient check after a step",
            "The same for the gradient that training uses in its second step.", _in_a_row,
        ),
        Check(
            "slow",
            "Gradient check at a low rate",
            f"The same with a learning rate {SLOWER} times lower: does the error change?",
            _slow,
        ),
        Check(
            "doubled", "Every sample twice", "Does the gradient stay the same if each sample stands twice in the data?",
            _doubled,
        ),
        Check(
            "step", "One update by hand",
            "Take the gradient of the first step, compute the optimizer's update from its formula, and compare.", _step,
        ),
        Check("weights", "Initial weights", "Do the weights of each unit differ from each other?", _weights),
        Check("split", "Rows in both sets", "Is any row in the training set and in the test set?", _split),
        Check(
            "overfit", "Learn a few by heart", f"Train on {FEW} samples only: does the loss go towards 0?", _overfit,
        ),
    )
}  # fmt: skip


def verdicts(run: Run) -> dict[str, Verdict]:
    """All checks of a run, by key."""
    return {key: check.of(run) for key, check in CHECKS.items()}
