"""Charts of the loss over a plane of parameters: the surface with the paths on it, their distances, and the straight line."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ffbp.analysis.surface import Line, Surface
from ffbp.figures import palette
from ffbp.figures.plot import LEGEND, axis, line, markers, note, plot
from ffbp.training.run import Run
from ffbp.words.numbers import format_number

SCALE = [[0.0, "#0d2b52"], [0.25, "#1f5f8b"], [0.5, "#4f9fa8"], [0.75, "#b9d8b0"], [1.0, "#fdf6d8"]]  # low is dark
LEVELS = 14
FLAT = 1e-3  # orders of magnitude; losses that differ less are drawn as a level line
SIGNS = {"a": ("A", "circle", palette.RUNS[0]), "b": ("B", "diamond", palette.RUNS[1])}
ENDS = {"three_points": "u: from the start to {a}'s end", "principal": "first component", "random": "first direction"}
UPS = {
    "three_points": "v: at right angles, towards {b}'s end",
    "principal": "second component",
    "random": "second direction",
}


class Path(NamedTuple):
    """A run's way over a surface. symbol, colour: its look. epochs, loss (its own), distance (from the plane): (n_frames,);
    places: (n_frames, 2), in the plane.
    """

    name: str
    symbol: str
    colour: str
    epochs: np.ndarray
    places: np.ndarray
    loss: np.ndarray
    distance: np.ndarray
    dash: str = "solid"

    @property
    def sign(self) -> str:
        """One or two letters for its mark: A, G for Gradient descent, AW for AdamW."""
        return "".join(letter for letter in self.name if letter.isupper())[:2]


def paths_of(surface: Surface, run_a: Run, run_b: Run | None) -> list[Path]:
    """The paths of A and B."""
    return [
        Path(
            *SIGNS[key],
            run.history.epoch,
            *(getattr(surface, f"{name}_{key}") for name in ("path", "loss", "distance")),
            dash,
        )
        for key, run, dash in (("a", run_a, "solid"), ("b", run_b, "dash"))
        if run is not None
    ]


def path_on(surface: Surface, run: Run, name: str, symbol: str, colour: str, dash: str = "solid") -> Path:
    """The path of any run that minimises the surface's loss."""
    places, distance = surface.project(run.history.theta)
    return Path(name, symbol, colour, run.history.epoch, places, run.history.total, distance, dash)


def surface_plot(surface: Surface, paths: Sequence[Path], player: str | None = None) -> dict:
    """The surface in colours of the logarithm of the loss, with contours, the level of guessing, and the paths.

    paths: those of A and B first. player: whose frame moves a mark along each path.
    """
    z = log_loss(surface.loss)
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    traces = [_floor(surface, z, low, high)]
    if low < (chance := np.log10(surface.chance)) < high:
        traces.append(_guessing(surface, z, chance))
    for path in paths:
        traces += _drawn(path, path.name if len(paths) > 2 else f"path of {path.name}", low, high)
    layout = {"annotations": [_named(corner, paths) for corner in surface.corners], **LEGEND}
    if player:
        steps = [(path, frames_beside(paths[0].epochs, path.epochs)) for path in paths]
        walks = [
            {"x": p.places[rows, 0], "y": p.places[rows, 1], "colour": p.colour, "name": p.sign} for p, rows in steps
        ]
        layout["meta"] = {"walk": {"player": player, "paths": walks}}
    titles = ENDS[surface.plane], UPS[surface.plane]
    titles = [title.format(a=paths[0].name, b=paths[:2][-1].name) for title in titles]
    return plot(traces, *titles, height=560, **layout)


def planes_plot(surfaces: Sequence[Surface], paths: Sequence[Sequence[Path]]) -> dict:
    """Several small planes side by side, two in a row, in one scale of colours; paths: those on each plane."""
    fields = [log_loss(each.loss) for each in surfaces]
    low, high = (float(extreme([extreme(z) for z in fields])) for extreme in (np.nanmin, np.nanmax))
    rows, traces, axes = (len(surfaces) + 1) // 2, [], {}
    for k, (surface, z, own) in enumerate(zip(surfaces, fields, paths, strict=True)):
        at = {"xaxis": f"x{k + 1}", "yaxis": f"y{k + 1}"}
        traces.append(_floor(surface, z, low, high) | {"showscale": k == 0} | at)
        for path in own:
            (x, y), look = path.places.T, {"color": path.colour, "width": 2.5, "dash": path.dash}
            traces.append(
                line(x, y, f"path of {path.name}", None, legendgroup=path.name, showlegend=k == 0, **look, **at)
            )
        end = own[0].places[-1:]
        ring = {"symbol": "circle-open", "rim": (2.5, own[0].colour), "showlegend": False}
        traces.append(markers(end[:, 0], end[:, 1], None, "A's end", size=11, color=own[0].colour, **ring, **at))
        row, column = divmod(k, 2)
        top = 1 - row / rows
        across, up = [0.52 * column, 0.48 + 0.52 * column], [top - 0.94 / rows, top]
        axes[f"xaxis{k + 1}"] = axis("", domain=across, anchor=f"y{k + 1}", showticklabels=row == rows - 1)
        axes[f"yaxis{k + 1}"] = axis("", domain=up, anchor=f"x{k + 1}", showticklabels=column == 0)
    figure = plot(traces, "", "", height=100 + 270 * rows, **LEGEND)
    del figure["layout"]["xaxis"], figure["layout"]["yaxis"]
    return {**figure, "layout": {**figure["layout"], **axes}}


def _floor(surface, z, low, high):
    look = {"colorscale": SCALE, "zmin": low, "zmax": high, "ncontours": LEVELS, "contours": {"coloring": "heatmap"}}
    look |= {"line": {"width": 0.6, "color": "rgba(255,255,255,0.55)"}, "showlegend": False}
    said = {"customdata": surface.loss, "hovertemplate": "loss %{customdata:.4g}<extra></extra>", "name": "loss"}
    return {"type": "contour", "z": z, "x": surface.x, "y": surface.y, "colorbar": _bar(low, high), **look, **said}


def _bar(low, high):
    ticks = np.linspace(low, high, 6)
    scale = {"tickvals": ticks, "ticktext": [format_number(10**tick) for tick in ticks], "thickness": 14}
    return {**scale, "title": {"text": "loss", "side": "top"}}


def _guessing(surface, z, chance):
    level = {"start": float(chance), "end": float(chance), "size": 1, "coloring": "none"}
    look = {"line": {"width": 2, "dash": "dash", "color": "#ff9d4d"}, "contours": level, "showscale": False}
    name = {"name": f"guessing ({format_number(surface.chance)})", "showlegend": True, "hoverinfo": "skip"}
    return {"type": "contour", "z": z, "x": surface.x, "y": surface.y, **look, **name}


def _drawn(path, label, low, high):
    """The line of a path, and points along it in the colour of its own loss."""
    (x, y), some, name = path.places.T, _evenly(path.places), path.name
    said = f"{name}, epoch %{{customdata[0]}}<br>own loss %{{customdata[1]:.4g}}<br>%{{customdata[2]:.3g}} beside the plane"
    own = np.column_stack([path.epochs, path.loss, path.distance])
    colours = {"color": log_loss(path.loss)[some], "colorscale": SCALE, "cmin": low, "cmax": high}
    look = {"symbol": path.symbol, "rim": (1.5, path.colour), "marker": colours, "customdata": own[some]}
    look |= {"showlegend": False, "legendgroup": name}
    shown = markers(x[some], y[some], label, said, size=9, color=None, **look)
    way = line(x, y, label, None, color=path.colour, width=2, dash=path.dash, legendgroup=name)
    return way, shown


def _named(corner, paths):
    """The name of a point that lies in the plane."""
    path = paths[corner.run == "b"]
    is_end = corner.frame == len(path.epochs) - 1
    words = "start" if corner.frame == 0 else f"{path.name}'s end" if is_end else path.name
    look = {"showarrow": True, "arrowhead": 0, "ax": 0, "ay": -28, "bgcolor": "rgba(255,255,255,0.85)"}
    return note(words, corner.x, corner.y, font={"size": 14, "color": "#12151b"}, **look)


def _evenly(path, most=40):
    """Some points of a path, evenly along it, its ends among them."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.nan_to_num(np.diff(path, axis=0)).T))])
    return np.unique(np.searchsorted(along, np.linspace(0, along[-1], most)).clip(0, len(path) - 1))


def frames_beside(epochs: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each of one run's recorded epochs (n_frames,) the other run's frame of the nearest one: (n_frames,)."""
    if len(others) == 1:
        return np.zeros(len(epochs), dtype=int)
    right = np.clip(np.searchsorted(others, epochs), 1, len(others) - 1)
    left_is_nearer = epochs - others[right - 1] <= others[right] - epochs
    return np.where(left_is_nearer, right - 1, right)


def distance_plot(paths: Sequence[Path]) -> dict:
    """How far each frame is from the plane, in the units of the parameters."""
    traces = [
        line(
            path.epochs,
            path.distance,
            path.name,
            f"{path.name}: %{{y:.3g}}",
            color=path.colour,
            dash=path.dash,
            width=2.2,
        )
        for path in paths
    ]
    return plot(traces, "epoch", "distance from the plane", y={"rangemode": "tozero"}, height=260, **LEGEND)


def line_plot(before: Line, after: Line | None = None, *, end: str = "B") -> dict:
    """The loss along the straight line from A's end (0) to another one's (1), by default B's.

    after: to B with its units matched to A's.
    """
    traces = [line(before.alpha, before.loss, f"to {end}", "%{x:.2f}: loss %{y:.4g}", color=SIGNS["b"][2], width=2.4)]
    if after is not None:
        look = {"color": palette.TRAIN, "width": 2.4, "dash": "dash"}
        traces.append(line(after.alpha, after.loss, "to B, units matched", "%{x:.2f}: loss %{y:.4g}", **look))
    x = {"tickvals": [0, 0.5, 1], "ticktext": ["A", "halfway", end]}
    y = {"type": "log", "exponentformat": "power"}
    if range_ := _widened(np.concatenate([each.loss for each in (before, after) if each is not None])):
        y["range"] = range_
    return plot(traces, "on the straight line between the weights", "loss", x=x, y=y, height=300, **LEGEND)


def _widened(loss):
    """The range of a logarithmic axis where all losses are nearly equal, so that it does not show rounding; else None."""
    z = log_loss(loss)
    z = z[np.isfinite(z)]
    if not z.size or np.ptp(z) > FLAT:
        return None
    middle = float(z.min() + z.max()) / 2
    return [middle - FLAT, middle + FLAT]


def log_loss(loss: np.ndarray) -> np.ndarray:
    """The logarithm to base 10; NaN where the loss is not finite or not above 0."""
    with np.errstate(all="ignore"):
        found = np.log10(np.asarray(loss, dtype=float))
    return np.where(np.isfinite(found), found, np.nan)
