"""A weight or a bias set in the diagram: what the page does with the player's report."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from apptest import blob_of, playground
from test_changes import button, said

import ffbp
from ffbp.core.gradcheck import parameter_names
from ffbp.experiment.fields import DEFAULTS
from ffbp.figures.blob import header_of
from ffbp.ui import timeline
from ffbp.ui.session.state import Session

SMALL = {"epochs": "5", "hidden": "3", "samples": "100"}
CONFIG = ffbp.Config(epochs=5, hidden=(3,), n_samples=100)


def reporting(monkeypatch):
    """A function that lets the player report an event about the run on the page."""
    original, events = timeline.component, dict.fromkeys(timeline.EVENTS)

    def component(name):
        return (lambda **_: SimpleNamespace(**events)) if name == "player" else original(name)

    monkeypatch.setattr(timeline, "component", component)

    def report(app, event, **told):
        events[event] = {"run": header_of(blob_of(app))["id"], **told}
        return app.run()

    return report


@pytest.mark.parametrize(("frame", "source", "name"), [(0, 1, "W[1][2,1]"), (0, 3, "b[1][2]"), (4, 1, "")])
def test_a_weight_that_is_set_starts_training_again_with_it(monkeypatch, frame, source, name):
    report, app = reporting(monkeypatch), playground(**SMALL)
    run = ffbp.train(CONFIG)
    app = report(app, "weight", layer=1, unit=2, source=source, frame=frame, value=2.5)
    assert not app.exception
    theta = run.history.theta[frame].copy()
    position = 3 + source - 1
    old, theta[position] = theta[position], 2.5
    assert app.session_state["config"] == ffbp.Config(**{**CONFIG.to_dict(), "initial_theta": tuple(theta)})
    assert app.query_params["theta"].split("_")[position] == "2.5"
    assert app.query_params["frame"] == "0"
    undo = said(button(app, "undo"))
    assert undo == f"{name or 'W[1][2,1]'} {old:.4g} → 2.5"
    back = said(button(app, "playground:back:initial_theta"))
    assert back == (f"{name} {old:.4g} → 2.5" if name else "13 of 13 initial weights and biases changed")
    assert any("13 explicit numbers" in caption.value for caption in app.sidebar.caption)
    app = button(app, "undo").click().run()
    assert app.session_state["config"] == CONFIG
    app = app.run()
    assert app.session_state["config"] == CONFIG, "the report is not carried out again"


def test_changed_resets_what_was_set_and_so_does_the_sidebar(monkeypatch):
    report, app = reporting(monkeypatch), playground(**SMALL)
    app = report(app, "weight", layer=2, unit=1, source=2, frame=0, value=-1)
    app = report(app, "weight", layer=2, unit=1, source=3, frame=0, value=1)
    assert said(button(app, "undo")).startswith("W[2][1,3] ")
    back = button(app, "playground:back:initial_theta")
    assert said(back) == "2 of 13 initial weights and biases changed"
    assert button(app, "playground:drawn") is not None, "the way back is in sight in the sidebar"
    app = back.click().run()
    assert app.session_state["config"] == CONFIG
    app = button(app, "undo").click().run()
    app = button(app, "playground:drawn").click().run()
    assert app.session_state["config"] == CONFIG


def test_a_weight_that_is_set_before_the_run_of_another_one_is_shown_joins_it(monkeypatch):
    app, original = playground(**SMALL), timeline.component
    theta, told = ffbp.train(CONFIG).history.theta[5].copy(), []
    place = {"run": header_of(blob_of(app))["id"], "layer": 1, "unit": 2, "frame": 5}
    sent = Session.sent
    monkeypatch.setattr(Session, "sent", lambda self, *key: {"weight": told[-1]} if told else sent(self, *key))

    def player(key, on_weight_change, **_):
        for source, value in ((1, 1.5), (2, 2.5)):
            told.append({**place, "source": source, "value": value})
            on_weight_change()
        told.clear()
        return SimpleNamespace(**dict.fromkeys(timeline.EVENTS))

    monkeypatch.setattr(timeline, "component", lambda name: player if name == "player" else original(name))
    app.run()
    theta[[3, 4]] = 1.5, 2.5
    assert app.session_state["config"].initial_theta == tuple(theta)
    assert said(button(app, "undo")).startswith("W[1][2,2] ")


BAD = {
    "text": {"value": "2"}, "no number": {"value": float("nan")}, "infinite": {"value": float("inf")},
    "yes": {"value": True}, "nothing": {"value": None}, "layer": {"layer": 3}, "unit": {"unit": 4},
    "source": {"source": 4}, "zero": {"source": 0}, "frame": {"frame": 6}, "a fraction": {"unit": 1.5},
    "a list": {"layer": [1]},
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_report_that_is_no_weight_changes_nothing(monkeypatch, bad):
    report, app = reporting(monkeypatch), playground(**SMALL)
    app = report(app, "weight", **{"layer": 1, "unit": 2, "source": 1, "frame": 0, "value": 1, **bad})
    assert not app.exception
    assert app.session_state["config"] == CONFIG


def test_a_network_with_too_many_weights_says_so(monkeypatch):
    report, app = reporting(monkeypatch), playground(epochs="5", hidden="60")
    app = report(app, "weight", layer=1, unit=2, source=1, frame=0, value=1)
    assert [w.value.split(",")[0] for w in app.warning] == ["initial\\_theta must be 1 to 200 finite numbers"]
    assert app.session_state["config"].initial_theta is DEFAULTS["initial_theta"]


def test_the_gradient_opens_on_its_page_at_the_weight_and_the_moment(monkeypatch):
    opened = []
    monkeypatch.setattr(st, "switch_page", lambda path, query_params: opened.append((path, query_params)))
    report, app = reporting(monkeypatch), playground(**SMALL)
    app = report(app, "gradient", layer=1, unit=2, source=3, frame=2)
    [(path, params)] = opened
    assert path == "pages/backpropagation.py"
    assert params == {**SMALL, "layer": "1", "unit": "2", "frame": "2", "card": "4"}
    assert app.session_state["kept:backward:weight_from"] == 3, "the bias"


def test_names_and_places_are_those_of_theta():
    network = ffbp.train(CONFIG).architecture
    places = network.blocks(np.arange(network.n_params))
    assert parameter_names(network)[places[0][1, 0]] == "W[1][2,1]"
    assert parameter_names(network)[places[1][0, 3]] == "b[2][1]"
