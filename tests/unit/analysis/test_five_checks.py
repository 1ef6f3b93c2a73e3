"""The five checks pass where training works, and each fails where its own fault was built in."""

from dataclasses import replace

import numpy as np
import pytest

import ffbp
from ffbp.analysis.five_checks import CHECKS, Check, _a_few, _with_labels_dealt_anew, checked_notice
from ffbp.core.activations import ACTIVATIONS
from ffbp.words import english
from ffbp.words.of_a_start import CAUSES

HEALTHY = {
    "the reference experiment": ffbp.Config(n_samples=200),
    "Adam in batches": ffbp.Config(
        n_samples=120, optimizer="adam", learning_rate=0.01, batch_size=16, activation="tanh", initializer="xavier"
    ),
    "several classes": ffbp.Config(dataset="iris", columns=(), hidden=(12,)),
    "a number": ffbp.Config(
        dataset="noisy_sine",
        n_samples=80,
        hidden=(16,),
        activation="tanh",
        initializer="xavier",
        optimizer="adam",
        learning_rate=0.02,
    ),
    "nothing held out": ffbp.Config(dataset="xor", n_samples=80, test_size=0.0, hidden=(12,), learning_rate=0.3),
}


def by_name(config, dataset=None):
    found = ffbp.five_checks(config, dataset)
    assert [check.name for check in found] == list(CHECKS)
    for check in found:
        assert english.sentence(check.notice).endswith(".")
        assert check.notice.level == ("warning" if check.passed is False else "info")
    return {check.name: check for check in found}


@pytest.mark.parametrize("name", HEALTHY)
def test_all_pass_where_training_works(name):
    found = by_name(HEALTHY[name])
    assert {key: check.passed for key, check in found.items()} == dict.fromkeys(CHECKS, True), [
        english.sentence(check.notice) for check in found.values()
    ]


def test_the_numbers_are_those_of_the_runs_themselves():
    config = ffbp.Config(n_samples=60, hidden=(4,), seed=3)
    found, dataset = by_name(config), ffbp.dataset_for(config)
    run = ffbp.train(replace(config, epochs=1), dataset)
    assert found["start"].numbers["loss"] == pytest.approx(run.history.train_loss[0], rel=1e-12)
    few = found["overfit"]
    rows = _a_few(dataset)
    parts = {name: getattr(dataset, name)[rows] for name in ("raw_train", "rows_train", "y_train")}
    parts |= {name: getattr(dataset, name)[:0] for name in ("raw_test", "rows_test", "y_test")}
    long = ffbp.train(replace(config, epochs=int(few.steps[-1]), test_size=0.0), replace(dataset, **parts))
    assert few.losses[-1] == pytest.approx(long.history.train_loss[-1], rel=1e-9)
    assert few.losses[-1] <= few.numbers["goal"] < few.losses[-2]
    shares = np.bincount(dataset.y_train) / len(dataset.y_train)
    assert found["blind"].numbers["chance"] == pytest.approx(-(shares * np.log(shares)).sum())
    assert (
        found["gradient"].numbers["error"]
        == ffbp.check_gradients(run.network(0), dataset.X_train, dataset.y_train).max_relative_error
    )


def test_a_few_samples_have_different_inputs_and_as_many_classes_as_fit():
    iris = ffbp.dataset_for(ffbp.Config(dataset="iris"))
    assert sorted(iris.y_train[_a_few(iris)].tolist()) in ([0, 0, 1, 2], [0, 1, 1, 2], [0, 1, 2, 2])
    sine = ffbp.dataset_for(ffbp.Config(dataset="noisy_sine"))
    assert {0, len(sine.y_train) - 1} <= set(np.argsort(np.argsort(sine.y_train))[_a_few(sine)].tolist())


FAULTS = {
    "weights far too large": (ffbp.Config(n_samples=100, initializer="normal", init_scale=10.0), "start"),
    "all weights zero": (ffbp.Config(n_samples=100, initializer="zeros", epochs=100), "overfit"),
    "hardly any step": (ffbp.Config(n_samples=100, learning_rate=1e-6, epochs=100), "overfit"),
    "steps far too long": (
        ffbp.Config(dataset="noisy_sine", n_samples=60, learning_rate=5.0, hidden=(), epochs=100), "blind"
    ),
    "a start that cannot be left": (ffbp.Config(n_samples=100, bias_init=-5.0, learning_rate=1e-4, epochs=50), "blind"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_by_its_check(name):
    config, check = FAULTS[name]
    assert by_name(config)[check].passed is False


def test_test_samples_that_are_in_the_training_set_are_found_out():
    config = ffbp.Config(n_samples=40, noise=0.0, hidden=(40,), optimizer="adam", learning_rate=0.03, epochs=2000)
    dataset = ffbp.dataset_for(config)
    assert by_name(config, dataset)["shuffled"].passed
    leaking = replace(dataset, raw_test=dataset.raw_train, rows_test=dataset.rows_train, y_test=dataset.y_train)
    check = by_name(config, leaking)["shuffled"]
    assert check.passed is False
    assert check.numbers["leaks"]
    assert "some test samples must be in the training set" in english.sentence(check.notice)


def test_labels_are_dealt_by_input():
    dataset = ffbp.dataset_for(ffbp.Config(n_samples=60))
    twice = replace(
        dataset, raw_test=dataset.raw_train[:9], rows_test=dataset.rows_train[:9], y_test=dataset.y_train[:9]
    )
    dealt = _with_labels_dealt_anew(twice, 0)
    np.testing.assert_array_equal(dealt.y_test, dealt.y_train[:9])
    assert (dealt.y_train != dataset.y_train).any()


def test_a_wrong_derivative_is_found_and_named(monkeypatch):
    def wrong(Z, A, out):
        np.multiply(A, A, out=out)
        return np.subtract(1.1, out, out=out)

    monkeypatch.setitem(ACTIVATIONS, "tanh", replace(ACTIVATIONS["tanh"], derivative=wrong))
    check = by_name(ffbp.Config(n_samples=60, activation="tanh", epochs=20))["gradient"]
    assert check.passed is False
    assert check.numbers["worst"].startswith(("W[1]", "b[1]"))
    assert "backpropagation is wrong there" in english.sentence(check.notice)


def test_where_no_parameter_can_be_checked_there_is_no_verdict():
    check = by_name(ffbp.Config(n_samples=40, hidden=(3,), initializer="zeros", epochs=5))["gradient"]
    assert check.passed in (True, None)
    assert check.numbers["checked"] + check.numbers["kinks"] + check.numbers["drowned"] == 13


def test_of_several_failed_checks_that_from_which_others_follow_is_named():
    def told(*failed):
        return english.sentence(checked_notice([Check(name, name not in failed, {}) for name in CHECKS]))

    assert "Begin with the gradient:" in told("overfit", "gradient")
    assert "Begin with the loss at the start:" in told("shuffled", "start")
    assert told("shuffled") == "**1 of 5 checks failed.**"
    assert set(CAUSES) == set(CHECKS)
