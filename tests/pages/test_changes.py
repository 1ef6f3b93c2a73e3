"""Changes are named, undone, and set back one by one, on every page."""

import pytest
from apptest import PAGES, playground, run_page

from ffbp import Config, train
from ffbp.figures.blob import header_of
from ffbp.words.numbers import format_percent


def button(app, key):
    return next((each for each in app.button if each.key == key), None)


def said(button):
    return button.label.replace("\\", "")


def test_the_last_change_is_named_and_undone():
    app = playground(epochs="5")
    assert button(app, "undo") is None
    app.select_slider(key="playground:learning_rate").set_value(10.0)
    app = app.run()
    app.selectbox(key="playground:activation").set_value("tanh")
    app = app.run()
    assert said(button(app, "undo")) == "Activation ReLU → Tanh"
    app = button(app, "undo").click().run()
    assert app.session_state["config"] == Config(epochs=5, learning_rate=10.0)
    assert said(button(app, "undo")) == "Learning rate η 0.1 → 10"
    app = button(app, "undo").click().run()
    assert app.session_state["config"] == Config(epochs=5)
    assert button(app, "undo") is None


def test_each_change_is_set_back_by_itself():
    app = playground(epochs="5")
    assert not [each for each in app.sidebar.button if ":back:" in each.key]
    app.select_slider(key="playground:learning_rate").set_value(10.0)
    app = app.run()
    app.slider(key="playground:noise").set_value(0.4)
    app = app.run()
    back = [each for each in app.sidebar.button if ":back:" in each.key]
    assert [said(each) for each in back] == ["Noise 0.2 → 0.4", "Learning rate η 0.1 → 10"]
    app = back[0].click().run()
    assert app.session_state["config"] == Config(epochs=5, learning_rate=10.0)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_that_is_opened_names_no_change(path):
    app = run_page(path, epochs="5")
    keys = [each.key for each in app.button if each.key]
    assert not [key for key in keys if key == "undo" or ":back:" in key]


def row_of(app):
    sent = [c.proto for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_recent")]
    items = header_of(sent[0].bytes)["items"] if sent else []
    return [(item["result"], item["words"], item["here"]) for item in items]


def test_the_latest_eight_runs_stand_in_a_row():
    app = playground(epochs="5")
    assert row_of(app) == [], "one run is no row"
    for rate in (0.3, 1.0, 3.0):
        app.select_slider(key="playground:learning_rate").set_value(rate)
        app = app.run()
    words = ["Learning rate η 3 → 0.1", "Learning rate η 3 → 0.3", "Learning rate η 3 → 1", "on screen"]
    assert [item[1] for item in row_of(app)] == words
    assert [item[2] for item in row_of(app)] == [False, False, False, True]
    results = [
        format_percent(train(Config(epochs=5, learning_rate=r)).history.train_accuracy[-1]) for r in (0.1, 0.3, 1, 3)
    ]
    assert [item[0] for item in row_of(app)] == results
    app = button(app, "undo").click().run()
    assert [item[2] for item in row_of(app)] == [False, False, True, False], "a run that is there keeps its place"
    for noise in (0.21, 0.22, 0.23, 0.24, 0.25, 0.26):
        app.slider(key="playground:noise").set_value(noise)
        app = app.run()
    assert len(row_of(app)) == 8
