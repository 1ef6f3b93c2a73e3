"""Axes of the charts."""

import pytest

from ffbp.figures.plot import log_axis


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.5, 0.7], {"nticks": 6, "tickformat": "~g"}),
        ([0.1, 3.0], {"dtick": "D2", "tickformat": "~g"}),
        ([1e-3, 1.0], {"dtick": 1, "exponentformat": "power"}),
        ([1e-12, 1.0], {"dtick": 2, "exponentformat": "power"}),
        ([0.0, float("nan"), -1.0], {"nticks": 6, "tickformat": "~g"}),
        ([], {"nticks": 6, "tickformat": "~g"}),
    ],
)
def test_few_decades_have_plain_ticks_and_many_have_powers(values, ticks):
    assert log_axis(values) == {"type": "log", **ticks}


def test_a_small_chart_has_powers_sooner():
    assert log_axis([0.01, 1.0], few=1.2, title="x") == {
        "type": "log",
        "dtick": 1,
        "exponentformat": "power",
        "title": "x",
    }
