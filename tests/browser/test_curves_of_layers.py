"""The gradients' panel: curves named at their ends, bars of the moment, and the menus of what a panel shows."""

import numpy as np
import pytest
from playwright.sync_api import expect

import ffbp
from ffbp.words.numbers import format_number

DEEP = ffbp.Config(hidden=(6, 5, 4, 3), activation="sigmoid", epochs=30)
QUERY = "?hidden=6-5-4-3&activation=sigmoid&epochs=30"


@pytest.fixture(scope="module")
def norms():
    return ffbp.train(DEEP).history.grad_norm


def test_every_curve_is_named_at_its_end_in_its_colour_and_no_name_covers_another(playground, norms):
    page = playground.open(QUERY).page
    labels = page.locator(".ffbp .gradients .ends span")
    assert labels.all_inner_texts() == [f"layer {l}" for l in range(1, 6)]
    boxes = [labels.nth(l).bounding_box() for l in range(5)]
    heights = sorted(box["y"] for box in boxes)
    assert min(np.diff(heights)) >= 9
    largest, smallest = norms[-1].argmax(), norms[-1].argmin()
    assert boxes[largest]["y"] < boxes[smallest]["y"]
    panel = page.locator(".ffbp .panel.gradients").bounding_box()
    assert all(box["x"] + box["width"] <= panel["x"] + panel["width"] for box in boxes)
    drawn = page.evaluate("document.querySelector('.ffbp .panel.gradients .plot')._fullData.map((t) => t.line.color)")
    assert len(set(drawn)) == 5


BARS = """() => {
  const stage = document.querySelector('.ffbp .panel.gradients .stage'), canvas = stage.querySelector('.under');
  const { xaxis, yaxis, _size } = stage.querySelector('.plot')._fullLayout, scale = canvas.width / _size.w;
  const pen = canvas.getContext('2d');
  return xaxis.tickvals.map((l) => {
    const x = Math.round(xaxis.l2p(l - 0.3) * scale);
    let y = canvas.height - 1; // the number above a bar is not part of it
    while (pen.getImageData(x, y, 1, 1).data[3] > 200) y--;
    return yaxis.p2d((y + 1) / scale);
  });
}"""


def test_bars_show_the_gradients_of_the_present_epoch(playground, norms):
    page = playground.open(QUERY).page
    page.locator(".ffbp .panel.gradients select").select_option("now")
    page.wait_for_function("() => document.querySelector('.ffbp .gradients .xtitle').textContent === 'layer'")
    for key, frame in (("Home", 0), ("End", 30)):
        page.keyboard.press(key)
        playground.wait_frame(frame)
        np.testing.assert_allclose(np.log10(page.evaluate(BARS)), np.log10(norms[frame]), atol=0.1)
    expect(page.locator(".ffbp .panel.gradients .alternative")).to_contain_text(format_number(norms[-1, 0]))


def test_a_menu_opens_closes_with_escape_and_rings_can_be_hidden(playground):
    page = playground.open("?epochs=20").page
    menu = page.locator(".ffbp .panel.boundary details.menu")
    dark = """() => { const c = document.querySelector('.ffbp .boundary .under');
      return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.reduce((h, v) => (h * 31 + v) | 0, 7); }"""
    before = page.evaluate(dark)
    menu.locator("summary").click()
    page.get_by_label("Rings around mistakes").uncheck()
    assert page.evaluate(dark) != before
    page.get_by_label("Rings around mistakes").check()
    assert page.evaluate(dark) == before
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
