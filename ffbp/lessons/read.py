"""Reading a lesson from its file, which is TOML. A bad file gives one message that names the line and the remedy."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import partial
from typing import Any

from ffbp.experiment import link
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import KEYS
from ffbp.lessons import expressions
from ffbp.lessons.expressions import Expression
from ffbp.lessons.lesson import (
    MAX_STEP,
    MAX_TEXT,
    SHOWN,
    TASKS,
    WANTED,
    Address,
    Lesson,
    Step,
    Task,
    n_words,
    option_config,
)
from ffbp.lessons.quantities import LAYER, WEIGHT, lacking

MAX_BYTES, MAX_STEPS, MAX_MINUTES, MAX_OPTIONS = 60_000, 40, 60, 4
MAX_CHARACTERS = 1000  # of a text; a link may be longer
LINKS = ("link", "run", "onward")
DRAWS_ANYWHERE = re.compile(r"\\(rule|kern|mkern|hskip|hspace|raisebox|\w*def|let|\w*newcommand)(?![A-Za-z])")
OF_A_LESSON = ("title", "goal", "minutes", "before", "take", "onward", "shared", "step")
OF_A_STEP = ("link", "text", "controls", *TASKS)
QUANTITIES_IN = ("value",)
CONDITIONS_IN = ("true_if", "until")
JUDGED_IN = (*QUANTITIES_IN, "true_if", "where", "by")  # a number that there is not cannot be judged
TOLD = ("text", "explain", "question", "claim")  # texts that may contain numbers in double braces


class LessonError(ValueError):
    """A lesson that cannot be taken. ``line``: where, from 1."""

    def __init__(self, line: int, message: str):
        super().__init__(f"line {line}: {message}")
        self.line = line


def read(text: str, key: str = "own") -> Lesson:
    """The lesson of a file's text. Raises LessonError."""
    return _Reader(text, key).lesson()


class _Reader:
    """One file. ``place``: the step (from 0; None before), the table in it and the key that are being read, for messages.

    shared: names for parts of links; a link refers to them as ``$name``.
    """

    def __init__(self, text: str, key: str):
        self.text, self.key, self.shared = text, key, {}

    def lesson(self) -> Lesson:
        raw = self._parsed()
        self._only(raw, OF_A_LESSON, (None, "", ""), "a lesson")
        words = {name: self._text(raw, name, (None, "", name)) for name in ("title", "goal", "before", "take")}
        for name, text in words.items():
            if n_words(text) > MAX_TEXT:
                self._fail(
                    (None, "", name), f"{name} must have at most {MAX_TEXT} words, has {n_words(text)}; shorten it"
                )
        minutes = raw.get("minutes")
        if type(minutes) is not int or not 1 <= minutes <= MAX_MINUTES:
            self._fail((None, "", "minutes"), f"minutes must be a whole number from 1 to {MAX_MINUTES}")
        if _n_sentences(words["take"]) != 2:
            self._fail((None, "", "take"), "take must be two sentences; each ends with a full stop")
        shared = raw.get("shared", {})
        if not isinstance(shared, dict) or not all(isinstance(each, str) for each in shared.values()):
            self._fail(
                (None, "", "shared"), 'shared must be a table of names for parts of links, such as net = "hidden=4"'
            )
        self.shared = shared
        onward = self._link(raw, "onward", (None, "", "onward"))
        steps = raw.get("step")
        if not isinstance(steps, list) or not 1 <= len(steps) <= MAX_STEPS:
            self._fail((None, "", "step"), f"a lesson must have 1 to {MAX_STEPS} steps, each beginning with [[step]]")
        found = tuple(self._step(i, each) for i, each in enumerate(steps))
        shows = [i for i, each in enumerate(found) if each.task is None]
        if len(shows) * 2 > len(found):
            self._fail((shows[-1], "", ""), "at most half of the steps may be without a task; add one to this step")
        return Lesson(self.key, minutes=minutes, onward=onward, steps=found, **words)

    def _parsed(self):
        if len(self.text.encode()) > MAX_BYTES:
            raise LessonError(1, f"the file must have at most {MAX_BYTES:,} bytes; make two lessons of it")
        try:
            return tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            found = re.search(r"\(at line (\d+), column \d+\)", str(error))
            line = int(found[1]) if found else self.text.count("\n") + 1
            what = str(error).partition(" (at ")[0]
            raise LessonError(line, f"this is not TOML ({what}); texts stand in quotes, and each key once") from None

    def _step(self, i, raw) -> Step:
        if not isinstance(raw, dict):
            self._fail((i, "", ""), "a step must be a table that begins with [[step]]")
        self._only(raw, OF_A_STEP, (i, "", ""), "a step")
        address = self._link(raw, "link", (i, "", "link"))
        text = self._told(self._text(raw, "text", (i, "", "text")), (i, "", "text"))
        if n_words(text) > MAX_TEXT:
            self._fail((i, "", "text"), f"text must have at most {MAX_TEXT} words, has {n_words(text)}; make two steps")
        controls = raw.get("controls", [])
        if not isinstance(controls, list) or any(not isinstance(each, str) or each not in KEYS for each in controls):
            self._fail((i, "", "controls"), f"controls must be a list of some of {', '.join(KEYS)}")
        kinds = [kind for kind in TASKS if kind in raw]
        if len(kinds) > 1:
            self._fail((i, kinds[1], ""), f"a step must have one task, has {' and '.join(kinds)}; make two steps")
        task = self._task(i, kinds[0], raw[kinds[0]], address) if kinds else None
        step = Step(address, text, tuple(controls), task)
        said = [text, *(getattr(task, name, "") for name in ("question", "explain"))]
        if (n := sum(map(n_words, said))) > MAX_STEP:
            self._fail((i, "", "text"), f"all texts of a step must have at most {MAX_STEP} words together, have {n}")
        self._check_places(i, step)
        return step

    def _task(self, i, kind, raw, address) -> Task:
        of = TASKS[kind]
        if not isinstance(raw, dict):
            self._fail((i, kind, ""), f"{kind} must be a table that begins with [step.{kind}]")
        known = {each.name: each for each in fields(of)}
        self._only(raw, known, (i, kind, ""), f"{kind}")
        values = {}
        for name, each in known.items():
            place = i, kind, name
            if name not in raw and each.default is not MISSING:
                continue
            if name == "run":
                values[name] = self._link(raw, name, place)
            elif name == "within":
                values[name] = self._number(raw[name], place)
            elif name == "options":
                values[name] = self._options(raw.get(name), address, place)
            else:
                values[name] = self._value(name, self._text(raw, name, place), place, values.get("what", ""))
        task = of(**values)
        if kind == "choose":
            self._check_choice(i, task)
        return task

    def _value(self, name, text, place, what):
        if name in QUANTITIES_IN and not self._checked(place, expressions.expression, text).name:
            self._fail(place, f"{name} must be a quantity of the run, such as loss, and no number, got {text!r}")
        if name in CONDITIONS_IN:
            self._checked(place, expressions.condition, text)
        if name in TOLD:
            return self._told(text, place)
        if name in ("where", "by") and not self._checked(place, partial(expressions.extreme, chosen=what), text):
            self._checked(place, partial(expressions.condition, chosen=what), text)
        choices = {"control": KEYS, "what": WANTED, "show": SHOWN}.get(name)
        if choices and text not in choices:
            self._fail(place, f"{name} must be one of {', '.join(choices)}, got {text!r}")
        return text

    def _told(self, text, place):
        self._checked(place, expressions.expressions_in, text)
        return text

    def _options(self, raw, address, place):
        if not isinstance(raw, list) or not 2 <= len(raw) <= MAX_OPTIONS or len({*map(str, raw)}) < len(raw):
            self._fail(place, f"options must be a list of 2 to {MAX_OPTIONS} different changes such as lr=1")
        for each in raw:
            self._checked(place, lambda change: option_config(address, str(change)), each)
        return tuple(map(str, raw))

    def _check_choice(self, i, task):
        if bool(task.show) == bool(task.by) or bool(task.show) != bool(task.of):
            self._fail((i, "choose", ""), 'choose must have either show and of, or by, such as "smallest train_loss"')
        if task.of and task.of not in task.options:
            self._fail((i, "choose", "of"), f"of must be one of the options, got {task.of!r}")
        if task.by and not expressions.extreme(task.by):
            self._fail((i, "choose", "by"), "by must begin with largest or smallest")

    def _check_places(self, i, step):
        """Each number is taken from a run that there is, and of a unit, weight or layer that its network has."""
        texts = {"text": (step.text, step.link)}
        for name in ("question", "claim", "explain", "value", "true_if", "where", "until", "by"):
            texts[name] = (getattr(step.task, name, ""), step.run)
        what, options = getattr(step.task, "what", ""), step.option_configs
        for name, (text, address) in texts.items():
            place = (i, "" if name == "text" else step.kind, name)
            found = address.found
            for each in _expressions(name, text, what):
                config = found.config
                if each.where == "b" or each.name == "agreement":
                    if found.view.b == link.NOTHING:
                        self._fail(place, "a number of B must go with a link that says how B differs, such as b.lr=1")
                    config = found.view.b.of(config)[0] if each.where == "b" else config
                elif each.where.isdigit():
                    if int(each.where) > len(options) or name == "text":
                        self._fail(place, f"{each.where}. must be the number of an option of this step's choose")
                    config = options[int(each.where) - 1]
                experiment = Experiment(config)
                if name in JUDGED_IN and (
                    why := lacking(each.quantity, experiment, compared=found.view.b != link.NOTHING)
                ):
                    self._fail(place, f"{each.name} must be a number of this experiment, but {why}")
                if not _has(experiment.resolved.sizes, each):
                    self._fail(place, f"{each.name} has an index that the network does not have; count from 1")

    def _link(self, raw, name, place) -> Address:
        """A link, with what is shared in place of its names."""

        def part(match):
            if match[1] not in self.shared:
                raise ValueError(f"${match[1]} must be a name of the table [shared]")
            return self.shared[match[1]]

        text = self._text(raw, name, place)
        return self._checked(place, lambda text: Address.of(re.sub(r"\$(\w+)", part, text)), text)

    def _number(self, raw, place):
        if type(raw) not in (int, float) or not 0 < raw < 1e9:
            self._fail(place, f"{place[2]} must be a number above 0")
        return float(raw)

    def _text(self, raw: dict[str, Any], name: str, place) -> str:
        text = raw.get(name)
        if not isinstance(text, str) or not text.strip():
            self._fail(place, f"{name} must be a text in quotes" if name in raw else f"{name} is missing; add it")
        if name not in LINKS and len(text) > MAX_CHARACTERS:
            self._fail(place, f"{name} must have at most {MAX_CHARACTERS} characters, has {len(text)}; shorten it")
        if found := DRAWS_ANYWHERE.search(text):
            self._fail(place, f"a formula of a lesson must not have {found[0]}; leave it out")
        return " ".join(text.split())

    def _only(self, raw, names, place, of):
        for name in raw:
            if name not in names:
                self._fail((*place[:2], name), f"unknown key {name!r} in {of}; choose from {', '.join(names)}")

    def _checked(self, place, check: Callable, text: str):
        try:
            return check(text)
        except ValueError as error:
            self._fail(place, str(error))

    def _fail(self, place, message):
        raise LessonError(_line_of(self.text, *place), message)


def _expressions(name: str, text: str, what: str) -> list[Expression]:
    """The quantities in one value of a step; those of a chosen unit or weight, which has no indices yet, are left out."""
    if not text:
        return []
    if name in ("value",):
        found = [expressions.expression(text)]
    elif name in ("true_if", "until", "where", "by") and not expressions.extreme(text, what):
        found = [side for each in expressions.condition(text, what) for side in (each.left, each.right)]
    elif name in ("where", "by"):
        found = [expressions.extreme(text, what)[1]]
    else:
        found = expressions.expressions_in(text)
    return [each for each in found if each.name and each.indices is not None]


def _has(sizes: tuple[int, ...], found: Expression) -> bool:
    """Whether a network of these sizes has the unit, weight or layer of a quantity."""
    shape, indices = found.quantity.shape, found.indices
    if not shape:
        return True
    if found.name == "x":
        return indices[0] <= sizes[0]
    l = indices[0]
    return (
        l < len(sizes)
        and (shape == LAYER or indices[1] <= sizes[l])
        and (shape != WEIGHT or indices[2] <= sizes[l - 1])
    )


def _n_sentences(text):
    return len(re.findall(r"[.!?](?= |$)", re.sub(r"\$[^$]*\$", "x", text)))


def _line_of(text: str, step: int | None, table: str, key: str) -> int:
    """The line of a key; where that is missing, of its table, of its step, or the first."""
    now, where, best = -1, "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        head = re.match(r"\s*\[\[?\s*([\w.]+)\s*\]", line)
        if head:
            now, where = (now + 1, "") if head[1] == "step" else (now, head[1].partition(".")[2])
        name = re.match(r"\s*([\w-]+)\s*=", line)
        if (step is None and now == -1) or now == step:
            at_head = head and step is not None
            if (at_head and head[1] == "step") or (at_head and table and where == table):
                best = number
            if name and key and name[1] == key and where == table:
                return number
    return best
