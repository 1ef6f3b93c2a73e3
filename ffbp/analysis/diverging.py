"""Arithmetic on the numbers of a run that diverges: they overflow, and what is computed from them is ∞ or –, silently."""

import numpy as np


def diverging() -> np.errstate:
    """A context, or a decorator, in which overflow, division by zero and NaN are results and not worth a warning."""
    return np.errstate(all="ignore")
