"""Images and a network's answers to them: packed for the browser, or as Plotly charts.

Pixels have shades from paper to ink. A signed image (weights, contributions, gradients) is purple below zero and green
above; zero has the page's background colour. Images packed at every frame follow the timeline in the browser.
"""

import numpy as np

from ffbp.analysis.pixels import Walk
from ffbp.analysis.scores import confusion, precision_recall
from ffbp.core.network import Network, Trace
from ffbp.data.raster import Raster
from ffbp.figures import palette
from ffbp.figures.blob import Packer, quantise
from ffbp.figures.forward import text_of
from ffbp.figures.pack import PLAYER
from ffbp.figures.plot import LEGEND, axis, bars, cursor, line, markers, plot
from ffbp.training.run import Run
from ffbp.words.numbers import format_number, format_percent

# Packed for the browser


def pack_images(images: np.ndarray, kinds, labels, *, raster: Raster, **options) -> bytes:
    """Images (n, n_pixels) at one epoch, with their exact numbers; a pixel without a number is NaN.

    kinds: for each image, "ink" (0 to the raster's high) or "signed" (on its own symmetric scale). labels: texts for screen
    readers. options: name, of the group of images; captions: texts below the images; signs: texts before them, such as "×";
    choosable, chosen: whether the user can choose an image, and which is chosen; size: minimum width on the screen.
    """
    images = np.asarray(images, dtype=float).reshape(len(labels), raster.side**2)
    pairs = zip(kinds, images, strict=True)
    limits = [[0.0, raster.high] if kind == "ink" else _symmetric(image) for kind, image in pairs]
    coded = [quantise(np.nan_to_num(image), *limit) for image, limit in zip(images, limits, strict=True)]
    coded = np.array(coded, dtype=np.uint8).reshape(1, *images.shape)
    return _pack(coded, kinds, limits, labels, raster, numbers=images, **options)


def pack_weights(run: Run, raster: Raster, *, chosen: int | None = None, size: int = 58) -> bytes:
    """The first layer's weights as images, one per unit, at every frame, all on one scale."""
    weights = run.network(0).blocks(run.history.theta)[0][..., :-1]
    limit, n_units = _symmetric(weights, quantile=0.995), weights.shape[1]
    labels, kinds = [f"Unit {u + 1}" for u in range(n_units)], ["signed"] * n_units
    options = {"name": "Weights of the first layer, one image per unit", "choosable": True}
    coded = quantise(weights, *limit)
    return _pack(coded, kinds, [limit] * n_units, labels, raster, chosen=chosen, size=size, **options)


def _symmetric(values, quantile=1.0):
    """[-limit, limit] around finite values; ±1 if all are zero or none is finite."""
    sizes = np.abs(values[np.isfinite(values)])
    limit = float(np.quantile(sizes, quantile)) if sizes.size else 0.0
    return [-limit, limit] if limit > 0 else [-1.0, 1.0]


def _pack(coded, kinds, limits, labels, raster, *, name, numbers=None, choosable=False, size=64, **options):
    packer = Packer()
    header = {"captions": None, "signs": None, "chosen": None, **options}
    header |= {"name": name, "side": raster.side, "size": size, "choosable": choosable, "n_frames": len(coded)}
    header |= {"kinds": list(kinds), "labels": list(labels), "limits": limits}
    header |= {"player": PLAYER if len(coded) > 1 else None, "values": packer.changes(coded)}
    header["palette"] = palette.named("negative", "positive", "middle", "ink")
    header["numbers"] = None if numbers is None else packer.add(numbers, np.float64)
    return packer.blob(header)


def pack_confusion(run: Run, *, chosen: int | None = None, player: str = PLAYER) -> bytes:
    """Confusion matrix, precision and recall at every frame, on the test set (or the training set if there is none)."""
    dataset, part = run.dataset, run.dataset.scored_part
    counts = confusion(run.decided[part.name], part.y, dataset.n_classes)
    precision, recall = precision_recall(counts)
    packer = Packer()
    header = {"classes": list(dataset.class_names), "part": {"test": "Test", "train": "Training"}[part.name]}
    header |= {"n_frames": run.n_frames, "chosen": chosen, "player": player, "counts": packer.add(counts, np.uint16)}
    return packer.blob(header | packer.floats(precision=precision, recall=recall))


# Charts


def probability_bars(p: np.ndarray, names, *, true: int | None = None) -> dict:
    """The outputs for one image as bars with numbers; a tick marks the true class."""
    best = int(np.nan_to_num(p).argmax())
    colors = [palette.POSITIVE if k == best else palette.CHANCE for k in range(len(p))]
    ticks = [f"{text_of(name)} ✓" if k == true else text_of(name) for k, name in enumerate(names)]
    said = {"text": [format_percent(v) for v in p], "textposition": "outside", "textfont": {"size": 14}}
    trace = bars(p, np.arange(len(p)), "%{y}: %{x:.6g}", color=colors, orientation="h", cliponaxis=False, **said)
    x = {"range": [0, 1.18], "tickvals": [0, 0.5, 1]}
    y = {"range": [len(p) - 0.4, -0.6], "tickvals": np.arange(len(p)), "ticktext": ticks, "ticks": ""}
    return plot([trace], "output", "digit" if len(p) == 10 else "class", x=x, y=y, height=300)


def activation_bars(
    network: Network, trace: Trace, *, chosen: tuple[int, int] | None = None, theme: str = "light"
) -> dict:
    """One sample's hidden activations, a bar per unit and a row per layer. chosen: (layer, unit), unit from 0."""
    n = len(network.layers) - 1
    gap = 0.24 / max(n, 1)
    height = (1 - gap * (n - 1)) / max(n, 1)
    traces, axes = [], {}
    for row, l in enumerate(range(1, n + 1)):
        a, key = trace.A[l][:, 0], "" if row == 0 else str(row + 1)
        marked = [3 if chosen == (l, u) else 0 for u in range(len(a))]
        rim = {"line": {"color": palette.CURSOR, "width": marked}}
        hover = f"layer {l}, unit %{{x}}: a = %{{y:.6g}}"
        place = {"xaxis": f"x{key}", "yaxis": f"y{key}"}
        units = np.arange(1, len(a) + 1)
        traces.append(bars(units, a, hover, color=palette.RAMP[theme][l - 1], marker=rim, showlegend=False, **place))
        top = 1 - row * (height + gap)
        x = {"anchor": f"y{key}", "ticks": "", "showgrid": False, "range": [0.3, len(a) + 0.7]}
        y = {"anchor": f"x{key}", "ticks": "", "domain": [max(top - height, 0.0), top], "zeroline": True}
        axes[f"xaxis{key}"] = axis("unit" if l == n else "", **x)
        axes[f"yaxis{key}"] = axis(f"a of layer {l}", zerolinecolor=palette.CHANCE, **y)
    return plot(traces, "unit", "", height=60 + 190 * max(n, 1), bargap=0.2, **axes)


def probability_curves(walk: Walk, shown: int, names) -> dict:
    """Outputs along a walk in percent: target and original class, all others as a band, dots where the answer changes."""
    steps, percent, answers = np.arange(len(walk.images)), 100 * walk.probabilities, walk.answers
    names, start = [text_of(name) for name in names], int(answers[0])
    others = np.delete(percent, [start, walk.target], axis=1)
    band = {"name": "all others", "width": 0, "fillcolor": "rgba(138, 143, 152, 0.35)", "legendrank": 2}
    highest = "highest of the others at step %{x}: %{y:.1f} %"
    traces = [
        line(steps, others.min(axis=1), hover=None, showlegend=False, **band),
        line(steps, others.max(axis=1), hover=highest, fill="tonexty", **band),
    ]
    for k, what in {start: "original", walk.target: "target"}.items():
        style = {"color": palette.CLASSES[k], "width": 4, "dash": "solid" if k == walk.target else "dash"}
        hover = f"{names[k]} at step %{{x}}: %{{y:.1f}} %"
        traces.append(line(steps, percent[:, k], f"{names[k]} ({what})", hover, legendrank=1, **style))
    turns = np.flatnonzero(np.diff(answers)) + 1
    dots = {"size": 13, "color": [palette.CLASSES[k] for k in answers[turns]], "rim": (2, palette.CURSOR)}
    said = {"text": [names[k] for k in answers[turns]], "showlegend": len(turns) > 0, "legendrank": 3}
    places = turns, percent[turns, answers[turns]]
    traces.append(markers(*places, "the answer changes", "from step %{x}: %{text}", **dots, **said))
    layout = LEGEND | {"shapes": [cursor(shown, color=palette.CURSOR, width=2)], "height": 320}
    x, y = {"range": [-0.5, max(len(steps) - 0.5, 1)]}, {"range": [-3, 103]}
    return plot(traces, "step", "output in %", x=x, y=y, **layout)


def gallery_captions(true, predicted, p, names) -> list[str]:
    """Captions of a gallery: true class, predicted class and its probability."""
    rows = zip(true, predicted, p, strict=True)
    return [f"{names[t]} → {names[s]} · {format_percent(v)}" for t, s, v in rows]


def sum_caption(values) -> str:
    """The caption of a contribution image: the sum of its numbers."""
    return f"sum {format_number(float(np.sum(values)))}"
