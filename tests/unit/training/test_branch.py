"""A branch: unchanged it is the run from that frame on, bit for bit; changed it goes on from the same weights."""

from dataclasses import fields, replace

import numpy as np
import pytest

import ffbp
from ffbp import OPTIMIZERS, SCHEDULES, Config, History
from ffbp.analysis.summary import summary
from ffbp.export.forms import PROGRAMS, available, program
from ffbp.programs.program import NoEquivalent
from ffbp.training.branch import branch_notice
from ffbp.training.recording import drain
from ffbp.words.english import sentence

SMALL = Config(n_samples=60, hidden=(6,), epochs=40, learning_rate=0.05)
EARLY = {"patience": 3, "n_samples": 40, "noise": 0.5, "hidden": (12,), "learning_rate": 0.8}


def assert_is_the_rest(found, run, frame):
    frame %= run.n_frames
    assert (found.diverged_at, found.stopped_at) == (run.diverged_at, run.stopped_at)
    for item in fields(History):
        ours, theirs = getattr(found.history, item.name), getattr(run.history, item.name)
        theirs = theirs[run.history.step[frame] - run.history.step[0] :] if item.name == "step_loss" else theirs[frame:]
        np.testing.assert_array_equal(ours, theirs, err_msg=item.name)
    for part, decided in run.decided.items():
        np.testing.assert_array_equal(found.decided[part], decided[frame:])


CONFIGS = {
    **{f"{key} full": replace(SMALL, optimizer=key) for key in OPTIMIZERS},
    **{f"{key} batches": replace(SMALL, optimizer=key, batch_size=10) for key in OPTIMIZERS},
    **{key: replace(SMALL, schedule=key, decay_epochs=7, batch_size=16, optimizer="adam") for key in SCHEDULES},
    "clip": replace(SMALL, clip=0.05, batch_size=7, optimizer="momentum", l2=0.01),
    "in order": replace(SMALL, shuffle=False, batch_size=7, optimizer="rmsprop"),
    "thinned": replace(SMALL, epochs=700, optimizer="adam"),
    "clones": replace(SMALL, initializer="constant", activation="tanh", optimizer="adam"),
    "regression": Config(dataset="bumps", n_samples=60, epochs=30, optimizer="nesterov"),
    "diverges": Config(dataset="bumps", learning_rate=900.0, epochs=60),
    "diverges in batches": Config(dataset="plane", hidden=(), learning_rate=3.0, epochs=60, n_samples=50, batch_size=9),
    "early end": replace(SMALL, **EARLY, optimizer="adam", epochs=200),
    "early end, thinned": replace(SMALL, **{**EARLY, "patience": 60, "learning_rate": 0.01}, optimizer="adam", epochs=2000),
}  # fmt: skip


@pytest.mark.parametrize("key", CONFIGS)
def test_unchanged_it_is_the_run_from_there_on_bit_for_bit(key):
    run = ffbp.train(CONFIGS[key])
    for frame in sorted({0, 1, run.n_frames // 3, run.n_frames - 2, -1}):
        if -run.n_frames <= frame < run.n_frames:
            found = ffbp.branch(run, frame=frame)
            assert_is_the_rest(found, run, frame)
            assert found.branch.frame == frame % run.n_frames
            assert found.branch.epoch == found.history.epoch[0] == run.history.epoch[frame]


def test_those_that_should_end_early_or_diverge_do():
    for key, config in CONFIGS.items():
        run = ffbp.train(config)
        assert (run.stopped_at is not None) == key.startswith("early"), key
        assert (run.diverged_at is not None) == key.startswith("diverges"), key


@pytest.mark.parametrize("key", ["adam batches", "early end", "early end, thinned", "cosine"])
def test_a_branch_of_a_branch_is_the_run_too(key):
    run = ffbp.train(CONFIGS[key])
    first = ffbp.branch(run, frame=3)
    second = ffbp.branch(first, frame=2)
    assert_is_the_rest(second, run, 5)
    assert second.branch.of == first.branch
    assert second.branch.frame == 2


# With a change


def test_it_goes_on_with_another_rate_and_the_same_state():
    run = ffbp.train(replace(SMALL, optimizer="adam", batch_size=10))
    found = ffbp.branch(run, frame=15, learning_rate=0.5)
    by_hand = run.resume(15)
    by_hand.rates = [0.5] * 40
    by_hand.learning_rate = 0.5
    by_hand.run_epoch()
    assert (found.history.theta[1] == by_hand.network.theta).all()
    assert (found.history.theta[0] == run.history.theta[15]).all()
    assert found.history.epoch.tolist() == list(range(15, 41))
    assert found.history.step[0] == run.history.step[15]
    assert found.branch.keeps_state
    assert sentence(branch_notice(found)) == (
        "Branched from epoch 15 with learning rate 0.5 instead of 0.05; Adam keeps its state."
    )


def test_another_optimizer_begins_without_state():
    run = ffbp.train(SMALL)
    found = ffbp.branch(run, frame=15, optimizer="adam", learning_rate=0.01)
    assert not found.branch.keeps_state
    assert (found.history.state[0] == 0).all()
    assert found.history.step[:2].tolist() == [0, 1]
    first = found.history.theta[1] - found.history.theta[0]
    assert np.allclose(np.abs(first[np.abs(run.network(15).grad) > 1e-6]), 0.01, rtol=1e-2)  # Adam's first step
    assert sentence(branch_notice(found)) == (
        "Branched from epoch 15 with optimizer Adam instead of gradient descent and learning rate 0.01 instead of 0.05; "
        "Adam begins there without any state."
    )
    back = ffbp.branch(found, frame=5, optimizer="sgd")
    assert sentence(branch_notice(back)) == ("Branched from epoch 20 with optimizer gradient descent instead of Adam.")
    assert summary(back)["Branch"] == sentence(branch_notice(back))
    assert "Branch" not in summary(run)
    assert sentence(branch_notice(ffbp.branch(run, frame=5))) == "Branched from epoch 5."


@pytest.mark.parametrize("changes", [
    {"noise": 0.5}, {"batch_size": 10}, {"l2": 0.1}, {"optimizer": "momentum", "momentum": 0.5}, {"activation": "tanh"},
    {"loss": "mse"}, {"epochs": 60}, {"epochs": 20}, {"schedule": "cosine"}, {"clip": 0.1}, {"patience": 5}, {"seed": 3},
    {"test_size": 0.4}, {"dataset": "circles"}, {"data_seed": 5},
], ids=str)  # fmt: skip
def test_what_may_change(changes):
    run = ffbp.train(SMALL)
    found = ffbp.branch(run, frame=12, **changes)
    assert (found.history.theta[0] == run.history.theta[12]).all()
    assert found.history.epoch[0] == 12
    assert found.history.epoch[-1] == (found.stopped_at or found.config.epochs)
    assert found.config == replace(run.config, **changes)
    network = found.network(0)
    loss = network.loss(found.dataset.X_train, found.dataset.y_train)
    assert found.history.train_loss[0] == pytest.approx(loss, rel=1e-12)
    again = found.resume(3)
    again.run_epoch()
    assert (again.network.theta == found.history.theta[4]).all()


def test_with_other_data_it_is_measured_on_them():
    run = ffbp.train(SMALL)
    found = ffbp.branch(run, frame=12, noise=0.5)
    assert found.dataset is not run.dataset
    assert ffbp.branch(run, frame=12, l1=0.5).dataset is run.dataset


def test_a_patience_of_its_own_counts_from_the_branch():
    run = ffbp.train(CONFIGS["early end"])
    found = ffbp.branch(run, frame=-1, patience=10)
    assert found.stopped_at is None or found.stopped_at >= run.stopped_at + 10
    assert found.n_frames > 1
    assert found.branch.best is None


def test_equal_parts_of_a_branch_are_those_from_there_on():
    run = ffbp.train(replace(SMALL, batch_size=10))
    found = ffbp.branch(run, frame=15, learning_rate=0.5)
    assert all(part.equal for part in ffbp.equal_parts(run, found))
    other = ffbp.branch(run, frame=15, noise=0.3)
    assert [part.name for part in ffbp.equal_parts(run, other) if not part.equal] == ["data"]


def test_it_reports_and_can_be_stopped():
    run = ffbp.train(replace(SMALL, n_samples=1000, epochs=2000))
    reports = ffbp.fit_branch(run, frame=10, learning_rate=0.01)
    first = next(reports)
    assert run.history.epoch[10] < first.epoch < 2000
    reports.close()
    assert drain(ffbp.fit_branch(run, frame=-2)).history.epoch[-1] == 2000


@pytest.mark.parametrize("key", PROGRAMS)
def test_programs_say_that_they_cannot_begin_with_another_runs_weights(key):
    found = ffbp.branch(ffbp.train(SMALL), frame=3)
    assert available(found, key) == [
        "A branch begins with the weights of another run's frame, and a program with initial weights."
    ]
    with pytest.raises(NoEquivalent):
        program(found, key)


@pytest.mark.parametrize(("frame", "changes", "message"), [
    (41, {}, "frame must be from -41 to 40, got 41"),
    (1.5, {}, "frame must be from -41 to 40, got 1.5"),
    (3, {"rate": 1}, "unknown field 'rate'; choose from dataset, "),
    (3, {"learning_rate": -1}, "learning_rate must be from 1e-06 to 1000, got -1.0"),
    (3, {"hidden": (5,)}, "hidden must keep the network's shape 2-6-1, got '2-5-1'"),
    (3, {"dataset": "iris", "n_samples": 1000}, "dataset must keep the network's shape 2-6-1, got '2-6-3'"),
    (3, {"initializer": "zeros"}, "initializer must be left as it is: a branch begins with the frame's weights"),
    (3, {"weight_seed": 3}, "weight_seed must be left as it is"),
    (30, {"epochs": 20}, "epochs must be at least 30, the epoch of the frame, got 20"),
    (3, {"patience": 3, "test_size": 0.0}, "patience must be left out when there is no test set, got 3"),
])  # fmt: skip
def test_what_does_not_fit_is_one_clear_message(frame, changes, message):
    run = ffbp.train(SMALL)
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        ffbp.branch(run, frame=frame, **changes)
    assert message in str(caught.value)
