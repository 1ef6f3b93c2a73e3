"""A target: what counts as success, defined before training; and how sure a rate of success is."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from ffbp.experiment.kinds import is_number
from ffbp.experiment.problems import ConfigError
from ffbp.training.run import Run
from ffbp.words.notice import Notice

PARTS = ("train", "test")


@dataclass(frozen=True, kw_only=True)
class Target:
    """An accuracy of at least, or a loss (without penalty) of at most so much, on the training set or the test set.

    Raises ConfigError unless exactly one of the two is given: an accuracy from 0 to 1, a loss above 0.
    """

    accuracy: float | None = None
    loss: float | None = None
    on: str = "train"

    def __post_init__(self):
        if (self.accuracy is None) == (self.loss is None):
            raise ConfigError("target", "one_target", (self.accuracy, self.loss))
        if self.on not in PARTS:
            raise ConfigError("on", "unknown", self.on, choices=", ".join(PARTS))
        name = "loss" if self.accuracy is None else "accuracy"
        if not is_number(self.value):
            raise ConfigError(name, "number", self.value)
        if self.accuracy is not None and not 0 <= self.accuracy <= 1:
            raise ConfigError("accuracy", "share", self.accuracy)
        if self.loss is not None and not self.loss > 0:
            raise ConfigError("loss", "positive", self.loss)

    @property
    def column(self) -> str:
        """The column of a history that it is about."""
        return f"{self.on}_{'loss' if self.accuracy is None else 'accuracy'}"

    @property
    def value(self) -> float:
        return self.loss if self.accuracy is None else self.accuracy

    def met(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Where the column meets it; NaN does not."""
        column = columns[self.column]
        with np.errstate(invalid="ignore"):
            return column <= self.loss if self.accuracy is None else column >= self.accuracy

    def first_frame(self, run: Run) -> int | None:
        """The first frame of a run that meets it, or None."""
        met = self.met({self.column: getattr(run.history, self.column)})
        return int(met.argmax()) if met.any() else None


class Rate(NamedTuple):
    """How many of n runs succeeded, and Wilson's interval (low, high) for the probability of success."""

    values: tuple
    n: int
    successes: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.successes / self.n if self.n else math.nan


def success_notice(rate: Rate, target: Target, expected: int | None = None) -> Notice:
    """The sentence about a rate of success, of at least one run; expected: how many successes somebody predicted."""
    numbers = {"successes": rate.successes, "n": rate.n, "low": rate.low, "high": rate.high, "expected": expected}
    return Notice("success", "info", numbers | asdict(target))


def question_notice(target: Target, n: int | None = None) -> Notice:
    """The question how many of n runs will succeed; without n, which optimizer will be the first in a race."""
    return Notice("favourite" if n is None else "expectation", "info", {"n": n} | asdict(target))


def rates_notice(target: Target) -> Notice:
    """The sentence about what counts as a success, and what the intervals of several rates say."""
    return Notice("rates", "info", asdict(target))


def wilson_interval(successes: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """The interval for a probability that gave so many successes in n trials (Wilson 1927).

    p = successes / n, z the normal quantile (1.96 at 95 %): (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n). It stays
    within 0 and 1 and is honest for small n. Raises ValueError unless 0 <= successes <= n, 0 < n, 0 < confidence < 1.
    """
    if not (0 <= successes <= n and n > 0):
        raise ValueError(f"successes must be from 0 to n, and n above 0, got {successes!r} of {n!r}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence!r}")
    z, p = NormalDist().inv_cdf((1 + confidence) / 2), successes / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return max(0.0, low) if successes else 0.0, min(1.0, high) if successes < n else 1.0
