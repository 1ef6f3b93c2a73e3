"""The timeline and its four panels: one component that gets a run's packed frames once and plays in the browser."""

import importlib.resources
from functools import cache
from pathlib import Path

import streamlit as st

from ffbp.figures import pack_refinement
from ffbp.figures.pack import header_of
from ffbp.ui import address
from ffbp.ui.runs import Shown

_PLAYER = Path(__file__).parent / "player"


@cache
def _sources():
    js = (_PLAYER / "player.js").read_text("utf-8") + "\n" + (_PLAYER / "mount.js").read_text("utf-8")
    return js.replace("__PLOTLY_CHUNK__", _plotly_chunk()), (_PLAYER / "player.css").read_text("utf-8")


def _plotly_chunk() -> str:
    """The name of Streamlit's own Plotly file, so that a browser loads it once for everything; "" if there is none."""
    folder = importlib.resources.files("streamlit") / "static" / "static" / "js"
    names = sorted(path.name for path in Path(str(folder)).glob("PlotlyChart.*.js"))
    return names[0] if names else ""


def _component():
    js, css = _sources()
    return st.components.v2.component("ffbp_player", js=js, css=css, isolate_styles=False)


def _refinement():
    js = """
export default function ({ data }) {
  window.ffbpRefinement = data.slice(); // the player may not be there yet
  window.dispatchEvent(new Event('ffbp:refine'));
}
"""
    return st.components.v2.component("ffbp_refinement", js=js, isolate_styles=False)


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


@st.fragment
def timeline(shown: Shown) -> None:
    """Mount the player; note its frame when it comes to rest, refine the boundary there, and write the address."""
    result = _component()(
        key="player",
        data=shown.blob,
        on_rest_change=lambda: None,
        on_plotly_change=lambda: None,
    )
    view, run = st.session_state[address.VIEW_STATE], shown.run
    run_id, last = header_of(shown.blob)["id"], run.n_frames - 1
    rest = result.rest if isinstance(result.rest, dict) else {}
    if rest.get("run") == run_id and isinstance(rest.get("frame"), int) and 0 <= rest["frame"] <= last:
        if rest["frame"] == last:
            view.pop("frame", None)
        else:
            view["frame"] = rest["frame"]
    frame = min(view.get("frame", last), last)
    address.write()
    if not shown.plane.is_line:
        _refinement()(key="refinement", data=pack_refinement(run, shown.plane, frame, run_id))
    if result.plotly == "missing":
        import plotly

        source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
        _plotly_source()(key="plotly", data=source.read_bytes())
