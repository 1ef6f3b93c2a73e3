"""The Backpropagation page: numbers taken off the page, found in plain NumPy; predictions judged; phases committed."""

import base64
import re
from dataclasses import replace

import numpy as np
import pytest
from apptest import ROOT, carried, charts_of, flow_of, named, run_page
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split
from textbook import sigmoid

import ffbp
from ffbp.figures.blob import header_of
from ffbp.training.loop import learning_rates
from ffbp.ui.backward.choosing import CARDS
from ffbp.words.numbers import format_number

PATH = ROOT / "pages" / "backpropagation.py"
MODES = ("one sample", "next batch", "whole training set")


def page(mode=None, **params):
    app = run_page(PATH, **params)
    return again(app, mode) if mode else checked(app)


def checked(app):
    assert not app.exception, app.exception[0].message
    return app


def card(app, name, **view):
    """Go to the step that a card explains, as a click on its chip does."""
    app.session_state["view"] = replace(app.session_state["view"], card=CARDS.index(name) + 1, **view)
    return again(app)


def opened(app, *keys):
    for key in keys:
        app.session_state[f"backward:{key}"] = True
    return again(app)


def again(app, mode=None):
    if mode:
        named(app.radio, "backward:mode").set_value(mode)
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
    app, hand = page(epochs="10", sample="29", card="3"), sample_by_hand(29)
    opened(app, "delta:1", "open:1")

    def column(values):
        return r" \\ ".join(format_number(v) for v in values)

    assert column(hand["d1"][0]) in latex(app, r"W^{\top}\delta")
    rows = r" \\ ".join(f"{format_number(a)} & {format_number(b)}" for a, b in hand["dW1"])
    assert rows in latex(app, "dW^{[1]}", "10 ")
    assert column(hand["d1"][0]) in latex(app, "db^{[1]}")
    card(app, "layer", layer=2)
    first, last = (format_number(hand["dW2"][i]) for i in (0, -1))
    assert rf"begin{{bmatrix}}{first} & " in latex(app, "dW^{[2]} = ", "cdots")
    assert rf" & {last}\end{{bmatrix}}" in latex(app, "dW^{[2]} = ", "cdots")
    assert format_number(hand["d2"][0]) in latex(app, r"\hat y - y", "begin{bmatrix}")


def test_the_diagram_shows_the_samples_numbers_in_every_unit_and_on_every_edge():
    app, hand = page(epochs="10", sample="29", card="3"), sample_by_hand(29)
    shown = flow_of(app)
    np.testing.assert_allclose(shown["nodes"]["a"][1], hand["a1"][0])
    np.testing.assert_allclose(shown["nodes"]["delta"][1], hand["d1"][0])
    np.testing.assert_allclose(shown["nodes"]["delta"][2], hand["d2"])
    assert shown["loss"] == pytest.approx(hand["loss"])
    for (l, i, j), dw in zip(shown["edges"], shown["flows"]["dw"], strict=True):
        assert dw == pytest.approx(hand["dW1"][i, j] if l == 1 else hand["dW2"][j])


@pytest.mark.parametrize(("name", "mode"), [("forward", "one sample"), ("layer", "one sample"), ("samples", "next batch"),
                                            ("update", "next batch")])  # fmt: skip
def test_a_card_says_whose_gradient_it_is_about(name, mode):
    app = page(epochs="3", frame="1", batch="40", shuffle="0")
    card(app, name)
    whose = "one sample: train sample 29" if mode == "one sample" else "next batch: 40 samples"
    assert any(whose in text.value for text in app.markdown)
    assert flow_of(app)["n"] == (1 if mode == "one sample" else 40)


def test_many_samples_come_before_the_words_training_set():
    app = page(epochs="3")
    texts = [*(t.value for t in app.markdown), *(c.value for c in app.caption), *app.radio(key="backward:mode").options]
    assert not [text for text in texts if "training set" in text]


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


@pytest.mark.parametrize(("params", "entries"), [
    ({}, ("0.7000", "1.000", "-0.3000")),
    ({"dataset": "iris"}, (r"0.7000 \\ 0.3000", r"1.000 \\ 0", r"-0.3000 \\ 0.3000")),
])  # fmt: skip
def test_the_textbooks_numbers_follow_the_runs_output(params, entries):
    app = opened(page(epochs="2", card="3", layer="2", **params), "why")
    text = latex(app, "0.7000", r"\hat y - y")
    for numbers in entries:
        assert numbers in text


def test_one_sample_has_no_n_in_its_derivation():
    app = opened(page(epochs="2", card="3", layer="2"), "why")
    assert "n}" not in latex(app, r"\partial L}{\partial a}")
    again(app, "next batch")
    assert r"\frac{a - y}{n}" in latex(app, r"\partial L}{\partial a}")


def test_the_whole_sets_gradient_and_its_contributions_are_those_of_plain_numpy():
    app, hand = page("whole training set", epochs="10", unit="3", card="5"), by_hand()
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
    app, hand = page(epochs="10", sample="29", card="4"), sample_by_hand(29)
    text = latex(app, r"\partial L}{\partial W")
    assert format_number(hand["d1"][0, 0]) in text
    assert format_number(hand["X"][0, 0]) in text
    assert rf"\mathbf{{{format_number(hand['dW1'][0, 0])}}}" in text


def test_the_multipliers_are_ratios_of_norms():
    app, hand = opened(page(epochs="10", sample="29"), "shrinkage:other"), sample_by_hand(29)
    row = next(d.value for d in app.table if "by Wᵀ" in d.value).iloc[0]
    arriving = np.linalg.norm(hand["W2"] * hand["d2"])
    assert row["by Wᵀ"] == format_number(arriving / np.abs(hand["d2"][0]))
    assert row["both"] == format_number(np.linalg.norm(hand["d1"]) / np.abs(hand["d2"][0]))


def test_the_step_shows_the_runs_own_losses():
    app = page(epochs="10", frame="4", card="6")
    losses = ffbp.train(ffbp.Config(epochs=10)).history.train_loss
    assert metric(app, "before") == f"{losses[4]:#.6g}"
    assert metric(app, "after") == f"{losses[5]:#.6g}"
    assert metric(app, "decrease") == format_number(losses[4] - losses[5])


def test_the_step_of_a_weight_is_written_out():
    hand, run = by_hand(4), ffbp.train(ffbp.Config(epochs=10))
    old, new, gradient = hand["W1"][1, 0], run.network(5).layers[0].W[1, 0], hand["dW1"][1, 0]
    assert new == pytest.approx(old - 0.1 * gradient, abs=1e-12)
    at = {"epochs": "10", "frame": "4", "card": "6", "layer": "1", "unit": "2"}
    text = latex(page(**at), r"\eta")
    assert rf"&= {format_number(old)} - 0.1 \cdot {format_number(gradient)} = " in text
    assert rf"\mathbf{{{format_number(new)}}}" in text
    start = by_hand(0)
    parts = start["dW1"], start["d1"].sum(axis=0), start["dW2"], start["d2"].sum()
    size = np.sqrt(sum(np.sum(np.square(part)) for part in parts))
    assert f"{format_number(0.01 / size)}}}_{{c,\\ " in latex(page(**at | {"frame": "0"}, clip="0.01"), "clipping")
    adam = page(**at, optimizer="adam")
    assert r"\Delta" in latex(adam, r"\leftarrow")
    assert any("g its gradient" in caption.value for caption in adam.caption)


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


MORE = ("check", "worth", "code", "shrinkage:other")  # below the card, the same for all cards
FOLDS = ("why", "path", "step:whole", *(f"{fold}:{layer}" for fold in ("delta", "open") for layer in range(1, 8)))


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_network_runs_on_every_card_with_everything_open(case):
    app = opened(page(**{"epochs": "8", **CASES[case]}), *FOLDS)
    last = len(flow_of(app)["sizes"]) - 1
    for name in CARDS:
        card(app, name, layer=1, unit=None)
        assert flow_of(app)["at"]["card"] == name
    card(app, "layer", layer=last)
    again(app, MODES[2])
    assert "nan" not in " ".join(m.value for m in app.metric)
    card(app, "layer", layer=1)
    card(app, "update")
    if not app.button(key="backward:step").disabled:
        app.button(key="backward:step").click()
    opened(app, *MORE)


def test_prose_between_figures_is_short():
    app = page("whole training set", epochs="5")
    for name in CARDS:
        card(app, name)
        assert all(len(text.value.split()) <= 80 for text in app.markdown)


def test_shrinkage_opens_by_itself_where_the_gradients_vanish():
    app = page(epochs="5", hidden="8-8-8-8-8-8", activation="sigmoid", init="xavier", frame="0")
    assert "Factors of delta's norm, step by step" in charts_of(app)
    assert "Factors of delta's norm, step by step" not in charts_of(page(epochs="5"))


def test_a_step_is_taken_as_announced_shows_on_the_whole_page_and_the_epochs_end_is_the_next_frame():
    app = page(epochs="10", batch="200", frame="3", card="6")
    run = ffbp.train(ffbp.Config(epochs=10, batch_size=200))
    preview = next(t.value for t in app.markdown if "exactly this number" in t.value)
    new = float(re.search(r"to (\S+)\. The", preview)[1])
    training = run.resume(3)
    training.gradient()
    training.update()
    assert new == training.network.layers[0].W[0, 0]
    app.button(key="backward:step").click()
    again(app)
    ahead = app.session_state["kept:backward:ahead"]
    assert ahead.taken == 1
    assert np.array_equal(ahead.training.network.theta, training.network.theta)
    assert metric(app, "Weight W[1][1,1]") == format_number(new)
    card(app, "forward")
    trace = training.network.forward(run.dataset.X_train[:1])
    np.testing.assert_array_equal(flow_of(app)["nodes"]["a"][1], trace.A[1][:, 0])
    card(app, "update")
    app.button(key="backward:epoch").click()
    again(app)
    assert np.array_equal(app.session_state["kept:backward:ahead"].training.network.theta, run.history.theta[4])
    assert any("epoch 4 of the run" in s.value and "bit for bit" in s.value for s in app.success)
    app.button(key="backward:over").click()
    again(app)
    assert app.session_state["kept:backward:ahead"].taken == 0
    assert metric(app, "Weight W[1][1,1]") == format_number(run.network(3).layers[0].W[0, 0])


def test_a_step_is_told_with_alpha_and_stability():
    app = page(epochs="10", lr="10", card="6", frame="3", clip="0.1")
    config = ffbp.Config(epochs=10, learning_rate=10.0, clip=0.1)
    run = ffbp.train(config)
    quality, stability = ffbp.step_quality(run), ffbp.stability(run)
    said = next(t.value for t in app.markdown if t.value.startswith("In its valley"))
    assert f"**α {format_number(quality.alpha[3])}**" in said
    assert f"The sharpness is {format_number(stability.sharpness[3])}, and gradient descent bears 0.2000 here" in said
    assert f"**stability {format_number(stability.ratio[3])}**" in said
    assert ("Clipping shortens" in said) == bool(stability.clipped[3])


def test_a_straight_step_leads_to_an_epoch_where_it_bends():
    app = page(epochs="400", card="6", frame="200")
    app.button(key="backward:bend").click()
    again(app)
    assert app.session_state["view"].frame < 90
    assert not [button for button in app.button if button.key == "backward:bend"]
    chart = next(plot for title, plot in charts_of(app).items() if title.endswith("along the update"))
    curve = next(trace for trace in chart["plot"]["data"] if trace["name"].startswith("L("))
    losses = np.frombuffer(base64.b64decode(curve["y"]["bdata"]), curve["y"]["dtype"])
    assert 0 < int(np.argmin(losses)) < len(losses) - 1


def test_the_small_network_is_opened_and_left_again():
    app = page(epochs="5", card="3", unit="7", frame="2")
    app.button(key="backward:small").click()
    again(app)
    assert not app.warning
    assert flow_of(app)["sizes"] == [2, 2, 1]
    assert flow_of(app)["nodes"]["delta"][2] == pytest.approx([-0.5035], abs=5e-5)
    app.button(key="backward:back").click()
    again(app)
    assert not app.warning
    assert flow_of(app)["sizes"] == [2, 10, 1]
    assert (app.session_state["view"].unit, app.session_state["view"].frame) == (7, 2)


def test_the_steps_end_with_the_run():
    app = page(epochs="5", card="6")
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
    app = page("next batch", card="6", **params)
    run = ffbp.train(app.session_state["config"])
    assert (run.stopped_at is not None and run.stopped_at < 40) == planned
    epoch = int(run.history.epoch[-1])
    rates = learning_rates(run.config)
    rate = rates[epoch] if planned else rates[-1]
    assert any(f"learning rate {rate:.6g}" in text.value for text in app.markdown)
    said = [text.value for text in app.caption if "at this epoch" in text.value]
    card(app, "samples")
    said += [text.value for text in app.caption if "at this epoch" in text.value]
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
def test_while_hidden_no_sum_no_step_no_edge_and_no_check_gives_the_gradient_away(mode, params):
    app = opened(page(mode, epochs="6", frame="2", unit="3", card="5", **params), "check")
    answers = {metric(app, "Gradient"), metric(app, "Net")}
    answers |= {m.value for m in app.metric if m.label.startswith("Sum of the")} - {"0"}
    assert "?" not in answers
    assert "Backward against the difference quotient" in charts_of(app)
    edge = flow_of(app)["edges"].index([1, 2, 0])
    assert format_number(flow_of(app)["flows"]["dw"][edge]) == metric(app, "Gradient")
    app.toggle(key="backward:predict").set_value(True)
    again(app)
    assert flow_of(app)["flows"]["dw"][edge] is None
    assert "Backward against the difference quotient" not in charts_of(app)
    assert not any(title.startswith("The samples' contributions") for title in charts_of(app))
    assert not answers & {m.value for m in app.metric}
    card(app, "update")
    assert metric(app, "Gradient") == "?"
    assert flow_of(app)["flows"]["step"][edge] is None
    assert not any("exactly this number" in t.value for t in app.markdown)


def test_the_weight_after_the_step_is_judged_and_its_slips_are_named():
    app = page(epochs="10", frame="4", unit="3", lr="0.3", card="6")
    app.toggle(key="backward:predict").set_value(True)
    again(app)
    app.selectbox(key="backward:question").set_value("new weight")
    again(app)
    history = ffbp.train(ffbp.Config(epochs=10, learning_rate=0.3)).history
    old, new = float(history.theta[4, 6]), float(history.theta[5, 6])

    def told():
        return next(t.value for t in app.markdown if "in this step" in t.value or "exactly this number" in t.value)

    assert "to ? in this step" in told()
    assert metric(app, "Gradient") == format_number((old - new) / 0.3)
    for value, slip in (
        (old, "the old weight"),
        (2 * old - new, "Subtract it"),
        (old - (old - new) / 0.3, "left out the learning rate"),
    ):
        app = typed(app, repr(value))
        assert [slip in w.value for w in app.warning] == [True]
        assert "to ? in this step" in told()
    app = typed(app, repr(old + 5 * (old - new)))
    assert [w.value for w in app.warning] == ["Not yet."]
    app = typed(app, f"{new:.7f}".replace(".", ","))
    assert app.success
    assert repr(new) in told()
    app.selectbox(key="backward:question").set_value("gradient")
    again(app)
    assert named(app.text_input, "backward:typed").value == ""
    assert metric(app, "Gradient") == "?"
    assert "to ? in this step" in told()


def test_nothing_is_asked_where_the_gradient_is_no_number():
    app = page(epochs="5", x="1e308_-1e308")
    app.toggle(key="backward:predict").set_value(True)
    again(app)
    assert any("nothing to predict" in info.value for info in app.info)
    assert not [t for t in app.text_input if t.key.startswith("backward:typed")]


@pytest.mark.parametrize("text", ["abc", "1e400", "1/0", "nan", "**x**", "$x$", "__import__('os')", "<b>1</b>"])
def test_what_cannot_be_read_gets_a_clear_message(text):
    app = typed(predicting(), text)
    assert [e.value for e in app.error] == ["Type a finite number such as `0.25` or `0,25`, or a fraction such as 1/3."]


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
    app = page(epochs="5", unit="4", card="4")
    app.button(key="backward:to:0").click()
    again(app)
    assert metric(app, "Gradient dW[2][1,4]")
    named(app.selectbox, "backward:source").set_value(6)
    again(app)
    app.button(key="backward:to:before").click()
    again(app)
    assert metric(app, "Gradient dW[1][6,1]")
