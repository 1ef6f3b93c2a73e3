"""The part of a network that its diagram shows: the first units of each layer, and the largest weights between them."""

from dataclasses import dataclass

import numpy as np

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
    shown = _shown(network.sizes)
    layers = list(enumerate(network.with_theta(run.history.theta).layers, start=1))
    edges = []
    for l, layer in layers:
        last = np.abs(layer.W[-1, : shown[l], : shown[l - 1]])
        edges += [(l, i, j, float(last[i, j])) for i in range(shown[l]) for j in range(shown[l - 1])]
    kept = [edge[:3] for edge in largest_edges(edges)]
    W = {l: layer.W for l, layer in layers}
    return Diagram(
        shown,
        kept,
        np.column_stack([W[l][:, i, j] for l, i, j in kept]),
        np.column_stack([layer.b[:, : shown[l], 0] for l, layer in layers]),
        sum(layer.W[0].size for _, layer in layers),
    )


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
