"""Backpropagation to the pixels, checked by finite differences of the loss; the walk stays within its bounds."""

import numpy as np
import pytest

import ffbp
from ffbp.analysis.pixels import STAY, Walk, input_gradient, rare_pixels, walk
from ffbp.data.dataset import prepare
from ffbp.data.raster import Raster, raster_of
from ffbp.experiment.build import dataset_for

DIGITS = {"dataset": "digits", "columns": ()}


def trained(**choices):
    return ffbp.train(ffbp.Config(**{**DIGITS, "epochs": 3, "batch_size": 64, "learning_rate": 0.05, **choices}))


@pytest.fixture(scope="module")
def run():
    return trained(standardize=False, initializer="normal", init_scale=0.05, optimizer="momentum", learning_rate=0.003)


def loss_at(run, network, pixels, target):
    return float(network.loss(run.dataset.encode_columns(pixels[None]), np.array([target])))


CASES = {
    "raw pixels": {"standardize": False, "learning_rate": 0.001},
    "divided by full ink": {},
    "standardised": {"standardize": True},
    "two hidden layers": {"hidden": (12, 8), "activation": "tanh"},
    "no hidden layer": {"hidden": ()},
    "squared error": {"loss": "mse", "output_activation": "softmax", "activation": "gelu"},
    "penalty": {"l2": 0.1, "l1": 0.01, "activation": "silu"},
}


@pytest.mark.parametrize("case", CASES)
def test_the_pixels_gradient_is_the_slope_of_the_loss(case):
    run = trained(**{"activation": "tanh", **CASES[case]})
    network, rng = run.network(), np.random.RandomState(0)
    pixels = run.dataset.raw_test[3] + rng.uniform(0, 0.5, 64)
    for target in (3, 8):
        g = input_gradient(network, run.dataset, pixels, target)
        assert g.shape == (64,)
        for j in rng.choice(64, 24, replace=False):
            step = 1e-4
            up, down = pixels.copy(), pixels.copy()
            up[j] += step
            down[j] -= step
            slope = (loss_at(run, network, up, target) - loss_at(run, network, down, target)) / (up[j] - down[j])
            assert g[j] == pytest.approx(slope, rel=1e-4, abs=1e-8), (case, target, j)


def test_without_hidden_layer_the_gradient_is_the_textbooks():
    run = trained(hidden=())
    network, pixels = run.network(), run.dataset.raw_test[0]
    p = network.predict_proba(run.dataset.encode_columns(pixels[None]))[0]
    wanted = np.eye(10)[4]
    assert input_gradient(network, run.dataset, pixels, 4) == pytest.approx(
        network.layers[0].W.T @ (p - wanted) / run.dataset.std, rel=1e-9
    )


def test_a_walk_starts_at_the_image_and_goes_downhill_to_the_target(run):
    network, pixels = run.network(), run.dataset.raw_test[0]
    before = network.theta.copy()
    target = (int(network.predict(run.dataset.encode_columns(pixels[None]))[0]) + 1) % 10
    path = walk(network, run.dataset, pixels, target, step=1.0, n_steps=60, high=16.0)
    assert (path.images[0] == pixels).all()
    assert path.losses[0] == pytest.approx(loss_at(run, network, pixels, target))
    assert path.arrives is not None
    assert path.answers[path.arrives] == target
    assert path.answers[path.arrives - 1] != target
    assert path.losses[path.arrives] < path.losses[0]
    assert (network.theta == before).all()


@pytest.mark.parametrize("standardize", [None, True, False])
def test_no_walk_raises_the_loss_and_frozen_pixels_stay(standardize):
    choices = {"standardize": standardize, "epochs": 30, "learning_rate": 0.01 if standardize is False else 0.1}
    run = trained(**choices)
    network, frozen = run.network(), rare_pixels(run.dataset)
    halved = 0
    for target in range(10):
        pixels = run.dataset.raw_test[target]
        path = walk(network, run.dataset, pixels, target, step=6.4, n_steps=30, high=16.0, frozen=frozen)
        assert (np.diff(path.losses) < 0).all()
        assert (path.images[:, frozen] == pixels[frozen]).all()
        assert len(path.lengths) == len(path.images)
        assert set(path.lengths[1:]) <= {6.4 / 2**k for k in range(7)}
        halved += int((path.lengths[1:] < 6.4).sum())
    assert halved > 0 or not standardize


def test_a_walk_ends_once_the_target_has_stayed(run):
    network, n = run.network(), 0
    for pixels in run.dataset.raw_test[:12]:
        path = walk(network, run.dataset, pixels, 3, step=1.28, n_steps=80, high=16.0)
        if path.arrives and path.leaves is None and len(path.images) < 81:
            n += 1
            assert len(path.images) == path.arrives + 2 * STAY
    assert n > 5


def test_when_a_walk_arrives_and_leaves():
    def path(answers):
        n = len(answers)
        return Walk(np.zeros((n, 4)), np.eye(10)[answers], np.zeros(n), np.zeros(n), np.zeros(n), 3)

    assert (path([1, 1, 3, 3]).arrives, path([1, 1, 3, 3]).leaves) == (2, None)
    assert (path([1, 3, 4, 3]).arrives, path([1, 3, 4, 3]).leaves) == (1, 2)
    assert (path([1, 2]).arrives, path([1, 2]).leaves) == (None, None)
    assert (path([3, 3]).arrives, path([3, 3]).leaves) == (0, None)


def test_rare_pixels_are_ink_in_fewer_than_a_twentieth_of_the_training_images(run):
    shares = [np.mean([image[k] > 0 for image in run.dataset.raw_train]) for k in range(64)]
    assert list(rare_pixels(run.dataset)) == [share < 0.05 for share in shares]
    assert rare_pixels(run.dataset).sum() == 14


def test_a_walks_probabilities_are_the_networks(run):
    network, pixels = run.network(), run.dataset.raw_test[5]
    path = walk(network, run.dataset, pixels, 2, step=0.5, n_steps=5, high=16.0)
    assert path.probabilities == pytest.approx(network.predict_proba(run.dataset.encode_columns(path.images)))


def test_every_step_has_its_length_unless_pixels_are_clipped(run):
    network, pixels = run.network(), np.full(64, 8.0)
    path = walk(network, run.dataset, pixels, 1, step=0.25, n_steps=12, high=16.0)
    lengths = np.linalg.norm(np.diff(path.images, axis=0), axis=1)
    free = path.clipped[1:] == 0
    assert free.any()
    assert lengths[free] == pytest.approx(0.25)
    assert (lengths <= 0.25 + 1e-12).all()


def test_a_walk_follows_minus_the_gradient_and_stays_within_paper_and_ink(run):
    network, pixels = run.network(), run.dataset.raw_test[0].astype(float)
    path = walk(network, run.dataset, pixels, 7, step=3.0, n_steps=40, high=16.0)
    g = input_gradient(network, run.dataset, pixels, 7)
    moved = pixels - 3.0 * g / np.linalg.norm(g)
    assert path.images[1] == pytest.approx(np.clip(moved, 0, 16))
    assert path.clipped[1] == np.count_nonzero((moved < 0) | (moved > 16)) > 0
    assert path.images.min() >= 0
    assert path.images.max() <= 16


def test_a_gradient_of_zero_ends_the_walk(run):
    network = run.network()
    network.theta[...] = 0
    path = walk(network, run.dataset, run.dataset.raw_test[0], 7, step=1.0, n_steps=10, high=16.0)
    assert len(path.images) == 1


def test_a_network_that_is_no_longer_finite_ends_the_walk(run):
    network = run.network()
    network.theta[...] = np.nan
    path = walk(network, run.dataset, run.dataset.raw_test[0], 7, step=1.0, n_steps=10, high=16.0)
    assert len(path.images) == 1


def test_only_all_pixels_of_ten_digits_are_images():
    assert raster_of(dataset_for(ffbp.Config(**DIGITS))) == Raster(8, 16.0)
    for other in ({"dataset": "digits"}, {"dataset": "digits", "columns": tuple(range(63))}, {"dataset": "moons"},
                  {"dataset": "digits", "columns": tuple(range(63, -1, -1))}):  # fmt: skip
        assert raster_of(dataset_for(ffbp.Config(**other))) is None


def test_a_table_of_784_grey_levels_is_images_in_its_own_units():
    rng = np.random.RandomState(0)
    options = {
        "task": "classification", "feature_names": [f"p{k}" for k in range(784)], "target_name": "class",
        "class_names": [str(k) for k in range(10)], "columns": range(784), "standardize": False, "test_size": 0.2, "seed": 0,
    }  # fmt: skip
    y = np.arange(50) % 10
    assert raster_of(prepare(rng.randint(0, 256, (50, 784)).astype(float), y, **options)) == Raster(28, 255.0)
    assert raster_of(prepare(rng.rand(50, 784), y, **options)) == Raster(28, 1.0)
    assert raster_of(prepare(rng.randn(50, 784), y, **options)) is None


def test_pixels_become_rows_of_an_image():
    assert Raster(8, 16.0).image(np.arange(128).reshape(2, 64))[1, 2, 3] == 64 + 2 * 8 + 3
