"""Optimizers turn a gradient into a change of the parameters.

Each optimizer is a few in-place statements on one flat vector of all parameters. Its memory is ``state``: rows of the
same length as that vector. Each optimizer adds one idea to an earlier one. Formulas and default constants are those
of torch.optim.
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
    """

    key: str
    label: str
    formula: str
    bind: Callable
    memory: tuple[str, ...] = ()
    hyper: tuple[str, ...] = ()
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


def with_momentum(theta, grad, state, *, momentum):
    """Momentum (Polyak 1964), in place: v = mu v + g; theta -= lr v. With mu = 0 it is gradient descent."""
    v, change = state[0], np.empty_like(theta)

    def update(learning_rate, step):
        multiply(v, momentum, v)
        add(v, grad, v)
        multiply(v, learning_rate, change)
        subtract(theta, change, theta)

    return update


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


def adamw(theta, grad, state, *, beta1, beta2, epsilon, weight_decay):
    """AdamW (Loshchilov & Hutter 2019), in place: theta *= 1 - lr decay, then Adam; the gradient contains no decay."""
    step_of_adam = adam(theta, grad, state, beta1=beta1, beta2=beta2, epsilon=epsilon)

    def update(learning_rate, step):
        multiply(theta, 1 - learning_rate * weight_decay, theta)
        step_of_adam(learning_rate, step)

    return update


_VELOCITY = "v[:] = momentum * v + grad\n"
_ADAM = """\
unbias = (1 - beta2**step) ** 0.5
m[:] = beta1 * m + (1 - beta1) * grad
v[:] = beta2 * v + (1 - beta2) * grad**2
theta -= learning_rate * unbias / (1 - beta1**step) * (m / (np.sqrt(v) + epsilon * unbias))"""

OPTIMIZERS = {
    entry.key: entry
    for entry in (
        Optimizer("sgd", "Gradient descent", "θ ← θ − η g", sgd, plain="theta -= learning_rate * grad"),
        Optimizer(
            "momentum", "Momentum", "v ← μ v + g;  θ ← θ − η v", with_momentum, ("v",), ("momentum",),
            plain=_VELOCITY + "theta -= learning_rate * v",
        ),
        Optimizer(
            "nesterov", "Nesterov", "v ← μ v + g;  θ ← θ − η (g + μ v)", nesterov, ("v",), ("momentum",),
            plain=_VELOCITY + "theta -= learning_rate * (grad + momentum * v)",
        ),
        Optimizer(
            "rmsprop", "RMSProp", "v ← ρ v + (1 − ρ) g²;  θ ← θ − η g / (√v + ε)", rmsprop, ("v",), ("rho", "epsilon"),
            plain="v[:] = rho * v + (1 - rho) * grad**2\ntheta -= learning_rate * (grad / (np.sqrt(v) + epsilon))",
        ),
        Optimizer(
            "adam", "Adam", "θ ← θ − η m̂ / (√v̂ + ε)", adam, ("m", "v"), ("beta1", "beta2", "epsilon"),
            plain=_ADAM,
        ),
        Optimizer(
            "adamw", "AdamW", "θ ← (1 − η λ) θ − η m̂ / (√v̂ + ε)", adamw, ("m", "v"),
            ("beta1", "beta2", "epsilon", "weight_decay"),
            plain="theta *= 1 - learning_rate * weight_decay\n" + _ADAM,
        ),
    )
}  # fmt: skip
