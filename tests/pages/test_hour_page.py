"""The view The hour: what is put together there is what opens, what the link brings, and what the plan shows."""

from urllib.parse import parse_qsl

import pytest
import streamlit as st
from apptest import ROOT, again, named, playground, run_page

from ffbp.lessons import offered
from ffbp.lessons.hour import Hour, Step, packed, read_hour, text_of
from ffbp.ui.order import GIVEN, OPENING, PLANNED
from ffbp.ui.page import PAGES
from ffbp.ui.teachers.addresses import NAMES
from ffbp.ui.teachers.topics import topics

PATH = ROOT / "pages" / "teachers.py"
HOUR = Hour(
    "Networks", "10:15", (Step("Moons", "?epochs=3", 10, "Ask."), Step("Deltas", "backpropagation?epochs=4", 20))
)


def page(hour=None, **params):
    app = run_page(PATH, teach="hour", **params or {"epochs": "3"})
    if hour is not None:
        app.session_state[f"kept:{PLANNED}"] = hour
        app = again(app)
    return app


def draft(app):
    return app.session_state[f"kept:{PLANNED}"]


def press(app, key):
    app.button(key=key).click()
    return again(app)


def link_of(app):
    return app.code[0].value


def test_an_hour_is_put_together_step_by_step():
    app = page()
    assert not app.code
    app = press(app, "hour:add")
    named(app.selectbox, "hour:experiment").set_value("too_fast")
    app = press(again(app), "hour:add")
    named(app.button_group, "hour:source").set_value("lesson")
    app = again(app)
    named(app.selectbox, "hour:lesson").set_value("chain")
    app = again(app)
    named(app.selectbox, "hour:lesson:chain").set_value(2)
    app = press(again(app), "hour:add")
    named(app.button_group, "hour:source").set_value("screen")
    app = again(app)
    named(app.selectbox, "hour:page").set_value("forward_pass")
    app = press(again(app), "hour:add")
    experiments = offered.experiments()
    named(app.button_group, "hour:source").set_value("topic")
    app = press(again(app), "hour:add")
    first, second, third, fourth, fifth = draft(app).steps
    assert (first, second) == (experiments["reference"], experiments["too_fast"])
    assert third == offered.of_lesson("chain", 2)
    assert (fourth.title, fourth.link) == ("Forward pass", "forward_pass?epochs=3")
    assert (fifth.title, fifth.notes) == (topics()[0].title, topics()[0].sentence)


def key(app, at, name):
    return f"hour:{draft(app).steps[at].number}:{name}"


def test_steps_are_named_timed_moved_and_removed():
    app = page(HOUR)
    assert any("10:25–10:45" in m.value for m in app.markdown)
    named(app.text_input, key(app, 0, "title")).set_value("First")
    named(app.number_input, key(app, 0, "minutes")).set_value(15)
    named(app.text_area, key(app, 1, "notes")).set_value("Watch the signs.")
    app = again(app)
    assert draft(app).steps == (
        Step("First", "?epochs=3", 15, "Ask."),
        Step("Deltas", "backpropagation?epochs=4", 20, "Watch the signs."),
    )
    assert any("**2 steps, 35 minutes, 10:15 to 10:50**" in m.value for m in app.markdown)
    app = press(app, key(app, 0, "down"))
    assert [step.title for step in draft(app).steps] == ["Deltas", "First"]
    fields = [each for each in app.text_input if each.label.startswith("Title of step")]
    assert [(each.label, each.value) for each in fields] == [
        ("Title of step 1", "Deltas"),
        ("Title of step 2", "First"),
    ]
    named(app.text_input, key(app, 1, "title")).set_value("Last")
    app = press(again(app), key(app, 0, "remove"))
    assert [step.title for step in draft(app).steps] == ["Last"]
    named(app.text_input, key(app, 0, "title")).set_value("  ")
    assert draft(again(app)).steps[0].title == "Step 1"


def test_the_same_experiment_twice_is_two_steps():
    app = press(press(page(), "hour:add"), "hour:add")
    named(app.text_input, key(app, 1, "title")).set_value("Again")
    assert [step.title for step in draft(again(app)).steps] == [offered.experiments()["reference"].title, "Again"]


def test_the_copied_link_brings_the_order_in_presenter_mode_and_no_notes():
    app = page(HOUR)
    link = link_of(app)
    assert "present=1" in link
    params = dict(parse_qsl(link.partition("?")[2]))
    opened = playground(**params)
    assert not opened.exception
    assert not opened.warning
    given = read_hour(opened.session_state[f"kept:{GIVEN}"]["text"], NAMES)
    assert [step.notes for step in given.steps] == ["", ""]
    assert [step.link for step in given.steps] == [step.link for step in HOUR.presented().steps]
    assert "order" not in opened.query_params, "the browser has it now"
    assert opened.query_params["present"] == "1"
    before = opened.session_state[f"kept:{GIVEN}"]
    assert again(opened).session_state[f"kept:{GIVEN}"] == before, "it is handed over once"
    named(app.button_group, "hour:present").set_value(False)
    assert "present=1" not in link_of(again(app))


@pytest.mark.parametrize("order", ["half", packed(HOUR)[:30], "<script>", "A" * 7000])
def test_half_an_order_is_one_message_and_its_step_opens(order):
    app = playground(epochs="3", order=order)
    assert not app.exception
    assert len(app.warning) == 1
    assert "order" in app.warning[0].value
    assert "order" not in app.query_params
    assert app.query_params["epochs"] == "3"


def test_an_hour_that_is_too_long_for_a_link_says_so_and_is_saved_as_a_file():
    long = Step("Long", f"?epochs=3&x={'_'.join(map(str, range(2000)))}")
    app = page(Hour(steps=(long,)))
    assert not app.code
    assert "too long for a link" in app.info[0].value
    assert "Save the file" in [each.proto.label for each in app.get("download_button")]


def test_start_opens_the_first_step_and_hands_over_the_order(monkeypatch):
    app, opened = page(HOUR), []
    monkeypatch.setattr(st, "switch_page", lambda path, query_params: opened.append((path, query_params)))
    app = press(app, "hour:start")
    assert opened[0][0] == "app.py"
    assert opened[0][1]["present"] == "1"
    given = read_hour(app.session_state[f"kept:{GIVEN}"]["text"], NAMES)
    assert given == HOUR.presented()
    assert app.session_state[f"kept:{OPENING}"] is None


def test_a_pasted_link_is_added_and_what_is_none_is_said_once():
    app = page(HOUR)
    named(app.button_group, "hour:source").set_value("link")
    app = again(app)
    for text, n, message in (
        ("nonsense", 2, "opens no page"),
        ("https://ffbp.example/compare?epochs=3&b.lr=3", 3, None),
        ("?epochs=3&unheard=1", 4, "unheard"),
        ("https://ffbp.example/?epochs=3&free=lr&say=Find+a+rate", 5, None),
    ):
        named(app.text_input, "hour:pasted").set_value(text)
        app = press(app, "hour:add")
        assert len(draft(app).steps) == n
        told = [each.value for each in (*app.error, *app.warning)]
        assert len(told) == (message is not None)
        assert message is None or message in told[0]
    assert draft(app).steps[2] == Step("Compare", "compare?epochs=3&b.lr=3", 5)
    assert [step.title for step in draft(app).steps[3:]] == ["Playground", "Find a rate"], "a task is its step's title"
    assert draft(app).steps[4].params == {"epochs": "3", "free": "lr", "say": "Find a rate"}, "a class link stays whole"


def test_a_file_is_opened_and_a_bad_one_leaves_the_steps():
    app = page(HOUR)
    app.session_state["hour:open"] = True
    app = again(app)
    other = Hour(steps=(Step("Other", "?lr=1"),))
    for name, content, steps in (
        ("bad.json", b"\xff\xfe\x00", HOUR.steps),
        ("none.json", b"[]", HOUR.steps),
        ("large.json", b" " * 1_000_001, HOUR.steps),
        ("order.json", text_of(other).encode(), other.steps),
    ):
        app.file_uploader[0].set_value((name, content, "application/json"))
        app = again(app)
        assert draft(app).steps == steps
        assert ["a running order" in each.value for each in app.error] == [True] * (steps == HOUR.steps)


def test_a_title_is_text_and_never_markup():
    app = page(Hour("<b>x</b> $a$", "", (Step("[x](javascript:alert(1)) $$", "?lr=1"),)))
    assert not any("javascript" in each.value for each in (*app.markdown, *app.caption))


def test_names_of_pages_are_those_of_the_running_order():
    assert list(NAMES.values()) == list(PAGES.values())
