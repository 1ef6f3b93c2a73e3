"""The view Surface: the loss over a plane of the parameters, with the paths of both runs on it."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from ffbp.analysis.surface import Surface, measure_surface, no_plane_notice, random_planes_notice, surface_notice
from ffbp.analysis.twins import Match, match_notice, match_units
from ffbp.experiment.link import PLANES
from ffbp.experiment.problems import ConfigError
from ffbp.figures.surface import SCALE, SIGNS, distance_plot, line_plot, log_loss, paths_of, planes_plot, surface_plot
from ffbp.ui import chart
from ffbp.ui.compare import differing
from ffbp.ui.compare.own_twin import own_twin
from ffbp.ui.compare.pair import what_differs_in_words
from ffbp.ui.compare.two_runs import TwoRuns, two_runs
from ffbp.ui.page import Page
from ffbp.ui.runs import cache_of, in_turns
from ffbp.ui.session import control
from ffbp.ui.session.fragments import note_view
from ffbp.ui.session.state import session
from ffbp.ui.timeline import player
from ffbp.words import english
from ffbp.words.glossary import explained
from ffbp.words.numbers import format_number

NAMES = {"three_points": "Through three points", "principal": "Principal components", "random": "Random directions"}
TURNED, DIRECTIONS = "surface:turned", "surface:directions"
N_RANDOM, SMALL = 4, 31  # random planes at once, and their size


def surface(page: Page) -> None:
    """The surface with both paths and the timeline that moves along them; distances; the straight line and twins."""
    differing.presets()
    both = two_runs(page)
    with page.words:
        what_differs_in_words(both)
    page.draw_sidebar()
    note_view("plane")
    plane = session.view.plane or PLANES[0]
    own = {"name": "surface:plane", "value": plane, "on_change": _choose}
    control.choice(st, "segmented_control", "Plane", NAMES, **own, wrap=True)
    if plane == "random":
        _random_planes(both)
    else:
        _one_plane(page, both, plane)
    _straight_line(both)
    own_twin(both.a.run)


def _choose(plane):
    if plane in PLANES:
        session.view = replace(session.view, plane=None if plane == PLANES[0] else plane)


def _one_plane(page: Page, both: TwoRuns, plane: str) -> None:
    found = _surface(both, plane)
    if found is None:
        return
    paths = paths_of(found, both.a.run, both.b.run)
    player(page, both.a, panels=("loss",))
    keys = ("surface", "principal") if plane == "principal" else ("surface",)
    st.markdown(english.sentence(surface_notice(found)), help=explained(*keys))
    chart.chart(
        surface_plot(found, paths, "player"),
        key="surface:map",
        title="The loss over a plane of the weights, with the paths of A and B",
        alternative=_in_words(found, both),
    )
    st.caption(
        "Dark is a small loss. Each point of a path has the colour of its own loss: where it differs from the colour around "
        "it, the point is away from the plane, and what you see is its shadow."
    )
    chart.chart(
        distance_plot(paths),
        key="surface:distance",
        title="Distance of both paths from the plane",
        alternative=f"A is at most {found.distance_a.max():.3g} from the plane, B at most {found.distance_b.max():.3g}.",
    )
    if box := control.opened("Turn it in three dimensions", key=TURNED):
        box.plotly_chart(_solid(found, paths), key="surface:solid")


def _random_planes(both: TwoRuns) -> None:
    """Several planes at once, so that nobody trusts one."""
    first = session.recall(DIRECTIONS, 0)
    seeds = range(first, first + N_RANDOM)
    found = _surface(both, "random", seeds)
    if found is None:
        return
    a, b = both.a.run, both.b.run
    way = float(np.linalg.norm(a.history.theta[-1] - a.history.theta[0]))
    text = english.sentence(random_planes_notice(found, way))
    st.markdown(text, help=explained("surface", "random_directions"))
    chart.chart(
        planes_plot(found, [paths_of(each, a, b) for each in found]),
        key="surface:random",
        title="The loss over four planes of random directions",
        alternative=text,
    )
    st.button("Other directions", key="surface:others", on_click=session.keep, args=(seeds.stop, DIRECTIONS))


def _surface(both: TwoRuns, plane: str, seeds=None) -> Surface | list[Surface] | None:
    """The loss over a plane, or over one for each seed."""
    runs, key = cache_of(both.a, both.b), (("surface", both.id), (plane, seeds))
    found = runs.get(key)
    if found is None:
        a, b, pause = both.a.run, both.b.run, lambda _: session.pause()
        try:
            if seeds is None:
                found = in_turns(measure_surface(a, b, plane=plane), runs, pause)
            else:
                choices = {"plane": plane, "size": SMALL}
                found = [in_turns(measure_surface(a, b, seed=seed, **choices), runs, pause) for seed in seeds]
        except ConfigError as error:
            st.info(english.sentence(no_plane_notice(error.problem, a, b)))
            return None
        runs.put(key, found)
    return found


def _in_words(found, both):
    z = found.loss[np.isfinite(found.loss)]
    epochs = {"a": both.a.run.history.epoch, "b": both.b.run.history.epoch}
    places = "; ".join(
        f"{SIGNS[c.run][0]} at epoch {epochs[c.run][c.frame]}: {format_number(c.loss)}" for c in found.corners
    )
    return f"The loss runs from {format_number(z.min())} to {format_number(z.max())}. On the surface lie {places}."


def _solid(found, paths):
    """The same as a surface in three dimensions."""
    z = log_loss(found.loss)
    traces = [go.Surface(x=found.x, y=found.y, z=z, colorscale=SCALE, showscale=False, hoverinfo="skip", opacity=0.95)]
    for path in paths:
        (x, y), name = path.places.T, f"path of {path.name}"
        look = {"mode": "lines+markers", "marker": {"size": 2}, "line": {"color": path.colour, "width": 5}}
        traces.append(go.Scatter3d(x=x, y=y, z=log_loss(path.loss), name=name, **look))
    figure = go.Figure(traces)
    scene = {"xaxis": {"title": "x"}, "yaxis": {"title": "y"}, "zaxis": {"title": "log10 loss"}}
    return figure.update_layout(
        scene=scene, height=560, margin={"l": 0, "r": 0, "t": 0, "b": 0}, legend={"x": 0, "y": 1}
    )


def _straight_line(both: TwoRuns) -> None:
    """The loss between the two ends, before and after B's units are matched to A's; nothing if both are one point."""
    if np.array_equal(both.a.run.history.theta[-1], both.b.run.history.theta[-1]):
        return
    runs, key = cache_of(both.a, both.b), ("match", both.id)
    found: Match | None = runs.get(key)
    if found is None:
        try:
            found = match_units(both.a.run, both.b.run)
        except ConfigError as error:
            if error.problem.rule != "other_shape":  # said above
                st.info(english.sentence(no_plane_notice(error.problem, both.a.run, both.b.run)))
            return
        runs.put(key, found)
    st.header("Between the two ends", anchor=False)
    st.markdown(english.sentence(match_notice(found, both.a.run.architecture)), help=explained("twins", "barrier"))
    chart.chart(
        line_plot(found.before, found.after),
        key="surface:line",
        title="The loss on the straight line from A's end to B's",
        alternative=(
            f"The barrier is {format_number(found.before.barrier)}, and {format_number(found.after.barrier)} after matching."
        ),
    )
