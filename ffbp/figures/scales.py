"""The axes and colour scales of a run's panels, fixed for the whole run, so that motion means change.

Scales made for several runs make their panels comparable: equal heights are equal numbers.
"""

from dataclasses import dataclass

import numpy as np

from ffbp.analysis.scores import chance_level
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.figures.diagram import diagram_of
from ffbp.training.run import Run


@dataclass(frozen=True)
class Decades:
    """A logarithmic axis. span: its ends as powers of ten; floor: the height at which exact zeros are drawn."""

    span: list[float]
    floor: float
    has_zero: bool


@dataclass(frozen=True)
class Scales:
    epochs: list[float]  # the ends of all x-axes over epochs
    loss: dict[str, list[float]]  # the ends of the y-axis, "linear" and, if possible, "log"
    score: dict[str, list[float]]
    gradients: dict[str, Decades]
    output: tuple[float, float]  # the ends of the boundary's colours: 0 and 1, or the training targets' range
    weight: float  # the largest weight that a diagram draws


def scales_of(*runs: Run) -> Scales:
    """Scales that completely show all of these runs, which have the same task."""
    stacks = [gradients_of(run) for run in runs]
    with np.errstate(over="ignore", invalid="ignore"):  # a diverged run's numbers may overflow
        return Scales(
            epochs=[0.0, max(float(max(run.history.epoch[-1], 1)) for run in runs) * 1.005],
            loss=_ranges(np.concatenate([_losses(run) for run in runs])),
            score=_score(runs),
            gradients={key: _decades([stack[key] for stack in stacks]) for key in stacks[0]},
            output=output_range(*(run.dataset for run in runs)),
            weight=max(_largest(diagram_of(run).weights) for run in runs),
        )


def gradients_of(run: Run) -> dict[str, np.ndarray]:
    """The norms of dW, db and the applied update, and the ratio of update and weights: (n_frames, n_layers) each."""
    history = run.history
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = history.update_norm / history.weight_norm
    ratio = np.where(np.isfinite(ratio), ratio, np.nan)
    return {"dW": history.grad_norm, "db": history.grad_norm_b, "update": history.update_norm, "ratio": ratio}


def _losses(run):
    history = run.history
    penalty = history.penalty if np.any(history.penalty > 0) else []
    return np.concatenate([history.train_loss, history.test_loss, history.total, penalty, [chance_level(run)]])


def _score(runs):
    if runs[0].dataset.task != REGRESSION:
        return {"linear": [0.0, 1.02]}
    return _ranges(np.concatenate([run.history.train_r2 for run in runs]), floor=-1.0)


def output_range(*datasets: Dataset) -> tuple[float, float]:
    """The ends of the boundary's colours: 0 and 1, or the smallest and largest training target."""
    if datasets[0].task != REGRESSION:
        return 0.0, 1.0
    y = np.concatenate([dataset.decode_target(dataset.y_train) for dataset in datasets])
    return float(y.min()), float(y.max())


def _largest(weights):
    return float(np.nanmax(np.abs(np.where(np.isfinite(weights), weights, np.nan)), initial=1e-12))


def _decades(stacks):
    values = np.concatenate([values.ravel() for values in stacks])
    finite = values[np.isfinite(values) & (values > 0)]
    floor = float(finite.min()) / 10 if finite.size else 1e-12
    has_zero = bool((values == 0).any())
    ceiling = float(finite.max()) if finite.size else 1.0
    low = floor if has_zero else floor * 10
    return Decades([float(np.log10(low)) - 0.1, float(np.log10(ceiling)) + 0.1], floor, has_zero)


def _ranges(values, floor=0.0):
    """The y-range on a linear and on a log axis, with a margin."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return {"linear": [0.0, 1.0]}
    low, high = max(float(finite.min()), floor), float(finite.max())
    pad = max(0.05 * (high - low), 0.02 * abs(high), 1e-6)  # a constant curve still needs an axis
    ranges = {"linear": [low - pad if low - pad > floor else floor, high + pad]}
    positive = finite[finite > 0]
    if floor == 0.0 and positive.size:
        low, high = float(np.log10(positive.min())), float(np.log10(positive.max()))
        ranges["log"] = [low - 0.05 * (high - low + 0.2), high + 0.05 * (high - low + 0.2)]
    return ranges
