"""Every page, by glob: at the defaults, from a full URL, from bad ones, after each widget's move, and back."""

import random
import re
import string

import numpy as np
import pytest
from apptest import ROOT, blob_of, check, notices_of, playground, run_page

import ffbp
from ffbp.core import gradcheck
from ffbp.data.generators import DATASETS
from ffbp.experiment import link
from ffbp.experiment.fields import FIELDS, KEYS, Elsewhere
from ffbp.experiment.link import params_of
from ffbp.figures.blob import arrays_of, header_of
from ffbp.lessons.presets import PRESETS
from ffbp.words.numbers import format_number

FULL = {
    "dataset": "spiral", "samples": "400", "noise": "0.1", "classes": "3", "derived": "x1_x2", "test": "0.3", "hidden": "8-6",
    "activation": "tanh-silu", "init": "normal", "scale": "0.5", "optimizer": "adamw", "lr": "0.01", "schedule": "step",
    "period": "20", "batch": "32", "l2": "0.001", "clip": "1", "patience": "50", "seed": "5", "epochs": "60", "frame": "12",
}  # fmt: skip


def address(app):
    return {k: v[0] if isinstance(v, list) else v for k, v in app.query_params.items()}


def shown_on(path, config):
    """The experiment that a page shows for an address without images."""
    return PRESETS["digits"].config if path.stem == "digits" else config


def test_runs_at_the_defaults(path):
    app = check(run_page(path))
    assert not app.warning
    shown = shown_on(path, ffbp.Config())
    assert app.session_state["config"] == shown
    assert address(app) == params_of(shown)


def test_runs_from_a_full_url_and_keeps_it(path):
    app = check(run_page(path, **FULL))
    assert not [w for w in app.warning if "default" in w.value]
    config, warnings = ffbp.Config.from_params({k: v for k, v in FULL.items() if k != "frame"})
    assert not warnings
    shown = shown_on(path, config)
    assert app.session_state["config"] == shown
    if shown == config:
        assert address(app) == {**config.to_params(), "frame": "12"}
    else:
        assert app.session_state["kept:images:without"] == (config, {**config.to_params(), "frame": "12"})


def test_a_moment_or_unit_that_the_run_does_not_have_is_named_and_leaves_the_address(path):
    base = {"dataset": "digits", "columns": "all", "hidden": "5-4", "epochs": "20", "lr": "0.3"}
    wrong = {"frame": (21, "from 0 to 20"), "layer": (4, "from 1 to 3"), "unit": (6, "from 1 to 5")}
    app = check(run_page(path, **base, **{name: str(value) for name, (value, _) in wrong.items()}))
    said = [f"{name} must be {rule}, got {value}" for name, (value, rule) in wrong.items()]
    assert sorted(w.value.split(";")[0] for w in app.warning) == sorted(said)
    for name in wrong:
        assert name not in app.query_params
        assert name not in app.session_state["view"].to_params()
    assert not check(app.run()).warning


def test_a_unit_that_the_sidebar_takes_away_goes_without_a_word():
    app = check(playground(hidden="5", unit="5", epochs="5"))
    app.number_input(key="playground:units0").set_value(4)
    app = check(app.run())
    assert not app.warning
    assert "unit" not in app.query_params


def _bad_urls(n):
    rng = random.Random(1)
    keys = [*KEYS, *link.VIEW, "unheard"]
    nasty = ["", "nan", "inf", "-1", "1e999", "None", "[]", "<script>alert(1)</script>", "$x^2$", "../../etc/passwd", "💥", "0x10",
             "__import__('os')", "1" * 500, "-", "_", "~", "\\", "%00", "1-2-3-4-5-6-7-8-9-10", "\u202e", "١٢", "a\nb"]  # fmt: skip
    for _ in range(n):
        chosen = rng.sample(keys, rng.randint(1, 5))
        text = lambda: "".join(rng.choice(string.printable) for _ in range(rng.randint(1, 12)))  # noqa: E731
        yield {key: rng.choice([*nasty, text()]) for key in chosen} | {"epochs": rng.choice(["2", "x", "0"])}


def test_a_bad_url_warns_and_never_fails(full):
    for params in _bad_urls(100 if full else 30):
        app = check(playground(**params))
        config, warnings = ffbp.Config.from_params({k: v for k, v in params.items() if k not in link.VIEW})
        assert app.session_state["config"] == config, params
        assert len(app.warning) >= len(warnings), params


def test_campaign_parameters_stay_and_are_not_mentioned(path):
    app = check(run_page(path, utm_source="mail", fbclid="1", embed="true", lr="0.3"))
    assert not app.warning
    assert app.session_state["config"] == shown_on(path, ffbp.Config(learning_rate=0.3))
    assert "utm_source" in app.query_params


def _moves(app):
    """Every widget of the sidebar and of the strip above the figures."""
    for kind in ("selectbox", "slider", "select_slider", "number_input", "checkbox", "multiselect", "button_group"):
        for widget in app.get(kind):
            if (widget.key or "").startswith("playground:"):
                yield kind, widget


def _move(kind, widget):
    if kind == "selectbox":
        now = widget.index or 0
        return widget.select_index(now + 1 if now + 1 < len(widget.options) else 0)
    if kind == "slider":
        return widget.set_value(
            widget.value + widget.step if widget.value + widget.step <= widget.max else widget.value - widget.step
        )
    if kind == "number_input":
        if widget.value is None:  # empty, where another field stands in
            return widget.set_value(widget.min)
        return widget.set_value(
            widget.value + widget.step
            if widget.value + widget.step <= (widget.max or 1e9)
            else widget.value - widget.step
        )
    if kind == "checkbox":
        return widget.uncheck() if widget.value else widget.check()
    if kind == "multiselect":
        return widget.set_value(widget.value[:1])
    return widget.set_value([widget.options[0]])


BASES = {
    "reference": {},
    "real": {"dataset": "iris", "epochs": "30"},
    "wide": {"dataset": "wine", "columns": "all", "epochs": "30"},
    "regression": {"dataset": "bumps", "epochs": "30"},
    "adamw": {
        "optimizer": "adamw",
        "schedule": "step",
        "batch": "32",
        "epochs": "30",
        "init": "normal",
        "hidden": "4-4",
    },
    "blobs": {
        "dataset": "blobs",
        "epochs": "30",
        "optimizer": "momentum",
        "schedule": "warmup_cosine",
        "patience": "20",
    },
}


@pytest.mark.parametrize("base", BASES)
def test_every_widget_changes_the_configuration_and_the_address(base):
    """One after the other; where a change takes a control away, the page is opened anew."""
    app = check(playground(**BASES[base]))
    keys = [(kind, widget.key) for kind, widget in _moves(app) if kind != "select_slider"]  # see below
    assert len(keys) > 12
    for kind, key in keys:
        widget = next((w for k, w in _moves(app) if (k, w.key) == (kind, key)), None)
        if widget is None:
            app = check(playground(**BASES[base]))
            widget = next(w for k, w in _moves(app) if (k, w.key) == (kind, key))
        before, blob = app.session_state["config"], header_of(blob_of(app))["id"]
        _move(kind, widget)
        app = check(app.run())
        if key.split(":")[1] in ("across", "up"):
            assert header_of(blob_of(app))["id"] != blob, key
            continue
        assert app.session_state["config"] != before, key
        given = {k: v[0] if isinstance(v, list) else v for k, v in app.query_params.items()}
        of_view = app.session_state["view"].to_params()
        assert given == app.session_state["config"].to_params() | of_view, key


@pytest.mark.parametrize("name", ["learning_rate", "epochs", "batch_size", "l1", "l2", "clip", "patience", "epsilon"])
def test_every_ladder_changes_its_field(name):
    app = check(playground(optimizer="adam", epochs="30"))
    ladder = next(w for w in app.select_slider if w.key == f"playground:{name}")
    value = next(v for v in FIELDS[name].control.rungs if v != getattr(app.session_state["config"], name))
    ladder.set_value(value)
    app = check(app.run())
    assert getattr(app.session_state["config"], name) == value


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_runs_and_says_what_to_look_at(key):
    preset = PRESETS[key]
    app = check(playground(**preset.config.to_params(), **link.View(frame=preset.frame).to_params()))
    assert app.session_state["config"] == preset.config
    assert [item["text"] for item in notices_of(app) if item["level"] == "hint"] == [preset.hint]
    assert len(preset.hint.split()) <= 80
    assert app.session_state["view"].frame == preset.frame


def test_the_line_has_the_most_urgent_first_then_the_hint_then_remarks():
    items = notices_of(check(playground(**PRESETS["overfitting"].config.to_params())))
    assert [item["level"] for item in items] == ["warning", "hint", "info", "info"]
    assert items[0]["text"].startswith("Overfitting: the test loss was best in epoch 2")
    assert (items[0]["epoch"], items[1]["frame"]) == (2, None)
    assert notices_of(check(playground(lr="0.2")))[0]["text"].startswith("No warnings.")
    assert len(notices_of(check(playground(lr="1")))) == 1


def test_after_a_change_the_line_says_what_it_did():
    app = check(playground(epochs="20"))
    app.selectbox(key="playground:optimizer").set_value("adam")
    app = check(app.run())
    runs = [ffbp.train(ffbp.Config(epochs=20, optimizer=key)).history.train_loss[-1] for key in ("sgd", "adam")]
    before, after = map(format_number, runs)
    said = f"Optimizer Gradient descent → Adam: at the end, training loss {before} → {after}, test loss "
    assert notices_of(app)[0]["text"].startswith(said)  # before the remark on a dead unit
    assert notices_of(app)[1]["text"].startswith("Dead units in epoch 20: 1 of 10")


def test_a_class_too_small_to_split_is_told_in_the_line():
    points = "~".join(f"{i}_{i % 3}_{int(i == 5)}" for i in range(12))
    assert "class 1 has only 1 sample" in notices_of(check(playground(points=points, epochs="2")))[0]["text"]


def test_the_button_brings_the_defaults_back():
    app = check(playground(**FULL))
    app.sidebar.button(key="playground:reset").click()
    app = check(app.run())
    assert app.session_state["config"] == ffbp.Config()
    assert app.query_params == {"dataset": "moons"}


def test_a_changed_address_wins_over_the_widgets():
    app = check(playground(lr="0.3"))
    app.query_params["lr"] = "0.7"
    app = check(app.run())
    assert app.session_state["config"].learning_rate == 0.7


def test_an_explicit_loss_that_stops_fitting_is_left_out_with_the_rest_kept():
    app = check(playground(dataset="moons", loss="bce", lr="0.3", epochs="30"))
    app.selectbox(key="playground:dataset").select_index(list(DATASETS).index("iris"))
    app = check(app.run())
    config = app.session_state["config"]
    assert (config.dataset, config.loss, config.learning_rate) == ("iris", None, 0.3)


def theta_of(n):
    return "_".join(str(0.1 * (i + 1)) for i in range(n))


def test_initial_weights_of_the_link_stand_in_place_of_the_controls_that_would_do_nothing():
    idle = {"playground:initializer", "playground:init_scale", "playground:bias_init"}
    app = check(playground(theta=theta_of(9), hidden="2", init="normal", epochs="5"))
    assert not idle & {w.key for _, w in _moves(app)}
    assert any("9 explicit numbers" in caption.value for caption in app.sidebar.caption)
    app.sidebar.button(key="playground:drawn").click()
    app = check(app.run())
    assert app.session_state["config"] == ffbp.Config(hidden=(2,), initializer="normal", epochs=5)
    assert idle <= {w.key for _, w in _moves(app)}
    assert "playground:drawn" not in {button.key for button in app.sidebar.button}


def select(name, key):
    return lambda app: app.selectbox(key=f"playground:{name}").set_value(key)


DROPPED = {
    "initial weights": (
        {"theta": theta_of(9), "hidden": "2"},
        lambda app: app.number_input(key="playground:units0").set_value(3),
        ["initial_theta must hold 13 numbers for this network, got 9"],
    ),
    "patience": (
        {"patience": "5"}, lambda app: app.sidebar.slider(key="playground:test_size").set_value(0.0), ["patience must be"]
    ),
    "noise and columns of the data before": (
        {"noise": "0.1", "samples": "300", "derived": "x1_x2"}, select("dataset", "wine"), ["n_samples must", "noise must"]
    ),
    "columns": ({"dataset": "wine", "columns": "0-12"}, select("dataset", "iris"), ["columns must be below 4"]),
    "derived inputs": (
        {"dataset": "iris", "derived": "x1_x2"},
        lambda app: app.sidebar.button(key="playground:all").click(),
        ["derived must be left out"],
    ),
    "nothing": ({"dataset": "iris", "lr": "0.3", "l2": "0.01"}, select("dataset", "wine"), []),
    "nothing chosen": ({}, select("dataset", "bumps"), []),
}  # fmt: skip


@pytest.mark.parametrize("case", DROPPED)
def test_what_a_change_leaves_out_is_told_field_by_field(case):
    params, change, told = DROPPED[case]
    app = check(playground(epochs="5", **params))
    assert not app.warning
    change(app)
    app = check(app.run())
    ends = ("the default is used", "weights are drawn instead")
    said = [w.value.replace("\\", "") for w in app.warning if w.value.endswith(ends)]
    assert [text[: len(start)] for text, start in zip(said, told, strict=True)] == told


@pytest.mark.parametrize("dataset", DATASETS)
def test_only_controls_that_apply_are_shown(dataset):
    app = check(playground(dataset=dataset, epochs="10"))
    source = DATASETS[dataset]
    keys = {w.key.split(":")[1] for _, w in _moves(app) if w.key}
    assert ("noise" in keys) == source.sized
    assert ("n_samples" in keys) == source.sized
    assert ("classes" in keys) == (source.classes is not None)
    assert ("columns" in keys) == (not source.generated)
    assert ("test_size" in keys) == (not source.fixed)
    assert ("derived" in keys) == (len(source.default_columns) == 2)


def test_parameters_and_shapes_stand_as_text():
    app = check(playground())
    assert any(caption.value == "2 → 10 → 1 · 41 parameters" for caption in app.sidebar.caption)


def test_a_dummy_activation_appears_in_the_sidebar_and_trains(monkeypatch):
    import numpy as np

    from ffbp.core.activations import Activation

    def square(Z, out):
        return np.multiply(Z, Z, out=out)

    def d_square(Z, A, out):
        return np.multiply(Z, 2.0, out=out)

    def dd_square(Z, A, out):
        out.fill(2.0)
        return out

    entry = Activation(
        "square", "Square", "z²", "2 z", square, d_square, second=dd_square, max_slope=np.inf, plain="Z**2",
        plain_slope="2 * Z",
    )  # fmt: skip
    monkeypatch.setitem(ffbp.ACTIVATIONS, "square", entry)
    app = check(playground(activation="square", epochs="20", lr="0.01"))
    assert not app.warning
    assert app.session_state["config"].activation == "square"
    assert "Square" in app.selectbox(key="playground:activation").options


def test_the_players_blob_holds_the_runs_numbers():
    app = check(playground(epochs="50"))
    run = ffbp.train(ffbp.Config(epochs=50))
    blob = blob_of(app)
    header, arrays = header_of(blob), arrays_of(blob)
    assert (arrays[header["history"]["train_loss"]["$"]] == run.history.train_loss).all()
    for packed, norm in zip(header["history"]["grad_norm"], run.history.grad_norm.T, strict=True):
        assert (arrays[packed["$"]] == norm.astype(np.float32)).all()


def test_the_controls_of_a_lecture_stand_above_the_figures_and_on_other_pages_in_the_sidebar():
    app = check(playground(hidden="3-2-4-2-3", epochs="5"))
    beside = {w.key for kind in ("selectbox", "slider", "number_input") for w in app.sidebar.get(kind) if w.key}
    above = {widget.key for _, widget in _moves(app)} - beside
    names = {"dataset", "layers", "units0", "units1", "units2", "units3", "activation", "learning_rate", "optimizer"}
    assert {f"playground:{name}" for name in names} <= above
    assert "playground:units4" in beside
    other = check(run_page(ROOT / "pages" / "forward_pass.py", hidden="3-2-4-2-3", epochs="5"))
    kinds = ("selectbox", "slider", "number_input", "select_slider")
    beside = {w.key for kind in kinds for w in other.sidebar.get(kind) if w.key}
    assert {f"forward pass:{name}" for name in (*names, "units4")} <= beside


def test_the_gradient_check_agrees_on_the_page():
    app = check(playground(epochs="30"))
    app.button(key="check").click()
    app = check(app.run())
    assert any("parameters agree within a relative error of" in text.value for text in app.markdown)


def test_the_steps_named_are_the_steps_made(monkeypatch):
    app = check(playground(epochs="2", activation="relu"))
    said = next(c.value for c in app.caption if "up and down by" in c.value)
    made = set()
    original = gradcheck._central_differences
    monkeypatch.setattr(gradcheck, "_central_differences", lambda *args: (made.add(float(args[4])), original(*args))[1])
    run = ffbp.train(ffbp.Config(epochs=2))
    gradcheck.check_gradients(run.network(-1), run.dataset.X_train, run.dataset.y_train)
    named = {float(number) for number in re.findall(r"[0-9.]+(?:e-[0-9]+)?(?= and )", said)}
    assert made == named | {2 * step for step in named}


def test_every_field_of_the_configuration_has_a_control_or_a_stated_reason():
    shown = set()
    cases = (
        {"optimizer": "rmsprop"},
        {"optimizer": "adam", "schedule": "cosine"},
        {"hidden": "none", "theta": "0_0_0"},
        {"fault": "wrong_sign"},
    )
    for params in (*BASES.values(), *cases):
        app = check(playground(**{**params, "epochs": "5"}))
        shown |= {w.key.split(":")[1] for _, w in _moves(app) if w.key} | {
            b.key.split(":")[-1] for b in app.sidebar.button
        }
    keys = {"hidden": "layers", "initial_theta": "drawn"}  # several controls, or one that takes the value away
    missing = {name for name in FIELDS if keys.get(name, name) not in shown}
    assert missing == {name for name, each in FIELDS.items() if isinstance(each.control, Elsewhere)}
    assert all(each.control.where for each in FIELDS.values() if isinstance(each.control, Elsewhere))
