"""The range test takes the steps that it says, and its suggestion is the steepest place of what it measured."""

import math
from dataclasses import replace

import numpy as np
import pytest

import ffbp
from ffbp import OPTIMIZERS, Config
from ffbp.training.loop import Training
from ffbp.training.range_test import watch_range_test

SMALL = Config(n_samples=100, hidden=(6,), epochs=30, batch_size=16)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_step_is_the_optimizers_at_the_rising_rate(optimizer):
    config = replace(SMALL, optimizer=optimizer)
    found = ffbp.range_test(config, low=1e-4, high=1.0, n_steps=60)
    training = Training(replace(config, epochs=60), ffbp.dataset_for(config))
    for i, loss in enumerate(found.losses):
        assert found.rates[i] == pytest.approx(1e-4 * 1e4 ** (i / 59))
        assert training.gradient() == loss
        training.learning_rate = float(found.rates[i])
        training.update()
    smoothed = found.losses[0]
    for loss, shown in zip(found.losses[1:], found.smoothed[1:], strict=True):
        smoothed = 0.05 * loss + 0.95 * smoothed
        assert shown == pytest.approx(smoothed, rel=1e-12)


def test_the_suggestion_is_the_steepest_descent_and_late():
    found = ffbp.range_test(replace(SMALL, batch_size=None, epochs=200))
    inside = slice(10, len(found.smoothed) - 5)
    assert found.suggestion == found.rates[inside][np.gradient(found.smoothed[inside]).argmin()]
    assert found.lag == pytest.approx(19 * 6 / 99)
    raw = found.rates[10:-5][np.gradient(found.losses[10:-5]).argmin()]
    assert found.lowest == (found.rates[found.losses.argmin()], found.rates[found.smoothed.argmin()])
    assert found.suggestion > raw  # smoothing shows it late


def test_it_stops_when_the_loss_is_five_times_the_best_or_no_number():
    config = Config(dataset="plane", n_samples=60, hidden=(), epochs=300)
    found = ffbp.range_test(config, low=1e-3, high=1000.0)
    assert len(found.rates) == len(found.losses) == len(found.smoothed) < 100
    assert found.smoothed[-1] > 5 * found.smoothed.min()
    assert (found.smoothed[:-1] <= 5 * np.minimum.accumulate(found.smoothed)[:-1]).all()
    early = ffbp.range_test(config, low=900.0, high=1000.0)
    assert early.suggestion is None
    assert math.isfinite(early.losses[0])


def test_few_epochs_do_not_end_it_and_schedules_and_patience_do_not_count():
    plain = ffbp.range_test(replace(SMALL, epochs=60))
    for changes in ({"epochs": 1}, {"epochs": 60, "schedule": "step"}, {"epochs": 60, "patience": 2}):
        assert (ffbp.range_test(replace(SMALL, **changes)).losses == plain.losses).all()


def test_it_reports():
    shares = list(watch_range_test(replace(SMALL, n_samples=4000, hidden=(64, 64)), n_steps=200))
    assert shares == sorted(shares)
    assert all(0 < share <= 1 for share in shares)


@pytest.mark.parametrize(("choices", "message"), [
    ({"low": 1.0, "high": 0.1}, "high must be above 1, got 0.1"),
    ({"low": 1e-9}, "learning_rate must be from 1e-06 to 1000, got 1e-09"),
    ({"n_steps": 3}, "n_steps must be from 20 to 10000, got 3"),
])  # fmt: skip
def test_bad_input_is_one_clear_message(choices, message):
    with pytest.raises(ValueError, match=message):
        ffbp.range_test(SMALL, **choices)
