"""The card of practice in a real browser: by keyboard alone, and on a phone without a scroll to the side."""

from ffbp.lessons.ladder import draw

QUIET = '[data-test-script-state="notRunning"]'
FOCUS = "document.activeElement.innerText"


def test_an_item_is_answered_and_the_next_opened_by_keyboard_on_a_phone(visit):
    page = visit("forward_pass?hidden=2&epochs=5", viewport={"width": 390, "height": 850}).page
    summary = page.locator("summary", has_text="Practise")
    page.wait_for_selector(QUIET)
    summary.focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Your value of")
    field.wait_for()
    page.wait_for_selector(QUIET)
    field.focus()
    page.keyboard.type(draw("sum", 1).item.answer.replace(".", ","))
    page.keyboard.press("Enter")
    verdict = page.get_by_role("status").filter(has_text="Right:")
    verdict.wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS).endswith("Next item")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('rung=1&item=2&right=1&tried=1&streak=1')")
    verdict.wait_for(state="detached")
    assert page.evaluate(FOCUS).endswith("Next item"), "the focus stays"
    assert field.input_value() == ""
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
