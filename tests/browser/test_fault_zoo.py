"""Faults in the browser, on a phone: a hidden one is found, shown beside the healthy run, taken along, and healed."""

from axe_playwright_python.sync_playwright import Axe

from ffbp.analysis.mystery import GATE, case_of, gate
from ffbp.faults.registry import FAULTS
from ffbp.training.recording import train


def test_a_hidden_fault_is_found_shown_taken_along_and_healed(page, server):
    case, question = case_of(1), gate(train(GATE))
    page.set_viewport_size({"width": 390, "height": 850})
    page.goto(f"{server}/compare?view=faults&mystery=1")
    page.get_by_label("delta").fill(f"{question.delta:.4g}")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="To the first case").click()
    page.get_by_role("button", name="Gradient check", exact=True).click()
    page.get_by_text("The two suspects differ here.").wait_for()
    page.get_by_role("button", name=FAULTS[case.hidden].label).click()
    page.get_by_text("Right: it is").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [(each["id"], each["nodes"][0]["html"]) for each in Axe().run(page).response["violations"]] == []
    assert case.hidden not in page.url
    page.get_by_role("button", name="See this fault").click()
    page.wait_for_function("document.querySelector('.comparison')?.dataset.both")
    page.get_by_text("The line that corrects it").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Open the faulty run on all pages").click()
    banner = page.get_by_text(FAULTS[case.hidden].banner)
    banner.wait_for()
    page.get_by_role("link", name="Backpropagation", exact=True).click()
    page.get_by_role("heading", name="Backpropagation").wait_for()
    banner.wait_for()
    page.get_by_role("button", name="Back to the healthy run").click()
    banner.wait_for(state="detached")
