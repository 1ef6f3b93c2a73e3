"""A slide: title, sentence and two pictures of a run, light and 16:9, as a PNG file.

The pictures are those of `ffbp.export.pictures` and a few that only a slide needs. They are drawn when somebody asks for one.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ffbp.analysis.plane import Plane
from ffbp.analysis.surface import loss_surface
from ffbp.export import pictures
from ffbp.export.pictures import DRAWING, GRID, GROUND, INK, PALE, Sheet, points, written
from ffbp.figures import palette
from ffbp.training.run import Run
from ffbp.words.numbers import format_number

SCALE = 2
HEADER = 109  # with two panels, the sheet is 16:9
MARGIN = 22
MAX_LINE = 124  # characters of the sentence in a line; it has one or two
MAX_DRAWN = 8  # units of a layer
MAX_LABELS = 8  # lines between two layers that carry their weights
CURVE = (-5.0, 5.0, 401)  # z of an activation's curve
N_IMAGES = 16  # hidden units whose weights are shown as images
LEVELS = 18


@dataclass(frozen=True)
class Shown:
    """What a picture shows: a run on its plane at a frame. other: the run B of a comparison, its plane and frame."""

    run: Run
    plane: Plane
    frame: int = -1
    other: "Shown | None" = None


class _Moment:
    """A panel of `ffbp.export.pictures` at a frame of its own. name: "A" or "B", before its title."""

    def __init__(self, panel, frame: int, name: str = ""):
        self.panel, self.frame = panel, frame
        if name:
            title = panel.axes.texts[0]
            title.set_text(f"{name}: {title.get_text()}")

    def paint(self, renderer, frame: int) -> None:
        """Draw the panel."""
        self.panel.paint(renderer, self.frame)


def _boundary(sheet, panel, shown):
    name = "A" if shown.other else ""
    return _Moment(pictures.BoundaryPanel(sheet, panel, shown.run, shown.plane), shown.frame, name)


def _boundary_b(sheet, panel, shown):
    b = shown.other
    return _Moment(pictures.BoundaryPanel(sheet, panel, b.run, b.plane), b.frame, "B")


def _loss(sheet, panel, shown):
    return _Moment(pictures.LossPanel(sheet, panel, shown.run), shown.frame)


def _losses(sheet, panel, shown):
    """The training losses of both runs."""
    axes = sheet.axes(panel, "Training loss", "epoch", "loss")
    lines, low, high, last = [], np.inf, 0.0, 1
    for name, run, colour in zip("AB", (shown.run, shown.other.run), palette.RUNS, strict=True):
        h = run.history
        loss = np.where(np.isfinite(h.train_loss), h.train_loss, np.nan)
        lines += axes.plot(h.epoch, loss, color=colour, linewidth=points(2.6), label=name)
        low, high, last = min(low, np.nanmin(loss)), max(high, np.nanmax(loss)), max(last, h.epoch[-1])
    axes.grid(color=GRID)
    axes.set(xlim=(0, last), ylim=(0, high * 1.05))
    if low > 0 and high / low > pictures.LOG_FROM:
        pictures.log_axis(axes, low, high)
        axes.set(ylim=(low / 1.26, high * 1.26))
        axes.set_ylabel("loss (log)")
    pictures.legend(axes, lines, ["A", "B"])


def _gradients(sheet, panel, shown):
    """The size of each layer's gradient at the frame."""
    frame = range(shown.run.n_frames)[shown.frame]
    norms = shown.run.history.grad_norm[frame]
    epoch = shown.run.history.epoch[frame]
    axes = sheet.axes(panel, f"Gradient of each layer, epoch {epoch}", "layer", "‖dW‖")
    layers = np.arange(1, len(norms) + 1)
    positive = norms[norms > 0]
    low, high = (positive.min(), positive.max()) if len(positive) else (0.1, 1.0)
    axes.grid(color=GRID, axis="y")
    axes.set_xlim(0.4, len(norms) + 0.6)
    axes.set_xticks(layers)
    base = 0
    if high / low > pictures.LOG_FROM:
        base = low / 2
        pictures.log_axis(axes, base, high)
        axes.set_ylim(base, high * 1.6)
    else:
        axes.set_ylim(0, high * 1.12)
    axes.bar(layers, np.maximum(norms - base, 0), 0.7, bottom=base, color=list(palette.RAMP["light"][: len(norms)]))


def _activation(sheet, panel, shown):
    """The first layer's activation and its slope."""
    activation = shown.run.network(shown.frame).activations[0]
    z = np.linspace(*CURVE)[None]
    a, slope = np.empty_like(z), np.empty_like(z)
    activation.forward(z, a)
    activation.derivative(z, a, slope)
    axes = sheet.axes(panel, activation.label, "z", "g(z)")
    low, high = min(a.min(), 0.0), min(max(a.max(), 1.0), 2.0)
    axes.set(xlim=CURVE[:2], ylim=(low - 0.1, high + 0.1))
    axes.grid(color=GRID)
    lines = axes.plot(z[0], a[0], color=palette.CLASSES[1], linewidth=points(3))
    lines += axes.plot(z[0], slope[0], color=palette.CLASSES[0], linewidth=points(2.4), linestyle=(0, (4, 2)))
    pictures.legend(axes, lines, ["g(z)", "slope g′(z)"])


def _network(sheet, panel, shown):
    """Units and weights: purple is negative, green positive, and a line is as wide as its weight."""
    network = shown.run.network(shown.frame)
    axes = sheet.axes(panel, "Network " + "-".join(map(str, network.sizes)), "", "")
    axes.set_axis_off()
    drawn = [min(size, MAX_DRAWN) for size in network.sizes]
    axes.set(xlim=(-0.35, len(drawn) - 0.65), ylim=(-0.62, 0.62))
    spread = max(drawn)
    few = all(before * here <= MAX_LABELS for before, here in pairwise(drawn))
    places = [[(l, _height(i, n, spread)) for i in range(n)] for l, n in enumerate(drawn)]
    for l, layer in enumerate(network.layers, start=1):
        largest = float(np.abs(layer.W).max()) or 1.0
        for i, end in enumerate(places[l]):
            for j, begin in enumerate(places[l - 1]):
                _weight(axes, begin, end, float(layer.W[i, j]), largest, few)
    size = points(30 if spread <= 4 else 20)
    for l, units in enumerate(places):
        for x, y in units:
            axes.plot(
                x, y, "o", markersize=size, markerfacecolor=GROUND, markeredgecolor=INK, markeredgewidth=points(1.6)
            )
        if drawn[l] < network.sizes[l]:
            more = f"+{network.sizes[l] - drawn[l]}"
            axes.text(l, units[-1][1] - 0.09, more, ha="center", va="top", color=INK, fontsize=points(12))


def _height(i, n, spread):
    return 0.0 if n == 1 else 0.46 * (1 - 2 * i / (n - 1)) * (n / spread)


def _weight(axes, begin, end, value, largest, labelled):
    (x0, y0), (x1, y1) = begin, end
    colour = palette.POSITIVE if value > 0 else palette.NEGATIVE
    axes.plot([x0, x1], [y0, y1], color=colour, linewidth=points(0.4 + 4 * abs(value) / largest), zorder=0.5)
    if labelled:
        box = {"facecolor": GROUND, "edgecolor": "none", "pad": points(1.5)}
        place = x0 + 0.36 * (x1 - x0), y0 + 0.36 * (y1 - y0)
        text = format_number(round(value, 4)).rstrip("0").rstrip(".") if "." in format_number(value) else f"{value:g}"
        axes.text(*place, text, ha="center", va="center", color=INK, fontsize=points(12), bbox=box, zorder=1.5)


def _weights(sheet, panel, shown):
    """The weights of the first hidden units as images."""
    W = shown.run.network(shown.frame).layers[0].W[:N_IMAGES]
    side, across = round(W.shape[1] ** 0.5), round(N_IMAGES**0.5)
    axes = sheet.axes(panel, f"Weights of {len(W)} hidden units", "", "")
    axes.set_axis_off()
    whole = np.full((across * (side + 1) - 1, across * (side + 1) - 1), np.nan)
    for k, image in enumerate(W):
        row, column = divmod(k, across)
        largest = float(np.abs(image).max()) or 1.0
        whole[row * (side + 1) :, column * (side + 1) :][:side, :side] = image.reshape(side, side) / largest
    axes.set(xlim=(-0.5, len(whole) - 0.5), ylim=(len(whole) - 0.5, -0.5))
    axes.imshow(whole, cmap=_signs(), vmin=-1, vmax=1, interpolation="nearest", aspect="equal")


def _signs():
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("signs", (palette.NEGATIVE, GROUND, palette.POSITIVE))


def _surface(sheet, panel, shown):
    """The loss over the plane through the start and both ends, with both paths."""
    found = loss_surface(shown.run, shown.other.run)
    axes = sheet.axes(panel, "Loss surface", "distance in the plane", "")
    axes.set(xlim=(found.x[0], found.x[-1]), ylim=(found.y[0], found.y[-1]))
    loss = np.log(np.maximum(found.loss, 1e-12))
    finite = loss[np.isfinite(loss)]
    levels = np.linspace(finite.min(), finite.max(), LEVELS)
    axes.contourf(found.x, found.y, loss, levels, cmap="Greys", alpha=0.5)
    axes.contour(found.x, found.y, loss, levels, colors=PALE, linewidths=points(0.7))
    lines = []
    for name, path, colour in zip("AB", (found.path_a, found.path_b), palette.RUNS, strict=True):
        lines += axes.plot(*path.T, color=colour, linewidth=points(3), label=name)
        axes.plot(*path[-1], "o", color=colour, markersize=points(11), markeredgecolor=GROUND)
    pictures.legend(axes, lines, ["path of A", "path of B"])


PICTURES = {
    "network": _network,
    "boundary": _boundary,
    "b.boundary": _boundary_b,
    "loss": _loss,
    "losses": _losses,
    "gradients": _gradients,
    "activation": _activation,
    "weights": _weights,
    "surface": _surface,
}
NEED_B = ("b.boundary", "losses", "surface")


def slide(title: str, sentence: str, names: Sequence[str], shown: Shown, *, credit: str = "") -> bytes:
    """The slide as a PNG file. names: two keys of PICTURES; NEED_B are those of a comparison. credit: a line below."""
    with DRAWING, np.errstate(all="ignore"):
        sheet = Sheet(2, HEADER, SCALE)
        drawn = [PICTURES[name](sheet, i, shown) for i, name in enumerate(names)]
        panels = [each for each in drawn if each is not None]  # the others are complete
        look = {"color": INK, "va": "top", "parse_math": False}
        left, top = MARGIN / sheet.width, 1 - 16 / sheet.height
        sheet.figure.text(left, top, written(title, 70), fontsize=points(27), fontweight="bold", **look)
        width = MAX_LINE if len(sentence) <= MAX_LINE else min(len(sentence) // 2 + 12, MAX_LINE)
        lines = "\n".join(written(line, MAX_LINE) for line in textwrap.wrap(sentence, width)[:2])
        sheet.figure.text(left, 1 - 54 / sheet.height, lines, fontsize=points(15), linespacing=1.35, **look)
        look |= {"color": PALE, "va": "bottom"}
        place = 1 - MARGIN / sheet.width, 5 / sheet.height
        sheet.figure.text(*place, written(credit, 120), fontsize=points(9.5), ha="right", **look)
        return pictures.png(sheet.at(shown.frame, *panels))
