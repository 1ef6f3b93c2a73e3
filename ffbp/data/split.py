"""Which samples are usable, and which of them are held out as the test set."""

import math
from collections.abc import Sequence

import numpy as np

from ffbp.data.source import NO_CLASS


def usable_rows(X: np.ndarray, y: np.ndarray, columns: Sequence[int], *, missing: str) -> np.ndarray:
    """The rows with a target and, unless ``missing`` is "median", a value in every chosen column: (n_usable,)."""
    usable = y != NO_CLASS if y.dtype.kind == "i" else np.isfinite(y)
    if missing == "drop":
        usable = usable & ~np.isnan(X[:, columns]).any(axis=1)
    return np.flatnonzero(usable)


def class_counts(y: np.ndarray) -> tuple[int, ...]:
    """The number of samples of each class that occurs; () for numbers."""
    return tuple(int(n) for n in np.bincount(y) if n) if y.dtype.kind == "i" else ()


def n_held_out(n: int, test_size: float, counts: Sequence[int] = ()) -> int:
    """How many of n samples are held out: test_size of them, rounded up.

    counts: the sizes of the classes that both sets must contain. No sample is held out if a class has fewer than two
    samples, or if a set would have fewer samples than classes.
    """
    n_test = math.ceil(n * test_size) if test_size > 0 else 0
    if counts and (min(counts) < 2 or min(n_test, n - n_test) < len(counts)):
        return 0
    return n_test


def split(
    rows: np.ndarray, classes: np.ndarray | None, *, test_size: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the training set and of the test set, by scikit-learn's train_test_split.

    classes (n_rows,): each has the same share in both sets; if a class is too small for that, the test set is empty.
    """
    from sklearn.model_selection import train_test_split

    if not n_held_out(len(rows), test_size, () if classes is None else class_counts(classes)):
        return rows, rows[:0]
    return train_test_split(rows, test_size=test_size, random_state=seed, stratify=classes)
