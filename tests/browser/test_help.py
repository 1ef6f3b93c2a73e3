"""What people read and hear: a question mark for each panel, names that differ, a timeline that says epoch and loss."""

import pytest
from browsing import at

from ffbp.experiment.link import PANELS
from ffbp.words.glossary import glossary

INSIDE = """() => [...document.querySelectorAll('.ffbp .opened')].filter((e) => e.checkVisibility()).every((e) => {
  const { left, right, top, bottom } = e.getBoundingClientRect();
  return left >= 0 && right <= window.innerWidth && top >= 0 && bottom <= window.innerHeight;
})"""


@pytest.mark.parametrize("options", [{}, {"viewport": {"width": 390, "height": 844}}])
def test_every_panel_explains_itself_in_sight_and_escape_closes_it(visit, options):
    page = visit("?epochs=20", **options).page
    for panel in PANELS:
        with at(panel):
            mark = page.locator(f".ffbp .panel.{panel} .help")
            mark.locator("summary").click()
            entry = glossary()[panel]
            said = mark.locator(".opened").inner_text()
            for text in (entry.term, entry.sentence, entry.formula, entry.where):
                assert text in said
            page.wait_for_function(INSIDE)
            page.keyboard.press("Escape")
            assert mark.get_attribute("open") is None
            assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_names_differ_and_plotlys_toolbars_are_not_among_them(playground):
    page = playground.open("?epochs=20").page
    names = page.evaluate(
        """() => [...document.querySelectorAll('.ffbp :is(button, select, summary, input[type=range])')]
          .filter((e) => e.checkVisibility() && !e.closest('.modebar, .units'))
          .map((e) => e.getAttribute('aria-label') || e.textContent)"""
    )
    assert len(set(names)) == len(names), sorted(names)
    assert {"Loss chart: quantity", "Gradients per layer chart: quantity"} <= set(names)
    bars = page.evaluate(
        """() => [...document.querySelectorAll('.ffbp .modebar-btn')].map((e) =>
          [e.tabIndex, Boolean(e.closest('[aria-hidden=true]'))])"""
    )
    assert bars
    assert all(bar == [-1, True] for bar in bars)


def test_the_timeline_says_epoch_and_loss_and_the_buttons_say_their_keys(playground):
    page = playground.open("?epochs=20").page
    slider = page.get_by_role("slider", name="Epoch shown")
    loss = playground.card("train_loss")
    assert slider.get_attribute("aria-valuetext") == f"epoch 20 of 20, training loss {loss}"
    titles = page.eval_on_selector_all(".ffbp .timeline > button[title]", "all => all.map((e) => e.title)")
    keys = [title.split("(")[1].rstrip(")") for title in titles if "(" in title]
    assert keys == ["Home", "←", "space", "→", "End", "?"]
