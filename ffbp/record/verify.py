"""Verification: a record's experiment is trained again, and the two are compared.

Where every bit is equal, nothing is left to judge. Another machine rounds differently, though, and training passes the
difference on. So numbers are compared on the scale of what they are made from (`_apart`), and a count of samples or
units may differ by as many as are undecided in that frame and no more: those that the record's parameters and the
retrained ones decide differently, or that lie within the rounding of a forward pass (`_undecided`).

The samples are made again as well: from the configuration; from the file, if it is given; else, of a file's record, from
its own rows and its seed, which tells split and statistics, but not whether the file holds such rows.
"""

import math
from collections.abc import Generator
from dataclasses import dataclass, fields, replace

import numpy as np

from ffbp.analysis.notices import outcome
from ffbp.analysis.sensitivity import TOLERANCE
from ffbp.core.network import Layer, Network, Trace
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.data.table import Table
from ffbp.data.table_source import source_of
from ffbp.experiment.experiment import Experiment
from ffbp.record.read import Record, own_source
from ffbp.training.recording import drain, fit
from ffbp.training.run import History, Progress, Run
from ffbp.words.notice import Notice

EPS = float(np.finfo(float).eps)
LAST_DIGITS = 1e-12  # of samples that two machines made by the same formula, on the scale of their column
FLOOR = 64 * EPS / TOLERANCE  # of a scale: what is zero but for rounding is compared with what it is summed from
# What is counted: how many samples, or units of a layer, lie on one side of a limit.
_COUNTS = ("train_accuracy", "test_accuracy", "inactive", "saturated")


@dataclass(frozen=True)
class Worst:
    """The number that differs most: where it stands, and what it is in the record and in the retraining."""

    column: str
    epoch: int
    recorded: float
    retrained: float


@dataclass(frozen=True)
class Allowed:
    """A frame whose counts differ and may: by how many samples, and by how many units."""

    epoch: int
    samples: int
    units: int


@dataclass(frozen=True)
class Verification:
    """A record against the same training done again.

    equal: bit for bit. data: the names of the dataset's fields that differ by more than rounding. difference: the largest
    difference of any number, on the scale of what it is made from; infinite where one record has frames or steps that the
    other lacks, or ends otherwise (`ends`). parts_at: the first recorded epoch with a difference above TOLERANCE, or None.
    worst: the number with the largest difference, if that is above TOLERANCE. allowed: the frames whose counts differ and
    may. n_frames, n_numbers: how many were compared. outcome: the retraining's last figures. of_a_file: whether the
    record is one of a file; file: the one that was compared; reason: why that makes no such experiment. others: what else
    there is to say, above all what was not checked.
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
        """The verdict as a record of numbers; `ffbp.notices.sentence` puts it into words."""
        if not self.same_data:
            numbers = {"fields": self.data, "own": self.of_a_file, "file": self.file, "reason": self.reason}
            return Notice("other_data", "error", numbers | {"regression": self.outcome.numbers["regression"]})
        if self.equal:
            return Notice("verified", "info", {"numbers": self.n_numbers})
        if self.passed:
            return Notice("agrees", "info", {"numbers": self.n_numbers, "difference": self.difference})
        return Notice("disagrees", "error", {"epoch": self.parts_at, "worst": self.worst, "ends": self.ends})

    def notices(self) -> list[Notice]:
        """The verdict, the retraining's figures, the allowance that was used, and what was not checked."""
        found = [self.notice(), self.outcome]
        if self.passed and not self.equal:
            numbers = {"epochs": [frame.epoch for frame in self.allowed], "frames": self.n_frames}
            for what in ("samples", "units"):
                numbers[what] = max((getattr(frame, what) for frame in self.allowed), default=0)
            found.append(Notice("allowance", "info", numbers))
        return found + list(self.others)


def verify(record: Record, table: Table | None = None) -> Verification:
    """Train a record's experiment again and compare; given the table of a file's record, compare its rows, too."""
    return drain(verifying(record, table))


def verifying(record: Record, table: Table | None = None) -> Generator[Progress, None, Verification]:
    """The same as a generator that yields progress. Raises ValueError for a table where the data are no file."""
    run, config, dataset, reason = record.run, record.run.config, None, ""
    if table is not None and not config.file_name:
        raise ValueError("file must be left out: the record's samples come from no file")
    if table is not None:
        try:
            experiment = Experiment(config, source_of(table, target=config.target, task=config.task))
            experiment.check()
            dataset = experiment.dataset
        except ValueError as error:
            reason = str(error)
    if dataset is None and config.file_name:
        dataset = _from_own_rows(run)
    again = yield from fit(config, dataset)
    found = yield from _comparing(run, again)
    file = table.name if table is not None else ""
    found = replace(found, file=file, reason=reason)
    return replace(found, others=tuple(_others(record, found, table)))


def _others(record, found, table):
    """What else there is to say of a record: its file, and what could not be checked."""
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
    """A file's dataset, made again from the rows that its record holds: split and statistics by the configuration.

    A standardised target stays as it is, since a record holds no other; its mean and deviation are those of the file, and
    all that can be found is whether they are possible.
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
    """Two runs of one configuration: their samples, every column of the history, and where each ended."""
    data, difference, same_samples = _data_apart(run.dataset, again.dataset)
    columns = {f.name: (getattr(run.history, f.name), getattr(again.history, f.name)) for f in fields(History)}
    differing = {name: pair for name, pair in columns.items() if not _same(*pair)}
    alike = {name: pair for name, pair in differing.items() if pair[0].shape[1:] == pair[1].shape[1:]}  # the same units
    measured = {name: _apart(name, pair[0], again) for name, pair in alike.items() if name not in _COUNTS}
    counted = {name: _counts_apart(name, *pair, again.dataset) for name, pair in alike.items() if name in _COUNTS}
    allowed = []
    if counted and measured and not data:  # with equal numbers the counts have to be equal as well
        allowed = yield from _allowing(counted, run, again)
    ends, parting = _ends_apart(run, again)
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
        equal=same_samples and not differing and not ends,
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
    """Whether one run has frames or steps that the other lacks, or another end; and the epochs in which that shows."""
    stated = [(run.diverged_at, again.diverged_at), (run.stopped_at, again.stopped_at)]
    parting = [epoch for pair in stated if pair[0] != pair[1] for epoch in pair if epoch is not None]
    shorter, longer = sorted((run.history, again.history), key=len)
    if len(shorter) < len(longer):
        parting.append(int(longer.epoch[len(shorter)]))
    n_steps = [len(r.history.step_loss) for r in (run, again)]
    if n_steps[0] != n_steps[1] and not parting:
        parting.append(min(n_steps) // _steps_per_epoch(again))
    return bool(parting), parting


def _steps_per_epoch(run):
    return run.resolved.n_batches


def _epochs_of(name, run):
    """The epoch of each row of a column."""
    steps = np.arange(len(run.history.step_loss)) if name == "step_loss" else None
    return run.history.epoch if steps is None else steps // _steps_per_epoch(run)


def _same(a, b) -> bool:
    """Whether every bit is equal, but for those of a NaN."""
    if not isinstance(a, float | np.ndarray):
        return a == b
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return a.tobytes() == b.tobytes() or (
        a.dtype.kind == "f" and np.where(np.isnan(a), np.nan, a).tobytes() == np.where(np.isnan(b), np.nan, b).tobytes()
    )


def _share(difference, scale) -> np.ndarray:
    """Differences on a scale; infinite where the difference, or its share of the scale, is no number."""
    with np.errstate(all="ignore"):
        share = np.where(difference == 0, 0.0, difference / scale)
    return np.where(np.isnan(share), np.inf, share)


def _data_apart(ours: Dataset, theirs: Dataset) -> tuple[tuple[str, ...], float, bool]:
    """The fields that differ by more than LAST_DIGITS, the largest difference in the others, and whether there is none.

    A column's values are compared on the scale of its largest. Mean and deviation are sums of them, so they are known to
    some 70 units in the last place of it, which is a 64th of LAST_DIGITS.
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
    """|ours - theirs| of a column, over the frames that both have, on the scale of what the numbers are made from.

    Losses: outputs that are known to TOLERANCE of the targets' size make a mean of squares whose root is known as well,
    and cross-entropy behaves alike; so roots are compared, which tells losses of 1e-10 apart and takes 1e-30 for nothing.
    Gradients, updates and the optimizer's memory are sums that may cancel out; their scale is their own size and the size
    that they had at first, before anything was learned. Parameters are compared with the largest of their frame. What is
    zero but for rounding is compared, by FLOOR, with what it was summed from: the other layers' gradients, parameters,
    and the samples' errors, whose size is that of the loss's root.
    """
    theirs, theta = getattr(again.history, name), again.history.theta
    n = min(len(ours), len(theirs))
    ours, theirs = ours[:n], theirs[:n]
    equal = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    size = np.abs(theirs)
    errors = FLOOR * np.sqrt(again.history.train_loss[:n])
    first = size[min(1, n - 1)] if name in ("state", "update_norm") else size[0]  # no step has been made before
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
    """By how many samples, or units, the rows that both have differ; infinite for an accuracy that counts no samples."""
    n = min(len(ours), len(theirs))
    ours, theirs = ours[:n].astype(float), theirs[:n].astype(float)
    if name.endswith("_accuracy"):
        n_samples = len(dataset.X_train if name == "train_accuracy" else dataset.X_test)
        counts = np.rint(ours * n_samples)
        ours = np.where(counts / n_samples == ours, counts, np.nan)
        theirs = np.rint(theirs * n_samples)
    return _share(np.abs(ours - theirs), 1.0)


# What rounding may decide


def _allowing(counted: dict[str, np.ndarray], run: Run, again: Run) -> Generator[Progress, None, list[Allowed]]:
    """Take out, in place, the differences of counts that rounding explains; returns the frames where it did.

    In the first frame where it does not the record is false, and nothing after that is looked at.
    """
    allowed, config = [], run.config
    rows = np.unique(
        np.concatenate([np.flatnonzero(apart.reshape(len(apart), -1).any(axis=1)) for apart in counted.values()])
    )
    for row in rows.tolist():
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
    """How many samples of each part, and how many units of each layer, may be counted either way in a frame."""
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
    """Where both are surely on the same side of a limit; each is (surely below, surely not)."""
    return (ours[0] & theirs[0]) | (ours[1] & theirs[1])


def _forward(network: Network, X: np.ndarray) -> tuple[Trace, list[np.ndarray | None]]:
    """A forward pass, and for every z how far two machines' values may lie apart (Higham 2002, section 3.1).

    A sum of n products is known to n units in the last place of the sum of their sizes, what was off before is multiplied
    by |W|, and an activation passes on at most its steepest slope and a few last digits of its own.
    """
    trace = network.forward(X)
    off, offs = 2 * EPS * np.abs(trace.A[0]), [None]
    for l, layer in enumerate(network.layers, start=1):
        size = np.abs(layer.W) @ np.abs(trace.A[l - 1]) + np.abs(layer.b)
        offs.append(np.abs(layer.W) @ off + 2 * (layer.n_in + 2) * EPS * size)
        off = layer.activation.max_slope * offs[l] + 4 * EPS * (np.abs(trace.Z[l]) + np.abs(trace.A[l]))
    return trace, offs


def _decisions(network: Network, trace: Trace, offs: list) -> tuple[np.ndarray, np.ndarray]:
    """Each sample's class, and whether it is sure: its output's distance from the limit, or from the second largest
    output, exceeds rounding.
    """
    Z, A, off = trace.Z[-1], trace.A[-1], offs[-1]
    if len(Z) == 1:
        return network.decide(A), (np.abs(Z[0]) > off[0]) & (np.abs(A[0] - 0.5) > 4 * EPS)
    gaps = [np.diff(np.sort(values, axis=0)[-2:], axis=0)[0] for values in (Z, A)]
    return network.decide(A), (gaps[0] > 2 * off.max(axis=0)) & (gaps[1] > 4 * EPS)


def _limits(layer: Layer, Z: np.ndarray, off: np.ndarray) -> tuple[tuple, tuple]:
    """For each unit of a layer (surely, surely not): inactive, that is without slope on every sample; and saturated."""
    activation, slopes = layer.activation, []
    for sign in (-1, 0, 1):
        shifted = Z + sign * off
        if activation.coupled:  # each unit by itself, as if the others moved the other way
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
