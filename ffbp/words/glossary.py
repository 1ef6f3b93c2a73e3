"""The glossary: terms in two sentences each, kept in ``glossary.toml``. Pages and the player show the same words."""

import importlib.resources
import tomllib
from dataclasses import asdict, dataclass
from functools import cache


@dataclass(frozen=True)
class Entry:
    """``symbol`` and ``formula`` are "" where there is none; ``where``: where the term can be seen."""

    term: str
    symbol: str
    sentence: str
    formula: str
    where: str


@cache
def glossary() -> dict[str, Entry]:
    """All entries by key; the panels' have the names of the panels."""
    text = (importlib.resources.files("ffbp.words") / "glossary.toml").read_text("utf-8")
    return {key: Entry(**entry) for key, entry in tomllib.loads(text).items()}


def entries(keys) -> dict[str, dict[str, str]]:
    """Some entries as JSON."""
    return {key: asdict(glossary()[key]) for key in keys}


def explained(*keys: str) -> str:
    """The terms and their sentences as Markdown, for a control's or a text's help."""
    return "\n\n".join(f"**{glossary()[key].term}.** {glossary()[key].sentence}" for key in keys)
