"""Kinds of value that a field can have: each checks a value, writes it as URL text and reads that text.

``check(name, value)`` returns the value in its one form or raises ConfigError, which names the field. ``read`` returns
what it cannot read as it is, for ``check`` to refuse. ``metavar`` stands for a value in the terminal's help, ``choices``
are the keys to choose from, where there are any.
"""

import math
from collections.abc import Mapping

from ffbp.experiment.packed_points import MAX_POINTS, pack, unpack
from ffbp.experiment.problems import ConfigError

READABLE_POINTS = 200  # characters; more points than fit are packed in the address


class Kind:
    """What the kinds have in common: without more, a value is its own text."""

    metavar = "LIST"
    choices = ()

    def text(self, value):
        return value

    def read(self, text):
        return text


class OfRegistry(Kind):
    """A kind whose values are made of a registry's keys."""

    metavar = "KEY"

    def __init__(self, registry: Mapping):
        self.registry = registry

    @property
    def choices(self):
        return tuple(self.registry)


class Whole(Kind):
    """A whole number within bounds."""

    metavar = "N"

    def __init__(self, low: float = -math.inf, high: float = math.inf):
        self.low, self.high = low, high

    @property
    def bounded(self):
        return math.isfinite(self.high)

    def check(self, name, value):
        if not is_whole(value):
            raise ConfigError(name, "whole", value)
        return _bounded(name, int(value), self)

    def text(self, value):
        return str(value)

    def read(self, text):
        return number(text)


class Real(Kind):
    """A finite number within bounds."""

    metavar = "N"
    bounded = True

    def __init__(self, low: float, high: float):
        self.low, self.high = low, high

    def check(self, name, value):
        if not is_number(value):
            raise ConfigError(name, "number", value)
        return _bounded(name, float(value), self)

    def text(self, value):
        return _number_text(value)

    def read(self, text):
        return number(text)


def _bounded(name, value, kind):
    if not kind.low <= value <= kind.high:
        raise ConfigError(name, "bounds", value, low=kind.low, high=kind.high)
    return value


class Flag(Kind):
    """Yes or no."""

    metavar = "0|1"

    def check(self, name, value):
        if not isinstance(value, bool):
            raise ConfigError(name, "flag", value)
        return value

    def text(self, value):
        return "1" if value else "0"

    def read(self, text):
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(text.lower(), text)


class Choice(OfRegistry):
    """A key of a registry."""

    def check(self, name, value):
        return _known(name, value, self.registry)


def _known(name, key, registry):
    if not isinstance(key, str) or key not in registry:
        raise ConfigError(name, "unknown", key, choices=", ".join(registry))
    return key


class ChoicePerLayer(OfRegistry):
    """A key of a registry, or one a hidden layer; equal ones become the one key. Softmax couples units: not hidden."""

    def __init__(self, registry: Mapping, default: str):
        super().__init__(registry)
        self.default = default

    @property
    def choices(self):
        return tuple(key for key, entry in self.registry.items() if not entry.coupled)

    def check(self, name, value):
        if not isinstance(value, list | tuple):
            return self._hidden(name, value)
        keys = tuple(self._hidden(name, key) for key in value) or (self.default,)
        return keys if len(set(keys)) > 1 else keys[0]

    def _hidden(self, name, key):
        if self.registry[_known(name, key, self.registry)].coupled:
            raise ConfigError(name, "hidden_activation", key)
        return key

    def text(self, value):
        return value if isinstance(value, str) else "-".join(value)

    def read(self, text):
        return text.split("-") if "-" in text else text


class Choices(OfRegistry):
    """Different keys of a registry, joined by "-"."""

    def check(self, name, value):
        keys = tuple(_known(name, key, self.registry) for key in _listed(name, value))
        if len(set(keys)) < len(keys):
            raise ConfigError(name, "different_keys", value)
        return keys

    def text(self, value):
        return "-".join(value) or "none"

    def read(self, text):
        return [] if text in ("none", "all") else text.split("-")


class Wholes(Kind):
    """Whole numbers within bounds, joined by "-": ``most`` at most, or all of them different. ``empty`` is no number."""

    def __init__(self, low: int, high: int, empty: str, most: int | None = None):
        self.low, self.high, self.empty, self.most = low, high, empty, most

    def check(self, name, value):
        good = all(is_whole(v) and self.low <= v <= self.high for v in _listed(name, value))
        if self.most is None and not (good and len(set(value)) == len(value)):
            raise ConfigError(name, "different_numbers", value, low=self.low, high=self.high)
        if self.most is not None and not (good and len(value) <= self.most):
            raise ConfigError(name, "whole_list", value, most=self.most, low=self.low, high=self.high)
        return tuple(int(v) for v in value)

    def text(self, value):
        return "-".join(map(str, value)) or self.empty

    def read(self, text):
        return [] if text in ("none", "all") else [number(v) for v in text.split("-")]


class Reals(Kind):
    """Finite numbers joined by "_", because they may hold a "-"."""

    def __init__(self, most: int):
        self.most = most

    def check(self, name, value):
        if not 1 <= len(_listed(name, value)) <= self.most or not all(is_number(v) for v in value):
            raise ConfigError(name, "number_list", value, most=self.most)
        return tuple(float(v) for v in value)

    def text(self, value):
        return "_".join(_number_text(v) for v in value)

    def read(self, text):
        return [number(v) for v in text.split("_")]


class Points(Kind):
    """Points of two or three numbers, their numbers joined by "_" and points by "~"; many are packed."""

    def check(self, name, value):
        if not 2 <= len(_listed(name, value)) <= MAX_POINTS:
            raise ConfigError(name, "n_points", value, low=2, most=MAX_POINTS)
        if not all(isinstance(p, list | tuple) and len(p) in (2, 3) and all(is_number(v) for v in p) for p in value):
            raise ConfigError(name, "points", value)
        return tuple(tuple(float(v) for v in point) for point in value)

    def text(self, value):
        text = "~".join("_".join(_number_text(v) for v in point) for point in value)
        return text if len(text) <= READABLE_POINTS else min(pack(value) or text, text, key=len)

    def read(self, text):
        if text.startswith("~"):
            return unpack(text)
        return [[number(v) for v in point.split("_")] for point in text.split("~")]


class Text(Kind):
    """A few printable characters."""

    metavar = "TEXT"

    def __init__(self, most: int):
        self.most = most

    def check(self, name, value):
        if not (isinstance(value, str) and 0 < len(value) <= self.most and value.isprintable()):
            raise ConfigError(name, "text", value, most=self.most)
        return value


def _listed(name, value):
    if not isinstance(value, list | tuple):
        raise ConfigError(name, "list", value)
    return value


def is_whole(value) -> bool:
    """Whether a value is a finite number without a fraction."""
    return is_number(value) and float(value).is_integer()


def is_number(value) -> bool:
    """Whether a value is a finite number."""
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return False
    try:
        return math.isfinite(value)
    except (OverflowError, TypeError, ValueError):
        return False


def _number_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 and str(value)[0:2] != "-0" else repr(value)


def number(text: str):
    """URL text as a number; text that is none comes back as it is."""
    if len(text) > 40 or not text.isascii() or "_" in text:
        return text
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text
