"""Compare: what differs, from the address and by hand; what is said of it, and what is sent to the browser."""

import json
from types import SimpleNamespace

import pytest
import streamlit as st
from apptest import ROOT, blob_of, check, named, playground, run_page

import ffbp
from ffbp.experiment.link import COMPARISONS
from ffbp.figures.blob import header_of
from ffbp.lessons.pairs import PAIRS
from ffbp.ui import timeline
from ffbp.ui.compare import pair
from ffbp.ui.compare.views import VIEWS

PATH = ROOT / "pages" / "compare.py"


def compare(**params):
    return check(run_page(PATH, **params))


def address(app):
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


def sent(app):
    """What is carried, by player and kind."""
    protos = [c.proto for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_carrier")]
    return {(header["player"], header["kind"]): header for header in (header_of(proto.bytes) for proto in protos)}


def said(app):
    """The sentences beside the title and below the picture."""
    return " ".join(each.value.replace("\\", "") for each in app.markdown)


def controls_of_b(app):
    kinds = ("selectbox", "slider", "select_slider", "number_input", "checkbox", "multiselect")
    return [w for kind in kinds for w in app.get(kind) if (w.key or "").startswith("compare:b:")]


def test_every_view_of_the_address_is_drawn():
    assert tuple(VIEWS) == COMPARISONS
    for name in COMPARISONS:
        app = compare(view=name, epochs="5")
        assert not app.warning
    app = compare(view="nothing", epochs="5")
    assert [w.value.replace("\\", "") for w in app.warning] == [
        f"unknown view 'nothing'; choose from {', '.join(COMPARISONS)}; it was left out"
    ]
    assert "view" not in address(app)


def test_both_runs_arrive_with_the_epochs_of_the_longer_one():
    app = compare(**{"epochs": "20", "b.activation": "tanh", "b.epochs": "30"})
    headers = sent(app)
    assert {(player, kind) for player, kind in headers} == {
        ("pair", "run"), ("a", "run"), ("b", "run"), ("pair", "refine"), ("a", "refine"), ("b", "refine"),
    }  # fmt: skip
    assert [headers[player, "run"]["n_epochs"] for player in ("pair", "a", "b")] == [30, 20, 30]
    axes = [headers[player, "run"]["gradients"]["plot"]["layout"] for player in ("a", "b")]
    assert axes[0]["yaxis"]["range"] == axes[1]["yaxis"]["range"]
    assert axes[0]["xaxis"]["range"] == axes[1]["xaxis"]["range"]
    assert "Two fields differ" in said(app)


@pytest.mark.parametrize(
    ("params", "equal"),
    [
        ({"b.lr": "1"}, "Equal: the data, the split, the order of the batches and the initial weights."),
        ({"b.noise": "0.3"}, "Different: the data."),
        ({"b.hidden": "3"}, "Different: the initial weights."),
    ],
)
def test_what_is_equal_is_said(params, equal):
    assert equal in said(compare(epochs="5", **params))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"dataset": "noisy_sine"}, {"b.hidden": "3"}),
        ({"dataset": "iris"}, {"b.lr": "1"}),
        ({"dataset": "moons"}, {"b.dataset": "bumps"}),
        ({"dataset": "moons"}, {"b.dataset": "iris"}),
        ({"dataset": "wine", "columns": "all", "pca": "1"}, {"b.seed": "1"}),
        ({"dataset": "bumps", "lr": "30", "hidden": "16"}, {"b.lr": "0.1"}),
        ({"dataset": "blobs", "classes": "4"}, {"b.classes": "3"}),
    ],
)
def test_runs_of_every_kind_can_be_compared(a, b):
    app = compare(epochs="6", **a, **b)
    assert not app.warning
    assert ("b", "run") in sent(app)


def test_a_field_is_added_changed_and_taken_away():
    app = compare(epochs="5")
    assert not controls_of_b(app)[1:]  # only the list of fields
    named(app.selectbox, "compare:b:add").select("Learning rate η")
    app = check(app.run())
    assert address(app) == {"epochs": "5", "b.lr": "0.3"}
    named(app.select_slider, "compare:b:learning_rate").set_value(3.0)
    app = check(app.run())
    assert address(app) == {"epochs": "5", "b.lr": "3"}
    assert "Only the learning rate differs: 0.1 and 3." in said(app)
    app.button(key="compare:b:without:learning_rate").click()
    app = check(app.run())
    assert address(app) == {"epochs": "5"}


def test_every_field_that_is_offered_gets_a_control_that_changes_it():
    app = compare(
        **{"epochs": "3", "dataset": "blobs", "hidden": "4-3", "optimizer": "adamw", "schedule": "step", "batch": "9"}
    )
    offered = named(app.selectbox, "compare:b:add").options[1:]
    assert len(offered) > 20
    params = address(app)
    for title in offered:
        app = compare(**params)
        named(app.selectbox, "compare:b:add").select(title)
        app = check(app.run())
        assert not app.warning, title
        assert len(address(app)) == len(params) + 1, title
        assert "Only the" in said(app), title
        labels = [w.label for w in controls_of_b(app)] + [w.label for w in app.get("button_group")]
        assert any(label.startswith("B: ") for label in labels), title


def test_swap_and_keep_exchange_the_experiments():
    app = compare(**{"epochs": "5", "lr": "0.3", "b.lr": "3", "b.activation": "tanh"})
    app.button(key="compare:swap").click()
    app = check(app.run())
    assert address(app) == {"epochs": "5", "lr": "3", "activation": "tanh", "b.lr": "0.3", "b.activation": "relu"}
    app.button(key="compare:take").click()
    app = check(app.run())
    assert address(app) == {"epochs": "5", "lr": "0.3"}
    app.button(key="undo").click()
    app = check(app.run())
    assert app.session_state["config"].learning_rate == 3


def test_a_pair_is_one_click_and_an_address():
    app = compare(epochs="5")
    pills = named(app.get("button_group"), "compare:preset")
    assert pills.options == [each.label for each in PAIRS.values()]
    pills.set_value("rates")
    app = check(app.run())
    chosen = PAIRS["rates"]
    assert address(app) == chosen.params == {"b.lr": "3"}
    assert chosen.hint in said(app)


def test_where_nothing_differs_one_click_gives_b_another_value():
    app = compare(epochs="5")
    assert "Let B differ in one field: what will change?" in said(app)
    suggested = [each for each in app.button if (each.key or "").startswith("compare:suggest:")]
    assert [each.label.replace("\\", "") for each in suggested] == [
        "Learning rate η 0.3",
        "Activation Leaky ReLU",
        "Optimizer Momentum",
        "Seed of the weights 43",
    ]
    app.button(key="compare:suggest:learning_rate").click()
    app = check(app.run())
    assert address(app) == {"epochs": "5", "b.lr": "0.3"}
    assert "compare:suggest:activation" not in [each.key for each in app.button]
    app.button(key="compare:clear").click()
    assert "compare:suggest:activation" in [each.key for each in check(app.run()).button]


def test_a_branch_begins_at_a_frame_of_a_and_says_so():
    app = compare(**{"epochs": "30", "optimizer": "adam", "b.from": "10", "b.optimizer": "sgd"})
    assert "Branched from epoch 10 with optimizer gradient descent instead of Adam." in said(app)
    app = compare(**{"epochs": "30", "b.from": "10", "b.lr": "1"})
    assert sent(app)["b", "run"]["n_frames"] == 21
    for params, words in (
        ({"b.from": "31"}, "b.from must be from 0 to 30, got 31; it was left out"),
        ({"b.from": "10", "b.init": "zeros"}, "b.init must be left as it is"),
        ({"b.from": "10", "b.hidden": "3"}, "b.hidden must keep the network's shape"),
        ({"b.from": "10", "b.epochs": "5"}, "b.epochs must be at least 10"),
    ):
        app = compare(epochs="30", **params)
        assert [words in w.value.replace("\\", "") for w in app.warning] == [True], params
        assert set(address(app)) - {"epochs", "b.from"} == set()
        assert not check(app.run()).warning


def test_a_reported_frame_becomes_that_of_the_address():
    app = compare(**{"epochs": "20", "b.lr": "1", "frame": "7"})
    assert [sent(app)[side, "refine"]["frame"] for side in "ab"] == [7, 7]
    app = compare(**{"epochs": "20", "b.epochs": "10", "frame": "15"})
    assert [sent(app)[side, "refine"]["frame"] for side in "ab"] == [15, 10]


def test_what_differs_follows_to_other_pages_and_back():
    app = run_page(ROOT / "app.py", **{"epochs": "5", "b.lr": "1"})
    assert address(check(app)) == {"epochs": "5", "b.lr": "1"}
    assert app.session_state["config"] == ffbp.Config(epochs=5)


def test_the_component_is_always_sent_the_same():
    protos = [
        next(c.proto.bytes for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_comparison"))
        for app in (compare(epochs="5"), compare(**{"epochs": "5", "b.lr": "1"}))
    ]
    assert protos[0] == protos[1]
    assert set(json.loads(protos[0])["help"]) == {"boundary", "gradients", "disagreement", "loss"}


def reporting(monkeypatch, module, name):
    """A function that lets a component report an event about the run or the pair on the page."""
    original, events = module.component, {}

    def component(wanted):
        return (lambda **_: SimpleNamespace(**events)) if wanted == name else original(wanted)

    monkeypatch.setattr(module, "component", component)
    events |= dict.fromkeys(getattr(module, "EVENTS", ("rest", "want")))

    def report(app, event, **told):
        events[event] = told
        return check(app.run())

    return report


def test_the_timeline_reports_the_frame_of_a_and_when_all_frames_are_wanted(monkeypatch):
    report, app = reporting(monkeypatch, pair, "comparison"), compare(**{"epochs": "20", "b.epochs": "10"})
    pair_id = sent(app)["pair", "run"]["id"]
    app = report(app, "rest", run=pair_id, frame=12, other=10, adopted=None)
    assert address(app) == {"epochs": "20", "frame": "12", "b.epochs": "10"}
    assert [sent(app)[side, "refine"]["frame"] for side in "ab"] == [12, 10]
    assert ("a", "frames") not in sent(app)
    app = report(app, "want", run=pair_id)
    assert {("a", "frames"), ("b", "frames")} < set(sent(app))
    for wrong in ({"frame": 21}, {"frame": "x"}, {"frame": 3, "run": "another"}):
        app = report(app, "rest", **{"run": pair_id, **wrong})
        assert address(app)["frame"] == "12"
    app = report(app, "rest", run=pair_id, frame=20, other=10)
    assert "frame" not in address(app)
    app = report(app, "rest", run=pair_id, frame=12, other=3, by="loss")
    assert address(app) == {"epochs": "20", "frame": "12", "by": "loss", "other": "3", "b.epochs": "10"}
    assert [sent(app)[side, "refine"]["frame"] for side in "ab"] == [12, 3]
    app = report(app, "rest", run=pair_id, frame=12, other=10, by="epoch")
    assert {"by", "other"} & {*address(app)} == set()


def test_an_address_by_loss_has_the_moments_of_both():
    app = compare(**{"epochs": "20", "b.epochs": "10", "by": "loss", "frame": "15", "other": "4"})
    headers = sent(app)
    assert [headers[side, "refine"]["frame"] for side in "ab"] == [15, 4]
    assert (headers["pair", "refine"]["by"], headers["pair", "refine"]["frames"]) == ("loss", [15, 4])
    app = compare(**{"epochs": "20", "b.epochs": "10", "by": "loss", "other": "200"})
    assert sent(app)["pair", "refine"]["frames"] == [20, 10]


@pytest.mark.parametrize("frame", [3, 5, 6, "x"])
def test_branch_here_opens_compare_at_the_frame_if_the_run_has_it(monkeypatch, frame):
    opened = []
    monkeypatch.setattr(st, "switch_page", lambda path, query_params: opened.append((path, query_params)))
    report, app = reporting(monkeypatch, timeline, "player"), check(playground(epochs="5"))
    report(app, "branch", run=header_of(blob_of(app))["id"], frame=frame)
    at = {} if frame == 5 else {"frame": str(frame)}
    due = [("pages/compare.py", {"epochs": "5", **at, "b.from": str(frame)})] if frame in (3, 5) else []
    assert opened == due


def test_a_branch_can_begin_at_its_own_start_again_and_is_no_experiment_of_its_own():
    app = compare(**{"epochs": "30", "b.from": "10", "b.lr": "1"})
    assert [app.button(key=f"compare:{name}").disabled for name in ("swap", "take", "clear")] == [True, True, False]
    app.button(key="compare:own-start").click()
    assert address(check(app.run())) == {"epochs": "30", "b.lr": "1"}


def test_the_comparison_and_the_records_of_both_can_be_downloaded(monkeypatch):
    offered = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, *_, **__: offered.update({label: data}))
    app = compare(**{"epochs": "20", "b.from": "10", "b.lr": "1", "frame": "12"})
    assert list(offered) == ["Page", "Record of A", "Record of B"]
    a = ffbp.train(ffbp.Config(epochs=20))
    b = ffbp.branch(a, frame=10, learning_rate=1.0)
    for label, run in (("Record of A", a), ("Record of B", b)):
        assert (ffbp.load_record(offered[label]()).history.theta == run.history.theta).all()
    page = offered["Page"]()
    assert '"refined": [12, 2]' in page
    assert '"by": "epoch"' in page
    assert not app.exception


def test_a_seed_of_its_own_can_be_left_out_again():
    app = compare(epochs="5", data_seed="3", weight_seed="4", **{"b.data_seed": "6", "b.weight_seed": "7"})
    app.button(key="compare:b:none:weight_seed").click()
    app = check(app.run())
    assert address(app)["b.weight_seed"] == "default"
    app.button(key="compare:none:data_seed").click()
    app = check(app.run())
    assert address(app) == {"epochs": "5", "weight_seed": "4", "b.data_seed": "6", "b.weight_seed": "default"}
    assert "compare:b:none:data_seed" not in [button.key for button in app.button]  # A has none: take the field away
