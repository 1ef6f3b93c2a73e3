"""Notices: what a run shows that a teacher would point at, each only when the numbers say so, with the number.

`notices` looks at numbers and returns records; `sentence` puts a record into English. Tests check the numbers.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from ffbp.datasets import Dataset, n_held_out
from ffbp.training import MAX_FRAMES, Run, max_frames

SHRINK = 100.0
WORSE = 2.0
OVERFIT_RATIO, OVERFIT_GAP = 1.3, 0.05
CLONE_TOLERANCE = 1e-12
MAX_DRAWN = 5000  # points in a picture; of more, these are evenly chosen, and it is said


@dataclass(frozen=True)
class Notice:
    """``level`` is "error", "warning" or "info"; ``numbers`` are what the sentence says."""

    key: str
    level: str
    numbers: dict = field(default_factory=dict)


@np.errstate(over="ignore")  # a run about to diverge: a ratio of its numbers may be infinite
def notices(run: Run) -> list[Notice]:
    """What a run shows at its end, the most urgent first."""
    history, found = run.history, []
    if run.diverged_at is not None:
        numbers = {"epoch": run.diverged_at, "learning_rate": run.config.learning_rate}
        numbers["standardize"] = not run.dataset.standardized and float(np.abs(run.dataset.X_train).max()) > 10
        found.append(Notice("diverged", "error", numbers))
    network = run.network(-1)
    clones = [l for l, layer in enumerate(network.layers[:-1], start=1) if _all_clones(layer)]
    if clones:
        found.append(Notice("clones", "warning", {"layers": clones, "units": [network.sizes[l] for l in clones]}))
    dead = [(l, int(n)) for l, n in enumerate(history.inactive[-1, :-1], start=1) if n and l not in clones]
    if dead:
        numbers = {"layers": [l for l, _ in dead], "dead": [n for _, n in dead]}
        found.append(Notice("dead", "warning", numbers | {"units": [network.sizes[l] for l, _ in dead]}))
    if run.diverged_at is None and history.total[-1] > WORSE * max(history.total[0], chance_level(run)):
        numbers = {"first": history.total[0], "last": history.total[-1], "learning_rate": run.config.learning_rate}
        found.append(Notice("worse", "warning", numbers))
    found += _undivided(run)
    found += _shrinking(history)
    found += _overfitting(run)
    if run.stopped_at is not None:
        numbers = {"epoch": run.stopped_at, "best_epoch": int(history.epoch[history.best_frame])}
        found.append(Notice("stopped", "info", numbers))
    n = len(run.dataset.X_train) + len(run.dataset.X_test)
    if n > MAX_DRAWN:
        found.append(Notice("thinned", "info", {"drawn": sum(map(len, drawn_samples(run.dataset))), "samples": n}))
    kept = max_frames(network.n_params, history.state.shape[1])
    if kept < min(run.config.epochs + 1, MAX_FRAMES):
        found.append(Notice("few_frames", "info", {"frames": kept, "n_params": network.n_params}))
    return found


def drawn_samples(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Which samples of the training and the test part a picture draws: all, or MAX_DRAWN evenly chosen of more."""
    sizes = len(dataset.X_train), len(dataset.X_test)
    share = min(1.0, MAX_DRAWN / sum(sizes))
    return tuple(np.linspace(0, max(n - 1, 0), int(n * share)).round().astype(int) for n in sizes)


def _all_clones(layer) -> bool:
    block = layer.block
    return len(block) > 1 and bool(np.abs(block - block[0]).max() <= CLONE_TOLERANCE * max(1.0, np.abs(block).max()))


def _undivided(run):
    """A share was to be held out, but a class is too small to stand in both parts."""
    dataset, share = run.dataset, run.config.test_size
    if not dataset.stratified or share == 0 or len(dataset.X_test):
        return []
    counts = np.bincount(dataset.y_train, minlength=dataset.n_classes)
    there = np.flatnonzero(counts)
    k = int(there[counts[there].argmin()])
    n_test = n_held_out(len(dataset.y_train), share)
    numbers = {"class": dataset.class_names[k], "count": int(counts[k]), "classes": len(there)}
    return [Notice("undivided", "warning", numbers | {"test": n_test, "train": len(dataset.y_train) - n_test})]


def _shrinking(history):
    first, last = history.grad_norm[0, 0], history.grad_norm[0, -1]
    if history.grad_norm.shape[1] > 1 and first > 0 and last / first > SHRINK:
        return [Notice("shrinking", "warning", {"ratio": last / first, "layers": history.grad_norm.shape[1]})]
    return []


def _overfitting(run):
    history = run.history
    if not np.isfinite(history.test_loss).all() or len(history) < 3:
        return []
    best = int(np.argmin(history.test_loss))
    rise = history.test_loss[-1] / max(history.test_loss[best], 1e-300)
    gap = history.test_loss[-1] - history.train_loss[-1]
    fell = history.train_loss[-1] <= history.train_loss[best]
    if fell and best < len(history) - 1 and rise > OVERFIT_RATIO and gap > OVERFIT_GAP * chance_level(run):
        numbers = {"best_epoch": int(history.epoch[best]), "best": history.test_loss[best]}
        numbers |= {"test": history.test_loss[-1], "train": history.train_loss[-1]}
        return [Notice("overfitting", "warning", numbers)]
    return []


def chance_level(run: Run) -> float:
    """The loss of the best constant answer: the entropy of the training classes, or the variance of y.

    With squared error on classes it is the variance of the 0/1 targets, as the loss is then a regression on them.
    """
    y = run.dataset.y_train
    resolved = run.config.resolve(run.dataset)
    if run.dataset.task == "regression":
        return float(np.var(y))
    shares = np.bincount(y, minlength=run.dataset.n_classes) / len(y)
    if resolved.loss == "mse":
        return float(np.mean(shares * (1 - shares)) if resolved.sizes[-1] > 1 else shares[1] * (1 - shares[1]))
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def sentence(notice: Notice, number) -> str:
    """One notice in English; ``number`` formats a number."""
    n = notice.numbers
    if notice.key == "diverged":
        remedy = f"Try a learning rate well under {number(n['learning_rate'])}"
        remedy += ", or standardise the inputs." if n["standardize"] else ", or clip the gradient."
        return f"Diverged in epoch {n['epoch']}: the numbers grew beyond what can be computed. {remedy}"
    if notice.key == "clones":
        where = [f"{units} units of layer {l}" for units, l in zip(n["units"], n["layers"], strict=True)]
        all_of = ", ".join(f"all {text}" for text in where[:-1])
        all_of = f"{all_of} and all {where[-1]}" if all_of else f"all {where[-1]}"
        return (
            f"{all_of[0].upper()}{all_of[1:]} are clones: equal weights get equal gradients and stay equal. "
            "Random initial weights break the symmetry."
        )
    if notice.key == "dead":
        counts = zip(n["dead"], n["units"], n["layers"], strict=True)
        where = ", ".join(f"{dead} of {units} in layer {l}" for dead, units, l in counts)
        return (
            f"Dead units: {where}. Their slope is 0 on every training point, so they no longer learn. "
            "A smaller learning rate or leaky ReLU helps."
        )
    if notice.key == "worse":
        return (
            f"The loss rose from {number(n['first'])} to {number(n['last'])}: the steps are too long. "
            f"Try a learning rate well under {number(n['learning_rate'])}."
        )
    if notice.key == "undivided":
        if n["count"] < 2:
            fault = f"class {n['class']} has only {n['count']} sample, and each class must stand in both parts"
            remedy = "Add another sample of it, or hold out nothing."
        else:
            part, size, which = min(("test", n["test"], "more"), ("training", n["train"], "less"), key=lambda p: p[1])
            size = "1 sample" if size == 1 else f"{size} samples"
            fault = f"a {part} part of {size} cannot hold each of the {n['classes']} classes"
            remedy = f"Hold out {which}, or add samples of the smallest, {n['class']} ({n['count']})."
        return f"Nothing is held out: {fault}. {remedy}"
    if notice.key == "thinned":
        return f"{n['drawn']:,} of the {n['samples']:,} samples are drawn, evenly chosen; all of them train and count."
    if notice.key == "shrinking":
        return (
            f"Before the first step the gradient of layer 1 is {number(n['ratio'])} times smaller than that of layer "
            f"{n['layers']}: it vanishes on its way back. Try ReLU or tanh, or fewer layers."
        )
    if notice.key == "overfitting":
        return (
            f"Overfitting: test loss was best in epoch {n['best_epoch']} ({number(n['best'])}) and ended at "
            f"{number(n['test'])}, while training loss fell to {number(n['train'])}."
        )
    if notice.key == "stopped":
        return (
            f"Stopped early in epoch {n['epoch']}; test loss was best in epoch {n['best_epoch']}. Because the test "
            "part chose the moment, its figures are optimistic; the weights are those of the end."
        )
    if notice.key == "verified":
        return f"Trained again: all {n['numbers']:,} numbers of the record are equal, bit for bit."
    if notice.key == "agrees":
        return (
            f"Trained again: all its numbers agree to {number(n['difference'])}. The last digits differ, as they do with other "
            "library versions or another processor."
        )
    if notice.key == "stable":
        return (
            f"With one weight moved by one unit in its last place, all {n['steps']:,} losses stay within 1e-9: the run comes "
            "out the same with other libraries and on other processors, but for its last digits."
        )
    if notice.key == "chaotic":
        return (
            f"With one weight moved by one unit in its last place, the losses part from step {n['step']:,} on (epoch "
            f"{n['epoch']:,}): there, other libraries or another processor will show another course. A smaller learning rate "
            "makes it repeatable."
        )
    if notice.key == "other_data":
        return "The record's samples are not those that its configuration makes: it was changed, or made by other libraries."
    if notice.key == "disagrees":
        by = f", by up to {number(n['difference'])}" if math.isfinite(n["difference"]) else ""
        return (
            f"Trained again, its numbers differ from epoch {n['epoch']} on{by}: the record was changed, or a chaotic run parted "
            "on another machine."
        )
    return (
        f"Only {n['frames']} moments are recorded: with {number(n['n_params'])} parameters more would not fit "
        "in memory."
    )
