"""What differs between two configurations, as records and in words."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.kinds import OfRegistry, Points
from ffbp.words.notice import Notice
from ffbp.words.text import inside

AUTOMATIC = "automatic"
OWN_SEEDS = ("data_seed", "weight_seed")  # None: the seed of the run


class Difference(NamedTuple):
    """A field, by its name, with the values of both configurations."""

    field: str
    a: Any
    b: Any

    def __str__(self) -> str:
        title, a, b = FIELDS[self.field].title, value_text(self.field, self.a), value_text(self.field, self.b)
        if a == b and isinstance(self.b, tuple):  # two lists of as many values
            n = sum(one != other for one, other in zip(self.a, self.b, strict=True))
            return f"{title}: {n} of {len(self.b)} changed"
        return f"{title} {a} → {b}"


def differences(a: Config, b: Config) -> list[Difference]:
    """The fields in which two configurations differ, in the order of the table of fields."""
    pairs = ((name, getattr(a, name), getattr(b, name)) for name in FIELDS)
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def effective(found: Sequence[Difference], *experiments: Experiment) -> list[Difference]:
    """Those of the differences that mean something in at least one experiment: momentum means nothing to Adam."""
    return [each for each in found if any(FIELDS[each.field].applies(experiment) for experiment in experiments)]


def differences_notice(found: Sequence[Difference]) -> Notice:
    """The sentence about these differences: with one, what it is; with several, that they cannot be told apart."""
    fields = [
        {
            "noun": noun_of(each.field),
            "a": _in_a_sentence(each.field, each.a),
            "b": _in_a_sentence(each.field, each.b),
        }
        for each in found
    ]
    return Notice("differences", "warning" if len(fields) > 1 else "info", {"fields": fields})


def noun_of(name: str) -> str:
    """What a field is called in a sentence."""
    return FIELDS[name].noun or inside(FIELDS[name].label)


def _in_a_sentence(name, value) -> str:
    if value is None and name in OWN_SEEDS:
        return "that of the run"
    return inside(value_text(name, value))


def value_text(name: str, value) -> str:
    """A field's value as the controls show it: ``ReLU``, ``0.1``, ``8, 8``, ``full``."""
    each = FIELDS[name]
    if isinstance(each.kind, Points):
        return f"{len(value)} points" if value is not None else "generated"
    if value is None:
        return getattr(each.control, "none", "") or AUTOMATIC
    if isinstance(value, tuple):
        if len(value) > 8:
            return f"{len(value)} values"
        return ", ".join(_one(each.kind, item) for item in value) or getattr(each.kind, "empty", "none")
    return _one(each.kind, value)


def _one(kind, value):
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(kind, OfRegistry):
        entry = kind.registry[value]
        return getattr(entry, "label", None) or (entry if isinstance(entry, str) else entry[0])
    return f"{value:g}" if isinstance(value, int | float) else str(value)
