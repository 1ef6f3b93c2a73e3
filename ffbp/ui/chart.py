"""A chart that changes in place, where `st.plotly_chart` builds a new one at every change of a number."""

import zlib
from collections.abc import Callable

import streamlit as st

from ffbp.browser import sources
from ffbp.figures.plot import as_json


def theme() -> str:
    """The page's theme: "light" or "dark"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def chart(plot: dict, *, key: str, title: str, alternative: str, choose: Callable | None = None) -> None:
    """Draw plotly's JSON (`ffbp.figures.plot`) in place of what this key showed before.

    title: the chart's name, as plain text. alternative: what it shows, in words. choose: called with the custom data of a
    clicked point, before the page (or the fragment) is drawn anew.
    """
    content = {
        "title": title,
        "alternative": alternative,
        "file": key.replace(":", "-").replace(" ", "-"),
        "clickable": choose is not None,
        "plot": plot,
    }
    text = as_json(content)
    data = f'{{"id":"{zlib.crc32(text.encode()):08x}",{text[1:]}'.encode()

    def chosen():
        choice = st.session_state[key].get("choice")
        if choose and choice is not None:
            choose(choice)

    result = _component()(key=key, data=data, on_choice_change=chosen, on_plotly_change=lambda: None)
    supply_plotly(result)


def _component():
    js, css = sources.with_plotly("chart.js"), sources.text("chart.css")
    return st.components.v2.component("ffbp_chart", js=js, css=css, isolate_styles=False)


def supply_plotly(result) -> None:
    """Send plotly.py's own copy of Plotly's JavaScript if a component's result says that it found none."""
    if result.plotly != "missing":
        return
    _plotly_source()(key="plotly", data=sources.plotly())


def _plotly_source():
    js = """
export default function ({ data }) {
  if (window.Plotly) return;
  const script = document.createElement('script');
  script.src = URL.createObjectURL(new Blob([data], { type: 'text/javascript' }));
  document.head.append(script);
}
"""
    return st.components.v2.component("ffbp_plotly", js=js, isolate_styles=False)
