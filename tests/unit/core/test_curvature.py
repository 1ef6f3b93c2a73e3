"""Second derivatives: exact products with the Hessian, and its largest eigenvalue."""

import numpy as np
import pytest
from experiments import HIDDEN_ACTIVATIONS, pairs

import ffbp
from ffbp import ACTIVATIONS, LOSSES
from ffbp.core import curvature

RNG = np.random.RandomState(3)
X = RNG.randn(12, 3)
OUTPUTS = sorted({(*pair, 1) for pair in pairs("regression", 0) + pairs("classification", 2) if "softmax" not in pair})
OUTPUTS += sorted({(*pair, 3) for pair in pairs("classification", 3)})


def targets(loss, n_outputs):
    if n_outputs > 1:
        return np.arange(12) % n_outputs
    return (np.arange(12) % 2).astype(float) if loss == "bce" else RNG.randn(12)


def gradient(net, theta, y):
    probe = net.with_theta(theta.copy())
    return probe.backward(y, probe.forward(X)).copy()


def difference_of_gradients(net, v, y, h=1e-5):
    """(grad(theta + h v) - grad(theta - h v)) / 2h; no pre-activation changes its sign in between."""
    up, down = (net.with_theta(net.theta + sign * h * v) for sign in (1, -1))
    for a, b in zip(up.forward(X).Z[1:], down.forward(X).Z[1:], strict=True):
        assert ((a > 0) == (b > 0)).all()
    return (gradient(net, net.theta + h * v, y) - gradient(net, net.theta - h * v, y)) / (2 * h)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_the_second_derivative_is_the_central_difference_of_the_first(key):
    entry, Z, h = ACTIVATIONS[key], np.random.RandomState(0).uniform(-4, 4, (5, 40)), 1e-5
    assert np.abs(Z).min() > 10 * h  # away from the kinks

    def slope(Z):
        return entry.derivative(Z, entry.forward(Z, np.empty_like(Z)), np.empty_like(Z)).copy()

    if entry.coupled:
        return
    numeric = (slope(Z + h) - slope(Z - h)) / (2 * h)
    if entry.second is None:
        assert (numeric == 0).all()
    else:
        second = entry.second(Z, entry.forward(Z, np.empty_like(Z)), np.empty_like(Z))
        np.testing.assert_allclose(second, numeric, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("key", LOSSES)
def test_a_losses_second_derivative_is_the_central_difference_of_its_gradient(key):
    A, Y, h = np.random.RandomState(0).uniform(0.1, 0.9, (2, 3, 7)), np.eye(3)[:, np.arange(7) % 3], 1e-6
    loss = LOSSES[key]
    up, down = (loss.gradient(A + sign * h, Y, np.empty_like(A)) for sign in (1, -1))
    np.testing.assert_allclose(loss.second(A, Y, np.empty_like(A)), (up - down) / (2 * h), rtol=1e-6)


@pytest.mark.parametrize("hidden", HIDDEN_ACTIVATIONS)
def test_the_product_is_the_difference_of_gradients_and_symmetric(random_network, hidden):
    for loss, output, n_outputs in OUTPUTS:
        sizes, activations = (3, 4, 3, n_outputs), (hidden, hidden, output)
        net, y = random_network(sizes, activations, loss=loss, l1=0.01, l2=0.1), targets(loss, n_outputs)
        u, v = np.random.RandomState(5).randn(2, net.n_params)
        Hv, Hu = ffbp.hessian_product(net, X, y, np.stack([v, u]))
        scale = np.abs(Hv).max()
        assert np.abs(Hv - difference_of_gradients(net, v, y)).max() < 1e-7 * scale, (loss, output)
        assert abs(u @ Hv - v @ Hu) < 1e-12 * np.linalg.norm(u) * np.linalg.norm(Hv), (loss, output)


def test_a_new_activation_has_curvature_at_once(random_network, square):
    net, y = random_network((3, 4, 1), ("square", "sigmoid")), targets("bce", 1)
    v = np.ones(net.n_params)
    np.testing.assert_allclose(ffbp.hessian_product(net, X, y, v), difference_of_gradients(net, v, y), rtol=1e-6)


def test_a_stack_of_networks_and_of_directions_equals_one_by_one(random_network):
    net, y = random_network((3, 5, 3), ("tanh", "softmax"), loss="cce", l2=0.2), targets("cce", 3)
    thetas, v = np.random.RandomState(1).randn(2, 3, net.n_params)
    stack, directions = net.with_theta(thetas), np.random.RandomState(2).randn(3, 4, net.n_params)
    singles = [net.with_theta(theta) for theta in thetas]
    both = ffbp.hessian_product(stack, X, y, v), ffbp.hessian_product(stack, X, y, directions)
    assert both[0].shape == v.shape
    assert both[1].shape == directions.shape
    for k, single in enumerate(singles):
        for found, V in zip(both, (v, directions), strict=True):
            np.testing.assert_allclose(found[k], ffbp.hessian_product(single, X, y, V[k]), rtol=1e-12, atol=1e-14)
    H = ffbp.hessian(stack, X, y)
    assert H.shape == (3, net.n_params, net.n_params)
    np.testing.assert_allclose(H[1], ffbp.hessian(singles[1], X, y), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose((H @ v[..., None])[..., 0], both[0], rtol=1e-11, atol=1e-13)
    expected = [ffbp.sharpness(single, X, y) for single in singles]
    np.testing.assert_allclose(ffbp.sharpness(stack, X, y), expected, rtol=1e-12)


def test_members_of_a_stack_may_have_penalties_of_their_own(random_network):
    net = random_network((3, 2, 1), ("tanh", "sigmoid"))
    l2 = np.array([[0.0], [0.5]])
    stack = ffbp.Network(net.sizes, net.activations, l2=l2, theta=np.stack([net.theta] * 2))
    without, with_penalty = ffbp.hessian(stack, X, targets("bce", 1))
    np.testing.assert_allclose(with_penalty - without, np.diag(0.5 * net.weight_mask), atol=1e-15)


def test_a_linear_network_has_the_hessian_of_least_squares():
    net = ffbp.Network((3, 1), ("identity",), loss="mse", theta=RNG.randn(4))
    ones = np.column_stack([X, np.ones(12)])
    np.testing.assert_allclose(ffbp.hessian(net, X, RNG.randn(12)), 2 * ones.T @ ones / 12, rtol=1e-12)


def saddle(random_network):
    """A network whose most negative eigenvalue is larger in size than its largest, and its targets."""
    for seed in range(200):
        net = random_network((3, 4, 1), ("tanh", "identity"), loss="mse", seed=seed)
        y = np.random.RandomState(seed).randn(12) * 30
        values = np.linalg.eigvalsh(ffbp.hessian(net, X, y))
        if -values[0] > 1.2 * values[-1] > 0:
            return net, y, values
    raise AssertionError("no such network")


@pytest.mark.parametrize("dense", [0, 10_000])
def test_the_largest_eigenvalue_and_not_the_largest_modulus(random_network, monkeypatch, dense):
    monkeypatch.setattr(curvature, "DENSE_PARAMS", dense)
    net, y, values = saddle(random_network)
    assert ffbp.sharpness(net, X, y) == pytest.approx(values[-1], rel=1e-10)
    value, vector, residual = ffbp.top_eigenpair(net, X, y)
    assert value == pytest.approx(values[-1], rel=1e-10)
    assert np.linalg.norm(vector) == pytest.approx(1)
    wrong = np.linalg.norm(ffbp.hessian_product(net, X, y, vector) - value * vector)
    assert wrong < 1e-8 * -values[0]
    assert residual == pytest.approx(wrong, abs=1e-8 * -values[0])


@pytest.mark.parametrize("dense", [0, 10_000])
def test_a_preconditioner_scales_both_sides(random_network, monkeypatch, dense):
    monkeypatch.setattr(curvature, "DENSE_PARAMS", dense)
    net, y = random_network((3, 4, 1), ("gelu", "sigmoid"), l2=0.1), targets("bce", 1)
    P = np.random.RandomState(1).uniform(0.1, 3, net.n_params)
    expected = np.linalg.eigvals(ffbp.hessian(net, X, y) / P[:, None]).real.max()  # P^-1 H has the same eigenvalues
    assert ffbp.sharpness(net, X, y, P) == pytest.approx(expected, rel=1e-10)


def test_lanczos_finds_the_largest_of_a_large_network(random_network):
    net = random_network((3, 16, 12, 3), ("tanh", "silu", "softmax"), loss="cce")
    assert net.n_params > curvature.DENSE_PARAMS
    stack = net.with_theta(np.stack([net.theta, 0.1 * net.theta]))
    expected = np.linalg.eigvalsh(ffbp.hessian(stack, X, targets("cce", 3)))[:, -1]
    value, vector, residual = ffbp.top_eigenpair(stack, X, targets("cce", 3))
    np.testing.assert_allclose(value, expected, rtol=1e-10)
    assert vector.shape == stack.theta.shape
    assert (residual < 1e-8).all()


@pytest.mark.parametrize("dense", [0, 10_000])
@pytest.mark.filterwarnings("error")
def test_where_numbers_are_not_finite_it_is_nan_and_its_neighbours_are_not(random_network, monkeypatch, dense):
    monkeypatch.setattr(curvature, "DENSE_PARAMS", dense)
    net, y = random_network((3, 4, 1), ("relu", "identity"), loss="mse"), targets("mse", 1)
    stack = net.with_theta(np.stack([net.theta, net.theta * 1e200, net.theta * np.nan]))
    found = ffbp.sharpness(stack, X, y)
    assert np.isfinite(found).tolist() == [True, False, False]
    assert found[0] == pytest.approx(ffbp.sharpness(net, X, y))


def test_a_network_that_is_flat_has_sharpness_zero():
    net = ffbp.Network((3, 2, 1), ("relu", "identity"), loss="mse")
    net.layers[1].b[...] = 0.0  # zeros: every first derivative but the output bias's vanishes
    values = np.linalg.eigvalsh(ffbp.hessian(net, X, np.zeros(12)))
    assert values[-1] == pytest.approx(2.0)  # of the output's bias alone
    assert np.abs(values[:-1]).max() < 1e-12


def test_the_network_itself_does_not_change(random_network):
    net, y = random_network((3, 4, 1), ("tanh", "sigmoid")), targets("bce", 1)
    theta, grad = net.theta.copy(), net.backward(y, net.forward(X)).copy()
    ffbp.top_eigenpair(net, X, y)
    ffbp.hessian(net, X, y)
    assert (net.theta == theta).all()
    assert (net.grad == grad).all()


def test_bad_input_is_one_clear_message(random_network):
    net, y = random_network((3, 4, 1), ("tanh", "sigmoid")), targets("bce", 1)
    with pytest.raises(ValueError, match=r"v must have the shape \(21,\), or k of them, got \(3,\)"):
        ffbp.hessian_product(net, X, y, np.ones(3))
    with pytest.raises(ValueError, match="preconditioner must hold 21 positive numbers"):
        ffbp.sharpness(net, X, y, np.zeros(21))
    with pytest.raises(ValueError, match="X must have the shape"):
        ffbp.sharpness(net, X[:, :2], y)
