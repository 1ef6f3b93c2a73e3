"""The challenge of a link on the Playground: what is asked, and whether the run on screen meets it."""

from dataclasses import replace

import streamlit as st

from ffbp.figures.latex import plain
from ffbp.lessons.challenge import Facts, judged
from ffbp.ui.page import Page
from ffbp.ui.runs import Shown
from ffbp.ui.session.state import session
from ffbp.words.of_a_challenge import WHY_NOT, numbers

FLAG, REACHED = ":material/flag:", ":material/check:"


def challenge(page: Page, shown: Shown) -> None:
    """Draw it above the figures, with a way out; nothing without a challenge."""
    asked = session.view.challenge
    if asked is None:
        return
    facts = Facts.of(shown.run)
    found = judged(asked, facts)
    here = numbers({name: facts.numbers[name] for name in asked.quantities})
    so_far = "meets it" if found.met else "does not meet it"
    if found.why_not:
        so_far = f"does not count, because {WHY_NOT[found.why_not]}"
    text = plain(f"{asked}. This run, at its end: {here}. It {so_far}.")
    with page.warnings.container(horizontal=True, vertical_alignment="center", key="challenge"):
        box = st.success if found.met else st.info
        box(f"**Challenge:** {text} To hand in a run, copy its address.", icon=REACHED if found.met else FLAG)
        st.button("Leave the challenge", key="challenge:leave", on_click=_leave)


def _leave():
    session.view = replace(session.view, challenge=None)
