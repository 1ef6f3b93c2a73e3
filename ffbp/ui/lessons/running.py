"""The lesson that runs: where it stands, what was answered, and how it goes on.

The address keeps the lesson, its step and the answers; the session remembers them for all lessons, so that a person may
leave one and come back. An answer is a letter and what was given: r right, w wrong, s shown or skipped.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import streamlit as st

from ffbp.experiment.link import OWN, View
from ffbp.lessons import course
from ffbp.lessons.judge import BETWEEN, GIVEN_UP, RIGHT, WRONG, is_answer
from ffbp.lessons.lesson import Lesson, Step
from ffbp.lessons.packed import unpack
from ffbp.lessons.read import read
from ffbp.ui import order
from ffbp.ui.session.state import session

MAX_GIVEN = 24
MAX_OWN = 32  # lessons of people's own that the server remembers, read
NOWHERE = MappingProxyType({})
OWN_TEXT = "lessons:own"  # kept in the session: the text of one's own lesson, where it is too long for a link
PROGRESS = "lessons:progress"  # kept in the session: of each lesson, its step and its answers


class Running(NamedTuple):
    """A lesson at a step, from 1; the step after the last is the lesson's end. answers: one for each step, "" for none."""

    lesson: Lesson
    number: int
    answers: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        return self.number > len(self.lesson.steps)

    @property
    def step(self) -> Step:
        return self.lesson.steps[self.number - 1]

    @property
    def answer(self) -> str:
        """The answer to this step."""
        return self.answers[self.number - 1]

    @property
    def mark(self) -> str:
        return self.answer[:1]

    @property
    def given(self) -> str:
        """What was answered."""
        return self.answer[1:]

    @property
    def is_settled(self) -> bool:
        """Whether the answer may be seen: it was right, or there is no further try."""
        return settled(self.step, self.answer)


def settled(step: Step, answer: str) -> bool:
    """Whether a step with this answer needs no further try."""
    return answer[:1] in (RIGHT, GIVEN_UP) or (answer[:1] == WRONG and step.kind in ("choose", "vote"))


def is_beside() -> bool:
    """Whether a lesson stands beside the page, as far as can be told before the page adopts its address."""
    return "lesson" in st.query_params


def running() -> Running | None:
    """The lesson beside the page; None if none runs. A lesson that does not exist leaves the address with a warning."""
    view = session.view
    if view.lesson is None:
        return None
    lesson = own_lesson() if view.lesson == OWN else course.lesson(view.lesson)
    if lesson is None:
        if view.lesson != OWN:
            session.tell("warning", f"there is no lesson {view.lesson!r}; choose one on the page Lessons")
        session.view = view.in_lesson(None)
        return None
    n, number = len(lesson.steps), view.step or 1
    if number > n + 1:
        session.tell("warning", f"step must be from 1 to {n}, got {number}; the last one is shown")
        session.view, number = view.in_lesson(view.lesson, n, view.answers), n
    told, kept = (_each(text, lesson.steps) for text in (view.answers, progress(view.lesson)[1]))
    answers = tuple(one or other for one, other in zip(told, kept, strict=True))  # Back leads to older addresses
    return Running(lesson, number, answers)


def _each(answers: str | None, steps: Sequence[Step]) -> list[str]:
    """The answers to steps, "" where there is none, or none that could have been given."""
    found = (answers or "").split(BETWEEN)[: len(steps)]
    found = [text if _could_be(text, step) else "" for text, step in zip(found, steps, strict=False)]
    return [*found, *[""] * (len(steps) - len(found))]


def _could_be(text: str, step: Step) -> bool:
    mark, given = text[:1], text[1:]
    return step.task is not None and (text == GIVEN_UP or (mark in (RIGHT, WRONG) and is_answer(step, given)))


def own_lesson() -> Lesson | None:
    """The lesson that the address holds, else the one that this session has written; None if there is none, which is told."""
    try:
        return _own(session.view.own)
    except ValueError as error:
        session.tell("warning", f"the lesson of this link cannot be read: {error}")
        return None


def _own(packed):
    text = unpack(packed) if packed else session.recall(OWN_TEXT)
    if text is None:
        raise ValueError("the link does not hold it; open its file on the page Lessons")
    return _read(text)


_read = lru_cache(MAX_OWN)(read)  # several times in each run of a page


def answered(mark: str, given: str = "") -> None:
    """Note the answer to the present step."""
    now = running()
    given = re.sub(r"[^-0-9A-Za-z.,/+ ]", "", given.replace("−", "-"))[:MAX_GIVEN]
    answers = list(now.answers)
    answers[now.number - 1] = mark + given
    session.view = session.view.in_lesson(now.lesson.key, now.number, BETWEEN.join(answers).rstrip(BETWEEN))
    remember()


def remember() -> None:
    """Keep the place in the lesson for the session."""
    now = running()
    if now is not None and now.lesson.key != OWN:
        answers = BETWEEN.join(now.answers).rstrip(BETWEEN) or None
        session.keep({**session.recall(PROGRESS, {}), now.lesson.key: (now.number, answers)}, PROGRESS)


def progress(key: str) -> tuple[int, str | None]:
    """The step and the answers at which the session has left a lesson."""
    return session.recall(PROGRESS, {}).get(key, (1, None))


def open_lesson(key: str, step: int | None = None, own: str | None = None) -> None:
    """Have a lesson opened where it was left, or at a step. own: the packed text of one's own."""
    left, answers = progress(key) if key != OWN else (1, None)
    lesson = _own(own) if key == OWN else course.lesson(key)
    _open(lesson, step or left, answers, own)


def go(number: int, place: Mapping[str, str] = NOWHERE) -> None:
    """Have another step of this lesson opened; the lesson's end stays where the last step was.

    place: parameters of the address that differ from those of the step's link.
    """
    now, view = running(), session.view
    answers = BETWEEN.join(now.answers).rstrip(BETWEEN)
    if number <= len(now.lesson.steps):
        _open(now.lesson, number, answers, view.own, place)
        return
    session.view = view.in_lesson(now.lesson.key, number, answers)
    remember()


def reopen(place: Mapping[str, str] = NOWHERE) -> None:
    """Have the experiment of the present step opened again. place: as in `go`."""
    go(running().number, place)


def leave() -> None:
    """Put the lesson aside; the session remembers where."""
    remember()
    session.view = session.view.in_lesson(None)


def start_over() -> None:
    """Forget the answers and open the first step."""
    now = running()
    session.keep({key: kept for key, kept in session.recall(PROGRESS, {}).items() if key != now.lesson.key}, PROGRESS)
    _open(now.lesson, 1, None, session.view.own)


def _open(lesson, number, answers, own, place=NOWHERE):
    """Open a step: what its task is about if that is answered, else what is shown with the task."""
    number = min(number, len(lesson.steps))
    step, given = lesson.steps[number - 1], (answers or "").split(BETWEEN)
    address = step.run if number <= len(given) and settled(step, given[number - 1]) else step.link
    in_lesson = View(own=own).in_lesson(lesson.key, number, answers).to_params()
    order.ask(address.page, {**address.params, **place, **in_lesson})
