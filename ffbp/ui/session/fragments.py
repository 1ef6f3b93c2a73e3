"""Fragments: parts of a page that rerun alone, and the rest of the page, which must not go out of date meanwhile.

Each piece of state that a page shows is noted with the fragment that shows it. If a fragment finds, at its start or at its
end, that another part of the page is out of date, the whole page is rerun. At its start, because the browser may bundle
simultaneous changes into the rerun of one fragment: a control elsewhere then has a new value and its callback has run,
but the page does not show it. At its end, because the fragment itself may have changed what others show.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps

import streamlit as st

from ffbp.ui.session.state import session

NOT_DRAWN = object()
WHOLE_PAGE, SCRIPT = "whole page", "script"  # owners that are no fragment: of the experiment; of all else
_here: ContextVar[str] = ContextVar("fragment", default=SCRIPT)


def begin() -> None:
    """Start a run of the whole page: nothing on it is out of date."""
    session.drawn = {(WHOLE_PAGE, "config", ""): session.config}


def is_inside() -> bool:
    """Whether a fragment is being drawn."""
    return _here.get() != SCRIPT


def outdate() -> None:
    """Have the whole page rerun, whichever part of it runs next: the browser may bundle what it reports with a fragment's rerun."""
    session.drawn = {**session.drawn, (WHOLE_PAGE, "config", ""): NOT_DRAWN}


def note_controls(*keys: str) -> None:
    """Note that the page shows these controls with their current values."""
    _note("control", (key for key in keys if session.sent(key, NOT_DRAWN) is not NOT_DRAWN))


def note_view(*names: str) -> None:
    """Note that the page shows the current values of these parts of the view."""
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
    """Rerun the whole page if anything drawn by another part of it is out of date."""
    here = _here.get()
    if any(_now(kind, name, value) != value for (where, kind, name), value in session.drawn.items() if where != here):
        st.rerun()


def fragment(function: Callable) -> Callable:
    """`st.fragment` that reruns the whole page if another part of it is out of date."""

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
