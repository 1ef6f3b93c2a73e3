"""A race is run twice: at one rate, and with each optimizer at its own best."""

import numpy as np
import pytest

import ffbp
from ffbp import OPTIMIZERS, Config, Target
from ffbp.training.race import lane_notice, plan_race, race_notice, result
from ffbp.words.english import sentence
from ffbp.words.text import inside

SMALL = Config(n_samples=60, hidden=(4,), epochs=60, learning_rate=0.05)
TARGET = Target(loss=0.45)


@pytest.fixture(scope="module")
def found():
    return ffbp.race(SMALL, target=TARGET, rates=(0.001, 0.3, 1.0), seeds=(1, 2, 4), n_jobs=1)


def test_all_optimizers_of_the_registry_race_at_the_experiments_rate_too(found):
    assert [lane.optimizer for lane in found.same_rate] == list(OPTIMIZERS)
    assert {lane.learning_rate for lane in found.same_rate} == {0.05}
    assert found.sweep.values[1] == (0.001, 0.05, 0.3, 1.0)


def test_epochs_are_those_of_the_single_runs(found):
    for lane in (*found.same_rate, *found.best_rate):
        for seed, epochs in zip((1, 2, 4), lane.epochs, strict=True):
            run = ffbp.train(Config(**(SMALL.to_dict() | {
                "optimizer": lane.optimizer, "learning_rate": lane.learning_rate, "seed": seed,
            })))  # fmt: skip
            frame = TARGET.first_frame(run)
            assert np.isnan(epochs) if frame is None else epochs == run.history.epoch[frame]
        assert lane.arrived == np.isfinite(lane.epochs).sum()
        assert {found.sweep.configs[place].optimizer for place in lane.places} == {lane.optimizer}


def test_the_best_rate_is_the_fastest_of_all(found):
    medians = found.sweep.median_epochs(TARGET).reshape(len(OPTIMIZERS), 4)
    for k, lane in enumerate(found.best_rate):
        assert lane.median == np.nanmin(medians[k])
        assert not lane.median > found.same_rate[k].median


def test_a_lane_is_told(found):
    for lane in (*found.same_rate, *found.best_rate):
        text = sentence(lane_notice(lane, TARGET))
        label = OPTIMIZERS[lane.optimizer].label
        assert text.startswith(f"{label} at a learning rate of {lane.learning_rate:g}: {lane.arrived} of 3 runs ")
        assert text.endswith("never does." if np.isnan(lane.median) else f"needs {lane.median:g} epochs.")


def test_where_none_arrives_the_lowest_loss_counts_and_it_is_said():
    never = ffbp.race(SMALL, target=Target(loss=1e-9), optimizers=("sgd",), rates=(0.001, 1.0), seeds=(1,), n_jobs=1)
    (lane,) = never.best_rate
    assert np.isnan(lane.median)
    assert lane.arrived == 0
    losses = never.sweep.ends("train_loss")
    assert lane.learning_rate == never.sweep.values[1][int(np.argmin(losses))]


def test_a_race_can_be_judged_while_it_runs():
    planned = plan_race(SMALL, optimizers=("sgd", "adam"), rates=(0.05, 0.3), seeds=(1, 2))
    assert all(np.isnan(lane.median) for lane in result(planned, TARGET).same_rate)
    planned.train(n_jobs=1)
    assert np.isfinite(result(planned, Target(loss=10.0)).same_rate[0].median)
    with pytest.raises(ValueError, match="sweep must be over optimizer and learning_rate"):
        result(ffbp.plan_sweep(SMALL, seeds=(1,)), TARGET)
    with pytest.raises(ValueError, match="unknown optimizer 'adamm'; choose from"):
        plan_race(SMALL, optimizers=("adamm",))


def test_who_is_first_is_told_for_one_rate_and_for_the_best(found):
    for best, lanes in ((False, found.same_rate), (True, found.best_rate)):
        text = sentence(race_notice(found, best=best))
        first = min(lane.median for lane in lanes if np.isfinite(lane.median))
        winners = [lane for lane in lanes if lane.median == first]
        names = [
            inside(OPTIMIZERS[lane.optimizer].label) + (f" at {lane.learning_rate:g}" if best else "")
            for lane in winners
        ]
        assert f"at epoch {first:g}." in text
        assert all(name in text.partition(" first: ")[0] for name in names)
        never = [OPTIMIZERS[lane.optimizer].label for lane in lanes if np.isnan(lane.median)]
        assert ("never does" in text) == bool(never)
        assert ("At 0.05 for all" in text) == best
        edge = {OPTIMIZERS[lane.optimizer].label for lane in lanes if best and lane.learning_rate in (0.001, 1.0)}
        assert ("a rate beyond may be better still" in text) == bool(edge)
    never = result(found.sweep, Target(loss=1e-9))
    assert "no optimizer reaches" in sentence(race_notice(never, best=False))
    assert sentence(race_notice(never, best=True)).startswith("With each at its own best rate, the median run of no")


def test_without_other_rates_all_race_at_the_experiments_own():
    assert plan_race(SMALL, rates=(), seeds=(1,)).values[1] == (0.05,)
