"""A chart that changes in place, where `st.plotly_chart` builds a new one at every change of a number."""

import importlib.resources
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st

from ffbp.figures.plot import as_json

PLAYER = Path(__file__).parent / "player"


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
    js, css = _sources()
    return st.components.v2.component("ffbp_chart", js=js, css=css, isolate_styles=False)


@cache
def _sources():
    return with_plotly("chart.js"), (PLAYER / "chart.css").read_text("utf-8")


def with_plotly(*names: str) -> str:
    """The JavaScript of a component that draws with Plotly: how it finds Plotly, then these files."""
    sources = [(PLAYER / name).read_text("utf-8") for name in ("plotly.js", *names)]
    return "\n".join(sources).replace("__PLOTLY_CHUNK__", _plotly_chunk())


def _plotly_chunk() -> str:
    """The name of Streamlit's own Plotly file, so that a browser loads it once for everything; "" if there is none."""
    folder = importlib.resources.files("streamlit") / "static" / "static" / "js"
    names = sorted(path.name for path in Path(str(folder)).glob("PlotlyChart.*.js"))
    return names[0] if names else ""


def supply_plotly(result) -> None:
    """Send plotly.py's own copy of Plotly's JavaScript if a component's result says that it found none."""
    if result.plotly != "missing":
        return
    import plotly

    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    _plotly_source()(key="plotly", data=source.read_bytes())


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
