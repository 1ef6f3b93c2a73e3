"""The files that draw pages and handouts in the browser, and how they become one script.

Each entry of `COMPONENTS` names its first file and its styles. That file and those it imports are ES modules. `script` joins
them, each after the files it imports, without ``import`` lines and the word ``export``. The joined files share one scope, so
no two may declare the same name.
"""

import importlib.resources
import posixpath
import re
from functools import cache
from zlib import crc32

FOLDER = importlib.resources.files("ffbp.browser")
SERVED = {
    folder: f"component/ffbp.ui.component.{folder}" for folder in ("vendor", "thumbnails")
}  # by Streamlit, and where
PLOTLY = "plotly-cartesian.min.js"
COMPONENTS = {
    "player": (
        "components/player.js",
        ("player.css", "panels/matrix.css", "keys.css", "present.css", "components/glance.css"),
    ),
    "comparison": ("components/comparison.js", ("player.css", "panels/matrix.css", "comparison.css")),
    "carrier": ("components/carrier.js", ()),
    "chart": ("components/chart.js", ("components/chart.css",)),
    "flow": ("components/flow.js", ("components/flow.css",)),
    "images": ("components/images.js", ("components/pictures.css",)),
    "confusion": ("components/confusion.js", ("components/pictures.css", "panels/matrix.css")),
    "drawing": ("components/drawing.js", ("components/pictures.css",)),
    "notices": ("components/notices.js", ("components/notices.css",)),
    "history": ("components/history.js", ("components/page.css",)),
    "front": ("components/front.js", ("components/front.css",)),
    "recent": ("components/recent.js", ("components/recent.css",)),
    "lesson": ("components/lesson.js", ("components/lesson.css",)),
    "preview": ("components/preview.js", ("components/preview.css",)),
    "task": ("components/task.js", ("components/task.css",)),
    "order": ("components/order.js", ("components/order.css",)),
    "footer": ("components/footer.js", ("components/footer.css",)),
    "gallery": ("components/gallery.js", ("components/gallery.css",)),
    "handout": ("handout.js", ("player.css", "panels/matrix.css", "keys.css", "handout.css")),
    "handout_in_a_frame": (
        "embed.js",
        ("player.css", "panels/matrix.css", "keys.css", "handout.css", "embed.css"),
    ),
    "handout_of_two": (
        "handout_of_two.js",
        ("player.css", "panels/matrix.css", "keys.css", "comparison.css", "handout.css"),
    ),
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


@cache
def thumbnails() -> dict[str, str]:
    """The paths of the gallery's pictures, by the names of their files. A path changes with its file."""
    files = {path.name: path.read_bytes() for path in (FOLDER / "thumbnails").iterdir() if path.name.endswith(".webp")}
    return {
        name.removesuffix(".webp"): f"{SERVED['thumbnails']}/{name}?{crc32(data):x}" for name, data in files.items()
    }


def script(start: str) -> str:
    """A file and everything it imports as one module, without the comments that have lines of their own."""
    written = []
    _write(start, written)
    parts = (_EXPORT.sub("", _IMPORT.sub("", _COMMENT.sub("", text(name)))) for name in written)
    return "\n".join(parts).replace("__PLOTLY__", f"{SERVED['vendor']}/{PLOTLY}?{plotly_version()}")


def _write(name, written):
    if name in written:
        return
    for imported in _IMPORT.findall(text(name)):
        _write(posixpath.normpath(posixpath.join(posixpath.dirname(name), imported)), written)
    written.append(name)


@cache
def plotly() -> bytes:
    """Plotly's JavaScript, the distribution for axes in two dimensions, unchanged: a third of the whole in size."""
    return (FOLDER / "vendor" / PLOTLY).read_bytes()


@cache
def plotly_version() -> str:
    """The version that the file names in its first lines."""
    return re.search(rb"plotly\.js \(cartesian - minified\) v([\d.]+)", plotly()[:300])[1].decode()
