"""A race: which optimizer reaches a target first, at one learning rate, and with each at its own best.

At one rate for all, a race mostly ranks how well that rate suits each. So every optimizer is trained at every rate, with
every seed, and raced twice: at the experiment's rate, and at the rate with which it is fastest itself.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np

from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.source import Source
from ffbp.experiment.config import Config
from ffbp.experiment.problems import ConfigError
from ffbp.training.sweep import SEEDS, Sweep, plan_sweep
from ffbp.training.target import Target
from ffbp.words.notice import Notice

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
FIELDS = ("optimizer", "learning_rate")


class Lane(NamedTuple):
    """One optimizer at one rate. epochs: (n_seeds,), to the target, NaN where a run never arrives.

    median: of the epochs, a run that never arrives being the last; NaN if the median run is one of these. places: the runs'
    places in the sweep.
    """

    optimizer: str
    learning_rate: float
    epochs: np.ndarray
    median: float
    places: np.ndarray

    @property
    def arrived(self) -> int:
        return int(np.isfinite(self.epochs).sum())


def lane_notice(lane: Lane, target: Target) -> Notice:
    """The sentence about an optimizer's race to a target."""
    return Notice("lane", "info", _numbers(lane) | asdict(target))


def _numbers(lane):
    median = None if np.isnan(lane.median) else lane.median
    numbers = {"optimizer": OPTIMIZERS[lane.optimizer].label, "learning_rate": lane.learning_rate}
    return numbers | {"arrived": lane.arrived, "n": len(lane.epochs), "median": median}


@dataclass(frozen=True, eq=False)
class Race:
    """The sweep of all optimizers and rates, and who was how fast: at the experiment's rate, and each at its best."""

    sweep: Sweep
    target: Target
    same_rate: tuple[Lane, ...]
    best_rate: tuple[Lane, ...]


def race_notice(race: Race, *, best: bool, expected: str | None = None) -> Notice:
    """The sentence about who arrives first: at the experiment's rate, or with each optimizer at its own best.

    expected: the optimizer that somebody predicted.
    """
    lanes = {name: [_numbers(lane) for lane in getattr(race, f"{name}_rate")] for name in ("same", "best")}
    numbers = {
        "best": best,
        "learning_rate": race.sweep.config.learning_rate,
        "lanes": lanes["best" if best else "same"],
    }
    ends = {race.sweep.values[1][0], race.sweep.values[1][-1]} if best else set()
    edge = [OPTIMIZERS[lane.optimizer].label for lane in race.best_rate if lane.learning_rate in ends]
    numbers |= {"at_the_edge": edge, "expected": expected and OPTIMIZERS[expected].label}
    return Notice("race", "info", numbers | {"at_one_rate": lanes["same"]} | asdict(race.target))


def race(config: Config, *, target: Target, n_jobs: int = -1, **choices) -> Race:
    """Train every optimizer at every rate with every seed, and race them to a target; for the choices see `plan_race`.

    n_jobs: the number of processes, see `ffbp.training.many.train_many`.
    """
    return result(plan_race(config, **choices).train(n_jobs=n_jobs), target)


def plan_race(
    config: Config,
    *,
    optimizers: Iterable[str] | None = None,
    rates: Iterable[float] = RATES,
    seeds: Iterable[int] = SEEDS,
    vary: str = "both",
    source: Source | None = None,
) -> Sweep:
    """The sweep of a race before any run: every optimizer (by default all of the registry) at every rate with every seed.

    The experiment's own rate is raced, too; without ``rates`` it is the only one. For seeds, vary and source see
    `ffbp.training.sweep.plan_sweep`.
    """
    rates = sorted({*rates, config.learning_rate})
    return plan_sweep(config, field=FIELDS, values=(optimizers, rates), seeds=seeds, vary=vary, source=source)


def result(sweep: Sweep, target: Target) -> Race:
    """The race to a target in a sweep of optimizers and learning rates; runs that are not trained do not count."""
    if sweep.fields != FIELDS or sweep.config.learning_rate not in sweep.values[1]:
        raise ConfigError("sweep", "race_fields", sweep.fields)
    epochs = sweep.epochs_to(target).reshape(sweep.shape)
    medians = sweep.median_epochs(target).reshape(sweep.shape[:2])
    losses = np.where(sweep.diverged, np.inf, sweep.ends("train_loss")).reshape(sweep.shape)
    with np.errstate(over="ignore"):  # two losses near the largest number have an infinite mean
        losses = np.median(np.nan_to_num(losses, nan=np.inf, posinf=np.inf), axis=-1)
    places = np.arange(len(sweep.configs)).reshape(sweep.shape)

    def lane(k, rate):
        optimizer, learning_rate = sweep.values[0][k], sweep.values[1][rate]
        return Lane(optimizer, learning_rate, epochs[k, rate], float(medians[k, rate]), places[k, rate])

    n, own = len(sweep.values[0]), sweep.values[1].index(sweep.config.learning_rate)
    # The fastest; if none arrives, or several are as fast, the one with the lowest loss at the end.
    best = [np.lexsort((losses[k], np.nan_to_num(medians[k], nan=np.inf)))[0] for k in range(n)]
    return Race(sweep, target, tuple(lane(k, own) for k in range(n)), tuple(lane(k, int(best[k])) for k in range(n)))
