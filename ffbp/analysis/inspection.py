"""Inspection: the rows and columns of the data that are trained on, as they came, and where each row went."""

from dataclasses import dataclass

import numpy as np

from ffbp.data.dataset import Dataset
from ffbp.data.source import NO_CLASS
from ffbp.experiment.experiment import Experiment

TRAIN, TEST, LEFT_OUT = "train", "test", "left out"
MAX_BINS = 30


@dataclass(frozen=True)
class Rows:
    """All rows of a source: X (n, n_features), NaN where a value is missing; y (n,), classes or values; part (n,)."""

    X: np.ndarray
    y: np.ndarray
    part: np.ndarray
    feature_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...]

    def where(self, part: str | None) -> np.ndarray:
        """The rows of a part, or all that are used: (n,), bool."""
        return self.part != LEFT_OUT if part is None else self.part == part


@dataclass(frozen=True)
class Statistics:
    """Of one column's values: how many there are and are missing, and, of those there are, the usual five."""

    count: int
    missing: int
    mean: float
    std: float
    low: float
    median: float
    high: float


def rows_of(experiment: Experiment, dataset: Dataset) -> Rows:
    """The rows behind a dataset, those that were left out included."""
    source, (X, y) = experiment.source, experiment.samples
    part = np.full(len(X), LEFT_OUT, dtype=object)
    part[dataset.rows_train], part[dataset.rows_test] = TRAIN, TEST
    return Rows(X, y, part, source.feature_names, source.target_name, experiment.class_names)


def statistics(values: np.ndarray) -> Statistics:
    """Statistics of values (n,); NaN counts as missing. The standard deviation divides by n."""
    there = values[~np.isnan(values)]
    if not len(there):
        return Statistics(0, len(values), *[float("nan")] * 5)
    numbers = (there.mean(), there.std(), there.min(), np.median(there), there.max())
    return Statistics(len(there), len(values) - len(there), *map(float, numbers))


def class_balance(rows: Rows) -> dict[str, list[int]]:
    """Counts a class, by part: {"train": [...], "test": [...], "left out": [...]}; parts that are empty are missing."""
    counts = {}
    for part in (TRAIN, TEST, LEFT_OUT):
        chosen = rows.y[(rows.part == part) & (rows.y != NO_CLASS)]
        if (rows.part == part).any():
            counts[part] = [int((chosen == k).sum()) for k in range(len(rows.class_names))]
    return counts


def bins(values: np.ndarray) -> np.ndarray:
    """Edges of at most MAX_BINS equal bins over the values there are; one bin a value for few whole numbers."""
    there = values[~np.isnan(values)]
    low, high = float(there.min()), float(there.max())
    if low == high:
        return np.array([low - 0.5, high + 0.5])
    if high - low < MAX_BINS and bool((there == np.rint(there)).all()):
        return np.arange(low - 0.5, high + 1)
    n = int(np.clip(np.ceil(np.sqrt(len(there))), 5, MAX_BINS))
    return np.linspace(low, high, n + 1)


def histogram(rows: Rows, column: int | None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Edges (n_bins + 1,) and counts (n_bins,) of a feature, or of the target if None, over the rows that are used.

    In classification a count a class, under its name; else one, under "".
    """
    used = rows.where(None)
    values = (rows.y if column is None else rows.X[:, column]).astype(float)
    edges = bins(values[used])
    groups = {name: rows.y == k for k, name in enumerate(rows.class_names)} or {"": np.ones(len(values), dtype=bool)}
    return edges, {name: np.histogram(values[used & group], edges)[0] for name, group in groups.items()}
