"""Judging runs by a challenge: whether each meets its rules at the end of its training, and their ranks.

What a challenge may ask of a run are a few of the quantities of lessons, so they are computed in the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ffbp.experiment.challenge import MOST, Challenge, Condition, data_mark
from ffbp.experiment.config import Config
from ffbp.experiment.link import View
from ffbp.lessons.expressions import COMPARED, Case, expression
from ffbp.training.run import Run
from ffbp.words.of_a_challenge import LABELS

COMPARE = {"at_most": COMPARED["<="], "at_least": COMPARED[">="]}


@dataclass(frozen=True)
class Facts:
    """What a challenge needs to know of a run: its numbers at the end, by quantity, NaN where the run has none."""

    config: Config
    numbers: Mapping[str, float]
    diverged: bool

    @classmethod
    def of(cls, run: Run) -> "Facts":
        case = Case(run.config, View(), lambda config: run)
        numbers = {name: case.value(expression(f"end.{name}")) for name in LABELS}
        return cls(run.config, numbers, run.diverged_at is not None)


@dataclass(frozen=True)
class Judged:
    """conditions: whether each rule holds. why_not: a key of `WHY_NOT` if no number of this run counts. value: of the goal."""

    conditions: tuple[tuple[Condition, bool], ...]
    why_not: str = ""
    value: float | None = None

    @property
    def met(self) -> bool:
        return not self.why_not and all(holds for _, holds in self.conditions)


def judged(challenge: Challenge, facts: Facts) -> Judged:
    """How a run stands to a challenge. A number that does not exist meets no rule."""
    numbers = facts.numbers
    conditions = tuple((each, COMPARE[each.sign](numbers[each.quantity], each.number)) for each in challenge.conditions)
    reasons = {
        "fault": facts.config.fault is not None,
        "start": facts.config.initial_theta is not None,
        "diverged": facts.diverged,
        "data": bool(challenge.data) and challenge.data != data_mark(facts.config),
    }
    value = numbers[challenge.goal.quantity] if challenge.goal else None
    return Judged(conditions, next((reason for reason, holds in reasons.items() if holds), ""), value)


def ranks(challenge: Challenge, found: Sequence[Judged | None]) -> list[int | None]:
    """The rank of each run that meets the challenge, from 1; equal numbers share a rank, and the next one is left out.

    None for a run that does not meet it, and for all without a goal. found: None for what must not count.
    """
    if challenge.goal is None:
        return [None] * len(found)
    sign = -1 if challenge.goal.end == MOST else 1
    values = [sign * each.value if each and each.met and each.value == each.value else None for each in found]
    return [None if own is None else 1 + sum(other is not None and other < own for other in values) for own in values]
