"""Initial weights: their size decides whether signals and gradients survive many layers.

A layer adds up ``fan_in`` products, so the variance of ``z`` is ``fan_in · Var(w)`` times that of its inputs. Each
named rule chooses Var(w) to keep signals (or gradients, or both) at one size. All draws have the shape
``(n_in, n_out)``, come from one stream and are transposed into ``W``; zeros and constants draw nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Initializer:
    """``std(fan_in, fan_out, scale)`` is the standard deviation; ``draw`` is ``"normal"``, ``"uniform"`` or None.

    ``plain_std`` is the same as text, in n_in, n_out and scale. ``scaled``: whether the
    configuration's ``init_scale`` has an effect.
    """

    key: str
    label: str
    formula: str
    std: Callable
    draw: str | None
    scaled: bool = False
    plain_std: str = field(kw_only=True)

    @property
    def plain(self) -> str:
        """A call as text, to read and to export: the weights of one layer; a test proves it equal."""
        if self.draw == "normal":
            return f"(random_state.randn(n_in, n_out) * {self.plain_std}).T"
        if self.draw == "uniform":
            return f"limit = np.sqrt(3.0) * {self.plain_std}\nrandom_state.uniform(-limit, limit, (n_in, n_out)).T"
        return f"np.full((n_out, n_in), {self.plain_std})"

    def __call__(self, n_in: int, n_out: int, *, random_state: np.random.RandomState, scale: float = 1.0) -> np.ndarray:
        """Weights of one layer, shape (n_out, n_in)."""
        std = self.std(n_in, n_out, scale)
        if self.draw == "normal":
            return (random_state.randn(n_in, n_out) * std).T
        if self.draw == "uniform":
            limit = np.sqrt(3.0) * std  # a uniform draw from (-limit, limit) has the variance limit²/3
            return random_state.uniform(-limit, limit, (n_in, n_out)).T
        return np.full((n_out, n_in), std)


INITIALIZERS = {
    entry.key: entry
    for entry in (
        Initializer("zeros", "Zeros", "w = 0", lambda n_in, n_out, scale: 0.0, None, plain_std="0.0"),
        Initializer(
            "constant", "Constant", "w = scale", lambda n_in, n_out, scale: scale, None, scaled=True, plain_std="scale"
        ),
        Initializer(
            "normal", "Normal", "σ = scale", lambda n_in, n_out, scale: scale, "normal", scaled=True, plain_std="scale"
        ),
        # LeCun et al. 1998, Efficient BackProp: keeps the variance of signals through a linear layer.
        Initializer(
            "lecun", "LeCun normal", "σ = √(1/n_in)",
            lambda n_in, n_out, scale: np.sqrt(1 / n_in), "normal", plain_std="np.sqrt(1 / n_in)",
        ),
        # Glorot & Bengio 2010: the compromise between signals (n_in) and gradients (n_out).
        Initializer(
            "xavier", "Xavier normal", "σ = √(2/(n_in + n_out))",
            lambda n_in, n_out, scale: np.sqrt(2 / (n_in + n_out)), "normal", plain_std="np.sqrt(2 / (n_in + n_out))",
        ),
        Initializer(
            "xavier_uniform", "Xavier uniform", "±√(6/(n_in + n_out))",
            lambda n_in, n_out, scale: np.sqrt(2 / (n_in + n_out)), "uniform", plain_std="np.sqrt(2 / (n_in + n_out))",
        ),
        # He et al. 2015: ReLU halves the variance, so the weights get twice as much.
        Initializer(
            "he", "He normal", "σ = √(2/n_in)",
            lambda n_in, n_out, scale: np.sqrt(2 / n_in), "normal", plain_std="np.sqrt(2 / n_in)",
        ),
        Initializer(
            "he_uniform", "He uniform", "±√(6/n_in)",
            lambda n_in, n_out, scale: np.sqrt(2 / n_in), "uniform", plain_std="np.sqrt(2 / n_in)",
        ),
    )
}  # fmt: skip
