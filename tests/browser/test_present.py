"""Presenting: nothing but timeline, numbers and panels, with letters for the last row, and keys of its own."""

import pytest
from playwright.sync_api import expect

from ffbp.experiment.link import PANELS

SHOWN = (
    "() => [...document.querySelectorAll('.ffbp .panel')].filter((e) => !e.hidden).map((e) => e.classList[1]).join()"
)
CANVAS = """
window.painted = [];
const paint = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (...all) {
  const size = parseFloat(/([\\d.]+)px/.exec(this.font)[1]) * this.getTransform().d / devicePixelRatio;
  if (this.canvas.isConnected && all[0]) window.painted.push([size, all[0]]);
  return paint.apply(this, all);
};
"""
LETTERS = """
() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement, { width, height } = parent.getBoundingClientRect();
    const seen = parent.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    if (!node.data.trim() || !seen || width <= 1 || height <= 1 || parent.closest('option')) continue;
    found.push({ size: parseFloat(getComputedStyle(parent).fontSize), text: node.data.trim(),
      inside: Boolean(parent.closest('.ffbp-presented')) });
  }
  return found;
}
"""
LOOKS = {  # queries whose panels have letters of every kind
    "two": "?dataset=moons&epochs=40&panel=network-boundary&present=1",
    "all": "?dataset=moons&epochs=40&hidden=4-4-4-4-4-4&present=1",
    "table": "?dataset=wine&columns=0-1-2-3&epochs=20&panel=boundary-gradients&present=1",
}


def wait_shown(playground, *names):
    playground.page.wait_for_function(f"names => ({SHOWN})() === names", arg=",".join(names))


def check_letters(page, height, least):
    """Nothing outside is seen, every letter has the size, and the panels end within the window."""
    page.wait_for_function(
        "([least, height]) => { const all = [...document.querySelectorAll('.panel:not([hidden]):has(.plot)')];"
        " const size = (e) => parseFloat(getComputedStyle(e).fontSize);"
        " return all.every((e) => e.getBoundingClientRect().bottom <= height"
        " && [...e.querySelectorAll('.xtick text')].every((text) => size(text) >= least - 0.01)) }",
        arg=[least, height],
    )
    page.evaluate("() => { window.painted = [] }")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.wait_for_function("() => document.querySelector('.ffbp').dataset.frame === '0'")
    letters, painted = page.evaluate(LETTERS), page.evaluate("window.painted")
    assert [each["text"] for each in letters if not each["inside"]] == []
    assert [each for each in letters if each["size"] < least - 0.01] == []
    assert [each for each in painted if each[0] < least - 0.01] == []
    assert len(letters) > 20
    return painted


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_else_is_seen_and_every_letter_can_be_read_from_the_last_row(playground, look):
    page = playground.page
    page.add_init_script(CANVAS)
    page.emulate_media(color_scheme="dark" if look == "all" else "light")
    playground.open(LOOKS[look])
    page.wait_for_selector(".ffbp-presented")
    page.wait_for_selector('[data-test-script-state="notRunning"]', state="attached")
    painted = []
    for width, height, least in ((1366, 768, 17), (1920, 1080, 24)):
        page.set_viewport_size({"width": width, "height": height})
        painted += check_letters(page, height, least)
    assert painted or look == "table"
    for _ in range(3):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.ffbp') !== null")


def test_the_button_begins_and_escape_ends_and_the_link_and_back_follow(playground):
    page = playground.open("?dataset=moons&epochs=40").page
    expect(page.get_by_test_id("stSidebarLogo")).to_be_visible()
    page.get_by_role("button", name="Present").click()
    wait_shown(playground, "network", "boundary")
    playground.wait_address("panel=network-boundary&present=1")
    for hidden in (page.locator("h1"), page.get_by_test_id("stSidebarLogo")):
        expect(hidden).to_be_hidden()
    page.keyboard.press("Escape")
    wait_shown(playground, *PANELS)
    page.wait_for_function("() => !location.search.includes('present')")
    expect(page.locator("h1")).to_be_visible()
    page.go_back()
    page.wait_for_selector(".ffbp-presented")
    wait_shown(playground, "network", "boundary")
    page.get_by_role("button", name="Leave").click()
    expect(page.locator("h1")).to_be_visible()


def test_the_keys_choose_panels_play_step_and_blank_the_screen(playground):
    page = playground.open("?dataset=moons&epochs=40&panel=network-boundary&present=1").page
    for key, shown in (("2", ["network"]), ("3", ["network", "loss"]), ("4", ["loss", "gradients"]),
                       ("3", ["gradients"]), ("4", PANELS), ("1", ["network"]), ("0", PANELS)):  # fmt: skip
        page.keyboard.press(key)
        wait_shown(playground, *shown)
    page.wait_for_function("() => !location.search.includes('panel')")
    page.keyboard.press("Home")
    playground.wait_frame(0)
    page.keyboard.press("ArrowRight")
    playground.wait_frame(1)
    page.keyboard.press("Space")
    page.wait_for_selector('.ffbp[data-playing="true"]')
    page.keyboard.press("Space")
    page.wait_for_selector('.ffbp[data-playing="false"]')
    page.keyboard.press("b")
    expect(page.locator(".blank")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".blank")).to_be_hidden()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("swap this run and the kept one")
    page.keyboard.press("b")
    expect(page.locator(".blank")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(page.locator(".ffbp-presented")).to_be_visible()


def test_a_kept_run_and_the_present_one_are_swapped(playground):
    page = playground.open("?dataset=moons&epochs=40&present=1").page
    first = playground.data("run")
    page.keyboard.press("x")
    expect(page.get_by_role("status").filter(has_text="No other run is kept")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Kept")).to_be_visible()
    page.mouse.move(600, 300)  # a mouse that has not moved points at nothing
    page.mouse.move(610, 310)
    page.get_by_role("button", name="Add a unit to layer 1").click()
    playground.new_run(first)
    second = playground.data("run")
    playground.wait_address("hidden=11")
    for now, address in ((first, False), (second, True)):
        page.keyboard.press("x")
        page.wait_for_function("run => document.querySelector('.ffbp').dataset.run === run", arg=now)
        page.wait_for_function("is => location.search.includes('hidden=11') === is", arg=address)
        expect(page.get_by_role("button", name="Keep", exact=True)).to_be_visible()


def test_unknown_values_are_named_and_the_keys_are_listed_on_the_whole_page_too(playground):
    page = playground.open("?dataset=moons&epochs=40&present=1&panel=losses").page
    page.wait_for_selector(".ffbp-presented")
    expect(page.get_by_text("unknown panel 'losses'")).to_be_visible()
    playground.open("?dataset=moons&epochs=40&present=2")
    expect(page.get_by_text("present must be from 0 to 1")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("play or pause")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("1")
    page.get_by_role("button", name="Keys", exact=True).first.click()
    page.keyboard.press("Escape")
    wait_shown(playground, *PANELS)
