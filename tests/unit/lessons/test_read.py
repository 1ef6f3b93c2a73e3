"""A bad file gets one message that names line and remedy; what is written is read again; links hold what fits."""

import base64
import random
import re
import string
import tomllib
import zlib

import pytest

from ffbp.experiment import link
from ffbp.lessons.course import course, lesson, texts
from ffbp.lessons.packed import MAX_IN_LINK, pack, unpack
from ffbp.lessons.read import MAX_BYTES, LessonError, read
from ffbp.lessons.write import EXAMPLE, written

GOOD = """title = 'A'
goal = 'B'
minutes = 5
before = 'C'
take = 'One. Two.'
onward = "?lr=1"

[[step]]
link = "?lr=0.1&hidden=3"
text = 'See {{end_loss}}.'

[[step]]
link = "?lr=0.1&hidden=3"
text = 'Now you.'
[step.predict]
question = 'How much is {{z[1][3]}}?'
value = "a[1][3]"
explain = 'It is {{a[1][3]}}.'
"""
BAD = {  # a change of the good file -> the line and a part of the message
    "no TOML": ("minutes = 5", "minutes = five", 3, "not TOML"),
    "a quote": ("title = 'A'", "title = 'A", 1, "not TOML"),
    "a key twice": ("goal = 'B'", "goal = 'B'\ngoal = 'B'", 3, "each key once"),
    "an unknown key": ("goal = 'B'", "goal = 'B'\ncolour = 'red'", 3, "unknown key 'colour' in a lesson; choose from title"),
    "no title": ("title = 'A'\n", "", 1, "title is missing; add it"),
    "minutes": ("minutes = 5", "minutes = '5'", 3, "minutes must be a whole number from 1 to 60"),
    "three sentences": ("'One. Two.'", "'One. Two. Three.'", 5, "take must be two sentences"),
    "a page": ('onward = "?lr=1"', 'onward = "nowhere?lr=1"', 6, "a link must begin with one of ?, forward_pass?"),
    "no question mark": ('onward = "?lr=1"', 'onward = "lr=1"', 6, "a link must begin with"),
    "a parameter": ('link = "?lr=0.1&hidden=3"\ntext = \'See', 'link = "?rate=1"\ntext = \'See', 9, "unknown parameter 'rate'"),
    "a value": ("?lr=0.1&hidden=3\"\ntext = 'Now", "?lr=fast\"\ntext = 'Now", 13, "learning_rate must be"),
    "a file": ("?lr=0.1&hidden=3\"\ntext = 'Now", "?file=a.csv&fingerprint=x\"\ntext = 'Now", 13, "must not need a file"),
    "a lesson in it": ("?lr=0.1&hidden=3\"\ntext = 'Now", "?lr=1&lesson=own\"\ntext = 'Now", 13, "must not name a lesson"),
    "what is shared": ('"?lr=0.1&hidden=3"\ntext = \'Now', '"?$net"\ntext = \'Now', 13, "$net must be a name of the table"),
    "too many words": ("'Now you.'", f"'{'word ' * 61}'", 14, "text must have at most 60 words, has 61"),
    "a long title": ("title = 'A'", f"title = '{'word ' * 61}'", 1, "title must have at most 60 words, has 61"),
    "a long word": ("'Now you.'", f"'{'x' * 1001}'", 14, "text must have at most 1000 characters, has 1001"),
    "a formula over all": ("'Now you.'", "'$\\rule{99em}{99em}$'", 14, "must not have \\rule; leave it out"),
    "a link outside": ('onward = "?lr=1"', 'onward = "https://e.x?lr=1"', 6, "a link must begin with one of ?"),
    "too many together": ("'How much", f"'{'word ' * 110}", 14, "at most 110 words together"),
    "a quantity": ("{{end_loss}}", "{{end_los}}", 10, "unknown quantity 'end_los'; choose from x, target"),
    "code": ("{{end_loss}}", "{{__import__(os)}}", 10, "is no quantity"),
    "what is not judged": (
        'value = "a[1][3]"', 'value = "end.test_r_squared"', 17,
        "test_r_squared must be a number of this experiment, but its target is a class, not a number",
    ),
    "indices": ("{{end_loss}}", "{{z[1]}}", 10, "must have its indices as in z[1][1]"),
    "index 0": ("{{end_loss}}", "{{z[0][1]}}", 10, "count from 1"),
    "a unit": ('value = "a[1][3]"', 'value = "a[1][4]"', 17, "a has an index that the network does not have"),
    "an answer in the file": ('value = "a[1][3]"', 'value = "0.5"', 17, "value must be a quantity of the run, such as loss"),
    "a layer in a question": ("{{z[1][3]}}", "{{z[3][1]}}", 16, "z has an index that the network does not have"),
    "B": ("It is {{a[1][3]}}", "It is {{b.end_loss}}", 18, "must go with a link that says how B differs"),
    "an option": ("It is {{a[1][3]}}", "It is {{2.end_loss}}", 18, "2. must be the number of an option"),
    "two tasks": ("[step.predict]", "[step.vote]\nclaim = 'x'\n[step.predict]", 15, "a step must have one task"),
    "no explanation": ("explain = 'It is {{a[1][3]}}.'\n", "", 15, "explain is missing; add it"),
    "a key of a task": ("explain =", "answer = '3'\nexplain =", 18, "unknown key 'answer' in predict"),
    "within": ("explain =", "within = -1\nexplain =", 18, "within must be a number above 0"),
    "controls": ("text = 'Now", "controls = ['speed']\ntext = 'Now", 14, "controls must be a list of some of dataset"),
    "no tasks": ("[step.predict]\nquestion = 'How much is {{z[1][3]}}?'\nvalue = \"a[1][3]\"\nexplain = 'It is {{a[1][3]}}.'\n", "",
                 12, "at most half of the steps may be without a task"),
}  # fmt: skip
CHOOSE = "[step.choose]\nquestion = 'Which?'\noptions = ['lr=1', 'lr=3']\n{}explain = 'So.'\n"
TASKS = {
    "neither": (CHOOSE.format(""), 15, "either show and of, or by"),
    "both": (CHOOSE.format("show = 'loss'\nof = 'lr=1'\nby = 'largest end_loss'\n"), 15, "either show and of, or by"),
    "of": (CHOOSE.format("show = 'loss'\nof = 'lr=7'\n"), 19, "of must be one of the options, got 'lr=7'"),
    "by": (CHOOSE.format("by = 'end_loss > 3'\n"), 18, "by must begin with largest or smallest"),
    "show": (CHOOSE.format("show = 'weights'\nof = 'lr=1'\n"), 18, "show must be one of loss, boundary"),
    "options": (CHOOSE.format("by = 'largest end_loss'\n").replace(", 'lr=3'", ""), 17, "2 to 4 different changes"),
    "an option": (CHOOSE.format("by = 'largest end_loss'\n").replace("lr=3", "rate=3"), 17, "unknown parameter 'rate'"),
    "control": (
        "[step.reach]\nquestion = 'x'\ncontrol = 'speed'\nuntil = 'end_loss < 1'\nexplain = 'x'\n",
        17,
        "must be one of",
    ),
    "until": (
        "[step.reach]\nquestion = 'x'\ncontrol = 'lr'\nuntil = 'small'\nexplain = 'x'\n",
        18,
        "must compare two quantities",
    ),
    "what": (
        "[step.find]\nquestion = 'x'\nwhat = 'point'\nwhere = 'loss > 1'\nexplain = 'x'\n",
        17,
        "sample, unit, weight",
    ),
    "where": (
        "[step.find]\nquestion = 'x'\nwhat = 'unit'\nwhere = 'largest dW'\nexplain = 'x'\n",
        18,
        "must have its indices",
    ),
    "true_if": ("[step.vote]\nclaim = 'x'\ntrue_if = 'loss'\nexplain = 'x'\n", 17, "must compare two quantities"),
}


def message(text):
    with pytest.raises(LessonError) as error:
        read(text)
    return str(error.value)


def test_the_good_file_is_read():
    found = read(GOOD)
    assert [step.kind for step in found.steps] == ["", "predict"]
    assert found.steps[1].task.value == "a[1][3]"


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_told_with_its_line_and_a_remedy(case):
    old, new, line, part = BAD[case]
    assert GOOD.count(old) == 1
    told = message(GOOD.replace(old, new))
    assert told.startswith(f"line {line}: "), told
    assert part in told
    assert "\n" not in told


@pytest.mark.parametrize("case", TASKS)
def test_a_bad_task_is_told_with_its_line_and_a_remedy(case):
    task, line, part = TASKS[case]
    told = message(GOOD[: GOOD.index("[step.predict]")] + task)
    assert told.startswith(f"line {line}: "), told
    assert part in told


def test_no_text_at_all_is_any_trouble():
    rng, told = random.Random(3), []
    lines = GOOD.splitlines()
    for _ in range(300):
        changed = lines.copy()
        at = rng.randrange(len(changed))
        junk = "".join(rng.choice(string.printable) for _ in range(rng.randrange(1, 20)))
        changed[at] = rng.choice(["", junk, changed[at] + junk, rng.choice(lines), changed[at][: rng.randrange(1, 9)]])
        try:
            read("\n".join(changed))
        except LessonError as error:
            told.append(error.line)
    assert len(told) > 100
    assert all(1 <= line <= len(lines) + 2 for line in told)
    for text in ("", "x", "step = 3", "[[step]]", "step = [1]", "a = " + "[" * 5000, "title = 'x'" + "x" * MAX_BYTES):
        message(text)


@pytest.mark.parametrize("key", texts())
def test_what_is_written_is_read_again(key):
    raw = tomllib.loads(texts()[key])
    text = written(raw)
    assert tomllib.loads(text) == raw
    assert read(text, key) == lesson(key)
    assert unpack(pack(text)) == text


def test_the_example_is_a_lesson():
    assert len(read(written(EXAMPLE)).steps) == 2


def test_a_link_holds_up_to_six_thousand_characters_and_the_address_takes_them():
    packed = pack(written(EXAMPLE))
    view, problems = link.View.from_params({"lesson": "own", "own": packed})
    assert (view.own, problems) == (packed, [])
    rng = random.Random(1)
    long = GOOD.replace("'B'", "'" + "".join(rng.choice(string.ascii_letters) for _ in range(9000)) + "'")
    assert pack(long) is None
    assert len(packed) < MAX_IN_LINK


@pytest.mark.parametrize("packed", ["", "x", "====", "äöü", base64.urlsafe_b64encode(b"no zlib").decode(),
    base64.urlsafe_b64encode(zlib.compress(b"\xff\xfe")).decode(),
    base64.urlsafe_b64encode(zlib.compress(b"a" * 10_000_000)).decode(),
    base64.urlsafe_b64encode(zlib.compress(b"abc"))[:-6].decode()])  # fmt: skip
def test_a_bad_link_is_told_and_inflates_to_no_more_than_a_file(packed):
    with pytest.raises(ValueError, match="lesson"):
        unpack(packed)


def test_the_list_of_the_course_agrees_with_its_lessons():
    for key, head in course().items():
        found = lesson(key)
        assert (head.title, head.goal, head.minutes, head.n_steps) == (
            found.title,
            found.goal,
            found.minutes,
            len(found.steps),
        )
        assert re.fullmatch(r"[a-z0-9_]{1,40}", key)
