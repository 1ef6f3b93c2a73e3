"""The digits' pictures show the run's own numbers: weights of every frame, counts, precision and recall."""

import numpy as np
import plotly.graph_objects as go
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

import ffbp
from ffbp.analysis.pixels import walk
from ffbp.analysis.scores import precision_recall
from ffbp.data.raster import Raster, raster_of
from ffbp.figures import digits as pictures
from ffbp.figures import palette
from ffbp.figures.blob import arrays_of, header_of


@pytest.fixture(scope="module")
def run():
    config = ffbp.Config(
        dataset="digits", columns=(), hidden=(12,), epochs=4, batch_size=32, standardize=False, initializer="normal",
        init_scale=0.05, learning_rate=0.01,
    )  # fmt: skip
    return ffbp.train(config)


def array(blob, reference):
    return arrays_of(blob)[reference["$"]]


def test_the_packed_weights_are_every_frames_weights(run):
    blob = pictures.pack_weights(run, raster_of(run.dataset), chosen=3)
    header = header_of(blob)
    frames = np.cumsum(
        array(blob, header["values"]), axis=0, dtype=np.uint8
    )  # each is the difference from the one before
    low, high = header["limits"][0]
    decoded = low + (high - low) * frames / 255
    for frame in (0, 2, run.n_frames - 1):
        W = run.network(frame).layers[0].W
        assert decoded[frame] == pytest.approx(np.clip(W, low, high), abs=(high - low) / 255)
    assert low == -high
    assert (header["n_frames"], header["side"], header["chosen"]) == (run.n_frames, 8, 3)
    assert len(header["labels"]) == 12
    assert all(limit == header["limits"][0] for limit in header["limits"])


def test_zero_weights_have_the_grounds_colour(run):
    blob = pictures.pack_images(np.zeros((1, 64)), ["signed"], ["zero"], raster=raster_of(run.dataset), name="zero")
    assert (array(blob, header_of(blob)["values"]) == 128).all()


def test_images_carry_their_exact_numbers(run):
    raw = run.dataset.raw_test[:5]
    blob = pictures.pack_images(raw, ["ink"] * 5, list("abcde"), raster=raster_of(run.dataset), name="five")
    header = header_of(blob)
    assert (array(blob, header["numbers"]) == raw).all()
    assert (array(blob, header["values"])[0] == np.floor(raw / 16 * 255 + 0.5)).all()


def test_an_image_that_is_no_longer_finite_is_drawn_as_middle(run):
    image = np.full((1, 64), np.nan)
    blob = pictures.pack_images(image, ["signed"], ["lost"], raster=raster_of(run.dataset), name="lost")
    assert (array(blob, header_of(blob)["values"]) == 128).all()


def test_the_confusion_matrix_of_every_frame_is_scikit_learns(run):
    blob = pictures.pack_confusion(run)
    header, dataset = header_of(blob), run.dataset
    for frame in (0, run.n_frames - 1):
        said = run.network(frame).predict(dataset.X_test)
        assert (array(blob, header["counts"])[frame] == confusion_matrix(dataset.y_test, said, labels=range(10))).all()
        precision, recall, _, _ = precision_recall_fscore_support(
            dataset.y_test, said, labels=range(10), zero_division=np.nan
        )
        np.testing.assert_allclose(array(blob, header["precision"])[frame], precision)
        np.testing.assert_allclose(array(blob, header["recall"])[frame], recall)
    assert header["part"] == "Test"


def test_without_a_test_part_the_training_part_is_judged(run):
    from dataclasses import replace

    everything = ffbp.train(replace(run.config, test_size=0.0, epochs=1))
    blob = pictures.pack_confusion(everything)
    assert header_of(blob)["part"] == "Training"
    assert array(blob, header_of(blob)["counts"])[-1].sum() == 1797


def test_precision_and_recall_of_nobody_are_missing():
    counts = np.array([[3, 1, 0], [0, 0, 0], [2, 0, 4]])
    precision, recall = precision_recall(counts)
    np.testing.assert_allclose(precision, [0.6, 0.0, 1.0])
    np.testing.assert_allclose(recall, [0.75, np.nan, 4 / 6])


def test_probabilities_are_drawn_as_they_are_and_the_true_digit_is_marked(run):
    network, dataset = run.network(), run.dataset
    p = network.predict_proba(dataset.X_test[:1])[0]
    figure = go.Figure(pictures.probability_bars(p, dataset.class_names, true=int(dataset.y_test[0])))
    assert (figure.data[0].x == p).all()
    marked = [text for text in figure.layout.yaxis.ticktext if "✓" in text]
    assert marked == [f"{dataset.y_test[0]} ✓"]
    assert figure.data[0].marker.color[int(p.argmax())] == palette.POSITIVE


def test_each_hidden_layer_has_its_row_and_each_unit_its_bar():
    from ffbp.core.network import Network

    network = Network((64, 5, 3, 10), ("relu", "tanh", "softmax"), loss="cce")
    network.theta[...] = np.random.RandomState(0).randn(network.n_params)
    trace = network.forward(np.random.RandomState(1).rand(1, 64))
    figure = go.Figure(pictures.activation_bars(network, trace, chosen=(1, 2)))
    assert [len(bar.y) for bar in figure.data] == [5, 3]
    assert (figure.data[1].y == trace.A[2][:, 0]).all()
    assert list(figure.data[0].marker.line.width) == [0, 0, 3, 0, 0]


def test_the_curves_show_two_classes_and_the_others_as_a_band(run):
    network, dataset = run.network(), run.dataset
    start = int(network.predict(dataset.X_test[:1])[0])
    target = (start + 1) % 10
    path = walk(network, dataset, dataset.raw_test[0], target, step=2.0, n_steps=40, high=16.0)
    figure = go.Figure(pictures.probability_curves(path, 4, dataset.class_names))
    low, high, original, wanted, turns = figure.data
    others = [k for k in range(10) if k not in (start, target)]
    assert (low.y == 100 * path.probabilities[:, others].min(axis=1)).all()
    assert (high.y == 100 * path.probabilities[:, others].max(axis=1)).all()
    assert (original.y == 100 * path.probabilities[:, start]).all()
    assert (wanted.y == 100 * path.probabilities[:, target]).all()
    assert original.line.width == wanted.line.width == 4
    changes = [k for k in range(1, len(path.answers)) if path.answers[k] != path.answers[k - 1]]
    assert list(turns.x) == changes
    assert len(changes) > 0
    assert list(turns.text) == [str(path.answers[k]) for k in changes]
    shown = {trace.name for trace in figure.data if trace.showlegend is not False}
    assert shown == {"all others", f"{start} (original)", f"{target} (target)", "the answer changes"}
    assert figure.layout.shapes[0].x0 == 4
    stays = path.__class__(**vars(path) | {"target": start})
    assert len(pictures.probability_curves(stays, 0, dataset.class_names)["data"]) == 4


def test_a_pixel_without_a_number_is_drawn_as_zero_and_read_as_none():
    image = np.full((1, 64), 2.0)
    image[0, 5] = np.nan
    packed = pictures.pack_images(image, ["signed"], ["a"], raster=Raster(8, 16.0), name="b")
    header, arrays = header_of(packed), arrays_of(packed)
    assert header["limits"] == [[-2.0, 2.0]]
    values, numbers = arrays[header["values"]["$"]].ravel(), arrays[header["numbers"]["$"]].ravel()
    assert abs(int(values[5]) - 127.5) < 1
    assert np.isnan(numbers[5])
