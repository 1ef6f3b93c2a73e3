"""The charts of a board: valid for Plotly, with every run's number behind its line."""

import numpy as np
import plotly.graph_objects as go
import pytest

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.experiment.config import Config
from ffbp.figures.board import MANY, POINTS, Line, boundaries_plot, losses_plot, thinned


def lines(n):
    losses = [np.array([0.7, 0.4, np.nan if k == 1 else 0.1]) for k in range(n)]
    return [Line(k + 1, f"run {k + 1}", np.array([0.0, 1.0, 2.0]), losses[k]) for k in range(n)]


@pytest.mark.parametrize("highlighted", [(), (2,), (1, 2, 3)])
def test_every_run_is_drawn_once_and_a_click_gives_its_number(highlighted):
    data = ffbp.train(Config(n_samples=30, epochs=1)).dataset
    for plot in (
        losses_plot(lines(3), highlighted, "test"),
        boundaries_plot(lines(3), highlighted, data, plane_of(data)),
    ):
        go.Figure(plot)
        own = [trace for trace in plot["data"] if trace["mode"] == "lines"]
        assert [trace["name"] for trace in own if trace["line"]["width"] == 3] == [f"run {k}" for k in highlighted]
        assert sorted({int(k) for trace in own for k in trace["customdata"]}) == [1, 2, 3]


def test_no_runs_zero_losses_and_many_runs_are_drawn_too():
    go.Figure(losses_plot([], (), "training"))
    go.Figure(losses_plot([Line(1, "run 1", np.arange(2.0), np.zeros(2))], (), "training"))
    go.Figure(losses_plot([Line(1, "run 1", np.arange(2.0), np.full(2, np.nan))], (), "training"))
    assert losses_plot(lines(MANY + 1), (), "test")["data"][0]["line"]["width"] < 1


def test_a_thinned_curve_keeps_its_ends():
    epochs = np.arange(300)
    x, y = thinned(epochs, epochs / 2)
    assert (x[0], x[-1], y[-1]) == (0, 299, 149.5)
    assert len(x) <= POINTS
