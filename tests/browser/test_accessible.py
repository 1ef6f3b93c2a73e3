"""No page breaks a rule of axe-core, whatever its level, in light, in dark and on a phone."""

import pytest
from apptest import PAGES
from axe_playwright_python.sync_playwright import Axe

LOOKS = (("light", 1366), ("dark", 390))
LOOKS_AT_REST = 20
STREAMLITS = {  # the rules that parts of Streamlit break, and what marks these parts; no setting changes them
    "color-contrast": 'class="token',  # the colours of code
    "presentation-role-conflict": 'data-testid="stFileUploaderDropzone"',  # where a file is dropped
}


def violations(page):
    """What breaks a rule, in words, without Streamlit's own parts."""
    found = Axe().run(page).response["violations"]
    return [
        f"{broken['id']} ({broken['impact']}): {node['html'][:200]} {node['any'] and node['any'][0]['message']}"
        for broken in found
        for node in broken["nodes"]
        if STREAMLITS.get(broken["id"], "\0") not in node["html"]
    ]


def assert_no_rule_is_broken(playground, address):
    """In light at a laptop's width, then in dark on a phone.

    The last formulas and pictures are drawn after the page's script has ended, so it is looked at several times.
    """
    page = playground.page
    page.set_viewport_size({"width": 1366, "height": 850})
    page.goto(f"{playground.address}/{address}")
    page.wait_for_selector("h1")
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    for scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 850})
        playground.turn(scheme)
        for _ in range(LOOKS_AT_REST):
            page.wait_for_timeout(800)
            if not (broken := violations(page)):
                break
        assert not broken, "\n".join([f"{scheme}, {width}", *broken])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_rule_is_broken(playground, path):
    assert_no_rule_is_broken(playground, "" if path.stem == "app" else path.stem)
    assert playground.page.locator("h1").count() == 1


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
    assert_no_rule_is_broken(playground, address)


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
