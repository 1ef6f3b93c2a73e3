"""What is done in a chart has an effect on what that chart is of, and on nothing else."""

import json

import pytest
import streamlit as st

import ffbp
from ffbp.ui import chart


@pytest.fixture
def drawn(monkeypatch):
    """Draw a chart of something; returns its content and what its callbacks have reported."""
    monkeypatch.setattr(st, "session_state", {"config": ffbp.Config()})
    reports, mounted = [], {}
    monkeypatch.setattr(chart, "component", lambda _: lambda **sent: mounted.update(sent))

    def draw(of, events=("choose", "move_goal", "zoom")):
        own = dict.fromkeys(events, reports.append)
        chart.chart({}, key="chart", title="A chart", alternative="", of=of, **own)
        return json.loads(mounted["data"]), mounted, reports

    return draw


@pytest.mark.parametrize("event", ["choice", "goal", "box"])
def test_what_is_done_in_the_chart_before_has_no_effect(drawn, event):
    before, _, _ = drawn("one sweep")
    now, mounted, reports = drawn("another sweep")
    for content in (before, now):
        st.session_state["chart"] = {event: {"of": content["of"], "value": content["of"]}}
        mounted[f"on_{event}_change"]()
    assert reports == [now["of"]]


def test_what_is_done_in_a_chart_of_another_experiment_has_no_effect(drawn):
    content, mounted, reports = drawn(None)
    st.session_state["chart"] = {"choice": {"of": content["of"], "value": 3}}
    st.session_state["config"] = ffbp.Config(seed=1)  # the browser went back
    mounted["on_choice_change"]()
    assert reports == []


@pytest.mark.parametrize("report", [None, 3, "x", {}, {"value": 3}, {"of": None, "value": 3}])
def test_a_malformed_report_has_no_effect(drawn, report):
    _, mounted, reports = drawn(None)
    st.session_state["chart"] = {"choice": report}
    mounted["on_choice_change"]()
    assert reports == []


def test_a_chart_in_which_nothing_can_be_done_is_the_same_for_every_experiment(drawn):
    before = drawn(None, events=())[0]
    st.session_state["config"] = ffbp.Config(seed=1)
    assert drawn(None, events=())[0] == before
