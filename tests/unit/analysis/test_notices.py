"""A notice appears only if the numbers prove it, and it states them."""

import dataclasses

import numpy as np
import pytest

import ffbp
from ffbp.analysis.notices import drawn_samples, effect, notices
from ffbp.lessons.presets import PRESETS
from ffbp.words.english import sentence
from ffbp.words.numbers import format_number, format_percent


def keys(config):
    return {notice.key: notice for notice in notices(ffbp.train(config))}


def test_the_reference_experiment_gives_nothing_to_notice():
    assert keys(ffbp.Config()) == {}


def test_a_diverged_run_says_when_and_what_to_try():
    notice = keys(PRESETS["beyond"].config)["diverged"]
    assert notice.numbers["epoch"] == ffbp.train(PRESETS["beyond"].config).diverged_at
    assert "30.00" in sentence(notice, lambda v: f"{v:.2f}")


def test_clones_are_noticed_only_where_all_units_are_equal():
    found = keys(ffbp.Config(initializer="zeros", activation="tanh", bias_init=0.1, epochs=20))
    assert found["clones"].numbers == {"layers": [1], "units": [10]}
    assert "clones" not in keys(ffbp.Config(epochs=20))
    assert "clones" not in keys(ffbp.Config(hidden=(1,), epochs=20))


def test_clones_of_several_layers_are_counted_layer_by_layer():
    notice = keys(ffbp.Config(hidden=(10, 4, 3), initializer="zeros", activation="tanh", bias_init=0.1, epochs=3))[
        "clones"
    ]
    assert notice.numbers == {"layers": [1, 2, 3], "units": [10, 4, 3]}
    text = sentence(notice, format_number)
    assert text.startswith("All 10 units of layer 1, all 4 units of layer 2 and all 3 units of layer 3 are clones")


def test_dead_units_are_counted():
    config = ffbp.Config(bias_init=-10.0, initializer="normal", init_scale=0.01, epochs=3)
    notice = keys(config)["dead"]
    assert notice.numbers == {"layers": [1], "dead": [10], "units": [10], "epoch": 3, "zero": True}
    assert sentence(notice, format_number).startswith("Dead units in epoch 3: 10 of 10 in layer 1.")


def test_a_notice_names_the_frame_that_it_speaks_of():
    found = keys(PRESETS["vanishing"].config)
    assert found["shrinking"].frame == 0
    run = ffbp.train(PRESETS["overfitting"].config)
    found = {notice.key: notice for notice in notices(run)}
    assert run.history.epoch[found["overfitting"].frame] == found["overfitting"].numbers["best_epoch"]
    assert found["dead"].frame == run.n_frames - 1
    assert run.history.epoch[-1] == found["dead"].numbers["epoch"]
    run = ffbp.train(ffbp.Config(learning_rate=1000.0, epochs=5))
    worse = next(notice for notice in notices(run) if notice.key == "worse")
    assert worse.frame == run.n_frames - 1
    assert sentence(worse, format_number).startswith("By epoch 5 the loss has risen from ")


def test_a_few_dead_units_of_many_come_after_the_lesson():
    assert [n.key for n in notices(ffbp.train(PRESETS["overfitting"].config))][:2] == ["overfitting", "dead"]
    assert next(iter(keys(ffbp.Config(learning_rate=30.0)))) == "dead"


def test_a_loss_that_explodes_is_not_called_overfitting():
    found = keys(ffbp.Config(learning_rate=1000.0, epochs=5))
    assert "overfitting" not in found
    history = ffbp.train(ffbp.Config(learning_rate=1000.0, epochs=5)).history
    assert found["worse"].numbers["last"] == history.total[-1] > history.total[0]


def test_clones_are_not_called_dead_as_well():
    assert set(keys(ffbp.Config(initializer="zeros", epochs=5))) == {"clones"}


def test_shrinking_gradients_are_noticed_beyond_a_factor_of_a_hundred():
    config = PRESETS["vanishing"].config
    h = ffbp.train(config).history
    assert keys(config)["shrinking"].numbers["ratio"] == pytest.approx(h.grad_norm[0, -1] / h.grad_norm[0, 0])
    assert h.grad_norm[0, -1] / h.grad_norm[0, 0] > 100


def test_overfitting_names_the_best_epoch():
    run = ffbp.train(PRESETS["overfitting"].config)
    notice = next(n for n in notices(run) if n.key == "overfitting")
    assert notice.numbers["best_epoch"] == run.history.epoch[np.argmin(run.history.test_loss)]
    assert notice.numbers["test"] == run.history.test_loss[-1]


def test_fewer_frames_than_usual_are_said():
    config = ffbp.Config(hidden=(64, 64), optimizer="adam", epochs=200)
    run = ffbp.train(config)
    assert keys(config)["few_frames"].numbers == {"frames": run.n_frames, "n_params": run.history.theta.shape[1]}
    assert run.n_frames < 201


def test_early_stopping_is_said_with_both_epochs():
    config = ffbp.Config(
        n_samples=60, noise=0.4, test_size=0.5, hidden=(32,), optimizer="adam", learning_rate=0.03, patience=5
    )
    notice = keys(config)["stopped"]
    assert notice.numbers["best_epoch"] < notice.numbers["epoch"] < 1000


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_shows_what_its_name_says(key):
    found = keys(PRESETS[key].config)
    expected = {
        "vanishing": "shrinking", "too_fast": "dead", "beyond": "diverged", "symmetry": "clones", "overfitting": "overfitting",
    }  # fmt: skip
    if key in expected:
        assert expected[key] in found
    else:
        assert not {"diverged", "clones", "overfitting"} & set(found)
    for notice in found.values():
        assert sentence(notice, lambda v: f"{v:.4g}").endswith(".")


def test_presets_succeed_where_they_promise_to():
    last = {key: ffbp.train(preset.config).history for key, preset in PRESETS.items()}
    assert last["xor_by_hand"].train_accuracy[-1] == 1.0
    assert last["spiral"].test_accuracy[-1] > 0.95
    assert last["iris"].train_accuracy[-1] > 0.9
    assert last["linear"].train_accuracy[-1] < 0.9
    assert last["adam"].train_loss[-1] < last["reference"].train_loss[-1]


def test_the_worked_examples_are_the_numbers_of_the_paper():
    run = ffbp.train(PRESETS["worked_example"].config)
    trace = run.network(0).forward(run.dataset.X_train[:1])
    # z1 = 0.5·0.5 - 0.5·0.2 + 1·0.8 + 0.1 = 1.05, and so on; ReLU drops the second unit
    np.testing.assert_allclose(trace.Z[1][:, 0], [1.05, -0.2, 0.25, 0.86], atol=1e-15)
    np.testing.assert_allclose(trace.A[1][:, 0], [1.05, 0.0, 0.25, 0.86], atol=1e-15)
    # z = (1.05 + 0.125 + 0.43, -0.525 + 0.25 - 0.43 + 0.1) = (1.605, -0.605)
    np.testing.assert_allclose(trace.Z[2][:, 0], [1.605, -0.605], atol=1e-15)
    run = ffbp.train(PRESETS["two_two_one"].config)
    net = run.network(0)
    assert net.loss(np.array([[1.0, 2.0]]), np.array([1])) == pytest.approx(0.700163971139, abs=1e-12)


def test_a_class_too_small_to_split_is_named_with_its_count_and_the_remedy():
    points = tuple((float(i), float(i % 3), float(i == 5)) for i in range(12))
    notice = next(n for n in notices(ffbp.train(ffbp.Config(points=points, epochs=2))) if n.key == "undivided")
    assert notice.numbers == {"class": "1", "count": 1, "classes": 2, "test": 3, "train": 9}
    assert sentence(notice, str) == (
        "There is no test set: class 1 has only 1 sample, but each class needs one in both sets. "
        "Add another sample of it, or set the test share to 0."
    )
    for options in ({"test_size": 0}, {"points": tuple((float(i), 0.0, float(i % 2)) for i in range(12))}):
        config = ffbp.Config(**{"points": points, "epochs": 2, **options})
        assert "undivided" not in {n.key for n in notices(ffbp.train(config))}


def test_a_part_too_small_for_all_classes_is_named():
    points = tuple((float(i), 0.0, float(i % 3)) for i in range(9))
    config = ffbp.Config(dataset="blobs", classes=3, points=points, epochs=2)
    notice = next(n for n in notices(ffbp.train(config)) if n.key == "undivided")
    assert "a test set of 2 samples cannot hold each of the 3 classes. Raise the test share" in sentence(notice, str)
    many = ffbp.Config(dataset="blobs", classes=3, points=points, epochs=2, test_size=0.85)
    notice = next(n for n in notices(ffbp.train(many)) if n.key == "undivided")
    assert "a training set of 1 sample cannot hold each of the 3 classes. Lower the test share" in sentence(notice, str)


def test_of_very_many_samples_some_are_drawn_and_all_count(monkeypatch):
    from ffbp.analysis.plane import plane_of
    from ffbp.figures.blob import arrays_of, header_of
    from ffbp.figures.pack import pack_run

    run = ffbp.train(ffbp.Config(n_samples=400, epochs=2))
    assert [len(drawn) for drawn in drawn_samples(run.dataset)] == [320, 80]
    assert "thinned" not in {n.key for n in notices(run)}
    monkeypatch.setattr("ffbp.analysis.notices.MAX_DRAWN", 100)
    notice = next(n for n in notices(run) if n.key == "thinned")
    assert notice.numbers == {"drawn": 100, "samples": 400}
    assert "100 of the 400 samples are drawn" in sentence(notice, str)
    blob = pack_run(run, plane_of(run.dataset)).blob()
    points, arrays = header_of(blob)["boundary"]["points"], arrays_of(blob)
    samples = header_of(blob)["boundary"]["samples"]
    assert [len(arrays[samples[part]["row"]["$"]]) for part in ("train", "test")] == [80, 20]
    assert arrays[points["train"]["wrong"]["$"]].shape[1] == 10
    assert arrays[points["train"]["confusion"]["$"]][-1].sum() == 320


def test_numbers_just_below_infinity_give_sentences_and_no_warning():
    run = ffbp.train(ffbp.Config(hidden=(4, 4), epochs=5))
    norms, losses = run.history.grad_norm.copy(), run.history.test_loss.copy()
    norms[:, 0], norms[:, -1] = 1e-200, 1e200
    losses[2], losses[-1] = 1e-200, 1e200
    extreme = dataclasses.replace(run, history=dataclasses.replace(run.history, grad_norm=norms, test_loss=losses))
    found = notices(extreme)
    assert "shrinking" in {notice.key for notice in found}
    assert all(sentence(notice, format_number) for notice in found)


def test_without_hidden_units_the_boundary_is_called_straight():
    run = ffbp.train(ffbp.Config(hidden=(), epochs=50))
    notice = keys(run.config)["straight"]
    assert notice.numbers["score"] == run.history.test_accuracy[-1]
    said = f"{format_percent(run.history.test_accuracy[-1])} of the test samples are classified correctly."
    assert sentence(notice, format_number) == (
        f"Without hidden units, nothing bends the boundary: it is a straight line, and {said}"
    )
    assert "hidden layers do not bend the boundaries: they" in sentence(
        keys(ffbp.Config(dataset="blobs", classes=3, activation="identity", epochs=5))["straight"], format_number
    )
    for other in ({}, {"hidden": (), "derived": ("x1_squared",)}, {"dataset": "iris", "columns": (), "hidden": ()}):
        assert "straight" not in keys(ffbp.Config(epochs=5, **other))
    assert "straight" not in keys(ffbp.Config(dataset="plane", hidden=(), epochs=5))


def test_what_a_change_did_is_said_with_the_numbers_of_both_runs():
    before, after = (ffbp.train(ffbp.Config(epochs=20, learning_rate=rate)) for rate in (0.1, 1.0))
    (notice,) = effect(before, after)
    losses = [format_number(run.history.train_loss[-1]) for run in (before, after)]
    tests = [format_number(run.history.test_loss[-1]) for run in (before, after)]
    scores = [format_percent(run.history.test_accuracy[-1]) for run in (before, after)]
    assert sentence(notice) == (
        f"Learning rate η 0.1 → 1: at the end, training loss {losses[0]} → {losses[1]}, test loss "
        f"{tests[0]} → {tests[1]} and test accuracy {scores[0]} → {scores[1]}."
    )
    (notice,) = effect(before, ffbp.train(ffbp.Config(epochs=20, test_size=0.0)))
    assert "training accuracy" in sentence(notice)
    assert not effect(before, before)
    for other in ({"dataset": "circles"}, {"epochs": 10, "noise": 0.1, "l2": 0.1}):
        assert not effect(before, ffbp.train(ffbp.Config(**{"epochs": 20, **other})))
