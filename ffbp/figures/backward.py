"""The backward pass in pictures: arrays in, plotly figures out.

Colours say sign (orange negative, blue positive) or layer, as everywhere; the line of a gradient, a tangent or a chosen
value is red. Everything that carries meaning by colour carries it by dash, symbol or text as well.
"""

from functools import cache

import numpy as np
import plotly.graph_objects as go

from ffbp.activations import ACTIVATIONS
from ffbp.figures import palette
from ffbp.figures.numbers import format_number
from ffbp.losses import LOSSES

STRIP_SAMPLES = 40  # up to here every sample has a bar of its own
BINS = 41


def _figure(x_title: str, y_title: str, *, height: int = 320, legend: bool = True, **options) -> go.Figure:
    axis = {"zeroline": False, "ticks": "outside", "ticklen": 3, "fixedrange": True, "automargin": True}
    return go.Figure(
        layout=go.Layout(
            margin={"l": 64, "r": 16, "t": 44 if legend else 16, "b": 52},
            height=height,
            font={"size": 15},
            paper_bgcolor="rgba(0,0,0,0)",
            plot_bgcolor="rgba(0,0,0,0)",
            hovermode="closest",
            dragmode=False,
            showlegend=legend,
            legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 14}},
            xaxis={**axis, "title": {"text": x_title, "font": {"size": 15}}, "tickfont": {"size": 14}},
            yaxis={**axis, "title": {"text": y_title, "font": {"size": 15}}, "tickfont": {"size": 14}},
            **options,
        )
    )


@cache
def saturated_delta(theme: str = "light") -> go.Figure:
    """delta of one sigmoid output against z, for y = 1: cross-entropy beside squared error."""
    Z = np.linspace(-8, 8, 161)[:, None, None]  # a stack of one-output, one-sample passes
    A = ACTIVATIONS["sigmoid"].forward(Z, np.empty_like(Z))
    figure = _figure("z of the output unit, for y = 1", "delta = dLoss/dz")
    for key, name, color, dash in (
        ("bce", "cross-entropy", palette.TRAIN, "solid"),
        ("mse", "squared error", palette.TEST, "dash"),
    ):
        delta = LOSSES[key].gradient(A, np.ones_like(A), np.empty_like(A))
        ACTIVATIONS["sigmoid"].backward(Z, A, delta, np.empty_like(A))
        figure.add_scatter(
            x=Z.ravel(), y=delta.ravel(), mode="lines", name=name, line={"color": color, "dash": dash, "width": 3.5},
            hovertemplate="z = %{x:.2f}, delta = %{y:.4g}<extra></extra>",
        )  # fmt: skip
    for y, ay, text in ((-0.03, -26, "wrong, yet delta ≈ 0"), (-0.99, -30, "delta ≈ −1")):
        figure.add_annotation(
            x=-7, y=y, text=text, ax=20, ay=ay, xanchor="left", arrowcolor=palette.CHANCE,
            font={"size": 14, "color": palette.WRONG[theme]},
        )  # fmt: skip
    figure.update_yaxes(range=[-1.12, 0.2])
    return figure


def matrix_map(values, *, x_title: str, y_title: str, theme: str = "light", mark: tuple[int, int] | None = None):
    """A matrix too large to be written: colour says sign and size, numbers are under the pointer; ``mark`` is ringed."""
    values = np.asarray(values, dtype=float)
    finite = np.abs(values[np.isfinite(values)])
    limit = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    rows, columns = values.shape
    figure = _figure(x_title, y_title, height=int(np.clip(22 * rows + 110, 180, 520)), legend=False)
    figure.add_heatmap(
        z=values, x=np.arange(1, columns + 1), y=np.arange(1, rows + 1), zmin=-limit, zmax=limit,
        colorscale=palette.value_scale(theme), xgap=1 if columns < 40 else 0, ygap=1 if rows < 40 else 0,
        hovertemplate="(%{y}, %{x}): %{z:.6g}<extra></extra>",
        colorbar={"thickness": 12, "len": 1.0, "tickfont": {"size": 12}, "nticks": 5, "exponentformat": "e"},
    )  # fmt: skip
    if mark:
        figure.add_shape(
            type="rect", x0=mark[1] - 0.5, x1=mark[1] + 0.5, y0=mark[0] - 0.5, y1=mark[0] + 0.5,
            line={"color": palette.CURSOR, "width": 3},
        )  # fmt: skip
    figure.update_yaxes(range=[rows + 0.5, 0.5], showgrid=False, tickformat="d", dtick=1 if rows <= 12 else None)
    figure.update_xaxes(range=[0.5, columns + 0.5], showgrid=False, tickformat="d", dtick=1 if columns <= 12 else None)
    return figure


def contribution_chart(values, rows, name: str) -> go.Figure:
    """Each sample's contribution to one weight's gradient: a bar each, or how many have which size."""
    values = np.asarray(values, dtype=float)
    if len(values) <= STRIP_SAMPLES:
        order = np.argsort(values, kind="stable")
        figure = _figure("samples, by contribution (row in the source)", f"contribution to d{name}")
        labels = [str(rows[i]) for i in order]
        places, heights = np.arange(len(values)), values[order]
        figure.update_xaxes(
            tickvals=places[:: max(1, len(values) // 12)], ticktext=labels[:: max(1, len(values) // 12)]
        )
        hover = "sample %{customdata}: %{y:.6g}<extra></extra>"
        width = 0.85
    else:
        low, high = float(values.min()), float(values.max())
        step = max(high - low, 1e-300) / (BINS - 1)
        edges = step * np.arange(
            np.floor(low / step), np.ceil(high / step) + 1
        )  # zero is an edge: no bar has two signs
        counts, edges = (
            np.histogram(values, edges) if len(edges) > 1 else (np.array([len(values)]), np.array([low, high]))
        )
        places, heights = (edges[:-1] + edges[1:]) / 2, counts
        figure = _figure(f"a sample's contribution to d{name}", "number of samples")
        labels, hover, width = places, "about %{x:.3g}: %{y} samples<extra></extra>", step * 0.94
    sign = places if len(values) > STRIP_SAMPLES else heights
    for chosen, label, color, pattern in (
        (sign < 0, "negative: a step raises the weight", palette.NEGATIVE, "/"),
        (sign >= 0, "positive: a step lowers the weight", palette.POSITIVE, ""),
    ):
        figure.add_bar(
            x=places[chosen], y=heights[chosen], name=label, width=width, hovertemplate=hover,
            customdata=np.asarray(labels)[chosen], marker={"color": color, "pattern": {"shape": pattern, "solidity": 0.25}},
        )  # fmt: skip
    figure.update_layout(barmode="overlay", bargap=0.05)
    figure.update_xaxes(exponentformat="power")
    figure.update_yaxes(exponentformat="power")
    return figure


def multiplier_chart(steps, theme: str = "light") -> go.Figure:
    """The two factors of each backward step, from 1 up or down on a log scale: the gradient grows, or it shrinks."""
    labels = [f"layer {s.l + 1} → {s.l}" for s in steps]
    figure = _figure("backward step", "multiplier of ‖delta‖₂ (log scale)", height=330)
    sizes = [v for s in steps for v in (s.weights, s.slope, s.ratio) if v > 0 and np.isfinite(v)]
    low, high = np.log10(min([*sizes, 0.8])), np.log10(max([*sizes, 1.25]))
    for name, values, color, pattern in (
        ("by the weights: Wᵀ", [s.weights for s in steps], palette.LAYERS[5], ""),
        ("by g'", [s.slope for s in steps], palette.LAYERS[2], "/"),
        ("both", [s.ratio for s in steps], palette.LAYERS[7], "x"),
    ):
        figure.add_bar(
            x=labels, y=[float(np.log10(v)) if v > 0 else None for v in values], name=name, customdata=values,
            marker={"color": color, "pattern": {"shape": pattern, "solidity": 0.25}},
            text=[format_number(v) for v in values] if len(steps) <= 4 else None, textposition="outside",
            textfont={"size": 14, "color": palette.WRONG[theme]}, cliponaxis=False,
            hovertemplate=f"{name}: %{{customdata:.5g}}<extra></extra>",
        )  # fmt: skip
    pad = 0.16 * (high - low)
    ticks = [m * 10.0**e for e in range(-60, 61) for m in ((1, 2, 5) if high - low < 2 else (1,))]
    ticks = [t for t in ticks if low - pad <= np.log10(t) <= high + pad]
    ticks = [
        t for i, t in enumerate(ticks) if (i - (ticks.index(1.0) if 1.0 in ticks else 0)) % (len(ticks) // 8 + 1) == 0
    ]
    figure.update_layout(bargap={1: 0.7, 2: 0.5, 3: 0.35}.get(len(steps), 0.2))
    figure.add_hline(y=0, line={"color": palette.WRONG[theme], "width": 1.5})
    figure.update_yaxes(
        range=[low - pad, high + pad], tickvals=[float(np.log10(t)) for t in ticks], ticktext=[f"{t:g}" for t in ticks]
    )
    return figure


def step_chart(step, what: str, theme: str = "light") -> go.Figure:
    """The loss along the update, its tangent at the start, the step taken (s = 1) and the best one found."""
    figure = _figure("step length s (1 = the step that is taken)", f"loss on {what}", height=340)
    low, high = float(np.nanmin(step.losses)), float(np.nanmax(np.where(np.isfinite(step.losses), step.losses, np.nan)))
    high = min(high, max(step.before, step.after) + 3 * max(step.before - low, 1e-12)) if np.isfinite(high) else 1.0
    pad = 0.12 * max(high - low, abs(high) * 1e-6, 1e-300)
    figure.add_scatter(
        x=step.lengths, y=step.losses, mode="lines", name="L(θ + s · update)", line={"color": palette.TRAIN, "width": 3.5},
        hovertemplate="s = %{x:.3g}: %{y:.6g}<extra></extra>",
    )  # fmt: skip
    ends = np.array([0.0, step.lengths[-1]])
    figure.add_scatter(
        x=ends, y=step.before + step.slope * ends, mode="lines", name="tangent", hoverinfo="skip",
        line={"color": palette.CURSOR, "width": 2.5, "dash": "dash"},
    )  # fmt: skip
    for name, x, y, symbol, color, size in (
        ("before", 0.0, step.before, "circle", palette.WRONG[theme], 12),
        ("after: s = 1", 1.0, step.after, "diamond", palette.TEST, 14),
        ("best found", step.best, step.best_loss, "star", palette.LAYERS[2], 17),
    ):
        if x > step.lengths[-1]:
            continue  # the best one may lie far outside; its s stands in words
        figure.add_scatter(
            x=[x], y=[y], mode="markers", name=name, marker={"symbol": symbol, "size": size, "color": color},
            hovertemplate=f"{name}: s = %{{x:.4g}}, loss %{{y:.8g}}<extra></extra>", cliponaxis=False,
        )  # fmt: skip
    figure.update_xaxes(range=[-0.06, step.lengths[-1] + 0.06])
    figure.update_yaxes(range=[low - 2 * pad, high + pad], exponentformat="e")
    return figure


def check_chart(check, layers) -> go.Figure:
    """Backward against the difference quotient, a point a parameter, coloured by layer; right is on the diagonal."""
    figure = _figure("difference quotient", "backward", height=380)
    finite = np.concatenate([check.analytic, check.numeric])
    finite = finite[np.isfinite(finite)]
    limit = 1.1 * float(np.abs(finite).max()) if finite.size and finite.any() else 1.0
    figure.add_scatter(
        x=[-limit, limit], y=[-limit, limit], mode="lines", name="equal", line={"color": palette.CHANCE, "width": 1.5},
        hoverinfo="skip",
    )  # fmt: skip
    for l in np.unique(layers):
        at = layers == l
        figure.add_scatter(
            x=check.numeric[at], y=check.analytic[at], mode="markers", name=f"layer {l}", text=np.array(check.names)[at],
            marker={"color": palette.LAYERS[l - 1], "size": 10, "symbol": palette.CLASS_SYMBOLS[l - 1], "opacity": 0.85},
            hovertemplate="%{text}: backward %{y:.8g}, quotient %{x:.8g}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(exponentformat="e", nticks=6)
    return figure


def step_size_chart(steps, errors, names) -> go.Figure:
    """The relative error of central differences against the step size: a V on log axes."""
    figure = _figure("step size h", "relative error", height=380)
    shown = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
    for i, name in enumerate(names):
        figure.add_scatter(
            x=steps, y=shown[i], mode="lines+markers", name=name,
            line={"color": palette.CLASSES[i], "dash": palette.DASHES[i], "width": 2.5},
            marker={"symbol": palette.CLASS_SYMBOLS[i], "size": 8},
            hovertemplate=f"{name}: h = %{{x:.1e}}, error %{{y:.2e}}<extra></extra>",
        )  # fmt: skip
    for x, anchor, text in ((0.0, "left", "◂ round-off"), (1.0, "right", "truncation ▸")):
        figure.add_annotation(
            x=x, y=0.02, xref="paper", yref="paper", xanchor=anchor, text=text, showarrow=False,
            font={"size": 14, "color": palette.CHANCE},
        )  # fmt: skip
    figure.update_xaxes(type="log", exponentformat="power", dtick=2)
    figure.update_yaxes(type="log", exponentformat="power", nticks=7)
    return figure


def cost_chart(costs) -> go.Figure:
    """Measured seconds against the number of parameters, both axes logarithmic: two lines of slope 1, one of slope 2."""
    n_params = [cost.n_params for cost in costs]
    figure = _figure("parameters (log scale)", "milliseconds (log scale)", height=360)
    for name, seconds, color, dash, symbol in (
        ("one forward pass", [c.forward_seconds for c in costs], palette.LAYERS[5], "solid", "circle"),
        ("one backward pass", [c.backward_seconds for c in costs], palette.LAYERS[1], "dash", "square"),
        ("P + 1 forward passes", [c.one_sided for c in costs], palette.LAYERS[2], "dot", "diamond"),
        ("2P forward passes", [c.central for c in costs], palette.CURSOR, "dashdot", "cross"),
    ):
        figure.add_scatter(
            x=n_params, y=1000 * np.array(seconds), mode="lines+markers", name=name,
            line={"color": color, "dash": dash, "width": 3}, marker={"symbol": symbol, "size": 9},
            hovertemplate=f"{name}, %{{x}} parameters: %{{y:.4g}} ms<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(type="log", exponentformat="power", nticks=6)
    figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    return figure
