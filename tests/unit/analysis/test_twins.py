"""Twins: other weights, the same function; matched, two runs lie nearer to each other."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest

import ffbp
from ffbp import ACTIVATIONS, Config
from ffbp.analysis.surface import line_between
from ffbp.analysis.twins import _arranged, is_odd, match_notice, n_twins, twin_notice
from ffbp.core.network import with_ones
from ffbp.core.stacks import losses_at
from ffbp.words.english import sentence
from ffbp.words.numbers import format_number, large

TANH = Config(n_samples=60, epochs=60, hidden=(4, 3), activation="tanh", initializer="xavier", learning_rate=0.3)


def same_function(run, a, b):
    X = run.dataset.X_train
    outputs = [net.predict_proba(X) for net in (a, b)]
    np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-12, atol=1e-13)


def test_the_odd_activations_are_known():
    assert {key for key, entry in ACTIVATIONS.items() if is_odd(entry)} >= {"tanh", "identity"}
    assert not any(is_odd(ACTIVATIONS[key]) for key in ("relu", "sigmoid", "softmax"))


@pytest.mark.parametrize("activation", [key for key, entry in ACTIVATIONS.items() if not entry.coupled])
def test_swapped_units_compute_the_same(activation):
    run = ffbp.train(replace(TANH, activation=activation, epochs=5))
    net = run.network()
    for layer, n in ((1, 4), (2, 3)):
        twin = ffbp.swap_units(net, layer, 1, n)
        same_function(run, net, twin)
        assert (twin.theta != net.theta).any()
        assert (ffbp.swap_units(twin, layer, n, 1).theta == net.theta).all()
        assert sorted(twin.theta) == sorted(net.theta)


@pytest.mark.parametrize("layer", [1, 2])
def test_a_flipped_unit_computes_the_same(layer):
    run = ffbp.train(TANH)
    net = run.network()
    twin = ffbp.flip_sign(net, layer, 2)
    same_function(run, net, twin)
    assert (ffbp.flip_sign(twin, layer, 2).theta == net.theta).all()
    assert sorted(np.abs(twin.theta)) == sorted(np.abs(net.theta))


def test_the_number_of_twins_is_the_count_of_all_different_ones():
    run = ffbp.train(replace(TANH, hidden=(3,)))
    net = run.network()
    found = {
        _arranged(net, 1, np.array(order), np.array(signs)).theta.tobytes()
        for order in permutations(range(3)) for signs in product((1.0, -1.0), repeat=3)
    }  # fmt: skip
    assert len(found) == n_twins(net) == 6 * 8
    assert n_twins(ffbp.Network((2, 10, 1), ("tanh", "sigmoid"))) == 3_715_891_200
    assert n_twins(ffbp.Network((2, 3, 1), ("relu", "sigmoid"))) == 6


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_disguised_twin_is_found_and_the_barrier_is_gone(activation):
    run = ffbp.train(replace(TANH, activation=activation))
    twin = ffbp.swap_units(ffbp.swap_units(run.network(), 1, 1, 3), 2, 2, 3)
    if activation == "tanh":
        twin = ffbp.flip_sign(ffbp.flip_sign(twin, 1, 2), 2, 1)
    other = replace(run, history=replace(run.history, theta=np.vstack([run.history.theta[:-1], twin.theta])))
    match = ffbp.match_units(run, other)
    assert match.distance_before > 1
    assert match.distance_after < 1e-12
    assert match.before.barrier > 0.01
    assert match.after.barrier == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_with_one_hidden_layer_it_is_the_nearest_of_all_twins(activation):
    a, b = (ffbp.train(replace(TANH, hidden=(4,), activation=activation, seed=s, data_seed=42)) for s in (1, 2))
    match = ffbp.match_units(a, b)
    nets = a.network(), b.network()
    signs = list(product((1.0, -1.0), repeat=4)) if activation == "tanh" else [(1.0,) * 4]
    nearest = min(
        np.linalg.norm(_arranged(nets[1], 1, np.array(order), np.array(sign)).theta - nets[0].theta)
        for order in permutations(range(4)) for sign in signs
    )  # fmt: skip
    assert match.distance_after == pytest.approx(nearest)
    assert match.distance_after <= match.distance_before


def test_the_matched_one_computes_what_b_does_and_its_order_says_how():
    a, b = (ffbp.train(replace(TANH, weight_seed=s)) for s in (1, 2))
    match = ffbp.match_units(a, b)
    twin = b.architecture.with_theta(match.theta)
    same_function(b, b.network(), twin)
    assert match.distance_after < match.distance_before
    rows = b.network().layers[0].block[match.orders[0]] * match.signs[0][:, None]
    assert (twin.layers[0].block == rows).all()
    assert match.before.loss[np.isclose(match.before.alpha, 1)][0] == pytest.approx(
        match.after.loss[np.isclose(match.after.alpha, 1)][0], rel=1e-12
    )


def test_what_matching_is_worth_is_said_with_its_numbers():
    a, b = (ffbp.train(replace(TANH, weight_seed=s)) for s in (1, 2))
    match = ffbp.match_units(a, b)
    text = sentence(match_notice(match, a.architecture))
    for value in (match.before.barrier, match.after.barrier, match.distance_before, match.distance_after):
        assert format_number(value) in text
    assert f"it has {large(n_twins(a.architecture))} such twins" in text
    same = sentence(match_notice(ffbp.match_units(a, a), a.architecture))
    assert "Here they are in A's order already, and B's weights are 0 away." in same
    assert "does not rise above the line" in same
    assert "after matching" not in same


def test_a_twin_is_told_with_its_numbers():
    run = ffbp.train(TANH)
    network = run.network()
    for twin, units in ((ffbp.swap_units(network, 2, 1, 3), [1, 3]), (ffbp.flip_sign(network, 2, 2), [2])):
        line = line_between(run, network.theta, twin.theta)
        text = sentence(twin_notice(run, twin, line, layer=2, units=units))
        assert format_number(np.linalg.norm(twin.theta - network.theta)) in text
        middle = network.with_theta((network.theta + twin.theta) / 2)
        loss = losses_at(network, *inputs_of(run), middle.theta[None])[0]
        assert f"the loss is {format_number(loss)} instead of {format_number(run.history.total[-1])}" in text


def inputs_of(run):
    return with_ones(run.dataset.X_train), run.architecture.targets(run.dataset.y_train)


def test_between_frames_too():
    a, b = (ffbp.train(replace(TANH, weight_seed=s)) for s in (1, 2))
    match = ffbp.match_units(a, b, frame_a=10, frame_b=20)
    start = match.before.loss[np.isclose(match.before.alpha, 0)][0]
    assert start == pytest.approx(a.history.total[10], rel=1e-12)


@pytest.mark.parametrize(("call", "message"), [
    (lambda run: ffbp.swap_units(run.network(), 3, 1, 2), "layer must be from 1 to 2, got 3"),
    (lambda run: ffbp.swap_units(run.network(), 1, 1, 5), "unit must be from 1 to 4, got 5"),
    (lambda run: ffbp.swap_units(run.network(), 1.5, 1, 2), "layer must be from 1 to 2, got 1.5"),
    (lambda run: ffbp.flip_sign(ffbp.train(replace(run.config, activation="relu")).network(), 1, 1),
     "activation must be odd, g.*as tanh is, got 'relu'"),
    (lambda run: ffbp.swap_units(ffbp.Network((2, 1), ("sigmoid",)), 1, 1, 1), "without a hidden layer, got 1"),
    (lambda run: ffbp.match_units(run, ffbp.train(replace(run.config, hidden=(4, 4)))), "other run's shape 2-4-3-1, got '2-4-4-1'"),
    (lambda run: ffbp.match_units(run, ffbp.train(replace(run.config, activation="relu"))), "have the other run's activations"),
])  # fmt: skip
def test_bad_input_is_one_clear_message(call, message):
    run = ffbp.train(replace(TANH, epochs=3))
    with pytest.raises(ValueError, match=message):
        call(run)
