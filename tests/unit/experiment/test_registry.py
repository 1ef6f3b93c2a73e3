"""The test of the architecture: a new registry entry works everywhere without changes to other files."""

import dataclasses

import numpy as np
import pytest
from experiments import signs

import ffbp
from ffbp import ACTIVATIONS, DATASETS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES, Config
from ffbp.data.dataset import DERIVED
from ffbp.data.source import Source
from ffbp.experiment.resolve import output_choices


def test_a_new_activation_is_accepted_and_travels_through_the_address(square):
    for config in (Config(activation="square"), Config(hidden=(4, 3), activation=("tanh", "square"))):
        assert Config.from_params(config.to_params()) == (config, [])
        assert Config.from_json(config.to_json()) == config
    assert Config(activation="square").to_params() == {"activation": "square"}


def test_a_new_activation_passes_the_gradient_check(square):
    rng = np.random.RandomState(0)
    net = ffbp.Network((2, 5, 4, 1), ("square", "square", "sigmoid"))
    net.theta[...] = rng.randn(net.n_params) * 0.4
    check = ffbp.check_gradients(net, rng.randn(10, 2), np.arange(10) % 2)
    assert check.max_relative_error < 1e-6, str(check)
    assert check.n_checked == net.n_params


def test_a_new_activation_trains(square):
    run = ffbp.train(Config(dataset="circles", n_samples=100, activation="square", epochs=300, learning_rate=0.05))
    assert run.diverged_at is None
    assert run.history.train_accuracy[-1] > 0.9  # circles are what squares can tell apart
    assert run.history.saturated.shape == run.history.inactive.shape == (300, 2)


def test_a_new_activation_is_offered_where_it_makes_sense(square):
    assert "square" in output_choices("mse", "regression")
    assert "square" not in output_choices("bce", "classification")
    run = ffbp.train(Config(dataset="plane", n_samples=50, output_activation="square", learning_rate=0.005, epochs=9))
    assert run.history.train_loss[-1] < run.history.train_loss[0]


def test_it_is_gone_after_the_test():
    assert "square" not in ACTIVATIONS
    with pytest.raises(ValueError, match="unknown activation 'square'"):
        Config(activation="square")


def test_a_new_optimizer_trains_with_the_hyperparameters_that_it_names(monkeypatch):
    entry = dataclasses.replace(OPTIMIZERS["momentum"], key="sign", bind=signs)
    monkeypatch.setitem(OPTIMIZERS, "sign", entry)
    config = Config(n_samples=50, optimizer="sign", learning_rate=0.01, epochs=50, batch_size=10)
    assert Config.from_params(config.to_params()) == (config, [])
    run = ffbp.train(config)
    assert run.history.train_loss[-1] < run.history.train_loss[0]
    training = run.resume(20)
    training.run_epoch()
    assert (training.network.theta == run.history.theta[21]).all()


def test_a_new_dataset_schedule_initializer_and_derived_input_work_at_once(monkeypatch):
    def rings(n_samples, noise, classes, random_state):
        """Class k lies on a circle of radius k + 1."""
        rng = np.random.RandomState(random_state)
        y, angle = np.arange(n_samples) % classes, rng.uniform(0, 2 * np.pi, n_samples)
        X = (y + 1)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        return X + noise * rng.randn(n_samples, 2) / 4, y

    monkeypatch.setitem(DATASETS, "rings", Source("rings", "Rings", "classification", rings, classes=(2, 4)))
    monkeypatch.setitem(
        SCHEDULES, "halves", dataclasses.replace(SCHEDULES["constant"], key="halves", factor=lambda e, n, **_: 0.5)
    )
    tiny = dataclasses.replace(INITIALIZERS["he"], key="tiny", std=lambda n_in, n_out, scale: 0.01)
    monkeypatch.setitem(INITIALIZERS, "tiny", tiny)
    monkeypatch.setitem(DERIVED, "radius", ("r", lambda x1, x2: np.hypot(x1, x2), "np.hypot(x1, x2)"))
    config = Config(
        dataset="rings", classes=3, n_samples=90, derived=("radius",), schedule="halves", initializer="tiny", epochs=60,
        optimizer="adam",
    )  # fmt: skip
    assert Config.from_params(config.to_params()) == (config, [])
    run = ffbp.train(config)
    assert run.network().sizes == (3, 10, 3)
    assert run.dataset.input_names[-1] == "r"
    assert np.abs(run.history.theta[0]).max() < 0.05
    assert run.history.train_accuracy[-1] > 0.8


@pytest.mark.parametrize("registry", [ACTIVATIONS, LOSSES, INITIALIZERS, OPTIMIZERS, SCHEDULES, DATASETS])
def test_entries_know_their_key_and_label(registry):
    assert all(entry.key == key and entry.label for key, entry in registry.items())
    assert len({entry.label for entry in registry.values()}) == len(registry)
    assert all("-" not in key and key not in ("none", "all") for key in registry)  # the address joins keys by "-"
