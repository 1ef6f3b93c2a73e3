"""Inspection: the data's rows and columns in their own units, and the part to which each row belongs."""

from dataclasses import dataclass

import numpy as np

from ffbp.data.dataset import Dataset
from ffbp.data.source import NO_CLASS
from ffbp.experiment.experiment import Experiment

TRAIN, TEST, LEFT_OUT = "train", "test", "left out"
MAX_BINS = 30


@dataclass(frozen=True)
class Rows:
    """All rows of a source: X (n, n_features), NaN for a missing value; y (n,), classes or values; part (n,).

    part: "train", "test" or "left out".
    """

    X: np.ndarray
    y: np.ndarray
    part: np.ndarray
    feature_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...]

    def where(self, part: str | None) -> np.ndarray:
        """The rows of a part, or all used rows if None: (n,), bool."""
        return self.part != LEFT_OUT if part is None else self.part == part


@dataclass(frozen=True)
class Statistics:
    """One column's counts of present and missing values, and five statistics of the present values."""

    count: int
    missing: int
    mean: float
    std: float
    low: float
    median: float
    high: float


def rows_of(experiment: Experiment, dataset: Dataset) -> Rows:
    """The rows from which a dataset was made, including those left out."""
    source, (X, y) = experiment.source, experiment.samples
    part = np.full(len(X), LEFT_OUT, dtype=object)
    part[dataset.rows_train], part[dataset.rows_test] = TRAIN, TEST
    return Rows(X, y, part, source.feature_names, source.target_name, experiment.class_names)


def statistics(values: np.ndarray) -> Statistics:
    """Statistics of values (n,); NaN counts as missing. The standard deviation divides by n."""
    present = values[~np.isnan(values)]
    if not len(present):
        return Statistics(0, len(values), *[float("nan")] * 5)
    numbers = (present.mean(), present.std(), present.min(), np.median(present), present.max())
    return Statistics(len(present), len(values) - len(present), *map(float, numbers))


def class_balance(rows: Rows) -> dict[str, list[int]]:
    """Samples per class, by part: {"train": [...], "test": [...], "left out": [...]}, without empty parts."""
    counts = {}
    for part in (TRAIN, TEST, LEFT_OUT):
        chosen = rows.y[(rows.part == part) & (rows.y != NO_CLASS)]
        if (rows.part == part).any():
            counts[part] = [int((chosen == k).sum()) for k in range(len(rows.class_names))]
    return counts


def bins(values: np.ndarray) -> np.ndarray:
    """Edges of at most MAX_BINS equal bins over the present values; for a few whole numbers, one bin per value."""
    present = values[~np.isnan(values)]
    low, high = float(present.min()), float(present.max())
    if low == high:
        return np.array([low - 0.5, high + 0.5])
    if high - low < MAX_BINS and bool((present == np.rint(present)).all()):
        return np.arange(low - 0.5, high + 1)
    n = int(np.clip(np.ceil(np.sqrt(len(present))), 5, MAX_BINS))
    return np.linspace(low, high, n + 1)


def histogram(rows: Rows, column: int | None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Edges (n_bins + 1,) and counts (n_bins,) of a feature, or of the target if None, over all used rows.

    In classification, the counts are given per class name; otherwise under "".
    """
    used = rows.where(None)
    values = (rows.y if column is None else rows.X[:, column]).astype(float)
    edges = bins(values[used])
    groups = {name: rows.y == k for k, name in enumerate(rows.class_names)} or {"": np.ones(len(values), dtype=bool)}
    return edges, {name: np.histogram(values[used & group], edges)[0] for name, group in groups.items()}
