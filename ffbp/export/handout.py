"""The handout: a run, or two beside each other, as one HTML file that opens in any browser, without a server or the internet.

It contains the packed runs, Plotly's JavaScript (deflated, base64) and the pages' own player, inserted into
``browser/handout.html``. Its content security policy forbids the browser to fetch anything. Names from users are escaped.
"""

import base64
import html
import json
import re
import zlib
from collections.abc import Callable, Generator
from functools import cache

from ffbp.analysis.equal_parts import equal_parts, equal_parts_notice
from ffbp.analysis.plane import Plane
from ffbp.analysis.stability import measuring_stability, measuring_steps
from ffbp.analysis.summary import address_of, summary, title
from ffbp.browser import sources
from ffbp.experiment.differences import differences, differences_notice
from ffbp.experiment.link import PANELS
from ffbp.figures.measured import pack_stability, pack_steps
from ffbp.figures.pack import PLAYER, pack_refinement, packing
from ffbp.figures.pair import SIDE_PANELS, SIDES, on_common_ground, pack_pair, pair_settings
from ffbp.training.recording import drain
from ffbp.training.run import Run
from ffbp.version import VERSION
from ffbp.words.english import sentence
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
    settings = {"frame": frame, "refined": frame, "link": link, "player": PLAYER, "panels": PANELS}
    blobs = {"run": packed.blob(), "refinement": refinement, "steps": steps, "stability": stability}
    about = {**summary(run), "Link parameters": f"?{address_of(run.config)}"}
    settings |= {"help": entries(PANELS)}
    return (
        yield from writing_page("handout", title(run), settings, blobs, about=about, footer=_footer(link), link=link)
    )


def handout_of_two(
    a: Run, b: Run, planes: tuple[Plane, Plane], *, frames=(-1, -1), by: str = "epoch", link: str = ""
) -> str:
    """Two runs on one timeline as the text of one HTML file; see `writing_handout_of_two`."""
    return drain(writing_handout_of_two(a, b, planes, frames=frames, by=by, link=link))


def writing_handout_of_two(
    a: Run, b: Run, planes: tuple[Plane, Plane], *, frames=(-1, -1), by: str = "epoch", link: str = ""
) -> Generator[None, None, str]:
    """`handout_of_two` as a generator that yields between slices of work.

    planes: those of A and B, each with its own ranges. frames: those of A and B at which the file opens; by: "epoch" or
    "loss", what the timeline counts. link: the dashboard's address of the comparison.
    """
    planes, common, scales = on_common_ground(a, b, planes)
    blobs, found = {}, []
    for side, run, plane, frame in zip(SIDES, (a, b), planes, frames, strict=True):
        frame = range(run.n_frames)[frame]
        packed = yield from packing(run, plane, scales, panels=SIDE_PANELS)
        blobs[f"run-{side}"] = packed.blob(SIDE_PANELS, player=side)
        blobs[f"refinement-{side}"] = pack_refinement(run, plane, frame, packed.id, (), player=side)
        found.append(frame)
        yield
    blobs["run-pair"] = pack_pair(a, b, common, scales)
    longer = 0 if a.history.epoch[-1] >= b.history.epoch[-1] else 1
    settings = pair_settings() | {"frame": found[longer], "refined": found, "by": by, "link": link}
    about = {
        "What differs": sentence(differences_notice(differences(a.config, b.config))),
        "What is equal": sentence(equal_parts_notice(equal_parts(a, b))),
        **{
            f"{letter}: {key}": text
            for letter, run in zip("AB", (a, b), strict=True)
            for key, text in summary(run).items()
        },
    }
    name = f"A and B · {title(a) if title(a) == title(b) else f'{title(a)} and {title(b)}'}"
    return (
        yield from writing_page("handout_of_two", name, settings, blobs, about=about, footer=_footer(link), link=link)
    )


def writing_page(
    component: str,
    name: str,
    settings: dict,
    blobs: dict[str, bytes],
    *,
    about: dict,
    footer: str,
    link: str,
    has_charts: bool = True,
    adapted: Callable[[str], str] = str,
) -> Generator[None, None, str]:
    """The file's text, by a generator that yields between slices of work.

    component: its entry in `ffbp.browser.sources.COMPONENTS`; blobs: by the ids of their elements; about: names and texts that
    are listed below the player; footer: HTML; has_charts: whether a panel needs Plotly; adapted: changes script and styles.
    """
    plotly = f'<script type="text/plain" id="plotly">{_plotly()}</script>' if has_charts else ""
    yield
    script, style = map(adapted, sources.component(component))
    rows = (f"<dt>{html.escape(key)}</dt><dd>{html.escape(text)}</dd>" for key, text in about.items())
    carried = (f'<script type="text/plain" id="{key}">{_base64(blob)}</script>' for key, blob in blobs.items())
    places = {
        "policy": POLICY,
        "version": VERSION,
        "name": html.escape(name),
        "style": style,
        "no_link": "" if link else ' class="no-link"',
        "about": "\n".join(rows),
        "footer": footer,
        "settings": _json(settings),
        "blobs": "\n".join(carried),
        "plotly": plotly,
        "script": _script(script),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda place: places[place[1]], sources.text("handout.html"))


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
