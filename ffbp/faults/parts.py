"""What a fault puts in the place of a healthy part: a network with another backward pass, another output, other weights or rows.

Each is written as the mistake would be: one line is missing, or one stands in the wrong place.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ffbp.core.activations import Activation, softmax, softmax_jacobian
from ffbp.core.network import Network
from ffbp.data.dataset import Dataset


class WithoutSlope(Network):
    """delta[l-1] = W[l].T delta[l], without the factor g'(Z[l-1])."""

    def operands_down(self, l, trace):
        *before, slope_of, Z, A, slope = super().operands_down(l, trace)
        return (*before, slope_of and _one_for(slope_of), Z, A, slope)


def _one_for(slope_of):
    def one(Z, A, slope):
        slope_of(Z, A, slope)  # what is recorded of the units stays true
        return 1.0

    return one


class SumForMean(Network):
    """The gradient of the sum over samples: the loss is a mean, its gradient forgets to divide by n."""

    def output_delta(self, Y, trace):
        super().output_delta(Y, trace)
        trace.delta[-1] *= trace.n


class WithoutTwo(Network):
    """(a - y) / n for the mean of (a - y)²: the factor 2 of the square's derivative is missing."""

    def output_delta(self, Y, trace):
        super().output_delta(Y, trace)
        trace.delta[-1] /= 2


class WrongSign(Network):
    """y - a instead of a - y."""

    def output_delta(self, Y, trace):
        super().output_delta(Y, trace)
        np.negative(trace.delta[-1], out=trace.delta[-1])


class WithoutBiases(Network):
    """db is never written and stays 0."""

    def backpropagate(self, Y, trace):
        super().backpropagate(Y, trace)
        for layer in self.layers:
            layer.db[...] = 0.0
        return self.grad


class UpdatedWeights(Network):
    """Each layer is updated as soon as its gradient is known, so delta[l-1] is computed with W[l] - lr dW[l]."""

    learning_rate = 0.0

    def with_theta(self, theta):
        network = super().with_theta(theta)
        network.learning_rate = self.learning_rate
        return network

    def backpropagate(self, Y, trace):
        super().backpropagate(Y, trace)
        for l in range(len(self.layers), 1, -1):
            above, below = self.layers[l - 1], self.layers[l - 2]
            updated = above.W - self.learning_rate * above.dW
            delta = (updated.mT @ trace.delta[l]) * trace.slope[l - 1]
            below.dblock[...] += (delta - trace.delta[l - 1]) @ trace.A_ones[l - 2].mT
            trace.delta[l - 1][...] = delta
        return self.grad


# Softmax of softmax


def _softmax_twice(Z, out):
    return softmax(softmax(Z, out), out)


def _inner(A):
    """The inner probabilities p, (..., classes, n): A = softmax(p), so p = ln A + c, and p sums to 1."""
    logs = np.log(A)
    return logs + (1 - logs.sum(axis=-2, keepdims=True)) / A.shape[-2]


def _slope_of_twice(Z, A, out):
    p = _inner(A)
    np.copyto(out, A * (1 - A) * p * (1 - p))
    return out


def _jacobian_of_twice(A, delta):
    softmax_jacobian(A, delta)
    softmax_jacobian(_inner(A), delta)


TWICE = Activation(
    "softmax_twice", "Softmax of softmax", "softmax(softmax z)", "", _softmax_twice, _slope_of_twice, 0.0625,
    low=0.0, high=1.0, jacobian=_jacobian_of_twice, second=None, plain="", plain_slope="",
)  # fmt: skip


# What stands before training: initial weights and rows


def same_in_a_row(network: Network, learning_rate: float) -> None:
    """Give each unit one random number for all its weights, in place."""
    for layer in network.layers:
        layer.W[...] = layer.W[:, :1].copy()


def note_rate(network: UpdatedWeights, learning_rate: float) -> None:
    """Tell the network the rate with which it updates on its way back, in place."""
    network.learning_rate = learning_rate


def tested_on_training(dataset: Dataset) -> Dataset:
    """Test rows that are the last of the training rows: the second slice begins too early."""
    n = min(len(dataset.rows_test), len(dataset.rows_train))
    rows, raw, y = (getattr(dataset, f"{name}_train")[-n:] for name in ("rows", "raw", "y"))
    return replace(dataset, rows_test=rows, raw_test=raw, y_test=y)


@dataclass(frozen=True, eq=False)
class Parts:
    """What an experiment is built from; each healthy unless a fault puts another in its place.

    network: the class. output: the output activation, None for the chosen one. start(network, learning_rate) changes a new
    network in place. data(dataset): the dataset that is used.
    """

    network: type[Network] = Network
    output: Activation | None = None
    start: Callable[[Network, float], None] | None = None
    data: Callable[[Dataset], Dataset] | None = None


HEALTHY = Parts()
