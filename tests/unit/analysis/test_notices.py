"""A notice appears only if the numbers prove it, and it states them."""

import dataclasses

import numpy as np
import pytest

import ffbp
from ffbp.analysis.notices import _oscillating, _unstable_start, drawn_samples, effect, notices
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
    assert "With the learning rate 30, " in sentence(notice, lambda v: f"{v:.2f}")


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
def test_a_run_that_diverges_says_why_and_from_which_rate_on_it_would_be_stable(optimizer):
    config = dataclasses.replace(PRESETS["beyond"].config, optimizer=optimizer, epochs=30)
    run = ffbp.train(config)
    notice = next(n for n in notices(run) if n.key == "diverged")
    at_start = ffbp.stability(run, [0])
    assert notice.numbers["sharpness"] == pytest.approx(at_start.sharpness[0])
    assert notice.numbers["threshold"] == at_start.threshold[0]
    said = sentence(notice, format_number)
    for number in (at_start.sharpness[0], at_start.threshold[0], notice.numbers["stable"]):
        assert format_number(number) in said
    for share, stable in ((0.999, True), (1.001, False)):
        other = dataclasses.replace(config, learning_rate=share * notice.numbers["stable"], epochs=1)
        assert (ffbp.stability(ffbp.train(other), [0]).ratio[0] < 1) == stable


def test_the_stable_rate_of_adamw_allows_for_its_decay():
    config = ffbp.Config(optimizer="adamw", weight_decay=0.5, learning_rate=1.0, activation="tanh", epochs=2)
    stable = _unstable_start(ffbp.train(dataclasses.replace(config, beta1=0.0)))
    if stable:
        other = dataclasses.replace(config, beta1=0.0, learning_rate=stable["stable"])
        assert ffbp.stability(ffbp.train(other), [0]).ratio[0] == pytest.approx(1, rel=1e-6)
    assert stable


def test_a_start_that_is_stable_is_not_blamed():
    config = ffbp.Config(dataset="diabetes", columns=(), hidden=(), optimizer="nesterov", learning_rate=0.15, epochs=50)
    assert _unstable_start(ffbp.train(config)) == {}


SMALL_WEIGHTS = {"activation": "tanh", "initializer": "normal", "init_scale": 0.01, "learning_rate": 0.5}
FLAT = {
    "saddle": ffbp.Config(dataset="circles", hidden=(4,), **SMALL_WEIGHTS),
    "bottom": ffbp.Config(dataset="xor_gate", hidden=(), epochs=500),
    "times": ffbp.Config(learning_rate=1e-6, epochs=300),
}


@pytest.mark.parametrize("kind", FLAT)
def test_a_flat_course_near_guessing_is_short_steps_or_a_saddle_or_a_bottom(kind):
    run = ffbp.train(FLAT[kind])
    notice = next(n for n in notices(run) if n.key == "stuck")
    assert set(notice.numbers) & set(FLAT) == {kind}
    assert format_number(run.history.train_loss[-1]) in sentence(notice)
    if kind == "times":
        assert notice.numbers["times"] == pytest.approx(1 / ffbp.stability(run, [run.n_frames - 2]).ratio[0])
    else:
        values = np.linalg.eigvalsh(ffbp.hessian(run.network(-1), run.dataset.X_train, run.dataset.y_train))
        assert notice.numbers[kind] == pytest.approx(values[0], abs=1e-12)
    assert sentence(notice).startswith({"saddle": "On a plateau", "bottom": "Stuck", "times": "Hardly moving"}[kind])


def test_a_plateau_that_is_left_is_told_with_its_epochs_and_is_not_called_stuck():
    config = ffbp.Config(dataset="xor", hidden=(4,), epochs=1000, **SMALL_WEIGHTS)
    run = ffbp.train(config)
    found = {notice.key: notice for notice in notices(run)}
    numbers, history = found["plateau"].numbers, run.history
    between = (history.epoch >= numbers["from"]) & (history.epoch <= numbers["to"])
    assert np.ptp(history.train_loss[between]) < 0.02 * numbers["level"]
    assert history.train_loss[-1] < 0.6 * numbers["level"]
    assert "stuck" not in found


def with_losses(run, losses):
    return dataclasses.replace(run, history=dataclasses.replace(run.history, step_loss=losses))


def test_oscillation_is_a_loss_that_goes_up_and_down_and_neither_a_flat_nor_a_monotone_one():
    run, n = ffbp.train(ffbp.Config(epochs=100)), np.arange(100)
    two_cycle = 1.0 + 0.02 * (-1.0) ** n
    for losses, found in (
        (two_cycle, True),
        (np.exp(-n / 30.0) + 0.1, False),
        (np.full(100, 0.7), False),
        (np.full(100, 0.7) + 1e-12 * (-1.0) ** n, False),
        (1.0 + 0.5 * np.sin(n / 20), False),
    ):
        assert bool(_oscillating(with_losses(run, losses))) == found
    (notice,) = _oscillating(with_losses(run, two_cycle))
    assert notice.numbers["swing"] == pytest.approx(0.04)
    assert notice.numbers["share"] == pytest.approx(24 / 49, abs=0.03)
    assert not _oscillating(ffbp.train(ffbp.Config(batch_size=10, epochs=30)))  # batches differ: that is noise
    assert "oscillating" in keys(PRESETS["edge"].config)


def test_gradients_that_shrink_are_judged_by_what_the_run_has_learned():
    run = ffbp.train(ffbp.Config(hidden=(4, 4), epochs=20))
    norms = run.history.grad_norm.copy()
    norms[0, 0] = norms[0, -1] / 1000
    for loss, found in ((0.6, True), (0.1, False)):
        losses = run.history.train_loss.copy()
        losses[-1] = loss
        history = dataclasses.replace(run.history, grad_norm=norms, train_loss=losses)
        assert ("shrinking" in {n.key for n in notices(dataclasses.replace(run, history=history))}) == found


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
    said = sentence(worse, format_number)
    assert said.startswith("By epoch 5 the loss has risen from ")
    stable = 2 / ffbp.stability(run, [0]).sharpness[0]
    assert said.endswith(f"The start is stable at learning rates below {format_number(stable)}.")


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
