"""A stack: many trainings of one shape and schedule that go through the same steps together.

A call of NumPy costs the same for one small network and for thirty, so a step of a stack costs little more than a step of
one. Every array has one more axis, the members'; the loop, the optimizers and the recorder are those of a single run, and
each member gets the numbers of its own run, bit for bit.
"""

import math
from collections.abc import Generator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from ffbp.core.network import Network, count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.experiment.config import Config
from ffbp.experiment.resolve import Resolved
from ffbp.training.loop import Training
from ffbp.training.recording import Recording

STACK_BYTES = 2_500_000  # of the arrays of one step
MOST_MEMBERS = 64  # by then the calls cost next to nothing


class Alike(NamedTuple):
    """What members of a stack have in common; data, seed, start, rates and all other constants may differ."""

    task: str
    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    n_train: int
    batch_size: int
    shuffle: bool
    epochs: int
    optimizer: str
    l1: bool
    l2: bool
    clip: bool


def alike(config: Config, resolved: Resolved) -> Alike | None:
    """What has to be equal for two runs to train in one stack; None if a run has to train alone.

    Early stopping ends each run at an epoch of its own, and a stack carries no fault.
    """
    if config.patience is not None or config.fault is not None:
        return None
    own = {name: getattr(resolved, name) for name in ("task", "sizes", "activations", "loss", "n_train", "batch_size")}
    used = {name: getattr(config, name) for name in ("epochs", "optimizer")}
    on = {"l1": config.l1 > 0, "l2": config.l2 > 0, "clip": config.clip is not None}
    return Alike(**own, **used, **on, shuffle=config.shuffle and resolved.batch_size < resolved.n_train)


def most_members(resolved: Resolved, n_state: int) -> int:
    """How many members of this shape train fastest together: as many as the processor's cache holds."""
    numbers = 4 * sum(resolved.sizes[1:]) * resolved.batch_size + (3 + 3 * n_state) * count_params(resolved.sizes)
    return int(np.clip(STACK_BYTES // (8 * numbers), 1, MOST_MEMBERS))


class Stack(Training):
    """Single trainings that have not begun, as one: theta, grad (K, n_params), state (n_state, K, n_params).

    Inputs (K, n_in + 1, n) and targets (K, n_outputs, n) are shared, without the first axis, if all members have one
    dataset object and take it in one order. A constant that differs between members is a column (K, 1).
    """

    def __init__(self, members: Sequence[Training]):
        self.members, first = members, members[0]
        self.config, self.dataset, self.batch_size, self.shuffles = (
            first.config,
            first.dataset,
            first.batch_size,
            first.shuffles,
        )
        network = first.network
        self.network = Network(
            network.sizes,
            network.activations,
            loss=network.loss_function,
            task=network.task,
            l1=together([m.network.l1 for m in members]),
            l2=together([m.network.l2 for m in members]),
            theta=np.stack([m.network.theta for m in members]),
            one_by_one=network.one_by_one,
            each=True,
        )
        names = OPTIMIZERS[self.config.optimizer].hyper
        hyper = {name: together([getattr(m.config, name) for m in members]) for name in names}
        self.bind = partial(OPTIMIZERS[self.config.optimizer].bind, **hyper)
        self.clip = None if first.clip is None else together([m.clip for m in members])
        self.rates = [together(rates) for rates in zip(*(m.rates for m in members), strict=True)]
        self.state = np.stack([m.state for m in members], axis=1)
        self.one_order = all(m.dataset is first.dataset for m in members) and (
            not self.shuffles or all(m.config.seed == first.config.seed for m in members)
        )
        if self.one_order:
            self.inputs, self.targets = first.inputs, first.targets
        else:
            self.inputs, self.targets = (
                np.stack([getattr(m, name) for m in members]) for name in ("inputs", "targets")
            )
        self.shufflers = [np.random.RandomState(m.config.seed) for m in members]
        self._start()

    def clear(self, k: int) -> None:
        """Set a member that has diverged to zeros, so that the stack's numbers are finite again."""
        self.network.theta[k] = self.network.grad[k] = self.state[:, k] = 0.0

    def _draw(self):
        if not self.shuffles:
            return None
        n = self.inputs.shape[-1]
        if self.one_order:
            return self.shufflers[0].permutation(n)
        return [shuffler.permutation(n) for shuffler in self.shufflers]

    def _start_epoch(self, order):
        if self.one_order or order is None:
            super()._start_epoch(order)
        else:
            for k, own in enumerate(order):
                np.take(self.inputs[k], own, axis=1, out=self.epoch_inputs[k], mode="clip")
                np.take(self.targets[k], own, axis=1, out=self.epoch_targets[k], mode="clip")


def together(values: Sequence[float]) -> float | np.ndarray:
    """The members' values of one constant: the number itself if all are equal, else a column (K, 1)."""
    return values[0] if len(set(values)) == 1 else np.array(values, dtype=float)[:, None]


class StackRecording(Recording):
    """The recorder of a stack. Its arrays have the members' axis where the stack's own arrays have it."""

    def __init__(self, training: Stack):
        super().__init__(training)
        self.left = {}

    @staticmethod
    def finite(losses: np.ndarray) -> bool:
        return math.isfinite(losses.sum())

    def _diverge(self, found, n_updates):
        """A member that diverges leaves with what is recorded by then; the others go on."""
        n_updates = np.broadcast_to(n_updates, found.shape)
        for k in np.flatnonzero(found).tolist():
            if k not in self.left:
                self.left[k] = self._member(k)
                self.left[k]._diverge(True, n_updates[k])
            self.training.clear(k)
        return len(self.left) == len(found)

    def members(self) -> Generator[Recording, None, None]:
        """The members' own recordings, in order, when the stack has ended."""
        if len(self.left) < len(self.training.members):
            self.observe_last()
        for k in range(len(self.training.members)):
            yield self.left.pop(k) if k in self.left else self._member(k)

    def _member(self, k):
        own = Recording(self.training.members[k])
        own.training.step = self.training.step
        own.recorded, own.observed = self.recorded, self.observed
        own.theta[...], own.change[...], own.step_loss[...] = self.theta[:, k], self.change[:, k], self.step_loss[:, k]
        own.state[...] = self.state[:, :, k]
        own.measures.take(self.measures, k)
        return own
