"""On a phone and on a tablet, fingers hit every control; at every width, every name is whole, on every page."""

import pytest
from apptest import PAGES
from browsing import Playground
from playwright.sync_api import TimeoutError as TooLate

LEAST, IN_A_PICTURE = 40, 24  # pixels; WCAG 2.2 asks for 24
SIZES = {"phone": (390, 844), "tablet": (820, 1180)}
LARGER = ((1024, 768), (1366, 768), (1920, 1080))
SMALL = f"""() => [...document.querySelectorAll('button, select, summary, a[href], input')]
    .filter((e) => e.closest('.ffbp, .st-key-bar, [class^=ffbp-]') && !e.closest('[aria-hidden=true]'))
    .filter((e) => e.checkVisibility({{ visibilityProperty: true }}))
    .map((e) => [e, (e.closest('label') ?? e).getBoundingClientRect(), e.closest('.units, td, .grid')])
    .filter(([, {{ width, height }}]) => width && height)
    .filter(([, {{ width, height }}, picture]) => Math.min(width, height) < (picture ? {IN_A_PICTURE} : {LEAST}) - 0.5)
    .map(([e, {{ width, height }}]) => `${{e.ariaLabel ?? e.textContent}}: ${{width}} x ${{height}}`)"""
CUT = """() => [...document.querySelectorAll(
      'dt, dd, h1, h2, h3, label, button, summary, select, .legend, .epoch, .name, [data-testid^=stMetric] *')]
    .filter((e) => e.checkVisibility() && !e.closest('.hidden') && getComputedStyle(e).overflowX !== 'visible')
    .filter((e) => e.scrollWidth > e.clientWidth + 1 || (e.matches('.legend') && e.scrollHeight > e.clientHeight + 1))
    .map((e) => `${e.textContent}: ${e.scrollWidth} in ${e.clientWidth}`)"""
UNMARKED = """() => [...document.querySelectorAll('.stSelectbox input')]
    .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).textOverflow !== 'ellipsis')
    .map((e) => `${e.ariaLabel}: ${e.value}`)"""
SIDEWAYS = "() => document.querySelector('[data-testid=stMain]').scrollWidth > window.innerWidth ? ['sideways'] : []"


def settles(page, *faults):
    """No fault is left once the page has taken the size."""
    for fault in faults:
        try:
            page.wait_for_function(f"() => ({fault})().length === 0", timeout=10000)
        except TooLate:
            assert page.evaluate(fault) == [], page.viewport_size


@pytest.fixture
def touched(tabs):
    with tabs.page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as page:
        yield page


def check(page):
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    if page.locator(".ffbp").count():
        page.wait_for_selector(".ffbp[data-run]")
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        settles(page, SMALL, CUT, UNMARKED, SIDEWAYS)


@pytest.mark.parametrize("path", [path.stem for path in PAGES])
def test_controls_are_large_enough_and_names_are_whole(touched, server, path):
    touched.goto(f"{server}/{'' if path == 'app' else path}")
    touched.wait_for_selector("h1", state="attached")
    check(touched)


def test_so_they_are_where_numbers_are_long_layers_many_and_classes_several(touched, server):
    for query in (
        "dataset=bumps&learning_rate=10",
        "dataset=iris&columns=all",
        "dataset=moons&hidden=4-4-4",
    ):
        touched.goto(f"{server}/?{query}")
        touched.wait_for_selector(".ffbp[data-run]")
        check(touched)
    touched.set_viewport_size({"width": 390, "height": 844})
    touched.goto(f"{server}/backpropagation?dataset=iris&columns=all")
    touched.get_by_role("combobox", name="from input").wait_for()
    settles(touched, UNMARKED)


def test_names_are_whole_on_larger_screens(playground):
    for query in ("?dataset=moons", "?dataset=bumps&learning_rate=10"):
        playground.open(query)
        for width, height in LARGER:
            playground.page.set_viewport_size({"width": width, "height": height})
            settles(playground.page, CUT)


def test_a_small_boundary_stays_in_sight_while_the_panel_is_not(touched, server):
    playground = Playground(touched, server).open("?dataset=moons&epochs=20")
    small, picture = touched.locator(".ffbp-glance"), "() => document.querySelector('.ffbp-glance canvas').toDataURL()"
    small.wait_for(state="hidden")
    touched.set_viewport_size({"width": 390, "height": 560})  # the panel is below the window, the numbers are in sight
    touched.wait_for_timeout(500)
    assert not small.is_visible(), "it covers the numbers"
    touched.set_viewport_size({"width": 390, "height": 844})
    touched.get_by_test_id("stExpandSidebarButton").click()
    small.wait_for()
    before, run = touched.evaluate(picture), playground.data("run")
    touched.get_by_role("slider", name="Noise").press("ArrowRight")
    playground.new_run(run)
    touched.wait_for_function(f"before => ({picture})() !== before", arg=before)
    touched.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    small.wait_for(state="hidden")
    touched.wait_for_function(  # again and again, because the closing sidebar moves the page
        """() => {
          document.querySelector('.ffbp .network').scrollIntoView();
          return !document.querySelector('.ffbp-glance').hidden;
        }"""
    )
    touched.keyboard.press("Home")
    touched.locator('.ffbp-glance[data-frame="0"]').wait_for()
    assert f"epoch 0, loss {playground.card('train_loss')}" in small.inner_text()
    small.get_by_role("button", name="Close the small boundary").click()
    small.wait_for(state="hidden")
    touched.locator(".ffbp .loss").evaluate("e => e.scrollIntoView()")
    touched.locator(".ffbp .network").evaluate("e => e.scrollIntoView()")
    small.wait_for(state="hidden")
