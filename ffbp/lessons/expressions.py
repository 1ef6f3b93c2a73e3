"""The small language of lessons: a number of a run, and a condition on such numbers. Nothing in it is ever executed.

An expression is a number or a quantity, with a factor if needed: ``0.5 * start.train_loss``. Before the quantity may stand
where it is taken from: ``a.`` (the default: what the link shows), ``start.`` and ``end.`` (its first and last frame), ``b.``
(the other run of a comparison), ``1.``, ``2.`` (an option of a choice). A condition compares two expressions; several are
joined by "and".
"""

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import NamedTuple

from ffbp.experiment import link
from ffbp.experiment.config import Config
from ffbp.experiment.link import View
from ffbp.lessons.quantities import QUANTITIES, UNIT, WEIGHT, Place, Quantity, number_text
from ffbp.training.run import Run

COMPARED = {"<=": operator.le, ">=": operator.ge, "==": operator.eq, "<": operator.lt, ">": operator.gt}
MOST = {"largest": max, "smallest": min}
FORMERLY = {"chance": "guessing"}  # names of quantities in older links and lessons
SHAPES = {"unit": UNIT, "weight": WEIGHT, "sample": (0,)}  # (0,): nothing of a sample may leave out indices
_TERM = re.compile(
    r"(?:(?P<factor>\d+(?:\.\d+)?(?:e-?\d+)?)\s*\*\s*)?(?:(?P<where>a|b|start|end|[1-9])\.)?"
    r"(?P<name>[A-Za-z_]+)(?P<indices>(?:\[\d+(?:,\d+)*\])*)"
)
_COMPARISON = re.compile(r"\s*(.+?)\s*(<=|>=|==|<|>)\s*(.+?)\s*")
PLACES = re.compile(r"\{\{([^{}]*)\}\}")  # an expression in a text


class Expression(NamedTuple):
    """``factor`` times the quantity ``name`` at a place, or the factor alone if there is no name."""

    factor: float
    where: str
    name: str
    indices: tuple[int, ...] | None  # None: those of the chosen unit or weight

    @property
    def quantity(self) -> Quantity:
        return QUANTITIES[self.name]

    def of(self, indices: tuple[int, ...]) -> "Expression":
        """The same quantity of a chosen unit or weight."""
        return self if self.indices is not None else self._replace(indices=indices)


class Comparison(NamedTuple):
    left: Expression
    sign: str
    right: Expression


@cache
def expression(text: str, chosen: str = "") -> Expression:
    """Read an expression. Raises ValueError with a remedy for anything else.

    chosen: "unit" or "weight" if a quantity of one may leave out its indices, because a person chooses them.
    """
    text = text.strip()
    if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text):
        return Expression(float(text), "", "", ())
    found = _TERM.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no quantity; write one as z[1][2], end.train_loss or 0.5 * b.test_loss")
    name = FORMERLY.get(found["name"], found["name"])
    if name not in QUANTITIES:
        raise ValueError(f"unknown quantity {name!r}; choose from {', '.join(QUANTITIES)}")
    groups = [tuple(map(int, group.split(","))) for group in re.findall(r"\[([\d,]+)\]", found["indices"])]
    if not groups and chosen and QUANTITIES[name].shape == SHAPES[chosen]:
        return Expression(float(found["factor"] or 1), found["where"] or "a", name, None)
    if tuple(map(len, groups)) != QUANTITIES[name].shape:
        wanted = "".join(f"[{','.join('1' * n)}]" for n in QUANTITIES[name].shape)
        raise ValueError(f"{text!r} must have its indices as in {name}{wanted}")
    indices = tuple(index for group in groups for index in group)
    if 0 in indices:
        raise ValueError(f"the indices of {text!r} must count from 1")
    return Expression(float(found["factor"] or 1), found["where"] or "a", name, indices)


@cache
def condition(text: str, chosen: str = "") -> tuple[Comparison, ...]:
    """Read a condition; ``chosen`` as in `expression`. Raises ValueError with a remedy for anything else."""
    found = []
    for part in text.split(" and "):
        parts = _COMPARISON.fullmatch(part)
        if not parts:
            raise ValueError(f"{part.strip()!r} must compare two quantities, as train_accuracy >= 95")
        found.append(Comparison(expression(parts[1], chosen), parts[2], expression(parts[3], chosen)))
    return tuple(found)


@cache
def extreme(text: str, chosen: str = "") -> tuple[Callable, Expression] | None:
    """Read "largest loss" or "smallest end.test_loss", which compare sizes without signs; None if it does not begin so.

    Raises ValueError.
    """
    word, _, rest = text.strip().partition(" ")
    return (MOST[word], expression(rest, chosen)) if word in MOST else None


def expressions_in(text: str) -> list[Expression]:
    """The expressions in a text's double braces. Raises ValueError."""
    return [expression(each) for each in PLACES.findall(text)]


@dataclass(frozen=True)
class Case:
    """What a step's numbers are taken from: the experiment and the view of a link, and runs by their configuration.

    train: returns the run of a configuration, from wherever runs are kept. options: other configurations to choose from.
    """

    config: Config
    view: View
    train: Callable[[Config], Run]
    options: Sequence[Config] = ()

    @classmethod
    def of(cls, params: dict[str, str], train: Callable[[Config], Run], options: Sequence[Config] = ()) -> "Case":
        """The case of a link's parameters."""
        found = link.read(params)
        return cls(found.config, found.view, train, options)

    @cached_property
    def shown(self) -> Place:
        """What the link shows."""
        run, other = self.train(self.config), None
        if self.view.b != link.NOTHING:
            other = self._place(self.view.b.of(self.config)[0])
        return Place(run, self.view.frame_of(run.n_frames), self.view, other)

    def on_row(self, row: int) -> "Case":
        """The same with another sample."""
        case = replace(self, view=self.view.with_row(row))
        vars(case)["shown"] = self.shown.on_row(row)
        return case

    def place(self, where: str) -> Place:
        """The place that an expression's prefix means."""
        if where == "b":
            return self.shown.other
        if where.isdigit():
            return self._place(self.options[int(where) - 1])
        return {"a": self.shown, "start": self.shown.at(0), "end": self.shown.at(-1)}[where]

    def value(self, found: Expression) -> float:
        """The number; NaN where this network or these data have none, as no accuracy where the target is a number."""
        if not found.name:
            return found.factor
        try:
            return found.factor * found.quantity.of(self.place(found.where), *found.indices)
        except (IndexError, ValueError):
            return math.nan

    def text(self, found: Expression) -> str:
        """The number as pages write it."""
        return number_text(self.value(found), found.quantity.kind if found.name else "number")

    def holds(self, text: str, chosen: str = "", indices: tuple[int, ...] = ()) -> bool:
        """Whether a condition is true, of a chosen unit or weight if it is about one."""
        return all(
            COMPARED[each.sign](self.value(each.left.of(indices)), self.value(each.right.of(indices)))
            for each in condition(text, chosen)
        )

    def told(self, text: str) -> str:
        """A text with the numbers in place of its double braces."""
        return PLACES.sub(lambda match: self.text(expression(match[1])), text)

    def _place(self, config):
        run = self.train(config)
        return Place(run, self.view.frame_of(run.n_frames), self.view)
