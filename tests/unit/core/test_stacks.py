"""Stacks: many parameter vectors in chunks give the same results as one by one."""

import numpy as np
import pytest

from ffbp.core.network import with_ones
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
