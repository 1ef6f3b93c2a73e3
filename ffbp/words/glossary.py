"""The glossary: terms in two sentences each, kept in ``glossary.toml``. Pages and the player show the same words."""

import importlib.resources
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache


@dataclass(frozen=True)
class Entry:
    """``symbol`` and ``formula`` are "" where there is none; ``where``: where the term can be seen.

    also: other words and symbols that mean it.
    """

    term: str
    symbol: str
    sentence: str
    formula: str
    where: str
    also: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        """Everything that it is called, in small letters."""
        symbols = [each.strip() for each in self.symbol.split(",") if each.strip()]
        return [name.lower() for name in (self.term, *symbols, *self.also)]


@cache
def glossary() -> dict[str, Entry]:
    """All entries by key; the panels' have the names of the panels."""
    text = (importlib.resources.files("ffbp.words") / "glossary.toml").read_text("utf-8")
    return {key: Entry(**entry) for key, entry in tomllib.loads(text).items()}


def entries(keys) -> dict[str, dict[str, str]]:
    """Some entries as JSON."""
    return {key: {name: value for name, value in asdict(glossary()[key]).items() if name != "also"} for key in keys}


def named(name: str) -> Entry | None:
    """The entry of a term or symbol, in any of its names; None if there is none."""
    return next((entry for entry in glossary().values() if name.lower() in entry.names), None)


def explaining(*names: str) -> Entry | None:
    """The entry of the first of these names that has one, in the singular or the plural."""
    return next((entry for name in names if (entry := named(name) or named(name.removesuffix("s")))), None)


def found(text: str) -> list[Entry]:
    """The entries for a search, in alphabetical order: every word of it is in a name or in the sentence. "" finds all."""
    words = text.lower().split()
    matching = [
        entry
        for entry in glossary().values()
        if all(any(word in part for part in (*entry.names, entry.sentence.lower())) for word in words)
    ]
    return sorted(matching, key=lambda entry: entry.term.lower())


def explained(*keys: str) -> str:
    """The terms and their sentences as Markdown, for a control's or a text's help."""
    return "\n\n".join(f"**{glossary()[key].term}.** {glossary()[key].sentence}" for key in keys)
