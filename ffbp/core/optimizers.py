"""Optimizers turn a gradient into a change of the parameters.

Each optimizer is a few in-place statements on one flat vector of all parameters. Its memory is ``state``: rows of the
same length as that vector. Each optimizer adds one idea to an earlier one. Formulas and default constants are those
of torch.optim.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Optimizer:
    """``update(theta, grad, state, work, *, learning_rate, step, **hyper)`` changes theta and state in place.

    ``state`` is (n_state, n_params) and starts with zeros; ``work`` is scratch (n_params,); ``step`` counts from 1.
    ``hyper`` lists the configuration's fields that the update takes. ``plain`` is the update as text, to read and to
    export, in which ``memory`` names the rows of state: a line either assigns ``m[:] = ...`` to a row or ``theta -= ...``.
    A test proves it equal to the update.
    """

    key: str
    label: str
    formula: str
    update: Callable
    memory: tuple[str, ...] = ()
    hyper: tuple[str, ...] = ()
    plain: str = field(kw_only=True)

    @property
    def n_state(self) -> int:
        return len(self.memory)


def sgd(theta, grad, state, work, *, learning_rate, step):
    """Gradient descent, in place: theta -= lr g."""
    np.multiply(grad, learning_rate, out=work)
    np.subtract(theta, work, out=theta)


def momentum_update(theta, grad, state, work, *, learning_rate, step, momentum):
    """Momentum (Polyak 1964), in place: v = mu v + g; theta -= lr v. With mu = 0 it is gradient descent."""
    v = state[0]
    np.multiply(v, momentum, out=v)
    np.add(v, grad, out=v)
    np.multiply(v, learning_rate, out=work)
    np.subtract(theta, work, out=theta)


def nesterov_update(theta, grad, state, work, *, learning_rate, step, momentum):
    """Nesterov's momentum (Sutskever et al. 2013), in place: v = mu v + g; theta -= lr (g + mu v)."""
    v = state[0]
    np.multiply(v, momentum, out=v)
    np.add(v, grad, out=v)
    np.multiply(v, momentum, out=work)
    np.add(work, grad, out=work)
    np.multiply(work, learning_rate, out=work)
    np.subtract(theta, work, out=theta)


def rmsprop_update(theta, grad, state, work, *, learning_rate, step, rho, epsilon):
    """RMSProp (Tieleman & Hinton 2012), in place: v = rho v + (1 - rho) g²; theta -= lr g / (sqrt v + eps)."""
    v = state[0]
    np.multiply(grad, grad, out=work)
    np.multiply(work, 1 - rho, out=work)
    np.multiply(v, rho, out=v)
    np.add(v, work, out=v)
    np.sqrt(v, out=work)
    np.add(work, epsilon, out=work)
    np.divide(grad, work, out=work)
    np.multiply(work, learning_rate, out=work)
    np.subtract(theta, work, out=theta)


def adam_update(theta, grad, state, work, *, learning_rate, step, beta1, beta2, epsilon):
    """Adam (Kingma & Ba 2015), in place: m, v running means of g, g²; theta -= lr m̂ / (sqrt v̂ + eps).

    m and v start from zeros; m̂ = m / (1 - beta1^t) and v̂ = v / (1 - beta2^t) remove that bias. Both divisors are
    numbers, so they move into lr and eps, as in the last lines of the paper's section 2.
    """
    unbias = (1 - beta2**step) ** 0.5
    m, v = state
    np.multiply(m, beta1, out=m)
    np.multiply(grad, 1 - beta1, out=work)
    np.add(m, work, out=m)
    np.multiply(v, beta2, out=v)
    np.multiply(grad, grad, out=work)
    np.multiply(work, 1 - beta2, out=work)
    np.add(v, work, out=v)
    np.sqrt(v, out=work)
    np.add(work, epsilon * unbias, out=work)
    np.divide(m, work, out=work)
    np.multiply(work, learning_rate * unbias / (1 - beta1**step), out=work)
    np.subtract(theta, work, out=theta)


def adamw_update(theta, grad, state, work, *, learning_rate, step, beta1, beta2, epsilon, weight_decay):
    """AdamW (Loshchilov & Hutter 2019), in place: theta *= 1 - lr decay, then Adam; the gradient contains no decay."""
    np.multiply(theta, 1 - learning_rate * weight_decay, out=theta)
    adam_update(
        theta, grad, state, work, learning_rate=learning_rate, step=step, beta1=beta1, beta2=beta2, epsilon=epsilon
    )


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
            "momentum", "Momentum", "v ← μ v + g;  θ ← θ − η v", momentum_update, ("v",), ("momentum",),
            plain=_VELOCITY + "theta -= learning_rate * v",
        ),
        Optimizer(
            "nesterov", "Nesterov", "v ← μ v + g;  θ ← θ − η (g + μ v)", nesterov_update, ("v",), ("momentum",),
            plain=_VELOCITY + "theta -= learning_rate * (grad + momentum * v)",
        ),
        Optimizer(
            "rmsprop", "RMSProp", "v ← ρ v + (1 − ρ) g²;  θ ← θ − η g / (√v + ε)", rmsprop_update, ("v",), ("rho", "epsilon"),
            plain="v[:] = rho * v + (1 - rho) * grad**2\ntheta -= learning_rate * (grad / (np.sqrt(v) + epsilon))",
        ),
        Optimizer(
            "adam", "Adam", "θ ← θ − η m̂ / (√v̂ + ε)", adam_update, ("m", "v"), ("beta1", "beta2", "epsilon"),
            plain=_ADAM,
        ),
        Optimizer(
            "adamw", "AdamW", "θ ← (1 − η λ) θ − η m̂ / (√v̂ + ε)", adamw_update, ("m", "v"),
            ("beta1", "beta2", "epsilon", "weight_decay"),
            plain="theta *= 1 - learning_rate * weight_decay\n" + _ADAM,
        ),
    )
}  # fmt: skip
