"""The handout is complete, uses no network, and no user's name can break out of its place."""

import base64
import json
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

import ffbp
from ffbp import Config
from ffbp.analysis.plane import plane_of
from ffbp.analysis.summary import summary
from ffbp.browser import sources
from ffbp.experiment.differences import differences_notice
from ffbp.experiment.link import PANELS
from ffbp.export import handout
from ffbp.figures.blob import arrays_of, header_of
from ffbp.figures.pack import PLAYER
from ffbp.words.english import sentence
from ffbp.words.glossary import entries


class Page(HTMLParser):
    """Elements in order, and the raw text of each script and style."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        self.open.append(len(self.texts) - 1)

    def handle_endtag(self, tag):
        while self.open and self.elements[self.open[-1]][0] != tag:
            self.open.pop()
        if self.open:
            self.open.pop()

    def handle_data(self, data):
        if self.open:
            self.texts[self.open[-1]] += data

    def by_id(self, name):
        return next(text for (_, attrs), text in zip(self.elements, self.texts, strict=True) if attrs.get("id") == name)

    def all(self, tag):
        return [(attrs, text) for (t, attrs), text in zip(self.elements, self.texts, strict=True) if t == tag]


@pytest.fixture(scope="module")
def run():
    return ffbp.train(Config(epochs=60))


@pytest.fixture(scope="module")
def text(run):
    return handout.handout(run, plane_of(run.dataset), link="https://ffbp.example/?epochs=60")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_it_holds_the_packed_run(run, page):
    blob = base64.b64decode(page.by_id("run"))
    header, arrays = header_of(blob), arrays_of(blob)
    assert (arrays[header["history"]["train_loss"]["$"]] == run.history.train_loss).all()
    refined = header_of(base64.b64decode(page.by_id("refinement")))
    assert (refined["run"], refined["frame"]) == (header["id"], run.n_frames - 1)


def test_it_holds_plotlys_own_file(page):
    assert zlib.decompress(base64.b64decode(page.by_id("plotly"))) == sources.plotly()


def test_it_is_played_by_the_very_player_of_the_pages(page):
    (module,) = (text for attrs, text in page.all("script") if attrs.get("type") == "module")
    script, style = sources.component("handout")
    assert module.replace("<\\/script", "</script").replace("<\\!--", "<!--").strip() == script.strip()
    player = sources.script("player.js").partition("class Player {")[2]
    assert player
    assert player in script
    assert player in sources.component("player")[0]
    assert style in page.all("style")[0][1]


def test_it_asks_nobody_for_anything(text, page):
    for tag, attrs in page.elements:
        assert not {"src", "srcset", "action", "data", "poster"} & set(attrs), tag
        assert tag not in ("link", "iframe", "object", "embed", "base", "form", "img")
    policy = next(
        attrs["content"] for attrs, _ in page.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert {source for value in rules.values() for source in value.split()} <= {
        "'none'",
        "'unsafe-inline'",
        "data:",
        "blob:",
    }
    links = [attrs.get("href") for attrs, _ in page.all("a")]
    assert links == ["https://ffbp.example/?epochs=60"]


def test_it_says_in_words_what_it_shows(run, page):
    words = [text for _, text in page.all("dd")]
    assert words[:4] == list(summary(run).values())
    assert words[4] == "?epochs=60"
    assert page.all("h1")[0][1] == "Moons · 2-10-1 · Gradient descent"
    assert page.all("title")[0][1].startswith("Moons · 2-10-1")


def test_it_is_small_enough_to_mail(text):
    assert len(text) < 4_000_000


def test_the_frame_and_the_link_travel_in_the_settings(run):
    page = Page(handout.handout(run, plane_of(run.dataset), frame=7))
    place = {"player": PLAYER, "panels": list(PANELS), "help": entries(PANELS)}
    assert json.loads(page.by_id("settings")) == {"frame": 7, "refined": 7, "link": ""} | place
    assert page.all("body")[0][0] == {"class": "no-link"}
    assert page.all("a") == []


@pytest.mark.parametrize("changes", [{"activation": "tanh", "epochs": 20}, {"dataset": "noisy_sine"}])
def test_two_runs_are_in_one_file_with_what_differs_and_what_is_equal(run, changes):
    b = ffbp.train(replace(run.config, **changes))
    planes = plane_of(run.dataset), plane_of(b.dataset)
    link = "https://ffbp.example/compare?b.activation=tanh"
    page = Page(handout.handout_of_two(run, b, planes, frames=(7, -1), by="loss", link=link))
    settings = json.loads(page.by_id("settings"))
    assert (settings["frame"], settings["refined"], settings["by"]) == (7, [7, b.n_frames - 1], "loss")
    for side, each in (("a", run), ("b", b)):
        header = header_of(base64.b64decode(page.by_id(f"run-{side}")))
        arrays = arrays_of(base64.b64decode(page.by_id(f"run-{side}")))
        assert header["player"] == side
        assert (arrays[header["history"]["train_loss"]["$"]] == each.history.train_loss).all()
        assert header_of(base64.b64decode(page.by_id(f"refinement-{side}")))["run"] == header["id"]
    assert header_of(base64.b64decode(page.by_id("run-pair")))["player"] == settings["id"]
    words = dict(zip([text for _, text in page.all("dt")], [text for _, text in page.all("dd")], strict=True))
    assert words["What differs"] == sentence(differences_notice(ffbp.differences(run.config, b.config)))
    assert words["B: Outcome"] == summary(b)["Outcome"]
    assert {"What is equal", "A: Network"} < {*words}
    assert [attrs["href"] for attrs, _ in page.all("a")] == [link]
    assert all(not {"src", "action"} & {*attrs} for _, attrs in page.elements)


NASTY = (
    "</script><script>alert(1)</script>", "<!--<script>", "<img src=x onerror=alert(1)>", '"><b>', "&lt;", "]]>", "\u2028", "'",
)  # fmt: skip


def test_no_name_of_a_users_file_leaves_its_place():
    rng = np.random.RandomState(0)
    data = ffbp.data.dataset.prepare(
        rng.randn(40, 8), np.arange(40) % 8, task="classification", feature_names=NASTY, target_name=NASTY[0],
        class_names=NASTY, columns=(0, 1), standardize=False, test_size=0.2, seed=0,
    )  # fmt: skip
    run = ffbp.train(Config(file_name=NASTY[0], epochs=3), data)
    link = 'https://ffbp.example/?file="><script>alert(1)</script>'
    page = Page(handout.handout(run, plane_of(data), link=link))
    plain = Page(
        handout.handout(
            ffbp.train(Config(epochs=3)), plane_of(ffbp.train(Config(epochs=3)).dataset), link="https://x.example"
        )
    )
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert page.all("h1")[0][1].startswith(NASTY[0])
    assert json.loads(page.by_id("settings"))["link"] == link
    header = header_of(base64.b64decode(page.by_id("run")))
    assert header["classes"] == list(NASTY)


def test_source_in_a_script_element_can_neither_end_nor_hide_it():
    source = "const a = '</script>'; const b = '<!-- <script>';"
    escaped = handout._script(source)
    assert "</script" not in escaped
    assert "<!--" not in escaped
    assert escaped == "const a = '<\\/script>'; const b = '<\\!-- <script>';"  # the same strings to JavaScript
