"""Stacks: many parameter vectors in chunks give the same results as one by one."""

import itertools

import numpy as np
import pytest

from ffbp.core.network import Network, product_of_each, with_ones
from ffbp.core.stacks import losses_at, stacks

X = np.random.RandomState(1).randn(20, 3)
BYTES = 8 * 4 * (5 + 2) * 20  # of one network's pass


@pytest.fixture
def network(random_network):
    return random_network((3, 5, 2), ("tanh", "softmax"), loss="cce")


@pytest.mark.parametrize(
    ("n", "first", "at_a_time"), [(7, 0, 3), (7, 2, 3), (1, 0, 9), (8, 0, 4), (5, 0, 0.5), (3, 3, 2)]
)
def test_every_row_is_passed_and_equals_its_own_pass(network, n, first, at_a_time):
    thetas = np.random.RandomState(0).randn(n, network.n_params)
    found, sizes = np.full((n, 2, 20), np.nan), set()
    for rows, stack, trace in stacks(
        network, thetas.__getitem__, n, with_ones(X), first=first, chunk_bytes=int(at_a_time * BYTES)
    ):
        stack.propagate(trace)
        found[rows] = trace.A[-1]
        sizes.add(rows.stop - rows.start)
    assert np.isnan(found[:first]).all()
    assert len(sizes) == (first < n), "all slices fit the same room"
    assert max(sizes, default=1) <= max(1, at_a_time)
    for row in range(first, n):
        np.testing.assert_array_equal(found[row], network.with_theta(thetas[row]).forward(X).A[-1])


def test_losses_carry_the_penalty(random_network):
    network = random_network((3, 4, 1), ("relu", "sigmoid"), l2=0.1)
    y = np.arange(20) % 2
    thetas = np.stack([network.theta, network.theta * 0.5])
    losses = losses_at(network, with_ones(X), network.targets(y), thetas)
    for theta, loss in zip(thetas, losses, strict=True):
        own = network.with_theta(theta)
        assert loss == pytest.approx(own.loss(X, y) + own.penalty(), rel=1e-15)


@pytest.mark.parametrize("m", [1, 2, 5, 17, 64])
def test_products_of_each_pair_have_the_bits_of_a_product_of_two(m):
    random_state = np.random.RandomState(m)
    for k, n in itertools.product((1, 2, 3, 8, 17, 64), (1, 2, 3, 9, 65)):
        delta, above, block = (random_state.randn(3, *shape) for shape in ((m, k), (k, n), (k, m + 1)))
        for b in (random_state.randn(3, n, k).mT, random_state.randn(3, n, 3 * k)[..., k : 2 * k].mT, above):
            assert_each(delta, b)
        if k > 1:  # of one output it is a plain multiplication
            assert_each(block[..., :-1].mT, above)


def assert_each(a, b):
    """Whole matrices and slices of larger ones."""
    found = np.empty((3, a.shape[-2], b.shape[-1]))
    product_of_each(a, b)(a, b, found)
    np.testing.assert_array_equal(found, [np.dot(*pair) for pair in zip(a, b, strict=True)])


@np.errstate(all="ignore")
def test_a_stack_that_does_as_each_has_the_bits_of_each(random_network):
    network = random_network((3, 6, 5, 1), ("tanh", "relu", "sigmoid"))
    X, y = np.random.RandomState(3).randn(90, 3), np.arange(90) % 2
    inputs, Y = with_ones(X), network.targets(y)
    thetas = np.random.RandomState(0).randn(4, network.n_params)
    thetas[1] *= 40  # a loss that is not finite, and small ones
    options = {"loss": "bce", "l1": np.array([[0.1], [0], [0.2], [0.1]]), "l2": 0.3}
    stack = Network(network.sizes, network.activations, theta=thetas.copy(), each=True, **options)
    trace = stack.new_trace(24)
    trace.set_inputs(inputs[:, 24:48])
    stack.propagate(trace)
    losses, gradients, penalties = (
        stack.data_loss(Y[:, 24:48], trace),
        stack.backpropagate(Y[:, 24:48], trace),
        stack.penalty(),
    )
    for k, theta in enumerate(thetas):
        own = Network(network.sizes, network.activations, theta=theta, **options | {"l1": options["l1"][k, 0]})
        trace = own.new_trace(24)
        trace.set_inputs(inputs[:, 24:48])
        own.propagate(trace)
        assert own.data_loss(Y[:, 24:48], trace) == losses[k]
        np.testing.assert_array_equal(own.backpropagate(Y[:, 24:48], trace), gradients[k])
        assert own.penalty() == penalties[k]
