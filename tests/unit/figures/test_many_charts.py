"""Charts of many runs: every run is in them, at its own numbers."""

import numpy as np
import plotly.graph_objects as go
import pytest

import ffbp
from ffbp.figures.many import add_range_test, add_rate, curves_plot, ends_plot, medians_of, success_plot
from ffbp.figures.plot import as_json
from ffbp.training.sweep import plan_sweep

CONFIG = ffbp.Config(n_samples=60, epochs=25, hidden=(3,))


def drawn(figure):
    """The figure's traces by name, validated by Plotly."""
    return {trace.name: trace for trace in go.Figure(figure).data if as_json(figure)}


def swept(**choices):
    return ffbp.sweep(CONFIG, n_jobs=1, **{"seeds": range(3), **choices})


def test_each_curve_is_drawn_and_sorted_by_the_goal():
    sweep = swept(seeds=range(8))
    middle = float(np.median(sweep.ends("train_loss")))
    traces = drawn(curves_plot(sweep, ffbp.Target(loss=middle)))
    places = {name: {*trace.customdata} for name, trace in traces.items()}
    reached, missed = (next(places[name] for name in places if words in name) for words in ("reach", "miss"))
    assert reached | missed == {*range(8)}
    assert reached == {*np.flatnonzero(sweep.ends("train_loss") <= middle)}
    for trace in traces.values():
        for place in {*trace.customdata}:
            own = np.array(trace.y, dtype=float)[np.array(trace.customdata) == place]
            own = own[np.isfinite(own)]
            assert own[0] == sweep.curves[place][0]
            assert own[-1] == sweep.ends("train_loss")[place]


def test_a_run_that_diverged_is_on_the_rail_in_both_charts():
    sweep = swept(field="learning_rate", values=(0.1, 3.0), seeds=range(2))
    sweep.outcomes[3] = sweep.outcomes[3]._replace(diverged_at=7)
    for figure in (curves_plot(sweep, ffbp.Target(loss=0.5)), ends_plot(sweep, "loss", 0.1)):
        traces = drawn(figure)
        (rail,) = [name for name in traces if "diverged" in (name or "")]
        assert [*traces[rail].customdata] == [3]
        others = [y for name, trace in traces.items() if name != rail for y in _of_runs(trace, range(3))]
        assert min(traces[rail].y) > max(others)


def _of_runs(trace, places):
    """The finite heights of these runs in a trace; a median belongs to none."""
    if trace.customdata is None:
        return []
    y = np.array(trace.y, dtype=float)
    return y[np.isfinite(y) & np.isin(trace.customdata, places)].tolist()


@pytest.mark.parametrize(
    ("field", "values", "now"),
    [
        ("learning_rate", (0.01, 0.1, 1.0), 0.1),
        ("activation", ("relu", "tanh"), "relu"),
        ("hidden", ((2,), (4, 4)), (3,)),
    ],
)
@pytest.mark.parametrize("name", ["loss", "accuracy"])
def test_a_dot_a_run_at_its_own_end(field, values, now, name):
    sweep = swept(field=field, values=values)
    figure = ends_plot(sweep, name, now)
    traces = drawn(figure)
    for label, part in (("training set", "train"), ("test set", "test")):
        trace = traces[label]
        assert [*trace.customdata] == [*range(len(sweep.configs))]
        assert [*trace.y] == [*sweep.ends(f"{part}_{name}")]
    assert len(figure["layout"]["shapes"]) == (now in values)
    ends = sweep.ends(f"train_{name}").reshape(sweep.shape)
    assert np.allclose(medians_of(sweep, f"train_{name}"), np.median(ends, axis=1))


def test_what_is_not_trained_yet_is_not_drawn():
    sweep = plan_sweep(CONFIG, field="learning_rate", values=(0.1, 1.0), seeds=range(2))
    assert drawn(ends_plot(sweep, "loss", 0.1)) == {}
    assert drawn(curves_plot(sweep, ffbp.Target(loss=0.5))) == {}


def test_rates_of_success_stand_side_by_side_with_their_intervals():
    sweep = swept(field="hidden", values=((1,), (3,), (6,)), seeds=range(5))
    target = ffbp.Target(loss=float(np.median(sweep.ends("train_loss"))))
    (trace,) = go.Figure(success_plot(sweep, target)).data
    for rate, x, y, text, up, down in zip(
        sweep.rates(target), trace.x, trace.y, trace.text, trace.error_y.array, trace.error_y.arrayminus, strict=True
    ):
        assert sweep.values[0][x] == rate.values[0]
        assert text == f"{rate.successes} of 5"
        assert (y, y + up, y - down) == pytest.approx(
            (rate.successes / 5, *ffbp.wilson_interval(rate.successes, 5)[::-1])
        )


def test_the_range_test_is_drawn_over_the_rates_of_the_sweep():
    values = (0.01, 0.1, 1.0)
    sweep, test = swept(field="learning_rate", values=values), ffbp.range_test(CONFIG)
    figure = ends_plot(sweep, "loss", 0.1)
    n_shapes = len(figure["layout"]["shapes"])
    add_range_test(figure, test, values)
    shown = drawn(figure)["range test, smoothed"]
    assert 0.01 / 1.31 < min(shown.x) < max(shown.x) < 1.31
    assert [*shown.y] == [*test.smoothed[np.isin(test.rates, shown.x)]]
    assert len(figure["layout"]["shapes"]) == n_shapes + (0.01 <= test.suggestion <= 1)
    add_rate(figure, 0.5, "edge", values, color="#000000")
    add_rate(figure, 5.0, "beyond", values, color="#000000")
    assert figure["layout"]["shapes"][-1]["x0"] == 0.5
    assert {"edge", "beyond"} & {*drawn(figure)} == {"edge"}
