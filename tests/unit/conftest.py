"""Shared by unit tests: the reference run, and networks with random parameters to differentiate."""

import numpy as np
import pytest

import ffbp
from ffbp.core.activations import ACTIVATIONS, Activation


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


@pytest.fixture
def square(monkeypatch):
    """g(z) = z², g'(z) = 2 z, g''(z) = 2: the lines of a new activation."""

    def forward(Z, out):
        return np.multiply(Z, Z, out=out)

    def derivative(Z, A, out):
        return np.multiply(Z, 2.0, out=out)

    def second(Z, A, out):
        out.fill(2.0)
        return out

    entry = Activation(
        "square",
        "Square",
        "z²",
        "2 z",
        forward,
        derivative,
        max_slope=np.inf,
        low=0.0,
        second=second,
        plain="Z**2",
        plain_slope="2 * Z",
    )
    monkeypatch.setitem(ACTIVATIONS, "square", entry)
    return entry
