"""Charts of a class: all boundaries in one plane and all losses over the epochs, a thin line a run, some highlighted."""

from collections.abc import Sequence
from itertools import cycle
from typing import NamedTuple

import numpy as np

from ffbp.analysis.plane import Plane
from ffbp.data.dataset import Dataset
from ffbp.figures import palette
from ffbp.figures.charts import samples_of
from ffbp.figures.forward import text_of
from ffbp.figures.plot import LEGEND, line, log_axis, markers, plot

POINTS = 80  # of a curve
MAX_SAMPLES = 400
MANY = 60  # lines; more are drawn thinner
COLOURS = tuple(palette.CLASSES[k] for k in (3, 5, 6, 4, 7, 2))  # of highlighted runs: those of the last classes
MAX_HIGHLIGHTED = len(COLOURS)


class Line(NamedTuple):
    """A run's line: its number on the board, what it is called, and its points, with NaN for gaps."""

    number: int
    name: str
    x: np.ndarray
    y: np.ndarray


def boundaries_plot(lines: Sequence[Line], highlighted: Sequence[int], dataset: Dataset, plane: Plane) -> dict:
    """The boundaries over the samples of one of the datasets. A clicked line gives its run's number."""
    traces = []
    for k, places in _samples(dataset, plane):
        look = {"symbol": palette.CLASS_SYMBOLS[k % len(palette.CLASS_SYMBOLS)], "opacity": 0.35}
        colour = palette.CLASSES[k % len(palette.CLASSES)]
        traces.append(markers(*places.T, None, None, size=7, color=colour, showlegend=False, **look))
    traces += _lines(lines, highlighted, "boundary")
    x, y = ({"range": list(limits), "showgrid": False} for limits in (plane.x_range, plane.y_range))
    return plot(traces, *plane.names, x=x, y=y, height=460, **LEGEND)


def losses_plot(lines: Sequence[Line], highlighted: Sequence[int], part: str) -> dict:
    """The losses over the epochs. A clicked line gives its run's number. part: "training" or "test"."""
    losses = [each.y[np.isfinite(each.y)] for each in lines]
    starts = max((float(loss[0]) for loss in losses if len(loss)), default=1.0)
    drawn = [np.minimum(loss[loss > 0], 4 * starts) for loss in losses] or [np.ones(1)]
    y = log_axis(*drawn, range=_log_range(np.concatenate(drawn)))
    return plot(_lines(lines, highlighted, "loss"), "epoch", f"{part} loss", y=y, height=460, **LEGEND)


def _log_range(values):
    if not values.size:
        return [-3, 0]
    return [float(np.log10(values.min())) - 0.1, float(np.log10(values.max())) + 0.1]


def thinned(epochs: np.ndarray, losses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A curve (n,) with at most POINTS points, more of the early ones."""
    kept = np.unique(np.rint(np.geomspace(1, max(len(epochs), 1), POINTS)).astype(int)) - 1
    return epochs[kept].astype(float), losses[kept]


def _lines(lines, highlighted, what) -> list[dict]:
    """All other runs as one trace, and each highlighted one in a colour of its own, on top."""
    others, traces = [each for each in lines if each.number not in highlighted], []
    if others:
        gap = [np.nan]
        x, y = (np.concatenate([part for each in others for part in (getattr(each, axis), gap)]) for axis in ("x", "y"))
        of = np.concatenate([np.full(len(each.x) + 1, each.number) for each in others])
        look = {"color": palette.TOTAL, "width": 1.2 if len(others) <= MANY else 0.6, "opacity": 0.6}
        named = f"{len(others)} {'other ' if highlighted else ''}{'runs' if len(others) > 1 else 'run'}"
        traces.append(line(x, y, named, f"run %{{customdata}}: {what}", customdata=of, **look))
    for each, colour in zip([each for each in lines if each.number in highlighted], cycle(COLOURS), strict=False):
        of = np.full(len(each.x), each.number)
        said = f"run %{{customdata}}: {what}"
        traces.append(line(each.x, each.y, text_of(each.name), said, customdata=of, color=colour, width=3))
    return traces


def _samples(dataset, plane):
    """The classes with the places (n, 2) of some of their training samples."""
    places, _, classes = samples_of(dataset, plane)["train"]
    step = max(1, len(places) // MAX_SAMPLES)
    places, classes = places[::step], classes[::step]
    return [(int(k), places[classes == k]) for k in np.unique(classes)]
