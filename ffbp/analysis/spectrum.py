"""The spectrum: all curvatures of the loss at one moment, and what a step does along each of their directions.

In its own directions a quadratic falls apart into single numbers, each with one curvature λ. Gradient descent multiplies the
distance along such a direction by 1 − ηλ; with momentum, two numbers follow each other by a matrix, and its larger
eigenvalue is what the distance shrinks by in the long run (Goh 2017).
"""

from dataclasses import dataclass, replace

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.stability import Stability, threshold_at
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.curvature import hessian, sharpness
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.experiment.config import Config
from ffbp.training.run import Run
from ffbp.words.notice import Notice

MOST_PARAMS = 400  # up to so many, all curvatures are measured; of a larger network the largest alone
FLAT = 1e-9  # relative to the largest modulus: what is smaller counts as zero


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The eigenvalues at a frame, of the Hessian or, for an adaptive optimizer, of the preconditioned one.

    values: (n_params,), in falling order, or (1,) where the network is large; NaN where they are not finite. threshold: what
    the next step bears; rate: its learning rate.
    """

    values: np.ndarray
    n_params: int
    threshold: float
    rate: float

    @property
    def is_whole(self) -> bool:
        return len(self.values) == self.n_params

    @property
    def flat(self) -> np.ndarray:
        """Which of the values are zero but for rounding."""
        return np.abs(self.values) <= FLAT * np.abs(self.values).max()


@diverging()
def spectrum(run: Run, frame: int) -> Spectrum:
    """All curvatures of the total loss on the whole training set at a frame, as the step that leaves it meets them."""
    frame = range(run.n_frames)[frame]
    steps, network, data = run.next_steps([frame]), run.network(frame), run.dataset
    at = threshold_at(run.config, steps.state[0], run.history.step[frame] + 1, steps.learning_rate[0])
    n, numbers = network.n_params, {"threshold": float(at.value), "rate": float(steps.learning_rate[0])}
    if n > MOST_PARAMS:
        top = sharpness(network, data.X_train, data.y_train, at.preconditioner)
        return Spectrum(np.array([top]), n, **numbers)
    H = hessian(network, data.X_train, data.y_train)
    if at.preconditioner is not None:
        H /= np.sqrt(at.preconditioner[:, None] * at.preconditioner)
    values = np.linalg.eigvalsh(H)[::-1] if np.isfinite(H).all() else np.full(n, np.nan)
    return Spectrum(values, n, **numbers)


@dataclass(frozen=True)
class Rule:
    """An update as one of two linear maps along a direction: with momentum mu, as Polyak or as Nesterov has it.

    share: what the optimizer multiplies the learning rate by; Adam's 1 − β₁ makes it Polyak's momentum with mu = β₁.
    """

    mu: float = 0.0
    share: float = 1.0
    nesterov: bool = False

    @property
    def limit(self) -> float:
        """The largest step η λ that converges."""
        return (2 + 2 * self.mu) / ((1 + 2 * self.mu) if self.nesterov else 1)

    @property
    def ripples(self) -> float:
        """The step from which on the distance changes its sign on the way."""
        root = (1 - self.mu) / (1 + self.mu) if self.nesterov else 1 - np.sqrt(self.mu)
        return float(root**2)

    def radius(self, step: np.ndarray) -> np.ndarray:
        """By how much the distance is multiplied each time in the long run, for steps η λ: above 1 it grows."""
        step = np.asarray(step, dtype=float)
        if self.nesterov:
            trace, determinant = (1 + self.mu) * (1 - step), self.mu * (1 - step)
        else:
            trace, determinant = 1 + self.mu - step, np.full_like(step, self.mu)
        inside = trace**2 / 4 - determinant  # below 0: two complex eigenvalues of equal modulus
        real = np.abs(trace) / 2 + np.sqrt(np.maximum(inside, 0.0))
        return np.where(inside < 0, np.sqrt(np.maximum(determinant, 0.0)), real)


def rule_of(config: Config) -> Rule | None:
    """The rule of a configuration's optimizer, without weight decay; None for one that is not among ours."""
    if config.optimizer in ("adam", "adamw"):
        return Rule(config.beta1, 1 - config.beta1)
    if config.optimizer in ("sgd", "rmsprop"):
        return Rule()
    known = config.optimizer in ("momentum", "nesterov")
    return Rule(config.momentum, nesterov=config.optimizer == "nesterov") if known else None


def with_mu(rule: Rule, mu: float) -> Rule:
    """The same rule with another momentum."""
    return replace(rule, mu=mu, share=1 - mu if rule.share < 1 else 1.0)


@diverging()
def steps_to_halve(radius: np.ndarray) -> np.ndarray:
    """How many steps halve the distance; infinite where it does not shrink."""
    return np.where(radius < 1, np.log(0.5) / np.log(radius), np.inf)


def curvature_at(run: Run, frame: int, found: Spectrum, over_time: Stability) -> Notice:
    """Sharpness and threshold at a frame, the rate at which the start becomes unstable, and the negative curvatures."""
    with diverging():
        start = float(run.config.learning_rate / over_time.ratio[0])
    numbers = {
        "epoch": int(run.history.epoch[frame]),
        "sharpness": float(found.values[0]),
        "threshold": found.threshold,
    }
    numbers |= {"rate": found.rate, "optimizer": OPTIMIZERS[run.config.optimizer].label, "n_params": found.n_params}
    numbers |= {"start": start if np.isfinite(start) and start > 0 else None}
    negative = int(((found.values < 0) & ~found.flat).sum()) if found.is_whole else None
    kinks = [entry.label for entry in ACTIVATIONS.values() if entry.kinks and entry.key in run.resolved.activations]
    return Notice("curvature_at", "info", numbers | {"negative": negative, "kinks": kinks})


def directions(found: Spectrum, rule: Rule, rate: float) -> Notice:
    """What a learning rate and a momentum do along the directions of a spectrum."""
    values = found.values[~found.flat]
    up = values[values > 0]
    radius = rule.radius(rate * rule.share * up)
    numbers = {"rate": rate, "mu": rule.mu, "n": len(up), "diverging": int((radius > 1).sum())}
    if len(up) and not numbers["diverging"]:
        slow, halves = int(radius.argmax()), steps_to_halve(radius)
        numbers |= {"slowest": float(halves[slow]), "curvature": float(up[slow]), "steepest": float(halves[0])}
    return Notice("directions", "info", numbers)
