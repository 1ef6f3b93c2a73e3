"""A notice: a fact as a key and numbers; `english` turns it into a sentence."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Notice:
    """level: "error", "warning" or "info"; numbers: what the sentence contains; frame: the one that it is about, if any."""

    key: str
    level: str
    numbers: dict = field(default_factory=dict)
    frame: int | None = None
