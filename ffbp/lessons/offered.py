"""What an hour can be put together from: the experiments, the pairs, the lessons and their single steps."""

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlencode

from ffbp.experiment.link import View, params_of
from ffbp.lessons.course import CLAIMS, course, lesson
from ffbp.lessons.hour import Hour, Step
from ffbp.lessons.pairs import PAIR_KEY, PAIRS
from ffbp.lessons.presets import PRESETS

STEP_MINUTES, EXPERIMENT_MINUTES, PAIR_MINUTES = 2, 5, 6
EXAMPLE_TITLE = "How a network learns"
EXAMPLE = ("two_two_one", "about_right", "too_fast", "vanishing", "overfitting")  # experiments
EXAMPLE_MINUTES = (10, 8, 7, 10, 10)


@cache
def experiments() -> dict[str, Step]:
    """The experiments and the pairs of the gallery, by name; each opens where its hint can be seen."""
    found = {}
    for key, each in PRESETS.items():
        params = params_of(each.config, View(frame=each.frame))
        found[key] = Step(each.label, _link("", params), EXPERIMENT_MINUTES, each.hint)
    for key, pair in PAIRS.items():
        found[f"{PAIR_KEY}{key}"] = Step(pair.label, _link("compare", pair.params), PAIR_MINUTES, pair.hint)
    return found


@cache
def lessons() -> dict[str, str]:
    """The titles of the lessons by their keys, the claims last."""
    return {**{key: head.title for key, head in course().items()}, CLAIMS: lesson(CLAIMS).title}


def steps_of(key: str) -> Mapping[int, str]:
    """The steps of a lesson by their numbers, each with its task; 0 is the whole lesson. key: one of `lessons`."""
    found = lesson(key)
    words = {
        number: f"Step {number}: {step.task.question if step.task else step.text}"
        for number, step in enumerate(found.steps, start=1)
    }
    return {0: f"The whole lesson, {found.minutes} min", **words}


def of_lesson(key: str, number: int = 0) -> Step:
    """A lesson from its first step on, or one step of it, as a step of an hour."""
    found = lesson(key)
    address = found.steps[max(number, 1) - 1].link
    link = _link(address.page, {**address.params, **View().in_lesson(key, max(number, 1)).to_params()})
    if number:
        return Step(f"{found.title}, step {number}", link, STEP_MINUTES)
    return Step(found.title, link, found.minutes, found.goal)


def example() -> Hour:
    """An hour to begin with."""
    found = [experiments()[key] for key in EXAMPLE]
    steps = [Step(each.title, each.link, n, each.notes) for each, n in zip(found, EXAMPLE_MINUTES, strict=True)]
    return Hour(EXAMPLE_TITLE, "", tuple(steps))


def _link(page, params):
    return f"{page}?{urlencode(params)}"
