"""Stacks: one network with many parameter vectors, in chunks, so that each pass stays in the processor's cache.

Metrics of all frames, maps, losses along a line and the gradient check all pass the same inputs through one network
with different parameters. Each of them is a loop over `stacks`.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from ffbp.core.network import Network, Trace

CHUNK_BYTES = 1_500_000  # memory of one pass


def stacks(
    network: Network,
    theta_of: Callable[[slice], np.ndarray],
    n: int,
    inputs: np.ndarray,
    *,
    first: int = 0,
    each: int = 1,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[tuple[slice, Network, Trace]]:
    """For the parameter vectors from ``first`` to ``n``: a slice, its networks as one stack, and a trace for a pass.

    theta_of: from a slice to its parameters, shape (..., slice, n_params) or (slice, n_params), of ``inputs``' type.
    inputs: (n_in + 1, n_samples) with a row of ones below, shared by all. each: how many networks each of the n has.
    The last slice may overlap the one before it, and all use the same stack and trace: copy results, write them by slice.
    """
    network_bytes = inputs.itemsize * 4 * sum(network.sizes[1:]) * max(inputs.shape[1], 1) * each
    most = max(1, chunk_bytes // network_bytes)
    size = math.ceil((n - first) / math.ceil((n - first) / most)) if n > first else 1
    stack = None
    for start in range(first, n, size):
        start = min(start, n - size)  # so that all slices fit the same arrays
        part = slice(start, start + size)
        if stack is None:  # once: new memory costs as much time as the pass
            stack = network.with_theta(np.array(theta_of(part)))
            trace = stack.new_trace(inputs.shape[1])
            trace.set_inputs(inputs)
        else:
            stack.theta[...] = theta_of(part)
        yield part, stack, trace


def losses_at(network: Network, inputs: np.ndarray, Y: np.ndarray, thetas: np.ndarray) -> np.ndarray:
    """The loss, penalty included, at each of these parameter vectors (n, n_params): (n,)."""
    losses = np.empty(len(thetas))
    for part, stack, trace in stacks(network, thetas.__getitem__, len(thetas), inputs):
        with np.errstate(all="ignore"):
            losses[part] = stack.data_loss(Y, stack.propagate(trace)) + stack.penalty()
    return losses


def gradients_at(network: Network, inputs: np.ndarray, Y: np.ndarray, thetas: np.ndarray) -> np.ndarray:
    """The gradient of the total loss at each of these parameter vectors (n, n_params): the same shape."""
    gradients = np.empty_like(thetas)
    for part, stack, trace in stacks(network, thetas.__getitem__, len(thetas), inputs):
        with np.errstate(all="ignore"):
            stack.propagate(trace)
            gradients[part] = stack.backpropagate(Y, trace)
    return gradients
