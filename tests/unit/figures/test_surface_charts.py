"""The loss over a plane as charts: every number in them is the surface's, the marks walk with the timeline."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

import ffbp
from ffbp.analysis.surface import Line
from ffbp.analysis.twins import match_units
from ffbp.experiment.link import PLANES
from ffbp.figures.plot import as_json
from ffbp.figures.surface import Path, distance_plot, frames_beside, line_plot, paths_of, planes_plot, surface_plot

CONFIG = ffbp.Config(n_samples=60, epochs=40, hidden=(3,))
A, B = (ffbp.train(config) for config in (CONFIG, ffbp.Config(n_samples=60, epochs=25, hidden=(3,), seed=1)))
RUNS = {"a": A, "b": B}


@pytest.mark.parametrize("plane", PLANES)
def test_the_surface_and_both_paths_are_drawn_where_they_lie(plane):
    surface = ffbp.loss_surface(A, B, plane=plane)
    figure = surface_plot(surface, paths_of(surface, A, B), "player")
    traces = go.Figure(figure).data
    assert np.allclose(10 ** np.array(traces[0].z), surface.loss)
    paths = {trace.name: trace for trace in traces if trace.name and trace.name.startswith("path")}
    for key, run in RUNS.items():
        trace = paths[f"path of {key.upper()}"]
        frames = np.searchsorted(run.history.epoch, np.array(trace.customdata)[:, 0])
        assert {0, run.n_frames - 1} <= {*frames}
        assert np.array_equal(np.column_stack([trace.x, trace.y]), getattr(surface, f"path_{key}")[frames])
        assert np.allclose(10 ** np.array(trace.marker.color), getattr(surface, f"loss_{key}")[frames])
    assert len(figure["layout"]["annotations"]) == len(surface.corners)
    walk = json.loads(as_json(figure))["layout"]["meta"]["walk"]
    assert walk["player"] == "player"
    assert [path["name"] for path in walk["paths"]] == ["A", "B"]
    assert figure["layout"]["meta"]["walk"]["paths"][1]["x"][-1] == surface.path_b[-1, 0]


def test_a_mark_has_one_or_two_letters_of_its_path():
    names = ("A", "Gradient descent", "RMSProp", "AdamW")
    assert [Path(name, "circle", "#000000", *[None] * 4).sign for name in names] == ["A", "G", "RM", "AW"]


def test_a_mark_stands_at_the_frame_of_the_nearest_epoch():
    beside = frames_beside(A.history.epoch, B.history.epoch)
    for frame, other in enumerate(beside):
        away = np.abs(B.history.epoch - A.history.epoch[frame])
        assert away[other] == away.min()
    assert [*frames_beside(A.history.epoch, A.history.epoch)] == [*range(A.n_frames)]


def test_distances_and_the_straight_line_are_the_cores_numbers():
    surface = ffbp.loss_surface(A, B)
    for trace, key in zip(go.Figure(distance_plot(paths_of(surface, A, B))).data, RUNS, strict=True):
        assert np.array_equal(trace.y, getattr(surface, f"distance_{key}"))
    found = match_units(A, B)
    before, after = go.Figure(line_plot(found.before, found.after)).data
    assert np.array_equal(before.y, found.before.loss)
    assert np.array_equal(after.y, found.after.loss)


def test_the_axis_of_a_level_line_does_not_show_rounding():
    alpha = np.linspace(-0.5, 1.5, 9)
    level = Line(alpha, np.where(alpha > 0, 0.25, np.nextafter(0.25, 1)))
    low, high = go.Figure(line_plot(level)).layout.yaxis.range
    assert high - low > 1e-3
    assert 10**low < 0.25 < 10**high


def test_several_planes_stand_side_by_side_in_one_scale_of_colours():
    surfaces = [ffbp.loss_surface(A, B, plane="random", seed=seed, size=11) for seed in range(4)]
    traces = go.Figure(planes_plot(surfaces, [paths_of(each, A, B) for each in surfaces])).data
    maps = [trace for trace in traces if trace.type == "contour"]
    assert len({(trace.zmin, trace.zmax) for trace in maps}) == 1
    assert len({trace.xaxis for trace in maps}) == 4
    for trace, surface in zip(maps, surfaces, strict=True):
        assert np.allclose(10 ** np.array(trace.z), surface.loss)
        paths = [other for other in traces if other.xaxis == trace.xaxis and (other.name or "").startswith("path")]
        for path, due in zip(paths, (surface.path_a, surface.path_b), strict=True):
            assert np.array_equal(np.column_stack([path.x, path.y]), due)
