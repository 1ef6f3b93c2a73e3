"""One layer: the samples in the space of its activations, and the linear map of a network without activations."""

from dataclasses import dataclass

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.core.network import Network

MAX_LINE_SAMPLES = 1000


def linear_map(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Multiply out layers without activation: W = W[L] ... W[1] and b, so that Z[L] = W A[0] + b."""
    W, b = np.eye(network.sizes[0]), np.zeros((network.sizes[0], 1))
    with diverging():
        for layer in network.layers:
            W, b = layer.W @ W, layer.W @ b + layer.b
    return W, b


@dataclass(frozen=True)
class LayerView:
    """The axes of a layer's picture: its units, if there are one or two, or two principal axes.

    center (n_units,), axes (2 or 1, n_units): a sample's place is (a - center) axes.T.
    """

    center: np.ndarray
    axes: np.ndarray
    principal: bool

    def place(self, A: np.ndarray) -> np.ndarray:
        """Activations A (n_units, n) as places in the picture (n, 2); a single unit lies on the line y = 0."""
        with diverging():
            places = (A.T - self.center) @ self.axes.T
        return places if places.shape[1] == 2 else np.column_stack([places, np.zeros(len(places))])

    def share(self, A: np.ndarray) -> float:
        """The share of the variance of A (n_units, n) that the picture keeps; NaN if nothing varies."""
        with diverging():
            centered = A.T - A.T.mean(axis=0)
            total = np.square(centered).sum()
            return float(np.square(centered @ self.axes.T).sum() / total) if total > 0 else np.nan


def layer_view(A: np.ndarray) -> LayerView:
    """The view of a layer, made from its activations A (n_units, n) at the last frame, for all frames."""
    n_units, n = A.shape
    if n_units <= 2 or n < 2 or not np.isfinite(A).all():
        return LayerView(np.zeros(n_units), np.eye(n_units)[:2], principal=False)
    center = A.mean(axis=1)
    axes = np.linalg.svd((A.T - center), full_matrices=False)[2][:2]
    largest = axes[np.arange(2), np.abs(axes).argmax(axis=1)]
    return LayerView(center, axes * np.sign(largest)[:, None], principal=True)


def straight_line_score(A: np.ndarray, y: np.ndarray, *, regression: bool) -> float:
    """The score of a linear model on a layer's activations A (n_units, n) of at most 1,000 samples.

    Classification: the accuracy of scikit-learn's logistic regression on standardised activations. Regression: R² of
    least squares. NaN if it is not defined.
    """
    A, y = A[:, :MAX_LINE_SAMPLES], y[:MAX_LINE_SAMPLES]
    with diverging():
        spread = A.std(axis=1, keepdims=True)
    if not np.isfinite(spread).all() or len(np.unique(y)) < 2:
        return np.nan
    features = ((A - A.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)).T
    if regression:
        inputs = np.column_stack([features, np.ones(len(features))])
        residual = y - inputs @ np.linalg.lstsq(inputs, y, rcond=None)[0]
        return float(1 - np.square(residual).sum() / np.square(y - y.mean()).sum())
    from sklearn.linear_model import LogisticRegression

    return float(LogisticRegression(C=10.0, max_iter=2000).fit(features, y).score(features, y))
