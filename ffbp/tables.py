"""Tables: a file of one's own, from its bytes to a source of samples.

`read_table` recognises how a text table was written (encoding, separator, header, decimal comma) and sorts its columns
into numbers and categories; `source_of` chooses a target and turns the other columns into inputs, categories one-hot.
`to_csv` writes any samples as the table that reads back to the same numbers. A file that cannot be used gives one
sentence (`TableError`) that names the fault, its row or column, and the remedy. Rows are counted as a spreadsheet counts
them: from 1, the header included.
"""

import codecs
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ffbp.datasets import CLASSIFICATION, NO_CLASS, REGRESSION, Source, ink_of, usable_rows

MAX_BYTES = 5 * 2**20
MAX_ROWS = 20_000
MAX_COLUMNS = 1000
MAX_CATEGORIES = 50  # of a column that becomes inputs
MAX_CLASSES = 10  # as many as there are colours to tell apart
MAX_CELLS = 2_500_000  # of the encoded inputs: 20 MB
MAX_NAME = 80
MAX_GUESSES = 20
GUESSED_CLASSES = 10  # more different whole numbers than that are taken for a measured target

GAPS = {"", "na", "n/a", "#n/a", "nan", "null", "?", "-"}  # in any case, spaces around them
TARGET_NAMES = ("target", "class", "label", "y")
CLASS_NAMES = ("target", "class", "label")  # y is just as often a number that was measured
SEPARATORS = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma"}  # the comma last: it is a decimal sign too
_SAMPLE = 65_536  # characters from which the separator is recognised

_SIGNATURES = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
)
_NUMBER = re.compile(
    r"[+-]?(\d+|\d{1,3}(?:,\d{3})+)(\.\d*)?(e[+-]?\d+)?|[+-]?\.\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE
)
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(?:\.\d{3})+)?,(\d*)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_DECIMAL_POINT = re.compile(r"[+-]?(\d+|\d{1,3}(?:,\d{3})+)?\.(\d*)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_FORMULA = re.compile(r"=.|[@+-][^\d.,\s].*\(", re.DOTALL)
_NAMED_SEPARATOR = re.compile(r'"?sep=([\t;|,])"?(?=[\r\n])', re.IGNORECASE)  # the first line, as Excel reads it
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class TableError(ValueError):
    """A file that cannot be used: one sentence with the fault, its place, and the remedy."""


@dataclass(frozen=True)
class Column:
    """A column: numbers (n_rows,), NaN where missing; or, with categories, their numbers, NO_CLASS where missing.

    Categories stand in the order of their first appearance.
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
        """The different values (or numbers of categories) that occur, ascending."""
        return np.unique(self.values[~self.missing])

    def text(self, row: int) -> str:
        """One value as it can be typed; "" where it is missing."""
        value = self.values[row]
        if self.missing[row]:
            return ""
        return number_text(value) if self.is_number else self.categories[value]


@dataclass(frozen=True)
class Table:
    """A file's columns, its name, the fingerprint of its bytes, and how it was written.

    first_row: the number that a spreadsheet gives to the first row of data.
    """

    name: str
    fingerprint: str
    columns: tuple[Column, ...]
    encoding: str
    separator: str
    decimal_comma: bool
    has_header: bool

    @property
    def n_rows(self) -> int:
        return len(self.columns[0].values)

    @property
    def first_row(self) -> int:
        return 2 if self.has_header else 1


@dataclass(frozen=True)
class TableSource(Source):
    """A table's source: which column is the target, which column each feature is made from, what was left out and why.

    left_out: (column name, reason). set_aside: the same for columns that can be inputs but are none unless chosen.
    """

    target: int = 0
    column_of: tuple[int, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()


def fingerprint(data: bytes) -> str:
    """Sixteen hexadecimal digits that stand for these bytes: the beginning of their SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


def number_text(value) -> str:
    """A number as the shortest text that reads back to it: 3 for 3.0, 0.1 for 0.1."""
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 and str(value)[:2] != "-0" else repr(value)


# From bytes to rows of text


def read_table(data: bytes, name: str = "table.csv") -> Table:
    """A table from a CSV or TSV file's bytes. Raises TableError with one sentence for anything that is none."""
    if len(data) > MAX_BYTES:
        raise TableError(
            f"The file has {len(data) / 2**20:.1f} MB; at most {MAX_BYTES // 2**20} MB can be read: keep fewer rows or "
            "columns."
        )
    text, encoding = _decode(data)
    named = _NAMED_SEPARATOR.match(text)
    text = text[named.end() :] if named else text  # the line's end stays, so that rows keep their numbers
    separator = named[1] if named else _separator(text)
    numbered = _rows(text, separator)
    _check_shape(numbered)
    columns = [list(cells) for cells in zip(*(cells for _, cells in numbered), strict=True)]
    if len(columns) > 2 and not any(columns[-1]):
        columns.pop()  # every row ended with a separator
    _check_width(numbered[0][0], len(columns))
    _refuse_formulas(columns, numbered)
    comma = _has_decimal_comma(columns, separator)
    has_header = _has_header(columns, comma)
    if has_header and len(numbered) == 1:
        raise TableError("The file has a header but no row of data; add rows, one a sample.")
    names = _names([column[0] for column in columns] if has_header else [""] * len(columns))
    rows = [row for row, _ in numbered[has_header:]]
    _check_length(len(rows))
    made = tuple(
        _column(name, column[1:] if has_header else column, comma, rows)
        for name, column in zip(names, columns, strict=True)
    )
    if all(column.n_missing == len(rows) for column in made):
        raise TableError("Every value in the file is missing; fill in some and load it again.")
    return Table(
        clean(name) or "table.csv", fingerprint(data), made, encoding, SEPARATORS[separator], comma, has_header
    )


def _decode(data):
    if not data.strip():
        raise TableError("The file is empty; choose a CSV file with a header and one row a sample.")
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise TableError(f"The file is {what}, not text; open it and save it as CSV (UTF-8).")
    for bom, encoding, label in (
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    ):
        if data.startswith(bom):
            try:
                return _checked_text(data.decode(encoding), label)
            except UnicodeDecodeError as error:
                raise TableError(
                    f"The file says it is {label}, but byte {error.start + 1} is not; save it as CSV (UTF-8) again."
                ) from None
    # Text in UTF-16 without a mark: in tables nearly every other byte is zero.
    for first, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        halves = data[first::2], data[1 - first :: 2]
        if len(data) % 2 == 0 and halves[0].count(0) > 0.7 * len(halves[0]) and not halves[1].count(0):
            return _checked_text(data.decode(encoding, errors="replace"), "UTF-16")
    try:
        return _checked_text(data.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        # The bytes that Windows' table leaves free are taken as Latin-1 has them.
        text = data.decode("cp1252", errors="replace")
        if "\ufffd" in text:
            return _checked_text(data.decode("latin-1"), "Latin-1")
        return _checked_text(text, "Windows-1252")


def _checked_text(text, label):
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise TableError(
            f"The file is not a text table: line {line} holds the control character {ord(control[0]):#04x}; save it as "
            "CSV (UTF-8)."
        )
    if not text.strip():
        raise TableError("The file is empty; choose a CSV file with a header and one row a sample.")
    return text, label


def _separator(text):
    """The separator under which most of the first rows have the same number of values, more than one."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        cut = max(sample.rfind("\n"), sample.rfind("\r"))
        sample = sample[:cut] if cut > 0 else sample
    best, best_share = None, 0.0
    for separator in SEPARATORS:
        if separator not in sample:
            continue
        counts = Counter()
        try:
            for cells in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=separator), 200):
                counts[len(cells)] += bool(cells)
        except csv.Error:
            pass  # the rows before the fault say enough, and reading all of it will name it
        counts.pop(0, None)
        if not counts:
            continue
        usual, n = counts.most_common(1)[0]
        share = n / counts.total()
        if usual > 1 and share > best_share:
            best, best_share = separator, share
    if best is None:
        if any(separator in sample for separator in SEPARATORS):
            return next(separator for separator in reversed(SEPARATORS) if separator in sample)  # its fault is named
        raise TableError(
            "The file has only one column; a table needs inputs and a target, separated by comma, semicolon, tab or |."
        )
    return best


def _rows(text, separator):
    """[(number, cells)] of all rows that are not blank; numbers count from 1, blank rows included."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, number = [], 0
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > 1 or (cells and cells[0].strip()):
                rows.append((number, cells))
                _check_width(number, len(cells) - 1)  # the last may be empty everywhere
                _check_length(len(rows) - 1)  # the first may be a header
    except csv.Error as error:
        reason = str(error)
        if "field limit" in reason:
            fault = "holds a value of more than 131,072 characters: a quotation mark may never close; close it"
        elif "unexpected end" in reason:
            fault = "opens a quotation mark that is never closed; close or remove it"
        else:
            fault = "has text after a closing quotation mark; write a quotation mark inside a value twice"
        raise TableError(f"Row {number + 1} {fault}.") from None
    if not rows:
        raise TableError("The file is empty; choose a CSV file with a header and one row a sample.")
    return rows


def _check_width(row, n_columns):
    if n_columns > MAX_COLUMNS:
        raise TableError(
            f"Row {row} has more than {MAX_COLUMNS:,} columns; at most {MAX_COLUMNS:,} can be read: keep those you need."
        )


def _check_length(n_rows):
    if n_rows > MAX_ROWS:
        raise TableError(
            f"The file has more than {MAX_ROWS:,} rows; at most {MAX_ROWS:,} can be read: keep a sample of them."
        )


def _check_shape(numbered):
    first, header = numbered[0]
    for number, cells in numbered:
        if len(cells) != len(header):
            raise TableError(
                f"Row {number} has {len(cells)} {'value' if len(cells) == 1 else 'values'} and row {first} has "
                f"{len(header)}; give every row the same number of values."
            )
    if len(header) == 1:
        raise TableError(
            "The file has only one column; a table needs inputs and a target, separated by comma, semicolon, tab or |."
        )


def _refuse_formulas(columns, numbered):
    for c, column in enumerate(columns, start=1):
        for i, cell in enumerate(column):
            if cell[:1] in ("=", "@", "+", "-") and len(cell) > 1 and _FORMULA.match(cell):
                raise TableError(
                    f"Row {numbered[i][0]}, column {c} holds a formula ({shorten(cell, 20)}); save the file with values "
                    "in place of formulas."
                )


# From text to columns


def _has_decimal_comma(columns, separator):
    """Whether 1,5 means one and a half here: some number says so, and none has a decimal point."""
    joined = ["".join(column) for column in columns]
    if not any("," in text for text in joined):
        return False
    commas = doubtful = False
    for column, text in zip(columns, joined, strict=True):
        if "." not in text and (commas or "," not in text):
            continue
        for cell in set(column):
            cell = _ascii(cell)
            if "," in cell and (match := _DECIMAL_COMMA.fullmatch(cell)) and (match[1] or match[2]):
                # 1,234 may be a thousand; nothing else may
                group = "." not in cell and len(match[2]) == 3 and not match[3] and len(match[1] or "") in (1, 2, 3)
                commas, doubtful = commas or not group, doubtful or group
            match = _DECIMAL_POINT.fullmatch(cell)
            if "." in cell and match and (match[1] or match[2]) and (len(match[2]) != 3 or "," in cell):
                return False
    return commas or (doubtful and separator != ",")


def _ascii(cell):
    """A cell with the hyphen that computers read where a typesetter put a minus."""
    return cell.strip().replace("\u2212", "-")


def _number(cell, comma):
    """A cell as a number, or None; may be infinite."""
    cell = _ascii(cell)
    if comma:
        cell = cell.translate(_SWAPPED)
    if not _NUMBER.fullmatch(cell):
        return None
    return float(cell.replace(",", ""))


_SWAPPED = str.maketrans(",.", ".,")


def _has_header(columns, comma):
    """The first row is a header if no value in it is a number, and it does not look like the rows below."""
    first = [column[0] for column in columns]
    if all(cell.strip().lower() in GAPS for cell in first) or any(_number(cell, comma) is not None for cell in first):
        return False
    if len(columns[0]) == 1:
        return True
    below_number = any(_number(cell, comma) is not None for column in columns for cell in column[1:20])
    return below_number or not any(column[0] in column[1:] for column in columns)


def _names(cells):
    names = [clean(cell) or f"column {c}" for c, cell in enumerate(cells, start=1)]
    seen = {}
    for c, name in enumerate(names, start=1):
        if name in seen:
            raise TableError(
                f"Columns {seen[name]} and {c} have the same name '{shorten(name)}'; give each column a name of its own."
            )
        seen[name] = c
    return names


def clean(text) -> str:
    """A name from a file: one line of printable characters, none that a chart would read as a tag, at most MAX_NAME."""
    text = "".join(c if c.isprintable() else " " for c in str(text))
    return shorten(text.replace("<", "‹").replace(">", "›"), MAX_NAME)


def shorten(text, limit=40) -> str:
    """At most this many characters on one line, the last one … if some are left out."""
    text = " ".join(str(text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _column(name, cells, comma, rows):
    gaps = {cell for cell in set(cells) if cell.strip().lower() in GAPS}
    there = [cell for cell in cells if cell not in gaps]
    numbers = _numbers(there, comma)
    if numbers is None:
        labels, codes = {}, {}
        for cell in dict.fromkeys(there):
            codes[cell] = labels.setdefault(clean(cell), len(labels))
        values = np.array([codes.get(cell, NO_CLASS) for cell in cells], dtype=int)
        return Column(name, values, tuple(labels))
    values = np.full(len(cells), np.nan)
    values[[cell not in gaps for cell in cells]] = numbers
    infinite = np.flatnonzero(np.isinf(values))
    if len(infinite):
        raise TableError(
            f"Row {rows[infinite[0]]}, column '{shorten(name)}' holds a number too large to compute with "
            f"({shorten(cells[infinite[0]], 20)}); correct or empty it."
        )
    return Column(name, values)


def _numbers(cells, comma):
    """All cells as numbers, or None if one is none: those without doubts at once, else one by one."""
    joined = "".join(cells)
    if joined.isascii() and not re.search("[_.a-df-z]" if comma else "[_,a-df-z]", joined, re.IGNORECASE):
        try:
            return np.array([float(cell.replace(",", ".")) for cell in cells] if comma else list(map(float, cells)))
        except ValueError:
            return None
    known = {}
    for cell in set(cells):
        known[cell] = _number(cell, comma)
        if known[cell] is None:
            return None
    return np.array([known[cell] for cell in cells], dtype=float)


# From a table to samples


def guess_target(table: Table) -> int:
    """The column called target, class, label or y, or else the last one from which something can be learned."""
    named = [c for name in TARGET_NAMES for c, column in enumerate(table.columns) if column.name.lower() == name]
    filled = [c for c, column in enumerate(table.columns) if column.n_missing < table.n_rows]
    candidates = [*named, *reversed(filled)][:MAX_GUESSES]
    for c in candidates:
        try:
            _target(table.columns[c], guess_task(table.columns[c]))
            _features(table, c)
        except TableError:
            continue
        return c
    return candidates[0]  # whose fault is named


def guess_task(column: Column) -> str:
    """Classes for text, for a few different whole numbers that repeat, and for 0, 1, 2, ... under a class's name.

    Else a number to predict.
    """
    values = column.distinct()
    if not column.is_number:
        return CLASSIFICATION
    numbered = 2 <= len(values) <= GUESSED_CLASSES and np.array_equal(values, np.arange(len(values)))
    if numbered and column.name.lower() in CLASS_NAMES:  # even with a single sample each
        return CLASSIFICATION
    few = len(values) <= min(GUESSED_CLASSES, (len(column.values) - column.n_missing) // 2)
    return CLASSIFICATION if few and bool((values == np.rint(values)).all()) else REGRESSION


def source_of(table: Table, *, target: int | None = None, task: str | None = None) -> TableSource:
    """The samples of a table: X (n_rows, n_features) with NaN where a value is missing, y (n_rows,).

    target: the column's number, guessed if None; task: "classification" or "regression", guessed if None. The other
    columns become features in their order: numbers as they are, two categories as one column of 0 and 1, more of them
    one-hot in alphabetical order. Classes stand in the order of their numbers, or of their first appearance. Raises
    TableError if that leaves nothing to learn from.
    """
    target = guess_target(table) if target is None else target
    if not 0 <= target < len(table.columns):
        raise TableError(
            f"The target must be a column from 0 to {len(table.columns) - 1}, got {target}; choose one of this file."
        )
    column = table.columns[target]
    task = task or guess_task(column)
    y, class_names = _target(column, task)
    X, names, column_of, groups, left_out, set_aside = _features(table, target)
    set_aside_columns = {c for c, _ in set_aside}
    for array in (X, y):
        array.flags.writeable = False

    def make(n_samples, noise, classes, random_state):
        """The rows of the file, in their order."""
        return X, y

    return TableSource(
        key="file",
        label=table.name,
        task=task,
        make=make,
        feature_names=names,
        target_name=column.name,
        class_names=class_names,
        generated=False,
        default_columns=tuple(f for f, c in enumerate(column_of) if c not in set_aside_columns),
        n_rows=table.n_rows,
        standardize=True,
        stratified=True,
        has_gaps=bool(np.isnan(X).any() or column.n_missing),
        groups=groups,
        ink=ink_of(X, len(class_names)),
        target=target,
        column_of=column_of,
        left_out=tuple(left_out),
        set_aside=tuple((table.columns[c].name, reason) for c, reason in set_aside),
    )


def _target(column, task):
    name, values = shorten(column.name), column.distinct()
    if not len(values):
        raise TableError(f"Every value in the target column '{name}' is missing; choose another target.")
    if len(values) == 1:
        what = "class" if task == CLASSIFICATION else "number"
        raise TableError(
            f"The target column '{name}' holds only one {what} ({shorten(_value_text(column, values[0]), 20)}); choose "
            "another target."
        )
    if task == REGRESSION:
        if not column.is_number:
            raise TableError(
                f"The target column '{name}' holds text ('{shorten(column.categories[0], 20)}'), so its values are "
                "classes; choose classes as the task, or another target."
            )
        return column.values.copy(), ()
    if len(values) > MAX_CLASSES:
        remedy = "predict it as a number, or choose another target" if column.is_number else "choose another target"
        raise TableError(
            f"The target column '{name}' holds {len(values):,} classes; at most {MAX_CLASSES} can be told apart by "
            f"colour: {remedy}."
        )
    if column.is_number:
        y = np.searchsorted(values, column.values)
        y[column.missing] = NO_CLASS
        return y, tuple(number_text(value) for value in values)
    return column.values.copy(), column.categories


def _value_text(column, value):
    return number_text(value) if column.is_number else column.categories[int(value)]


def _features(table, target):
    columns, names, column_of, groups, left_out, set_aside = [], [], [], [], [], []
    for c, column in enumerate(table.columns):
        if c == target:
            continue
        distinct = column.distinct()
        if not len(distinct):
            left_out.append((column.name, "every value is missing"))
        elif column.is_number:
            if len(distinct) == 1:
                set_aside.append((c, f"every value is {number_text(distinct[0])}"))
            elif _numbers_rows(column):
                set_aside.append((c, "it only numbers the rows"))
            columns.append(column.values)
            names.append(column.name)
            column_of.append(c)
        elif len(distinct) == 1:
            left_out.append((column.name, f"every value is {shorten(column.categories[0], 20)}"))
        elif len(distinct) > GUESSED_CLASSES and 2 * len(distinct) > table.n_rows - column.n_missing:
            left_out.append((column.name, f"nearly every row has a text of its own ({len(distinct):,})"))
        elif len(distinct) > MAX_CATEGORIES:
            left_out.append((column.name, f"it holds {len(distinct):,} different texts, at most {MAX_CATEGORIES} fit"))
        else:
            ordered = sorted(column.categories)
            shown = ordered[1:] if len(ordered) == 2 else ordered
            groups.append(tuple(range(len(columns), len(columns) + len(shown))))
            for category in shown:
                indicator = (column.values == column.categories.index(category)).astype(float)
                indicator[column.missing] = np.nan
                columns.append(indicator)
                names.append(f"{column.name} = {category}")
                column_of.append(c)
        if len(columns) > MAX_COLUMNS or len(columns) * table.n_rows > MAX_CELLS:
            raise TableError(
                f"The columns up to '{shorten(column.name)}' would make {len(columns):,} inputs of {table.n_rows:,} rows; "
                f"at most {MAX_COLUMNS:,} inputs and {MAX_CELLS:,} values can be held: keep fewer columns or rows."
            )
    usual = [c for c in column_of if c not in {c for c, _ in set_aside}]
    if not usual and any(reason == "it only numbers the rows" for _, reason in set_aside):
        set_aside = [(c, reason) for c, reason in set_aside if reason != "it only numbers the rows"]
    elif not usual:
        reasons = left_out + [(table.columns[c].name, reason) for c, reason in set_aside]
        raise TableError(
            f"No column beside '{shorten(table.columns[target].name)}' can teach anything: {_listed(reasons)}; add a "
            "column of numbers that vary."
        )
    X = np.column_stack(columns) if columns else np.empty((table.n_rows, 0))
    seen = {}
    for f, name in enumerate(names):  # "a = b" may be a column's own name too
        if name in seen:
            raise TableError(
                f"Two inputs would have the same name '{shorten(name)}'; rename column '{shorten(names[seen[name]])}'."
            )
        seen[name] = f
    return X, tuple(names), tuple(column_of), tuple(groups), left_out, set_aside


def _numbers_rows(column):
    values = column.values
    return len(values) > 2 and bool((values == values[0] + np.arange(len(values))).all()) and float(values[0]) in (0, 1)


def _listed(reasons, limit=3):
    text = ", ".join(f"'{shorten(name, 20)}' ({reason})" for name, reason in reasons[:limit])
    return text + (f" and {len(reasons) - limit} more" if len(reasons) > limit else "") if reasons else "there is none"


@dataclass(frozen=True)
class Account:
    """What became of a source's rows: how many there are, how many have no target, how many more were left out for a
    gap in a chosen column, how many are used, and how many of their values were filled."""

    rows: int
    without_target: int
    dropped: int
    used: int
    filled: int


def account(source: Source, columns: Sequence[int], *, missing: str) -> Account:
    """Count what `prepare` does with the gaps of a source's chosen columns."""
    X, y = source.make(source.n_rows, 0.0, None, 0)
    with_target = usable_rows(X, y, columns, missing="median")
    used = usable_rows(X, y, columns, missing=missing)
    filled = int(np.isnan(X[np.ix_(used, list(columns))]).sum())
    return Account(len(X), len(X) - len(with_target), len(with_target) - len(used), len(used), filled)


def to_csv(
    X: np.ndarray,
    y: np.ndarray,
    *,
    feature_names: Sequence[str],
    target_name: str,
    class_names: Sequence[str] = (),
) -> str:
    """Samples X (n, n_features), y (n,) as CSV: a header, one row a sample, the target last, its class by name.

    Every number reads back to the same float; a missing one is left empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*feature_names, target_name])
    for row, target in zip(X.tolist(), y.tolist(), strict=True):
        missing = target == NO_CLASS if class_names else target != target
        last = "" if missing else class_names[int(target)] if class_names else repr(target)
        writer.writerow([*("" if value != value else repr(value) for value in row), last])
    return out.getvalue()


def table_csv(table: Table) -> str:
    """A table as CSV in one form: UTF-8, commas, decimal points, a header; it reads back to the same columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([column.text(row) for column in table.columns] for row in range(table.n_rows))
    return out.getvalue()
