"""Embeds in the page of a course: files in frames play, fit their frames and look like the page; and the dashboard in a frame."""

import pytest
from browsing import IS

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.export.embed import RESIZING, element, embed, line, panels_of
from ffbp.words.numbers import format_number

HOST = '<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><h1>Week 3</h1>{}'
FITS = "() => document.documentElement.scrollHeight <= window.innerHeight"
DARK = "() => getComputedStyle(document.body).backgroundColor === 'rgb(18, 21, 27)'"
SHOWN = ".ffbp .panel:not([hidden])"


@pytest.fixture(scope="module")
def run():
    return ffbp.train(ffbp.Config(n_samples=80, epochs=40))


def text_of(run, choice, **options):
    return embed(run, plane_of(run.dataset), panels_of(choice), frame=10, **options)


def frame_of(page, number):
    """The content of a page's frame, once its player shows a run."""
    handle = page.locator("iframe").nth(number)
    handle.scroll_into_view_if_needed()
    frame = handle.element_handle().content_frame()
    frame.wait_for_selector(".ffbp[data-frame]")
    return frame


def plays(frame, run):
    """Whether its numbers are the core's, and it plays on."""
    assert frame.inner_text(".ffbp .figures .train_loss") == format_number(run.history.train_loss[10])
    frame.click(".ffbp .play")
    frame.wait_for_function("() => +document.querySelector('.ffbp').dataset.frame > 15")
    frame.click(".ffbp .play")


def test_files_play_in_frames_by_address_and_as_one_element(tabs, run, tmp_path):
    choices = ["network-boundary", "loss", "all", "network"]
    for choice in choices:
        (tmp_path / f"{choice}.html").write_text(text_of(run, choice), encoding="utf-8")
    frames = [line(f"{choice}.html", choice, 760 if choice == "all" else 460) for choice in choices[:3]]
    frames += [element(text_of(run, "network"), "one element", 400)]
    frames += [frames[0].replace("<iframe", '<iframe sandbox="allow-scripts"')]
    (tmp_path / "course.html").write_text(HOST.format("".join([*frames, RESIZING])), encoding="utf-8")
    with tabs.page("handout", offline=True) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "course.html").as_uri())
        for number, choice in enumerate([*choices, choices[0]]):
            frame = frame_of(page, number)
            found = frame.eval_on_selector_all(SHOWN, "all => all.map(e => e.classList[1])")
            assert found == list(panels_of(choice))
            assert frame.evaluate(FITS), choice
            plays(frame, run)
        page.set_viewport_size({"width": 1366, "height": 2600})  # a browser plays no frame that is out of sight
        several = [frame_of(page, number) for number in (0, 1, 3)]
        for frame in several:  # by key: right after the window has grown, a click may land where the frame was before
            frame.press(".ffbp .first", "Enter")
            frame.press(".ffbp .play", "Enter")
        for frame in several:  # side by side, each with a clock of its own
            frame.wait_for_function("() => document.querySelector('.ffbp').dataset.frame === '40'")
        page.set_viewport_size({"width": 390, "height": 800})
        for number in (0, 1, 4):
            frame = frame_of(page, number)
            frame.wait_for_function("() => document.querySelector('.ffbp').classList.contains('small')")
            frame.wait_for_function(FITS)  # the page has made the frame as high as what is in it
            assert frame.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        assert page.locator("iframe").first.bounding_box()["height"] > 700
        assert page.problems == []
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_it_is_dark_in_a_dark_page_unless_its_look_is_fixed(tabs, run, tmp_path):
    (tmp_path / "auto.html").write_text(text_of(run, "loss"), encoding="utf-8")
    (tmp_path / "light.html").write_text(text_of(run, "loss", look="light"), encoding="utf-8")
    dark = line("auto.html", "dark", 400).replace("width: 100%", "color-scheme: dark; width: 100%")
    frames = [line("auto.html", "auto", 400), line("light.html", "light", 400), dark]
    (tmp_path / "course.html").write_text(HOST.format("".join(frames)), encoding="utf-8")
    with tabs.page("handout", offline=True) as page:
        page.goto((tmp_path / "course.html").as_uri())
        page.emulate_media(color_scheme="no-preference")  # so that the page decides
        frame_of(page, 2).wait_for_function(DARK)
        assert [frame_of(page, number).evaluate(DARK) for number in range(3)] == [False, False, True]
        page.emulate_media(color_scheme="dark")
        frame_of(page, 0).wait_for_function(DARK)
        assert not frame_of(page, 1).evaluate(DARK)
        assert page.problems == []


def test_the_line_that_the_page_gives_out_plays_the_dashboard_in_another_site(page, server, tmp_path):
    page.goto(f"{server}/teachers?teach=embed&epochs=40&frame=10")
    page.get_by_role("radio", name="Dark").click()
    shown = page.locator("code", has_text="embed_options=dark_theme").inner_text()
    page.get_by_text("Preview of the dashboard's frame").click()
    page.frame_locator(".ffbp-preview").locator(".ffbp-presented .ffbp[data-run]").wait_for()
    assert page.locator(".ffbp-preview").bounding_box()["height"] == 480
    path = tmp_path / "course.html"
    path.write_text(HOST.format(shown + RESIZING), encoding="utf-8")
    page.goto(path.as_uri())
    frame = frame_of(page, 0)
    frame.wait_for_selector(".ffbp-presented .ffbp[data-run]")
    found = frame.eval_on_selector_all(SHOWN, "all => all.map(e => e.classList[1])")
    assert found == ["network", "boundary"]
    fits = "() => { const e = document.querySelector('.ffbp-presented'); return e.scrollHeight <= e.clientHeight; }"
    frame.wait_for_function(fits)
    assert page.locator("iframe").bounding_box()["height"] == 480
    frame.wait_for_function(IS, arg="dark")
    assert not frame.is_visible(".ffbp .branch"), "no way to another page"
    plays(frame, ffbp.train(ffbp.Config(epochs=40)))
    page.set_viewport_size({"width": 390, "height": 800})
    frame.wait_for_function("() => document.querySelector('.ffbp').classList.contains('small')")
    frame.wait_for_function(fits)
    assert page.locator("iframe").bounding_box()["height"] > 700, "the panels stand below each other"
