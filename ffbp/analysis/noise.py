"""Mini-batch noise: how far the gradient of a batch is from the gradient of the whole training set, exactly.

A batch is a draw without replacement from n samples, so its gradient g is right on average, and its mean squared error is
S²/B · (1 - B/n), where S² is the variance of the samples' own gradients. At B = n nothing is left of it. All of it is about
the data part: a penalty is the same for every batch.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.core.network import Network, Trace
from ffbp.experiment.config import Config
from ffbp.words.notice import Notice

CHUNK_NUMBERS = 2_000_000  # of the gradients that are held at once


@dataclass(frozen=True, eq=False)
class BatchNoise:
    """norms (n,): the length of each sample's own gradient. gradient (n_params,): G, their mean."""

    norms: np.ndarray
    gradient: np.ndarray

    @property
    def n(self) -> int:
        return len(self.norms)

    @cached_property
    @diverging()
    def length(self) -> float:
        """The length of the full gradient; infinite where its square overflows."""
        return float(np.sqrt(np.square(self.gradient).sum()))

    @cached_property
    @diverging()
    def variance(self) -> float:
        """S² = Σ‖g_i - G‖² / (n - 1), the trace of the samples' covariance; 0 for a single sample."""
        if self.n < 2:
            return 0.0
        # Of equal gradients the difference of the two sums is rounding error, which may be negative.
        return max(0.0, float(np.square(self.norms).sum() - self.n * self.length**2) / (self.n - 1))

    def error(self, batch_size: float | np.ndarray) -> float | np.ndarray:
        """The mean of ‖g - G‖² over all batches of this size, drawn without replacement: S²/B · (1 - B/n)."""
        return self.variance / batch_size * (1 - batch_size / self.n)

    def relative(self, batch_size: float) -> float:
        """The root of `error` divided by the length of the full gradient."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.sqrt(np.float64(self.error(batch_size))) / self.length)

    @property
    def scale(self) -> float:
        """S²/‖G‖² (McCandlish et al. 2018): a batch of so many, drawn from endless data, errs by as much as G is long."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.float64(self.variance) / self.length**2)


@dataclass(frozen=True, eq=False)
class BatchGradients:
    """Of each batch, (n_batches,): its size, its gradient's part along the full gradient G and the length of the rest.

    errors: ‖g - G‖². lengths, angles: of g, and in degrees between g and G; an angle is NaN where either is 0.
    """

    sizes: np.ndarray
    along: np.ndarray
    across: np.ndarray
    errors: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        return np.hypot(self.along, self.across)

    @property
    def angles(self) -> np.ndarray:
        return np.degrees(np.where(self.lengths > 0, np.arctan2(self.across, self.along), np.nan))


def batch_noise(network: Network, X: np.ndarray, y: np.ndarray) -> BatchNoise:
    """The samples' gradient norms at the network's parameters, and the full gradient, without any penalty.

    X (n, n_inputs), y (n,) or (n, n_outputs). ‖g_i‖² = n² Σ_l ‖delta_i[l]‖² (‖a_i[l-1]‖² + 1): the gradient of one sample is
    an outer product, so its length is the product of two lengths, and no sample's gradient is formed.
    """
    plain, trace = _pass(network, X, y)
    squares = np.zeros(trace.n)
    with np.errstate(over="ignore", invalid="ignore"):
        for delta, A_ones in zip(trace.delta[1:], trace.A_ones, strict=False):
            squares += np.square(delta).sum(axis=0) * np.square(A_ones).sum(axis=0)
        return BatchNoise(trace.n * np.sqrt(squares), plain.grad.copy())


def batch_gradients(
    network: Network, X: np.ndarray, y: np.ndarray, *, batch_size: int, order: np.ndarray | None = None
) -> BatchGradients:
    """The gradients of all batches of one epoch at fixed parameters, against the full gradient; the last may be smaller.

    order (n,): that in which the samples are taken; by default as they come. One pass forward and back serves all batches.
    Raises ValueError unless 1 <= batch_size <= n.
    """
    plain, trace = _pass(network, X, y)
    n = trace.n
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size must be from 1 to {n}, got {batch_size!r}")
    order = np.arange(n) if order is None else order
    length = np.sqrt(np.square(plain.grad).sum())
    direction = plain.grad / length if length > 0 else np.zeros(plain.n_params)
    n_full = n // batch_size
    at_once = max(1, CHUNK_NUMBERS // plain.n_params)
    groups = [
        order[start * batch_size : min(start + at_once, n_full) * batch_size].reshape(-1, batch_size)
        for start in range(0, n_full, at_once)
    ]
    if n % batch_size:
        groups.append(order[n_full * batch_size :][None])
    found = [_against(_gradients(plain, trace, rows), plain.grad, direction) for rows in groups]
    sizes = np.concatenate([np.full(len(rows), rows.shape[1]) for rows in groups])
    return BatchGradients(sizes, *np.concatenate(found, axis=1))


def _pass(network: Network, X, y) -> tuple[Network, Trace]:
    """A pass of a copy without a penalty."""
    options = {"loss": network.loss_function, "task": network.task, "theta": network.theta.copy()}
    plain = Network(network.sizes, network.activations, **options)
    trace = plain.forward(X)
    plain.backward(y, trace)
    return plain, trace


def _gradients(network: Network, trace: Trace, rows: np.ndarray) -> np.ndarray:
    """The gradients of batches of one size, rows (k, B): (k, n_params)."""
    found = np.empty((len(rows), network.n_params))
    with np.errstate(over="ignore", invalid="ignore"):
        for block, delta, A_ones in zip(network.blocks(found), trace.delta[1:], trace.A_ones, strict=False):
            # Of each batch, the mean over its own samples: delta has 1/n inside.
            np.matmul(delta.T[rows].mT * (trace.n / rows.shape[1]), A_ones.T[rows], out=block)
    return found


def _against(gradients, full, direction) -> np.ndarray:
    """Along, across and squared error of gradients (k, n_params): (3, k)."""
    with np.errstate(over="ignore", invalid="ignore"):
        along = gradients @ direction
        across = np.sqrt(np.square(gradients - along[:, None] * direction).sum(axis=1))
        return np.array([along, across, np.square(gradients - full).sum(axis=1)])


def noise_notice(noise: BatchNoise, batches: BatchGradients, batch_size: int, epoch: int) -> Notice:
    """How far batches of this size are from the full gradient, by the curve and in this epoch."""
    uphill = int((batches.along <= 0).sum())
    numbers = {
        "epoch": epoch,
        "length": noise.length,
        "samples": noise.n,
        "batch": batch_size,
        "error": noise.relative(batch_size),
    }
    return Notice("noise", "info", numbers | {"uphill": uphill, "batches": len(batches.sizes), "scale": noise.scale})


@lru_cache(maxsize=16)
def order_of(config: Config, n: int, epoch: int, batch_size: int) -> np.ndarray | None:
    """The order in which the run takes its n samples in the epoch after `epoch`; None if it does not shuffle them.

    With the batch size of the run these are its own batches; with another one, those it would have drawn.
    """
    if not config.shuffle or batch_size >= n:
        return None
    shuffler = np.random.RandomState(config.seed)
    for _ in range(epoch + 1):
        order = shuffler.permutation(n)
    return order
