"""An experiment: a configuration with its data, from which each fact follows once."""

from dataclasses import replace

import numpy as np
import pytest

from ffbp import DATASETS, Config, dataset_for, make_dataset, train
from ffbp.data.read_table import read_table
from ffbp.data.table_source import source_of
from ffbp.experiment import link
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.resolve import resolve


@pytest.mark.parametrize("key", DATASETS)
def test_the_samples_are_made_once_and_are_the_datasets(key, monkeypatch):
    calls, source = [], DATASETS[key]
    counted = lambda *arguments: calls.append(1) or source.make(*arguments)  # noqa: E731
    experiment = Experiment(Config(dataset=key))
    monkeypatch.setitem(DATASETS, key, replace(source, make=counted))
    X, y = make_dataset(key)
    calls.clear()
    assert np.array_equal(experiment.samples[0], X)
    assert np.array_equal(experiment.samples[1], y)
    assert len(experiment.dataset.X_train) == experiment.resolved.n_train
    assert calls == [1]


def test_what_follows_from_the_source_is_what_follows_from_the_split_samples():
    run = train(Config(dataset="iris", batch_size=32, epochs=3))
    resolved = Experiment(run.config).resolved
    assert run.resolved == resolved == resolve(run.config, run.dataset)
    assert resolved.n_batches == -(-resolved.n_train // 32) == run.history.step[1]


def test_a_files_experiment_needs_its_source():
    config = Config(file_name="a.csv", epochs=2)
    with pytest.raises(ConfigError, match="file_name must come with its data, got only the name"):
        Experiment(config).check()
    source = source_of(read_table(b"a,b,t\n" + b"".join(b"%d,%d,%d\n" % (i, i * i % 7, i % 2) for i in range(12))))
    experiment = Experiment(config, source)
    experiment.check()
    assert experiment.dataset.feature_names == dataset_for(config, source).feature_names == ("a", "b")
    with pytest.raises(ConfigError, match="columns must be below 2") as caught:
        Experiment(replace(config, columns=(5,)), source).check()
    assert caught.value.problem.field == "columns"


def test_a_link_is_read_as_configuration_view_and_problems():
    address = "https://ffbp.example/?hidden=4&frame=7&x=1_2,5&unit=99&lr=fast&colour=red"
    params = {key: values[-1] for key, values in link.parameters(address).items()}
    config, view, problems = link.read(params)
    assert config == Config(hidden=(4,))
    assert view == link.View(frame=7, inputs=(1.0, 2.5))
    assert [(problem.field, problem.rule, problem.outcome) for problem in problems] == [
        ("", "parameter", "left out"),
        ("learning_rate", "number", "default"),
        ("unit", "bounds", "default"),
    ]
    assert link.parameters("?hidden=4") == link.parameters("hidden=4") == {"hidden": ["4"]}
    assert link.parameters("https://ffbp.example/") == link.parameters("") == {}
