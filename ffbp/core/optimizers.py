"""Optimizers turn a gradient into a change of the parameters.

Each optimizer is a few in-place statements on one flat vector of all parameters. Its memory is ``state``: rows of the
same length as that vector. Each optimizer adds one idea to an earlier one. Formulas and default constants are those
of torch.optim. Beside each stands how much curvature it bears: on a quadratic λ θ²/2, whose gradient is λ θ, an update is
linear, and it diverges where λ exceeds a limit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy import add, copyto, divide, multiply, sqrt, subtract


@dataclass(frozen=True, eq=False)
class Optimizer:
    """``bind(theta, grad, state, **hyper)`` returns the update of these arrays, a function of (learning_rate, step).

    The update changes theta (..., n_params) and state (n_state, ..., n_params), which starts with zeros, in place;
    ``step`` counts from 1. What it needs besides is made once, when it is bound. ``hyper`` lists the configuration's
    fields that it takes. ``plain`` is the update as text, to read and to export, in which ``memory`` names the rows of
    state: a line either assigns ``m[:] = ...`` to a row or ``theta -= ...``. A test proves it equal to the update.

    ``bears(learning_rate, **hyper)`` is the largest λ with which the update converges on λ θ²/2; None if nobody has
    derived it. An adaptive optimizer divides each parameter's step by a number of its own, so that λ is an eigenvalue of
    P^-1/2 H P^-1/2; ``preconditioner(state, step, **hyper)`` is the diagonal of P, (..., n_params), in update ``step``,
    for the state that this update leaves.
    """

    key: str
    label: str
    formula: str
    bind: Callable
    memory: tuple[str, ...] = ()
    hyper: tuple[str, ...] = ()
    bears: Callable | None = None
    preconditioner: Callable | None = None
    plain: str = field(kw_only=True)

    @property
    def n_state(self) -> int:
        return len(self.memory)


def sgd(theta, grad, state):
    """Gradient descent, in place: theta -= lr g."""
    change = np.empty_like(theta)

    def update(learning_rate, step):
        multiply(grad, learning_rate, change)
        subtract(theta, change, theta)

    return update


def borne_by_sgd(learning_rate):
    """2 / lr. The update multiplies theta by 1 - lr λ, whose size is at most 1 up to there."""
    return 2 / learning_rate


def with_momentum(theta, grad, state, *, momentum):
    """Momentum (Polyak 1964), in place: v = mu v + g; theta -= lr v. With mu = 0 it is gradient descent."""
    v, change = state[0], np.empty_like(theta)

    def update(learning_rate, step):
        multiply(v, momentum, v)
        add(v, grad, v)
        multiply(v, learning_rate, change)
        subtract(theta, change, theta)

    return update


def borne_with_momentum(learning_rate, *, momentum):
    """(2 + 2 mu) / lr, more than without.

    Two updates in a row: theta[t+1] = (1 + mu - lr λ) theta[t] - mu theta[t-1]. Both roots of z² - (1 + mu - lr λ) z + mu
    have at most size 1 while |1 + mu - lr λ| <= 1 + mu.
    """
    return (2 + 2 * momentum) / learning_rate


def nesterov(theta, grad, state, *, momentum):
    """Nesterov's momentum (Sutskever et al. 2013), in place: v = mu v + g; theta -= lr (g + mu v)."""
    v, change = state[0], np.empty_like(theta)

    def update(learning_rate, step):
        multiply(v, momentum, v)
        add(v, grad, v)
        multiply(v, momentum, change)
        add(change, grad, change)
        multiply(change, learning_rate, change)
        subtract(theta, change, theta)

    return update


def borne_by_nesterov(learning_rate, *, momentum):
    """(2 + 2 mu) / ((1 + 2 mu) lr): at mu = 0.9 less than plain gradient descent bears.

    The matrix of (theta, v) has the trace 1 + mu - (1 + mu) lr λ and the determinant mu (1 - lr λ). Its eigenvalues have
    at most size 1 while 1 + trace + determinant = 2 + 2 mu - (1 + 2 mu) lr λ >= 0.
    """
    return (2 + 2 * momentum) / ((1 + 2 * momentum) * learning_rate)


def rmsprop(theta, grad, state, *, rho, epsilon):
    """RMSProp (Tieleman & Hinton 2012), in place: v = rho v + (1 - rho) g²; theta -= lr g / (sqrt v + eps)."""
    v, change = state[0], np.empty_like(theta)

    def update(learning_rate, step):
        multiply(grad, grad, change)
        multiply(change, 1 - rho, change)
        multiply(v, rho, v)
        add(v, change, v)
        sqrt(v, change)
        add(change, epsilon, change)
        divide(grad, change, change)
        multiply(change, learning_rate, change)
        subtract(theta, change, theta)

    return update


def borne_by_rmsprop(learning_rate, *, rho, epsilon):
    """2 / lr, as of gradient descent with P = sqrt v + eps, while v hardly changes."""
    return 2 / learning_rate


def preconditioner_of_rmsprop(state, step, *, rho, epsilon):
    """sqrt v + eps."""
    return sqrt(state[..., 0, :]) + epsilon


def adam(theta, grad, state, *, beta1, beta2, epsilon):
    """Adam (Kingma & Ba 2015), in place: m, v running means of g, g²; theta -= lr m̂ / (sqrt v̂ + eps).

    m and v start from zeros; m̂ = m / (1 - beta1^t) and v̂ = v / (1 - beta2^t) remove that bias. Both divisors are
    numbers, so they move into lr and eps, as in the last lines of the paper's section 2.
    """
    (m, v), work = state, np.empty_like(state)
    change, square = work
    beta, rest = np.empty_like(state), np.empty_like(state)  # whole arrays: broadcasting takes twice as long
    beta[0], beta[1], rest[0], rest[1] = beta1, beta2, 1 - beta1, 1 - beta2

    def update(learning_rate, step):
        unbias = (1 - beta2**step) ** 0.5
        copyto(change, grad)
        multiply(grad, grad, square)
        multiply(work, rest, work)
        multiply(state, beta, state)
        add(state, work, state)  # both means at once: beta m + (1 - beta) g, and the same of g²
        sqrt(v, change)
        add(change, epsilon * unbias, change)
        divide(m, change, change)
        multiply(change, learning_rate * unbias / (1 - beta1**step), change)
        subtract(theta, change, theta)

    return update


def borne_by_adam(learning_rate, *, beta1, beta2, epsilon):
    """(2 + 2 beta1) / ((1 - beta1) lr), that is 38 / lr at beta1 = 0.9, while v hardly changes.

    m is momentum whose gradients are scaled by 1 - beta1, and the bound is that of momentum, divided by it.
    """
    return (2 + 2 * beta1) / ((1 - beta1) * learning_rate)


def preconditioner_of_adam(state, step, *, beta1, beta2, epsilon):
    """(1 - beta1^t) (sqrt v̂ + eps): what lr m is divided by."""
    step = np.asarray(step)[..., None]
    return (1 - beta1**step) * (sqrt(state[..., 1, :] / (1 - beta2**step)) + epsilon)


def adamw(theta, grad, state, *, beta1, beta2, epsilon, weight_decay):
    """AdamW (Loshchilov & Hutter 2019), in place: theta *= 1 - lr decay, then Adam; the gradient contains no decay."""
    step_of_adam = adam(theta, grad, state, beta1=beta1, beta2=beta2, epsilon=epsilon)

    def update(learning_rate, step):
        multiply(theta, 1 - learning_rate * weight_decay, theta)
        step_of_adam(learning_rate, step)

    return update


def borne_by_adamw(learning_rate, *, beta1, beta2, epsilon, weight_decay):
    """Adam's bound times 1 - lr decay / 2; the Hessian does not contain the decay.

    With d = 1 - lr decay, the matrix of (theta, m) has the determinant d beta1 and the trace d + beta1 - (1 - beta1) lr λ.
    1 + trace + determinant >= 0 while λ <= (1 + beta1) (1 + d) / ((1 - beta1) lr).
    """
    adam_bears = borne_by_adam(learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon)
    return adam_bears * (1 - learning_rate * weight_decay / 2)


def preconditioner_of_adamw(state, step, *, weight_decay, **hyper):
    """That of Adam."""
    return preconditioner_of_adam(state, step, **hyper)


_VELOCITY = "v[:] = momentum * v + grad\n"
_ADAM = """\
unbias = (1 - beta2**step) ** 0.5
m[:] = beta1 * m + (1 - beta1) * grad
v[:] = beta2 * v + (1 - beta2) * grad**2
theta -= learning_rate * unbias / (1 - beta1**step) * (m / (np.sqrt(v) + epsilon * unbias))"""

OPTIMIZERS = {
    entry.key: entry
    for entry in (
        Optimizer("sgd", "Gradient descent", "θ ← θ − η g", sgd, bears=borne_by_sgd, plain="theta -= learning_rate * grad"),
        Optimizer(
            "momentum", "Momentum", "v ← μ v + g;  θ ← θ − η v", with_momentum, ("v",), ("momentum",),
            bears=borne_with_momentum, plain=_VELOCITY + "theta -= learning_rate * v",
        ),
        Optimizer(
            "nesterov", "Nesterov", "v ← μ v + g;  θ ← θ − η (g + μ v)", nesterov, ("v",), ("momentum",),
            bears=borne_by_nesterov, plain=_VELOCITY + "theta -= learning_rate * (grad + momentum * v)",
        ),
        Optimizer(
            "rmsprop", "RMSProp", "v ← ρ v + (1 − ρ) g²;  θ ← θ − η g / (√v + ε)", rmsprop, ("v",), ("rho", "epsilon"),
            bears=borne_by_rmsprop, preconditioner=preconditioner_of_rmsprop,
            plain="v[:] = rho * v + (1 - rho) * grad**2\ntheta -= learning_rate * (grad / (np.sqrt(v) + epsilon))",
        ),
        Optimizer(
            "adam", "Adam", "θ ← θ − η m̂ / (√v̂ + ε)", adam, ("m", "v"), ("beta1", "beta2", "epsilon"),
            bears=borne_by_adam, preconditioner=preconditioner_of_adam, plain=_ADAM,
        ),
        Optimizer(
            "adamw", "AdamW", "θ ← (1 − η λ) θ − η m̂ / (√v̂ + ε)", adamw, ("m", "v"),
            ("beta1", "beta2", "epsilon", "weight_decay"),
            bears=borne_by_adamw, preconditioner=preconditioner_of_adamw,
            plain="theta *= 1 - learning_rate * weight_decay\n" + _ADAM,
        ),
    )
}  # fmt: skip
