"""A practice item: one number of one pass to work out, with hints, the solution in steps, and what mistakes give instead.

Formulas are plain text in the notation of the code, ``W[1][2,1]`` for the weight to unit 2 of layer 1 from unit 1 of the layer
below; `ffbp.figures.notation` writes them for a page, or for paper.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from ffbp.words.numbers import fixed

RELATIVE = 0.005  # a value is right to 0.5 %, or to its last decimal
LAST = 0.6  # of a unit in the last decimal: rounding, and a little for givens that are rounded
SHORT = 4  # decimals of a number that is given as it is


@dataclass(frozen=True)
class Item:
    """A question with one number as its answer.

    name: of the number, a formula. asks: the question, a sentence. given: the numbers to use, formulas. value: the answer,
    computed by the core. slips: what known mistakes give, by their keys in `ffbp.words.of_a_slip`. hints: sentences, the last
    one with the formula. steps: the solution, formulas that begin with "=" or with a name. decimals: how many to round to.
    origin: of a weight after a step, the weight before, so that a step is judged and not a weight that hardly moved.
    """

    name: str
    asks: str
    given: tuple[str, ...]
    value: float
    slips: Mapping[str, float]
    hints: tuple[str, ...]
    steps: tuple[str, ...]
    origin: float | None = None

    @property
    def decimals(self) -> int:
        """Enough for three significant digits of the answer (of the step, for a weight), at least 3, and 4 of a weight."""
        size = abs(self.value if self.origin is None else self.value - self.origin)
        enough = 2 - math.floor(math.log10(size)) if size > 0 else 3
        return max(enough, 3 if self.origin is None else 4)

    @property
    def answer(self) -> str:
        """The answer as it is shown, rounded."""
        return short(self.value, self.decimals)

    def tolerance(self, value: float | None = None) -> float:
        """How far from a value (by default the answer) a typed number may be: 0.5 %, or the last decimal's rounding."""
        value = self.value if value is None else value
        size = abs(value) if self.origin is None else max(abs(value - self.origin), abs(self.value - self.origin))
        return max(RELATIVE * size, LAST * 10.0**-self.decimals)

    def judge(self, typed: float) -> tuple[bool, str | None]:
        """Whether a typed number is right, and if not, the key of the mistake that gives it, or None."""
        if abs(typed - self.value) <= self.tolerance():
            return True, None
        found = [key for key, slip in self.slips.items() if abs(typed - slip) <= self.tolerance(slip)]
        return False, found[0] if found else None

    @property
    def is_clear(self) -> bool:
        """Whether no number could be both right and a mistake, or two mistakes: all are farther apart than their tolerances."""
        values = [self.value, *self.slips.values()]
        return all(abs(a - b) > self.tolerance(a) + self.tolerance(b) for a, b in combinations(values, 2))


def short(value: float, decimals: int = SHORT) -> str:
    """A number with at most so many decimals, without zeros at the end: 0.5, -1.25, 0."""
    text = fixed(value, decimals)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def factor(value: float, decimals: int = SHORT) -> str:
    """A number as a factor; a negative one in parentheses."""
    text = short(value, decimals)
    return f"({text})" if text.startswith("-") else text
