"""Texts: a name cut to a length, several names in one sentence, a set of words."""

import re
from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


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
