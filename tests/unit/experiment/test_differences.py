"""What differs between two configurations, in the words of the controls."""

import pytest

from ffbp import Config
from ffbp.experiment.differences import differences, value_text
from ffbp.experiment.fields import FIELDS

POINTS = ((1.0, 2.0, 1.0), (2.0, 1.0, 0.0))


def test_equal_configurations_differ_in_nothing():
    assert differences(Config(), Config()) == []


@pytest.mark.parametrize(("changes", "words"), [
    ({"learning_rate": 10.0}, ["Learning rate η 0.1 → 10"]),
    ({"activation": "tanh", "hidden": (8, 4)}, ["Hidden layers 10 → 8, 4", "Activation ReLU → Tanh"]),
    ({"hidden": ()}, ["Hidden layers 10 → none"]),
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


@pytest.mark.parametrize("name", FIELDS)
def test_every_fields_default_has_a_text(name):
    text = value_text(name, getattr(Config(), name))
    assert text
    assert "None" not in text
    assert "(" not in text
