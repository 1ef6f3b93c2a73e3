"""A link: the configuration's parameters and the view's, read from an address. Whatever it holds, reading never fails."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from ffbp.data.rows import MAX_ROWS
from ffbp.data.table_source import MAX_CLASSES
from ffbp.experiment.config import Config
from ffbp.experiment.fields import MAX_COLUMNS, MAX_FRAMES, MAX_LAYERS, MAX_UNITS
from ffbp.words.problems import Problem

# The view's parameters: what is merely looked at. Names are disjoint from the configuration's.
VIEW = {
    "frame": (0, MAX_FRAMES - 1),
    "across": (0, MAX_COLUMNS - 1),
    "up": (0, MAX_COLUMNS - 1),
    "pca": (0, 1),
    "sample": (0, MAX_ROWS - 1),
    "layer": (1, MAX_LAYERS + 1),  # the output, too
    "unit": (1, MAX_UNITS),
    "wanted": (0, MAX_CLASSES - 1),
}
INPUTS = "x"  # typed inputs, numbers joined by "_"
MAX_INPUTS, MAX_INPUT_TEXT = 784, 20_000  # as many as the largest images have pixels


class Link(NamedTuple):
    """What an address means, and what of it could not be taken."""

    config: Config
    view: dict[str, int | str]
    problems: list[Problem]


def read(params: Mapping[str, Any]) -> Link:
    """The configuration and the view of an address's parameters."""
    config, problems = Config.from_params(without_view(params))
    view, of_the_view = view_of(params)
    return Link(config, view, problems + of_the_view)


def parameters(address: str) -> dict[str, list[str]]:
    """The parameters of an address, or of its part after the "?". Raises ValueError for what is no address."""
    query = urlsplit(address.strip()).query
    if not query and "=" in address:
        query = address.lstrip("?")
    return parse_qs(query, keep_blank_values=True)


def without_view(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that are not the view's."""
    return {key: value for key, value in params.items() if key not in VIEW and key != INPUTS}


def view_of(params: Mapping[str, Any]) -> tuple[dict[str, int | str], list[Problem]]:
    """The view's parameters as numbers (typed inputs as text), and a problem for each that is out of bounds."""
    view, problems = {}, []
    for key, (low, high) in VIEW.items():
        if key not in params:
            continue
        text = str(params[key])
        if text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high:
            view[key] = int(text)
        else:
            problems.append(Problem(key, "bounds", text, {"low": low, "high": high}, outcome="default"))
    if INPUTS in params:
        numbers = [as_number(text) for text in str(params[INPUTS])[:MAX_INPUT_TEXT].split("_")]
        if len(numbers) <= MAX_INPUTS and None not in numbers:
            view[INPUTS] = "_".join(repr(number).removesuffix(".0") for number in numbers)
        else:
            problems.append(Problem(INPUTS, "typed_numbers", str(params[INPUTS]), outcome="left out"))
    return view, problems


def as_number(text: str) -> float | None:
    """A typed number with a decimal point or comma; None if it is not a finite number."""
    text = text.strip().replace("−", "-").replace(",", ".")
    if not text.isascii() or "_" in text or len(text) > 40:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
