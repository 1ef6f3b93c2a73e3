"""Texts: a name cut to a length, several names in one sentence, a set of words."""

import re
from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


NAMES = ("He", "Xavier", "LeCun", "Adam", "Nesterov")  # capital letters stay in the middle of a sentence
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def inside(name: str) -> str:
    """A label as it stands in the middle of a sentence: "the learning rate" without its symbol, "tanh", but "ReLU"."""
    first, *rest = name.split()
    if len(first) > 1 and first.isalpha() and first[1:].islower() and first not in NAMES:
        first = first.lower()
    if rest and len(rest[-1]) == 1 and not rest[-1].isascii():
        rest.pop()
    return " ".join([first, *rest])


def counted(n: int) -> str:
    """A small number as a word: two, twelve, 13."""
    return COUNTS[n] if n < len(COUNTS) else str(n)


def article(name: str) -> str:
    """ "a" or "an", as a class name or a number is read: a 7, an 8, an 18, an owl."""
    number = re.match(r"\d+", name)
    if number:
        return "an" if number[0][0] == "8" or number[0] in ("11", "18") else "a"
    return "an" if name[:1].lower() in tuple("aeiou") else "a"


def shortened(names: Sequence[str], most: int) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return f"{', '.join(names[:most])} and {more} more" if more > 1 else ", ".join(names)


def word_set(joined: str) -> frozenset[str]:
    """{"a", "b c"} from "a | b c"."""
    return frozenset(joined.split(" | "))


def shorten(text, limit=40) -> str:
    """At most this many characters on one line, the last one … if some are left out."""
    text = " ".join(str(text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
