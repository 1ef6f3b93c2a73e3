"""Datasets: where the samples come from, how some are held out, and how they become a network's inputs.

A `Source` makes raw samples: features in their own units and a target. Generated data, shipped tables, drawn points and
a user's file are all sources. `prepare` holds out a test part, chooses columns, standardises with the training part's
mean and standard deviation, and appends derived inputs, in that order; the result is a `Dataset`, which can also encode
new raw samples the same way, and go back.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

CLASSIFICATION, REGRESSION = "classification", "regression"
# What happens to samples with missing values in the chosen columns: key -> label.
DECIMALS = {"point": "Point", "comma": "Comma"}  # a file's decimal sign
MISSING = {"drop": "Leave the row out", "median": "Fill with the training median"}
NO_CLASS = -1  # the class of a row without one
# Images of ten digits, by their number of pixels: what full ink is. optdigits; MNIST as shares of black, or as its files.
INK = {64: (16.0,), 784: (1.0, 255.0)}


@dataclass(frozen=True)
class Source:
    """Where samples come from: a dataset of the registry, drawn points, or a file.

    ``make(n_samples, noise, classes, random_state)`` returns X (n, n_features) and y (n,). There are ``n_rows`` samples,
    and then the arguments are ignored; None means as many as asked for. X is NaN where a value is missing, and y is NaN
    or NO_CLASS where the target is (only if ``has_gaps``). ``fixed`` says that the samples are few and all needed:
    nothing is held out. ``classes`` is the range that may be chosen, ``default_columns`` what trains unless chosen
    otherwise, ``standardize`` whether they are standardised unless chosen otherwise. ``stratified``: both parts get
    each class in the same share. ``groups``: the features that encode one column of categories together. ``ink``:
    what full ink is, where the features are an image's pixels; all of them are then divided by it unless chosen otherwise.
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


def moons(n_samples, noise, classes, random_state):
    """Two interleaved half circles of radius 1, shifted by (1, 0.5) (scikit-learn's make_moons); Gaussian noise."""
    from sklearn.datasets import make_moons

    return make_moons(n_samples=n_samples, noise=noise, random_state=random_state)


def circles(n_samples, noise, classes, random_state):
    """A circle of radius 1 around one of radius 0.5 (scikit-learn's make_circles); Gaussian noise of half the size."""
    from sklearn.datasets import make_circles

    return make_circles(n_samples=n_samples, noise=noise / 2, factor=0.5, random_state=random_state)


def blobs(n_samples, noise, classes, random_state):
    """Gaussian blobs (scikit-learn's make_blobs), centres evenly on a circle of radius 2, deviation 3 noise."""
    from sklearn.datasets import make_blobs

    angles = np.pi / 2 + 2 * np.pi * np.arange(classes) / classes
    centers = 2 * np.column_stack([np.cos(angles), np.sin(angles)])
    return make_blobs(n_samples=n_samples, centers=centers, cluster_std=3 * noise, random_state=random_state)


def xor(n_samples, noise, classes, random_state):
    """Uniform on [-1, 1]²; class 1 where the signs differ; Gaussian noise of a third of `noise` afterwards."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform(-1, 1, (n_samples, 2))
    y = (X[:, 0] * X[:, 1] < 0).astype(int)
    return X + rng.randn(n_samples, 2) * noise / 3, y


def quadrants(n_samples, noise, classes, random_state):
    """Four Gaussians at (±1, ±1), standard deviation 2 noise, taken in turn; class 1 where the signs differ."""
    rng = np.random.RandomState(random_state)
    corners = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], dtype=float)
    which = np.arange(n_samples) % 4
    return corners[which] + rng.randn(n_samples, 2) * 2 * noise, which % 2


def spiral(n_samples, noise, classes, random_state):
    """Arms r = t, angle = 7.5 t + 2π k / arms for t evenly in (0.1, 1], class k; Gaussian noise / 8."""
    rng = np.random.RandomState(random_state)
    arm = np.arange(n_samples) % classes
    t = 0.1 + 0.9 * (np.arange(n_samples) // classes + 1) / ((n_samples - 1) // classes + 1)
    angle = 7.5 * t + 2 * np.pi * arm / classes
    X = np.column_stack([t * np.cos(angle), t * np.sin(angle)])
    return X + rng.randn(n_samples, 2) * noise / 8, arm


def sine_boundary(n_samples, noise, classes, random_state):
    """Uniform on [-3, 3] x [-2, 2]; class 1 above x2 = sin 2 x1 + Gaussian noise."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform((-3, -2), (3, 2), (n_samples, 2))
    return X, (X[:, 1] > np.sin(2 * X[:, 0]) + rng.randn(n_samples) * noise).astype(int)


def _truth_table(y):
    def make(n_samples, noise, classes, random_state):
        return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array(y)

    make.__doc__ = (
        f"The four points (0,0), (0,1), (1,0), (1,1) with the classes {y}; every number can be checked by hand."
    )
    return make


def three_inputs(n_samples, noise, classes, random_state):
    """Four points of three inputs in two classes, the first (0.5, 0.2, 0.8): the worked example, small enough for paper."""
    return np.array([[0.5, 0.2, 0.8], [0.1, 0.9, 0.3], [0.7, 0.4, 0.1], [0.2, 0.6, 0.9]]), np.array([0, 1, 1, 0])


def noisy_sine(n_samples, noise, classes, random_state):
    """y = sin x + Gaussian noise, x uniform on [-π, π]: regression in one dimension."""
    rng = np.random.RandomState(random_state)
    x = rng.uniform(-np.pi, np.pi, (n_samples, 1))
    return x, np.sin(x[:, 0]) + rng.randn(n_samples) * noise


def plane(n_samples, noise, classes, random_state):
    """y = 0.7 x1 - 0.4 x2 + 0.2 + Gaussian noise, x uniform on [-1, 1]²: no hidden layer is needed."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform(-1, 1, (n_samples, 2))
    return X, 0.7 * X[:, 0] - 0.4 * X[:, 1] + 0.2 + rng.randn(n_samples) * noise


def bumps(n_samples, noise, classes, random_state):
    """y = exp(-|x - p|²/0.3) - exp(-|x + p|²/0.3), p = (0.5, 0.5), + Gaussian noise / 2, x uniform on [-1.5, 1.5]²."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform(-1.5, 1.5, (n_samples, 2))
    hill, hole = (np.exp(-np.square(X - p).sum(axis=1) / 0.3) for p in (0.5, -0.5))
    return X, hill - hole + rng.randn(n_samples) * noise / 2


def _table(loader, **options):
    def make(n_samples, noise, classes, random_state):
        import sklearn.datasets

        X, y = getattr(sklearn.datasets, loader)(return_X_y=True, **options)
        return X.astype(float), y.astype(float) if loader == "load_diabetes" else y.astype(int)

    make.__doc__ = f"The table of scikit-learn's {loader}, rows in their order."
    return make


_WINE = (
    "alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids",
    "nonflavanoid phenols", "proanthocyanins", "colour intensity", "hue", "OD280/OD315", "proline",
)  # fmt: skip
_CANCER = tuple(
    f"{kind} {name}"
    for kind in ("mean", "error of", "worst")
    for name in (
        "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points",
        "symmetry", "fractal dimension",
    )
)  # fmt: skip
_DIABETES = ("age", "sex", "bmi", "blood pressure", "s1", "s2", "s3", "s4", "s5", "s6")
_PIXELS = tuple(f"pixel {row},{column}" for row in range(8) for column in range(8))
_TABLE = {"generated": False, "standardize": True}
_GATE = {"fixed": True, "n_rows": 4}

DATASETS = {
    entry.key: entry
    for entry in (
        Source("moons", "Moons", CLASSIFICATION, moons),
        Source("circles", "Circles", CLASSIFICATION, circles),
        Source("blobs", "Blobs", CLASSIFICATION, blobs, classes=(2, 6), default_classes=3),
        Source("xor", "XOR", CLASSIFICATION, xor),
        Source("quadrants", "Gaussian quadrants", CLASSIFICATION, quadrants),
        Source("spiral", "Spiral", CLASSIFICATION, spiral, classes=(2, 5)),
        Source("sine_boundary", "Sine boundary", CLASSIFICATION, sine_boundary),
        Source("and_gate", "AND, four points", CLASSIFICATION, _truth_table([0, 0, 0, 1]), **_GATE),
        Source("or_gate", "OR, four points", CLASSIFICATION, _truth_table([0, 1, 1, 1]), **_GATE),
        Source("xor_gate", "XOR, four points", CLASSIFICATION, _truth_table([0, 1, 1, 0]), **_GATE),
        Source(
            "three_inputs", "Three inputs, four points", CLASSIFICATION, three_inputs, ("x1", "x2", "x3"),
            default_columns=(0, 1, 2), **_GATE,
        ),
        Source("noisy_sine", "Noisy sine", REGRESSION, noisy_sine, ("x1",), "y", default_columns=(0,), standardize=True),
        Source("plane", "Plane", REGRESSION, plane, target_name="y"),
        Source("bumps", "Bumps", REGRESSION, bumps, target_name="y"),
        Source(
            "iris", "Iris flowers", CLASSIFICATION, _table("load_iris"),
            ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
            "species", ("setosa", "versicolor", "virginica"), default_classes=3, default_columns=(2, 3), n_rows=150, **_TABLE,
        ),
        Source(
            "wine", "Wine cultivars", CLASSIFICATION, _table("load_wine"), _WINE, "cultivar",
            ("cultivar 1", "cultivar 2", "cultivar 3"), default_classes=3, default_columns=(6, 9), n_rows=178, **_TABLE,
        ),
        Source(
            "breast_cancer", "Breast cancer", CLASSIFICATION, _table("load_breast_cancer"), _CANCER, "diagnosis",
            ("malignant", "benign"), default_columns=(20, 27), n_rows=569, **_TABLE,
        ),
        Source(
            "diabetes", "Diabetes progression", REGRESSION, _table("load_diabetes", scaled=False), _DIABETES,
            "progression", default_columns=(2, 8), n_rows=442, **_TABLE,
        ),
        Source(
            "digits", "Handwritten digits 8×8", CLASSIFICATION, _table("load_digits"), _PIXELS, "digit",
            tuple("0123456789"), default_classes=10, default_columns=(21, 42), n_rows=1797, ink=16.0, **_TABLE,
        ),
    )
}  # fmt: skip

# Derived inputs of two-column data: key -> (formula, function of the two network inputs).
DERIVED = {
    "x1_squared": ("x1²", lambda x1, x2: x1 * x1),
    "x2_squared": ("x2²", lambda x1, x2: x2 * x2),
    "x1_x2": ("x1·x2", lambda x1, x2: x1 * x2),
    "sin_x1": ("sin x1", lambda x1, x2: np.sin(x1)),
    "sin_x2": ("sin x2", lambda x1, x2: np.sin(x2)),
}


@dataclass(frozen=True)
class Dataset:
    """Samples as the network sees them (X, y) and as they came (raw), split into training and test part.

    X_train (n_train, n_inputs), y_train (n_train,): classes as integers or the (standardised) target; likewise test.
    raw_train, raw_test: (n, n_features), all columns in their own units. rows_train, rows_test: row numbers in the
    source. mean, std: of the chosen columns' training part (0 and 1 where nothing is standardised; 0 and full ink for
    images, whose pixels are all divided by it). stratified: each class is to have the same share in both parts; with a
    class too small for that, nothing is held out.
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
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

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
        """The one number that all pixels of an image are divided by; 1 where each column has a scale of its own, or none."""
        shared = len(self.columns) in INK and not self.mean.any() and bool((self.std == self.std[0]).all())
        return float(self.std[0]) if shared else 1.0

    @property
    def standardized(self) -> bool:
        """Whether each column has its own mean and standard deviation taken out."""
        return self.scale == 1 and bool(np.any(self.mean != 0) or np.any(self.std != 1))

    @property
    def encodes(self) -> bool:
        """Whether the network's inputs have other units than the columns."""
        return self.standardized or self.scale != 1

    def encode(self, raw: np.ndarray) -> np.ndarray:
        """Raw samples (n, n_features) to network inputs (n, n_inputs): chosen columns, standardised, then derived."""
        raw = np.asarray(raw, dtype=float)
        if raw.ndim != 2 or raw.shape[1] != len(self.feature_names):
            raise ValueError(f"raw must have the shape (n_samples, {len(self.feature_names)}), got {raw.shape}")
        return self.encode_columns(raw[:, self.columns])

    def encode_columns(self, chosen: np.ndarray) -> np.ndarray:
        """The chosen columns (n, n_columns), in their own units, to network inputs (n, n_inputs)."""
        X = (chosen - self.mean) / self.std
        extra = [DERIVED[key][1](X[:, 0], X[:, 1]) for key in self.derived]
        return np.column_stack([X, *extra]) if extra else np.ascontiguousarray(X)

    def decode(self, X: np.ndarray) -> np.ndarray:
        """Network inputs (n, n_inputs) back to the chosen columns in their own units (n, n_columns)."""
        return np.asarray(X, dtype=float)[:, : len(self.columns)] * self.std + self.mean

    def decode_target(self, value):
        """A regression output or target back to the target's own units."""
        return value * self.target_std + self.target_mean

    def line_height(self, y):
        """Where targets y (n,) stand over a line of inputs: values in their own units, classes evenly from 0 to 1."""
        return self.decode_target(y) if self.task == REGRESSION else y / max(self.n_classes - 1, 1)


def make_dataset(
    name: str, *, n_samples: int = 1000, noise: float = 0.2, classes: int | None = None, seed: int = 42
) -> tuple[np.ndarray, np.ndarray]:
    """All samples of a dataset, unsplit, in their own units: X (n_samples, n_features), y (n_samples,).

    n_samples, noise and classes apply to generated data only. Raises ValueError for an unknown name.
    """
    if name not in DATASETS:
        raise ValueError(f"unknown dataset {name!r}; choose from {', '.join(DATASETS)}")
    source = DATASETS[name]
    return source.make(n_samples, noise, classes or source.default_classes, seed)


def class_names_of(source: Source, classes: int | None) -> tuple[str, ...]:
    """The names of a source's classes, numbers where it has none; () in regression."""
    if source.task == REGRESSION:
        return ()
    return source.class_names or tuple(str(k) for k in range(classes or source.default_classes))


def drawn_source(
    source: Source, points: Sequence[Sequence[float]], columns: Sequence[int], classes: int | None
) -> Source:
    """The source of drawn points (one number a chosen column, then class or value) in the plane of another source."""

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
    """What full ink is, where rows X (n, n_features) look like images of ten digits; None of other data."""
    if n_classes != 10 or X.shape[1] not in INK or np.isnan(X).any() or X.min() < 0:
        return None
    return next((ink for ink in INK[X.shape[1]] if X.max() <= ink), None)


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


def fill(X: np.ndarray, rows: np.ndarray, groups: Sequence[Sequence[int]] = ()) -> np.ndarray:
    """X (n, n_features) without NaN: each becomes its column's median over ``rows``; a category their most frequent one.

    A column that has no value in these rows at all becomes 0.
    """
    filled = X.copy()
    grouped = {c for group in groups for c in group}
    for c in np.flatnonzero(np.isnan(X).any(axis=0)):
        if c not in grouped:
            there = X[rows, c][~np.isnan(X[rows, c])]
            filled[np.isnan(X[:, c]), c] = np.median(there) if len(there) else 0.0
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
    """Split raw samples X (n, n_features), y (n,) by scikit-learn's train_test_split, and encode both parts.

    Rows that cannot be used are left out (`usable_rows`). Statistics, the medians that fill gaps included, come from the
    training part only; a column that is constant there keeps the scale 1. scale: unless standardised, all are divided by it.
    """
    from sklearn.model_selection import train_test_split

    y = np.asarray(y, dtype=float if task == REGRESSION else int)
    rows = usable_rows(X, y, columns, missing=missing)
    stratified = stratified and task != REGRESSION
    if n_held_out(len(rows), test_size, class_counts(y[rows]) if stratified else ()):
        labels = y[rows] if stratified else None
        rows_train, rows_test = train_test_split(rows, test_size=test_size, random_state=seed, stratify=labels)
    else:
        rows_train, rows_test = rows, rows[:0]
    if missing == "median":
        X = fill(X, rows_train, groups)
    chosen = X[np.ix_(rows_train, columns)]
    mean, std = np.zeros(len(columns)), np.full(len(columns), float(scale))
    target_mean, target_std = 0.0, 1.0
    if standardize:
        mean, std = chosen.mean(axis=0), _scale(chosen)
        if task == REGRESSION:
            target_mean, target_std = float(y[rows_train].mean()), float(_scale(y[rows_train]))
            y = (y - target_mean) / target_std
    return Dataset(
        task=task,
        feature_names=tuple(feature_names),
        target_name=target_name,
        class_names=tuple(class_names),
        columns=tuple(columns),
        derived=tuple(derived),
        mean=mean,
        std=std,
        target_mean=target_mean,
        target_std=target_std,
        raw_train=X[rows_train],
        raw_test=X[rows_test],
        rows_train=rows_train,
        rows_test=rows_test,
        y_train=y[rows_train],
        y_test=y[rows_test],
        stratified=stratified,
    )


def _scale(values):
    std = values.std(axis=0)
    return np.where(std > 0, std, 1.0)
