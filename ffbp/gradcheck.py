"""The gradient check: the definition of a derivative, used as a judge of backpropagation.

Move one parameter a little up and a little down, and see how the loss answers: (L(θ + h) − L(θ − h)) / 2h. If backward
is right, both numbers agree to many digits for every parameter. Where the two moves put a sample on different sides of
a kink (ReLU's corner), the difference quotient is no derivative, so those parameters are counted apart.
"""

from dataclasses import dataclass

import numpy as np

from ffbp.network import Network

STEP = 1e-5
CHUNK_BYTES = 4_000_000


@dataclass(frozen=True)
class GradientCheck:
    """``max_relative_error`` is |a − n| / max(|a| + |n|, 1e-6) at its worst, over the parameters that cross no kink.

    analytic, numeric, relative_error: (n_params,); crosses_kink: (n_params,) bool; names: one a parameter.
    """

    max_relative_error: float
    worst: str
    worst_analytic: float
    worst_numeric: float
    n_checked: int
    n_kinks: int
    names: tuple[str, ...]
    analytic: np.ndarray
    numeric: np.ndarray
    relative_error: np.ndarray
    crosses_kink: np.ndarray

    def __str__(self):
        return (
            f"{self.n_checked} parameters checked, {self.n_kinks} across a kink; largest relative error "
            f"{self.max_relative_error:.2e} at {self.worst}: backward {self.worst_analytic:.12g}, "
            f"difference quotient {self.worst_numeric:.12g}"
        )


def check_gradients(net: Network, X: np.ndarray, y: np.ndarray, *, step: float = STEP) -> GradientCheck:
    """Compare `Network.backward` with central differences for every parameter, penalty included.

    X (n_samples, n_inputs), y (n_samples,) or (n_samples, n_outputs). The network itself is left as it was.
    """
    probe = net.with_theta(net.theta.copy())
    analytic = probe.backward(y, probe.forward(X)).copy()
    numeric = np.empty(net.n_params)
    crosses_kink = np.zeros(net.n_params, dtype=bool)
    Y = net.targets(y)
    chunk = max(1, CHUNK_BYTES // (8 * 2 * max(net.sizes) * len(X)))
    for start in range(0, net.n_params, chunk):
        indices = np.arange(start, min(start + chunk, net.n_params))
        theta = np.repeat(net.theta[None, None], 2, axis=0).repeat(len(indices), axis=1)
        theta[0, np.arange(len(indices)), indices] += step
        theta[1, np.arange(len(indices)), indices] -= step
        stack = net.with_theta(theta)
        trace = stack.forward(X)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a diverging run may overflow
            up, down = stack.data_loss(Y, trace) + stack.penalty()
            moved = theta[0, np.arange(len(indices)), indices] - theta[1, np.arange(len(indices)), indices]
            numeric[indices] = (up - down) / moved  # the step that was really made, after rounding
        crosses_kink[indices] = _crosses_kink(stack, trace)
    if net.l1:
        crosses_kink |= (np.abs(net.theta) <= step) & (net.weight_mask > 0)
    with np.errstate(over="ignore", invalid="ignore"):
        relative_error = np.abs(analytic - numeric) / np.maximum(np.abs(analytic) + np.abs(numeric), 1e-6)
    judged = np.where(crosses_kink, -1.0, np.where(np.isfinite(relative_error), relative_error, np.inf))
    worst = int(np.argmax(judged))
    names = parameter_names(net)
    return GradientCheck(
        max_relative_error=float(max(judged[worst], 0.0)),
        worst=names[worst],
        worst_analytic=float(analytic[worst]),
        worst_numeric=float(numeric[worst]),
        n_checked=int((~crosses_kink).sum()),
        n_kinks=int(crosses_kink.sum()),
        names=names,
        analytic=analytic,
        numeric=numeric,
        relative_error=relative_error,
        crosses_kink=crosses_kink,
    )


def _crosses_kink(stack: Network, trace) -> np.ndarray:
    """Whether any unit of any sample lies on different sides of a kink after the moves up and down."""
    crosses = np.zeros(stack.theta.shape[1], dtype=bool)
    for layer, Z in zip(stack.layers, trace.Z[1:], strict=True):
        for kink in layer.activation.kinks:
            crosses |= ((Z[0] > kink) != (Z[1] > kink)).any(axis=(-2, -1))
    return crosses


def parameter_names(net: Network) -> tuple[str, ...]:
    """Names in the order of theta: ``W[1][2,1]`` is layer 1's weight to unit 2 from input 1, ``b[1][2]`` its bias."""
    return tuple(
        f"W[{l}][{unit},{source}]" if source <= layer.n_in else f"b[{l}][{unit}]"
        for l, layer in enumerate(net.layers, start=1)
        for unit in range(1, layer.n_out + 1)
        for source in range(1, layer.n_in + 2)
    )
