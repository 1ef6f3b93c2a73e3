"""Ranges of numeric fields: which fields have one, where it begins and ends, and evenly spaced values within it."""

import math
from dataclasses import replace
from functools import cache

import numpy as np

from ffbp.experiment.config import Config
from ffbp.experiment.fields import FIELDS, Ladder, Slider
from ffbp.experiment.kinds import Real, Whole
from ffbp.experiment.problems import ConfigError

NARROWEST = 1e-12  # a range relative to its numbers


@cache
def is_numeric(field: str) -> bool:
    """Whether a field is a number that a range can be taken of."""
    return isinstance(FIELDS[field].kind, Real | Whole)


@cache
def is_logarithmic(field: str) -> bool:
    """Whether a field's values are spaced by equal factors: those whose control has rungs of a ladder."""
    return isinstance(FIELDS[field].control, Ladder)


def usual_range(field: str, config: Config) -> tuple[float, float]:
    """A range to begin with: the control's, or around the experiment's own value; no more epochs and samples than it has."""
    each, now = FIELDS[field], getattr(config, field)
    kind, control = each.kind, each.control
    if field in ("epochs", "n_samples"):
        return max(kind.low, now / 100 if field == "epochs" else 10), now
    if isinstance(control, Ladder):
        rungs = [rung for rung in control.rungs if rung > 0 and fits(config, field, rung)]
        return min(rungs), max(rungs)
    if isinstance(control, Slider) or kind.low == 0:
        return kind.low, kind.high
    return 0.0, 2 * max(1.0, abs(now or 0))


def fits(config: Config, field: str, value) -> bool:
    """Whether the experiment can be trained with this value of a field."""
    try:
        replace(config, **{field: value})
    except ConfigError:
        return False
    return True


def check_range(field: str, numbers) -> tuple[float, float]:
    """Two numbers as a field's range. Raises ConfigError unless the first is smaller and the field takes both."""
    kind, name = FIELDS[field].kind, FIELDS[field].name
    low, high = (Real(kind.low, kind.high).check(name, number) for number in numbers)
    if is_logarithmic(field) and not low > 0:
        raise ConfigError(name, "positive", low)
    if not high - low > NARROWEST * max(abs(low), abs(high)):
        raise ConfigError(name, "above", high, low=low)
    return low, high


def spaced(field: str, low: float, high: float, n: int) -> tuple:
    """At most n different values from low to high: by equal factors or equal steps, whole numbers for a whole field.

    Numbers are rounded to a hundredth of a step, so that a run's link is no longer than necessary.
    """
    exact = np.geomspace(low, high, n) if is_logarithmic(field) else np.linspace(low, high, n)
    if isinstance(FIELDS[field].kind, Whole):
        inside = range(math.ceil(low), math.floor(high) + 1)
        return tuple(sorted({round(value) for value in exact.tolist()} & {*inside})) or (round(low),)
    steps = np.gradient(exact) if n > 1 else exact
    pairs = zip(exact.tolist(), steps.tolist(), strict=True)
    return tuple(dict.fromkeys(min(max(rounded(value, step), low), high) for value, step in pairs))


def rounded(value: float, step: float) -> float:
    """A number with as many digits as make a hundredth of a step visible, at least three."""
    if not (value and step):
        return value
    digits = max(3, math.ceil(math.log10(abs(value / step))) + 3)
    return float(f"{value:.{digits}g}")
