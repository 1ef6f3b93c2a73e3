"""Arithmetic on the numbers of a diverging run: they overflow, and results are ∞ or NaN, without a warning."""

import numpy as np


def diverging() -> np.errstate:
    """A context or decorator in which overflow, division by zero and NaN are results, not warnings."""
    return np.errstate(all="ignore")
