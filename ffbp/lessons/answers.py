"""The answers that links carry, to lessons and to class links, judged anew: what a link says of itself does not count.

Runs are trained when a step first needs them. Equal answers to one step are judged once.
"""

import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.link import OWN, View, params_of
from ffbp.lessons.class_questions import in_words as asked_in_words
from ffbp.lessons.class_questions import question, text_of
from ffbp.lessons.course import lesson as lesson_of_course
from ffbp.lessons.judge import BETWEEN, GIVEN_UP, RIGHT, WRONG, Verdict, case_of, judge, name_of
from ffbp.lessons.lesson import Address, Lesson, Predict, Step
from ffbp.lessons.packed import unpack
from ffbp.lessons.read import read
from ffbp.training.recording import fit
from ffbp.training.run import Run
from ffbp.words.of_a_slip import SLIPS

MAX_WORK = 120.0  # estimated seconds of training for the answers of a board
CLASS_LINK = "class link"  # stands where a lesson has its name
MARKS = (RIGHT, WRONG, GIVEN_UP)
TRUTHS = {"t": "true", "f": "false"}


class Place(NamedTuple):
    """A step of a lesson: the lesson's name in an address, the text of one's own, packed, and the step from 1.

    Of a class link: CLASS_LINK, the number that is asked for with the parameters of the experiment, and the question from 1.
    """

    lesson: str
    own: str | None
    number: int

    @property
    def in_general(self) -> "Place":
        """The place without the experiment, which differs from student to student."""
        return self._replace(own=self.own.partition("?")[0]) if self.lesson == CLASS_LINK else self


class Answer(NamedTuple):
    """mark: RIGHT, WRONG or GIVEN_UP, as the link says; given: what was answered."""

    place: Place
    mark: str
    given: str


class Kind(NamedTuple):
    """What an answer shows: "right", "slip", "other" or "given up"; words: a sentence."""

    kind: str
    words: str


@dataclass
class Judgements:
    """The verdicts by place and given answer, None where there is none; the questions, with their numbers, by place."""

    verdicts: dict[tuple[Place, str], Verdict | None] = field(default_factory=dict)
    questions: dict[Place, str] = field(default_factory=dict)


def answers_of(config: Config, view: View) -> list[Answer]:
    """The answers of a link to a lesson, one a step that was answered, and to a class link, one a number."""
    return [*_of_a_lesson(view), *_of_a_class_link(config, view)]


def _of_a_class_link(config, view):
    place = View(frame=view.frame, sample=view.sample, inputs=view.inputs)
    experiment, task = urlencode(params_of(config, place)), view.class_link
    answered = [(i, task.answer(i)) for i in range(len(task.ask)) if task.answer(i)[:1] in MARKS and task.answer(i)]
    return [Answer(Place(CLASS_LINK, f"{task.ask[i]}?{experiment}", i + 1), text[0], text[1:]) for i, text in answered]


def _of_a_lesson(view):
    if view.lesson is None:
        return []
    found = [(n, text) for n, text in enumerate((view.answers or "").split(BETWEEN), start=1) if text]
    return [Answer(Place(view.lesson, view.own, n), text[0], text[1:]) for n, text in found if text[0] in MARKS]


@lru_cache(8)
def lesson_of(key: str, own: str | None) -> Lesson | None:
    """The lesson of a link; None if there is none, or its text cannot be read."""
    try:
        return read(unpack(own or "")) if key == OWN else lesson_of_course(key)
    except ValueError:
        return None


def step_at(place: Place) -> Step | None:
    """The step with a task at a place, or None."""
    if place.lesson == CLASS_LINK:
        return _asked_at(place.own)
    found = lesson_of(place.lesson, place.own)
    step = found.steps[place.number - 1] if found and place.number <= len(found.steps) else None
    return step if step and step.task else None


def _asked_at(text) -> Step | None:
    asked, _, query = text.partition("?")
    try:
        found = question(asked)
    except ValueError:
        return None
    return Step(Address("", dict(parse_qsl(query))), "", task=Predict(asked_in_words(found), text_of(found), ""))


class _Missing(Exception):
    """A run that is not trained yet."""

    def __init__(self, config: Config):
        self.config = config


def judging(answers: Iterable[Answer], known: Judgements) -> Generator[object, None, None]:
    """Judge the answers that are not judged yet, step by step; yields while it trains. Closing it keeps what is done."""
    wanted, left = defaultdict(dict), MAX_WORK
    for place, mark, given in answers:
        if mark != GIVEN_UP and (place, given) not in known.verdicts:
            wanted[place][given] = None
    for place, several in wanted.items():
        step, runs = step_at(place), {}
        for given in several:
            while (place, given) not in known.verdicts:
                try:
                    verdict, words = (None, "") if step is None else _judged(step, given, runs)
                    known.questions.setdefault(place.in_general, words)
                    known.verdicts[place, given] = verdict
                except _Missing as missing:
                    left -= Experiment(missing.config).work
                    if left < 0:
                        return
                    runs[missing.config] = yield from fit(missing.config)
        yield None


def _judged(step: Step, given: str, runs: Mapping[Config, Run]) -> tuple[Verdict | None, str]:
    """The verdict on an answer, and the question; raises _Missing for a run that it needs."""

    def train(config):
        if config not in runs:
            raise _Missing(config)
        return runs[config]

    case = case_of(step, train)
    try:
        return judge(step, case, given), plain(case.told(step.task.question))
    except (ValueError, LookupError):  # a lesson of one's own may ask for what its network does not have
        return None, ""


def kind_of(answer: Answer, known: Judgements) -> Kind:
    """What an answer shows."""
    if answer.mark == GIVEN_UP:
        return Kind("given up", "shown or skipped")
    verdict = known.verdicts.get((answer.place, answer.given))
    if verdict is None:
        return Kind("not judged", "not judged")
    if verdict.right:
        return Kind("right", "right")
    if verdict.slip in SLIPS:
        return Kind("slip", SLIPS[verdict.slip])
    return Kind("other", f"answered {_given_text(answer)}")


def _given_text(answer) -> str:
    step = step_at(answer.place)
    if step.kind == "vote":
        return TRUTHS.get(answer.given, answer.given)
    if step.kind == "choose":
        return f"option {answer.given}"
    return name_of(step.task, map(int, answer.given.split("-"))) if step.kind == "find" else answer.given


def in_words(answers: Iterable[Answer], known: Judgements) -> str:
    """How many of a link's answers are right; "" for a link without any."""
    kinds = [kind_of(answer, known).kind for answer in answers]
    return f"{kinds.count('right')} of {len(kinds)} right" if kinds else ""


class Group(NamedTuple):
    """Equal answers to one step: the step, what they show, and who gave them, as positions among the links."""

    place: Place
    kind: Kind
    who: tuple[int, ...]


def grouped(several: Iterable[Iterable[Answer]], known: Judgements) -> list[Group]:
    """The answers of all links by step, the right ones first, then the mistakes by how many made them."""
    found = defaultdict(lambda: defaultdict(list))
    for who, answers in enumerate(several):
        for answer in answers:
            found[answer.place.in_general][kind_of(answer, known)].append(who)
    groups = [Group(place, kind, tuple(who)) for place, kinds in found.items() for kind, who in kinds.items()]
    order = {"right": 0, "slip": 1, "other": 1, "given up": 2, "not judged": 3}
    return sorted(
        groups, key=lambda each: (each.place.lesson, each.place.number, order[each.kind.kind], -len(each.who))
    )


def plain(text: str) -> str:
    """A lesson's text without its markup."""
    return re.sub(r"[$*`\\]", "", text)
