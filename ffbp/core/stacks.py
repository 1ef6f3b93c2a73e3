"""Stacks: one network with many parameter vectors, some at a time, so that each pass stays in the processor's cache.

Metrics of all frames, maps, losses along a line and the gradient check are all passes over the same inputs with other
parameters. Each of them is a loop over `stacks`.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from ffbp.core.network import Network, Trace

CHUNK_BYTES = 1_500_000  # of a pass at a time


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
    """The parameter vectors from ``first`` to ``n``: a slice of them, their networks as one stack, room for a pass.

    theta_of: from a slice to its parameters, shape (..., slice, n_params) or (slice, n_params), of ``inputs``' type.
    inputs: (n_in + 1, n_samples), a row of ones below, for all of them. each: how many networks one of the n stands for.
    The last slice may overlap the one before it, and the room is used again: keep copies, and write by slice.
    """
    network_bytes = inputs.itemsize * 4 * sum(network.sizes[1:]) * max(inputs.shape[1], 1) * each
    most = max(1, chunk_bytes // network_bytes)
    size = math.ceil((n - first) / math.ceil((n - first) / most)) if n > first else 1
    trace = None
    for start in range(first, n, size):
        start = min(start, n - size)  # so that all slices fit the same room
        part = slice(start, start + size)
        stack = network.with_theta(theta_of(part))
        if trace is None:  # once: fresh memory costs as much as the pass
            trace = stack.new_trace(inputs.shape[1])
            trace.set_inputs(inputs)
        yield part, stack, trace


def losses_at(network: Network, inputs: np.ndarray, Y: np.ndarray, thetas: np.ndarray) -> np.ndarray:
    """The loss, penalty included, at each of these parameter vectors (n, n_params): (n,)."""
    losses = np.empty(len(thetas))
    for part, stack, trace in stacks(network, thetas.__getitem__, len(thetas), inputs):
        with np.errstate(all="ignore"):
            losses[part] = stack.data_loss(Y, stack.propagate(trace)) + stack.penalty()
    return losses
