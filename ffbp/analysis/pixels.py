"""Backpropagation to the pixels: the deltas of training, taken one step further, to the image.

Training needs the gradient of the loss with respect to the weights. The first layer's weights times its delta give the
gradient with respect to the inputs; divided by the scale of the standardisation, it is the gradient with respect to the
original pixels. Small steps downhill with a fixed network turn an image into one that the network classifies as another
digit (Szegedy et al. 2014; Goodfellow et al. 2015).
"""

from dataclasses import dataclass

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.core.network import Network
from ffbp.data.dataset import Dataset

RARE = 0.05  # a walk keeps pixels fixed that have ink in a smaller share of the training images
STAY = 5  # steps in a row
SHORTEST = 64  # a step is halved down to 1/64 of its length


def input_gradient(network: Network, dataset: Dataset, pixels: np.ndarray, target: int) -> np.ndarray:
    """dLoss/dx at one image: pixels (n_pixels,) in their own units, target a class; returns (n_pixels,).

    dLoss/dA[0] = W[1].T delta[1]; with A[0] = (x - mean) / std each entry is divided by its std.
    """
    trace = network.forward(dataset.encode_columns(np.asarray(pixels, dtype=float)[None]))
    network.backward(np.array([target]), trace)
    with diverging():
        dA = network.layers[0].W.T @ trace.delta[1]
        return dA[:, 0] / dataset.std


def rare_pixels(dataset: Dataset, share: float = RARE) -> np.ndarray:
    """Which pixels (n_pixels,) have ink in less than this share of the training images, so that they are hardly trained."""
    return (dataset.raw_train[:, dataset.columns] > 0).mean(axis=0) < share


@dataclass(frozen=True)
class Walk:
    """A walk downhill from an image: a row per step, after a first row for the image itself.

    images (n_steps + 1, n_pixels); probabilities (n_steps + 1, n_classes), the network's outputs; losses (n_steps + 1,)
    against the target; lengths (n_steps + 1,) of the steps, 0 in the first row; clipped (n_steps + 1,): the number of
    pixels that a step would have moved out of range.
    """

    images: np.ndarray
    probabilities: np.ndarray
    losses: np.ndarray
    lengths: np.ndarray
    clipped: np.ndarray
    target: int

    @property
    def answers(self) -> np.ndarray:
        return self.probabilities.argmax(axis=1)

    @property
    def arrives(self) -> int | None:
        """The first step at which the network predicts the target, or None."""
        found = np.flatnonzero(self.answers == self.target)
        return int(found[0]) if len(found) else None

    @property
    def leaves(self) -> int | None:
        """The first step after `arrives` with another prediction, or None."""
        found = np.flatnonzero(self.answers != self.target)
        return None if self.arrives is None else next((int(k) for k in found if k > self.arrives), None)

    @property
    def returns(self) -> int | None:
        """The step after `leaves` from which the network predicts the target to the walk's end, or None."""
        others = np.flatnonzero(self.answers != self.target)
        ends = self.leaves is not None and self.answers[-1] == self.target
        return int(others[-1]) + 1 if ends else None


def walk(
    network: Network,
    dataset: Dataset,
    pixels: np.ndarray,
    target: int,
    *,
    step: float,
    n_steps: int,
    high: float,
    frozen: np.ndarray | None = None,
) -> Walk:
    """Steps x <- clip(x - step g / ‖g‖₂, 0, high) with g = dLoss/dx against the target and a fixed network.

    step: a step's length in the pixels' own units; it is halved until the step lowers the loss. frozen (n_pixels,): pixels
    that do not change. The walk ends after n_steps, after 2 · STAY predictions of the target in a row, or when no step
    lowers the loss (for example, because the gradient is zero or not finite).
    """

    def look(image):
        trace = network.forward(dataset.encode_columns(image[None]))
        return float(network.loss(trace.A[0].T, np.array([target]))), trace.A[-1][:, 0].copy()

    x = np.asarray(pixels, dtype=float)
    rows, stayed = [(x, *look(x), 0.0, 0)], 0
    with diverging():
        while len(rows) <= n_steps and stayed < 2 * STAY:
            x, loss, *_ = rows[-1]
            g = input_gradient(network, dataset, x, target)
            g = g if frozen is None else np.where(frozen, 0.0, g)
            size, length = np.linalg.norm(g), step
            while np.isfinite(size) and size > 0 and length >= step / SHORTEST:
                moved = x - length / size * g
                new = np.clip(moved, 0.0, high)
                new_loss, outputs = look(new)
                if new_loss < loss:
                    rows.append((new, new_loss, outputs, length, np.count_nonzero(new != moved)))
                    break
                length /= 2
            else:
                break
            stayed = stayed + 1 if outputs.argmax() == target else 0
    images, losses, outputs, lengths, clipped = map(np.array, zip(*rows, strict=True))
    return Walk(images, outputs, losses, lengths, clipped, target)
