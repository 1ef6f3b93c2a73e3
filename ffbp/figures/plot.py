"""Charts as Plotly's JSON: dicts with ``data`` and ``layout``, because pages build them a few times a second.

`plotly.graph_objects` validates every key of a figure, which takes ten times as long as building it. The tests validate
each chart once with `go.Figure`. The browser adds what depends on the page: the colours of text and grid, and the width.
"""

import base64
import json
import math

import numpy as np

FEW = 16  # shorter arrays become lists of numbers, longer ones base64, which is faster to write and read
FEW_DECADES, MOST_TICKS = 2.5, 6  # of a logarithmic axis
CLEAR = "rgba(0,0,0,0)"


def axis(title: str, *, size: int = 15, standoff: int = 6, **options) -> dict:
    """An axis with a title and ticks outside, without zoom."""
    return {
        **{"zeroline": False, "ticks": "outside", "ticklen": 3, "fixedrange": True, "automargin": True},
        "title": {"text": title, "font": {"size": size}, "standoff": standoff},
        "tickfont": {"size": 14},
        **options,
    }


LAYOUT = {"paper_bgcolor": CLEAR, "plot_bgcolor": CLEAR, "hovermode": "closest", "dragmode": False}
LAYOUT |= {"template": {}, "font": {"size": 15}, "margin": {"l": 64, "r": 16, "t": 16, "b": 52}, "showlegend": False}
LEGEND = {  # options of `plot` for a legend in one line above the axes
    "showlegend": True,
    "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 14}},
    "margin": {"l": 64, "r": 16, "t": 44, "b": 52},
}


def plot(data: list[dict], x_title: str, y_title: str, *, x: dict | None = None, y: dict | None = None, **layout):
    """Traces with their axes: a dict. x, y: options of the axes; layout: deviations from the usual layout."""
    axes = {"xaxis": axis(x_title, **(x or {})), "yaxis": axis(y_title, **(y or {}))}
    return {"data": data, "layout": {**LAYOUT, **axes, **layout}}


def log_axis(*values, few: float = FEW_DECADES, **options) -> dict:
    """A logarithmic axis for these numbers: over few decades ticks at 1, 2 and 5, written plainly; over more, powers of ten."""
    known = np.concatenate([np.ravel(np.asarray(each, dtype=float)) for each in values])
    known = known[np.isfinite(known) & (known > 0)]
    decades = float(np.log10(known.max() / known.min())) if known.size else 0.0
    if decades > few:
        ticks = {"dtick": math.ceil(decades / MOST_TICKS), "exponentformat": "power"}
    else:
        ticks = {"tickformat": "~g"} | ({"dtick": "D2"} if decades > 1 else {"nticks": MOST_TICKS})
    return {"type": "log", **ticks, **options}


def bars(x, y, hover: str, *, color, **options) -> dict:
    """Bars of one colour, or with a colour each; hover: Plotly's template of the hover text."""
    marker = {"color": color, **options.pop("marker", {})}
    return {"type": "bar", "x": x, "y": y, "marker": marker, "hovertemplate": f"{hover}<extra></extra>", **options}


def line(x, y, name: str | None, hover: str | None, **style) -> dict:
    """A line; style: width, colour, dash, and options of the trace. hover: None for no hover text."""
    pen = {key: style.pop(key) for key in ("color", "width", "dash") if key in style}
    said = {"hoverinfo": "skip"} if hover is None else {"hovertemplate": f"{hover}<extra></extra>"}
    said |= {} if name is None else {"name": name}
    drawn = {"line": pen} if pen else {}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, **drawn, **said, **style}


def markers(x, y, name: str | None, hover: str | None, *, size, color, **options) -> dict:
    """Points; ``symbol``, ``rim`` (width, colour) and ``marker`` set their look; the rest are options of the trace."""
    marker = {"size": size, "color": color, **options.pop("marker", {})}
    if "symbol" in options:
        marker["symbol"] = options.pop("symbol")
    if "rim" in options:
        marker["line"] = dict(zip(("width", "color"), options.pop("rim"), strict=True))
    return line(x, y, name, hover, **{"mode": "markers", "marker": marker, **options})


def heatmap(z, x, y, limit: float, hover: str, *, colorscale, **options) -> dict:
    """A matrix in colours on a scale from -limit to limit; cells have gaps between them if they are few."""
    gaps = {"xgap": int(z.shape[1] < 40), "ygap": int(z.shape[0] < 40)}
    scale = {"zmin": -limit, "zmax": limit, "colorscale": colorscale, "hovertemplate": f"{hover}<extra></extra>"}
    return {"type": "heatmap", "z": z, "x": x, "y": y, **scale, **gaps, **options}


def note(text: str, x, y, **options) -> dict:
    """A text at a place, for the layout's annotations."""
    return {"text": text, "x": x, "y": y, "font": {"size": 14}, "showarrow": False, **options}


def cursor(x: float, *, color: str, **pen) -> dict:
    """A vertical line at x over the whole height, for the layout's shapes; pen: its width and dash."""
    pen = {"color": color, **pen}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "line": pen}


def as_json(value) -> str:
    """Plotly's JSON as text; NaN and infinity become null, long arrays of numbers become bytes."""
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
