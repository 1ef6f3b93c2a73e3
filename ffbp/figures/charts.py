"""The Playground's charts. They show what is fixed in a run; the player paints what changes with the frame on top.

A trace's ``meta`` names its view. The figure's ``layout.meta`` lists the views with label and title of the y-axis. Axis
ranges are fixed for the whole run, so motion means change. All functions return Plotly's JSON (see `ffbp.figures.plot`).
"""

import numpy as np

from ffbp.analysis.notices import drawn_samples
from ffbp.analysis.plane import Plane
from ffbp.analysis.scores import chance_level
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.figures import palette
from ffbp.figures.plot import line, markers, plot
from ffbp.figures.scales import Scales, gradients_of, scales_of
from ffbp.training.run import Run
from ffbp.words.numbers import format_number

KINDS = ("falling short", "about right", "across the valley", "uphill")  # of steps, in the order of StepQuality.kinds
STEP_BINS = 400
STRIP = 10  # pixels
STABILITY = {"key": "stability", "label": "stability", "title": "sharpness ÷ threshold", "edge": 1, "measured": True}
PANEL = {  # the layout of a player's panel: smaller than a page's chart, with given limits
    "margin": {"l": 56, "r": 16, "t": 22, "b": 36, "autoexpand": False},
    "font": {"size": 13, "family": "inherit"},
    "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 12}, "borderwidth": 0},
    "hovermode": "x unified",
    "dragmode": "zoom",
}
AXIS = {"size": 13, "standoff": 4, "automargin": False, "fixedrange": False, "tickfont": {"size": 13}}
AXIS |= {"ticklabeloverflow": "allow"}  # the margins hold every label; Plotly would measure each, a third of a drawing


def _panel(traces, titles, ranges, *, y_options=None, **layout) -> dict:
    x, y = ({**AXIS, "range": [float(limit) for limit in limits]} for limits in ranges)
    named = sum(trace.get("showlegend") is not False for trace in traces)
    layout = {"showlegend": named > 1} | PANEL | layout
    return plot(traces, *titles, x=x, y=y | (y_options or {}), **layout)


def boundary_plot(run: Run, plane: Plane, scales: Scales | None = None) -> dict:
    """The plane's axes, and the looks of the samples: a trace without places for each class, training samples first.

    Colour and symbol show the class; training samples are filled, test samples white. In regression, the colour shows the
    target on the scale of the surface; over a line, the height shows the target. The browser paints `samples_of` in these
    looks itself, because Plotly takes ten times as long for a thousand points.
    """
    dataset, traces = run.dataset, []
    scales = scales or scales_of(run)
    regression = dataset.task == REGRESSION
    for part, drawn in zip(dataset.parts, drawn_samples(dataset), strict=False):
        if regression:
            traces.append(_targets(part.name, plane, dataset, scales))
        else:
            traces += [_class(int(k), part.name, dataset) for k in np.unique(part.y[drawn])]
    for trace in [trace for trace in traces if trace["meta"]["part"] == "test"][1:]:
        trace["showlegend"] = False  # one entry explains the white samples
    titles = plane.names
    if plane.is_line:
        titles = plane.names[0], dataset.target_name if regression else "output"
    figure = _panel(traces, titles, (plane.x_range, plane.y_range), dragmode="pan", hovermode="closest")
    for axis in ("xaxis", "yaxis"):
        figure["layout"][axis]["showgrid"] = False
    return figure


def samples_of(dataset: Dataset, plane: Plane) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The drawn samples of each part: places (n, 2) on the plane, rows (n,) of the data, and classes or targets (n,)."""
    found = {}
    for part, drawn in zip(dataset.parts, drawn_samples(dataset), strict=False):
        y, places = part.y[drawn], plane.coordinates(part.raw[drawn][:, dataset.columns])
        if plane.is_line:
            places = np.column_stack([places, dataset.line_height(y)])
        found[part.name] = places, part.rows[drawn], dataset.decode_target(y) if dataset.task == REGRESSION else y
    return found


def _look(name, part, k, dataset, *, size, **look) -> dict:
    """How samples look: the more there are, the smaller and thinner. They are ``size`` pixels larger than that."""
    n = len(dataset.raw_train)
    size += 8 if n <= 300 else 5 if n <= 1000 else 3
    trace = markers(None, None, name, None, size=size, meta={"part": part, "class": k}, **look)
    return {key: value for key, value in trace.items() if value is not None}


def _targets(part, plane, dataset, scales) -> dict:
    train = part == "train"
    look = {"size": 0, "color": palette.TRAIN if train else palette.TEST, "symbol": "circle" if train else "diamond"}
    if not plane.is_line:
        low, high = scales.output
        scale = {"colorscale": palette.output_scale("light"), "cmin": low, "cmax": high}
        look |= {"size": 1, "color": None, "rim": (1, "#555555"), "marker": scale}  # each has the colour of its target
    return _look(part, part, None, dataset, **look)


def _class(k, part, dataset) -> dict:
    colour = palette.CLASSES[k % len(palette.CLASSES)]
    look = {"size": 1, "symbol": palette.CLASS_SYMBOLS[k % len(palette.CLASS_SYMBOLS)]}
    # Both sets stand out on the colour of their own class: filled with a white rim, or white with a coloured rim.
    if part == "train":
        return _look(dataset.class_names[k], part, k, dataset, color=colour, rim=(0.8, "#ffffff"), **look)
    return _look("test (hollow)", part, k, dataset, color="#ffffff", rim=(1.8, colour), **look)


def loss_plot(run: Run, scales: Scales | None = None) -> dict:
    """Losses over epochs, the chance level, and the range of the step losses; as a second view, the scores."""
    history, epoch, metric = run.history, run.history.epoch, run.dataset.score_name
    scales = scales or scales_of(run)
    label = "R²" if metric == "r2" else metric
    views = [
        {"key": "loss", "label": "loss", "title": "loss", "ranges": scales.loss},
        {"key": "score", "label": label, "title": label, "ranges": scales.score},
    ]
    looks = {"train": (palette.TRAIN, "solid"), "test": (palette.TEST, "dash")}
    parts = [(part.name, *looks[part.name]) for part in run.dataset.parts]
    traces = _step_noise(run)
    for name, color, dash in parts:
        traces.append(_line(epoch, getattr(history, f"{name}_loss"), name, color, dash))
    if np.any(history.penalty > 0):
        traces.append(_line(epoch, history.penalty, "penalty", palette.PENALTY, "dot", width=1.5))
        traces.append(_line(epoch, history.total, "total", palette.TOTAL, "dashdot", width=1.5))
    level = chance_level(run)
    guessing = f"guessing ({format_number(level)})"
    traces.append(_line(epoch[[0, -1]], np.full(2, level), guessing, palette.CHANCE, "dot", width=1.5))
    for name, color, dash in parts:
        traces.append(_line(epoch, getattr(history, f"{name}_{metric}"), name, color, dash, meta="score"))
    if run.config.patience is not None:
        best = [history.best_frame]
        look = {"size": 13, "color": palette.TEST, "symbol": "star", "meta": "loss"}
        traces.append(markers(epoch[best], history.test_loss[best], "best", "best test loss %{y:.4g}", **look))
    for trace in traces:
        trace["visible"] = trace["meta"] == "loss"
    steps = [{"name": name, "colour": colour} for name, colour in zip(KINDS, palette.STEPS, strict=True)]
    meta = {"views": views, "steps": steps}
    figure = _panel(traces, ("epoch", "loss"), (scales.epochs, scales.loss["linear"]), meta=meta)
    figure["layout"]["xaxis"]["ticklen"] = STRIP  # below the axis is room for the strip of the steps
    figure["layout"]["margin"] = {**PANEL["margin"], "b": PANEL["margin"]["b"] + STRIP - 3}
    return figure


def losses_of_two(a: Run, b: Run, scales: Scales) -> dict:
    """The losses of two runs over epochs, and as a second view their scores: a colour a run, test dashed."""
    views = [{"key": "loss", "label": "loss", "title": "loss", "ranges": scales.loss}]
    metric = a.dataset.score_name
    if b.dataset.score_name == metric:
        label = "R²" if metric == "r2" else metric
        views.append({"key": "score", "label": label, "title": label, "ranges": scales.score})
    traces = []
    for view in views:
        for letter, run, color in zip("AB", (a, b), palette.RUNS, strict=True):
            for part, dash in zip(run.dataset.parts, ("solid", "dash"), strict=False):
                values = getattr(run.history, f"{part.name}_{'loss' if view['key'] == 'loss' else metric}")
                name = letter if part.name == "train" else f"{letter} test"
                traces.append(_line(run.history.epoch, values, name, color, dash, meta=view["key"]))
    for trace in traces:
        trace["visible"] = trace["meta"] == "loss"
    return _panel(traces, ("epoch", "loss"), (scales.epochs, scales.loss["linear"]), meta={"views": views})


def _step_noise(run) -> list[dict]:
    """The range of the step losses, in bins so that a million steps can be drawn."""
    steps = run.history.step_loss
    n_batches = run.resolved.n_batches
    if n_batches < 2 or len(steps) < 2:
        return []
    edges = np.unique(np.linspace(0, len(steps), min(STEP_BINS, len(steps)) + 1).astype(int))
    low, high = np.minimum.reduceat(steps, edges[:-1]), np.maximum.reduceat(steps, edges[:-1])
    x = run.history.epoch[0] + (edges[:-1] + edges[1:]) / 2 / n_batches
    around = np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]])
    return [line(*around, "steps", None, width=0, fill="toself", fillcolor="rgba(27,158,119,0.18)", meta="loss")]


def gradient_plot(run: Run, scales: Scales | None = None) -> dict:
    """Per layer over epochs: norms of dW (also of one epoch), db and the applied update; ratio of update and weights."""
    epoch, traces, views = run.history.epoch, [], []
    scales = scales or scales_of(run)
    size = "size, with penalty" if run.config.l1 or run.config.l2 else "gradient size"
    words = {
        "dW": ("weights", f"{size} ‖dW‖"),
        "db": ("biases", f"{size} ‖db‖"),
        "update": ("last update", "size of the update ‖ΔW‖"),
        "ratio": ("update ÷ weights", "‖ΔW‖ ÷ ‖W‖"),
    }
    for key, values in gradients_of(run).items():
        scale, zero = scales.gradients[key], values == 0
        for l, shown in enumerate(np.where(zero, scale.floor, values).T):
            trace = _line(
                epoch, shown, f"layer {l + 1}", palette.RAMP["light"][l], palette.DASHES[l], meta=key, width=2.2
            )
            if zero.any():
                trace |= {"hovertemplate": "%{y:.4g} %{text}", "text": np.where(zero[:, l], "exactly 0", "")}
            traces.append(trace | {"visible": key == "dW"})
        label, title = words[key]
        views.append({"key": key, "label": label, "title": title, "ranges": {"log": scale.span}})
        if scale.has_zero:
            views[-1]["zero"] = scale.floor
    low, high = scales.gradients["dW"].span
    bars = {"key": "now", "label": "weights, this epoch", "bars": len(run.architecture.sizes) - 1}
    views.insert(1, bars | {"title": views[0]["title"], "ranges": {"log": [low - 0.5, high + 0.5]}})  # room for numbers
    if OPTIMIZERS[run.config.optimizer].bears is not None and run.config.fault is None:
        views.append(STABILITY | {"ranges": {"linear": [0.0, 1.2]}})
    low, high = span = scales.gradients["dW"].span
    decades = max(1, int(np.ceil((high - low) / 6)))  # at most six labels fit a low panel
    y = {"type": "log", "dtick": decades, "exponentformat": "power"}
    titles, meta = ("epoch", views[0]["title"]), {"views": views}
    return _panel(traces, titles, (scales.epochs, span), y_options=y, meta=meta)


def _line(x, y, name, color, dash, *, meta="loss", width=2.4) -> dict:
    trace = line(x, np.where(np.isfinite(y), y, np.nan), name, None, color=color, dash=dash, width=width, meta=meta)
    del trace["hoverinfo"]
    return trace | {"mode": "lines" if len(x) > 1 else "markers", "hovertemplate": "%{y:.4g}"}
