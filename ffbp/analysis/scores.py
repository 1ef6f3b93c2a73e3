"""Scores: how good the predictions are, and how good the best constant prediction is."""

import numpy as np

from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.experiment.resolve import Resolved
from ffbp.training.run import Run


def confusion(predicted: np.ndarray, y: np.ndarray, n_classes: int) -> np.ndarray:
    """Counts of (true class, predicted class): predicted (n_frames, n), y (n,) -> (n_frames, n_classes, n_classes)."""
    cell = np.asarray(y, dtype=int) * n_classes + predicted
    offsets = np.arange(len(predicted))[:, None] * n_classes**2
    counts = np.bincount((cell + offsets).ravel(), minlength=len(predicted) * n_classes**2)
    return counts.reshape(len(predicted), n_classes, n_classes)


def precision_recall(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per class from confusion counts (..., n_classes, n_classes), true by predicted: each (..., n_classes).

    Precision: share of predictions k that are right. Recall: share of class k that is found. NaN for an empty class.
    """
    counts = np.asarray(counts, dtype=float)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    with np.errstate(invalid="ignore"):
        return hits / counts.sum(axis=-2), hits / counts.sum(axis=-1)


def chance_level(run: Run) -> float:
    """The loss of the best constant prediction on a run's training set."""
    return best_constant(run.dataset, run.resolved)


def best_constant(dataset: Dataset, resolved: Resolved) -> float:
    """The loss of the best constant prediction: the entropy of the training classes, or the variance of y.

    With squared error on classes, it is the variance of the 0/1 targets.
    """
    y = dataset.y_train
    if dataset.task == REGRESSION:
        return float(np.var(y))
    shares = np.bincount(y, minlength=dataset.n_classes) / len(y)
    if resolved.loss == "mse":
        return float(np.mean(shares * (1 - shares)) if resolved.sizes[-1] > 1 else shares[1] * (1 - shares[1]))
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())
