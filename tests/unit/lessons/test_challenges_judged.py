"""Runs judged by a challenge: on the numbers of their end, with ties, and never by a run that does not count."""

import math

import pytest

import ffbp
from ffbp.experiment.challenge import Challenge, data_mark
from ffbp.experiment.config import Config
from ffbp.lessons.challenge import Facts, Judged, judged, ranks
from ffbp.lessons.quantities import QUANTITIES
from ffbp.words.of_a_challenge import LABELS

SMALL = {"n_samples": 40, "epochs": 5, "hidden": (3,)}


@pytest.fixture(scope="module")
def run():
    return ffbp.train(Config(**SMALL))


@pytest.mark.parametrize("name", LABELS)
def test_every_quantity_is_one_of_a_whole_run(name):
    assert QUANTITIES[name].shape == ()


def test_the_facts_are_the_recorders_numbers_at_the_end(run):
    numbers, history = Facts.of(run).numbers, run.history
    assert numbers["test_loss"] == history.test_loss[-1]
    assert numbers["train_accuracy"] == 100 * history.train_accuracy[-1]
    assert (numbers["n_params"], numbers["n_hidden"], numbers["epoch"]) == (3 * 3 + 4, 3, 5)
    assert numbers["n_steps"] == len(history.step_loss)
    assert math.isnan(numbers["test_r_squared"]), "a class has no R²"


def test_a_rule_holds_up_to_its_number_and_a_missing_number_meets_none(run):
    facts = Facts.of(run)
    loss = facts.numbers["test_loss"]
    assert judged(Challenge.read(f"test_loss_at_most_{loss!r}"), facts).met
    assert not judged(Challenge.read(f"test_loss_at_most_{loss - 1e-9!r}"), facts).met
    assert judged(Challenge.read("n_params at most 13, epochs at least 5"), facts).met
    assert not judged(Challenge.read("n_params at most 13, epochs at least 6"), facts).met
    assert not judged(Challenge.read("test_r2 at most 1"), facts).met
    assert not judged(Challenge.read("test_r2 at least -1"), facts).met


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"noise": 0.4}, "data"), ({"fault": "wrong_sign"}, "fault"), ({"noise": 0.4, "fault": "wrong_sign"}, "fault")],
)
def test_other_data_and_a_fault_do_not_count(changes, reason):
    challenge = Challenge.read(f"least n_params~data_{data_mark(Config(**SMALL))}")
    found = judged(challenge, Facts.of(ffbp.train(Config(**SMALL, **changes))))
    assert (found.met, found.why_not) == (False, reason)


def test_weights_that_are_typed_do_not_count():
    found = judged(Challenge.read("fewest weights"), Facts.of(ffbp.train(Config(**SMALL, initial_theta=(0.1,) * 13))))
    assert (found.met, found.why_not) == (False, "start")


def test_a_run_that_diverged_meets_nothing():
    run = ffbp.train(Config(dataset="bumps", hidden=(16,), learning_rate=30, epochs=200, n_samples=100))
    assert run.diverged_at is not None
    found = judged(Challenge.read("epochs at least 0, fewest weights"), Facts.of(run))
    assert (found.met, found.why_not) == (False, "diverged")


def test_ranks_share_ties_and_leave_out_the_next():
    goal = Challenge.read("least n_params")
    met = [Judged((), "", value) for value in (13.0, 9.0, 13.0, 41.0, math.nan)]
    assert ranks(goal, [*met, None, Judged((), "fault", 1.0)]) == [2, 1, 2, 4, None, None, None]
    assert ranks(Challenge.read("most n_params"), met) == [2, 4, 2, 1, None]
    assert ranks(Challenge.read("epochs at most 5"), met) == [None] * 5
