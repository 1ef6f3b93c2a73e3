"""Panels in full size: by a click on the title, by keyboard and by a link; large screens use their room."""

from browsing import at

from ffbp.experiment.link import PANELS

SHOWN = "() => [...document.querySelectorAll('.ffbp .panel')].filter((e) => !e.hidden).map((e) => e.classList[1])"


def title(playground, name):
    return playground.page.locator(f".ffbp .{name} .title")


def wait_shown(playground, *names):
    playground.page.wait_for_function(f"names => ({SHOWN})().join() === names", arg=",".join(names))


def letters(playground):
    return playground.page.eval_on_selector_all(
        ".ffbp .panel:not([hidden])",
        "all => all.map((e) => parseFloat(getComputedStyle(e).getPropertyValue('--letter')))",
    )


def test_a_title_shows_its_panel_alone_and_the_title_or_escape_shows_all_again(playground):
    playground.open("?epochs=20")
    for name in PANELS:
        with at(name):
            before = playground.page.locator(f".ffbp .panel.{name}").bounding_box()
            title(playground, name).click()
            wait_shown(playground, name)
            playground.wait_address(f"panel={name}")
            box, area = (
                playground.page.locator(f".ffbp {part}").bounding_box() for part in (f".panel.{name}", ".panels")
            )
            assert box == area
            assert box["height"] > 1.8 * before["height"]
            assert box["y"] + box["height"] <= 768
            assert min(letters(playground)) > 20
            title(playground, name).click()
            wait_shown(playground, *PANELS)
            playground.page.wait_for_function("() => !location.search.includes('panel')")
            title(playground, name).press("Enter")
            wait_shown(playground, name)
            playground.page.keyboard.press("Escape")
            wait_shown(playground, *PANELS)
            assert playground.page.locator(f".ffbp .panel.{name}").bounding_box() == before
            playground.page.wait_for_function("() => !location.search.includes('panel')")


def test_a_link_opens_its_panel_and_back_leaves_it(playground):
    playground.open("?epochs=20&panel=loss")
    wait_shown(playground, "loss")
    title(playground, "loss").click()
    wait_shown(playground, *PANELS)
    playground.page.wait_for_function("() => !location.search.includes('panel')")
    playground.page.go_back()
    wait_shown(playground, "loss")


def test_a_panel_that_was_hidden_shows_the_present_epoch_and_run_when_it_is_back(playground):
    playground.open("?epochs=20")
    title(playground, "loss").click()
    wait_shown(playground, "loss")
    playground.page.keyboard.press("Home")
    playground.wait_frame(0)
    playground.page.keyboard.press("Escape")
    wait_shown(playground, *PANELS)
    cursor = (
        "() => [...document.querySelectorAll('.ffbp .cursor')].slice(1).map((e) => new DOMMatrix(e.style.transform).e)"
    )
    assert max(playground.page.evaluate(cursor)) == 0


def test_an_unknown_panel_is_named_and_all_are_shown(playground):
    playground.open("?epochs=20&panel=losses")
    wait_shown(playground, *PANELS)
    playground.page.get_by_text("unknown panel 'losses'").wait_for()


def test_on_a_page_with_one_panel_the_title_is_no_button(page, server):
    page.goto(f"{server}/forward_pass?epochs=20&panel=loss")
    page.wait_for_selector(".ffbp[data-run]")
    assert page.locator(".ffbp h2").inner_text() == "Decision boundary"
    assert page.locator(".ffbp .title").count() == 0


def test_on_a_large_screen_the_boundary_is_a_large_square_and_letters_and_lines_grow(visit):
    small = visit("?epochs=20")
    large = visit("?epochs=20", viewport={"width": 1920, "height": 1080})
    large.page.wait_for_function("() => document.querySelector('.ffbp .panels').classList.contains('square')")
    left, top, right, bottom = large.page.evaluate(
        "() => { const b = document.querySelector('.boundary .under').getBoundingClientRect();"
        " return [b.left, b.top, b.right, b.bottom] }"
    )
    assert 0.85 < (right - left) / (bottom - top) < 1.15
    assert bottom - top > 600
    boxes = large.page.eval_on_selector_all(".ffbp .panel", "all => all.map((e) => e.getBoundingClientRect().bottom)")
    assert max(boxes) <= 1080
    assert min(letters(large)) > max(letters(small))
    widths = [p.page.evaluate("document.querySelector('.loss .plot')._fullData[0].line.width") for p in (small, large)]
    assert widths == [2.4, 3]
