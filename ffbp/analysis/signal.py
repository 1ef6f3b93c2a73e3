"""The start: what the first weights do to a signal on its way forward, and to a gradient on its way back.

`signal_by_layer` draws a network many times and measures the mean square of z, a and delta in each layer. Mean-field theory
predicts their expectation: a unit's z is a sum of many random products, so it is nearly normal, and one integral leads from
a layer to the next (Poole et al. 2016; Schoenholz et al. 2017). The prediction is exact for infinitely many units.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from time import perf_counter
from typing import NamedTuple

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.core.activations import ACTIVATIONS, Activation
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.network import Network, with_ones
from ffbp.core.stacks import stacks
from ffbp.data.dataset import Dataset
from ffbp.experiment.build import build_network, dataset_for, with_fault_if_it_fits
from ffbp.experiment.config import Config
from ffbp.training.recording import YIELD_SECONDS, drain
from ffbp.words.notice import Notice

N_SEEDS, N_SAMPLES = 200, 200
FAR = 7.5  # standard deviations; beyond them lies a share of 6e-14
NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)
STRETCH, MOST_PIECES = 3.0, 4  # a smooth g over a spread of 3 needs one set of nodes on each side of 0
FAR_FROM_THEORY, NARROW = 0.05, 64  # a relative gap for which reasons are given; units
STANDARDISED = (0.5, 2.0)  # the mean square of standardised inputs is 1
UNBOUNDED = 1e4  # a mean square that has grown so far has no fixed point
SETTLED = 1e-7  # relative


class Theory(NamedTuple):
    """The expected mean squares by layer: z, a, delta (n_layers,), NaN where there is no prediction.

    factors (n_layers - 1,): from delta of layer l + 1 to that of layer l, for the average sample.
    """

    z: np.ndarray
    a: np.ndarray
    delta: np.ndarray
    factors: np.ndarray


@dataclass(frozen=True, eq=False)
class Signal:
    """Mean squares over units and samples: z, a, delta (n_starts, n_layers), a row a drawn start.

    delta is that of one sample's loss, so it does not shrink with the number of samples: n times the delta of the formulas.
    own: the same three of the configuration's own start, (3, n_layers). theory: what is expected of a draw. x: of the inputs.
    A rule that draws nothing has one start, and a constant no theory: equal weights do not average out.
    """

    config: Config
    sizes: tuple[int, ...]
    n_samples: int
    x: float
    z: np.ndarray
    a: np.ndarray
    delta: np.ndarray
    own: np.ndarray
    theory: Theory

    @cached_property
    def means(self) -> np.ndarray:
        """The mean over the starts of z, a and delta: (3, n_layers)."""
        return np.array([values.mean(axis=0) for values in (self.z, self.a, self.delta)])

    @cached_property
    def standard_errors(self) -> np.ndarray:
        """Of these means: (3, n_layers); 0 for a single start."""
        n = len(self.z)
        spread = [
            values.std(axis=0, ddof=1) if n > 1 else np.zeros(values.shape[1])
            for values in (self.z, self.a, self.delta)
        ]
        return np.array(spread) / np.sqrt(n)

    @cached_property
    def gaps(self) -> np.ndarray:
        """How far the means are from the theory, relative to it: (3, n_layers)."""
        expected = np.array([self.theory.z, self.theory.a, self.theory.delta])
        with diverging():
            return self.means / expected - 1


def signal_by_layer(
    config: Config, dataset: Dataset | None = None, *, n_seeds: int = N_SEEDS, n_samples: int = N_SAMPLES
) -> Signal:
    """Draw the configuration's network with the seeds 0 to n_seeds - 1 and pass its training set forward and back.

    At most n_samples training samples, evenly chosen. Nothing is trained. All starts are one stack of networks.
    Raises ValueError if a number is smaller than 1.
    """
    return drain(watch_signal(config, dataset, n_seeds=n_seeds, n_samples=n_samples))


def watch_signal(
    config: Config, dataset: Dataset | None = None, *, n_seeds: int = N_SEEDS, n_samples: int = N_SAMPLES
) -> Generator[int, None, Signal]:
    """`signal_by_layer` as a generator of the number of starts that are done, at least every 50 ms for usual sizes."""
    for name, value in (("n_seeds", n_seeds), ("n_samples", n_samples)):
        if not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{name} must be a whole number from 1 on, got {value!r}")
    dataset = dataset_for(config) if dataset is None else dataset
    X, Y, network = _inputs_of(config, dataset, n_samples)
    rule = INITIALIZERS[config.initializer]
    thetas = drawn_starts(network, config, n_seeds if rule.draw else 1)
    thetas = np.concatenate([thetas, build_network(config, dataset).theta[None]])  # the own start is the last
    found, of_output = np.empty((3, len(thetas), len(network.layers))), np.empty((len(thetas), len(X)))
    deadline = perf_counter() + YIELD_SECONDS
    for part, stack, trace in stacks(network, thetas.__getitem__, len(thetas), with_ones(X)):
        with diverging():
            stack.backpropagate(Y, stack.propagate(trace))
            for l in range(len(network.layers)):
                for row, values in enumerate((trace.Z[l + 1], trace.A[l + 1], trace.delta[l + 1] * len(X))):
                    found[row, part, l] = np.square(values).mean(axis=(-2, -1))
            of_output[part] = np.square(trace.delta[-1] * len(X)).mean(axis=-2)
        if perf_counter() > deadline:
            yield part.stop
            deadline = perf_counter() + YIELD_SECONDS
    theory = theory_of(network, config, X, of_output[:-1].mean(axis=0))
    z, a, delta = found[:, :-1]
    return Signal(config, network.sizes, len(X), float(np.square(X).mean()), z, a, delta, found[:, -1], theory)


def _inputs_of(config, dataset, n_samples) -> tuple[np.ndarray, np.ndarray, Network]:
    """Some training samples, their targets as columns, and the network without a penalty."""
    n = len(dataset.X_train)
    chosen = np.unique(np.linspace(0, n - 1, min(n, n_samples)).round().astype(int))
    network = build_network(replace(config, l1=0.0, l2=0.0), dataset)
    return dataset.X_train[chosen], network.targets(dataset.y_train[chosen]), network


def drawn_starts(network: Network, config: Config, n_seeds: int) -> np.ndarray:
    """The initial parameters by the configuration's rule for the seeds 0 to n_seeds - 1: (n_seeds, n_params)."""
    thetas, one = np.empty((n_seeds, network.n_params)), network.with_theta(np.empty(network.n_params))
    for seed in range(n_seeds):
        draw = {"random_state": np.random.RandomState(seed), "scale": config.init_scale, "bias": config.bias_init}
        one.initialize(INITIALIZERS[config.initializer], **draw)
        thetas[seed] = one.theta
    return thetas


# What is expected


def theory_of(network: Network, config: Config, X: np.ndarray, of_output: np.ndarray) -> Theory:
    """The expected mean squares for inputs X (n, n_inputs): each sample has its own, and their mean is given.

    Biases are a constant b, so z[l] is normal with mean b and variance s²[l] = n_in Var(w) E[g(b + s[l-1] x)²]; in the first
    layer the expectation is the mean square of the sample's inputs. Backward, where n_out is the number of units of layer
    l + 1: the mean square of delta[l] is n_out Var(w[l+1]) E[g'(b + s[l] x)²] times that of delta[l+1]; it begins with
    of_output (n,), measured. Weights are taken as independent of the delta that passes them.
    """
    rule, b, n_layers = INITIALIZERS[config.initializer], config.bias_init, len(network.layers)
    if rule.draw is None and rule.std(1, 1, config.init_scale) != 0:
        return Theory(*(np.full(n, np.nan) for n in (n_layers, n_layers, n_layers, n_layers - 1)))
    variances = [float(rule.std(n_in, n_out, config.init_scale)) ** 2 for n_in, n_out in pairwise(network.sizes)]
    z, a, delta, slopes = (np.empty((n_layers, len(X))) for _ in range(4))
    before = np.square(X).mean(axis=1)
    with diverging():
        for l, layer in enumerate(network.layers):
            variance = layer.n_in * variances[l] * before
            a[l], slopes[l] = gaussian_squares(layer.activation, np.sqrt(variance), b)
            z[l], before = variance + b * b, a[l]
        delta[-1] = of_output
        for l in range(n_layers - 2, -1, -1):
            delta[l] = network.sizes[l + 2] * variances[l + 1] * slopes[l] * delta[l + 1]
        delta = delta.mean(axis=1)
        return Theory(z.mean(axis=1), a.mean(axis=1), delta, delta[:-1] / delta[1:])


def gaussian_squares(
    activation: Activation, spread: np.ndarray, bias: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """E[g(b + s x)²] and E[g'(b + s x)²] for a standard normal x and each spread s (n,); bias b: a number or (n,).

    By Gauss-Legendre quadrature on either side of the place where g' jumps (or z changes its sign), so that a kink costs no
    accuracy; a Gauss-Hermite rule would straddle it. Softmax, which has no g of a single z, gives NaN.
    """
    spread, bias = np.broadcast_arrays(np.asarray(spread, dtype=float), np.asarray(bias, dtype=float))
    squares, slopes = np.zeros(spread.shape), np.zeros(spread.shape)
    if activation.coupled:
        return squares + np.nan, slopes + np.nan
    n_pieces = 1 if activation.kinks else int(np.clip(np.ceil(spread.max(initial=0.0) / STRETCH), 1, MOST_PIECES))
    for low, high in pairwise(_ends(activation, spread, bias)):
        width = (high - low) / n_pieces
        for piece in range(n_pieces):
            x = low + width * (piece + 0.5 + 0.5 * NODES[:, None])  # (nodes, n)
            mass = WEIGHTS[:, None] * width / 2 * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
            Z = bias + spread * x
            A = activation.forward(Z, np.empty_like(Z))
            squares += (mass * A * A).sum(axis=0)
            slope = activation.derivative(Z, A, np.empty_like(Z))
            slopes += (mass * slope * slope).sum(axis=0)
    return squares, slopes


def _ends(activation, spread, bias) -> list[np.ndarray]:
    """Where x begins, where z = b + s x is at a kink (or at 0), and where x ends."""
    places = [
        np.divide(kink - bias, spread, out=np.zeros(spread.shape), where=spread > 0)
        for kink in activation.kinks or (0.0,)
    ]
    return [np.full(spread.shape, -FAR), *(np.clip(place, -FAR, FAR) for place in places), np.full(spread.shape, FAR)]


class FixedPoint(NamedTuple):
    """Where the variance of z stays from layer to layer, and the factor of delta's mean square there; infinite: it grows."""

    variance: np.ndarray
    chi: np.ndarray


@diverging()
def fixed_point(activation: str | Activation, gain: np.ndarray, bias: np.ndarray, *, n_steps: int = 100) -> FixedPoint:
    """For many layers of one width, the variance s² = gain E[g(b + s x)²] and chi = gain E[g'(b + s x)²].

    gain = n_in Var(w), and bias b: numbers or arrays of one shape. Below chi = 1 gradients shrink from layer to layer, above
    it they grow. Found by going through n_steps layers, which at chi = 1 may come near it only.
    """
    activation = ACTIVATIONS[activation] if isinstance(activation, str) else activation
    gain, bias = np.broadcast_arrays(np.asarray(gain, dtype=float), np.asarray(bias, dtype=float))
    shape, gain, bias = gain.shape, gain.ravel(), bias.ravel()
    variance, moving = np.ones(gain.shape), np.arange(gain.size)
    for _ in range(n_steps):
        before = variance[moving]
        squares, _ = gaussian_squares(activation, np.sqrt(before), bias[moving])
        variance[moving] = now = np.minimum(gain[moving] * squares, UNBOUNDED)
        moving = moving[np.abs(now - before) > SETTLED * before]
    chi = gain * gaussian_squares(activation, np.sqrt(variance), bias)[1]
    return FixedPoint(np.where(variance < UNBOUNDED, variance, np.inf).reshape(shape), chi.reshape(shape))


# What there is to say


@diverging()  # where no gradient arrives, 0 is divided by 0
def what_arrives(signal: Signal) -> Notice:
    """How large signals and gradients are at the end of their way, as measured."""
    numbers = {"hidden": len(signal.sizes) - 2}
    if numbers["hidden"]:
        numbers["signal"] = float(signal.means[1, -2] / signal.x)
        numbers["gradient"] = float(signal.means[2, 0] / signal.means[2, first_above(signal.sizes)])
    return Notice("what_arrives", "info", numbers)


def where_theory_stops(signal: Signal) -> Notice:
    """How far the measurement is from the theory, and why."""
    gaps, narrow = np.abs(signal.gaps[1:]), min(signal.sizes[1:-1], default=NARROW)
    worst = float(np.nanmax(gaps)) if np.isfinite(gaps).any() else np.nan
    numbers = {"drawn": INITIALIZERS[signal.config.initializer].draw is not None, "starts": len(signal.z)}
    numbers |= {"samples": signal.n_samples, "gap": worst, "is_far": worst > FAR_FROM_THEORY}
    numbers["narrow"] = narrow if narrow < NARROW else None
    numbers["inputs"] = None if STANDARDISED[0] <= signal.x <= STANDARDISED[1] else signal.x
    return Notice("theory", "info", numbers)


def scales_of(signal: Signal) -> list[tuple[int, float]]:
    """The weight scale √(n_in Var w) of each hidden layer after the first, with its number; none of a rule that draws nothing."""
    config, rule = signal.config, INITIALIZERS[signal.config.initializer]
    if rule.draw is None:
        return []
    return [
        (l, float(np.sqrt(n_in) * abs(rule.std(n_in, n_out, config.init_scale))))
        for l, (n_in, n_out) in enumerate(pairwise(signal.sizes[1:-1]), start=2)
    ]


def where_it_stands(signal: Signal, activation: str) -> Notice:
    """The factor chi of many layers like the last hidden one."""
    here = scales_of(signal)
    if not here:
        return Notice("chi", "info", {"chi": None})
    scale, bias = here[-1][1], signal.config.bias_init
    return Notice(
        "chi", "info", {"scale": scale, "bias": bias, "chi": float(fixed_point(activation, scale**2, bias).chi)}
    )


class Kept(NamedTuple):
    """What a rule keeps in a network, by the theory; NaN for constant weights, whose units are all alike.

    signal: the mean square of the last hidden layer's activations divided by that of the inputs. gradient: the mean square of
    delta of layer 1 divided by that of the last hidden layer, or of the output if there is only one hidden layer.
    """

    rule: str
    signal: float
    gradient: float


def what_rules_keep(signal: Signal, dataset: Dataset) -> list[Kept]:
    """For every rule, the theory of this network at its scale and bias. Without a hidden layer both are 1."""
    found = []
    for rule in INITIALIZERS:
        config = with_fault_if_it_fits(signal.config, initializer=rule, initial_theta=None)
        X, _, network = _inputs_of(config, dataset, signal.n_samples)
        theory = theory_of(network, config, X, np.ones(len(X)))
        kept = theory.a[-2] / signal.x if len(network.layers) > 1 else 1.0
        with diverging():  # of weights that are zero, nothing comes back: 0 divided by 0
            gradient = theory.delta[0] and theory.delta[0] / theory.delta[first_above(network.sizes)]
        found.append(Kept(rule, float(kept), float(gradient)))
    return found


def first_above(sizes: tuple[int, ...]) -> int:
    """Where the way back through the hidden layers begins, as a place from the end: the last of them, or the output."""
    return -2 if len(sizes) > 3 else -1
