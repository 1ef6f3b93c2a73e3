"""The forward pass in pictures: one sample on its way through the network, and what each layer makes of the plane.

Arrays in, figures out. What a picture needs to be computed first (a linear map, a layer's view, how well a straight line
does) stands at the top. Colours say sign: orange is negative, blue positive, and negative edges are dashed as well.
"""

import html
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ffbp.activations import Activation
from ffbp.figures import palette
from ffbp.figures.numbers import fixed, format_number
from ffbp.network import Network

MAX_EDGES, MAX_UNITS, LABELLED_EDGES = 60, 12, 12
EDGE_WIDTHS = (0.8, 1.8, 3.2, 5.0, 7.0)
CURVE_POINTS = 241
INK = {"light": "#1c1f26", "dark": "#f0f2f5"}  # axes and numbers: the page's own text colour
GRID = {"light": "#dfe3e9", "dark": "#333945"}
MAX_LINE_SAMPLES = 1000


# What is computed


def linear_map(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Layers without activation, multiplied out: W = W[L] ... W[1] and b, so that Z[L] = W A[0] + b."""
    W, b = np.eye(network.sizes[0]), np.zeros((network.sizes[0], 1))
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in network.layers:
            W, b = layer.W @ W, layer.W @ b + layer.b
    return W, b


@dataclass(frozen=True)
class LayerView:
    """How a layer's activations are drawn: as they are (one or two units), or along two principal axes.

    center (n_units,), axes (2 or 1, n_units): a point's place is (a - center) axes.T.
    """

    center: np.ndarray
    axes: np.ndarray
    principal: bool

    def place(self, A: np.ndarray) -> np.ndarray:
        """Activations A (n_units, n) to places in the picture (n, 2), a single unit on the line y = 0."""
        places = (A.T - self.center) @ self.axes.T
        return places if places.shape[1] == 2 else np.column_stack([places, np.zeros(len(places))])

    def share(self, A: np.ndarray) -> float:
        """The share of the variance of A (n_units, n) that the picture keeps; NaN where nothing varies."""
        with np.errstate(over="ignore", invalid="ignore"):
            centered = A.T - A.T.mean(axis=0)
            total = np.square(centered).sum()
            return float(np.square(centered @ self.axes.T).sum() / total) if total > 0 else np.nan


def layer_view(A: np.ndarray) -> LayerView:
    """The view of a layer from its activations A (n_units, n) at the last frame, kept for all frames of the run."""
    n_units = len(A)
    if n_units <= 2 or not np.isfinite(A).all():
        return LayerView(np.zeros(n_units), np.eye(n_units)[:2], principal=False)
    center = A.mean(axis=1)
    _, _, directions = np.linalg.svd((A.T - center), full_matrices=False)
    if len(directions) < 2:  # fewer samples than axes
        return LayerView(np.zeros(n_units), np.eye(n_units)[:2], principal=False)
    axes = directions[:2]
    largest = axes[np.arange(2), np.abs(axes).argmax(axis=1)]
    return LayerView(center, axes * np.sign(largest)[:, None], principal=True)


def straight_line_score(A: np.ndarray, y: np.ndarray, *, regression: bool) -> float:
    """How far a straight line gets on a layer's activations A (n_units, n): on at most 1,000 samples.

    Classification: the accuracy of scikit-learn's logistic regression on standardised activations. Regression: R² of
    least squares. NaN where that is not defined.
    """
    A, y = A[:, :MAX_LINE_SAMPLES], y[:MAX_LINE_SAMPLES]
    with np.errstate(over="ignore", invalid="ignore"):
        spread = A.std(axis=1, keepdims=True)
    if not np.isfinite(spread).all() or len(np.unique(y)) < 2:
        return np.nan
    features = ((A - A.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)).T
    if regression:
        inputs = np.column_stack([features, np.ones(len(features))])
        residual = y - inputs @ np.linalg.lstsq(inputs, y, rcond=None)[0]
        return float(1 - np.square(residual).sum() / np.square(y - y.mean()).sum())
    from sklearn.linear_model import LogisticRegression

    return float(LogisticRegression(C=10.0, max_iter=2000).fit(features, y).score(features, y))


# What is drawn


def _layout(x_title: str, y_title: str, height: int, theme: str, **options) -> go.Layout:
    ink = {"size": 14, "color": INK[theme]}
    axis = {
        "zeroline": False, "ticks": "outside", "ticklen": 3, "tickcolor": INK[theme], "tickfont": ink,
        "gridcolor": GRID[theme],
    }  # fmt: skip
    return go.Layout(
        margin={"l": 60, "r": 16, "t": 16, "b": 48},
        height=height,
        font=ink,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
        dragmode=False,
        xaxis={**axis, "title": {"text": x_title, "font": ink}},
        yaxis={**axis, "title": {"text": y_title, "font": ink}},
        **options,
    )


def text_of(name) -> str:
    """A name from the data as text in a figure: no tags."""
    return html.escape(str(name), quote=False)


def _scale(values) -> float:
    """The largest size among finite values, 1 where there is none."""
    sizes = np.abs(np.concatenate([np.ravel(v) for v in values]))
    sizes = sizes[np.isfinite(sizes)]
    return float(sizes.max()) if sizes.size and sizes.max() > 0 else 1.0


def _short(value) -> str:
    """A number that fits into a node; the full one is under the pointer."""
    return fixed(value, 2).replace("-0.00", "0.00") if abs(value) < 100 else format_number(value)


def shown_units(W_next: np.ndarray | None, a: np.ndarray) -> np.ndarray:
    """The units of a layer that are drawn: all, or the twelve that contribute most to the next layer."""
    if len(a) <= MAX_UNITS:
        return np.arange(len(a))
    with np.errstate(over="ignore", invalid="ignore"):
        weight = np.abs(a) if W_next is None else np.abs(W_next * a).sum(axis=0)
    return np.sort(np.argsort(-np.nan_to_num(weight), kind="stable")[:MAX_UNITS])


def pass_picture(
    network: Network, trace, input_names, output_names, *, theme: str = "light", chosen: tuple[int, int] | None = None
) -> tuple[go.Figure, str]:
    """One pass as a network: activations in the nodes, contributions w·a on the edges; and what was left out, in words.

    trace: of one sample. chosen: (layer, unit index) to ring.
    """
    A = [a[:, 0] for a in trace.A]
    Ws = [layer.W for layer in network.layers]
    units = [shown_units(Ws[l] if l < len(Ws) else None, a) for l, a in enumerate(A)]
    n_columns = len(A)
    tallest = max(len(u) for u in units)
    height = int(np.clip((44 if tallest > 5 else 64) * tallest + 110, 230, 640))
    figure = go.Figure(layout=_layout("layer", "", height, theme, showlegend=False))
    heights = [(len(u) - 1) / 2 - np.arange(len(u)) for u in units]
    n_edges = _add_edges(figure, Ws, A, units, heights, theme)
    size = 40 if n_columns <= 6 else 27
    _add_nodes(figure, network, trace, units, heights, (input_names, output_names), theme, size, chosen)
    names = ["inputs"] + [
        f"{'output' if l == len(Ws) else f'layer {l}'}<br>{layer.activation.label}"
        for l, layer in enumerate(network.layers, start=1)
    ]
    if n_columns > 6:
        names = ["in", *(f"{l}" for l in range(1, len(Ws))), "out"]
    figure.update_xaxes(
        tickvals=list(range(n_columns)), ticktext=names, range=[-0.45, n_columns - 0.5], showgrid=False, fixedrange=True
    )
    reach = max(len(u) for u in units) / 2
    figure.update_yaxes(visible=False, range=[-reach - 0.15, reach + 0.15], fixedrange=True)
    figure.update_layout(margin={"l": 10, "r": 10, "t": 6, "b": 70})
    return figure, _left_out(network.sizes, units, n_edges)


def _left_out(sizes, units, n_edges):
    """What the picture does not draw, in words."""
    parts = [
        f"{len(u)} of {size} {'inputs' if l == 0 else f'units of layer {l}'}"
        for l, (u, size) in enumerate(zip(units, sizes, strict=True))
        if len(u) < size
    ]
    words = []
    if parts:
        words.append(f"Drawn are {', '.join(parts)}: those that contribute most.")
    if n_edges > MAX_EDGES:
        words.append(f"Of {n_edges} edges between them, the {MAX_EDGES} with the largest contributions are drawn.")
    return " ".join(words)


def _add_edges(figure, Ws, A, units, heights, theme) -> int:
    """Edges by the size of w·a in five widths, negative ones dashed; the numbers on hover, or written if they are few."""
    edges = [
        (l, i, j, float(W[units[l + 1][i], units[l][j]]) * float(A[l][units[l][j]]))
        for l, W in enumerate(Ws)
        for i in range(len(units[l + 1]))
        for j in range(len(units[l]))
    ]
    n_edges = len(edges)
    edges.sort(key=lambda edge: -np.nan_to_num(abs(edge[3])))
    edges = edges[:MAX_EDGES]
    largest = _scale([[edge[3] for edge in edges]])
    groups: dict = {}
    texts, xs, ys, labels = [], [], [], []
    for l, i, j, value in edges:
        share = min(abs(value) / largest, 1.0) if np.isfinite(value) else 1.0
        step = min(int(share * len(EDGE_WIDTHS)), len(EDGE_WIDTHS) - 1)
        start, end = heights[l][j], heights[l + 1][i]
        groups.setdefault((value < 0, step), []).append((l, start, end))
        at = 0.24 if (i + j) % 2 else 0.6  # labels of crossing edges stand apart
        xs.append(l + at)
        ys.append(start + at * (end - start))
        to, source = units[l + 1][i], units[l][j]
        w, a = Ws[l][to, source], A[l][source]
        origin = f"x{source + 1}" if l == 0 else f"a{source + 1} of layer {l}"
        texts.append(f"w·a into z{to + 1} of layer {l + 1}, from {origin}<br>{w:.17g} · {a:.17g}<br>= {value:.17g}")
        labels.append(_short(value))
    for (negative, step), lines in sorted(groups.items(), key=lambda item: item[0][1]):
        figure.add_scatter(
            x=[x for l, _, _ in lines for x in (l, l + 1, None)],
            y=[y for _, start, end in lines for y in (start, end, None)],
            mode="lines", hoverinfo="skip", opacity=0.35 + 0.12 * step,
            line={
                "color": palette.NEGATIVE if negative else palette.POSITIVE,
                "width": EDGE_WIDTHS[step],
                "dash": "dash" if negative else "solid",
            },
        )  # fmt: skip
    few = n_edges <= LABELLED_EDGES
    figure.add_scatter(
        x=xs, y=ys, mode="markers+text" if few else "markers", hoverinfo="text", hovertext=texts,
        text=labels if few else None, textposition="top center", textfont={"size": 14, "color": INK[theme]},
        marker={"size": 14, "color": "rgba(0,0,0,0)"}, meta="edges",
    )  # fmt: skip
    return n_edges


def _add_nodes(figure, network, trace, units, heights, names, theme, size, chosen):
    """Nodes: the activation as colour and number, rimmed in the layer's colour, each layer on its own colour scale."""
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
        # half as much again as the largest value: the ends of the scale stay light enough for the numbers
        limit = 1.6 * _scale([trace.A[l]])
        widths = [5 if chosen == (l, unit) else 2.5 for unit in chosen_units]
        figure.add_scatter(
            x=[l] * len(a), y=heights[l], mode="markers+text", text=[_short(v) for v in a], meta=f"layer {l}",
            hoverinfo="text", hovertext=hover, textfont={"size": 13 if size > 30 else 10, "color": INK[theme]},
            marker={
                "size": size, "color": np.nan_to_num(a), "cmin": -limit, "cmax": limit, "opacity": 1,
                "colorscale": palette.value_scale(theme), "line": {"color": rim, "width": widths},
            },
        )  # fmt: skip


def activation_curves(
    activation: Activation,
    Z: np.ndarray,
    A: np.ndarray,
    unit: int,
    layer: int,
    *,
    reach: float = 4.0,
    theme: str = "light",
) -> go.Figure:
    """g and g' over z with one unit's z marked on both; for softmax with the neighbours' z held fixed.

    Z, A: the layer's columns (n_units, 1) for one sample, as the core computed them. reach: the axis shows -reach to
    reach, more if z lies outside.
    """
    z = float(Z[unit, 0])
    reach = max(reach, 1.25 * abs(z)) if np.isfinite(z) else reach
    across = np.linspace(-reach, reach, CURVE_POINTS)
    columns = np.repeat(Z, CURVE_POINTS, axis=1)
    columns[unit] = across
    with np.errstate(over="ignore", invalid="ignore"):
        values = activation.forward(columns, np.empty_like(columns))
        slopes = activation.derivative(columns, values, np.empty_like(columns))
        slope = activation.derivative(Z, A, np.empty_like(Z))[unit, 0]
    colour = palette.LAYERS[layer - 1]
    line = {"color": palette.CURSOR, "width": 1.5, "dash": "dash"}
    cursor = {"type": "line", "x0": z, "x1": z, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    figure = go.Figure(layout=_layout("z", "g(z) and g'(z)", 300, theme, shapes=[cursor]))
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 14, "color": INK[theme]}}
    figure.update_layout(margin={"l": 56, "r": 12, "t": 30, "b": 48}, legend=legend)
    hover = "z = %{x:.4g}<br>%{y:.4g}<extra></extra>"
    figure.add_scatter(
        x=across, y=values[unit], mode="lines", name="g", line={"color": colour, "width": 3}, hovertemplate=hover
    )
    figure.add_scatter(
        x=across, y=slopes[unit], mode="lines", name="g'", line={"color": colour, "width": 2.5, "dash": "dot"},
        hovertemplate=hover,
    )  # fmt: skip
    figure.add_scatter(
        x=[z, z], y=[A[unit, 0], slope], mode="markers", name="this z",
        text=[f"z = {z:.17g}<br>a = g(z) = {A[unit, 0]:.17g}", f"z = {z:.17g}<br>g'(z) = {slope:.17g}"],
        hoverinfo="text",
        marker={"size": 13, "color": palette.CURSOR, "symbol": ["circle", "diamond"], "line": {"color": "#ffffff", "width": 2}},
    )  # fmt: skip
    figure.update_xaxes(range=[-reach, reach], fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    return figure


def layer_map(W, a_before, b, z, a, *, layer: int, theme: str = "light") -> go.Figure:
    """A layer too large for a written matrix: W as a heat map, the inputs above it, b, z and a beside it.

    Each block has a colour scale of its own, symmetric around zero; the numbers are under the pointer.
    """
    figure = make_subplots(
        rows=2, cols=4, column_widths=[0.76, 0.08, 0.08, 0.08], row_heights=[0.12, 0.88], horizontal_spacing=0.025,
        vertical_spacing=0.04, specs=[[{}, None, None, None], [{}, {}, {}, {}]],
    )  # fmt: skip
    units, sources = np.arange(1, len(W) + 1), np.arange(1, W.shape[1] + 1)
    blocks = (
        ("a before", a_before.T, sources, ["a"], 1, 1),
        ("W", W, sources, units, 2, 1),
        ("b", b, ["b"], units, 2, 2),
        ("z", z, ["z"], units, 2, 3),
        ("a", a, ["a"], units, 2, 4),
    )
    for name, values, x, y, row, column in blocks:
        limit = _scale([values])
        figure.add_heatmap(
            z=values, x=x, y=y, zmin=-limit, zmax=limit, colorscale=palette.value_scale(theme),
            showscale=False, xgap=1 if values.shape[1] < 40 else 0, ygap=1 if values.shape[0] < 40 else 0,
            hovertemplate=f"{name}, unit %{{y}}, from %{{x}}<br>%{{z:.6g}}<extra></extra>", row=row, col=column,
        )  # fmt: skip
    figure.update_layout(_layout("", "", int(np.clip(14 * len(W) + 150, 300, 560)), theme))
    figure.update_layout(margin={"l": 64, "r": 10, "t": 10, "b": 50}, hovermode="closest")
    ink = {"size": 13, "color": INK[theme]}
    look = {"title": {"text": "", "font": ink}, "tickfont": ink, "showgrid": False, "fixedrange": True}
    figure.update_xaxes(**look)
    figure.update_yaxes(**look, autorange="reversed")
    before = "input x" if layer == 1 else f"unit of layer {layer - 1}"
    figure.update_xaxes(title_text=f"W: {before}", row=2, col=1)
    figure.update_xaxes(showticklabels=False, row=1, col=1)
    figure.update_yaxes(title_text=f"unit of layer {layer}", row=2, col=1)
    for column in (2, 3, 4):
        figure.update_yaxes(showticklabels=False, row=2, col=column)
    return figure


def layer_space(places, targets, lines, ranges, titles, *, class_names=(), marked=None, theme="light") -> go.Figure:
    """The training samples as a layer sees them, and the plane's grid after that layer.

    places (n, 2), targets (n,): classes, or values where ``class_names`` is empty. lines (n_lines, n_points, 2): the
    grid. ranges: of x and y, the same for all frames. marked (2,): the chosen sample.
    """
    figure = go.Figure(layout=_layout(*titles, 330, theme))
    figure.update_layout(margin={"l": 56, "r": 8, "t": 8, "b": 46}, showlegend=False, yaxis={"title": {"standoff": 4}})
    gaps = np.concatenate([lines, np.full((len(lines), 1, 2), np.nan)], axis=1).reshape(-1, 2)
    figure.add_scatter(
        x=gaps[:, 0], y=gaps[:, 1], mode="lines", hoverinfo="skip", line={"color": palette.CHANCE, "width": 1},
        opacity=0.6, meta="grid",
    )  # fmt: skip
    if not class_names:
        figure.add_scatter(
            x=places[:, 0], y=places[:, 1], mode="markers", customdata=targets, meta="samples",
            hovertemplate="target %{customdata:.4g}<extra></extra>",
            marker={"size": 7, "color": targets, "colorscale": palette.value_scale("light"), "line": {"width": 0.6}},
        )  # fmt: skip
    for k, name in enumerate(class_names):
        own = places[targets == k]
        figure.add_scatter(
            x=own[:, 0], y=own[:, 1], mode="markers", name=text_of(name), meta="samples",
            hovertext=[text_of(name)] * len(own), hoverinfo="text+x+y",
            marker={
                "size": 7, "color": palette.CLASSES[k % len(palette.CLASSES)],
                "symbol": palette.CLASS_SYMBOLS[k % len(palette.CLASS_SYMBOLS)],
                "line": {"color": "#ffffff", "width": 0.6},
            },
        )  # fmt: skip
    if marked is not None:
        figure.add_scatter(
            x=[marked[0]], y=[marked[1]], mode="markers", hoverinfo="skip", meta="chosen",
            marker={"size": 20, "color": "rgba(0,0,0,0)", "line": {"color": palette.CURSOR, "width": 4}},
        )  # fmt: skip
    figure.update_xaxes(range=ranges[0], showgrid=False, fixedrange=True)
    figure.update_yaxes(range=ranges[1], showgrid=False, fixedrange=True)
    return figure
