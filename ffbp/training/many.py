"""Many runs: those of one shape and schedule train as a stack, in this process or in several; each is as if alone."""

import math
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Sequence
from itertools import pairwise
from numbers import Integral
from time import perf_counter
from typing import NamedTuple

from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.dataset import Dataset
from ffbp.data.source import Source
from ffbp.experiment.build import data_choices, dataset_for
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.resolve import Resolved, resolve
from ffbp.training.faulty import training_of
from ffbp.training.loop import Training
from ffbp.training.recording import YIELD_SECONDS, drain, record
from ffbp.training.run import Run
from ffbp.training.stack import Stack, StackRecording, alike, most_members

MAX_DATASETS = 64  # that are held for runs to come


class ProgressOfMany(NamedTuple):
    """The progress of many runs: the share of all updates that are done (0 to 1), and the runs in the order given.

    A run is None until it is finished. All reports share one list, which fills up.
    """

    done: float
    runs: list[Run | None]


class Planned(NamedTuple):
    """A run to come. dataset: None until it is made; source: a file's, to make it from."""

    config: Config
    dataset: Dataset | None
    resolved: Resolved
    source: Source | None = None

    @property
    def n_steps(self) -> int:
        return self.config.epochs * self.resolved.n_batches


def whole(run: Run) -> Run:
    """The run itself."""
    return run


def train_many(
    configs: Iterable[Config], datasets: Iterable[Dataset | None] | None = None, *, n_jobs: int = -1
) -> list[Run]:
    """Train many configurations; the runs are in the order given, and each equals ``train(config)``.

    Runs of one shape and schedule train together, whatever their seeds, data, initial weights and rates (see
    `ffbp.training.stack.Alike`); the others train one by one. All numbers are those of the single run, bit for bit with
    the same library versions and processor; if the members' beta1 or beta2 differ, up to rounding. datasets: one a
    configuration, or None where the configuration names its data.

    n_jobs: the number of processes: 1 is this process, -1 one for each processor. Several work through joblib, one stack
    a job, so that ``joblib.parallel_config`` can choose another engine. They have only those entries of a registry that
    importing ffbp adds.

    Raises ValueError if an element is not a Config, if data are missing, or if the arguments do not fit together.
    """
    return train_planned(_planned(configs, datasets), n_jobs=n_jobs)


def train_planned(planned: Sequence[Planned], keep: Callable = whole, *, n_jobs: int) -> list:
    """What ``keep``, a function of a module, makes of each run: nothing else of a run is kept, or sent by a process."""
    if not isinstance(n_jobs, Integral) or n_jobs == 0:
        raise ValueError(f"n_jobs must be a whole number except 0, got {n_jobs!r}")
    if n_jobs == 1 or len(planned) < 2:
        return drain(fit_planned(planned, keep))
    from joblib import Parallel, delayed, effective_n_jobs  # here, because it takes long to import

    jobs = _stacks(planned, effective_n_jobs(n_jobs))
    if len(jobs) == 1:
        return drain(fit_planned(planned, keep))
    run_jobs = Parallel(n_jobs=n_jobs, max_nbytes=None)  # arrays in memory, not in files that joblib removes
    found = run_jobs(delayed(_run_job)([planned[i] for i in places], keep) for places in jobs)
    runs = dict(zip((i for places in jobs for i in places), (run for each in found for run in each), strict=True))
    return [runs[i] for i in range(len(planned))]


def fit_many(
    configs: Iterable[Config], datasets: Iterable[Dataset | None] | None = None
) -> Generator[ProgressOfMany, None, list[Run]]:
    """`train_many` in this process: a generator of `ProgressOfMany`, at least every 50 ms, that returns the runs.

    Closing it stops all of them; those that are finished stand in the last report.
    """
    return (yield from fit_planned(_planned(configs, datasets)))


def _planned(configs, datasets) -> list[Planned]:
    if isinstance(configs, Config) or not isinstance(configs, Iterable):
        raise ValueError(f"configs must be a list of Config, got {configs!r}")
    configs = list(configs)
    for config in configs:
        if not isinstance(config, Config):
            raise ValueError(f"configs must hold nothing but Config, got {config!r}")
    datasets = [None] * len(configs) if datasets is None else list(datasets)
    if len(datasets) != len(configs):
        raise ValueError(f"datasets must be {len(configs)}, one a configuration, got {len(datasets)}")
    return [
        Planned(config, dataset, Experiment(config).resolved if dataset is None else resolve(config, dataset))
        for config, dataset in zip(configs, datasets, strict=True)
    ]


def _run_job(planned: list[Planned], keep: Callable) -> list:
    """One job of another process."""
    return drain(fit_planned(planned, keep))


def _stacks(planned: list[Planned], n_processes: int) -> list[list[int]]:
    """The places of the runs that train together: as many stacks as keep all processes at work, of nearly one size.

    They come in the order of their first runs.
    """
    groups = defaultdict(list)
    for place, (config, _, resolved, _) in enumerate(planned):
        key = alike(config, resolved)
        groups[place if key is None else key].append(place)
    found = []
    for places in groups.values():
        config, _, resolved, _ = planned[places[0]]
        most = most_members(resolved, OPTIMIZERS[config.optimizer].n_state)
        share = math.ceil(n_processes / len(groups))
        n_stacks = min(len(places), share * math.ceil(len(places) / most / share))
        bounds = [len(places) * k // n_stacks for k in range(n_stacks + 1)]
        found += [places[start:stop] for start, stop in pairwise(bounds)]
    return sorted(found)


def fit_planned(planned: Sequence[Planned], keep: Callable = whole) -> Generator[ProgressOfMany, None, list]:
    """`train_planned` in this process, as a generator."""
    runs, made = [None] * len(planned), {}
    n_steps, n_done = sum(each.n_steps for each in planned), 0

    def report(n_more):
        return ProgressOfMany((n_done + n_more) / n_steps, runs)

    for places in _stacks(planned, 1):
        trainings = yield from _prepared([planned[i] for i in places], made, report)
        clones = [training.network.one_by_one for training in trainings]
        for kind in sorted(set(clones)):  # units that begin equal need another sum: a stack of their own
            those = [k for k, cloned in enumerate(clones) if cloned == kind]
            found = yield from _together([trainings[k] for k in those], report)
            for k, run in zip(those, found, strict=True):
                runs[places[k]] = keep(run)
                n_done += planned[places[k]].n_steps
    return runs


def _prepared(planned, made, report: Callable):
    """The trainings of these runs; equal choices share one dataset."""
    trainings, deadline = [], perf_counter() + YIELD_SECONDS
    for config, dataset, _, source in planned:
        if dataset is None:
            key = data_choices(config)
            if key not in made:
                if len(made) == MAX_DATASETS:
                    del made[next(iter(made))]
                made[key] = dataset_for(config, source)
            dataset = made[key]
        trainings.append(training_of(config, dataset))
        if perf_counter() > deadline:
            yield report(0)
            deadline = perf_counter() + YIELD_SECONDS
    return trainings


def _together(trainings: list[Training], report: Callable):
    """Train to the end as one stack, and record each run."""
    if len(trainings) == 1:
        (training,) = trainings
        single = record(training)
        while True:
            try:
                next(single)
            except StopIteration as end:
                return [end.value]
            yield report(training.step)
    recording, runs = StackRecording(Stack(trainings)), []
    while recording.advance(perf_counter() + YIELD_SECONDS):
        yield report(recording.training.step * len(trainings))
    for own in recording.members():
        for _ in own.measure():
            yield report(recording.training.step * len(trainings))
        runs.append(own.run())
    return runs
