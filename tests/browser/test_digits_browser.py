"""The Digits page in a real browser: drawing with mouse, finger and keys; images that follow the timeline; choosing."""

import io
import re
from urllib.parse import urlencode

import numpy as np
import pytest
from browsing import at
from pens import PENS, dense
from playwright.sync_api import expect

import ffbp
from ffbp.data.handwriting import digit_8x8
from ffbp.lessons.presets import PRESETS
from ffbp.words.numbers import format_percent

PARAMS = {**PRESETS["digits"].config.to_params(), "epochs": "12"}
DIGITS = f"digits?{urlencode(PARAMS)}"
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
PAD = ".ffbp-drawing .pad > canvas"


@pytest.fixture(scope="module")
def run():
    return ffbp.train(ffbp.Config.from_params(PARAMS)[0])


def open_digits(playground, **params):
    page = playground.page
    page.goto(f"{playground.address}/digits?{urlencode({**PARAMS, **params})}")
    return ready(page)


PARTS = (
    ".ffbp[data-run] .loss .main-svg",
    ".ffbp-images[data-id]",
    ".ffbp-confusion[data-id]",
    ".ffbp-drawing[data-strokes]",
)


def ready(page):
    for part in PARTS:
        page.wait_for_selector(part)
    page.get_by_text("Source code of this page").wait_for()  # the last thing on the page: it has been drawn to its end
    return page


def place(page, point):
    """A point of the pad (0..1 each) on the screen."""
    box = page.locator(PAD).bounding_box()
    return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]


def strokes_of(digit):
    return [dense(stroke, 16) for stroke in PENS[digit]]


def draw(page, digit):
    page.locator(PAD).scroll_into_view_if_needed()
    for stroke in strokes_of(digit):
        page.mouse.move(*place(page, stroke[0]))
        page.mouse.down()
        for point in stroke[1:]:
            page.mouse.move(*place(page, point))
        page.mouse.up()


def wait_answer(page, answer):
    page.wait_for_function("a => document.querySelector('.ffbp-drawing').dataset.answer === a", arg=str(answer))


def wait_strokes(page, n):
    page.wait_for_function("n => document.querySelector('.ffbp-drawing').dataset.strokes === String(n)", arg=n)


def images(page, name):
    return page.locator(".ffbp-images").filter(has=page.locator(f'[aria-label="{name}"]'))


def typed(page):
    """The drawing in the address, as pixels."""
    page.wait_for_function("() => new URLSearchParams(location.search).has('x')")
    return np.array([float(v) for v in page.evaluate("new URLSearchParams(location.search).get('x')").split("_")])


def test_a_drawing_is_read_while_it_is_drawn_kept_in_the_address_and_taken_back(playground, run):
    page = open_digits(playground)
    page.locator(PAD).scroll_into_view_if_needed()
    (stroke,) = strokes_of(0)
    page.mouse.move(*place(page, stroke[0]))
    page.mouse.down()
    for point in stroke[1:]:
        page.mouse.move(*place(page, point))
    wait_answer(page, 0)
    assert "x=" not in page.url, "the pen has not been lifted"
    page.mouse.up()
    playground.wait_address("x=")

    page.get_by_role("button", name="Clear the pad").click()
    wait_strokes(page, 0)
    page.wait_for_function("() => !new URLSearchParams(location.search).has('x')")
    expect(page.locator(".ffbp-drawing .says")).to_have_text("Draw a digit.")

    draw(page, 1)
    wait_answer(page, 1)
    pixels = typed(page)
    assert np.abs(pixels - digit_8x8(PENS[1]).ravel()).mean() < 1
    p = run.network().predict_proba(run.dataset.encode(pixels[None]))[0]
    says = f"The network predicts a 1: {format_percent(p.max())}"
    expect(page.locator(".ffbp-drawing .says")).to_have_text(says)
    assert page.locator(".ffbp-drawing .value").all_text_contents() == [format_percent(v) for v in p]
    expect(images(page, "The chosen image").locator(".caption")).to_have_text("your drawing")

    draw(page, 1)
    wait_strokes(page, 2)
    page.get_by_role("button", name="Undo the last stroke").click()
    wait_strokes(page, 1)
    expect(page.locator(".ffbp-drawing .says")).to_have_text(says)


def test_a_drawing_goes_to_the_forward_pass_and_is_still_there_afterwards(playground):
    page = open_digits(playground)
    draw(page, 7)
    wait_answer(page, 7)
    playground.wait_address("x=")
    link = page.get_by_role("link", name="This image, number by number: Forward pass")
    expect(link).to_have_attribute("href", re.compile("x="))
    link.click()
    page.wait_for_url(re.compile("forward_pass"))
    page.wait_for_selector('[data-testid="stMetric"]')
    expect(page.locator('[data-testid="stMetricValue"]').first).to_have_text("7")
    assert len(typed(page)) == 64
    page.get_by_role("link", name="Digits", exact=True).click()
    ready(page)
    wait_strokes(page, 2)
    wait_answer(page, 7)


def test_a_finger_draws_on_a_phone_and_nothing_scrolls(visit):
    playground = visit(DIGITS, **PHONE, color_scheme="dark")
    page = ready(playground.page)
    page.wait_for_selector(".katex")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    page.locator(PAD).scroll_into_view_if_needed()
    before = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    session = page.devtools
    for stroke in strokes_of(1):
        for kind, points in (("touchStart", stroke[:1]), ("touchMove", stroke[1:]), ("touchEnd", [])):
            for point in points if len(points) else [None]:
                touches = [] if point is None else [dict(zip("xy", place(page, point), strict=True))]
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
    wait_answer(page, 1)
    playground.wait_address("x=")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == before


def test_a_finger_chooses_cells_images_units_and_a_wanted_digit(visit):
    playground = visit(DIGITS, **PHONE)
    page = ready(playground.page)
    cells = page.locator(".ffbp-confusion td button")
    cells.nth(20).tap()
    page.get_by_text("test images of a 2 predicted as 0").wait_for()
    page.get_by_role("button", name="Show all mistakes").tap()
    page.get_by_text("are wrong").wait_for()
    first = images(page, "Gallery: choose an image").locator(".grid button").first
    row = re.match(r"sample (\d+)", first.get_attribute("aria-label")).group(1)
    first.tap()
    playground.wait_address(f"sample={row}")
    images(page, "Weights of the first layer, one image per unit").locator(".grid button").nth(4).tap()
    playground.wait_address("unit=5")
    expect(images(page, "One unit's sum as images").locator(".caption").nth(1)).to_have_text("weights of unit 5")
    page.get_by_role("combobox", name="Digit to aim for").tap()
    page.get_by_role("option", name="8", exact=True).tap()
    playground.wait_address("wanted=8")
    walk = images(page, "The gradient and the steps along it")
    expect(walk.locator(".caption").first).to_have_text("−dLoss/dx for an 8")
    slider = page.get_by_test_id("stSlider").filter(has_text="Steps taken")
    slider.scroll_into_view_if_needed()
    box, thumb = slider.bounding_box(), slider.get_by_role("slider").locator("xpath=..").bounding_box()
    end = walk.locator(".caption").last.inner_text()
    page.touchscreen.tap(box["x"] + box["width"] / 2, thumb["y"] + thumb["height"] / 2)
    expect(walk.locator(".caption").last).not_to_have_text(end)
    page.touchscreen.tap(box["x"] + box["width"] - 6, thumb["y"] + thumb["height"] / 2)
    expect(walk.locator(".caption").last).to_have_text(re.compile(r"^step \d+: 8, "))


def test_everything_is_done_with_the_keyboard_alone(playground):
    page = open_digits(playground)
    pad = page.locator(PAD)
    page.get_by_role("button", name="Undo the last stroke").focus()
    page.keyboard.press("Shift+Tab")
    expect(pad).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Space")
    for way, times in (("Right", 6), ("Down", 6), ("Left", 5), ("Right", 5), ("Down", 6), ("Left", 6)):
        for _ in range(times):
            page.keyboard.press(f"Arrow{way}")
    page.keyboard.press("Space")
    wait_strokes(page, 1)
    wait_answer(page, 3)
    playground.wait_address("x=")
    assert playground.data("playing") in (None, "false"), "space belongs to the pad, not to the player"
    page.keyboard.press("Backspace")
    wait_strokes(page, 0)
    wait_answer(page, "")

    cells = page.locator(".ffbp-confusion td button")
    cells.first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    expect(cells.nth(20)).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("test images of a 2 predicted as 0").wait_for()

    units = images(page, "Weights of the first layer, one image per unit").locator(".grid button")
    units.nth(4).click()
    playground.wait_address("unit=5")
    units.nth(4).press("ArrowRight")
    playground.wait_address("unit=6")
    expect(images(page, "One unit's sum as images").locator(".caption").nth(1)).to_have_text("weights of unit 6")


def test_weights_and_matrix_follow_the_timeline_and_cells_show_their_images(playground, run):
    page = open_digits(playground)
    last = run.n_frames - 1
    shown = page.evaluate(
        """async () => {
          const player = document.querySelector('.ffbp'), seen = [];
          const weights = document.querySelector('.ffbp-images [aria-label^="Weights"]').closest('.ffbp-images');
          const matrix = document.querySelector('.ffbp-confusion');
          const picture = () => weights.querySelector('canvas').toDataURL();
          player.querySelector('.play').click();
          while (true) {
            await new Promise(requestAnimationFrame);
            seen.push([+player.dataset.frame, +weights.dataset.frame, +matrix.dataset.frame, picture()]);
            if (player.dataset.playing === 'false') return seen;
          }
        }"""
    )
    assert all(frame == weights_frame == matrix_frame for frame, weights_frame, matrix_frame, _ in shown)
    assert {0, last} <= {frame for frame, *_ in shown} <= set(range(last + 1))
    assert len({picture for *_, picture in shown}) > last / 2

    page.click(".ffbp .first")
    playground.wait_address("frame=0")
    n_wrong = int((run.network(0).predict(run.dataset.X_test) != run.dataset.y_test).sum())
    page.get_by_text(f"{n_wrong} of 360 test digits are wrong").wait_for()
    counts = page.locator(".ffbp-confusion td button").all_text_contents()
    assert sum(int(counts[11 * k]) for k in range(10)) == 360 - n_wrong
    letter = "e => getComputedStyle(e).fontSize"
    page.set_viewport_size({"width": 1920, "height": 1080})
    assert page.locator(".ffbp-confusion .rate").first.evaluate(letter) == "16px"  # on a large screen
    page.set_viewport_size({"width": 1366, "height": 768})
    cell = next(at for at, count in enumerate(counts) if at % 11 and 0 < int(count) < 20)
    page.locator(".ffbp-confusion td button").nth(cell).click()
    page.get_by_text(f"{counts[cell]} test images of a {cell // 10} predicted as {cell % 10}").wait_for()
    gallery = images(page, "Gallery: choose an image")
    expect(gallery.locator(".grid button")).to_have_count(int(counts[cell]))
    gallery.locator(".grid button").first.click()
    row = re.match(r"sample (\d+)", gallery.locator(".grid button").first.get_attribute("aria-label")).group(1)
    playground.wait_address(f"sample={row}")
    page.get_by_text(f"The true digit is {cell // 10}.").wait_for()
    i = int(np.flatnonzero(run.dataset.rows_test == int(row))[0])
    p = run.network(0).predict_proba(run.dataset.X_test[i : i + 1])[0]
    shares = " · ".join(f"{k} {format_percent(share)}" for k, share in enumerate(p))
    page.get_by_text(f"Sample {row}: {shares}").wait_for()
    page.get_by_role("button", name="Show all mistakes").click()
    page.get_by_text("are wrong").wait_for()


def test_pixels_have_their_numbers_and_a_walk_is_shown_step_by_step(playground, run):
    page = open_digits(playground, wanted="8")
    chosen = images(page, "The chosen image")
    canvas = chosen.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 3.5 / 8, box["y"] + box["height"] * 2.5 / 8)
    value = run.dataset.raw_train[0].reshape(8, 8)[2, 3]
    expect(chosen.locator(".readout")).to_have_text(re.compile(rf"pixel 2,3: {value:g}(\.0+)?$"))
    walk = images(page, "The gradient and the steps along it")
    expect(walk.locator(".caption").first).to_have_text("−dLoss/dx for an 8")
    page.get_by_role("slider", name="Steps taken").focus()
    page.keyboard.press("End")
    expect(walk.locator(".caption").last).to_have_text(
        re.compile(r"^step \d\d: 8, .* Does it still look like an? \d to you\?$")
    )
    page.get_by_text("Source code of this page").click()
    page.get_by_text("dA = network.layers").first.wait_for()


def test_an_experiment_without_images_is_a_click_or_a_step_back_away(playground):
    page = playground.open("?lr=0.3&epochs=50").page
    page.get_by_role("link", name="Digits", exact=True).click()
    ready(page)
    playground.wait_address("dataset=digits")
    page.go_back()
    page.get_by_role("heading", name="Playground").wait_for()
    playground.ready()
    playground.wait_address("lr=0.3")
    page.get_by_role("link", name="Digits", exact=True).click()
    ready(page)
    page.get_by_role("link", name="Back to your experiment: Moons").click()
    page.get_by_role("heading", name="Playground").wait_for()
    playground.wait_address("lr=0.3")


def test_a_link_without_images_shows_the_digits_and_back_does_not_loop(playground):
    page = playground.page
    page.goto(f"{playground.address}/digits?lr=0.3&epochs=50")
    ready(page)
    playground.wait_address("dataset=digits")
    page.go_back()
    page.get_by_role("button", name="Load the digits").click()
    ready(page)
    playground.wait_address("dataset=digits")
    page.go_back()
    page.get_by_role("button", name="Load the digits").wait_for()
    assert "lr=0.3" in page.url


def test_a_picture_is_saved_as_it_is_seen(playground):
    page = open_digits(playground)
    for part in (".ffbp-images", ".ffbp-confusion"):
        with at(part):
            check_picture(page, part)


def check_picture(page, part):
    from PIL import Image

    box = page.locator(part).first
    button = box.get_by_role("button", name=re.compile("^Save picture: "))
    button.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert re.fullmatch(r"ffbp-[\w-]+-frame-\d+\.png", download.value.suggested_filename)
    saved = Image.open(download.value.path()).convert("RGB")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    seen = Image.open(io.BytesIO(box.screenshot())).convert("RGB")
    saved = saved.resize((saved.width // 2, saved.height // 2))
    seen = seen.crop((0, 0, saved.width, saved.height))
    assert abs(saved.width - box.bounding_box()["width"]) <= 1
    saved, seen = np.asarray(saved, float), np.asarray(seen, float)
    apart, mirrored = np.abs(saved - seen).mean(), np.abs(saved[:, ::-1] - seen).mean()
    assert apart < 10  # two ways to smooth edges
    assert apart < mirrored / 2  # while another picture is far from it
