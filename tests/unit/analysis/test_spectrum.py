"""All curvatures at a moment, and what a step does along each of their directions."""

from dataclasses import replace

import numpy as np
import pytest

import ffbp
from ffbp import OPTIMIZERS, Config
from ffbp.analysis import spectrum as module
from ffbp.analysis.spectrum import curvature_at, directions, rule_of, spectrum, steps_to_halve, with_mu
from ffbp.words.english import sentence
from ffbp.words.numbers import format_number

SMALL = Config(n_samples=40, hidden=(4,), activation="tanh", epochs=12, learning_rate=0.05)
HYPER = {"momentum": 0.8, "beta1": 0.8, "beta2": 1 - 1e-9, "rho": 1 - 1e-9, "epsilon": 1e-8, "weight_decay": 0.0}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_spectrum_begins_with_the_sharpness_and_is_that_of_the_scaled_hessian(optimizer):
    run = ffbp.train(replace(SMALL, optimizer=optimizer))
    found, stability = spectrum(run, 5), ffbp.stability(run)
    assert found.is_whole
    assert (np.diff(found.values) <= 0).all()
    assert found.values[0] == pytest.approx(stability.sharpness[5], rel=1e-8)
    assert found.threshold == stability.threshold[5]
    H = ffbp.hessian(run.network(5), run.dataset.X_train, run.dataset.y_train)
    if OPTIMIZERS[optimizer].preconditioner is None:
        assert found.values.sum() == pytest.approx(np.trace(H), rel=1e-9)
        np.testing.assert_allclose(np.sort(np.linalg.eigvals(H).real)[::-1], found.values, atol=1e-9)


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_the_radius_is_that_of_the_optimizers_own_update(key):
    """The largest eigenvalue of the update as a matrix on the parameter and the optimizer's memory of gradients."""
    optimizer, late = OPTIMIZERS[key], 10**12
    hyper = {name: HYPER[name] for name in optimizer.hyper}
    rule = rule_of(Config(optimizer=key, momentum=0.8, beta1=0.8))
    n_memory = 0 if key in ("sgd", "rmsprop") else 1
    for step in (-0.3, 0.02, 0.7, 1.9, 3.7, 5.0):
        columns = []
        for start in np.eye(1 + n_memory) * 1e-6:
            theta, grad, state = start[:1].copy(), np.empty(1), np.zeros((optimizer.n_state, 1))
            if n_memory:
                state[0] = start[1]
            P = 1.0
            if optimizer.preconditioner is not None:
                state[-1] = 4.0
                P = optimizer.preconditioner(state, late, **hyper)[0]
            grad[:] = step / (0.1 * rule.share) * P * theta
            optimizer.bind(theta, grad, state, **hyper)(0.1, late)
            columns.append([theta[0], *state[:n_memory, 0]])
        expected = np.abs(np.linalg.eigvals(np.array(columns) / 1e-6)).max()
        assert rule.radius(step) == pytest.approx(expected, rel=1e-6), step
        if abs(step - rule.limit) > 1e-3:
            assert (rule.radius(step) < 1) == (0 < step < rule.limit)
    assert rule.limit / (0.1 * rule.share) == pytest.approx(optimizer.bears(0.1, **hyper))


@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_beyond_the_ripples_the_distance_changes_its_sign(optimizer):
    rule = rule_of(Config(optimizer=optimizer, momentum=0.5))
    for step, ripples in ((0.98 * rule.ripples, False), (1.05 * rule.ripples, True)):
        theta, v, signs = 1.0, 0.0, set()
        for _ in range(200):
            v = 0.5 * v + step * theta
            theta -= v if optimizer == "momentum" else step * theta + 0.5 * v
            signs.add(theta > 0)
        assert (len(signs) == 2) == ripples


def test_steps_to_halve():
    np.testing.assert_allclose(steps_to_halve(np.array([0.5, 0.25, 1.0, 2.0])), [1, 0.5, np.inf, np.inf])
    assert with_mu(rule_of(Config(optimizer="adam")), 0.5).share == 0.5


def test_of_a_large_network_the_largest_curvature_alone_is_measured(monkeypatch):
    monkeypatch.setattr(module, "MOST_PARAMS", 10)
    run = ffbp.train(SMALL)
    found = spectrum(run, -1)
    assert not found.is_whole
    assert found.values == pytest.approx(ffbp.stability(run).sharpness[-1:], rel=1e-8)
    said = sentence(curvature_at(run, 12, found, ffbp.stability(run)))
    assert "Of 17 curvatures only the largest is measured." in said


def test_the_sentence_has_the_runs_numbers():
    run = ffbp.train(replace(SMALL, activation="relu"))
    found, stability = spectrum(run, 3), ffbp.stability(run)
    said = sentence(curvature_at(run, 3, found, stability))
    values = np.linalg.eigvalsh(ffbp.hessian(run.network(3), run.dataset.X_train, run.dataset.y_train))
    assert f"sharpness is **{format_number(values[-1])}**" in said
    assert "bears **40.00** at the learning rate 0.05000" in said
    assert f"stability {format_number(values[-1] / 40)}**, below the edge at 1." in said
    assert f"unstable above the learning rate **{format_number(2 / stability.sharpness[0])}**" in said
    negative = int((values < -1e-9 * np.abs(values).max()).sum())
    assert negative > 1
    assert f"Of 17 curvatures, **{negative}** are negative" in said
    assert said.endswith("At the kinks of ReLU the slope jumps; they count as straight.")


def test_what_a_step_does_along_the_directions():
    run = ffbp.train(Config(dataset="diabetes", columns=(), hidden=(), learning_rate=0.1, epochs=5))
    found, rule = spectrum(run, 0), rule_of(run.config)
    numbers = directions(found, rule, 0.1).numbers
    factors = 1 - 0.1 * found.values
    assert numbers["slowest"] == pytest.approx(np.log(0.5) / np.log(factors.max()))
    assert numbers["steepest"] == pytest.approx(np.log(0.5) / np.log(abs(factors[0])))
    assert format_number(numbers["slowest"]) in sentence(directions(found, rule, 0.1))
    too_fast = directions(found, rule, 2.05 / found.values[0])
    assert too_fast.numbers["diverging"] == 1
    assert sentence(too_fast).startswith("One direction diverges")
    flat = replace(found, values=np.zeros(3))
    assert "bounds the step" in sentence(directions(flat, rule, 0.1))


@pytest.mark.filterwarnings("error")
def test_of_a_moment_without_finite_numbers_there_is_a_sentence():
    run = ffbp.train(SMALL)
    values = np.full(run.architecture.n_params, np.nan)
    said = sentence(curvature_at(run, 0, module.Spectrum(values, len(values), 1.0, 1.0), ffbp.stability(run)))
    assert "not finite" in said
