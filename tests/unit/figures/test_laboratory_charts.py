"""The laboratory's charts are valid for Plotly and hold the numbers that they were made from."""

import numpy as np
import plotly.graph_objects as go
import pytest

import ffbp
from ffbp.analysis.signal import fixed_point
from ffbp.figures.laboratory import (
    batches_plot,
    descent_plot,
    error_plot,
    histograms_plot,
    plane_plot,
    signal_plot,
)

CONFIG = ffbp.Config(n_samples=60, epochs=20, hidden=(4, 4), batch_size=8)


def checked(plot):
    figure = go.Figure(plot)
    assert figure.layout.height > 0
    return figure


@pytest.fixture(scope="module")
def network():
    run = ffbp.train(CONFIG)
    return run.network(5), run.dataset.X_train, run.dataset.y_train


@pytest.mark.parametrize("initializer", ["he", "zeros", "constant"])
@pytest.mark.parametrize("which", ["a", "delta"])
def test_a_signal_has_all_starts_their_mean_and_theory(initializer, which):
    config = ffbp.Config(**{**CONFIG.to_dict(), "initializer": initializer, "activation": "sigmoid"})
    signal = ffbp.signal_by_layer(config, n_seeds=9)
    dots, theory, mean, own = checked(signal_plot(signal, which)).data
    n = 9 if initializer == "he" else 1
    assert len(dots.y) == 3 * n
    assert len(theory.x) == len(mean.y) == len(own.y) == 3
    known = ~np.isnan(np.array(mean.y, dtype=float))
    row = {"a": 1, "delta": 2}[which]
    np.testing.assert_allclose(np.array(mean.y)[known], signal.means[row][known])


def test_histograms_share_one_axis_and_count_everything():
    rng = np.random.RandomState(0)
    activations = [rng.randn(4, 50), 3 + rng.randn(2, 50), np.full((1, 50), 0.5)]
    figure = checked(histograms_plot(activations, ["layer 1", "layer 2", "output"], theme="dark"))
    assert [trace.name for trace in figure.data] == ["output", "layer 2", "layer 1"]
    for l, trace in zip((2, 1, 0), figure.data, strict=True):
        assert min(trace.y) == l
        assert max(trace.y) == pytest.approx(l + 0.85)
        n = len(trace.y) // 2
        assert sum(trace.customdata[:n:2]) == pytest.approx(1)


def test_the_plane_marks_the_present_choice_within_its_bounds():
    scales, biases = np.linspace(0.1, 2, 5), np.linspace(-1, 1, 3)
    point = fixed_point("tanh", scales[None] ** 2, biases[:, None])
    field, critical, here = checked(plane_plot(scales, biases, point, [("layer 2", 7.0)], -3.0, theme="dark")).data
    assert np.shape(field.z) == np.shape(critical.z) == (3, 5)
    assert (here.x[0], here.y[0]) == (2.0, -1.0)
    assert len(checked(plane_plot(scales, biases, point, [], 0.0, theme="light")).data) == 2


@pytest.mark.parametrize("batch_size", [1, 8, 48])
def test_batches_and_errors(network, batch_size):
    noise = ffbp.batch_noise(*network)
    batches = ffbp.batch_gradients(*network, batch_size=batch_size)
    figure = checked(batches_plot(batches, noise))
    tips = [trace for trace in figure.data if trace.mode == "markers"]
    assert sum(len(trace.x) for trace in tips) == len(batches.sizes)
    curve, each, mean, _ = checked(error_plot(noise, batches, batch_size)).data
    np.testing.assert_allclose(curve.y, np.sqrt(noise.error(np.array(curve.x))) / noise.length)
    assert len(each.x) == np.count_nonzero(batches.sizes == batch_size)
    if batch_size < 48:
        assert mean.y[0] == pytest.approx(np.sqrt(batches.errors[batches.sizes == batch_size].mean()) / noise.length)


def test_a_gradient_of_zero_has_charts_too(network):
    net, X, y = network
    zero = net.with_theta(np.zeros(net.n_params))
    noise = ffbp.batch_noise(zero, X, y)
    checked(batches_plot(ffbp.batch_gradients(zero, X, y, batch_size=8), noise))
    checked(error_plot(noise, ffbp.batch_gradients(zero, X, y, batch_size=8), 8))


def test_each_check_that_trains_has_its_curve():
    for check in ffbp.five_checks(CONFIG):
        if len(check.steps):
            figure = checked(descent_plot(check))
            np.testing.assert_array_equal(figure.data[0].y, check.losses)
