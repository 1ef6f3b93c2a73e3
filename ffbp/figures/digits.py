"""Images made of pixels, and what a network does with them: packed for the page's own painter, or as plotly figures.

Ink is drawn from paper to ink. A signed image (weights, contributions, gradients) is orange below zero and blue above,
and zero is the page's own ground. Packed images hold every frame of the run, so they follow the timeline in the browser.
"""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ffbp.analysis.maps import outputs
from ffbp.analysis.pixels import Walk
from ffbp.analysis.scores import confusion, precision_recall
from ffbp.core.network import Network, Trace
from ffbp.data.raster import Raster
from ffbp.figures import palette
from ffbp.figures.blob import Packer, differences, quantise
from ffbp.figures.forward import text_of
from ffbp.training.run import Run
from ffbp.words.numbers import format_number, format_percent

PALETTE = {
    "negative": palette.NEGATIVE, "positive": palette.POSITIVE, "middle": palette.MIDDLE, "ink": palette.INK,
}  # fmt: skip


# Packed for the painter


def pack_images(
    images: np.ndarray,
    kinds,
    labels,
    *,
    raster: Raster,
    name: str,
    captions=None,
    signs=None,
    choosable: bool = False,
    chosen: int | None = None,
    size: int = 64,
) -> bytes:
    """Images (n, n_pixels) of one moment, with their exact numbers.

    kinds: "ink" (0 to the raster's high) or "signed" (its own symmetric scale) for each. labels: what a screen reader
    says, captions: below each image, signs: before each, such as "×". size: an image's least width on the screen. A pixel
    without a number is NaN.
    """
    images = np.asarray(images, dtype=float).reshape(len(labels), raster.side**2)
    limits = [
        [0.0, raster.high] if kind == "ink" else _symmetric(image) for kind, image in zip(kinds, images, strict=True)
    ]
    coded = [quantise(np.nan_to_num(image), *limit) for image, limit in zip(images, limits, strict=True)]
    coded = np.array(coded, dtype=np.uint8)
    coded = coded.reshape(1, len(labels), raster.side**2)
    return _pack(
        coded, kinds, limits, labels, raster=raster, name=name, captions=captions, signs=signs, choosable=choosable,
        chosen=chosen, size=size, numbers=images,
    )  # fmt: skip


def pack_weights(run: Run, raster: Raster, *, chosen: int | None = None, size: int = 58) -> bytes:
    """The first layer's weights as images, a unit each, at every frame; one scale for all, so that motion is change."""
    block = run.network(0).blocks(run.history.theta)[0]
    weights = block[..., :-1]
    limit = _symmetric(weights, quantile=0.995)
    n_units = weights.shape[1]
    labels = [f"Unit {u + 1}" for u in range(n_units)]
    return _pack(
        differences(quantise(weights, *limit)), ["signed"] * n_units, [limit] * n_units, labels, raster=raster,
        name="Weights of the first layer, an image a unit", choosable=True, chosen=chosen, size=size,
    )  # fmt: skip


def _symmetric(values, quantile=1.0):
    """[-limit, limit] around finite values; ±1 where all are zero or none is finite."""
    sizes = np.abs(values[np.isfinite(values)])
    limit = float(np.quantile(sizes, quantile)) if sizes.size else 0.0
    return [-limit, limit] if limit > 0 else [-1.0, 1.0]


def _pack(
    coded, kinds, limits, labels, *, raster, name, captions=None, signs=None, choosable, chosen, size, numbers=None
):  # fmt: skip
    packer = Packer()
    header = {
        "name": name, "side": raster.side, "n_frames": len(coded), "kinds": list(kinds), "labels": list(labels),
        "limits": limits, "captions": captions, "signs": signs, "choosable": choosable, "chosen": chosen, "size": size,
        "palette": PALETTE, "values": packer.add(coded, np.uint8),
        "numbers": None if numbers is None else packer.add(numbers, np.float64),
    }  # fmt: skip
    return packer.blob(header)


def part_of(run: Run) -> str:
    """The part that judges: what is held out, or the training part where nothing is."""
    return "test" if len(run.dataset.X_test) else "train"


def pack_confusion(run: Run, *, chosen: int | None = None) -> bytes:
    """Confusion matrix, precision and recall of every frame on the part that is held out."""
    dataset, part = run.dataset, part_of(run)
    X, y = (dataset.X_test, dataset.y_test) if part == "test" else (dataset.X_train, dataset.y_train)
    counts = confusion(run.network(0).decide(outputs(run, X)), y, dataset.n_classes)
    precision, recall = precision_recall(counts)
    packer = Packer()
    header = {
        "classes": list(dataset.class_names), "part": {"test": "Test", "train": "Training"}[part],
        "n_frames": run.n_frames, "chosen": chosen, "counts": packer.add(counts, np.uint16),
        "precision": packer.add(precision, np.float64), "recall": packer.add(recall, np.float64),
    }  # fmt: skip
    return packer.blob(header)


# Plotly


def _layout(x_title: str, y_title: str, height: int, **options) -> go.Layout:
    font = {"size": 14}  # colours of text and grid are the page's, which draws the chart
    axis = {"zeroline": False, "tickfont": font, "ticks": "outside", "fixedrange": True}
    return go.Layout(
        template="none", margin={"l": 60, "r": 16, "t": 30, "b": 48}, height=height, font=font, dragmode=False,
        hovermode="closest", paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        xaxis={**axis, "title": {"text": x_title, "font": font}}, yaxis={**axis, "title": {"text": y_title, "font": font}},
        **options,
    )  # fmt: skip


def probability_bars(p: np.ndarray, names, *, true: int | None = None) -> go.Figure:
    """The outputs for one image, a bar a class, the numbers beside them; the true class is named by a mark."""
    best = int(np.nan_to_num(p).argmax())
    colors = [palette.POSITIVE if k == best else palette.CHANCE for k in range(len(p))]
    ticks = [f"{text_of(name)} ✓" if k == true else text_of(name) for k, name in enumerate(names)]
    figure = go.Figure(
        go.Bar(
            x=p, y=np.arange(len(p)), orientation="h", marker={"color": colors},
            text=[format_percent(v) for v in p], textposition="outside", cliponaxis=False, textfont={"size": 14},
            hovertemplate="%{y}: %{x:.6g}<extra></extra>",
        ),
        layout=_layout("output", "digit" if len(p) == 10 else "class", 300),
    )  # fmt: skip
    figure.update_xaxes(range=[0, 1.18], tickvals=[0, 0.5, 1])
    figure.update_yaxes(range=[len(p) - 0.4, -0.6], tickvals=np.arange(len(p)), ticktext=ticks, ticks="")
    return figure


def activation_bars(network: Network, trace: Trace, *, chosen: tuple[int, int] | None = None) -> go.Figure:
    """The hidden layers' activations of one sample, a bar a unit, a row a layer; chosen: (layer, unit), unit from 0."""
    layers = range(1, len(network.layers))
    figure = make_subplots(rows=max(len(layers), 1), cols=1, vertical_spacing=0.24 / max(len(layers), 1))
    font = {"size": 14}
    for row, l in enumerate(layers, start=1):
        a, color = trace.A[l][:, 0], palette.LAYERS[l - 1]
        lines = [3 if chosen == (l, u) else 0 for u in range(len(a))]
        figure.add_bar(
            x=np.arange(1, len(a) + 1), y=a, row=row, col=1, showlegend=False,
            marker={"color": color, "line": {"color": palette.CURSOR, "width": lines}},
            hovertemplate=f"layer {l}, unit %{{x}}: a = %{{y:.6g}}<extra></extra>",
        )  # fmt: skip
        figure.update_yaxes(
            title={"text": f"a of layer {l}", "font": font}, tickfont=font, fixedrange=True,
            zerolinecolor=palette.CHANCE, row=row, col=1,
        )  # fmt: skip
        figure.update_xaxes(tickfont=font, fixedrange=True, showgrid=False, range=[0.3, len(a) + 0.7], row=row, col=1)
    figure.update_xaxes(title={"text": "unit", "font": font}, row=max(len(layers), 1), col=1)
    figure.update_layout(
        template="none",
        height=60 + 190 * max(len(layers), 1), margin={"l": 60, "r": 16, "t": 12, "b": 48}, dragmode=False, bargap=0.2,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", font=font,
    )  # fmt: skip
    return figure


def probability_curves(walk: Walk, shown: int, names) -> go.Figure:
    """Outputs along a walk in percent: target and original, the others as one band, a dot where the answer changes."""
    steps, percent, answers = np.arange(len(walk.images)), 100 * walk.probabilities, walk.answers
    names, start = [text_of(name) for name in names], int(answers[0])
    figure = go.Figure(layout=_layout("step", "output in %", 320))
    others = np.delete(percent, [start, walk.target], axis=1)
    for edge, fill in ((others.min(axis=1), None), (others.max(axis=1), "tonexty")):
        figure.add_scatter(
            x=steps, y=edge, mode="lines", line={"width": 0}, fill=fill, fillcolor="rgba(138, 143, 152, 0.35)",
            name="all others", showlegend=fill is not None, legendrank=2,
            hovertemplate="highest of the others at step %{x}: %{y:.1f} %<extra></extra>" if fill else None,
            hoverinfo=None if fill else "skip",
        )  # fmt: skip
    for k, what in {start: "original", walk.target: "target"}.items():
        figure.add_scatter(
            x=steps, y=percent[:, k], mode="lines", name=f"{names[k]} ({what})", legendrank=1,
            line={"color": palette.CLASSES[k], "width": 4, "dash": "solid" if k == walk.target else "dash"},
            hovertemplate=f"{names[k]} at step %{{x}}: %{{y:.1f}} %<extra></extra>",
        )  # fmt: skip
    turns = np.flatnonzero(np.diff(answers)) + 1
    figure.add_scatter(
        x=turns, y=percent[turns, answers[turns]], mode="markers", name="the answer changes", showlegend=len(turns) > 0,
        legendrank=3,
        marker={"size": 13, "color": [palette.CLASSES[k] for k in answers[turns]], "line": {"color": palette.CURSOR, "width": 2}},
        text=[names[k] for k in answers[turns]], hovertemplate="from step %{x}: %{text}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=shown, line={"color": palette.CURSOR, "width": 2})
    figure.update_yaxes(range=[-3, 103])
    figure.update_xaxes(range=[-0.5, max(len(steps) - 0.5, 1)])
    legend = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"size": 14}, "traceorder": "normal"}
    figure.update_layout(legend=legend)
    return figure


def gallery_captions(true, predicted, p, names) -> list[str]:
    """Below each image of a gallery: the true class, what the network says, and how sure it is."""
    return [
        f"{names[t]} → {names[s]} · {format_percent(v)}" for t, s, v in zip(true, predicted, p, strict=True)
    ]  # fmt: skip


def sum_caption(values) -> str:
    """The sum of an image's numbers, as below a contribution image."""
    return f"sum {format_number(float(np.sum(values)))}"
