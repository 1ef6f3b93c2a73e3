"""The backward pass in pictures: arrays in, plots (plotly's JSON) out.

Colours say sign (orange negative, blue positive) or layer, as everywhere; the line of a gradient, a tangent or a chosen
value is red. Everything that carries meaning by colour carries it by dash, symbol or text as well.
"""

from functools import cache

import numpy as np

from ffbp.core.activations import ACTIVATIONS
from ffbp.core.losses import LOSSES
from ffbp.figures import palette
from ffbp.figures.plot import LEGEND, plot
from ffbp.words.numbers import format_number

STRIP_SAMPLES = 40  # up to here every sample has a bar of its own
BINS = 41


@cache
def saturated_delta() -> dict:
    """delta of one sigmoid output against z, for y = 1: cross-entropy beside squared error."""
    Z = np.linspace(-8, 8, 161)[:, None, None]  # a stack of one-output, one-sample passes
    A = ACTIVATIONS["sigmoid"].forward(Z, np.empty_like(Z))
    data = []
    for key, name, color, dash in (
        ("bce", "cross-entropy", palette.TRAIN, "solid"),
        ("mse", "squared error", palette.TEST, "dash"),
    ):
        delta = LOSSES[key].gradient(A, np.ones_like(A), np.empty_like(A))
        ACTIVATIONS["sigmoid"].backward(Z, A, delta, np.empty_like(A))
        data.append(
            {
                "type": "scatter", "x": Z.ravel(), "y": delta.ravel(), "mode": "lines", "name": name,
                "line": {"color": color, "dash": dash, "width": 3.5},
                "hovertemplate": "z = %{x:.2f}, delta = %{y:.4g}<extra></extra>",
            }
        )  # fmt: skip
    notes = [
        {
            "x": -7, "y": y, "text": text, "ax": 20, "ay": ay, "xanchor": "left", "arrowcolor": palette.CHANCE,
            "font": {"size": 14},
        }
        for y, ay, text in ((-0.03, -26, "wrong, yet delta ≈ 0"), (-0.99, -30, "delta ≈ −1"))
    ]  # fmt: skip
    return plot(
        data, "z of the output unit, for y = 1", "delta = dLoss/dz", height=320, y={"range": [-1.12, 0.2]},
        annotations=notes, **LEGEND,
    )  # fmt: skip


def matrix_map(
    values, *, x_title: str, y_title: str, theme: str = "light", mark: tuple[int, int] | None = None, layer: int = 0
) -> dict:
    """A matrix too large to be written: colour says sign and size, numbers are under the pointer; ``mark`` is ringed.

    layer: a cell (unit, source) then carries (layer, unit, source) as custom data, for a matrix shaped like W[layer].
    """
    values = np.asarray(values, dtype=float)
    finite = np.abs(values[np.isfinite(values)])
    limit = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    rows, columns = values.shape
    cells = {
        "type": "heatmap", "z": values, "x": np.arange(1, columns + 1), "y": np.arange(1, rows + 1), "zmin": -limit,
        "zmax": limit, "colorscale": palette.value_scale(theme), "xgap": 1 if columns < 40 else 0,
        "ygap": 1 if rows < 40 else 0, "hovertemplate": "(%{y}, %{x}): %{z:.6g}<extra></extra>",
        "colorbar": {"thickness": 12, "len": 1.0, "tickfont": {"size": 12}, "nticks": 5, "exponentformat": "e"},
    }  # fmt: skip
    if layer:
        cells["customdata"] = [[[layer, i, j] for j in range(1, columns + 1)] for i in range(1, rows + 1)]
    ring = [
        {
            "type": "rect", "x0": mark[1] - 0.5, "x1": mark[1] + 0.5, "y0": mark[0] - 0.5, "y1": mark[0] + 0.5,
            "line": {"color": palette.CURSOR, "width": 3},
        }
    ] if mark else []  # fmt: skip
    return plot(
        [cells], x_title, y_title, height=int(np.clip(22 * rows + 110, 180, 520)), shapes=ring,
        x={"range": [0.5, columns + 0.5], "showgrid": False, "tickformat": "d", "dtick": 1 if columns <= 12 else None},
        y={"range": [rows + 0.5, 0.5], "showgrid": False, "tickformat": "d", "dtick": 1 if rows <= 12 else None},
    )  # fmt: skip


def contribution_chart(values, rows, name: str) -> dict:
    """Each sample's contribution to one weight's gradient: a bar each, or how many have which size.

    A sample's own bar carries its row in the source as custom data.
    """
    values = np.asarray(values, dtype=float)
    x, heights_title = {"exponentformat": "power"}, f"contribution to d{name}"
    if len(values) <= STRIP_SAMPLES:
        order = np.argsort(values, kind="stable")
        places, heights, own = np.arange(len(values)), values[order], np.asarray(rows)[order]
        every = max(1, len(values) // 12)
        x |= {"tickvals": places[::every], "ticktext": [str(row) for row in own[::every]]}
        titles = "samples, by contribution (row in the source)", heights_title
        hover, width, sign = "sample %{customdata}: %{y:.6g}<extra></extra>", 0.85, heights
    else:
        low, high = float(values.min()), float(values.max())
        step = max(high - low, 1e-300) / (BINS - 1)
        edges = step * np.arange(
            np.floor(low / step), np.ceil(high / step) + 1
        )  # zero is an edge: no bar has two signs
        counts, edges = (
            np.histogram(values, edges) if len(edges) > 1 else (np.array([len(values)]), np.array([low, high]))
        )
        places, heights, own = (edges[:-1] + edges[1:]) / 2, counts, None
        titles = f"a sample's {heights_title}", "number of samples"
        hover, width, sign = "about %{x:.3g}: %{y} samples<extra></extra>", step * 0.94, places
    bars = [
        {
            "type": "bar", "x": places[chosen], "y": heights[chosen], "name": label, "width": width,
            "hovertemplate": hover, "customdata": None if own is None else own[chosen].tolist(),
            "marker": {"color": color, "pattern": {"shape": pattern, "solidity": 0.25}},
        }
        for chosen, label, color, pattern in (
            (sign < 0, "negative: a step raises the weight", palette.NEGATIVE, "/"),
            (sign >= 0, "positive: a step lowers the weight", palette.POSITIVE, ""),
        )
    ]  # fmt: skip
    return plot(bars, *titles, height=320, barmode="overlay", bargap=0.05, x=x, y={"exponentformat": "power"}, **LEGEND)


def multiplier_chart(steps) -> dict:
    """The two factors of each backward step, from 1 up or down on a log scale: the gradient grows, or it shrinks."""
    sizes = [v for s in steps for v in (s.weights, s.slope, s.ratio) if v > 0 and np.isfinite(v)]
    low, high = np.log10(min([*sizes, 0.8])), np.log10(max([*sizes, 1.25]))
    bars = [
        {
            "type": "bar", "x": [f"layer {s.l + 1} → {s.l}" for s in steps], "name": name, "customdata": values,
            "y": [float(np.log10(v)) if v > 0 else None for v in values], "cliponaxis": False,
            "marker": {"color": color, "pattern": {"shape": pattern, "solidity": 0.25}},
            "text": [format_number(v) for v in values] if len(steps) <= 4 else None, "textposition": "outside",
            "textfont": {"size": 14}, "constraintext": "none", "hovertemplate": f"{name}: %{{customdata:.5g}}<extra></extra>",
        }
        for name, values, color, pattern in (
            ("by the weights: Wᵀ", [s.weights for s in steps], palette.LAYERS[5], ""),
            ("by g'", [s.slope for s in steps], palette.LAYERS[2], "/"),
            ("both", [s.ratio for s in steps], palette.LAYERS[7], "x"),
        )
    ]  # fmt: skip
    pad = 0.16 * (high - low)
    ticks = [m * 10.0**e for e in range(-60, 61) for m in ((1, 2, 5) if high - low < 2 else (1,))]
    ticks = [t for t in ticks if low - pad <= np.log10(t) <= high + pad]
    one = ticks.index(1.0) if 1.0 in ticks else 0
    ticks = [t for i, t in enumerate(ticks) if (i - one) % (len(ticks) // 8 + 1) == 0]
    base = {
        "type": "line", "xref": "x domain", "x0": 0, "x1": 1, "y0": 0, "y1": 0,
        "line": {"color": palette.CHANCE, "width": 1.5},
    }  # fmt: skip
    return plot(
        bars, "backward step", "multiplier of ‖delta‖₂ (log scale)", height=330, shapes=[base],
        bargap={1: 0.7, 2: 0.5, 3: 0.35}.get(len(steps), 0.2), x={"showgrid": False},
        y={
            "range": [low - pad, high + pad], "tickvals": [float(np.log10(t)) for t in ticks],
            "ticktext": [f"{t:g}" for t in ticks],
        },
        **LEGEND,
    )  # fmt: skip


def step_chart(step, what: str, learning_rate: float | None = None) -> dict:
    """The loss along the update, its tangent at the start, the step taken (s = 1) and the best one found.

    learning_rate: that of the step, where s times it is the learning rate of any other step along the line (gradient
    descent); the step taken and the best one are then named by theirs. A best one outside of the drawn span is said.
    """
    low, high = float(np.nanmin(step.losses)), float(np.nanmax(np.where(np.isfinite(step.losses), step.losses, np.nan)))
    high = min(high, max(step.before, step.after) + 3 * max(step.before - low, 1e-12)) if np.isfinite(high) else 1.0
    pad = 0.12 * max(high - low, abs(high) * 1e-6, 1e-300)
    ends = np.array([0.0, step.lengths[-1]])
    data = [
        {
            "type": "scatter", "x": step.lengths, "y": step.losses, "mode": "lines", "name": "L(θ + s · update)",
            "line": {"color": palette.TRAIN, "width": 3.5}, "hovertemplate": "s = %{x:.3g}: %{y:.6g}<extra></extra>",
        },
        {
            "type": "scatter", "x": ends, "y": step.before + step.slope * ends, "mode": "lines", "name": "tangent",
            "hoverinfo": "skip", "line": {"color": palette.CURSOR, "width": 2.5, "dash": "dash"},
        },
    ]  # fmt: skip
    notes = []
    for name, x, y, symbol, color, size, above in (
        ("before", 0.0, step.before, "circle", palette.POSITIVE, 13, 0),
        ("after: s = 1", 1.0, step.after, "diamond", palette.TEST, 14, -34),
        ("best found", step.best, step.best_loss, "star", palette.LAYERS[2], 17, 32),
    ):
        rate = None if learning_rate is None else f"η = {format_number(x * learning_rate)}"
        note = {"font": {"size": 14}, "showarrow": False}
        if x > step.lengths[-1]:
            far = f"{name}: s = {format_number(x)}" + (f", {rate}" if rate else "") + "<br>beyond the right edge ▸"
            notes.append(
                note
                | {
                    "x": 1,
                    "y": 1,
                    "xref": "paper",
                    "yref": "paper",
                    "xanchor": "right",
                    "yanchor": "top",
                    "align": "right",
                    "text": far,
                }
            )
            continue
        if rate and above and low - 2 * pad <= y <= high + pad:
            text = f"chosen: {rate}" if name.startswith("after") else f"{name}: {rate}"
            arrow = {"showarrow": True, "ax": 0, "ay": above, "arrowcolor": palette.CHANCE}
            notes.append(note | arrow | {"x": x, "y": y, "text": text})
        data.append(
            {
                "type": "scatter", "x": [x], "y": [y], "mode": "markers", "name": name, "cliponaxis": False,
                "marker": {"symbol": symbol, "size": size, "color": color},
                "hovertemplate": f"{name}: s = %{{x:.4g}}, loss %{{y:.8g}}<extra></extra>",
            }
        )  # fmt: skip
    return plot(
        data, "step length s (1 = the step that is taken)", f"loss on {what}", height=340,
        x={"range": [-0.06, step.lengths[-1] + 0.06]},
        y={"range": [low - 2 * pad, high + pad], "exponentformat": "e"}, annotations=notes, **LEGEND,
    )  # fmt: skip


def check_chart(check, weights) -> dict:
    """Backward against the difference quotient, a point a parameter, coloured by layer; right is on the diagonal.

    weights (n_params, 3): layer, unit and source of each parameter, from 1; a point carries its own as custom data.
    """
    finite = np.concatenate([check.analytic, check.numeric])
    finite = finite[np.isfinite(finite)]
    limit = 1.1 * float(np.abs(finite).max()) if finite.size and finite.any() else 1.0
    data = [
        {
            "type": "scatter", "x": [-limit, limit], "y": [-limit, limit], "mode": "lines", "name": "equal",
            "line": {"color": palette.CHANCE, "width": 1.5}, "hoverinfo": "skip",
        }
    ]  # fmt: skip
    for l in np.unique(weights[:, 0]):
        at = weights[:, 0] == l
        data.append(
            {
                "type": "scatter", "x": check.numeric[at], "y": check.analytic[at], "mode": "markers",
                "name": f"layer {l}", "text": np.array(check.names)[at], "customdata": weights[at].tolist(),
                "marker": {
                    "color": palette.LAYERS[l - 1], "size": 10, "symbol": palette.CLASS_SYMBOLS[l - 1], "opacity": 0.85
                },
                "hovertemplate": "%{text}: backward %{y:.8g}, quotient %{x:.8g}<extra></extra>",
            }
        )  # fmt: skip
    numbers = {"exponentformat": "e", "nticks": 6}
    return plot(data, "difference quotient", "backward", height=380, x=numbers, y={"exponentformat": "e"}, **LEGEND)


def step_size_chart(steps, errors, names) -> dict:
    """The relative error of central differences against the step size: a V on log axes."""
    shown = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
    data = [
        {
            "type": "scatter", "x": steps, "y": shown[i], "mode": "lines+markers", "name": name,
            "line": {"color": palette.CLASSES[i], "dash": palette.DASHES[i], "width": 2.5},
            "marker": {"symbol": palette.CLASS_SYMBOLS[i], "size": 8},
            "hovertemplate": f"{name}: h = %{{x:.1e}}, error %{{y:.2e}}<extra></extra>",
        }
        for i, name in enumerate(names)
    ]  # fmt: skip
    notes = [
        {
            "x": x, "y": 0.02, "xref": "paper", "yref": "paper", "xanchor": anchor, "text": text, "showarrow": False,
            "font": {"size": 14},
        }
        for x, anchor, text in ((0.0, "left", "◂ round-off"), (1.0, "right", "truncation ▸"))
    ]  # fmt: skip
    log = {"type": "log", "exponentformat": "power"}
    return plot(
        data, "step size h", "relative error", height=380, annotations=notes, x=log | {"dtick": 2},
        y=log | {"nticks": 7}, **LEGEND,
    )  # fmt: skip


def cost_chart(costs) -> dict:
    """Measured seconds against the number of parameters, both axes logarithmic: two lines of slope 1, one of slope 2."""
    n_params = [cost.n_params for cost in costs]
    data = [
        {
            "type": "scatter", "x": n_params, "y": 1000 * np.array(seconds), "mode": "lines+markers", "name": name,
            "line": {"color": color, "dash": dash, "width": 3}, "marker": {"symbol": symbol, "size": 9},
            "hovertemplate": f"{name}, %{{x}} parameters: %{{y:.4g}} ms<extra></extra>",
        }
        for name, seconds, color, dash, symbol in (
            ("one forward pass", [c.forward_seconds for c in costs], palette.LAYERS[5], "solid", "circle"),
            ("one backward pass", [c.backward_seconds for c in costs], palette.LAYERS[1], "dash", "square"),
            ("P + 1 forward passes", [c.one_sided for c in costs], palette.LAYERS[2], "dot", "diamond"),
            ("2P forward passes", [c.central for c in costs], palette.CURSOR, "dashdot", "cross"),
        )
    ]  # fmt: skip
    log = {"type": "log", "exponentformat": "power"}
    return plot(
        data, "parameters (log scale)", "milliseconds (log scale)", height=360, x=log | {"nticks": 6},
        y=log | {"dtick": 1}, **LEGEND,
    )  # fmt: skip
