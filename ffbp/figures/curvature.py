"""Charts of the curvature: the spectrum at an epoch, sharpness over the epochs, and the plane of step and momentum."""

import numpy as np

from ffbp.analysis.spectrum import Rule, Spectrum, steps_to_halve, with_mu
from ffbp.analysis.stability import Stability
from ffbp.figures import palette
from ffbp.figures.plot import LEGEND, cursor, line, log_axis, markers, plot
from ffbp.training.run import Run
from ffbp.words.numbers import format_number

LOG = {"type": "log", "exponentformat": "power"}
UP, DOWN, LIMIT = palette.TRAIN, palette.CLASSES[0], palette.CURSOR
GRID, SLOW = (160, 60), 6.0  # places of the plane; decades of steps that its colours tell apart
WIDE = 20.0  # from this ratio on, sharpness has a logarithmic axis


def spectrum_plot(found: Spectrum) -> dict:
    """The curvatures by their size, on a logarithmic axis; negative ones hollow. What is zero has no place there."""
    rank, values = np.arange(1, len(found.values) + 1), found.values
    traces, shown = [], np.isfinite(values) & ~found.flat
    looks = (
        ("upwards", shown & (values > 0), {"color": UP, "symbol": "circle"}),
        (
            "downwards, as at a saddle",
            shown & (values < 0),
            {"color": DOWN, "symbol": "diamond-open", "rim": (2, DOWN)},
        ),
    )
    for name, which, look in looks:
        if which.any():
            said = [format_number(value) for value in values[which]]
            hover = "number %{x}: curvature %{text}"
            traces.append(markers(rank[which], np.abs(values[which]), name, hover, size=8, text=said, **look))
    if np.isfinite(found.threshold):
        limit, ends = np.full(2, found.threshold), [0.5, len(values) + 0.5]
        traces.append(line(ends, limit, "threshold", "threshold %{y:.4g}", color=LIMIT, width=1.8, dash="dash"))
    x = {"range": [0.2, max(len(values), 2) + 0.8]}
    return plot(
        traces,
        "number, from the largest",
        "curvature |λ|",
        x=x,
        y=log_axis(np.abs(values[shown]), [found.threshold]),
        height=360,
        **LEGEND,
    )


def sharpness_plot(run: Run, found: Stability, epoch: int) -> dict:
    """Sharpness over the epochs, with the largest that the optimizer bears, and the epoch shown."""
    x, sharp, limit = run.history.epoch[found.frames], found.sharpness, found.threshold
    known = sharp[np.isfinite(sharp) & (sharp > 0)]
    sizes = np.concatenate([known, limit[np.isfinite(limit)]])
    is_wide = sizes.size and sizes.max() > WIDE * sizes.min()
    shown = np.where(np.isfinite(sharp) & (sharp > 0), sharp, np.nan) if is_wide else sharp
    pen = {"mode": "lines+markers" if len(x) < 30 else "lines"}
    traces = [line(x, shown, "sharpness", "sharpness %{y:.4g} at epoch %{x}", color=UP, width=2.2, **pen)]
    if np.isfinite(limit).any():
        said = "threshold %{y:.4g}"
        traces.append(line(x, limit, "threshold", said, color=LIMIT, width=1.8, dash="dash"))
    y = log_axis(sizes) if is_wide else {"rangemode": "tozero"}
    shapes = [cursor(epoch, color=palette.CURSOR, width=1.5)]
    return plot(traces, "epoch", "sharpness", y=y, height=360, shapes=shapes, **LEGEND)


def momentum_plot(found: Spectrum, rule: Rule, rate: float, *, theme: str) -> dict:
    """The plane of the step ηλ and of momentum: how many steps halve a distance there, with the curvatures as dots.

    Green is fast, orange diverges. Curvatures that are negative are hollow, at the place of their size.
    """
    values = found.values[~found.flat & np.isfinite(found.values)]
    steps = rate * rule.share * values
    sizes = np.abs(steps) if len(steps) else np.array([1.0])
    low, high = np.log10(min(1e-3, 0.5 * sizes.min())), np.log10(max(6.0, 2 * sizes.max()))
    across, up = np.logspace(low, high, GRID[0]), np.linspace(0, 0.995, GRID[1])
    halves = np.array([steps_to_halve(with_mu(rule, mu).radius(across)) for mu in up])
    z = np.where(np.isinf(halves), -1.0, np.clip(np.log10(np.maximum(halves, 0.1)), 0, SLOW))
    edge = 1 / (1 + SLOW)
    scale = [
        [0, palette.CLASSES[0]],
        [0.9 * edge, palette.CLASSES[0]],
        [edge, palette.POSITIVE],
        [1, palette.MIDDLE[theme]],
    ]
    field = {"type": "heatmap", "z": z, "x": across, "y": up, "zmin": -1, "zmax": SLOW, "colorscale": scale}
    field |= {"name": "steps", "showlegend": False, "hoverinfo": "skip"}
    ticks = {"tickvals": [-1, 0, 2, 4, 6], "ticktext": ["never", "1", "100", "10⁴", "10⁶"], "thickness": 14}
    field["colorbar"] = ticks | {"title": {"text": "steps", "side": "top"}}
    ink, traces = palette.INK[theme], [field]
    for name, dash, at in (("edge of stability", "solid", "limit"), ("swings beyond", "dot", "ripples")):
        places = [getattr(with_mu(rule, mu), at) for mu in up]
        traces.append(line(places, up, name, None, color=ink, width=2, dash=dash))
    looks = (
        ("upwards", steps > 0, {"color": palette.RUNS[0], "symbol": "circle", "rim": (1, "#ffffff")}),
        ("downwards", steps < 0, {"color": ink, "symbol": "diamond-open", "rim": (2, ink)}),
    )
    radius = rule.radius(steps)
    for name, which, look in looks:
        if which.any():
            said = [_said(value, factor) for value, factor in zip(values[which], radius[which], strict=True)]
            place = np.abs(steps[which]), np.full(int(which.sum()), rule.mu)
            traces.append(markers(*place, name, "%{text}", size=10, text=said, **look))
    titles = "step η |λ|" if rule.share == 1 else "step (1 − β₁) η |λ|", "momentum μ" if rule.share == 1 else "β₁"
    limits = {"x": LOG | {"range": [low, high], "dtick": 1 if high - low < 6 else 2}, "y": {"range": [-0.03, 1.0]}}
    return plot(traces, *titles, **limits, height=400, **LEGEND)


def _said(value, factor):
    curvature = f"curvature {format_number(value)}"
    if factor >= 1:
        return f"{curvature}: times {format_number(factor)} a step"
    return f"{curvature}: halves in {format_number(float(steps_to_halve(factor)))} steps"
