"""A picture of many runs: two fields along its sides, and in each cell the loss at the end of one run."""

import numpy as np

from ffbp.experiment.fields import FIELDS
from ffbp.experiment.ranges import is_logarithmic
from ffbp.figures import palette
from ffbp.figures.plot import LEGEND, log_axis, markers, plot
from ffbp.figures.surface import SCALE, log_loss
from ffbp.training.sweep import Sweep
from ffbp.words.numbers import format_number

DIVERGED, MARK = palette.CURSOR, "#ff9d4d"
CLIPPED = 2.0  # a loss so many times the smallest at a start, or larger, has the last colour


def picture(sweep: Sweep, now: tuple) -> dict:
    """The training loss at the end of every run in colours of its logarithm; diverged runs have a colour of their own.

    sweep: of two fields, one run each. now: the experiment's own values of both, marked.
    A cell that is not trained yet has the colour of the trained one from which it will be refined, and its words say so. A
    clicked cell gives its run's place.
    """
    shown = shown_places(sweep)
    ends, diverged, (low, high) = sweep.ends("train_loss"), sweep.diverged, limits(sweep)
    lost = (shown >= 0) & diverged[shown]
    z = log_loss(np.maximum(ends, np.finfo(float).tiny))[shown]
    z[lost | (shown < 0)] = np.nan
    x, y = (np.array(values, dtype=float) for values in sweep.values)
    first, second = (FIELDS[field].label for field in sweep.fields)
    cells = {
        **{"type": "heatmap", "x": x, "y": y, "customdata": np.arange(z.size).reshape(z.shape).T},
        "text": _words(ends, diverged, shown).T.tolist(),
        "hovertemplate": f"{first} %{{x:.7~g}}<br>{second} %{{y:.7~g}}<br>%{{text}}<extra></extra>",
    }
    bar = _bar(low, high, np.nanmax(z, initial=-np.inf) > high)
    traces = [{**cells, "z": z.T, "zmin": low, "zmax": high, "colorscale": SCALE, "colorbar": bar, "name": "loss"}]
    if lost.any():
        one = {"colorscale": [[0.0, DIVERGED], [1.0, DIVERGED]], "showscale": False, "zmin": 0, "zmax": 1}
        traces.append({**cells, **one, "z": np.where(lost, 1.0, np.nan).T, "hoverongaps": False, "name": "diverged"})
        look = {"symbol": "square", "size": 12, "color": DIVERGED, "showlegend": True}
        traces.append(markers([None], [None], f"{int(diverged.sum())} diverged", None, **look))
    axes = [_axis(field, values) for field, values in zip(sweep.fields, (x, y), strict=True)]
    if _is_inside(now, sweep):  # a bright ring on a dark one, to be seen on every colour
        for name, width, colour in ((None, 6, "#12151b"), ("the experiment", 2.5, MARK)):
            look = {"symbol": "circle-open", "size": 16, "color": colour, "rim": (width, colour)}
            traces.append(markers([now[0]], [now[1]], name, None, **look, showlegend=name is not None))
    titles = [FIELDS[field].title for field in sweep.fields]
    return plot(traces, *titles, x=axes[0], y=axes[1], height=560, dragmode="zoom", **LEGEND)


def _bar(low, high, is_clipped):
    """The scale of colours, with losses at its ticks."""
    ticks = np.linspace(low, high, 6)
    texts = [format_number(10**tick) for tick in ticks]
    if is_clipped:
        texts[-1] = f"≥ {texts[-1]}"
    return {"tickvals": ticks, "ticktext": texts, "thickness": 14, "title": {"text": "loss", "side": "top"}}


def limits(sweep: Sweep) -> tuple[float, float]:
    """The logarithms between which the colours lie: from the smallest loss at an end to twice the smallest at a start."""
    fine = sweep.ends("train_loss")[~sweep.diverged]
    fine = fine[np.isfinite(fine) & (fine > 0)]
    starts = [outcome.columns["train_loss"][0] for outcome in sweep.outcomes if outcome is not None]
    starts = [loss for loss in starts if np.isfinite(loss) and loss > 0]
    low = float(fine.min()) if fine.size else 1e-3
    high = min(float(fine.max()) if fine.size else 1.0, CLIPPED * min(starts, default=1.0))
    return float(np.log10(low)), float(np.log10(max(high, 1.001 * low)))


def shown_places(sweep: Sweep) -> np.ndarray:
    """For each cell the place of the run whose colour it has: its own, or of a coarser cell; -1 for none. (n_first, n_second)"""
    n_x, n_y = sweep.shape[:2]
    trained = np.array([outcome is not None for outcome in sweep.outcomes]).reshape(n_x, n_y)
    own = np.arange(n_x * n_y).reshape(n_x, n_y)
    shown, step = np.full((n_x, n_y), -1), 1
    while step < 2 * max(n_x, n_y) and (shown < 0).any():
        i, j = (np.arange(n) // step * step for n in (n_x, n_y))
        coarse = own[np.ix_(i, j)]
        shown = np.where((shown < 0) & trained[np.ix_(i, j)], coarse, shown)
        step *= 2
    return shown


def _words(ends, diverged, shown):
    """What is said of each cell: the end of its run, or of the coarser one whose colour it has."""
    pairs = zip(ends, diverged, strict=True)
    texts = np.array(["diverged" if lost else f"loss {format_number(end)}" for end, lost in pairs])[shown]
    own = shown == np.arange(shown.size).reshape(shown.shape)
    later = np.where(shown < 0, "not trained yet", np.char.add("not trained yet; a neighbour: ", texts))
    return np.where(own, texts, later)


def _axis(field, values):
    """From edge to edge of the outer cells."""
    is_log = is_logarithmic(field)
    at = np.log10(values) if is_log else values
    half = (at[1:] - at[:-1])[[0, -1]] / 2 if len(at) > 1 else np.full(2, 0.5)
    options = {"range": [float(at[0] - half[0]), float(at[-1] + half[1])], "fixedrange": False}
    return options | (log_axis(values) if is_log else {})


def _is_inside(now, sweep):
    return all(
        isinstance(value, int | float) and values[0] <= value <= values[-1]
        for value, values in zip(now, sweep.values, strict=True)
    )
