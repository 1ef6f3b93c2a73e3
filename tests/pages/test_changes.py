"""Changes are named, undone, and set back one by one, on every page."""

import pytest
from apptest import PAGES, playground, run_page

from ffbp import Config


def button(app, key):
    return next((each for each in app.button if each.key == key), None)


def said(button):
    return button.label.replace("\\", "")


def test_the_last_change_is_named_and_undone():
    app = playground(epochs="5")
    assert button(app, "playground:undo") is None
    app.select_slider(key="playground:learning_rate").set_value(10.0)
    app = app.run()
    app.selectbox(key="playground:activation").set_value("tanh")
    app = app.run()
    assert said(button(app, "playground:undo")) == "Activation ReLU → Tanh"
    app = button(app, "playground:undo").click().run()
    assert app.session_state["config"] == Config(epochs=5, learning_rate=10.0)
    assert said(button(app, "playground:undo")) == "Learning rate η 0.1 → 10"
    app = button(app, "playground:undo").click().run()
    assert app.session_state["config"] == Config(epochs=5)
    assert button(app, "playground:undo") is None


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
    assert not [key for key in keys if key.endswith(":undo") or ":back:" in key]
