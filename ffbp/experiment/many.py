"""Many runs of one experiment, as an address holds them: how many seeds, what they decide, the goal, a field's values.

Each parameter begins with ``m.``. Whatever an address holds, reading never fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import Any

from ffbp.experiment.config import Config
from ffbp.experiment.fields import FIELDS, KEYS, Elsewhere, Ladder, Slider
from ffbp.experiment.kinds import Choice, ChoicePerLayer, Flag, OfRegistry, Real, Whole
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.ranges import check_range, fits, is_numeric, usual_range
from ffbp.words.problems import Problem

PREFIX, SEPARATOR = "m.", "~"
MAX_SEEDS, MAX_VALUES = 200, 48
VARY = {"both": "data and initial weights", "weights": "initial weights", "data": "data and split"}  # what seeds decide
GOALS = ("accuracy", "loss")
RATES = {"same": "The same for all", "best": "Each its own best"}  # learning rates of a race
MAX_SIDE = 48  # values a side of a picture


@dataclass(frozen=True)
class Many:
    """seeds: how many, from 0 on. vary: what they decide, a key of VARY. goal: what counts as a success, an accuracy of at
    least or a loss of at most so much, as ("accuracy", 0.95); None: the usual one.

    field: the one that takes each of ``values``; None: the usual ones. optimizers: those that race; None: all. rates: a key
    of RATES. beside: whether the success of every value is shown side by side.

    up: a second field, for a picture of both, whose ``box`` is (low, high) of the first and of the second; None: the usual
    ranges. side: the most values of each there. epochs, samples: lower ones for the picture; None: the experiment's own.
    """

    seeds: int = 20
    vary: str = "both"
    goal: tuple[str, float] | None = None
    field: str = "learning_rate"
    values: tuple[Any, ...] | None = None
    optimizers: tuple[str, ...] | None = None
    rates: str = "same"
    beside: bool = False
    up: str | None = None
    box: tuple[float, float, float, float] | None = None
    side: int = 32
    epochs: int | None = None
    samples: int | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> tuple["Many", list[Problem]]:
        """What an address says, and a problem for each parameter that is unknown or bad."""
        many, problems = cls(), []
        own = {str(key).removeprefix(PREFIX): str(text) for key, text in params.items() if is_of_many(key)}
        for key in READ:  # the field before its values
            if key not in own:
                continue
            try:
                many = replace(many, **{key: READ[key](own[key], many)})
            except ConfigError as error:
                problems.append(replace(error.problem, field=f"{PREFIX}{key}", outcome="left out"))
        unknown = [key for key in own if key not in READ]
        return many, problems + [Problem("", "parameter", f"{PREFIX}{key}", outcome="left out") for key in unknown]

    def to_params(self) -> dict[str, str]:
        """The parameters of what is not as usual."""
        kind = FIELDS[self.field].kind
        texts = {
            "seeds": lambda: str(self.seeds),
            "vary": lambda: self.vary,
            "goal": lambda: f"{self.goal[0]}_{self.goal[1]!r}",
            "field": lambda: FIELDS[self.field].key,
            "values": lambda: SEPARATOR.join(str(kind.text(value)) for value in self.values),
            "optimizers": lambda: SEPARATOR.join(self.optimizers),
            "rates": lambda: self.rates,
            "beside": lambda: str(int(self.beside)),
            "up": lambda: FIELDS[self.up].key,
            "box": lambda: SEPARATOR.join(f"{edge!r}".removesuffix(".0") for edge in self.box),
        }
        texts |= {key: partial(str, getattr(self, key)) for key in ("side", "epochs", "samples")}
        return {f"{PREFIX}{key}": text() for key, text in texts.items() if getattr(self, key) != getattr(USUAL, key)}

    def sweeping(self, field: str, values: tuple | None = None) -> "Many":
        """With another field, or other values of it."""
        up = self.up if is_numeric(field) and field != self.up else None
        return replace(self, field=field, values=values, up=up, box=None)

    def pictured(self, up: str | None, box: tuple | None = None) -> "Many":
        """With another second field, or another box of both."""
        return replace(self, up=up, box=box)


USUAL = Many()


def _seeds(text, many):
    return Whole(1, MAX_SEEDS).check("seeds", Whole().read(text))


def _one_of(name, choices):
    def read(text, many):
        if text not in choices:
            raise ConfigError(name, "unknown", text, choices=", ".join(choices))
        return text

    return read


def _goal(text, many):
    what, _, number = text.partition("_")
    if what not in GOALS:
        raise ConfigError("goal", "unknown", what, choices=", ".join(GOALS))
    kind = Real(0.0, 1.0 if what == "accuracy" else 1e9)
    return what, kind.check("goal", kind.read(number))


def _field(text, many):
    name = KEYS.get(text)
    if name not in swept_fields():
        raise ConfigError("field", "unknown", text, choices=", ".join(FIELDS[name].key for name in swept_fields()))
    return name


def _values(text, many):
    return read_values(many.field, text.split(SEPARATOR))


def _up(text, many):
    offered = second_fields(many.field)
    name = KEYS.get(text)
    if name not in offered:
        raise ConfigError("up", "unknown", text, choices=", ".join(FIELDS[name].key for name in offered))
    return name


def _box(text, many):
    edges = text.split(SEPARATOR)
    if many.up is None or len(edges) != 4:
        raise ConfigError("box", "box", text)
    return check_box(many.field, many.up, map(Whole().read, edges))


def _lower(field):
    def read(text, many):
        each = FIELDS[field]
        return each.check(each.kind.read(text))

    return read


def _side(text, many):
    return Whole(2, MAX_SIDE).check("side", Whole().read(text))


def _optimizers(text, many):
    return read_values("optimizer", text.split(SEPARATOR))


READ = {
    "seeds": _seeds,
    "vary": _one_of("vary", VARY),
    "goal": _goal,
    "field": _field,
    "values": _values,
    "optimizers": _optimizers,
    "rates": _one_of("rates", RATES),
    "beside": lambda text, many: Flag().check("beside", Flag().read(text)),
}
READ |= {"up": _up, "box": _box, "side": _side, "epochs": _lower("epochs"), "samples": _lower("n_samples")}


def is_of_many(key) -> bool:
    """Whether a parameter of an address is about many runs."""
    return str(key).startswith(PREFIX)


def read_values(field: str, texts: list[str]) -> tuple[Any, ...]:
    """Values of a field from their texts, each once. Raises ConfigError for one that the field does not take."""
    each = FIELDS[field]
    found = [each.check(each.kind.read(text.strip())) for text in texts if text.strip()]
    values = tuple(dict.fromkeys(tuple(value) if isinstance(value, list) else value for value in found))
    if not values:
        raise ConfigError("values", "some_values", values)
    if len(values) > MAX_VALUES:
        raise ConfigError("values", "n_values", len(values), most=MAX_VALUES)
    return values


@cache
def swept_fields() -> tuple[str, ...]:
    """The fields that a sweep may vary: numbers, choices, yes or no, and the hidden layers; no seed, and nothing of a file."""
    kinds, seeds = (Real, Whole, Flag, Choice, ChoicePerLayer), ("seed", "data_seed", "weight_seed")
    return tuple(
        name
        for name, each in FIELDS.items()
        if name == "hidden" or (isinstance(each.kind, kinds) and name not in ("dataset", *seeds))
        if name != "classes" and not isinstance(each.control, Elsewhere)
    )


def second_fields(field: str) -> tuple[str, ...]:
    """The fields that can be varied beside this one in a picture; none beside a choice."""
    return tuple(name for name in swept_fields() if is_numeric(name) and name != field) if is_numeric(field) else ()


def check_box(field: str, up: str, edges) -> tuple[float, float, float, float]:
    """The box of a picture: (low, high) of both fields. Raises ConfigError for what the fields do not take."""
    left, right, bottom, top = edges
    return *check_range(field, (left, right)), *check_range(up, (bottom, top))


def usual_box(field: str, up: str, config: Config) -> tuple[float, float, float, float]:
    """The usual ranges of both fields."""
    return *usual_range(field, config), *usual_range(up, config)


@lru_cache(maxsize=16)
def usual_values(field: str, config: Config) -> tuple[Any, ...] | None:
    """Values to begin a sweep with. None: every key of the field's registry that fits."""
    each, now = FIELDS[field], getattr(config, field)
    if isinstance(each.kind, OfRegistry):
        return None
    if isinstance(each.kind, Flag):
        return False, True
    if field == "hidden":
        return tuple((units,) * max(1, len(now)) for units in (1, 2, 3, 4, 6, 8, 12, 16))
    if isinstance(each.control, Ladder):
        rungs = sorted(each.control.rungs)
        tried = rungs[:: max(1, round(len(rungs) / 10))]
    elif isinstance(each.control, Slider) and isinstance(each.kind, Real):
        tried = [round(k * max(0.5, now), 3) for k in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    else:
        tried = [factor * (now or 1) for factor in (0.1, 0.25, 0.5, 1, 2)]
        tried = [round(value, 4) if isinstance(each.kind, Real) else max(1, round(value)) for value in tried]
    return tuple(dict.fromkeys(each.check(value) for value in tried if fits(config, field, value)))
