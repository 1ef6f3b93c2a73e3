"""A network small enough to check by hand, and the way back to one's own experiment."""

from dataclasses import replace

import streamlit as st

from ffbp.lessons.presets import PRESETS
from ffbp.ui.session.state import session

SMALL = PRESETS["two_two_one"]
KEPT = "backward:small"  # kept in the session: the experiment, its start and the view to return to


def small_network() -> None:
    """A button that opens the network of two inputs, two units and one output, or the one that leaves it again."""
    if session.view.class_link.locks:
        return
    if session.config != SMALL.config:
        label = "Try it on a network small enough to check"
        st.button(label, key="backward:small", icon=":material/zoom_in:", on_click=_open)
    elif session.recall(KEPT):
        st.button("Back to your experiment", key="backward:back", icon=":material/undo:", on_click=_close)


def _open():
    session.keep((session.config, session.origin, session.view), KEPT)
    session.start(SMALL.config, SMALL.frame)
    session.view = replace(session.view, layer=None, unit=None)


def _close():
    config, origin, view = session.recall(KEPT)
    session.start(config, view.frame)
    session.origin, session.view = origin, view.with_task(session.view.class_link)
    session.keep(None, KEPT)
