"""Strokes become images like the training images: properties are measured on scikit-learn's digits, then on ours."""

from dataclasses import replace

import numpy as np
import pytest
from pens import PENS, drawings
from sklearn.datasets import load_digits

import ffbp
from ffbp.data import handwriting
from ffbp.data.handwriting import as_strokes, bitmap_32x32, deslanted, digit_8x8, digit_28x28
from ffbp.lessons.presets import PRESETS


@pytest.fixture(scope="module")
def training_images():
    digits = load_digits()
    return digits.images, digits.target


@pytest.fixture(scope="module")
def drawn():
    found = list(drawings(200))
    return np.array([digit_8x8(strokes) for _, strokes in found]), np.array([digit for digit, _ in found])


def leftmost(row):
    """The approximate column of a row block where the ink begins, in pixels of the bitmap; a block has 4 × 4."""
    block = np.flatnonzero(row)[0]
    return 4 * block + 4 - np.ceil(row[block] / 4)


def facts(images):
    """Mean ink; the columns and rows of the outermost ink; the distance between the first and last row's left edges."""
    apart = [leftmost(image[0]) - leftmost(image[-1]) for image in images if image[0].any() and image[-1].any()]
    return {
        "ink": images.sum(axis=(1, 2)).mean(),
        "fills the height": np.mean([image[0].any() and image[-1].any() for image in images]),
        "ink in the outer columns": images[:, :, [0, 7]].sum() / images.sum(),
        "slant": np.mean(np.abs(apart)),
    }


def assert_as_described(found):
    assert found["ink"] == pytest.approx(handwriting.INK, abs=5)
    assert found["fills the height"] == 1.0
    assert found["ink in the outer columns"] < 0.01
    assert found["slant"] < 0.8  # of a pixel: as exact as blocks of four let it be seen


def test_the_training_images_are_as_the_docstring_says(training_images):
    images, y = training_images
    assert_as_described(facts(images))
    by_class = [images[y == digit].sum(axis=(1, 2)).mean() for digit in range(10)]
    assert 302 < min(by_class) < max(by_class) < 331


def test_drawn_digits_are_as_the_training_images(drawn):
    assert_as_described(facts(drawn[0]))


def test_a_drawn_digits_ink_lies_within_the_training_images_spread(drawn, training_images):
    ink, usual = drawn[0].sum(axis=(1, 2)), training_images[0].sum(axis=(1, 2))
    assert np.abs(ink - usual.mean()).max() < 2 * usual.std()


def test_drawn_digits_are_as_wide_as_the_training_images(drawn, training_images):
    def width(images):
        return np.mean([np.ptp(np.flatnonzero(image.sum(axis=0) > 8)) + 1 for image in images])

    assert width(drawn[0]) == pytest.approx(width(training_images[0]), abs=0.4)


@pytest.mark.parametrize("digit", range(10))
def test_the_mean_of_a_drawn_digit_looks_like_the_mean_of_its_training_images(digit, drawn, training_images):
    (images, labels), (training, y) = drawn, training_images
    means = np.array([training[y == k].mean(axis=0).ravel() for k in range(10)])
    ours = images[labels == digit].mean(axis=0).ravel()
    alike = [np.corrcoef(ours, mean)[0, 1] for mean in means]
    assert int(np.argmax(alike)) == digit


def test_a_network_trained_on_the_digits_reads_drawn_ones(drawn):
    images, labels = drawn
    run = ffbp.train(replace(PRESETS["digits"].config, epochs=20))
    said = run.network().predict(run.dataset.encode(images.reshape(len(images), 64)))
    assert (said == labels).mean() > 0.93


def test_values_are_whole_counts_of_sixteen(drawn):
    images = drawn[0]
    assert images.min() == 0
    assert images.max() == 16
    assert (images == np.rint(images)).all()


def test_where_and_how_large_a_digit_is_drawn_hardly_matters():
    for strokes in PENS.values():
        moved = [stroke + np.array([0.1, -0.05]) for stroke in strokes]
        assert np.abs(digit_8x8(strokes) - digit_8x8(moved)).max() <= 1
        # The pen is as wide on a small digit as on a large one, so the ink's box, and with it the image, differs a little.
        small = [0.4 * stroke + np.array([0.1, 0.5]) for stroke in strokes]
        assert np.abs(digit_8x8(strokes) - digit_8x8(small)).mean() < 1.5


def test_a_leaning_one_stands_up():
    upright = digit_8x8([np.array([[0.5, 0.1], [0.5, 0.9]])])
    leaning = digit_8x8([np.array([[0.65, 0.1], [0.35, 0.9]])])
    assert np.abs(upright - leaning).mean() < 2
    assert (leaning.sum(axis=0) > 100).sum() <= 3


def test_the_top_and_the_bottom_begin_in_the_same_column():
    for _, strokes in drawings(40, seed=3):
        edge = bitmap_32x32(strokes).argmax(axis=1)
        assert abs(edge[:4].mean() - edge[-4:].mean()) <= 1


def test_shearing_keeps_the_ink_of_each_row():
    bitmap = np.zeros((32, 32), dtype=bool)
    for row in range(32):
        bitmap[row, 8 + row // 4 : 14 + row // 4] = True
    sheared = deslanted(bitmap)
    assert (sheared.sum(axis=1) == bitmap.sum(axis=1)).all()
    assert len({int(row.argmax()) for row in sheared}) <= 2


def test_an_empty_canvas_has_no_ink():
    assert not digit_8x8([]).any()
    assert not digit_28x28([]).any()


@pytest.mark.parametrize(
    "strokes",
    [
        [np.array([[0.5, 0.5]])],
        [np.array([[0.0, 0.0]])],
        [np.array([[0.1, 0.5], [0.9, 0.5]])],
        [np.array([[0.5, 0.5], [0.5, 0.5]])],
        [np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])],
    ],
    ids=["a dot", "a dot in the corner", "a dash", "a dot of two points", "a cross over everything"],
)
def test_any_stroke_gives_an_image(strokes):
    small, large = digit_8x8(strokes), digit_28x28(strokes)
    assert small.shape == (8, 8)
    assert 30 < small.sum() < 500
    assert large.shape == (28, 28)
    assert large.sum() > 0


@pytest.mark.parametrize(
    "value",
    [
        None, 3, "abc", {}, [1], [[1, 2]], [[]], [[[0.5]]], [[[0.5, 0.5, 0.5]]], [[[0.5, "x"]]], [[[0.5, None]]],
        [[[0.5, float("nan")]]], [[[0.5, float("inf")]]], [[[-0.1, 0.5]]], [[[0.5, 1.1]]], [[[10**400, 0.5]]],
        [[[0.5, 0.5], [0.5]]], [[[0.5, 0.5]]] * 41, [[[0.5, 0.5]] * 2001], [{"x": 1}], [[[[0.5, 0.5]]]],
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_with_a_sentence(value):
    with pytest.raises(ValueError, match=r"stroke") as error:
        as_strokes(value)
    assert len(str(error.value)) < 200


def test_strokes_are_taken_as_they_are():
    assert as_strokes([]) == []
    (stroke,) = as_strokes([[[0, 1], [0.25, 0.5]]])
    assert stroke.tolist() == [[0.0, 1.0], [0.25, 0.5]]


# MNIST


def box(image):
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return np.ptp(rows) + 1, np.ptp(columns) + 1


@pytest.mark.parametrize("digit", range(10))
def test_a_large_digit_fits_twenty_pixels_and_balances_in_the_middle(digit):
    image = digit_28x28(PENS[digit])
    assert 19 <= max(box(image)) <= 21
    weights = image / image.sum()
    centre = (weights * (np.arange(28) + 0.5)).sum(), (weights * (np.arange(28) + 0.5)[:, None]).sum()
    assert centre == pytest.approx((14, 14), abs=0.2)


def test_a_large_digits_proportions_are_kept():
    height, width = box(digit_28x28([np.array([[0.5, 0.1], [0.5, 0.9]])]))
    assert height >= 19
    assert width <= 4


def test_large_digits_have_mnists_grey_levels_and_its_known_mean():
    images = np.array([digit_28x28(strokes) for _, strokes in drawings(60)])
    assert images.min() == 0
    assert images.max() == 255
    assert ((images > 0) & (images < 255)).any()
    assert (images / 255).mean() == pytest.approx(0.1307, rel=0.15)  # MNIST's published mean


def test_a_large_digit_near_the_canvas_edge_is_drawn_whole():
    moved = [stroke * 0.5 + 0.5 for stroke in PENS[3]]
    assert digit_28x28(moved).sum() == pytest.approx(digit_28x28(PENS[3]).sum(), rel=0.15)
