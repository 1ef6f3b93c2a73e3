"""What a page mounts in the browser: an entry of `ffbp.browser.sources.COMPONENTS` as a Streamlit component."""

import streamlit as st

from ffbp.browser import sources


def component(name: str):
    """The component of this name; call it with a key, its data and ``on_..._change`` callbacks."""
    js, css = sources.component(name)
    return st.components.v2.component(f"ffbp_{name}", js=js, css=css or None, isolate_styles=False)
