"""The learning-rate range test: raise the rate at every step, and look where the loss falls fastest.

It costs one short training (Smith 2017). But the rate rises *while* the network trains, so a lower loss is progress as much as
rate; the loss is read before the step that the rate takes; and smoothing shows every change late. A sweep of whole runs from
one start has none of these faults, which is why the two are drawn together.
"""

import math
from collections.abc import Generator
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from ffbp.data.source import Source
from ffbp.experiment.build import dataset_for
from ffbp.experiment.config import Config
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.problems import ConfigError
from ffbp.training.faulty import training_of
from ffbp.training.recording import YIELD_SECONDS, drain

LOW, HIGH, N_STEPS = 1e-5, 10.0, 100
SMOOTHING = 0.05  # the share of the newest loss
TOO_MUCH = 5.0  # it stops when the smoothed loss is so many times the best
SKIP_FIRST, SKIP_LAST = 10, 5  # steps that are left out before the steepest one is chosen


@dataclass(frozen=True, eq=False)
class RangeTest:
    """rates, losses, smoothed: (n_steps,), of each step: its learning rate, the batch's loss before it, and the smoothed loss.

    suggestion: the rate where the smoothed loss falls fastest, or None if the test ended too early. lag: by how many decades
    of the rate smoothing shows a change late: (1 - 0.05)/0.05 = 19 steps.
    """

    rates: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    suggestion: float | None
    lag: float

    @property
    def lowest(self) -> tuple[float, float]:
        """The rates at which the losses and the smoothed losses are smallest."""
        return tuple(float(self.rates[np.nanargmin(losses)]) for losses in (self.losses, self.smoothed))


def range_test(config: Config, **choices) -> RangeTest:
    """The learning-rate range test of an experiment, from its start; see `watch_range_test`."""
    return drain(watch_range_test(config, **choices))


def watch_range_test(
    config: Config, *, low: float = LOW, high: float = HIGH, n_steps: int = N_STEPS, source: Source | None = None
) -> Generator[float, None, RangeTest]:
    """`range_test` as a generator of the share that is done, at least every 50 ms.

    Step i of n takes the rate low (high/low)^(i/(n-1)), with the experiment's data, batches, optimizer and initial weights,
    and without its schedule. Smoothing, stop and suggestion are those of the package pytorch-lr-finder: smoothed =
    0.05 loss + 0.95 smoothed before; the suggestion is the steepest descent of it, from step, without the first 10 and the
    last 5. Raises ConfigError unless low < high are learning rates and n_steps is from 20 to 10000.
    """
    low, high = (FIELDS["learning_rate"].check(rate) for rate in (low, high))
    if not low < high:
        raise ConfigError("high", "above", high, low=low)
    if not (isinstance(n_steps, int) and 20 <= n_steps <= 10_000):
        raise ConfigError("n_steps", "bounds", n_steps, low=20, high=10_000)
    dataset = dataset_for(config, source)
    training = training_of(config, dataset)
    n_epochs = math.ceil(n_steps / len(training.batches))
    if n_epochs > config.epochs:  # shuffles are drawn up to the last epoch
        training = training_of(replace(config, epochs=n_epochs, patience=None), dataset)
    rates = low * (high / low) ** (np.arange(n_steps) / (n_steps - 1))
    losses, smoothed, best = [], [], math.inf
    deadline = perf_counter() + YIELD_SECONDS
    with np.errstate(all="ignore"):
        for step, rate in enumerate(rates.tolist()):
            losses.append(float(training.gradient()))
            smoothed.append(SMOOTHING * losses[-1] + (1 - SMOOTHING) * smoothed[-1] if smoothed else losses[-1])
            best = min(best, smoothed[-1])
            if not smoothed[-1] <= TOO_MUCH * best:  # NaN stops it, too
                break
            training.learning_rate = rate
            training.update()
            if perf_counter() > deadline:
                yield (step + 1) / n_steps
                deadline = perf_counter() + YIELD_SECONDS
    lag = (1 - SMOOTHING) / SMOOTHING * math.log10(high / low) / (n_steps - 1)
    smoothed = np.array(smoothed)
    return RangeTest(rates[: len(losses)], np.array(losses), smoothed, _steepest(rates, smoothed), lag)


def _steepest(rates, losses) -> float | None:
    inside = slice(SKIP_FIRST, len(losses) - SKIP_LAST)
    if inside.stop - inside.start < 2:
        return None
    with np.errstate(all="ignore"):
        slopes = np.gradient(losses[inside])
    return float(rates[inside][int(np.nanargmin(slopes))]) if np.isfinite(slopes).any() else None
