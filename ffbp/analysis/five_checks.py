"""Five checks before training: whether data, network and learning rate can work at all.

Each takes a moment and isolates one cause: a start that is worse than guessing, a network that cannot learn, a loss that does
not settle at chance, a test set that leaks, a gradient that is wrong (Karpathy 2019, "A recipe for training neural
networks"; CS231n, "Neural networks part 3").
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.scores import best_constant
from ffbp.core.gradcheck import AGREEMENT, check_gradients
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.experiment.build import build_network, dataset_for, with_fault_if_it_fits
from ffbp.experiment.config import Config
from ffbp.experiment.resolve import resolve
from ffbp.training.faulty import training_of
from ffbp.training.recording import YIELD_SECONDS, drain
from ffbp.words.notice import Notice
from ffbp.words.of_a_start import CAUSES

MOST_SAMPLES = 200  # of the training set
MOST_NUMBERS, LEAST_PARAMETERS = (
    4_000_000,
    50,
)  # of the gradient check: parameters times samples times units, and parameters
FEW = 4
MOST_STEPS, LEAST_STEPS, STEPS_FOR_FEW = 5_000, 1_000, 20_000
TOO_HIGH = 3.0  # times the chance loss, at the start
OVERFITTED = 0.01  # of the chance loss
AT_CHANCE = 0.02  # relative
FALLS = 0.998  # of the chance loss, for labels without any meaning
STANDARD_ERRORS = 3.0
MARKS = 60  # of a curve


@dataclass(frozen=True, eq=False)
class Check:
    """name: a key of CHECKS. passed: None where there is nothing to judge. numbers: what the verdict rests on.

    steps, losses, test_losses: the loss after so many updates; empty where nothing is trained or held out.
    """

    name: str
    passed: bool | None
    numbers: dict
    steps: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    losses: np.ndarray = field(default_factory=lambda: np.empty(0))
    test_losses: np.ndarray = field(default_factory=lambda: np.empty(0))

    @property
    def notice(self) -> Notice:
        """The verdict, which `ffbp.words.english.sentence` puts into words."""
        level = "warning" if self.passed is False else "info"
        return Notice(f"before_{self.name}", level, self.numbers | {"passed": self.passed})


def five_checks(config: Config, dataset: Dataset | None = None) -> tuple[Check, ...]:
    """Carry out all of `CHECKS` for a configuration; its own dataset is made unless one is given.

    They use its network, initial weights, optimizer and learning rate.
    """
    return drain(watch_checks(config, dataset))


def watch_checks(config: Config, dataset: Dataset | None = None) -> Generator[None, None, tuple[Check, ...]]:
    """`five_checks` as a generator that yields at least every 50 ms while it trains."""
    dataset, found = dataset_for(config) if dataset is None else dataset, []
    config = replace(config, patience=None)
    for check in CHECKS.values():
        done = check(config, dataset)
        found.append((yield from done) if isinstance(done, Generator) else done)
        yield
    return tuple(found)


def checked_notice(checks: tuple[Check, ...]) -> Notice:
    """How many passed and failed, and which of those that failed is to be looked at first."""
    numbers = {
        name: sum(check.passed is passed for check in checks) for name, passed in (("passed", True), ("failed", False))
    }
    failed = [check.name for check in checks if check.passed is False]
    first = min(failed, key=list(CAUSES).index, default=None)
    return Notice("checked", "info", numbers | {"checks": len(checks), "first": first})


def loss_at_the_start(config: Config, dataset: Dataset) -> Check:
    """Before the first step, the loss should be near chance: a start far above it spends its first steps on undoing that."""
    network = build_network(config, dataset)
    numbers = {"loss": float(network.loss(dataset.X_train, dataset.y_train)), "chance": _chance(config, dataset)}
    return Check("start", bool(numbers["loss"] <= max(TOO_HIGH * numbers["chance"], AT_CHANCE)), numbers)


def overfits_a_few(config: Config, dataset: Dataset) -> Generator[None, None, Check]:
    """Four samples must be learned by heart: a network that cannot do that will learn nothing else.

    Without penalties and with a constant learning rate, because both may forbid it.
    """
    few = _only(dataset, _a_few(dataset))
    free = {"l1": 0.0, "l2": 0.0, "weight_decay": 0.0, "schedule": "constant", "batch_size": None}
    chance = _chance(config, few)
    goal = OVERFITTED * max(chance, OVERFITTED)
    curve = yield from _descend(with_fault_if_it_fits(config, **free), few, STEPS_FOR_FEW, goal=goal)
    numbers = {"samples": len(few.y_train), "loss": curve[1][-1], "goal": goal, "chance": chance, "steps": curve[0][-1]}
    return _judged("overfit", curve[1][-1] <= goal, numbers, curve)


def ends_at_chance_when_blind(config: Config, dataset: Dataset) -> Generator[None, None, Check]:
    """With all inputs zero, only the classes' shares (or the mean target) can be learned: the loss must end at chance."""
    some = _only(dataset, _evenly(len(dataset.y_train)))
    raw = some.raw_train.copy()
    raw[:, list(dataset.columns)] = dataset.mean  # which the encoding turns into zeros
    blind = replace(some, raw_train=raw)
    curve = yield from _descend(config, blind, _steps_of(config, some))
    numbers = {"loss": curve[1][-1], "chance": _chance(config, blind), "steps": curve[0][-1]}
    apart = abs(numbers["loss"] - numbers["chance"])
    return _judged("blind", apart <= AT_CHANCE * max(numbers["chance"], AT_CHANCE), numbers, curve)


def learns_shuffled_labels_only_by_heart(config: Config, dataset: Dataset) -> Generator[None, None, Check]:
    """With labels dealt anew, the training loss falls below chance by heart alone; the test set must stay at chance.

    Equal inputs get equal labels. If the test set does better than chance, some of its samples are in the training set.
    """
    some = _only(dataset, _evenly(len(dataset.y_train)), keep_test=True)
    shuffled = _with_labels_dealt_anew(some, config.seed)
    curve = yield from _descend(config, shuffled, _steps_of(config, some), with_test=True)
    numbers = {"loss": curve[1][-1], "chance": _chance(config, shuffled), "samples": len(some.y_train)}
    numbers |= {"test": len(some.y_test), "regression": dataset.task == REGRESSION, "steps": curve[0][-1]}
    falls, leaks = numbers["loss"] <= FALLS * numbers["chance"], False
    if len(some.y_test):
        numbers["score"], numbers["most"] = float(curve[3].score(some.X_test, shuffled.y_test)), _luck(shuffled)
        leaks = numbers["score"] > numbers["most"]
    return _judged("shuffled", falls and not leaks, numbers | {"falls": bool(falls), "leaks": bool(leaks)}, curve)


def gradient_is_the_slope(config: Config, dataset: Dataset) -> Check:
    """Backward's gradient must equal the slope of the loss, measured by moving one parameter; of many, some are checked."""
    network = build_network(config, dataset)
    rows = _evenly(len(dataset.y_train))
    most = max(LEAST_PARAMETERS, MOST_NUMBERS // (len(rows) * sum(network.sizes[1:])))
    only = np.unique(np.linspace(0, network.n_params - 1, min(most, network.n_params)).round().astype(int))
    check = check_gradients(network, dataset.X_train[rows], dataset.y_train[rows], only=only)
    numbers = {"error": check.max_relative_error, "worst": check.worst, "checked": check.n_checked}
    numbers |= {"parameters": network.n_params}
    numbers |= {"backward": check.worst_analytic, "slope": check.worst_numeric, "most": AGREEMENT}
    numbers |= {"kinks": check.n_kinks, "drowned": check.n_drowned}
    return Check("gradient", bool(check.max_relative_error <= AGREEMENT) if check.n_checked else None, numbers)


CHECKS: dict[str, Callable] = {  # in the order in which a person looks for a fault
    "start": loss_at_the_start,
    "overfit": overfits_a_few,
    "blind": ends_at_chance_when_blind,
    "shuffled": learns_shuffled_labels_only_by_heart,
    "gradient": gradient_is_the_slope,
}


def _judged(name, passed, numbers, curve) -> Check:
    steps, losses, test_losses, _ = curve
    return Check(name, bool(passed), numbers, np.array(steps), np.array(losses), np.array(test_losses))


def _chance(config, dataset) -> float:
    return best_constant(dataset, resolve(config, dataset))


def _steps_of(config, dataset) -> int:
    """As many updates as the run itself has, but enough to see something, and no more than a moment takes."""
    return int(np.clip(config.epochs * resolve(config, dataset).n_batches, LEAST_STEPS, MOST_STEPS))


def _descend(config, dataset, n_steps, *, goal=-np.inf, with_test=False):
    """Train until the training loss is at most the goal: updates, losses, test losses, and the network at the end."""
    training, deadline = training_of(config, dataset), perf_counter() + YIELD_SECONDS
    network, marks = training.network, {0, *np.geomspace(1, n_steps, MARKS).astype(int).tolist()}
    steps, losses, test_losses = [], [], []
    for step in range(n_steps + 1):
        if step in marks:
            steps.append(step)
            losses.append(float(network.loss(dataset.X_train, dataset.y_train)))
            if with_test and len(dataset.y_test):
                test_losses.append(float(network.loss(dataset.X_test, dataset.y_test)))
            if losses[-1] <= goal or not np.isfinite(losses[-1]):
                break
        with diverging():
            training.gradient()
            training.update()
        if perf_counter() > deadline:
            yield
            deadline = perf_counter() + YIELD_SECONDS
    return steps, losses, test_losses, network


def _only(dataset: Dataset, rows: np.ndarray, *, keep_test=False) -> Dataset:
    """Some of the training samples; without a test set, unless it is kept."""
    parts = {name: getattr(dataset, name)[rows] for name in ("raw_train", "rows_train", "y_train")}
    if not keep_test:
        parts |= {name: getattr(dataset, name)[:0] for name in ("raw_test", "rows_test", "y_test")}
    return replace(dataset, **parts)


def _evenly(n: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, min(n, MOST_SAMPLES)).round().astype(int))


def _a_few(dataset: Dataset) -> np.ndarray:
    """The rows of four training samples with different inputs: in turn one of each class, or evenly by their targets."""
    _, rows = np.unique(dataset.X_train, axis=0, return_index=True)
    rows = np.sort(rows)
    y = dataset.y_train[rows]
    if dataset.task == REGRESSION:
        order = rows[np.argsort(y, kind="stable")]
        return order[np.unique(np.linspace(0, len(order) - 1, min(FEW, len(order))).round().astype(int))]
    turn = np.array([np.count_nonzero(y[:i] == k) for i, k in enumerate(y)])  # how many of the class came before
    return np.sort(rows[np.lexsort((y, turn))[:FEW]])


def _with_labels_dealt_anew(dataset: Dataset, seed: int) -> Dataset:
    """The labels of training and test set, mixed together and dealt anew; samples with equal inputs get equal ones."""
    _, kinds = np.unique(np.concatenate([dataset.X_train, dataset.X_test]), axis=0, return_inverse=True)
    labels = np.concatenate([dataset.y_train, dataset.y_test])
    _, first = np.unique(kinds, return_index=True)
    dealt = labels[np.random.RandomState(seed).permutation(first)][kinds.ravel()]
    n = len(dataset.y_train)
    return replace(dataset, y_train=dealt[:n], y_test=dealt[n:])


def _luck(dataset: Dataset) -> float:
    """The largest test score that luck explains: three standard errors above the best constant answer."""
    n = len(dataset.y_test)
    if dataset.task == REGRESSION:
        return STANDARD_ERRORS**2 / n
    share = np.bincount(dataset.y_test).max() / n
    return float(share + STANDARD_ERRORS * np.sqrt(share * (1 - share) / n))
