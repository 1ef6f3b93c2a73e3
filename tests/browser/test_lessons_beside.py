"""The lesson beside the live page, in a browser: from the front door to the first right prediction, by keyboard, on a phone."""

from playwright.sync_api import expect

SIDEWAYS = "document.querySelector('[data-testid=stMain]').scrollWidth - document.querySelector('[data-testid=stMain]').clientWidth"


def panel(page):
    return page.get_by_role("region", name="Lesson: What a neuron computes")


def test_from_the_front_door_to_the_first_right_prediction_with_the_keyboard_alone(visit):
    playground = visit("", viewport={"width": 1366, "height": 768})
    page = playground.page
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    page.wait_for_timeout(500)  # a person reads before choosing
    page.get_by_role("button", name="Start the course").focus()
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text("Step 1 of 6")
    expect(page).to_have_title("Forward pass · ffbp")
    expect(panel(page)).to_be_focused()  # the keyboard goes on from here
    box, plane = panel(page).bounding_box(), page.locator(".ffbp .panel").first.bounding_box()
    assert box["x"] >= plane["x"] + plane["width"]  # beside it
    numbers = page.locator(".st-key-flow .katex-display").filter(has_text="0.5000")  # of which the step speaks
    expect(numbers.first).to_be_in_viewport(ratio=1)
    bar, logo = page.locator(".st-key-bar").bounding_box(), page.get_by_test_id("stExpandSidebarButton").bounding_box()
    assert bar["y"] < 40, "an empty strip above the bar"
    first = page.locator(".st-key-bar a").first.bounding_box()
    assert first["x"] >= logo["x"] + logo["width"], "the logo covers the bar"
    page.get_by_role("button", name="Next", exact=True).press("Enter")
    expect(panel(page).locator("[aria-live=polite]")).to_contain_text("Step 2 of 6. The same neuron gets other inputs.")
    expect(panel(page)).to_be_focused()
    field = panel(page).get_by_role("textbox", name="The inputs are now (2, 1)")
    field.fill("0.7")
    field.press("Enter")
    expect(panel(page).get_by_role("alert")).to_contain_text("That is the sum without the bias")
    field.fill("0,9")
    field.press("Enter")
    expect(panel(page).get_by_role("status")).to_contain_text("Right: 0,9")
    playground.wait_address("answers=")
    assert "sample=1" in page.url
    page.reload()
    expect(panel(page).get_by_role("status")).to_contain_text("Right: 0,9")
    panel(page).get_by_role("button", name="Leave").click()
    expect(panel(page)).to_have_count(0)
    page.wait_for_function("() => !document.body.classList.contains('ffbp-lesson')")  # the page has its room again
    page.get_by_role("link", name="Lessons", exact=True).click()
    page.get_by_role("button", name="What a neuron computes").click()
    expect(panel(page)).to_contain_text("Step 2 of 6")


def test_on_a_phone_the_panel_is_above_the_page_and_nothing_scrolls_sideways(visit):
    playground = visit("?lr=0.1&panel=boundary&lesson=rate&step=3", viewport={"width": 390, "height": 844})
    page = playground.page
    box = page.get_by_role("region", name="Lesson: The learning rate")
    expect(box).to_contain_text("Get at least 97 %")
    assert box.bounding_box()["y"] < page.locator(".ffbp .panel:not([hidden])").first.bounding_box()["y"]
    assert page.evaluate(SIDEWAYS) <= 0
    page.goto(playground.address + "/lessons?dataset=moons")
    expect(page.get_by_role("button", name="Reading a digit")).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 0
