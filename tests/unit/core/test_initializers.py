import math

import numpy as np
import pytest

from ffbp import INITIALIZERS, Config, Network, train

N_IN, N_OUT = 300, 200
STD = {
    "zeros": 0.0,
    "constant": 0.0,
    "normal": 0.3,
    "lecun": math.sqrt(1 / N_IN),
    "xavier": math.sqrt(2 / (N_IN + N_OUT)),
    "xavier_uniform": math.sqrt(2 / (N_IN + N_OUT)),
    "he": math.sqrt(2 / N_IN),
    "he_uniform": math.sqrt(2 / N_IN),
}
LIMIT = {"xavier_uniform": math.sqrt(6 / (N_IN + N_OUT)), "he_uniform": math.sqrt(6 / N_IN)}
RANDOM = [key for key, entry in INITIALIZERS.items() if entry.draw]


def draw(key, seed=0, n_in=N_IN, n_out=N_OUT, scale=0.3):
    return INITIALIZERS[key](n_in, n_out, random_state=np.random.RandomState(seed), scale=scale)


@pytest.mark.parametrize("key", INITIALIZERS)
def test_spread_is_the_formulas(key):
    W = draw(key)
    assert W.shape == (N_OUT, N_IN)
    assert W.std() == pytest.approx(STD[key], rel=0.015, abs=1e-12)
    assert W.mean() == pytest.approx(0.3 if key == "constant" else 0, abs=5 * STD[key] / math.sqrt(W.size) + 1e-12)


@pytest.mark.parametrize("key", RANDOM)
def test_all_entries_differ(key):
    assert len(np.unique(draw(key))) == N_IN * N_OUT


@pytest.mark.parametrize("key", LIMIT)
def test_uniform_fills_its_own_half_width(key):
    W = draw(key)
    assert np.abs(W).max() <= LIMIT[key]
    assert W.max() > 0.999 * LIMIT[key]
    assert W.min() < -0.999 * LIMIT[key]


@pytest.mark.parametrize("key", RANDOM)
def test_draws_are_the_documented_stream_transposed(key):
    stream = np.random.RandomState(5)
    expected = stream.uniform(-LIMIT[key], LIMIT[key], (N_IN, N_OUT)) if key in LIMIT else (
        stream.randn(N_IN, N_OUT) * STD[key]
    )  # fmt: skip
    np.testing.assert_allclose(draw(key, seed=5), expected.T, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("key", ["zeros", "constant"])
def test_constants_draw_nothing(key):
    stream = np.random.RandomState(0)
    INITIALIZERS[key](3, 2, random_state=stream, scale=0.1)
    assert stream.randn() == np.random.RandomState(0).randn()


@pytest.mark.parametrize("key", INITIALIZERS)
def test_scale_matters_exactly_where_declared(key):
    same = (draw(key, scale=0.3) == draw(key, scale=0.6)).all()
    assert same == (not INITIALIZERS[key].scaled)


def test_layers_are_drawn_in_order_from_one_stream():
    net = Network((2, 3, 1), ("relu", "sigmoid"))
    net.initialize(INITIALIZERS["he"], random_state=np.random.RandomState(1), bias=0.25)
    stream = np.random.RandomState(1)
    np.testing.assert_array_equal(net.layers[0].W, stream.randn(2, 3).T * math.sqrt(2 / 2))
    np.testing.assert_array_equal(net.layers[1].W, stream.randn(3, 1).T * math.sqrt(2 / 3))
    assert all((layer.b == 0.25).all() for layer in net.layers)


def test_zeros_make_clones_that_stay_clones():
    config = Config(initializer="zeros", activation="tanh", bias_init=0.1, learning_rate=0.5, epochs=50, n_samples=100)
    run = train(config)
    W, b = run.network().layers[0].W, run.network().layers[0].b
    assert (W[0] == W).all()
    assert (b == b[0]).all()
    assert not (W[0] == 0).all()


def test_clones_stay_clones_under_adam_which_would_make_much_of_one_bit():
    config = Config(dataset="xor", initializer="constant", activation="sigmoid", optimizer="adam", epochs=400)
    layer = train(config).network(-1).layers[0]
    assert (layer.block == layer.block[0]).all()
