"""The timeline and its panels: one component that gets a run's packed frames once and plays in the browser."""

import importlib.resources
import json
from functools import cache
from pathlib import Path

import streamlit as st

from ffbp.figures import pack_refinement
from ffbp.figures.pack import header_of
from ffbp.ui import address
from ffbp.ui.runs import Shown

_PLAYER = Path(__file__).parent / "player"


ALL_PANELS = ("network", "boundary", "loss", "gradients")


@cache
def _sources(panels):
    js = (_PLAYER / "player.js").read_text("utf-8") + "\n" + (_PLAYER / "mount.js").read_text("utf-8")
    js = js.replace("__PLOTLY_CHUNK__", _plotly_chunk()).replace("__PANELS__", json.dumps(panels))
    return js, (_PLAYER / "player.css").read_text("utf-8")


def _plotly_chunk() -> str:
    """The name of Streamlit's own Plotly file, so that a browser loads it once for everything; "" if there is none."""
    folder = importlib.resources.files("streamlit") / "static" / "static" / "js"
    names = sorted(path.name for path in Path(str(folder)).glob("PlotlyChart.*.js"))
    return names[0] if names else ""


def _component(panels):
    js, css = _sources(panels)
    name = "ffbp_player" if panels == ALL_PANELS else f"ffbp_player_{'_'.join(panels)}"
    return st.components.v2.component(name, js=js, css=css, isolate_styles=False)


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


def player(shown: Shown, *, panels: tuple[str, ...] = ALL_PANELS, marks=None) -> int:
    """Mount the player; note its frame at rest and a clicked sample; returns the frame. Call it inside a fragment.

    panels: which of the four to show. marks: a function that gives the points of the plane to ring, called when a click
    has been noted. What was clicked goes into the view's ``sample`` as the row in the source.
    """
    result = _component(panels)(
        key=f"player:{len(panels)}",
        data=shown.blob,
        on_rest_change=lambda: None,
        on_sample_change=lambda: None,
        on_plotly_change=lambda: None,
    )
    view, run = st.session_state[address.VIEW_STATE], shown.run
    run_id, last = header_of(shown.blob)["id"], run.n_frames - 1
    rest, click = (
        value if isinstance(value, dict) and value.get("run") == run_id else {}
        for value in (result.rest, result.sample)
    )
    if isinstance(rest.get("frame"), int) and 0 <= rest["frame"] <= last and rest != st.session_state.get("rest:seen"):
        st.session_state["rest:seen"] = rest
        view["frame"] = rest["frame"]
        if rest["frame"] == last:
            del view["frame"]
    if isinstance(click.get("row"), int | float) and click != st.session_state.get("click:seen"):
        st.session_state["click:seen"] = click
        view["sample"] = int(click["row"])
        view.pop("x", None)
    if view.get("frame", 0) >= last:
        view.pop("frame", None)  # the end needs no parameter
    frame = view.get("frame", last)
    marked, adopted = marks() if marks else (), st.session_state[address.ADOPTED]
    data = pack_refinement(run, shown.plane, frame, run_id, marked, adopted)
    _refinement()(key="refinement", data=data)
    if result.plotly == "missing":
        import plotly

        source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
        _plotly_source()(key="plotly", data=source.read_bytes())
    address.write()
    return frame


@st.fragment
def timeline(shown: Shown) -> None:
    """The Playground's player: coming to rest asks the server for the refined boundary only."""
    player(shown)
