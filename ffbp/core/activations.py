"""Activation functions turn a stack of linear maps into a network that can bend.

A layer computes ``z = W a + b``; the activation ``g`` is applied to every number of ``z``. Forward needs ``g``,
backward its slope ``g'``, and curvature the slope's slope ``g''``, so each entry of `ACTIVATIONS` keeps them side by
side. The order is from the simplest to softmax, which couples a layer's units.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ffbp.core.memory import aligned_full

LEAKY_SLOPE = 0.01
ELU_ALPHA = 1.0
GELU_SCALE = np.sqrt(2 / np.pi)
GELU_CUBIC = 0.044715
IN_CACHE = 20_000  # numbers


@dataclass(frozen=True, eq=False)
class Activation:
    """One activation: ``forward(Z, out)`` writes g(Z), ``derivative(Z, A, out)`` writes g'(Z); shapes (..., units, n).

    ``plain`` and ``plain_slope`` are the same two as text, to read and to export: an expression in Z and A, where
    needed with lines above it; a test proves them equal to the fast forms. ``max_slope`` is the largest |g'|, ``kinks``
    the places where g' jumps, ``low`` and ``high`` the bounds of g. ``jacobian(A, delta)`` is set when a unit's output
    depends on its neighbours: it replaces the product with g', and ``plain_jacobian`` is its text.

    ``second(Z, A, out)`` writes g''(Z). It is None where g consists of straight pieces: between its kinks g'' = 0, and a
    kink itself carries no curvature that a second derivative could measure. A coupled activation has in its place
    ``jacobian_change(A, RA, dA)``: how ``jacobian`` turns the same dLoss/dA into another dLoss/dZ while A moves by RA.
    """

    key: str
    label: str
    formula: str
    derivative_formula: str
    forward: Callable
    derivative: Callable
    max_slope: float = 1.0
    kinks: tuple[float, ...] = ()
    low: float = -np.inf
    high: float = np.inf
    jacobian: Callable | None = None
    plain_jacobian: str = ""
    jacobian_change: Callable | None = None
    second: Callable | None = field(kw_only=True)
    plain: str = field(kw_only=True)
    plain_slope: str = field(kw_only=True)

    @property
    def coupled(self) -> bool:
        """Whether a unit's output depends on its neighbours; such an activation fits the output layer only."""
        return self.jacobian is not None

    def backward(self, Z, A, delta, work) -> None:
        """Turn dLoss/dA into dLoss/dZ in place: ``delta *= g'(Z)``. ``work`` is scratch of the same shape."""
        if self.jacobian is not None:
            self.jacobian(A, delta)
        else:
            np.multiply(delta, self.derivative(Z, A, work), out=delta)


def _filled(shape, value):
    """An array of one value to compare with, of the last two axes; the number itself if it would not fit the cache.

    Within the cache, comparing two arrays is up to three times as fast as comparing an array with a number.
    """
    if math.prod(shape[-2:]) > IN_CACHE:
        return value
    array = aligned_full(shape[-2:], value)
    array.flags.writeable = False
    return array


@lru_cache(maxsize=64)
def _zeros(shape):
    return _filled(shape, 0.0)


@lru_cache(maxsize=64)
def _ones(shape):
    return _filled(shape, 1.0)


def identity(Z, out):
    """g(z) = z. A network of identities is one linear map, however deep."""
    np.copyto(out, Z)
    return out


def d_identity(Z, A, out):
    """g'(z) = 1."""
    out.fill(1.0)
    return out


def sigmoid(Z, out):
    """g(z) = 1 / (1 + exp(-z)): a number between 0 and 1; as the only output, a probability.

    For very negative z, exp(-z) overflows to infinity; its reciprocal is then 0, the correct limit.
    """
    np.negative(Z, out=out)
    np.exp(out, out=out)
    np.add(out, 1.0, out=out)
    return np.reciprocal(out, out=out)


def d_sigmoid(Z, A, out):
    """g'(z) = a (1 - a): at most 1/4, and nearly 0 where the unit saturates."""
    np.subtract(1.0, A, out=out)
    return np.multiply(out, A, out=out)


def dd_sigmoid(Z, A, out):
    """g''(z) = a (1 - a) (1 - 2a): the slope rises up to z = 0 and falls behind it."""
    d_sigmoid(Z, A, out)
    return np.multiply(out, 1 - 2 * A, out=out)


def tanh(Z, out):
    """g(z) = tanh z: the sigmoid stretched to (-1, 1), so that zero stays zero."""
    return np.tanh(Z, out=out)


def d_tanh(Z, A, out):
    """g'(z) = 1 - a²."""
    np.multiply(A, A, out=out)
    return np.subtract(1.0, out, out=out)


def dd_tanh(Z, A, out):
    """g''(z) = -2a (1 - a²)."""
    d_tanh(Z, A, out)
    return np.multiply(out, -2 * A, out=out)


def relu(Z, out):
    """g(z) = max(0, z): no saturation for positive z, so the gradient passes unchanged."""
    return np.maximum(Z, _zeros(Z.shape), out=out)


def d_relu(Z, A, out):
    """g'(z) = 1 where z > 0, else 0; at the kink itself 0."""
    # Rounding up makes every positive a at least 1. A comparison would give booleans, which are slow to convert.
    np.ceil(A, out=out)
    return np.minimum(out, _ones(out.shape), out=out)


def leaky_relu(Z, out):
    """g(z) = z where z > 0, else 0.01 z: a ReLU that never dies completely."""
    np.multiply(Z, LEAKY_SLOPE, out=out)
    return np.maximum(out, Z, out=out)


def d_leaky_relu(Z, A, out):
    """g'(z) = 1 where z > 0, else 0.01."""
    np.greater(Z, _zeros(Z.shape), out=out)
    np.multiply(out, 1 - LEAKY_SLOPE, out=out)
    return np.add(out, LEAKY_SLOPE, out=out)


def elu(Z, out):
    """g(z) = z where z > 0, else exp(z) - 1 (Clevert et al. 2015): a ReLU whose corner is rounded off."""
    np.minimum(Z, _zeros(Z.shape), out=out)
    np.expm1(out, out=out)
    return np.maximum(out, Z, out=out)  # exp(z) - 1 >= z everywhere, so the curve remains for z < 0


def d_elu(Z, A, out):
    """g'(z) = 1 where z > 0, else exp(z) = a + 1."""
    np.minimum(A, _zeros(A.shape), out=out)
    return np.add(out, ELU_ALPHA, out=out)


def dd_elu(Z, A, out):
    """g''(z) = 0 where z > 0, else exp(z) = a + 1: it jumps at zero, where the slope does not."""
    np.copyto(out, np.where(Z > 0, 0.0, A + ELU_ALPHA))
    return out


def softplus(Z, out):
    """g(z) = ln(1 + exp z): a smooth ReLU. `logaddexp` keeps it exact for large |z|."""
    return np.logaddexp(Z, 0.0, out=out)


def d_softplus(Z, A, out):
    """g'(z) = sigmoid(z)."""
    return sigmoid(Z, out)


def dd_softplus(Z, A, out):
    """g''(z) = s (1 - s) with s = sigmoid(z)."""
    return d_sigmoid(Z, sigmoid(Z, np.empty_like(Z)), out)


def silu(Z, out):
    """g(z) = z sigmoid(z) (Elfwing et al. 2017): a smooth ReLU that dips below zero."""
    sigmoid(Z, out)
    return np.multiply(out, Z, out=out)


def d_silu(Z, A, out):
    """g'(z) = s + a (1 - s) with s = sigmoid(z)."""
    s = sigmoid(Z, np.empty_like(Z))
    np.subtract(1.0, s, out=out)
    np.multiply(out, A, out=out)
    return np.add(out, s, out=out)


def dd_silu(Z, A, out):
    """g''(z) = s (1 - s) (2 + z (1 - 2s)) with s = sigmoid(z)."""
    s = sigmoid(Z, np.empty_like(Z))
    np.multiply(s, 1 - s, out=out)
    return np.multiply(out, 2 + Z * (1 - 2 * s), out=out)


def gelu(Z, out):
    """g(z) = z/2 (1 + tanh u), u = sqrt(2/pi) (z + 0.044715 z³) (Hendrycks & Gimpel 2016, the tanh form)."""
    _gelu_tanh(Z, out)
    np.add(out, 1.0, out=out)
    np.multiply(out, Z, out=out)
    return np.multiply(out, 0.5, out=out)


def _gelu_tanh(Z, out):
    np.multiply(Z, Z, out=out)
    np.multiply(out, GELU_CUBIC, out=out)
    np.add(out, 1.0, out=out)
    np.multiply(out, Z, out=out)
    np.multiply(out, GELU_SCALE, out=out)
    return np.tanh(out, out=out)


def d_gelu(Z, A, out):
    """g'(z) = (1 + t)/2 + z/2 (1 - t²) u' with t = tanh u, u' = sqrt(2/pi) (1 + 3·0.044715 z²)."""
    t = _gelu_tanh(Z, np.empty_like(Z))
    inner = GELU_SCALE * (1 + 3 * GELU_CUBIC * Z * Z)
    np.copyto(out, 0.5 * (1 + t) + np.where(np.abs(t) < 1, 0.5 * Z * (1 - t * t) * inner, 0.0))
    return out


def dd_gelu(Z, A, out):
    """g''(z) = (1 - t²) (u' + z/2 (u'' - 2 t u'²)) with t = tanh u, u'' = sqrt(2/pi) 6·0.044715 z."""
    t = _gelu_tanh(Z, np.empty_like(Z))
    inner, bend = GELU_SCALE * (1 + 3 * GELU_CUBIC * Z * Z), GELU_SCALE * 6 * GELU_CUBIC * Z
    np.copyto(out, np.where(np.abs(t) < 1, (1 - t * t) * (inner + Z / 2 * (bend - 2 * t * inner * inner)), 0.0))
    return out


def sine(Z, out):
    """g(z) = sin z: periodic, so it fits waves well, but training easily gets stuck."""
    return np.sin(Z, out=out)


def d_sine(Z, A, out):
    """g'(z) = cos z."""
    return np.cos(Z, out=out)


def dd_sine(Z, A, out):
    """g''(z) = -sin z = -a."""
    return np.negative(A, out=out)


def softmax(Z, out):
    """g(z)_k = exp z_k / sum_j exp z_j over a column: one probability per class; they sum to 1.

    Subtracting the largest z first leaves the quotient unchanged and keeps exp from overflowing.
    """
    np.subtract(Z, Z.max(axis=-2, keepdims=True), out=out)
    np.exp(out, out=out)
    return np.divide(out, out.sum(axis=-2, keepdims=True), out=out)


def d_softmax(Z, A, out):
    """The diagonal of the Jacobian, a_k (1 - a_k): how each probability changes with its own z."""
    return d_sigmoid(Z, A, out)


def softmax_jacobian(A, delta):
    """Turn dLoss/dA into dLoss/dZ in place with the full Jacobian: delta_k = a_k (d_k - sum_j a_j d_j)."""
    np.subtract(delta, (A * delta).sum(axis=-2, keepdims=True), out=delta)
    np.multiply(delta, A, out=delta)


def softmax_jacobian_change(A, RA, dA):
    """(..., classes, n): the change of a_k (d_k - sum_j a_j d_j) while a moves by RA and d = dLoss/dA stays.

    By the product rule RA_k (d_k - sum_j a_j d_j) - a_k sum_j RA_j d_j.
    """
    return RA * (dA - (A * dA).sum(axis=-2, keepdims=True)) - A * (RA * dA).sum(axis=-2, keepdims=True)


_SIGMOID = "1 / (1 + np.exp(-Z))"
_GELU = f"t = np.tanh(np.sqrt(2 / np.pi) * (Z * (1 + {GELU_CUBIC} * Z**2)))\n"

ACTIVATIONS = {
    entry.key: entry
    for entry in (
        Activation(
            "identity", "Identity", "z", "1", identity, d_identity, second=None,
            plain="Z", plain_slope="np.ones_like(Z)",
        ),
        Activation(
            "sigmoid", "Sigmoid", "1 / (1 + e⁻ᶻ)", "a (1 − a)", sigmoid, d_sigmoid, 0.25, low=0.0, high=1.0,
            second=dd_sigmoid, plain=_SIGMOID, plain_slope="A * (1 - A)",
        ),
        Activation(
            "tanh", "Tanh", "tanh z", "1 − a²", tanh, d_tanh, low=-1.0, high=1.0,
            second=dd_tanh, plain="np.tanh(Z)", plain_slope="1 - A**2",
        ),
        Activation(
            "relu", "ReLU", "max(0, z)", "1 if z > 0 else 0", relu, d_relu, kinks=(0.0,), low=0.0,
            second=None, plain="np.maximum(Z, 0.0)", plain_slope="np.where(Z > 0, 1.0, 0.0)",
        ),
        Activation(
            "leaky_relu", "Leaky ReLU", "max(0.01 z, z)", "1 if z > 0 else 0.01", leaky_relu, d_leaky_relu, kinks=(0.0,),
            second=None, plain=f"np.maximum({LEAKY_SLOPE} * Z, Z)", plain_slope=f"np.where(Z > 0, 1.0, {LEAKY_SLOPE})",
        ),
        Activation(
            "elu", "ELU", "z if z > 0 else eᶻ − 1", "1 if z > 0 else eᶻ", elu, d_elu, low=-1.0,
            second=dd_elu, plain="np.where(Z > 0, Z, np.expm1(Z))", plain_slope="np.where(Z > 0, 1.0, A + 1)",
        ),
        Activation(
            "gelu", "GELU", "z/2 (1 + tanh u)", "(1 + t)/2 + z/2 (1 − t²) u'", gelu, d_gelu, 1.13, low=-0.171,
            second=dd_gelu, plain=_GELU + "Z / 2 * (1 + t)",
            plain_slope=_GELU
            + f"u_slope = np.sqrt(2 / np.pi) * (1 + 3 * {GELU_CUBIC} * Z * Z)\n"
            + "(1 + t) / 2 + np.where(np.abs(t) < 1, Z / 2 * (1 - t**2) * u_slope, 0.0)",
        ),
        Activation(
            "silu", "SiLU", "z / (1 + e⁻ᶻ)", "s + a (1 − s)", silu, d_silu, 1.1, low=-0.279,
            second=dd_silu, plain=f"s = {_SIGMOID}\nZ * s", plain_slope=f"s = {_SIGMOID}\ns + A * (1 - s)",
        ),
        Activation(
            "softplus", "Softplus", "ln(1 + eᶻ)", "1 / (1 + e⁻ᶻ)", softplus, d_softplus, low=0.0,
            second=dd_softplus, plain="np.logaddexp(0.0, Z)", plain_slope=_SIGMOID,
        ),
        Activation(
            "sine", "Sine", "sin z", "cos z", sine, d_sine, low=-1.0, high=1.0,
            second=dd_sine, plain="np.sin(Z)", plain_slope="np.cos(Z)",
        ),
        Activation(
            "softmax", "Softmax", "eᶻₖ / Σⱼ eᶻⱼ", "aₖ (1 − aₖ)", softmax, d_softmax, 0.25, low=0.0, high=1.0,
            jacobian=softmax_jacobian, plain_jacobian="A * (delta - (A * delta).sum(axis=-2, keepdims=True))",
            second=None, jacobian_change=softmax_jacobian_change,
            plain="E = np.exp(Z - Z.max(axis=-2, keepdims=True))\nE / E.sum(axis=-2, keepdims=True)",
            plain_slope="A * (1 - A)",
        ),
    )
}  # fmt: skip
