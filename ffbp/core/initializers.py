"""Initial weights: how large the first random numbers are decides whether signals and gradients survive the depth.

A layer adds up ``fan_in`` products, so the variance of ``z`` is ``fan_in · Var(w)`` times that of its inputs; each
named rule picks Var(w) to keep signals (or gradients, or both) at one size. All draws have the shape
``(n_in, n_out)`` from one stream and are transposed into ``W``; zeros and constants draw nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Initializer:
    """``std(fan_in, fan_out, scale)`` is the standard deviation; ``draw`` is ``"normal"``, ``"uniform"`` or None.

    ``scaled`` says that the configuration's ``init_scale`` matters.
    """

    key: str
    label: str
    formula: str
    std: Callable
    draw: str | None
    scaled: bool = False

    def __call__(self, n_in: int, n_out: int, *, random_state: np.random.RandomState, scale: float = 1.0) -> np.ndarray:
        """Weights of one layer, shape (n_out, n_in)."""
        std = self.std(n_in, n_out, scale)
        if self.draw == "normal":
            return (random_state.randn(n_in, n_out) * std).T
        if self.draw == "uniform":
            limit = np.sqrt(3.0) * std  # a uniform draw on (-limit, limit) has the variance limit²/3
            return random_state.uniform(-limit, limit, (n_in, n_out)).T
        return np.full((n_out, n_in), std)


INITIALIZERS = {
    entry.key: entry
    for entry in (
        Initializer("zeros", "Zeros", "w = 0", lambda n_in, n_out, scale: 0.0, None),
        Initializer("constant", "Constant", "w = scale", lambda n_in, n_out, scale: scale, None, scaled=True),
        Initializer("normal", "Normal", "σ = scale", lambda n_in, n_out, scale: scale, "normal", scaled=True),
        # LeCun et al. 1998, Efficient BackProp: keeps the variance of signals through a linear layer.
        Initializer("lecun", "LeCun normal", "σ = √(1/n_in)", lambda n_in, n_out, scale: np.sqrt(1 / n_in), "normal"),
        # Glorot & Bengio 2010: the compromise between signals (n_in) and gradients (n_out).
        Initializer(
            "xavier", "Xavier normal", "σ = √(2/(n_in + n_out))",
            lambda n_in, n_out, scale: np.sqrt(2 / (n_in + n_out)), "normal",
        ),
        Initializer(
            "xavier_uniform", "Xavier uniform", "±√(6/(n_in + n_out))",
            lambda n_in, n_out, scale: np.sqrt(2 / (n_in + n_out)), "uniform",
        ),
        # He et al. 2015: ReLU drops half of the variance, so twice as much is put in.
        Initializer("he", "He normal", "σ = √(2/n_in)", lambda n_in, n_out, scale: np.sqrt(2 / n_in), "normal"),
        Initializer("he_uniform", "He uniform", "±√(6/n_in)", lambda n_in, n_out, scale: np.sqrt(2 / n_in), "uniform"),
    )
}  # fmt: skip
