"""Answers computed by hand: reading typed numbers, and recognising common mistakes."""

import math

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.passes import Pass
from ffbp.core.losses import LOSSES


def as_fraction(text: str) -> float | None:
    """The value of a typed number, with point or comma, or of a fraction of two numbers; None for other text."""
    parts = text.replace("−", "-").replace(",", ".").split("/")
    if not 1 <= len(parts) <= 2 or len(text) > 60:
        return None
    numbers = []
    for part in parts:
        part = part.strip()
        if not part.isascii() or "_" in part:
            return None
        try:
            numbers.append(float(part))
        except ValueError:
            return None
    with diverging():
        value = numbers[0] if len(numbers) == 1 else numbers[0] / numbers[1] if numbers[1] else np.inf
    return float(value) if np.isfinite(value) else None


def slips(p: Pass, l: int, unit: int, source: int) -> dict[str, float]:
    """The values of this gradient with common mistakes, by the mistake's key."""
    value, penalty = p.gradient(l, unit, source), p.penalty_part(l, unit, source)
    data = value - penalty
    found = {"sign": -value, "double": 2 * value, "half": value / 2}
    if p.n > 1:
        found["sum"] = p.n * data + penalty
    if penalty:
        found["penalty"] = data
    activation = p.network.layers[l - 1].activation
    a = p.trace.A_ones[l - 1][source - 1]
    if l < len(p.network.layers) or (not p.network.canonical and not activation.coupled):
        found["slope"] = float(p.arriving(l)[unit - 1] @ a) + penalty
    elif p.network.canonical and activation.key != "identity":
        found["extra_slope"] = float((p.trace.delta[l] * p.slope(l))[unit - 1] @ a) + penalty
    return found


def sum_slips(p: Pass, l: int, unit: int) -> dict[str, float]:
    """The values of z[l] of this unit, for the pass's only sample, with common mistakes, by the mistake's key."""
    layer, inputs = p.network.layers[l - 1], p.trace.A[l - 1][:, 0]
    z, a, bias = (float(row[unit - 1, 0]) for row in (p.trace.Z[l], p.trace.A[l], layer.b))
    found = {"no_bias": z - bias, "minus_bias": z - 2 * bias, "unweighted": float(inputs.sum()) + bias}
    if layer.activation.key != "identity":
        found["activated"] = a
    if layer.n_in == layer.n_out > 1:
        found["column"] = float(layer.W[:, unit - 1] @ inputs) + bias
    return found


def activation_slips(p: Pass, l: int, unit: int) -> dict[str, float]:
    """The values of a[l] of this unit, for the pass's only sample, with common mistakes, by the mistake's key."""
    z, a, slope = (float(row[unit - 1, 0]) for row in (p.trace.Z[l], p.trace.A[l], p.slope(l)))
    key = p.network.layers[l - 1].activation.key
    found = {"its_slope": slope}
    if a != z:
        found["not_activated"] = z
    if key == "relu":
        found |= {"absolute": -z} if z < 0 else {"cut": 0.0}
    if key == "sigmoid":
        found |= {"minus_z": float(np.exp(-z)), "rest": 1 - a}
    if key == "tanh":
        found |= {"sigmoid": float(1 / (1 + np.exp(-z))), "sign": -a}
    return found


def loss_slips(p: Pass) -> dict[str, float]:
    """The values of the mean loss of this pass, without penalty, with common mistakes, by the mistake's key."""
    value, loss = p.data_loss, p.network.loss_function
    found = {"sign": -value, "half": value / 2, "double": 2 * value}
    if p.n > 1:
        found["sum"] = p.n * value
    if loss.probability:
        found["log10"] = value / math.log(10)
        if p.network.sizes[-1] == 1:
            found["other_class"] = float(loss.value(p.trace.A[-1], 1 - p.Y))
            found["squared"] = float(LOSSES["mse"].value(p.trace.A[-1], p.Y))
    return found


def delta_slips(p: Pass, l: int, unit: int) -> dict[str, float]:
    """The values of delta[l] of this unit, for the pass's only sample, with common mistakes, by the mistake's key."""
    value, arriving, slope = (float(row[unit - 1, 0]) for row in (p.trace.delta[l], p.arriving(l), p.slope(l)))
    a, activation = float(p.trace.A[l][unit - 1, 0]), p.network.layers[l - 1].activation
    found = {"sign": -value}
    if l == len(p.network.layers):
        factor = p.network.loss_function.scale(p.network.sizes[-1])
        found |= {"no_target": a} | ({"half": value / 2} if factor != 1 else {"double": 2 * value})
        if not activation.coupled and activation.key != "identity":
            found |= {"extra_slope": value * slope} if p.network.canonical else {"slope": arriving}
        return found
    if activation.key != "identity":
        found["slope"] = arriving
        at_a, once = np.array([[a]]), activation.forward(np.array([[a]]), np.empty((1, 1)))
        found["slope_at_a"] = arriving * float(activation.derivative(at_a, once, np.empty((1, 1)))[0, 0])
    above = p.trace.delta[l + 1][:, 0]
    found["no_weight"] = float(above.sum()) * slope
    if p.network.sizes[l] == 2:
        found["other_weight"] = float(p.network.layers[l].W[:, 2 - unit] @ above) * slope
    return found


def factor_slips(p: Pass, l: int, unit: int, source: int) -> dict[str, float]:
    """The values of dW[l][unit, source], for the pass's only sample, with a wrong factor, by the mistake's key."""
    delta, inputs = float(p.trace.delta[l][unit - 1, 0]), p.trace.A[l - 1][:, 0]
    found = {"sign": -p.gradient(l, unit, source), "no_input": delta}
    if source > len(inputs):
        return found
    found["weight_for_input"] = delta * p.weight(l, unit, source)
    if len(inputs) == 2:
        found["other_input"] = delta * float(inputs[2 - source])
    if l < len(p.network.layers):
        found["delta_above"] = float(p.trace.delta[l + 1].sum()) * float(inputs[source - 1])
    if p.network.sizes[l] == 2:
        found["other_delta"] = float(p.trace.delta[l][2 - unit, 0]) * float(inputs[source - 1])
    if l > 1 and p.network.layers[l - 2].activation.key != "identity":
        found["input_before"] = delta * float(p.trace.Z[l - 1][source - 1, 0])
    return found


def update_slips(old: float, new: float, learning_rate: float) -> dict[str, float]:
    """The values of a weight after the step with common mistakes, by the mistake's key.

    Every optimizer's step is proportional to the learning rate, so without it, the step is (new - old) / learning_rate.
    """
    step = new - old
    return {"old": old, "added": old - step, "rate": old + step / learning_rate, "step_only": step}


def clip_slips(old: float, grad: np.ndarray, index: int, learning_rate: float, clip: float) -> dict[str, float]:
    """The values of a weight after a step with a clipped gradient with common mistakes, by the mistake's key.

    grad (n_params,): the whole gradient before clipping; index: the weight's place in it.
    """
    norm, g = float(np.linalg.norm(grad)), float(grad[index])
    right = min(1.0, clip / norm) * g
    found = {"old": old, "added": old + learning_rate * right, "rate": old - right}
    found |= {
        "entry": old - learning_rate * float(np.clip(g, -clip, clip)),
        "unit_norm": old - learning_rate * g / norm,
    }
    if norm > clip:
        return found | {"not_clipped": old - learning_rate * g}
    return found | {"lengthened": old - learning_rate * g * clip / norm}


def adam_slips(old: float, gradient: float, learning_rate: float, beta1: float, beta2: float) -> dict[str, float]:
    """The values of a weight after Adam's first step with common mistakes, by the mistake's key; epsilon is neglected."""
    step = learning_rate * float(np.sign(gradient))
    return {
        "old": old,
        "added": old + step,
        "descent": old - learning_rate * gradient,
        "not_corrected": old - step * (1 - beta1) / (1 - beta2) ** 0.5,
        "corrected_m_only": old - step / (1 - beta2) ** 0.5,
        "corrected_v_only": old - step * (1 - beta1),
    }


def judge(
    typed: float, value: float, known: dict[str, float], *, origin: float | None = None
) -> tuple[bool, str | None]:
    """Whether a typed value is right to 0.5 %, and if not, the key of the only mistake that gives it, or None.

    origin: if given, the tolerance is 0.5 % of the step from ``origin``, not of the value; otherwise a weight that
    hardly moved would pass for unchanged.
    """

    def close(a, b):
        size = abs(b) if origin is None else max(abs(b - origin), abs(value - origin))
        return bool(np.isfinite(b)) and abs(a - b) <= 0.005 * size + 1e-12

    if close(typed, value):
        return True, None
    found = [key for key, slip in known.items() if close(typed, slip)]
    return False, found[0] if len(found) == 1 else None
