"""Charts of the laboratory: a network before its first step, the noise of batches, and what short trainings show."""

import numpy as np

from ffbp.analysis.five_checks import Check
from ffbp.analysis.noise import BatchGradients, BatchNoise
from ffbp.analysis.signal import FixedPoint, Signal
from ffbp.figures import palette
from ffbp.figures.plot import LEGEND, line, log_axis, markers, note, plot
from ffbp.words.numbers import format_number

ROWS = {"z": 0, "a": 1, "delta": 2}  # of a signal's means
NAMES = {"a": "activations", "delta": "deltas"}
STARTS, THEORY, OWN = palette.TRAIN, palette.TOTAL, palette.CURSOR
BINS, POINTS = 60, 200
ROUNDING = 1e-9  # relative to the full gradient
LIMIT = 1.0  # decades of the plane's colours


def layer_axis(n_layers: int) -> dict:
    """An axis over the layers, counted from 1."""
    names = [str(l) for l in range(1, n_layers)] + ["output"]
    return {"tickvals": list(range(1, n_layers + 1)), "ticktext": names, "range": [0.5, n_layers + 0.5]}


def signal_plot(signal: Signal, which: str) -> dict:
    """The mean square of a or delta by layer: a dot a drawn start, their mean, the theory's line, and the own start.

    which: "a" or "delta". What is exactly 0 has no place on the logarithmic axis.
    """
    row, values = ROWS[which], getattr(signal, which)
    n_starts, n_layers = values.shape
    layers = np.arange(1, n_layers + 1)
    aside = np.linspace(-0.28, 0.28, n_starts) if n_starts > 1 else np.zeros(1)
    x = (layers + aside[:, None]).ravel()
    seeds = np.repeat(np.arange(n_starts), n_layers)
    look = {"size": 4, "color": STARTS, "opacity": 0.4, "customdata": seeds}
    said = "seed %{customdata}: %{y:.4g}"
    traces = [markers(x, _above_zero(values).ravel(), _starts(n_starts), said, **look)]
    expected = _above_zero(signal.theory[row])
    traces.append(line(layers, expected, "theory", "theory %{y:.4g}", color=THEORY, width=2, dash="dash"))
    look = {"size": 11, "color": "#ffffff", "symbol": "diamond", "rim": (2.4, STARTS)}
    traces.append(markers(layers, _above_zero(signal.means[row]), "mean", "mean %{y:.4g}", **look))
    look = {"size": 12, "color": OWN, "symbol": "circle-open", "rim": (2.4, OWN)}
    traces.append(
        markers(layers, _above_zero(signal.own[row]), "own start", "this experiment's own start %{y:.4g}", **look)
    )
    title = f"mean square of {which if which == 'a' else 'δ'}"
    y = log_axis(values, signal.theory[row], signal.own[row])
    return plot(traces, "layer", title, x=layer_axis(n_layers), y=y, height=340, **LEGEND)


def _starts(n):
    return f"{n} starts" if n > 1 else "the only start"


def _above_zero(values):
    return np.where(np.asarray(values) > 0, values, np.nan)


def _above_rounding(errors):
    """One batch of all samples has no error, except for the last digits."""
    return np.where(errors > ROUNDING, errors, np.nan)


def histograms_plot(activations: list[np.ndarray], names: list[str], *, theme: str) -> dict:
    """How the activations of each layer are spread: one histogram a layer, the first at the bottom, all on one axis.

    activations: (n_units, n_samples) each. Each histogram is as high as its own largest bin.
    """
    finite = [values[np.isfinite(values)] for values in activations]
    low, high = (float(function([function(values) for values in finite if values.size])) for function in (min, max))
    room = max(1e-9, 0.02 * (high - low))
    edges = np.linspace(low - room, high + room, BINS + 1)
    traces = []
    for l, values in reversed(list(enumerate(finite))):
        counts, _ = np.histogram(values, edges)
        x, share = np.repeat(edges, 2)[1:-1], np.repeat(counts / max(1, counts.sum()), 2)
        base, height = np.full(len(x), float(l)), 0.85 * share / max(share.max(), 1e-12)
        colour = palette.RAMP[theme][l]
        outline = {"fill": "toself", "fillcolor": _faint(colour), "color": colour, "width": 1.4, "customdata": share}
        around = np.concatenate([x, x[::-1]]), np.concatenate([base + height, base])
        outline["customdata"] = np.concatenate([share, share[::-1]])
        traces.append(line(*around, names[l], f"{names[l]}: %{{customdata:.1%}} of a near %{{x:.3g}}", **outline))
    y = {"tickvals": [l + 0.3 for l in range(len(names))], "ticktext": names, "range": [-0.1, len(names)], "ticks": ""}
    return plot(traces, "activation a", "", y=y | {"showgrid": False}, height=400)


def _faint(colour):
    return f"rgba({','.join(map(str, palette.channels(colour)))},0.35)"


def plane_plot(
    scales: np.ndarray, biases: np.ndarray, point: FixedPoint, here: list[tuple[str, float]], bias: float, *, theme: str
) -> dict:
    """chi over the plane of weight scale (across) and constant bias (up), with the critical line and the present choice.

    point: at (biases, scales). here: of each hidden layer after the first a name and its scale.
    """
    chi = np.log10(np.clip(point.chi, 10**-LIMIT, 10**LIMIT))
    field = {"type": "heatmap", "z": chi, "x": scales, "y": biases, "zmin": -LIMIT, "zmax": LIMIT, "zsmooth": "best"}
    field |= {"colorscale": palette.value_scale(theme), "customdata": point.chi, "showlegend": False, "name": "chi"}
    field["hovertemplate"] = "weight scale %{x:.2f}, bias %{y:.2f}: χ = %{customdata:.3g}<extra></extra>"
    field["colorbar"] = {
        "tickvals": [-1, -0.5, 0, 0.5, 1],
        "ticktext": ["0.1", "0.32", "1", "3.2", "10"],
        "thickness": 14,
    }
    field["colorbar"]["title"] = {"text": "χ", "side": "top"}
    level = {"start": 0.0, "end": 0.0, "size": 1, "coloring": "none"}
    critical = {"type": "contour", "z": chi, "x": scales, "y": biases, "contours": level, "showscale": False}
    critical |= {"line": {"width": 2.4, "color": palette.INK[theme]}, "hoverinfo": "skip", "name": "critical: χ = 1"}
    traces = [field, critical | {"showlegend": True}]
    if here:
        x = np.clip([scale for _, scale in here], scales[0], scales[-1])
        text = [f"{name}: scale {format_number(scale)}" for name, scale in here]
        y = np.full(len(x), np.clip(bias, biases[0], biases[-1]))
        look = {"size": 13, "color": OWN, "symbol": "circle", "rim": (2, "#ffffff"), "text": text}
        traces.append(markers(x, y, "own start", "%{text}", **look))
    titles = "weight scale √(n_in · Var w)", "constant bias b"
    limits = {"x": {"range": [scales[0], scales[-1]]}, "y": {"range": [biases[0], biases[-1]]}}
    return plot(traces, *titles, **limits, height=400, **LEGEND)


# Noise


def batches_plot(batches: BatchGradients, noise: BatchNoise) -> dict:
    """Every batch's gradient as the tip of an arrow: across, its part along the full gradient; up, the rest of its length.

    The full gradient has the length 1 and lies on the axis. Tips left of 0 belong to steps that go uphill.
    """
    unit = noise.length if noise.length > 0 else 1.0
    x, y = batches.along / unit, batches.across / unit
    rows = zip(batches.sizes, batches.angles, batches.lengths / unit, strict=True)
    said = [
        f"batch {k} of {size} samples: {format_number(angle)}° away, {format_number(length)} times as long"
        for k, (size, angle, length) in enumerate(rows, start=1)
    ]
    reach = 1.08 * max(1.2, float(np.nanmax(np.abs(x), initial=0.0)), float(np.nanmax(y, initial=0.0)))
    traces = []
    if len(x) <= POINTS:
        rays = [np.column_stack([np.zeros(len(x)), values, np.full(len(x), np.nan)]).ravel() for values in (x, y)]
        traces.append(line(*rays, None, None, color=STARTS, width=0.7, opacity=0.5, showlegend=False))
    looks = (("downhill", x > 0, STARTS, "circle"), ("uphill", x <= 0, palette.CLASSES[0], "x"))
    for name, which, colour, symbol in looks:
        if which.any():
            text = [said[k] for k in np.flatnonzero(which)]
            label = f"{int(which.sum())} {'batch' if which.sum() == 1 else 'batches'} {name}"
            look = {"size": 7, "color": colour, "symbol": symbol, "opacity": 0.75, "text": text}
            traces.append(markers(x[which], y[which], label, "%{text}", **look))
    full = {"x": 1, "y": 0, "ax": 0, "ay": 0, "axref": "x", "ayref": "y", "text": "", "showarrow": True}
    full |= {"arrowhead": 2, "arrowwidth": 3, "arrowcolor": OWN}
    notes = [full, note("full gradient", 0.5, 0, yshift=-12, font={"size": 13, "color": OWN})]
    y_axis = {"range": [-0.09 * reach, reach], "scaleanchor": "x", "constraintoward": "bottom", "zeroline": True}
    titles = "part along the full gradient (full gradient = 1)", "rest"
    return plot(
        traces,
        *titles,
        x={"range": [-reach, reach], "zeroline": True},
        y=y_axis,
        annotations=notes,
        height=400,
        **LEGEND,
    )


def error_plot(noise: BatchNoise, batches: BatchGradients, batch_size: int) -> dict:
    """The error of a batch's gradient, relative to the full gradient, against the batch size: the exact curve and the epoch.

    All as root mean squares. At the batch size n the error is 0, which has no place on the logarithmic axis.
    """
    unit = noise.length if noise.length > 0 else 1.0
    sizes = np.unique(np.geomspace(1, max(1, noise.n - 1), POINTS).round().astype(int))
    curve = np.sqrt(noise.error(sizes)) / unit
    said = "B = %{x}: %{y:.3g} times the full gradient"
    traces = [line(sizes, _above_zero(curve), "exact", said, color=THEORY, width=2.4)]
    full = batches.sizes == batch_size
    each = _above_rounding(np.sqrt(batches.errors[full]) / unit)
    aside = batch_size * np.exp(np.linspace(-0.06, 0.06, len(each)) if len(each) > 1 else np.zeros(len(each)))
    look = {"size": 5, "color": STARTS, "opacity": 0.5}
    traces.append(markers(aside, each, "batches of this epoch", "one batch: %{y:.3g}", **look))
    mean = _above_rounding(np.sqrt(batches.errors[full].mean(keepdims=True)) / unit) if full.any() else np.empty(0)
    look = {"size": 12, "color": "#ffffff", "symbol": "diamond", "rim": (2.4, STARTS)}
    traces.append(markers([batch_size] * len(mean), mean, "their mean", "mean of the epoch: %{y:.3g}", **look))
    level = line([1, noise.n], [1, 1], "as long as the gradient", None, color=palette.CHANCE, width=1.5, dash="dot")
    x = log_axis([1, noise.n], range=[-0.05, float(np.log10(max(2, noise.n))) + 0.05])
    return plot(
        [*traces, level],
        "samples in a batch B",
        "error ÷ full gradient",
        x=x,
        y=log_axis(curve, each, [1.0]),
        height=400,
        **LEGEND,
    )


# The five checks


def descent_plot(check: Check) -> dict:
    """The losses of a check that trains, against the number of updates; with guessing, and the goal if there is one."""
    steps = check.steps + 1  # so that the start has a place on the logarithmic axis
    traces = [line(steps, _above_zero(check.losses), "training", "%{y:.4g}", color=palette.TRAIN, width=2.4)]
    if len(check.test_losses):
        look = {"color": palette.TEST, "width": 2.2, "dash": "dash"}
        traces.append(line(steps, _above_zero(check.test_losses), "test", "%{y:.4g}", **look))
    ends = [1, int(steps[-1])]
    levels = (("chance", "guessing", palette.CHANCE, "dot"), ("goal", "1 % of guessing", palette.CURSOR, "dash"))
    for key, name, colour, dash in levels:
        if check.numbers.get(key, 0) > 0:
            value = check.numbers[key]
            traces.append(line(ends, [value, value], name, f"{name} %{{y:.4g}}", color=colour, width=1.5, dash=dash))
    return plot(
        traces,
        "updates",
        "loss",
        x=log_axis(ends),
        y=log_axis(check.losses, check.test_losses, few=1.2),
        height=230,
        **LEGEND,
    )
