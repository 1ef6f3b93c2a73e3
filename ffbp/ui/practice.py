"""Practice on the pages Forward pass and Backpropagation: one item after another, judged, with hints before the solution.

Where somebody is on the ladder stands in the address, so a link opens the same item at the same score. What was answered to
the item on screen is kept in the session; it counts when the next item is opened.
"""

from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from ffbp.analysis.slips import as_fraction
from ffbp.experiment.link import View, params_of
from ffbp.figures import notation
from ffbp.lessons.item import Item
from ffbp.lessons.ladder import IN_A_ROW, LADDER, Drawn, Standing
from ffbp.ui.page import PAGES, Page, link
from ffbp.ui.session import address, control
from ffbp.ui.session.state import session
from ffbp.words.of_a_slip import ASK_ANEW, SLIPS
from ffbp.words.of_an_item import RUNGS

FIRST, HELP, TYPED = "practice:first", "practice:help:shown", "practice:typed"
FORWARD, BACKWARD = "pages/forward_pass.py", "pages/backpropagation.py"
N_FORWARD = 2  # rungs of the forward pass
GOES_UP, GOES_DOWN = "Three in a row: the next item is one rung up.", "The next item is one rung down."


class Outcome(NamedTuple):
    """The first answer to an item, which is the one that counts: whether it was right, and the mistake's key if it has one."""

    right: bool
    slip: str | None = None


def practice(page: Page, *, start: int) -> None:
    """The folded card of practice. start: the rung of somebody who has not begun. Call it in the fragment of the player."""
    box = control.opened("Practise: one item after another", key=f"practice:{page.name}", expanded=_opened(page))
    if not box:
        return
    standing = _standing(start)
    with box:
        _chooser(standing, start)
        drawn = standing.drawn
        item = drawn.item
        st.markdown(f"**{notation.sentence_markdown(item.asks)}** Round to {item.decimals} decimals.")
        st.markdown("&emsp; ".join(f"${{{notation.as_latex(text)}}}$" for text in item.given))  # a brace does not break
        _answer(standing, item)
        _help(standing, drawn)
        _score(standing)


def _opened(page) -> bool:
    """Whether the card is open at first: with an address that names an item. Later changes would draw its field anew."""
    name, begun = f"practice:opened:{page.name}", session.view.item is not None or session.view.rung is not None
    adopted, opened = session.recall(name, (None, begun))
    if adopted != session.adopted:
        opened = begun
        session.keep((session.adopted, opened), name)
    return opened


def _standing(start) -> Standing:
    """Where the address says somebody is; at first on the rung ``start``."""
    view = session.view
    tried = view.tried or 0
    return Standing(view.rung or start, view.item or 1, min(view.right or 0, tried), tried, view.streak or 0)


def _go(standing: Standing) -> None:
    """Write a standing into the view; what is 0 needs no parameter."""
    numbers = {name: getattr(standing, name) or None for name in ("rung", "item", "right", "tried", "streak")}
    session.view = replace(session.view, **numbers)


def _about(standing):
    """The item on screen: what is kept of another one no longer counts."""
    return standing.rung, standing.item


def _kept(name, standing, otherwise=None):
    about, value = session.recall(name, (None, otherwise))
    return value if about == _about(standing) else otherwise


def _keep(value, name, standing):
    session.keep((_about(standing), value), name)


def _chooser(standing, start):
    """The rung, which can be chosen, too."""
    texts = {i: f"{i} · {RUNGS[key]}" for i, key in enumerate(LADDER, start=1)}
    about = f"{IN_A_ROW} right answers in a row lead one rung up; a mistake that has a name, one down."
    own = {"name": "practice:rung", "value": standing.rung, "on_change": _choose_rung, "args": (start,), "help": about}
    control.choice(st, "selectbox", "Rung", texts, **own)


def _choose_rung(rung, start):
    _go(_standing(start).on(rung))


def _answer(standing, item):
    """The field, the buttons beside it, and the verdict."""
    entry, buttons = st.columns([3, 5], vertical_alignment="bottom")
    label = f"Your value of {item.name}" + (" after the step" if item.origin is not None else "")
    own = {"placeholder": "0.25 or 0,25 or 1/4", "max_chars": 60}
    text = control.typed(entry, label, name=TYPED, about=_about(standing), **own)
    verdict = _judged(standing, item, text) if text.strip() else None
    shown = _kept(HELP, standing, 0)
    label = ("Hint", *["Another hint"] * (len(item.hints) - 1), "Solution", "Hide the solution")[shown]
    with buttons.container(horizontal=True):  # side by side on a phone, too
        st.button("Next item", key="practice:next", on_click=_next, args=(standing,), icon=":material/arrow_forward:")
        own = {"key": "practice:help", "on_click": _ask_help, "args": (standing, len(item.hints))}
        st.button(label, **own)  # one button, never disabled, so that the keyboard stays on it
    if verdict:
        level, words, icon = verdict
        getattr(st, level)(words, icon=icon)


def _judged(standing, item: Item, text: str):
    """The verdict on a typed answer: level, words and icon. The first answer is kept, because it is the one that counts."""
    typed = as_fraction(text)
    if typed is None:
        return "error", ASK_ANEW, None
    right, slip = item.judge(typed)
    if _kept(FIRST, standing) is None:
        _keep(Outcome(right, slip), FIRST, standing)
    first = _kept(FIRST, standing)
    if right:
        up = first.right and standing.streak + 1 == IN_A_ROW and standing.rung < len(LADDER)
        words = f"Right: {item.answer}.{' ' + GOES_UP if up else ''}"
        return "success", words, ":material/check:"
    words = SLIPS[slip] if slip else "Take a hint, or look for the step that differs."
    down = f" {GOES_DOWN}" if first.slip and first.slip == slip and standing.rung > 1 else ""
    return "warning", f"Not yet. {words}{down}", ":material/close:"


def _next(standing):
    first = _kept(FIRST, standing)
    _go(standing.answered(right=first.right, slip=first.slip) if first else standing.skipped())


def _ask_help(standing, n_hints):
    """One more hint, after them the solution, and then nothing again.

    With the solution, an item that nobody has answered before counts as not right.
    """
    shown = (_kept(HELP, standing, 0) + 1) % (n_hints + 2)
    _keep(shown, HELP, standing)
    if shown > n_hints and _kept(FIRST, standing) is None:
        _keep(Outcome(right=False), FIRST, standing)


def _help(standing, drawn: Drawn):
    """The hints so far, then the solution, with the way to this network's numbers."""
    item, shown = drawn.item, _kept(HELP, standing, 0)
    for text in item.hints[:shown]:
        is_formula = text is item.hints[-1]
        words = f"${notation.as_latex(text)}$" if is_formula else notation.sentence_markdown(text)
        st.markdown(f":material/lightbulb: {words}")
    if shown <= len(item.hints):
        return
    st.markdown("  \n".join(f"${notation.as_latex(text)}$" for text in item.steps))  # lines that wrap on a phone
    config = drawn.small.config()
    if config:
        numbers = {name: getattr(session.view, name) for name in ("rung", "item", "right", "tried", "streak")}
        view = replace(View(), frame=0, layer=drawn.layer, unit=drawn.unit, **numbers)
        path = FORWARD if standing.rung <= N_FORWARD else BACKWARD
        link(path, f"This network, number by number: {PAGES[path]}", address.offer(params_of(config, view)))


def _score(standing):
    """How many answers were right, and how many in a row; the item on screen included."""
    first = _kept(FIRST, standing)
    now = standing.answered(right=first.right, slip=first.slip) if first else standing
    streak = now.streak if now.streak or not (first and first.right) else IN_A_ROW
    count = f"{now.right} of {now.tried} right at the first try, {streak} in a row." if now.tried else ""
    st.caption(f"Item {standing.item}. {count} The first answer counts; the address holds your place.")
