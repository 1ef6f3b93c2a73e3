import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from ffbp import ACTIVATIONS, LOSSES, Network

PAIRS = [(loss, out) for loss in LOSSES for out, entry in ACTIVATIONS.items() if LOSSES[loss].admits(entry)]


def outputs(activation, n_outputs=3, n=7, seed=0):
    Z = np.random.RandomState(seed).randn(n_outputs, n) * 2
    return Z, ACTIVATIONS[activation].forward(Z, np.empty_like(Z))


def targets(loss, n_outputs=3, n=7):
    rng = np.random.RandomState(1)
    if loss == "mse":
        return rng.randn(n_outputs, n)
    if loss == "bce":
        return rng.randint(0, 2, (n_outputs, n)).astype(float)
    return np.eye(n_outputs)[rng.randint(0, n_outputs, n)].T


def logit_loss(key, Z, Y):
    with np.errstate(all="ignore"):
        A = ACTIVATIONS[LOSSES[key].canonical].forward(Z, np.empty_like(Z))
        work = (np.empty_like(Z), np.empty_like(Z))
        return LOSSES[key].value_from_logits(Z, A, Y, work)


def exact_bce(z, y):
    """ln(1 + exp(-z)) for y = 1, ln(1 + exp z) for y = 0, to 400 digits."""
    with localcontext() as context:
        context.prec = 400
        return float((1 + (Decimal(-z) if y else Decimal(z)).exp()).ln())


def test_each_loss_admits_what_makes_sense():
    assert list(LOSSES) == ["mse", "bce", "cce"]
    assert {out for loss, out in PAIRS if loss == "mse"} == set(ACTIVATIONS)
    assert {out for loss, out in PAIRS if loss == "bce"} == {"sigmoid"}
    assert {out for loss, out in PAIRS if loss == "cce"} == {"softmax"}
    assert all((loss, LOSSES[loss].canonical) in PAIRS for loss in LOSSES)


def test_squared_error_is_the_mean_over_samples_and_outputs_without_a_half():
    assert LOSSES["mse"].value(np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 0.0]])) == 6 / 4


def test_cross_entropies_are_means_over_samples():
    A = np.array([[0.8, 0.1]])
    assert LOSSES["bce"].value(A, np.array([[1.0, 0.0]])) == pytest.approx(-(math.log(0.8) + math.log(0.9)) / 2)
    A = np.array([[0.7, 0.1], [0.2, 0.3], [0.1, 0.6]])
    Y = np.array([[1.0, 0], [0, 0], [0, 1]])
    assert LOSSES["cce"].value(A, Y) == pytest.approx(-(math.log(0.7) + math.log(0.6)) / 2)


@pytest.mark.parametrize("key", LOSSES)
def test_gradient_is_the_central_difference_of_the_value(key):
    _, A = outputs(LOSSES[key].canonical)
    Y, h = targets(key), 1e-6
    gradient = LOSSES[key].gradient(A, Y, np.empty_like(A))
    for index in np.ndindex(*A.shape):
        up, down = A.copy(), A.copy()
        up[index] += h
        down[index] -= h
        numeric = (LOSSES[key].value(up, Y) - LOSSES[key].value(down, Y)) / (2 * h)
        assert gradient[index] == pytest.approx(numeric, rel=1e-6, abs=1e-9), index


@pytest.mark.parametrize("key", LOSSES)
def test_the_canonical_delta_is_what_the_chain_rule_gives(key):
    loss, n_outputs, n = LOSSES[key], 3, 7
    activation = ACTIVATIONS[loss.canonical]
    Z, A = outputs(loss.canonical)
    Y = targets(key)
    delta = loss.gradient(A, Y, np.empty_like(A))
    activation.backward(Z, A, delta, np.empty_like(A))
    np.testing.assert_allclose(delta, loss.scale(n_outputs) * (A - Y) / n, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("key", ["bce", "cce"])
@pytest.mark.parametrize("spread", [0.1, 1.0, 8.0])
def test_value_from_logits_is_the_value_from_probabilities(key, spread):
    Z = np.random.RandomState(3).randn(3, 50) * spread
    A = ACTIVATIONS[LOSSES[key].canonical].forward(Z, np.empty_like(Z))
    Y = targets(key, n=50)
    assert logit_loss(key, Z, Y) == pytest.approx(LOSSES[key].value(A, Y), rel=1e-10)


@pytest.mark.parametrize("key", ["bce", "cce"])
def test_a_stack_of_networks_has_a_loss_each(key):
    Z, Y = np.random.RandomState(3).randn(4, 3, 50), targets(key, n=50)
    each = [logit_loss(key, z, Y) for z in Z]
    np.testing.assert_allclose(logit_loss(key, Z, Y), each, rtol=1e-14)


@pytest.mark.parametrize("z", [1e-9, 0.5, 3.0, 17.0, 36.0, 40.0, 300.0, 700.0])
@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("y", [0, 1])
def test_binary_cross_entropy_keeps_its_digits(z, sign, y):
    value = logit_loss("bce", np.array([[sign * z]]), np.array([[float(y)]]))
    exact = exact_bce(sign * z, y)
    assert value == pytest.approx(exact, rel=1e-12, abs=0)


def test_small_losses_keep_their_digits_among_many_samples():
    Z = np.linspace(10, 37, 800).reshape(1, -1)
    exact = math.fsum(exact_bce(z, 1) for z in Z[0]) / 800
    assert logit_loss("bce", Z, np.ones_like(Z)) == pytest.approx(exact, rel=1e-14, abs=0)


def test_one_hopeless_sample_among_sure_ones_is_counted_exactly():
    Z = np.array([[800.0, 30.0, -40.0, 0.25]])
    Y = np.array([[0.0, 1.0, 0.0, 1.0]])
    exact = math.fsum([800, exact_bce(30, 1), exact_bce(-40, 0), exact_bce(0.25, 1)]) / 4
    assert logit_loss("bce", Z, Y) == pytest.approx(exact, rel=1e-15)


@pytest.mark.parametrize(("z", "y"), [(800.0, 0), (-800.0, 1)])
def test_a_logit_of_800_on_the_wrong_side_costs_800_with_gradient_1(z, y):
    n = 4  # the other three samples cost nothing
    net = Network((1, 1), ("sigmoid",), loss="bce", theta=np.array([z, 0.0]))
    X = np.ones((1, 1))
    assert net.loss(X, np.array([y])) == 800
    trace = net.forward(X)
    net.backward(np.array([y]), trace)
    assert abs(trace.delta[1][0, 0]) == 1
    X, targets = np.array([[1.0], [-1], [-1], [-1]]), np.array([y] * n)
    assert net.loss(X, targets) == 800 / n
    trace = net.forward(X)
    net.backward(targets, trace)
    assert np.abs(trace.delta[1]).tolist() == [[1 / n, 0, 0, 0]]


@pytest.mark.parametrize("z", [800.0, -800.0])
def test_a_logit_of_800_on_the_right_side_costs_nothing(z):
    net = Network((1, 1), ("sigmoid",), loss="bce", theta=np.array([z, 0.0]))
    assert net.loss(np.ones((1, 1)), np.array([int(z > 0)])) == 0


def test_categorical_cross_entropy_of_huge_logits_is_exact():
    net = Network((1, 3), ("softmax",), loss="cce", theta=np.array([800.0, 0, -800, 0, 0, 0]))
    X = np.ones((1, 1))
    assert [net.loss(X, np.array([k])) for k in range(3)] == [0, 1600, 800]
    trace = net.forward(X)
    net.backward(np.array([1]), trace)
    assert trace.delta[1].T.tolist() == [[1, -1, 0]]


def test_probabilities_of_zero_and_one_give_the_limits():
    value = LOSSES["bce"].value
    assert value(np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]])) == 0
    assert value(np.array([[0.0]]), np.array([[1.0]])) == math.inf
    assert LOSSES["cce"].value(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])) == 0
