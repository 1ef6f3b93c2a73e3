"""The experiment of the Digits page on two of the ten seeds; all ten: `python -m pytest tests/benchmarks/test_digits.py -s`."""

from dataclasses import replace

import pytest

import ffbp
from ffbp.experiment.experiment import MAX_WORK, Experiment
from ffbp.lessons.presets import PRESETS

CONFIG = PRESETS["digits"].config


@pytest.mark.parametrize("seed", [1, 2])
def test_the_digits_are_read_well_on_images_never_seen(seed):
    run = ffbp.train(replace(CONFIG, seed=seed))
    assert run.diverged_at is None
    assert len(run.dataset.X_test) == 360
    assert run.history.test_accuracy[-1] >= 0.955
    assert run.network().score(run.dataset.X_test, run.dataset.y_test) == run.history.test_accuracy[-1]


def test_every_epoch_is_a_moment_of_the_timeline_and_training_is_short():
    assert Experiment(CONFIG).work < MAX_WORK / 2
    assert ffbp.train(replace(CONFIG, epochs=5)).n_frames == 6
    assert ffbp.training.run.max_frames(64 * 65 + 10 * 65, 1) > CONFIG.epochs
