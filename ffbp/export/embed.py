"""An embed: chosen panels of a run for a page of a course, as one HTML file to show in an iframe.

The file contains the run's part for these panels, and Plotly only if a panel is a chart. It tells the page around it its height
(`RESIZING` takes that over), is light or dark like that page, and fetches nothing.
"""

import html
import re
from collections.abc import Generator
from functools import partial

from ffbp.analysis.plane import Plane
from ffbp.analysis.stability import measuring_stability, measuring_steps
from ffbp.analysis.summary import short_name, title
from ffbp.experiment.config import Config
from ffbp.experiment.link import PANELS, are_panels
from ffbp.export.handout import writing_page
from ffbp.faults.registry import banner
from ffbp.figures.measured import pack_stability, pack_steps
from ffbp.figures.pack import PLAYER, pack_refinement, packing
from ffbp.training.recording import drain
from ffbp.training.run import Run
from ffbp.version import VERSION
from ffbp.words.glossary import entries

ALL = "all"  # the four panels, as a choice of panels is written
HEIGHTS = {1: 420, 2: 480, len(PANELS): 760}  # usual heights in pixels, by the number of panels
LOWEST = {1: 300, 2: 300, len(PANELS): 560}
HIGHEST = 1600
LEADING = ("network", "boundary")  # panels where clicks lead to other pages
AUTO = "auto"
LOOKS = {AUTO: "Like the page around it", "light": "Light", "dark": "Dark"}
SCHEME, DARK = (
    "(prefers-color-scheme: dark)",
    {"light": "not all", "dark": "all"},
)  # a media query, and what replaces it

# For the page around: a frame becomes as high as what it contains. A page needs it once, however many frames it has.
RESIZING = """<script>
addEventListener('message', ({ data, source }) => {
  const height = Math.min(Number(data?.ffbp?.height), 4000);
  for (const frame of document.querySelectorAll('iframe')) {
    if (height > 0 && frame.contentWindow === source) frame.style.height = `${height}px`;
  }
});
</script>"""


def panels_of(text: str) -> tuple[str, ...]:
    """The panels that a text names: one of PANELS, two joined by "-", or ALL. Raises ValueError."""
    if text == ALL:
        return PANELS
    if not are_panels(text):
        raise ValueError(f"panels must be {ALL}, or one or two of {', '.join(PANELS)} joined by -, got {text[:60]!r}")
    return tuple(panel for panel in PANELS if panel in text.split("-"))


def name_of(panels: tuple[str, ...]) -> str:
    """The text that names panels."""
    return ALL if len(panels) == len(PANELS) else "-".join(panels)


def check_height(height: object, panels: tuple[str, ...]) -> None:
    """Raise ValueError for a height in which these panels cannot be read."""
    low = LOWEST[len(panels)]
    if not isinstance(height, int) or not low <= height <= HIGHEST:
        raise ValueError(f"height must be from {low} to {HIGHEST} pixels for these panels, got {height!r}")


def embed(run: Run, plane: Plane, panels: tuple[str, ...] = PANELS, **options) -> str:
    """Panels of a run as the text of one HTML file; see `writing_embed`."""
    return drain(writing_embed(run, plane, panels, **options))


def writing_embed(
    run: Run,
    plane: Plane,
    panels: tuple[str, ...] = PANELS,
    *,
    frame: int = -1,
    height: int | None = None,
    look: str = AUTO,
    link: str = "",
) -> Generator[None, None, str]:
    """`embed` as a generator that yields between slices of work.

    panels: as `panels_of` returns them. frame: at which the file opens; another one can be named in its address, as #frame=0.
    height: in pixels, by default that of HEIGHTS. look: a key of LOOKS. link: the dashboard's address of this experiment.
    Raises ValueError for a height that is too low or too high.
    """
    height = height or HEIGHTS[len(panels)]
    check_height(height, panels)
    frame = range(run.n_frames)[frame]
    packed = yield from packing(run, plane, panels=panels)
    blobs = {"run": packed.blob(panels)}
    if "boundary" in panels:
        blobs["refinement"] = pack_refinement(run, plane, frame, packed.id)
    if "loss" in panels:
        blobs["steps"] = pack_steps((yield from measuring_steps(run)), packed.id)
    if "gradients" in panels:
        blobs["stability"] = pack_stability(run, (yield from measuring_stability(run)), packed.id)
    settings = {"player": PLAYER, "panels": panels, "help": _help(panels), "height": height}
    settings |= {"frame": frame, "refined": frame if "boundary" in panels else None}
    own = {"about": {}, "footer": _footer(run, link), "link": ""}
    own |= {"has_charts": set(panels) != {"network"}, "adapted": partial(_in_look, look)}
    return (yield from writing_page("handout_in_a_frame", title(run), settings, blobs, **own))


def _help(panels):
    """The panels' entries, without the clicks that lead to other pages of the dashboard."""
    found = entries(panels)
    return {key: entry | ({"where": ""} if key in LEADING else {}) for key, entry in found.items()}


def _in_look(look, text):
    """A script or styles that are light or dark whatever the page around it is."""
    if look == AUTO:
        return text
    return text.replace(SCHEME, DARK[look]).replace("color-scheme: light dark", f"color-scheme: {look}")


def _footer(run, link):
    words = html.escape(f"{banner(run.config.fault)} {short_name(run)}. Made with ffbp {VERSION}.".strip())
    address = html.escape(link, quote=True)
    there = f' <a href="{address}" target="_blank" rel="noreferrer">Open the experiment in the dashboard.</a>'
    return words + (there if link else "")


def file_name(config: Config, panels: tuple[str, ...]) -> str:
    """What the file is called: data and panels; your file's own name is left out."""
    data = "own-file" if config.file_name else "drawn" if config.points is not None else config.dataset
    return f"ffbp-{re.sub('[^a-z0-9]+', '-', data.lower())}-{name_of(panels)}.html"


def line(address: str, name: str, height: int) -> str:
    """The line of HTML that shows a page in a frame. address: of the file or the dashboard; name: for screen readers."""
    return _element(f'src="{html.escape(address, quote=True)}"', name, height)


def element(text: str, name: str, height: int) -> str:
    """An embed's text as one element that contains it, for a place that takes HTML but no files."""
    return _element(f'srcdoc="{html.escape(text, quote=True)}"', name, height)


def _element(content, name, height):
    look = f'style="width: 100%; height: {height}px; border: 0" loading="lazy"'
    return f'<iframe title="{html.escape(name, quote=True)}" {content} {look}></iframe>'
