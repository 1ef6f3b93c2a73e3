"""Sensitivity: whether a run can be repeated on other machines, or only on this one.

Two computers, or two libraries, round the last digit differently. In a stable run such differences vanish. In a chaotic run,
whose steps are too long, they grow until the two runs have nothing in common. The test repeats the run after moving one
weight by one unit in its last place, the smallest possible difference.
"""

import math
from collections.abc import Generator
from time import perf_counter

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.training.loop import Training
from ffbp.training.recording import YIELD_SECONDS, drain
from ffbp.training.run import Progress, Run

TOLERANCE = 1e-9  # relative to max(1, loss); runs whose losses differ by more have separated


def parts_at(run: Run) -> int | None:
    """The first step (from 1) whose loss differs by more than TOLERANCE after one weight is moved, or None.

    A step's loss is computed before its update, so step 1 compares the loss of the initial weights.
    """
    return drain(watch(run))


def watch(run: Run) -> Generator[Progress, None, int | None]:
    """`parts_at` as a generator of `Progress`, at least every 50 ms; it takes as long as the run itself."""
    losses = run.history.step_loss
    training = moved_training(run)
    deadline = perf_counter() + YIELD_SECONDS
    n_steps = len(losses) if run.diverged_at is None else len(losses) + 1
    for step in range(n_steps):
        if perf_counter() > deadline:
            yield Progress(training.epoch, run.config.epochs, float(losses[min(step, len(losses) - 1)]))
            deadline = perf_counter() + YIELD_SECONDS
        with diverging():
            loss = float(training.gradient())
            if step == len(losses):  # the run diverged here, by a loss or a weight that is not finite
                return step + 1 if math.isfinite(loss) and np.isfinite(training.network.theta).all() else None
            if not abs(loss - losses[step]) <= TOLERANCE * max(1.0, abs(losses[step])):
                return step + 1
            training.update()
    return None


def moved_training(run: Run) -> Training:
    """The training at the run's first frame, with the weight of the largest gradient moved by one unit in the last place.

    A weight of zero has no such unit; if all weights are zero, none is moved.
    """
    training = run.resume(0)
    theta = training.network.theta
    start = run.network(0)
    size = np.where(np.isfinite(start.grad), np.abs(start.grad), 0.0)
    index = int(np.argmax(np.where((theta != 0) & (start.weight_mask > 0), size, -1.0)))
    if theta[index] and start.weight_mask[index]:
        theta[index] = np.nextafter(theta[index], math.copysign(math.inf, theta[index]))
    return training
