"""One run of many, repeated: does it give the same numbers when it is trained alone, and is it chaotic?

Runs that train as a stack are those of their configurations. In a stable run the last digits do not matter, so its numbers
are the same everywhere; in a chaotic one they decide. What is tested is the run that is most likely to be chaotic: the one
whose training loss rises most often.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from ffbp.analysis.sensitivity import watch
from ffbp.experiment.differences import value_text
from ffbp.experiment.fields import FIELDS
from ffbp.training.run import Run
from ffbp.training.sweep import Sweep
from ffbp.words.notice import Notice
from ffbp.words.text import inside


@dataclass(frozen=True)
class Repeated:
    """place: the run's in the sweep. largest: the largest difference between the member of the stack and the single run, in
    all losses and scores, relative to max(1, value). parts_at: the first step at which the run differs once a weight is
    moved by its last digit, or None; epoch: the one of that step, or the run's last.
    """

    place: int
    largest: float
    parts_at: int | None
    epoch: int


def restless(sweep: Sweep) -> int:
    """The place of the trained run whose recorded training loss rises most often; one that diverged only if all did."""
    rises = []
    for outcome in sweep.outcomes:
        usable = outcome is not None and outcome.diverged_at is None
        rises.append(outcome.n_rises if usable else -1 - (outcome is None))
    return int(np.argmax(rises))


def repeat_one(sweep: Sweep) -> Generator[object, None, Repeated]:
    """Train the most restless run again by itself, and once more with a weight moved by its last digit."""
    place = restless(sweep)
    (run,) = yield from sweep.runs([place])
    member, single = sweep.outcomes[place].columns, sweep.keep(run).columns
    largest = max(_difference(member[name], column) for name, column in single.items())
    step = yield from watch(run)
    return Repeated(place, largest, step, _epoch(run, step))


def _difference(one, other):
    """The largest difference, relative to max(1, value); both may have equal values that are not finite."""
    if len(one) != len(other):
        return np.inf
    equal = (one == other) | (np.isnan(one) & np.isnan(other))
    with np.errstate(all="ignore"):
        found = np.where(equal, 0.0, np.abs(one - other) / np.maximum(1.0, np.abs(other)))
    return float(np.nan_to_num(found, nan=np.inf).max())


def _epoch(run: Run, step):
    return int(run.history.epoch[-1]) if step is None else -(-step // run.resolved.n_batches)


def repeated_notice(found: Repeated, sweep: Sweep) -> Notice:
    """The sentence about the run that was repeated."""
    *values, seed = sweep.at(found.place)
    pairs = zip(sweep.fields, values, strict=True)
    name = [f"{FIELDS[field].noun or inside(FIELDS[field].label)} {value_text(field, value)}" for field, value in pairs]
    numbers = {"name": ", ".join([*name, f"seed {seed}"]), "n": len(sweep.configs), "largest": found.largest}
    numbers |= {"epoch": found.epoch, "chaotic": found.parts_at is not None}
    return Notice("repeated", "warning" if numbers["chaotic"] else "info", numbers)
