"""What differs between two configurations, in the words of the controls."""

import pytest

from ffbp import Config
from ffbp.experiment.differences import Difference, differences, differences_notice, effective, value_text
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.kinds import OfRegistry
from ffbp.words.english import sentence

POINTS = ((1.0, 2.0, 1.0), (2.0, 1.0, 0.0))


def test_equal_configurations_differ_in_nothing():
    assert differences(Config(), Config()) == []


@pytest.mark.parametrize(("changes", "words"), [
    ({"learning_rate": 10.0}, ["Learning rate η 0.1 → 10"]),
    ({"activation": "tanh", "hidden": (8, 4)}, ["Hidden units 10 → 8, 4", "Activation ReLU → Tanh"]),
    ({"hidden": ()}, ["Hidden units 10 → none"]),
    ({"batch_size": 10, "shuffle": False}, ["Batch size full → 10", "Shuffle each epoch on → off"]),
    ({"standardize": False}, ["Standardise automatic → off"]),
    ({"dataset": "wine", "columns": ()}, ["Dataset Moons → Wine cultivars", "Columns automatic → all"]),
    ({"points": POINTS}, ["Points generated → 2 points"]),
    ({"optimizer": "adam"}, ["Optimizer Gradient descent → Adam"]),
])  # fmt: skip
def test_a_difference_is_a_sentence_of_labels(changes, words):
    found = differences(Config(), Config(**changes))
    assert [str(each) for each in found] == words
    assert [(each.field, each.b) for each in found] == [
        (name, getattr(Config(**changes), name)) for name in FIELDS if name in changes
    ]


def test_lists_of_as_many_values_differ_in_some_of_them():
    theta = tuple(0.1 * i for i in range(13))
    a, b = (Config(hidden=(3,), initial_theta=(*theta[:-1], last)) for last in (1.0, 2.0))
    assert [str(each) for each in differences(a, b)] == ["Initial weights and biases: 1 of 13 changed"]
    words = "Initial weights and biases drawn → 13 values"
    assert [str(each) for each in differences(Config(hidden=(3,)), a)] == [words]
    moved = Config(points=((1.0, 3.0, 1.0), POINTS[1]))
    assert [str(each) for each in differences(Config(points=POINTS), moved)] == ["Points: 1 of 2 changed"]
    a, b = Config(learning_rate=0.1), Config(learning_rate=0.1 + 1e-9)
    assert [str(each) for each in differences(a, b)] == ["Learning rate η 0.1 → 0.1"]


@pytest.mark.parametrize("name", FIELDS)
def test_every_fields_default_has_a_text(name):
    text = value_text(name, getattr(Config(), name))
    assert text
    assert "None" not in text
    assert "(" not in text


def said(**changes):
    return sentence(differences_notice(differences(Config(), Config(**changes))))


@pytest.mark.parametrize(("changes", "words"), [
    ({}, "Nothing differs."),
    ({"activation": "tanh"}, "Only the activation differs: ReLU and tanh."),
    ({"learning_rate": 3.0}, "Only the learning rate differs: 0.1 and 3."),
    ({"initializer": "zeros"}, "Only the initial weights differ: He normal and zeros."),
    ({"optimizer": "adam"}, "Only the optimizer differs: gradient descent and Adam."),
    ({"hidden": (2,)}, "Only the hidden units differ: 10 and 2."),
    ({"loss": "mse"}, "Only the loss differs: automatic and mean squared error."),
    ({"bias_init": 0.1}, "Only the initial bias differs: 0 and 0.1."),
    ({"l2": 0.01}, "Only the L2 penalty differs: 0 and 0.01."),
    ({"weight_seed": 3}, "Only the initial weights' seed differs: that of the run and 3."),
    ({"batch_size": 10}, "Only the batch size differs: full and 10."),
    (
        {"activation": "tanh", "learning_rate": 3.0},
        "Two fields differ, so the comparison cannot tell which one matters: "
        "activation (ReLU and tanh) and learning rate (0.1 and 3).",
    ),
])  # fmt: skip
def test_a_sentence_names_the_one_difference_or_says_that_there_are_more(changes, words):
    assert said(**changes) == words


@pytest.mark.parametrize(("a", "b", "fields"), [
    ({}, {"momentum": 0.5, "learning_rate": 0.3}, ["learning_rate"]),
    ({"optimizer": "adam"}, {"momentum": 0.5, "optimizer": "momentum"}, ["optimizer", "momentum"]),
    ({}, {"shuffle": False, "decay": 0.1, "init_scale": 3.0}, []),
    ({}, {"initial_theta": (0.5,) * 41, "initializer": "zeros"}, ["initializer", "initial_theta"]),
])  # fmt: skip
def test_what_means_nothing_in_both_is_no_difference(a, b, fields):
    configs = Config(**a), Config(**b)
    found = effective(differences(*configs), *map(Experiment, configs))
    assert [each.field for each in found] == fields


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_and_every_key_has_its_place_in_the_sentence(name):
    default, kind = getattr(Config(), name), FIELDS[name].kind
    for value in kind.choices if isinstance(kind, OfRegistry) else [default]:
        value = (value,) if isinstance(default, tuple) and isinstance(value, str) else value
        text = sentence(differences_notice([Difference(name, default, value)]))
        assert text.startswith("Only the ")
        assert not any(mark in text for mark in ("None", "(", " η", " μ")), text
