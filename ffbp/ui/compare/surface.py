"""The view Surface: the loss over a plane of the parameters, with the paths of both runs on it."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from ffbp.analysis.surface import PLANES, Surface, measure_surface
from ffbp.analysis.twins import Match, match_units, n_twins
from ffbp.experiment.problems import ConfigError
from ffbp.figures.surface import SCALE, SIGNS, distance_plot, line_plot, log_loss, surface_plot
from ffbp.ui import chart
from ffbp.ui.compare import differing
from ffbp.ui.compare.pair import what_differs_in_words
from ffbp.ui.compare.two_runs import TwoRuns, two_runs
from ffbp.ui.page import Page
from ffbp.ui.runs import cache_of, in_turns
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.ui.timeline import player
from ffbp.words.numbers import format_number, format_percent

NAMES = {"three_points": "Through three points", "principal": "Principal components", "random": "Random directions"}
FIRST, PLANE = "three_points", "surface:plane"
TURNED = "surface:turned"
WORDS = {
    "three_points": "The plane holds the start, A's end and B's end, so these three points lie exactly on the surface.",
    "principal": "The plane follows the two directions in which the paths move most.",
    "random": "The plane holds A's end and two random directions; each row is as long as the network's own.",
}


def surface(page: Page) -> None:
    """The surface with both paths and the timeline that moves along them; distances; the straight line and twins."""
    differing.presets()
    both = two_runs(page)
    with page.words:
        what_differs_in_words(both)
    page.draw_sidebar()
    runs = {"a": both.a.run, "b": both.b.run}
    plane = control.kept(st, "segmented_control", "Plane", list(PLANES), name=PLANE, format_func=NAMES.get, start=FIRST)
    found = _surface(both, plane)
    if found is None:
        return
    player(page, both.a, panels=("loss",))
    st.markdown(f"{WORDS[plane]} {_sentence(found, both)}")
    chart.chart(
        surface_plot(found, runs, "player"),
        key="surface:map",
        title="The loss over a plane of the weights, with the paths of A and B",
        alternative=_in_words(found),
    )
    st.caption(
        "Dark is a small loss. Each point of a path has the colour of its own loss: where it differs from the colour around "
        "it, the point lies beside the plane, and what you see is its shadow."
    )
    chart.chart(
        distance_plot(found, runs),
        key="surface:distance",
        title="Distance of both paths from the plane",
        alternative=f"A is at most {found.distance_a.max():.3g} from the plane, B at most {found.distance_b.max():.3g}.",
    )
    if box := control.opened("Turn it in three dimensions", key=TURNED):
        box.plotly_chart(_solid(found, runs), key="surface:solid")
    _straight_line(both)


def _surface(both: TwoRuns, plane) -> Surface | None:
    runs, key = cache_of(both.a, both.b), (("surface", both.id), plane)
    found = runs.get(key)
    if found is None:
        try:
            found = in_turns(measure_surface(both.a.run, both.b.run, plane=plane), runs, lambda _: session.pause())
        except ConfigError as error:
            st.info(f"There is no such plane: {error}. Choose another plane, or another B.")
            return None
        runs.put(key, found)
    return found


def _sentence(found, both):
    if found.shares is not None:
        kept, walk = (sum(shares) for shares in (found.shares, found.shares_of_a_walk))
        return (
            f"They keep {format_percent(kept)} of the variance of all frames; a random walk of as many steps would keep "
            f"{format_percent(walk)}, so a large share alone says little."
        )
    if not found.own_loss_b:
        return "B was trained with another loss or on other samples: here its weights are judged by A's loss."
    return ""


def _in_words(found):
    z = found.loss[np.isfinite(found.loss)]
    places = "; ".join(f"{SIGNS[c.run][0]} at frame {c.frame}: {format_number(c.loss)}" for c in found.corners)
    return f"The loss runs from {format_number(z.min())} to {format_number(z.max())}. On the surface lie {places}."


def _solid(found, runs):
    """The same as a surface in three dimensions."""
    z = log_loss(found.loss)
    traces = [go.Surface(x=found.x, y=found.y, z=z, colorscale=SCALE, showscale=False, hoverinfo="skip", opacity=0.95)]
    for key in runs:
        (x, y), loss = getattr(found, f"path_{key}").T, getattr(found, f"loss_{key}")
        name, _, colour = SIGNS[key]
        traces.append(go.Scatter3d(x=x, y=y, z=log_loss(loss), mode="lines+markers", name=f"path of {name}", marker={"size": 2},
                                   line={"color": colour, "width": 5}))  # fmt: skip
    figure = go.Figure(traces)
    scene = {"xaxis": {"title": "x"}, "yaxis": {"title": "y"}, "zaxis": {"title": "log10 loss"}}
    return figure.update_layout(
        scene=scene, height=560, margin={"l": 0, "r": 0, "t": 0, "b": 0}, legend={"x": 0, "y": 1}
    )


def _straight_line(both: TwoRuns) -> None:
    """The loss between the two ends, before and after B's units are matched to A's."""
    st.subheader("Between the two ends", anchor=False)
    runs, key = cache_of(both.a, both.b), ("match", both.id)
    found: Match | None = runs.get(key)
    if found is None:
        try:
            found = match_units(both.a.run, both.b.run)
        except ConfigError as error:
            st.info(f"The ends cannot be matched: {error}.")
            return
        runs.put(key, found)
    twins = n_twins(both.a.run.architecture)
    st.markdown(
        f"Swap two hidden units, with all their weights, and the network computes the same: this network has "
        f"{twins:,} such twins. So B may stand far from A only because its units are in another order. Matched to A's units, "
        f"B's weights are {format_number(found.distance_after)} away instead of {format_number(found.distance_before)}, and "
        f"the loss rises by {format_number(max(0.0, found.after.barrier))} on the way instead of "
        f"{format_number(max(0.0, found.before.barrier))}."
    )
    chart.chart(
        line_plot(found.before, found.after),
        key="surface:line",
        title="The loss on the straight line from A's end to B's",
        alternative=(
            f"The barrier is {format_number(found.before.barrier)}, and {format_number(found.after.barrier)} after matching."
        ),
    )
