"""Many runs: each is the single run, whoever trains beside it."""

import pickle
from dataclasses import fields, replace
from itertools import groupby

import experiments
import numpy as np
import pytest
from joblib import parallel_config

import ffbp
from ffbp import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, Config, History, dataset_for, train, train_many
from ffbp.experiment.build import data_choices
from ffbp.training import many
from ffbp.training.loop import Training
from ffbp.training.stack import Alike, Stack, alike, together

SMALL = {"n_samples": 60, "hidden": (6,), "epochs": 40, "learning_rate": 0.05}
HYPER = sorted({name for entry in OPTIMIZERS.values() for name in entry.hyper})


def assert_same(a, b):
    assert a.config == b.config
    for item in fields(History):
        ours, theirs = getattr(a.history, item.name), getattr(b.history, item.name)
        np.testing.assert_array_equal(ours, theirs, err_msg=item.name, strict=True)
    assert (a.diverged_at, a.stopped_at) == (b.diverged_at, b.stopped_at)
    assert a.decided.keys() == b.decided.keys()
    for part in a.decided:
        np.testing.assert_array_equal(a.decided[part], b.decided[part])
    for part, other in zip(a.dataset.parts, b.dataset.parts, strict=True):
        np.testing.assert_array_equal(part.X, other.X)


def assert_as_if_alone(configs, *, n_stacks=1, n_jobs=1):
    planned = many._planned(configs, None)
    assert len(many._stacks(planned, n_jobs)) == n_stacks
    runs = train_many(configs, n_jobs=n_jobs)
    assert len(runs) == len(configs)
    for config, run in zip(configs, runs, strict=True):
        assert_same(run, train(config))
    return runs


# A member is the single run


@pytest.mark.parametrize("batch_size", [None, 1, 7, 24])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_members_of_different_seeds_data_and_rates_equal_single_runs(optimizer, batch_size):
    config = Config(**SMALL, optimizer=optimizer, batch_size=batch_size)
    assert_as_if_alone([
        config,
        replace(config, seed=1, noise=0.4),
        replace(config, seed=2, learning_rate=0.01, initializer="xavier"),
        replace(config, seed=3, test_size=0.52, n_samples=100, schedule="cosine"),
    ])  # fmt: skip


@pytest.mark.parametrize("shuffle", [True, False])
def test_members_that_share_their_data_equal_single_runs(shuffle):
    config = Config(**SMALL, optimizer="momentum", batch_size=10, shuffle=shuffle)
    runs = assert_as_if_alone([replace(config, learning_rate=rate) for rate in (0.01, 0.02, 0.1)])
    assert len({id(run.dataset) for run in runs}) == 1


@pytest.mark.parametrize("config", experiments.covering(5), ids=lambda config: f"{config.dataset} {config.optimizer}")
def test_every_registry_entry_trains_in_a_stack(config):
    config = replace(config, patience=None, epochs=min(config.epochs, 6))
    configs = [config, replace(config, seed=1), replace(config, learning_rate=config.learning_rate / 2)]
    assert_as_if_alone(configs, n_stacks=len(many._stacks(many._planned(configs, None), 1)))


def test_those_experiments_cover_the_registries():
    configs = experiments.covering(5)
    assert {config.optimizer for config in configs} == set(OPTIMIZERS)
    assert {config.schedule for config in configs} == set(SCHEDULES)
    assert {config.loss for config in configs} == set(LOSSES)
    used = {key for config in configs for key in np.atleast_1d(config.activation)}
    assert used == {key for key, entry in ACTIVATIONS.items() if not entry.coupled}


@pytest.mark.parametrize("batch_size", [None, 16])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_clips_and_penalties_may_differ(schedule, batch_size):
    config = Config(**SMALL, batch_size=batch_size, l1=0.01, l2=0.1, clip=0.1)
    assert_as_if_alone([
        config,
        replace(config, schedule=schedule, decay_epochs=7),
        replace(config, l2=0.02, clip=0.5, seed=4),
        replace(config, l1=0.001, clip=0.02),
    ])  # fmt: skip


@pytest.mark.parametrize("name", HYPER)
def test_an_optimizers_constants_may_differ(name):
    optimizer = next(key for key, entry in OPTIMIZERS.items() if name in entry.hyper)
    config = Config(**SMALL, optimizer=optimizer, batch_size=16)
    configs = [replace(config, **{name: getattr(config, name) * factor}) for factor in (1, 0.9, 0.5)]
    for config, run in zip(configs, train_many(configs, n_jobs=1), strict=True):
        single = train(config)
        if not name.startswith("beta"):  # a power of numbers in an array may differ in its last bit
            assert_same(run, single)
        for item in fields(History):
            ours, theirs = getattr(run.history, item.name), getattr(single.history, item.name)
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12, err_msg=item.name)


def test_units_that_begin_equal_stay_equal_in_a_stack():
    config = Config(**SMALL, initializer="constant", init_scale=0.3, optimizer="adam", activation="tanh")
    runs = assert_as_if_alone([replace(config, seed=seed) for seed in (0, 1)] + [replace(config, initializer="he")])
    theta = runs[0].network().layers[0].W
    assert (theta == theta[0]).all()


def test_small_losses_keep_their_digits_whoever_is_beside_them():
    config = Config(dataset="xor_gate", hidden=(4,), activation="tanh", optimizer="adam", learning_rate=0.1, epochs=600)
    runs = assert_as_if_alone([replace(config, seed=seed, learning_rate=rate) for seed, rate in ((1, 0.1), (2, 1e-4))])
    assert runs[0].history.train_loss[-1] < 1e-3 < runs[1].history.train_loss[-1]


# The end of a member


DIVERGING = {
    "full batch": Config(dataset="bumps", n_samples=50, hidden=(5,), epochs=60),
    "small batches": Config(dataset="bumps", n_samples=50, hidden=(5,), epochs=60, batch_size=7),
    "momentum": Config(dataset="plane", n_samples=50, hidden=(), epochs=90, optimizer="momentum"),
    "penalty": Config(n_samples=20, hidden=(), l2=10, epochs=80),
}


@pytest.mark.parametrize("config", DIVERGING.values(), ids=DIVERGING)
def test_a_member_that_diverges_leaves_the_others_alone(config):
    rates = (0.01, 900.0, 0.02, 30.0, 5.0)
    runs = assert_as_if_alone([replace(config, learning_rate=rate, seed=k) for k, rate in enumerate(rates)])
    assert [run.diverged_at is None for run in runs[:3]] == [True, False, True]
    assert len({run.diverged_at for run in runs}) > 2


def test_a_stack_of_which_all_diverge_ends():
    config = Config(dataset="plane", n_samples=50, hidden=(), epochs=20000)
    runs = assert_as_if_alone([replace(config, learning_rate=rate) for rate in (100.0, 300.0)])
    assert all(0 < run.diverged_at < 100 for run in runs)


def test_a_member_whose_start_is_not_finite_is_a_run_of_one_frame():
    config = Config(dataset="plane", n_samples=50, hidden=(), epochs=10)
    runs = assert_as_if_alone([config, replace(config, initial_theta=(1e200, 1, 1))])
    assert (runs[1].diverged_at, runs[1].n_frames) == (0, 1)


# The list


def test_a_mixed_list_comes_back_in_its_order():
    a, b, c = Config(**SMALL), Config(**SMALL, activation="tanh"), Config(dataset="iris", hidden=(4,), epochs=20)
    alone = replace(a, patience=5, optimizer="adam", noise=0.5)
    configs = [a, c, alone, b, replace(b, seed=1), replace(a, seed=1), replace(alone, seed=3), replace(c, seed=9)]
    assert_as_if_alone(configs, n_stacks=5)


def test_long_lists_are_cut_into_stacks_of_nearly_one_size():
    planned = many._planned([Config(**SMALL, seed=seed) for seed in range(70)], None)
    for n_processes in (1, 2, 3, 100):
        sizes = [len(places) for places in many._stacks(planned, n_processes)]
        assert sum(sizes) == 70
        assert max(sizes) - min(sizes) <= 1
        assert len(sizes) >= min(n_processes, 70)
    assert sorted(place for places in many._stacks(planned, 2) for place in places) == list(range(70))


def test_an_empty_list_gives_an_empty_list():
    assert train_many([]) == train_many([], n_jobs=1) == []


def test_an_iterator_is_a_list():
    assert [run.config.seed for run in train_many((Config(**SMALL, seed=s) for s in (5, 3)), n_jobs=1)] == [5, 3]


def test_given_datasets_are_trained_on():
    d = dataset_for(Config(dataset="iris", columns=()))
    configs = [Config(file_name="my flowers.csv", hidden=(5,), epochs=20, seed=seed) for seed in (0, 1)]
    configs.append(Config(dataset="iris", hidden=(5,), epochs=20))
    runs = train_many(configs, [d, d, None], n_jobs=1)
    assert runs[0].dataset is runs[1].dataset is d
    for config, run in zip(configs, runs, strict=True):
        assert_same(run, train(config, d if config.file_name else None))


@pytest.mark.parametrize(
    ("configs", "options", "message"),
    [
        ([Config(), {"epochs": 3}], {}, r"configs must hold nothing but Config, got \{'epochs': 3\}"),
        (Config(epochs=1), {}, r"configs must be a list of Config, got Config\("),
        (3, {}, "configs must be a list of Config, got 3"),
        ([Config()], {"datasets": []}, "datasets must be 1, one a configuration, got 0"),
        ([Config()], {"n_jobs": 0}, "n_jobs must be a whole number except 0, got 0"),
        ([Config()], {"n_jobs": "two"}, "n_jobs must be a whole number except 0, got 'two'"),
        ([Config(file_name="a.csv"), Config()], {}, "file_name must come with its data"),
        ([Config(patience=5)], {"datasets": [dataset_for(Config(test_size=0))]}, "patience must be left out"),
    ],
    ids=str,
)
def test_bad_input_is_one_clear_message(configs, options, message):
    with pytest.raises(ValueError, match=message):
        train_many(configs, **options)


# What has to be equal


def test_one_stack_needs_what_alike_names_and_nothing_else():
    base = Config(n_samples=60, hidden=(6,), epochs=40, batch_size=10, optimizer="adam")

    def key(**changes):
        config = replace(base, **changes)
        return alike(config, many.Experiment(config).resolved)

    changes = {
        "task": {"dataset": "bumps"}, "sizes": {"hidden": (7,)}, "activations": {"activation": "tanh"},
        "loss": {"loss": "mse"}, "n_train": {"n_samples": 50}, "batch_size": {"batch_size": 11},
        "shuffle": {"shuffle": False}, "epochs": {"epochs": 41}, "optimizer": {"optimizer": "sgd"}, "l1": {"l1": 0.1},
        "l2": {"l2": 0.1}, "clip": {"clip": 1.0},
    }  # fmt: skip
    assert set(changes) == set(Alike._fields)
    for name, change in changes.items():
        assert getattr(key(**change), name) != getattr(key(), name), name
    assert key(patience=3) is None
    free = {"seed": 1, "noise": 0.1, "initializer": "xavier", "bias_init": 0.1, "learning_rate": 1.0, "beta1": 0.5}
    assert key(**free, schedule="step", dataset="circles") == key()


def test_constants_that_agree_stay_numbers():
    assert together([0.1, 0.1]) == 0.1
    np.testing.assert_array_equal(together([0.1, 0.2]), [[0.1], [0.2]])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_shapes_of_a_stack(optimizer):
    configs = [Config(**SMALL, optimizer=optimizer, seed=seed) for seed in range(3)]
    stack = Stack([Training(config, dataset_for(config)) for config in configs])
    assert stack.network.theta.shape == stack.network.grad.shape == (3, 25)
    assert stack.state.shape == (OPTIMIZERS[optimizer].n_state, 3, 25)
    assert (stack.inputs.shape, stack.targets.shape) == ((3, 3, 48), (3, 1, 48))
    assert stack.gradient().shape == (3,)


@pytest.mark.parametrize("configs", [list(group) for _, group in groupby(experiments.covering(8), lambda c: c.dataset)])
def test_equal_choices_of_data_give_equal_data(configs):
    for config in configs:
        other = replace(config, optimizer="adam", hidden=(3,), activation="tanh", epochs=1, l1=0.3, patience=None)
        assert data_choices(other) == data_choices(config)
        for a, b in zip(dataset_for(config).parts, dataset_for(other).parts, strict=True):
            np.testing.assert_array_equal(a.X, b.X)
            np.testing.assert_array_equal(a.y, b.y)
    assert data_choices(replace(configs[0], seed=7)) != data_choices(configs[0])


# The generator


def test_fit_many_reports_rising_progress_and_fills_one_list():
    configs = [Config(n_samples=2000, hidden=(32, 32), epochs=30, batch_size=500, seed=s) for s in range(3)]
    configs += [Config(n_samples=2000, hidden=(32,), epochs=30, batch_size=500, seed=s) for s in range(3)]
    progress, reports = ffbp.fit_many(configs), []
    while True:
        try:
            reports.append(next(progress))
        except StopIteration as end:
            runs = end.value
            break
    shares = [report.done for report in reports]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1
    assert all(report.runs is runs for report in reports)
    for config, run in zip(configs, runs, strict=True):
        assert_same(run, train(config))


def test_closing_the_generator_keeps_what_is_finished():
    configs = [Config(**SMALL), Config(n_samples=5000, hidden=(32, 32), epochs=500, batch_size=100)]
    progress = ffbp.fit_many(configs)
    report = next(report for report in progress if report.runs[0] is not None)
    progress.close()
    assert_same(report.runs[0], train(configs[0]))
    assert report.runs[1] is None
    with pytest.raises(StopIteration):
        next(progress)


def test_fit_many_of_nothing_ends_at_once():
    with pytest.raises(StopIteration) as end:
        next(ffbp.fit_many([]))
    assert end.value.value == []


# Other processes


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_runs_of_several_processes_are_those_of_one(backend):
    configs = [Config(**SMALL, seed=seed) for seed in range(4)] + [Config(dataset="iris", hidden=(4,), epochs=20)]
    with parallel_config(backend):
        runs = train_many(configs, n_jobs=2)
    for config, run in zip(configs, runs, strict=True):
        assert_same(run, train(config))
        assert not run.history.theta.flags.writeable
        assert not run.dataset.X_train.flags.writeable
        assert run.resume(3).epoch == 3


def test_a_run_that_was_sent_is_read_only():
    run = train(Config(**SMALL))
    sent = pickle.loads(pickle.dumps(run))
    assert_same(sent, run)
    arrays = [*vars(sent.history).values(), *vars(sent.dataset).values()]
    assert not any(array.flags.writeable for array in arrays if isinstance(array, np.ndarray))
