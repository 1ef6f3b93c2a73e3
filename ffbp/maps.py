"""Maps: what a network says everywhere on the plane of its inputs, for every recorded frame.

A `Plane` is the picture's frame of reference: one or two of the dataset's columns, in their own units. With more
columns than that, the plane is a slice: the other columns stay at their training mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ffbp.datasets import REGRESSION, Dataset
from ffbp.network import Network
from ffbp.training import Run, build_network, with_ones

CHUNK_BYTES = 4_000_000
MARGIN = 0.08


@dataclass(frozen=True)
class Plane:
    """axes: positions among the dataset's chosen columns, one or two. x_range, y_range: in the data's units."""

    axes: tuple[int, ...]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    is_slice: bool

    @property
    def is_line(self) -> bool:
        """One input: the picture is a curve over it."""
        return len(self.axes) == 1

    def grid(self, resolution: int) -> np.ndarray:
        """Cell centres, row by row from the lowest y: (resolution², 2), or (resolution, 1) on a line."""
        x = cell_centres(self.x_range, resolution)
        if self.is_line:
            return x[:, None]
        y = cell_centres(self.y_range, resolution)
        return np.column_stack([np.tile(x, resolution), np.repeat(y, resolution)])


def cell_centres(limits: tuple[float, float], n: int) -> np.ndarray:
    """The middles of n equal cells between two limits: (n,)."""
    low, high = limits
    return low + (np.arange(n) + 0.5) * (high - low) / n


def plane_of(dataset: Dataset, axes: tuple[int, ...] = (0, 1)) -> Plane:
    """The plane of two chosen columns (the only one, if there is one), a margin around all samples."""
    axes = axes[: len(dataset.columns)]
    raw = np.vstack([dataset.raw_train, dataset.raw_test])[:, dataset.columns]
    ranges = [_padded(raw[:, axis]) for axis in axes]
    if len(axes) == 1:
        targets = dataset.decode_target(np.concatenate([dataset.y_train, dataset.y_test]))
        ranges.append(_padded(targets) if dataset.task == REGRESSION else (-0.15, 1.15))
    return Plane(axes, *ranges, is_slice=len(dataset.columns) > 2)


def _padded(values) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    pad = MARGIN * (high - low) or 1.0
    return low - pad, high + pad


def plane_inputs(dataset: Dataset, plane: Plane, points: np.ndarray) -> np.ndarray:
    """Points of the plane (n, n_axes) as network inputs (n, n_inputs); columns off the plane at their training mean."""
    chosen = np.tile(dataset.raw_train[:, dataset.columns].mean(axis=0), (len(points), 1))
    chosen[:, plane.axes] = points
    return dataset.encode_columns(chosen)


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


def confusion(predicted: np.ndarray, y: np.ndarray, n_classes: int) -> np.ndarray:
    """Counts of (true class, predicted class): predicted (n_frames, n), y (n,) -> (n_frames, n_classes, n_classes)."""
    cell = np.asarray(y, dtype=int) * n_classes + predicted
    offsets = np.arange(len(predicted))[:, None] * n_classes**2
    counts = np.bincount((cell + offsets).ravel(), minlength=len(predicted) * n_classes**2)
    return counts.reshape(len(predicted), n_classes, n_classes)
