"""The recorder: trains step by step and records the run, in short slices of time."""

import math
from collections.abc import Generator, Sequence
from time import perf_counter

import numpy as np

from ffbp.core.network import with_ones
from ffbp.data.dataset import Dataset
from ffbp.experiment.build import dataset_for
from ffbp.experiment.config import Config
from ffbp.training.faulty import training_of
from ffbp.training.loop import Training
from ffbp.training.measure import Measures
from ffbp.training.run import History, Progress, Run, frame_epochs, max_frames

YIELD_SECONDS = 0.025


def fit(config: Config, dataset: Dataset | None = None) -> Generator[Progress, None, Run]:
    """Train: a generator of `Progress`, at least every 50 ms, that returns the `Run`; closing it stops the run."""
    dataset = dataset_for(config) if dataset is None else dataset
    return (yield from record(training_of(config, dataset)))


def train(config: Config, dataset: Dataset | None = None) -> Run:
    """Train to the end. Without ``dataset``, the configuration's dataset is made."""
    return drain(fit(config, dataset))


def drain(generator: Generator):
    """Run a generator to its end and return its value."""
    while True:
        try:
            next(generator)
        except StopIteration as end:
            return end.value


def record(training: Training) -> Generator[Progress, None, Run]:
    """Continue a training to its last epoch and record it; see `fit`.

    The first frame is the training's present state. ``step_loss`` begins with the next step.
    """
    return (yield from recorded(Recording(training)))


def recorded(recording: "Recording") -> Generator[Progress, None, Run]:
    """Go on with a recording to its end."""
    while recording.advance(perf_counter() + YIELD_SECONDS):
        yield recording.progress()
    for _ in recording.measure():
        yield recording.progress()
    return recording.run()


class Recording:
    """The loop with a recorder: it copies parameters at chosen epochs and measures them at the end, many at once.

    epochs: those to record, from the present one to the last; by default as many as fit into the memory of a run. best: the
    smallest test loss so far and its epoch, where early stopping goes on.
    """

    finite = staticmethod(math.isfinite)

    def __init__(
        self, training: Training, *, epochs: Sequence[int] | None = None, best: tuple[float, int] | None = None
    ):
        self.training, self.config, self.dataset = training, training.config, training.dataset
        theta, state = training.network.theta, training.state
        start, n_epochs = training.epoch, self.config.epochs
        if epochs is None:
            epochs = start + frame_epochs(n_epochs - start, max_frames(theta.shape[-1], len(state)))
        self.epochs = np.array(epochs)
        n_frames = len(self.epochs)
        self.theta = np.empty((n_frames, *theta.shape))
        self.change = np.full((n_frames, *theta.shape), np.nan)
        self.state = np.empty((n_frames, *state.shape))
        self.first_epoch, self.first_step = start, training.step
        self.step_loss = np.empty(((n_epochs - start) * len(training.batches), *theta.shape[:-1]))
        self.full_batch = len(training.batches) == 1
        self.measures = Measures(training.network, self.dataset, n_frames, training.targets)
        self.recorded = self.observed = 0
        self.diverged_at = self.stopped_at = None
        if self.config.patience is not None:
            self._prepare_to_stop_early(training.network, best or (math.inf, start))
        self._record()

    def _prepare_to_stop_early(self, network, best):
        dataset = self.dataset
        if not len(dataset.X_test):
            raise ValueError(f"patience must be left out when there is no test set, got {self.config.patience!r}")
        self.best_loss, self.best_epoch = best
        if self.config.patience <= self.first_epoch - self.best_epoch and self.first_epoch < self.config.epochs:
            self.stopped_at = self.first_epoch  # it begins where the other run has stopped
        self.test_trace = network.new_trace(len(dataset.X_test))
        self.test_trace.set_inputs(with_ones(dataset.X_test))
        self.test_targets = network.targets(dataset.y_test)

    def progress(self):
        training = self.training
        done = training.step - self.first_step
        return Progress(training.epoch, self.config.epochs, float(self.step_loss[done - 1]) if done else math.nan)

    def _record(self):
        i, training = self.recorded, self.training
        self.theta[i] = training.network.theta
        self.state[i] = training.state
        self.epochs[i] = training.epoch
        self.recorded += 1

    def _observe(self, loss):
        """With one batch, the pass before a step covers the whole training set, so it measures the latest frame."""
        training = self.training
        self.measures.observe(training.network, training.batches[0][2], self.recorded - 1, loss)
        self.observed = self.recorded

    def advance(self, deadline) -> bool:
        """Train until the deadline; return False when training has ended."""
        if self.stopped_at is not None:
            return False
        training, step_loss = self.training, self.step_loss
        theta, every_number = training.network.theta, training.network.theta.reshape(-1)
        gradient, update, patience = training.gradient, training.update, self.config.patience
        last, finite, isfinite = len(training.batches) - 1, self.finite, math.isfinite
        epoch, n_epochs, step = training.epoch, self.config.epochs, training.step - self.first_step
        epochs = [*self.epochs.tolist(), -1]
        to_observe, next_epoch = epochs[self.recorded - 1] if self.full_batch else -1, epochs[self.recorded]
        with np.errstate(all="ignore"):
            while epoch < n_epochs:
                loss = gradient()
                if not finite(loss) and self._diverge(~np.isfinite(loss), training.step):
                    return False
                step_loss[step] = loss
                step += 1
                if epoch == to_observe:
                    self._observe(loss)
                if training.batch == last:
                    epoch += 1
                    is_frame = epoch == next_epoch
                    if is_frame or patience is not None:
                        self.change[self.recorded] = theta
                    update()
                    if not isfinite(every_number.dot(every_number)) and self._diverges_by_update():
                        return False
                    if is_frame:
                        np.subtract(theta, self.change[self.recorded], out=self.change[self.recorded])
                        self._record()
                        to_observe, next_epoch = epoch if self.full_batch else -1, epochs[self.recorded]
                    if patience is not None and self._out_of_patience(patience):
                        return False
                else:
                    update()
                if perf_counter() > deadline:
                    return epoch < n_epochs
        return False

    def _diverges_by_update(self):
        network = self.training.network
        found, by_gradient = (~np.isfinite(numbers).all(axis=-1) for numbers in (network.theta, network.grad))
        return found.any() and self._diverge(found, self.training.step - by_gradient)

    def _diverge(self, found, n_updates):
        """End what is not finite after so many updates; return whether nothing is left to train."""
        n_epochs = math.ceil((n_updates - self.first_step) / len(self.training.batches))
        self.diverged_at = self.first_epoch + n_epochs
        return True

    def _out_of_patience(self, patience):
        training = self.training
        training.network.propagate(self.test_trace)
        loss = training.network.data_loss(self.test_targets, self.test_trace)
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, training.epoch
        if training.epoch - self.best_epoch < patience or training.epoch == self.config.epochs:
            return False
        self.stopped_at = training.epoch
        if self.epochs[self.recorded - 1] != training.epoch:  # the end is always a frame
            change = self.change[self.recorded]
            np.subtract(training.network.theta, change, out=change)
            self._record()
        return True

    def observe_last(self):
        """With one batch, measure the last frame too: no later step has done it."""
        if self.full_batch and self.diverged_at is None and self.observed < self.recorded:
            with np.errstate(all="ignore"):
                self._observe(self.training.gradient())

    def measure(self):
        """Measure every frame, in chunks; yield in between."""
        measures = self.measures
        if self.diverged_at is not None:
            self.recorded = max(1, int(np.searchsorted(self.epochs[: self.recorded], self.diverged_at)))
        self.observe_last()
        yield from measures.on_training_set(self.theta[: self.recorded], first=self.observed if self.full_batch else 0)
        n_finite = measures.n_finite()
        if n_finite < self.recorded:  # a loss or gradient that no step has computed
            self.diverged_at, self.stopped_at = int(self.epochs[n_finite]), None
            self.recorded = max(1, n_finite)
        n = self.recorded
        measures.keep(n)
        yield from measures.on_test_set(self.theta[:n])
        measures.norms(self.theta[:n], self.change[:n], self.config.clip)

    def run(self):
        n, epoch = self.recorded, self.epochs[: self.recorded].copy()
        history = History(
            epoch=epoch,
            step=self.first_step + (epoch - self.first_epoch) * len(self.training.batches),
            theta=self.theta[:n].copy() if n < len(self.theta) else self.theta,
            state=self.state[:n].copy() if n < len(self.state) else self.state,
            step_loss=self.step_loss[: self.training.step - self.first_step].copy(),
            **self.measures.columns,
        )
        return Run(self.config, self.dataset, history, self.diverged_at, self.stopped_at, self.measures.decided)
