"""The Playground's charts. What is fixed in a run is drawn here; what moves with the frame the player paints on top.

A trace's ``meta`` names the view to which it belongs, and the figure's ``layout.meta`` lists the views: label, title of
the y-axis. Axis ranges are fixed for the whole run, so motion means change.

Each chart is written as plotly's own JSON, ``*_plot``, which is what the player needs a few times a second; ``*_chart``
is the same as a figure, which costs ten times as long because plotly checks every word of it.
"""

import numpy as np

from ffbp.analysis.notices import drawn_samples
from ffbp.analysis.plane import Plane
from ffbp.analysis.scores import chance_level
from ffbp.figures import palette
from ffbp.figures.plot import plot
from ffbp.figures.scales import Scales, gradients_of, scales_of
from ffbp.training.run import Run

STEP_BINS = 400


PANEL = {  # the layout of a player's panel: smaller than a page's, and its limits are given
    "margin": {"l": 56, "r": 12, "t": 22, "b": 36, "autoexpand": False},
    "font": {"size": 13, "family": "inherit"},
    "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 12}, "borderwidth": 0},
    "hovermode": "x unified",
    "dragmode": "zoom",
}


def _plot(traces, x_title: str, y_title: str, *, x_range, y_range, x_options=None, y_options=None, **layout) -> dict:
    x, y = (
        {
            **{"size": 13, "standoff": 4, "automargin": False, "fixedrange": False, "tickfont": {"size": 13}},
            "range": [float(limit) for limit in limits],
            **(options or {}),
        }
        for limits, options in ((x_range, x_options), (y_range, y_options))
    )
    named = sum(trace.get("showlegend") is not False for trace in traces)
    return plot(traces, x_title, y_title, x=x, y=y, **({"showlegend": named > 1} | PANEL | layout))


def boundary_plot(run: Run, plane: Plane, scales: Scales | None = None) -> dict:
    """The data points over the plane: colour and symbol say the class, filled is training, white inside is test.

    In regression the colour is the target on the scale of the surface; on a line the target is the height.
    """
    dataset, traces = run.dataset, []
    scales = scales or scales_of(run)
    names = plane.names
    regression = dataset.task == "regression"
    y_title = names[1] if not plane.is_line else dataset.target_name if regression else "output"
    drawn_train, drawn_test = drawn_samples(dataset)
    for part, drawn, raw, y in (
        ("train", drawn_train, dataset.raw_train, dataset.y_train),
        ("test", drawn_test, dataset.raw_test, dataset.y_test),
    ):
        if not len(raw):
            continue
        raw, y = raw[drawn], y[drawn]
        points = plane.coordinates(raw[:, dataset.columns])
        x = points[:, 0]
        target = dataset.decode_target(y) if regression else y
        height = dataset.line_height(y) if plane.is_line else points[:, 1]
        rows = (dataset.rows_train if part == "train" else dataset.rows_test)[drawn]
        if regression:
            traces.append(_points(x, height, part, part, rows, target, plane, dataset, scales, color=None))
            continue
        for k, name in enumerate(dataset.class_names):
            chosen = y == k
            if chosen.any():
                label = name if part == "train" else "test (white)"
                traces.append(
                    _points(x[chosen], height[chosen], label, part, rows[chosen], k, plane, dataset, scales, color=k)
                )
    test = [trace for trace in traces if trace["meta"] == "test"]
    for trace in test[1:]:
        trace["showlegend"] = False  # one entry says what all white insides mean
    return _plot(
        traces, names[0], y_title, x_range=plane.x_range, y_range=plane.y_range,
        x_options={"showgrid": False}, y_options={"showgrid": False}, dragmode="pan", hovermode="closest",
    )  # fmt: skip


def _points(x, y, label, part, rows, target, plane, dataset, scales, *, color) -> dict:
    train = part == "train"
    small = len(dataset.raw_train) > 300
    size = 5 if small else 8
    if color is None:
        low, high = scales.output
        marker = {
            "color": target,
            "colorscale": palette.value_scale("light"),
            "cmin": low,
            "cmax": high,
            "size": size + 1,
        }
        marker |= {"symbol": "circle" if train else "diamond", "line": {"width": 1, "color": "#555555"}}
        if plane.is_line:
            marker = {"color": palette.TRAIN if train else palette.TEST, "size": size, "symbol": marker["symbol"]}
        text = f"{dataset.target_name} %{{customdata[1]:.4g}}"
    else:
        colour = palette.CLASSES[color % len(palette.CLASSES)]
        symbol = palette.CLASS_SYMBOLS[color % len(palette.CLASS_SYMBOLS)]
        # Both parts stand out on their own class's ground: filled with a white rim, or white with a coloured rim.
        line = {"width": 0.8, "color": "#ffffff"} if train else {"width": 1.8, "color": colour}
        marker = {"color": colour if train else "#ffffff", "size": size + 1, "symbol": symbol, "line": line}
        text = dataset.class_names[color]
    values = np.broadcast_to(np.asarray(target, dtype=float), x.shape)
    return {
        "type": "scatter", "x": x, "y": y, "mode": "markers", "name": label, "meta": part, "marker": marker,
        "customdata": np.column_stack([rows, values]),
        "hovertemplate": f"{part} sample %{{customdata[0]}}: {text}<br>(%{{x:.4g}}, %{{y:.4g}})<extra></extra>",
    }  # fmt: skip


def loss_plot(run: Run, scales: Scales | None = None) -> dict:
    """Training and test loss over epochs, penalty and total where they differ, the chance level, the steps' noise."""
    history, epoch = run.history, run.history.epoch
    scales = scales or scales_of(run)
    traces = _step_noise(run)
    has_test = len(run.dataset.X_test) > 0
    penalised = bool(np.any(history.penalty > 0))
    traces.append(_line(epoch, history.train_loss, "train", palette.TRAIN, "solid", "loss"))
    if has_test:
        traces.append(_line(epoch, history.test_loss, "test", palette.TEST, "dash", "loss"))
    if penalised:
        traces.append(_line(epoch, history.penalty, "penalty", palette.PENALTY, "dot", "loss", width=1.5))
        traces.append(_line(epoch, history.total, "total", palette.TOTAL, "dashdot", "loss", width=1.5))
    chance = chance_level(run)
    traces.append(_line(epoch[[0, -1]], np.full(2, chance), "chance", palette.CHANCE, "dot", "loss", width=1.5))
    metric = "r2" if run.dataset.task == "regression" else "accuracy"
    label = "R²" if metric == "r2" else "accuracy"
    views = [
        {"key": "loss", "label": "loss", "title": "loss", "ranges": scales.loss},
        {"key": "score", "label": label, "title": label, "ranges": scales.score},
    ]
    traces.append(_line(epoch, getattr(history, f"train_{metric}"), "train", palette.TRAIN, "solid", "score"))
    if has_test:
        traces.append(_line(epoch, getattr(history, f"test_{metric}"), "test", palette.TEST, "dash", "score"))
    if run.config.patience is not None:
        best = history.best_frame
        traces.append(
            {
                "type": "scatter", "x": epoch[[best]], "y": history.test_loss[[best]], "mode": "markers", "name": "best",
                "meta": "loss", "marker": {"symbol": "star", "size": 13, "color": palette.TEST},
                "hovertemplate": "best test loss %{y:.4g}<extra></extra>",
            }
        )  # fmt: skip
    for trace in traces:
        trace["visible"] = trace["meta"] == "loss"
    return _plot(traces, "epoch", "loss", x_range=scales.epochs, y_range=scales.loss["linear"], meta={"views": views})


def _step_noise(run) -> list[dict]:
    """The range of single steps' losses behind the curve, binned so that a million steps stay drawable."""
    steps = run.history.step_loss
    n_batches = max(1, int(run.history.step[-1] // max(run.history.epoch[-1], 1)))
    if n_batches < 2 or len(steps) < 2:
        return []
    edges = np.unique(np.linspace(0, len(steps), min(STEP_BINS, len(steps)) + 1).astype(int))
    low, high = np.minimum.reduceat(steps, edges[:-1]), np.maximum.reduceat(steps, edges[:-1])
    x = (edges[:-1] + edges[1:]) / 2 / n_batches
    return [
        {
            "type": "scatter", "x": np.concatenate([x, x[::-1]]), "y": np.concatenate([high, low[::-1]]),
            "fill": "toself", "mode": "lines", "meta": "loss", "line": {"width": 0}, "name": "steps",
            "fillcolor": "rgba(27,158,119,0.18)", "hoverinfo": "skip",
        }
    ]  # fmt: skip


def gradient_plot(run: Run, scales: Scales | None = None) -> dict:
    """Per layer over epochs: the raw gradient's norm, on demand its bias part, the applied update, or their ratio."""
    epoch, traces, views = run.history.epoch, [], []
    scales = scales or scales_of(run)
    loss = "mean loss + penalty" if run.config.l1 or run.config.l2 else "mean loss"
    words = {
        "dW": ("gradient dW", f"‖dW‖₂ of the {loss}"),
        "db": ("gradient db", f"‖db‖₂ of the {loss}"),
        "update": ("applied update", "‖ΔW‖₂ of the last step"),
        "ratio": ("update / weight", "‖ΔW‖₂ / ‖W‖₂"),
    }
    for key, values in gradients_of(run).items():
        scale, has_zero = scales.gradients[key], bool((values == 0).any())
        for l in range(values.shape[1]):
            shown = np.where(values[:, l] == 0, scale.floor, values[:, l])
            texts = np.where(values[:, l] == 0, "exactly 0", "")
            traces.append(
                {
                    "type": "scatter", "x": epoch, "y": np.where(np.isfinite(shown), shown, np.nan), "meta": key,
                    "name": f"layer {l + 1}", "mode": "lines" if len(epoch) > 1 else "markers", "visible": key == "dW",
                    "line": {"color": palette.LAYERS[l], "dash": palette.DASHES[l], "width": 2.2},
                    "hovertemplate": "%{y:.4g} %{text}" if has_zero else "%{y:.4g}",
                    **({"text": texts} if has_zero else {}),
                }
            )  # fmt: skip
        label, title = words[key]
        views.append({"key": key, "label": label, "title": title, "ranges": {"log": scale.span}})
        if scale.has_zero:
            views[-1]["zero"] = scale.floor
    span = scales.gradients["dW"].span
    options = {"type": "log", "dtick": _decades(span), "exponentformat": "power"}
    return _plot(
        traces, "epoch", views[0]["title"], x_range=scales.epochs, y_range=span, y_options=options,
        meta={"views": views},
    )  # fmt: skip


def _decades(span):
    """Whole powers of ten between ticks, so that at most six labels fit a low panel."""
    return max(1, int(np.ceil((span[1] - span[0]) / 6)))


def _line(x, y, name, color, dash, meta, *, width=2.4) -> dict:
    return {
        "type": "scatter", "x": x, "y": np.where(np.isfinite(y), y, np.nan), "name": name, "meta": meta,
        "mode": "lines" if len(x) > 1 else "markers", "line": {"color": color, "dash": dash, "width": width},
        "hovertemplate": "%{y:.4g}",
    }  # fmt: skip
