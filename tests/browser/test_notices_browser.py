"""The line of notices: in sight above the panels, never moving them, opened by one button; it leads to its moment."""

import pytest
from playwright.sync_api import expect

from ffbp.lessons.presets import PRESETS

OVERFITTING = "?" + "&".join(f"{key}={value}" for key, value in PRESETS["overfitting"].config.to_params().items())
SIZES = [(1366, 768), (1920, 1080), (390, 844)]


def top(page, selector):
    return page.locator(selector).first.bounding_box()


def place_at_rest(page, selector):
    """Where an element stands when its place has not changed for half a second."""
    before = None
    while (now := top(page, selector)) != before:
        before = now
        page.wait_for_timeout(500)
    return now


CONTRAST = """(node) => {
  const pen = document.createElement('canvas').getContext('2d');
  const light = (colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const pair = [light(getComputedStyle(node).color), light(getComputedStyle(node.parentNode).backgroundColor)];
  return Math.max(...pair) / Math.min(...pair);
}"""


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_most_urgent_notice_is_in_sight_above_the_panels(playground, width, height):
    page = playground.page
    page.set_viewport_size({"width": width, "height": height})
    playground.open(OVERFITTING)
    words = page.locator(".ffbp-notices [role=status]")
    expect(words).to_contain_text("Overfitting: the test loss was best in epoch 2")
    for scheme in ("light", "dark"):
        playground.turn(scheme)
        line, panels = top(page, ".ffbp-notices"), top(page, ".ffbp .panels")
        assert line["y"] >= 0
        assert line["y"] + line["height"] <= min(panels["y"], height)
        assert line["height"] <= 44
        assert line["x"] + line["width"] <= width
        if width > 1000:
            bottoms = page.eval_on_selector_all(".ffbp .panel", "all => all.map(e => e.getBoundingClientRect().bottom)")
            assert max(bottoms) <= height
        assert words.evaluate(CONTRAST) >= 7, scheme


def test_panels_stay_where_they_are_when_notices_come_and_go(playground):
    page = playground.page
    playground.open("?lr=0.2")
    places = []
    for rate, said in (
        (None, "No warnings"),
        (10.0, "Dead units in epoch 1000"),
        (0.1, "bend the boundary only a little"),
    ):
        if rate is not None:
            before = playground.data("run")
            preset = next(p for p in PRESETS.values() if p.config.learning_rate == rate and p.config.dataset == "moons")
            playground.experiment(preset.label)
            playground.new_run(before)
        expect(page.locator(".ffbp-notices [role=status]")).to_contain_text(said)
        places.append(place_at_rest(page, ".ffbp .panels"))
    assert places[0] == places[1] == places[2]


def test_the_count_opens_the_rest_and_escape_closes_it(playground):
    page = playground.open(OVERFITTING).page
    more = page.get_by_role("button", name="Show all 4 notices about this run")
    expect(more).to_have_text("+3")
    before = top(page, ".ffbp .panels")
    more.focus()
    page.keyboard.press("Enter")
    rest = page.get_by_role("list", name="All notices about this run")
    expect(rest.get_by_role("listitem")).to_have_count(4)
    expect(rest).to_contain_text(PRESETS["overfitting"].hint)
    assert top(page, ".ffbp .panels") == before
    box = rest.bounding_box()
    over = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('.ffbp-notices') !== null", [box["x"] + 40, box["y"] + 20]
    )
    assert over
    page.keyboard.press("Escape")
    expect(rest).to_be_hidden()
    expect(more).to_be_focused()
    page.locator(".ffbp-notices [role=status]").click()
    expect(rest).to_be_visible()
    page.mouse.click(700, 700)
    expect(rest).to_be_hidden()


def test_a_notice_leads_to_the_moment_that_it_speaks_of(playground):
    page = playground.open(OVERFITTING).page
    page.locator(".ffbp-notices > .place").get_by_role("button", name="Show epoch 2").click()
    playground.wait_address("frame=2")
    assert playground.epoch() == "epoch 2 / 600"
    expect(page.locator(".ffbp-notices > .place button:not(.learn)")).to_be_hidden()


def test_progress_stands_in_the_lines_place_and_moves_nothing(playground):
    page = playground.open("?samples=3000&optimizer=adam&batch=2&epochs=10").page
    expect(page.locator(".ffbp-notices [role=status]")).to_be_visible()
    before = top(page, ".ffbp .panels")
    page.get_by_role("slider", name="Epochs").press("ArrowRight")
    page.get_by_text("Training: epoch").wait_for(timeout=60_000)
    assert top(page, ".ffbp .panels") == before
    expect(page.locator(".ffbp-notices [role=status]")).to_be_hidden()
    page.get_by_role("button", name="Reset everything").click()
    expect(page.locator(".ffbp-notices [role=status]")).to_contain_text(
        "bend the boundary only a little", timeout=60_000
    )
