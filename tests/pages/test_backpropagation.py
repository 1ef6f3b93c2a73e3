"""The Backpropagation page: numbers taken off the page, found in plain NumPy; predictions judged; phases committed."""

import re

import numpy as np
import pytest
from apptest import ROOT, carried, charts_of, named, run_page
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split
from textbook import sigmoid

import ffbp
from ffbp.figures.blob import header_of
from ffbp.training.loop import learning_rates
from ffbp.words.numbers import format_number

PATH = ROOT / "pages" / "backpropagation.py"
MODES = ("one sample", "next batch", "whole training set")


def page(mode=None, **params):
    app = run_page(PATH, **params)
    return again(app, mode) if mode else checked(app)


def checked(app):
    assert not app.exception, app.exception[0].message
    return app


def again(app, mode=None):
    if mode:
        app.radio(key="backward:mode").set_value(mode)
    return checked(app.run())


def metric(app, start):
    return next(m.value for m in app.metric if m.label.startswith(start))


def latex(app, *parts):
    """The formula that holds all parts, colours taken off."""
    texts = [re.sub(r"\\textcolor\{#\w+\}\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", r"\1", t.value) for t in app.latex]
    return next(text for text in texts if all(part in text for part in parts))


def by_hand(epoch=10, X=None, y=None):
    """Forward and backward of the reference network in plain NumPy: rows are samples, nothing from the package but theta."""
    theta = ffbp.train(ffbp.Config(epochs=10)).history.theta[epoch]
    W1, b1 = theta[:30].reshape(10, 3)[:, :2], theta[:30].reshape(10, 3)[:, 2]
    W2, b2 = theta[30:40], theta[40]
    X_all, y_all = make_moons(n_samples=1000, noise=0.2, random_state=42)
    X_train, _, y_train, _ = train_test_split(X_all, y_all, test_size=0.2, random_state=42)
    X, y = (X_train, y_train) if X is None else (X, y)
    z1 = X @ W1.T + b1
    a1 = np.maximum(z1, 0)
    p = sigmoid(a1 @ W2 + b2)
    d2 = (p - y) / len(X)
    d1 = np.outer(d2, W2) * (z1 > 0)
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return {
        "loss": loss,
        "d2": d2,
        "d1": d1,
        "dW2": d2 @ a1,
        "dW1": d1.T @ X,
        "p": p,
        "a1": a1,
        "W1": W1,
        "W2": W2,
        "X": X,
        "y": y,
    }


def sample_by_hand(row, epoch=10):
    X, y = make_moons(n_samples=1000, noise=0.2, random_state=42)
    return by_hand(epoch, X[row : row + 1], y[row : row + 1])


@pytest.mark.parametrize(("row", "unit"), [(29, 1), (500, 3), (7, 10)])
def test_one_samples_loss_and_gradient_are_those_of_plain_numpy(row, unit):
    app = page(epochs="10", sample=str(row), unit=str(unit))
    hand = sample_by_hand(row)
    assert metric(app, "Loss") == format_number(hand["loss"])
    assert metric(app, f"Gradient dW[1][{unit},1]") == format_number(hand["dW1"][unit - 1, 0])
    assert metric(app, f"Weight W[1][{unit},1]") == format_number(hand["W1"][unit - 1, 0])


def test_the_matrices_are_those_of_plain_numpy():
    app, hand = page(epochs="10", sample="29"), sample_by_hand(29)

    def column(values):
        return r" \\ ".join(format_number(v) for v in values)

    assert column(hand["d1"][0]) in latex(app, r"W^{\mathsf T}\delta")
    rows = r" \\ ".join(f"{format_number(a)} & {format_number(b)}" for a, b in hand["dW1"])
    assert rows in latex(app, "dW^{[1]}")
    assert column(hand["dW2"]) in latex(app, "dW^{[2]}", "begin{bmatrix}")
    assert column(hand["d1"][0]) in latex(app, "db^{[1]}")
    assert format_number(hand["d2"][0]) in latex(app, r"\hat y - y", "begin{bmatrix}")


@pytest.mark.parametrize(("batch", "ringed"), [(300, 256), (256, 256), (40, 40), (800, 1)])
def test_a_large_batch_is_ringed_thinly_and_it_is_said(batch, ringed):
    app = page("next batch", epochs="3", frame="1", batch=str(batch), shuffle="0")
    marked = np.array(header_of(carried(app)["refine"])["marks"], dtype=float)
    assert len(marked) == ringed
    raw = ffbp.train(ffbp.Config(epochs=3)).dataset.raw_train
    if batch < 800:  # without a shuffle the batch is the first samples, from its first to its last
        np.testing.assert_allclose(marked[[0, -1]], raw[[0, batch - 1]])
        assert len(np.unique(marked, axis=0)) == ringed
    said = [c.value for c in app.caption if "The rings mark" in c.value]
    assert said == (["The rings mark 256 of the next batch's 300 samples, evenly chosen."] if batch == 300 else [])


def test_the_textbooks_numbers_stand_on_the_page():
    app = page(epochs="2")
    text = latex(app, "0.7000", r"\hat y - y")
    for numbers in (r"0.7000 \\ 0.3000", r"1.000 \\ 0", r"-0.3000 \\ 0.3000"):
        assert numbers in text


def test_the_whole_sets_gradient_and_its_contributions_are_those_of_plain_numpy():
    app, hand = page("whole training set", epochs="10", unit="3"), by_hand()
    assert metric(app, "Mean loss") == format_number(hand["loss"])
    assert metric(app, "Gradient") == format_number(hand["dW1"][2, 0])
    own = hand["d1"][:, 2] * hand["X"][:, 0]
    positive, negative = own[own > 0], own[own < 0]
    assert metric(app, f"Sum of the {len(positive)} positive") == format_number(positive.sum())
    assert metric(app, f"Sum of the {len(negative)} negative") == format_number(negative.sum())
    assert metric(app, "Net") == format_number(own.sum())


def test_the_next_batchs_gradient_is_that_of_plain_numpy():
    app = page("next batch", epochs="10", batch="32", shuffle="0", frame="0", unit="2")
    hand = by_hand(0)
    hand = by_hand(0, hand["X"][:32], hand["y"][:32])
    assert metric(app, "Mean loss") == format_number(hand["loss"])
    assert metric(app, "Gradient") == format_number(hand["dW1"][1, 0])


def test_the_tracers_factors_multiply_to_the_gradient():
    app, hand = page(epochs="10", sample="29"), sample_by_hand(29)
    text = latex(app, r"\partial L}{\partial W")
    assert format_number(hand["d1"][0, 0]) in text
    assert format_number(hand["X"][0, 0]) in text
    assert rf"\mathbf{{{format_number(hand['dW1'][0, 0])}}}" in text


def test_the_multipliers_are_ratios_of_norms():
    app, hand = page(epochs="10", sample="29"), sample_by_hand(29)
    row = next(d.value for d in app.table if "by Wᵀ" in d.value).iloc[0]
    arriving = np.linalg.norm(hand["W2"] * hand["d2"])
    assert row["by Wᵀ"] == format_number(arriving / np.abs(hand["d2"][0]))
    assert row["both"] == format_number(np.linalg.norm(hand["d1"]) / np.abs(hand["d2"][0]))


def test_the_step_shows_the_runs_own_losses():
    app = page(epochs="10", frame="4")
    losses = ffbp.train(ffbp.Config(epochs=10)).history.train_loss
    assert metric(app, "before") == f"{losses[4]:.6g}"
    assert metric(app, "after") == f"{losses[5]:.6g}"
    assert metric(app, "decrease") == format_number(losses[4] - losses[5])


CASES = {
    "regression": {"dataset": "bumps"},
    "line": {"dataset": "noisy_sine", "batch": "16"},
    "classes": {"dataset": "iris", "batch": "16", "frame": "3"},
    "digits": {"dataset": "digits", "columns": "all", "batch": "64", "frame": "2"},
    "no_hidden_layer": {"hidden": "none"},
    "squared_error_on_sigmoid": {"loss": "mse", "output": "sigmoid"},
    "squared_error_on_softmax": {"dataset": "iris", "loss": "mse", "output": "softmax"},
    "deep_and_penalised": {
        "hidden": "6-6-6-6-6-6",
        "activation": "sigmoid",
        "l2": "0.01",
        "l1": "0.001",
        "optimizer": "adam",
    },
    "dead": {"bias": "-9", "hidden": "4"},
    "diverged": {"dataset": "bumps", "lr": "900"},
    "four_points": {"dataset": "xor_gate", "batch": "1"},
    "stopped_early": {"patience": "1", "lr": "30"},
}


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_network_runs_in_every_mode_with_everything_open(case):
    app = page(**{"epochs": "8", **CASES[case]})
    for key in ("check", "worth", "code"):
        app.session_state[f"backward:{key}"] = True
    for mode in MODES:
        again(app, mode)
        assert "nan" not in " ".join(m.value for m in app.metric)
    for _ in range(5):
        if not app.button(key="backward:phase").disabled:
            app.button(key="backward:phase").click()
            again(app)


def test_prose_between_figures_is_short():
    app = page("whole training set", epochs="5")
    assert all(len(text.value.split()) <= 80 for text in app.markdown)


def test_what_the_ladder_previews_is_committed_and_the_epochs_end_is_the_next_frame():
    app = page(epochs="10", batch="200", frame="3")
    run = ffbp.train(ffbp.Config(epochs=10, batch_size=200))
    for _ in range(4):
        app.button(key="backward:phase").click()
        again(app)
    preview = next(c.value for c in app.caption if "exactly this number" in c.value)
    new = float(re.search(r"to (\S+)\. The", preview)[1])
    training = run.resume(3)
    training.gradient()
    training.update()
    assert new == training.network.layers[0].W[0, 0]
    app.button(key="backward:phase").click()
    again(app)
    ladder = app.session_state["kept:backward:ladder"]
    assert ladder.taken == 1
    assert np.array_equal(ladder.training.network.theta, training.network.theta)
    app.button(key="backward:epoch").click()
    again(app)
    assert np.array_equal(app.session_state["kept:backward:ladder"].training.network.theta, run.history.theta[4])
    assert any("frame 4 of the run" in s.value and "bit for bit" in s.value for s in app.success)
    app.button(key="backward:over").click()
    again(app)
    assert app.session_state["kept:backward:ladder"].taken == 0


def test_the_ladder_ends_with_the_run():
    app = page(epochs="5")
    app.button(key="backward:step").click()
    again(app)
    assert app.button(key="backward:step").disabled
    assert any("last epoch" in info.value for info in app.info)


@pytest.mark.parametrize(
    ("params", "planned"),
    [
        ({"epochs": "40", "patience": "1", "lr": "30", "schedule": "exponential", "period": "20"}, True),
        ({"epochs": "4", "schedule": "exponential", "period": "1"}, False),
    ],
)
def test_the_step_after_the_end_is_told_apart_from_the_one_after_early_stopping(params, planned):
    app = page("next batch", **params)
    run = ffbp.train(app.session_state["config"])
    assert (run.stopped_at is not None and run.stopped_at < 40) == planned
    epoch = int(run.history.epoch[-1])
    rates = learning_rates(run.config)
    rate = rates[epoch] if planned else rates[-1]
    assert any(f"learning rate {format_number(rate)}" in text.value for text in app.markdown)
    said = [text.value for text in (*app.info, *app.caption) if "at this frame" in text.value]
    assert len(said) == 2
    assert all(("its schedule gives" in text) == planned for text in said)
    assert all(("at its last learning rate" in text) != planned for text in said)


def typed(app, text):
    named(app.text_input, "backward:typed").set_value(text)
    return again(app)


def predicting(**params):
    app = page("whole training set", epochs="10", unit="3", **params)
    app.toggle(key="backward:predict").set_value(True)
    return again(app)


def test_predict_hides_the_value_and_tells_right_from_wrong():
    app, value = predicting(), float(by_hand()["dW1"][2, 0])
    assert metric(app, "Gradient") == "?"
    shown = " ".join([*(t.value for t in app.latex), *(c.value for c in app.caption), *(m.value for m in app.metric)])
    assert format_number(value) not in shown
    for text, slip in (
        (-value, "opposite sign"),
        (2 * value, "factor 2"),
        (value / 2, "factor ½"),
        (800 * value, "the sum over"),
    ):
        app = typed(app, repr(text))
        assert any(slip in w.value for w in app.warning), slip
        assert metric(app, "Gradient") == "?"
    app = typed(app, repr(value * 7.3))
    assert [w.value for w in app.warning] == ["Not yet."]
    app = typed(app, f"{value:.4g}".replace(".", ","))
    assert app.success
    assert metric(app, "Gradient") == format_number(value)
    app = typed(app, f"{value * 3!r}/3")
    assert app.success


@pytest.mark.parametrize("params", [{}, {"batch": "1"}, {"batch": "30", "l2": "0.01"}], ids=str)
@pytest.mark.parametrize("mode", ["next batch", "whole training set"])
def test_while_hidden_no_sum_no_phase_and_no_check_gives_the_gradient_away(mode, params):
    app = page(mode, epochs="6", frame="2", unit="3", **params)
    app.session_state["backward:check"] = True
    for _ in range(4):
        app.button(key="backward:phase").click()
        again(app)
    answers = {metric(app, "Gradient"), metric(app, "3 · backward"), metric(app, "4 · update"), metric(app, "Net")}
    answers |= {m.value for m in app.metric if m.label.startswith("Sum of the")} - {"0"}
    assert "?" not in answers
    assert "Backward against the difference quotient" in charts_of(app)
    app.toggle(key="backward:predict").set_value(True)
    again(app)
    assert metric(app, "3 · backward") == metric(app, "4 · update") == "?"
    assert not any("exactly this number" in c.value for c in app.caption)
    assert "Backward against the difference quotient" not in charts_of(app)
    assert not any(title.startswith("The samples' contributions") for title in charts_of(app))
    metrics = {m.value for m in app.metric}
    assert not answers & metrics


def test_the_weight_after_the_step_is_judged_and_its_slips_are_named():
    app = page("whole training set", epochs="10", frame="4", unit="3", lr="0.3")
    app.toggle(key="backward:predict").set_value(True)
    again(app)
    app.selectbox(key="backward:question").set_value("new weight")
    again(app)
    for _ in range(4):
        app.button(key="backward:phase").click()
        again(app)
    history = ffbp.train(ffbp.Config(epochs=10, learning_rate=0.3)).history
    old, new = history.theta[4, 6], history.theta[5, 6]
    assert metric(app, "4 · update") == "?"
    assert metric(app, "Gradient") == metric(app, "3 · backward") == format_number((old - new) / 0.3)
    assert not any("exactly this number" in c.value for c in app.caption)
    for value, slip in (
        (old, "the old weight"),
        (2 * old - new, "Subtract it"),
        (old - (old - new) / 0.3, "left out the learning rate"),
    ):
        app = typed(app, repr(float(value)))
        assert [slip in w.value for w in app.warning] == [True]
        assert metric(app, "4 · update") == "?"
    app = typed(app, repr(float(old + 5 * (old - new))))
    assert [w.value for w in app.warning] == ["Not yet."]
    app = typed(app, f"{new:.7f}".replace(".", ","))
    assert app.success
    assert metric(app, "4 · update") == format_number(new)
    app.selectbox(key="backward:question").set_value("gradient")
    again(app)
    assert named(app.text_input, "backward:typed").value == ""
    assert metric(app, "Gradient") == metric(app, "4 · update") == "?"


def test_nothing_is_asked_where_the_gradient_is_no_number():
    app = page(epochs="5", x="1e308_-1e308")
    app.toggle(key="backward:predict").set_value(True)
    again(app)
    assert any("nothing to predict" in info.value for info in app.info)
    assert not [t for t in app.text_input if t.key.startswith("backward:typed")]


@pytest.mark.parametrize("text", ["abc", "1e400", "1/0", "nan", "**x**", "$x$", "__import__('os')", "<b>1</b>"])
def test_what_cannot_be_read_gets_a_clear_message(text):
    app = typed(predicting(), text)
    assert [e.value for e in app.error] == ["Type a finite number such as 0.25 or 0,25, or a fraction such as 1/3."]


def test_typed_inputs_are_asked_for_their_target():
    app = page(epochs="10", x="0.5_0.2")
    app.selectbox(key="backward:class").set_value(1)
    again(app)
    hand = by_hand(10, np.array([[0.5, 0.2]]), np.array([1]))
    assert metric(app, "Loss") == format_number(hand["loss"])
    assert metric(app, "Gradient") == format_number(hand["dW1"][0, 0])


def test_a_weight_frame_or_sample_that_does_not_exist_is_brought_back():
    app = page(epochs="10", layer="9", unit="64", frame="299", sample="19999")
    assert metric(app, "Gradient dW[1][1,1]")
    assert [w.value.split()[0] for w in app.warning] == ["frame", "layer", "unit", "sample"]


def test_a_choice_is_in_the_link_and_the_source_is_kept():
    app = page(epochs="5")
    app.selectbox(key="backward:layer").set_value(2)
    named(app.selectbox, "backward:source").set_value(3)
    again(app)
    named(app.selectbox, "backward:source").set_value(11)
    again(app)
    assert app.query_params["layer"] in ("2", ["2"])
    assert metric(app, "Gradient db[2][1]")


def test_a_factor_leads_to_where_it_came_from():
    app = page(epochs="5", unit="4")
    app.button(key="backward:to:0").click()
    again(app)
    assert metric(app, "Gradient dW[2][1,4]")
    named(app.selectbox, "backward:source").set_value(6)
    again(app)
    app.button(key="backward:to:before").click()
    again(app)
    assert metric(app, "Gradient dW[1][6,1]")
