"""The hour: its file, its link, its times, and what it can be put together from."""

import json
import random
import string
from dataclasses import replace

import pytest

from ffbp.experiment import link
from ffbp.lessons import offered
from ffbp.lessons.course import course
from ffbp.lessons.hour import (
    MAX_MINUTES,
    MAX_NOTES,
    MAX_STEPS,
    Hour,
    Step,
    link_of,
    packed,
    read_hour,
    text_of,
    unpacked,
)
from ffbp.lessons.presets import PRESETS

NAMES = ("", "forward_pass", "backpropagation", "compare", "laboratory", "digits", "data", "lessons", "teachers")
STEPS = (
    Step("Moons", "?lr=1&frame=3", 10, "Ask first.\nThen play."),
    Step("Deltas", "backpropagation?lr=1&unit=2", 20),
    Step("A lesson", "forward_pass?lr=1&lesson=forward&step=2", 15, "„So?“"),
)
HOUR = Hour("Networks", "10:15", STEPS)


def test_a_file_brings_everything_back():
    assert read_hour(text_of(HOUR), NAMES) == HOUR
    assert json.loads(text_of(HOUR))["name"] == "ffbp running order"


def test_a_link_brings_all_back_but_what_is_to_be_said():
    text = packed(HOUR)
    assert link.read({"order": text}).problems == [], "an address may hold it"
    assert unpacked(text, NAMES) == replace(HOUR, steps=tuple(replace(step, notes="") for step in STEPS))


def test_a_running_order_of_the_browser_is_an_hour():
    text = json.dumps({"name": "ffbp running order", "steps": [{"title": " A ", "link": "?epochs=3"}]})
    assert read_hour(text, NAMES) == Hour(steps=(Step("A", "?epochs=3"),))


def test_an_hour_that_is_too_long_for_a_link_has_none_but_a_file():
    rng = random.Random(5)
    titles = ("".join(rng.choices(string.ascii_letters, k=150)) for _ in range(MAX_STEPS))
    hour = Hour(steps=tuple(Step(title, "?lr=1") for title in titles))
    assert packed(hour) is None
    assert read_hour(text_of(hour), NAMES) == hour


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no order", "not a running order"),
        ("[" * 100_000, "not a running order"),
        ("[]", "not a running order"),
        ('{"steps": 3}', "not a running order"),
        (" " * 1_000_001, "too large for a running order"),
        ('{"steps": []}', "has 1 to 100 steps, this one has 0"),
        ('{"steps": [null]}', "step 1 of the file has no title or no link"),
        ('{"steps": [{"title": "A"}]}', "step 1 of the file has no title or no link"),
        (
            '{"steps": [{"title": "A", "link": "?lr=1"}, {"title": "B", "link": "elsewhere?lr=1"}]}',
            "step 2 .* opens no page",
        ),
        ('{"steps": [{"title": "A", "link": "javascript:alert(1)"}]}', "opens no page"),
        ('{"steps": [{"title": "A", "link": "http://[x?lr=1"}]}', "opens no page"),
        (json.dumps({"steps": [{"title": "A", "link": "?lr=1"}] * (MAX_STEPS + 1)}), "this one has 101"),
    ],
)
def test_a_bad_file_has_one_message(text, message):
    with pytest.raises(ValueError, match=message):
        read_hour(text, NAMES)


def test_what_is_odd_in_a_file_is_put_right():
    step = {"title": "A\n  B \ud800", "link": "https://x.example/app/compare?lr=1&utm_source=mail&embed=true"}
    odd = [{**step, "minutes": value} for value in (-1, 2.5, "7", True, None, MAX_MINUTES + 1)]
    text = json.dumps(
        {
            "title": 5,
            "begins": "25:00",
            "steps": [*odd, {**step, "minutes": 0, "notes": "n" * 5000}, {**step, "notes": 1}],
        }
    )
    hour = read_hour(text, NAMES)
    assert (hour.title, hour.begins) == ("", "")
    assert {each.title for each in hour.steps} == {"A B"}
    assert {each.link for each in hour.steps} == {"compare?lr=1"}
    assert [each.minutes for each in hour.steps] == [5] * 6 + [0, 5]
    assert len(hour.steps[6].notes) == MAX_NOTES
    assert hour.steps[7].notes == ""
    assert packed(hour)


@pytest.mark.parametrize("text", ["", "order", "e30=", "x" * 5000])
def test_half_a_link_is_refused(text):
    with pytest.raises(ValueError, match=r"link is not whole|not a running order"):
        unpacked(text, NAMES)
    with pytest.raises(ValueError, match="link is not whole"):
        unpacked(packed(HOUR)[:40], NAMES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://ffbp.example/compare?lr=1&b.lr=3", "compare?lr=1&b.lr=3"),
        ("http://localhost:8501/?lr=1#top", "?lr=1"),
        ("https://ffbp.example", "?"),
        (" ?lr=1 ", "?lr=1"),
        ("lr=1&hidden=4", "?lr=1&hidden=4"),
        ("forward_pass?lr=1", "forward_pass?lr=1"),
        ("/deep/path/digits?dataset=digits&x=1_2", "digits?dataset=digits&x=1_2"),
        ("?task=3&free=lr", "?task=3&free=lr"),  # whatever it means, it stays
        ("?lr=\ud8003", "?lr=3"),  # half a character, as a file may have it
    ],
)
def test_a_pasted_link_keeps_its_page_and_its_parameters(text, found):
    assert link_of(text, NAMES) == found


@pytest.mark.parametrize(
    "text",
    ["", "  ", "hello", "ftp://x/?lr=1", "https://x.example/none?lr=1", "javascript:alert(1)", "?x=" + "1" * 20_000],
)
def test_what_is_no_link_is_refused(text):
    with pytest.raises(ValueError, match="opens no page"):
        link_of(text, NAMES)


def test_times_go_on_from_step_to_step_and_past_midnight():
    assert HOUR.minutes == 45
    assert HOUR.times == [("10:15", "10:25"), ("10:25", "10:45"), ("10:45", "11:00")]
    assert replace(HOUR, begins="").times == [("0", "10"), ("10", "30"), ("30", "45")]
    assert replace(HOUR, begins="23:50").times[0] == ("23:50", "00:00")


def test_only_the_playground_is_presented_and_never_a_lesson():
    lesson = Step("L", "?lr=1&lesson=rate&step=1")
    first, second, third, fourth, fifth = Hour(steps=(*STEPS, lesson, Step("B", "?lr=1&panel=loss"))).presented().steps
    assert link.read(first.params).view == link.View(frame=3, present=1, panel="network-boundary")
    assert (second, third, fourth) == (*STEPS[1:], lesson)
    assert link.read(fifth.params).view == link.View(present=1, panel="loss")


def test_what_was_presented_can_be_shown_as_the_whole_page_again():
    hour = Hour(
        steps=(*STEPS, Step("Reference", "?present=1&panel=network-boundary"), Step("B", "?lr=1&present=1&panel=loss"))
    )
    assert HOUR.presented().unpresented() == HOUR.unpresented() == HOUR
    *_, reference, loss = hour.unpresented().steps
    assert (reference.link, loss.link) == ("?dataset=moons", "?lr=1&panel=loss")


def test_steps_are_moved_changed_and_removed():
    a, b, c = STEPS
    assert HOUR.moved(0, 1).steps == (b, a, c)
    assert HOUR.moved(2, -1).steps == (a, c, b)
    assert HOUR.without(1).steps == (a, c)
    assert HOUR.having(1, minutes=3).steps[1] == replace(b, minutes=3)


# What there is to choose


def test_every_experiment_opens_where_its_hint_can_be_seen():
    for key, step in offered.experiments().items():
        assert link_of(step.link, NAMES) == step.link
        found = link.read(step.params)
        assert found.problems == []
        assert step.title
        assert step.notes
        if key in PRESETS:
            assert (found.config, found.view.frame) == (PRESETS[key].config, PRESETS[key].frame)


@pytest.mark.parametrize("key", offered.lessons())
def test_every_lesson_and_every_step_of_one_can_be_a_step(key):
    for number in offered.steps_of(key):
        step = offered.of_lesson(key, number)
        assert link_of(step.link, NAMES) == step.link
        found = link.read(step.params)
        assert found.problems == []
        assert (found.view.lesson, found.view.step) == (key, max(number, 1))
    assert key not in course() or offered.of_lesson(key).minutes == course()[key].minutes


def test_the_example_is_an_hour():
    assert offered.example().minutes == 45
    assert read_hour(text_of(offered.example()), NAMES) == offered.example()
