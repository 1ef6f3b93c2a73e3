"""The forward pass in pictures: one sample in the network, and how each layer transforms the plane.

Plots are made from arrays; `ffbp.analysis.layer_view` computes the places. Colours show the sign: magenta is negative, teal
positive. Negative edges are also dashed.
"""

import html

import numpy as np

from ffbp.core.activations import Activation
from ffbp.core.network import Network
from ffbp.figures import palette
from ffbp.figures.plot import CLEAR, LEGEND, cursor, heatmap, line, markers, plot
from ffbp.words.numbers import fixed, format_number

MAX_EDGES, MAX_UNITS, LABELLED_EDGES = 60, 12, 12
EDGE_WIDTHS = (0.8, 1.8, 3.2, 5.0, 7.0)
CURVE_POINTS = 241
FARTHEST = 8e307  # an axis from -FARTHEST to FARTHEST still has a finite length


def text_of(name) -> str:
    """A name from the data as text in a figure, with tags escaped."""
    return html.escape(str(name), quote=False)


def limit_of(values) -> float:
    """The largest absolute finite value of an array, or 1 if there is none above 0."""
    sizes = np.abs(values)
    sizes = sizes[np.isfinite(sizes)]
    return float(sizes.max()) if sizes.size and sizes.max() > 0 else 1.0


def _short(value) -> str:
    """A number short enough for a node; its hover text shows all digits."""
    return fixed(value, 2).replace("-0.00", "0.00") if abs(value) < 100 else format_number(value)


def shown_units(W_next: np.ndarray | None, a: np.ndarray) -> np.ndarray:
    """The units of a layer to draw: all, or the twelve that contribute most to the next layer."""
    if len(a) <= MAX_UNITS:
        return np.arange(len(a))
    with np.errstate(over="ignore", invalid="ignore"):
        weight = np.abs(a) if W_next is None else np.abs(W_next * a).sum(axis=0)
    return np.sort(np.argsort(-np.nan_to_num(weight), kind="stable")[:MAX_UNITS])


def pass_picture(
    network: Network, trace, input_names, output_names, *, theme: str = "light", chosen: tuple[int, int] | None = None
) -> tuple[dict, str]:
    """One pass as a network, activations in the nodes and contributions w·a on the edges; and what it omits, in words.

    trace: of one sample. chosen: the (layer, unit index) that gets a ring. A node has (layer, unit) as custom data.
    """
    A = [a[:, 0] for a in trace.A]
    Ws = [layer.W for layer in network.layers]
    units = [shown_units(Ws[l] if l < len(Ws) else None, a) for l, a in enumerate(A)]
    n_columns, tallest = len(A), max(len(u) for u in units)
    height = int(np.clip((42 if tallest > 5 else 60) * tallest + 84, 210, 620))
    heights = [(len(u) - 1) / 2 - np.arange(len(u)) for u in units]
    edges, n_edges = _edges(Ws, A, units, heights)
    size = 40 if n_columns <= 6 else 27
    nodes = _nodes(network, trace, units, heights, (input_names, output_names), theme, size, chosen)
    names = ["inputs"] + [
        f"{'output' if l == len(Ws) else f'layer {l}'}<br>{layer.activation.label}"
        for l, layer in enumerate(network.layers, start=1)
    ]
    if n_columns > 6:
        names = ["in", *(f"{l}" for l in range(1, len(Ws))), "out"]
    reach = tallest / 2
    x = {"tickvals": list(range(n_columns)), "ticktext": names, "range": [-0.45, n_columns - 0.55]}
    x |= {"showgrid": False, "automargin": False}
    y = {"visible": False, "range": [-reach - 0.15, reach + 0.15]}
    margin = {"l": 10, "r": 10, "t": 6, "b": 66}
    picture = plot([*edges, *nodes], "layer", "", height=height, margin=margin, x=x, y=y)
    return picture, _left_out(network.sizes, units, n_edges)


def _left_out(sizes, units, n_edges):
    """What the picture omits, in words."""
    parts = [
        f"{len(u)} of {size} {'inputs' if l == 0 else f'units of layer {l}'}"
        for l, (u, size) in enumerate(zip(units, sizes, strict=True))
        if len(u) < size
    ]
    words = []
    if parts:
        words.append(f"The picture shows {', '.join(parts)}: those that contribute most.")
    if n_edges > MAX_EDGES:
        words.append(f"Of {n_edges} edges, the picture shows the {MAX_EDGES} with the largest contributions.")
    return " ".join(words)


def _edges(Ws, A, units, heights) -> tuple[list[dict], int]:
    """Edges in five widths by the size of w·a, negative ones dashed. Hovering shows the numbers; a few are written."""
    edges = [
        (l, i, j, float(W[units[l + 1][i], units[l][j]]) * float(A[l][units[l][j]]))
        for l, W in enumerate(Ws)
        for i in range(len(units[l + 1]))
        for j in range(len(units[l]))
    ]
    n_edges = len(edges)
    edges.sort(key=lambda edge: -np.nan_to_num(abs(edge[3])))
    edges = edges[:MAX_EDGES]
    largest = limit_of([edge[3] for edge in edges])
    groups: dict = {(negative, step): [] for step in range(len(EDGE_WIDTHS)) for negative in (False, True)}
    texts, xs, ys, labels = [], [], [], []
    for l, i, j, value in edges:
        share = min(abs(value) / largest, 1.0) if np.isfinite(value) else 1.0
        step = min(int(share * len(EDGE_WIDTHS)), len(EDGE_WIDTHS) - 1)
        start, end = float(heights[l][j]), float(heights[l + 1][i])
        groups[(value < 0, step)].append((l, start, end))
        at = 0.24 if (i + j) % 2 else 0.6  # separates the labels of crossing edges
        xs.append(l + at)
        ys.append(start + at * (end - start))
        to, source = units[l + 1][i], units[l][j]
        w, a = Ws[l][to, source], A[l][source]
        origin = f"x{source + 1}" if l == 0 else f"a{source + 1} of layer {l}"
        texts.append(f"w·a into z{to + 1} of layer {l + 1}, from {origin}<br>{w:.17g} · {a:.17g}<br>= {value:.17g}")
        labels.append(_short(value))
    traces = []
    for (negative, step), lines in groups.items():  # including empty groups, to keep the number of traces constant
        x = [x for l, _, _ in lines for x in (l, l + 1, None)]
        y = [y for _, start, end in lines for y in (start, end, None)]
        color, dash = (palette.NEGATIVE, "dash") if negative else (palette.POSITIVE, "solid")
        look = {"color": color, "width": EDGE_WIDTHS[step], "dash": dash, "opacity": 0.35 + 0.12 * step}
        traces.append(line(x, y, None, None, **look))
    said = {"hoverinfo": "text", "hovertext": texts, "meta": "edges"}
    if n_edges <= LABELLED_EDGES:
        said |= {"mode": "markers+text", "text": labels, "textposition": "top center", "textfont": {"size": 14}}
    numbers = markers(xs, ys, None, None, size=14, color=CLEAR, **said)
    return [*traces, numbers], n_edges


def _nodes(network, trace, units, heights, names, theme, size, chosen) -> list[dict]:
    """Nodes with the activation as colour and number, and a rim in the layer's colour. Each layer has its own scale."""
    nodes = []
    for l, chosen_units in enumerate(units):
        a = trace.A[l][chosen_units, 0]
        rim = palette.LAYERS[l - 1] if l else palette.CHANCE
        hover = []
        for unit in chosen_units:
            value = trace.A[l][unit, 0]
            if l == 0:
                hover.append(f"input x{unit + 1}, {text_of(names[0][unit])}<br>{value:.17g}")
                continue
            z, b = trace.Z[l][unit, 0], network.layers[l - 1].b[unit, 0]
            is_output = l == len(units) - 1 and len(names[1]) == network.sizes[-1]
            label = f", {text_of(names[1][unit])}" if is_output else ""
            hover.append(f"layer {l}, unit {unit + 1}{label}<br>b = {b:.17g}<br>z = {z:.17g}<br>a = {value:.17g}")
        limit = 1.6 * limit_of(trace.A[l])  # keeps the colours light enough for the numbers
        rims = [5 if chosen == (l, unit) else 2.5 for unit in chosen_units]
        scale = {"cmin": -limit, "cmax": limit, "opacity": 1, "colorscale": palette.value_scale(theme)}
        said = {"mode": "markers+text", "text": [_short(v) for v in a], "textfont": {"size": 13 if size > 30 else 10}}
        said |= {"hoverinfo": "text", "hovertext": hover, "meta": f"layer {l}"}
        said["customdata"] = [[l, int(unit) + 1] for unit in chosen_units] if l else None
        look = {"size": size, "color": np.nan_to_num(a), "marker": scale, "rim": (rims, rim)}
        nodes.append(markers([l] * len(a), heights[l], None, None, **look, **said))
    return nodes


def activation_curves(
    activation: Activation, Z: np.ndarray, A: np.ndarray, unit: int, layer: int, *, reach: float = 4.0
) -> dict:
    """g and g' over z, with one unit's z marked on both; for softmax, the z of the other units are fixed.

    Z, A: the layer's columns (n_units, 1) for one sample, computed by the core. reach: the axis extends from -reach to
    reach, or farther to include z.
    """
    z = float(Z[unit, 0])
    reach = min(max(reach, 1.25 * abs(z)), FARTHEST) if np.isfinite(z) else reach
    across = np.linspace(-reach, reach, CURVE_POINTS)
    columns = np.repeat(Z, CURVE_POINTS, axis=1)
    columns[unit] = across
    with np.errstate(over="ignore", invalid="ignore"):
        values = activation.forward(columns, np.empty_like(columns))
        slopes = activation.derivative(columns, values, np.empty_like(columns))
        slope = activation.derivative(Z, A, np.empty_like(Z))[unit, 0]
    colour, hover = palette.LAYERS[layer - 1], "z = %{x:.4g}<br>%{y:.4g}"
    curves = [
        line(across, values[unit], "g", hover, color=colour, width=3, dash="solid"),
        line(across, slopes[unit], "g'", hover, color=colour, width=2.5, dash="dot"),
    ]
    texts = [f"z = {z:.17g}<br>a = g(z) = {A[unit, 0]:.17g}", f"z = {z:.17g}<br>g'(z) = {slope:.17g}"]
    look = {"size": 13, "color": palette.CURSOR, "symbol": ["circle", "diamond"], "rim": (2, "#ffffff")}
    mark = markers([z, z], [A[unit, 0], slope], "this z", None, hoverinfo="text", text=texts, **look)
    shapes = [cursor(z, color=palette.CURSOR, width=1.5, dash="dash")] if np.isfinite(z) else []
    options = {"height": 300, "x": {"range": [-reach, reach], "automargin": False}, "y": {"automargin": False}}
    return plot([*curves, mark], "z", "g(z) and g'(z)", shapes=shapes, **options, **LEGEND)


def layer_map(W, a_before, b, z, a, *, layer: int, theme: str = "light") -> dict:
    """A layer too large for a written matrix: W as a heat map, its inputs above, b, z and a beside it.

    Each block has its own colour scale, symmetric around zero; hovering shows the numbers. A cell of b, z or a has
    (layer, unit) as custom data.
    """
    units, sources = np.arange(1, len(W) + 1), np.arange(1, W.shape[1] + 1)
    own = [[[layer, int(unit)]] for unit in units]
    left, upper, lower, gap, narrow = [0.0, 0.703], [0.885, 1.0], [0.0, 0.845], 0.025, 0.074
    aside = [[0.703 + (k + 1) * gap + k * narrow, 0.703 + (k + 1) * (gap + narrow)] for k in range(3)]
    blocks = (
        ("W", W, sources, units, left, lower, None),
        ("a before", a_before.T, sources, ["a"], left, upper, None),
        ("b", b, ["b"], units, aside[0], lower, own),
        ("z", z, ["z"], units, aside[1], lower, own),
        ("a", a, ["a"], units, aside[2], lower, own),
    )
    data, axes = [], {}
    for k, (name, values, x, y, across, up, custom) in enumerate(blocks, start=1):
        limit, number = limit_of(values), "" if k == 1 else str(k)
        place = {"xaxis": f"x{number}", "yaxis": f"y{number}", "showscale": False, "customdata": custom}
        hover = f"{name}, unit %{{y}}, from %{{x}}<br>%{{z:.6g}}"
        data.append(heatmap(values, x, y, limit, hover, colorscale=palette.value_scale(theme), **place))
        look = {"tickfont": {"size": 13}, "showgrid": False, "fixedrange": True, "zeroline": False}
        axes[f"xaxis{number}"] = {**look, "domain": across, "anchor": f"y{number}", "showticklabels": k != 2}
        axes[f"yaxis{number}"] = {**look, "domain": up, "anchor": f"x{number}", "showticklabels": k <= 2}
        axes[f"yaxis{number}"]["autorange"] = "reversed"
    before = "input x" if layer == 1 else f"unit of layer {layer - 1}"
    for axis, title in (("xaxis", f"W: {before}"), ("yaxis", f"unit of layer {layer}")):
        axes[axis] |= {"title": {"text": title, "font": {"size": 14}, "standoff": 6}}
    height = int(np.clip(14 * len(W) + 150, 300, 560))
    return plot(data, "", "", height=height, **axes, margin={"l": 64, "r": 10, "t": 10, "b": 50})


def layer_space(places, targets, lines, ranges, titles, *, class_names=(), rows=None, marked=None) -> dict:
    """The training samples and the plane's grid after a layer.

    places (n, 2); targets (n,): classes, or values if ``class_names`` is empty; lines (n_lines, n_points, 2): the grid;
    ranges: of x and y, the same for all frames; rows (n,): the samples' rows in the source, as custom data; marked (2,):
    the chosen sample.
    """
    rows = np.arange(len(places)) if rows is None else np.asarray(rows)
    gaps = np.concatenate([lines, np.full((len(lines), 1, 2), np.nan)], axis=1).reshape(-1, 2)
    data = [line(gaps[:, 0], gaps[:, 1], None, None, color=palette.CHANCE, width=1, opacity=0.6, meta="grid")]
    if not class_names:
        said = {"text": [f"target {format_number(target)}" for target in targets], "customdata": rows.tolist()}
        marker = {"colorscale": palette.output_scale("light"), "line": {"width": 0.6}}
        look = {"size": 7, "color": targets, "marker": marker}
        data.append(markers(*places.T, None, "sample %{customdata}: %{text}", meta="samples", **look, **said))
    hover = "sample %{customdata}: %{fullData.name}<br>(%{x:.4g}, %{y:.4g})"
    for k, name in enumerate(class_names):
        own = targets == k
        look = {"size": 7, "color": palette.CLASSES[k % len(palette.CLASSES)], "rim": (0.6, "#ffffff")}
        look["symbol"] = palette.CLASS_SYMBOLS[k % len(palette.CLASS_SYMBOLS)]
        said = {"meta": "samples", "customdata": rows[own].tolist()}
        data.append(markers(*places[own].T, text_of(name), hover, **look, **said))
    if marked is not None:
        ring = {"size": 20, "color": CLEAR, "rim": (4, palette.CURSOR)}
        data.append(markers([marked[0]], [marked[1]], None, None, meta="chosen", **ring))
    x, y = ({"range": limits, "showgrid": False, "automargin": False} for limits in ranges)
    return plot(data, *titles, height=330, margin={"l": 56, "r": 8, "t": 8, "b": 46}, x=x, y=y)
