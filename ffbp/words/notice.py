"""A notice: what is the case, as a key and its numbers; `english` turns it into a sentence."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Notice:
    """``level`` is "error", "warning" or "info"; ``numbers`` are what the sentence says; ``frame`` is the one it speaks of."""

    key: str
    level: str
    numbers: dict = field(default_factory=dict)
    frame: int | None = None
