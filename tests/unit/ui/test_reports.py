"""What the player reports takes effect once, wherever Streamlit stops the script."""

from types import SimpleNamespace

import pytest
import streamlit as st
from apptest import blob_of, playground
from streamlit.testing.v1 import AppTest

from ffbp.figures.blob import header_of
from ffbp.ui import timeline
from ffbp.ui.reports import Reports
from ffbp.ui.session.state import Session


def reporting(monkeypatch, **reports):
    """Let the player report these events."""
    original = timeline.component
    events = dict.fromkeys(timeline.EVENTS) | reports
    monkeypatch.setattr(
        timeline,
        "component",
        lambda name: (lambda **_: SimpleNamespace(**events)) if name == "player" else original(name),
    )


def interrupting(monkeypatch, at):
    """Stop the script once at the n-th writing of the session's state or of the address, as a newer report does."""
    left, keep, write = [at], Session.keep, timeline.address.write

    def counted(function):
        def call(*args):
            left[0] -= 1
            if left[0] == 0:
                st.rerun()
            function(*args)

        return call

    monkeypatch.setattr(Session, "keep", counted(keep))
    monkeypatch.setattr(timeline.address, "write", counted(write))


@pytest.mark.parametrize("at", [1, 3, 5, 7])
def test_a_click_on_a_unit_opens_its_page_even_if_the_script_is_stopped_before(monkeypatch, at):
    run = header_of(blob_of(playground(epochs="5", hidden="3")))["id"]
    opened = []
    monkeypatch.setattr(st, "switch_page", lambda path, query_params: opened.append(query_params["unit"]))
    reporting(monkeypatch, unit={"run": run, "layer": 1, "unit": 2, "frame": 3}, want={"run": run})
    interrupting(monkeypatch, at)
    app = playground(epochs="5", hidden="3")
    assert not app.exception
    assert opened, "the click is not lost"
    opened.clear()
    app.run()
    assert opened == [], "and not heard again"


def changes():
    from types import SimpleNamespace

    import streamlit as st

    from ffbp.experiment.config import Config
    from ffbp.ui.reports import Reports
    from ffbp.ui.session.state import session

    if session.is_new:
        session.adopt({"epochs": "5"})

    def one_more(report):
        session.change(Config(epochs=session.config.epochs + report["more"]))

    st.button("undo", on_click=session.undo)
    report = {"run": str(session.config.epochs), "more": 1}
    given = st.session_state.setdefault("given", {"run": "5", "more": 1})
    Reports("name", SimpleNamespace(edit=given), report["run"]).once("edit", one_more)
    st.text(session.config.epochs)


@pytest.mark.parametrize("at", range(2, 20, 2))
def test_a_change_is_carried_out_once_wherever_the_script_is_stopped_and_undone_for_good(monkeypatch, at):
    left, put = [at], st.runtime.state.SafeSessionState.__setitem__

    def counted(self, key, value):
        if not key.startswith(("given", "$$")):
            left[0] -= 1
            if left[0] == 0:
                st.rerun()
        put(self, key, value)

    app = AppTest.from_function(changes)
    monkeypatch.setattr(st.runtime.state.SafeSessionState, "__setitem__", counted)
    app.run()
    assert not app.exception
    assert app.session_state["config"].epochs == 6
    assert [config.epochs for config in app.session_state["past"]] == [5]
    app.run()
    assert app.session_state["config"].epochs == 6
    monkeypatch.undo()
    app.button[0].click().run()
    app.run()
    assert app.session_state["config"].epochs == 5, "the report about the earlier run is not carried out anew"


def test_a_report_about_another_run_or_one_that_is_none_is_not_heard():
    result = SimpleNamespace(unit={"run": "a"}, rest=None, cell="text", sample={"row": 3})
    told = Reports("name", result, "b")
    assert all(told[event] == {} for event in ("unit", "rest", "cell", "sample"))
