"""Each preset's claim holds in the numbers of the frame that it opens on, and is a condition that can fail."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import ffbp
from ffbp.lessons.presets import PRESETS
from ffbp.words.numbers import format_number


@cache
def run_of(key):
    return ffbp.train(PRESETS[key].config)


def opened(key):
    """The run of a preset and the frame that it opens on."""
    run, frame = run_of(key), PRESETS[key].frame
    return run, run.n_frames - 1 if frame is None else frame


def holds(claim, run, frame):
    try:
        return bool(claim(run, frame))
    except (IndexError, KeyError, ValueError):  # of an experiment that has other layers, points or classes
        return False


@pytest.mark.parametrize("key", PRESETS)
def test_a_presets_claim_holds_on_the_frame_that_it_opens_on(key):
    run, frame = opened(key)
    assert 0 <= frame < run.n_frames
    assert PRESETS[key].claim(run, frame)


@pytest.mark.parametrize("key", PRESETS)
def test_a_presets_claim_is_false_of_every_other_preset(key):
    assert [other for other in PRESETS if holds(PRESETS[key].claim, *opened(other))] == [key]


@pytest.mark.parametrize(
    "key", ["reference", "about_right", "xor_by_hand", "spiral", "vanishing", "overfitting", "adam"]
)
def test_a_presets_claim_is_false_at_its_other_end(key):
    run, frame = opened(key)
    assert not holds(PRESETS[key].claim, run, 0 if frame else run.n_frames - 1)


def test_no_two_presets_are_one_experiment():
    assert len({preset.config for preset in PRESETS.values()}) == len(PRESETS)


def test_the_other_numbers_of_the_hints_are_true():
    gradient_descent = run_of("reference").history
    assert format_number(gradient_descent.train_loss[gradient_descent.epoch == 100][0]) in PRESETS["adam"].hint
    slower = ffbp.train(replace(PRESETS["beyond"].config, learning_rate=0.3)).history
    assert (np.diff(slower.train_loss) < 0).mean() > 0.9
    fast = PRESETS["too_fast"].config
    assert run_of("too_fast").history.inactive[1, 0] > 0
    leaky = ffbp.train(replace(fast, activation="leaky_relu")).history
    assert leaky.train_accuracy[-1] > run_of("too_fast").history.train_accuracy[-1] + 0.05
    penalised = ffbp.train(replace(PRESETS["overfitting"].config, l2=0.01)).history
    assert penalised.test_loss[-1] < run_of("overfitting").history.test_loss[-1] / 10


def test_three_presets_tell_one_story_on_the_same_moons():
    rates = [PRESETS[key].config for key in ("reference", "about_right", "too_fast")]
    assert [config.learning_rate for config in rates] == [0.1, 1.0, 10.0]
    assert len({replace(config, learning_rate=1.0) for config in rates}) == 1
    assert (run_of("reference").history.theta[0] == run_of("too_fast").history.theta[0]).all()
