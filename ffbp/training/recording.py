"""The recorder: trains step by step and keeps what a run shows, a slice of time at a time."""

import math
from collections.abc import Generator
from time import perf_counter

import numpy as np

from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.experiment.build import dataset_for, with_ones
from ffbp.experiment.config import Config
from ffbp.training.loop import Training, clip_factor
from ffbp.training.run import MAX_FRAMES, History, Progress, Run, frame_epochs, max_frames

YIELD_SECONDS = 0.025
CHUNK_BYTES = 1_500_000  # of activations at a time, so that metrics stay in the processor's cache


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
