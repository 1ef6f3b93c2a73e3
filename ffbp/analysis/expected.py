"""The numbers of a run that the functions of its program must give, and those that known mistakes give instead.

They are the core's own, at one epoch and a few training samples: the forward pass, the loss, the output's delta, the gradient,
and the first steps of the optimizer. A mistake is recognised at a few entries, chosen to tell the mistakes apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.passes import pass_over
from ffbp.analysis.slips import activation_slips, adam_slips, delta_slips, loss_slips, slips, sum_slips, update_slips
from ffbp.training.run import Run

FORWARD, LOSS, DELTA, BACKWARD, UPDATE = FUNCTIONS = ("forward", "loss", "delta", "backward", "update")
N_SAMPLES, N_STEPS, N_WEIGHTS = 5, 3, 6
N_ENTRIES, N_PROBES = 24, 4  # how many entries are tried, and chosen at most
APART, SEEN = 0.02, 1e-5  # difference of two mistakes that are told apart, relative to them and to the largest entry


@dataclass(frozen=True)
class Number:
    """One array that a function must give. slips: by the mistake's key, its values at the entries ``places`` (flat)."""

    name: str
    value: np.ndarray
    places: tuple[int, ...]
    slips: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Expected:
    """What each function must give. epoch: of the weights; given: the numbers that functions are called with, by name."""

    epoch: int
    n_samples: int
    given: dict[str, np.ndarray]
    numbers: dict[str, list[Number]]

    @property
    def n_slips(self) -> int:
        return sum(len(number.slips) for numbers in self.numbers.values() for number in numbers)


def expected(run: Run, functions: Iterable[str]) -> Expected:
    """The numbers for some of FUNCTIONS, at the epoch that shows the most known mistakes, the earliest of these.

    Raises ValueError if the run has no finite numbers.
    """
    functions = [function for function in FUNCTIONS if function in set(functions)]
    last = run.n_frames - 1
    frames = [frame for frame in dict.fromkeys([*(2**k for k in range(9)), last, 0]) if frame <= last]
    best = None
    for frame in frames:
        found = _at(run, functions, frame)
        if found is not None and (best is None or found.n_slips > best.n_slips):
            best = found
    if best is None:
        raise ValueError("The numbers of this run are not finite: choose a smaller learning rate.")
    return best


def expected_beyond(run: Run, known: Expected) -> Expected | None:
    """The same at the same epoch for the samples that follow, to see whether a function computes; None if there are none.

    The optimizer's steps are not among them.
    """
    functions = [function for function in known.numbers if function != UPDATE]
    if not functions or len(run.dataset.X_train) <= N_SAMPLES:
        return None
    return _at(run, functions, list(run.history.epoch).index(known.epoch), first=N_SAMPLES)


def _at(run, functions, frame, first=0):
    """The numbers at a frame for the samples from the first on, or None if one of them is not finite."""
    theta, data = run.history.theta[frame], run.dataset
    X, y = (part[first : first + N_SAMPLES] for part in (data.X_train, data.y_train))
    with diverging():
        p = pass_over(run.architecture.with_theta(theta.copy()), X, y)
        alone = [
            pass_over(run.architecture.with_theta(theta.copy()), X[i : i + 1], y[i : i + 1]) for i in range(len(X))
        ]
        write = {
            FORWARD: lambda: _forward(p, alone),
            LOSS: lambda: [_number("loss", np.array(p.data_loss), lambda _: loss_slips(p))],
            DELTA: lambda: [_delta(p, alone)],
            BACKWARD: lambda: _backward(p),
            UPDATE: lambda: _update(run, given),
        }
        given = _given(p, functions)
        numbers = {function: write[function]() for function in functions}
    arrays = [*given.values(), *(number.value for found in numbers.values() for number in found)]
    if not all(np.isfinite(array).all() for array in arrays):
        return None
    return Expected(int(run.history.epoch[frame]), len(X), given, numbers)


def _given(p, functions):
    """The numbers with which some functions are called: weights, and what an earlier function would have computed."""
    last, found = len(p.network.layers), {}
    if {FORWARD, BACKWARD} & set(functions):
        found["theta"] = p.network.theta.copy()
    layers = range(1, last + 1) if BACKWARD in functions else [last] if {LOSS, DELTA} & set(functions) else []
    for l in layers:
        found |= {f"Z{l}": p.trace.Z[l].copy(), f"A{l}": p.trace.A[l].copy()}
    if BACKWARD in functions:
        found[f"delta{last}"] = p.trace.delta[last].copy()
    return found


def _forward(p, alone):
    found = []
    for l in range(1, len(p.network.layers) + 1):
        for name, array, known in (("Z", p.trace.Z[l], sum_slips), ("A", p.trace.A[l], activation_slips)):
            found.append(_number(f"{name}{l}", array, lambda at, known=known, l=l: known(alone[at[1]], l, at[0] + 1)))
    return found


def _delta(p, alone):
    """Delta of the output. Its 1/n is inside, so a mistake with one sample counts a share of 1/n here."""
    l = len(p.network.layers)

    def known(at):
        one = {key: value / p.n for key, value in delta_slips(alone[at[1]], l, at[0] + 1).items()}
        return one | ({"sum": p.n * float(p.trace.delta[l][at])} if p.n > 1 else {})

    return _number(f"delta{l}", p.trace.delta[l], known)


def _backward(p):
    """The gradient of each layer, from the last: the order in which they are computed."""
    layers = range(len(p.network.layers), 0, -1)
    return [
        _number(f"dWb{l}", p.network.layers[l - 1].dblock, lambda at, l=l: slips(p, l, at[0] + 1, at[1] + 1))
        for l in layers
    ]


def _update(run, given):
    """The changes of a few weights in the first steps; adds weights, gradients and learning rates to the given numbers."""
    training, config = run.resume(0), run.config
    n_steps, network = min(N_STEPS, len(run.history.step_loss)), training.network
    gradients, rates, path = [], [], [network.theta.copy()]
    for _ in range(max(n_steps, 1)):
        training.gradient()
        rates.append(training.learning_rate)
        training.update()
        gradients.append(network.grad.copy())  # clipped, as the optimizer took it
        path.append(network.theta.copy())
    chosen = np.sort(np.argsort(-np.abs(gradients[0]), kind="stable")[:N_WEIGHTS])
    gradients, path = np.array(gradients)[:, chosen], np.array(path)[:, chosen]
    given |= {"before": path[0], "gradients": gradients, "rates": np.array(rates)}
    found = []
    for step, (old, new, grad, rate) in enumerate(zip(path, path[1:], gradients, rates, strict=False), start=1):

        def known(at, old=old, new=new, grad=grad, rate=rate, first=step == 1):
            values = update_slips(old[at], new[at], rate) if rate else {}
            if first and config.optimizer == "adam":
                values |= adam_slips(old[at], grad[at], rate, config.beta1, config.beta2)
            return {key: value - old[at] for key, value in values.items()}

        found.append(_number(f"step {step}", new - old, known))
    return found


def _number(name, value, slips_at):
    """A number with its mistakes. ``slips_at(index)``: their values at an entry; one that is absent there shows nothing."""
    value = np.array(value)
    tried = np.unique(np.linspace(0, value.size - 1, min(value.size, N_ENTRIES)).round().astype(int))
    rows = [{"": float(value.ravel()[place])} for place in tried]
    for row, place in zip(rows, tried, strict=True):
        row |= {key: float(v) for key, v in slips_at(np.unravel_index(place, value.shape)).items()}
    keys = list(dict.fromkeys(key for row in rows for key in row))
    table = np.array([[row.get(key, row[""]) for row in rows] for key in keys])
    finite = np.isfinite(table).all(axis=1)
    keys, table = [key for key, fine in zip(keys, finite, strict=True) if fine], table[finite]
    if not keys or keys[0]:
        return Number(name, value, (), {})
    chosen, apart = _told_apart(table, np.abs(value).max())
    seen = {key: tuple(row[chosen].tolist()) for key, row in zip(keys, table, strict=True)}
    return Number(
        name, value, tuple(tried[chosen].tolist()), {k: seen[k] for k, a in zip(keys, apart, strict=True) if a}
    )


def _told_apart(table, largest):
    """A few columns of a table that tell its rows apart, and which rows they tell from the first.

    largest: the size of the number's largest entry, beside which a difference must be seen.
    """
    size = np.maximum(np.abs(table[:, None]), np.abs(table[None]))
    differ = np.abs(table[:, None] - table[None]) > APART * size + SEEN * largest + 1e-9
    left, chosen = differ.any(axis=-1), []
    while left.any() and len(chosen) < N_PROBES:
        gain = (differ & left[..., None]).sum(axis=(0, 1))
        chosen.append(int(gain.argmax()))
        left &= ~differ[..., chosen[-1]]
    return chosen, differ[0][:, chosen].any(axis=-1)
