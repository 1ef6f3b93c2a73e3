"""The gradient check: the definition of a derivative, used to test backpropagation.

Move one parameter up and down by a little and measure how the loss changes: (L(θ + h) − L(θ − h)) / 2h. If backward is
right, this quotient and the gradient agree to many digits for every parameter. Two kinds of parameters are counted
separately: those whose moves put a sample on different sides of a kink (ReLU's corner), so that the quotient is not a
derivative, and those whose effect on the loss is below rounding error, so that the quotient carries no information.
"""

from dataclasses import dataclass

import numpy as np

from ffbp.core.network import Network, with_ones
from ffbp.core.stacks import stacks

WIDE_STEP = 3e-4
# Extended precision, where the platform has it, allows a step so small that hardly any sample crosses a kink.
STEP = 3e-6 if np.finfo(np.longdouble).eps < 1e-17 else 1e-5
AGREEMENT = 1e-6  # relative; a larger difference counts only if the loss has enough digits to show it
LAST_DIGITS = 8  # rounding error of a loss, and of four times the difference of two, in units in the last place
DOUBT = 3e-7  # relative difference of D(h) and D(2h), rounding error included, above which more digits are needed


@dataclass(frozen=True)
class GradientCheck:
    """``max_relative_error`` is the largest |a − n| / max(|a| + |n|, 1e-6) of the parameters that are checked.

    n_checked + n_kinks + n_drowned is the number of parameters, or of those that were chosen. n_drowned: the analytic and the
    numeric value differ by less than the rounding error of the quotient, 8 eps · (loss + Σ|δ| Σ|w a|) / h + |D(h) − D(2h)|.
    analytic, numeric, relative_error: (n_params,); crosses_kink, drowned: (n_params,) bool; names: one per parameter.
    """

    max_relative_error: float
    worst: str
    worst_analytic: float
    worst_numeric: float
    n_checked: int
    n_kinks: int
    n_drowned: int
    names: tuple[str, ...]
    analytic: np.ndarray
    numeric: np.ndarray
    relative_error: np.ndarray
    crosses_kink: np.ndarray
    drowned: np.ndarray

    def __str__(self):
        return (
            f"{self.n_checked} parameters checked, {self.n_kinks} across a kink, "
            f"{self.n_drowned} below rounding error; largest relative error {self.max_relative_error:.2e} "
            f"at {self.worst}: backward {self.worst_analytic:.12g}, difference quotient {self.worst_numeric:.12g}"
        )


def check_gradients(
    net: Network, X: np.ndarray, y: np.ndarray, *, step: float | None = None, only: np.ndarray | None = None
) -> GradientCheck:
    """Compare `Network.backward` with difference quotients for every parameter, penalty included.

    X (n_samples, n_inputs), y (n_samples,) or (n_samples, n_outputs). only: the places in theta of the parameters to check.
    With ``step`` h: the central difference D(h).
    Without: (4 D(h) − D(2h)) / 3 at h = 3e-4. Its truncation error falls with h⁴ (Richardson 1911), so h can be large
    enough for rounding error not to matter. Where only the wider moves cross a kink, or D(h) and D(2h) differ too much,
    or rounding error is too large, the check is repeated at h = 3e-6 in extended precision (np.longdouble; 1e-5 where
    the platform has none), where neither rounding nor curvature interferes. The network itself does not change.
    """
    probe = net.with_theta(net.theta.copy())
    trace = probe.forward(X)
    analytic = probe.backward(y, trace).copy()
    Y, chosen = net.targets(y), np.arange(net.n_params) if only is None else np.asarray(only)
    analytic, rounding = analytic[chosen], np.zeros(len(chosen))
    if step is not None:
        numeric, crosses_kink = _central_differences(net, X, Y, chosen, step)
    else:
        numeric, difference, crosses_kink = _richardson(net, X, Y, chosen, WIDE_STEP)
        last_digit = net.loss(X, y) + _rounded_sums(probe, trace)  # times eps
        unsure = difference + np.finfo(float).eps * last_digit / WIDE_STEP
        trusted = unsure <= DOUBT * np.maximum(2 * np.abs(numeric), 1e-6)
        doubtful = np.flatnonzero(crosses_kink | ~trusted)
        again = _richardson(net, X, Y, chosen[doubtful], STEP, np.longdouble)
        numeric[doubtful], difference, crosses_kink[doubtful] = again
        rounding[doubtful] = LAST_DIGITS * np.finfo(np.longdouble).eps * last_digit / STEP + difference
    with np.errstate(over="ignore", invalid="ignore"):
        relative_error = np.abs(analytic - numeric) / np.maximum(np.abs(analytic) + np.abs(numeric), 1e-6)
        drowned = ~crosses_kink & (relative_error > AGREEMENT) & (np.abs(analytic - numeric) <= rounding)
    judged = np.where(crosses_kink | drowned, -1.0, np.where(np.isfinite(relative_error), relative_error, np.inf))
    worst = int(np.argmax(judged))
    names = parameter_names(net)
    names = names if only is None else tuple(names[k] for k in chosen)
    return GradientCheck(
        max_relative_error=float(max(judged[worst], 0.0)),
        worst=names[worst],
        worst_analytic=float(analytic[worst]),
        worst_numeric=float(numeric[worst]),
        n_checked=int((~crosses_kink & ~drowned).sum()),
        n_kinks=int(crosses_kink.sum()),
        n_drowned=int(drowned.sum()),
        names=names,
        analytic=analytic,
        numeric=numeric,
        relative_error=relative_error,
        crosses_kink=crosses_kink,
        drowned=drowned,
    )


def _rounded_sums(net: Network, trace) -> float:
    """Σ|δ| Σ|w a|: times eps, the effect on the loss of the rounding errors in all units' sums."""
    with np.errstate(over="ignore", invalid="ignore"):
        return sum(
            float((np.abs(delta) * (np.abs(W_b) @ np.abs(A_ones))).sum())
            for delta, W_b, A_ones in zip(trace.delta[1:], net.blocks(net.theta), trace.A_ones, strict=False)
        )


def _richardson(net: Network, X, Y, indices, step, dtype=float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(4 D(h) − D(2h)) / 3 for these parameters, |D(h) − D(2h)|, and whether a move crosses a kink."""
    near, _ = _central_differences(net, X, Y, indices, step, dtype)
    far, crosses_kink = _central_differences(net, X, Y, indices, 2 * step, dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        return (4 * near - far) / 3, np.abs(near - far), crosses_kink


def _central_differences(net: Network, X, Y, indices, step, dtype=float) -> tuple[np.ndarray, np.ndarray]:
    """(L(θ + h) − L(θ − h)) / 2h for these parameters, in chunks, and whether a move crosses a kink."""
    numeric, crosses_kink = np.empty(len(indices)), np.zeros(len(indices), dtype=bool)
    indices = np.asarray(indices)

    def moved(part):
        """θ with one parameter moved up, and with the same one moved down: (2, n, n_params)."""
        some = indices[part]
        theta, rows = np.tile(net.theta.astype(dtype), (2, len(some), 1)), np.arange(len(some))
        theta[0, rows, some] += step
        theta[1, rows, some] -= step
        return theta

    for part, stack, trace in stacks(net, moved, len(indices), with_ones(X).astype(dtype), each=2):
        some = indices[part]
        up, down = stack.theta[:, np.arange(len(some)), some]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a diverging run may overflow
            loss_up, loss_down = stack.data_loss(Y, stack.propagate(trace))
            # A penalty is a sum over parameters: all its terms but one cancel and would only cost digits.
            penalty = net.l1 * (np.abs(up) - np.abs(down)) + net.l2 / 2 * (up - down) * (up + down)
            change = loss_up - loss_down + net.weight_mask[some] * penalty
            numeric[part] = change / (up - down)  # divided by the actual step, after rounding
        crosses_kink[part] = _crosses_kink(stack, trace)
    if net.l1:
        crosses_kink |= (np.abs(net.theta[indices]) <= step) & (net.weight_mask[indices] > 0)
    return numeric, crosses_kink


def _crosses_kink(stack: Network, trace) -> np.ndarray:
    """Whether the moves up and down put any unit, for any sample, on different sides of a kink."""
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
