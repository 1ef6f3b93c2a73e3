"""A run's first frames are there at once; the others come when somebody is about to move the timeline."""

import base64

import numpy as np
import pytest
from modules import Mounted, blank_page

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.experiment.link import PANELS
from ffbp.figures.pack import LATER, options, pack_run

LAST = 60


@pytest.fixture(scope="module")
def run():
    return ffbp.train(ffbp.Config(epochs=LAST))


@pytest.fixture
def mounted(tabs, run):
    with blank_page(tabs) as page:
        mounted = Mounted(page)
        mounted.call("player", "here", options())
        mounted.call("carrier", "run", pack_run(run, plane_of(run.dataset), frames=(0, LAST)).blob())
        page.wait_for_selector(".ffbp[data-run]")
        yield mounted


def send_frames(mounted, run):
    mounted.call("carrier", "frames", pack_run(run, plane_of(run.dataset), panels=LATER).frames())


def wanted(mounted):
    return mounted.page.evaluate("reports.filter(([, name]) => name === 'want').length")


def waiting(mounted):
    panels = mounted.page.locator(".panel")
    return [name for name in PANELS if "waiting" in panels.nth(PANELS.index(name)).get_attribute("class").split()]


def picture(mounted, selector):
    return mounted.page.evaluate("(s) => document.querySelector(s).toDataURL()", selector)


CANVASES = [".diagram", ".boundary .under"]


def test_nobody_who_only_looks_asks_for_more(mounted):
    mounted.page.mouse.move(700, 500)
    mounted.page.wait_for_timeout(300)
    assert wanted(mounted) == 0
    assert waiting(mounted) == []


@pytest.mark.parametrize("act", ["hover", "focus", "play", "slide", "step", "key"])
def test_whoever_reaches_for_the_timeline_asks_once(mounted, act):
    page = mounted.page
    timeline = page.locator(".timeline")
    {
        "hover": lambda: timeline.hover(),
        "focus": lambda: timeline.locator("input[type=range]").focus(),
        "play": lambda: page.keyboard.press(" "),
        "slide": lambda: timeline.locator("input[type=range]").fill("30"),
        "step": lambda: timeline.locator(".back").click(),
        "key": lambda: page.keyboard.press("ArrowLeft"),
    }[act]()
    page.wait_for_function("reports.some(([, name]) => name === 'want')")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(200)
    assert wanted(mounted) == 1


def test_a_frame_on_its_way_is_said_and_not_shown_and_its_numbers_are_there(mounted, run):
    page = mounted.page
    ends = [picture(mounted, canvas) for canvas in CANVASES]
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f'.ffbp[data-frame="{LAST - 1}"]')
    assert waiting(mounted) == ["network", "boundary"]
    assert page.locator(".diagram").evaluate("(c) => getComputedStyle(c).opacity") == "0"
    corner = "(c) => c.getContext('2d').getImageData(2, 2, 1, 1).data[3]"
    assert page.locator(".boundary .under").evaluate(corner) == 0, "there are points, and no map"
    assert page.locator(".epoch").inner_text() == f"epoch {LAST - 1} / {LAST}"
    assert page.locator("dd.train_loss").inner_text() == f"{run.history.train_loss[-2]:.4g}"
    send_frames(mounted, run)
    page.wait_for_selector(".boundary:not(.waiting)")
    assert waiting(mounted) == []
    assert all(picture(mounted, canvas) != end for canvas, end in zip(CANVASES, ends, strict=True))
    page.keyboard.press("End")
    page.wait_for_selector(f'.ffbp[data-frame="{LAST}"]')
    assert [picture(mounted, canvas) for canvas in CANVASES] == ends, "the colours are the run's from the start"


def test_the_first_frame_is_there_too(mounted):
    mounted.page.keyboard.press("Home")
    mounted.page.wait_for_selector('.ffbp[data-frame="0"]')
    assert waiting(mounted) == []


def test_another_view_of_the_gradients_comes_when_it_is_chosen(mounted, run):
    page = mounted.page
    page.locator(".gradients select").select_option("update")
    page.wait_for_function("reports.some(([, name]) => name === 'want')")
    assert waiting(mounted) == ["gradients"]
    send_frames(mounted, run)
    page.wait_for_selector(".panel.gradients:not(.waiting)")
    drawn = page.evaluate("document.querySelector('.gradients .js-plotly-plot').data.map(({ y }) => [...y])")
    norms = run.history.update_norm.T
    assert len(drawn) == len(norms)
    np.testing.assert_allclose(np.array(drawn, float)[:, 1:], norms[:, 1:], rtol=1e-6)


def test_play_begins_when_the_frames_are_there(mounted, run):
    page = mounted.page
    page.locator(".play").click()
    page.wait_for_timeout(300)
    assert page.locator(".epoch").inner_text() == f"epoch 0 / {LAST}"
    assert page.locator(".ffbp").get_attribute("data-playing") == "true"
    send_frames(mounted, run)
    page.wait_for_function(f"+document.querySelector('.ffbp').dataset.frame > {LAST // 4}")
    assert waiting(mounted) == []


def test_the_frames_of_another_run_are_left_alone(mounted, run):
    other = ffbp.train(ffbp.Config(epochs=LAST, learning_rate=0.5))
    mounted.page.keyboard.press("ArrowLeft")
    mounted.page.wait_for_selector(".boundary.waiting")
    send_frames(mounted, other)
    mounted.page.wait_for_timeout(300)
    assert waiting(mounted) == ["network", "boundary"]


def test_a_new_run_that_stays_at_an_epoch_it_does_not_have_yet_is_shown_when_it_has(mounted, run):
    page = mounted.page
    send_frames(mounted, run)
    page.keyboard.press("ArrowLeft")
    other = ffbp.train(ffbp.Config(epochs=LAST, learning_rate=0.5))
    packed = pack_run(other, plane_of(other.dataset), frames=(0, LAST))
    mounted.call("carrier", "run", packed.blob())
    page.wait_for_selector(".boundary.waiting")
    assert page.locator(".ffbp").get_attribute("data-run") != packed.id
    send_frames(mounted, other)
    page.wait_for_selector(f'.ffbp[data-run="{packed.id}"]')
    assert waiting(mounted) == []


def test_a_run_that_is_sent_again_while_it_is_drawn_is_still_shown(tabs, run):
    with blank_page(tabs) as page:
        mounted = Mounted(page)
        mounted.call("player", "here", options())
        page.wait_for_selector(".ffbp")
        packed = pack_run(run, plane_of(run.dataset), frames=(0, LAST))
        twice = """async (text) => {
          const { ask } = await import('/players.js');
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          for (let i = 0; i < 60; i++) {
            ask('player', 'run', bytes);
            await null; // while Plotly draws
          }
        }"""
        page.evaluate(twice, base64.b64encode(packed.blob()).decode("ascii"))
        page.wait_for_selector(f'.ffbp[data-run="{packed.id}"]', timeout=10_000)


def test_while_the_script_runs_nothing_is_asked_for(mounted):
    """A report that came after a click on another page's button emptied that page."""
    page = mounted.page
    page.evaluate(
        """() => { window.app = document.body.appendChild(document.createElement('div'));
          app.dataset.testid = 'stApp'; app.dataset.testScriptState = 'rerunRequested'; }"""
    )
    page.locator(".timeline input[type=range]").hover()
    page.wait_for_timeout(200)
    assert wanted(mounted) == 0
    page.evaluate("() => { app.dataset.testScriptState = 'notRunning'; }")
    page.wait_for_function("() => reports.some(([, name]) => name === 'want')")
    assert wanted(mounted) == 1
