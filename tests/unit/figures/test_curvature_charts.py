"""The charts of the curvature are valid, and say where the step stands."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

import ffbp
from ffbp import OPTIMIZERS, Config
from ffbp.analysis.spectrum import rule_of, spectrum, steps_to_halve
from ffbp.figures.curvature import momentum_plot, sharpness_plot, spectrum_plot

SMALL = Config(n_samples=40, hidden=(4,), activation="tanh", epochs=12, learning_rate=0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_chart_is_valid_and_finite(key, theme):
    run = ffbp.train(replace(SMALL, optimizer=key))
    found, rule = spectrum(run, 5), rule_of(run.config)
    plane = momentum_plot(found, rule, 0.05, theme=theme)
    for figure in (plane, spectrum_plot(found), sharpness_plot(run, ffbp.stability(run), 5)):
        go.Figure(figure)
    field = plane["data"][0]
    assert np.isfinite(field["z"]).all()
    i, j = 10, 100
    halves = steps_to_halve(replace(rule, mu=field["y"][i]).radius(field["x"][j]))
    assert field["z"][i, j] == pytest.approx(np.clip(np.log10(halves), 0, 6) if np.isfinite(halves) else -1)


def test_a_curvature_that_is_zero_or_alone_has_a_chart():
    run = ffbp.train(SMALL)
    found = spectrum(run, 5)
    for values in (np.zeros(17), np.array([2.0]), -np.ones(17)):
        few = replace(found, values=values)
        go.Figure(spectrum_plot(few))
        go.Figure(momentum_plot(few, rule_of(run.config), 0.05, theme="light"))
