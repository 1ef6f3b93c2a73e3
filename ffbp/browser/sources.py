"""The files that draw pages and handouts in the browser, and how they become one script.

Each entry of `COMPONENTS` names its first file and its styles. That file and those it imports are ES modules. `script` joins
them, each after the files it imports, without ``import`` lines and the word ``export``. The joined files share one scope, so
no two may declare the same name.
"""

import importlib.resources
import posixpath
import re
from functools import cache
from pathlib import Path

FOLDER = importlib.resources.files("ffbp.browser")
COMPONENTS = {
    "player": ("components/player.js", ("player.css", "panels/matrix.css")),
    "carrier": ("components/carrier.js", ()),
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
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def text(name: str) -> str:
    """The text of a file in this folder."""
    return (FOLDER / name).read_text("utf-8")


@cache
def component(name: str) -> tuple[str, str]:
    """The JavaScript and the styles of an entry of `COMPONENTS`."""
    start, styles = COMPONENTS[name]
    return script(start), "\n".join(map(text, styles))


def script(start: str) -> str:
    """A file and everything it imports as one module, without the comments that have lines of their own."""
    written = []
    _write(start, written)
    parts = (_EXPORT.sub("", _IMPORT.sub("", _COMMENT.sub("", text(name)))) for name in written)
    return "\n".join(parts).replace("__PLOTLY_CHUNK__", _plotly_chunk())


def _write(name, written):
    if name in written:
        return
    for imported in _IMPORT.findall(text(name)):
        _write(posixpath.normpath(posixpath.join(posixpath.dirname(name), imported)), written)
    written.append(name)


def _plotly_chunk() -> str:
    """The name of Streamlit's own Plotly file, which the browser then loads only once; "" if there is none."""
    folder = importlib.resources.files("streamlit") / "static" / "static" / "js"
    return min((path.name for path in Path(str(folder)).glob("PlotlyChart.*.js")), default="")


def plotly() -> bytes:
    """The copy of Plotly's JavaScript that comes with plotly.py."""
    return (importlib.resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()
