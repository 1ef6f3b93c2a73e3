"""The answers that links carry: judged anew, each once, and grouped by the mistake that explains them."""

import math

import pytest

import ffbp
from ffbp.experiment.config import Config
from ffbp.experiment.link import View
from ffbp.lessons import answers
from ffbp.lessons.answers import Answer, Judgements, Kind, Place, answers_of, grouped, in_words, judging, kind_of
from ffbp.lessons.course import course, lesson
from ffbp.lessons.expressions import expression
from ffbp.lessons.judge import case_of
from ffbp.lessons.packed import pack
from ffbp.lessons.write import EXAMPLE, written
from ffbp.training.recording import drain
from ffbp.words.of_a_slip import SLIPS


def with_slips():
    """The first step of the course whose number known mistakes change: its place, the number and the slips."""
    for key in course():
        for number, step in enumerate(lesson(key).steps, start=1):
            if step.kind == "predict":
                case, found = case_of(step, ffbp.train), expression(step.task.value)
                slips = found.quantity.slips(case.place(found.where), *found.indices)
                if slips:
                    return Place(key, None, number), case.value(found), slips
    raise AssertionError("no step has slips")


@pytest.fixture(scope="module")
def step():
    return with_slips()


def judged(*given):
    known = Judgements()
    drain(judging(given, known))
    return known


def test_a_link_holds_one_answer_a_step():
    view = View(lesson="neuron", answers="r0.5~~w3~s~x1")
    found = answers_of(Config(), view)
    assert [(each.place.number, each.mark, each.given) for each in found] == [
        (1, "r", "0.5"),
        (3, "w", "3"),
        (4, "s", ""),
    ]
    assert answers_of(Config(), View(answers="r1")) == []


def test_what_a_link_says_of_itself_does_not_count(step):
    place, value, _ = step
    right, wrong = f"{value:.6f}", f"{value + 100:.3f}"
    given = [Answer(place, "w", right), Answer(place, "r", wrong), Answer(place, "s", "")]
    known = judged(*given)
    assert [kind_of(each, known).kind for each in given] == ["right", "other", "given up"]
    assert in_words(given, known) == "1 of 3 right"
    assert in_words([], known) == ""
    assert known.questions[place]


def test_answers_of_one_mistake_stand_together_whatever_was_typed(step):
    place, value, slips = step
    key, slip = max(slips.items(), key=lambda item: abs(item[1] - value) if math.isfinite(item[1]) else 0)
    given = [Answer(place, "w", f"{slip:.4f}"), Answer(place, "w", f"{slip:.5f}"), Answer(place, "r", f"{value:.5f}")]
    known = judged(*given)
    groups = grouped([[each] for each in given], known)
    assert [(group.kind.kind, group.who) for group in groups] == [("right", (2,)), ("slip", (0, 1))]
    assert groups[1].kind.words in SLIPS.values(), key


def test_equal_answers_are_judged_once_and_known_ones_never_again(step, monkeypatch):
    place, *_ = step
    calls = []
    monkeypatch.setattr(answers, "judge", lambda step, case, given: calls.append(given))
    known = judged(*[Answer(place, "w", "1")] * 5, Answer(place, "w", "2"))
    drain(judging([Answer(place, "w", "1")], known))
    assert calls == ["1", "2"]


@pytest.mark.parametrize(
    "place",
    [
        Place("no_such_lesson", None, 1),
        Place("own", None, 1),
        Place("own", "rubbish", 1),
        Place("neuron", None, 40),
        Place("own", pack(written(EXAMPLE)), 99),
    ],
)
def test_a_place_that_does_not_exist_is_not_judged(place):
    answer = Answer(place, "r", "1")
    assert kind_of(answer, judged(answer)) == Kind("not judged", "not judged")


def test_a_lesson_of_ones_own_is_judged_up_to_the_work_that_is_allowed(monkeypatch):
    own = pack(written(EXAMPLE))
    number = next(n for n, step in enumerate(answers.lesson_of("own", own).steps, 1) if step.kind == "predict")
    answer = Answer(Place("own", own, number), "w", "50")
    monkeypatch.setattr(answers, "MAX_WORK", 0.0)
    assert not judged(answer).verdicts
    monkeypatch.undo()
    assert judged(answer).verdicts


def test_every_kind_of_answer_is_named():
    for key in (*course(), "claims"):
        for number, step in enumerate(lesson(key).steps, start=1):
            given = {"choose": "1", "vote": "t", "find": "1", "predict": "-7"}.get(step.kind)
            if given and (step.kind != "find" or step.task.what == "sample"):
                known = Judgements({(Place(key, None, number), given): answers.Verdict(False, "")})
                assert kind_of(Answer(Place(key, None, number), "w", given), known).words.startswith("answered ")
