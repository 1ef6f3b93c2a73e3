"""Backpropagation to the pixels: the same deltas as in training, taken one step further, to the image itself.

Training asks how the loss changes with a weight. The chain rule does not stop there: the first layer's delta times its
weights is the loss's gradient with respect to the inputs, and divided by the scale of the standardisation it is the
gradient with respect to the pixels as they came. Followed downhill in small steps, with the network held fixed, it turns
an image into one that the network takes for another digit (Szegedy et al. 2014; Goodfellow et al. 2015).
"""

import math
from dataclasses import dataclass

import numpy as np

from ffbp.datasets import CLASSIFICATION, Dataset, ink_of
from ffbp.network import Network


@dataclass(frozen=True)
class Raster:
    """How a row of pixels is an image: side × side, row by row, each from 0 (paper) to high (ink)."""

    side: int
    high: float

    def image(self, pixels: np.ndarray) -> np.ndarray:
        """Pixels (..., side²) as images (..., side, side)."""
        pixels = np.asarray(pixels)
        return pixels.reshape(*pixels.shape[:-1], self.side, self.side)


def raster_of(dataset: Dataset) -> Raster | None:
    """The raster of a dataset whose inputs are all pixels of ten digits' images, in their order; None of any other."""
    pixels = tuple(range(len(dataset.feature_names)))
    if dataset.task != CLASSIFICATION or dataset.columns != pixels:
        return None
    ink = ink_of(np.concatenate([dataset.raw_train, dataset.raw_test]), dataset.n_classes)
    return ink and Raster(math.isqrt(len(pixels)), ink)


def input_gradient(network: Network, dataset: Dataset, pixels: np.ndarray, target: int) -> np.ndarray:
    """dLoss/dx at one image: pixels (n_pixels,) in their own units, the loss's target a class; returns (n_pixels,).

    dLoss/dA[0] = W[1].T delta[1]; with A[0] = (x - mean) / std each entry is divided by its std.
    """
    trace = network.forward(dataset.encode_columns(np.asarray(pixels, dtype=float)[None]))
    network.backward(np.array([target]), trace)
    with np.errstate(over="ignore", invalid="ignore"):
        dA = network.layers[0].W.T @ trace.delta[1]
        return dA[:, 0] / dataset.std


@dataclass(frozen=True)
class Walk:
    """A walk downhill from an image: a row a step, the first is the image itself.

    images (n_steps + 1, n_pixels); probabilities (n_steps + 1, n_classes), the network's outputs there; losses
    (n_steps + 1,) against the target; clipped (n_steps + 1,): pixels that a step would have moved out of range.
    """

    images: np.ndarray
    probabilities: np.ndarray
    losses: np.ndarray
    clipped: np.ndarray
    target: int

    @property
    def answers(self) -> np.ndarray:
        return self.probabilities.argmax(axis=1)

    @property
    def arrives(self) -> int | None:
        """The first step at which the network answers with the target; None if it never does."""
        found = np.flatnonzero(self.answers == self.target)
        return int(found[0]) if len(found) else None


def walk(
    network: Network, dataset: Dataset, pixels: np.ndarray, target: int, *, step: float, n_steps: int, high: float
) -> Walk:
    """Steps x <- clip(x - step g / ‖g‖₂, 0, high), g = dLoss/dx against the target, the network held fixed.

    step: a step's length in the pixels' own units. A gradient of zero, or one that is not finite, ends the walk there.
    """
    images = [np.asarray(pixels, dtype=float)]
    clipped = [0]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(n_steps):
            g = input_gradient(network, dataset, images[-1], target)
            size = np.linalg.norm(g)
            if not (np.isfinite(size) and size > 0):
                break
            moved = images[-1] - step / size * g
            images.append(np.clip(moved, 0.0, high))
            clipped.append(int(np.count_nonzero(images[-1] != moved)))
        images = np.array(images)
        trace = network.forward(dataset.encode_columns(images))
        losses = [float(network.loss(X[None], np.array([target]))) for X in trace.A[0].T]
    return Walk(images, trace.A[-1].T.copy(), np.array(losses), np.array(clipped), target)
