"""The cost of a gradient, in multiplications and time, by backpropagation and by difference quotients."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.core.network import Network, count_params


@dataclass(frozen=True)
class Cost:
    """Multiply-adds per sample, and measured seconds of a forward and a backward pass over all samples."""

    n_params: int
    forward_adds: int
    backward_adds: int
    forward_seconds: float
    backward_seconds: float

    @property
    def one_sided(self) -> float:
        return (self.n_params + 1) * self.forward_seconds

    @property
    def central(self) -> float:
        return 2 * self.n_params * self.forward_seconds


def multiply_adds(sizes: Sequence[int]) -> tuple[int, int]:
    """Multiply-adds per sample, forward and backward. Backward: one per weight for dW, one for delta except in layer 1."""
    products = [n_in * n_out for n_in, n_out in pairwise(sizes)]
    return sum(products), 2 * sum(products) - products[0]


def cost_of(network: Network, X: np.ndarray, y: np.ndarray, *, repeats: int = 15) -> Cost:
    """Count the multiply-adds, and measure the fastest of some repeats; the network does not change."""
    probe = network.with_theta(network.theta.copy())
    trace, Y = probe.forward(X), probe.targets(y)
    forward, backward = [], []
    with diverging():
        for _ in range(repeats):
            start = perf_counter()
            probe.propagate(trace)
            middle = perf_counter()
            probe.backpropagate(Y, trace)
            forward.append(middle - start)
            backward.append(perf_counter() - middle)
    return Cost(network.n_params, *multiply_adds(network.sizes), min(forward), min(backward))


def cost_by_width(network: Network, X: np.ndarray, y: np.ndarray, widths: Sequence[int]) -> list[Cost]:
    """`cost_of` networks with one tanh layer of each width between this network's inputs and outputs."""
    costs = []
    for width in widths:
        sizes = (network.sizes[0], width, network.sizes[-1])
        theta = np.random.RandomState(0).randn(count_params(sizes)) / np.sqrt(width)
        other = Network(sizes, ("tanh", network.activations[-1]), loss=network.loss_function, theta=theta)
        costs.append(cost_of(other, X, y, repeats=7))
    return costs
