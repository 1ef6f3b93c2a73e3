"""Charts of the loss over a plane of parameters: the surface with the paths on it, their distances, and the straight line."""

import numpy as np

from ffbp.analysis.surface import Line, Surface
from ffbp.figures import palette
from ffbp.figures.plot import LEGEND, line, markers, note, plot
from ffbp.training.run import Run
from ffbp.words.numbers import format_number

SCALE = [[0.0, "#0d2b52"], [0.25, "#1f5f8b"], [0.5, "#4f9fa8"], [0.75, "#b9d8b0"], [1.0, "#fdf6d8"]]  # low is dark
LEVELS = 14
SIGNS = {"a": ("A", "circle", palette.RUNS[0]), "b": ("B", "diamond", palette.RUNS[1])}
ENDS = {"three_points": "u: from the start to A's end", "principal": "first component", "random": "first direction"}
UPS = {
    "three_points": "v: at right angles, towards B's end",
    "principal": "second component",
    "random": "second direction",
}


def surface_plot(surface: Surface, runs: dict[str, Run], player: str) -> dict:
    """The surface in colours of the logarithm of the loss, with contours, the level of guessing, and both paths.

    runs: by "a" and "b". player: whose frame moves a mark along each path.
    """
    z = log_loss(surface.loss)
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    ticks = np.linspace(low, high, 6)
    traces = [
        {
            **{
                "type": "contour",
                "z": z,
                "x": surface.x,
                "y": surface.y,
                "colorscale": SCALE,
                "zmin": low,
                "zmax": high,
            },
            "ncontours": LEVELS,
            "line": {"width": 0.6, "color": "rgba(255,255,255,0.55)"},
            "contours": {"coloring": "heatmap"},
            "colorbar": {
                **{"tickvals": ticks, "ticktext": [format_number(10**tick) for tick in ticks], "thickness": 14},
                "title": {"text": "loss", "side": "top"},
            },
            "customdata": surface.loss,
            "hovertemplate": "loss %{customdata:.4g}<extra></extra>",
            "name": "loss",
            "showlegend": False,
        }
    ]
    if low < (chance := np.log10(surface.chance)) < high:
        level = {"start": float(chance), "end": float(chance), "size": 1, "coloring": "none"}
        look = {"line": {"width": 2, "dash": "dash", "color": "#ff9d4d"}, "contours": level, "showscale": False}
        name = f"guessing ({format_number(surface.chance)})"
        traces.append({"type": "contour", "z": z, "x": surface.x, "y": surface.y, "hoverinfo": "skip", **look}
                      | {"name": name, "showlegend": True})  # fmt: skip
    walk = {"player": player, "paths": []}
    for key, run in runs.items():
        name, symbol, colour = SIGNS[key]
        path, loss = getattr(surface, f"path_{key}"), getattr(surface, f"loss_{key}")
        away = getattr(surface, f"distance_{key}")
        x, y = path.T
        said = f"{name}, epoch %{{customdata[0]}}<br>own loss %{{customdata[1]:.4g}}<br>%{{customdata[2]:.3g}} beside the plane"
        own = np.column_stack([run.history.epoch, loss, away])
        traces.append(line(x, y, None, None, color=colour, width=2, showlegend=False))
        some = _evenly(path)
        colours = {"color": log_loss(loss)[some], "colorscale": SCALE, "cmin": low, "cmax": high}
        look = {"symbol": symbol, "rim": (1.5, colour), "marker": colours, "customdata": own[some]}
        shown = markers(x[some], y[some], f"path of {name}", said, size=9, color=None, **look)
        traces.append(shown)
        rows = frames_beside(runs["a"], run)
        walk["paths"].append({"x": x[rows], "y": y[rows], "colour": colour, "name": name})
    notes = []
    for corner in surface.corners:
        name = SIGNS[corner.run][0]
        words = (
            "start" if corner.frame == 0 else f"{name}'s end" if corner.frame == runs[corner.run].n_frames - 1 else name
        )
        notes.append(note(words, corner.x, corner.y, showarrow=True, arrowhead=0, ax=0, ay=-28, bgcolor="rgba(255,255,255,0.85)",
                          font={"size": 14, "color": "#12151b"}))  # fmt: skip
    layout = {"annotations": notes, "meta": {"walk": walk}, **LEGEND}
    return plot(traces, ENDS[surface.plane], UPS[surface.plane], height=560, **layout)


def _evenly(path, most=40):
    """Some points of a path, evenly along it, its ends among them."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.nan_to_num(np.diff(path, axis=0)).T))])
    return np.unique(np.searchsorted(along, np.linspace(0, along[-1], most)).clip(0, len(path) - 1))


def frames_beside(run: Run, other: Run) -> np.ndarray:
    """For each frame of one run the other's frame of the nearest epoch: (n_frames,)."""
    epochs = other.history.epoch
    right = np.clip(np.searchsorted(epochs, run.history.epoch), 1, max(1, len(epochs) - 1))
    if len(epochs) == 1:
        return np.zeros(run.n_frames, dtype=int)
    left_is_nearer = run.history.epoch - epochs[right - 1] <= epochs[right] - run.history.epoch
    return np.where(left_is_nearer, right - 1, right)


def distance_plot(surface: Surface, runs: dict[str, Run]) -> dict:
    """How far each frame is from the plane, in the units of the parameters."""
    traces = []
    for key, run in runs.items():
        name, _, colour = SIGNS[key]
        away = getattr(surface, f"distance_{key}")
        dash = "solid" if key == "a" else "dash"
        traces.append(line(run.history.epoch, away, name, f"{name}: %{{y:.3g}}", color=colour, dash=dash, width=2.2))
    return plot(traces, "epoch", "distance from the plane", y={"rangemode": "tozero"}, height=220, **LEGEND)


def line_plot(before: Line, after: Line | None = None) -> dict:
    """The loss along the straight line from A's end (0) to B's (1); after: to B with its units matched to A's."""
    traces = [line(before.alpha, before.loss, "to B", "%{x:.2f}: loss %{y:.4g}", color=SIGNS["b"][2], width=2.4)]
    if after is not None:
        look = {"color": palette.TRAIN, "width": 2.4, "dash": "dash"}
        traces.append(line(after.alpha, after.loss, "to B, units matched", "%{x:.2f}: loss %{y:.4g}", **look))
    x = {"tickvals": [0, 0.5, 1], "ticktext": ["A", "halfway", "B"]}
    y = {"type": "log", "exponentformat": "power"}
    return plot(traces, "on the straight line between the weights", "loss", x=x, y=y, height=300, **LEGEND)


def log_loss(loss: np.ndarray) -> np.ndarray:
    """The logarithm to base 10; NaN where the loss is not finite or not above 0."""
    with np.errstate(all="ignore"):
        found = np.log10(np.asarray(loss, dtype=float))
    return np.where(np.isfinite(found), found, np.nan)
