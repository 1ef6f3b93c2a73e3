"""A pass through a network as a diagram: which units and weights to draw, and their numbers, for the browser.

Forward, a unit shows its activation and an edge the contribution w·a. Backward, a unit shows its delta and an edge the gradient
dW = delta aᵀ. Of several samples, the diagram shows means of activations and sums of deltas (which contain the 1/n of the mean).
"""

from dataclasses import dataclass

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.passes import Pass
from ffbp.core.network import Network, Trace
from ffbp.figures import palette
from ffbp.figures.diagram import MAX_EDGES, largest_edges

MAX_UNITS, LABELLED_EDGES = 12, 12


@dataclass(frozen=True)
class Drawn:
    """units: for each layer the indices of its drawn units; edges: (layer, unit index, input index) of the drawn weights."""

    units: list[np.ndarray]
    edges: list[tuple[int, int, int]]
    left_out: str  # in words


def shown_units(W_next: np.ndarray | None, a: np.ndarray, chosen: int | None = None) -> np.ndarray:
    """The units of a layer to draw: all, or the twelve that contribute most to the next layer, the chosen one among them."""
    if len(a) <= MAX_UNITS:
        return np.arange(len(a))
    with diverging():
        weight = np.nan_to_num(np.abs(a) if W_next is None else np.abs(W_next * a).sum(axis=0))
    if chosen is not None:
        weight[chosen] = np.inf
    return np.sort(np.argsort(-weight, kind="stable")[:MAX_UNITS])


def drawn(network: Network, trace: Trace, chosen: tuple[int, int, int | None]) -> Drawn:
    """What to draw of a network for a sample's pass. chosen: layer, unit and, for a weight, input, from 1; they are drawn."""
    l, unit, source = chosen
    chosen_of = {l: unit - 1} | ({l - 1: source - 1} if source and source <= network.layers[l - 1].n_in else {})
    Ws, A = [layer.W for layer in network.layers], [a[:, 0] for a in trace.A]
    units = [shown_units(Ws[k] if k < len(Ws) else None, a, chosen_of.get(k)) for k, a in enumerate(A)]
    edges = []
    with diverging():
        for k, W in enumerate(Ws, start=1):
            size = np.nan_to_num(np.abs(W * A[k - 1]))
            if k == l and source and source <= W.shape[1]:
                size[unit - 1, source - 1] = np.inf
            edges += [(k, int(i), int(j), float(size[i, j])) for i in units[k] for j in units[k - 1]]
    kept = [edge[:3] for edge in largest_edges(edges)]
    return Drawn(units, kept, _left_out(network.sizes, units, len(edges)))


def _left_out(sizes, units, n_edges):
    """What the diagram omits, in words."""
    parts = [
        f"{len(u)} of {size} {'inputs' if l == 0 else f'units of layer {l}'}"
        for l, (u, size) in enumerate(zip(units, sizes, strict=True))
        if len(u) < size
    ]
    words = []
    if parts:
        words.append(f"The diagram shows {', '.join(parts)}: those that contribute most.")
    if n_edges > MAX_EDGES:
        words.append(f"Of {n_edges} edges, it shows the {MAX_EDGES} with the largest contributions.")
    return " ".join(words)


def diagram(network: Network, trace: Trace, parts: Drawn, names: tuple, activations: list[str]) -> dict:
    """The diagram of a forward pass. names: of the inputs and of the outputs; activations: the layers' labels."""
    a = [A.mean(axis=1) for A in trace.A]
    with diverging():
        wa = [float(network.layers[l - 1].W[i, j]) * float(a[l - 1][j]) for l, i, j in parts.edges]
    nodes = {"a": _of_units(parts, a)}
    if trace.n == 1:
        nodes["z"] = _of_units(parts, [None, *(Z[:, 0] for Z in trace.Z[1:])])
    nodes["b"] = _of_units(parts, [None, *(layer.b[:, 0] for layer in network.layers)])
    return {
        "sizes": list(network.sizes),
        "units": [units.tolist() for units in parts.units],
        "names": {"inputs": [str(names[0][i]) for i in parts.units[0]], "outputs": list(map(str, names[1]))},
        "activations": activations,
        "edges": [list(edge) for edge in parts.edges],
        "nodes": nodes,
        "flows": {"w": _of_edges(parts, [layer.W for layer in network.layers]), "wa": _plain(wa)},
        "labelled": len(parts.edges) <= LABELLED_EDGES,
        "n": trace.n,
        "colours": palette.named("negative", "positive", "ramp"),
    }


def with_gradient(content: dict, p: Pass, parts: Drawn, *, hidden: tuple[int, int, int] | None = None) -> dict:
    """The diagram with delta in its units and the gradient on its edges. hidden: layer, unit, source of an unknown gradient."""
    layers, last = p.network.layers, len(p.network.layers)
    delta = [None, *(d.sum(axis=1) for d in p.trace.delta[1:])]
    nodes = {**content["nodes"], "delta": _of_units(parts, delta)}
    if p.n == 1:
        slopes = [None, *(p.slope(l)[:, 0] for l in range(1, last)), None]
        nodes["slope"] = _of_units(parts, slopes)
    with diverging():
        back = [float(layers[l - 1].W[i, j]) * float(delta[l][i]) for l, i, j in parts.edges]
    flows = {**content["flows"], "wd": _plain(back), "dw": _of_edges(parts, [layer.dW for layer in layers])}
    if hidden:
        l, i, j = hidden[0], hidden[1] - 1, hidden[2] - 1
        if (l, i, j) in parts.edges:
            flows["dw"][parts.edges.index((l, i, j))] = None
        elif j == layers[l - 1].n_in and i in parts.units[l]:
            nodes["delta"][l][int(np.flatnonzero(parts.units[l] == i)[0])] = None
    return {**content, "nodes": nodes, "flows": flows, "loss": _plain([p.data_loss + p.penalty])[0]}


def with_update(content: dict, network: Network, after: np.ndarray, parts: Drawn, *, hidden=None) -> dict:
    """The diagram with the change of every parameter from the network's own to ``after`` (n_params,); hidden: as above."""
    with diverging():
        changes = network.blocks(after - network.theta)
    nodes = {**content["nodes"], "step": _of_units(parts, [None, *(block[:, -1] for block in changes)])}
    flows = {**content["flows"], "step": _of_edges(parts, [block[:, :-1] for block in changes])}
    if hidden:
        l, i, j = hidden[0], hidden[1] - 1, hidden[2] - 1
        if (l, i, j) in parts.edges:
            flows["step"][parts.edges.index((l, i, j))] = None
        elif j == network.layers[l - 1].n_in and i in parts.units[l]:
            nodes["step"][l][int(np.flatnonzero(parts.units[l] == i)[0])] = None
    return {**content, "nodes": nodes, "flows": flows}


def _of_units(parts, values):
    return [None if v is None else _plain(v[units]) for units, v in zip(parts.units, values, strict=True)]


def _of_edges(parts, matrices):
    return _plain(matrices[l - 1][i, j] for l, i, j in parts.edges)


def _plain(values):
    """Numbers for JSON, which has no infinity: the text that JavaScript's Number reads."""
    plain = []
    for value in map(float, values):
        finite = np.isfinite(value)
        plain.append(value if finite else "NaN" if value != value else "Infinity" if value > 0 else "-Infinity")
    return plain
