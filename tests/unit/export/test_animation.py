"""The animation and the pictures: Pillow reads the GIF back; colours and places come from the run itself."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

import ffbp
from ffbp import Config
from ffbp.analysis.plane import PRINCIPAL, plane_of
from ffbp.export import animation, pictures
from ffbp.figures import palette
from ffbp.terminal import text_pictures

ROOT = Path(__file__).resolve().parents[3]

RUNS = {
    "two classes": Config(epochs=12),
    "several classes": Config(dataset="iris", epochs=12, hidden=(5,)),
    "a slice": Config(dataset="wine", columns=(), epochs=12),
    "a surface": Config(dataset="bumps", epochs=12),
    "a curve": Config(dataset="noisy_sine", epochs=12, activation="tanh"),
    "one column, two classes": Config(dataset="breast_cancer", columns=(3,), epochs=12),
    "nothing held out": Config(dataset="xor_gate", epochs=12, hidden=(2,)),
    "one frame": Config(dataset="bumps", learning_rate=1000.0, epochs=5),
    "diverged": Config(dataset="bumps", hidden=(16,), learning_rate=30.0, epochs=200),
    "constant loss": Config(initializer="zeros", activation="relu", epochs=10, n_samples=40),
}


@pytest.fixture(scope="module", params=RUNS)
def run(request):
    return ffbp.train(RUNS[request.param])


@pytest.fixture(scope="module")
def gif(run):
    """The run's animation, and how often it yielded."""
    work, n = animation.animating(run, plane_of(run.dataset)), 0
    while True:
        try:
            next(work)
            n += 1
        except StopIteration as end:
            return end.value, n


def boundary_of(run, plane=None):
    """The boundary's panel on a sheet of its own, drawn as `sheet.at(frame, panel)`."""
    sheet = pictures.Sheet()
    return sheet, pictures.BoundaryPanel(sheet, 0, run, plane or plane_of(run.dataset))


def place(panel, x, y):
    """Row and column of a point in a picture of one panel."""
    column, up = panel.axes.transData.transform((x, y))
    return round(pictures.HEIGHT - up), round(column)


def frames_of(gif):
    image = Image.open(BytesIO(gif))
    pictures, times = [], []
    for i in range(image.n_frames):
        image.seek(i)
        pictures.append(np.asarray(image.convert("RGB")).astype(int))
        times.append(image.info["duration"])
    return pictures, times, image


def test_it_holds_a_picture_of_every_chosen_frame(run, gif):
    shown, times, image = frames_of(gif[0])
    chosen = animation.chosen_frames(run.n_frames)
    assert len(shown) == len(chosen) <= 120
    assert image.info.get("loop", 0) == 0
    assert times[-1] == animation.LAST_MS
    assert set(times[:-1]) <= {animation.FRAME_MS}
    assert shown[0].shape == (animation.HEADER + pictures.HEIGHT, 2 * pictures.WIDTH, 3)


def test_the_chosen_frames_begin_and_end_with_the_runs():
    for n in (1, 2, 119, 120, 121, 300):
        chosen = animation.chosen_frames(n)
        assert chosen[0] == 0
        assert chosen[-1] == n - 1
        assert len(chosen) == min(n, 120)
        assert (np.diff(chosen) > 0).all()


@pytest.fixture(scope="module")
def reference():
    run = ffbp.train(Config())
    gif = animation.animation(run, plane_of(run.dataset))
    return run, gif, frames_of(gif)[0]


def test_the_reference_fits_a_mail_and_a_slide(reference):
    _, gif, shown = reference
    assert len(gif) < 3_000_000
    assert len(shown) == 120


def test_every_frame_decodes_to_what_was_drawn(reference):
    run, _, shown = reference
    sheet, boundary = boundary_of(run)
    right = pictures.Sheet()
    loss = pictures.LossPanel(right, 0, run)
    for i in (0, 1, 60, 119):
        frame = animation.chosen_frames(run.n_frames)[i]
        drawn = np.hstack([sheet.at(frame, boundary), right.at(frame, loss)]).astype(int)
        apart = np.abs(shown[i][animation.HEADER :] - drawn).max(axis=-1)
        assert np.median(apart) <= 4
        assert (apart > 60).mean() < 0.001, "the palette lacks a colour"


def test_the_ground_is_white_and_the_cursor_red_in_every_frame(gif):
    for picture in frames_of(gif[0])[0]:
        assert (picture[3, 3] == 255).all()
        assert (picture[200, pictures.WIDTH :] == ImageColor.getrgb(palette.CURSOR)).all(axis=-1).any()


def test_the_animation_is_the_same_every_time():
    run = ffbp.train(RUNS["several classes"])
    assert animation.animation(run, plane_of(run.dataset)) == animation.animation(run, plane_of(run.dataset))


def test_it_yields_between_frames(run, gif):
    assert gif[1] == len(animation.chosen_frames(run.n_frames)) + animation.N_SAMPLED


def test_the_cursor_stands_at_the_frames_epoch(reference):
    run, _, shown = reference
    panel, h = pictures.LossPanel(pictures.Sheet(), 0, run), run.history
    red = np.array(ImageColor.getrgb(palette.CURSOR))
    for i in (5, 60, 119):
        row = shown[i][animation.HEADER + pictures.TOP + 100, pictures.WIDTH :]
        columns = np.flatnonzero(np.abs(row - red).max(axis=-1) < 16)
        epoch = h.epoch[animation.chosen_frames(run.n_frames)[i]]
        assert len(columns)
        assert np.abs(columns - place(panel, epoch, 0)[1]).max() < 2.5


def test_the_header_changes_with_the_moment(reference):
    _, _, shown = reference
    headers = [picture[: animation.HEADER].tobytes() for picture in shown]
    assert len(set(headers)) > 100


# The pictures


def test_the_heat_is_the_networks_answer_in_the_pages_colours(reference):
    run, _, _ = reference
    plane = plane_of(run.dataset)
    sheet, panel = boundary_of(run)
    picture, cover = sheet.at(-1, panel), panel.samples[::-1, :, 3]
    network = run.network(-1)
    rng, checked = np.random.RandomState(0), 0
    for _ in range(400):
        x = rng.uniform(*plane.x_range) * 0.97
        y = rng.uniform(*plane.y_range) * 0.97
        row, column = place(panel, x, y)
        p = network.predict_proba(run.dataset.encode_columns(np.array([[x, y]])))[0, 0]
        if cover[row - 1 : row + 2, column - 1 : column + 2].any() or abs(p - 0.5) < 0.15:
            continue  # a point, or the contour
        end = np.array(ImageColor.getrgb(palette.CLASSES[1] if p > 0.5 else palette.CLASSES[0]))
        expected = 255 + (end - 255) * abs(2 * p - 1)
        assert np.abs(picture[row, column] - expected).max() < 14, (x, y, p)
        checked += 1
    assert checked > 100


def test_several_classes_have_the_colour_of_the_likeliest():
    run = ffbp.train(RUNS["several classes"])
    plane = plane_of(run.dataset)
    sheet, panel = boundary_of(run)
    picture, cover = sheet.at(-1, panel), panel.samples[::-1, :, 3]
    rng, checked = np.random.RandomState(0), 0
    for x, y in zip(rng.uniform(*plane.x_range, 300), rng.uniform(*plane.y_range, 300), strict=True):
        row, column = place(panel, x, y)
        p = run.network(-1).predict_proba(run.dataset.encode_columns(np.array([[x, y]])))[0]
        if cover[row - 2 : row + 3, column - 2 : column + 3].any() or np.diff(np.sort(p)[-2:]) < 0.05:
            continue  # a point, or another class close by
        colour = np.array(ImageColor.getrgb(palette.CLASSES[p.argmax()]))
        expected = 255 + (colour - 255) * np.clip((p.max() - 1 / 3) / (2 / 3), 0.16, 1)
        if 3 < row - pictures.TOP < pictures.INNER_HEIGHT - 3 and 3 < column - pictures.LEFT < pictures.INNER_WIDTH - 3:
            assert np.abs(picture[row, column] - expected).max() < 14, (x, y, p)
            checked += 1
    assert checked > 100


def test_the_contour_is_where_p_is_one_half(reference):
    run, _, _ = reference
    plane = plane_of(run.dataset)
    sheet, panel = boundary_of(run)
    picture, network = sheet.at(-1, panel), run.network(-1)
    box = np.zeros(picture.shape[:2], bool)
    box[pictures.TOP + 3 : -pictures.BOTTOM - 3, pictures.LEFT + 3 : -pictures.RIGHT - 3] = True
    rows, columns = np.nonzero((picture.max(axis=-1) < 45) & (panel.samples[::-1, :, 3] == 0) & box)
    assert len(rows) > 200
    places = panel.axes.transData.inverted().transform(np.column_stack([columns + 0.5, pictures.HEIGHT - rows - 0.5]))
    assert plane.x_range[0] < places[:, 0].min()
    assert np.abs(network.predict_proba(run.dataset.encode_columns(places))[:, 0] - 0.5).max() < 0.12


def test_every_sample_has_its_marker_in_the_colour_of_its_class(run):
    if plane_of(run.dataset).is_line or run.dataset.task == "regression":
        return
    _, panel = boundary_of(run)
    cover = panel.samples[::-1]
    data, plane = run.dataset, plane_of(run.dataset)
    places = plane.coordinates(data.raw_train[:, data.columns])
    found = np.array([cover[place(panel, *point)] for point in places]).astype(int)
    assert (found[:, 3] == 255).all()
    own = np.array([ImageColor.getrgb(palette.CLASSES[k]) for k in data.y_train])
    assert (np.abs(found[:, :3] - own).max(axis=1) < 5).mean() > 0.3  # others lie below their neighbours


def test_a_loss_that_falls_by_much_has_a_logarithmic_axis_with_plain_numbers():
    panel = pictures.LossPanel(pictures.Sheet(), 0, ffbp.train(Config(dataset="plane", epochs=300)))
    assert panel.log
    assert panel.axes.get_ylabel() == "loss (log)"
    low, high = panel.axes.get_ylim()
    ticks = [value for value in panel.axes.get_yticks() if low <= value <= high]
    assert 2 <= len(ticks) <= 10
    assert all(pictures.tick_text(value) == f"{value:g}" for value in ticks)
    flat = pictures.LossPanel(pictures.Sheet(), 0, ffbp.train(RUNS["constant loss"]))
    assert (flat.log, flat.axes.get_ylabel(), flat.axes.get_ylim()[0]) == (False, "loss", 0)


@pytest.mark.parametrize(
    ("value", "text"), [(0.30000000000000004, "0.3"), (1e203, "1e203"), (-2, "-2"), (5e-17, "0"), (1e-5, "1e-05")]
)
def test_a_ticks_number_is_short(value, text):
    assert pictures.tick_text(value) == text


def test_names_that_do_not_fit_into_the_legend_are_counted():
    rng = np.random.RandomState(0)
    names = tuple(f"a rather long name {k}" for k in range(8))
    data = ffbp.data.dataset.prepare(
        rng.randn(80, 2), np.arange(80) % 8, task="classification", feature_names=("a", "b"), target_name="t",
        class_names=names, columns=(0, 1), standardize=False, test_size=0.2, seed=0,
    )  # fmt: skip
    _, panel = boundary_of(ffbp.train(Config(file_name="f.csv", epochs=3), data))
    texts = [text.get_text() for text in panel.axes.get_legend().get_texts()]
    assert texts[0] == "a rather long nam…"
    assert texts[-1].endswith(f"   +{9 - len(texts)}")


def test_sheets_drawn_in_threads_are_those_drawn_one_by_one():
    runs = [ffbp.train(RUNS[key]) for key in ("two classes", "several classes", "a curve", "a surface")]
    draw = lambda run: pictures.boundary_png(run, plane_of(run.dataset)) + pictures.loss_png(run)  # noqa: E731
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(draw, runs)) == [draw(run) for run in runs]


def test_matplotlib_is_used_without_its_global_state_and_writes_its_font_cache_alone(tmp_path):
    code = (
        "import sys, ffbp\n"
        "from ffbp.export.forms import FORMS\n"
        "assert 'matplotlib' not in sys.modules\n"
        "run = ffbp.train(ffbp.Config(epochs=2))\n"
        "for form in ('png', 'gif'):\n"
        "    for write in FORMS[form].files.values(): write(run)\n"
        "import matplotlib\n"
        "print(sorted({'matplotlib.pyplot', 'tkinter'} & set(sys.modules)))"
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MPL", "XDG_"))}
    options = {"cwd": ROOT, "env": kept | {"HOME": str(tmp_path)}, "capture_output": True, "text": True}
    result = subprocess.run([sys.executable, "-W", "error", "-c", code], check=False, **options)
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.strip() == "[]"
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert all("matplotlib" in path.parts and path.name.startswith("fontlist") for path in written), written


def test_pictures_are_png_files_that_differ_by_frame(run):
    plane = plane_of(run.dataset)
    last = pictures.boundary_png(run, plane)
    image = Image.open(BytesIO(last))
    assert image.format == "PNG"
    assert image.size == (pictures.WIDTH, pictures.HEIGHT)
    assert Image.open(BytesIO(pictures.loss_png(run))).size == (pictures.WIDTH, pictures.HEIGHT)
    if (run.history.theta[0] != run.history.theta[-1]).any():
        assert pictures.boundary_png(run, plane, 0) != last


def test_long_and_strange_names_neither_fail_nor_run_over():
    rng = np.random.RandomState(0)
    names = ("x" * 300, "\u0000\u202e<b>名前</b>\n💥 $\\alpha")
    data = ffbp.data.dataset.prepare(
        rng.randn(40, 2), np.arange(40) % 2, task="classification", feature_names=names, target_name="t",
        class_names=names, columns=(0, 1), standardize=False, test_size=0.2, seed=0,
    )  # fmt: skip
    run = ffbp.train(Config(file_name="f.csv", epochs=3), data)
    assert Image.open(BytesIO(animation.animation(run, plane_of(data)))).n_frames == 4


def test_a_plane_of_principal_components_is_drawn_with_its_samples():
    run = ffbp.train(Config(dataset="wine", columns=(), epochs=12))
    plane = plane_of(run.dataset, PRINCIPAL)
    _, panel = boundary_of(run, plane)
    assert panel.axes.texts[0].get_text() == "Principal components"
    assert panel.axes.get_xlabel().startswith("PC 1 (")
    cover = panel.samples[::-1, :, 3]
    places = plane.coordinates(run.dataset.raw_train[:, run.dataset.columns])
    assert all(cover[place(panel, x, y)] == 255 for x, y in places)
    text = text_pictures.boundary_text(run, plane)
    assert sum(text.count(letter) for letter in "ABC") > 60
    assert Image.open(BytesIO(animation.animation(run, plane))).n_frames == 13
