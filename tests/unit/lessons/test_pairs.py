"""Each pair differs in one field, and its sentence is true in the numbers of both runs."""

import re

import numpy as np
import pytest

import ffbp
from ffbp.experiment import link
from ffbp.lessons.pairs import PAIRS
from ffbp.words.numbers import format_number


def _first(run, loss):
    """The first recorded epoch with at most this training loss."""
    return int(run.history.epoch[np.argmax(run.history.train_loss <= loss)])


def _trains(a, b):
    h = a.history.grad_norm[0], b.history.grad_norm[0]
    guesses = b.history.train_accuracy[-1] == 0.5 and b.history.epoch[-1] == 1000
    return guesses and h[0][0] > 50 * h[1][0] and round(100 * a.history.train_accuracy[-1], 1) == 97.5


def _guesses(a, b):
    return (
        not a.history.grad_norm.any()
        and format_number(a.history.train_loss[-1]) == "0.6931"
        and b.history.train_loss[-1] < 0.3
    )


CHECKS = {
    "activations": _trains,
    "rates": lambda a, b: (
        (_first(a, 0.3), _first(b, 0.3)) == (354, 14) and b.config.learning_rate == 30 * a.config.learning_rate
    ),
    "initial": _guesses,
    "optimizers": lambda a, b: a.history.train_loss[-1] > 5 * b.history.train_loss[-1],
    "batches": lambda a, b: (a.resolved.n_batches, b.resolved.n_batches) == (80, 1),
    "penalty": lambda a, b: len(a.dataset.X_train) == 30 and a.history.train_accuracy[-1] == 1,
    "units": lambda a, b: [round(100 * r.history.train_accuracy[-1], 1) for r in (a, b)] == [97.6, 87.5],
    "seeds": lambda a, b: (a.history.train_accuracy[-1], b.history.train_accuracy[-1]) == (0.5, 1.0),
}


@pytest.mark.parametrize("key", PAIRS)
def test_a_pair_differs_in_one_field_and_its_sentence_is_true(key):
    pair = PAIRS[key]
    assert [each.field for each in ffbp.differences(pair.a, pair.b)] == [pair.field]
    read = link.read(pair.params)
    assert (read.config, read.view.b.of(read.config)[0], read.problems) == (pair.a, pair.b, [])
    a, b = ffbp.train(pair.a), ffbp.train(pair.b)
    assert CHECKS[key](a, b)
    losses = [value for run in (a, b) for value in (run.history.train_loss[-1], run.history.test_loss[-1])]
    for text in re.findall(r"\d\.\d{4}", pair.hint):
        assert min(abs(float(text) - value) for value in losses) <= 5e-5, text
    assert len(pair.hint.split()) <= 40
