"""A source of samples, from which a dataset is made. Samples are generated, drawn by hand or read from a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

CLASSIFICATION, REGRESSION = "classification", "regression"
DECIMALS = {"point": "Point", "comma": "Comma"}  # a file's decimal sign
# How samples with missing values in the chosen columns are treated: key -> label.
MISSING = {"drop": "Leave the row out", "median": "Fill with the training median"}
NO_CLASS = -1  # the class of a row without one
# Full ink of images of ten digits, by number of pixels: optdigits; MNIST as shares of black, or as in its files.
INK = {64: (16.0,), 784: (1.0, 255.0)}


@dataclass(frozen=True)
class Source:
    """Where samples come from: a built-in dataset, drawn points, or your file.

    ``make(n_samples, noise, classes, random_state)`` returns X (n, n_features) and y (n,). With ``n_rows``, the number
    of samples is fixed and the arguments are ignored. If ``has_gaps``, X is NaN where a value is missing, and y is NaN
    or NO_CLASS where the target is missing. ``fixed``: there are so few samples that all are trained on.
    ``classes``: the range of the number of classes. ``default_columns``: the columns that are used by default;
    ``standardize``: whether they are standardised by default. ``stratified``: each class has the same share in both
    sets. ``groups``: the features that together encode one column of categories. ``ink``: the value of full ink if the
    features are an image's pixels; by default all of them are divided by it.
    """

    key: str
    label: str
    task: str
    make: Callable
    feature_names: tuple[str, ...] = ("x1", "x2")
    target_name: str = "class"
    class_names: tuple[str, ...] = ()
    classes: tuple[int, int] | None = None
    default_classes: int = 2
    generated: bool = True
    fixed: bool = False
    default_columns: tuple[int, ...] = (0, 1)
    n_rows: int | None = None
    standardize: bool = False
    stratified: bool = False
    drawn: bool = False
    has_gaps: bool = False
    groups: tuple[tuple[int, ...], ...] = ()
    ink: float | None = None

    @property
    def sized(self) -> bool:
        """Whether the number of samples and the noise can be chosen."""
        return self.n_rows is None


def class_names_of(source: Source, classes: int | None) -> tuple[str, ...]:
    """The names of a source's classes, or numbers if they have no names; () in regression."""
    if source.task == REGRESSION:
        return ()
    return source.class_names or tuple(str(k) for k in range(classes or source.default_classes))


def drawn_source(
    source: Source, points: Sequence[Sequence[float]], columns: Sequence[int], classes: int | None
) -> Source:
    """The source of drawn points (one number per chosen column, then class or value) in the plane of another source."""

    def make(n_samples, noise, random_classes, random_state):
        numbers = np.array(points, dtype=float)
        y = numbers[:, -1]
        return numbers[:, :-1], y if source.task == REGRESSION else y.astype(int)

    make.__doc__ = f"Points drawn by hand, starting from: {source.label}."
    return replace(
        source,
        make=make,
        feature_names=tuple(source.feature_names[c] for c in columns),
        class_names=class_names_of(source, classes),
        default_columns=tuple(range(len(columns))),
        n_rows=len(points),
        fixed=False,
        stratified=True,
        drawn=True,
        has_gaps=False,
        groups=(),
        ink=None,
    )


def ink_of(X: np.ndarray, n_classes: int) -> float | None:
    """The value of full ink if the rows X (n, n_features) look like images of ten digits; None for other data."""
    if n_classes != 10 or X.shape[1] not in INK or np.isnan(X).any() or X.min() < 0:
        return None
    return next((ink for ink in INK[X.shape[1]] if X.max() <= ink), None)
