"""Ranges of numeric fields: each field has one that can be trained, and values in it are different and in order."""

import numpy as np
import pytest

import ffbp
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.many import swept_fields, usual_box
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.ranges import check_range, is_logarithmic, is_numeric, spaced, usual_range

NUMERIC = [name for name in swept_fields() if is_numeric(name)]


@pytest.mark.parametrize("field", NUMERIC)
@pytest.mark.parametrize("n", [1, 2, 48])
def test_every_numeric_field_has_a_usual_range_with_values_that_fit(field, n):
    low, high = check_range(field, usual_range(field, ffbp.Config()))
    values = spaced(field, low, high, n)
    assert 1 <= len(values) <= n
    assert list(values) == sorted(set(values))
    for value in values:
        assert low <= FIELDS[field].check(value) <= high
        ffbp.Config(**{field: value})


def test_values_are_spaced_by_equal_factors_or_equal_steps():
    assert is_logarithmic("learning_rate")
    assert spaced("learning_rate", 0.01, 10, 4) == (0.01, 0.1, 1, 10)
    assert spaced("momentum", 0.0, 0.9, 4) == (0, 0.3, 0.6, 0.9)
    assert spaced("batch_size", 1, 4, 48) == (1, 2, 3, 4)
    assert spaced("batch_size", 1.5, 1.9, 48) == (2,)


def test_a_narrow_range_keeps_different_values():
    low, high = 0.1, 0.1 + 1e-10
    values = spaced("learning_rate", low, high, 48)
    assert len(values) == 48
    assert (values[0], values[-1]) == (low, high)
    assert np.allclose(np.diff(values), (high - low) / 47, rtol=0.05)


@pytest.mark.parametrize(
    ("field", "numbers", "message"),
    [
        ("learning_rate", (1, 0.1), "learning_rate must be above 1"),
        ("learning_rate", (0.1, 0.1), "above 0.1"),
        ("learning_rate", (0.1, 1e9), "must be from 1e-06 to 1000"),
        ("l2", (0.0, 0.1), "l2 must be above 0"),
        ("momentum", (0.0, float("nan")), "finite number"),
    ],
)
def test_a_range_that_is_none_is_named(field, numbers, message):
    with pytest.raises(ConfigError, match=message):
        check_range(field, numbers)


def test_a_box_has_both_ranges():
    assert usual_box("learning_rate", "momentum", ffbp.Config()) == (0.0001, 30.0, 0, 0.999)
