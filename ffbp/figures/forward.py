"""The forward pass in pictures: the activations' curves, large layers as colours, and how each layer transforms the plane.

Plots are made from arrays; `ffbp.analysis.layer_view` computes the places. Colours show the sign: purple is negative, green
positive. Negative edges are also dashed.
"""

import html

import numpy as np

from ffbp.core.activations import Activation
from ffbp.figures import palette
from ffbp.figures.plot import CLEAR, LEGEND, cursor, heatmap, line, markers, plot
from ffbp.words.numbers import format_number

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


def activation_curves(
    activation: Activation,
    Z: np.ndarray,
    A: np.ndarray,
    unit: int,
    layer: int,
    *,
    reach: float = 4.0,
    theme: str = "light",
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
    colour, hover = palette.RAMP[theme][layer - 1], "z = %{x:.4g}<br>%{y:.4g}"
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
