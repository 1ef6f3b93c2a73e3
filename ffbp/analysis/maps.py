"""Maps: a network's outputs over a plane of its inputs, at every recorded frame.

The axes of a `Plane` are one or two of the dataset's columns, in their own units, or the first two principal components.
With more columns the plane is a slice: all other columns stay at the training mean.
"""

from collections.abc import Iterator

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.core.network import with_ones
from ffbp.core.stacks import stacks
from ffbp.training.run import Run


def activations(
    run: Run, X: np.ndarray, frames: slice | np.ndarray = slice(None), *, dtype=float
) -> Iterator[tuple[slice, list[np.ndarray]]]:
    """For every one of these frames, in chunks: their slice among them and [A[1], ..., A[L]], each (frames, units, n).

    dtype: float, or numpy.float32 for colours, in half the time. The next chunk reuses the arrays, and its slice may
    overlap the previous one, so copy what you keep, by slice.
    """
    thetas = run.history.theta[frames]

    def theta_of(part):
        with diverging():
            return thetas[part].astype(dtype)

    inputs = with_ones(X).astype(dtype)
    # A map's many points are read once, so a larger chunk is faster (measured).
    for part, stack, trace in stacks(run.architecture, theta_of, len(thetas), inputs, chunk_bytes=4_000_000):
        with diverging():
            stack.propagate(trace)
        yield part, trace.A[1:]


def outputs(run: Run, X: np.ndarray, frames: slice | np.ndarray = slice(None), *, dtype=float) -> np.ndarray:
    """The network's outputs for X at every one of these frames: (n_frames, n_outputs, n)."""
    found = np.empty((len(run.history.theta[frames]), run.architecture.sizes[-1], len(X)), dtype)
    for part, layers in activations(run, X, frames, dtype=dtype):
        found[part] = layers[-1]
    return found
