"""A sweep: the same experiment many times, with other values of a field or two, and with other seeds.

One run is one draw of data and initial weights. What is said about a field should hold for several of them, so every value
is trained with every seed, and every run is kept: none hides behind a mean, and one that diverges is a result.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice, product
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from ffbp.data.source import Source
from ffbp.experiment.config import Config
from ffbp.experiment.differences import value_text
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS, KEYS
from ffbp.experiment.kinds import Choices, OfRegistry, Wholes, is_whole
from ffbp.experiment.problems import ConfigError
from ffbp.faults.registry import banner
from ffbp.training.many import Planned, ProgressOfMany, fit_planned, train_planned
from ffbp.training.measure import LOSSES_AND_SCORES
from ffbp.training.recording import YIELD_SECONDS
from ffbp.training.run import Run
from ffbp.training.target import Rate, Target, wilson_interval

MAX_RUNS = 10_000
SEEDS = range(10)
VARY = {  # what other seeds decide -> the fields that they set
    "both": ("seed", "data_seed", "weight_seed"),
    "weights": ("weight_seed",),
    "data": ("data_seed",),
}


class Outcome(NamedTuple):
    """What is kept of a run: epoch (n_frames,) and the columns of losses and scores alike; theta (n_params,) at the end.

    n_steps: how many updates it took. n_rises: in how many of the recorded epochs the training loss is above the one before.
    """

    epoch: np.ndarray
    columns: dict[str, np.ndarray]
    theta: np.ndarray
    diverged_at: int | None
    stopped_at: int | None
    n_steps: int
    n_rises: int


def outcome_of(run: Run) -> Outcome:
    """What a sweep keeps of a run."""
    history = run.history
    columns = {name: getattr(history, name) for name in LOSSES_AND_SCORES}
    columns = {name: column for name, column in columns.items() if not np.isnan(column).all()}
    theta, n_rises = history.theta[-1].copy(), int(np.count_nonzero(np.diff(history.train_loss) > 0))
    return Outcome(history.epoch, columns, theta, run.diverged_at, run.stopped_at, len(history.step_loss), n_rises)


def ends_of(run: Run) -> Outcome:
    """What a sweep of ``ends_only`` keeps of a run: its first and its last recorded epoch, and no parameters."""
    whole = outcome_of(run)
    columns = {name: column[[0, -1]] for name, column in whole.columns.items()}
    return whole._replace(epoch=whole.epoch[[0, -1]], columns=columns, theta=whole.theta[:0])


class SweepProgress(NamedTuple):
    """The share of all updates that are done (0 to 1), and the sweep, which fills up."""

    done: float
    sweep: "Sweep"


@dataclass(frozen=True, eq=False)
class Sweep:
    """Many runs of one experiment. Those that are not trained (yet) are NaN in arrays and left out of the table.

    config: the experiment. fields: the names of the fields that are swept, one or two or none; values: for each of them a
    list. seeds, vary: what the seeds decide. configs: a configuration a run, the seeds innermost and the first field
    outermost, so that an array of all runs has the `shape` (n_values of each field, n_seeds). ends_only: whether only the
    first and the last recorded epoch of each run are kept.
    """

    config: Config
    fields: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    seeds: tuple[int, ...]
    vary: str
    configs: tuple[Config, ...] = field(repr=False)
    source: Source | None = field(default=None, repr=False)
    outcomes: list[Outcome | None] = field(default_factory=list, repr=False)
    ends_only: bool = False

    def __post_init__(self):
        self.outcomes[:] = self.outcomes or [None] * len(self.configs)

    # Training

    def fit(self) -> Generator[SweepProgress, None, "Sweep"]:
        """Train what is not trained yet, coarse values first, and report at least every 50 ms; closing it keeps what is done."""
        places, planned, deadline = self._missing(), [], perf_counter() + YIELD_SECONDS
        for place in places:
            planned += self._planned([place])
            if perf_counter() > deadline:
                yield SweepProgress(0.0, self)
                deadline = perf_counter() + YIELD_SECONDS
        reports = fit_planned(planned, self.keep)
        while True:
            try:
                report, ended = next(reports), False
            except StopIteration as end:
                report, ended = end.value, True
            for place, outcome in zip(places, report if ended else report.runs, strict=True):
                if outcome is not None:
                    self.outcomes[place] = outcome
            if ended:
                return self
            yield SweepProgress(report.done, self)

    def train(self, *, n_jobs: int = -1) -> "Sweep":
        """Train what is not trained yet in so many processes; see `ffbp.training.many.train_many`."""
        places = self._missing()
        found = train_planned(self._planned(places), self.keep, n_jobs=n_jobs)
        for place, outcome in zip(places, found, strict=True):
            self.outcomes[place] = outcome
        return self

    def take_over(self, other: "Sweep") -> None:
        """Keep what is trained already of another sweep: the runs with equal configurations and samples."""
        if other.source is self.source and other.ends_only == self.ends_only:
            known = dict(zip(other.configs, other.outcomes, strict=True))
            self.outcomes[:] = [
                own or known.get(config) for own, config in zip(self.outcomes, self.configs, strict=True)
            ]

    def runs(self, places: Sequence[int]) -> Generator[ProgressOfMany, None, list[Run]]:
        """Train some members again, by their places, to have whole runs: a generator, as `ffbp.fit_many`."""
        return fit_planned(self._planned(places))

    @property
    def keep(self) -> Callable[[Run], Outcome]:
        """What is kept of a run."""
        return ends_of if self.ends_only else outcome_of

    @cached_property
    def work(self) -> float:
        """The estimated seconds on one core of all runs, each by itself; in stacks it takes less."""
        return sum(Experiment(config, self.source).work for config in self.configs)

    def _missing(self) -> list[int]:
        levels = [coarseness(len(each)) for each in self.values]
        places = [
            (max((levels[axis][i] for axis, i in enumerate(at[:-1])), default=0), at[-1], place)
            for place, at in enumerate(np.ndindex(self.shape))
            if self.outcomes[place] is None
        ]
        return [place for *_, place in sorted(places)]

    def _planned(self, places):
        configs = [self.configs[place] for place in places]
        return [Planned(config, None, Experiment(config, self.source).resolved, self.source) for config in configs]

    # Results

    @property
    def shape(self) -> tuple[int, ...]:
        return (*(len(each) for each in self.values), len(self.seeds))

    def at(self, place: int) -> tuple:
        """The value of each field, and the seed, of the run in this place."""
        *axes, seed = np.unravel_index(place, self.shape)
        return (*(each[i] for each, i in zip(self.values, axes, strict=True)), self.seeds[seed])

    @property
    def curves(self) -> np.ndarray:
        """The training loss (without penalty) at every recorded epoch: (n_runs, n_frames), NaN beyond a run's end."""
        return self.column("train_loss")

    @property
    def epochs(self) -> np.ndarray:
        """The epoch of every number of `curves`: (n_runs, n_frames), NaN beyond a run's end."""
        return self._padded(lambda outcome: outcome.epoch)

    def column(self, name: str) -> np.ndarray:
        """A loss or score by its name in a history, such as "test_accuracy": (n_runs, n_frames), NaN beyond a run's end."""
        if name not in LOSSES_AND_SCORES:
            raise ConfigError("column", "unknown", name, choices=", ".join(LOSSES_AND_SCORES))
        return self._padded(lambda outcome: outcome.columns.get(name, ()))

    def _padded(self, of: Callable) -> np.ndarray:
        rows = [() if outcome is None else of(outcome) for outcome in self.outcomes]
        padded = np.full((len(rows), max(map(len, rows))), np.nan)
        for row, numbers in zip(padded, rows, strict=True):
            row[: len(numbers)] = numbers
        return padded

    def ends(self, name: str) -> np.ndarray:
        """A loss or score at the end of every run: (n_runs,). ``ends(name).reshape(sweep.shape)`` is the grid of values."""
        ends = [outcome.columns.get(name, [np.nan])[-1] if outcome else np.nan for outcome in self.outcomes]
        return np.array(ends, dtype=float)

    @property
    def diverged(self) -> np.ndarray:
        """Which runs have diverged: (n_runs,)."""
        return np.array([outcome is not None and outcome.diverged_at is not None for outcome in self.outcomes])

    # Success

    def successes(self, target: Target) -> np.ndarray:
        """Which runs meet a target at their end: (n_runs,). One that diverged does not."""
        self._check(target)
        return target.met({target.column: self.ends(target.column)}) & ~self.diverged

    def epochs_to(self, target: Target) -> np.ndarray:
        """The first recorded epoch at which each run meets a target: (n_runs,); NaN if it never does."""
        self._check(target)
        epochs, met = self.epochs, target.met({target.column: self.column(target.column)})
        if not met.size:
            return np.full(len(met), np.nan)
        first = met.argmax(axis=1)
        return np.where(met.any(axis=1), epochs[np.arange(len(met)), first], np.nan)

    def _check(self, target):
        trained = [outcome for outcome in self.outcomes if outcome is not None]
        if target.accuracy is not None and trained and all("train_r2" in outcome.columns for outcome in trained):
            raise ConfigError("target", "no_accuracy", target.accuracy)

    def rates(self, target: Target) -> list[Rate]:
        """For each value (or pair of values), how many of the trained seeds succeed, with Wilson's interval."""
        successes, found = self.successes(target), []
        for values, places in self._groups():
            n, k = len(places), int(successes[places].sum())
            found.append(Rate(values, n, k, *(wilson_interval(k, n) if n else (0.0, 1.0))))
        return found

    def median_epochs(self, target: Target) -> np.ndarray:
        """For each value, the median over the seeds of the epochs to a target: (n_values,).

        A run that never arrives counts as later than all others; NaN where the median run is one of these.
        """
        epochs = np.nan_to_num(self.epochs_to(target), nan=np.inf)
        medians = [np.sort(epochs[places])[[(len(places) - 1) // 2, len(places) // 2]] if len(places) else [np.inf]
                   for _, places in self._groups()]  # fmt: skip
        means = np.array([np.mean(pair) for pair in medians])
        return np.where(np.isfinite(means), means, np.nan)

    def _groups(self):
        """Each value, or pair of values, with the places of its trained runs."""
        n = len(self.seeds)
        for k, values in enumerate(product(*self.values)):
            places = [place for place in range(k * n, (k + 1) * n) if self.outcomes[place] is not None]
            yield values, np.array(places, dtype=int)

    # As a table

    def table(self, target: Target | None = None):
        """A row a run, as a pandas frame: the values of the fields, the seed, and the end of the run.

        Losses are without penalty; diverged_at and stopped_at are epochs, empty where it did neither. With a target:
        "success" at the end, and "epochs_to_target", the first recorded epoch that meets it, empty if none does.
        """
        import pandas as pd  # here, because it takes long to import

        places = [place for place, outcome in enumerate(self.outcomes) if outcome is not None]
        trained = [self.outcomes[place] for place in places]
        at = list(product(*self.values, self.seeds))
        columns = {
            name: [_cell(name, at[place][axis]) for place in places] for axis, name in enumerate((*self.fields, "seed"))
        }
        columns["epoch"] = [int(outcome.epoch[-1]) for outcome in trained]
        for name in LOSSES_AND_SCORES:
            if any(name in outcome.columns for outcome in trained):
                columns[name] = self.ends(name)[places]
        for name in ("diverged_at", "stopped_at"):
            columns[name] = pd.array([getattr(outcome, name) for outcome in trained], dtype="Int64")
        if target is not None:
            columns["success"] = self.successes(target)[places]
            epochs = [None if np.isnan(epoch) else int(epoch) for epoch in self.epochs_to(target)[places]]
            columns["epochs_to_target"] = pd.array(epochs, dtype="Int64")
        return pd.DataFrame(columns)

    def to_csv(self, target: Target | None = None) -> str:
        """The table as CSV, numbers with all their digits; of runs with a deliberate fault, every row says so."""
        table = self.table(target)
        if self.config.fault is not None and "fault" not in self.fields:
            table["fault"] = banner(self.config.fault)
        return table.to_csv(index=False, lineterminator="\n")

    def _repr_html_(self) -> str:
        return self.table().to_html(index=False, max_rows=30)


def _cell(name, value):
    """A value in a table: numbers and keys as they are, lists as in a link, None as the word for it."""
    if isinstance(value, tuple):
        return FIELDS[name].kind.text(value)
    return value_text(name, None) if value is None else value


def coarseness(n: int) -> list[int]:
    """For each of n values in a row, when its turn is if the coarsest are first: 0, then 1, and so on."""
    stride = 1 << max(0, (n - 1).bit_length() - 1)
    levels = [0] * n
    for i in range(n):
        level, step = 0, stride
        while i % step:
            level, step = level + 1, step // 2
        levels[i] = level
    return levels


# Planning


def sweep(config: Config, *, n_jobs: int = -1, **choices) -> Sweep:
    """Train an experiment with each value of a field, each with each seed; for the choices see `plan_sweep`.

    n_jobs: the number of processes, see `ffbp.training.many.train_many`. Every run is the one of its configuration:
    ``ffbp.train(sweep.configs[i])``.
    """
    return plan_sweep(config, **choices).train(n_jobs=n_jobs)


def fit_sweep(config: Config, **choices) -> Generator[SweepProgress, None, Sweep]:
    """`sweep` in this process: a generator of `SweepProgress`, at least every 50 ms, that returns the sweep.

    Coarse values come first. Closing it stops the sweep; what is finished stands in the last report's.
    """
    return (yield from plan_sweep(config, **choices).fit())


def plan_sweep(
    config: Config,
    *,
    field: str | Sequence[str] | None = None,
    values: Iterable | None = None,
    seeds: Iterable[int] | None = SEEDS,
    vary: str = "both",
    source: Source | None = None,
    ends_only: bool = False,
) -> Sweep:
    """The sweep before any run: `Sweep.work` estimates what it costs, `Sweep.fit` and `Sweep.train` train it.

    field: a field of the configuration, by its name or its key in a link; two of them for a grid, with a list of values for
    each; or None for the seeds alone. values: by default every key of the field's registry that fits the experiment. seeds
    decide data, split, initial weights and shuffling (vary="both"), or the initial weights or data and split alone
    (vary="weights", vary="data"), and all else keeps the configuration's seed; None: one run a value, with the configuration's
    own seeds. source: a file's samples. ends_only: keep of each run its first and last recorded epoch alone, as a grid of
    thousands needs; ``ends("train_loss").reshape(shape)[:, :, 0]`` is the grid, the first field down.

    Raises ConfigError for an unknown field, a value out of its bounds, or more than MAX_RUNS runs.
    """
    if not isinstance(config, Config):
        raise ValueError(f"config must be a Config, got {config!r}")
    names = () if field is None else (field,) if isinstance(field, str) else tuple(field)
    fields = tuple(_field(name) for name in names)
    if len(fields) > 2 or len(set(fields)) < len(fields):
        raise ConfigError("field", "n_fields", field)
    if vary not in VARY:
        raise ConfigError("vary", "unknown", vary, choices=", ".join(VARY))
    for name in fields:
        if name in VARY[vary]:
            raise ConfigError("field", "varied", name)
    lists = (values,) if len(fields) == 1 else (None,) * len(fields) if values is None else tuple(values)
    if len(lists) != len(fields):
        raise ConfigError("values", "values_of", values, n=len(fields))
    own = seeds is None
    seeds = (config.seed,) if own else _checked(seeds, "seeds", "seed")
    chosen = tuple(
        _fitting_keys(config, name, source) if each is None else _checked(each, "values", name)
        for name, each in zip(fields, lists, strict=True)
    )
    n_runs = len(seeds) * int(np.prod([len(each) for each in chosen], dtype=object))
    if n_runs > MAX_RUNS:
        raise ConfigError("sweep", "n_runs", n_runs, most=MAX_RUNS)
    configs = tuple(
        _changed(config, source, dict(zip(fields, at, strict=True)) | ({} if own else _seeded(vary, seed)))
        for *at, seed in product(*chosen, seeds)
    )
    return Sweep(config, fields, chosen, seeds, vary, configs, source, ends_only=ends_only)


def _field(name) -> str:
    name = KEYS.get(name, name) if isinstance(name, str) else name
    if not isinstance(name, str) or name not in FIELDS:
        raise ConfigError("field", "unknown", name, choices=", ".join(FIELDS))
    return name


def _checked(values, title, name) -> tuple:
    """The values in their one form, each once. As many as MAX_RUNS + 1 are taken, because a list may be endless."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ConfigError(title, "list", values)
    n = len(values) if isinstance(values, Sequence | range) else None
    if n is not None and n > MAX_RUNS:
        raise ConfigError("sweep", "n_runs", n, most=MAX_RUNS)
    taken = tuple(_checked_value(FIELDS[name], value) for value in islice(values, MAX_RUNS + 1))
    if not taken:
        raise ConfigError(title, "some_values", taken)
    if len(set(taken)) < len(taken):
        raise ConfigError(title, "different_values", taken)
    return taken


def _checked_value(each, value):
    """The value in its one form; of a list of numbers, such as the hidden layers, one number is a list of one."""
    return each.check([value] if isinstance(each.kind, Wholes) and is_whole(value) else value)


def _fitting_keys(config, name, source) -> tuple:
    """The keys of a field's registry with which the experiment can be trained."""
    kind, found = FIELDS[name].kind, []
    if not isinstance(kind, OfRegistry):
        raise ConfigError("values", "list", None)
    for key in kind.choices:
        value = (key,) if isinstance(kind, Choices) else key
        try:
            _changed(config, source, {name: value})
        except ConfigError:
            continue
        found.append(value)
    if not found:
        raise ConfigError("values", "some_values", ())
    return tuple(found)


def _seeded(vary, seed) -> dict:
    return {"seed": seed, "data_seed": None, "weight_seed": None} if vary == "both" else dict.fromkeys(VARY[vary], seed)


def _changed(config, source, changes) -> Config:
    changed = replace(config, **changes)
    if changed.file_name:
        Experiment(changed, source).check()
    return changed
