"""Training: forward, loss, backward, update, and again; recorded so that every moment can be visited afterwards.

`Training` is the loop's state and its two phases; `fit` runs it to the end and yields progress; `train` just waits for
the `Run`. During the loop only parameters are copied; what a frame's metrics need is computed afterwards, for many
frames at once, by the same forward and backward.
"""

import math
from collections.abc import Generator
from dataclasses import dataclass, fields
from functools import cache, partial
from time import perf_counter
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from ffbp.config import Config
from ffbp.datasets import REGRESSION, Dataset, Source, class_names_of, prepare
from ffbp.initializers import INITIALIZERS
from ffbp.memory import aligned_full
from ffbp.network import Network
from ffbp.optimizers import OPTIMIZERS, SCHEDULES

MAX_FRAMES = 300
MAX_RUN_BYTES = 8_000_000
YIELD_SECONDS = 0.025
CHUNK_BYTES = 1_500_000  # of activations at a time, so that metrics stay in the processor's cache


class Progress(NamedTuple):
    """Where a run is: epochs done, epochs planned, the data loss of the latest step."""

    epoch: int
    n_epochs: int
    loss: float


@dataclass(frozen=True)
class History:
    """A run's record: a row a frame. Frame 0 is before training, the last the end.

    epoch, step: (n_frames,); theta (n_frames, n_params) and state (n_frames, n_state, n_params), the optimizer's.
    train_loss, test_loss: the data part of the mean loss; penalty: the rest; total is their sum. Test values are NaN
    where nothing is held out, accuracies in regression and r2 in classification.
    grad_norm, grad_norm_b: L2 norm of each layer's raw dW, db of the total loss on the whole training part;
    grad_rms: root mean square of dW's entries; clipped_norm: the norm of dW after clipping; update_norm: of the last
    applied step's change of W (frame 0: NaN); weight_norm: of W. inactive, saturated: numbers of units whose g' is 0
    on every training sample, or under 1 % of its maximum on at least 95 % of them. All (n_frames, n_layers).
    step_loss: (n_steps,), the batch's data loss before each update.
    """

    epoch: np.ndarray
    step: np.ndarray
    theta: np.ndarray
    state: np.ndarray
    train_loss: np.ndarray
    test_loss: np.ndarray
    penalty: np.ndarray
    train_accuracy: np.ndarray
    test_accuracy: np.ndarray
    train_r2: np.ndarray
    test_r2: np.ndarray
    grad_norm: np.ndarray
    grad_norm_b: np.ndarray
    grad_rms: np.ndarray
    clipped_norm: np.ndarray
    update_norm: np.ndarray
    weight_norm: np.ndarray
    inactive: np.ndarray
    saturated: np.ndarray
    step_loss: np.ndarray

    def __post_init__(self):
        for item in fields(self):
            getattr(self, item.name).flags.writeable = False

    def __len__(self):
        return len(self.epoch)

    @property
    def total(self) -> np.ndarray:
        """Training loss and penalty together: what is differentiated."""
        return self.train_loss + self.penalty

    @property
    def best_frame(self) -> int:
        """The frame with the smallest test loss, or training loss where nothing is held out."""
        losses = self.test_loss if np.isfinite(self.test_loss).any() else self.train_loss
        return int(np.nanargmin(losses)) if np.isfinite(losses).any() else 0


@dataclass(frozen=True)
class Run:
    """A finished training: its configuration, data and record, read-only.

    diverged_at: the first epoch with a non-finite loss, gradient or parameter, or None. stopped_at: the epoch at which
    early stopping ended it, or None.
    """

    config: Config
    dataset: Dataset
    history: History
    diverged_at: int | None
    stopped_at: int | None

    @property
    def n_frames(self) -> int:
        return len(self.history)

    def network(self, frame: int = -1) -> Network:
        """The network of a frame, a copy of its own, with the gradient of the whole training part filled in."""
        network = build_network(self.config, self.dataset)
        network.theta[...] = self.history.theta[self._index(frame)]
        network.backward(self.dataset.y_train, network.forward(self.dataset.X_train))
        return network

    def resume(self, frame: int = -1) -> "Training":
        """The training as it stood at a frame: its next step is the run's next step, bit for bit."""
        frame = self._index(frame)
        training = Training(self.config, self.dataset)
        training.network.theta[...] = self.history.theta[frame]
        training.state[...] = self.history.state[frame]
        training.step = int(self.history.step[frame])
        training.skip_epochs(int(self.history.epoch[frame]))
        return training

    def _index(self, frame):
        if not -self.n_frames <= frame < self.n_frames:
            raise IndexError(f"frame must be from {-self.n_frames} to {self.n_frames - 1}, got {frame!r}")
        return frame % self.n_frames


def dataset_for(config: Config, source: Source | None = None) -> Dataset:
    """The data that a configuration names, split and encoded.

    source: a file's, which a configuration cannot hold. Raises ValueError for a file without it.
    """
    source = config.source(source)
    resolved = config.resolve(source)
    X, y = source.make(config.n_samples, config.noise, config.classes or source.default_classes, config.seed)
    return prepare(
        X,
        y,
        task=source.task,
        feature_names=source.feature_names,
        target_name=source.target_name,
        class_names=class_names_of(source, config.classes),
        columns=resolved.columns,
        derived=config.derived,
        standardize=resolved.standardize,
        scale=resolved.scale,
        test_size=resolved.test_size,
        seed=config.seed,
        stratified=source.stratified,
        missing=config.missing,
        groups=source.groups,
    )


def build_network(config: Config, dataset: Dataset) -> Network:
    """The configuration's network, parameters still zero."""
    resolved = config.resolve(dataset)
    return Network(
        resolved.sizes, resolved.activations, loss=resolved.loss, task=resolved.task, l1=config.l1, l2=config.l2
    )


class Training:
    """The loop's state: a network, an optimizer's memory, and the place in the data.

    One update is `gradient` (forward, loss, backward) and then `update` (clip, optimizer). `epoch` counts finished
    epochs, `step` finished updates, `batch` the next batch of the current epoch. Making one sets this process's BLAS to
    one thread: several split a large product between them, which changes the last digits of its sums.
    """

    def __init__(self, config: Config, dataset: Dataset):
        _threads().limit(limits=1, user_api="blas")
        self.config, self.dataset = config, dataset
        resolved = config.resolve(dataset)
        self.network = build_network(config, dataset)
        if config.initial_theta is not None:
            self.network.theta[...] = config.initial_theta
        else:
            self.network.initialize(
                INITIALIZERS[config.initializer],
                random_state=np.random.RandomState(config.seed),
                scale=config.init_scale,
                bias=config.bias_init,
            )
        self.network.look_for_clones()
        optimizer = OPTIMIZERS[config.optimizer]
        self.apply = partial(optimizer.update, **{name: getattr(config, name) for name in optimizer.hyper})
        self.clip = config.clip
        self.rates = learning_rates(config)
        self.state = np.zeros((optimizer.n_state, self.network.n_params))
        self.work = np.empty(self.network.n_params)
        self.epoch = self.step = self.batch = 0
        self.shuffler = np.random.RandomState(config.seed)

        n, size = len(dataset.X_train), resolved.batch_size
        self.inputs = with_ones(dataset.X_train)
        self.targets = self.network.targets(dataset.y_train)
        self.shuffles = config.shuffle and size < n
        self.epoch_inputs = self.inputs.copy() if self.shuffles else self.inputs
        self.epoch_targets = self.targets.copy() if self.shuffles else self.targets
        traces = {}
        self.batches = []
        for start in range(0, n, size):
            stop = min(start + size, n)
            trace = traces.setdefault(stop - start, self.network.new_trace(stop - start))
            self.batches.append((self.epoch_inputs[:, start:stop], self.epoch_targets[:, start:stop], trace))
        self.learning_rate = self.rates[0]
        self._start_epoch(self._draw())

    def gradient(self) -> float:
        """Forward, loss and backward of the next batch: returns its data loss, fills ``network.grad``."""
        inputs, Y, trace = self.batches[self.batch]
        if trace.A_ones[0] is not inputs:
            trace.set_inputs(inputs)
        network = self.network
        network.propagate(trace)
        loss = network.data_loss(Y, trace)
        network.backpropagate(Y, trace)
        return loss

    def update(self) -> None:
        """Clip the gradient, let the optimizer change the parameters in place, and go on to the next batch."""
        network, step = self.network, self.step + 1
        if self.clip is not None:
            network.grad *= clip_factor(network.grad, self.clip)
        self.apply(network.theta, network.grad, self.state, self.work, learning_rate=self.learning_rate, step=step)
        self.step = step
        self.batch += 1
        if self.batch == len(self.batches):
            self.batch = 0
            self.epoch = epoch = self.epoch + 1
            if epoch < len(self.rates):
                self.learning_rate = self.rates[epoch]
                if self.shuffles:
                    self._start_epoch(self._draw())

    def run_epoch(self) -> None:
        """All updates of one epoch."""
        with np.errstate(all="ignore"):
            for _ in self.batches:
                self.gradient()
                self.update()

    def skip_epochs(self, epoch: int) -> None:
        """Stand at the beginning of an epoch: redraw the shuffles of those before it."""
        for self.epoch in range(1, epoch + 1):
            order = self._draw()
        if 0 < self.epoch < len(self.rates):
            self.learning_rate = self.rates[self.epoch]
            self._start_epoch(order)

    def _draw(self):
        return self.shuffler.permutation(self.inputs.shape[1]) if self.shuffles else None

    def _start_epoch(self, order):
        if order is not None:
            np.take(self.inputs, order, axis=1, out=self.epoch_inputs, mode="clip")
            np.take(self.targets, order, axis=1, out=self.epoch_targets, mode="clip")


@cache
def _threads() -> ThreadpoolController:
    """The threads of the loaded libraries; to look for them takes a millisecond, so once."""
    return ThreadpoolController()


def learning_rates(config: Config) -> list[float]:
    """The learning rate of every epoch, by the configuration's schedule."""
    factor = partial(
        SCHEDULES[config.schedule].factor, decay=config.decay, decay_epochs=config.decay_epochs, warmup=config.warmup
    )
    return [config.learning_rate * factor(epoch, config.epochs) for epoch in range(config.epochs)]


def clip_factor(grad: np.ndarray, clip: float):
    """min(1, clip / ‖grad‖₂) over the whole flat gradient (..., n_params): (..., 1)."""
    size = np.maximum(np.abs(grad).max(axis=-1, keepdims=True), np.finfo(float).tiny)  # taken out: squares may overflow
    norm = size * np.sqrt(np.square(grad / size).sum(axis=-1, keepdims=True))
    return np.minimum(1.0, clip / norm)


def with_ones(X: np.ndarray) -> np.ndarray:
    """X (n, n_inputs) as contiguous columns with a row of ones below: (n_inputs + 1, n)."""
    columns = aligned_full((X.shape[1] + 1, len(X)), 1.0)
    columns[:-1] = X.T
    return columns


def frame_epochs(n_epochs: int, n_frames: int) -> np.ndarray:
    """The epochs to record: all of them if they fit, else every epoch at first and thinner later; 0 and the last."""
    if n_epochs < n_frames:
        return np.arange(n_epochs + 1)
    i = np.arange(n_frames)
    growth = (n_epochs - (n_frames - 1)) / (n_frames - 1) ** 2
    return np.rint(i + growth * i * i).astype(int)


def max_frames(n_params: int, n_state: int) -> int:
    """How many frames the memory of a run allows; at least the first and the last."""
    return int(np.clip(MAX_RUN_BYTES // (8 * n_params * (1 + n_state)), 2, MAX_FRAMES))


def fit(config: Config, dataset: Dataset | None = None) -> Generator[Progress, None, Run]:
    """Train: a generator of `Progress`, at least every 50 ms, that returns the `Run`. Closing it stops at once."""
    dataset = dataset_for(config) if dataset is None else dataset
    recording = _Recording(config, dataset)
    while recording.advance(perf_counter() + YIELD_SECONDS):
        yield recording.progress()
    yield from recording.measure()
    return recording.run()


def train(config: Config, dataset: Dataset | None = None) -> Run:
    """Train to the end. The dataset comes from the configuration unless given."""
    progress = fit(config, dataset)
    while True:
        try:
            next(progress)
        except StopIteration as end:
            return end.value


class _Recording:
    """The loop with a recorder: parameters copied at chosen epochs, metrics in batched passes at the end."""

    def __init__(self, config, dataset):
        self.config, self.dataset = config, dataset
        self.training = training = Training(config, dataset)
        n_params, n_state = training.network.n_params, len(training.state)
        self.epochs = frame_epochs(config.epochs, max_frames(n_params, n_state))
        n_frames = len(self.epochs)
        self.theta = np.empty((n_frames, n_params))
        self.grad = np.empty((n_frames, n_params))
        self.change = np.full((n_frames, n_params), np.nan)
        self.state = np.empty((n_frames, n_state, n_params))
        self.full_batch = len(training.batches) == 1
        self.step_loss = np.empty(config.epochs * len(training.batches))
        self.recorded = self.observed = 0
        self.metric = "r2" if training.network.task == REGRESSION else "accuracy"
        self.mean_over_samples = np.full(training.inputs.shape[1], 1 / training.inputs.shape[1])
        self.columns = {
            name: np.full(n_frames, np.nan)
            for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "train_r2", "test_r2")
        }
        for name in ("inactive", "saturated"):
            self.columns[name] = np.zeros((n_frames, len(training.network.layers)), dtype=int)
        self.diverged_at = self.stopped_at = None
        self.best_loss, self.best_epoch = math.inf, 0
        if config.patience is not None:
            if not len(dataset.X_test):
                raise ValueError(f"patience must be left out when nothing is held out, got {config.patience!r}")
            self.test_trace = training.network.new_trace(len(dataset.X_test))
            self.test_trace.set_inputs(with_ones(dataset.X_test))
            self.test_targets = training.network.targets(dataset.y_test)
        self._record()

    def progress(self):
        training = self.training
        loss = float(self.step_loss[training.step - 1]) if training.step else math.nan
        return Progress(training.epoch, self.config.epochs, loss)

    def _record(self):
        i, training = self.recorded, self.training
        self.theta[i] = training.network.theta
        self.state[i] = training.state
        self.epochs[i] = training.epoch
        self.recorded += 1

    def advance(self, deadline) -> bool:
        """Train until the deadline; False when training has ended."""
        training, epochs, step_loss = self.training, self.epochs, self.step_loss
        network = training.network
        theta, grad = network.theta, network.grad
        gradient, update, patience = training.gradient, training.update, self.config.patience
        n_epochs, n_batches, full_batch = self.config.epochs, len(training.batches), self.full_batch
        last, isfinite = n_batches - 1, math.isfinite
        epochs = [*epochs.tolist(), -1]
        next_epoch = epochs[self.recorded]
        with np.errstate(all="ignore"):
            while training.epoch < n_epochs:
                loss = gradient()
                if not isfinite(loss):
                    return self._diverge(training.step)
                step_loss[training.step] = loss
                if full_batch and epochs[self.recorded - 1] == training.epoch:
                    self._observe(network, training.batches[0][2], self.recorded - 1, loss)
                ends_epoch = training.batch == last
                is_frame = ends_epoch and training.epoch + 1 == next_epoch
                if is_frame or (ends_epoch and patience is not None):
                    self.change[self.recorded] = theta
                update()
                if ends_epoch and not isfinite(theta.dot(theta)) and not np.isfinite(theta).all():
                    return self._diverge(training.step if np.isfinite(grad).all() else training.step - 1)
                if is_frame:
                    np.subtract(theta, self.change[self.recorded], out=self.change[self.recorded])
                    self._record()
                    next_epoch = epochs[self.recorded]
                if patience is not None and training.batch == 0 and self._out_of_patience(patience):
                    return False
                if perf_counter() > deadline:
                    return training.epoch < n_epochs
        return False

    def _diverge(self, n_updates):
        self.diverged_at = math.ceil(n_updates / len(self.training.batches))
        return False

    def _out_of_patience(self, patience):
        training = self.training
        training.network.propagate(self.test_trace)
        loss = training.network.data_loss(self.test_targets, self.test_trace)
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, training.epoch
        if training.epoch - self.best_epoch < patience or training.epoch == self.config.epochs:
            return False
        self.stopped_at = training.epoch
        if self.epochs[self.recorded - 1] != training.epoch:  # the end is a frame, whether planned or not
            change = self.change[self.recorded]
            np.subtract(training.network.theta, change, out=change)
            self._record()
        return True

    def measure(self):
        """Compute every frame's metrics, some frames at a time; yields progress in between."""
        if self.diverged_at is not None:
            self.recorded = max(1, int(np.searchsorted(self.epochs[: self.recorded], self.diverged_at)))
        n, training = self.recorded, self.training
        if self.full_batch and self.diverged_at is None:  # the end: no step came after it and observed it
            with np.errstate(all="ignore"):
                self._observe(training.network, training.batches[0][2], n - 1, training.gradient())
        first = self.observed if self.full_batch else 0
        for part, stack, trace in self._stacks(n, first=first, inputs=training.inputs):
            with np.errstate(all="ignore"):
                stack.propagate(trace)
                loss = stack.data_loss(training.targets, trace)
                stack.backpropagate(training.targets, trace)
                self._observe(stack, trace, part, loss)
            yield self.progress()
        with np.errstate(all="ignore"):
            self.columns["penalty"] = training.network.with_theta(self.theta[:n]).penalty()
        n = self._cut_at_overflow(n)
        columns = self.columns = {name: column[:n].copy() for name, column in self.columns.items()}
        columns["epoch"] = self.epochs[:n].copy()
        columns["step"] = columns["epoch"] * len(training.batches)
        yield from self._measure_test(n)
        with np.errstate(all="ignore"):
            self._measure_norms(n)

    def _cut_at_overflow(self, n):
        """Keep the frames before the first with a non-finite loss or gradient that no step has met; the new number."""
        total = self.columns["train_loss"][:n] + self.columns["penalty"]
        overflows = ~(np.isfinite(total) & np.isfinite(self.grad[:n]).all(axis=1))
        if overflows.any():
            first = int(np.argmax(overflows))
            self.diverged_at, self.stopped_at = int(self.epochs[first]), None
            self.recorded = n = max(1, first)
        return n

    def _stacks(self, n, *, first, inputs):
        """The frames from `first` on, some at a time: their slice, their networks as one stack, room for a pass."""
        network, n_samples, trace = self.training.network, inputs.shape[1], None
        most = int(np.clip(CHUNK_BYTES // (8 * 4 * sum(network.sizes[1:]) * n_samples), 1, MAX_FRAMES))
        size = math.ceil((n - first) / math.ceil((n - first) / most)) if n > first else 1
        for start in range(first, n, size):
            start = min(start, n - size)  # the last ones overlap those before, so that all fit the same room
            part = slice(start, start + size)
            stack = network.with_theta(self.theta[part])
            if trace is None:  # once: fresh memory costs as much as the pass
                trace = stack.new_trace(n_samples)
                trace.set_inputs(inputs)
            yield part, stack, trace

    def _observe(self, network, trace, frames, loss):
        """Note what a forward and backward pass over the whole training part says; one frame, or a slice of them."""
        columns = self.columns
        columns["train_loss"][frames] = loss
        columns["train_" + self.metric][frames] = network.score_outputs(trace.A[-1], self.training.targets)
        self.grad[frames] = network.grad
        for l, layer in enumerate(network.layers, start=1):
            slope = trace.work[l]  # backward left g' here, but for the output
            if l == len(network.layers):
                layer.activation.derivative(trace.Z[l], trace.A[l], slope)
            limit = layer.activation.max_slope
            mean = np.dot(slope, self.mean_over_samples)
            # A unit whose slope is small on 95 % of the samples has a mean below this.
            if min(mean.ravel().tolist()) > 0.06 * limit:
                continue
            slope = np.abs(slope)
            columns["saturated"][frames, l - 1] = ((slope < 0.01 * limit).mean(axis=-1) >= 0.95).sum(axis=-1)
            columns["inactive"][frames, l - 1] = (slope.max(axis=-1) == 0).sum(axis=-1)
        self.observed = self.recorded

    def _measure_test(self, n):
        dataset, network = self.dataset, self.training.network
        n_test = len(dataset.X_test)
        if not n_test:
            return
        inputs, targets = with_ones(dataset.X_test), network.targets(dataset.y_test)
        for part, stack, trace in self._stacks(n, first=0, inputs=inputs):
            with np.errstate(all="ignore"):
                stack.propagate(trace)
                self.columns["test_loss"][part] = stack.data_loss(targets, trace)
                self.columns["test_" + self.metric][part] = stack.score_outputs(trace.A[-1], targets)
            yield self.progress()

    def _measure_norms(self, n):
        network = self.training.network
        grad = self.grad[:n]
        clipped = grad if self.config.clip is None else grad * clip_factor(grad, self.config.clip)
        for name, flat in (
            ("grad_norm", grad),
            ("clipped_norm", clipped),
            ("update_norm", self.change[:n]),
            ("weight_norm", self.theta[:n]),
        ):
            blocks = network.blocks(flat)
            self.columns[name] = np.column_stack([_norm(block[..., :-1]) for block in blocks])
        blocks = network.blocks(grad)
        self.columns["grad_norm_b"] = np.column_stack([_norm(block[..., -1:]) for block in blocks])
        n_weights = np.array([layer.W.size for layer in network.layers])
        self.columns["grad_rms"] = self.columns["grad_norm"] / np.sqrt(n_weights)

    def run(self):
        n = self.recorded
        n_steps = self.training.step
        history = History(
            theta=self.theta[:n].copy() if n < len(self.theta) else self.theta,
            state=self.state[:n].copy() if n < len(self.state) else self.state,
            step_loss=self.step_loss[:n_steps].copy(),
            **self.columns,
        )
        return Run(self.config, self.dataset, history, self.diverged_at, self.stopped_at)


def _norm(block):
    """L2 norm over a layer's entries, one a frame; where a square would overflow or vanish, the largest is taken out."""
    total = np.square(block).sum(axis=(-2, -1))
    norm = np.sqrt(total)
    extreme = ~((total > 1e-280) & (total < 1e280))
    if extreme.any():
        block = block[extreme]
        size = np.abs(block).max(axis=(-2, -1))
        size = np.where((size > 0) & np.isfinite(size), size, 1.0)
        norm[extreme] = size * np.sqrt(np.square(block / size[:, None, None]).sum(axis=(-2, -1)))
    return norm
