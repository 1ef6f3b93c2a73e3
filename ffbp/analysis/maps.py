"""Maps: what a network says everywhere on the plane of its inputs, for every recorded frame.

A `Plane` is the picture's frame of reference: one or two of the dataset's columns, in their own units, or the first two
principal components. With more columns than that, the plane is a slice: what it does not show stays at the training mean.
"""

from collections.abc import Iterator

import numpy as np

from ffbp.core.network import Network
from ffbp.experiment.build import build_network, with_ones
from ffbp.training.run import Run

CHUNK_BYTES = 4_000_000


def activations(
    run: Run, X: np.ndarray, frames: slice = slice(None), *, dtype=float
) -> Iterator[tuple[slice, list[np.ndarray]]]:
    """For every frame, some at a time: the slice of frames and [A[1], ..., A[L]], each (frames, units, n).

    dtype: float, or numpy.float32 for what is only coloured, in half the time. The arrays are used again for the next
    frames: copy what is kept.
    """
    network: Network = build_network(run.config, run.dataset)
    start, stop, _ = frames.indices(run.n_frames)
    inputs, trace = with_ones(X).astype(dtype), None
    frame_bytes = inputs.itemsize * 4 * sum(network.sizes[1:]) * max(len(X), 1)
    chunk = int(np.clip(CHUNK_BYTES // frame_bytes, 1, run.n_frames))
    for first in range(start, stop, chunk):
        part = slice(first, min(first + chunk, stop))
        with np.errstate(over="ignore"):
            stack = network.with_theta(run.history.theta[part].astype(dtype))
        if trace is None or len(stack.theta) < chunk:
            trace = stack.new_trace(len(X))  # once: fresh memory costs as much as the pass
            trace.set_inputs(inputs)
        with np.errstate(over="ignore", invalid="ignore"):
            stack.propagate(trace)
        yield part, trace.A[1:]


def outputs(run: Run, X: np.ndarray, frames: slice = slice(None), *, dtype=float) -> np.ndarray:
    """The network's outputs for X at every frame: (n_frames, n_outputs, n)."""
    return np.concatenate([layers[-1].copy() for _, layers in activations(run, X, frames, dtype=dtype)])
