"""Worksheets of a lesson: which of its steps, what is left blank besides their questions, and the page to print."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from ffbp.experiment.config import Config
from ffbp.export.worksheet import PAPERS, worksheet
from ffbp.figures.latex import plain
from ffbp.lessons.course import course
from ffbp.lessons.lesson import Step
from ffbp.lessons.sheet import KINDS, Sheet, TooLarge
from ffbp.lessons.sheet_of_step import ON_PAPER, fitting, sheet_of_step
from ffbp.training.run import Run
from ffbp.ui.lessons.told import markdown
from ffbp.ui.session import address, control
from ffbp.words.of_an_item import RUNGS

LONGEST = 70  # letters of a question in the list of steps


def lesson_sheets(run_of: Callable[[Config], Run]) -> None:
    """The choices and the file. run_of: trains a step's experiment."""
    heads = {key: head for key, head in course().items() if fitting(key)}
    own = {"format_func": lambda key: heads[key].title, "key": "teachers:lesson"}
    key = st.selectbox("Lesson", list(heads), **own)
    steps = fitting(key)
    own = {"format_func": lambda number: _in_short(number, steps[number]), "key": f"teachers:steps:{key}"}
    asking = [number for number, step in steps.items() if step.kind in ON_PAPER]
    numbers = st.multiselect("Steps", list(steps), default=asking or list(steps), **own)
    own = {"selection_mode": "multi", "format_func": RUNGS.__getitem__, "key": "teachers:besides"}
    kinds = st.pills("Blanks besides the questions", list(KINDS), **own)
    paper = paper_choice(st)
    if left := heads[key].n_steps - len(steps):
        st.caption(
            f"{left} of its {heads[key].n_steps} steps {'is' if left == 1 else 'are'} about a network too large for paper."
        )
    sheets = _sheets(key, sorted(numbers), tuple(kinds), run_of)
    if not sheets:
        st.info("Choose at least one step.")
        return
    own = {"key": "teachers:lesson:file", "on_click": "ignore", "icon": ":material/download:"}
    text = partial(worksheet, sheets, paper=paper, name=heads[key].title)
    st.download_button("Worksheet and key", text, f"worksheet-{key}.html", "text/html", **own)
    count = "One sheet" if len(sheets) == 1 else f"{len(sheets)} sheets"
    st.caption(f"{count}, as many on a page as fit, then formulas and keys. Open the file in a browser and print it.")
    if box := control.opened("The answers", key="teachers:lesson:key"):
        box.markdown("\n\n".join(map(_answer, sheets)))


def paper_choice(place) -> str:
    """The paper to print on."""
    return place.segmented_control("Paper", list(PAPERS), default="A4", required=True, key="teachers:paper")


def _sheets(key, numbers, kinds, run_of) -> list[Sheet]:
    """The sheets of these steps, each with the address of its page; what is too large at its epoch is said and left out."""
    found = []
    for number in numbers:
        step = fitting(key)[number]
        try:
            sheet = sheet_of_step(key, number, run_of, kinds)
        except TooLarge as error:
            st.info(plain(f"Step {number}: {error}."))
            continue
        found.append(replace(sheet, link=address.of_dashboard(dict(step.run.params), step.run.page)))
    return found


def _in_short(number: int, step: Step) -> str:
    """A step in a list: its question, or else its text, cut."""
    text = getattr(step.task, "question", "") or step.text
    text = re.sub(r"\{\{[^{}]*\}\}", "…", re.sub(r"\\cdot", "·", re.sub(r"[$*`]", "", text)))
    return f"{number}. {text if len(text) <= LONGEST else f'{text[:LONGEST].rstrip()} …'}"


def _answer(sheet: Sheet) -> str:
    if sheet.question is None:
        return f"{sheet.step}. {len(sheet.blanks)} blanks, without a question."
    return f"{sheet.step}. {markdown(sheet.question.text)} **{markdown(sheet.question.answer)}**"
