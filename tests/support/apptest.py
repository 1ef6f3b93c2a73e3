"""Pages in Streamlit's own test harness."""

import json
from functools import cache
from pathlib import Path

import waiting
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

from ffbp.figures.blob import header_of
from ffbp.ui.page import PAGES as PAGE_TITLES

ROOT = Path(__file__).resolve().parents[2]
# A new app searches all installed packages for components, which takes three times as long as a page.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
read_messages = local_script_runner.parse_tree_from_messages
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]


def built(messages):
    """Read the messages of a run as the browser does: one for a place in a block that is not there would break the page.

    None has been sent before the run has ended, as on a busy machine; Streamlit puts a later one for a place where an
    earlier one stood, which may be before its block. A block of another type at its place begins empty.
    """
    blocks = {}
    for message in messages:
        path = tuple(message.metadata.delta_path)
        if message.WhichOneof("type") != "delta":
            continue
        assert len(path) == 2 or path[:-1] in blocks, f"nothing stands at {path[:-1]}: {str(message.delta)[:300]}"
        kind = message.delta.WhichOneof("type") == "add_block" and message.delta.add_block.WhichOneof("type")
        if kind and blocks.get(path) == kind:
            continue
        blocks = {each: known for each, known in blocks.items() if each[: len(path)] != path}
        if kind:
            blocks[path] = kind
    return read_messages(messages)


local_script_runner.parse_tree_from_messages = built


def run_page(path, **params):
    """Run a page with URL parameters, by default the reference experiment's, and open every group of its sidebar."""
    return opened(path, **params or {"dataset": "moons"})


def opened(path, **params):
    """`run_page` also without any parameters: the front door."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=waiting.SECONDS)
    if Path(path) != ROOT / "app.py":
        app.switch_page(str(Path(path).relative_to(ROOT)))
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
