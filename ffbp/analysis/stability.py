"""Steps against the valley they are taken in: is the learning rate stable there, and how far does each step go?

A step along a direction of curvature λ ends where it began, on the other side of the valley, if λ is as large as the update
rule bears; beyond, it climbs. So sharpness divided by that threshold is 1 at the edge of stability (Cohen et al. 2021; 2022
for adaptive rules). What a single step did is read from the two slopes at its ends.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.core.curvature import DENSE_PARAMS, sharpness
from ffbp.core.network import Network, with_ones
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.core.stacks import gradients_at
from ffbp.data.source import Source
from ffbp.experiment.build import dataset_for
from ffbp.experiment.config import Config
from ffbp.experiment.resolve import resolve, work_per_epoch
from ffbp.training.loop import Training, clip_factor, learning_rates
from ffbp.training.recording import drain, fit
from ffbp.training.run import Run

PATIENCE, SHORT_PATIENCE = 1.0, 0.2  # estimated seconds for all frames: of stability, of how good the steps were
SLICE, AT_ONCE = 0.03, 0.3  # between two pauses, of one moment
PRODUCTS = 12  # of Lanczos's method, about
FEWEST = 8  # frames that are measured, however long it takes
SHORT, ACROSS = (
    -0.5,
    0.5,
)  # alpha below and above: less than half of the way to the valley's floor, more than one and a half
FALLS_SHORT, ABOUT_RIGHT, ACROSS_VALLEY, UNDEFINED = range(4)  # kinds of steps


class Threshold(NamedTuple):
    """The largest curvature that an update bears: ``value``. preconditioner: (..., n_params), by which it scales the
    Hessian, or None for an optimizer that does not. learning_rate: that of the epoch.
    """

    value: float | np.ndarray
    preconditioner: np.ndarray | None
    learning_rate: float | np.ndarray


@diverging()
def thresholds(
    config: Config, state: np.ndarray, step: int | np.ndarray, epoch: int | np.ndarray | None = None
) -> Threshold:
    """The largest eigenvalue of the Hessian that a configuration's optimizer bears in update number ``step``, from 1 on.

    Derived on the quadratic λ θ²/2, where an update is linear and diverges beyond the threshold:
    gradient descent 2/η; momentum (2 + 2μ)/η; Nesterov (2 + 2μ)/((1 + 2μ) η). RMSProp 2/η and Adam (2 + 2β₁)/((1 − β₁) η)
    mean the eigenvalues of P^-1/2 H P^-1/2, with P = √v + ε and P = (1 − β₁ᵗ)(√(v/(1 − β₂ᵗ)) + ε); AdamW has Adam's times
    1 − η decay/2. The derivations stand beside the updates, in ``ffbp/core/optimizers.py``. η is the schedule's rate.

    state: (n_state, n_params), as the update leaves it, or (n, n_state, n_params) for n moments; step is then (n,).
    epoch: of the update, from 0 on; by default ``step - 1``, as one batch an epoch has it. Clipping shortens a step and is
    not part of the rule; `Stability.clipped` names where it acts. value is NaN for an optimizer without a known threshold.
    Raises ValueError for a step before the first.
    """
    step = np.asarray(step)
    if (step < 1).any():
        raise ValueError(f"step must be at least 1, got {step.min()}")
    rates = np.array(learning_rates(config))
    at = np.clip(step - 1 if epoch is None else np.asarray(epoch), 0, len(rates) - 1)
    return threshold_at(config, np.asarray(state, dtype=float), step, rates[at])


def threshold_at(config: Config, state: np.ndarray, step: int | np.ndarray, rate: float | np.ndarray) -> Threshold:
    """`thresholds` for a learning rate that is known."""
    step, rate = np.asarray(step), np.asarray(rate, dtype=float)
    optimizer = OPTIMIZERS[config.optimizer]
    hyper = {name: getattr(config, name) for name in optimizer.hyper}
    value = np.full_like(rate, np.nan) if optimizer.bears is None else optimizer.bears(rate, **hyper)
    P = None if optimizer.preconditioner is None else optimizer.preconditioner(state, step, **hyper)
    return Threshold(value[()], P, rate[()])


@dataclass(frozen=True, eq=False)
class Stability:
    """Of n frames: (n,) each. The step meant is the one that leaves the frame; after the last one, the next one.

    sharpness: the largest eigenvalue of the (preconditioned) Hessian of the total loss on the whole training set, also
    where a step uses a batch. threshold: what the update bears. ratio: their quotient; 1 is the edge, a larger one is
    unstable. clipped: whether clipping shortens the step, so that the update bears more than the threshold.
    """

    frames: np.ndarray
    sharpness: np.ndarray
    threshold: np.ndarray
    clipped: np.ndarray

    @property
    def ratio(self) -> np.ndarray:
        return self.sharpness / self.threshold


def stability(run: Run, frames: Sequence[int] | None = None) -> Stability:
    """Sharpness and threshold at frames, in rising order.

    By default at all of them; of a large network at as many as take about a second, evenly chosen, with the first and the last.
    """
    return drain(measuring_stability(run, frames))


def measuring_stability(run: Run, frames: Sequence[int] | None = None) -> Generator[None, None, Stability]:
    """`stability` as a generator that yields between slices of work, so that a server can do other work."""
    n_params = run.architecture.n_params
    of_one = _seconds_of_a_pass(run) * (n_params if n_params <= DENSE_PARAMS else PRODUCTS)
    frames = _affordable(run, of_one, PATIENCE) if frames is None else np.asarray(frames)
    yield
    steps, found = run.next_steps(frames), np.empty((2, len(frames)))
    for part in _slices(len(frames), of_one):
        yield
        found[:, part] = _measure(run, frames[part], steps.state[part], steps.learning_rate[part])
    return Stability(frames, *found, steps.clipped)


def measuring_edge(config: Config, source: Source | None = None) -> Generator[object, None, float | None]:
    """The learning rate that the sharpness λ of the start just bears, for gradient descent 2/λ: a generator, as `fit`.

    Thresholds are as 1/η, so it is the rate at which sharpness and threshold of the first step are equal. None where λ is not
    above 0, or the optimizer has no known threshold. source: a file's samples.
    """
    first = replace(config, epochs=1, patience=None, schedule="constant")
    run = yield from fit(first, dataset_for(first, source))
    (ratio,) = (yield from measuring_stability(run, [0])).ratio
    return float(config.learning_rate / ratio) if 0 < ratio < np.inf else None


@diverging()
def _measure(run, frames, state, rate):
    at = threshold_at(run.config, state, run.history.step[frames] + 1, rate)
    if run.config.fault is not None:  # its step is not the one whose rule was derived
        return np.full((2, len(frames)), np.nan)
    stack, data = run.architecture.with_theta(run.history.theta[frames]), run.dataset
    return sharpness(stack, data.X_train, data.y_train, at.preconditioner), at.value


def _affordable(run, of_one, patience):
    """As many frames as take so many seconds, if one takes ``of_one``; evenly chosen, with the first and the last."""
    n = int(np.clip(patience / of_one, min(FEWEST, run.n_frames), run.n_frames))
    return np.unique(np.linspace(0, run.n_frames - 1, n).round().astype(int))


def _seconds_of_a_pass(run):
    """The estimated time of a forward and a backward pass over the training set."""
    return work_per_epoch(run.resolved._replace(batch_size=run.resolved.n_train))


def _slices(n, of_one):
    size = max(1, int(SLICE / of_one))
    return [slice(start, start + size) for start in range(0, n, size)]


@dataclass(frozen=True, eq=False)
class StepQuality:
    """How far the steps that leave n frames go: (n,) each; the last frame of a run has none.

    alpha: −end / start, the slopes of the total loss on the whole training set along the step at its two ends. On a
    quadratic, 0 is a step to the valley's floor, −1 one of no length, 1 one to the same height on the other side: there,
    alpha is η λ − 1 for gradient descent, with λ the curvature along the step. uphill: whether the step begins uphill;
    alpha is then not defined, and NaN.
    """

    frames: np.ndarray
    alpha: np.ndarray
    start: np.ndarray
    end: np.ndarray
    uphill: np.ndarray

    @property
    def kinds(self) -> np.ndarray:
        return kinds_of(self.alpha)


def kinds_of(alpha: np.ndarray) -> np.ndarray:
    """FALLS_SHORT: less than half of the way to the valley's floor; ABOUT_RIGHT: up to one and a half; ACROSS_VALLEY: more.

    UNDEFINED where alpha is.
    """
    found = np.where(alpha < SHORT, FALLS_SHORT, np.where(alpha > ACROSS, ACROSS_VALLEY, ABOUT_RIGHT))
    return np.where(np.isnan(alpha), UNDEFINED, found).astype(np.uint8)


def step_quality(run: Run, frames: Sequence[int] | None = None) -> StepQuality:
    """alpha of the step that leaves each frame, from the gradients on the whole training set at its two ends.

    frames: in rising order; by default all.
    """
    return drain(measuring_steps(run, np.arange(run.n_frames) if frames is None else frames))


def measuring_steps(run: Run, frames: Sequence[int] | None = None) -> Generator[None, None, StepQuality]:
    """`step_quality` as a generator; by default of all frames, for a large network of fewer."""
    of_one = 3 * _seconds_of_a_pass(run)
    frames = _affordable(run, of_one, SHORT_PATIENCE) if frames is None else np.asarray(frames)
    yield
    after, slopes = run.next_steps(frames).theta, np.empty((2, len(frames)))
    for part in _slices(len(frames), of_one):
        yield
        slopes[:, part] = _slopes(run, run.history.theta[frames[part]], after[part])
    slopes[:, frames == run.n_frames - 1] = np.nan
    start, end = slopes
    uphill = start >= 0
    with diverging():
        return StepQuality(frames, np.where(uphill, np.nan, -end / start), start, end, uphill)


@diverging()
def _slopes(run, theta, after):
    """The slopes of the total loss along steps (n, n_params), at their two ends."""
    network = _with_right_gradients(run.architecture)
    data = with_ones(run.dataset.X_train), network.targets(run.dataset.y_train)
    return [np.vecdot(gradients_at(network, *data, at), after - theta) for at in (theta, after)]


def _with_right_gradients(network):
    """The network itself, or in the place of one with a fault in its backward pass, one without."""
    if type(network) is Network:
        return network
    options = {"loss": network.loss_function, "task": network.task, "l1": network.l1, "l2": network.l2}
    return Network(network.sizes, network.activations, **options, theta=network.theta)


class OneStep(NamedTuple):
    """The next step of a training: alpha and uphill as in `StepQuality`, the rest as in `Stability`.

    sharpness is None where measuring it would take longer than a page should wait.
    """

    alpha: float
    uphill: bool
    sharpness: float | None
    threshold: float
    clipped: bool

    @property
    def kind(self) -> int:
        return int(kinds_of(np.array(self.alpha)))


@diverging()
def one_step(training: Training) -> OneStep:
    """What the next step does in its valley; the network's gradient is that of the next batch already."""
    network, data = training.network, training.dataset
    theta, grad, state = network.theta.copy(), network.grad.copy(), training.state.copy()
    factor = 1.0 if training.clip is None else float(clip_factor(grad, training.clip)[0])
    grad *= factor
    training.bind(theta, grad, state)(training.learning_rate, training.step + 1)
    both = np.stack([network.theta, theta])
    slopes = gradients_at(_with_right_gradients(network), training.inputs, training.targets, both)
    start, end = slopes @ (theta - network.theta)
    at = threshold_at(training.config, state, np.asarray(training.step + 1), np.asarray(training.learning_rate))
    fits = training.config.fault is None  # else the step is not the one whose rule was derived
    seconds = PRODUCTS * work_per_epoch(resolve(training.config, data)._replace(batch_size=len(data.X_train)))
    found = (
        float(sharpness(network, data.X_train, data.y_train, at.preconditioner)) if seconds < AT_ONCE and fits else None
    )
    alpha = float(-end / start) if start < 0 else np.nan
    return OneStep(alpha, bool(start >= 0), found, float(at.value), factor < 1)
