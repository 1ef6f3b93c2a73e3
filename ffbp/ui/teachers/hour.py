"""The hour: its steps are chosen, named, timed and ordered; then it is opened, sent as a link, saved and printed."""

from dataclasses import replace
from datetime import time
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from ffbp.experiment import link
from ffbp.experiment.link import MAX_ADDRESS
from ffbp.export.plan import plan
from ffbp.export.worksheet import PAPERS
from ffbp.lessons import offered
from ffbp.lessons.hour import (
    FILE,
    MAX_MINUTES,
    MAX_NOTES,
    MAX_STEPS,
    MAX_TITLE,
    Hour,
    Step,
    line,
    link_of,
    packed,
    paragraph,
    read_hour,
    text_of,
)
from ffbp.lessons.lesson import PAGES as EXPERIMENT_PAGES
from ffbp.ui import order
from ffbp.ui.page import Page
from ffbp.ui.session import address, control
from ffbp.ui.session.state import session
from ffbp.ui.teachers.addresses import NAMES, full, opening
from ffbp.ui.teachers.topics import topics

TOLD, UPLOAD, PASTED = "hour", "hour:load", "hour:pasted"
EXPERIMENT, LESSON, TOPIC, SCREEN, PASTE = "experiment", "lesson", "topic", "screen", "link"
SOURCES = {EXPERIMENT: "Experiment", LESSON: "Lesson", TOPIC: "Topic", SCREEN: "This experiment", PASTE: "Link"}
MINUTES = 5
STEP_OF_TIME = 300  # seconds
TIMER = ":material/timer:"


def the_hour(page: Page) -> None:
    """The view: the steps with what they take, a place to add one, and the ways out."""
    page.without_training()
    st.markdown(
        "Put the steps of an hour in order. When it has started, Page Down or a presenter's remote opens the next step, and its "
        "run is trained in advance. What you type stays in this session's memory and, once started, in this tab: save the file "
        "to keep it."
    )
    hour = draft()
    _head(hour)
    session.show_told(TOLD, once=True)
    for at, times in enumerate(hour.times):
        _row(hour, at, times)
    _adding(hour)
    if hour.steps:
        _ways_out(hour)


def draft() -> Hour:
    """The hour that is being put together."""
    return session.recall(order.PLANNED, Hour())


def _keep(hour):
    session.keep(hour, order.PLANNED)


# Title, beginning and file


def _head(hour):
    with st.container(horizontal=True, vertical_alignment="bottom"):
        about = {"name": "hour:title", "value": hour.title, "on_change": _retitle, "max_chars": MAX_TITLE}
        control.show(st, "text_input", "Title of the hour", placeholder="Plan for the hour", **about)
        value = time.fromisoformat(hour.begins) if hour.begins else None
        about = {"name": "hour:begins", "value": value, "on_change": _begin_at, "step": STEP_OF_TIME, "width": 160}
        control.show(st, "time_input", "Begins at", help="Empty: minutes are counted from 0.", **about)
        if not hour.steps:
            st.button("An example", key="hour:example", on_click=_example, help="Five experiments, 45 minutes.")
        else:
            st.button("Begin anew", key="hour:anew", on_click=_keep, args=(Hour(),))
    if box := control.opened("Open a saved hour", key="hour:open"):
        about = "A running order: saved here, or in the dialog Running order."
        box.file_uploader("A running order", "json", key=UPLOAD, on_change=_take_file, max_upload_size=1, help=about)


def _retitle(text):
    _keep(replace(draft(), title=line(text)))


def _begin_at(value):
    _keep(replace(draft(), begins="" if value is None else value.strftime("%H:%M")))


def _example():
    _keep(replace(offered.example(), begins=draft().begins))


def _take_file():
    """Take an uploaded order; a bad one gets one message, and the steps stay."""
    uploaded = session.sent(UPLOAD)
    if uploaded is None:
        return
    try:
        _keep(read_hour(uploaded.getvalue().decode("utf-8-sig", errors="replace"), NAMES))
    except ValueError as error:
        session.tell("error", str(error), TOLD)


# The steps


def _row(hour, at, times):
    """One step: when, its title and minutes, buttons, and what to say."""
    step, place = hour.steps[at], at + 1
    with st.container(border=True, key=f"hour:step:{step.number}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{times[0]}–{times[1]}**", width="content")
            _field(st, "text_input", f"Title of step {place}", step, "title", max_chars=MAX_TITLE)
            _field(
                st, "number_input", f"Minutes of step {place}", step, "minutes", 0, MAX_MINUTES, width=130, icon=TIMER
            )
            _buttons(hour, at)
        words = {"placeholder": "What to say: only in the file and on the plan", "height": 68}
        _field(st, "text_area", f"What to say in step {place}", step, "notes", max_chars=MAX_NOTES, **words)


def _field(place, kind, label, step, name, *bounds, **others):
    """The field of one value of a step."""
    own = {"name": f"hour:{step.number}:{name}", "value": getattr(step, name), "on_change": _set}
    control.show(place, kind, label, *bounds, args=(step.number, name), label_visibility="collapsed", **own, **others)


def _buttons(hour, at):
    step, last = hour.steps[at], len(hour.steps) - 1
    for label, by, off in (("Up", -1, at == 0), ("Down", 1, at == last), ("Remove", 0, False)):
        press = {"on_click": _move if by else _remove, "args": (step.number, by), "disabled": off, "type": "tertiary"}
        st.button(label, key=f"hour:{step.number}:{label.lower()}", help=f"Step {at + 1}", **press)
    opening(step.page, step.params)


def _set(value, number, name):
    """Take a typed value of the step with a number."""
    value = int(value or 0) if name == "minutes" else paragraph(value) if name == "notes" else line(value)
    at = draft().place_of(number)
    if at is not None:
        _keep(draft().having(at, **{name: value or (f"Step {at + 1}" if name == "title" else value)}))


def _move(number, by):
    at = draft().place_of(number)
    if at is not None and 0 <= at + by < len(draft().steps):
        _keep(draft().moved(at, by))


def _remove(number, _):
    at = draft().place_of(number)
    if at is not None:
        _keep(draft().without(at))


# A new step


def _adding(hour):
    """The choice of what the next step opens."""
    st.markdown("**Add a step**")
    if len(hour.steps) >= MAX_STEPS:
        st.info(f"An hour has at most {MAX_STEPS} steps.")
        return
    source = control.kept(
        st, "segmented_control", "From", list(SOURCES), name="hour:source", labels=SOURCES.values(),
        format_func=SOURCES.__getitem__, label_visibility="collapsed", required=True,
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        {EXPERIMENT: _experiment, LESSON: _lesson, TOPIC: _topic, SCREEN: _screen, PASTE: _pasted}[source]()


def _chooser(label, texts, name, **others):
    """A choice among the keys of ``texts``."""
    own = {"name": name, "labels": texts.values(), "format_func": texts.__getitem__}
    return control.kept(st, "selectbox", label, list(texts), **own, **others)


def _add_button(step):
    st.button("Add", key="hour:add", on_click=_add, args=(step,), icon=":material/add:")


def _add(step):
    _keep(draft().adding(step))


def _experiment():
    found = offered.experiments()
    key = _chooser("Experiment", {key: step.title for key, step in found.items()}, "hour:experiment")
    _add_button(found[key])


def _lesson():
    key = _chooser("Lesson", offered.lessons(), "hour:lesson")
    number = _chooser("Step", offered.steps_of(key), f"hour:lesson:{key}")
    _add_button(offered.of_lesson(key, number))


def _topic():
    found = dict(enumerate(topics()))
    topic = found[_chooser("Topic of a course", {i: topic.title for i, topic in found.items()}, "hour:topic")]
    _add_button(Step(topic.title, link_of(topic.link, NAMES), topic.minutes, topic.sentence))


def _screen():
    """The experiment that the sidebar and the other pages show."""
    page = _chooser("This experiment on the page", EXPERIMENT_PAGES, "hour:page")
    params = {
        k: v for k, v in link.without_lesson(address.params()).items() if k not in (link.VIEW_OF_TEACHERS, link.PART)
    }
    _add_button(Step(NAMES[page], f"{page}?{urlencode(params)}", MINUTES))


def _pasted():
    control.typed(st, "A link from the address bar, or a class link", name=PASTED, placeholder="https://…")
    st.button("Add", key="hour:add", on_click=_add_pasted, icon=":material/add:")


def _add_pasted():
    """Add the pasted link; one that opens no page gets a message, as does what it asks for in vain."""
    _, text = session.recall(PASTED, (None, ""))
    try:
        found = link_of(text, NAMES)
    except ValueError as error:
        session.tell("error", str(error), TOLD)
        return
    step = Step(NAMES[found.partition("?")[0]], found, MINUTES)
    _, view, problems = link.read(step.params)
    if problems:
        session.tell("warning", f"the link opens, but {problems[0]}", TOLD)
    _add(replace(step, title=line(view.class_link.say) or step.title))
    control.forget(PASTED)


# The ways out


def _ways_out(hour):
    """Start it, send it, save it, print it."""
    clock = f", {hour.times[0][0]} to {hour.times[-1][1]}" if hour.begins else ""
    st.markdown(f"**{len(hour.steps)} steps, {hour.minutes} minutes{clock}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        presented = control.kept(
            st, "segmented_control", "On the Playground", (True, False), name="hour:present", required=True,
            labels=("Presenter mode", "Whole page"), format_func={True: "Presenter mode", False: "Whole page"}.get,
        )  # fmt: skip
        paper = control.kept(st, "segmented_control", "Paper", list(PAPERS), name="hour:paper", required=True)
    shown = hour.presented() if presented else hour.unpresented()
    with st.container(horizontal=True):
        st.button(
            "Start", key="hour:start", on_click=order.start, args=(shown,), type="primary", icon=":material/play_arrow:"
        )
        own = {"on_click": "ignore", "icon": ":material/download:"}
        st.download_button("Save the file", partial(text_of, shown), FILE, "application/json", key="hour:save", **own)
        # The file is written outside the page's script, where the dashboard's address is not known.
        addresses = {step: full(step.page, step.params) for step in shown.steps}
        text = partial(plan, shown, paper=paper, address_of=addresses.__getitem__, link=_link(shown))
        st.download_button("Plan to print", text, "plan.html", "text/html", key="hour:plan", **own)
    st.caption("The plan has times, titles, links and what to say. Open it in a browser and print it.")
    _as_link(_link(shown))


def _link(hour) -> str:
    """The full address that opens the hour at its first step; "" if it is too long."""
    text, first = packed(hour), hour.steps[0]
    whole = full(first.page, {**first.params, "order": text}) if text else ""
    return whole if len(whole) <= MAX_ADDRESS else ""


def _as_link(link):
    if not link:
        st.info("It is too long for a link. Save the file and send it: the dialog Running order opens it.")
        return
    st.code(link, language=None, height=96, wrap_lines=True)
    st.caption(
        "This link opens the hour at its first step, in any browser. What to say is not in it. Titles and minutes are: write no "
        "names of people there."
    )
