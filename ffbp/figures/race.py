"""Charts of a race: how many epochs every run of every optimizer needs, and at which learning rate each is fastest."""

import numpy as np

from ffbp.core.optimizers import OPTIMIZERS
from ffbp.figures import palette
from ffbp.figures.many import WIDE
from ffbp.figures.plot import LEGEND, cursor, line, log_axis, markers, note, plot
from ffbp.training.race import Lane, Race
from ffbp.words.numbers import format_number

NEVER = {"symbol": "x-thin", "size": 9}  # on the rail
SPREAD = 0.26  # of a lane's height, upwards and downwards


def look(optimizer: str) -> dict:
    """The colour and the dash of an optimizer, the same in all charts."""
    k = list(OPTIMIZERS).index(optimizer)
    return {"color": palette.CLASSES[k % len(palette.CLASSES)], "dash": palette.DASHES[k % len(palette.DASHES)]}


def lanes_plot(race: Race, *, best: bool) -> dict:
    """A lane an optimizer, a dot a run at the epoch at which it reached the target, a bar at the median.

    best: each optimizer at its own best rate instead of the experiment's.
    A run that never arrives stands on the rail at the right. A clicked dot gives the run's place in the sweep.
    """
    lanes = race.best_rate if best else race.same_rate
    epochs = np.concatenate([lane.epochs for lane in lanes])
    known = epochs[np.isfinite(epochs)]
    last = float(known.max()) if known.size else float(race.sweep.config.epochs)
    is_log = bool(known.size) and known.min() > 0 and last / known.min() >= WIDE
    rail = last * 1.6 if is_log else 1.12 * max(last, 1.0)
    has_rail = bool(np.isnan(epochs[_trained(race.sweep, lanes)]).any())
    right = rail if has_rail else last
    traces, notes = [], [_beside("median", -0.62)]
    for k, lane in enumerate(lanes):
        traces += _dots(race.sweep, lane, k, rail)
        notes.append(_beside("never" if np.isnan(lane.median) else f"{lane.median:g}", k))
    traces.append(_medians(lanes))
    names = [_name(lane, "<br>rate ") if best else OPTIMIZERS[lane.optimizer].label for lane in lanes]
    y = {"range": [len(lanes) - 0.4, -0.9], "tickvals": list(range(len(lanes))), "ticktext": names, "showgrid": False}
    x = {"range": [-0.03 * right, 1.06 * right]}
    if is_log:
        x = log_axis([known.min(), right], range=[np.log10(known.min()) - 0.1, np.log10(right) + 0.07])
    if has_rail:
        notes.append(note("never", np.log10(rail) if is_log else rail, -0.62))
    layout = {"annotations": notes, "margin": {"l": 64, "r": 64, "t": 8, "b": 52}, "height": 110 + 58 * len(lanes)}
    return plot([trace for trace in traces if trace], "epochs to the goal", "", x=x, y=y, **layout)


def _dots(sweep, lane, k, rail):
    """The runs of a lane: those that have arrived, and those on the rail."""
    n, colour, name = len(lane.places), look(lane.optimizer)["color"], _name(lane)
    y = k + (np.linspace(-SPREAD, SPREAD, n) if n > 1 else np.zeros(1))
    came, found = np.isfinite(lane.epochs), []
    if came.any():
        said = {"customdata": lane.places[came], "text": [f"seed {sweep.at(p)[-1]}" for p in lane.places[came]]}
        found.append(
            markers(
                lane.epochs[came], y[came], name, f"{name}, %{{text}}: epoch %{{x:d}}", size=9, color=colour, **said
            )
        )
    never = ~came & np.array([sweep.outcomes[p] is not None for p in lane.places])
    if never.any():
        said = {"customdata": lane.places[never], "text": [_why_never(sweep, p) for p in lane.places[never]]}
        rails = np.full(int(never.sum()), rail)
        found.append(
            markers(
                rails, y[never], f"{name}, never", f"{name}, %{{text}}", color=colour, rim=(2, colour), **NEVER, **said
            )
        )
    return found


def _medians(lanes):
    """A bar a lane; without hover, so that a click meets the dots."""
    known = [(lane.median, k) for k, lane in enumerate(lanes) if np.isfinite(lane.median)]
    if not known:
        return None
    x, y = zip(*known, strict=True)
    look = {"size": 34, "color": palette.CURSOR, "symbol": "line-ns", "rim": (3, palette.CURSOR)}
    return markers(list(x), list(y), "median", None, **look)


def rates_plot(race: Race) -> dict:
    """The median of the epochs to the target against the learning rate, a line an optimizer; its best rate has a ring.

    Where the median run never arrives, a mark stands on the rail at the top. The experiment's own rate is a dashed line.
    """
    sweep, rates = race.sweep, np.array(race.sweep.values[1], dtype=float)
    medians = sweep.median_epochs(race.target).reshape(sweep.shape[:2])
    trained = np.array([rate.n > 0 for rate in sweep.rates(race.target)]).reshape(sweep.shape[:2])
    known = medians[np.isfinite(medians)]
    last = float(known.max()) if known.size else float(sweep.config.epochs)
    rail, traces = 1.8 * max(last, 1.0), []
    is_log = not known.size or known.min() > 0
    for k, lane in enumerate(race.best_rate):
        row, pen, name = medians[k], look(lane.optimizer), OPTIMIZERS[lane.optimizer].label
        said = f"{name} at %{{x:g}}: median %{{y:g}} epochs"
        traces.append(line(rates, row, name, said, mode="lines+markers", marker={"size": 7}, width=2, **pen))
        never = trained[k] & np.isnan(row)
        if never.any():
            aside = rates[never] * np.exp(0.09 * (k - (len(race.best_rate) - 1) / 2))
            mark = {"rim": (2, pen["color"]), "color": pen["color"], "showlegend": False, **NEVER}
            traces.append(
                markers(aside, np.full(len(aside), rail), None, f"{name}: the median run never arrives", **mark)
            )
        if np.isfinite(lane.median):
            ring = {"symbol": "circle-open", "rim": (2.5, pen["color"]), "showlegend": False}
            words = f"{name} is fastest at %{{x:g}}: %{{y:g}} epochs"
            traces.append(
                markers([lane.learning_rate], [lane.median], None, words, size=16, color=pen["color"], **ring)
            )
    x = {"type": "log", "tickvals": rates, "ticktext": [f"{rate:g}" for rate in rates]}
    y = log_axis([*known, rail]) if is_log else {}
    shapes = [cursor(sweep.config.learning_rate, color=palette.CURSOR, width=1.5, dash="dash")]
    return plot(
        traces, "learning rate", "median of the epochs to the goal", x=x, y=y, height=420, shapes=shapes, **LEGEND
    )


def in_words(lanes: tuple[Lane, ...]) -> str:
    """The lanes for somebody who does not see them."""
    return "; ".join(
        f"{_name(lane)}: {lane.arrived} of {len(lane.epochs)} arrive, median "
        + ("never" if np.isnan(lane.median) else f"{format_number(lane.median)} epochs")
        for lane in lanes
    )


def _name(lane, gap=" at "):
    return f"{OPTIMIZERS[lane.optimizer].label}{gap}{lane.learning_rate:g}"


def _why_never(sweep, place):
    outcome, seed = sweep.outcomes[place], sweep.at(place)[-1]
    if outcome.diverged_at is not None:
        return f"seed {seed}: diverged at epoch {outcome.diverged_at}"
    return f"seed {seed}: never within {outcome.epoch[-1]} epochs"


def _trained(sweep, lanes):
    return np.array([sweep.outcomes[place] is not None for lane in lanes for place in lane.places])


def _beside(text, y):
    return note(text, 1.0, y, xref="paper", xanchor="left", xshift=8, font={"size": 14})
