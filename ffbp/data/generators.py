"""The built-in datasets.

A `Source` makes raw samples: features in their own units and a target. Generated data, scikit-learn's tables, drawn
points and your file are all sources. `ffbp.data.dataset.prepare` turns their samples into a network's inputs.
"""

from dataclasses import replace

import numpy as np

from ffbp.data.source import CLASSIFICATION, REGRESSION, Source


def moons(n_samples, noise, classes, random_state):
    """Two interleaving half circles of radius 1, shifted by (1, 0.5) (scikit-learn's make_moons); Gaussian noise."""
    from sklearn.datasets import make_moons

    return make_moons(n_samples=n_samples, noise=noise, random_state=random_state)


def circles(n_samples, noise, classes, random_state):
    """A circle of radius 1 around one of radius 0.5 (scikit-learn's make_circles); Gaussian noise of `noise` / 2."""
    from sklearn.datasets import make_circles

    return make_circles(n_samples=n_samples, noise=noise / 2, factor=0.5, random_state=random_state)


def blobs(n_samples, noise, classes, random_state):
    """Gaussian blobs (scikit-learn's make_blobs), centres evenly on a circle of radius 2, deviation 3 noise."""
    from sklearn.datasets import make_blobs

    angles = np.pi / 2 + 2 * np.pi * np.arange(classes) / classes
    centers = 2 * np.column_stack([np.cos(angles), np.sin(angles)])
    return make_blobs(n_samples=n_samples, centers=centers, cluster_std=3 * noise, random_state=random_state)


def xor(n_samples, noise, classes, random_state):
    """Uniform on [-1, 1]²; class 1 where the signs differ; then Gaussian noise of `noise` / 3."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform(-1, 1, (n_samples, 2))
    y = (X[:, 0] * X[:, 1] < 0).astype(int)
    return X + rng.randn(n_samples, 2) * noise / 3, y


def quadrants(n_samples, noise, classes, random_state):
    """Four Gaussians at (±1, ±1), standard deviation 2 noise, sampled in turn; class 1 where the signs differ."""
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
    """Uniform on [-3, 3] × [-2, 2]; class 1 above x2 = sin 2 x1 + Gaussian noise."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform((-3, -2), (3, 2), (n_samples, 2))
    return X, (X[:, 1] > np.sin(2 * X[:, 0]) + rng.randn(n_samples) * noise).astype(int)


def and_gate(n_samples, noise, classes, random_state):
    """The four points (0,0), (0,1), (1,0), (1,1) with the classes [0, 0, 0, 1]; you can check every number by hand."""
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 0, 0, 1])


def or_gate(n_samples, noise, classes, random_state):
    """The four points (0,0), (0,1), (1,0), (1,1) with the classes [0, 1, 1, 1]; you can check every number by hand."""
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 1])


def xor_gate(n_samples, noise, classes, random_state):
    """The four points (0,0), (0,1), (1,0), (1,1) with the classes [0, 1, 1, 0]; you can check every number by hand."""
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def three_inputs(n_samples, noise, classes, random_state):
    """Four points with three inputs and two classes, the first (0.5, 0.2, 0.8): a worked example, for paper."""
    return np.array([[0.5, 0.2, 0.8], [0.1, 0.9, 0.3], [0.7, 0.4, 0.1], [0.2, 0.6, 0.9]]), np.array([0, 1, 1, 0])


def noisy_sine(n_samples, noise, classes, random_state):
    """y = sin x + Gaussian noise, x uniform on [-π, π]: regression in one dimension."""
    rng = np.random.RandomState(random_state)
    x = rng.uniform(-np.pi, np.pi, (n_samples, 1))
    return x, np.sin(x[:, 0]) + rng.randn(n_samples) * noise


def plane(n_samples, noise, classes, random_state):
    """y = 0.7 x1 - 0.4 x2 + 0.2 + Gaussian noise, x uniform on [-1, 1]²; a network needs no hidden layer for it."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform(-1, 1, (n_samples, 2))
    return X, 0.7 * X[:, 0] - 0.4 * X[:, 1] + 0.2 + rng.randn(n_samples) * noise


def bumps(n_samples, noise, classes, random_state):
    """y = exp(-|x - p|²/0.3) - exp(-|x + p|²/0.3), p = (0.5, 0.5), + Gaussian noise / 2, x uniform on [-1.5, 1.5]²."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform(-1.5, 1.5, (n_samples, 2))
    hill, hole = (np.exp(-np.square(X - p).sum(axis=1) / 0.3) for p in (0.5, -0.5))
    return X, hill - hole + rng.randn(n_samples) * noise / 2


def iris(n_samples, noise, classes, random_state):
    """The table of scikit-learn's load_iris, rows in their original order."""
    from sklearn.datasets import load_iris

    X, y = load_iris(return_X_y=True)
    return X.astype(float), y.astype(int)


def wine(n_samples, noise, classes, random_state):
    """The table of scikit-learn's load_wine, rows in their original order."""
    from sklearn.datasets import load_wine

    X, y = load_wine(return_X_y=True)
    return X.astype(float), y.astype(int)


def breast_cancer(n_samples, noise, classes, random_state):
    """The table of scikit-learn's load_breast_cancer, rows in their original order."""
    from sklearn.datasets import load_breast_cancer

    X, y = load_breast_cancer(return_X_y=True)
    return X.astype(float), y.astype(int)


def diabetes(n_samples, noise, classes, random_state):
    """The table of scikit-learn's load_diabetes, rows in their original order."""
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True, scaled=False)
    return X.astype(float), y.astype(float)


def digits(n_samples, noise, classes, random_state):
    """The table of scikit-learn's load_digits, rows in their original order."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return X.astype(float), y.astype(int)


def _names(*lines):
    """Names separated by commas, on any number of lines."""
    return tuple(name for line in lines for name in line.split(", "))


_IRIS = _names("sepal length (cm), sepal width (cm), petal length (cm), petal width (cm)")
_WINE = _names(
    "alcohol, malic acid, ash, alcalinity of ash, magnesium, total phenols, flavanoids, nonflavanoid phenols",
    "proanthocyanins, colour intensity, hue, OD280/OD315, proline",
)
_NUCLEUS = _names(
    "radius, texture, perimeter, area, smoothness, compactness, concavity, concave points, symmetry, fractal dimension"
)
_CANCER = tuple(f"{kind} {name}" for kind in ("mean", "error of", "worst") for name in _NUCLEUS)
_DIABETES = _names("age, sex, bmi, blood pressure, s1, s2, s3, s4, s5, s6")
_TEN = "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
_PIXELS = tuple(f"pixel {row},{column}" for row in range(8) for column in range(8))


def _gate(make, name):
    return Source(make.__name__, f"{name}, four points", CLASSIFICATION, make, fixed=True, n_rows=4)


def _table(make, label, n_rows, features, target, classes="", *, columns, ink=None):
    """A table of scikit-learn; a regression without classes. columns: the ones that are used by default."""
    task, classes = (CLASSIFICATION, _names(classes)) if classes else (REGRESSION, ())
    options = {"generated": False, "standardize": True, "n_rows": n_rows, "ink": ink}
    options |= {"default_classes": len(classes) or 2, "default_columns": columns}
    return Source(make.__name__, label, task, make, features, target, classes, **options)


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
        _gate(and_gate, "AND"),
        _gate(or_gate, "OR"),
        _gate(xor_gate, "XOR"),
        replace(_gate(three_inputs, "Three inputs"), feature_names=("x1", "x2", "x3"), default_columns=(0, 1, 2)),
        Source(
            "noisy_sine", "Noisy sine", REGRESSION, noisy_sine, ("x1",), "y", default_columns=(0,), standardize=True
        ),
        Source("plane", "Plane", REGRESSION, plane, target_name="y"),
        Source("bumps", "Bumps", REGRESSION, bumps, target_name="y"),
        _table(iris, "Iris flowers", 150, _IRIS, "species", "setosa, versicolor, virginica", columns=(2, 3)),
        _table(wine, "Wine cultivars", 178, _WINE, "cultivar", "cultivar 1, cultivar 2, cultivar 3", columns=(6, 9)),
        _table(breast_cancer, "Breast cancer", 569, _CANCER, "diagnosis", "malignant, benign", columns=(20, 27)),
        _table(diabetes, "Diabetes progression", 442, _DIABETES, "progression", columns=(2, 8)),
        _table(digits, "Handwritten digits 8×8", 1797, _PIXELS, "digit", _TEN, columns=(21, 42), ink=16.0),
    )
}


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
