"""One of many runs is repeated alone: its numbers are the same, and whether it is chaotic is the verdict of sensitivity."""

import numpy as np
import pytest

import ffbp
from ffbp import Config
from ffbp.analysis.alone import repeat_one, repeated_notice, restless
from ffbp.analysis.sensitivity import parts_at
from ffbp.training.recording import drain
from ffbp.words.english import sentence

STABLE = Config(n_samples=60, epochs=30, hidden=(4,))
CHAOTIC = Config(
    n_samples=60,
    hidden=(8, 8),
    activation="sine",
    learning_rate=1.0,
    initializer="normal",
    init_scale=2.0,
    epochs=200,
)


@pytest.mark.parametrize(("config", "is_chaotic"), [(STABLE, False), (CHAOTIC, True)])
def test_the_repeated_run_equals_its_member_and_chaos_is_named(config, is_chaotic):
    sweep = ffbp.sweep(config, seeds=range(4), n_jobs=1)
    found = drain(repeat_one(sweep))
    assert found.largest == 0
    run = ffbp.train(sweep.configs[found.place])
    assert found.parts_at == parts_at(run)
    assert (found.parts_at is not None) == is_chaotic
    text = sentence(repeated_notice(found, sweep))
    assert f"(seed {found.place})" in text
    assert "exactly the same losses" in text
    assert ("It is chaotic" in text) == is_chaotic
    assert f"epoch {found.epoch}" in text
    assert found.epoch == (config.epochs if found.parts_at is None else found.parts_at)  # a step an epoch


def change(sweep, place, frames, by):
    """Another training loss of a member at some frames."""
    columns = sweep.outcomes[place].columns
    columns["train_loss"] = columns["train_loss"].copy()
    columns["train_loss"][frames] += by


def test_a_member_that_differs_is_not_called_equal():
    sweep = ffbp.sweep(STABLE, seeds=(5,), n_jobs=1)
    change(sweep, 0, slice(3, 4), 1e-3)
    found = drain(repeat_one(sweep))
    assert found.largest == pytest.approx(1e-3, rel=1e-6)
    assert "losses that differ by at most 0.001000" in sentence(repeated_notice(found, sweep))


@pytest.mark.parametrize("ends_only", [False, True])
def test_the_run_whose_loss_rises_most_often_is_the_most_restless(ends_only):
    choices = {"field": "learning_rate", "values": (0.1, 1.0), "seeds": range(3), "ends_only": ends_only}
    sweep = ffbp.sweep(STABLE, **choices, n_jobs=1)
    curves = [ffbp.train(config).history.train_loss for config in sweep.configs]
    rises = [np.count_nonzero(np.diff(curve) > 0) for curve in curves]
    assert [outcome.n_rises for outcome in sweep.outcomes] == rises
    assert rises[restless(sweep)] == max(rises)
    assert drain(repeat_one(sweep)).largest == 0
    sweep.outcomes[4] = sweep.outcomes[4]._replace(n_rises=31)
    assert restless(sweep) == 4
    sweep.outcomes[4] = sweep.outcomes[4]._replace(diverged_at=3)
    assert restless(sweep) != 4
    found = drain(repeat_one(sweep))
    rate, seed = sweep.at(found.place)
    assert f"learning rate {rate:g}, seed {seed}" in sentence(repeated_notice(found, sweep))
