"""Charts as plotly's own JSON: a dict with ``data`` and ``layout``, built a few times a second.

`plotly.graph_objects` checks every word of a figure, which costs ten times as long as building it. So charts are dicts here,
and the tests let `go.Figure(plot)` check every word once. What depends on the page (the colour of text and grid, the width)
is left out: whoever draws the chart fills it in.
"""

import base64
import json
import math

import numpy as np

FEW = 16  # shorter arrays are lists of numbers, longer ones bytes in base64, which is faster to write and to read


def plot(data, x_title: str, y_title: str, *, height: int, x=None, y=None, **layout) -> dict:
    """Traces with their axes, which have a title and do not zoom; ``x``, ``y``: options of the axes; ``layout``: the rest."""

    def axis(title, options):
        return {
            "zeroline": False, "ticks": "outside", "ticklen": 3, "fixedrange": True, "automargin": True,
            "title": {"text": title, "font": {"size": 15}, "standoff": 6}, "tickfont": {"size": 14}, **(options or {}),
        }  # fmt: skip

    return {
        "data": data,
        "layout": {
            "template": {},
            "height": height,
            "margin": {"l": 64, "r": 16, "t": 16, "b": 52},
            "font": {"size": 15},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "hovermode": "closest",
            "dragmode": False,
            "showlegend": False,
            "xaxis": axis(x_title, x),
            "yaxis": axis(y_title, y),
            **layout,
        },
    }


LEGEND = {
    "showlegend": True,
    "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 14}},
    "margin": {"l": 64, "r": 16, "t": 44, "b": 52},
}  # a legend in a line above the axes: one more argument of `plot`


def as_json(value) -> str:
    """Plotly's JSON as text; what is not a number is null, long arrays of numbers are bytes."""
    return json.dumps(_plain(value), allow_nan=False, separators=(",", ":"))


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _array(array):
    if array.dtype.kind not in "iuf" or array.size < FEW or array.ndim > 2:
        return _plain(array.tolist())
    dtype = "i4" if array.dtype.kind in "iu" and np.abs(array).max() < 2**31 else "f8"
    text = base64.b64encode(np.ascontiguousarray(array, dtype=f"<{dtype}")).decode("ascii")
    return {"dtype": dtype, "bdata": text} | ({"shape": "{}, {}".format(*array.shape)} if array.ndim == 2 else {})
