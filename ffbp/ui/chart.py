"""A chart that is updated in place; `st.plotly_chart` would build a new one whenever a number changes."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from ffbp.figures.blob import id_of, with_id
from ffbp.figures.plot import as_json
from ffbp.ui.component import component
from ffbp.ui.session.state import session


def theme() -> str:
    """The page's theme: "light" or "dark"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def chart(
    plot: dict,
    *,
    key: str,
    title: str,
    alternative: str,
    choose: Callable | None = None,
    goal: dict | None = None,
    move_goal: Callable | None = None,
    zoom: Callable | None = None,
    of: object = None,
) -> None:
    """Draw Plotly's JSON (`ffbp.figures.plot`) in the place of this key's last chart.

    title: the chart's name, as plain text. alternative: its content in words. choose: called with the custom data of a
    clicked point before the page (or the fragment) reruns. goal: a level that can be moved up and down: its ``value``,
    bounds ``low`` and ``high``, ``name`` and ``sign`` ("≥"); move_goal: called with its new value. zoom: called with the
    edges (left, right, bottom, top) of a box that was drawn in the chart, in the axes' numbers. of: what the points belong
    to, besides the experiment; what is done in a chart of something else, which the browser still shows, has no effect.
    """
    content = {
        "title": title,
        "alternative": alternative,
        "file": key.replace(":", "-").replace(" ", "-"),
        "clickable": choose is not None,
        "zooms": zoom is not None,
        "plot": plot,
    }
    if goal:
        content["goal"] = goal
    if choose or move_goal or zoom:
        content["of"] = _named(of)

    def told(event, action):
        report = session.sent(key).get(event)
        if action and isinstance(report, dict) and report.get("of") == _named(of):
            action(report.get("value"))

    callbacks = {
        "on_choice_change": partial(told, "choice", choose),
        "on_goal_change": partial(told, "goal", move_goal),
        "on_box_change": partial(told, "box", zoom),
    }
    component("chart")(key=key, data=with_id(as_json(content)), **callbacks)


def _named(of):
    """A short name for what a chart's points belong to: the experiment, and what else decides their meaning."""
    return id_of(repr((session.config, of)).encode())
