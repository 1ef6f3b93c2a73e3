import math

import numpy as np
import pytest

from ffbp import OPTIMIZERS, SCHEDULES, Config, train
from ffbp.training.loop import learning_rates

HYPER = {"momentum": 0.9, "rho": 0.99, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}
LR = 0.1


def gradients(n_steps=20, n_params=6):
    return np.random.RandomState(0).randn(n_steps, n_params)


def steps(key, grads, *, learning_rate=LR, **changed):
    """theta after each update, from theta = 1, 2, 3, ..."""
    optimizer, n = OPTIMIZERS[key], grads.shape[1]
    theta = np.arange(1.0, n + 1)
    state = np.zeros((optimizer.n_state, n))
    hyper = {name: {**HYPER, **changed}[name] for name in optimizer.hyper}
    path, grad = [], np.empty(n)
    update = optimizer.bind(theta, grad, state, **hyper)
    for t, given in enumerate(grads, start=1):
        grad[:] = given
        update(learning_rate, t)
        assert (grad == given).all()
        path.append(theta.copy())
    return np.array(path)


# torch.optim's formulas, one parameter at a time, in plain Python numbers


def torch_sgd(p, grads, momentum=0.0, nesterov=False):
    buffer = None
    for g in grads:
        if momentum:
            buffer = g if buffer is None else momentum * buffer + g
            g = g + momentum * buffer if nesterov else buffer
        p = p - LR * g
        yield p


def torch_rmsprop(p, grads, alpha=0.99, eps=1e-8):
    square_avg = 0.0
    for g in grads:
        square_avg = alpha * square_avg + (1 - alpha) * g * g
        p = p - LR * g / (math.sqrt(square_avg) + eps)
        yield p


def torch_adam(p, grads, beta1=0.9, beta2=0.999, eps=1e-8, decay=0.0):
    m = v = 0.0
    for t, g in enumerate(grads, start=1):
        p = p - LR * decay * p
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        denominator = math.sqrt(v) / math.sqrt(1 - beta2**t) + eps
        p = p - LR / (1 - beta1**t) * m / denominator
        yield p


TORCH = {
    "sgd": torch_sgd,
    "momentum": lambda p, grads: torch_sgd(p, grads, momentum=0.9),
    "nesterov": lambda p, grads: torch_sgd(p, grads, momentum=0.9, nesterov=True),
    "rmsprop": torch_rmsprop,
    "adam": torch_adam,
    "adamw": lambda p, grads: torch_adam(p, grads, decay=0.01),
}


def test_the_keys_are_those_of_the_address_bar():
    assert list(OPTIMIZERS) == ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_step_is_torchs(key):
    grads = gradients()
    expected = np.array([list(TORCH[key](float(i + 1), grads[:, i].tolist())) for i in range(grads.shape[1])]).T
    np.testing.assert_allclose(steps(key, grads), expected, rtol=1e-13, atol=1e-14)


def test_defaults_are_torchs():
    config = Config()
    assert {name: getattr(config, name) for name in HYPER} == HYPER


@pytest.mark.parametrize("key", ["momentum", "nesterov"])
def test_momentum_with_zero_beta_is_sgd(key):
    assert (steps(key, gradients(), momentum=0.0) == steps("sgd", gradients())).all()


def test_the_first_momentum_step_is_sgds():
    assert (steps("momentum", gradients(1)) == steps("sgd", gradients(1))).all()


def test_nesterov_looks_one_momentum_step_ahead():
    """Its theta is momentum's, moved on by mu v: theta_nesterov[t] = theta_momentum[t] - lr mu v[t]."""
    grads, v = gradients(), 0.0
    for grad, plain, nesterov in zip(grads, steps("momentum", grads), steps("nesterov", grads), strict=True):
        before, v = v, 0.9 * v + grad
        np.testing.assert_allclose(nesterov, plain - LR * 0.9 * v, rtol=1e-12)
        assert np.any(before != v)


def test_momentum_on_a_constant_gradient_approaches_ten_times_the_step():
    path = steps("momentum", np.ones((300, 1)))
    assert path[-2, 0] - path[-1, 0] == pytest.approx(LR / (1 - 0.9), rel=1e-9)


@pytest.mark.parametrize("key", ["adam", "adamw"])
@pytest.mark.parametrize("size", [1e-4, 1.0, 1e6])
def test_adams_first_step_is_the_learning_rate_whatever_the_gradient(key, size):
    grad = np.array([[size, -size]])
    change = steps(key, grad, weight_decay=0.0)[0] - [1, 2]
    np.testing.assert_allclose(change, [-LR, LR], rtol=2e-4)


def test_rmsprops_first_step_is_ten_learning_rates():
    np.testing.assert_allclose(steps("rmsprop", np.array([[5.0, -5.0]]))[0] - [1, 2], [-10 * LR, 10 * LR], rtol=1e-6)


def test_adamw_without_decay_is_adam():
    assert (steps("adamw", gradients(), weight_decay=0.0) == steps("adam", gradients())).all()


def test_adamw_decays_where_the_gradient_is_zero():
    path = steps("adamw", np.zeros((3, 2)), weight_decay=0.5)
    np.testing.assert_allclose(path[:, 0], (1 - LR * 0.5) ** np.arange(1, 4), rtol=1e-14)


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_a_zero_gradient_from_the_start_changes_nothing(key):
    assert (steps(key, np.zeros((3, 4)), weight_decay=0.0) == np.arange(1.0, 5)).all()


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimizer_walks_down_a_bowl(key):
    theta = np.array([1.0, -2.0])
    optimizer = OPTIMIZERS[key]
    state = np.zeros((optimizer.n_state, 2))
    hyper = {name: HYPER[name] for name in optimizer.hyper}
    grad = np.empty(2)
    update = optimizer.bind(theta, grad, state, **hyper)
    for t in range(1, 500):
        grad[:] = theta
        update(0.02, t)
    assert np.abs(theta).max() < 0.03


# Schedules


def rates(**options):
    return np.array(learning_rates(Config(n_samples=10, learning_rate=0.5, **options))) / 0.5


def test_constant_schedule_is_one():
    assert (rates(schedule="constant", epochs=5) == 1).all()


def test_step_schedule_is_torchs_step_lr():
    expected = [1, 1, 1, 0.1, 0.1, 0.1, 0.01]
    np.testing.assert_allclose(rates(schedule="step", decay=0.1, decay_epochs=3, epochs=7), expected, rtol=1e-14)


def test_exponential_schedule_meets_the_stairs_at_every_period():
    smooth = rates(schedule="exponential", decay=0.25, decay_epochs=2, epochs=5)
    np.testing.assert_allclose(smooth, [1, 0.5, 0.25, 0.125, 0.0625], rtol=1e-14)


def test_cosine_schedule_falls_from_one_through_a_half():
    factors = rates(schedule="cosine", epochs=8)
    np.testing.assert_allclose(factors, [(1 + math.cos(math.pi * e / 8)) / 2 for e in range(8)], rtol=1e-14)
    assert factors[0] == 1
    assert factors[4] == pytest.approx(0.5)


def test_warmup_rises_straight_and_then_the_cosine_falls():
    factors = rates(schedule="warmup_cosine", warmup=4, epochs=12)
    np.testing.assert_allclose(factors[:5], [0.25, 0.5, 0.75, 1, 1], rtol=1e-14)
    np.testing.assert_allclose(factors[4:], rates(schedule="cosine", epochs=8), rtol=1e-14)


def test_a_warmup_longer_than_the_run_only_rises():
    np.testing.assert_allclose(rates(schedule="warmup_cosine", warmup=10, epochs=3), [0.1, 0.2, 0.3], rtol=1e-14)


@pytest.mark.parametrize("key", SCHEDULES)
def test_schedules_change_once_an_epoch(key):
    """With gradient descent, the size of every update is its epoch's rate times the gradient's."""
    config = Config(
        n_samples=20,
        hidden=(),
        schedule=key,
        decay=0.3,
        decay_epochs=2,
        warmup=3,
        epochs=6,
        batch_size=5,
        shuffle=False,
    )
    run = train(config)
    expected = learning_rates(config)
    training = run.resume(0)
    with np.errstate(all="ignore"):
        for epoch in range(config.epochs):
            for _ in range(4):
                training.gradient()
                before = training.network.theta.copy()
                grad = training.network.grad.copy()
                training.update()
                np.testing.assert_allclose(before - training.network.theta, expected[epoch] * grad, rtol=1e-9)
    assert (training.network.theta == run.history.theta[-1]).all()


# How much curvature an optimizer bears


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("key", OPTIMIZERS)
def test_an_update_converges_on_a_quadratic_just_below_its_threshold_and_diverges_just_above(key, beta):
    optimizer, rate, late = OPTIMIZERS[key], 0.3, 10**12  # so many steps that no bias is left
    values = {"momentum": beta, "beta1": beta, "rho": 1 - 1e-9, "beta2": 1 - 1e-9, "epsilon": 0.1, "weight_decay": 0.5}
    hyper = {name: values[name] for name in optimizer.hyper}
    theta, grad, state = np.full(2, 1e-6), np.empty(2), np.zeros((optimizer.n_state, 2))
    P = 1.0
    if optimizer.preconditioner is not None:
        state[-1] = 4.0  # v, which hardly changes, because rho and beta2 are nearly 1 and the gradients are small
        P = optimizer.preconditioner(state, late, **hyper)
    curvature = P * optimizer.bears(rate, **hyper) * np.array([0.98, 1.02])
    update = optimizer.bind(theta, grad, state, **hyper)
    sizes = np.empty((1000, 2))
    for t in range(1000):
        grad[:] = curvature * theta
        update(rate, late + t)
        sizes[t] = np.abs(theta)
        theta[1] = theta[1] if sizes[t, 1] < 1 else 0.0  # far enough
    assert sizes[-20:, 0].max() < 1e-8
    assert sizes[:, 1].max() > 1e-4


@pytest.mark.parametrize("key", [key for key, entry in OPTIMIZERS.items() if entry.preconditioner])
def test_the_preconditioner_is_what_the_step_is_divided_by(key):
    optimizer, decay = OPTIMIZERS[key], 1 - LR * HYPER["weight_decay"] if key == "adamw" else 1.0
    hyper = {name: HYPER[name] for name in optimizer.hyper}
    theta, grad, state = np.arange(1.0, 7.0), np.empty(6), np.zeros((optimizer.n_state, 6))
    update = optimizer.bind(theta, grad, state, **hyper)
    for t, given in enumerate(gradients(5), start=1):
        grad[:], before = given, theta.copy()
        update(LR, t)
        moved = state[0] if optimizer.n_state == 2 else given
        P = optimizer.preconditioner(state, t, **hyper)
        np.testing.assert_allclose(decay * before - theta, LR * moved / P, rtol=1e-9)
