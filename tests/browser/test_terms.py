"""The label of a control that is a term explains it: for a mouse, a finger, the keyboard and a screen reader."""

import pytest
from playwright.sync_api import expect

from ffbp.words.glossary import named

RATE, OPTIMIZER, DATASET = named("Learning rate"), named("Optimizer"), named("Dataset")


def word(page, label):
    return page.get_by_test_id("stWidgetLabel").filter(has_text=label).first


def test_a_word_is_explained_where_the_mouse_or_the_keyboard_rests(playground):
    page = playground.open("?dataset=moons&epochs=20").page
    tip, rate = page.get_by_role("tooltip"), word(page, "Learning rate η")
    expect(rate).to_have_attribute("data-term", RATE.term)
    rate.hover()
    expect(tip).to_contain_text(RATE.sentence)
    box, label = tip.bounding_box(), rate.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    assert not label["y"] - box["height"] < box["y"] < label["y"] + label["height"]  # the word stays in sight
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.mouse.move(0, 0)
    slider, optimizer = (
        page.get_by_role("slider", name="Learning rate η"),
        page.get_by_role("combobox", name="Optimizer"),
    )
    expect(slider).to_have_accessible_description(RATE.sentence)
    slider.focus()
    page.keyboard.press("Tab")  # no other stop between them
    expect(optimizer).to_be_focused()
    expect(tip).to_contain_text(OPTIMIZER.sentence)
    run = playground.data("run")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    playground.new_run(run)
    expect(tip).to_be_hidden()
    expect(optimizer).to_have_accessible_description(OPTIMIZER.sentence)
    playground.turn("dark")
    rate.hover()
    expect(tip).to_be_visible()
    assert tip.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(30, 35, 44)"


@pytest.mark.parametrize("path", ["", "forward_pass"])
def test_a_tap_on_the_word_explains_it(tabs, server, path):
    with tabs.page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as page:
        page.goto(f"{server}/{path}?dataset=moons&epochs=20")
        page.wait_for_selector('[data-test-script-state="notRunning"]')
        if path:
            page.get_by_test_id("stExpandSidebarButton").tap()
        dataset, tip = word(page, "Dataset"), page.get_by_role("tooltip")
        expect(dataset).to_have_attribute("data-term", DATASET.term)
        dataset.tap()
        expect(tip).to_contain_text(DATASET.sentence)
        box = tip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        dataset.tap()
        expect(tip).to_be_hidden()
