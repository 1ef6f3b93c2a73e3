"""The numbers that a class link asks for: quantities of lessons, written with dots for brackets so that links stay short.

``z.1.2`` is ``z[1][2]``, and ``start.W.1.2.3`` is ``start.W[1][2,3]``. They are judged on the experiment on screen.
"""

import math
import re

from ffbp.lessons.expressions import Case, Expression, expression
from ffbp.lessons.judge import Verdict, predicted
from ffbp.lessons.lesson import Predict
from ffbp.lessons.quantities import NUMBER, PERCENT, QUANTITIES

_DOTTED = re.compile(r"((?:(?:start|end|a)\.)?)([A-Za-z_]+)((?:\.\d+)*)")
# They change with the chosen sample; the others of these two only with the epoch.
OF_A_SAMPLE = ("x", "target", "z", "a", "slope", "loss", "delta", "dW", "db", "new_W", "wrong", "sure")
OF_A_FRAME = (
    *("W", "b", "mean_dW", "train_loss", "test_loss", "train_accuracy", "test_accuracy", "grad_norm", "shrink", "dead"),
    *("epoch", "off", "check_ratio"),
)


def question(asked: str) -> Expression:
    """The quantity that is asked for. Raises ValueError with a remedy for anything else."""
    found = _DOTTED.fullmatch(asked)
    if found is None:
        return expression(asked)
    where, name, dotted = found.groups()
    indices = [each for each in dotted.split(".") if each]
    shape = QUANTITIES[name].shape if name in QUANTITIES else ()
    if sum(shape) != len(indices):
        shape = (1,) * len(indices)  # `expression` says what is wrong
    groups = ["[" + ",".join(indices[sum(shape[:i]) : sum(shape[: i + 1])]) + "]" for i in range(len(shape))]
    return expression(where + name + "".join(groups))


def dotted(text: str) -> str:
    """An expression in the letters of a class link. Raises ValueError with a remedy for what cannot be asked for."""
    found = question(text.strip())
    if not found.name or found.factor != 1 or found.where not in ("a", "start", "end"):
        raise ValueError(f"{text.strip()!r} must be one quantity of one run, such as z[1][2] or end_loss")
    where = "" if found.where == "a" else f"{found.where}."
    return where + ".".join([found.name, *map(str, found.indices)])


def name_of(found: Expression) -> str:
    """A quantity's name with its indices, as formulas in plain text write it; "" for one without indices."""
    shape, indices = found.quantity.shape, found.indices
    groups = [",".join(map(str, indices[sum(shape[:i]) : sum(shape[: i + 1])])) for i in range(len(shape))]
    return found.name + "".join(f"[{each}]" for each in groups) if groups else ""


def in_words(found: Expression) -> str:
    """What is asked, as plain text."""
    where = {"start": " at the start", "end": " at the end"}.get(found.where, "")
    return f"{found.quantity.says} {name_of(found)}".strip() + where


def is_too_deep(found: Expression, n_layers: int) -> bool:
    """Whether a number is of a layer that a network with so many does not have."""
    return len(found.quantity.shape) > 1 and found.indices[0] > n_layers


def judged(found: Expression, asked: str, case: Case, given: str) -> Verdict | None:
    """The verdict on a typed number; None if it is none."""
    return predicted(Predict(asked, text_of(found), ""), case, given)


def text_of(found: Expression) -> str:
    """The expression as lessons write it."""
    where = "" if found.where == "a" else f"{found.where}."
    return where + (name_of(found) or found.name)


def told_by(found: Expression, case: Case) -> list[float]:
    """The numbers of which any would tell the answer; none where it is a whole number, of which pages have many."""
    value = case.value(found)
    if found.quantity.kind not in (NUMBER, PERCENT) or not math.isfinite(value):
        return []
    return [value, value / 100] if found.quantity.kind == PERCENT else [value]
