"""Initial weights: their size decides whether signals and gradients survive many layers.

A layer adds up ``fan_in`` products, so the variance of ``z`` is ``fan_in · Var(w)`` times that of its inputs. Each
named rule chooses Var(w) to keep signals (or gradients, or both) at one size. The orthogonal rule keeps more: a layer
between equal widths turns a signal without changing its length at all. All draws have the shape ``(n_in, n_out)``, come
from one stream and are transposed into ``W``; zeros and constants draw nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Initializer:
    """``std(fan_in, fan_out, scale)`` is the root mean square of the weights; ``draw`` is ``"normal"``, ``"uniform"``,
    ``"orthogonal"`` or None.

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
        if self.draw == "orthogonal":
            return PLAIN_ORTHOGONAL
        return f"np.full((n_out, n_in), {self.plain_std})"

    def __call__(self, n_in: int, n_out: int, *, random_state: np.random.RandomState, scale: float = 1.0) -> np.ndarray:
        """Weights of one layer, shape (n_out, n_in)."""
        std = self.std(n_in, n_out, scale)
        if self.draw == "normal":
            return (random_state.randn(n_in, n_out) * std).T
        if self.draw == "uniform":
            limit = np.sqrt(3.0) * std  # a uniform draw from (-limit, limit) has the variance limit²/3
            return random_state.uniform(-limit, limit, (n_in, n_out)).T
        if self.draw == "orthogonal":
            return orthogonal(random_state.randn(n_in, n_out))
        return np.full((n_out, n_in), std)


def orthogonal(drawn: np.ndarray) -> np.ndarray:
    """W (n_out, n_in) with orthonormal rows, or orthonormal columns if n_out > n_in, from normal numbers (n_in, n_out).

    The Q of a QR decomposition; where R has a negative diagonal, Q's column is turned, so that no rotation is preferred
    (Mezzadri 2007).
    """
    Q, R = np.linalg.qr(drawn if len(drawn) > drawn.shape[1] else drawn.T)
    Q = Q * np.sign(np.diag(R))
    return Q.T if len(drawn) > drawn.shape[1] else Q


PLAIN_ORTHOGONAL = """drawn = random_state.randn(n_in, n_out)
Q, R = np.linalg.qr(drawn if n_in > n_out else drawn.T)
Q = Q * np.sign(np.diag(R))
Q.T if n_in > n_out else Q"""

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
        # Saxe et al. 2014: all singular values are 1, so that a linear network keeps every signal and every gradient.
        Initializer(
            "orthogonal", "Orthogonal", "W Wᵀ = 1 or Wᵀ W = 1",
            lambda n_in, n_out, scale: np.sqrt(1 / max(n_in, n_out)), "orthogonal",
            plain_std="np.sqrt(1 / max(n_in, n_out))",
        ),
    )
}  # fmt: skip
