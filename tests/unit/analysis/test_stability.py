"""Sharpness against what the update bears, and how far each step goes."""

from dataclasses import replace

import numpy as np
import pytest

import ffbp
from ffbp import OPTIMIZERS, SCHEDULES, Config
from ffbp.analysis import stability as module
from ffbp.lessons.presets import PRESETS
from ffbp.training.recording import drain

SMALL = Config(n_samples=40, hidden=(4,), activation="tanh", epochs=12)
IN_BATCHES = replace(SMALL, batch_size=7, clip=0.05, l2=0.01, schedule="cosine")
LINEAR = Config(dataset="plane", n_samples=40, hidden=(), epochs=20, learning_rate=0.3)


@pytest.mark.parametrize("config", [SMALL, IN_BATCHES, replace(IN_BATCHES, optimizer="adamw", batch_size=None)])
def test_the_next_steps_are_those_of_the_resumed_training(config):
    run = ffbp.train(config)
    steps = run.next_steps()
    for frame in range(run.n_frames - 1):
        training = run.resume(frame)
        assert training.learning_rate == steps.learning_rate[frame]
        training.gradient()
        training.update()
        assert (training.network.theta == steps.theta[frame]).all()
        assert (training.state == steps.state[frame]).all()
    assert steps.learning_rate[-1] == training.learning_rate
    if config.clip is None:
        assert not steps.clipped.any()


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_stability_is_the_sharpness_over_the_threshold_of_the_step_that_leaves_the_frame(optimizer, schedule):
    config = replace(SMALL, optimizer=optimizer, schedule=schedule, learning_rate=0.05, l2=0.01)
    run = ffbp.train(config)
    found = ffbp.stability(run)
    assert found.frames.tolist() == list(range(run.n_frames))
    for frame in (0, 5):
        training, X, y = run.resume(frame), run.dataset.X_train, run.dataset.y_train
        H = ffbp.hessian(run.network(frame), X, y)
        training.gradient()
        training.update()
        value, P, rate = ffbp.thresholds(config, training.state, training.step, frame)
        assert rate == run.resume(frame).learning_rate
        assert value == found.threshold[frame]
        eigenvalues = np.linalg.eigvals(H if P is None else H / P[:, None]).real  # P^-1 H has the same ones
        assert found.sharpness[frame] == pytest.approx(eigenvalues.max(), rel=1e-8)
        assert found.ratio[frame] == found.sharpness[frame] / value


def test_thresholds_take_several_moments_at_once():
    config = replace(SMALL, optimizer="adam", schedule="exponential")
    run = ffbp.train(config)
    state, step = run.history.state[1:4], run.history.step[1:4]
    values, P, rates = ffbp.thresholds(config, state, step)
    for k in range(3):
        value, one, rate = ffbp.thresholds(config, state[k], step[k])
        assert (value, rate) == (values[k], rates[k])
        np.testing.assert_array_equal(one, P[k])


def test_an_optimizer_without_a_known_threshold_has_none(monkeypatch):
    monkeypatch.setitem(OPTIMIZERS, "momentum", replace(OPTIMIZERS["momentum"], bears=None))
    config = replace(SMALL, optimizer="momentum")
    assert np.isnan(ffbp.thresholds(config, np.zeros((1, 17)), 1).value)
    assert np.isnan(ffbp.stability(ffbp.train(config)).ratio).all()


def test_a_step_before_the_first_is_refused():
    with pytest.raises(ValueError, match="step must be at least 1, got 0"):
        ffbp.thresholds(SMALL, np.zeros((0, 17)), 0)


def test_of_a_large_network_fewer_frames_are_measured_with_the_first_and_the_last(monkeypatch):
    run = ffbp.train(SMALL)
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    found = ffbp.stability(run)
    assert found.frames.tolist() == [0, 2, 3, 5, 7, 9, 10, 12]
    np.testing.assert_allclose(found.sharpness, ffbp.stability(run, range(13)).sharpness[found.frames], rtol=1e-12)


def test_gradient_descent_on_a_quadratic_has_alpha_of_rate_times_curvature_minus_one():
    run = ffbp.train(LINEAR)
    H = ffbp.hessian(run.network(0), run.dataset.X_train, run.dataset.y_train)
    quality = ffbp.step_quality(run)
    for frame in range(run.n_frames - 1):
        u = run.history.theta[frame + 1] - run.history.theta[frame]
        assert quality.alpha[frame] == pytest.approx(0.3 * (u @ H @ u) / (u @ u) - 1, abs=1e-9)
    assert np.isnan(quality.alpha[-1])
    assert not quality.uphill.any()


@pytest.mark.parametrize("config", [IN_BATCHES, replace(SMALL, optimizer="momentum", learning_rate=1.0, l1=0.01)])
def test_alpha_is_the_quotient_of_the_losses_slopes_along_the_step(config):
    run = ffbp.train(config)
    quality, X, y, h = ffbp.step_quality(run), run.dataset.X_train, run.dataset.y_train, 1e-6
    for frame in (0, 3, 7):
        training = run.resume(frame)
        before = training.network.theta.copy()
        training.gradient()
        training.update()
        update = training.network.theta - before

        def total(s, before=before, update=update):
            net = run.architecture.with_theta(before + s * update)
            return net.loss(X, y) + net.penalty()

        slopes = [(total(s + h) - total(s - h)) / (2 * h) for s in (0.0, 1.0)]
        np.testing.assert_allclose([quality.start[frame], quality.end[frame]], slopes, rtol=1e-4, atol=1e-9)
        if slopes[0] < 0:
            assert quality.alpha[frame] == pytest.approx(-slopes[1] / slopes[0], rel=1e-3)
        assert bool(quality.uphill[frame]) == (slopes[0] > 0)


@pytest.mark.parametrize("fault", ["wrong_sign", "no_bias"])
def test_the_quality_of_a_faulty_step_is_measured_by_right_gradients(fault):
    run, h = ffbp.train(replace(SMALL, fault=fault)), 1e-6
    quality, theta = ffbp.step_quality(run), run.history.theta
    for frame in (0, 5):
        update = theta[frame + 1] - theta[frame]
        ends = [run.architecture.with_theta(theta[frame] + s * update) for s in (-h, h)]
        low, high = (net.loss(run.dataset.X_train, run.dataset.y_train) for net in ends)
        assert quality.start[frame] == pytest.approx((high - low) / (2 * h), rel=1e-4)
    assert quality.uphill[:-1].all() == (fault == "wrong_sign")
    training = run.resume(5)
    training.gradient()
    assert module.one_step(training).sharpness is None
    assert module.one_step(training).uphill == quality.uphill[5]


def test_a_step_that_begins_uphill_is_flagged_and_undefined():
    run = ffbp.train(Config(optimizer="momentum", learning_rate=1.0, activation="tanh", n_samples=50, epochs=150))
    quality = ffbp.step_quality(run)
    assert quality.uphill.any()
    assert np.isnan(quality.alpha[quality.uphill]).all()
    assert (quality.kinds[quality.uphill] == module.UNDEFINED).all()


def test_kinds_are_told_apart_by_half_of_the_way_and_one_and_a_half():
    alpha = np.array([-2.0, -0.51, -0.49, 0.0, 0.49, 0.51, 3.0, np.nan])
    kinds = module.StepQuality(np.arange(8), alpha, *[np.zeros(8)] * 2, np.zeros(8, bool)).kinds
    short, right, across, undefined = module.FALLS_SHORT, module.ABOUT_RIGHT, module.ACROSS_VALLEY, module.UNDEFINED
    assert kinds.tolist() == [short, short, right, right, right, across, across, undefined]


@pytest.mark.filterwarnings("error")
def test_a_run_that_diverges_has_numbers_up_to_its_end():
    run = ffbp.train(PRESETS["beyond"].config)
    assert run.diverged_at is not None
    assert np.isfinite(ffbp.stability(run).ratio[0])
    assert ffbp.step_quality(run).alpha[0] > 1


def test_clipping_is_named_where_it_acts():
    run = ffbp.train(replace(SMALL, clip=0.2))
    total = np.hypot.reduce(np.hypot(run.history.grad_norm, run.history.grad_norm_b), axis=1)
    np.testing.assert_array_equal(ffbp.stability(run).clipped, total > 0.2)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_step_of_a_moment_has_the_numbers_of_its_frame(optimizer):
    run = ffbp.train(replace(SMALL, optimizer=optimizer, clip=0.2, batch_size=None))
    quality, stability = ffbp.step_quality(run), ffbp.stability(run)
    for frame in (0, 4):
        training = run.resume(frame)
        training.gradient()
        before = training.network.theta.copy()
        found = module.one_step(training)
        assert (training.network.theta == before).all()
        assert (training.state == run.history.state[frame]).all()
        assert found.alpha == pytest.approx(quality.alpha[frame], rel=1e-9)
        assert found.kind == quality.kinds[frame]
        assert found.sharpness == pytest.approx(stability.sharpness[frame], rel=1e-9)
        assert (found.threshold, found.clipped) == (stability.threshold[frame], stability.clipped[frame])


def test_where_it_would_take_long_a_moment_has_no_sharpness(monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 0.0)
    training = ffbp.train(SMALL).resume(0)
    training.gradient()
    assert module.one_step(training).sharpness is None


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_the_edge_of_the_start_is_the_rate_that_its_sharpness_just_bears(optimizer):
    config = replace(SMALL, optimizer=optimizer, schedule="cosine", patience=3)
    edge = drain(module.measuring_edge(config))
    at_edge = ffbp.stability(ffbp.train(replace(SMALL, optimizer=optimizer, learning_rate=edge)), [0])
    assert at_edge.ratio[0] == pytest.approx(1, rel=1e-9)
    if optimizer == "sgd":
        assert edge == pytest.approx(2 / at_edge.sharpness[0], rel=1e-9)
