"""The list of lessons with what the session has done of them, and the list of claims to vote on."""

from functools import partial

import streamlit as st

from ffbp.lessons.course import CLAIMS, course, lesson
from ffbp.lessons.judge import BETWEEN, RIGHT
from ffbp.ui.lessons.running import open_lesson, progress
from ffbp.ui.lessons.told import markdown


def contents() -> None:
    """The course, in order; each lesson opens where it was left."""
    found = course()
    st.markdown(
        "Each lesson stands beside the live pages. You predict a number, run it and compare. Take them in order, or any by "
        "itself; you can leave at any time and come back."
    )
    with st.container(key="course"):
        left, right = st.columns(2)
    following = next(
        (key for key, head in found.items() if progress(key)[0] <= head.n_steps), None
    )  # the first not done
    half = (len(found) + 1) // 2
    for i, head in enumerate(found.values()):
        label = f"{i + 1}. **{markdown(head.title)}** · {head.minutes} min{_done(head)}  \n{markdown(head.goal)}"
        place = left if i < half else right
        kind = "primary" if head.key == following else "secondary"
        press = {"on_click": partial(open_lesson, head.key), "type": kind, "width": "stretch"}
        place.button(label, key=f"course:{head.key}", **press)


def claims() -> None:
    """The claims; a click opens one of them for a vote, and after it the run that decides."""
    found = lesson(CLAIMS)
    st.markdown("Vote first. Then the run that decides opens, with its numbers.")
    answers = _answers(CLAIMS, len(found.steps))
    asked = [(n, step) for n, step in enumerate(found.steps, start=1) if step.kind == "vote"]
    with st.container(key="course"):
        columns = st.columns(2)
    for place, (n, step) in enumerate(asked):
        mark = {"": "", RIGHT: " · ✓ right"}.get(answers[n - 1][:1], " · answered")
        press = partial(open_lesson, CLAIMS, n)
        label = f"{markdown(step.task.claim)}{mark}"
        columns[place >= (len(asked) + 1) // 2].button(label, key=f"claims:{n}", on_click=press, width="stretch")


def _answers(key, n_steps):
    """The answers that the session remembers, one a step."""
    answers = (progress(key)[1] or "").split(BETWEEN)[:n_steps]
    return [*answers, *[""] * (n_steps - len(answers))]


def _done(head):
    """How far the session has come in a lesson, and how many answers were right."""
    step, answers = progress(head.key)
    if step == 1 and not answers:
        return ""
    right = sum(each[:1] == RIGHT for each in _answers(head.key, head.n_steps))
    return f" · ✓ done, {right} right" if step > head.n_steps else f" · step {step} of {head.n_steps}"
