"""Entries of `ffbp.browser.sources.COMPONENTS` as Streamlit components."""

import time

import streamlit as st

from ffbp.browser import sources
from ffbp.ui.session.state import session

DRAWING, A_LOOK = (
    0.04,
    0.01,
)  # seconds that the browser needs for a new picture; after which Streamlit may stop the script

for folder in sources.SERVED:  # Streamlit then serves the folder; nothing is mounted from it
    st.components.v1.declare_component(folder, path=str(sources.FOLDER / folder))


def component(name: str, styles: str = ""):
    """The named component; call it with a key, its data and ``on_..._change`` callbacks. styles: more rules for the page."""
    js, css = sources.component(name)
    return st.components.v2.component(f"ffbp_{name}", js=js, css=css + styles or None, isolate_styles=False)


def let_draw() -> None:
    """Wait until the browser has drawn a picture that was sent for the first time.

    What follows it would else be sent at once, and the browser would put forty controls into place first.
    """
    until = time.perf_counter() + DRAWING
    while time.perf_counter() < until:
        time.sleep(A_LOOK)
        session.pause()
