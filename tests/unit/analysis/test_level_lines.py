"""Boundaries as lines: the zeros of a field on a grid."""

import numpy as np
import pytest

import ffbp
from ffbp.analysis.level_lines import boundary_lines, zero_lines
from ffbp.analysis.plane import plane_inputs, plane_of
from ffbp.experiment.config import Config

X = np.linspace(-2, 2, 41)
Y = np.linspace(-1, 3, 31)


def test_a_straight_boundary_is_found_exactly():
    values = 2 * X[None, :] - Y[:, None] + 0.37
    x, y = zero_lines(values, X, Y)
    assert np.allclose((2 * x - y + 0.37)[np.isfinite(x)], 0, atol=1e-12)
    assert (np.nanmin(y), np.nanmax(y)) == (-1, 3)
    assert np.isnan(x[2::3]).all()
    assert not np.isnan(x[0::3]).any()


def test_a_circle_is_closed_and_has_its_length():
    x, y = zero_lines(X[None, :] ** 2 + (Y[:, None] - 1) ** 2 - 1.0, X, Y)
    assert np.allclose(np.hypot(x, y - 1)[np.isfinite(x)], 1, atol=5e-3)
    length = np.hypot(x[1::3] - x[0::3], y[1::3] - y[0::3]).sum()
    assert length == pytest.approx(2 * np.pi, rel=5e-3)


def test_a_saddle_cell_has_two_segments_and_an_even_field_none():
    x, _ = zero_lines(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert len(x) == 6
    assert len(zero_lines(np.ones((5, 5)), X[:5], Y[:5])[0]) == 0
    assert len(zero_lines(np.full((5, 5), np.nan), X[:5], Y[:5])[0]) == 0


@pytest.mark.parametrize("name", ["moons", "iris"])
def test_on_its_boundary_a_network_is_undecided(name):
    run = ffbp.train(Config(dataset=name, epochs=60, hidden=(4,), columns=(0, 1)))
    plane, network = plane_of(run.dataset), run.network()
    x, y = boundary_lines(network, run.dataset, plane)
    points = np.column_stack([x, y])[np.isfinite(x)]
    assert len(points)
    A = network.forward(plane_inputs(run.dataset, plane, points)).A[-1]
    first, second = (A[0], 1 - A[0]) if len(A) == 1 else np.sort(A, axis=0)[-2:]
    assert np.abs(first - second).max() < 0.1
