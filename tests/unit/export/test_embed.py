"""An embed holds the chosen panels and nothing else, asks nobody for anything, and its line shows it."""

import base64
import html
import json
from dataclasses import replace

import pytest
from test_handout import NASTY, Page

import ffbp
from ffbp import Config
from ffbp.analysis.plane import plane_of
from ffbp.browser import sources
from ffbp.experiment.link import PANELS
from ffbp.export import embed as embeds
from ffbp.export.embed import HEIGHTS, LOOKS, element, embed, file_name, line, name_of, panels_of
from ffbp.export.forms import usual_plane
from ffbp.figures.blob import header_of

LINK = "https://ffbp.example/?epochs=8"
CHOICES = [*PANELS, "network-boundary", "boundary-loss", "loss-gradients", "all"]
MEASURED = {"refinement": "boundary", "steps": "loss", "stability": "gradients"}


@pytest.fixture(scope="module")
def run():
    return ffbp.train(Config(n_samples=60, epochs=8))


@pytest.fixture(scope="module")
def written(run):
    return {each: embed(run, plane_of(run.dataset), panels_of(each), link=LINK) for each in CHOICES}


@pytest.mark.parametrize("choice", CHOICES)
def test_it_holds_the_chosen_panels_alone(written, run, choice):
    panels, page = panels_of(choice), Page(written[choice])
    header = header_of(base64.b64decode(page.by_id("run")))
    assert {*PANELS} & {*header} == {*panels}
    settings = json.loads(page.by_id("settings"))
    assert (settings["panels"], settings["height"]) == ([*panels], HEIGHTS[len(panels)])
    ids = {attrs.get("id") for _, attrs in page.elements}
    assert {key for key in MEASURED if key in ids} == {key for key, panel in MEASURED.items() if panel in panels}
    assert ("plotly" in ids) == (panels != ("network",))


@pytest.mark.parametrize(
    "config",
    [
        Config(dataset="noisy_sine", n_samples=40, epochs=3),
        Config(dataset="iris", columns=(), hidden=(3,), epochs=3),
        Config(dataset="digits", hidden=(4,), epochs=2),
        Config(dataset="noisy_sine", n_samples=40, learning_rate=1000.0, epochs=20),
    ],
    ids=["a line", "a slice of three classes", "images", "diverging"],
)
@pytest.mark.parametrize("choice", ["network-boundary", "gradients"])
def test_every_kind_of_run_can_be_embedded(config, choice):
    run, panels = ffbp.train(config), panels_of(choice)
    page = Page(embed(run, usual_plane(run), panels))
    assert {*PANELS} & {*header_of(base64.b64decode(page.by_id("run")))} == {*panels}


def test_fewer_panels_are_a_smaller_file(written):
    sizes = {choice: len(text) for choice, text in written.items()}
    assert sizes["network"] < 300_000 < sizes["loss"] < sizes["all"] < 2_500_000
    assert sizes["network-boundary"] < sizes["all"]


@pytest.mark.parametrize("choice", CHOICES)
def test_it_asks_nobody_for_anything(written, choice):
    page = Page(written[choice])
    for tag, attrs in page.elements:
        assert not {"src", "srcset", "action", "data", "poster"} & set(attrs), tag
    policy = next(attrs["content"] for attrs, _ in page.all("meta") if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; ")
    assert "http" not in policy
    assert [(attrs["href"], attrs["target"]) for attrs, _ in page.all("a")] == [(LINK, "_blank")]
    (module,) = (text for attrs, text in page.all("script") if attrs.get("type") == "module")
    assert module.strip().replace("<\\/script", "</script") == sources.component("handout_in_a_frame")[0].strip()


def test_it_says_nothing_of_clicks_that_lead_to_other_pages(written):
    help = json.loads(Page(written["all"]).by_id("settings"))["help"]
    assert [bool(help[panel]["where"]) for panel in PANELS] == [False, False, True, True]


@pytest.mark.parametrize("look", LOOKS)
def test_its_look_can_be_fixed(run, look):
    text = embed(run, plane_of(run.dataset), ("network",), look=look)
    assert text.count("prefers-color-scheme: dark") == (2 if look == "auto" else 0)
    assert f"color-scheme: {'light dark' if look == 'auto' else look};" in text


@pytest.mark.parametrize("text", ["", "all-network", "network-network", "network-boundary-loss", "Network", "<b>"])
def test_other_panels_are_named_in_one_message(text):
    with pytest.raises(
        ValueError, match="panels must be all, or one or two of network, boundary, loss, gradients joined"
    ):
        panels_of(text)


def test_the_name_of_panels_is_read_back():
    assert [name_of(panels_of(each)) for each in CHOICES] == CHOICES
    assert panels_of("loss-network") == ("network", "loss"), "in the player's order"


@pytest.mark.parametrize("height", [0, 299, 1601, True, "400", 400.5])
def test_a_height_out_of_bounds_is_refused(height):
    with pytest.raises(ValueError, match="height must be from 300 to 1600 pixels"):
        embeds.check_height(height, ("loss",))


def test_the_line_and_the_element_escape_what_they_hold():
    name = 'A & "B" <c>'
    found = Page(line("moons.html?a=1&b=2", name, 420)).all("iframe")
    assert [attrs["src"] for attrs, _ in found] == ["moons.html?a=1&b=2"]
    assert found[0][0]["title"] == name
    assert "height: 420px" in found[0][0]["style"]
    page = '<!DOCTYPE html><p title="x">1 < 2 &amp; 3</p>'
    (attrs, _), *others = Page(element(page, name, 420)).all("iframe")
    assert (attrs["srcdoc"], others) == (page, [])


def test_a_files_name_tells_data_and_panels_and_nothing_of_a_user():
    config = Config(epochs=1)
    assert file_name(config, ("loss",)) == "ffbp-moons-loss.html"
    assert file_name(replace(config, dataset="xor_gate"), PANELS) == "ffbp-xor-gate-all.html"
    assert file_name(replace(config, file_name=NASTY[0]), PANELS) == "ffbp-own-file-all.html"
    points = ((0.0, 0.0, 0), (1.0, 1.0, 1))
    assert file_name(replace(config, points=points), PANELS) == "ffbp-drawn-all.html"


def test_the_script_for_the_page_around_stands_in_one_element():
    assert Page(embeds.RESIZING).elements == [("script", {})]
    assert html.unescape(embeds.RESIZING) == embeds.RESIZING
