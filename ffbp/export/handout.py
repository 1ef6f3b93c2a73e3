"""The handout: a run as one HTML file that opens in any browser, without a server or the internet.

It contains the packed run, Plotly's JavaScript (deflated, base64) and the pages' own player, inserted into
``browser/handout.html``. Its content security policy forbids the browser to fetch anything. Names from users are escaped.
"""

import base64
import html
import json
import re
import zlib
from collections.abc import Generator
from functools import cache

from ffbp.analysis.plane import Plane
from ffbp.analysis.stability import measuring_stability, measuring_steps
from ffbp.analysis.summary import address_of, summary, title
from ffbp.browser import sources
from ffbp.experiment.link import PANELS
from ffbp.figures.measured import pack_stability, pack_steps
from ffbp.figures.pack import PLAYER, pack_refinement, packing
from ffbp.training.recording import drain
from ffbp.training.run import Run
from ffbp.version import VERSION
from ffbp.words.glossary import entries

# Only the file's own scripts may run, and nothing may be fetched.
INLINE = "script-src 'unsafe-inline'; style-src 'unsafe-inline'"
POLICY = f"default-src 'none'; {INLINE}; img-src data: blob:; font-src data:"


def handout(run: Run, plane: Plane, *, frame: int = -1, link: str = "") -> str:
    """The run as the text of one HTML file, opened at a frame. link: the dashboard's address of this experiment."""
    return drain(writing_handout(run, plane, frame=frame, link=link))


def writing_handout(run: Run, plane: Plane, *, frame: int = -1, link: str = "") -> Generator[None, None, str]:
    """`handout` as a generator that yields between slices of work."""
    frame = range(run.n_frames)[frame]
    packed = yield from packing(run, plane)
    refinement = pack_refinement(run, plane, frame, packed.id)
    steps = pack_steps((yield from measuring_steps(run)), packed.id)
    stability = pack_stability(run, (yield from measuring_stability(run)), packed.id)
    yield
    plotly = _plotly()
    yield
    script, style = sources.component("handout")
    about = "\n".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in _about(run, link))
    places = {
        "policy": POLICY,
        "version": VERSION,
        "name": html.escape(title(run)),
        "style": style,
        "no_link": "" if link else ' class="no-link"',
        "about": about,
        "footer": _footer(link),
        "settings": _json(
            {
                "frame": frame,
                "refined": frame,
                "link": link,
                "player": PLAYER,
                "panels": PANELS,
                "help": entries(PANELS),
            }
        ),
        "run": _base64(packed.blob()),
        "refinement": _base64(refinement),
        "steps": _base64(steps),
        "stability": _base64(stability),
        "plotly": plotly,
        "script": _script(script),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda place: places[place[1]], sources.text("handout.html"))


def _about(run, link):
    yield from summary(run).items()
    yield "Link parameters", f"?{address_of(run.config)}"


def _footer(link):
    text = f"Keys: Space plays, arrow keys step, Home and End jump. This file works offline. Made with ffbp {VERSION}."
    address = html.escape(link, quote=True)
    return text + (f' <a href="{address}" rel="noreferrer">Open the experiment in the dashboard.</a>' if link else "")


@cache
def _plotly() -> str:
    """Plotly's JavaScript, deflated, in base64."""
    return _base64(zlib.compress(sources.plotly(), 9))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _json(value) -> str:
    """JSON inside a script element, without a < that could end it."""
    return json.dumps(value).replace("<", "\\u003c")


def _script(source: str) -> str:
    """Source inside a script element, changed so that none of its strings ends the element."""
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")
