"""A loss measures how wrong a network is; its gradient points to where the error grows fastest.

Every loss is a mean over samples, so its gradient does not grow with the data. If loss and output activation match
(the canonical pair), the product of their derivatives simplifies to ``a - y``. The value is then computed from the
pre-activations, the logits, which keeps it exact even when a probability rounds to 0 or 1.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

SMALL_LOSS = 1e-3


@dataclass(frozen=True, eq=False)
class Loss:
    """One loss over columns: Z, A, Y are (..., n_outputs, n) and the value has the leading shape (...).

    ``value(A, Y)`` works for any admissible output activation, ``value_from_logits(Z, A, Y, work, each=)`` for the
    canonical one (None: the value needs no logits). If it has a quick form and an exact one for small losses, a whole
    stack takes the exact one as soon as one network needs it; with ``each``, only that network does. ``gradient(A, Y,
    out)`` writes dLoss/dA, ``second(A, Y, out)`` d²Loss/dA², one number an output, because a loss adds up what each output
    costs. ``scale(n_outputs)`` is the factor c of the canonical ``delta = c (a - y) / n``.
    ``probability``: outputs must be probabilities; ``shared``: they must sum to 1. ``plain``, ``plain_gradient``,
    ``plain_from_logits`` and ``plain_scale`` are the same as text, to read and to export; a test proves them equal to
    the fast forms.
    """

    key: str
    label: str
    formula: str
    canonical: str
    value: Callable
    gradient: Callable
    second: Callable
    value_from_logits: Callable | None
    scale: Callable
    probability: bool = False
    shared: bool = False
    plain: str = field(kw_only=True)
    plain_gradient: str = field(kw_only=True)
    plain_from_logits: str | None = field(default=None, kw_only=True)
    plain_scale: str = field(default="1", kw_only=True)

    def admits(self, activation) -> bool:
        """Whether the loss makes sense on this output activation (an entry of ACTIVATIONS)."""
        if self.shared:
            return activation.coupled
        if self.probability:
            return activation.low == 0.0 and activation.high == 1.0 and not activation.coupled
        return True


def mse(A, Y):
    """L = mean over samples and outputs of (a - y)², without the factor 1/2."""
    return np.square(A - Y).mean(axis=(-2, -1))


def d_mse(A, Y, out):
    """dL/dA = 2 (a - y) / (n n_outputs)."""
    np.subtract(A, Y, out=out)
    return np.multiply(out, 2.0 / (A.shape[-1] * A.shape[-2]), out=out)


def dd_mse(A, Y, out):
    """d²L/dA² = 2 / (n n_outputs)."""
    out.fill(2.0 / (A.shape[-1] * A.shape[-2]))
    return out


def bce(A, Y):
    """L = -mean(y ln a + (1 - y) ln(1 - a)), summed over outputs."""
    with np.errstate(divide="ignore", invalid="ignore"):
        chosen = np.where(Y > 0.5, Y * np.log(A), 0.0) + np.where(Y < 0.5, (1 - Y) * np.log1p(-A), 0.0)
    return -chosen.sum(axis=(-2, -1)) / A.shape[-1]


def bce_from_logits(Z, A, Y, work, *, each=False):
    """The same from z: max(z, 0) - y z + ln(1 + exp(-|z|)), so a logit of 800 on the wrong side costs 800.

    exp never overflows, and on the right side the first two terms cancel exactly, so small losses keep their digits.
    """
    cost, tail = work
    # If the mean is not small, -ln a + (1 - y) z gives the same value, except for the last digits, in half the time,
    # because a is known already.
    np.multiply(Y, Z, out=tail)
    np.subtract(Z, tail, out=tail)
    np.log(A, out=cost)
    np.subtract(tail, cost, out=cost)
    if Z.ndim == 2:
        value = cost.sum() / Z.shape[-1]
        if SMALL_LOSS < value < np.inf:
            return value
    else:
        value = cost.sum(axis=(-2, -1)) / Z.shape[-1]
        mean_is_not_small = (value > SMALL_LOSS) & (value < np.inf)
        if mean_is_not_small.all():
            return value
    np.maximum(Z, 0.0, out=cost)
    np.multiply(Y, Z, out=tail)
    np.subtract(cost, tail, out=cost)  # first, because the small logarithm would lose its digits beside z
    np.abs(Z, out=tail)
    np.negative(tail, out=tail)
    np.exp(tail, out=tail)
    np.log1p(tail, out=tail)
    np.add(cost, tail, out=cost)
    exact = cost.sum(axis=(-2, -1)) / Z.shape[-1]
    return np.where(mean_is_not_small, value, exact) if each else exact


def d_bce(A, Y, out):
    """dL/dA = (a - y) / (a (1 - a) n)."""
    np.subtract(A, Y, out=out)
    return np.divide(out, A * (1 - A) * A.shape[-1], out=out)


def dd_bce(A, Y, out):
    """d²L/dA² = (y / a² + (1 - y) / (1 - a)²) / n."""
    np.copyto(out, (Y / np.square(A) + (1 - Y) / np.square(1 - A)) / A.shape[-1])
    return out


def cce(A, Y):
    """L = -mean over samples of ln a, with a the probability of the true class."""
    with np.errstate(divide="ignore"):
        return -(np.where(Y > 0, np.log(A), 0.0) * Y).sum(axis=(-2, -1)) / A.shape[-1]


def cce_from_logits(Z, A, Y, work, *, each=False):
    """The same from z: ln sum_j exp z_j minus the true class's z, with the largest z subtracted before exp."""
    shifted, _ = work
    np.subtract(Z, Z.max(axis=-2, keepdims=True), out=shifted)
    true = (shifted * Y).sum(axis=-2)
    np.exp(shifted, out=shifted)
    return (np.log(shifted.sum(axis=-2)) - true).mean(axis=-1)


def d_cce(A, Y, out):
    """dL/dA = -y / (a n)."""
    np.divide(Y, A, out=out)
    return np.divide(out, -A.shape[-1], out=out)


def dd_cce(A, Y, out):
    """d²L/dA² = y / (a² n)."""
    np.divide(Y, np.square(A) * A.shape[-1], out=out)
    return out


def _one(n_outputs):
    return 1.0


def _two_over(n_outputs):
    return 2.0 / n_outputs


LOSSES = {
    entry.key: entry
    for entry in (
        Loss(
            "mse", "Mean squared error", "mean (a − y)²", "identity", mse, d_mse, dd_mse, None, _two_over,
            plain="((A - Y) ** 2).mean(axis=(-2, -1))",
            plain_gradient="(A - Y) * (2 / (A.shape[-1] * A.shape[-2]))",
            plain_scale="2 / n_outputs",
        ),
        Loss(
            "bce", "Binary cross-entropy", "−mean(y ln a + (1 − y) ln(1 − a))", "sigmoid",
            bce, d_bce, dd_bce, bce_from_logits, _one, probability=True,
            plain="chosen = np.where(Y > 0.5, Y * np.log(A), 0.0) + np.where(Y < 0.5, (1 - Y) * np.log1p(-A), 0.0)\n"
            "-chosen.sum(axis=(-2, -1)) / A.shape[-1]",
            plain_gradient="(A - Y) / (A * (1 - A) * A.shape[-1])",
            plain_from_logits="cost = np.maximum(Z, 0.0) - Y * Z + np.log1p(np.exp(-np.abs(Z)))\n"
            "cost.sum(axis=(-2, -1)) / Z.shape[-1]",
        ),
        Loss(
            "cce", "Categorical cross-entropy", "−mean ln a of the true class", "softmax",
            cce, d_cce, dd_cce, cce_from_logits, _one, probability=True, shared=True,
            plain="-(np.where(Y > 0, np.log(A), 0.0) * Y).sum(axis=(-2, -1)) / A.shape[-1]",
            plain_gradient="-Y / A / A.shape[-1]",
            plain_from_logits="Z = Z - Z.max(axis=-2, keepdims=True)\n"
            "(np.log(np.exp(Z).sum(axis=-2)) - (Z * Y).sum(axis=-2)).mean(axis=-1)",
        ),
    )
}  # fmt: skip
