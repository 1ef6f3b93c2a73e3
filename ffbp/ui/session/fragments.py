"""Fragments: parts of a page that are drawn anew by themselves, and what the rest of the page shows meanwhile.

What is drawn of the state is noted together with the fragment that drew it. If a fragment finds at its start, or at its end,
that something drawn elsewhere is out of date, the whole page is drawn anew. At its start, because the browser sends what
changes in one instant as a single rerun, which may be that of one fragment alone: a control elsewhere then has its new
value, and its callback was called, but nothing shows it. At its end, because what was done in it may matter elsewhere.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps

import streamlit as st

from ffbp.ui.session.state import session

NOT_DRAWN = object()
WHOLE_PAGE, SCRIPT = "whole page", "script"  # what no fragment draws: the experiment; everything outside of fragments
_here: ContextVar[str] = ContextVar("fragment", default=SCRIPT)


def begin() -> None:
    """A page is made anew: nothing of it is out of date."""
    session.drawn = {(WHOLE_PAGE, "config", ""): session.config}


def note_controls(*keys: str) -> None:
    """The page shows these controls with the values that they have now."""
    _note("control", (key for key in keys if session.sent(key, NOT_DRAWN) is not NOT_DRAWN))


def note_view(*names: str) -> None:
    """The page shows these parts of the view as they are now."""
    _note("view", names)


def _note(kind, names):
    session.drawn = {**session.drawn, **{(_here.get(), kind, name): _now(kind, name) for name in names}}


def _now(kind, name, otherwise=None):
    if kind == "config":
        return session.config
    if kind == "view":
        return getattr(session.view, name)
    return session.sent(name, otherwise)


def catch_up() -> None:
    """Draw the whole page anew if something drawn elsewhere is out of date."""
    here = _here.get()
    if any(_now(kind, name, value) != value for (where, kind, name), value in session.drawn.items() if where != here):
        st.rerun()


def fragment(function: Callable) -> Callable:
    """`st.fragment`, and the whole page if the rest of it is out of date."""

    @st.fragment
    @wraps(function)
    def drawn_by_itself(*args, **options):
        place = _here.set(function.__qualname__)
        try:
            catch_up()
            session.drawn = {key: value for key, value in session.drawn.items() if key[0] != _here.get()}
            function(*args, **options)
            catch_up()
        finally:
            _here.reset(place)

    return drawn_by_itself
