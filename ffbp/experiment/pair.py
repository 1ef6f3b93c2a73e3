"""A and B: B is A with other values for a few fields, or a run that goes on from one of A's frames.

An address holds just these values, each as ``b.`` and the field's key, and the frame as ``b.from``;
``default`` stands for None, which in a configuration's own address is a field that is left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ffbp.experiment.config import Config
from ffbp.experiment.fields import DEFAULTS, FIELDS, KEYS, MAX_FRAMES, Elsewhere, Ladder, Number, Slider
from ffbp.experiment.kinds import Flag, Whole
from ffbp.experiment.problems import ConfigError
from ffbp.words.problems import Problem

PREFIX = "b."
START = f"{PREFIX}from"
NONE = "default"
SHARED = tuple(name for name, each in FIELDS.items() if isinstance(each.control, Elsewhere))  # A and B have the same

OF_A_NETWORK = ("initial_theta",)  # numbers without a control; an address may give B others


@dataclass(frozen=True)
class Other:
    """How B differs from A.

    values: pairs of a field and B's value, in the order of the table of fields, also where A has the same value by now.
    start: the frame of A with whose weights B goes on; None: B has its own start.
    """

    values: tuple[tuple[str, Any], ...] = ()
    start: int | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> tuple["Other", list[Problem]]:
        """The difference in an address, and a problem for each parameter that is unknown or bad. Never raises."""
        values, start, problems = {}, None, []
        for key, text in params.items():
            name = KEYS.get(str(key).removeprefix(PREFIX))
            if key == START:
                start, found = _frame(str(text))
                problems += found
            elif not is_of_b(key):
                continue
            elif name is None or name in SHARED:
                problems.append(Problem("", "parameter", key, outcome="left out"))
            else:
                try:
                    values[name] = _read(FIELDS[name], str(text))
                except ConfigError as error:
                    problems.append(_of_b(error.problem))
        return cls(start=start).having(values), problems

    def to_params(self) -> dict[str, str]:
        """The parameters of the difference."""
        params = {f"{PREFIX}{FIELDS[name].key}": _text(FIELDS[name], value) for name, value in self.values}
        return params if self.start is None else params | {START: str(self.start)}

    def having(self, values: Mapping[str, Any]) -> "Other":
        """With these values as well."""
        every = dict(self.values) | dict(values)
        return replace(self, values=tuple((name, every[name]) for name in FIELDS if name in every))

    def without(self, *names: str) -> "Other":
        """Without the values of these fields: there B has A's."""
        return replace(self, values=tuple(pair for pair in self.values if pair[0] not in names))

    def of(self, a: Config, fitting: Callable = Config.fitting) -> tuple[Config, "Other", list[Problem | str]]:
        """B's configuration, the difference without what does not fit A, and a problem for each value left out.

        fitting: `Config.fitting`, or one that has a file's samples.
        """
        kept, problems = self, []
        while True:
            config, found = fitting(_chosen(a.to_dict() | dict(kept.values)))
            wrong = [each.field for each in found if isinstance(each, Problem) and each.outcome != "lowered"]
            wrong = [name for name in wrong if name in dict(kept.values)]
            problems += [_of_b(each) for each in found if isinstance(each, Problem) and each.field in wrong]
            if not wrong:
                return (
                    config,
                    kept,
                    problems + [_of_b(each, each.outcome) for each in found if isinstance(each, Problem)],
                )
            kept = kept.without(*wrong)


NOTHING = Other()  # differs


def is_of_b(key) -> bool:
    """Whether a parameter of an address says how B differs."""
    return str(key).startswith(PREFIX)


def another_value(name: str, config: Config, fitting: Callable = Config.fitting):
    """A value that fits and differs from the configuration's, for a comparison to begin with. Raises KeyError if none does."""
    now = getattr(config, name)
    for value in _others(FIELDS[name], now):
        found, problems = fitting(_chosen(config.to_dict() | {name: value}))
        if not problems and getattr(found, name) == value != now:
            return value
    raise KeyError(name)


def _others(each, now):
    """Values of a field to try, the most instructive first."""
    kind, control = each.kind, each.control
    if each.name == "hidden":
        return [now + now[-1:] or (10,), tuple(max(1, units // 2) for units in now), tuple(2 * units for units in now)]
    if isinstance(kind, Flag):
        return [False, True] if now is None else [not now]
    if kind.choices:
        keys = list(kind.choices)
        after = keys[keys.index(now) + 1 :] if now in keys else keys
        return [*((key,) if isinstance(each.default, tuple) else key for key in [*after, *keys]), None]
    match control:
        case Ladder():
            rungs = sorted(control.rungs)
            above = [rung for rung in rungs if rung > now] if now else rungs[len(rungs) // 2 :]
            return [*above, *reversed(rungs), None]
        case Slider():
            return [round(2 * now, 6), round(now / 2, 6), now + control.step]
        case Number():
            value = DEFAULTS["seed"] if now is None else now
            return [value + control.step] if isinstance(kind, Whole) else [round(value / 2, 6), value + control.step]
    return [2, 3, 4, 5, (), (0, 1)]  # numbers of classes; all columns


def _chosen(values):
    """The values that differ from the defaults: the others always fit, and fewer are faster to check."""
    return {name: value for name, value in values.items() if value != DEFAULTS[name]}


def _frame(text):
    if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < MAX_FRAMES:
        return int(text), []
    return None, [Problem(START, "bounds", text, {"low": 0, "high": MAX_FRAMES - 1}, outcome="left out")]


def _read(each, text):
    if text == NONE and each.default is None:
        return None
    value = each.check(each.kind.read(text))
    return tuple(value) if isinstance(value, list) else value


def _text(each, value):
    return NONE if value is None else str(each.kind.text(value))


def _of_b(problem, outcome="left out"):
    """The problem with the field's name in the address."""
    return replace(problem, field=f"{PREFIX}{FIELDS[problem.field].key}", outcome=outcome)
