"""The gradient check: the definition of a derivative, used as a judge of backpropagation.

Move one parameter a little up and a little down, and see how the loss answers: (L(θ + h) − L(θ − h)) / 2h. If backward
is right, both numbers agree to many digits for every parameter. Where the two moves put a sample on different sides of
a kink (ReLU's corner), the difference quotient is no derivative, so those parameters are counted apart; so are those that
move the loss by less than rounding does, where the quotient knows nothing.
"""

from dataclasses import dataclass

import numpy as np

from ffbp.core.network import Network, with_ones
from ffbp.core.stacks import stacks

WIDE_STEP = 3e-4
# In extended precision, where the platform has one, a step can be so small that hardly any sample crosses a kink.
STEP = 3e-6 if np.finfo(np.longdouble).eps < 1e-17 else 1e-5
AGREEMENT = 1e-6  # relative; a quotient that differs by more is asked whether its digits allow to say so
LAST_DIGITS = 8  # units in the last place that a loss, and four times the difference of two, may be off
DOUBT = 3e-7  # relative difference of D(h) and D(2h), rounding included, above which more digits are asked for


@dataclass(frozen=True)
class GradientCheck:
    """``max_relative_error`` is |a − n| / max(|a| + |n|, 1e-6) at its worst, over the parameters that are checked.

    n_checked + n_kinks + n_drowned is the number of parameters. n_drowned: both numbers are so small that the rounding of
    the loss hides their difference, 8 eps · (loss + Σ|δ| Σ|w a|) / h + |D(h) − D(2h)|, and may make the quotient 0.
    analytic, numeric, relative_error: (n_params,); crosses_kink, drowned: (n_params,) bool; names: one a parameter.
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
            f"{self.n_checked} parameters checked, {self.n_kinks} across a kink, {self.n_drowned} beneath rounding; "
            f"largest relative error {self.max_relative_error:.2e} at {self.worst}: backward {self.worst_analytic:.12g}, "
            f"difference quotient {self.worst_numeric:.12g}"
        )


def check_gradients(net: Network, X: np.ndarray, y: np.ndarray, *, step: float | None = None) -> GradientCheck:
    """Compare `Network.backward` with difference quotients for every parameter, penalty included.

    X (n_samples, n_inputs), y (n_samples,) or (n_samples, n_outputs). With ``step`` h: the central difference D(h) alone.
    Without: (4 D(h) − D(2h)) / 3 at h = 3e-4, whose truncation error falls with h⁴ (Richardson 1911), so that h can be
    large enough for the loss's last digits not to matter. Where only the wider moves cross a kink, or D(h) and D(2h)
    differ (or rounding counts) by more than is sure, the same at h = 3e-6 in extended precision
    (np.longdouble; 1e-5 where the platform has none), which is judged by neither noise nor a bend nearby. The network itself
    is left as it was.
    """
    probe = net.with_theta(net.theta.copy())
    trace = probe.forward(X)
    analytic = probe.backward(y, trace).copy()
    Y, everything = net.targets(y), np.arange(net.n_params)
    rounding = np.zeros(net.n_params)
    if step is not None:
        numeric, crosses_kink = _central_differences(net, X, Y, everything, step)
    else:
        numeric, difference, crosses_kink = _richardson(net, X, Y, everything, WIDE_STEP)
        last_digit = net.loss(X, y) + _rounded_sums(probe, trace)  # times eps
        unsure = difference + np.finfo(float).eps * last_digit / WIDE_STEP
        trusted = unsure <= DOUBT * np.maximum(2 * np.abs(numeric), 1e-6)
        doubtful = np.flatnonzero(crosses_kink | ~trusted)
        numeric[doubtful], difference, crosses_kink[doubtful] = _richardson(net, X, Y, doubtful, STEP, np.longdouble)
        rounding[doubtful] = LAST_DIGITS * np.finfo(np.longdouble).eps * last_digit / STEP + difference
    with np.errstate(over="ignore", invalid="ignore"):
        relative_error = np.abs(analytic - numeric) / np.maximum(np.abs(analytic) + np.abs(numeric), 1e-6)
        drowned = ~crosses_kink & (relative_error > AGREEMENT) & (np.abs(analytic - numeric) <= rounding)
    judged = np.where(crosses_kink | drowned, -1.0, np.where(np.isfinite(relative_error), relative_error, np.inf))
    worst = int(np.argmax(judged))
    names = parameter_names(net)
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
    """How far the loss moves if each unit's sum is off by its terms' sizes, of which rounding takes eps: Σ|δ| Σ|w a|."""
    with np.errstate(over="ignore", invalid="ignore"):
        return sum(
            float((np.abs(delta) * (np.abs(W_b) @ np.abs(A_ones))).sum())
            for delta, W_b, A_ones in zip(trace.delta[1:], net.blocks(net.theta), trace.A_ones, strict=False)
        )


def _richardson(net: Network, X, Y, indices, step, dtype=float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(4 D(h) − D(2h)) / 3 for these parameters, |D(h) − D(2h)|, and which of the moves cross a kink."""
    near, _ = _central_differences(net, X, Y, indices, step, dtype)
    far, crosses_kink = _central_differences(net, X, Y, indices, 2 * step, dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        return (4 * near - far) / 3, np.abs(near - far), crosses_kink


def _central_differences(net: Network, X, Y, indices, step, dtype=float) -> tuple[np.ndarray, np.ndarray]:
    """(L(θ + h) − L(θ − h)) / 2h for these parameters, some at a time, and which of the moves cross a kink."""
    numeric, crosses_kink = np.empty(len(indices)), np.zeros(len(indices), dtype=bool)
    indices = np.asarray(indices)

    def moved(part):
        """One parameter up, and the same one down: (2, n, n_params)."""
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
            # A penalty is a sum over parameters: all its terms but one cancel, and would only cost digits.
            penalty = net.l1 * (np.abs(up) - np.abs(down)) + net.l2 / 2 * (up - down) * (up + down)
            change = loss_up - loss_down + net.weight_mask[some] * penalty
            numeric[part] = change / (up - down)  # by the step that was really made, after rounding
        crosses_kink[part] = _crosses_kink(stack, trace)
    if net.l1:
        crosses_kink |= (np.abs(net.theta[indices]) <= step) & (net.weight_mask[indices] > 0)
    return numeric, crosses_kink


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
