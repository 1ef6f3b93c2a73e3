"""Which files of this folder make up what a page or a handout draws in the browser."""

import importlib.resources
from functools import cache
from pathlib import Path

FOLDER = importlib.resources.files("ffbp.browser")


@cache
def text(*names: str) -> str:
    """These files, one after the other."""
    return "\n".join((FOLDER / name).read_text("utf-8") for name in names)


@cache
def picture(name: str) -> tuple[str, str]:
    """JavaScript and style of a component that draws on a canvas: the player's helpers, then the file ``name``."""
    helpers = text("player.js").split("export class Player")[0]
    return "\n".join((helpers, text("shared.js", f"{name}.js"))), text("pictures.css")


@cache
def with_plotly(*names: str) -> str:
    """The JavaScript of a component that draws with Plotly: how it finds Plotly, then these files."""
    return text("plotly.js", *names).replace("__PLOTLY_CHUNK__", _plotly_chunk())


def _plotly_chunk() -> str:
    """The name of Streamlit's own Plotly file, so that a browser loads it once for everything; "" if there is none."""
    folder = importlib.resources.files("streamlit") / "static" / "static" / "js"
    names = sorted(path.name for path in Path(str(folder)).glob("PlotlyChart.*.js"))
    return names[0] if names else ""


def plotly() -> bytes:
    """plotly.py's own copy of Plotly's JavaScript."""
    return (importlib.resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()
