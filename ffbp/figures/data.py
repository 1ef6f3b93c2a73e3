"""The data in pictures: how the classes are spread over the parts, and how a column's values are."""

import html

import numpy as np
import plotly.graph_objects as go

from ffbp.figures import palette

PART_PATTERNS = {"train": "", "test": "/", "left out": "x"}  # the parts differ by pattern, the classes by colour


def _figure(x_title, y_title, *, height=260, legend) -> go.Figure:
    axis = {"zeroline": False, "ticks": "outside", "ticklen": 3, "fixedrange": True, "automargin": True}
    return go.Figure(
        layout=go.Layout(
            template="none",
            margin={"l": 56, "r": 12, "t": 36 if legend else 12, "b": 48},
            height=height,
            font={"size": 14},
            paper_bgcolor="rgba(0,0,0,0)",
            plot_bgcolor="rgba(0,0,0,0)",
            dragmode=False,
            barmode="stack",
            bargap=0.08,
            showlegend=legend,
            legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
            xaxis={**axis, "title": {"text": x_title}},
            yaxis={**axis, "title": {"text": y_title}},
        )
    )


def balance_chart(class_names, counts) -> go.Figure:
    """Samples a class, stacked by part. counts: {part: [count a class]}, as `ffbp.inspection.class_balance` has them."""
    figure = _figure("", "samples", legend=len(counts) > 1)
    names = [html.escape(name) for name in class_names]
    colors = [palette.CLASSES[k % len(palette.CLASSES)] for k in range(len(names))]
    for part, numbers in counts.items():
        figure.add_bar(
            x=names, y=numbers, name=part, hovertemplate="%{x}, " + part + ": %{y}<extra></extra>",
            marker={
                "color": colors, "line": {"width": 1, "color": palette.CHANCE},
                "pattern": {"shape": PART_PATTERNS[part], "fgcolor": "#ffffff", "size": 8, "solidity": 0.4},
            },
        )  # fmt: skip
    figure.update_xaxes(type="category")
    return figure


def histogram_chart(edges: np.ndarray, counts: dict, name: str, *, marked: float | None = None) -> go.Figure:
    """A column's values: edges (n_bins + 1,), counts {class name or "": (n_bins,)}; a line where the sample is."""
    figure = _figure(html.escape(name), "samples", legend=len(counts) > 1)
    centres, widths = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    for k, (label, numbers) in enumerate(counts.items()):
        figure.add_bar(
            x=centres, y=numbers, width=widths, name=html.escape(label), customdata=np.column_stack([edges[:-1], edges[1:]]),
            hovertemplate="%{customdata[0]:.4g} to %{customdata[1]:.4g}: %{y}<extra>" + html.escape(label) + "</extra>",
            marker={
                "color": palette.CLASSES[k % len(palette.CLASSES)] if label else palette.TRAIN,
                "line": {"width": 0.5, "color": "#ffffff"},
            },
        )  # fmt: skip
    figure.update_xaxes(type="linear", nticks=7)
    if marked is not None and np.isfinite(marked):
        figure.add_vline(x=marked, line={"color": palette.CURSOR, "width": 3})
    return figure
