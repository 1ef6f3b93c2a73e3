"""A table: named columns of numbers or categories."""

import hashlib
from dataclasses import dataclass, field

import numpy as np

from ffbp.data.source import NO_CLASS
from ffbp.words.text import shorten

MAX_NAME = 80


@dataclass(frozen=True)
class Column:
    """A column: numbers (n_rows,), NaN where missing; or the indices of its categories, NO_CLASS where missing.

    Categories are in the order of their first appearance.
    """

    name: str
    values: np.ndarray
    categories: tuple[str, ...] = ()

    def __post_init__(self):
        self.values.flags.writeable = False

    @property
    def is_number(self) -> bool:
        return not self.categories

    @property
    def missing(self) -> np.ndarray:
        """Where a value is missing: (n_rows,), bool."""
        return np.isnan(self.values) if self.is_number else self.values == NO_CLASS

    @property
    def n_missing(self) -> int:
        return int(self.missing.sum())

    def distinct(self) -> np.ndarray:
        """The different values (or indices of categories) that occur, in ascending order."""
        return np.unique(self.values[~self.missing])

    def text(self, row: int) -> str:
        """One value as text; "" if it is missing."""
        value = self.values[row]
        if self.missing[row]:
            return ""
        return number_text(value) if self.is_number else self.categories[value]


@dataclass(frozen=True)
class Table:
    """A file's columns, its name, the fingerprint of its bytes, and its format.

    notes: sentences on omitted rows and on decisions. data: the file's bytes, for `read_again`.
    """

    name: str
    fingerprint: str
    columns: tuple[Column, ...]
    encoding: str
    separator: str
    decimal_comma: bool
    has_header: bool
    notes: tuple[str, ...] = ()
    data: bytes = field(default=b"", repr=False)

    @property
    def n_rows(self) -> int:
        return len(self.columns[0].values)


def fingerprint(data: bytes) -> str:
    """Sixteen hexadecimal digits that identify these bytes: the first of their SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


def number_text(value) -> str:
    """The shortest text that reads back to the same number: 3 for 3.0, 0.1 for 0.1."""
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 and str(value)[:2] != "-0" else repr(value)


def one_line(text):
    text = "".join(c if c.isprintable() else " " for c in str(text))
    return " ".join(text.replace("<", "‹").replace(">", "›").split())


def clean(text) -> str:
    """A name from a file: one line of at most MAX_NAME printable characters, without < and >, which charts read as tags."""
    return shorten(one_line(text), MAX_NAME)
