"""A challenge: what a run has to reach at the end of its training, and what is best among the runs that reach it.

In an address its rules are words joined by "~": ``test_loss_at_most_0.177~fewest_n_params``. A person may also type
"test loss at most 0.177, fewest weights". A rule compares one quantity with one number; nothing in it is ever executed.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from ffbp.experiment.config import Config
from ffbp.experiment.fields import DATA, FIELDS
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.resolve import seeds_of
from ffbp.words import of_a_challenge as words

SEPARATOR = "~"
MAX_CONDITIONS, MAX_TEXT = 4, 400
LEAST, MOST = "least", "most"
ENDS = {"least": LEAST, "fewest": LEAST, "lowest": LEAST, "smallest": LEAST}
ENDS |= {"most": MOST, "highest": MOST, "largest": MOST}
ALSO = {"weights": "n_params", "parameters": "n_params", "weights_and_biases": "n_params", "hidden_units": "n_hidden"}
ALSO |= {"epochs": "epoch", "training_loss": "train_loss", "training_accuracy": "train_accuracy", "steps": "n_steps"}
ALSO |= {"train_r2": "train_r_squared", "test_r2": "test_r_squared"}
ALSO |= {"training_r²": "train_r_squared", "test_r²": "test_r_squared"}
SIGNS = {"<=": "at_most", "≤": "at_most", ">=": "at_least", "≥": "at_least"}
FREE = ("columns", "derived", "standardize")  # choices of inputs, which leave samples and split as they are
_CONDITION = re.compile(r"(\w+?)_(at_most|at_least)_([-+]?\d+(?:[.,]\d+)?(?:e[-+]?\d+)?)_?%?")
_GOAL = re.compile(rf"({'|'.join(ENDS)})_(\w+)")
_DATA = re.compile(r"data_([0-9a-f]{8})")


class Condition(NamedTuple):
    """A quantity, a key of `ffbp.words.of_a_challenge.LABELS`, is "at_most" or "at_least" a number; accuracies in percent."""

    quantity: str
    sign: str
    number: float

    def __str__(self):
        return words.condition(*self)


class Goal(NamedTuple):
    """The run with the LEAST or the MOST of a quantity is best."""

    end: str
    quantity: str

    def __str__(self):
        return words.goal(*self)


@dataclass(frozen=True)
class Challenge:
    """conditions: all have to hold. goal: what ranks those for which they do. data: the mark of the only data that count."""

    conditions: tuple[Condition, ...] = ()
    goal: Goal | None = None
    data: str = ""

    @classmethod
    def read(cls, text: str) -> "Challenge":
        """The challenge that a text describes. Raises ConfigError, one sentence, for anything else."""
        conditions, goal, data = [], None, ""
        for rule in _rules(text):
            if found := _CONDITION.fullmatch(rule):
                name, sign, number = found.groups()
                conditions.append(Condition(_quantity(name), sign, _number(number)))
            elif (found := _DATA.fullmatch(rule)) and not data:
                data = found[1]
            elif (found := _GOAL.fullmatch(rule)) and goal is None:
                goal = Goal(ENDS[found[1]], _quantity(found[2]))
            else:
                raise ConfigError("challenge", "challenge", rule.replace("_", " "))
        conditions = tuple(dict.fromkeys(conditions))
        if len(conditions) > MAX_CONDITIONS:
            raise ConfigError("challenge", "n_conditions", len(conditions), most=MAX_CONDITIONS)
        if not conditions and goal is None:
            raise ConfigError("challenge", "challenge", text)
        return cls(conditions, goal, data)

    @property
    def text(self) -> str:
        """The rules as an address holds them; `read` reads them back."""
        rules = [f"{name}_{sign}_{number!r}".removesuffix(".0") for name, sign, number in self.conditions]
        if self.goal:
            rules.append("_".join(self.goal))
        return SEPARATOR.join([*rules, *([f"data_{self.data}"] if self.data else [])])

    def __str__(self):
        """The rules in words: "test loss at most 0.177; then the fewest weights and biases"."""
        return self.told()

    def told(self, numbers: Mapping[str, float] | None = None) -> str:
        """The rules in words, each with the number of a run, if its numbers are given: "test loss at most 0.2 (now 0.31)"."""

        def now(quantity):
            return "" if numbers is None else f" (now {words.number(quantity, numbers[quantity])})"

        asked = ", ".join(f"{each}{now(each.quantity)}" for each in self.conditions)
        if self.data:
            asked = f"{asked} {words.SAME_DATA}" if asked else words.SAME_DATA
        if not self.goal:
            return asked
        best = f"the {self.goal}{now(self.goal.quantity)}"
        return f"{asked}; then {best}" if asked else best


def _rules(text):
    """The rules of a text, each as words joined by "_"."""
    for sign, word in SIGNS.items():
        text = text.replace(sign, f" {word} ")
    rules = re.split(r"[~;\n]|,(?!\d)", text[: MAX_TEXT + 1])
    if len(text) > MAX_TEXT:
        raise ConfigError("challenge", "challenge", text)
    found = ["_".join(rule.lower().replace("_", " ").split()) for rule in rules]
    return [rule.removeprefix("then_").removeprefix("the_") for rule in found if rule]


def _quantity(name):
    name = ALSO.get(name, name)
    if name not in words.LABELS:
        raise ConfigError("quantity", "unknown", name, choices=", ".join(words.LABELS))
    return name


def _number(text):
    number = float(text.replace(",", "."))
    if not math.isfinite(number) or abs(number) > 1e9:
        raise ConfigError("challenge", "number", text)
    return number


def data_mark(config: Config) -> str:
    """Eight letters that are equal for equal samples and an equal split, whichever inputs are used of them."""
    values = config.to_dict()
    names = [name for name, each in FIELDS.items() if each.group == DATA and name not in FREE]
    chosen = {name: values[name] for name in names if values[name] != FIELDS[name].default}
    text = json.dumps([chosen, seeds_of(config).data], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:8]
