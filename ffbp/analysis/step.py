"""One training step taken apart: how it changes the loss, and how steps of other lengths would change it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.core.network import Network, with_ones
from ffbp.core.stacks import losses_at
from ffbp.training.loop import Training, clip_factor
from ffbp.training.run import Run

STEP_SPAN, WIDE_SPAN, FARTHEST = 3.0, 16.0, 4096.0  # step lengths: drawn by default, drawn at most, searched at most
EARLY_FRAMES, BENDS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89), 8.0  # where to look for a bend; within so many steps


def preview_update(training: Training) -> np.ndarray:
    """(n_params,): the parameters that `Training.update` would write, given the network's current gradient."""
    network = training.network
    theta, grad, state = network.theta.copy(), network.grad.copy(), training.state.copy()
    with diverging():
        if training.clip is not None:
            grad *= clip_factor(grad, training.clip)
        training.bind(theta, grad, state)(training.learning_rate, training.step + 1)
    return theta


@dataclass(frozen=True)
class Step:
    """A step: the loss L(theta + s update), penalty included, at step lengths s.

    slope: dL/ds at s = 0, gradient times update. before, after: L at s = 0 and 1. best: the s of the first minimum, at
    most 4096; best_loss: its loss. angle: degrees between the update and the negative gradient.
    """

    lengths: np.ndarray
    losses: np.ndarray
    slope: float
    before: float
    after: float
    best: float
    best_loss: float
    angle: float

    @property
    def predicted(self) -> float:
        return -self.slope

    @property
    def actual(self) -> float:
        return self.before - self.after


def step_of(
    network: Network, inputs: np.ndarray, Y: np.ndarray, theta_after: np.ndarray, *, n_lengths: int = 49
) -> Step:
    """The step from the network's theta to theta_after, for the loss on inputs (n_in + 1, n) and targets Y."""
    theta = network.theta
    update = theta_after - theta

    def losses(s):
        return losses_at(network, inputs, Y, theta + s[:, None] * update)

    best, best_loss = _best_length(losses)
    span = 1.4 * best if STEP_SPAN / 1.4 < best < WIDE_SPAN / 1.4 else STEP_SPAN
    lengths = np.linspace(0.0, span, n_lengths)
    before, after = losses_at(network, inputs, Y, np.stack([theta, theta_after]))
    probe = network.with_theta(theta.copy())
    trace = probe.new_trace(inputs.shape[1])
    trace.set_inputs(inputs)
    with diverging():
        probe.propagate(trace)
        grad = probe.backpropagate(Y, trace)
        sizes = np.linalg.norm(grad) * np.linalg.norm(update)
        cosine = -(grad @ update) / sizes if sizes > 0 else np.nan
    angle = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return Step(lengths, losses(lengths), float(grad @ update), float(before), float(after), best, best_loss, angle)


def _best_length(losses):
    """The first minimum along s and its loss: s doubles until the loss rises; three refinements follow."""
    coarse = np.concatenate([[0.0], 2.0 ** np.arange(-4, np.log2(FARTHEST) + 1)])
    values = np.nan_to_num(losses(coarse), nan=np.inf)
    rises = np.flatnonzero(np.diff(values) > 0)
    at = int(rises[0]) if len(rises) else len(coarse) - 1
    s, best = coarse, at
    for _ in range(3):
        s = np.linspace(s[max(best - 1, 0)], s[min(best + 1, len(s) - 1)], 13)
        values = np.nan_to_num(losses(s), nan=np.inf)
        best = int(np.argmin(values))
    return float(s[best]), float(values[best])


def bending_frame(run: Run) -> int | None:
    """The earliest frame at which the loss on the next batch has its minimum within a few steps; None if there is none."""
    frames = [frame for frame in EARLY_FRAMES if frame < run.n_frames - 1]
    for frame in frames:
        training = run.resume(frame)
        with diverging():
            training.gradient()
            after = preview_update(training)
        if not np.isfinite(after).all():
            continue
        inputs, Y, _ = training.batches[training.batch]
        if step_of(training.network, inputs, Y, after, n_lengths=2).best <= BENDS:
            return frame
    return None


def error_by_step(net: Network, X: np.ndarray, y: np.ndarray, indices: Sequence[int], steps: np.ndarray) -> np.ndarray:
    """(n_indices, n_steps): relative error of central differences against backward, by parameter and step size."""
    probe = net.with_theta(net.theta.copy())
    grad = probe.backward(y, probe.forward(X)).copy()
    errors, inputs, Y = np.empty((len(indices), len(steps))), with_ones(X), net.targets(y)
    for row, index in enumerate(indices):
        theta = np.tile(net.theta, (2, len(steps), 1))
        theta[0, :, index] += steps
        theta[1, :, index] -= steps
        up, down = losses_at(net, inputs, Y, theta.reshape(-1, net.n_params)).reshape(2, -1)
        with diverging():
            numeric = (up - down) / (theta[0, :, index] - theta[1, :, index])
            errors[row] = np.abs(numeric - grad[index]) / np.maximum(np.abs(grad[index]), 1e-300)
    return errors
