"""A run: every recorded epoch of a training, with its measurements."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from ffbp.core.network import Network, with_ones
from ffbp.core.stacks import stacks
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.experiment.build import build_network
from ffbp.experiment.config import Config
from ffbp.experiment.fields import MAX_FRAMES
from ffbp.experiment.resolve import Resolved, resolve
from ffbp.training.faulty import training_of
from ffbp.training.loop import Training, clip_factor

MAX_RUN_BYTES = 8_000_000
MAX_BRANCHES = 16  # a branch of a branch, and so on
NORMS = ("grad_norm", "grad_norm_b", "grad_rms", "clipped_norm", "update_norm", "weight_norm")
PER_LAYER = (*NORMS, "inactive", "saturated")


class Progress(NamedTuple):
    """A run's progress: epochs done, epochs planned, and the loss of the latest step without penalty."""

    epoch: int
    n_epochs: int
    loss: float


@dataclass(frozen=True, eq=False)
class History:
    """The measurements of a run, one row per frame. Frame 0 is the state before training, the last frame the end.

    epoch, step: (n_frames,), from 0 on unless the run is a branch; theta (n_frames, n_params) and the optimizer's state
    (n_frames, n_state, n_params).
    train_loss, test_loss: the mean loss without penalty; ``total``: training loss plus penalty. Test values are NaN
    without a test set; accuracies are NaN in regression, and r2 in classification.
    grad_norm, grad_norm_b: L2 norm of each layer's unclipped dW, db of the total loss on the whole training set;
    grad_rms: root mean square of dW's entries; clipped_norm: the norm of dW after clipping; update_norm: the norm of
    the last step's change of W (frame 0: NaN); weight_norm: the norm of W. inactive, saturated: numbers of units whose
    g' is 0 on every training sample, or below 1 % of its maximum on at least 95 % of them. All (n_frames, n_layers).
    step_loss: (n_steps,), the batch's loss without penalty before each update.
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

    def __setstate__(self, state):
        vars(self).update(state)
        self.__post_init__()  # from another process, arrays come writable

    @classmethod
    def shapes(cls, n_frames: int, n_layers: int, n_params: int, n_state: int) -> dict[str, tuple[int, ...]]:
        """The shape of each array but step_loss, whose length is the number of steps that were taken."""
        special = {"theta": (n_frames, n_params), "state": (n_frames, n_state, n_params)}
        special |= dict.fromkeys(PER_LAYER, (n_frames, n_layers))
        return {f.name: special.get(f.name, (n_frames,)) for f in fields(cls) if f.name != "step_loss"}

    def __len__(self):
        return len(self.epoch)

    @property
    def total(self) -> np.ndarray:
        """Training loss plus penalty; the gradient is the gradient of this sum."""
        return self.train_loss + self.penalty

    @property
    def best_frame(self) -> int:
        """The frame with the smallest test loss, or training loss if there is no test set."""
        losses = self.test_loss if np.isfinite(self.test_loss).any() else self.train_loss
        return int(np.nanargmin(losses)) if np.isfinite(losses).any() else 0


@dataclass(frozen=True)
class Branch:
    """Where a run begins that is a branch: at a frame of another run.

    config: the other run's; frame, epoch: of the frame, there. keeps_state: whether the optimizer goes on with its state and
    its number of steps; another optimizer begins with none. best: the smallest test loss so far and its epoch, where early
    stopping goes on. of: the other run's branch, if it is one itself.
    """

    config: Config
    frame: int
    epoch: int
    keeps_state: bool
    best: tuple[float, int] | None = None
    of: "Branch | None" = None

    @property
    def depth(self) -> int:
        """How many branches there are in a row, up to this one."""
        return 1 if self.of is None else 1 + self.of.depth


@dataclass(frozen=True, eq=False)
class Run:
    """A finished training: its configuration, data and history, read-only.

    diverged_at: the first epoch with a non-finite loss, gradient or parameter, or None. stopped_at: the epoch at which
    early stopping ended it, or None. noted: decisions that the recorder has noted; `decided` gives them. branch: where it
    begins, if not at its own initial weights.
    """

    config: Config
    dataset: Dataset
    history: History
    diverged_at: int | None
    stopped_at: int | None
    noted: dict[str, np.ndarray] | None = field(default=None, repr=False)
    branch: Branch | None = None
    as_html: ClassVar[Callable[["Run"], str] | None] = None  # how a notebook's cell shows a run; ffbp sets it

    @property
    def n_frames(self) -> int:
        return len(self.history)

    @cached_property
    def resolved(self) -> Resolved:
        """The configuration with everything settled that it leaves open."""
        return resolve(self.config, self.dataset)

    @cached_property
    def architecture(self) -> Network:
        """The initial network: sizes, activations, loss. ``with_theta`` gives it the parameters of any frame."""
        network = build_network(self.config, self.dataset)
        network.theta.flags.writeable = False
        return network

    @cached_property
    def decided(self) -> dict[str, np.ndarray]:
        """In classification, the class given to each sample at each frame: "train" and "test", (n_frames, n_samples)."""
        if self.noted is not None:
            return self.noted
        found = {}
        for part in self.dataset.parts if self.resolved.task != REGRESSION else ():
            found[part.name] = np.empty((self.n_frames, len(part.y)), np.uint8)
            theta, inputs = self.history.theta, with_ones(part.X)
            for rows, stack, trace in stacks(self.architecture, theta.__getitem__, self.n_frames, inputs):
                with np.errstate(all="ignore"):
                    found[part.name][rows] = stack.decide(stack.propagate(trace).A[-1])
        return found

    def network(self, frame: int = -1) -> Network:
        """A new copy of the network at a frame, with the gradient on the whole training set filled in."""
        network = self.architecture.with_theta(self.history.theta[self._index(frame)].copy())
        network.backward(self.dataset.y_train, network.forward(self.dataset.X_train))
        return network

    def resume(self, frame: int = -1) -> "Training":
        """The training as it was at a frame: its next step is the run's next step, bit for bit."""
        frame = self._index(frame)
        training = training_of(self.config, self.dataset)
        training.stand_at(*self._moment(frame))
        return training

    def _moment(self, frame):
        """The epoch and the step of a frame, its parameters and the optimizer's state."""
        history = self.history
        return int(history.epoch[frame]), int(history.step[frame]), history.theta[frame], history.state[frame]

    def next_steps(self, frames: Sequence[int] | None = None) -> "NextSteps":
        """The step that leaves each frame, taken by resuming; after the last one, the step that the run did not take.

        frames: in rising order; by default all.
        """
        frames = np.arange(self.n_frames) if frames is None else np.asarray(frames)
        training, history, n = training_of(self.config, self.dataset), self.history, len(frames)
        training.rates.append(training.rates[-1])  # after the planned end, the last learning rate applies
        found = NextSteps(
            np.empty((n, *history.theta.shape[1:])),
            np.empty((n, *history.state.shape[1:])),
            np.empty(n),
            np.zeros(n, dtype=bool),
        )
        with np.errstate(all="ignore"):
            for k, frame in enumerate(frames.tolist()):
                training.stand_at(*self._moment(frame))
                found.learning_rate[k] = training.learning_rate
                training.gradient()
                if training.clip is not None:
                    found.clipped[k] = clip_factor(training.network.grad, training.clip)[0] < 1
                training.update()
                found.theta[k], found.state[k] = training.network.theta, training.state
        return found

    def _repr_html_(self) -> str | None:
        return None if self.as_html is None else self.as_html()

    def _index(self, frame):
        if not -self.n_frames <= frame < self.n_frames:
            raise IndexError(f"frame must be from {-self.n_frames} to {self.n_frames - 1}, got {frame!r}")
        return frame % self.n_frames


class NextSteps(NamedTuple):
    """The steps that leave n frames: the parameters (n, n_params) and the optimizer's state (n, n_state, n_params) after
    them, their learning rates (n,), and whether clipping shortens their gradients (n,).
    """

    theta: np.ndarray
    state: np.ndarray
    learning_rate: np.ndarray
    clipped: np.ndarray


def frame_epochs(n_epochs: int, n_frames: int) -> np.ndarray:
    """The epochs to record: all if they fit, else every epoch at first and fewer later; always 0 and the last."""
    if n_epochs < n_frames:
        return np.arange(n_epochs + 1)
    i = np.arange(n_frames)
    growth = (n_epochs - (n_frames - 1)) / (n_frames - 1) ** 2
    return np.rint(i + growth * i * i).astype(int)


def max_frames(n_params: int, n_state: int) -> int:
    """How many frames fit into the memory of a run; at least two, the first and the last."""
    return int(np.clip(MAX_RUN_BYTES // (8 * n_params * (1 + n_state)), 2, MAX_FRAMES))
