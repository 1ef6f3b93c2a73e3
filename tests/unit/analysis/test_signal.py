"""The start laboratory: measured by the core alone, and expected by independent integrals."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate

import ffbp
from ffbp.analysis.signal import fixed_point, gaussian_squares, what_rules_keep
from ffbp.core.activations import ACTIVATIONS
from ffbp.experiment.build import build_network

HIDDEN = [key for key, entry in ACTIVATIONS.items() if not entry.coupled]
DRAWN = [key for key, entry in ffbp.INITIALIZERS.items() if entry.draw]
WIDE = ffbp.Config(
    n_samples=100, test_size=0.0, standardize=True, hidden=(64, 64, 64), activation="tanh", initializer="xavier"
)


def value(key, z):
    """g and g' of one number."""
    Z = np.array([[float(z)]])
    A = ACTIVATIONS[key].forward(Z, np.empty_like(Z))
    return A[0, 0], ACTIVATIONS[key].derivative(Z, A, np.empty_like(Z))[0, 0]


@pytest.mark.parametrize("key", HIDDEN)
@pytest.mark.parametrize(("spread", "bias"), [(0.3, 0.0), (1.0, -0.7), (4.0, 0.5), (12.0, 0.0)])
def test_the_integrals_are_scipys(key, spread, bias):
    squares, slopes = gaussian_squares(ACTIVATIONS[key], np.array([spread]), bias)
    for found, which in ((squares, 0), (slopes, 1)):

        def weighed(x, which=which):
            return value(key, bias + spread * x)[which] ** 2 * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

        expected = sum(integrate.quad(weighed, *piece, limit=400, epsabs=1e-12)[0] for piece in
                       pairwise(sorted({-9.0, -3.0, 0.0, -bias / spread, 3.0, 9.0})))  # fmt: skip
        assert found[0] == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_unit_without_spread_has_the_value_at_its_bias():
    squares, slopes = gaussian_squares(ACTIVATIONS["tanh"], np.zeros(2), 0.4)
    np.testing.assert_allclose(squares, math.tanh(0.4) ** 2, rtol=1e-12)
    np.testing.assert_allclose(slopes, (1 - math.tanh(0.4) ** 2) ** 2, rtol=1e-12)


def test_every_number_is_that_of_a_network_drawn_by_itself():
    config = replace(WIDE, hidden=(5, 4), activation=("relu", "tanh"), bias_init=0.2, l2=0.1)
    dataset = ffbp.dataset_for(config)
    signal = ffbp.signal_by_layer(config, dataset, n_seeds=6, n_samples=40)
    rows = np.linspace(0, 99, 40).round().astype(int)
    X, y = dataset.X_train[rows], dataset.y_train[rows]
    assert (signal.n_samples, signal.x) == (40, pytest.approx(np.square(X).mean()))
    for seed in range(6):
        network = build_network(replace(config, weight_seed=seed), dataset)
        trace = network.forward(X)
        network.backward(y, trace)
        for l in range(3):
            for found, values in ((signal.z, trace.Z), (signal.a, trace.A)):
                assert found[seed, l] == pytest.approx(np.square(values[l + 1]).mean(), rel=1e-10)
            assert signal.delta[seed, l] == pytest.approx(np.square(40 * trace.delta[l + 1]).mean(), rel=1e-10)
    own = ffbp.signal_by_layer(replace(config, weight_seed=4), dataset, n_seeds=6, n_samples=40).own
    np.testing.assert_allclose(own, [signal.z[4], signal.a[4], signal.delta[4]], rtol=1e-10)


@pytest.mark.parametrize("rule", DRAWN)
def test_relu_without_bias_has_the_expected_signal_exactly(rule):
    """For any width. The starts' mean squares are so skewed that 200 of them underestimate their own standard error."""
    config = replace(WIDE, hidden=(10, 7, 12), activation="relu", initializer=rule, init_scale=0.5)
    signal = ffbp.signal_by_layer(config, n_seeds=1000, n_samples=30)
    expected = np.array([signal.theory.z, signal.theory.a])[:, :-1]
    away = np.abs(signal.means[:2, :-1] - expected) / np.maximum(signal.standard_errors[:2, :-1], 1e-9 * expected)
    assert away.max() < 3


@pytest.mark.parametrize("key", HIDDEN)
def test_the_theory_is_within_five_percent_at_sixty_four_units(key):
    scale = {"sigmoid": 2.0}.get(key, 1.0)
    config = replace(WIDE, activation=key, initializer="normal", init_scale=scale / 8)
    signal = ffbp.signal_by_layer(config)
    assert np.abs(signal.gaps[:2, :-1]).max() < 0.05
    assert np.abs(signal.gaps[2]).max() < 0.1


def test_few_units_are_farther_from_the_theory_than_many():
    gaps = [np.abs(ffbp.signal_by_layer(replace(WIDE, hidden=(units,) * 8)).gaps[1, 7]) for units in (6, 64)]
    assert gaps[0] > 2 * gaps[1]


def test_a_constant_bias_is_in_the_prediction():
    signal = ffbp.signal_by_layer(replace(WIDE, bias_init=0.5))
    assert np.abs(signal.gaps[0, :-1]).max() < 0.05
    without = ffbp.signal_by_layer(WIDE)
    assert np.abs(without.theory.z / signal.theory.z - 1).max() > 0.2


def test_one_step_back_is_the_factor_chi_where_widths_are_equal():
    config = replace(WIDE, hidden=(64,) * 8, bias_init=0.3, initializer="normal", init_scale=1.5 / 8)
    signal = ffbp.signal_by_layer(config, n_seeds=2)
    point = fixed_point("tanh", 1.5**2, 0.3)
    assert signal.theory.factors[-2] == pytest.approx(point.chi, rel=0.01)
    assert signal.theory.z[-2] == pytest.approx(point.variance + 0.3**2, rel=0.01)


def test_the_critical_points_that_are_known():
    for key, gain in (("relu", 2.0), ("tanh", 1.0), ("identity", 1.0)):
        assert fixed_point(key, gain, 0.0).chi == pytest.approx(1.0, abs=0.02)
        assert fixed_point(key, 0.8 * gain, 0.0).chi < 0.9
        assert fixed_point(key, 1.3 * gain, 0.0).chi > 1.01
    assert np.isinf(fixed_point("relu", 2.5, 0.0).variance)


def test_relus_factor_is_the_share_of_active_units():
    found = fixed_point("relu", np.array([1.2, 1.6]), np.array([0.5, 1.0]))
    s = np.sqrt(found.variance)
    share = [0.5 * (1 + math.erf(b / each / math.sqrt(2))) for b, each in zip((0.5, 1.0), s, strict=True)]
    np.testing.assert_allclose(found.chi, np.array([1.2, 1.6]) * share, rtol=1e-9)


def test_rules_that_draw_nothing_have_one_start_and_a_constant_no_theory():
    zeros = ffbp.signal_by_layer(replace(WIDE, initializer="zeros", bias_init=0.3))
    assert zeros.z.shape == (1, 4)
    np.testing.assert_allclose(zeros.means[0], zeros.theory.z)
    constant = ffbp.signal_by_layer(replace(WIDE, initializer="constant"))
    assert np.isnan(constant.theory.z).all()
    assert np.isfinite(constant.means).all()


def test_what_each_rule_keeps():
    """In a deep ReLU network He keeps signals, LeCun halves them in each layer; between equal widths Xavier is LeCun."""
    config = replace(WIDE, hidden=(64,) * 6, activation="relu")
    dataset = ffbp.dataset_for(config)
    kept = {each.rule: each for each in what_rules_keep(ffbp.signal_by_layer(config, dataset, n_seeds=1), dataset)}
    assert list(kept) == list(ffbp.INITIALIZERS)
    assert kept["he"].signal == pytest.approx(1.0, rel=1e-9)
    assert kept["lecun"].signal == pytest.approx(2.0**-6, rel=1e-9)
    assert kept["zeros"].signal == 0
    assert np.isnan(kept["constant"].signal)
    assert kept["he"].gradient == pytest.approx(1.0, rel=1e-9)
    assert kept["xavier"].gradient == pytest.approx(2.0**-5, rel=1e-9)


def test_in_a_narrow_network_no_rule_keeps_both():
    config = ffbp.Config(n_samples=60, standardize=True)
    dataset = ffbp.dataset_for(config)
    for kept in what_rules_keep(ffbp.signal_by_layer(config, dataset, n_seeds=1), dataset):
        assert not (0.5 <= kept.signal <= 2 and 0.5 <= kept.gradient <= 2), kept
    assert kept.gradient == pytest.approx(1 * (1 / 10) * 0.5)


@pytest.mark.parametrize("options", [{"n_seeds": 0}, {"n_samples": 0}, {"n_seeds": 2.5}])
def test_a_bad_number_is_named(options):
    (name,) = options
    with pytest.raises(ValueError, match=f"{name} must be a whole number from 1 on"):
        ffbp.signal_by_layer(WIDE, **options)
