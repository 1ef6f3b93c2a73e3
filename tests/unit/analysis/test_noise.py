"""Mini-batch noise against gradients that the core computes batch by batch, and against ten thousand drawn batches."""

import numpy as np
import pytest

import ffbp
from ffbp.analysis.noise import order_of
from ffbp.training.loop import Training

CASES = {
    "sigmoid and cross-entropy": ((2, 5, 1), ("tanh", "sigmoid"), "bce"),
    "softmax and cross-entropy": ((2, 4, 3, 3), ("relu", "silu", "softmax"), "cce"),
    "numbers": ((2, 4, 1), ("elu", "identity"), "mse"),
    "no canonical pair": ((2, 4, 3), ("sine", "softmax"), "mse"),
}


@pytest.fixture(params=CASES)
def case(request, random_network):
    sizes, activations, loss = CASES[request.param]
    rng = np.random.RandomState(1)
    X = rng.randn(23, 2)
    y = rng.randn(23) if loss == "mse" and sizes[-1] == 1 else np.arange(23) % max(2, sizes[-1])
    return random_network(sizes, activations, loss=loss, l2=0.3), X, y


def gradient(network, X, y):
    """The data part of the gradient, by the core."""
    plain = ffbp.Network(network.sizes, network.activations, loss=network.loss_function, theta=network.theta.copy())
    return plain.backward(y, plain.forward(X)).copy()


def test_norms_are_those_of_single_samples_and_the_variance_is_theirs(case):
    network, X, y = case
    noise = ffbp.batch_noise(network, X, y)
    alone = np.array([gradient(network, X[[i]], y[[i]]) for i in range(len(X))])
    np.testing.assert_allclose(noise.norms, np.linalg.norm(alone, axis=1), rtol=1e-12)
    np.testing.assert_allclose(noise.gradient, alone.mean(axis=0), rtol=1e-10, atol=1e-15)
    assert noise.variance == pytest.approx(np.var(alone, axis=0, ddof=1).sum(), rel=1e-10)
    assert noise.length == pytest.approx(np.linalg.norm(alone.mean(axis=0)), rel=1e-12)
    assert noise.scale == pytest.approx(noise.variance / noise.length**2)


@pytest.mark.parametrize("batch_size", [1, 4, 23])
def test_every_batch_of_an_epoch_is_the_cores(case, batch_size):
    network, X, y = case
    order = np.random.RandomState(3).permutation(23)
    found = ffbp.batch_gradients(network, X, y, batch_size=batch_size, order=order)
    full = gradient(network, X, y)
    batches = [order[start : start + batch_size] for start in range(0, 23, batch_size)]
    alone = np.array([gradient(network, X[rows], y[rows]) for rows in batches])
    assert found.sizes.tolist() == [len(rows) for rows in batches]
    np.testing.assert_allclose(found.lengths, np.linalg.norm(alone, axis=1), rtol=1e-10)
    cosine = alone @ full / np.linalg.norm(full) / np.linalg.norm(alone, axis=1)
    np.testing.assert_allclose(np.cos(np.radians(found.angles)), cosine, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(found.errors, np.square(alone - full).sum(axis=1), rtol=1e-8, atol=1e-20)


def test_the_curve_is_the_mean_of_ten_thousand_drawn_batches(random_network):
    rng = np.random.default_rng(0)
    X, y = ffbp.make_dataset("moons", n_samples=40)
    network = random_network((2, 5, 1), ("tanh", "sigmoid"))
    noise = ffbp.batch_noise(network, X, y)
    alone = np.array([gradient(network, X[[i]], y[[i]]) for i in range(len(X))])
    for batch_size in (1, 7, 20, 39):
        rows = rng.permuted(np.tile(np.arange(40), (10_000, 1)), axis=1)[:, :batch_size]
        errors = np.square(alone[rows].mean(axis=1) - noise.gradient).sum(axis=1)
        assert abs(errors.mean() - noise.error(batch_size)) < 4 * errors.std() / 100, batch_size
    assert noise.error(40) == 0


def test_an_epochs_batches_err_as_the_curve_says_on_average():
    """Over many epochs' orders; within one, the batches share no sample."""
    config = ffbp.Config(n_samples=60, batch_size=8, hidden=(4,))
    run = ffbp.train(ffbp.Config(**{**config.to_dict(), "epochs": 3}))
    X, y, network = run.dataset.X_train, run.dataset.y_train, run.network(1)
    noise = ffbp.batch_noise(network, X, y)
    means = []
    for epoch in range(200):
        order = order_of(config, len(X), epoch, 8)
        means.append(ffbp.batch_gradients(network, X, y, batch_size=8, order=order).errors.mean())
    assert abs(np.mean(means) - noise.error(8)) < 4 * np.std(means) / np.sqrt(200)


def test_the_order_is_the_trainings():
    run = ffbp.train(ffbp.Config(n_samples=60, batch_size=8, hidden=(4,), epochs=5))
    for frame in (0, 2, 4):
        training = run.resume(frame)
        order = order_of(run.config, len(run.dataset.X_train), int(run.history.epoch[frame]), 8)
        np.testing.assert_array_equal(training.epoch_inputs[:-1].T, run.dataset.X_train[order])
    full = ffbp.Config(n_samples=60)
    assert order_of(full, 48, 0, 48) is None
    assert not Training(full, ffbp.dataset_for(full)).shuffles


def test_equal_samples_have_no_noise_and_one_sample_neither(random_network):
    network = random_network((2, 3, 1), ("tanh", "sigmoid"))
    X = np.tile([[0.3, -0.7]], (9, 1))
    noise = ffbp.batch_noise(network, X, np.ones(9))
    assert noise.variance == pytest.approx(0, abs=1e-12 * noise.length**2)
    assert ffbp.batch_noise(network, X[:1], np.ones(1)).variance == 0
    assert ffbp.batch_gradients(network, X, np.ones(9), batch_size=2).angles.max() < 1e-3


def test_a_batch_that_does_not_exist_is_named(random_network):
    network = random_network((2, 3, 1), ("tanh", "sigmoid"))
    for size in (0, 10):
        with pytest.raises(ValueError, match=f"batch_size must be from 1 to 9, got {size}"):
            ffbp.batch_gradients(network, np.zeros((9, 2)), np.zeros(9), batch_size=size)
