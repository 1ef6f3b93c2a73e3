"""A weight or a bias of the diagram: its box, by keyboard, by pointer and under a finger."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_diagram import unit

import ffbp
from ffbp.words.numbers import format_number

BOX = ".ffbp .parameter"
SMALL = "?dataset=moons&epochs=20&hidden=3"
CONFIG = ffbp.Config(epochs=20, hidden=(3,))


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def edge(page, name):
    """Find a place of an edge with the pointer."""
    area = page.locator(".ffbp .diagram").bounding_box()
    for share in (0.3, 0.35, 0.4, 0.65, 0.7, 0.6):
        for y in range(10, int(area["height"]), 3):
            page.mouse.move(area["x"] + share * area["width"], area["y"] + y)
            if page.locator(".ffbp .network .readout").inner_text().startswith(f"{name} ="):
                return area["x"] + share * area["width"], area["y"] + y
    raise AssertionError(f"{name} is not drawn")


def test_by_keyboard_a_bad_number_is_refused_and_a_good_one_trains_again_until_it_is_undone(playground):
    page = playground.open(SMALL).page
    page.locator(".ffbp .timeline .copy").focus()
    while page.evaluate("!document.activeElement.closest('.units')"):
        page.keyboard.press("Tab")
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("e")
    assert focused(page) == "New initial value of b[1][2]"
    assert page.get_by_role("dialog", name="Bias b[1][2]").count() == 1
    for text in ("abc", "NaN", "1e999", "0x10", "--1", ""):
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.locator(f"{BOX} .error").filter(has_text="Type a finite number").wait_for()
        assert page.input_value(f"{BOX} input") == text
    assert Axe().run(page, context=BOX).response["violations"] == []
    page.keyboard.press("Escape")
    page.wait_for_selector(BOX, state="hidden")
    assert focused(page).startswith("layer 1, unit 2")
    page.keyboard.press("e")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.get_by_role("dialog", name="Weight W[1][2,1]").wait_for()
    assert "from x1" in page.locator(f"{BOX} option:checked").inner_text()
    before = playground.data("run")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("2,5")
    page.keyboard.press("Enter")
    playground.wait_address("theta=")
    playground.wait_address("frame=0")
    playground.new_run(before)
    playground.wait_frame(0)
    assert focused(page).startswith("layer 1, unit 2"), "the focus is back at the unit"
    expected = ffbp.train(CONFIG).history.theta[-1].copy()
    expected[3] = 2.5
    theta = page.evaluate("new URLSearchParams(location.search).get('theta')")
    assert [float(number) for number in theta.split("_")] == expected.tolist()
    page.get_by_role("button", name="→ 2.5").first.click()
    page.wait_for_function("() => !location.search.includes('theta')")


def test_a_click_on_an_edge_shows_its_gradient_and_leads_to_it(playground):
    page = playground.open(f"{SMALL}&frame=7").page
    page.mouse.click(*edge(page, "W[2][1,3]"))
    page.get_by_role("dialog", name="Weight W[2][1,3]").wait_for()
    layer = ffbp.train(CONFIG).network(7).layers[1]
    page.locator(f"{BOX} .slope").filter(has_text=f"dW[2][1,3]: {format_number(layer.dW[0, 2])}").wait_for()
    assert page.inner_text(f"{BOX} .value") == f"Value at epoch 7: {format_number(layer.W[0, 2])}"
    assert "from the weights of epoch 7, with" in page.inner_text(f"{BOX} .origin")
    page.fill(f"{BOX} input", "3")
    page.locator(".ffbp .timeline").get_by_role("button").nth(3).click()
    playground.wait_frame(8)
    page.locator(f"{BOX} .value").filter(has_text="Value at epoch 8").wait_for()
    assert page.input_value(f"{BOX} input") == "3", "what was typed stays"
    page.get_by_role("button", name="Its gradient, step by step").click()
    page.get_by_role("heading", name="One weight: W[2][1,3]").wait_for()
    for part in ("layer=2", "unit=1", "frame=8", "card=4"):
        playground.wait_address(part)


def test_the_dot_of_a_unit_is_its_bias_and_a_network_too_large_for_a_link_shows_only_gradients(playground):
    page = playground.open("?dataset=moons&epochs=5&hidden=12-12").page
    area = unit(page, "layer 2, unit 1:").bounding_box()
    page.mouse.click(area["x"] + 4, area["y"] + area["height"] - 2)
    page.get_by_role("dialog", name="Bias b[2][1]").wait_for()
    assert not page.locator(f"{BOX} input").is_visible()
    assert "at most 200 initial weights and biases, and this network has 205" in page.inner_text(f"{BOX} .origin")
    assert page.get_by_role("button", name="Its gradient, step by step").is_visible()
    page.locator(BOX).get_by_role("button", name="Close").click()
    page.wait_for_selector(BOX, state="hidden")


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, {"width": 820, "height": 1180}])
def test_under_a_finger_the_second_tap_opens_and_all_is_large_enough(visit, size):
    page = visit(SMALL, has_touch=True, viewport=size).page
    page.locator(".ffbp .diagram").scroll_into_view_if_needed()
    x, y = edge(page, "W[2][1,3]")
    page.mouse.move(5, 5)
    page.touchscreen.tap(x, y)
    page.locator(".ffbp .network .readout").filter(has_text="W[").wait_for()
    assert page.locator(BOX).is_hidden()
    page.touchscreen.tap(x, y)
    page.wait_for_selector(BOX)
    parts = page.locator(f"{BOX} :is(select, input, button):visible")
    boxes = [parts.nth(i).bounding_box() for i in range(parts.count())]
    assert len(boxes) == 5
    assert all(box["height"] >= 40 and box["x"] >= 0 and box["x"] + box["width"] <= size["width"] for box in boxes)
