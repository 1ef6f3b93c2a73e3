"""The narrow panel with the present step of a lesson, beside every page while the lesson runs; on a phone above it."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from ffbp.experiment.config import Config
from ffbp.experiment.fields import KEYS
from ffbp.figures.blob import as_text
from ffbp.lessons.course import course
from ffbp.lessons.judge import GIVEN_UP, RIGHT, WRONG, case_of, shown_case
from ffbp.lessons.lesson import PAGES, Address
from ffbp.training.run import Run
from ffbp.ui import order
from ffbp.ui.component import component
from ffbp.ui.lessons import tasks
from ffbp.ui.lessons.running import (
    answered,
    go,
    leave,
    open_lesson,
    remember,
    reopen,
    running,
    start_over,
)
from ffbp.ui.lessons.terms import help_for
from ffbp.ui.lessons.told import heard, markdown
from ffbp.ui.session.state import session

PANEL = "lesson"
Train = Callable[[Config], Run]


def fields_in_sight() -> tuple[str, ...] | None:
    """The fields whose controls matter to the present step and stand in its panel; None if no step is open."""
    now = running()
    return None if now is None or now.is_over else tuple(KEYS[key] for key in now.step.fields)


def is_asking() -> bool:
    """Whether a task waits for its answer: until then, nothing on the page may tell it."""
    now = running()
    return now is not None and not now.is_over and now.step.task is not None and not now.is_settled


def panel(title: str, train: Train, draw_fields: Callable) -> None:
    """Draw the present step, or the lesson's end.

    title: of the page that is on screen. train: returns a run. draw_fields: draws the controls of fields.
    """
    now = running()
    if now is None:
        return
    remember()
    shown = None if now.is_over else shown_case(now.step, train)
    text = now.lesson.take if shown is None else shown.told(now.step.text)
    component(PANEL)(key=PANEL, data=_told(now, text))
    _head(now)
    if shown is None:
        _end(now)
        return
    _where(now, title)
    if now.number == 1:
        lesson = now.lesson
        st.caption(markdown(f"{lesson.goal} {lesson.minutes} minutes. Before it: {lesson.before}"))
    st.markdown(markdown(text), help=help_for(now.step.text))
    if now.step.task is not None:
        case = case_of(now.step, train)
        tasks.draw(now, case, train)
        draw_fields(fields_in_sight())
        now = running()
        tasks.say(now, case)
        if now.mark == WRONG and not now.is_settled:
            press = partial(_give_up, tasks.place_of_answer(now, case))
            st.button("Show the answer", key=tasks.key_of(now, "show"), on_click=press, type="tertiary")
        if now.is_settled:
            st.markdown(markdown(case.told(now.step.task.explain)))
    else:
        draw_fields(fields_in_sight())
    _way(now)


def _told(now, text):
    """What the browser reads out when the step changes."""
    about = {"label": f"Lesson: {now.lesson.title}", "step": _where_in(now), "text": heard(text)}
    return as_text(about | {"settled": not now.is_over and now.is_settled}).encode()


def _where_in(now):
    return "The end" if now.is_over else f"Step {now.number} of {len(now.lesson.steps)}"


def _head(now):
    n = len(now.lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{markdown(now.lesson.title)}**", width="stretch")
        st.button(
            "Leave", key="lesson:leave", on_click=leave, type="tertiary", help="The session remembers your place."
        )
    st.progress((now.number - 1) / n, text=_where_in(now))


def _where(now, title):
    """A way back, where another page or another experiment is on screen than the one that the step is about."""
    addresses = (now.step.link, now.step.run)
    here = [each for each in addresses if PAGES[each.page] == title]
    configs = [each.found.config for each in here]
    if not here:
        label = f"Go to {PAGES[addresses[now.is_settled].page]}"
    elif session.config not in configs and now.step.kind != "reach" and not now.step.controls:
        label = "Open this step’s experiment again"
    else:
        return
    st.button(label, key="lesson:reopen", on_click=reopen, icon=":material/undo:", width="stretch")


def _give_up(place: dict[str, str]):
    """Show the answer, and open what it is about. place: parameters of the address that choose what was to be found."""
    answered(GIVEN_UP)
    reopen(place)


def _way(now):
    """Back and on. A step without an answer is skipped."""
    is_done = now.step.task is None or now.is_settled
    with st.container(horizontal=True):
        before = {"disabled": now.number == 1, "on_click": partial(go, now.number - 1)}
        st.button("Back", key="lesson:back", **before)
        label, kind = ("Next", "primary") if is_done else ("Skip", "secondary")
        st.button(label, key=f"lesson:{label.lower()}", on_click=partial(_on, now), type=kind)


def _on(now):
    if now.step.task is not None and not now.answer:
        answered(GIVEN_UP)
    go(now.number + 1)


def _end(now):
    """What to take away, how many answers were right, and the ways on."""
    asked = [each for each, step in zip(now.answers, now.lesson.steps, strict=True) if step.task is not None]
    right = sum(each[:1] == RIGHT for each in asked)
    st.markdown(markdown(now.lesson.take))
    st.caption(f"{right} of {len(asked)} right.")
    st.button("Try it yourself", key="lesson:onward", on_click=partial(_onward, now.lesson.onward), type="primary")
    keys = list(course())
    after = keys[keys.index(now.lesson.key) + 1 :] if now.lesson.key in keys else []
    if after:
        title = course()[after[0]].title
        st.button(f"Next lesson: {markdown(title)}", key="lesson:after", on_click=partial(open_lesson, after[0]))
    st.button("Start again", key="lesson:again", on_click=start_over, type="tertiary")


def _onward(address: Address):
    """Leave the lesson and open its last link."""
    leave()
    order.ask(address.page, address.params)
