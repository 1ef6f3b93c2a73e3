"""Charts of a race: every run is in them, at the epoch at which it arrived or on the rail."""

import numpy as np
import plotly.graph_objects as go
import pytest

import ffbp
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.figures.many import curves_plot
from ffbp.figures.plot import as_json
from ffbp.figures.race import in_words, lanes_plot, look, rates_plot
from ffbp.training.race import plan_race, result

CONFIG = ffbp.Config(n_samples=60, epochs=40, hidden=(3,), learning_rate=0.05)
TARGETS = (ffbp.Target(loss=0.5), ffbp.Target(loss=10.0), ffbp.Target(loss=1e-9), ffbp.Target(accuracy=0.85))


@pytest.fixture(scope="module")
def sweep():
    return plan_race(CONFIG, rates=(0.3,), seeds=range(3)).train(n_jobs=1)


def drawn(figure):
    return [trace for trace in go.Figure(figure).data if as_json(figure)]


def test_every_optimizer_has_a_look_of_its_own():
    assert len({look(key)["color"] for key in OPTIMIZERS}) == len(OPTIMIZERS)


@pytest.mark.parametrize("target", TARGETS)
def test_every_run_stands_where_it_arrived_or_on_the_rail(sweep, target):
    race = result(sweep, target)
    for best, lanes in ((False, race.same_rate), (True, race.best_rate)):
        figure = lanes_plot(race, best=best)
        traces = [trace for trace in drawn(figure) if trace.customdata is not None]
        places = {int(place): x for trace in traces for place, x in zip(trace.customdata, trace.x, strict=True)}
        epochs = sweep.epochs_to(target)
        assert {*places} == {int(place) for lane in lanes for place in lane.places}
        rail = {x for place, x in places.items() if np.isnan(epochs[place])}
        assert len(rail) <= 1
        for place, x in places.items():
            assert x in rail if np.isnan(epochs[place]) else x == epochs[place]
        assert all(x < min(rail, default=np.inf) for x in epochs[[*places]] if np.isfinite(x))
        medians = {trace.name: trace for trace in drawn(figure)}.get("median")
        assert [lane.median for lane in lanes if lane.arrived > 1] == [*(medians.x if medians else ())]
        assert in_words(lanes).count("arrive, median") == len(lanes)


def test_the_rates_have_every_median_and_the_best_is_ringed(sweep):
    race = result(sweep, TARGETS[0])
    traces = drawn(rates_plot(race))
    medians = sweep.median_epochs(TARGETS[0]).reshape(len(OPTIMIZERS), 2)
    lines = {trace.name: trace for trace in traces if trace.mode == "lines+markers"}
    for row, entry in zip(medians, OPTIMIZERS.values(), strict=True):
        np.testing.assert_array_equal(np.array(lines[entry.label].y, dtype=float), row)
    never = [trace for trace in traces if trace.marker.symbol == "x-thin"]
    assert sum(len(trace.x) for trace in never) == np.isnan(medians).sum()
    rings = {(trace.x[0], trace.y[0]) for trace in traces if trace.marker.symbol == "circle-open"}
    assert rings == {(lane.learning_rate, lane.median) for lane in race.best_rate if np.isfinite(lane.median)}


def test_curves_in_groups_are_all_the_runs_of_the_lanes(sweep):
    race = result(sweep, TARGETS[0])
    groups = {lane.optimizer: (lane.places, look(lane.optimizer)["color"]) for lane in race.same_rate}
    traces = {trace.name: trace for trace in drawn(curves_plot(sweep, TARGETS[0], groups))}
    for lane in race.same_rate:
        assert {*traces[lane.optimizer].customdata} == {*lane.places}
        assert traces[lane.optimizer].line.color == look(lane.optimizer)["color"]


def test_what_is_not_trained_is_neither_a_dot_nor_on_the_rail():
    planned = plan_race(CONFIG, rates=(0.3,), seeds=range(2))
    race = result(planned, TARGETS[0])
    assert [trace for trace in drawn(lanes_plot(race, best=False)) if trace.customdata is not None] == []
    assert [trace for trace in drawn(rates_plot(race)) if trace.marker.symbol == "x-thin"] == []
