"""Backpropagation taken apart: the same passes as in training, number by number.

A `Pass` contains the core's own trace of one sample, of a batch or of the training set; nothing is differentiated in a second
way. It gives each sample's share of a weight's gradient, the factors of a delta, and how much each layer shrinks it.
"""

from dataclasses import dataclass

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.core.network import Network, Trace
from ffbp.training.faulty import training_of
from ffbp.training.loop import Training
from ffbp.training.run import Run


@dataclass(frozen=True)
class Pass:
    """A forward and backward pass over n samples. ``network.grad`` and ``trace.delta`` are computed by the core.

    Y: targets (n_outputs, n). indices (n,): the samples' indices in the training set, or None for a single sample.
    """

    network: Network
    trace: Trace
    Y: np.ndarray
    indices: np.ndarray | None = None

    @property
    def n(self) -> int:
        return self.trace.n

    @property
    def data_loss(self) -> float:
        return float(self.network.data_loss(self.Y, self.trace))

    @property
    def penalty(self) -> float:
        return float(self.network.penalty())

    def gradient(self, l: int, unit: int, source: int) -> float:
        """dLoss/dW[l][unit, source], penalty included; all indices count from 1, and source n_in + 1 is the bias."""
        return float(self.network.layers[l - 1].dblock[unit - 1, source - 1])

    def weight(self, l: int, unit: int, source: int) -> float:
        """W[l][unit, source]; source n_in + 1 is the bias."""
        return float(self.network.layers[l - 1].block[unit - 1, source - 1])

    def contributions(self, l: int, unit: int, source: int) -> np.ndarray:
        """(n,): delta[l] a[l-1] of each sample, 1/n included; their sum is the gradient without the penalty's part."""
        return self.trace.delta[l][unit - 1] * self.trace.A_ones[l - 1][source - 1]

    def penalty_part(self, l: int, unit: int, source: int) -> float:
        """The penalty's part of the gradient: l1 sign w + l2 w for a weight, 0 for a bias."""
        network = self.network
        if source > network.layers[l - 1].n_in:
            return 0.0
        w = self.weight(l, unit, source)
        return float(network.l1 * np.sign(w) + network.l2 * w)

    def arriving(self, l: int) -> np.ndarray:
        """dLoss/dA[l] (n_out, n): W[l+1].T delta[l+1], or the loss's own gradient at the output."""
        if l < len(self.network.layers):
            return self.network.layers[l].W.T @ self.trace.delta[l + 1]
        with diverging():
            return self.network.loss_function.gradient(self.trace.A[l], self.Y, np.empty(self.Y.shape))

    def slope(self, l: int) -> np.ndarray:
        """g'(Z[l]) (n_out, n)."""
        activation = self.network.layers[l - 1].activation
        return activation.derivative(self.trace.Z[l], self.trace.A[l], np.empty(self.trace.Z[l].shape))


def pass_over(network: Network, X: np.ndarray, y: np.ndarray, indices: np.ndarray | None = None) -> Pass:
    """Forward and backward over X (n, n_inputs) and y (n,); fills the network's gradient."""
    trace = network.forward(X)
    network.backward(y, trace)
    return Pass(network, trace, network.targets(y), indices)


def next_training(run: Run, frame: int) -> Training:
    """The training at a frame, ready for its next step. After the planned end, the last learning rate applies."""
    training = run.resume(frame)
    if training.epoch < len(training.rates):
        return training
    epoch, training = training.epoch, training_of(run.config, run.dataset)
    training.network.theta[...] = run.history.theta[frame]
    training.state[...] = run.history.state[frame]
    training.step = int(run.history.step[frame])
    training.rates.append(training.rates[-1])
    training.skip_epochs(epoch)
    return training


def is_beyond(run: Run, frame: int) -> bool:
    """Whether the run did not take the step after this frame."""
    return frame % run.n_frames == run.n_frames - 1 and run.diverged_at is None


def batch_pass(training: Training) -> Pass:
    """The pass of the next batch: forward, loss, backward; the parameters do not change."""
    with diverging():
        training.gradient()
    inputs, Y, trace = training.batches[training.batch]
    places = {}
    for i, column in enumerate(np.vstack([training.inputs, training.targets]).T):
        places.setdefault(column.tobytes(), []).append(i)
    columns = np.ascontiguousarray(np.vstack([inputs, Y]).T)
    indices = np.array([places[column.tobytes()][0] for column in columns])
    return Pass(training.network, trace, Y, indices)


@dataclass(frozen=True)
class Shrinkage:
    """From layer l + 1 back to layer l. weights: ‖Wᵀ delta‖ / ‖delta‖; slope: the factor of g'; ratio: the product."""

    l: int
    weights: float
    slope: float
    ratio: float


def shrinkage(p: Pass) -> list[Shrinkage]:
    """The multipliers of ‖delta‖ from the output back to layer 1; empty without a hidden layer."""
    found = []
    with diverging():
        for l in range(len(p.network.layers) - 1, 0, -1):
            above, between, here = (np.linalg.norm(d) for d in (p.trace.delta[l + 1], p.arriving(l), p.trace.delta[l]))
            found.append(Shrinkage(l, float(between / above), float(here / between), float(here / above)))
    return found
