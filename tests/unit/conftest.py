"""Shared by unit tests: the reference run, and networks with random parameters to differentiate."""

import numpy as np
import pytest

import ffbp


@pytest.fixture(scope="session")
def reference():
    return ffbp.train(ffbp.Config())


@pytest.fixture
def random_network():
    """A function that makes a network with random weights and biases for gradient tests (zeros hide faults)."""

    def build(sizes, activations, *, seed=0, **options):
        net = ffbp.Network(sizes, activations, **options)
        net.theta[...] = np.random.RandomState(seed).randn(net.n_params) * 0.7
        return net

    return build
