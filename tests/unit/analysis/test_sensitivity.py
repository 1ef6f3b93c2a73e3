"""Whether a run differs from its repetition with one weight moved by one unit in the last place."""

import numpy as np

import ffbp
from ffbp import Config
from ffbp.analysis.sensitivity import TOLERANCE, moved_training, parts_at, watch
from ffbp.lessons.presets import PRESETS
from ffbp.training.loop import Training

CHAOTIC = Config(
    hidden=(16, 16),
    activation="sine",
    learning_rate=1.0,
    initializer="normal",
    init_scale=1.0,
    epochs=500,
)


def test_one_weight_is_moved_by_one_unit_in_its_last_place(reference):
    start, moved = Training(reference.config, reference.dataset), moved_training(reference)
    difference = np.flatnonzero(start.network.theta != moved.network.theta)
    assert len(difference) == 1
    before, after = start.network.theta[difference[0]], moved.network.theta[difference[0]]
    assert abs(after - before) == np.spacing(abs(before))
    assert start.network.weight_mask[difference[0]] == 1


def test_the_reference_run_is_the_same_everywhere(reference):
    assert parts_at(reference) is None


def test_a_chaotic_run_parts_and_the_step_is_the_first_beyond_the_tolerance():
    run = ffbp.train(CHAOTIC)
    step = parts_at(run)
    assert step is not None
    training = moved_training(run)
    differences = []
    with np.errstate(all="ignore"):
        for loss in run.history.step_loss[:step]:
            differences.append(abs(training.gradient() - loss) / max(1, abs(loss)))
            training.update()
    assert differences[-1] > TOLERANCE
    assert max(differences[:-1]) <= TOLERANCE


def test_weights_that_are_all_zero_have_no_last_place():
    run = ffbp.train(Config(initializer="zeros", n_samples=50, epochs=20, l1=0.01))
    assert (moved_training(run).network.theta == 0).all()
    assert parts_at(run) is None


def test_a_run_that_diverges_both_times_does_not_part():
    run = ffbp.train(PRESETS["beyond"].config)
    assert run.diverged_at is not None
    assert parts_at(run) is None


def test_it_yields_its_progress_and_can_be_stopped():
    run = ffbp.train(Config(hidden=(64, 64), batch_size=16, epochs=30))
    watching = watch(run)
    progress = next(watching)
    assert 0 <= progress.epoch <= progress.n_epochs == 30
    watching.close()
