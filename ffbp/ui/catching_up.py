"""A change that the browser sent along with a player's report is not lost: the whole page is drawn anew.

The browser sends what changes in one instant as a single rerun. If a player's report is among it, that is a rerun of the
player's fragment alone: a control elsewhere then has its new value, and its callback was called, but nothing shows it.
"""

from collections.abc import Iterable

import streamlit as st

from ffbp.ui import address

DRAWN = "catching_up:drawn"  # the values of controls outside the player's fragment, as the page shows them
DRAWN_CONFIG = "catching_up:config"


def begin() -> None:
    """A page is made anew: nothing of it is behind."""
    st.session_state[DRAWN], st.session_state[DRAWN_CONFIG] = {}, st.session_state[address.CONFIG]


def note(keys: Iterable[str]) -> None:
    """The page shows these controls with the values that they have now."""
    st.session_state[DRAWN].update((key, st.session_state[key]) for key in keys if key in st.session_state)


def catch_up() -> None:
    """Draw the whole page anew if it is behind a control or the experiment. Call it first in the player's fragment."""
    shown = st.session_state[DRAWN].items()
    if st.session_state[DRAWN_CONFIG] != st.session_state[address.CONFIG] or any(
        st.session_state.get(key, value) != value for key, value in shown
    ):
        st.rerun()
