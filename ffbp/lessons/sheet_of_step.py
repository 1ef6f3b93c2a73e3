"""Worksheets of a lesson: the pass that a step's task is about, with its question as a blank, and the answer in the key.

The sheet holds what the question needs and no number that answers it: besides the question only blanks stand on it.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cache

from ffbp.experiment.build import build_network
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.lessons import expressions
from ffbp.lessons.course import lesson
from ffbp.lessons.expressions import Case
from ffbp.lessons.judge import N_INDICES, case_of, judge, shown_case
from ffbp.lessons.lesson import Predict, Step
from ffbp.lessons.sheet import FORWARD, KINDS, Question, Row, Sheet, TooLarge, check, sheet_of
from ffbp.training.run import Run

ON_PAPER = ("predict", "find", "vote")  # the kinds of tasks that need no screen
SAME = 1e-9


@cache
def fitting(key: str) -> dict[int, Step]:
    """The steps of a lesson of the course whose networks fit on paper, by their numbers from 1. Nothing is trained."""
    return {number: step for number, step in enumerate(lesson(key).steps, start=1) if _fits(step)}


def _fits(step):
    config = step.run.found.config
    try:
        check(build_network(config, Experiment(config).dataset))
    except TooLarge:
        return False
    return True


def sheet_of_step(key: str, number: int, train: Callable[[Config], Run], kinds: Collection[str] = ()) -> Sheet:
    """The sheet of a lesson's step (one of `fitting`). kinds: what is left blank besides the question, of KINDS.

    A step without a question leaves all kinds blank unless some are chosen. Raises TooLarge.
    """
    step = lesson(key).steps[number - 1]
    case = case_of(step, train)
    place, typed = case.shown, case.view.inputs is not None
    sheet = sheet_of(place.network, *place.sample, rate=place.rate, kinds=KINDS)
    question = _question(step, case, sheet.rows)
    rows = [row for row in sheet.rows if row.part == FORWARD] if typed else list(sheet.rows)
    if question is not None:
        asked = question.row
        before = rows[: rows.index(asked)] if asked in rows else rows
        rows = [row for row in before if row.kind in kinds]
    else:
        rows = [replace(row, blank=not kinds or row.kind in kinds) for row in rows]
    own = {"heading": lesson(key).title, "step": number, "text": shown_case(step, train).told(step.text)}
    return replace(sheet, rows=tuple(rows), question=question, has_target=not typed, **own)


def _question(step: Step, case: Case, rows: tuple[Row, ...]) -> Question | None:
    if step.kind not in ON_PAPER:
        return None
    task = step.task
    any_answer = {"predict": "0", "vote": "t"}.get(step.kind) or "-".join("1" * N_INDICES[task.what])
    answer = judge(step, case, any_answer).answer
    row = _asked(task, case, rows) if isinstance(task, Predict) else None
    return Question(case.told(task.question), answer, case.told(task.explain), row, step.kind == "vote")


def _asked(task: Predict, case: Case, rows) -> Row | None:
    """The number of the pass that a question asks for, None for another number."""
    found = expressions.expression(task.value)
    name, value = task.value.removeprefix("a.").replace("new_", "new "), case.value(found)
    return next((row for row in rows if row.name == name and abs(row.item.value - value) <= SAME), None)
