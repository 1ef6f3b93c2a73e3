"""Judging an answer: the right one is computed from the runs when the step is shown; known mistakes are recognised."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from ffbp.analysis import slips
from ffbp.experiment.config import Config
from ffbp.experiment.differences import differences
from ffbp.experiment.fields import KEYS
from ffbp.lessons import expressions
from ffbp.lessons.expressions import Case
from ffbp.lessons.lesson import Choose, Find, Predict, Reach, Step, Vote
from ffbp.lessons.quantities import PERCENT, WHOLE, number_text
from ffbp.training.run import Run

RIGHT, WRONG, GIVEN_UP = "r", "w", "s"  # the first letter of an answer in an address: right, wrong, shown or skipped
BETWEEN = "~"  # two answers
N_INDICES = {"sample": 1, "unit": 2, "weight": 3}
ASKED = {"sample": "training samples", "unit": "hidden units", "weight": "weights, no biases,"}
MIN_DIGITS = 2  # a value rounded to so many digits is right


@dataclass(frozen=True)
class Verdict:
    """right: whether an answer is right. slip: the key of the mistake that gives it. answer: the right one, as text.

    about: of a wrong answer, what helps in the next try: "the answer is larger".
    """

    right: bool
    answer: str
    slip: str | None = None
    about: str = ""


def case_of(step: Step, train: Callable[[Config], Run]) -> Case:
    """What a step's task is about."""
    config, view, _ = step.run.found
    return Case(config, view, train, step.option_configs)


def shown_case(step: Step, train: Callable[[Config], Run]) -> Case:
    """What a step shows with its text."""
    config, view, _ = step.link.found
    return Case(config, view, train)


def judge(step: Step, case: Case, given: str) -> Verdict | None:
    """The verdict on an answer as an address keeps it; None if it is no answer at all.

    A number as it was typed; the number of an option from 1; "t" or "f"; a sample's row; the indices of a unit or a weight,
    joined by "-". What has been reached cannot be judged again: that is "y".
    """
    if not is_answer(step, given):
        return None
    match step.task:
        case Predict() as task:
            return predicted(task, case, given)
        case Choose():
            wanted = wanted_option(step, case)
            return Verdict(int(given) == wanted, str(wanted))
        case Vote() as task:
            truth = case.holds(task.true_if)
            return Verdict((given == "t") == truth, "true" if truth else "false")
        case Find() as task:
            return _found(task, case, _numbers(given))
    return Verdict(True, "")


def is_answer(step: Step, given: str) -> bool:
    """Whether a text can be an answer to a step at all, right or wrong; an address may hold anything."""
    match step.task:
        case Predict():
            return slips.as_fraction(given) is not None
        case Choose() as task:
            return given.isascii() and given.isdigit() and 1 <= int(given) <= len(task.options)
        case Vote():
            return given in ("t", "f")
        case Find() as task:
            return len(_numbers(given) or ()) == N_INDICES[task.what]
        case Reach():
            return given == "y"
    return False


def predicted(task: Predict, case: Case, text: str) -> Verdict | None:
    """The verdict on a typed number; None if it is none."""
    typed = slips.as_fraction(text)
    if typed is None:
        return None
    found = expressions.expression(task.value)
    value, quantity = case.value(found), found.quantity
    if not np.isfinite(value):
        return Verdict(False, number_text(value, quantity.kind))
    answer = number_text(value, quantity.kind)
    if task.within is not None and abs(typed - value) <= task.within:
        return Verdict(True, answer)
    known = quantity.slips(case.place(found.where), *found.indices)
    known = {key: found.factor * slip for key, slip in known.items()}
    known |= {"share": value / 100} if quantity.kind == PERCENT else {}
    about = f"the answer is {'larger' if value > typed else 'smaller'}"
    if quantity.kind == WHOLE:
        return Verdict(typed == value, answer, about=about)
    if _is_rounded(text, value):
        return Verdict(True, answer)
    right, slip = slips.judge(typed, value, known)
    if slip is None and not right:
        near = [key for key, each in known.items() if _is_rounded(text, each)]
        slip = near[0] if len(near) == 1 else None
    return Verdict(right, answer, slip, about)


def _is_rounded(text: str, value: float) -> bool:
    """Whether a typed number is the value rounded to at least two digits."""
    text = text.strip().replace("−", "-").replace(",", ".")
    digits = text.lstrip("+-").replace(".", "").lstrip("0")
    if not digits.isdigit() or len(digits) < MIN_DIGITS or "." not in text or not np.isfinite(value):
        return False
    return abs(float(text) - value) <= 0.5001 * 10.0 ** -len(text.partition(".")[2])


def wanted_option(step: Step, case: Case) -> int:
    """The number of the wanted option of a choice, from 1, in the order in which they are shown."""
    task, order = step.task, shown_order(step)
    if task.show:
        return order.index(task.options.index(task.of)) + 1
    most, found = expressions.extreme(task.by)
    values = [abs(case.value(found._replace(where=str(i + 1)))) for i in range(len(task.options))]
    return order.index(values.index(most(values))) + 1


def shown_order(step: Step) -> list[int]:
    """The options in the order in which they are shown: pictures in one that the question decides, words as in the file."""
    task, indices = step.task, list(range(len(step.task.options)))
    if not task.show:
        return indices
    rng = np.random.RandomState(crc32((task.question + task.of).encode()))
    return [int(i) for i in rng.permutation(indices)]


@dataclass(frozen=True)
class Reached:
    """How far somebody is: whether the condition holds, which other fields differ, and the numbers that count, by name."""

    holds: bool
    others: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]

    @property
    def done(self) -> bool:
        return self.holds and not self.others


def reached(step: Step, now: Config, train: Callable[[Config], Run]) -> Reached:
    """Whether the experiment on screen, changed in one field only, fulfils a step's condition."""
    task, case = step.task, shown_case(step, train)
    changed = [each.field for each in differences(case.config, now)]
    others = tuple(name for name in changed if name != KEYS[task.control])
    here = replace(case, config=now, view=case.view.at(None))
    numbers = [each.left for each in expressions.condition(task.until)]
    told = tuple((each.quantity.says, here.text(each)) for each in numbers if each.name)
    return Reached(here.holds(task.until), others, told)


def _found(task: Find, case: Case, chosen: tuple[int, ...]) -> Verdict:
    right = best(task, case)
    valid = chosen in candidates(task, case)
    if task.what == "sample" and not expressions.extreme(task.where):  # one that is in the test set is as good
        valid = chosen[0] in [int(row) for part in case.shown.run.dataset.parts for row in part.rows]
    answer = name_of(task, right) if right else ""
    if not valid:
        return Verdict(False, answer, about=f"only {ASKED[task.what]} count")
    return Verdict(fits(task, case, chosen, right), answer, about=_about(task, case, chosen))


def _about(task, case, chosen):
    """What is asked about a candidate, as an equation."""
    found = expressions.extreme(task.where, task.what)
    quantity = found[1] if found else expressions.condition(task.where, task.what)[0].left
    if not quantity.name:
        return ""
    return f"{quantity.quantity.says} = {_at(task, case, chosen).text(quantity.of(chosen))}"


def fits(task: Find, case: Case, chosen: tuple[int, ...], known: tuple[int, ...] | None = None) -> bool:
    """Whether a candidate is one of those that are wanted. known: one that is, if that was found before."""
    found = expressions.extreme(task.where, task.what)
    if not found:
        return _at(task, case, chosen).holds(task.where, task.what, chosen)
    most = abs(_value(task, case, known or best(task, case)))
    here = abs(_value(task, case, chosen))
    return here >= most - 1e-12 if found[0] is max else here <= most + 1e-12


def best(task: Find, case: Case) -> tuple[int, ...] | None:
    """A candidate that is wanted: the one with the most, or the first for which the condition holds."""
    found = expressions.extreme(task.where, task.what)
    if found:
        return found[0](candidates(task, case), key=lambda each: abs(_value(task, case, each)))
    return next((each for each in candidates(task, case) if fits(task, case, each)), None)


def candidates(task: Find, case: Case) -> list[tuple[int, ...]]:
    """The training samples' rows, the hidden units, or the weights."""
    run = case.shown.run
    if task.what == "sample":
        return [(int(row),) for row in run.dataset.rows_train]
    sizes = run.resolved.sizes
    if task.what == "unit":
        return [(l, u) for l in range(1, len(sizes) - 1) for u in range(1, sizes[l] + 1)]
    layers = range(1, len(sizes))
    return [(l, u, s) for l in layers for u in range(1, sizes[l] + 1) for s in range(1, sizes[l - 1] + 1)]


def name_of(task: Find, chosen: Iterable[int]) -> str:
    """A candidate in words."""
    chosen = tuple(chosen)
    if task.what == "sample":
        return f"sample {chosen[0]}"
    if task.what == "unit":
        return f"unit {chosen[1]} of layer {chosen[0]}"
    return f"W[{chosen[0]}][{chosen[1]},{chosen[2]}]"


def _at(task, case, chosen):
    return case.on_row(chosen[0]) if task.what == "sample" else case


def _value(task, case, chosen):
    _, found = expressions.extreme(task.where, task.what)
    return _at(task, case, chosen).value(found.of(chosen))


def _numbers(text: str) -> tuple[int, ...] | None:
    parts = text.split("-")
    return (
        tuple(map(int, parts)) if all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts) else None
    )
