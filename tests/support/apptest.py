"""Pages in Streamlit's own test harness."""

import json
from functools import cache
from pathlib import Path

import waiting
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from ffbp.figures.blob import header_of
from ffbp.ui.page import PAGES as PAGE_TITLES

ROOT = Path(__file__).resolve().parents[2]
# A new app searches all installed packages for components, which takes three times as long as a page.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]


def run_page(path, **params):
    """Run a page with URL parameters, by default the reference experiment's, and open every group of its sidebar."""
    return opened(path, **params or {"dataset": "moons"})


def opened(path, **params):
    """`run_page` also without any parameters: the front door."""
    app = AppTest.from_file(str(path), default_timeout=waiting.SECONDS)
    for title in PAGE_TITLES.values():
        for more in ("data", "network", "training"):
            app.session_state[f"{title.lower()}:more:{more}"] = True
    for key, value in params.items():
        app.query_params[key] = value
    return app.run()


def check(app):
    """The app, which has run without an error."""
    assert not app.exception, app.exception
    return app


def again(app):
    """The app after another run, without an error."""
    return check(app.run())


def playground(**params):
    return run_page(ROOT / "app.py", **params)


def blob_of(app):
    """The run that the page carries to its player, with its first frames."""
    return carried(app)["run"]


def carried(app):
    """What the page carries to its player: "run", "refine" and, when all frames are wanted, "frames"."""
    sent = [c.proto.bytes for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_carrier")]
    return {header_of(blob)["kind"]: blob for blob in sent}


def charts_of(app):
    """The charts of a page, by title: what `ffbp.ui.chart.chart` sent."""
    sent = [c.proto for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_chart")]
    return {content["title"]: content for content in map(json.loads, (proto.bytes for proto in sent))}


def flow_of(app):
    """The first diagram of a pass on a page."""
    proto = next(c.proto for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_flow"))
    return json.loads(proto.bytes)


def named(elements, name):
    """The control of this name, whichever generation of it is drawn: `ffbp.ui.session.control` counts them behind a #."""
    return next(element for element in elements if element.key and element.key.partition("#")[0] == name)


def notices_of(app):
    """The notices beside the title, the most urgent first."""
    proto = next(c.proto for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_notices"))
    return json.loads(proto.bytes)["items"]
