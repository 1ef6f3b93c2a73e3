"""Twins: different weights that compute the same function, so the weights are not the knowledge.

Two hidden units can be swapped, with all their weights, and nothing changes but the order of sums. Where the activation is
odd, g(-z) = -g(z), as tanh is, the signs of a unit's weights can be flipped on both sides. A layer of n tanh units has
n!·2ⁿ twins. Two runs often end at twins of nearly the same function, and look far apart until their units are matched.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ffbp.analysis.surface import Line, check_shapes, checked_frame, line_between
from ffbp.core.activations import Activation
from ffbp.core.network import Network
from ffbp.experiment.kinds import is_whole
from ffbp.experiment.problems import ConfigError
from ffbp.training.run import Run
from ffbp.words.notice import Notice

MAX_ROUNDS = 100  # over the layers; each one that changes anything brings the networks nearer


def is_odd(activation: Activation) -> bool:
    """Whether g(-z) = -g(z), up to rounding."""
    if activation.coupled:
        return False
    Z = np.linspace(-4, 4, 81)[None]
    there, back = (activation.forward(each, np.empty_like(Z)) for each in (Z, -Z))
    return np.allclose(back, -there, rtol=1e-12, atol=1e-12)


def n_twins(network: Network) -> int:
    """How many weight vectors are twins of one with different units, itself included: the product of n!, and 2ⁿ where odd."""
    counts = [
        math.factorial(layer.n_out) * (2**layer.n_out if is_odd(layer.activation) else 1)
        for layer in network.layers[:-1]
    ]
    return math.prod(counts)


def swap_units(network: Network, layer: int, i: int, j: int) -> Network:
    """A twin in which two units of a hidden layer have changed places; layer, i and j count from 1.

    Their rows of [W b] are swapped, and their columns of the next layer's W.
    """
    i, j = (_unit(network, layer, unit) for unit in (i, j))
    order = np.arange(network.sizes[layer])
    order[[i, j]] = order[[j, i]]
    return _arranged(network, layer, order, np.ones(len(order)))


def flip_sign(network: Network, layer: int, i: int) -> Network:
    """A twin in which a unit of a hidden layer with an odd activation gives -a; layer and i count from 1.

    Its row of [W b] and its column of the next layer's W change their signs. Raises ConfigError unless g is odd.
    """
    i = _unit(network, layer, i)
    activation = network.layers[layer - 1].activation
    if not is_odd(activation):
        raise ConfigError("activation", "odd", activation.key)
    signs = np.ones(network.sizes[layer])
    signs[i] = -1.0
    return _arranged(network, layer, np.arange(len(signs)), signs)


def _unit(network, layer, unit) -> int:
    """A hidden unit's place, from 0."""
    n_hidden = len(network.layers) - 1
    if not n_hidden:
        raise ConfigError("layer", "some_hidden", layer)
    _check_bounds("layer", layer, n_hidden)
    _check_bounds("unit", unit, network.sizes[layer])
    return int(unit) - 1


def _check_bounds(name, value, high):
    if not is_whole(value) or not 1 <= value <= high:
        raise ConfigError(name, "bounds", value, low=1, high=high)


def _arranged(network: Network, layer: int, order: np.ndarray, signs: np.ndarray) -> Network:
    """The hidden layer's units in another order (n_out,), then with these signs: the same function."""
    twin = network.with_theta(network.theta.copy())
    own, above = twin.layers[layer - 1], twin.layers[layer]
    own.block[...] = own.block[order] * signs[:, None]
    above.W[...] = above.W[:, order] * signs
    return twin


@dataclass(frozen=True, eq=False)
class Match:
    """B's end as the twin whose units lie nearest to A's, and the loss along the straight line to A's end.

    theta: (n_params,), B's twin. orders, signs: for each hidden layer (n_out,), which of B's units stands at each place,
    counted from 0, and whether its sign is flipped. distance_before, distance_after: from A's end. before, after: the loss
    of run A along the line from A's end to B's, and to its twin; their barriers say what the match is worth.
    """

    theta: np.ndarray
    orders: tuple[np.ndarray, ...]
    signs: tuple[np.ndarray, ...]
    distance_before: float
    distance_after: float
    before: Line
    after: Line


def match_units(run_a: Run, run_b: Run, *, frame_a: int = -1, frame_b: int = -1) -> Match:
    """Match B's units to A's, so that the distance between their weights becomes small (Ainsworth et al. 2023, Git Re-Basin).

    For one layer, with its neighbours fixed, the best order is a linear assignment: it maximises the sum of the products of
    B's rows of [W b] and columns above with A's. A unit with an odd activation counts by the product's size, and its sign is
    flipped where the product is negative. With one hidden layer this is the nearest of all twins; with several, layers are
    matched in turn until none changes any more, from B as it is and from a first guess by rows alone, and the nearer of the
    two is taken: a near twin, not always the nearest. Raises ConfigError for networks of different shapes.
    """
    check_shapes(run_a, run_b)
    a, b = (run.network(checked_frame(run, frame)) for run, frame in ((run_a, frame_a), (run_b, frame_b)))
    if any(x.key != y.key for x, y in zip(a.activations, b.activations, strict=True)):
        raise ConfigError("run_b", "other_activations", "-".join(x.key for x in b.activations))
    as_it_is = Arrangement(b, tuple(np.arange(n) for n in b.sizes[1:-1]), tuple(np.ones(n) for n in b.sizes[1:-1]))
    by_inputs = as_it_is
    for layer in as_it_is.hidden:  # a first guess, from the inputs upwards
        by_inputs = by_inputs.then(layer, *_assignment(a, by_inputs.network, layer, above=False))
    found = min((_settled(a, each) for each in (as_it_is, by_inputs)), key=lambda each: each.distance_to(a))
    theta_a, theta_b = a.theta, b.theta
    return Match(
        theta=found.network.theta,
        orders=found.orders,
        signs=found.signs,
        distance_before=float(np.linalg.norm(theta_b - theta_a)),
        distance_after=found.distance_to(a),
        before=line_between(run_a, theta_a, theta_b),
        after=line_between(run_a, theta_a, found.network.theta),
    )


def match_notice(match: Match, network: Network) -> Notice:
    """The sentence about twins, and what matching is worth."""
    flips = any(is_odd(layer.activation) for layer in network.layers[:-1])
    numbers = {"twins": n_twins(network), "flips": flips, "before": match.before.barrier, "after": match.after.barrier}
    numbers |= {"distance_before": match.distance_before, "distance_after": match.distance_after}
    return Notice("match", "info", numbers)


def twin_notice(run: Run, twin: Network, line: Line, *, layer: int, units: Sequence[int]) -> Notice:
    """The sentence about a twin of a run's end. line: the loss from there to the twin; units: two that were swapped, or the
    one whose sign was flipped.
    """
    network, X = run.network(), run.dataset.X_train
    halfway = float(np.interp(0.5, line.alpha, line.loss))
    difference = float(np.abs(twin.predict_proba(X) - network.predict_proba(X)).max())
    numbers = {"layer": layer, "units": list(units), "distance": float(np.linalg.norm(twin.theta - network.theta))}
    return Notice(
        "twin", "info", numbers | {"difference": difference, "loss": float(run.history.total[-1]), "halfway": halfway}
    )


@dataclass(frozen=True, eq=False)
class Arrangement:
    """A twin, and how its hidden units came about: for each hidden layer the original's units and their signs."""

    network: Network
    orders: tuple[np.ndarray, ...]
    signs: tuple[np.ndarray, ...]

    @property
    def hidden(self) -> range:
        return range(1, len(self.network.layers))

    def then(self, layer: int, order: np.ndarray, sign: np.ndarray) -> "Arrangement":
        """One layer's units in another order, and then with these signs."""
        orders, signs = list(self.orders), list(self.signs)
        orders[layer - 1], signs[layer - 1] = orders[layer - 1][order], signs[layer - 1][order] * sign
        return Arrangement(_arranged(self.network, layer, order, sign), tuple(orders), tuple(signs))

    def distance_to(self, other: Network) -> float:
        return float(np.linalg.norm(self.network.theta - other.theta))


def _settled(a: Network, twin: Arrangement) -> Arrangement:
    """Match layer after layer until none changes any more."""
    for _ in range(MAX_ROUNDS):
        before = twin.distance_to(a)
        for layer in twin.hidden:
            twin = twin.then(layer, *_assignment(a, twin.network, layer))
        if twin.distance_to(a) >= before:
            break
    return twin


def _assignment(a: Network, b: Network, layer: int, *, above: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """The order of B's units in a hidden layer, and their signs, that bring them nearest to A's; as it is, if none is nearer.

    above: whether the weights of the next layer count, too.
    """
    from scipy.optimize import linear_sum_assignment  # here, because it takes long to import

    (rows_a, columns_a), (rows_b, columns_b) = ((net.layers[layer - 1].block, net.layers[layer].W.T) for net in (a, b))
    product = rows_a @ rows_b.T  # (n_out, n_out): A's units by B's
    if above:
        product += columns_a @ columns_b.T
    odd = is_odd(a.layers[layer - 1].activation)
    _, order = linear_sum_assignment(np.abs(product) if odd else product, maximize=True)
    units = np.arange(len(order))
    signs = np.where(odd & (product[units, order] < 0), -1.0, 1.0)
    gain = (signs * product[units, order]).sum() - np.trace(product)
    if gain <= 1e-12 * np.abs(product).sum():
        return units, np.ones(len(units))
    return order, signs
