"""Charts in a real browser: they change in place, follow the theme and the width, can be saved, read and clicked."""

import numpy as np
from browsing import GO, Playground, at
from playwright.sync_api import expect

import ffbp

DRAWN = "() => [...document.querySelectorAll('.ffbp-chart')].every(e => e.dataset.shown === e.dataset.drawn)"
PICTURE = "ReLU and its derivative, unit 1 of layer 1"


def open_page(page, server, path="forward_pass?epochs=60"):
    page.goto(f"{server}/{path}")
    playground = Playground(page, server).ready()
    page.wait_for_selector(".ffbp[data-refined]")
    page.wait_for_selector(".ffbp-chart .main-svg")
    page.wait_for_function(DRAWN)
    return playground


def chart(page, title):
    return page.get_by_role("region", name=title)


def test_another_sample_changes_the_chart_and_keeps_its_element(page, server):
    open_page(page, server)
    page.evaluate("document.querySelectorAll('.ffbp-chart .plot').forEach(e => { e.mine = true; })")
    before = page.eval_on_selector(".ffbp-chart", "e => e.dataset.drawn")
    box = page.get_by_role("spinbutton", name="Sample").first
    box.fill("7")
    box.press("Enter")
    page.wait_for_function("old => document.querySelector('.ffbp-chart').dataset.drawn !== old", arg=before)
    assert page.eval_on_selector_all(".ffbp-chart .plot", "all => all.every(e => e.mine)")
    run = ffbp.train(ffbp.Config(epochs=60))
    dataset = run.dataset
    rows = np.concatenate([dataset.rows_train, dataset.rows_test])
    x = np.vstack([dataset.X_train, dataset.X_test])[rows == 7]
    expect(chart(page, PICTURE)).to_be_visible()
    drawn = page.evaluate("document.querySelector('.ffbp-chart .plot')._fullData.find(t => t.name === 'this z').x[0]")
    assert drawn == run.network().forward(x).Z[1][0, 0]


def test_a_bar_of_a_batch_opens_its_sample(page, server):
    playground = open_page(page, server, "backpropagation?epochs=20&batch=8&frame=3&card=5")
    bars = chart(page, "The samples' contributions")
    bars.scroll_into_view_if_needed()
    page.wait_for_function(DRAWN)
    rows = bars.locator(".plot").evaluate("plot => plot.data.flatMap(trace => trace.customdata)")
    assert len(rows) == 8
    shape = bars.locator(".bars path").first.bounding_box()
    page.mouse.move(shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2)
    page.wait_for_timeout(200)
    page.mouse.click(shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2)
    playground.wait_address("sample=")
    assert int(page.url.split("sample=")[1].split("&")[0]) in rows


def test_every_chart_has_a_name_and_says_what_it_shows(page, server):
    cards = {2: "Loss: how wrong it is", 5: "Many samples: ", 6: "Update: the step and what it does"}
    open_page(page, server)
    for card in (None, *cards):
        with at("card", card):
            if card:
                page.evaluate(GO, f"{server}/backpropagation?epochs=60&card={card}")
                page.get_by_role("heading", name=cards[card]).wait_for()
                page.wait_for_selector(".ffbp-chart .main-svg")
                page.wait_for_function(DRAWN)
            words = page.eval_on_selector_all(
                ".ffbp-chart",
                "all => all.map(e => [e.getAttribute('aria-label'), e.querySelector('[role=img]').getAttribute('aria-label')])",
            )
            assert words
            assert len({title for title, _ in words}) == len(words)
            assert all(title and len(text) > 20 for title, text in words)
            assert page.locator(".ffbp-chart .modebar-btn").count() == 0  # no upload, no hidden tools


def test_a_chart_is_saved_as_a_picture_from_the_keyboard(page, server):
    open_page(page, server)
    button = page.get_by_role("button", name=f"Save picture: {PICTURE}")
    button.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "ffbp-forward-curves.png"
    with open(download.value.path(), "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"


def test_the_theme_and_the_width_reach_the_charts(page, server):
    open_page(page, server)
    ink = "getComputedStyle(document.querySelector('.ffbp-chart .xtick text')).fill"
    light = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"light => {ink} !== light", arg=light)
    red = int(page.evaluate(ink).split("(")[1].split(",")[0])
    assert red > 180
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function(
        """() => [...document.querySelectorAll('.ffbp-chart')].every(e => {
          const svg = e.querySelector('.main-svg');
          return !svg || Math.abs(svg.getBoundingClientRect().width - e.clientWidth) < 2;
        })"""
    )
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_link_followed_after_scrubbing_opens_the_same_moment(page, server):
    playground = open_page(page, server, "forward_pass?epochs=60")
    for _ in range(3):
        page.click(".ffbp .back")
    playground.wait_address("frame=57")
    link = page.get_by_role("link", name="Backpropagation", exact=True)
    expect(link).to_have_attribute("href", "backpropagation?epochs=60&frame=57")
    link.click()
    page.get_by_role("heading", name="More about this gradient").wait_for()
    playground.ready()
    playground.wait_address("frame=57")
    assert playground.epoch() == "epoch 57 / 60"
