"""Charts of many runs of one experiment. Every run is drawn; one that diverged has its place on a rail at the top."""

from collections.abc import Sequence

import numpy as np

from ffbp.experiment.differences import value_text
from ffbp.experiment.fields import FIELDS
from ffbp.figures import palette
from ffbp.figures.plot import LEGEND, cursor, line, log_axis, markers, plot
from ffbp.training.range_test import RangeTest
from ffbp.training.sweep import Sweep
from ffbp.training.target import Target

POINTS = 80  # of a curve
WIDE = 20  # numbers are drawn on a logarithmic axis if the largest is so many times the smallest
REACH, MISS = "reach the goal", "miss it"


def curves_plot(
    sweep: Sweep, target: Target, groups: dict[str, tuple[Sequence[int], str]] | None = None, *, early: bool = False
) -> dict:
    """The target's loss or score over the epochs, a thin line a run. A clicked line gives the run's place in the sweep.

    groups: by their names the places of runs and their colour; by default all runs, in two groups: those that reach the goal
    at their end, and those that miss it. early: with room for the first epochs, on a logarithmic axis from epoch 1 on.
    """
    column, trained = sweep.column(target.column), _trained(sweep)
    diverged, is_loss = sweep.diverged, target.accuracy is None
    groups = groups or _by_success(sweep, target)
    shown = np.concatenate([np.asarray(places, dtype=int) for places, _ in groups.values()])
    low, top = _limits(column[shown], diverged[shown]) if is_loss else (0.0, 1.01)
    traces = []
    for name, (places, colour) in groups.items():
        places = np.asarray(places, dtype=int)
        places = places[trained[places]]
        if len(places):
            x, y, of = _joined(sweep.epochs[places], column[places], places)
            said = f"%{{y:.4g}} at epoch %{{x}}, {name}"
            traces.append(line(x, y, name, said, width=1.2, customdata=of, color=colour, dash=_dash(name)))
    rail = shown[diverged[shown]]
    if len(rail):
        ended = np.array([sweep.outcomes[place].diverged_at for place in rail])
        traces.append(_rail(ended, top, rail, "diverged at epoch %{x}"))
    what, x = "loss" if is_loss else "accuracy", {}
    if early:
        x = log_axis([1, sweep.config.epochs], range=[0, np.log10(max(2, sweep.config.epochs)) + 0.02])
    y = {"range": [0, 1.03]}
    if is_loss:
        y = log_axis([low, top], range=[np.log10(low) - 0.1, np.log10(top) + 0.1])
    return plot(traces, "epoch", f"{_part(target)} {what}", x=x, y=y, height=380, **LEGEND)


def _by_success(sweep, target):
    met = sweep.successes(target)
    which = {REACH: (met, palette.TRAIN), MISS: (_trained(sweep) & ~met, palette.CLASSES[0])}
    return {f"{int(those.sum())} {name}": (np.flatnonzero(those), colour) for name, (those, colour) in which.items()}


def _dash(name):
    return "dot" if name.endswith(MISS) else "solid"


def success_plot(sweep: Sweep, target: Target) -> dict:
    """For each value the share of its runs that succeed, with Wilson's interval as a bar."""
    (field,), (values,) = sweep.fields, sweep.values
    rates = [rate for rate in sweep.rates(target) if rate.n]
    x, x_axis = _places_of(field, values)
    x = [x[values.index(rate.values[0])] for rate in rates]
    share = np.array([rate.share for rate in rates])
    above, below = (np.array([getattr(rate, name) for rate in rates]) for name in ("high", "low"))
    bars = {
        "type": "data",
        "symmetric": False,
        "array": above - share,
        "arrayminus": share - below,
        "thickness": 2.5,
        "width": 8,
    }
    texts = [f"{rate.successes} of {rate.n}" for rate in rates]
    said = [f"{value_text(field, rate.values[0])}: {rate.low:.1%} to {rate.high:.1%}" for rate in rates]
    more = {
        "error_y": {**bars, "color": palette.TRAIN},
        "mode": "markers+text",
        "text": texts,
        "textposition": "middle right",
    }
    more |= {"hovertext": said, "textfont": {"size": 15}, "cliponaxis": False}
    trace = markers(x, share, None, "%{hovertext}", size=12, color=palette.TRAIN, **more)
    y = {"range": [-0.04, 1.06], "tickformat": ".0%"}
    return plot([trace] if rates else [], FIELDS[field].title, "share of runs that succeed", x=x_axis, y=y, height=340)


def ends_plot(sweep: Sweep, name: str, now) -> dict:
    """A loss or score at the end of every run against the swept field's value: training filled, test hollow.

    name: "loss" or "accuracy" or "r2". now: the experiment's own value, marked by a line. A clicked dot gives its run's place.
    """
    (field,), (values,) = sweep.fields, sweep.values
    n, places = len(sweep.seeds), np.arange(len(sweep.configs))
    x, x_axis = _places_of(field, values)
    at = np.repeat(np.asarray(x, dtype=float), n)
    spread = _spread(n, x, x_axis)
    shown = at * spread if x_axis.get("type") == "log" else at + spread
    said = [f"{value_text(field, value)}, seed {seed}" for value in values for seed in sweep.seeds]
    traces, top, drawn = [], 0.0, []
    for part, look in (
        ("test", {"color": "rgba(0,0,0,0)", "rim": (1.6, palette.TEST)}),
        ("train", {"color": palette.TRAIN}),
    ):
        y, fine = sweep.ends(f"{part}_{name}"), ~sweep.diverged
        fine &= np.isfinite(y)
        if not fine.any():
            continue
        top = max(top, float(y[fine].max()))
        drawn.append(y[fine])
        label = "training set" if part == "train" else "test set"
        more = {"customdata": places[fine], "text": [said[place] for place in places[fine]], "opacity": 0.85}
        hover = f"%{{text}}: {label} %{{y:.4g}}"
        traces.append(markers(shown[fine], y[fine], label, hover, size=8, **look, **more))
    medians = medians_of(sweep, f"train_{name}")
    known = np.isfinite(medians)
    if known.sum() > 1:
        traces.append(
            line(np.asarray(x)[known], medians[known], "median", "median %{y:.4g}", color=palette.TRAIN, width=1.5)
        )
    if sweep.diverged.any():
        rail = 1.04 if name != "loss" else max(top, 1e-9) * 3
        drawn.append([rail])
        text = {"text": [said[place] for place in places[sweep.diverged]]}
        traces.append(_rail(shown[sweep.diverged], rail, places[sweep.diverged], "%{text}: diverged", **text))
    y_axis = log_axis(*drawn or [[1.0]]) if name == "loss" else {"range": [None, 1.08]}
    shapes = [cursor(x[values.index(now)], color=palette.CURSOR, width=1.5, dash="dash")] if now in values else []
    title = {"loss": "loss at the end", "accuracy": "accuracy at the end", "r2": "R² at the end"}[name]
    return plot(traces, FIELDS[field].title, title, x=x_axis, y=y_axis, height=420, shapes=shapes, **LEGEND)


def add_range_test(figure: dict, test: RangeTest, values) -> None:
    """In place: draw a range test into `ends_plot` of the learning rate's losses, as far as its rates are among the values."""
    inside = (test.rates >= min(values) / 1.3) & (test.rates <= max(values) * 1.3)
    x, name = test.rates[inside], "range test, smoothed"
    look = {"color": palette.PENALTY, "width": 2, "dash": "dash"}
    figure["data"].append(line(x, test.smoothed[inside], name, "range test at %{x:.3g}: smoothed %{y:.4g}", **look))
    look = {"color": palette.PENALTY, "width": 1, "opacity": 0.6}
    figure["data"].append(line(x, test.losses[inside], "its losses", "range test at %{x:.3g}: loss %{y:.4g}", **look))
    if test.suggestion is not None:
        add_rate(figure, test.suggestion, "its suggestion", values, color=palette.PENALTY, dash="dot")


def add_rate(figure: dict, rate: float, name: str, values, **pen) -> None:
    """In place: mark a learning rate by a vertical line with an entry in the legend, if it is among the values."""
    if min(values) <= rate <= max(values):
        figure["data"].append(line([None], [None], name, None, width=2, **pen))
        figure["layout"]["shapes"].append(cursor(rate, width=2, **pen))


def _part(target):
    return "training" if target.on == "train" else "test"


def _trained(sweep):
    return np.array([outcome is not None for outcome in sweep.outcomes])


def _limits(column, diverged):
    """The smallest loss of all runs, and a height above all that did not diverge and above every start."""
    fine = np.concatenate([column[~diverged].ravel(), column[:, :1].ravel()])
    fine = fine[np.isfinite(fine) & (fine > 0)]
    return (float(fine.min()), 2 * float(fine.max())) if fine.size else (1e-3, 1.0)


def _joined(epochs, column, places):
    """The curves of several runs as one line with gaps: epochs, values, and the run's place with each point."""
    found = [], [], []
    for place, x, y in zip(places, epochs, column, strict=True):
        n = int(np.isfinite(x).sum())
        kept = np.unique(np.rint(np.geomspace(1, max(n, 1), POINTS)).astype(int)) - 1
        for rows, new in zip(found, (x[kept], np.where(np.isfinite(y[kept]), y[kept], np.nan)), strict=False):
            rows += [*new, np.nan]
        found[2].extend([place] * (len(kept) + 1))
    return np.array(found[0]), np.array(found[1]), np.array(found[2], dtype=int)


def _rail(x, y, places, hover, **more):
    look = {"size": 10, "color": palette.CURSOR, "symbol": "x-thin", "rim": (2, palette.CURSOR)}
    return markers(x, np.full(len(x), y), f"{len(x)} diverged", hover, customdata=places, **look, **more)


def _places_of(field, values):
    """Where the values stand on the axis, and its options: numbers by size, others one beside the other."""
    ticks = {"tickvals": list(range(len(values))), "ticktext": [value_text(field, value) for value in values]}
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if numbers and len(values) > 1:
        if min(values) > 0 and max(values) / min(values) >= WIDE:
            return list(values), {"type": "log", **ticks, "tickvals": list(values)}
        return list(values), {}
    return list(range(len(values))), {**ticks, "range": [-0.5, len(values) - 0.5]}


def _spread(n, x, x_axis):
    """A small step aside for each seed, so that dots do not hide each other: factors on a logarithmic axis."""
    steps = np.tile(np.linspace(-1, 1, n) if n > 1 else np.zeros(1), len(x))
    if x_axis.get("type") == "log":
        return np.exp(steps * 0.12 * np.log(max(x) / min(x)) / len(x))
    return steps * 0.12 * (max(x) - min(x) or 1) / max(1, len(x) - 1)


def medians_of(sweep: Sweep, column: str) -> np.ndarray:
    """For each value the median over its trained seeds at their end: (n_values,); NaN without one, or if most diverged."""
    worst = np.inf if column.endswith("loss") else -np.inf
    ends = np.where(sweep.diverged, worst, sweep.ends(column)).reshape(sweep.shape)
    with np.errstate(invalid="ignore"):
        found = np.array([np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else np.nan for row in ends])
    return np.where(np.isfinite(found), found, np.nan)


def best_of(sweep: Sweep) -> tuple | None:
    """The smallest median loss of the values tried so far, and its value."""
    pairs = zip(medians_of(sweep, "train_loss"), sweep.values[0], strict=True)
    return min((pair for pair in pairs if pair[0] == pair[0]), key=lambda pair: pair[0], default=None)
