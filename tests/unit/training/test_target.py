"""Success is defined first, and a rate of success comes with its interval."""

import math

import numpy as np
import pytest

import ffbp
from ffbp.training.target import success_notice
from ffbp.words.english import sentence

# Newcombe 1998 (Statistics in Medicine 17, 857-872), table I, method 3: the score method without continuity correction.
PUBLISHED = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("k", "n", "low", "high"), PUBLISHED)
def test_wilsons_interval_is_that_of_the_published_table(k, n, low, high):
    assert np.allclose(ffbp.wilson_interval(k, n), (low, high), atol=5e-5)


@pytest.mark.parametrize("n", [1, 2, 10, 200])
def test_wilsons_interval_solves_its_equation_and_is_symmetric(n):
    z = 1.959963984540054
    for k in range(n + 1):
        low, high = ffbp.wilson_interval(k, n)
        assert 0 <= low <= k / n <= high <= 1
        for p in (low, high):  # (k/n - p)² = z² p (1 - p)/n, the score test's limit
            assert (k / n - p) ** 2 == pytest.approx(z * z * p * (1 - p) / n, abs=1e-12)
        assert ffbp.wilson_interval(n - k, n) == pytest.approx((1 - high, 1 - low))


def test_bad_counts_are_refused():
    for k, n in ((3, 2), (-1, 4), (0, 0)):
        with pytest.raises(ValueError, match="successes must be from 0 to n"):
            ffbp.wilson_interval(k, n)
    with pytest.raises(ValueError, match="confidence must be between 0 and 1, got 1"):
        ffbp.wilson_interval(1, 2, confidence=1)


def test_a_target_is_met_at_its_value_and_not_by_nan():
    columns = {"train_loss": np.array([0.5, 0.3, math.nan]), "test_accuracy": np.array([0.8, 0.9, math.nan])}
    assert ffbp.Target(loss=0.3).met(columns).tolist() == [False, True, False]
    assert ffbp.Target(accuracy=0.8, on="test").met(columns).tolist() == [True, True, False]


@pytest.mark.parametrize(("target", "words"), [
    (ffbp.Target(loss=0.3), "6 of 20 runs end with a loss of at most 0.3000 on the training set: 30.0 %. "),
    (ffbp.Target(accuracy=1.0, on="test"), "6 of 20 runs end with an accuracy of at least 100.0 % on the test set: 30.0 %. "),
])  # fmt: skip
def test_a_rate_is_told_with_its_interval(target, words):
    notice = success_notice(ffbp.Rate((), 20, 6, *ffbp.wilson_interval(6, 20)), target)
    assert sentence(notice) == f"{words}The 95 % interval (Wilson) is 14.5 % to 51.9 %."


@pytest.mark.parametrize(("choices", "message"), [
    ({}, r"target must be accuracy or loss, one of them, got \(None, None\)"),
    ({"loss": 1.0, "accuracy": 1.0}, "target must be accuracy or loss, one of them"),
    ({"loss": "low"}, "loss must be a finite number, got 'low'"),
    ({"accuracy": math.nan}, "accuracy must be a finite number, got nan"),
    ({"loss": 0.0}, "loss must be above 0, got 0.0"),
    ({"accuracy": 90}, "accuracy must be from 0 to 1, got 90"),
    ({"loss": 1.0, "on": "all"}, "unknown on 'all'; choose from train, test"),
])  # fmt: skip
def test_what_is_no_target_is_refused_in_one_sentence(choices, message):
    with pytest.raises(ValueError, match=message):
        ffbp.Target(**choices)
