"""The pair's blob: what both runs decide, their losses, and the plane that both share."""

import numpy as np
import plotly.graph_objects as go
import pytest

import ffbp
from ffbp.analysis.plane import PRINCIPAL, common_planes, plane_inputs, plane_of
from ffbp.figures.blob import arrays_of, header_of
from ffbp.figures.charts import losses_of_two
from ffbp.figures.pair import have_same_samples, on_common_ground, pack_pair
from ffbp.figures.scales import scales_of

BASE = {"epochs": 30, "hidden": (4,)}


def trained(**changes):
    return ffbp.train(ffbp.Config(**{**BASE, **changes}))


@pytest.fixture(scope="module")
def two():
    return trained(), trained(activation="tanh", epochs=20, learning_rate=1.0)


def packed(a, b, planes):
    blob = pack_pair(a, b, planes and planes[0], scales_of(a, b))
    return header_of(blob), arrays_of(blob)


def undone(array):
    """Frames stored as differences."""
    return np.cumsum(array, axis=0, dtype=np.uint8)


def test_a_pair_says_which_of_its_runs_is_faulty(two):
    a, _ = two
    b = trained(fault="wrong_sign", epochs=2)
    assert packed(a, b, None)[0]["banner"] == "B: This run has a deliberate fault: wrong sign."
    assert packed(*two, None)[0]["banner"] == ""


def test_the_decisions_are_those_of_both_networks_at_every_frame(two):
    a, b = two
    header, arrays = packed(a, b, common_planes(plane_of(a.dataset), plane_of(b.dataset)))
    for part in a.dataset.parts:
        decided = header["disagreement"]["decided"][part.name]
        for side, run in zip("ab", two, strict=True):
            found = undone(arrays[decided[side]["$"]])
            for frame in (0, 7, run.n_frames - 1):
                np.testing.assert_array_equal(found[frame], run.network(frame).predict(part.X))
    assert (header["n_frames"], header["n_epochs"]) == (31, 30)
    np.testing.assert_array_equal(arrays[header["history"]["epoch"]["$"]], a.history.epoch)


@pytest.mark.parametrize("changes", [{"seed": 1}, {"noise": 0.3}, {"test_size": 0.5}, {"n_samples": 500}])
def test_other_samples_are_never_counted_against_each_other(two, changes):
    a, b = two[0], trained(**changes)
    assert not have_same_samples(a.dataset, b.dataset)
    assert packed(a, b, None)[0]["disagreement"]["decided"] is None
    assert have_same_samples(a.dataset, trained(standardize=False).dataset)


def test_the_losses_of_both_are_in_one_chart_on_axes_that_hold_both(two):
    figure = go.Figure(losses_of_two(*two, scales_of(*two)))
    names = [(t.name, t.meta) for t in figure.data]
    assert names == [(name, view) for view in ("loss", "score") for name in ("A", "A test", "B", "B test")]
    for trace, values in zip(figure.data, (two[0].history.train_loss, two[0].history.test_loss), strict=False):
        np.testing.assert_array_equal(trace.y, values)
    low, high = figure.layout.yaxis.range
    losses = np.concatenate([h for run in two for h in (run.history.train_loss, run.history.test_loss)])
    assert low <= losses.min() <= losses.max() <= high
    assert list(figure.data[4].x) == list(two[0].history.epoch)


def test_common_planes_hold_all_samples_of_both_and_keep_their_own_means():
    a, b = trained().dataset, trained(noise=0.4).dataset
    planes = common_planes(plane_of(a), plane_of(b))
    assert planes[0].x_range == planes[1].x_range
    assert planes[0].y_range == planes[1].y_range
    for data in (a, b):
        for axis, (low, high) in enumerate((planes[0].x_range, planes[0].y_range)):
            assert low < data.raw_train[:, axis].min() < data.raw_train[:, axis].max() < high
    np.testing.assert_array_equal(planes[1].origin, plane_of(b).origin)


def test_planes_on_which_a_place_means_other_inputs_are_not_compared():
    wine = {"dataset": "wine", "columns": (), "epochs": 2}
    a, other_split, same = (trained(**wine, **more).dataset for more in ({}, {"seed": 1}, {"learning_rate": 1.0}))
    assert common_planes(plane_of(a), plane_of(other_split)) is None, "slices through other means"
    assert common_planes(plane_of(a, PRINCIPAL), plane_of(other_split, PRINCIPAL)) is None
    assert common_planes(plane_of(a, PRINCIPAL), plane_of(same, PRINCIPAL)) is not None
    assert common_planes(plane_of(a), plane_of(trained().dataset)) is None
    points = plane_of(a).grid(3)
    np.testing.assert_array_equal(
        *(plane_inputs(a, plane, points) for plane in common_planes(plane_of(a), plane_of(same)))
    )


def test_planes_and_scales_hold_both_runs_or_no_map_compares_them(two):
    a, b = two[0], trained(noise=0.6)
    own = plane_of(a.dataset), plane_of(b.dataset)
    planes, common, scales = on_common_ground(a, b, own)
    due = common_planes(*own)
    assert [plane.x_range for plane in planes] == [plane.x_range for plane in due] != [own[0].x_range] * 2
    assert common is planes[0]
    assert scales == scales_of(a, b)
    other = trained(dataset="blobs", classes=3)
    own = own[0], plane_of(other.dataset)
    planes, common, _ = on_common_ground(a, other, own)
    assert planes is own
    assert common is None
