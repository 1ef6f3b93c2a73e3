"""No page breaks a rule of axe-core, whatever its level, in light, in dark and on a phone."""

import pytest
from apptest import PAGES
from axe_playwright_python.sync_playwright import Axe
from browsing import at

WIDTHS = {1366: ("light", "dark"), 390: ("light",)}
LOOKS_AT_REST = 20
STREAMLITS = {  # the rules that parts of Streamlit break, and what marks these parts; no setting changes them
    "color-contrast": 'class="token',  # the colours of code
    "presentation-role-conflict": 'data-testid="stFileUploaderDropzone"',  # where a file is dropped
}


def violations(page, rules=None):
    """What breaks a rule, or one of these, in words, without Streamlit's own parts."""
    options = {"runOnly": {"type": "rule", "values": rules}} if rules else None
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{broken['id']} ({broken['impact']}): {node['html'][:200]} {node['any'] and node['any'][0]['message']}"
        for broken in found
        for node in broken["nodes"]
        if STREAMLITS.get(broken["id"], "\0") not in node["html"]
    ]


def assert_no_rule_is_broken(page, scheme):
    """The last formulas and pictures are drawn after the page's script has ended, so it is looked at several times.

    The page in dark has the same elements in other colours.
    """
    rules = ["color-contrast"] if scheme == "dark" else None
    for _ in range(LOOKS_AT_REST):
        page.wait_for_timeout(800)
        if not (broken := violations(page, rules)):
            break
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_rule_is_broken(playground, path, width):
    page = playground.page
    page.set_viewport_size({"width": width, "height": 850})
    page.goto(f"{playground.address}/{'' if path.stem == 'app' else path.stem}")
    page.wait_for_selector("h1")
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    for scheme in WIDTHS[width]:
        playground.turn(scheme)
        with at(scheme):
            assert_no_rule_is_broken(page, scheme)


IN_LESSONS = (
    "forward_pass?dataset=xor&points=1_2_1~2_1_0&test=0&hidden=none&epochs=20&frame=0&lesson=neuron&step=2&answers=~w0.7",
    "?lr=1&epochs=300&frame=0&panel=boundary&lesson=neuron&step=6",
    "?lr=0.1&panel=loss&lesson=loss&step=5",
    "?lr=0.3&epochs=50&free=lr&fixed=all&ask=end_loss&given=w0.5&say=Which+rate+wins%3F",
    "lessons?dataset=moons&part=claims",
    "lessons?dataset=moons&part=glossary",
    "lessons?dataset=moons&part=own",
    "teachers?epochs=5&teach=hour",
    "teachers?epochs=5&teach=course",
)


@pytest.mark.parametrize("address", IN_LESSONS)
def test_no_rule_is_broken_in_a_lesson(playground, address):
    page = playground.page
    page.set_viewport_size({"width": 1366, "height": 850})
    page.goto(f"{playground.address}/{address}")
    page.wait_for_selector("h1")
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    with at("light"):
        assert_no_rule_is_broken(page, "light")
    page.set_viewport_size({"width": 390, "height": 850})
    playground.turn("dark")
    with at("dark, on a phone"):
        assert_no_rule_is_broken(page, "dark")


def test_a_formula_that_scrolls_is_reached_by_key_and_one_that_fits_is_not(page, server):
    page.set_viewport_size({"width": 700, "height": 850})
    page.goto(f"{server}/forward_pass?epochs=5")
    page.wait_for_selector('.katex-display[tabindex="0"]')
    page.wait_for_timeout(1500)
    fits = page.locator(".katex-display").evaluate_all(
        "all => all.map((e) => [e.scrollWidth > e.clientWidth + 4, e.tabIndex === 0])"
    )
    assert {scrolls for scrolls, _ in fits} == {True, False}
    assert all(scrolls == is_reached for scrolls, is_reached in fits)
    wide = page.locator('.katex-display[tabindex="0"]').first
    wide.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.katex-display[tabindex=\"0\"]').scrollLeft > 0")
