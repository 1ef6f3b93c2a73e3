"""The card of practice in a real browser: by keyboard alone, and on a phone without a scroll to the side."""

from test_accessible import violations

from ffbp.lessons.ladder import draw
from ffbp.words.of_a_slip import SLIPS

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


def test_an_open_card_with_verdict_and_solution_breaks_no_rule(visit):
    playground = visit("backpropagation?hidden=2&epochs=5&rung=5&item=1", viewport={"width": 390, "height": 850})
    page, item = playground.page, draw("hidden_delta", 1).item
    field = page.get_by_label("Your value of")
    field.wait_for()
    page.wait_for_selector(QUIET)
    field.fill(f"{item.slips['slope']:.6f}")
    field.press("Enter")
    page.get_by_role("alert").filter(has_text=SLIPS["slope"]).wait_for()
    for label in ("Hint", "Another hint", "Solution"):
        page.get_by_role("button", name=label, exact=True).click()
    page.get_by_text("0 of 1 right").wait_for()
    page.wait_for_function("text => document.body.innerText.includes(text)", arg=item.steps[-1].removeprefix("= "))
    for scheme in ("light", "dark"):
        playground.turn(scheme)
        assert violations(page) == [], scheme
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
