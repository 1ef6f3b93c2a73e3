"""Questions for learning platforms: kinds and variants are chosen, one is shown, and all are downloaded."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from ffbp.experiment.link import params_of
from ffbp.export.question_files import FILES
from ffbp.export.questions import MAX_VARIANTS, answers, questions
from ffbp.figures import notation
from ffbp.lessons.ladder import MAX_ITEM, draw
from ffbp.ui.page import PAGES, link
from ffbp.ui.practice import BACKWARD, FORWARD, N_FORWARD
from ffbp.ui.session import address
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words.of_an_item import RUNGS

N_VARIANTS = 10
USE = {
    "questions.xml": ("Moodle XML", "Moodle: Question bank, Import, Moodle XML format."),
    "questions.gift": ("GIFT", "Many platforms: text that you can read and edit. Moodle imports it, too."),
    "questions.csv": ("CSV", "Everything else: a table with a row for each question."),
    "questions.html": ("To print", "A sheet for each variant with a question of each kind, then the keys."),
}


@fragment
def platform_questions() -> None:
    """The section: what is chosen, one question as an example, and the files."""
    st.markdown(
        "Numerical questions for a quiz. Each variant has its own numbers, and its answer is computed. A known mistake gets no "
        "points, but feedback that names it. The same variant always has the same numbers."
    )
    own = {"selection_mode": "multi", "default": list(RUNGS), "format_func": RUNGS.__getitem__, "key": "teachers:kinds"}
    kinds = st.pills("Kinds of question", list(RUNGS), **own)
    left, right = st.columns(2)
    n = left.number_input("Variants of each", 1, MAX_VARIANTS, N_VARIANTS, key="teachers:variants")
    about = "Other numbers for another class or year: begin where the last quiz ended."
    first = right.number_input("First variant", 1, MAX_ITEM - MAX_VARIANTS, 1, key="teachers:first", help=about)
    kinds = [key for key in RUNGS if key in kinds]
    if not kinds:
        st.info("Choose at least one kind of question.")
        return
    for column, (name, (label, use)) in zip(st.columns(len(USE)), USE.items(), strict=True):
        write, mime = FILES[name]
        text = partial(_text, write, tuple(kinds), int(n), int(first))
        own = {"key": f"teachers:{name}", "on_click": "ignore", "icon": ":material/download:", "width": "stretch"}
        column.download_button(label, text, name, mime, **own)
        column.caption(use)
    st.caption(f"{len(kinds) * int(n)} questions.")
    _example(kinds, int(first))


def _text(write, kinds, n, first) -> str:
    """A file, written when its button is pressed."""
    return write(questions(kinds, n, first))


def _example(kinds, variant):
    """One question with its answers, as the platform will judge them."""
    kind = st.selectbox("Example", kinds, format_func=RUNGS.__getitem__, key="teachers:example")
    item = draw(kind, variant).item
    st.markdown(f"{notation.sentence_markdown(item.asks)} Round to {item.decimals} decimals.")
    st.markdown("&emsp; ".join(f"${{{notation.as_latex(text)}}}$" for text in item.given))
    rows = [(value, f"± {tolerance}", f"{share} %", words) for value, tolerance, share, words in answers(item)]
    table = pd.DataFrame(rows, columns=("answer", "tolerance", "points", "feedback"))
    st.dataframe(table, hide_index=True, column_config={"feedback": st.column_config.TextColumn(width="large")})
    _practice_link(kind, variant)


def _practice_link(kind, variant):
    """The way to the same items on the ladder: its address opens them for a class, too."""
    rung = list(RUNGS).index(kind) + 1
    path = FORWARD if rung <= N_FORWARD else BACKWARD
    view = replace(session.view, rung=rung, item=variant, right=None, tried=None, streak=None)
    params = address.offer(params_of(session.config, view))
    link(path, f"Practise from this item on: {PAGES[path]}", params, icon=":material/arrow_forward:")
    st.caption("Its address opens the same item for a whole class.")
