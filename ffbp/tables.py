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
import json
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, pairwise

import numpy as np

from ffbp.cells import (
    FAULTS,
    GAPS,
    NUMBER_GAPS,
    bare,
    decimal_sign,
    guarded,
    is_formula,
    is_gap,
    number,
    numbers_of,
    unguarded,
    written,
)
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

TARGET_NAMES = ("class", "target", "label", "y", "species", "quality", "diagnosis", "variety")
CLASS_NAMES = ("target", "class", "label")  # y is just as often a number that was measured
SEPARATORS = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma"}  # the comma last: it is a decimal sign too
SPACE = " "  # separates where nothing else does
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
_NAMED_SEPARATOR = re.compile(r'"?sep=([\t;|,])"?(?=[\r\n])', re.IGNORECASE)  # the first line, as Excel reads it
_TOTAL = re.compile(
    r"(grand |sub)?totals?|sum|sums|summe|gesamt(summe)?|insgesamt|zusammen|mean|average|avg|mittelwert|durchschnitt|mittel",
    re.I,
)
_SOURCE_LINE = re.compile(
    r"(data )?(source|from)\b|quellen?\b|notes?\b|anmerkung|hinweis|stand\b|last updated|downloaded|©|\*|copyright|legende?\b",
    re.I,
)
_UNIT = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|[%‰$€£¥-]|°[CFK]?|[cmkµn]?m[²³23]?|[kmµ]?g|m?s|min|h|[ckmd]?l|[kMmG]?(W|V|A|Hz|J|N|Pa)|k?cal"
    r"|kWh|years?|yrs?|USD|EUR|CHF|GBP|km/h|m/s"
)
_RULE = re.compile(r"\s*:?-+:?\s*")
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

    notes: sentences about what was left out or decided. data: the file's bytes, to read them another way (`again`).
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

    def again(self, *, header: bool | None = None, decimal: str | None = None) -> "Table":
        """The same file, read with other choices; a table that was no file stays as it is."""
        return read_table(self.data, self.name, header=header, decimal=decimal) if self.data else self


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


def read_table(
    data: bytes, name: str = "table.csv", *, header: bool | None = None, decimal: str | None = None
) -> Table:
    """A table from a CSV or TSV file's bytes. Raises TableError with one sentence for anything that is none.

    header: whether the first row names the columns; decimal: "point" or "comma"; None: as recognised.
    """
    if len(data) > MAX_BYTES:
        raise TableError(
            f"The file has {len(data) / 2**20:.1f} MB; at most {MAX_BYTES // 2**20} MB can be read: keep fewer rows or "
            "columns."
        )
    text, encoding = _decode(data)
    _refuse_other_formats(text)
    notes = [ENCODING_NOTE] if encoding not in ("UTF-8", "UTF-16") else []
    named = _NAMED_SEPARATOR.match(text)
    text = text[named.end() :] if named else text  # the line's end stays, so that rows keep their numbers
    text, said = _without_comments(text)
    notes += said
    separator = named[1] if named else _separator(text)
    if separator == SPACE:
        text = "\n".join(" ".join(line.split()) for line in re.split("\r\n|\r|\n", text))
    numbered, said = _without_titles(_rows(text, separator))
    notes += said
    _check_shape(numbered)
    columns = [list(cells) for cells in zip(*(cells for _, cells in numbered), strict=True)]
    columns, at = _without_edges(columns, separator)
    _check_width(numbered[0][0], len(columns))
    rows = [row for row, _ in numbered]
    _refuse_formulas(columns, rows, at)
    comma, doubtful = decimal_sign(columns, separator) if decimal is None else (decimal == "comma", "")
    has_header = _has_header(columns, comma) if header is None else header
    keep, said = _data_rows(columns, rows, comma, has_header)
    notes += said
    if has_header and not keep:
        raise TableError("The file has a header but no row of data; add rows, one a sample.")
    names = _names(_header_cells(columns) if has_header else [""] * len(columns))
    rows = [rows[i] for i in keep]
    _check_length(len(rows))
    made = []
    faults = {}
    for _c, (column_name, column) in enumerate(zip(names, columns, strict=True)):
        made.append(
            _column(column_name, [column[i] for i in keep], comma, rows, notes, faults, strict=decimal is not None)
        )
    _refuse_faults(faults)
    if all(column.n_missing == len(rows) for column in made):
        raise TableError("Every value in the file is missing; fill in some and load it again.")
    if doubtful:
        notes.append(_doubt(doubtful, comma))
    written = SEPARATORS.get(separator, "space")
    return Table(
        clean(name) or "table.csv",
        fingerprint(data),
        tuple(made),
        encoding,
        written,
        comma,
        has_header,
        tuple(notes),
        data,
    )


ENCODING_NOTE = (
    "The file's letters are not UTF-8. They were read as Windows writes them in Western Europe: if names look wrong, save the "
    "file as CSV (UTF-8) and load it again."
)


def _doubt(cell, comma):
    values = [number(cell, c) for c in (False, True)]
    if None in values or values[0] == values[1]:
        return f"{shorten(cell, 20)} was read with {'a decimal comma' if comma else 'a decimal point'}."
    chosen, other = (number_text(values[c]) for c in (comma, not comma))
    return f"{shorten(cell, 20)} was read as {chosen}. If it means {other}, choose the other decimal sign."


def _refuse_other_formats(text):
    """JSON, HTML and the like are text, too; they are named."""
    start = text.lstrip()[:200]
    lower = start.lower()
    what = None
    if start[0] in "[{":
        for part in (text, start.splitlines()[0] if len(start) < 200 else text.lstrip().split("\n", 1)[0]):
            with suppress(ValueError, RecursionError):
                what = "JSON" if isinstance(json.loads(part), dict | list) else what
        what = "RTF, a text document," if start.startswith("{\\rtf") else what
    elif lower.startswith(("<!doctype html", "<html", "<table", "<head", "<body")):
        what = "HTML, a web page,"
    elif lower.startswith("<?xml"):
        what = "XML"
    elif re.match(r"(%[^\n]*\n|\s)*@relation\b", text[:5000], re.IGNORECASE):
        what = "ARFF, the format of Weka,"
    if what:
        raise TableError(
            f"The file is {what} and not a table of values; open it in a spreadsheet and save it as CSV (UTF-8)."
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
    best, best_share, width = None, 0.0, 1
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
            best, best_share, width = separator, share, usual
    if best in (None, "\t", ",") and _spaces_separate(sample, width, best):
        return SPACE
    if best is None:
        if any(separator in sample for separator in SEPARATORS):
            return next(separator for separator in reversed(SEPARATORS) if separator in sample)  # its fault is named
        raise TableError(ONE_COLUMN)
    return best


ONE_COLUMN = "The file has only one column; a table needs inputs and a target, separated by comma, semicolon, tab or |."


def _spaces_separate(sample, width, other):
    """Whether spaces make more columns than the best separator: the same number in each line, most of them numbers.

    Raises TableError where only the number of columns varies.
    """
    lines = [line for line in sample.splitlines() if line.strip()][:200]
    if not lines or SPACE not in sample or ('"' in sample and other == ","):
        return False
    split = [re.findall(r'"[^"]*"|\S+', line) for line in lines]
    below = list(split[1:] or split)
    numbers = [
        sum((cell[-1] != "," and number(cell, "," in cell) is not None) or is_gap(cell) for cell in cells)
        for cells in below
    ]
    if any(2 * n < len(cells) for n, cells in zip(numbers, below, strict=True)) or max(map(len, split)) < 2:
        return False
    if len({len(cells) for cells in split}) == 1:
        return len(split[0]) > (1 if other == "," else width)
    if other is None:
        i = next(i for i, cells in enumerate(split) if len(cells) != len(split[0]))
        raise TableError(
            f"The file separates its values by spaces, but line {i + 1} has {len(split[i])} of them and line 1 has "
            f"{len(split[0])}; separate them by commas, semicolons or tabs."
        )
    return False


def _without_comments(text):
    """The text with the lines of comment before the table left empty, so that rows keep their numbers; and a note.

    A last line `# a, b, c` above numbers is the header, as NumPy writes it.
    """
    if text.lstrip("\r\n")[:1] not in ("#",):
        return text, []
    lines = text.splitlines(keepends=True)
    n = next(
        (i for i, line in enumerate(lines) if line.strip() and not re.match(r"#+([^,;\t|\r\n]|\s*$)", line)), len(lines)
    )
    if not n or n == len(lines):
        return text, []
    last = max(i for i in range(n) if lines[i].strip())
    skipped = [i for i in range(n) if lines[i].strip()]
    for separator in (*SEPARATORS, None):
        head, first = ([c.strip() for c in lines[i].strip().split(separator)] for i in (last, n))
        head = head if separator or head[:1] != ["#"] else head[1:]
        if 1 < len(head) == len(first) and [_any_number(head), _any_number(first)] == [False, True]:
            lines[last] = re.sub(r"^#+\s+", "", lines[last])
            skipped.remove(last)
            break
    for i in skipped:
        lines[i] = lines[i][len(lines[i].rstrip("\r\n")) :] or "\n"
    return "".join(lines), [_left_out([i + 1 for i in skipped], "comment", "Line")] if skipped else []


def _any_number(cells):
    return any(number(cell, False) is not None for cell in cells)


def _left_out(rows, what, word="Row"):
    shown = ", ".join(map(str, rows[:5])) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
    if len(rows) == 1:
        return f"{word} {shown} was left out: {what}."
    return f"{word}s {shown} were left out: {what}."


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


def _without_titles(numbered):
    """The rows without titles above the table, notes below it and comments between; and what was left out."""
    width = Counter(len(cells) for _, cells in numbered).most_common(1)[0][0]
    notes, first = [], 0
    while first + 1 < len(numbered) and _is_title(numbered, first, width):
        first += 1
    if first:
        notes.append(_left_out([row for row, _ in numbered[:first]], "a title above the header"))
    last = len(numbered)
    while last - first > 2 and _is_remark(numbered[last - 1][1], width):
        last -= 1
    if last < len(numbered):
        notes.append(_left_out([row for row, _ in numbered[last:]], "a remark below the table"))
    kept = numbered[first:last]
    comments = [row for row, cells in kept if len(cells) != width and cells[0].lstrip().startswith("# ")]
    if comments:
        notes.append(_left_out(comments, "comment"))
        kept = [(row, cells) for row, cells in kept if row not in set(comments)]
    return kept, notes


def _is_title(numbered, i, width):
    """Whether a row stands above the header: text in its first cell alone, or too few cells, then a row of words, then numbers."""
    cells, rest = numbered[i][1], [row for _, row in numbered[i + 1 : i + 6]]
    full = [len(row) == width and sum(map(bool, map(str.strip, row))) > max(1, width // 2) for row in rest]
    if (
        not cells[0].strip()
        or sum(bool(cell.strip()) for cell in cells) > (2 if len(cells) < width else 1)
        or width < 2
    ):
        return False
    if number(cells[0], False) is not None or not any(full):
        return False
    head = full.index(True)
    if head and len(cells) == width and all(len(row) == width for row in rest[:head]) and head > 3:
        return False
    below = rest[head + 1 :]
    words = all(number(cell, False) is None or _is_year(cell) for cell in rest[head])
    return words and any(number(cell, True) is not None for row in below for cell in row if len(row) == width)


def _is_remark(cells, width):
    first, others = cells[0].strip(), any(cell.strip() for cell in cells[1:])
    if not any(c.isalpha() for c in first) or others:
        return False
    return len(cells) != width or (width > 2 and _SOURCE_LINE.match(first) is not None)


def _without_edges(columns, separator):
    """Columns without an empty one at the end (every row ended with a separator) or, between bars, at the beginning."""
    at = list(range(1, len(columns) + 1))
    if len(columns) > 2 and not any(columns[-1]):
        columns, at = columns[:-1], at[:-1]
    if len(columns) > 2 and separator == "|" and not any(cell.strip() for cell in columns[0]):
        columns, at = columns[1:], at[1:]
    return columns, at


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
    for row, cells in numbered:
        if len(cells) != len(header):
            if row == numbered[1][0] and all(len(other) == len(cells) for _, other in numbered[1:]):
                raise TableError(
                    f"Row {first} has {len(header)} {'value' if len(header) == 1 else 'values'} and all others have "
                    f"{len(cells)}; delete it if it is a title, or give every row the same number of values."
                )
            raise TableError(
                f"Row {row} has {len(cells)} {'value' if len(cells) == 1 else 'values'} and row {first} has "
                f"{len(header)}; give every row the same number of values."
            )
    if len(header) == 1:
        raise TableError(ONE_COLUMN)


def _refuse_formulas(columns, rows, at):
    for c, column in zip(at, columns, strict=True):
        for i, cell in enumerate(column):
            if cell[:1] in _STARTS and is_formula(cell):
                raise TableError(
                    f"Row {rows[i]}, column {c} holds a formula ({shorten(cell, 20)}); save the file with values "
                    "in place of formulas."
                )


_STARTS = frozenset("=@+- \t\r\n\u00a0\u2009\u202f")


# From text to columns


def _has_header(columns, comma):
    """The first row is a header if no value in it is a number, and it does not look like the rows below; or if its only
    numbers are years or count up (2019, 2020 or 0, 1, 2), unlike the rows below."""
    first = [column[0] for column in columns]
    if all(is_gap(cell) for cell in first):
        return False
    if all(cell.startswith("'") for cell in first):
        return True
    if any(_looks_like_number(cell, column, comma) for cell, column in zip(first, columns, strict=True)):
        return _counts_up(columns, comma)
    if len(columns[0]) == 1:
        return True
    below_number = any(numbers_of(Counter([cell]), comma) for column in columns for cell in column[1:20])
    return below_number or not any(column[0] in column[1:] for column in columns)


def _looks_like_number(cell, column, comma):
    """A number, or one with the currency or % that the cells below have, too."""
    if number(cell, comma) is not None:
        return True
    mark = bare(cell)[-1:] if bare(cell)[-1:] in "%€$" else bare(cell)[:1] if bare(cell)[:1] in "€$£" else ""
    return bool(mark) and all(mark in c for c in column[1:20]) and bool(numbers_of(Counter([cell]), comma))


def _is_year(cell):
    return re.fullmatch(r"(1[89]|20|21)\d\d(\.0)?", cell.strip()) is not None


def _counts_up(columns, comma):
    """Whether the first row's numbers are years, or 0, 1, 2, ... or 1, 2, 3, ..., and its texts occur nowhere below."""
    inside = [column for column in columns if number(column[0], comma) is not None]
    texts = [column for column in columns if number(column[0], comma) is None]
    if len(columns[0]) < 3 or any(column[0].strip() in map(str.strip, column[1:]) for column in texts):
        return False
    if not texts and not all(map(_is_year, (column[0] for column in columns))) and len(columns) < 4:
        return False
    below = [[v for cell in column[1:200] if (v := number(cell, comma)) is not None] for column in inside]
    values = [number(column[0], comma) for column in inside]
    steps = {b - a for a, b in pairwise(values)}
    if all(_is_year(column[0]) for column in inside):
        unlike = all(sum(1800 <= v < 2200 and v.is_integer() for v in column) <= len(column) / 2 for column in below)
        return unlike and len(steps) <= 1 and 0 not in steps and bool(texts or len(inside) > 2)
    run = len(values) > 2 and values[0] in (0, 1) and steps == {1}
    return run and all(any(not v.is_integer() for v in column) for column in below)


def _header_cells(columns):
    first = [column[0] for column in columns]
    return (
        [cell[1:] for cell in first] if all(cell.startswith("'") for cell in first) else [unguarded(c) for c in first]
    )


def _data_rows(columns, rows, comma, has_header):
    """Which rows are samples: not the header, nor one repeated, of units, a rule (---) or a total; and what was left out."""
    keep, notes, n = list(range(has_header, len(rows))), [], len(rows)
    rules = [i for i in keep if "--" in columns[0][i] and all(_RULE.fullmatch(column[i]) for column in columns)]
    if rules and len(rules) < len(keep):
        keep = [i for i in keep if i not in set(rules)]
        notes.append(_left_out([rows[i] for i in rules], "a rule between the header and the rows"))
    if has_header:
        first = columns[0][0]
        header = [column[0] for column in columns]
        again = [i for i in keep if columns[0][i] == first and [column[i] for column in columns] == header]
        if again and len(again) < len(keep) and any(cell.strip() for cell in header):
            keep = [i for i in keep if i not in set(again)]
            notes.append(_left_out([rows[i] for i in again], "the header once more"))
        if len(keep) > 2 and _is_unit_row([column[keep[0]] for column in columns], columns, keep, comma):
            notes.append(_left_out([rows[keep[0]]], "units of the columns"))
            keep = keep[1:]
    totals = []
    while len(keep) > 3 and (certain := _is_total(columns, keep, comma)) is not None:
        if not certain:
            word = next(cell for column in columns if (cell := column[keep[-1]].strip()))
            notes.append(f"Row {rows[keep[-1]]} is called '{shorten(word, 20)}'; if it sums up the others, delete it.")
            break
        totals.insert(0, rows[keep.pop()])
    if totals and n:
        notes.append(_left_out(totals, "a total of the others"))
    return keep, notes


def _is_unit_row(cells, columns, keep, comma):
    """Units below the header: in brackets, or well known, each above numbers; nothing else in that row."""
    units = [c for c, cell in enumerate(cells) if cell.strip()]
    if not units or not all(_UNIT.fullmatch(cells[c].strip()) for c in units):
        return False
    if all(is_gap(cells[c]) for c in units):
        return False
    below = [[columns[c][i] for i in keep[1:20] if columns[c][i].strip()] for c in units]
    numeric = [sum(number(cell, comma) is not None for cell in column) >= 0.8 * max(1, len(column)) for column in below]
    return all(numeric) and any(below)


def _is_total(columns, keep, comma):
    """Whether the last row is a total of the others: True, False where only its name says so, None if it is none."""
    cells = [column[keep[-1]] for column in columns]
    first = next((c for c, cell in enumerate(cells) if cell.strip()), None)
    if first is None or not _TOTAL.fullmatch(cells[first].strip().rstrip(":")):
        return None
    above = [columns[first][i] for i in keep[:-1]]
    if sum(cell.strip().lower() == cells[first].strip().lower() for cell in above):
        return None  # a category like others
    if sum(number(cell, comma) is not None for cell in above) > 0.8 * len(above):
        return True
    for c, cell in enumerate(cells):
        total = number(cell, comma)
        values = [v for i in keep[:-1] if (v := number(columns[c][i], comma)) is not None]
        if c == first or total is None or not values:
            continue
        sums = sum(values), sum(values) / len(values)
        if any(
            abs(total - value) <= 1e-6 * max(1, sum(map(abs, values))) / (1, len(values))[k]
            for k, value in enumerate(sums)
        ):
            return True
    return False


def _names(cells):
    names = [_one_line(cell) or f"column {c}" for c, cell in enumerate(cells, start=1)]
    seen = {}
    for c, name in enumerate(names, start=1):
        if name in seen:
            raise TableError(
                f"Columns {seen[name]} and {c} have the same name '{shorten(name)}'; give each column a name of its own."
            )
        seen[name] = c
    return list(_told_apart(names).values())


def _told_apart(texts):
    """{text: at most MAX_NAME characters of it}; texts that differ only later are numbered."""
    short, used = {}, set()
    for text in texts:
        name, n = shorten(text, MAX_NAME), 2
        while name in used:
            name, n = f"{shorten(text, MAX_NAME - 2 - len(str(n)) - 1)} ({n})", n + 1
        used.add(name)
        short[text] = name
    return short


def _one_line(text):
    text = "".join(c if c.isprintable() else " " for c in str(text))
    return " ".join(text.replace("<", "‹").replace(">", "›").split())


def clean(text) -> str:
    """A name from a file: one line of printable characters, none that a chart would read as a tag, at most MAX_NAME."""
    return shorten(_one_line(text), MAX_NAME)


def shorten(text, limit=40) -> str:
    """At most this many characters on one line, the last one … if some are left out."""
    text = " ".join(str(text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _column(name, cells, comma, rows, notes, faults, *, strict):
    """A column of numbers or of categories. strict: the decimal sign was chosen, so no other is tried."""
    values = _plain_numbers(cells, comma)
    if values is not None:
        _refuse_infinite(name, values, cells, rows)
        return Column(name, values)
    found = _marked_numbers(cells, comma)
    if found is not None:
        values, mark, first = found
        _refuse_infinite(name, values, cells, rows)
        notes.append(_without_sign(name, mark, first, values[cells.index(first)]))
        return Column(name, values)
    counts = Counter(cells)
    gaps = {cell for cell in counts if is_gap(cell, NUMBER_GAPS)}
    there = Counter({cell: n for cell, n in counts.items() if cell not in gaps})
    found = numbers_of(there, comma)
    if not strict and (not found or isinstance(found, str) or found.bad):
        other = numbers_of(there, not comma)
        if other and not isinstance(other, str) and not other.bad:
            found = other
            notes.append(f"Column '{shorten(name)}' was read with a decimal {'point' if comma else 'comma'}.")
    if isinstance(found, str):
        if found:
            notes.append(f"Column '{shorten(name)}' holds {found}, so its values are categories.")
        return _categories(name, cells, notes)
    if found.bad:
        faults[name] = [(rows[i], cell, len(cells) - sum(map(counts.get, gaps)) - sum(map(counts.get, found.bad)))
                        for i, cell in enumerate(cells) if cell in found.bad]  # fmt: skip
        return Column(name, np.zeros(len(cells)))
    if found.mark:
        cell = next(cell for cell in found.values if found.mark.lower() in cell.lower())
        notes.append(_without_sign(name, found.mark, cell, found.values[cell]))
    known = {**dict.fromkeys(gaps, np.nan), **found.values}
    values = np.array([known[cell] for cell in cells], dtype=float)
    _refuse_infinite(name, values, cells, rows)
    return Column(name, values)


def _without_sign(name, mark, cell, value):
    return f"Column '{shorten(name)}' was read without its sign {mark}: {shorten(cell, 20)} is {number_text(value)}."


def _marked_numbers(cells, comma):
    """Numbers that all have the same currency, % or unit in the same place, that sign and a first cell; else None: the quick
    way for long columns."""
    first = next((cell for cell in cells if cell), "")
    found = written(first, comma)
    if found is None or not found.mark or found.loss:
        return None
    head, tail = re.fullmatch(r"(\D*?)[-+.,]?\d.*?([^\d.,]*)", first, re.DOTALL).groups()
    if bool(head.strip()) == bool(tail.strip()) or any(
        cell and not (cell.startswith(head) and cell.endswith(tail)) for cell in cells
    ):
        return None
    values = _plain_numbers([cell[len(head) : len(cell) - len(tail)] for cell in cells], comma)
    return None if values is None else (values, found.mark, first)


def _plain_numbers(cells, comma):
    """Cells as numbers, NaN for the usual gaps; None unless all are plain: that is quick, and usual."""
    if not all(cells):
        given = [cell for cell in cells if cell]
        if not given:
            return np.full(len(cells), np.nan)
        numbers, values = _plain_numbers(given, comma), np.full(len(cells), np.nan)
        if numbers is None:
            return None
        values[[bool(cell) for cell in cells]] = numbers
        return values
    joined = "".join(cells)
    if not joined.isascii() or re.search("[^-+0-9e,\\s]" if comma else "[^-+0-9e.\\s]", joined, re.IGNORECASE):
        return None
    try:
        return np.array([float(cell.replace(",", ".")) for cell in cells] if comma else list(map(float, cells)))
    except ValueError:
        return None


def _refuse_infinite(name, values, cells, rows):
    infinite = np.flatnonzero(np.isinf(values))
    if len(infinite):
        raise TableError(
            f"Row {rows[infinite[0]]}, column '{shorten(name)}' holds a number too large to compute with "
            f"({shorten(cells[infinite[0]], 20)}); correct or empty it."
        )


def _categories(name, cells, notes):
    counts = Counter(cells)
    gaps = {cell for cell in counts if is_gap(cell, GAPS | FAULTS)}
    words = [cell for cell in counts if cell in gaps and cell.strip()]
    texts = {cell: _one_line(unguarded(cell)) for cell in counts if cell not in gaps}
    if words and _are_values({word.strip() for word in words}, set(texts.values())):
        texts |= {cell: _one_line(cell) for cell in words}
        gaps -= set(words)
    elif words:
        word, n = shorten(max(words, key=counts.get), 20).strip(), sum(counts[cell] for cell in words)
        notes.append(
            f"In column '{shorten(name)}', {n:,} {'cell' if n == 1 else 'cells'} with '{word}' count as missing."
        )
    texts = {cell: texts[cell] for cell in counts if cell in texts}  # in the order of their first appearance
    same = _same_words(list(dict.fromkeys(texts.values())))
    if merged := [text for text in same if same[text] != text]:
        notes.append(
            f"Column '{shorten(name)}': '{shorten(merged[0], 20)}' and '{shorten(same[merged[0]], 20)}' differ only in "
            "capitals and count as one."
        )
    if not same:
        return Column(name, np.full(len(cells), np.nan))
    short = _told_apart(dict.fromkeys(same.values()))
    numbers = {text: k for k, text in enumerate(short)}
    values = np.array([NO_CLASS if cell in gaps else numbers[same[texts[cell]]] for cell in cells], dtype=int)
    return Column(name, values, tuple(short.values()))


def _are_values(words, texts):
    """Whether words for a gap are values here: NA among countries' codes, - among + or grades."""
    if words == {"NA"}:
        return len(texts) > 2 and all(len(t) == 2 and t.isalpha() and t.isupper() for t in texts)
    return words == {"-"} and any(set(t) <= set("+-/0o") or re.fullmatch(r"[A-F][+-]", t) for t in texts)


_SHORT_WORDS = {
    "yes",
    "no",
    "y",
    "n",
    "ja",
    "nein",
    "j",
    "true",
    "false",
    "t",
    "f",
    "on",
    "off",
    "m",
    "w",
    "d",
    "si",
    "oui",
    "non",
}


def _same_words(texts):
    """{text: the first text that differs from it only in capitals}; of short texts only yes and no and the like."""
    lower = [text.casefold() for text in texts]
    if len(set(lower)) == len(lower):
        return dict(zip(texts, texts, strict=True))
    short = set(lower) <= _SHORT_WORDS
    first = {}
    return {
        text: first.setdefault(key, text) if len(key) > 2 or short else text
        for text, key in zip(texts, lower, strict=True)
    }


def _refuse_faults(faults):
    """Raise TableError for cells that are no numbers in columns of numbers: the row if it spoils several, else the cell."""
    if not faults:
        return
    at = Counter(row for cells in faults.values() for row, _, _ in cells)
    row, n = at.most_common(1)[0]
    if n > 1:
        column, cell = next((name, cell) for name, cells in faults.items() for r, cell, _ in cells if r == row)
        raise TableError(
            f"Row {row} holds text in {n} columns of numbers ('{shorten(cell, 20)}' in {_place(shorten(column, 20))}). Delete "
            "the row if it is a header, a row of units or a total, or else correct it."
        )
    name, cells = next(iter(faults.items()))
    row, cell, others = cells[0]
    also = f" Row {cells[1][0]} has '{shorten(cells[1][1], 20)}'." if len(cells) == 2 else ""
    also = f" {len(cells) - 1} more rows are like it." if len(cells) > 2 else also
    raise TableError(
        f"Row {row}, {_place(name)}: '{shorten(cell, 20)}' is not a number{_like(cell)}, but the other {others} cells "
        f"are.{also} Correct it or leave it empty."
    )


def _place(name):
    return shorten(name) if re.fullmatch(r"column \d+", name) else f"column {shorten(name)}"


def _like(cell):
    """What a cell is that has a number and something else beside it."""
    return " like the others" if numbers_of(Counter([cell]), "," in cell) else ""


# From a table to samples


def guess_target(table: Table) -> int:
    """The column called class, target, label or y (or species and the like), or else the last one from which something
    can be learned; in a file without a header that ends in a measured number, a first column of classes 1, 2, 3."""
    named = [c for name in TARGET_NAMES for c, column in enumerate(table.columns) if column.name.lower() == name]
    if not table.has_header and _classes_come_first(table.columns):
        named = [0]
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


def _classes_come_first(columns):
    first = columns[0].distinct()
    counted = (
        columns[0].is_number
        and 2 <= len(first) <= GUESSED_CLASSES
        and set(np.diff(first)) == {1}
        and first[0] in (0, 1)
    )
    rest_numbers = all(column.is_number for column in columns) and len(columns) > 3
    repeated = 2 * len(first) <= len(columns[0].values)
    return counted and rest_numbers and repeated and guess_task(columns[-1]) == REGRESSION


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
    """Whether a column counts the rows up from any number: an id; but years and what is called a time are measured."""
    values = column.values
    if len(values) < 3 or not (values == values[0] + np.arange(len(values))).all() or not float(values[0]).is_integer():
        return False
    if re.fullmatch(_TIMES, column.name, re.IGNORECASE):
        return False
    years = values[0] >= 1800 and values[-1] < 2200 and re.search("id|nr|no|num", column.name, re.IGNORECASE) is None
    return values[0] >= 0 and not years


_TIMES = r"t|(time|hour|day|week|month|quarter|year|step|epoch|date|zeit|stunde|tag|woche|monat|jahr|an|jour|mois)s?( ?[(\[].*)?"


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
    writer.writerow([guarded(name) for name in (*feature_names, target_name)])
    classes = [name if number(name, False) is not None else guarded(name) for name in class_names]
    for row, target in zip(X.tolist(), y.tolist(), strict=True):
        missing = target == NO_CLASS if class_names else target != target
        last = "" if missing else classes[int(target)] if class_names else _written(target)
        writer.writerow([*(_written(value) for value in row), last])
    return out.getvalue()


def table_csv(table: Table) -> str:
    """A table as CSV in one form: UTF-8, commas, decimal points, a header; it reads back to the same columns."""
    columns = [
        [column.name, *(_written(v, number_text) for v in column.values.tolist())]
        if column.is_number
        else [column.name, *map([*map(guarded, column.categories), ""].__getitem__, column.values.tolist())]
        for column in table.columns
    ]
    names = [guarded(column.name) for column in table.columns]
    for column, name in zip(columns, names, strict=True):
        column[0] = name
    if not _has_header(columns, False) or all(name.startswith("'") for name in names):
        for column, name in zip(columns, table.columns, strict=True):
            column[0] = f"'{name.name}"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(zip(*columns, strict=True))
    text = out.getvalue()
    return (
        text if _separator(text) == "," else f"sep=,\n{text}"
    )  # as Excel writes it, where names hold other separators


def _written(value, text=repr):
    """A number's text; 1.125 gets a zero more, so that nobody takes its point for one between thousands."""
    if value != value:
        return ""
    text = text(value)
    return f"{text}0" if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text) else text
