"""The challenge of a link on the Playground: what is asked, and whether the run on screen meets it."""

from dataclasses import replace

from ffbp.figures.latex import plain
from ffbp.lessons.challenge import Facts, judged
from ffbp.ui.lessons.panel import is_asking
from ffbp.ui.page import Page
from ffbp.ui.runs import Shown
from ffbp.ui.session.state import session
from ffbp.words.of_a_challenge import WHY_NOT

FLAG, REACHED = ":material/flag:", ":material/check:"


def challenge(page: Page, shown: Shown) -> None:
    """Draw it above the figures, with a way out; nothing without a challenge.

    While a question waits for its answer, no number of the run is told.
    """
    asked = session.view.challenge
    if asked is None:
        return
    if is_asking() or session.view.class_link.tells_nothing:
        _draw(page, asked.told(), is_met=False)
        return
    facts = Facts.of(shown.run)
    found = judged(asked, facts)
    so_far = "Met." if found.met else "Not met yet."
    if found.why_not:
        so_far = f"This run does not count, because {WHY_NOT[found.why_not]}."
    _draw(page, f"{asked.told(facts.numbers)}. {so_far}", is_met=found.met)


def _draw(page, text, *, is_met):
    left, right = page.warnings.columns([7, 1], vertical_alignment="center")
    box = left.success if is_met else left.info
    box(f"**Challenge:** {plain(text)}", icon=REACHED if is_met else FLAG)
    words = "The challenge leaves the address. A run is handed in by its address: Copy link."
    right.button("Leave it", key="challenge:leave", on_click=_leave, help=words, width="stretch")


def _leave():
    session.view = replace(session.view, challenge=None)
