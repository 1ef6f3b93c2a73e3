"""Verification: retrain a record's experiment and compare the two runs.

If every bit is equal, the record is verified. But another machine rounds differently, and training amplifies the
difference. So numbers are compared on the scale of the numbers from which they are computed (`_apart`). A count of samples
or units may differ by as many as are undecided in that frame (`_undecided`): those that the recorded and the retrained
parameters decide differently, or that lie within the rounding error of a forward pass.

The samples are made again, too: from the configuration; from the file, if it is given; or from the record's own rows and
seed. The last way checks the split and the statistics, but not whether the file contains these rows.
"""

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from ffbp.analysis.notices import outcome
from ffbp.analysis.sensitivity import TOLERANCE
from ffbp.core.network import Layer, Network, Trace
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.data.table import Table
from ffbp.data.table_source import source_of
from ffbp.experiment.build import data_choices, dataset_for
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.record.read import Record, own_source
from ffbp.training.branch import record_branch
from ffbp.training.recording import drain, fit
from ffbp.training.run import Branch, History, Progress, Run
from ffbp.words.notice import Notice

EPS = float(np.finfo(float).eps)
LAST_DIGITS = 1e-12  # tolerance for samples that two machines make by the same formula, on the scale of their column
FLOOR = 64 * EPS / TOLERANCE  # the scale of a sum that is zero except for rounding error, relative to its terms
# Counts of samples, or of units of a layer, on one side of a limit.
_COUNTS = ("train_accuracy", "test_accuracy", "inactive", "saturated")


class Worst(NamedTuple):
    """The number that differs most: its place, and its values in the record and in the retrained run."""

    column: str
    epoch: int
    recorded: float
    retrained: float


class Allowed(NamedTuple):
    """An allowed difference of a frame's counts: how many samples, and how many units."""

    epoch: int
    samples: int
    units: int


@dataclass(frozen=True)
class Verification:
    """The result of comparing a record with its retrained run.

    equal: whether every bit is equal.
    data: the dataset's fields that differ by more than rounding error.
    difference: the largest difference of any number, on the scale of the numbers it is made from; infinite if `ends`.
    ends: whether one run has frames or steps that the other lacks, or ends differently.
    parts_at: the first recorded epoch with a difference above TOLERANCE, or None.
    worst: the number with the largest difference, if it is above TOLERANCE.
    allowed: the frames whose counts differ within the allowance.
    n_frames, n_numbers: how many were compared.
    outcome: the losses and scores of the retrained run.
    of_a_file: whether the samples came from a file; file: the file that was compared; reason: why it does not fit.
    others: further notices, above all on what was not checked.
    """

    equal: bool
    data: tuple[str, ...]
    difference: float
    ends: bool
    parts_at: int | None
    worst: Worst | None
    allowed: tuple[Allowed, ...]
    n_frames: int
    n_numbers: int
    outcome: Notice
    of_a_file: bool
    file: str = ""
    reason: str = ""
    others: tuple[Notice, ...] = ()

    @property
    def same_data(self) -> bool:
        return not (self.data or self.reason)

    @property
    def passed(self) -> bool:
        return self.same_data and self.difference <= TOLERANCE

    def notice(self) -> Notice:
        """The result, as a key and numbers."""
        if not self.same_data:
            numbers = {"fields": self.data, "own": self.of_a_file, "file": self.file, "reason": self.reason}
            return Notice("other_data", "error", numbers | {"regression": self.outcome.numbers["regression"]})
        if self.equal:
            return Notice("verified", "info", {"numbers": self.n_numbers})
        if self.passed:
            return Notice("agrees", "info", {"numbers": self.n_numbers, "difference": self.difference})
        return Notice("disagrees", "error", {"epoch": self.parts_at, "worst": self.worst, "ends": self.ends})

    def notices(self) -> list[Notice]:
        """The result, the retrained run's scores, the allowance that was used, and what was not checked."""
        found = [self.notice(), self.outcome]
        if self.passed and not self.equal:
            numbers = {"epochs": [frame.epoch for frame in self.allowed], "frames": self.n_frames}
            for what in ("samples", "units"):
                numbers[what] = max((getattr(frame, what) for frame in self.allowed), default=0)
            found.append(Notice("allowance", "info", numbers))
        return found + list(self.others)


def verify(record: Record, table: Table | None = None) -> Verification:
    """Retrain a record's experiment and compare. table: the record's file, to compare its rows as well."""
    return drain(verifying(record, table))


def verifying(
    record: Record, table: Table | None = None, *, trained: Callable[[Run], object] = lambda run: None
) -> Generator[Progress, None, Verification]:
    """`verify` as a generator of `Progress`. Raises ValueError for a table if the samples did not come from a file.

    trained: called with the run that was trained again.
    """
    run, config, dataset, reason = record.run, record.run.config, None, ""
    if table is not None and not config.file_name:
        raise ValueError("file must be left out: the record's samples do not come from a file")
    if table is not None:
        try:
            experiment = Experiment(config, source_of(table, target=config.target, task=config.task))
            experiment.check()
            dataset = experiment.dataset
        except ValueError as error:
            reason = str(error)
    made = {} if dataset is None else {data_choices(config): dataset}
    again = yield from _retraining(
        run.config, run.branch, lambda each: _dataset_of(each, run, None if reason else table, made)
    )
    trained(again)
    found = yield from _comparing(run, again)
    file = table.name if table is not None else ""
    found = replace(found, file=file, reason=reason)
    return replace(found, others=tuple(_others(record, found, table)))


def _retraining(config: Config, branch: Branch | None, dataset_of: Callable) -> Generator[Progress, None, Run]:
    """Train a configuration again; a branch from the frame of its parent, which is trained first."""
    if branch is None:
        return (yield from fit(config, dataset_of(config)))
    parent = yield from _retraining(branch.config, branch.of, dataset_of)
    within = np.flatnonzero(parent.history.epoch <= config.epochs)[-1]  # a changed record may name another frame
    return (yield from record_branch(parent, min(branch.frame, int(within)), config, dataset_of(config)))


def _dataset_of(config: Config, run: Run, table: Table | None, made: dict) -> Dataset:
    """The samples of a configuration, made once; a file's from the table if there is one, else from the record's rows."""
    choices = data_choices(config)
    if choices not in made:
        if not config.file_name:
            made[choices] = dataset_for(config)
        elif table is None:
            made[choices] = _from_own_rows(replace(run, config=config))
        else:
            made[choices] = dataset_for(config, source_of(table, target=config.target, task=config.task))
    return made[choices]


def _others(record, found, table):
    """Further notices on a record: its file, and what could not be checked."""
    config = record.run.config
    if config.file_name and table is None:
        numbers = {"file": config.file_name, "regression": record.run.dataset.task == REGRESSION}
        yield Notice("unchecked_file", "warning", numbers | {"computed": found.same_data})
    elif config.file_name and found.same_data:
        numbers = {"file": table.name, "name": config.file_name}
        numbers |= {"fingerprint": config.file_fingerprint, "here": table.fingerprint}
        level = "info" if config.file_fingerprint == table.fingerprint else "warning"
        yield Notice("checked_file", level, numbers)
    if record.unsaid:
        yield Notice("unsaid", "warning", {"fields": record.unsaid})
    yield Notice("unchecked_versions", "info", {"versions": record.made_with})


def _from_own_rows(run: Run) -> Dataset:
    """A file's dataset, made again from the record's rows: split and statistics follow the configuration.

    A record contains only the standardised target, which stays as it is. Its original mean and deviation can only be
    tested for plausibility.
    """
    data, experiment = run.dataset, Experiment(run.config, own_source(run.dataset))
    rows = np.sort(np.concatenate([data.rows_train, data.rows_test]))
    again, standardize = experiment.dataset, experiment.resolved.standardize
    changes = {"rows_train": rows[again.rows_train], "rows_test": rows[again.rows_test]}
    if data.task == REGRESSION:
        _, y = experiment.samples
        changes |= {"y_train": y[again.rows_train], "y_test": y[again.rows_test]}
        rounding = 64 * EPS * (1 + abs(data.target_mean) / data.target_std)
        if standardize and max(abs(again.target_mean), abs(again.target_std - 1)) <= rounding:
            changes |= {"target_mean": data.target_mean, "target_std": data.target_std}
    return replace(again, **changes)


# Comparing


def _comparing(run: Run, again: Run) -> Generator[Progress, None, Verification]:
    """Compare two runs of one configuration: their samples, every column of the history, and their ends."""
    data, difference, same_samples = _data_apart(run.dataset, again.dataset)
    columns = {f.name: (getattr(run.history, f.name), getattr(again.history, f.name)) for f in fields(History)}
    differing = {name: pair for name, pair in columns.items() if not _same(*pair)}
    alike = {name: pair for name, pair in differing.items() if pair[0].shape[1:] == pair[1].shape[1:]}  # the same units
    measured = {name: _apart(name, pair[0], again) for name, pair in alike.items() if name not in _COUNTS}
    counted = {name: _counts_apart(name, *pair, again.dataset) for name, pair in alike.items() if name in _COUNTS}
    allowed = []
    if counted and measured and not data:  # with equal numbers, the counts must be equal as well
        allowed = yield from _allowing(counted, run, again)
    parting = _ends_apart(run, again)
    ends = bool(parting)
    worst = None
    for name, apart in {**measured, **counted}.items():
        if not apart.size:
            continue
        epochs = _epochs_of(name, again)
        wrong = np.flatnonzero(apart.reshape(len(apart), -1).max(axis=1) > TOLERANCE)
        parting += [int(epochs[row]) for row in wrong[:1]]
        place = np.unravel_index(apart.argmax(), apart.shape)
        if apart[place] > max(TOLERANCE, difference):
            worst = Worst(name, int(epochs[place[0]]), *(float(column[place]) for column in columns[name]))
        difference = max(difference, float(apart[place]))
    return Verification(
        equal=same_samples and not differing and not ends and run.branch == again.branch,
        data=data,
        difference=math.inf if ends else difference,
        ends=ends,
        parts_at=min(parting, default=None),
        worst=worst,
        allowed=tuple(allowed),
        n_frames=min(len(run.history), len(again.history)),
        n_numbers=sum(ours.size for ours, _ in columns.values()),
        outcome=outcome(again, "retrained"),
        of_a_file=bool(run.config.file_name),
    )


def _ends_apart(run, again):
    """The epochs from which one run has frames or steps that the other lacks, or in which only one ends."""
    stated = [(run.diverged_at, again.diverged_at), (run.stopped_at, again.stopped_at)]
    parting = [epoch for pair in stated if pair[0] != pair[1] for epoch in pair if epoch is not None]
    if not _same_branch(run.branch, again.branch):
        parting.append(int(run.history.epoch[0]))
    shorter, longer = sorted((run.history, again.history), key=len)
    if len(shorter) < len(longer):
        parting.append(int(longer.epoch[len(shorter)]))
    n_steps = [len(r.history.step_loss) for r in (run, again)]
    if n_steps[0] != n_steps[1] and not parting:
        parting.append(int(again.history.epoch[0]) + min(n_steps) // again.resolved.n_batches)
    return parting


def _same_branch(a: Branch | None, b: Branch | None) -> bool:
    """Whether two runs begin at the same frame; the best loss so far is a measured number."""
    if a is None or b is None or a.best is None or b.best is None:
        return a == b
    near = abs(a.best[0] - b.best[0]) <= TOLERANCE * max(1.0, abs(b.best[0]))
    return near and replace(a, best=b.best, of=None) == replace(b, of=None) and _same_branch(a.of, b.of)


def _epochs_of(name, run):
    """The epoch of each row of a column."""
    if name == "step_loss":
        return run.history.epoch[0] + np.arange(len(run.history.step_loss)) // run.resolved.n_batches
    return run.history.epoch


def _same(a, b) -> bool:
    """Whether every bit is equal, except the bits of a NaN."""
    if not isinstance(a, float | np.ndarray):
        return a == b
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return a.tobytes() == b.tobytes() or (
        a.dtype.kind == "f" and np.where(np.isnan(a), np.nan, a).tobytes() == np.where(np.isnan(b), np.nan, b).tobytes()
    )


def _share(difference, scale) -> np.ndarray:
    """Differences divided by a scale; infinite where the quotient is NaN."""
    with np.errstate(all="ignore"):
        share = np.where(difference == 0, 0.0, difference / scale)
    return np.where(np.isnan(share), np.inf, share)


def _data_apart(ours: Dataset, theirs: Dataset) -> tuple[tuple[str, ...], float, bool]:
    """The fields that differ by more than LAST_DIGITS, the largest difference in the others, and whether all are equal.

    A column's values are compared on the scale of its largest. Mean and deviation are sums of them, accurate to about 70
    units in the last place of the largest: a 64th of LAST_DIGITS.
    """
    size = np.abs(np.nan_to_num(theirs.raw_train)).max(axis=0)
    target = float(np.abs(theirs.y_train).max())
    of_inputs = theirs.std + size[list(theirs.columns)] / 64
    of_target = theirs.target_std * (1 + target / 64) + abs(theirs.target_mean) / 64
    scales = {"raw_train": size, "raw_test": size, "y_train": target, "y_test": target}
    scales |= {"mean": of_inputs, "std": of_inputs, "target_mean": of_target, "target_std": of_target}
    wrong, largest = [], 0.0
    pairs = {f.name: (getattr(ours, f.name), getattr(theirs, f.name)) for f in fields(Dataset) if f.init}
    differing = {name: pair for name, pair in pairs.items() if not _same(*pair)}
    for name, pair in differing.items():
        a, b = map(np.asarray, pair)
        if name not in scales or a.shape != b.shape or a.dtype.kind != "f" or b.dtype.kind != "f":
            wrong.append(name)
            continue
        with np.errstate(all="ignore"):
            difference = np.where(np.isnan(a) & np.isnan(b), 0.0, np.abs(a - b))
        difference = float(_share(difference, scales[name]).max())
        wrong += [name] if difference > LAST_DIGITS else []
        largest = max(largest, difference)
    return tuple(wrong), largest, not differing


@np.errstate(all="ignore")
def _apart(name: str, ours: np.ndarray, again: Run) -> np.ndarray:
    """|ours - theirs| of a column, over the frames of both runs, on the scale of the numbers it is computed from.

    Losses: if outputs agree to TOLERANCE of the targets' size, so do the roots of their mean squares, and cross-entropy
    behaves alike. So roots are compared, which distinguishes losses of 1e-10 but ignores 1e-30. Gradients, updates and the
    optimizer's memory are sums that may cancel: their scale is their size plus their size before training. Parameters are
    compared with the largest of their frame. A value that is zero except for rounding error is compared, by FLOOR, with
    the terms of its sum: the other layers' gradients, parameters, and the samples' errors, which have the size of the
    root of the loss.
    """
    theirs, theta = getattr(again.history, name), again.history.theta
    n = min(len(ours), len(theirs))
    ours, theirs = ours[:n], theirs[:n]
    equal = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    size = np.abs(theirs)
    errors = FLOOR * np.sqrt(again.history.train_loss[:n])
    first = size[min(1, n - 1)] if name in ("state", "update_norm") else size[0]  # frame 0 has no step yet
    if name in ("epoch", "step"):
        scale = 0.0
    elif name.endswith("_loss"):
        ours, theirs = np.sqrt(ours), np.sqrt(theirs)
        y = again.dataset.y_train
        scale = theirs + (np.abs(y).max() if again.dataset.task == REGRESSION else 1.0)
    elif name.endswith("_r2"):
        scale = np.maximum(size, 1.0)
    elif name == "theta":
        scale = size.max(axis=1, keepdims=True) + FLOOR
    elif name in ("penalty", "weight_norm"):
        scale = size + FLOOR
    elif name == "state":
        scale = size.max(axis=2, keepdims=True) + first.max(axis=1, keepdims=True) + errors[:, None, None]
    elif name == "update_norm":
        scale = size + first + FLOOR * np.abs(theta[:n]).max(axis=1, keepdims=True) + errors[:, None]
    else:
        scale = size + first + FLOOR * (size + first).max(axis=1, keepdims=True) + errors[:, None]
    return _share(np.where(equal, 0.0, np.abs(ours - theirs)), scale)


@np.errstate(all="ignore")
def _counts_apart(name: str, ours: np.ndarray, theirs: np.ndarray, dataset: Dataset) -> np.ndarray:
    """The difference, in samples or units, over the frames of both runs; infinite if an accuracy is not a count / n."""
    n = min(len(ours), len(theirs))
    ours, theirs = ours[:n].astype(float), theirs[:n].astype(float)
    if name.endswith("_accuracy"):
        n_samples = len(dataset.X_train if name == "train_accuracy" else dataset.X_test)
        counts = np.rint(ours * n_samples)
        ours = np.where(counts / n_samples == ours, counts, np.nan)
        theirs = np.rint(theirs * n_samples)
    return _share(np.abs(ours - theirs), 1.0)


# What rounding error may decide


def _allowing(counted: dict[str, np.ndarray], run: Run, again: Run) -> Generator[Progress, None, list[Allowed]]:
    """Remove, in place, the differences of counts that rounding error explains; return their frames.

    The first frame with an unexplained difference refutes the record, so later frames are not examined.
    """
    allowed, config = [], run.config
    differing = [np.flatnonzero(apart.reshape(len(apart), -1).any(axis=1)) for apart in counted.values()]
    for row in np.unique(np.concatenate(differing)).tolist():
        undecided, used = _undecided(run, again, row), {}
        for name, apart in counted.items():
            may = apart[row] <= undecided[name]
            used[name] = int(np.where(may, apart[row], 0).max())
            apart[row] = np.where(may, 0.0, apart[row])
        samples, units = (max(used.get(name, 0) for name in names) for names in (_COUNTS[:2], _COUNTS[2:]))
        if samples or units:
            allowed.append(Allowed(int(again.history.epoch[row]), samples, units))
        if any(apart[row].any() for apart in counted.values()):
            break
        yield Progress(config.epochs, config.epochs, float(again.history.train_loss[row]))
    return allowed


@np.errstate(all="ignore")
def _undecided(run: Run, again: Run, frame: int) -> dict[str, np.ndarray]:
    """How many samples of each set, and how many units of each layer, are undecided in a frame."""
    sides = []
    for r in (run, again):
        network = r.architecture.with_theta(r.history.theta[frame])
        train, test = (_forward(network, X) for X in (r.dataset.X_train, r.dataset.X_test))
        limits = [_limits(*layer) for layer in zip(network.layers, train[0].Z[1:], train[1][1:], strict=True)]
        sides.append((network, {"train_accuracy": train, "test_accuracy": test}, limits))
    counts = {}
    for name in ("train_accuracy", "test_accuracy"):
        (ours, sure), (theirs, also_sure) = (_decisions(network, *passes[name]) for network, passes, _ in sides)
        counts[name] = np.count_nonzero((ours != theirs) | ~sure | ~also_sure)
    for i, name in enumerate(("inactive", "saturated")):
        layers = zip(*(limits for _, _, limits in sides), strict=True)
        counts[name] = np.array([np.count_nonzero(~_agree(ours[i], theirs[i])) for ours, theirs in layers])
    return counts


def _agree(ours, theirs):
    """Where both are certainly on the same side of a limit; each argument is (certainly below, certainly not)."""
    return (ours[0] & theirs[0]) | (ours[1] & theirs[1])


def _forward(network: Network, X: np.ndarray) -> tuple[Trace, list[np.ndarray | None]]:
    """A forward pass, and for every z a bound on the difference between two machines (Higham 2002, section 3.1).

    A sum of n products is accurate to n units in the last place of the sum of their sizes. Earlier errors are
    multiplied by |W|. An activation multiplies errors by at most its largest slope and adds a few units in the last
    place.
    """
    trace = network.forward(X)
    off, offs = 2 * EPS * np.abs(trace.A[0]), [None]
    for l, layer in enumerate(network.layers, start=1):
        size = np.abs(layer.W) @ np.abs(trace.A[l - 1]) + np.abs(layer.b)
        offs.append(np.abs(layer.W) @ off + 2 * (layer.n_in + 2) * EPS * size)
        off = layer.activation.max_slope * offs[l] + 4 * EPS * (np.abs(trace.Z[l]) + np.abs(trace.A[l]))
    return trace, offs


def _decisions(network: Network, trace: Trace, offs: list) -> tuple[np.ndarray, np.ndarray]:
    """Each sample's class, and whether it is certain.

    A class is certain if its output differs from the limit, or from the second largest output, by more than rounding error.
    """
    Z, A, off = trace.Z[-1], trace.A[-1], offs[-1]
    if len(Z) == 1:
        return network.decide(A), (np.abs(Z[0]) > off[0]) & (np.abs(A[0] - 0.5) > 4 * EPS)
    gaps = [np.diff(np.sort(values, axis=0)[-2:], axis=0)[0] for values in (Z, A)]
    return network.decide(A), (gaps[0] > 2 * off.max(axis=0)) & (gaps[1] > 4 * EPS)


def _limits(layer: Layer, Z: np.ndarray, off: np.ndarray) -> tuple[tuple, tuple]:
    """For each unit of a layer, (certainly, certainly not) inactive (slope 0 on every sample), and the same for saturated."""
    activation, slopes = layer.activation, []
    for sign in (-1, 0, 1):
        shifted = Z + sign * off
        if activation.coupled:  # in the worst case, all other units move the other way
            A = activation.forward(Z, np.empty_like(Z)) * np.exp(2 * sign * off.max(axis=0))
            A = np.minimum(A, 1.0)
        else:
            A = activation.forward(shifted, np.empty_like(Z))
        slopes.append(np.abs(activation.derivative(shifted, A, np.empty_like(Z))))
    least, most = np.min(slopes, axis=0), np.max(slopes, axis=0)
    low = 0.01 * activation.max_slope
    inactive = most.max(axis=-1) == 0, least.max(axis=-1) > 0
    saturated = (most < low).mean(axis=-1) >= 0.95, (least < low).mean(axis=-1) < 0.95
    return inactive, saturated
