"""A class link: what a teacher has opened, fixed, hidden and asked. It stands in the address beside the experiment and the view.

``pages=playground-compare`` opens pages. ``free=lr-epochs`` names the controls that may be changed: the others are hidden, or
with ``fixed=all`` shown but fixed; without ``free``, all but those in ``fixed`` and ``hide`` may be changed. ``cover=boundary``
hides panels, and ``ask=z.1.2~end_loss`` asks for numbers, both until the answers are typed; ``say`` is a text of the teacher's
own. ``comma=1`` writes numbers with a comma. ``given`` holds what was answered.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ffbp.experiment.fields import FIELDS, KEYS
from ffbp.words.problems import Problem

PLAYGROUND = "playground"  # its name in a class link; its own address has none
SCORES = "scores"
LISTS = {  # parameters that join names by "-", with the names that they may hold
    "pages": (
        *(PLAYGROUND, "forward_pass", "backpropagation", "compare", "laboratory", "digits", "data", "code_export"),
        *("lessons", "teachers"),
    ),
    "cover": (
        "network",
        "boundary",
        "loss",
        "gradients",
        SCORES,
    ),  # the player's panels, and losses and scores as numbers
    "free": tuple(KEYS),
    "fixed": tuple(KEYS),
    "hide": tuple(KEYS),
}
COVERABLE = LISTS["cover"]
ALL, NONE = "all", "none"  # fixed=all: all others; free=none: nothing may be changed
FREE, FIXED, HIDDEN = "free", "fixed", "hidden"  # what a control is
MAX_CHOICES = 20  # that a message lists
MAX_ASKED, MAX_SAID, MAX_GIVEN = 6, 300, 24
BETWEEN = "~"  # questions, and answers
RIGHT, WRONG, SHOWN, TYPED = "r", "w", "s", "t"  # an answer begins with one of them; TYPED: one that nothing judges
_ASKED = re.compile(r"(?:(?:start|end)\.)?[A-Za-z_]{1,30}(?:\.\d{1,3}){0,3}")
_GIVEN = re.compile(rf"(?:[rwst][-+0-9.,/e]{{0,{MAX_GIVEN}}})?")
PARAMETERS = (*LISTS, "ask", "given", "say", "comma")


@dataclass(frozen=True)
class ClassLink:
    """Everything is off by default. pages: the open ones; none named: all. free, fixed, hide: keys of controls.

    free: None if the others may be changed, too. rest_fixed: whether controls that are not named are fixed, not hidden.
    cover: parts of the player that are hidden until everything is answered. ask: the numbers that are asked for, as quantities
    of lessons with dots for brackets. given: the answers to them, each after a letter that says how it was judged. say: text.
    comma: whether numbers have a decimal comma.
    """

    pages: tuple[str, ...] = ()
    free: tuple[str, ...] | None = None
    fixed: tuple[str, ...] = ()
    rest_fixed: bool = False
    hide: tuple[str, ...] = ()
    cover: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    say: str = ""
    comma: bool = False

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> tuple["ClassLink", list[Problem]]:
        """The class link of an address, and one problem for each parameter with something unknown or bad. Never raises."""
        found, problems = {}, []
        for key, known in LISTS.items():
            if key in params:
                found[key], unknown = _names(str(params[key]), known)
                if key == "fixed" and ALL in unknown:
                    found["rest_fixed"] = True
                    unknown.remove(ALL)
                if key == "free" and unknown == [NONE]:
                    unknown = []
                elif key == "free" and not found[key]:
                    del found[key]  # half a link must not lock everything
                if unknown:
                    # The names of all controls would fill the page.
                    rule, numbers = (
                        ("controls", {}) if len(known) > MAX_CHOICES else ("unknown", {"choices": ", ".join(known)})
                    )
                    problems.append(Problem(key, rule, "-".join(unknown), numbers, outcome="left out"))
        twice = [key for key in found.get("free") or () if key in (*found.get("fixed", ()), *found.get("hide", ()))]
        twice += [key for key in found.get("fixed", ()) if key in found.get("hide", ())]
        if twice:
            problems.append(Problem("a control", "one_of_three", "-".join(twice), outcome="stricter"))
        problems += _texts(params, found)
        return cls(**found), problems

    def to_params(self) -> dict[str, str]:
        """The parameters of what is on."""
        lists = {key: "-".join(getattr(self, key) or ()) for key in LISTS}
        if self.rest_fixed:
            lists["fixed"] = "-".join([ALL, *self.fixed])
        if self.free == ():
            lists["free"] = NONE
        answers = BETWEEN.join(self.given).rstrip(BETWEEN)
        others = {"ask": BETWEEN.join(self.ask), "given": answers, "say": self.say, "comma": "1" if self.comma else ""}
        return {key: text for key, text in (lists | others).items() if text}

    @property
    def exists(self) -> bool:
        """Whether anything is on."""
        return self != ClassLink()

    def is_open(self, page: str) -> bool:
        """Whether a page, by its name in addresses, is open."""
        return not self.pages or (page or PLAYGROUND) in self.pages

    def opening(self, page: str) -> "ClassLink":
        """With the page on which the link opens among the open ones."""
        return replace(
            self, pages=tuple(name for name in LISTS["pages"] if name in (*self.pages, page)) if self.pages else ()
        )

    def state(self, name: str) -> str:
        """What the control of a field is: FREE, FIXED or HIDDEN. The strictest counts if the link names it twice."""
        key = FIELDS[name].key
        if key in self.hide:
            return HIDDEN
        if key in self.fixed:
            return FIXED
        if (self.free is None and not self.rest_fixed) or key in (self.free or ()):
            return FREE
        return FIXED if self.rest_fixed else HIDDEN

    def locked(self, *names: str) -> list[str]:
        """Those of the fields that may not be changed."""
        return [name for name in names if self.state(name) != FREE]

    @property
    def locks(self) -> bool:
        """Whether any control may not be changed."""
        return bool(self.locked(*FIELDS))

    @property
    def asks_in_words(self) -> bool:
        """Whether an answer to the text itself uncovers what is hidden, because no number is asked for."""
        return bool(self.say and self.cover and not self.ask)

    @property
    def n_answers(self) -> int:
        """How many answers are wanted."""
        return len(self.ask) or int(self.asks_in_words)

    def answer(self, i: int) -> str:
        """The answer to a question, with its mark before it; "" for none."""
        return self.given[i] if i < len(self.given) else ""

    def is_settled(self, i: int) -> bool:
        """Whether a question needs no further try."""
        return self.answer(i)[:1] in (RIGHT, SHOWN, TYPED) and bool(self.answer(i))

    @property
    def waits(self) -> bool:
        """Whether an answer is still wanted."""
        return not all(self.is_settled(i) for i in range(self.n_answers))

    @property
    def covered(self) -> tuple[str, ...]:
        """What is hidden now; always, if there is nothing to answer."""
        return self.cover if self.waits or not self.n_answers else ()

    @property
    def tells_nothing(self) -> bool:
        """Whether no text may tell of the run: while an answer is wanted, and while anything is hidden."""
        return self.waits or bool(self.covered)

    def answered(self, i: int, mark: str, text: str = "") -> "ClassLink":
        """With another answer to a question."""
        text = re.sub(r"[^-+0-9.,/e]", "", text.replace("−", "-"))[:MAX_GIVEN]
        given = [self.answer(j) for j in range(self.n_answers)]
        given[i] = mark + text
        return replace(self, given=tuple(given))


def _names(text, known) -> tuple[tuple[str, ...], list[str]]:
    """The known names of a list, in the order of the table, and the others."""
    names = text.split("-")
    return tuple(name for name in known if name in names), [name for name in dict.fromkeys(names) if name not in known]


def _texts(params, found) -> list[Problem]:
    """Read the parameters that are no lists of names into ``found``; a problem for each that is bad."""
    problems = []
    if "ask" in params:
        asked = list(dict.fromkeys(str(params["ask"]).split(BETWEEN)))
        found["ask"] = tuple(each for each in asked if _ASKED.fullmatch(each))[:MAX_ASKED]
        if len(found["ask"]) < len(asked):
            problems.append(Problem("ask", "asked", str(params["ask"]), {"most": MAX_ASKED}, outcome="left out"))
    if "given" in params:
        given = str(params["given"]).split(BETWEEN)[:MAX_ASKED]
        if all(_GIVEN.fullmatch(each) for each in given):
            found["given"] = tuple(given) if any(given) else ()
        else:
            problems.append(Problem("given", "given", str(params["given"]), outcome="left out"))
    if "say" in params:
        said = str(params["say"]).strip()
        if said.isprintable() and 0 < len(said) <= MAX_SAID:
            found["say"] = said
        else:
            problems.append(Problem("say", "text", said, {"most": MAX_SAID}, outcome="left out"))
    if "comma" in params:
        if params["comma"] in ("0", "1"):
            found["comma"] = params["comma"] == "1"
        else:
            problems.append(Problem("comma", "bounds", str(params["comma"]), {"low": 0, "high": 1}, outcome="default"))
    return problems


NO_TASK = ClassLink()  # nothing is fixed, hidden or asked
