"""A link: the configuration's parameters and the view's, read from an address. Whatever it holds, reading never fails."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from ffbp.data.rows import MAX_ROWS
from ffbp.data.table_source import MAX_CLASSES
from ffbp.experiment.challenge import Challenge
from ffbp.experiment.class_link import NO_TASK, PARAMETERS, ClassLink
from ffbp.experiment.config import Config
from ffbp.experiment.fields import MAX_COLUMNS, MAX_FRAMES, MAX_LAYERS, MAX_UNITS
from ffbp.experiment.many import USUAL, Many, is_of_many
from ffbp.experiment.pair import NOTHING, Other, is_of_b
from ffbp.experiment.problems import ConfigError
from ffbp.words.numbers import plain_power
from ffbp.words.problems import Problem

# The bounds of the view's parameters: what is merely looked at. Names are disjoint from the configuration's.
VIEW = {
    "frame": (0, MAX_FRAMES - 1),
    "across": (0, MAX_COLUMNS - 1),
    "up": (0, MAX_COLUMNS - 1),
    "pca": (0, 1),
    "sample": (0, MAX_ROWS - 1),
    "layer": (1, MAX_LAYERS + 1),  # the output, too
    "unit": (1, MAX_UNITS),
    "wanted": (0, MAX_CLASSES - 1),
    **{
        "rung": (1, 9),
        "item": (1, 99_999),
        "right": (0, 99_999),
        "tried": (0, 99_999),
        "streak": (0, 2),
    },  # of practice
    "card": (1, 6),  # the step that the Backpropagation page explains
    "present": (0, 1),
    "lab_batch": (1, MAX_ROWS),  # samples in a batch, in the laboratory
    "other": (0, MAX_FRAMES - 1),  # B's frame
    "mystery": (1, 9999),  # the case whose fault is to be found
    "solved": (0, 9999),  # of such cases
    "cases": (0, 9999),
    "step": (1, 999_999_999),  # of a lesson, which says how many it has; the one after the last is its end
}
MAX_DIGITS = 9
MAX_ADDRESS = 8000  # characters; servers on the way often refuse longer ones
INPUTS = "x"  # typed inputs, numbers joined by "_"
PANEL, PANELS = "panel", ("network", "boundary", "loss", "gradients")  # the player's
MAX_ALONE = 2  # panels that are shown without the others, joined by "-" in the link
BY, LOSS = "by", "loss"  # two runs are shown at the same loss; without it, at the same epoch
COMPARISON, COMPARISONS = (
    "view",
    ("pair", "seeds", "sweep", "race", "surface", "faults"),
)  # the views of the page Compare, the usual one first
GRADIENTS, QUANTITIES = (
    "gradients",
    ("dW", "now", "db", "update", "ratio", "stability"),
)  # of the gradients' chart, the usual one first
PLANE, PLANES = "plane", ("three_points", "principal", "random")  # of the surface there, the usual one first
VIEW_OF_LAB, VIEWS_OF_LAB = (
    "lab",
    ("start", "curvature", "noise", "checks"),
)  # of the page Laboratory, the usual one first
VIEW_OF_TEACHERS, VIEWS_OF_TEACHERS = (
    "teach",
    ("link", "hour", "worksheet", "questions", "assignment", "board", "embed", "course"),
)  # of the page For teachers, the usual one first
PART, PARTS = "part", ("course", "claims", "glossary", "own")  # of the page Lessons, the usual one first
CHOICES = {  # by key, its words
    COMPARISON: COMPARISONS,
    VIEW_OF_LAB: VIEWS_OF_LAB,
    VIEW_OF_TEACHERS: VIEWS_OF_TEACHERS,
    PART: PARTS,
    BY: (LOSS,),
    PLANE: PLANES,
    GRADIENTS: QUANTITIES,
}
WORDS = (PANEL, *CHOICES)
LESSON = {  # a lesson that runs: its name, the answers that were given, and the text of one's own, packed
    "lesson": re.compile(r"[a-z0-9_]{1,40}"),
    "answers": re.compile(r"[-0-9A-Za-z.,/+~ ]{0,1200}"),
    "own": re.compile(r"[-0-9A-Za-z_=]{1,6000}"),
    "order": re.compile(r"[-0-9A-Za-z_=]{1,6000}"),  # a running order, packed; the browser takes it over
}
CHALLENGE = "challenge"
OWN = "own"  # the name of a lesson of one's own
MAX_INPUTS, MAX_INPUT_TEXT = 784, 20_000  # as many as the largest images have pixels


@dataclass(frozen=True)
class View:
    """None where nothing was chosen.

    frame: unless chosen, the last. across, up: the columns, as positions among the used ones, that span the plane; pca: 1 for
    principal components instead. sample: a row of the source; or inputs: typed ones, in their own units. layer, unit: from 1.
    wanted: the class that the pixels of an image are asked for. rung, item, right, tried, streak: where somebody is on the
    ladder of practice, how many of the answers were right, and how many in a row. card: the step that Backpropagation
    explains; the first if None. panel: the one of `PANELS` in full size, or two, joined by "-". present: 1 if the player is
    shown alone, with large letters. gradients: what the gradients' chart shows, one of `QUANTITIES`; the usual one if None.
    view: of the page Compare, one of `COMPARISONS`. b: how B differs from A there. by: LOSS if both
    are shown at the same loss there; other: B's frame then. plane: of the surface there, one of `PLANES`. many: what is
    trained many times there. lab: of the page Laboratory, one of `VIEWS_OF_LAB`; lab_batch: how many samples a batch has
    there, if not as many as in the run. lesson, step, answers, own: the lesson that stands beside the page, its step from 1,
    what was answered, and the text of one's own lesson. order: a running order that the link brings, packed. teach: of the
    page For teachers, one of `VIEWS_OF_TEACHERS`. part: of the page Lessons, one of `PARTS`. mystery: the number of
    the case whose fault is to be found, on the page Compare; solved, cases: how many were, of how many.
    challenge: what the experiment on screen has to reach. class_link: the task that a teacher has set.
    """

    frame: int | None = None
    across: int | None = None
    up: int | None = None
    pca: int | None = None
    sample: int | None = None
    layer: int | None = None
    unit: int | None = None
    wanted: int | None = None
    rung: int | None = None
    item: int | None = None
    right: int | None = None
    tried: int | None = None
    streak: int | None = None
    card: int | None = None
    inputs: tuple[float, ...] | None = None
    panel: str | None = None
    present: int | None = None
    gradients: str | None = None
    view: str | None = None
    lab: str | None = None
    teach: str | None = None
    lab_batch: int | None = None
    by: str | None = None
    plane: str | None = None
    other: int | None = None
    b: Other = NOTHING
    many: Many = USUAL
    lesson: str | None = None
    mystery: int | None = None
    solved: int | None = None
    cases: int | None = None
    step: int | None = None
    answers: str | None = None
    own: str | None = None
    order: str | None = None
    part: str | None = None
    challenge: Challenge | None = None
    class_link: ClassLink = NO_TASK

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> tuple["View", list[Problem]]:
        """The view of an address's parameters, and a problem for each that is out of bounds."""
        chosen, problems = {}, []
        for key, (low, high) in VIEW.items():
            text = str(params.get(key, ""))
            if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and low <= int(text) <= high:
                chosen[key] = int(text)
            elif key in params:
                problems.append(Problem(key, "bounds", text, {"low": low, "high": high}, outcome="default"))
        if are_panels(panel := str(params.get(PANEL, ""))):
            chosen[PANEL] = panel
        elif PANEL in params:
            choices = {"choices": ", ".join(PANELS)}
            problems.append(Problem(PANEL, "unknown", panel, choices, outcome="left out"))
        if INPUTS in params:
            numbers = [as_number(text) for text in str(params[INPUTS])[:MAX_INPUT_TEXT].split("_")]
            if len(numbers) <= MAX_INPUTS and None not in numbers:
                chosen["inputs"] = tuple(numbers)
            else:
                problems.append(Problem(INPUTS, "typed_numbers", str(params[INPUTS]), outcome="left out"))
        for key, words in CHOICES.items():
            if params.get(key) in words:
                chosen[key] = params[key]
            elif key in params:
                choices = {"choices": ", ".join(words)}
                problems.append(Problem(key, "unknown", str(params[key]), choices, outcome="left out"))
        for key, rule in LESSON.items():
            if rule.fullmatch(text := str(params.get(key, ""))):
                chosen[key] = text or None
            elif key in params:
                problems.append(Problem(key, "of_a_lesson", text, outcome="left out"))
        if CHALLENGE in params:
            try:
                chosen[CHALLENGE] = Challenge.read(str(params[CHALLENGE]))
            except ConfigError as error:
                problems.append(replace(error.problem, outcome="left out"))
        chosen["b"], of_b = Other.from_params(params)
        chosen["many"], of_many = Many.from_params(params)
        chosen["class_link"], of_class = ClassLink.from_params(params)
        return cls(**chosen), problems + of_b + of_many + of_class

    def to_params(self) -> dict[str, str]:
        """The parameters of what was chosen."""
        chosen = {each.name: getattr(self, each.name) for each in fields(self)}
        params = {
            key: str(value) for key, value in chosen.items() if key in (*VIEW, *WORDS, *LESSON) and value is not None
        }
        if self.inputs is not None:
            params[INPUTS] = "_".join(repr(number).removesuffix(".0") for number in self.inputs)
        if self.challenge is not None:
            params[CHALLENGE] = self.challenge.text
        return params | self.b.to_params() | self.many.to_params() | self.class_link.to_params()

    def frame_of(self, n_frames: int) -> int:
        """The frame that is looked at of a run with so many: the last, unless another one was chosen."""
        last = n_frames - 1
        return last if self.frame is None else min(self.frame, last)

    def at(self, frame: int | None) -> "View":
        """At another frame, or at the end."""
        return replace(self, frame=frame)

    def with_row(self, row: int) -> "View":
        """On a row of the source; typed inputs are forgotten."""
        return replace(self, sample=int(row), inputs=None)

    def with_inputs(self, numbers: Iterable[float]) -> "View":
        """On typed inputs; the chosen row is forgotten."""
        return replace(self, sample=None, inputs=tuple(float(number) for number in numbers))

    def with_layer(self, layer: int) -> "View":
        """On a layer's first unit."""
        return replace(self, layer=int(layer), unit=None)

    def with_unit(self, layer: int, unit: int) -> "View":
        """On a unit, both counted from 1."""
        return replace(self, layer=int(layer), unit=int(unit))

    def compared(self, b: Other) -> "View":
        """With another difference between A and B."""
        return replace(self, b=b)

    def showing(self, panel: str | None, *, present: bool = False) -> "View":
        """With one or two panels in full size, or with all of them; present: with nothing else."""
        return replace(self, panel=panel, present=1 if present else None)

    def in_lesson(self, lesson: str | None, step: int | None = None, answers: str | None = None) -> "View":
        """With another lesson beside the page, or with none."""
        own = self.own if lesson == OWN else None
        return replace(self, lesson=lesson, step=step, answers=answers or None, own=own)

    def beside(self, other: "View") -> "View":
        """With the lesson of another view, at its step, and with its task."""
        lesson = {"lesson": other.lesson, "step": other.step, "answers": other.answers, "own": other.own}
        return replace(self, **lesson, class_link=other.class_link)

    def of_page(self, page: str) -> "View":
        """Without what belongs to other pages than the one of this name in class links, and without a lesson."""
        ladder = dict.fromkeys(("rung", "item", "right", "tried", "streak"))
        view = replace(self, teach=None, part=None, **ladder).in_lesson(None)
        if page != "compare":
            view = replace(view, view=None, by=None, plane=None, other=None, mystery=None, b=NOTHING, many=USUAL)
        return view if page == "laboratory" else replace(view, lab=None, lab_batch=None)

    def with_task(self, task: ClassLink) -> "View":
        """With another task of a class link."""
        return replace(self, class_link=task)

    def without_sample(self) -> "View":
        """On the first training sample."""
        return replace(self, sample=None, inputs=None)

    def without_plane(self) -> "View":
        """On the plane of the usual columns."""
        return replace(self, across=None, up=None, pca=None)

    def without_data(self) -> "View":
        """On other data: nothing that was chosen among the old."""
        return self.without_sample().without_plane()


class Link(NamedTuple):
    """What an address means, and what of it could not be taken."""

    config: Config
    view: View
    problems: list[Problem]


def read(params: Mapping[str, Any]) -> Link:
    """The configuration and the view of an address's parameters."""
    config, problems = Config.from_params(without_view(params))
    view, of_the_view = View.from_params(params)
    return Link(config, view, problems + of_the_view)


def params_of(config: Config, view: View | None = None) -> dict[str, str]:
    """The parameters of an experiment's address. It has at least one, because an address without any is the front door."""
    return {**config.to_params(), **(view or View()).to_params()} or {"dataset": config.dataset}


def parameters(address: str) -> dict[str, list[str]]:
    """The parameters of an address, or of its part after the "?". Raises ValueError for what is no address."""
    query = urlsplit(address.strip()).query
    if not query and "=" in address:
        query = address.lstrip("?")
    return parse_qs(query, keep_blank_values=True)


def without_view(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that are not the view's."""
    return {
        key: value
        for key, value in params.items()
        if key not in (*VIEW, INPUTS, *WORDS, *LESSON, CHALLENGE, *PARAMETERS)
        and not is_of_b(key)
        and not is_of_many(key)
    }


def without_lesson(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters without those of a lesson."""
    return {key: value for key, value in params.items() if key not in ("step", *LESSON)}


def are_panels(text: str) -> bool:
    """Whether a text names one or two different panels, joined by "-"."""
    names = text.split("-")
    return len(names) <= MAX_ALONE and len({*names}) == len(names) and set(names) <= set(PANELS)


def as_number(text: str) -> float | None:
    """A typed number with a decimal point or comma; None if it is not a finite number."""
    text = plain_power(text.strip()).replace("−", "-").replace(",", ".")
    if not text.isascii() or "_" in text or len(text) > 40:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
