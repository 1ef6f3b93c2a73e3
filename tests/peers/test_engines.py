"""The same call on another engine: a sweep and a list of runs on a local Dask cluster, chosen through joblib."""

from dataclasses import fields

import numpy as np
import pytest
from joblib import parallel_config

import ffbp
from ffbp import Config, History

distributed = pytest.importorskip("distributed")
SMALL = Config(n_samples=60, epochs=30, hidden=(6,))


@pytest.fixture(scope="module")
def cluster():
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as local, distributed.Client(local):
        yield local


@pytest.mark.filterwarnings("default")  # the cluster's own
def test_a_sweep_on_a_dask_cluster_has_the_numbers_of_single_runs(cluster):
    with parallel_config("dask"):
        sweep = ffbp.sweep(SMALL, field="hidden", values=((), (4,), (4, 3)), seeds=range(4))
    for config, loss in zip(sweep.configs, sweep.ends("train_loss"), strict=True):
        assert loss == ffbp.train(config).history.train_loss[-1]


@pytest.mark.filterwarnings("default")
def test_runs_from_a_dask_cluster_are_the_single_runs(cluster):
    configs = [
        Config(n_samples=60, epochs=20, learning_rate=rate, optimizer=key)
        for rate in (0.1, 0.3)
        for key in ("sgd", "adam")
    ]
    with parallel_config("dask"):
        runs = ffbp.train_many(configs)
    for config, run in zip(configs, runs, strict=True):
        alone = ffbp.train(config)
        for item in fields(History):
            np.testing.assert_array_equal(getattr(run.history, item.name), getattr(alone.history, item.name))
