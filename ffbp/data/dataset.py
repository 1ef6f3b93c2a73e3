"""A dataset: samples split into a training set and a test set, and encoded as a network's inputs.

`prepare` holds out a test set, chooses columns, standardises with the training set's mean and standard deviation, and
appends derived inputs, in that order. A `Dataset` can encode new raw samples in the same way, and decode them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ffbp.data.source import INK, REGRESSION
from ffbp.data.split import split, usable_rows

# Derived inputs of two-column data: key -> (formula, function of the two network inputs, its source for programs).
DERIVED = {
    "x1_squared": ("x1²", lambda x1, x2: x1 * x1, "x1 * x1"),
    "x2_squared": ("x2²", lambda x1, x2: x2 * x2, "x2 * x2"),
    "x1_x2": ("x1·x2", lambda x1, x2: x1 * x2, "x1 * x2"),
    "sin_x1": ("sin x1", lambda x1, x2: np.sin(x1), "np.sin(x1)"),
    "sin_x2": ("sin x2", lambda x1, x2: np.sin(x2), "np.sin(x2)"),
}


class Part(NamedTuple):
    """The training set or the test set: row numbers in the source, raw samples, network inputs and targets."""

    name: str
    rows: np.ndarray
    raw: np.ndarray
    X: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples as network inputs (X, y) and in their own units (raw), split into a training and a test set.

    X_train (n_train, n_inputs), y_train (n_train,): classes as integers or the (standardised) target; likewise test.
    raw_train, raw_test: (n, n_features), all columns in their own units. rows_train, rows_test: row numbers in the
    source. mean, std: of the chosen columns in the training set (0 and 1 without standardisation; 0 and full ink for
    images, whose pixels are all divided by it). stratified: each class has the same share in both sets; if a class is
    too small for that, the test set is empty.
    """

    task: str
    feature_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...]
    columns: tuple[int, ...]
    derived: tuple[str, ...]
    mean: np.ndarray
    std: np.ndarray
    target_mean: float
    target_std: float
    raw_train: np.ndarray
    raw_test: np.ndarray
    rows_train: np.ndarray
    rows_test: np.ndarray
    y_train: np.ndarray
    y_test: np.ndarray
    stratified: bool = False
    X_train: np.ndarray = field(init=False)
    X_test: np.ndarray = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "X_train", self.encode(self.raw_train))
        object.__setattr__(self, "X_test", self.encode(self.raw_test))
        self._forbid_writing()

    def __setstate__(self, state):
        vars(self).update(state)
        self._forbid_writing()  # from another process, arrays come writable

    def _forbid_writing(self):
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """The training set and, unless nothing is held out, the test set."""
        train = Part("train", self.rows_train, self.raw_train, self.X_train, self.y_train)
        test = Part("test", self.rows_test, self.raw_test, self.X_test, self.y_test)
        return (train, test) if len(test.rows) else (train,)

    @property
    def scored_part(self) -> Part:
        """The set on which a network is scored: the test set, or the training set if nothing is held out."""
        return self.parts[-1]

    @property
    def score_name(self) -> str:
        """The score of a network: "r2" in regression, "accuracy" in classification."""
        return "r2" if self.task == REGRESSION else "accuracy"

    @property
    def n_inputs(self) -> int:
        return len(self.columns) + len(self.derived)

    @property
    def n_classes(self) -> int:
        return len(self.class_names)

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the network's inputs: the chosen columns, then the derived formulas."""
        return tuple(self.feature_names[c] for c in self.columns) + tuple(DERIVED[key][0] for key in self.derived)

    @property
    def scale(self) -> float:
        """The divisor of all pixels of an image; 1 for other data."""
        shared = len(self.columns) in INK and not self.mean.any() and bool((self.std == self.std[0]).all())
        return float(self.std[0]) if shared else 1.0

    @property
    def standardized(self) -> bool:
        """Whether each column is standardised with its own mean and standard deviation."""
        return self.scale == 1 and bool(np.any(self.mean != 0) or np.any(self.std != 1))

    @property
    def encodes(self) -> bool:
        """Whether the network's inputs have other units than the columns."""
        return self.standardized or self.scale != 1

    def encode(self, raw: np.ndarray) -> np.ndarray:
        """Raw samples (n, n_features) as network inputs (n, n_inputs): chosen columns, standardised, then derived."""
        raw = np.asarray(raw, dtype=float)
        if raw.ndim != 2 or raw.shape[1] != len(self.feature_names):
            raise ValueError(f"raw must have the shape (n_samples, {len(self.feature_names)}), got {raw.shape}")
        return self.encode_columns(raw[:, self.columns])

    def encode_columns(self, chosen: np.ndarray) -> np.ndarray:
        """The chosen columns (n, n_columns), in their own units, as network inputs (n, n_inputs)."""
        X = (chosen - self.mean) / self.std
        extra = [DERIVED[key][1](X[:, 0], X[:, 1]) for key in self.derived]
        return np.column_stack([X, *extra]) if extra else np.ascontiguousarray(X)

    def decode(self, X: np.ndarray) -> np.ndarray:
        """Network inputs (n, n_inputs) as the chosen columns in their own units (n, n_columns)."""
        return np.asarray(X, dtype=float)[:, : len(self.columns)] * self.std + self.mean

    def decode_target(self, value):
        """A regression output or target in the target's own units."""
        return value * self.target_std + self.target_mean

    def line_height(self, y):
        """Where to draw targets y (n,) above a single input: values in their own units, classes evenly from 0 to 1."""
        return self.decode_target(y) if self.task == REGRESSION else y / max(self.n_classes - 1, 1)


def fill(X: np.ndarray, rows: np.ndarray, groups: Sequence[Sequence[int]] = ()) -> np.ndarray:
    """X (n, n_features) with each NaN replaced by its column's median over ``rows``, or by the most frequent category.

    The fill value is 0 if a column has no value in these rows.
    """
    filled = X.copy()
    grouped = {c for group in groups for c in group}
    for c in np.flatnonzero(np.isnan(X).any(axis=0)):
        if c not in grouped:
            present = X[rows, c][~np.isnan(X[rows, c])]
            filled[np.isnan(X[:, c]), c] = np.median(present) if len(present) else 0.0
    for group in groups:
        columns = list(group)
        gaps = np.isnan(X[:, columns[0]])
        shares = np.nan_to_num(X[np.ix_(rows, columns)]).sum(axis=0)
        if len(columns) == 1:  # a column of two values has one indicator
            usual = 2 * shares > (~np.isnan(X[rows, columns[0]])).sum()
        else:
            usual = np.arange(len(columns)) == shares.argmax()
        filled[np.ix_(gaps, columns)] = usual.astype(float)
    return filled


def prepare(
    X: np.ndarray,
    y: np.ndarray,
    *,
    task: str,
    feature_names: Sequence[str],
    target_name: str,
    class_names: Sequence[str],
    columns: Sequence[int],
    derived: Sequence[str] = (),
    standardize: bool,
    test_size: float,
    seed: int,
    stratified: bool = False,
    missing: str = "drop",
    groups: Sequence[Sequence[int]] = (),
    scale: float = 1.0,
) -> Dataset:
    """Split raw samples X (n, n_features), y (n,) by scikit-learn's train_test_split, and encode both sets.

    Rows that cannot be used are left out (`usable_rows`). All statistics, including the medians that fill gaps, come
    from the training set; a column that is constant in it keeps the scale 1. scale: the divisor of all columns unless
    they are standardised.
    """  # more than 50 lines, because it has one line for each argument and each field
    y = np.asarray(y, dtype=float if task == REGRESSION else int)
    stratified = stratified and task != REGRESSION
    rows = usable_rows(X, y, columns, missing=missing)
    rows_train, rows_test = split(rows, y[rows] if stratified else None, test_size=test_size, seed=seed)
    if missing == "median":
        X = fill(X, rows_train, groups)
    mean, std, target_mean, target_std = np.zeros(len(columns)), np.full(len(columns), float(scale)), 0.0, 1.0
    if standardize:
        mean, std = _mean_and_std(X[np.ix_(rows_train, columns)])
    if standardize and task == REGRESSION:
        target_mean, target_std = map(float, _mean_and_std(y[rows_train]))
        y = (y - target_mean) / target_std
    names = {"feature_names": tuple(feature_names), "target_name": target_name, "class_names": tuple(class_names)}
    scaling = {"mean": mean, "std": std, "target_mean": target_mean, "target_std": target_std}
    train = {"raw_train": X[rows_train], "y_train": y[rows_train], "rows_train": rows_train}
    test = {"raw_test": X[rows_test], "y_test": y[rows_test], "rows_test": rows_test}
    inputs = {"columns": tuple(columns), "derived": tuple(derived)}
    return Dataset(task=task, stratified=stratified, **names, **inputs, **scaling, **train, **test)


def _mean_and_std(values):
    """Mean and standard deviation (1 instead of 0) over samples."""
    std = values.std(axis=0)
    return values.mean(axis=0), np.where(std > 0, std, 1.0)
