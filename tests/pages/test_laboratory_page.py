"""The page Laboratory: every number on it is found again by an independent computation."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import streamlit as st
from apptest import ROOT, charts_of, check, named, run_page
from test_words import read

import ffbp
from ffbp.experiment import link
from ffbp.experiment.build import build_network
from ffbp.experiment.link import VIEWS_OF_LAB, as_number, params_of
from ffbp.figures.plot import as_json
from ffbp.ui.laboratory import start
from ffbp.ui.laboratory.checks import LINKS, SIGNS, TITLES
from ffbp.ui.laboratory.views import VIEWS
from ffbp.ui.page import PAGES as PAGE_TITLES
from ffbp.words import english
from ffbp.words.numbers import format_number, format_percent

PATH = ROOT / "pages" / "laboratory.py"
SMALL = {"samples": "60", "epochs": "20", "hidden": "6-6", "activation": "tanh", "init": "xavier"}
CONFIG = ffbp.Config(n_samples=60, epochs=20, hidden=(6, 6), activation="tanh", initializer="xavier")


def laboratory(**params):
    return check(run_page(PATH, **SMALL | params))


def said(app):
    return " ".join(each.value.replace("\\", "") for each in (*app.header, *app.markdown, *app.caption, *app.info))


def address(app):
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


def trace_of(app, title, name):
    traces = charts_of(app)[title]["plot"]["data"]
    return next(trace for trace in traces if trace.get("name", "").startswith(name))


def test_every_view_of_the_address_is_drawn():
    assert tuple(VIEWS) == VIEWS_OF_LAB
    for name in VIEWS_OF_LAB:
        app = laboratory(lab=name)
        assert not app.warning
        assert address(app).get("lab", name) == name
    app = laboratory(lab="nothing")
    assert "unknown lab 'nothing'" in app.warning[0].value
    assert "lab" not in address(app)


def test_another_view_is_chosen_and_stands_in_the_address():
    app = laboratory()
    named(app.button_group, "laboratory:view").set_value("noise").run()
    check(app)
    assert address(app)["lab"] == "noise"


# Start


def drawn(config, seeds=range(200)):
    """Mean squares of a and n·delta by layer over the starts, each network drawn and passed by itself."""
    dataset = ffbp.dataset_for(config)
    X, y, found = dataset.X_train, dataset.y_train, []
    for seed in seeds:
        network = build_network(replace(config, weight_seed=seed), dataset)
        trace = network.forward(X)
        network.backward(y, trace)
        found.append(
            [[np.square(A).mean() for A in trace.A[1:]], [np.square(len(X) * d).mean() for d in trace.delta[1:]]]
        )
    return np.array(found), float(np.square(X).mean())


def test_the_measured_points_and_their_means_are_those_of_networks_drawn_one_by_one():
    app, (found, x) = laboratory(), drawn(CONFIG)
    titles = ("Mean square of the activations by layer", "Mean square of the deltas by layer")
    for row, title in enumerate(titles):
        dots = trace_of(app, title, "200 starts")
        np.testing.assert_allclose(decoded(dots["y"]), found[:, row].ravel(), rtol=1e-9)
        np.testing.assert_allclose(decoded(trace_of(app, title, "mean")["y"]), found[:, row].mean(axis=0), rtol=1e-9)
        own = drawn(CONFIG, [CONFIG.seed])
        np.testing.assert_allclose(decoded(trace_of(app, title, "own start")["y"]), own[0][0, row], rtol=1e-9)
    means = found.mean(axis=0)
    forward, back = means[0, -2] / x, means[1, 0] / means[1, -2]
    assert f"**{format_number(forward)}** times that of the inputs" in said(app)
    assert f"**{format_number(back)}** times the last hidden layer's" in said(app)


def decoded(values):
    """An array of a chart."""
    import base64

    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype=f"<{values['dtype']}")
    return np.array([np.nan if value is None else value for value in values])


def test_the_theorys_line_is_an_integral_over_many_normal_numbers():
    app = laboratory()
    dataset = ffbp.dataset_for(CONFIG)
    x = np.random.RandomState(0).randn(400_000)
    expected, before = [], np.square(dataset.X_train).mean(axis=1)
    for n_in, n_out in ((2, 6), (6, 6)):
        spread = np.sqrt(n_in * 2 / (n_in + n_out) * before)
        before = np.array([np.square(np.tanh(s * x)).mean() for s in spread])
        expected.append(before.mean())
    found = decoded(trace_of(app, "Mean square of the activations by layer", "theory")["y"])
    np.testing.assert_allclose(found[:2], expected, rtol=0.01)


X_HERMITE, W_HERMITE = np.polynomial.hermite_e.hermegauss(80)
STD = {  # as the papers write it
    "zeros": lambda n_in, n_out: 0.0, "normal": lambda n_in, n_out: 0.1, "lecun": lambda n_in, n_out: n_in**-0.5,
    "xavier": lambda n_in, n_out: (2 / (n_in + n_out)) ** 0.5, "xavier_uniform": lambda n_in, n_out: (2 / (n_in + n_out)) ** 0.5,
    "he": lambda n_in, n_out: (2 / n_in) ** 0.5, "he_uniform": lambda n_in, n_out: (2 / n_in) ** 0.5,
    "orthogonal": lambda n_in, n_out: max(n_in, n_out) ** -0.5,
}  # fmt: skip


def mean(values):
    """The mean over a standard normal x of values at the nodes of a Gauss-Hermite rule."""
    return W_HERMITE @ values / W_HERMITE.sum()


def expected(std, inputs, sizes):
    """Signal and gradient of a tanh network without bias, by the recursion of the papers, for every sample."""
    found = []
    for before in np.square(inputs).mean(axis=1):
        slopes = []
        for n_in, n_out in pairwise(sizes):
            a = np.tanh(np.sqrt(n_in * std(n_in, n_out) ** 2 * before) * X_HERMITE)
            before = mean(a**2)
            slopes.append(mean((1 - a**2) ** 2))
        found.append((before, sizes[-1] * std(*sizes[-2:]) ** 2 * slopes[0] * slopes[1], slopes[1]))
    signal, first, last = np.mean(found, axis=0)
    return signal / np.square(inputs).mean(), first / last


def test_the_table_has_the_theorys_numbers():
    app, inputs = laboratory(), ffbp.dataset_for(CONFIG).X_train
    table = app.dataframe[0].value
    assert table["rule"].tolist() == [entry.label for entry in ffbp.INITIALIZERS.values()]
    assert table["chosen"].tolist().index("◀") == list(ffbp.INITIALIZERS).index("xavier")
    for rule, row in zip(ffbp.INITIALIZERS, table.itertuples(), strict=True):
        if rule == "constant":
            assert (row.signal, row.gradient, row.keeps) == ("–", "–", "no theory")
            continue
        signal, gradient = expected(STD[rule], inputs, (2, 6, 6))
        assert as_number(row.signal) == pytest.approx(signal, rel=2e-3)
        assert as_number(row.gradient) == pytest.approx(gradient, rel=2e-3)
        kept = (0.5 <= signal <= 2, 0.5 <= gradient <= 2)
        assert row.keeps == {(True, True): "both", (True, False): "signals", (False, True): "gradients"}.get(
            kept, "neither"
        )


def test_the_plane_marks_this_start_and_says_its_factor():
    app = laboratory(init="normal", scale="0.6", bias="0.3")
    gain, variance = 6 * 0.36, 1.0
    dot = trace_of(app, "χ over weight scale and bias", "own start")
    np.testing.assert_allclose([decoded(dot["x"])[0], decoded(dot["y"])[0]], [np.sqrt(gain), 0.3], atol=1e-12)
    for _ in range(200):
        a = np.tanh(0.3 + np.sqrt(variance) * X_HERMITE)
        variance = gain * mean(a**2)
    chi = gain * mean((1 - a**2) ** 2)
    text = said(app).split("χ = ")[1].split(":")[0]
    assert as_number(text) == pytest.approx(chi, rel=2e-3)


def test_the_distance_from_the_theory_is_that_of_the_points():
    app, gaps = laboratory(), []
    for title in ("Mean square of the activations by layer", "Mean square of the deltas by layer"):
        points, line = (decoded(trace_of(app, title, name)["y"]) for name in ("mean", "theory"))
        gaps.append(np.abs(points / line - 1).max())
    assert f"a mean is {format_percent(max(gaps))} away from the theory" in said(app)


def test_this_start_is_used_in_the_playground(monkeypatch):
    opened = []
    monkeypatch.setattr(st, "switch_page", lambda path, query_params: opened.append((path, query_params)))
    app = laboratory()
    named(app.button, "start:use").click().run()
    check(app)
    ((path, params),) = opened
    assert (path, params) == ("app.py", CONFIG.to_params())


def test_a_choice_changes_the_experiment_and_the_picture():
    app = laboratory()
    before = as_json(charts_of(app))
    named(app.selectbox, "laboratory:start:activation").set_value("relu").run()
    named(app.selectbox, "laboratory:start:initializer").set_value("orthogonal").run()
    named(app.slider, "laboratory:start:layers").set_value(8).run()
    named(app.number_input, "laboratory:start:units").set_value(5).run()
    check(app)
    config = app.session_state["config"]
    assert (config.activation, config.initializer, config.hidden) == ("relu", "orthogonal", (5,) * 8)
    assert as_json(charts_of(app)) != before
    assert len(decoded(trace_of(app, "Mean square of the activations by layer", "theory")["y"])) == 9


@pytest.mark.parametrize(
    "params",
    [
        {"init": "zeros"},
        {"init": "constant"},
        {"hidden": "none"},
        {"hidden": "64-64-64-64-64-64-64-64"},
        {"init": "normal", "scale": "-10", "bias": "10"},
        {"dataset": "iris", "columns": "all"},
        {"dataset": "noisy_sine"},
        {"activation": "relu-tanh"},
        {"theta": "_".join(["0.1"] * 67)},
    ],
    ids=str,
)
def test_extreme_starts_are_drawn_without_a_fault(params):
    app = laboratory(**params)
    assert "Mean square of the activations by layer" in charts_of(app)


def test_a_plane_is_computed_once_for_all():
    start.plane_of.cache_clear()
    laboratory()
    laboratory(samples="50")
    assert start.plane_of.cache_info().misses == 1


# Curvature


def hessian_by_differences(run, frame, h=1e-5):
    """Each column from two gradients; a penalty is in both."""
    X, y, theta = run.dataset.X_train, run.dataset.y_train, run.history.theta[frame]
    columns = []
    for move in np.eye(len(theta)) * h:
        up, down = (run.architecture.with_theta(theta + sign * move) for sign in (1, -1))
        columns.append((up.backward(y, up.forward(X)) - down.backward(y, down.forward(X))) / (2 * h))
    return np.array(columns)


CURVED = {"lab": "curvature", "hidden": "4", "lr": "0.5", "l2": "0.01"}
OF_CURVED = replace(CONFIG, hidden=(4,), learning_rate=0.5, l2=0.01)


def test_the_curvatures_are_those_of_differences_of_gradients_at_the_frame():
    app, run = laboratory(**CURVED, frame="7"), ffbp.train(OF_CURVED)
    values = np.linalg.eigvalsh(hessian_by_differences(run, 7))[::-1]
    title = "The curvatures at the epoch shown"
    up, down = (trace_of(app, title, name) for name in ("upwards", "downwards"))
    np.testing.assert_allclose(decoded(up["y"]), values[values > 0], atol=1e-8)
    np.testing.assert_allclose(decoded(down["y"]), -values[values < 0], atol=1e-8)
    text = said(app)
    assert f"At epoch 7 the sharpness is **{format_number(values[0])}**, and gradient descent bears **4.000**" in text
    assert f"**stability {format_number(values[0] / 4)}**, below the edge" in text
    assert f"Of {len(values)} curvatures, **{(values < 0).sum()}** are negative" in text
    first = np.linalg.eigvalsh(hessian_by_differences(run, 0))[-1]
    assert f"unstable above the learning rate **{format_number(2 / first)}**" in text
    over_time = trace_of(app, "Sharpness over the epochs, and what the optimizer bears", "sharpness")
    assert decoded(over_time["y"])[[0, 7]] == pytest.approx([first, values[0]], rel=1e-7)


def test_the_dots_move_with_the_controls_and_the_steps_are_those_of_the_rule():
    app, run = laboratory(**CURVED, frame="7"), ffbp.train(OF_CURVED)
    values = np.linalg.eigvalsh(hessian_by_differences(run, 7))[::-1]
    title = "Steps to halve a distance, by step and momentum, with the curvatures"
    dots = trace_of(app, title, "upwards")
    np.testing.assert_allclose(decoded(dots["x"]), 0.5 * values[values > 0], atol=1e-8)
    assert set(decoded(dots["y"])) == {0.0}
    named(app.select_slider, "curvature:rate").set_value(2.0).run()
    named(app.select_slider, "curvature:momentum:sgd").set_value(0.9).run()
    check(app)
    dots = trace_of(app, title, "upwards")
    np.testing.assert_allclose(decoded(dots["x"]), values[values > 0], atol=1e-8)
    assert set(decoded(dots["y"])) == {0.9}
    factors = [np.abs(np.linalg.eigvals([[1 - step, -0.9], [step, 0.9]])).max() for step in values[values > 1e-8]]
    halves = np.log(0.5) / np.log(factors)
    assert f"halves its distance in **{format_number(halves[0])}** steps" in said(app)
    assert f"needs **{format_number(halves.max())}**" in said(app)


@pytest.mark.parametrize("optimizer", ffbp.OPTIMIZERS)
@pytest.mark.parametrize(
    "params", [{}, {"dataset": "digits", "columns": "all", "hidden": "16", "batch": "32", "epochs": "2"}]
)
def test_the_curvature_of_every_optimizer_and_of_a_large_network_is_drawn(optimizer, params):
    app = laboratory(lab="curvature", optimizer=optimizer, **params)
    assert "the edge at 1." in said(app)
    assert ("only the largest is measured" in said(app)) == bool(params)


@pytest.mark.parametrize("params", [{"fault": "no_slope"}, {"fault": "softmax_twice", "dataset": "iris"}])
def test_under_a_fault_there_is_no_threshold_to_compare_with(params):
    app = check(run_page(PATH, lab="curvature", epochs="20", **params))
    assert "has a fault" in app.info[0].value


def test_the_curvature_of_a_run_that_diverges_is_drawn_up_to_its_end():
    app = check(run_page(PATH, lab="curvature", dataset="bumps", hidden="16", lr="30", epochs="50"))
    assert "beyond the edge at 1." in said(app)


# Noise


def test_the_batches_are_the_gradients_of_the_epochs_own_batches():
    app = laboratory(lab="noise", batch="7", frame="3")
    config = replace(CONFIG, batch_size=7)
    run = ffbp.train(config)
    full = run.network(3)
    training = run.resume(3)
    gradients = []
    for _ in training.batches:
        training.gradient()
        gradients.append(training.network.grad.copy())
        training.batch += 1
    G = full.grad
    unit = np.linalg.norm(G)
    along = np.array([g @ G / unit**2 for g in gradients])
    across = np.array([np.linalg.norm(g - a * G) / unit for g, a in zip(gradients, along, strict=True)])
    title = "The gradient of every batch against the full gradient"
    traces = charts_of(app)[title]["plot"]["data"]
    tips = [trace for trace in traces if trace["mode"] == "markers"]
    x, y = (np.concatenate([decoded(trace[axis]) for trace in tips]) for axis in "xy")
    np.testing.assert_allclose(np.sort(x), np.sort(along), rtol=1e-6)
    np.testing.assert_allclose(np.sort(y), np.sort(across), rtol=1e-6)
    alone = []
    data = run.dataset
    for i in range(len(data.X_train)):
        one = full.with_theta(full.theta.copy())
        alone.append(one.backward(data.y_train[[i]], one.forward(data.X_train[[i]])).copy())
    variance, n = np.var(alone, axis=0, ddof=1).sum(), len(alone)
    text = said(app)
    assert f"the full gradient, without a penalty, has the length **{format_number(unit)}**" in text
    assert f"the error is **{format_number(np.sqrt(variance / 7 * (1 - 7 / n)) / unit)}** times as long" in text
    assert f"The noise scale is **{format_number(variance / unit**2)}** samples" in text


def test_the_slider_draws_another_batch_size_without_training(monkeypatch):
    app = laboratory(lab="noise")
    assert "With 16 samples in a batch" in said(app)
    monkeypatch.setattr("ffbp.training.loop.Training.run_epoch", None)
    named(app.select_slider, "noise:batch").set_value(4).run()
    check(app)
    assert address(app)["lab_batch"] == "4"
    assert "With 4 samples in a batch" in said(app)
    assert "Nothing is trained" in said(app)


@pytest.mark.parametrize("points", ["0_0_1", "0_0_1~1_1_0"])
def test_one_or_two_samples_are_enough(points):
    for name in VIEWS_OF_LAB:
        app = check(run_page(PATH, points=points, test="0", epochs="5", lab=name))
        if name == "checks":
            named(app.button, "checks:run").click().run()
            check(app)


def test_a_batch_larger_than_the_training_set_is_named_and_leaves_the_address():
    app = laboratory(lab="noise", lab_batch="49")
    assert [each.value.replace("\\", "") for each in app.warning] == [
        "lab_batch must be from 1 to 48, got 49; the usual size is shown"
    ]
    assert "lab_batch" not in address(app)


def test_a_run_that_diverges_is_said():
    params = {
        "dataset": "noisy_sine",
        "hidden": "16",
        "init": "normal",
        "scale": "10",
        "lr": "1000",
        "activation": "relu",
        "samples": "60",
        "epochs": "30",
    }
    app = laboratory(lab="noise", **params)
    (told,) = [each.value for each in app.info]
    assert told.startswith("At this epoch the gradient is not finite, or too large to measure.")
    assert "times as long" in said(laboratory(lab="noise", frame="0", **params))


# Five checks


def test_one_button_gives_five_verdicts_with_the_cores_numbers():
    app = laboratory(lab="checks", seed="7")
    assert not app.header
    named(app.button, "checks:run").click().run()
    check(app)
    text, found = said(app), ffbp.five_checks(replace(CONFIG, seed=7))
    for each in found:
        assert f"{TITLES[each.name]} {SIGNS[each.passed]}" in text
        assert english.sentence(each.notice) in text
    failed = sum(each.passed is False for each in found)
    assert (f"**{failed} of 5 checks failed.**" if failed else "**5 of 5 checks passed.**") in text
    losses = decoded(trace_of(app, f"{TITLES['overfit']}: the loss over the updates", "training")["y"])
    np.testing.assert_allclose(losses, found[1].losses, rtol=1e-12)


def test_another_experiment_is_not_judged_by_the_last_ones_checks():
    app = laboratory(lab="checks", seed="8")
    named(app.button, "checks:run").click().run()
    named(app.select_slider, "laboratory:learning_rate").set_value(0.3).run()
    check(app)
    assert named(app.button, "checks:run").label.startswith("Carry out")


@pytest.mark.parametrize("name", VIEWS_OF_LAB)
@pytest.mark.parametrize(
    "params",
    [{"dataset": "moons"}, {"dataset": "iris", "columns": "all"}, {"hidden": "6-6-6-6", "batch": "8"}],
    ids=str,
)
def test_at_most_80_words_stand_between_two_figures(name, params):
    app = check(run_page(PATH, **{"epochs": "20", "lab": name} | params))
    if name == "checks" and "Carry out" in str([each.label for each in app.button]):
        named(app.button, "checks:run").click().run()
    read(app)


def test_every_link_of_a_failing_check_leads_to_a_page_and_a_view():
    assert set(LINKS) == {*TITLES, "leaks"}
    for path, label, view in (each for links in LINKS.values() for each in links):
        assert path in PAGE_TITLES
        assert label
        config, read, problems = link.read(params_of(CONFIG, view))
        assert (config, read, problems) == (CONFIG, view, [])


def test_a_failing_check_says_what_it_means_and_links_to_it(monkeypatch):
    shown = []
    monkeypatch.setattr("ffbp.ui.laboratory.checks.link", lambda path, label, params, **_: shown.append((path, label)))
    app = laboratory(lab="checks", init="normal", scale="10")
    named(app.button, "checks:run").click().run()
    check(app)
    assert "The loss at the start is at most three times that of guessing " + SIGNS[False] in said(app)
    assert "Draw smaller weights" in said(app)
    assert LINKS["start"][0][:2] in shown
