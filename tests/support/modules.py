"""The browser's own files in a blank page: as modules of their own, or as the components that a page mounts."""

import base64
import json
from contextlib import contextmanager

from ffbp.browser import sources

ORIGIN = "http://ffbp.test"
BLANK = "<!DOCTYPE html><html><head><meta charset='utf-8'></head><body></body></html>"


def _answer(route):
    path = route.request.url.removeprefix(ORIGIN).lstrip("/")
    if path.startswith("bundle/"):
        script, _ = sources.component(path.removeprefix("bundle/").removesuffix(".js"))
        route.fulfill(body=script, content_type="text/javascript; charset=utf-8")
    elif path.endswith(".js"):
        route.fulfill(body=sources.text(path), content_type="text/javascript; charset=utf-8")
    else:
        route.fulfill(body=BLANK, content_type="text/html; charset=utf-8")


@contextmanager
def blank_page(tabs, **options):
    """A page that answers ``import('/clock.js')`` with a file, and ``import('/bundle/player.js')`` with a component."""
    with tabs.page("blank", **{"viewport": {"width": 1366, "height": 900}, **options}) as page:
        page.route(f"{ORIGIN}/**", _answer)
        page.goto(f"{ORIGIN}/?dataset=moons")  # an address without parameters is the front door, at the first frame
        yield page
        assert page.problems == []


class Mounted:
    """Components on a blank page, called as Streamlit calls them; what they report is kept."""

    def __init__(self, page):
        self.page = page
        page.add_script_tag(content=sources.plotly().decode("utf-8"))
        page.evaluate("() => { window.reports = []; window.places = {}; }")

    def call(self, component, place, data: bytes | dict) -> None:
        """Mount a component at a place of the page, or hand it new data."""
        self.page.add_style_tag(content=sources.component(component)[1] or " ")
        packed = base64.b64encode(data).decode("ascii") if isinstance(data, bytes) else json.dumps(data)
        self.page.evaluate(
            """async ([component, place, packed, isBytes]) => {
              const { default: mount } = await import(`/bundle/${component}.js`);
              places[place] ??= document.body.appendChild(document.createElement('div'));
              const report = (name, value) => reports.push([place, name, value]);
              mount({
                data: isBytes ? Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)) : JSON.parse(packed),
                parentElement: places[place], setStateValue: report, setTriggerValue: report,
              });
            }""",
            [component, place, packed, isinstance(data, bytes)],
        )
