"""Entries of `ffbp.browser.sources.COMPONENTS` as Streamlit components."""

import streamlit as st

from ffbp.browser import sources

for folder in sources.SERVED:  # Streamlit then serves the folder; nothing is mounted from it
    st.components.v1.declare_component(folder, path=str(sources.FOLDER / folder))


def component(name: str, styles: str = ""):
    """The named component; call it with a key, its data and ``on_..._change`` callbacks. styles: more rules for the page."""
    js, css = sources.component(name)
    return st.components.v2.component(f"ffbp_{name}", js=js, css=css + styles or None, isolate_styles=False)
