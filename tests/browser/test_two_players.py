"""Two players on one page: each with its own clock, or both on one; scales that they share; parts of a run."""

import re

import pytest
from modules import Mounted, blank_page

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.figures.digits import pack_confusion
from ffbp.figures.pack import options, pack_refinement, pack_run
from ffbp.figures.scales import scales_of

CONFIGS = {"a": ffbp.Config(epochs=40), "b": ffbp.Config(epochs=20, hidden=(3,), learning_rate=1.0)}


@pytest.fixture(scope="module")
def runs():
    return {name: ffbp.train(config) for name, config in CONFIGS.items()}


@pytest.fixture(scope="module")
def packed(runs):
    scales = scales_of(*runs.values())
    return {name: pack_run(run, plane_of(run.dataset), scales) for name, run in runs.items()}


@pytest.fixture
def page(tabs):
    with blank_page(tabs, viewport={"width": 1200, "height": 1400}) as page:
        yield page


class Two:
    """Two players, "a" above "b"."""

    def __init__(self, page, packed, **more):
        self.page, self.mounted, self.packed = page, Mounted(page), packed
        for name, run in packed.items():
            self.mount(name, **more)
            page.wait_for_selector(f'.ffbp[data-player="{name}"][data-run="{run.id}"]')

    def mount(self, name, **more):
        panels = ("boundary", "loss")
        self.mounted.call("player", name, options(panels, player=name, **more))
        self.mounted.call("carrier", f"run {name}", self.packed[name].blob(panels, player=name))

    def box(self, name):
        return self.page.locator(f'.ffbp[data-player="{name}"]')

    def press(self, name, button):
        self.box(name).locator(f".timeline .{button}").click()

    @property
    def epochs(self):
        return [self.box(name).locator(".epoch").inner_text() for name in self.packed]

    def wait(self, *epochs):
        for name, epoch in zip(self.packed, epochs, strict=True):
            self.box(name).locator(".epoch").filter(has_text=re.compile(f"^{re.escape(epoch)}$")).wait_for()


@pytest.fixture
def two(page, packed):
    return Two(page, packed)


@pytest.fixture
def together(page, packed):
    return Two(page, packed, clock="both")


def test_each_has_its_own_clock(two):
    two.wait("epoch 40 / 40", "epoch 20 / 20")
    two.press("b", "first")
    two.wait("epoch 40 / 40", "epoch 0 / 20")
    two.press("a", "back")
    two.wait("epoch 39 / 40", "epoch 0 / 20")
    two.press("b", "play")
    two.wait("epoch 39 / 40", "epoch 20 / 20")


def test_keys_go_to_the_player_that_has_the_focus_or_to_the_first(two):
    two.page.keyboard.press("Home")
    two.wait("epoch 0 / 40", "epoch 20 / 20")
    two.box("b").locator(".forward").focus()
    two.page.keyboard.press("ArrowLeft")
    two.wait("epoch 0 / 40", "epoch 19 / 20")
    two.page.evaluate("document.activeElement.blur()")
    two.page.keyboard.press("ArrowRight")
    two.wait("epoch 1 / 40", "epoch 19 / 20")


def test_both_on_one_clock_show_the_same_epoch(together):
    together.wait("epoch 40 / 40", "epoch 20 / 20")
    together.press("b", "first")
    together.wait("epoch 0 / 40", "epoch 0 / 20")
    together.box("b").locator(".forward").focus()
    together.page.keyboard.press("ArrowRight")
    together.wait("epoch 1 / 40", "epoch 1 / 20")
    together.box("a").locator("select[aria-label=Speed]").select_option("4")
    assert together.box("b").locator("select[aria-label=Speed]").input_value() == "4"
    together.press("b", "play")
    together.page.wait_for_function("document.querySelector('[data-player=a]').dataset.playing === 'true'")
    together.wait("epoch 40 / 40", "epoch 20 / 20")
    together.press("a", "first")
    slider = together.box("b").locator("input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    together.wait("epoch 1 / 40", "epoch 1 / 20")


def test_a_refinement_and_a_notice_reach_the_player_that_they_name(two, runs):
    run, plane = runs["b"], plane_of(runs["b"].dataset)
    marks = [(0.5, 0.25)]
    blob = pack_refinement(run, plane, 20, two.packed["b"].id, marks, player="b")
    two.mounted.call("carrier", "refinement", blob)
    two.page.wait_for_selector('[data-player=b][data-refined="20"]')
    assert [two.box(name).locator(".mark").count() for name in "ab"] == [0, 1]
    assert two.box("a").get_attribute("data-refined") is None
    ask = "async (frame) => (await import('/players.js')).ask('b', 'go', frame)"
    two.page.evaluate(ask, {"run": two.packed["b"].id, "frame": 3})
    two.wait("epoch 40 / 40", "epoch 3 / 20")
    two.page.evaluate(ask, {"run": "another run", "frame": 7})
    assert two.epochs == ["epoch 40 / 40", "epoch 3 / 20"]


def test_a_player_that_comes_later_gets_the_latest_refinement_and_its_frame(page, packed, runs):
    mounted, plane = Mounted(page), plane_of(runs["b"].dataset)
    for frame in (20, 3):
        mounted.call("carrier", "refinement", pack_refinement(runs["b"], plane, frame, packed["b"].id, player="b"))
    mounted.call("carrier", "run", packed["b"].blob(("boundary",), player="b"))
    mounted.call("player", "b", options(("boundary",), player="b"))
    page.wait_for_selector('[data-player=b][data-refined="3"][data-frame="3"]')


def test_what_stands_beside_a_player_follows_it_alone(two, runs):
    two.mounted.call("confusion", "beside", pack_confusion(runs["b"], player="b"))
    matrix = two.page.locator(".ffbp-confusion[data-id]")
    matrix.wait_for()
    assert matrix.get_attribute("data-frame") == "20"
    two.press("a", "first")
    two.press("b", "back")
    two.page.wait_for_selector('.ffbp-confusion[data-frame="19"]')


def test_shared_scales_give_both_the_same_axes(two, runs):
    axes = two.page.evaluate(
        """() => ['a', 'b'].map((id) => {
          const { xaxis, yaxis } = document.querySelector(`[data-player=${id}] .loss .plot`)._fullLayout;
          return [xaxis.range, yaxis.range];
        })"""
    )
    assert axes[0] == axes[1]
    assert axes[0][0] == scales_of(*runs.values()).epochs


def test_a_player_has_only_its_panels_and_no_element_has_an_id(two):
    assert [two.box(name).locator(".panel").count() for name in "ab"] == [2, 2]
    assert two.page.locator(".ffbp [id]:not(svg *):not(.js-plotly-plot *)").count() == 0
    assert two.page.evaluate("Object.keys(window).filter((name) => name.toLowerCase().includes('ffbp'))") == []


def test_one_of_two_can_leave_and_the_other_goes_on(together):
    together.page.evaluate("places.a.remove()")
    together.mount("b", clock="both")
    together.press("b", "first")
    together.box("b").locator(".epoch").filter(has_text="epoch 0 / 20").wait_for()
