"""The handout: a run as one HTML file that opens in any browser, without a server and without the internet.

It holds the packed run, plotly's JavaScript (deflated, base64) and the very player of the pages. Its own rules forbid the
browser to fetch anything. Whatever a user named is escaped: as text in the page, inside the packed run otherwise.
"""

import base64
import html
import json
import zlib
from collections.abc import Generator
from functools import cache

from ffbp.analysis.plane import Plane
from ffbp.analysis.summary import address_of, summary, title
from ffbp.browser import sources
from ffbp.figures.blob import header_of
from ffbp.figures.pack import pack_refinement, packing
from ffbp.training.run import Run
from ffbp.version import VERSION

# Only what the file itself holds may run, and nothing may be fetched.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
)

_STYLE = """
:root { color-scheme: light dark; --ffbp-background: #ffffff; --ffbp-text: #1c1f26; --ffbp-panel: #f2f4f7;
  --ffbp-border: #d5d8de; --ffbp-primary: #2f6fb3; }
@media (prefers-color-scheme: dark) {
  :root { --ffbp-background: #12151b; --ffbp-text: #f0f2f5; --ffbp-panel: #1e232c; --ffbp-border: #3c404a;
    --ffbp-primary: #5b9bdb; }
}
body { margin: 0; padding: 10px 18px 24px; background: var(--ffbp-background); color: var(--ffbp-text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { font-size: 1.35rem; margin: 2px 0 10px; font-weight: 600; overflow-wrap: anywhere; }
#about { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 18px 0 10px; max-width: 75rem; }
#about dt { font-weight: 600; }
#about dd { margin: 0; overflow-wrap: anywhere; }
#about dt, #about dd { font-size: 15px; font-variant-numeric: normal; white-space: normal; }
footer { font-size: 13px; opacity: 0.85; max-width: 75rem; }
a { color: var(--ffbp-primary); }
code { font-size: 0.92em; overflow-wrap: anywhere; }
#player { min-height: 300px; position: relative; }
.no-link .ffbp .timeline .wide { display: none; }
@media (max-width: 640px) {
  body { padding: 8px 10px 20px; }
  #about { grid-template-columns: 1fr; gap: 0; }
  #about dd { margin-bottom: 6px; }
}
@media print { .ffbp .timeline, .ffbp .save, .ffbp .controls { display: none; } }
"""

_START = """
const part = (id) => document.getElementById(id).textContent;
const bytesOf = (id) => Uint8Array.from(atob(part(id)), (c) => c.charCodeAt(0));
const settings = JSON.parse(part('settings'));
const root = document.getElementById('player');

function theme() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--ffbp-${name}`).trim();
  const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  return { dark, ...Object.fromEntries(['background', 'text', 'panel', 'border', 'primary'].map((name) => [name, value(name)])) };
}

function frameInAddress() {
  const found = /^#frame=(\\d{1,5})$/.exec(window.location.hash);
  return found ? +found[1] : null;
}

try {
  const stream = new Blob([bytesOf('plotly')]).stream().pipeThrough(new DecompressionStream('deflate'));
  const script = document.createElement('script');
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  const player = new Player(root, {
    Plotly: window.Plotly,
    theme: theme(),
    link: () => settings.link,
    onRest: (frame, last) => history.replaceState(null, '', frame === last ? '#' : `#frame=${frame}`),
  });
  await player.show(bytesOf('run'), frameInAddress() ?? settings.frame);
  if (player.frame === settings.refined) await player.refine(bytesOf('refinement'));
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => player.setTheme(theme()));
  window.addEventListener('hashchange', () => { const frame = frameInAddress(); if (frame !== null) player.jump(frame); });
} catch (error) {
  root.textContent = `This browser cannot show the run (${error.message}). A browser of 2023 or later can.`;
  throw error;
}
"""


def handout(run: Run, plane: Plane, *, frame: int = -1, link: str = "") -> str:
    """The run as the text of one HTML file, opened at a frame. link: the dashboard's address of this experiment."""
    work = writing_handout(run, plane, frame=frame, link=link)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def writing_handout(
    run: Run, plane: Plane, *, frame: int = -1, link: str = "", blob: bytes | None = None
) -> Generator[None, None, str]:
    """The same as a generator that yields between slices of work. blob: the packed run, where it is there already."""
    frame = range(run.n_frames)[frame]
    if blob is None:
        blob = yield from packing(run, plane)
    refinement = pack_refinement(run, plane, frame, header_of(blob)["id"])
    yield
    plotly = _plotly()
    yield
    settings = {"frame": frame, "refined": frame, "link": link}
    name = html.escape(title(run))
    about = "\n".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in _about(run, link))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="generator" content="ffbp {VERSION}">
<title>{name} · ffbp</title>
<style>
{sources.text("player.css")}
{_STYLE}
</style>
</head>
<body{"" if link else ' class="no-link"'}>
<main>
<h1>{name}</h1>
<div id="player"><noscript>The timeline needs JavaScript.</noscript></div>
<dl id="about">
{about}
</dl>
</main>
<footer>{_footer(link)}</footer>
<script type="application/json" id="settings">{_json(settings)}</script>
<script type="text/plain" id="run">{_base64(blob)}</script>
<script type="text/plain" id="refinement">{_base64(refinement)}</script>
<script type="text/plain" id="plotly">{plotly}</script>
<script type="module">
{_script(sources.text("player.js"))}
{_script(_START)}
</script>
</body>
</html>
"""


def _about(run, link):
    yield from summary(run).items()
    params = address_of(run.config)
    yield "Link parameters", f"?{params}" if params else "none: it is the reference experiment"


def _footer(link):
    keys = "Space plays, arrows step, Home and End jump."
    again = (
        f' <a href="{html.escape(link, quote=True)}" rel="noreferrer">Open the experiment in the dashboard.</a>'
        if link
        else ""
    )
    return f"{keys} Everything is inside this file; nothing is loaded from elsewhere. Made with ffbp {VERSION}.{again}"


@cache
def _plotly() -> str:
    """plotly.min.js from plotly's own package, deflated, in base64."""
    return _base64(zlib.compress(sources.plotly(), 9))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _json(value) -> str:
    """JSON inside a script element: no < can end it."""
    return json.dumps(value).replace("<", "\\u003c")


def _script(source: str) -> str:
    """Source inside a script element: its strings keep their meaning, and nothing can end the element."""
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")
