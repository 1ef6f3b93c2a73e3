"""Answers computed by hand: reading typed numbers, and recognising common mistakes."""

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.passes import Pass


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


def update_slips(old: float, new: float, learning_rate: float) -> dict[str, float]:
    """The values of a weight after the step with common mistakes, by the mistake's key.

    Every optimizer's step is proportional to the learning rate, so without it, the step is (new - old) / learning_rate.
    """
    step = new - old
    return {"old": old, "added": old - step, "rate": old + step / learning_rate}


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
