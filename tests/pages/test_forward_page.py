"""The page of the forward pass: numbers off the page, found again by plain NumPy from the run's parameters."""

import re

import numpy as np
import pytest
from apptest import ROOT, charts_of, flow_of, named, run_page

import ffbp
from ffbp.experiment.experiment import Experiment
from ffbp.lessons.presets import PRESETS
from ffbp.words.numbers import format_number, plain_power

PAGE = ROOT / "pages" / "forward_pass.py"
G = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}


def forward_pass(**params):
    app = run_page(PAGE, **{k: str(v) for k, v in params.items()})
    assert not app.exception, app.exception
    return app


def by_hand(config, x, frame=-1):
    """The pass from the recorded parameters, with nothing of the core: (W, b, z, a of each layer)."""
    run = ffbp.train(config)
    theta, a, start, layers = run.history.theta[frame], np.asarray(x, dtype=float), 0, []
    resolved = Experiment(config).resolved
    sizes = resolved.sizes
    keys = [layer.key for layer in run.network(frame).activations]
    for n_in, n_out, key in zip(sizes[:-1], sizes[1:], keys, strict=True):
        block = theta[start : start + n_out * (n_in + 1)].reshape(n_out, n_in + 1)
        start += block.size
        z = block[:, :-1] @ a + block[:, -1]
        a = np.exp(z - z.max()) / np.exp(z - z.max()).sum() if key == "softmax" else G[key](z)
        layers.append((block[:, :-1], block[:, -1], z, a))
    return layers


def matrices(app):
    """All matrices on the page as arrays."""
    found = []
    for latex in app.latex:
        for inside in re.findall(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}", latex.value, re.DOTALL):
            found.append(np.array([[_value(v) for v in row.split("&")] for row in inside.split(r"\\")]))
    return found


def _value(text):
    mantissa, _, exponent = text.strip().partition(r"{\cdot}10^{")
    return float(mantissa) * 10.0 ** int(exponent.rstrip("}") or 0)


def rounded(array):
    array = np.asarray(array)
    array = array[:, None] if array.ndim == 1 else array
    return np.array([[float(plain_power(format_number(v))) for v in row] for row in array])


def holds(found, array):
    return any(m.shape == rounded(array).shape and np.allclose(m, rounded(array), rtol=1e-12) for m in found)


def first_sample(config):
    dataset = ffbp.train(config).dataset
    return dataset.X_train[0], dataset.y_train[0], int(dataset.rows_train[0])


CASES = {
    "reference": ({"epochs": 40}, ffbp.Config(epochs=40)),
    "two layers": ({"hidden": "4-3", "activation": "tanh", "epochs": 40}, ffbp.Config(hidden=(4, 3), activation="tanh", epochs=40)),
    "iris": ({"dataset": "iris", "hidden": "5", "epochs": 40}, ffbp.Config(dataset="iris", hidden=(5,), epochs=40)),
    "regression": ({"dataset": "bumps", "hidden": "5", "epochs": 40}, ffbp.Config(dataset="bumps", hidden=(5,), epochs=40)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("frame", [0, 7, 40])
def test_every_matrix_and_vector_is_that_of_the_pass_by_hand(case, frame):
    params, config = CASES[case]
    x, _, _ = first_sample(config)
    found = matrices(forward_pass(**params, frame=frame))
    assert holds(found, x)
    for W, b, z, a in by_hand(config, x, frame):
        for array in (W, b, z, a):
            assert holds(found, array), array


@pytest.mark.parametrize(("layer", "unit"), [(1, 1), (1, 7), (2, 1)])
def test_the_chosen_units_sum_is_written_out_with_its_numbers(layer, unit):
    config = ffbp.Config(epochs=40)
    x, _, _ = first_sample(config)
    layers = by_hand(config, x)
    before = x if layer == 1 else layers[layer - 2][3]
    W, b, z, a = layers[layer - 1]
    app = forward_pass(epochs=40, layer=layer, unit=unit)
    text = next(latex.value for latex in app.latex if "aligned" in latex.value)
    for weight, value in zip(W[unit - 1], before, strict=True):
        assert format_number(weight) in text
        assert format_number(value) in text
    assert format_number(b[unit - 1]) in text
    assert rf"\mathbf{{{format_number(z[unit - 1])}}}" in text
    assert any(
        rf"\mathbf{{{format_number(a[unit - 1])}}}" in latex.value and "= g(" in latex.value for latex in app.latex
    )


def test_the_link_holds_layer_and_unit_and_choosing_changes_it():
    app = forward_pass(epochs=20, layer=1, unit=4)
    assert app.selectbox(key="forward:unit:1").value == 4
    app.selectbox(key="forward:unit:1").set_value(6).run()
    assert app.session_state["view"].unit == 6
    app.selectbox(key="forward:layer").set_value(2).run()
    assert app.session_state["view"].layer == 2
    assert app.session_state["view"].unit is None
    assert not app.exception


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def test_the_loss_of_the_sample_is_the_cross_entropy_by_hand():
    config = ffbp.Config(epochs=40)
    x, y, _ = first_sample(config)
    p = by_hand(config, x)[-1][3][0]
    shown = metrics(forward_pass(epochs=40))
    assert shown["Probability of 1"] == format_number(p)
    assert shown["Prediction"] == str(int(p > 0.5))
    assert float(shown["Loss of this sample"]) == pytest.approx(-np.log(p if y == 1 else 1 - p), rel=1e-3)


def test_softmax_says_the_class_and_charges_minus_ln_of_the_true_one():
    config = ffbp.Config(dataset="iris", hidden=(5,), epochs=40)
    x, y, _ = first_sample(config)
    p = by_hand(config, x)[-1][3]
    shown = metrics(forward_pass(dataset="iris", hidden="5", epochs=40))
    assert shown["Prediction"] == ("setosa", "versicolor", "virginica")[p.argmax()]
    assert float(shown["Loss of this sample"]) == pytest.approx(-np.log(p[int(y)]), rel=1e-3)


def test_regression_is_told_in_the_targets_own_units():
    config = ffbp.Config(dataset="diabetes", hidden=(5,), epochs=40)
    x, y, _ = first_sample(config)
    dataset = ffbp.train(config).dataset
    a = by_hand(config, x)[-1][3][0]
    app = forward_pass(dataset="diabetes", hidden="5", epochs=40)
    assert float(metrics(app)["Prediction"]) == pytest.approx(a * dataset.target_std + dataset.target_mean, rel=1e-3)
    assert float(metrics(app)["Loss of this sample"]) == pytest.approx((a - y) ** 2, rel=1e-3)


def test_a_sample_by_its_row():
    config = ffbp.Config(epochs=40)
    dataset = ffbp.train(config).dataset
    row = int(dataset.rows_test[3])
    app = forward_pass(epochs=40, sample=row)
    assert holds(matrices(app), dataset.X_test[3])
    app.number_input(key="forward:sample").set_value(int(dataset.rows_train[5])).run()
    assert holds(matrices(app), dataset.X_train[5])


def test_typed_inputs_take_a_comma_and_have_no_target():
    config = ffbp.Config(epochs=40)
    app = forward_pass(epochs=40)
    app.text_input(key="forward:x0").set_value("0,5").run()
    app.text_input(key="forward:x1").set_value("−1.25").run()
    assert not app.exception
    found = matrices(app)
    assert holds(found, [0.5, -1.25])
    assert holds(found, by_hand(config, [0.5, -1.25])[0][2])
    assert metrics(app)["Loss of this sample"] == "no target"
    assert app.session_state["view"].inputs == (0.5, -1.25)


@pytest.mark.parametrize("text", ["", "abc", "1e400", "nan", "1_0", "$x$"])
def test_a_bad_input_is_named_and_changes_nothing(text):
    app = forward_pass(epochs=20)
    before = matrices(app)
    app.text_input(key="forward:x0").set_value(text).run()
    assert not app.exception
    assert len(app.error) == 1
    assert "finite number" in app.error[0].value
    assert all(np.array_equal(old, new) for old, new in zip(before, matrices(app), strict=True))


@pytest.mark.parametrize(("name", "value"), [("sample", 5000), ("frame", 299), ("layer", 9), ("unit", 64)])
def test_what_the_run_does_not_have_gets_one_clear_message(name, value):
    app = forward_pass(epochs=20, **{name: value})
    assert [w.value.startswith(f"{name} must be from") for w in app.warning] == [True]
    assert str(value) in app.warning[0].value
    assert name not in app.session_state["view"].to_params()


def test_what_if_changes_the_pass_and_never_the_run():
    config = ffbp.Config(epochs=40)
    x, y, _ = first_sample(config)
    run = ffbp.train(config)
    theta = run.history.theta.copy()
    app = forward_pass(epochs=40, layer=1, unit=3)
    original = metrics(app)
    app.selectbox(key="forward:kind").set_value("a weight of the chosen unit").run()
    app.selectbox(key="forward:which:1").set_value(1).run()
    app.text_input(key="forward:new:weight:1:2:1").set_value("2,5").run()
    assert not app.exception
    layers = by_hand(config, x)
    W = layers[0][0].copy()
    W[2, 1] = 2.5
    z = W @ x + layers[0][1]
    out = layers[1][0] @ np.maximum(z, 0) + layers[1][1]
    p = 1 / (1 + np.exp(-out[0]))
    shown = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert shown["$z^{[1]}_{3}$"] == (format_number(z[2]), f"was {format_number(layers[0][2][2])}")
    assert shown["output $a_{1}$"] == (format_number(p), f"was {format_number(layers[1][3][0])}")
    assert float(shown["loss"][0]) == pytest.approx(-np.log(p if y == 1 else 1 - p), rel=1e-3)
    assert metrics(app).items() >= original.items()
    app.button(key="forward:back").click().run()
    assert metrics(app) == original
    np.testing.assert_array_equal(run.history.theta, theta)


def test_what_if_takes_an_input_in_its_own_units_and_a_bias():
    config = ffbp.Config(dataset="iris", hidden=(5,), epochs=40)
    dataset = ffbp.train(config).dataset
    app = forward_pass(dataset="iris", hidden="5", epochs=40)
    app.text_input(key="forward:new:x:0").set_value("6.5").run()
    x = (np.array([6.5, dataset.raw_train[0, 3]]) - dataset.mean) / dataset.std
    labels = {metric.label: metric.value for metric in app.metric}
    assert labels["$z^{[1]}_{1}$"] == format_number(by_hand(config, x)[0][2][0])
    app.selectbox(key="forward:kind").set_value("the bias of the chosen unit").run()
    app.text_input(key="forward:new:bias:1:0:0").set_value("-3").run()
    W, _, _, _ = by_hand(config, dataset.X_train[0])[0]
    labels = {metric.label: metric.value for metric in app.metric}
    assert labels["$z^{[1]}_{1}$"] == format_number(W[0] @ dataset.X_train[0] - 3)


@pytest.mark.parametrize("text", ["abc", "1e400", "**b**"])
def test_a_bad_what_if_gets_one_message(text):
    app = forward_pass(epochs=20)
    before = metrics(app)
    app.text_input(key="forward:new:x:0").set_value(text).run()
    assert not app.exception
    assert len(app.error) == 1
    assert metrics(app) == before


def test_identities_multiply_to_one_linear_map():
    config = ffbp.Config(hidden=(4, 3), activation="identity", epochs=40)
    x, _, _ = first_sample(config)
    layers = by_hand(config, x)
    found = matrices(forward_pass(hidden="4-3", activation="identity", epochs=40))
    W = layers[2][0] @ layers[1][0] @ layers[0][0]
    b = layers[2][0] @ (layers[1][0] @ layers[0][1] + layers[1][1]) + layers[2][1]
    assert holds(found, W)
    assert holds(found, b)
    np.testing.assert_allclose(W @ x + b, layers[2][2])


KINDS = {
    "regression": {"dataset": "bumps"},
    "one input": {"dataset": "noisy_sine", "lr": 0.05},
    "one input, one unit": {"dataset": "noisy_sine", "hidden": "1", "lr": 0.05},
    "many classes": {"dataset": "blobs", "classes": "5"},
    "digits": {"dataset": "digits", "columns": "all", "hidden": "64-16"},
    "no hidden layer": {"hidden": "none"},
    "one unit a layer": {"hidden": "1-1"},
    "deep": {"hidden": "-".join(["3"] * 8), "activation": "tanh"},
    "derived": {"derived": "x1_x2"},
    "four points": {"dataset": "xor_gate", "hidden": "2"},
    "diverges": {"dataset": "bumps", "hidden": "16", "lr": "30"},
    "linear": {"hidden": "20-20", "activation": "identity"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_network_runs_with_everything_open(kind):
    app = run_page(PAGE, **{"epochs": "10", **{k: str(v) for k, v in KINDS[kind].items()}})
    assert not app.exception, app.exception
    for key in ("forward:space", "forward:digits", "forward:code"):
        app.session_state[key] = True
    app.run()
    assert not app.exception, app.exception
    assert len(charts_of(app)) >= 2
    assert flow_of(app)["sizes"][0] >= 1
    assert any("a straight line scores" in text.value for text in app.markdown)


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_runs(key):
    config = PRESETS[key].config
    params = {**config.to_params(), "epochs": "20"}
    forward_pass(**params)


def test_one_of_many_inputs_is_chosen_and_typed_and_the_others_stay():
    config = ffbp.Config(dataset="wine", columns=(), hidden=(4,), epochs=5)
    run = ffbp.train(config)
    app = forward_pass(dataset="wine", columns="all", hidden="4", epochs=5)
    chosen = run.dataset.raw_train[0, list(run.dataset.columns)].copy()
    app.selectbox(key="forward:input").set_value(6).run()
    assert app.text_input(key="forward:x6").value == format_number(chosen[6])
    app.text_input(key="forward:x6").set_value("3,75").run()
    assert not app.exception, app.exception
    chosen[6] = 3.75
    assert list(app.session_state["view"].inputs) == chosen.tolist()
    x = run.dataset.encode_columns(chosen[None])[0]
    assert holds(matrices(app), by_hand(config, x)[0][3])
    assert app.text_input(key="forward:x6").value == "3,75", "as it was typed"
    app.selectbox(key="forward:input").set_value(0).run()
    named(app.text_input, "forward:x0").set_value("abc").run()
    assert ["finite number" in error.value for error in app.error] == [True]
    assert app.session_state["view"].inputs[6] == 3.75


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"x": "1e308_-1e308"}, "–"),
        ({"dataset": "iris", "x": "1e308_-1e308"}, "–"),
        (
            {
                "dataset": "bumps",
                "hidden": "4",
                "activation": "identity",
                "x": "1.7e308_-1.7e308",
                "init": "normal",
                "scale": "9",
            },
            None,
        ),
        ({"hidden": "5", "activation": "softplus", "x": "1e308_-1e308"}, "0"),
        ({"dataset": "noisy_sine", "x": "1e308"}, None),
    ],
)
def test_inputs_without_measure_are_drawn_and_no_class_is_said_for_what_is_no_number(params, says):
    app = run_page(PAGE, epochs="5", **params)
    for key in ("forward:space", "forward:digits"):
        app.session_state[key] = True
    app.run()
    assert not app.exception, app.exception
    assert not list(app.warning)
    value = next(m.value for m in app.metric if m.label == "Prediction")
    assert says in (None, value)
    lost = any("no longer a number" in text.value for text in app.markdown)
    assert lost == (value == "–")
    app.text_input(key="forward:new:x:0").set_value("0.5").run()
    assert not app.exception, app.exception


def test_the_source_shown_is_the_source_that_ran():
    app = forward_pass(epochs=10)
    app.session_state["forward:code"] = True
    app.run()
    shown = "\n".join(code.value for code in app.code)
    assert "def propagate(self, trace" in shown
    assert "        product(W_b, A_ones, Z)  # Z[l] = [W b] [A; 1]" in shown
    assert "def relu(Z, out)" in shown
    assert "def relu(Z):\n    return np.maximum(Z, 0.0)" in shown
    assert "def d_relu(Z):" in shown
    for code in app.code:
        compile(code.value, "shown", "exec")


def test_prose_is_short():
    for text in (*forward_pass(epochs=10).markdown, *forward_pass(epochs=10).caption):
        assert len(text.value.split()) <= 80


def test_standardised_inputs_are_worked_out_where_they_stand():
    app = forward_pass(dataset="iris", sample=3, epochs=5)
    data = app.session_state["config"]
    dataset = ffbp.train(data).dataset
    raw = dataset.raw_train[:, dataset.columns]
    (text,) = (caption.value for caption in app.caption if "The network gets" in caption.value)
    for name, value, mean, std in zip(
        ("petal length", "petal width"), (1.5, 0.2), raw.mean(0), raw.std(0), strict=True
    ):
        x = format_number((value - mean) / std)
        assert name in text
        assert f"({format_number(value)} - {format_number(mean)}) / {format_number(std)} = {x}$" in text
    assert not any("The network gets" in caption.value for caption in forward_pass(epochs=5).caption)
