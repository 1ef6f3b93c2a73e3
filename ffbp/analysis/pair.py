"""A pair: two runs to look at side by side."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from ffbp.training.run import Run


@dataclass(frozen=True, eq=False)
class Pair:
    """The runs A and B. In a notebook's cell, both play on one timeline.

    as_html: how a cell shows a pair, as HTML; set by ``import ffbp``.
    """

    a: Run
    b: Run
    as_html: ClassVar[Callable[["Pair"], str] | None] = None

    def __post_init__(self):
        for name in ("a", "b"):
            if not isinstance(getattr(self, name), Run):
                raise ValueError(f"{name} must be a Run, got {getattr(self, name)!r}")

    def _repr_html_(self) -> str | None:
        return None if self.as_html is None else self.as_html()
