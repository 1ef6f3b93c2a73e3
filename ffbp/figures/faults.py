"""The losses of a healthy program and of one that may have a fault."""

import numpy as np

from ffbp.figures import palette
from ffbp.figures.plot import LEGEND, line, plot
from ffbp.training.run import Run


def two_losses(healthy: Run, program: Run) -> dict:
    """Both training losses, solid, and test losses, dashed, over epochs; logarithmic, because a fault may reach far.

    The healthy lines are wider, so that they are seen beneath those of a program that learns alike.
    """
    traces, widths = [], (6, 2)
    sides = zip(("healthy", "program"), (healthy, program), palette.RUNS, widths, strict=True)
    for name, run, color, width in sides:
        for part, dash in zip(run.dataset.parts, ("solid", "dash"), strict=False):
            losses = getattr(run.history, f"{part.name}_loss")
            values = np.where(losses > 0, losses, np.nan)
            label = name if part.name == "train" else f"{name}, test"
            hover = f"{label}<br>epoch %{{x}}: %{{y:.4g}}"
            traces.append(line(run.history.epoch, values, label, hover, color=color, dash=dash, width=width))
    return plot(traces, "epoch", "loss", y={"type": "log", "nticks": 6}, **LEGEND, height=320)
