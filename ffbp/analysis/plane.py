"""A plane through the inputs: the axes of a map, and the values of all other inputs."""

from dataclasses import dataclass, replace

import numpy as np

from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION

MARGIN = 0.08
PRINCIPAL = (-1, -2)  # the first two principal components as axes


@dataclass(frozen=True, eq=False)
class Plane:
    """The plane of a picture in the space of the chosen columns.

    axes: one or two positions among the dataset's chosen columns, or PRINCIPAL. names: one per axis. x_range, y_range:
    in the data's units. A sample's place is ``project (chosen - shift)`` with project (n_axes, n_columns) and shift
    (n_columns,); the inverse is ``chosen = origin + basis.T place`` with basis (n_axes, n_columns). variance: the share of
    the standardised columns' variance that the principal components keep; otherwise None.
    """

    axes: tuple[int, ...]
    names: tuple[str, ...]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    project: np.ndarray
    shift: np.ndarray
    basis: np.ndarray
    origin: np.ndarray
    variance: float | None = None

    @property
    def is_line(self) -> bool:
        """Whether there is only one input, so that the picture is a curve."""
        return len(self.axes) == 1

    @property
    def is_principal(self) -> bool:
        return self.axes == PRINCIPAL

    @property
    def is_slice(self) -> bool:
        """Whether the plane does not show all inputs."""
        return self.basis.shape[1] > 2 or self.is_principal

    def coordinates(self, chosen: np.ndarray) -> np.ndarray:
        """Samples (n, n_columns) as places on the plane (n, n_axes); for columns, exactly their values."""
        if self.is_principal:
            return (chosen - self.shift) @ self.project.T
        return chosen[:, self.axes]

    def points(self, places: np.ndarray) -> np.ndarray:
        """Places (n, n_axes) as samples (n, n_columns): all other columns stay at the training mean."""
        if self.is_principal:
            return self.origin + places @ self.basis
        chosen = np.tile(self.origin, (len(places), 1))
        chosen[:, self.axes] = places
        return chosen

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


def default_axes(columns: tuple[int, ...], pair: tuple[int, ...] = (), groups=()) -> tuple[int, int]:
    """The default axes of a plane, as positions among the chosen columns.

    The source's default pair if both are used, otherwise the first two. In a file, the first two measured columns, which
    do not belong to a category (``groups``).
    """
    measured = [i for i, c in enumerate(columns) if all(c not in group for group in groups)]
    if groups and len(measured) > 1:
        return measured[0], measured[1]
    return tuple(columns.index(c) for c in pair) if len(pair) == 2 and set(pair) <= set(columns) else (0, 1)


def plane_of(dataset: Dataset, axes: tuple[int, ...] = (0, 1)) -> Plane:
    """The plane of two chosen columns (or of a single one) or of PRINCIPAL, with a margin around all samples."""
    chosen_train = dataset.raw_train[:, dataset.columns]
    mean, n_columns, variance = chosen_train.mean(axis=0), len(dataset.columns), None
    shift, origin = np.zeros(n_columns), mean
    if tuple(axes) == PRINCIPAL and n_columns > 1:
        axes, std = PRINCIPAL, chosen_train.std(axis=0)
        scale = np.where(std > 0, std, 1.0)
        _, sizes, directions = np.linalg.svd((chosen_train - mean) / scale, full_matrices=False)
        if len(directions) < 2:  # fewer samples than axes
            sizes, directions = np.append(sizes, 0.0), np.vstack([directions, np.eye(n_columns)[:1]])
        largest = np.abs(directions).argmax(axis=1)
        directions *= np.sign(directions[np.arange(len(directions)), largest])[:, None]  # a unique sign
        project, basis, shift = directions[:2] / scale, directions[:2] * scale, mean
        shares = np.square(sizes[:2]) / max(np.square(sizes).sum(), 1e-300)
        variance = float(shares.sum())
        names = tuple(f"PC {k} ({100 * share:.1f} % of variance)" for k, share in enumerate(shares, start=1))
    else:
        axes = tuple(axis % n_columns for axis in axes)[:n_columns] if min(axes) < 0 else tuple(axes[:n_columns])
        project = basis = np.eye(n_columns)[list(axes)]
        names = tuple(dataset.feature_names[dataset.columns[axis]] for axis in axes)
    everything = np.vstack([dataset.raw_train, dataset.raw_test])[:, dataset.columns]
    places = (everything - shift) @ project.T if variance is not None else everything[:, axes]
    ranges = [_padded(column) for column in places.T]
    if len(axes) == 1:
        targets = dataset.decode_target(np.concatenate([dataset.y_train, dataset.y_test]))
        ranges.append(_padded(targets) if dataset.task == REGRESSION else (-0.15, 1.15))
    return Plane(axes, names, *ranges, project, shift, basis, origin, variance)


def common_planes(a: Plane, b: Plane) -> tuple[Plane, Plane] | None:
    """Both planes with ranges that hold both; None if the same place means other inputs on each."""
    same_axes = (a.axes, a.names) == (b.axes, b.names) and a.basis.shape == b.basis.shape
    if not same_axes or (a.is_slice and not all(map(np.array_equal, (a.basis, a.origin), (b.basis, b.origin)))):
        return None
    both = {
        name: (min(one[0], other[0]), max(one[1], other[1]))
        for name in ("x_range", "y_range")
        for one, other in [(getattr(a, name), getattr(b, name))]
    }
    return replace(a, **both), replace(b, **both)


def _padded(values) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    pad = MARGIN * (high - low) or 1.0
    return low - pad, high + pad


def plane_inputs(dataset: Dataset, plane: Plane, points: np.ndarray) -> np.ndarray:
    """Places on the plane (n, n_axes) as network inputs (n, n_inputs); all other columns stay at the training mean."""
    return dataset.encode_columns(plane.points(points))
