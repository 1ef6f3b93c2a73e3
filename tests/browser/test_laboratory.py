"""The laboratory in the browser: reached by keys, redrawn in place, and taken back to the Playground."""

from test_accessible import violations

import ffbp
from ffbp.words.numbers import format_number


def test_the_laboratory_by_keyboard_and_back_to_the_playground(playground):
    page = playground.page
    page.goto(f"{playground.address}/laboratory?samples=100&epochs=40&batch=16&lab=noise")
    chart = page.locator("section.ffbp-chart[aria-label^='The error of a batch']")
    chart.locator(".main-svg").first.wait_for()
    size = "document.querySelector('.ffbp-chart .plot')._fullLayout.xaxis.tickfont.size"
    assert page.evaluate(size) == 14
    page.set_viewport_size({"width": 1920, "height": 1080})  # letters grow on a large screen, and shrink again
    page.wait_for_function(f"() => {size} === 17")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.wait_for_function(f"() => {size} === 14")
    before = chart.get_attribute("data-drawn")
    page.get_by_role("slider", name="Samples in a batch B").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("before => document.querySelector(\"[aria-label^='The error of a batch']\").dataset.drawn !== before",
                           arg=before)  # fmt: skip
    playground.wait_address("lab_batch=8")
    config = ffbp.Config(n_samples=100, epochs=40, batch_size=16)
    run = ffbp.train(config)
    noise = ffbp.batch_noise(run.network(-1), run.dataset.X_train, run.dataset.y_train)
    page.get_by_text(f"the error is {format_number(noise.relative(8))} times as long").wait_for()
    page.locator(".ffbp .timeline input[type=range]").focus()
    page.keyboard.press("Home")
    page.get_by_text("At epoch 0, the full gradient").wait_for()
    page.get_by_role("radio", name="Start").or_(page.get_by_role("button", name="Start", exact=True)).first.click()
    page.get_by_role("button", name="Use this start").click()
    page.wait_for_function("() => location.pathname === '/'")
    playground.ready()
    assert "lab=" not in page.url
    assert "batch=16" in page.url


def test_no_rule_is_broken_by_failed_checks(playground):
    page = playground.page
    page.goto(f"{playground.address}/laboratory?lab=checks&epochs=20&init=normal&scale=10")
    page.get_by_role("button", name="Carry out all five checks").click()
    page.get_by_text("checks failed").wait_for()
    page.get_by_role("link", name="See what this start does").wait_for()
    page.locator(".ffbp-chart[data-drawn]").nth(2).wait_for()
    for scheme in ("light", "dark"):
        playground.turn(scheme)
        assert not (broken := violations(page)), scheme + "\n".join(broken)
