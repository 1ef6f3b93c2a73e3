"""A chart that changes in place, where `st.plotly_chart` builds a new one at every change of a number."""

from collections.abc import Callable

import streamlit as st

from ffbp.browser import sources
from ffbp.figures.blob import with_id
from ffbp.figures.plot import as_json
from ffbp.ui.component import component
from ffbp.ui.session.state import session


def theme() -> str:
    """The page's theme: "light" or "dark"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def chart(plot: dict, *, key: str, title: str, alternative: str, choose: Callable | None = None) -> None:
    """Draw plotly's JSON (`ffbp.figures.plot`) in place of what this key showed before.

    title: the chart's name, as plain text. alternative: what it shows, in words. choose: called with the custom data of a
    clicked point, before the page (or the fragment) is drawn anew.
    """
    content = {
        "title": title,
        "alternative": alternative,
        "file": key.replace(":", "-").replace(" ", "-"),
        "clickable": choose is not None,
        "plot": plot,
    }
    data = with_id(as_json(content))

    def chosen():
        choice = session.sent(key).get("choice")
        if choose and choice is not None:
            choose(choice)

    result = component("chart")(key=key, data=data, on_choice_change=chosen, on_plotly_change=lambda: None)
    supply_plotly(result)


def supply_plotly(result) -> None:
    """Send plotly.py's own copy of Plotly's JavaScript if a component's result says that it found none."""
    if result.plotly != "missing":
        return
    component("plotly")(key="plotly", data=sources.plotly())
