"""The picture of two fields: every cell is its own run, and what is not trained yet is never shown as trained."""

import numpy as np
import plotly.graph_objects as go

import ffbp
from ffbp.figures.plot import as_json
from ffbp.figures.two_fields import limits, picture, shown_places
from ffbp.training.sweep import ends_of, plan_sweep

CONFIG = ffbp.Config(n_samples=60, epochs=12, hidden=(3,))
VALUES = (0.01, 0.1, 1.0), (0.0, 0.5, 0.7, 0.9)


def planned(**choices):
    fields = {"field": ("learning_rate", "momentum"), "values": VALUES, "seeds": None, "ends_only": True}
    return plan_sweep(ffbp.Config(**{**CONFIG.to_dict(), "optimizer": "momentum"}), **fields, **choices)


def drawn(figure):
    return {trace.name: trace for trace in go.Figure(figure).data if as_json(figure)}


def test_a_cell_has_its_own_runs_loss_and_place():
    sweep = planned().train(n_jobs=1)
    figure = picture(sweep, (0.1, 0.5))
    cells = drawn(figure)["loss"]
    z, places = np.array(cells.z), np.array(cells.customdata)
    assert z.shape == (4, 3)  # a row a value of the second field
    for (row, column), place in np.ndenumerate(places):
        config = sweep.configs[place]
        assert (config.learning_rate, config.momentum) == (cells.x[column], cells.y[row])
        assert z[row, column] == np.log10(ffbp.train(config).history.train_loss[-1])
    mark = drawn(figure)["the experiment"]
    assert (mark.x, mark.y) == ((0.1,), (0.5,))
    assert "the experiment" not in drawn(picture(sweep, (0.1, None)))
    assert "the experiment" not in drawn(picture(sweep, (5.0, 0.5)))


def test_a_run_that_diverged_has_a_colour_of_its_own():
    sweep = planned().train(n_jobs=1)
    sweep.outcomes[5] = sweep.outcomes[5]._replace(diverged_at=3)
    traces = drawn(picture(sweep, (0.1, 0.5)))
    row, column = 1, 1  # place 5 of 3 times 4
    assert np.isnan(np.array(traces["loss"].z, dtype=float)[row, column])
    lost = np.array(traces["diverged"].z, dtype=float)
    assert np.argwhere(np.isfinite(lost)).tolist() == [[row, column]]
    assert traces["diverged"].text[row][column] == "diverged"
    assert "1 diverged" in traces


def test_coarse_cells_stand_for_those_that_are_not_trained_yet():
    sweep = planned()
    assert (shown_places(sweep) == -1).all()
    assert not np.isfinite(np.array(drawn(picture(sweep, (0.1, 0.5)))["loss"].z, dtype=float)).any()
    for place in (0, 2):  # the coarsest row: the first value with the first and third of the second field
        sweep.outcomes[place] = ends_of(ffbp.train(sweep.configs[place]))
    shown = shown_places(sweep)
    assert shown[:2].tolist() == [[0, 0, 2, 2]] * 2
    words = drawn(picture(sweep, (0.1, 0.5)))["loss"].text
    assert words[0][0].startswith("loss")
    assert words[1][0].startswith("not trained yet; a neighbour: loss")


def test_losses_far_above_a_start_do_not_take_the_colours():
    sweep = planned().train(n_jobs=1)
    outcome = sweep.outcomes[0]
    sweep.outcomes[0] = outcome._replace(columns={**outcome.columns, "train_loss": np.array([0.7, 1e12])})
    starts = [each.columns["train_loss"][0] for each in sweep.outcomes]
    assert limits(sweep)[1] == np.log10(2 * min(starts))
    assert drawn(picture(sweep, (0.1, 0.5)))["loss"].colorbar.ticktext[-1].startswith("≥")
