"""The handout in a real browser, from the disk and with the network off; and the files that the page gives out."""

import json
from contextlib import ExitStack

import numpy as np
import pytest
from browsing import Playground

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.export.handout import handout, handout_of_two
from ffbp.words.numbers import format_number

LINK = "https://ffbp.example/?epochs=120"
CONFIGS = {
    "two classes": ffbp.Config(epochs=120),
    "a slice of three classes": ffbp.Config(dataset="iris", columns=(), hidden=(5,), epochs=30),
    "a curve": ffbp.Config(dataset="noisy_sine", n_samples=60, activation="tanh", epochs=30),
}


@pytest.fixture(scope="module")
def runs():
    return {name: ffbp.train(config) for name, config in CONFIGS.items()}


@pytest.fixture(scope="module")
def written(runs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("handouts")
    for i, run in enumerate(runs.values()):
        (folder / f"{i}.html").write_text(
            handout(run, plane_of(run.dataset), link=LINK if not i else ""), encoding="utf-8"
        )
    return dict(zip(runs, sorted(folder.iterdir()), strict=True))


@pytest.fixture
def opened(tabs, written):
    """A function: open a handout offline; what it asked for is noted."""
    lent, pages = ExitStack(), []

    def opened(name="two classes", fragment="", **options):
        page = lent.enter_context(tabs.page("handout", offline=True, **options))
        pages.append(page)
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(written[name].as_uri() + fragment)
        playground = Playground(page, "").ready()
        page.wait_for_function("() => document.querySelector('.ffbp').dataset.frame !== undefined")
        return playground

    with lent:
        yield opened
        for page in pages:
            assert page.problems == []
            assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_its_numbers_are_the_cores_at_every_moment_that_is_shown(opened, runs):
    h, handout = runs["two classes"].history, opened()
    assert handout.epoch() == "epoch 120 / 120"
    assert handout.card("train_loss") == format_number(h.train_loss[-1])
    handout.page.click(".ffbp .first")
    handout.wait_frame(0)
    assert handout.card("train_loss") == format_number(h.train_loss[0])
    handout.page.locator(".ffbp input[type=range]").focus()
    for _ in range(7):
        handout.page.keyboard.press("ArrowRight")
    handout.wait_frame(7)
    assert handout.card("test_loss") == format_number(h.test_loss[7])


def test_it_plays_and_obeys_the_keys(opened):
    handout = opened()
    handout.page.keyboard.press("Home")
    handout.wait_frame(0)
    handout.page.keyboard.press(" ")
    handout.page.wait_for_function("() => +document.querySelector('.ffbp').dataset.frame > 5")
    handout.page.keyboard.press(" ")
    handout.page.wait_for_function("() => document.querySelector('.ffbp').dataset.playing === 'false'")
    handout.page.keyboard.press("End")
    handout.wait_frame(120)
    handout.page.keyboard.press("?")
    keys = handout.page.get_by_role("dialog", name="Keys")
    assert "play or pause" in keys.inner_text()
    assert "blank" not in keys.inner_text(), "a handout is not presented"
    assert keys.locator("th").first.evaluate("e => getComputedStyle(e).textAlign") == "left", "it has its styles"


def test_scrubbing_moves_every_panel(opened):
    handout = opened()
    before = (
        handout.page.locator(".ffbp .diagram").screenshot(),
        handout.page.locator(".ffbp .boundary .under").screenshot(),
    )
    slider = handout.page.locator(".ffbp input[type=range]")
    box = slider.bounding_box()
    handout.page.mouse.click(box["x"] + 3, box["y"] + box["height"] / 2)
    handout.wait_frame(0)
    after = (
        handout.page.locator(".ffbp .diagram").screenshot(),
        handout.page.locator(".ffbp .boundary .under").screenshot(),
    )
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_hovering_reads_the_refined_probability(opened, runs):
    handout = opened()
    handout.page.wait_for_function("() => document.querySelector('.ffbp').dataset.refined === '120'")
    box = handout.page.locator(".ffbp .boundary .under").bounding_box()
    handout.page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.9)
    handout.page.wait_for_function(
        "() => document.querySelector('.ffbp .boundary .readout').textContent.includes(' = ')"
    )
    text = handout.page.inner_text(".ffbp .boundary .readout")
    run = runs["two classes"]
    plane = plane_of(run.dataset)
    point = np.array([[plane.x_range[0] + 0.9 * np.ptp(plane.x_range), plane.y_range[0] + 0.1 * np.ptp(plane.y_range)]])
    p = run.network(-1).predict_proba(run.dataset.encode_columns(point))[0, 0]
    assert abs(float(text.split("=")[1].split("at")[0]) - p) < 0.03


def test_a_moment_travels_in_the_address(opened):
    handout = opened(fragment="#frame=9")
    handout.wait_frame(9)
    handout.page.keyboard.press("ArrowRight")
    handout.page.wait_for_function("() => location.hash === '#frame=10'")


def test_the_link_to_the_experiment_is_copied_from_it(opened):
    handout = opened(permissions=["clipboard-read", "clipboard-write"])
    handout.page.click(".ffbp .timeline .copy")
    handout.page.wait_for_function(
        """link => document.querySelector('.ffbp .link').value === link
          || document.querySelector('.ffbp .copy').textContent === 'Copied'""",
        arg=LINK,
    )
    assert handout.page.get_attribute("footer a", "href") == LINK


def test_without_a_link_there_is_no_button_for_it(opened):
    handout = opened("a curve")
    assert not handout.page.is_visible(".ffbp .timeline .copy")
    assert handout.page.query_selector("footer a") is None


@pytest.mark.parametrize("name", CONFIGS)
def test_it_fits_a_phone_and_a_projector(opened, name):
    handout = opened(name)
    for width, height in ((1366, 768), (390, 844)):
        handout.page.set_viewport_size({"width": width, "height": height})
        handout.page.wait_for_function(
            "small => document.querySelector('.ffbp').classList.contains('small') === small", arg=width < 640
        )
        assert handout.page.evaluate("() => document.documentElement.scrollWidth") <= width
        boxes = handout.page.eval_on_selector_all(
            ".ffbp .panel", "all => all.map(e => e.getBoundingClientRect().toJSON())"
        )
        assert len(boxes) == 4
        assert all(box["width"] > 300 and box["height"] >= 180 for box in boxes)
        assert width < 640 or max(box["bottom"] for box in boxes) <= height


def test_it_is_dark_where_the_reader_is_and_turns_with_him(opened):
    handout = opened(color_scheme="dark")
    ground = lambda: handout.page.evaluate("() => getComputedStyle(document.body).backgroundColor")  # noqa: E731
    axis = lambda: handout.page.evaluate(  # noqa: E731
        "() => getComputedStyle(document.querySelector('.ffbp .loss .xtick text')).fill"
    )
    assert (ground(), axis()) == ("rgb(18, 21, 27)", "rgb(240, 242, 245)")
    handout.page.emulate_media(color_scheme="light")
    handout.page.wait_for_function(
        "() => getComputedStyle(document.querySelector('.ffbp .loss .xtick text')).fill === 'rgb(28, 31, 38)'"
    )
    assert ground() == "rgb(255, 255, 255)"


def test_a_panel_is_saved_as_a_picture(opened):
    handout = opened()
    with handout.page.expect_download() as download:
        handout.page.click(".ffbp .boundary .save")
    assert download.value.suggested_filename == "ffbp-boundary-epoch-120.png"


def test_two_runs_play_offline_on_one_timeline_by_epoch_and_by_loss(tabs, tmp_path):
    a, b = (ffbp.train(ffbp.Config(n_samples=80, epochs=60, learning_rate=rate)) for rate in (0.1, 3.0))
    planes = plane_of(a.dataset), plane_of(b.dataset)
    path = tmp_path / "comparison.html"
    path.write_text(handout_of_two(a, b, planes, frames=(20, 20), link=LINK), encoding="utf-8")
    with tabs.page("handout", offline=True) as page:
        numbers = lambda key: [page.inner_text(f".versus td.{key}.{side}") for side in "ab"]  # noqa: E731
        shown = lambda frames: page.wait_for_function(  # noqa: E731
            "frames => ['a', 'b'].every((id, i) => document.querySelector(`[data-player=${id}]`).dataset.frame === `${frames[i]}`)",
            arg=frames,
        )
        page.goto(path.as_uri())
        page.wait_for_selector('[data-player=a][data-refined="20"]')
        shown([20, 20])
        assert numbers("train_loss") == [format_number(run.history.train_loss[20]) for run in (a, b)]
        page.keyboard.press("ArrowRight")
        shown([21, 21])
        page.wait_for_function("() => location.hash === '#frame=21'")
        page.get_by_label("Both at the same").select_option("loss")
        page.wait_for_function("() => location.hash.startsWith('#loss=')")
        loss = a.history.train_loss[21]
        there = int(np.argmax(b.history.train_loss <= loss * 1.01))
        at = int(page.get_attribute("[data-player=b]", "data-frame"))
        assert abs(at - there) <= 1
        page.reload()
        shown([21, at])
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_selector(".comparison.small")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        assert page.get_attribute("footer a", "href") == LINK
        assert page.problems == []


# The page that gives the files out


@pytest.fixture
def export_page(page, server):
    page.goto(f"{server}/code_export?epochs=30")
    page.get_by_role("button", name="record.json", exact=True).wait_for()
    return page


def taken(page, name, folder):
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    path = folder / name
    download.value.save_as(path)
    return path


def test_the_pages_files_are_the_runs(export_page, tmp_path):
    run = ffbp.train(ffbp.Config(epochs=30))
    text = taken(export_page, "record.json", tmp_path).read_text("utf-8")
    assert (ffbp.load_record(text).history.theta == run.history.theta).all()
    history = taken(export_page, "history.csv", tmp_path).read_text("utf-8").splitlines()
    assert len(history) == run.n_frames + 1
    assert repr(float(run.history.train_loss[-1])) in history[-1]
    assert taken(export_page, "animation.gif", tmp_path).read_bytes().startswith(b"GIF89a")
    assert taken(export_page, "loss.png", tmp_path).read_bytes().startswith(b"\x89PNG")
    script = taken(export_page, "experiment.py", tmp_path).read_text("utf-8")
    compile(script, "experiment.py", "exec")


def test_the_pages_handout_opens_offline_and_links_back(export_page, server, tmp_path, tabs):
    path = taken(export_page, "handout.html", tmp_path)
    with tabs.page("handout", offline=True) as page:
        page.goto(path.as_uri())
        handout = Playground(page, "").ready()
        assert handout.epoch() == "epoch 30 / 30"
        assert page.get_attribute("footer a", "href") == f"{server}/?epochs=30"


def test_a_record_that_is_brought_back_is_shown_on_the_playground(export_page, tmp_path):
    page = export_page
    content = json.loads(ffbp.dump_record(ffbp.train(ffbp.Config(dataset="circles", n_samples=50, epochs=12))))
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    page.set_input_files("[data-testid=stFileUploaderDropzoneInput]", str(path))
    page.get_by_role("button", name="Train again and compare").click()
    page.get_by_text("equal, bit for bit").wait_for()
    page.get_by_role("button", name="Show it in the dashboard").click()
    page.get_by_text("Shown from a record, not trained here.").wait_for()
    page.get_by_role("link", name="Playground", exact=True).click()
    playground = Playground(page, "").ready()
    assert playground.epoch() == "epoch 12 / 12"
    assert "dataset=circles" in page.url
    page.get_by_text("Shown from a record, not trained here.").wait_for()
