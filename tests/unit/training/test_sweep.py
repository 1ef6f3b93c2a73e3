"""A sweep: every run is the one of its configuration, all of them are kept, and it can be stopped."""

from dataclasses import replace

import numpy as np
import pytest
from joblib import parallel_config

import ffbp
from ffbp import Config, Target
from ffbp.data.generators import DATASETS
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.kinds import OfRegistry
from ffbp.training.measure import LOSSES_AND_SCORES
from ffbp.training.recording import drain
from ffbp.training.sweep import coarseness, outcome_of, plan_sweep

SMALL = Config(n_samples=60, epochs=30, hidden=(6,))


def assert_same(sweep):
    for config, outcome in zip(sweep.configs, sweep.outcomes, strict=True):
        alone = outcome_of(ffbp.train(config, None))
        assert outcome.columns.keys() == alone.columns.keys()
        for name, column in alone.columns.items():
            np.testing.assert_array_equal(outcome.columns[name], column)
        np.testing.assert_array_equal(outcome.theta, alone.theta)
        np.testing.assert_array_equal(outcome.epoch, alone.epoch)
        assert outcome[3:] == alone[3:]


@pytest.mark.parametrize(("name", "values"), [
    ("learning_rate", (0.01, 0.1, 1.0)),
    ("lr", (0.01, 1e3)),
    ("hidden", ((), (2,), (4, 3))),
    ("l2", (0.0, 0.1)),
    ("batch_size", (None, 10)),
    ("epochs", (5, 30, 400)),
    ("noise", (0.0, 0.3)),
])  # fmt: skip
def test_every_run_is_that_of_its_configuration(name, values):
    sweep = ffbp.sweep(SMALL, field=name, values=values, seeds=(1, 2), n_jobs=1)
    assert sweep.shape == (len(values), 2)
    assert [(getattr(c, sweep.fields[0]), c.seed) for c in sweep.configs] == [(v, s) for v in values for s in (1, 2)]
    assert_same(sweep)


SWEPT = [name for name, each in FIELDS.items() if isinstance(each.kind, OfRegistry) and not each.file_only]


@pytest.mark.parametrize("name", SWEPT)
def test_every_registry_can_be_swept_by_its_keys_alone(name):
    start = Config(epochs=3) if name == "dataset" else Config(n_samples=60, epochs=3)
    sweep = ffbp.sweep(start, field=name, seeds=(0,), n_jobs=1)
    kind = FIELDS[name].kind
    assert 1 <= len(sweep.configs) <= len(kind.choices)
    assert_same(sweep)
    assert len(sweep.table()) == len(sweep.configs)


def test_a_new_entry_of_a_registry_is_swept_at_once(square):
    values = ffbp.sweep(SMALL, field="activation", seeds=(0,), n_jobs=1).values
    assert "square" in values[0]


@pytest.mark.parametrize(("vary", "differing"), [
    ("both", {"data", "split", "batches", "weights"}), ("data", {"data", "split", "batches"}), ("weights", {"weights"}),
])  # fmt: skip
def test_seeds_decide_what_is_said(vary, differing):
    sweep = ffbp.sweep(SMALL, seeds=(1, 2), vary=vary, n_jobs=1)
    assert sweep.fields == ()
    assert sweep.shape == (2,)
    runs = [ffbp.train(config) for config in sweep.configs]
    assert {part.name for part in ffbp.equal_parts(*runs) if not part.equal} == differing
    if vary != "both":
        assert {config.seed for config in sweep.configs} == {SMALL.seed}
    assert_same(sweep)


def test_a_grid_of_two_fields_keeps_the_experiments_own_seeds_and_only_the_ends():
    start = Config(n_samples=60, epochs=12, hidden=(3,), optimizer="momentum", seed=7, weight_seed=3)
    rates, momenta = (0.01, 0.1, 1.0), (0.0, 0.9)
    choices = {"field": ("learning_rate", "momentum"), "values": (rates, momenta), "seeds": None}
    grid = ffbp.sweep(start, **choices, ends_only=True, n_jobs=1)
    assert grid.shape == (3, 2, 1)
    losses = grid.ends("train_loss").reshape(grid.shape)[:, :, 0]
    for i, rate in enumerate(rates):
        for j, momentum in enumerate(momenta):
            config = replace(start, learning_rate=rate, momentum=momentum)
            assert grid.configs[2 * i + j] == config
            assert losses[i, j] == ffbp.train(config).history.train_loss[-1]
    assert {len(outcome.epoch) for outcome in grid.outcomes} == {2}
    assert grid.to_csv() == ffbp.sweep(start, **choices, n_jobs=1).to_csv()


def test_a_seed_of_its_own_gives_way_when_both_vary():
    sweep = plan_sweep(Config(data_seed=5), seeds=(1,))
    assert sweep.configs == (Config(seed=1),)


def test_two_fields_make_a_grid():
    sweep = ffbp.sweep(
        SMALL, field=("learning_rate", "l2"), values=((0.01, 0.1, 1.0), (0.0, 0.1)), seeds=(3,), n_jobs=1
    )
    assert sweep.shape == (3, 2, 1)
    grid = sweep.ends("train_loss").reshape(sweep.shape)
    config = Config(n_samples=60, epochs=30, hidden=(6,), learning_rate=1.0, l2=0.1, seed=3)
    assert grid[2, 1, 0] == ffbp.train(config).history.train_loss[-1]
    assert list(sweep.table().columns[:3]) == ["learning_rate", "l2", "seed"]


# Arrays and table


def test_curves_are_nan_beyond_a_runs_end():
    sweep = ffbp.sweep(SMALL, field="epochs", values=(5, 30), seeds=(1,), n_jobs=1)
    assert sweep.curves.shape == sweep.epochs.shape == (2, 31)
    assert np.isnan(sweep.curves[0, 6:]).all()
    assert np.isnan(sweep.epochs[0, 6:]).all()
    assert np.isfinite(sweep.curves[1]).all()
    assert sweep.epochs[0, :6].tolist() == [0, 1, 2, 3, 4, 5]
    for name in LOSSES_AND_SCORES:
        assert sweep.column(name).shape == ((2, 31) if not name.endswith("r2") else (2, 0))


def test_a_diverged_run_is_in_the_table_and_never_a_success():
    sweep = ffbp.sweep(
        Config(dataset="plane", n_samples=60, epochs=200, hidden=()), field="learning_rate", values=(0.01, 100.0), seeds=(1, 2),
        n_jobs=1,
    )  # fmt: skip
    table = sweep.table(Target(loss=1e300))
    assert table["diverged_at"].notna().tolist() == sweep.diverged.tolist() == [False, False, True, True]
    assert table["success"].tolist() == [True, True, False, False]
    assert [(rate.values, rate.n, rate.successes) for rate in sweep.rates(Target(loss=1e300))] == [
        ((0.01,), 2, 2), ((100.0,), 2, 0),
    ]  # fmt: skip
    assert {"train_r2", "test_r2"} <= set(table.columns)
    assert "train_accuracy" not in table.columns
    with pytest.raises(ValueError, match=r"target must be a loss where the target is a number, got 0\.9"):
        sweep.rates(Target(accuracy=0.9))


def test_epochs_to_a_target_are_the_first_that_meet_it_and_a_run_that_never_does_says_so():
    sweep = ffbp.sweep(SMALL, field="learning_rate", values=(1e-6, 0.5), seeds=(1, 2, 4), n_jobs=1)
    target = Target(loss=0.5)
    epochs = sweep.epochs_to(target)
    for config, epoch in zip(sweep.configs, epochs, strict=True):
        history = ffbp.train(config).history
        met = history.epoch[history.train_loss <= 0.5]
        assert np.isnan(epoch) if not len(met) else epoch == met[0]
    assert np.isnan(epochs[:2]).all()
    medians = sweep.median_epochs(target)
    assert np.isnan(medians[0])
    assert medians[1] == np.median(epochs[3:])
    table = sweep.table(target)
    assert table["epochs_to_target"].isna().tolist() == np.isnan(epochs).tolist()
    low, high = ffbp.wilson_interval(int(sweep.successes(target)[3:].sum()), 3)
    assert sweep.rates(target)[1][3:] == (low, high)


def test_the_table_has_a_row_a_run_and_its_csv_all_digits():
    sweep = ffbp.sweep(SMALL, field="hidden", values=((), (4, 3)), seeds=(1, 2), n_jobs=1)
    table = sweep.table()
    assert table["hidden"].tolist() == ["none", "none", "4-3", "4-3"]
    assert table["seed"].tolist() == [1, 2, 1, 2]
    assert table["train_loss"].tolist() == sweep.ends("train_loss").tolist()
    lines = sweep.to_csv().splitlines()
    assert len(lines) == 5
    assert repr(float(sweep.ends("test_loss")[0])) in lines[1]
    assert sweep._repr_html_().count("<tr") == 5


# The generator


def test_it_reports_and_can_be_stopped_and_goes_on():
    choices = {"field": "learning_rate", "values": (0.01, 0.03, 0.1, 0.3), "seeds": (1, 2)}
    config = Config(n_samples=1000, epochs=300, patience=299)  # early stopping: each trains by itself
    reports = ffbp.fit_sweep(config, **choices)
    for report in reports:
        if sum(outcome is not None for outcome in report.sweep.outcomes) >= 2:
            break
    reports.close()
    sweep = report.sweep
    assert 0 < report.done < 1
    n_done = sum(outcome is not None for outcome in sweep.outcomes)
    assert 2 <= n_done < 8
    assert len(sweep.table()) == n_done
    assert np.isnan(sweep.ends("train_loss")).sum() == 8 - n_done
    assert sum(rate.n for rate in sweep.rates(Target(loss=0.3))) == n_done
    done = [outcome for outcome in sweep.outcomes if outcome is not None]
    sweep.train(n_jobs=1)
    assert all(outcome is not None for outcome in sweep.outcomes)
    assert all(any(outcome is other for other in sweep.outcomes) for outcome in done)


def test_coarse_values_come_first():
    assert coarseness(1) == [0]
    assert coarseness(4) == [0, 1, 0, 1]
    assert coarseness(9) == [0, 3, 2, 3, 1, 3, 2, 3, 0]
    for n in range(1, 50):
        levels = coarseness(n)
        for level in range(max(levels) + 1):  # at every level the values lie at most one gap apart
            there = [i for i in range(n) if levels[i] <= level]
            assert there[0] == 0
            assert len(set(np.diff(there))) <= 1
    order = plan_sweep(SMALL, field=("l1", "l2"), values=[[i / 10 for i in range(5)]] * 2, seeds=(1, 2))._missing()
    assert sorted(order) == list(range(50))
    corners = {0, 8, 40, 48}
    assert set(order[:4]) == corners


def test_the_work_is_estimated_before_it_starts():
    sweep = plan_sweep(SMALL, seeds=range(7))
    assert sweep.outcomes == [None] * 7
    assert sweep.work == pytest.approx(7 * plan_sweep(SMALL, seeds=(0,)).work)
    assert sweep.curves.shape == (7, 0)
    assert len(sweep.table(Target(loss=1.0))) == 0


@pytest.mark.parametrize("engine", ["loky", "threading"])
def test_other_engines_give_the_same_numbers(engine):
    with parallel_config(engine, n_jobs=2):
        found = ffbp.sweep(SMALL, field="learning_rate", values=(0.1, 0.3), seeds=(1, 2), n_jobs=2)
    assert_same(found)


def test_one_hidden_layer_may_be_given_by_its_units():
    sweep = ffbp.plan_sweep(SMALL, field="hidden", values=np.array([2, 3]), seeds=(1,))
    assert sweep.values == (((2,), (3,)),)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_file_is_swept_with_its_samples(n_jobs):
    table = ffbp.read_table(
        b"a,b,c\n" + b"".join(b"%d,%d,%s\n" % (i, i * i % 7, b"xy"[i % 2 :][:1]) for i in range(40))
    )
    source = ffbp.source_of(table)
    config = Config(file_name="f.csv", file_fingerprint=table.fingerprint, epochs=5)
    sweep = ffbp.sweep(config, field="learning_rate", values=(0.1, 0.2), seeds=(1, 2), source=source, n_jobs=n_jobs)
    alone = ffbp.train(sweep.configs[3], ffbp.dataset_for(sweep.configs[3], source))
    assert sweep.ends("train_loss")[3] == alone.history.train_loss[-1]


# Bad input


@pytest.mark.parametrize(("choices", "message"), [
    ({"field": "rate", "values": (1,)}, "unknown field 'rate'; choose from dataset, "),
    ({"field": "learning_rate", "values": (0.1, 1e9)}, r"learning_rate must be from 1e-06 to 1000, got 1000000000\.0"),
    ({"field": "learning_rate", "values": (0.1, "x")}, "learning_rate must be a finite number, got 'x'"),
    ({"field": "learning_rate"}, "values must be a list, got None"),
    ({"field": "learning_rate", "values": 0.1}, "values must be a list, got 0.1"),
    ({"field": "learning_rate", "values": ()}, r"values must hold at least one value, got \(\)"),
    ({"field": "learning_rate", "values": (0.1, 0.1)}, r"values must be different, got \(0.1, 0.1\)"),
    ({"field": "activation", "values": ("tanh", "rleu")}, "unknown activation 'rleu'; choose from "),
    ({"field": "learning_rate", "values": (0.1,), "seeds": range(10**6)}, "sweep must be at most 10000 runs, got 1000000"),
    ({"field": "l2", "values": [i / 1e4 for i in range(1000)], "seeds": range(1000)}, "at most 10000 runs, got 1000000"),
    ({"seeds": iter(range(10**9))}, "at most 10000 runs, got 10001"),
    ({"seeds": (-1,)}, "seed must be from 0 to 4294967295, got -1"),
    ({"seeds": 3}, "seeds must be a list, got 3"),
    ({"field": "seed", "values": (1, 2)}, "field must be another field than the seeds that are varied, got 'seed'"),
    ({"field": ("l1", "l2", "noise"), "values": ((0.1,),) * 3}, "field must be one field or two different ones"),
    ({"field": ("l1", "l1"), "values": ((0.1,),) * 2}, "field must be one field or two different ones"),
    ({"field": ("l1", "l2"), "values": ((0.1,),)}, "values must be one list for each of 2 fields"),
    ({"vary": "all"}, "unknown vary 'all'; choose from both, weights, data"),
    ({"field": "epochs", "values": (10, 10**6)}, "epochs must be from 1 to 20000, got 1000000"),
])  # fmt: skip
def test_bad_input_is_one_clear_message(choices, message):
    with pytest.raises(ValueError, match=message):
        ffbp.sweep(SMALL, **choices)


def test_what_another_sweep_has_trained_is_taken_over():
    few = ffbp.sweep(SMALL, seeds=range(3), n_jobs=1)
    more = plan_sweep(SMALL, seeds=range(5))
    more.take_over(few)
    assert [outcome is not None for outcome in more.outcomes] == [True] * 3 + [False] * 2
    assert more.outcomes[:3] == few.outcomes
    assert_same(more.train(n_jobs=1))
    other = plan_sweep(SMALL, seeds=range(5), source=DATASETS["moons"])
    other.take_over(few)
    assert not any(other.outcomes)


def test_some_members_can_be_had_as_whole_runs():
    sweep = plan_sweep(SMALL, field="learning_rate", values=(0.1, 1.0), seeds=(3, 5))
    runs = drain(sweep.runs([3, 0]))
    assert [run.config for run in runs] == [sweep.configs[3], sweep.configs[0]]
    assert (runs[0].history.theta == ffbp.train(sweep.configs[3]).history.theta).all()
