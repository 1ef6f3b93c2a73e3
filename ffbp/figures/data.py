"""Charts of the samples: class sizes, and the distribution of a column."""

import html

import numpy as np

from ffbp.figures import palette
from ffbp.figures.plot import LEGEND, bars, cursor, plot

PART_PATTERNS = {"train": "", "test": "/", "left out": "x"}  # parts have patterns, classes have colours
STACKED = {"barmode": "stack", "bargap": 0.08, "height": 260}


def balance_chart(class_names, counts) -> dict:
    """Samples per class, stacked by part. counts: {part: [count per class]}, from `inspection.class_balance`."""
    names = [html.escape(name) for name in class_names]
    colors = [palette.CLASSES[k % len(palette.CLASSES)] for k in range(len(names))]
    traces = []
    for part, numbers in counts.items():
        pattern = {"shape": PART_PATTERNS[part], "fgcolor": "#ffffff", "size": 8, "solidity": 0.4}
        marker = {"line": {"width": 1, "color": palette.CHANCE}, "pattern": pattern}
        traces.append(bars(names, numbers, f"%{{x}}, {part}: %{{y}}", color=colors, marker=marker, name=part))
    return plot(traces, "", "samples", x={"type": "category"}, **STACKED, **(LEGEND if len(counts) > 1 else {}))


def histogram_chart(edges: np.ndarray, counts: dict, name: str, *, marked: float | None = None) -> dict:
    """A column's values: edges (n_bins + 1,), counts {class name or "": (n_bins,)}. marked: gets a line."""
    centres, limits = (edges[:-1] + edges[1:]) / 2, np.column_stack([edges[:-1], edges[1:]])
    traces = []
    for k, (label, numbers) in enumerate(counts.items()):
        said = {"name": html.escape(label), "customdata": limits, "width": np.diff(edges)}
        hover = f"%{{customdata[0]:.4g}} to %{{customdata[1]:.4g}}: %{{y}} {html.escape(label)}"
        color = palette.CLASSES[k % len(palette.CLASSES)] if label else palette.TRAIN
        rim = {"line": {"width": 0.5, "color": "#ffffff"}}
        traces.append(bars(centres, numbers, hover, color=color, marker=rim, **said))
    shown = marked is not None and np.isfinite(marked)
    shapes = [cursor(float(marked), color=palette.CURSOR, width=3)] if shown else []
    options = {"x": {"type": "linear", "nticks": 7}, "shapes": shapes}
    return plot(traces, html.escape(name), "samples", **options, **STACKED, **(LEGEND if len(counts) > 1 else {}))
