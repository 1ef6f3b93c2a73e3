"""Backpropagation taken apart: the same passes as in training, looked at number by number.

Nothing here differentiates in a second way. A `Pass` holds the core's own trace of one sample, of a batch or of the whole
training part; what follows reads it: who contributes to a weight's gradient, which factors make up a delta, by how much
each layer shrinks it, what the next step will do to the loss.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter

import numpy as np

from ffbp.network import Network, Trace, count_params
from ffbp.training import Run, Training, clip_factor

CHUNK_BYTES = 8_000_000
STEP_SPAN, WIDE_SPAN, FARTHEST = 3.0, 16.0, 4096.0  # step lengths: drawn, drawn at most, searched


@dataclass(frozen=True)
class Pass:
    """A forward and backward pass over Y's n columns; ``network.grad`` and ``trace.delta`` are the core's.

    Y: targets (n_outputs, n). indices: (n,), the samples' places in the training part, or None for a single sample.
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
        """dLoss/dW[l][unit, source], penalty included; all count from 1, and source n_in + 1 is the bias."""
        return float(self.network.layers[l - 1].dblock[unit - 1, source - 1])

    def weight(self, l: int, unit: int, source: int) -> float:
        """W[l][unit, source]; source n_in + 1 is the bias."""
        return float(self.network.layers[l - 1].block[unit - 1, source - 1])

    def contributions(self, l: int, unit: int, source: int) -> np.ndarray:
        """(n,): delta[l] a[l-1] of each sample, 1/n inside; their sum is the gradient without the penalty's part."""
        return self.trace.delta[l][unit - 1] * self.trace.A_ones[l - 1][source - 1]

    def penalty_part(self, l: int, unit: int, source: int) -> float:
        """What the penalty adds to the gradient: l1 sign w + l2 w for a weight, 0 for a bias."""
        network = self.network
        if source > network.layers[l - 1].n_in:
            return 0.0
        w = self.weight(l, unit, source)
        return float(network.l1 * np.sign(w) + network.l2 * w)

    def arriving(self, l: int) -> np.ndarray:
        """dLoss/dA[l] (n_out, n): W[l+1].T delta[l+1], or the loss's own gradient at the output."""
        if l < len(self.network.layers):
            return self.network.layers[l].W.T @ self.trace.delta[l + 1]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return self.network.loss_function.gradient(self.trace.A[l], self.Y, np.empty(self.Y.shape))

    def slope(self, l: int) -> np.ndarray:
        """g'(Z[l]) (n_out, n)."""
        activation = self.network.layers[l - 1].activation
        return activation.derivative(self.trace.Z[l], self.trace.A[l], np.empty(self.trace.Z[l].shape))


def pass_over(network: Network, X: np.ndarray, y: np.ndarray, indices: np.ndarray | None = None) -> Pass:
    """Forward and backward over X (n, n_inputs), y (n,); fills the network's gradient."""
    trace = network.forward(X)
    network.backward(y, trace)
    return Pass(network, trace, network.targets(y), indices)


def next_training(run: Run, frame: int) -> Training:
    """The training at a frame, ready for its next step; after the planned end, for one epoch more at the last rate."""
    training = run.resume(frame)
    if training.epoch < len(training.rates):
        return training
    epoch, training = training.epoch, Training(run.config, run.dataset)
    training.network.theta[...] = run.history.theta[frame]
    training.state[...] = run.history.state[frame]
    training.step = int(run.history.step[frame])
    training.rates.append(training.rates[-1])
    training.skip_epochs(epoch)
    return training


def is_beyond(run: Run, frame: int) -> bool:
    """Whether the step after this frame is one that the run did not take."""
    return frame % run.n_frames == run.n_frames - 1 and run.diverged_at is None


def batch_pass(training: Training) -> Pass:
    """The pass of the next batch: forward, loss, backward; the parameters stay as they are."""
    with np.errstate(all="ignore"):
        training.gradient()
    inputs, Y, trace = training.batches[training.batch]
    places = {}
    for i, column in enumerate(np.vstack([training.inputs, training.targets]).T):
        places.setdefault(column.tobytes(), []).append(i)
    columns = np.ascontiguousarray(np.vstack([inputs, Y]).T)
    indices = np.array([places[column.tobytes()][0] for column in columns])
    return Pass(training.network, trace, Y, indices)


def preview_update(training: Training) -> np.ndarray:
    """(n_params,): the parameters that `Training.update` is about to write, from the gradient that is there now."""
    network = training.network
    theta, grad, state = network.theta.copy(), network.grad.copy(), training.state.copy()
    with np.errstate(all="ignore"):
        if training.clip is not None:
            grad *= clip_factor(grad, training.clip)
        training.apply(
            theta, grad, state, np.empty_like(theta),
            learning_rate=training.learning_rate, step=training.step + 1,
        )  # fmt: skip
    return theta


@dataclass(frozen=True)
class Step:
    """One step as seen by one loss: L(theta + s update), penalty included, at lengths s.

    slope: dL/ds at s = 0, gradient times update. before, after: L at s = 0 and 1. best: the s in
    the first valley, at most 4096, best_loss its loss. angle: degrees between the update and the negative gradient.
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
    """The step from the network's theta to theta_after, seen by the loss on inputs (n_in + 1, n), targets Y."""
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
    with np.errstate(all="ignore"):
        probe.propagate(trace)
        grad = probe.backpropagate(Y, trace)
        sizes = np.linalg.norm(grad) * np.linalg.norm(update)
        cosine = -(grad @ update) / sizes if sizes > 0 else np.nan
    angle = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return Step(lengths, losses(lengths), float(grad @ update), float(before), float(after), best, best_loss, angle)


def _best_length(losses):
    """The first valley along s: doubled until the loss rises, then looked at ever closer; s and its loss."""
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


def losses_at(network: Network, inputs: np.ndarray, Y: np.ndarray, stack: np.ndarray) -> np.ndarray:
    """The loss, penalty included, at each theta of a stack (n, n_params): (n,), a few networks at a time."""
    chunk = max(1, CHUNK_BYTES // (8 * 3 * inputs.shape[1] * sum(network.sizes[1:])))
    losses = np.empty(len(stack))
    for start in range(0, len(stack), chunk):
        part = network.with_theta(stack[start : start + chunk])
        trace = part.new_trace(inputs.shape[1])
        trace.set_inputs(inputs)
        with np.errstate(all="ignore"):
            losses[start : start + chunk] = part.data_loss(Y, part.propagate(trace)) + part.penalty()
    return losses


@dataclass(frozen=True)
class Shrinkage:
    """From layer l + 1 back to layer l: ‖Wᵀ delta‖ / ‖delta‖, then the product with g' against it; ratio is both."""

    l: int
    weights: float
    slope: float
    ratio: float


def shrinkage(p: Pass) -> list[Shrinkage]:
    """The multipliers of ‖delta‖, from the output back to layer 1; empty without a hidden layer."""
    found = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for l in range(len(p.network.layers) - 1, 0, -1):
            above, between, here = (np.linalg.norm(d) for d in (p.trace.delta[l + 1], p.arriving(l), p.trace.delta[l]))
            found.append(Shrinkage(l, float(between / above), float(here / between), float(here / above)))
    return found


# Predict, then reveal


def as_fraction(text: str) -> float | None:
    """A typed number with point or comma, or a fraction of two such numbers; None if it is neither."""
    parts = text.replace("−", "-").replace(",", ".").split("/")
    if not 1 <= len(parts) <= 2 or len(text) > 60:
        return None
    numbers = []
    for part in parts:
        part = part.strip()
        if not part.isascii() or "_" in part:
            return None
        try:
            numbers.append(float(part))
        except ValueError:
            return None
    with np.errstate(all="ignore"):
        value = numbers[0] if len(numbers) == 1 else numbers[0] / numbers[1] if numbers[1] else np.inf
    return float(value) if np.isfinite(value) else None


def slips(p: Pass, l: int, unit: int, source: int) -> dict[str, float]:
    """What the usual mistakes give for this gradient, by the mistake's key."""
    value, penalty = p.gradient(l, unit, source), p.penalty_part(l, unit, source)
    data = value - penalty
    found = {"sign": -value, "double": 2 * value, "half": value / 2}
    if p.n > 1:
        found["sum"] = p.n * data + penalty
    if penalty:
        found["penalty"] = data
    activation = p.network.layers[l - 1].activation
    a = p.trace.A_ones[l - 1][source - 1]
    if l < len(p.network.layers) or (not p.network.canonical and not activation.coupled):
        found["slope"] = float(p.arriving(l)[unit - 1] @ a) + penalty
    elif p.network.canonical and activation.key != "identity":
        found["extra_slope"] = float((p.trace.delta[l] * p.slope(l))[unit - 1] @ a) + penalty
    return found


def update_slips(old: float, new: float, learning_rate: float) -> dict[str, float]:
    """What the usual mistakes give for a weight after the step, by the mistake's key.

    Every optimizer's step is proportional to the learning rate, so without it the step is (new - old) / learning_rate.
    """
    step = new - old
    return {"old": old, "added": old - step, "rate": old + step / learning_rate}


def judge(
    typed: float, value: float, known: dict[str, float], *, origin: float | None = None
) -> tuple[bool, str | None]:
    """Whether a typed value is right to half a percent, and else the one mistake that gives it; None for two or none.

    origin: where the value's way began, if the way is what counts: half a percent is then that of the way from there, at
    least of the right one's, so that a weight that has hardly moved is not taken for the one before.
    """

    def close(a, b):
        size = abs(b) if origin is None else max(abs(b - origin), abs(value - origin))
        return bool(np.isfinite(b)) and abs(a - b) <= 0.005 * size + 1e-12

    if close(typed, value):
        return True, None
    found = [key for key, slip in known.items() if close(typed, slip)]
    return False, found[0] if len(found) == 1 else None


# Is it right, and is it worth it?


def error_by_step(net: Network, X: np.ndarray, y: np.ndarray, indices: Sequence[int], steps: np.ndarray) -> np.ndarray:
    """(n_indices, n_steps): relative error of central differences against backward, for some parameters, by step size."""
    probe = net.with_theta(net.theta.copy())
    grad = probe.backward(y, probe.forward(X)).copy()
    errors = np.empty((len(indices), len(steps)))
    Y = net.targets(y)
    for row, index in enumerate(indices):
        theta = np.tile(net.theta, (2, len(steps), 1))
        theta[0, :, index] += steps
        theta[1, :, index] -= steps
        stack = net.with_theta(theta)
        with np.errstate(all="ignore"):
            up, down = stack.data_loss(Y, stack.forward(X)) + stack.penalty()
            numeric = (up - down) / (theta[0, :, index] - theta[1, :, index])
            errors[row] = np.abs(numeric - grad[index]) / np.maximum(np.abs(grad[index]), 1e-300)
    return errors


@dataclass(frozen=True)
class Cost:
    """Multiply-adds a sample; measured seconds of a forward and a backward pass over the samples at hand."""

    n_params: int
    forward_adds: int
    backward_adds: int
    forward_seconds: float
    backward_seconds: float

    @property
    def one_sided(self) -> float:
        return (self.n_params + 1) * self.forward_seconds

    @property
    def central(self) -> float:
        return 2 * self.n_params * self.forward_seconds


def multiply_adds(sizes: Sequence[int]) -> tuple[int, int]:
    """Of one sample, forward and backward. Backward: each weight once for dW, and again for delta but in layer 1."""
    products = [n_in * n_out for n_in, n_out in pairwise(sizes)]
    return sum(products), 2 * sum(products) - products[0]


def cost_of(network: Network, X: np.ndarray, y: np.ndarray, *, repeats: int = 15) -> Cost:
    """Counted and measured, the fastest of some repeats; the network itself is left as it was."""
    probe = network.with_theta(network.theta.copy())
    trace, Y = probe.forward(X), probe.targets(y)
    forward, backward = [], []
    with np.errstate(all="ignore"):
        for _ in range(repeats):
            start = perf_counter()
            probe.propagate(trace)
            middle = perf_counter()
            probe.backpropagate(Y, trace)
            forward.append(middle - start)
            backward.append(perf_counter() - middle)
    return Cost(network.n_params, *multiply_adds(network.sizes), min(forward), min(backward))


def cost_by_width(network: Network, X: np.ndarray, y: np.ndarray, widths: Sequence[int]) -> list[Cost]:
    """The same measured for one hidden layer (tanh) of each width between this network's inputs and outputs."""
    costs = []
    for width in widths:
        sizes = (network.sizes[0], width, network.sizes[-1])
        theta = np.random.RandomState(0).randn(count_params(sizes)) / np.sqrt(width)
        other = Network(sizes, ("tanh", network.activations[-1]), loss=network.loss_function, theta=theta)
        costs.append(cost_of(other, X, y, repeats=7))
    return costs
