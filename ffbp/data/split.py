"""Which samples are usable, and how some of them are held out for the test set."""

import math
from collections.abc import Sequence

import numpy as np

from ffbp.data.source import NO_CLASS


def usable_rows(X: np.ndarray, y: np.ndarray, columns: Sequence[int], *, missing: str) -> np.ndarray:
    """The rows with a target and, unless ``missing`` is "median", a value in every chosen column: (n_usable,)."""
    there = y != NO_CLASS if y.dtype.kind == "i" else np.isfinite(y)
    if missing == "drop":
        there = there & ~np.isnan(X[:, columns]).any(axis=1)
    return np.flatnonzero(there)


def class_counts(y: np.ndarray) -> tuple[int, ...]:
    """How often each class that occurs does; () for numbers."""
    return tuple(int(n) for n in np.bincount(y) if n) if y.dtype.kind == "i" else ()


def n_held_out(n: int, test_size: float, counts: Sequence[int] = ()) -> int:
    """How many of n samples are held out: test_size of them, rounded up.

    With the counts of classes that both parts must hold, it is none where a class has fewer than two samples or a part
    has fewer samples than there are classes.
    """
    n_test = math.ceil(n * test_size) if test_size > 0 else 0
    if counts and (min(counts) < 2 or min(n_test, n - n_test) < len(counts)):
        return 0
    return n_test


def split(
    rows: np.ndarray, classes: np.ndarray | None, *, test_size: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows for training and rows held out, by scikit-learn's train_test_split.

    classes (n_rows,): each is to have the same share in both; with a class too small for that, nothing is held out.
    """
    from sklearn.model_selection import train_test_split

    if not n_held_out(len(rows), test_size, () if classes is None else class_counts(classes)):
        return rows, rows[:0]
    return train_test_split(rows, test_size=test_size, random_state=seed, stratify=classes)
