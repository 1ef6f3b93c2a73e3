"""The page of the forward pass in a real browser: a click chooses the sample, a frame moves every number."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.words.numbers import format_number

PATH = "forward_pass"


@pytest.fixture(scope="module")
def run():
    return ffbp.train(ffbp.Config(epochs=60))


def wait_metric(page, label, value):
    page.wait_for_function(
        """([label, value]) => [...document.querySelectorAll('[data-testid="stMetric"]')].some(
             m => m.textContent.includes(label) &&
             m.querySelector('[data-testid="stMetricValue"]').textContent.trim() === value)""",
        arg=[label, value],
    )  # fmt: skip


def probability(run, row, frame=-1):
    dataset = run.dataset
    rows = np.concatenate([dataset.rows_train, dataset.rows_test])
    X = np.vstack([dataset.X_train, dataset.X_test])
    return run.network(frame).predict_proba(X[rows == row])[0, 0]


def click_point(page, run, row):
    """Click a training sample in the plane."""
    plane = plane_of(run.dataset)
    x, y = run.dataset.raw_train[run.dataset.rows_train == row][0]
    box = page.eval_on_selector(".ffbp .boundary .nsewdrag", "e => e.getBoundingClientRect().toJSON()")
    across = (x - plane.x_range[0]) / (plane.x_range[1] - plane.x_range[0])
    up = (y - plane.y_range[0]) / (plane.y_range[1] - plane.y_range[0])
    at = (box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"])
    page.mouse.move(*at)
    page.wait_for_timeout(200)
    page.mouse.click(*at)


def lonely_row(run):
    """The training sample furthest from its neighbours, so that a click hits it and no other."""
    dataset = run.dataset
    everything = np.vstack([dataset.raw_train, dataset.raw_test])
    distance = np.linalg.norm(dataset.raw_train[:, None] - everything[None], axis=2)
    return int(dataset.rows_train[np.sort(distance, axis=1)[:, 1].argmax()])


def test_a_click_in_the_plane_changes_the_sample_and_the_address(playground, run):
    playground.open(f"{PATH}?epochs=60")
    page = playground.page
    row = lonely_row(run)
    assert f"sample={row}" not in page.url
    click_point(page, run, row)
    playground.wait_address(f"sample={row}")
    wait_metric(page, "Probability of 1", format_number(probability(run, row)))
    expect(page.get_by_label("Sample", exact=True)).to_have_value(str(row))


def test_a_frame_of_the_timeline_changes_every_number(playground, run):
    playground.open(f"{PATH}?epochs=60")
    page = playground.page
    row = int(run.dataset.rows_train[0])
    wait_metric(page, "Probability of 1", format_number(probability(run, row)))
    page.click(".ffbp .first")
    playground.wait_address("frame=0")
    wait_metric(page, "Probability of 1", format_number(probability(run, row, 0)))
    trace = run.network(0).forward(run.dataset.X_train[:1])
    page.wait_for_function(
        "text => [...document.querySelectorAll('.katex annotation')].some(e => e.textContent.includes(text))",
        arg=rf"\mathbf{{{format_number(trace.Z[1][0, 0])}}}",
    )


def test_a_click_on_a_unit_chooses_it_and_the_keyboard_does_too(playground):
    playground.open(f"{PATH}?epochs=60")
    page = playground.page
    page.locator('.ffbp-flow [data-unit="1,5"]').click()
    playground.wait_address("unit=5")
    page.get_by_text("Unit 5 of layer 1", exact=True).wait_for()
    page.locator('.ffbp-flow [data-unit="1,5"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    playground.wait_address("unit=6")
    page.get_by_text("Unit 6 of layer 1", exact=True).wait_for()
    assert page.locator('.ffbp-flow [aria-pressed="true"]').get_attribute("data-unit") == "1,6"


def test_the_diagram_says_all_digits_and_is_saved_as_a_picture(playground, run):
    playground.open(f"{PATH}?epochs=60")
    page = playground.page
    unit = page.locator('.ffbp-flow [data-unit="1,1"]')
    trace = run.network().forward(run.dataset.X_train[:1])
    expect(unit).to_have_attribute("aria-label", re.compile(re.escape(f"z = {float(trace.Z[1][0, 0])!r}")))
    button = page.get_by_role("button", name="Save picture: The pass of")
    button.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "ffbp-forward-picture.png"
    with open(download.value.path(), "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"


def test_the_timeline_spans_the_page_and_the_plane_stands_beside_the_sample(playground):
    playground.open(f"{PATH}?epochs=60")
    page = playground.page
    box = "e => e.getBoundingClientRect().toJSON()"
    whole, plane = (page.eval_on_selector(f".ffbp {part}", box) for part in (".timeline", ".boundary"))
    sample = page.get_by_label("Sample", exact=True).evaluate(box)
    assert plane["width"] < 0.5 * whole["width"]
    assert plane["right"] < sample["left"]
    assert plane["top"] - 5 < sample["top"] < plane["bottom"]
    page.click(".ffbp .play")  # the other frames arrive, and move nothing
    page.wait_for_function("() => document.querySelector('.ffbp .epoch').textContent.includes('epoch 60')")
    assert page.get_by_label("Sample", exact=True).evaluate(box) == sample


def test_a_link_shows_the_same_frame_sample_layer_and_unit(playground, run):
    row = int(run.dataset.rows_test[4])
    playground.open(f"{PATH}?epochs=60&frame=20&sample={row}&layer=1&unit=5")
    page = playground.page
    wait_metric(page, "Probability of 1", format_number(probability(run, row, 20)))
    page.get_by_text("Unit 5 of layer 1", exact=True).wait_for()
    assert re.search(r"unit=5", page.url)


def test_what_if_is_typed_seen_and_taken_back(playground, run):
    playground.open(f"{PATH}?epochs=60")
    page = playground.page
    page.wait_for_selector(".ffbp[data-refined]")  # the page has come to rest
    box = page.get_by_label("New value", exact=True)
    box.fill("0,5")
    box.press("Enter")
    page.get_by_text("What if", exact=True).wait_for()
    chosen = run.dataset.raw_train[0].copy()
    chosen[0] = 0.5
    z = run.network().forward(run.dataset.encode_columns(chosen[None])).Z[1][0, 0]
    wait_metric(
        page, f"was {format_number(run.network().forward(run.dataset.X_train[:1]).Z[1][0, 0])}", format_number(z)
    )
    page.get_by_text("Back to the original", exact=True).click()
    page.get_by_text("What if", exact=True).wait_for(state="detached")
    expect(box).to_have_value("")


def test_a_phone_shows_the_page_without_scrolling_sideways(visit):
    playground = visit(f"{PATH}?epochs=60", viewport={"width": 390, "height": 800})
    page = playground.page
    page.wait_for_selector(".katex")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    shown = page.locator(".katex-display:visible")
    expect(shown.filter(has_text="z2[1]")).to_have_count(1)  # a layer unit by unit, instead of its matrices
    assert (
        shown.evaluate_all("all => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)")
        == []
    )


def test_the_loss_formula_is_whole_on_a_laptop(page, server):
    page.goto(f"{server}/{PATH}?dataset=wine&epochs=50")
    formula = page.locator(".katex-display").filter(has_text="L=")
    formula.first.wait_for()
    assert formula.first.evaluate(
        """formula => {
          const box = formula.closest('[data-testid=stMarkdownContainer]').getBoundingClientRect();
          return [...formula.querySelectorAll('.base')].every((part) => part.getBoundingClientRect().right <= box.right + 1);
        }"""
    )
