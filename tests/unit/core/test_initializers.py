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
    "orthogonal": math.sqrt(1 / N_IN),
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
    if key in LIMIT:
        expected = stream.uniform(-LIMIT[key], LIMIT[key], (N_IN, N_OUT))
    elif key == "orthogonal":
        U, _, _ = np.linalg.svd(stream.randn(N_IN, N_OUT), full_matrices=False)
        W = draw(key, seed=5)
        assert np.linalg.matrix_rank(np.vstack([W, U.T])) == N_OUT, "W's rows span what the drawn columns span"
        return
    else:
        expected = stream.randn(N_IN, N_OUT) * STD[key]
    np.testing.assert_allclose(draw(key, seed=5), expected.T, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("n_in", "n_out"), [(7, 4), (4, 7), (5, 5), (1, 1), (3, 1)])
def test_an_orthogonal_draw_has_no_singular_value_but_one(n_in, n_out):
    W = draw("orthogonal", n_in=n_in, n_out=n_out)
    assert W.shape == (n_out, n_in)
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), 1.0, rtol=1e-12)
    product = W @ W.T if n_out <= n_in else W.T @ W
    np.testing.assert_allclose(product, np.eye(min(n_in, n_out)), atol=1e-12)


def test_no_rotation_is_preferred():
    """Of a matrix that is spread evenly over all rotations, each entry has the mean 0; without the signs, W[0, 0] does not."""
    drawn = np.array([draw("orthogonal", seed=seed, n_in=3, n_out=3) for seed in range(2000)])
    error = 1 / math.sqrt(3 * len(drawn))
    assert np.abs(drawn.mean(axis=0)).max() < 4 * error
    assert np.linalg.det(drawn).mean() == pytest.approx(0, abs=4 / math.sqrt(len(drawn)))


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
