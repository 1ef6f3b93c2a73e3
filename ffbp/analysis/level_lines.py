"""Where a field on a grid is zero, as line segments: marching squares.

In each cell of four neighbouring grid points, the sign changes along none, two or four of its edges. The zero on an edge
is found by linear interpolation; two of them are joined by a segment.
"""

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.plane import Plane, cell_centres, plane_inputs
from ffbp.core.network import Network
from ffbp.data.dataset import Dataset

SIDE = 48  # grid points a side


def zero_lines(values: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The zeros of values (n_y, n_x) over x (n_x,) and y (n_y,): xs, ys (3 n_segments,), each segment's ends and a NaN."""
    corners = [values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]]  # against the clock
    left, bottom = np.meshgrid(x[:-1], y[:-1])
    right, top = np.meshgrid(x[1:], y[1:])
    places = [(left, bottom), (right, bottom), (right, top), (left, top)]
    crossings = []
    for i in range(4):
        a, b = corners[i], corners[(i + 1) % 4]
        with np.errstate(all="ignore"):
            share = np.where((a > 0) != (b > 0), a / (a - b), np.nan)
        crossings.append([p + share * (q - p) for p, q in zip(places[i], places[(i + 1) % 4], strict=True)])
    found = np.moveaxis(np.array(crossings), (0, 1), (-2, -1)).reshape(-1, 4, 2)  # cell, edge, (x, y)
    order = np.argsort(np.isnan(found[:, :, 0]), axis=1, kind="stable")
    found = np.take_along_axis(found, order[:, :, None], axis=1)
    segments = found.reshape(-1, 2, 2)
    segments = segments[np.isfinite(segments).all(axis=(1, 2))]
    gapped = np.concatenate([segments, np.full((len(segments), 1, 2), np.nan)], axis=1).reshape(-1, 2)
    return gapped[:, 0], gapped[:, 1]


def boundary_lines(network: Network, dataset: Dataset, plane: Plane, side: int = SIDE) -> tuple[np.ndarray, np.ndarray]:
    """Where the decision of a network changes on a plane of two axes, as `zero_lines`; between every two classes."""
    x, y = cell_centres(plane.x_range, side), cell_centres(plane.y_range, side)
    with diverging():
        A = network.forward(plane_inputs(dataset, plane, plane.grid(side))).A[-1]
    if len(A) == 1:
        return zero_lines((A[0] - 0.5).reshape(side, side), x, y)
    lines = []
    for k in range(len(A)):
        lead = A[k] - np.delete(A, k, axis=0).max(axis=0)  # positive where class k is decided
        lines.append(zero_lines(lead.reshape(side, side), x, y))
    return tuple(map(np.concatenate, zip(*lines, strict=True)))
