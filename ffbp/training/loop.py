"""Training: forward, loss, backward, update, and again; recorded so that you can visit every epoch afterwards.

`Training` is the loop's state and its two phases; `fit` runs it to the end and yields progress; `train` returns the
`Run`. The loop copies only parameters. The metrics are computed afterwards, for many frames at once, by the same
forward and backward.
"""

from functools import cache, lru_cache, partial

import numpy as np
from threadpoolctl import ThreadpoolController

from ffbp.core.network import with_ones
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.core.schedules import SCHEDULES
from ffbp.data.dataset import Dataset
from ffbp.experiment.build import build_network
from ffbp.experiment.config import Config
from ffbp.experiment.resolve import resolve


class Training:
    """The loop's state: a network, an optimizer's memory, and the place in the data.

    One step is `gradient` (forward, loss, backward), then `update` (clip, optimizer). `epoch` counts finished epochs,
    `step` finished updates; `batch` is the index of the next batch in the current epoch. The constructor limits this
    process's BLAS to one thread: several threads split a large product, which changes the last digits of its sums.
    """

    def __init__(self, config: Config, dataset: Dataset):
        _threads().limit(limits=1, user_api="blas")
        self.config, self.dataset = config, dataset
        resolved = resolve(config, dataset)
        self.network = build_network(config, dataset)
        optimizer = OPTIMIZERS[config.optimizer]
        self.bind = partial(optimizer.bind, **{name: getattr(config, name) for name in optimizer.hyper})
        self.clip = config.clip
        self.rates = learning_rates(config)
        self.state = np.zeros((optimizer.n_state, self.network.n_params))
        self.shuffler = np.random.RandomState(config.seed)
        self.inputs = with_ones(dataset.X_train)
        self.targets = self.network.targets(dataset.y_train)
        self.batch_size = resolved.batch_size
        self.shuffles = config.shuffle and self.batch_size < len(dataset.X_train)
        self._start()

    def _start(self):
        """Stand before the first step; the arrays that it needs are made and bound here."""
        self.epoch = self.step = self.batch = 0
        self.apply = self.bind(self.network.theta, self.network.grad, self.state)
        self.epoch_inputs = self.inputs.copy() if self.shuffles else self.inputs
        self.epoch_targets = self.targets.copy() if self.shuffles else self.targets
        arrays, n, size = {}, self.inputs.shape[-1], self.batch_size
        self.batches = []
        for start in range(0, n, size):
            stop = min(start + size, n)
            if stop - start not in arrays:
                arrays[stop - start] = self.network.new_trace(stop - start)
            inputs, targets = self.epoch_inputs[..., start:stop], self.epoch_targets[..., start:stop]
            self.batches.append((inputs, targets, arrays[stop - start].sharing(inputs)))
        self.learning_rate = self.rates[0]
        self._start_epoch(self._draw())

    def gradient(self) -> float:
        """Forward, loss and backward of the next batch: fill ``network.grad`` and return the loss without penalty."""
        _, Y, trace = self.batches[self.batch]
        network = self.network
        network.propagate(trace)
        loss = network.data_loss(Y, trace)
        network.backpropagate(Y, trace)
        return loss

    def update(self) -> None:
        """Clip the gradient, change the parameters in place by the optimizer, and go on to the next batch."""
        network, step = self.network, self.step + 1
        if self.clip is not None:
            network.grad *= clip_factor(network.grad, self.clip)
        self.apply(self.learning_rate, step)
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

    def stand_at(self, epoch: int, step: int, theta: np.ndarray, state: np.ndarray) -> None:
        """Stand at the beginning of an epoch, the present one or a later one, after so many steps, with these numbers."""
        self.network.theta[...], self.state[...] = theta, state
        self.step, self.batch = step, 0
        self.skip_epochs(epoch)

    def skip_epochs(self, epoch: int) -> None:
        """Go to the beginning of an epoch: redraw the shuffles of the epochs from the present one on."""
        order = None
        for _ in range(self.epoch, epoch):
            order = self._draw()
        self.epoch = epoch
        if epoch < len(self.rates):
            self.learning_rate = self.rates[epoch]
            self._start_epoch(order)

    def _draw(self):
        return self.shuffler.permutation(self.inputs.shape[-1]) if self.shuffles else None

    def _start_epoch(self, order):
        if order is not None:
            np.take(self.inputs, order, axis=1, out=self.epoch_inputs, mode="clip")
            np.take(self.targets, order, axis=1, out=self.epoch_targets, mode="clip")


@cache
def _threads() -> ThreadpoolController:
    """The thread pools of the loaded libraries; cached, because finding them takes a millisecond."""
    return ThreadpoolController()


def clip_factor(grad: np.ndarray, clip: float):
    """min(1, clip / ‖grad‖₂) over the whole flat gradient (..., n_params): (..., 1)."""
    # The largest entry is factored out so that the squares cannot overflow.
    size = np.maximum(np.abs(grad).max(axis=-1, keepdims=True), np.finfo(float).tiny)
    norm = size * np.sqrt(np.square(grad / size).sum(axis=-1, keepdims=True))
    return np.minimum(1.0, clip / norm)


def learning_rates(config: Config) -> list[float]:
    """The learning rate of every epoch, from the configuration's schedule."""
    factors = _factors(config.schedule, config.epochs, config.decay, config.decay_epochs, config.warmup)
    return [config.learning_rate * factor for factor in factors]


@lru_cache
def _factors(schedule, n_epochs, decay, decay_epochs, warmup):
    factor = SCHEDULES[schedule].factor
    return [factor(epoch, n_epochs, decay=decay, decay_epochs=decay_epochs, warmup=warmup) for epoch in range(n_epochs)]
