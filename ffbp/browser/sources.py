"""Which files of this folder make up what a page or a handout draws in the browser, and how they become one.

Each entry names the file that starts it, and its styles. That file is an ES module, as are those that it imports. `script`
writes them one after the other, each after what it imports, without their ``import`` lines and the word ``export``: what a
file declares is then declared for all, so no two may declare the same name.
"""

import importlib.resources
import re
from functools import cache
from pathlib import Path

FOLDER = importlib.resources.files("ffbp.browser")
COMPONENTS = {
    "player": ("components/player.js", ("player.css", "panels/matrix.css")),
    "refinement": ("components/refinement.js", ()),
    "chart": ("components/chart.js", ("components/chart.css",)),
    "plotly": ("components/supply.js", ()),
    "images": ("components/images.js", ("components/pictures.css",)),
    "confusion": ("components/confusion.js", ("components/pictures.css", "panels/matrix.css")),
    "drawing": ("components/drawing.js", ("components/pictures.css",)),
    "notices": ("components/notices.js", ("components/notices.css",)),
    "history": ("components/history.js", ()),
    "handout": ("handout.js", ("player.css", "panels/matrix.css", "handout.css")),
}
_IMPORT = re.compile(r"^import \{[^}]*\} from '([^']+)';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def text(name: str) -> str:
    """One of these files."""
    return (FOLDER / name).read_text("utf-8")


@cache
def component(name: str) -> tuple[str, str]:
    """The JavaScript and the styles of an entry of `COMPONENTS`."""
    start, styles = COMPONENTS[name]
    return script(start), "\n".join(map(text, styles))


def script(*starts: str) -> str:
    """The files and all that they import as one module."""
    written = []
    for start in starts:
        _write(start, written)
    parts = (_EXPORT.sub("", _IMPORT.sub("", text(name))) for name in written)
    return "\n".join(parts).replace("__PLOTLY_CHUNK__", _plotly_chunk())


def _write(name, written):
    if name in written:
        return
    for imported in _IMPORT.findall(text(name)):
        _write(_resolved(name, imported), written)
    written.append(name)


def _resolved(name, imported):
    """The path of an imported file within the folder."""
    parts = [*name.split("/")[:-1], *imported.split("/")]
    while ".." in parts:
        i = parts.index("..")
        del parts[i - 1 : i + 1]
    return "/".join(part for part in parts if part != ".")


def _plotly_chunk() -> str:
    """The name of Streamlit's own Plotly file, so that a browser loads it once for everything; "" if there is none."""
    folder = importlib.resources.files("streamlit") / "static" / "static" / "js"
    names = sorted(path.name for path in Path(str(folder)).glob("PlotlyChart.*.js"))
    return names[0] if names else ""


def plotly() -> bytes:
    """plotly.py's own copy of Plotly's JavaScript."""
    return (importlib.resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()
