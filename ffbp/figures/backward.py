"""The backward pass in pictures: plots (Plotly's JSON) made from arrays.

Colours show the sign (purple negative, green positive) or the layer; tangents and chosen values are red. Dashes, symbols or
text repeat the meaning of every colour.
"""

from functools import cache

import numpy as np

from ffbp.core.activations import ACTIVATIONS
from ffbp.core.losses import LOSSES
from ffbp.figures import palette
from ffbp.figures.forward import limit_of
from ffbp.figures.plot import LEGEND, bars, heatmap, line, markers, note, plot
from ffbp.words.numbers import format_number

STRIP_SAMPLES = 40  # with more samples, a histogram replaces the bars
BINS = 41


@cache
def saturated_delta() -> dict:
    """delta of one sigmoid output over z, for y = 1, with cross-entropy and with squared error."""
    Z = np.linspace(-8, 8, 161)[:, None, None]  # a stack of one-output, one-sample passes
    A = ACTIVATIONS["sigmoid"].forward(Z, np.empty_like(Z))
    data = []
    for key, name, color, dash in (
        ("bce", "cross-entropy", palette.TRAIN, "solid"),
        ("mse", "squared error", palette.TEST, "dash"),
    ):
        delta = LOSSES[key].gradient(A, np.ones_like(A), np.empty_like(A))
        ACTIVATIONS["sigmoid"].backward(Z, A, delta, np.empty_like(A))
        hover = "z = %{x:.2f}, delta = %{y:.4g}"
        data.append(line(Z.ravel(), delta.ravel(), name, hover, color=color, dash=dash, width=3.5))
    arrow = {"showarrow": True, "ax": 20, "xanchor": "left", "arrowcolor": palette.CHANCE}
    notes = [
        note("wrong, yet delta ≈ 0", -7, -0.03, ay=-26, **arrow),
        note("delta ≈ −1", -7, -0.99, ay=-30, **arrow),
    ]
    options = {"height": 320, "y": {"range": [-1.12, 0.2]}, "annotations": notes}
    return plot(data, "z of the output unit, for y = 1", "delta = dLoss/dz", **options, **LEGEND)


def loss_chart(probability: float, loss: float) -> dict:
    """-ln p over the probability p of the true class, with one sample marked."""
    p = np.linspace(0.002, 1.0, 200)
    look = {"size": 14, "color": palette.CURSOR, "rim": (2, "#ffffff")}
    mark = markers([probability], [loss], "this sample", "p = %{x:.4g}, loss %{y:.4g}", **look)
    curve = line(p, -np.log(p), "−ln p", "p = %{x:.3f}, loss %{y:.4g}", color=palette.TRAIN, width=3, dash="solid")
    top = float(np.clip(1.2 * loss, 2.5, 40))
    options = {"height": 250, "x": {"range": [-0.02, 1.02]}, "y": {"range": [-0.05 * top, top]}}
    return plot([curve, mark], "probability of the true class", "loss", **options, **LEGEND)


def matrix_map(
    values, *, x_title: str, y_title: str, theme: str = "light", mark: tuple[int, int] | None = None, layer: int = 0
) -> dict:
    """A matrix too large to write out: colours show sign and size, hovering shows the number; ``mark`` gets a ring.

    layer: if given, a cell (unit, source) has the custom data (layer, unit, source), for a matrix shaped like W[layer].
    """
    values = np.asarray(values, dtype=float)
    limit = limit_of(values)
    rows, columns = (np.arange(1, n + 1) for n in values.shape)
    bar = {"thickness": 12, "len": 1.0, "tickfont": {"size": 12}, "nticks": 5, "exponentformat": "e"}
    look = {"colorscale": palette.value_scale(theme), "colorbar": bar}
    cells = heatmap(values, columns, rows, limit, "(%{y}, %{x}): %{z:.6g}", **look)
    if layer:
        cells["customdata"] = [[[layer, i, j] for j in columns.tolist()] for i in rows.tolist()]
    rings = []
    if mark:
        corners = {"x0": mark[1] - 0.5, "x1": mark[1] + 0.5, "y0": mark[0] - 0.5, "y1": mark[0] + 0.5}
        rings.append({"type": "rect", **corners, "line": {"color": palette.CURSOR, "width": 3}})
    x, y = (
        {"range": limits, "showgrid": False, "tickformat": "d", "dtick": 1 if n <= 12 else None}
        for limits, n in (([0.5, len(columns) + 0.5], len(columns)), ([len(rows) + 0.5, 0.5], len(rows)))
    )
    height = int(np.clip(22 * len(rows) + 110, 180, 520))
    return plot([cells], x_title, y_title, height=height, shapes=rings, x=x, y=y)


def contribution_chart(values, rows, name: str) -> dict:
    """Each sample's contribution to one weight's gradient: one bar per sample, or a histogram of many samples.

    A sample's bar has its row in the source as custom data.
    """
    values = np.asarray(values, dtype=float)
    x, heights_title = {"exponentformat": "power"}, f"contribution to d{name}"
    if len(values) <= STRIP_SAMPLES:
        order = np.argsort(values, kind="stable")
        places, heights, own = np.arange(len(values)), values[order], np.asarray(rows)[order]
        every = max(1, len(values) // 12)
        x |= {"tickvals": places[::every], "ticktext": [str(row) for row in own[::every]]}
        titles = "samples, by contribution (row in the source)", heights_title
        hover, width, sign = "sample %{customdata}: %{y:.6g}", 0.85, heights
    else:
        places, heights, step = _counted(values)
        titles, own = (f"a sample's {heights_title}", "number of samples"), None
        hover, width, sign = "about %{x:.3g}: %{y} samples", step * 0.94, places
    traces = []
    for chosen, label, color, pattern in (
        (sign < 0, "negative: a step raises the weight", palette.NEGATIVE, "/"),
        (sign >= 0, "positive: a step lowers the weight", palette.POSITIVE, ""),
    ):
        said = {"name": label, "width": width, "customdata": None if own is None else own[chosen].tolist()}
        marker = {"pattern": {"shape": pattern, "solidity": 0.25}}
        traces.append(bars(places[chosen], heights[chosen], hover, color=color, marker=marker, **said))
    layout = {"height": 320, "barmode": "overlay", "bargap": 0.05}
    return plot(traces, *titles, x=x, y={"exponentformat": "power"}, **layout, **LEGEND)


def _counted(values):
    """Places, counts and width of equal bins, with an edge at zero so that no bar has both signs."""
    low, high = float(values.min()), float(values.max())
    step = max(high - low, 1e-300) / (BINS - 1)
    edges = step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)
    if len(edges) > 1:
        counts, edges = np.histogram(values, edges)
    else:
        counts, edges = np.array([len(values)]), np.array([low, high])
    return (edges[:-1] + edges[1:]) / 2, counts, step


def multiplier_chart(steps) -> dict:
    """The two factors of each backward step and their product, as bars from 1 on a log scale; above 1, delta grows."""
    sizes = [v for s in steps for v in (s.weights, s.slope, s.ratio) if v > 0 and np.isfinite(v)]
    low, high = np.log10(min([*sizes, 0.8])), np.log10(max([*sizes, 1.25]))
    written = {"textposition": "outside", "textfont": {"size": 14}, "constraintext": "none", "cliponaxis": False}
    traces = []
    for name, values, color, pattern in (
        ("by the weights: Wᵀ", [s.weights for s in steps], palette.CLASSES[1], ""),
        ("by g'", [s.slope for s in steps], palette.PENALTY, "/"),
        ("both", [s.ratio for s in steps], palette.TOTAL, "x"),
    ):
        heights = [float(np.log10(v)) if v > 0 else None for v in values]
        texts = [format_number(v) for v in values] if len(steps) <= 4 else None
        said = {"name": name, "customdata": values, "text": texts, **written}
        marker = {"pattern": {"shape": pattern, "solidity": 0.25}}
        names = [f"layer {s.l + 1} → {s.l}" for s in steps]
        traces.append(bars(names, heights, f"{name}: %{{customdata:.5g}}", color=color, marker=marker, **said))
    pad = 0.16 * (high - low)
    ticks = [m * 10.0**e for e in range(-60, 61) for m in ((1, 2, 5) if high - low < 2 else (1,))]
    ticks = [t for t in ticks if low - pad <= np.log10(t) <= high + pad]
    one = ticks.index(1.0) if 1.0 in ticks else 0
    ticks = [t for i, t in enumerate(ticks) if (i - one) % (len(ticks) // 8 + 1) == 0]
    base = {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "y0": 0, "y1": 0}
    base["line"] = {"color": palette.CHANCE, "width": 1.5}
    y = {"range": [low - pad, high + pad], "tickvals": [float(np.log10(t)) for t in ticks]}
    y["ticktext"] = [f"{t:g}" for t in ticks]
    layout = {"height": 330, "shapes": [base], "bargap": {1: 0.7, 2: 0.5, 3: 0.35}.get(len(steps), 0.2)}
    titles = "backward step", "multiplier of ‖delta‖₂ (log scale)"
    return plot(traces, *titles, x={"showgrid": False}, y=y, **layout, **LEGEND)


def step_chart(step, what: str, learning_rate: float | None = None) -> dict:
    """The loss along the update, its tangent at the start, the step taken (s = 1) and the best step found.

    learning_rate: that of the step, if step length is proportional to it (gradient descent). Labels then show the learning
    rates of the step taken and of the best one. A note appears if the best one lies beyond the right edge.
    """
    low, high = float(np.nanmin(step.losses)), float(np.nanmax(np.where(np.isfinite(step.losses), step.losses, np.nan)))
    high = min(high, max(step.before, step.after) + 3 * max(step.before - low, 1e-12)) if np.isfinite(high) else 1.0
    pad = 0.12 * max(high - low, abs(high) * 1e-6, 1e-300)
    limits, end = [low - 2 * pad, high + pad], step.lengths[-1]
    ends = np.array([0.0, end])
    curve, slope = {"color": palette.TRAIN, "width": 3.5}, {"color": palette.CURSOR, "width": 2.5, "dash": "dash"}
    losses = line(step.lengths, step.losses, "L(θ + s · update)", "s = %{x:.3g}: %{y:.6g}", **curve)
    data, notes = [losses, line(ends, step.before + step.slope * ends, "tangent", None, **slope)], []
    for name, x, y, symbol, color, size, above in (
        ("before", 0.0, step.before, "circle", palette.POSITIVE, 13, 0),
        ("after: s = 1", 1.0, step.after, "diamond", palette.TEST, 14, -34),
        ("best found", step.best, step.best_loss, "star", palette.PENALTY, 17, 32),
    ):
        taken = x * (learning_rate or 0)
        rate = None if learning_rate is None else f"η = {f'{taken:.6g}' if x == 1 else format_number(taken)}"
        if x > end:
            far = f"{name}: s = {format_number(x)}" + (f", {rate}" if rate else "") + "<br>beyond the right edge ▸"
            corner = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "top", "align": "right"}
            notes.append(note(far, 1, 1, **corner))
            continue
        if rate and above and limits[0] <= y <= limits[1]:
            text = f"chosen: {rate}" if name.startswith("after") else f"{name}: {rate}"
            notes.append(note(text, x, y, showarrow=True, ax=0, ay=above, arrowcolor=palette.CHANCE))
        hover = f"{name}: s = %{{x:.4g}}, loss %{{y:.8g}}"
        data.append(markers([x], [y], name, hover, size=size, color=color, symbol=symbol, cliponaxis=False))
    options = {"x": {"range": [-0.06, end + 0.06]}, "y": {"range": limits, "exponentformat": "e"}}
    titles = "step length s (1 = the step taken)", f"loss on {what}"
    return plot(data, *titles, height=340, annotations=notes, **options, **LEGEND)


def check_chart(check, weights, *, theme: str = "light") -> dict:
    """Backward against the difference quotient: a point per parameter; equal values lie on the diagonal.

    weights (n_params, 3): layer, unit and source of each parameter, from 1, as the point's custom data.
    """
    finite = np.concatenate([check.analytic, check.numeric])
    finite = finite[np.isfinite(finite)]
    limit = 1.1 * float(np.abs(finite).max()) if finite.size and finite.any() else 1.0
    data = [line([-limit, limit], [-limit, limit], "equal", None, color=palette.CHANCE, width=1.5)]
    for l in np.unique(weights[:, 0]):
        at = weights[:, 0] == l
        look = {"size": 10, "color": palette.RAMP[theme][l - 1], "symbol": palette.CLASS_SYMBOLS[l - 1]}
        said = {"text": np.array(check.names)[at], "customdata": weights[at].tolist(), "marker": {"opacity": 0.85}}
        hover = "%{text}: backward %{y:.8g}, quotient %{x:.8g}"
        data.append(markers(check.numeric[at], check.analytic[at], f"layer {l}", hover, **look, **said))
    numbers = {"exponentformat": "e", "nticks": 6}
    return plot(data, "difference quotient", "backward", height=380, x=numbers, y={"exponentformat": "e"}, **LEGEND)


def step_size_chart(steps, errors, names) -> dict:
    """The relative error of central differences over the step size, V-shaped on log axes."""
    shown = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
    data = []
    for i, name in enumerate(names):
        look = {"color": palette.CLASSES[i], "dash": palette.DASHES[i], "width": 2.5, "mode": "lines+markers"}
        look["marker"] = {"symbol": palette.CLASS_SYMBOLS[i], "size": 8}
        data.append(line(steps, shown[i], name, f"{name}: h = %{{x:.1e}}, error %{{y:.2e}}", **look))
    corner = {"xref": "paper", "yref": "paper"}
    notes = [
        note("◂ rounding", 0.0, 0.02, xanchor="left", **corner),
        note("truncation ▸", 1.0, 0.02, xanchor="right", **corner),
    ]
    log = {"type": "log", "exponentformat": "power"}
    options = {"height": 380, "annotations": notes, "x": log | {"dtick": 2}, "y": log | {"nticks": 7}}
    return plot(data, "step size h", "relative error", **options, **LEGEND)


def cost_chart(costs) -> dict:
    """Measured times over the number of parameters, on log axes: slope 1 for one pass, 2 for the quotients."""
    n_params, data = [cost.n_params for cost in costs], []
    for name, seconds, color, dash, symbol in (
        ("one forward pass", [c.forward_seconds for c in costs], palette.CLASSES[1], "solid", "circle"),
        ("one backward pass", [c.backward_seconds for c in costs], palette.TRAIN, "dash", "square"),
        ("P + 1 forward passes", [c.one_sided for c in costs], palette.PENALTY, "dot", "diamond"),
        ("2P forward passes", [c.central for c in costs], palette.CURSOR, "dashdot", "cross"),
    ):
        look = {"color": color, "dash": dash, "width": 3, "marker": {"symbol": symbol, "size": 9}}
        hover = f"{name}, %{{x}} parameters: %{{y:.4g}} ms"
        data.append(line(n_params, 1000 * np.array(seconds), name, hover, mode="lines+markers", **look))
    log = {"type": "log", "exponentformat": "power"}
    options = {"height": 360, "x": log | {"nticks": 6}, "y": log | {"dtick": 1}}
    return plot(data, "parameters (log scale)", "milliseconds (log scale)", **options, **LEGEND)
