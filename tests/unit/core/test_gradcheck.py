import dataclasses

import numpy as np
import pytest

import ffbp
from ffbp import ACTIVATIONS, LOSSES, Network, check_gradients
from ffbp.core.stacks import stacks
from ffbp.experiment.resolve import loss_choices, output_choices

TOLERANCE = 1e-6
HIDDEN = [key for key, entry in ACTIVATIONS.items() if not entry.coupled]
PAIRS = [(loss, out) for loss in LOSSES for out, entry in ACTIVATIONS.items() if LOSSES[loss].admits(entry)]


def samples(n=12, n_inputs=3, n_classes=2):
    rng = np.random.RandomState(7)
    return rng.randn(n, n_inputs), rng.randint(0, n_classes, n)


def assert_right(net, X, y):
    check = check_gradients(net, X, y)
    assert check.max_relative_error < TOLERANCE, str(check)
    assert check.n_checked + check.n_kinks == net.n_params
    assert check.n_drowned == 0
    assert check.n_kinks <= 2, str(check)
    return check


@pytest.mark.parametrize("key", HIDDEN)
def test_every_hidden_activation(random_network, key):
    X, y = samples()
    assert_right(random_network((3, 6, 5, 1), (key, key, "sigmoid")), X, y)


@pytest.mark.parametrize(
    ("loss", "output", "n_outputs"),
    [(loss, output, n) for loss, output in PAIRS for n in (1, 3) if n > 1 or not ACTIVATIONS[output].coupled],
)
def test_every_loss_with_every_output_it_admits(random_network, loss, output, n_outputs):
    X, y = samples(n_classes=2 if n_outputs == 1 else 3)
    net = random_network((3, 6, n_outputs), ("tanh", output), loss=loss)
    if loss == "mse":
        y = np.random.RandomState(0).randn(len(X), n_outputs)
    assert_right(net, X, y)


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_everything_that_the_configuration_offers_is_admitted(task, n_classes):
    for loss in loss_choices(task, n_classes):
        choices = output_choices(loss, task)
        assert LOSSES[loss].canonical in choices or (task, loss) == ("classification", "mse")
        assert all(LOSSES[loss].admits(ACTIVATIONS[key]) for key in choices)


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.3), (0.2, 0.1)])
def test_penalties(random_network, l1, l2):
    X, y = samples()
    with_penalty = assert_right(random_network((3, 6, 1), ("tanh", "sigmoid"), l1=l1, l2=l2), X, y)
    without = check_gradients(random_network((3, 6, 1), ("tanh", "sigmoid")), X, y)
    assert not np.allclose(with_penalty.numeric, without.numeric)


def test_eight_hidden_layers(random_network):
    X, y = samples()
    assert_right(random_network((3, *[6] * 8, 1), ("tanh",) * 8 + ("sigmoid",)), X, y)


def test_no_hidden_layer(random_network):
    X, y = samples()
    assert_right(random_network((3, 1), ("sigmoid",)), X, y)


@pytest.mark.parametrize("fault", [0.5, 2.0, -1.0])
def test_a_wrong_gradient_is_caught_and_its_worst_parameter_named_with_both_values(random_network, fault):
    X, y = samples()
    right = random_network((3, 6, 1), ("tanh", "sigmoid"))

    class Wrong(Network):
        def backward(self, y, trace):
            grad = super().backward(y, trace)
            self.layers[0].dW[3, 1] *= fault
            return grad

    net = Wrong((3, 6, 1), ("tanh", "sigmoid"), theta=right.theta)
    net.with_theta = lambda theta: Wrong((3, 6, 1), ("tanh", "sigmoid"), theta=theta)
    check = check_gradients(net, X, y)
    right.backward(y, right.forward(X))
    assert check.max_relative_error > 0.3
    assert check.worst == "W[1][4,2]"
    assert check.worst_analytic == pytest.approx(fault * right.layers[0].dW[3, 1], rel=1e-12)
    assert check.worst_numeric == pytest.approx(right.layers[0].dW[3, 1], rel=1e-5)
    assert f"{check.worst_analytic:.12g}" in str(check)
    assert f"{check.worst_numeric:.12g}" in str(check)
    assert "W[1][4,2]" in str(check)


def test_a_wrong_derivative_is_caught(random_network):
    X, y = samples()
    wrong = dataclasses.replace(ACTIVATIONS["tanh"], derivative=ACTIVATIONS["sigmoid"].derivative)
    check = check_gradients(random_network((3, 6, 1), (wrong, "sigmoid")), X, y)
    assert check.max_relative_error > 0.1
    assert check.worst.startswith(("W[1]", "b[1]"))


def test_a_gradient_that_is_not_a_number_is_the_worst(random_network):
    X, y = samples()
    broken = dataclasses.replace(ACTIVATIONS["tanh"], derivative=lambda Z, A, out: np.multiply(Z, np.nan, out=out))
    check = check_gradients(random_network((3, 6, 1), (broken, "sigmoid")), X, y)
    assert check.max_relative_error == np.inf
    assert np.isnan(check.worst_analytic)


def test_parameters_that_cross_a_kink_are_counted_apart():
    # One ReLU unit, one sample: z = 1·x1 + 1·x2 + b is 0, so that moving any of the three crosses the corner.
    net = Network((2, 1, 1), ("relu", "sigmoid"), theta=np.array([1.0, 1, -3, 0.5, 0.1]))
    check = check_gradients(net, np.array([[1.0, 2.0]]), np.array([1]))
    assert check.crosses_kink.tolist() == [True, True, True, False, False]
    assert (check.n_checked, check.n_kinks) == (2, 3)
    assert check.max_relative_error < TOLERANCE
    assert check.worst in ("W[2][1,1]", "b[2][1]")


def test_a_weight_of_zero_crosses_the_kink_of_the_l1_penalty():
    net = Network((2, 1), ("sigmoid",), l1=0.1, theta=np.array([0.0, 1.0, 0.0]))
    check = check_gradients(net, np.array([[1.0, 2.0]]), np.array([1]))
    assert check.crosses_kink.tolist() == [True, False, False]  # the bias has no penalty


def test_a_parameter_that_moves_the_loss_by_less_than_its_last_digit_is_counted_apart():
    # p = (0, 1 - 1e-10, 1e-10) and the first class is meant: a loss of 30,000 beside a slope of 1e-10.
    net = Network((1, 3), ("softmax",), loss="cce", theta=np.array([0.0, 0.0, 0.0, 30_000.0, 0.0, 29_977.0]))
    check = check_gradients(net, np.array([[0.0]]), np.array([0]))
    assert check.drowned.tolist() == [False, False, False, False, False, True]
    assert (check.n_checked, check.n_kinks, check.n_drowned) == (5, 0, 1)
    assert check.max_relative_error < TOLERANCE


def test_what_the_loss_has_digits_for_is_not_excused(monkeypatch):
    net = Network((1, 3), ("softmax",), loss="cce", theta=np.array([0.0, 0.0, 0.0, 30_000.0, 0.0, 29_977.0]))
    right = Network.backward
    monkeypatch.setattr(Network, "backward", lambda *args: right(*args) + np.array([0, 0, 0, 0, 0, 1e-7]))
    check = check_gradients(net, np.array([[0.0]]), np.array([0]))
    assert check.n_drowned == 0
    assert check.worst == "b[1][3]"
    assert check.max_relative_error > 0.01


def test_the_network_is_left_as_it_was(random_network):
    X, y = samples()
    net = random_network((3, 6, 1), ("relu", "sigmoid"))
    theta, grad = net.theta.copy(), net.grad.copy()
    check_gradients(net, X, y)
    assert (net.theta == theta).all()
    assert (net.grad == grad).all()


def test_names_follow_theta():
    net = Network((2, 2, 1), ("tanh", "sigmoid"))
    check = check_gradients(net, *samples(n_inputs=2))
    assert check.names == (
        "W[1][1,1]", "W[1][1,2]", "b[1][1]", "W[1][2,1]", "W[1][2,2]", "b[1][2]", "W[2][1,1]", "W[2][1,2]", "b[2][1]",
    )  # fmt: skip
    assert all(len(array) == 9 for array in (check.analytic, check.numeric, check.relative_error, check.crosses_kink))


def test_many_parameters_are_checked_in_chunks(random_network, monkeypatch):
    X, y = samples()
    net = random_network((3, 6, 1), ("silu", "sigmoid"))
    whole = check_gradients(net, X, y)
    monkeypatch.setitem(stacks.__kwdefaults__, "chunk_bytes", 8 * 4 * 7 * len(X) * 2 * 5)  # five parameters a time
    np.testing.assert_allclose(check_gradients(net, X, y).numeric, whole.numeric, rtol=1e-9, atol=1e-12)


def test_a_diverging_network_is_judged_without_a_warning():
    run = ffbp.train(ffbp.Config(dataset="bumps", hidden=(16,), learning_rate=900.0, epochs=20))
    check = ffbp.check_gradients(run.network(-1), run.dataset.X_train, run.dataset.y_train)
    assert check.n_checked + check.n_kinks == 65


def test_saturated_units_and_large_penalties_leave_enough_digits():
    # A loss of thousands (its penalty) or tens (confident and wrong) has no digits left for gradients of 1e-7.
    config = ffbp.Config(
        dataset="three_inputs", columns=(0, 1), hidden=(20,), activation="tanh", initializer="normal", init_scale=10.0,
        l1=8.0, l2=3.0, epochs=1,
    )  # fmt: skip
    run = ffbp.train(config)
    for seed in range(5):
        net = run.network(0)
        net.layers[0].b[...] = np.random.RandomState(seed).randn(20, 1)
        assert net.penalty() > 1000
        check = check_gradients(net, run.dataset.X_train, run.dataset.y_train)
        assert check.max_relative_error < TOLERANCE, str(check)


@pytest.mark.skipif(np.finfo(np.longdouble).eps == np.finfo(float).eps, reason="no extended precision on this platform")
def test_a_bend_of_the_second_derivative_is_not_taken_for_a_fault():
    # ELU's slope is continuous, its curvature is not: moves of 3e-4 that cross zero would miss by 1e-5.
    rng = np.random.RandomState(1)
    X, y = rng.randn(40, 2), rng.randint(0, 2, 40)
    for seed in range(10):
        net = Network((2, 12, 1), ("elu", "sigmoid"), theta=np.random.RandomState(seed).randn(49))
        net.layers[0].b[...] = -(net.layers[0].W @ X[:12].T)[np.arange(12), np.arange(12)][:, None] + 1e-4
        wide = check_gradients(net, X, y, step=3e-4)
        check = check_gradients(net, X, y)
        assert check.max_relative_error < TOLERANCE < wide.max_relative_error, str(check)


@pytest.mark.parametrize("key", HIDDEN)
def test_every_activation_computes_in_extended_precision(random_network, key):
    net = random_network((3, 5, 1), (key, "sigmoid"))
    X, _ = samples()
    extended = net.with_theta(net.theta.astype(np.longdouble)).forward(X)
    assert extended.A[1].dtype == np.longdouble
    np.testing.assert_allclose(extended.A[1].astype(float), net.forward(X).A[1], rtol=1e-13, atol=1e-15)


def test_some_parameters_are_checked_as_among_all(random_network):
    network = random_network((2, 4, 1), ("tanh", "sigmoid"), l2=0.1)
    X, y = ffbp.make_dataset("moons", n_samples=30)
    everything, only = ffbp.check_gradients(network, X, y), np.array([0, 5, 16])
    some = ffbp.check_gradients(network, X, y, only=only)
    assert some.names == tuple(everything.names[k] for k in only)
    assert some.n_checked == 3
    for name in ("analytic", "relative_error"):
        np.testing.assert_allclose(getattr(some, name), getattr(everything, name)[only], atol=1e-9)
    np.testing.assert_allclose(some.numeric, everything.numeric[only], rtol=1e-7)
