"""The animation and the pictures: Pillow reads the GIF back; colours and places come from the run itself."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import ffbp
from ffbp import Config
from ffbp.analysis.plane import PRINCIPAL, plane_of
from ffbp.export import animation, pictures
from ffbp.figures import palette
from ffbp.terminal import text_pictures

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


def frames_of(gif):
    image = Image.open(BytesIO(gif))
    pictures, times = [], []
    for i in range(image.n_frames):
        image.seek(i)
        pictures.append(np.asarray(image.convert("RGB")).astype(int))
        times.append(image.info["duration"])
    return pictures, times, image


def test_it_holds_a_picture_of_every_chosen_frame(run):
    shown, times, image = frames_of(animation.animation(run, plane_of(run.dataset)))
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
    boundary, loss = pictures.BoundaryPicture(run, plane_of(run.dataset)), pictures.LossPicture(run)
    for i in (0, 1, 60, 119):
        frame = animation.chosen_frames(run.n_frames)[i]
        drawn = np.hstack([boundary.at(frame), loss.at(frame)]).astype(int)
        apart = np.abs(shown[i][animation.HEADER :] - drawn).max(axis=-1)
        assert np.median(apart) <= 4
        assert (apart > 60).mean() < 0.001, "the palette lacks a colour"


def test_the_cursor_stands_at_the_frames_epoch(reference):
    run, _, shown = reference
    axes, h = pictures.LossPicture(run).axes, run.history
    red = np.array(pictures.rgb(palette.CURSOR))
    for i in (5, 60, 119):
        row = shown[i][animation.HEADER + pictures.TOP + 100, pictures.WIDTH :]
        columns = np.flatnonzero(np.abs(row - red).max(axis=-1) < 16)
        epoch = h.epoch[animation.chosen_frames(run.n_frames)[i]]
        assert np.abs(columns - float(axes.x(epoch))).max() < 2.5


def test_the_header_changes_with_the_moment(reference):
    _, _, shown = reference
    headers = [picture[: animation.HEADER].tobytes() for picture in shown]
    assert len(set(headers)) > 100


# The pictures


def at_point(run, plane, picture, x, y):
    axes = pictures.BoundaryPicture(run, plane).axes
    return picture[round(float(axes.y(y))), round(float(axes.x(x)))].astype(int)


def test_the_heat_is_the_networks_answer_in_the_pages_colours(reference):
    run, _, _ = reference
    plane = plane_of(run.dataset)
    maker = pictures.BoundaryPicture(run, plane)
    _, through = maker.layer
    picture = maker.at(-1)
    network = run.network(-1)
    rng, checked = np.random.RandomState(0), 0
    for _ in range(400):
        x = rng.uniform(*plane.x_range) * 0.97
        y = rng.uniform(*plane.y_range) * 0.97
        row, column = round(float(maker.axes.y(y))), round(float(maker.axes.x(x)))
        p = network.predict_proba(run.dataset.encode_columns(np.array([[x, y]])))[0, 0]
        if through[row - 1 : row + 2, column - 1 : column + 2].min() < 1 or abs(p - 0.5) < 0.15:
            continue  # a point, or the contour
        end = np.array(pictures.rgb(palette.POSITIVE if p > 0.5 else palette.NEGATIVE))
        expected = 255 + (end - 255) * abs(2 * p - 1)
        assert np.abs(picture[row, column] - expected).max() < 14, (x, y, p)
        checked += 1
    assert checked > 100


def test_the_contour_is_where_p_is_one_half(reference):
    run, _, _ = reference
    plane = plane_of(run.dataset)
    maker = pictures.BoundaryPicture(run, plane)
    _, through = maker.layer
    picture, network = maker.at(-1), run.network(-1)
    dark = np.argwhere((picture.max(axis=-1) < 40) & (through[..., 0] == 1))
    inside = (dark[:, 0] > pictures.TOP + 3) & (dark[:, 0] < pictures.HEIGHT - pictures.BOTTOM - 3)
    inside &= (dark[:, 1] > pictures.LEFT + 3) & (dark[:, 1] < pictures.WIDTH - pictures.RIGHT - 3)
    rows, columns = dark[inside].T
    assert len(rows) > 200
    x = plane.x_range[0] + (columns + 0.5 - pictures.LEFT) / (pictures.WIDTH - pictures.LEFT - pictures.RIGHT) * np.ptp(
        plane.x_range
    )
    height = pictures.HEIGHT - pictures.TOP - pictures.BOTTOM
    y = plane.y_range[1] - (rows + 0.5 - pictures.TOP) / height * np.ptp(plane.y_range)
    p = network.predict_proba(run.dataset.encode_columns(np.column_stack([x, y])))[:, 0]
    assert np.abs(p - 0.5).max() < 0.12


def test_pictures_are_png_files_that_differ_by_frame(run):
    plane = plane_of(run.dataset)
    last = pictures.boundary_png(run, plane)
    image = Image.open(BytesIO(last))
    assert image.format == "PNG"
    assert image.size == (pictures.WIDTH, pictures.HEIGHT)
    assert Image.open(BytesIO(pictures.loss_png(run))).size == (pictures.WIDTH, pictures.HEIGHT)
    if (run.history.theta[0] != run.history.theta[-1]).any():
        assert pictures.boundary_png(run, plane, 0) != last


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1000, [0, 200, 400, 600, 800, 1000]),
        (-1.2, 2.3, [-1, 0, 1, 2]),
        (0, 0.0013, [0, 0.0005, 0.001]),
        (3, 3, [3]),
        (1e6, 5e6, [1e6, 2e6, 3e6, 4e6, 5e6]),
    ],
)
def test_ticks_are_round_numbers_within_the_range(low, high, expected):
    assert pictures.ticks(low, high) == pytest.approx(expected)


def test_long_and_strange_names_neither_fail_nor_run_over():
    rng = np.random.RandomState(0)
    names = ("x" * 300, "\u0000\u202e<b>名前</b>\n💥")
    data = ffbp.data.dataset.prepare(
        rng.randn(40, 2), np.arange(40) % 2, task="classification", feature_names=names, target_name="t",
        class_names=names, columns=(0, 1), standardize=False, test_size=0.2, seed=0,
    )  # fmt: skip
    run = ffbp.train(Config(file_name="f.csv", epochs=3), data)
    assert Image.open(BytesIO(animation.animation(run, plane_of(data)))).n_frames == 4


def test_a_plane_of_principal_components_is_drawn_with_its_samples():
    run = ffbp.train(Config(dataset="wine", columns=(), epochs=12))
    plane = plane_of(run.dataset, PRINCIPAL)
    maker = pictures.BoundaryPicture(run, plane)
    assert maker.axes.title == "Principal components"
    assert maker.axes.x_title.startswith("PC 1 (")
    _, through = maker.layer
    places = plane.coordinates(run.dataset.raw_train[:, run.dataset.columns])
    assert all(through[round(float(maker.axes.y(y))), round(float(maker.axes.x(x)))] == 0 for x, y in places)
    text = text_pictures.boundary_text(run, plane)
    assert sum(text.count(letter) for letter in "ABC") > 60
    assert Image.open(BytesIO(animation.animation(run, plane))).n_frames == 13


def test_the_colours_of_the_animation_fit_a_gifs_palette():
    for config in RUNS.values():
        run = ffbp.train(ffbp.Config(**{**vars(config), "epochs": 1}))
        assert 50 < len(animation._colours(run)) <= animation.TRANSPARENT
