"""The part of a network that its diagram shows: the first units of each layer, and the largest weights between them."""

from dataclasses import dataclass

import numpy as np

from ffbp.core.network import Network
from ffbp.training.run import Run

MAX_NODES, MAX_NODES_A_LAYER, MAX_EDGES = 64, 12, 60


@dataclass(frozen=True)
class Diagram:
    """shown: the number of units of each layer; edges: (layer, unit, input) of each weight; values at all frames."""

    shown: list[int]
    edges: list[tuple[int, int, int]]
    weights: np.ndarray  # (n_frames, n_edges)
    biases: np.ndarray  # (n_frames, n_units), without the inputs
    n_weights: int  # of the whole network


def diagram_of(run: Run) -> Diagram:
    """The diagram of a run's network, with the weights that are largest at its end."""
    network = run.architecture
    shown, edges = drawn_part(run)
    weights, biases = drawn_values(network, run.history.theta, shown, edges)
    return Diagram(shown, edges, weights, biases, sum(layer.W.size for layer in network.layers))


def drawn_part(run: Run) -> tuple[list[int], list[tuple[int, int, int]]]:
    """The number of drawn units of each layer, and the drawn edges: those with the largest weights at the run's end."""
    network = run.architecture
    shown, edges = _shown(network.sizes), []
    for l, block in enumerate(network.blocks(run.history.theta[-1]), start=1):
        last = np.abs(block[: shown[l], : shown[l - 1]])
        edges += [(l, i, j, float(last[i, j])) for i in range(shown[l]) for j in range(shown[l - 1])]
    return shown, [edge[:3] for edge in largest_edges(edges)]


def drawn_values(network: Network, flat: np.ndarray, shown, edges) -> tuple[np.ndarray, np.ndarray]:
    """The entries of a vector (..., n_params), as theta or its gradient, at the drawn edges and at the drawn units' biases."""
    blocks = network.blocks(flat)
    weights = [blocks[l - 1][..., i, j] for l, i, j in edges]
    biases = [block[..., :count, -1] for block, count in zip(blocks, shown[1:], strict=True)]
    return np.stack(weights, axis=-1), np.concatenate(biases, axis=-1)


def _shown(sizes):
    n_outputs = min(sizes[-1], MAX_NODES_A_LAYER)
    a_layer = min(MAX_NODES_A_LAYER, (MAX_NODES - n_outputs) // max(len(sizes) - 2, 1))  # of those that are computed
    return [min(sizes[0], MAX_NODES_A_LAYER), *(min(size, a_layer) for size in sizes[1:-1]), n_outputs]


def largest_edges(edges):
    """The edges with the largest weights, among them the largest into each unit, in their order."""
    if len(edges) <= MAX_EDGES:
        return edges
    largest = sorted(edges, key=lambda edge: -edge[3])
    best_into = {}
    for edge in largest:
        best_into.setdefault(edge[:2], edge)
    first = set(best_into.values())
    others = [edge for edge in largest if edge not in first]
    chosen = first | set(others[: max(MAX_EDGES - len(first), 0)])
    return [edge for edge in edges if edge in chosen]
