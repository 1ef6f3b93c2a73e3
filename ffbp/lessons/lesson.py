"""A lesson: steps with a link, a short text and at most one task. It is data, so no answer stands in it.

The tasks are: predict a number, choose among computed pictures or outcomes, change one control until something holds, find a
sample, a unit or a weight, and vote on a claim. `ffbp.lessons.read` makes a lesson of a file, `ffbp.lessons.judge` judges.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl

from ffbp.experiment import link
from ffbp.experiment.config import Config
from ffbp.experiment.link import Link

PAGES = {  # in links: a page's name -> its title; the Playground's link begins with "?"
    "": "Playground",
    "forward_pass": "Forward pass",
    "backpropagation": "Backpropagation",
    "compare": "Compare",
    "laboratory": "Laboratory",
    "digits": "Digits",
    "data": "Your data",
}
SHOWN = {"loss": "the training loss, epoch by epoch", "boundary": "the decision boundary at the end"}
WANTED = {"sample": "sample", "unit": "unit", "weight": "weight"}  # what can be found
MAX_TEXT, MAX_STEP = 60, 110  # words of a step's text, and of all its texts together


@dataclass(frozen=True)
class Address:
    """A link: a page's name and its parameters."""

    page: str
    params: Mapping[str, str]

    @classmethod
    def of(cls, text: str) -> "Address":
        """Read ``forward_pass?lr=1&frame=0``. Raises ValueError for an unknown page or parameter, or a bad value."""
        page, sign, query = text.strip().partition("?")
        if page not in PAGES or not sign:
            names = ", ".join(f"{name}?" for name in PAGES)
            raise ValueError(f"a link must begin with one of {names} and go on with parameters, got {text[:60]!r}")
        address = cls(page, dict(parse_qsl(query, keep_blank_values=True)))
        found = address.found
        if found.problems:
            raise ValueError(f"{found.problems[0]}; copy the link from the address bar")
        if found.config.file_name:
            raise ValueError("a link must not need a file, which others do not have; choose a dataset or draw points")
        if found.view.lesson or found.view.step:
            raise ValueError("a link must not name a lesson; leave out lesson and step")
        return address

    @cached_property
    def found(self) -> Link:
        """The experiment and the view."""
        return link.read(self.params)


@dataclass(frozen=True)
class Predict:
    """A number to work out or to guess. value: an expression. within: how far off is still right; None: 0.5 %."""

    question: str
    value: str
    explain: str
    run: Address | None = None
    within: float | None = None


@dataclass(frozen=True)
class Choose:
    """One of several options, each a change of the step's experiment, such as ``lr=1``.

    show: the options are pictures without names (a key of `SHOWN`), and ``of`` is the option whose picture is wanted.
    by: the options are in words, and wanted is the one that has the most of something: "smallest train_loss".
    """

    question: str
    options: tuple[str, ...]
    explain: str
    show: str = ""
    of: str = ""
    by: str = ""


@dataclass(frozen=True)
class Reach:
    """Change one control, the field ``control``, until a condition holds for the experiment on screen."""

    question: str
    control: str
    until: str
    explain: str


@dataclass(frozen=True)
class Find:
    """Choose the sample, unit or weight (``what``) for which something is true, or that has the most of it (``where``)."""

    question: str
    what: str
    where: str
    explain: str


@dataclass(frozen=True)
class Vote:
    """A claim that is true or false. true_if: a condition on the runs of ``run``, or of the step's own link."""

    claim: str
    true_if: str
    explain: str
    run: Address | None = None

    @property
    def question(self) -> str:
        return self.claim


Task = Predict | Choose | Reach | Find | Vote
TASKS: dict[str, type] = {"predict": Predict, "choose": Choose, "reach": Reach, "find": Find, "vote": Vote}


@dataclass(frozen=True)
class Step:
    """controls: the fields whose controls stay in sight, by their keys in an address; the others are folded."""

    link: Address
    text: str
    controls: tuple[str, ...] = ()
    task: Task | None = None

    @property
    def kind(self) -> str:
        """The task's kind, a key of `TASKS`; "" if the step only shows something."""
        return next((kind for kind, each in TASKS.items() if isinstance(self.task, each)), "")

    @property
    def run(self) -> Address:
        """What the task is about; it is opened when the task is answered."""
        return getattr(self.task, "run", None) or self.link

    @cached_property
    def option_configs(self) -> tuple[Config, ...]:
        """The experiments of the options of a choice."""
        return tuple(option_config(self.link, each) for each in getattr(self.task, "options", ()))

    @property
    def fields(self) -> tuple[str, ...]:
        """The keys of the controls that matter here."""
        own = getattr(self.task, "control", "")
        return (*self.controls, *((own,) if own and own not in self.controls else ()))


@dataclass(frozen=True)
class Lesson:
    """key: its name in an address. before: what to know. take: what to take away, in two sentences. onward: into the tool."""

    key: str
    title: str
    goal: str
    minutes: int
    before: str
    take: str
    onward: Address
    steps: tuple[Step, ...] = field(repr=False)


def option_config(address: Address, change: str) -> Config:
    """The experiment of a link with a change such as ``lr=1&hidden=4``. Raises ValueError."""
    params = dict(parse_qsl(change, keep_blank_values=True))
    if not params:
        raise ValueError(f"an option must be a change such as lr=1, got {change!r}")
    found = link.read({**address.params, **params})
    if found.problems:
        raise ValueError(str(found.problems[0]))
    return found.config


def n_words(text: str) -> int:
    """The number of words; a formula counts as one, and so does a number that is computed."""
    text = re.sub(r"\$[^$]*\$|\{\{[^{}]*\}\}", "formula", text)
    return len(re.findall(r"\w[\w’'.,-]*", text))
