"""Rows: a file's bytes as cells of text.

`grid_of` detects the encoding and the separator. It omits comments, titles above the table and remarks below it, each
with a note. Rows are counted as in a spreadsheet: from 1, including the header.
"""

import codecs
import csv
import io
import json
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from ffbp.data.cells import is_formula, is_gap, is_year, number
from ffbp.words.text import shorten

MAX_BYTES = 5 * 2**20
MAX_ROWS = 20_000
MAX_COLUMNS = 1000
SEPARATORS = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma"}  # comma last: it is also a decimal sign
SPACE = " "  # the separator if no other separates columns
_SAMPLE = 65_536  # characters used to detect the separator

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
_NAMED_SEPARATOR = re.compile(r'"?sep=([\t;|,])"?(?=[\r\n])', re.IGNORECASE)  # a first line that Excel understands
_SOURCE_LINE = re.compile(
    r"(data )?(source|from)\b|quellen?\b|notes?\b|anmerkung|hinweis|stand\b|last updated|downloaded|©|\*|copyright|legende?\b",
    re.I,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_FORMULA_STARTS = frozenset("=@+- \t\r\n\u00a0\u2009\u202f")

EMPTY = "The file is empty; choose a CSV file with a header and one row per sample."
ONE_COLUMN = "The file has only one column; a table needs inputs and a target, separated by comma, semicolon, tab or |."
ENCODING_NOTE = (
    "The file's encoding is not UTF-8. It was read as Western European text from Windows: if names look wrong, save "
    "the file as CSV (UTF-8) and load it again."
)


class TableError(ValueError):
    """A file that cannot be used: one sentence with the fault, its place and the remedy."""


@dataclass(frozen=True)
class Grid:
    """A file's cells by column, including the header, the number of each row, and the file's format."""

    columns: list[list[str]]
    rows: list[int]
    encoding: str
    separator: str
    notes: tuple[str, ...]


def grid_of(data: bytes) -> Grid:
    """The cells of a file. Raises TableError if it is not a text table, or if it contains formulas."""
    if len(data) > MAX_BYTES:
        size, most = f"{len(data) / 2**20:.1f} MB", f"{MAX_BYTES // 2**20} MB"
        raise TableError(f"The file has {size}; at most {most} can be read: keep fewer rows or columns.")
    text, encoding = _decode(data)
    _refuse_other_formats(text)
    notes = [ENCODING_NOTE] if encoding not in ("UTF-8", "UTF-16") else []
    named = _NAMED_SEPARATOR.match(text)
    text = text[named.end() :] if named else text  # the line break stays, so that rows keep their numbers
    text, comments = _without_comments(text)
    separator = named[1] if named else separator_of(text)
    if separator == SPACE:
        text = "\n".join(" ".join(line.split()) for line in re.split("\r\n|\r|\n", text))
    numbered, titles = _without_titles(_rows(text, separator))
    _check_shape(numbered)
    rows, lines = zip(*numbered, strict=True)
    columns, at = _without_edges([list(cells) for cells in zip(*lines, strict=True)], separator)
    _check_width(rows[0], len(columns))
    _refuse_formulas(columns, rows, at)
    return Grid(columns, list(rows), encoding, separator, (*notes, *comments, *titles))


def _refuse_other_formats(text):
    """Raise TableError, naming the format, for JSON, HTML and other text that is not a table."""
    start = text.lstrip()[:200]
    lower = start.lower()
    what = None
    if start[0] in "[{":
        for part in (text, text.lstrip().splitlines()[0]):
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
    """(text, encoding's name) of a file's bytes."""
    if not data.strip():
        raise TableError(EMPTY)
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
                    f"The file is marked as {label}, but byte {error.start + 1} is not; save it as CSV (UTF-8) again."
                ) from None
    # In a table in UTF-16 without a byte-order mark, nearly every other byte is zero.
    for first, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        halves = data[first::2], data[1 - first :: 2]
        if len(data) % 2 == 0 and halves[0].count(0) > 0.7 * len(halves[0]) and not halves[1].count(0):
            return _checked_text(data.decode(encoding, errors="replace"), "UTF-16")
    try:
        return _checked_text(data.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):
            return _checked_text(data.decode("cp1252"), "Windows-1252")
        return _checked_text(data.decode("latin-1"), "Latin-1")  # it has bytes that Windows-1252 does not define


def _checked_text(text, label):
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        fault = f"line {line} holds the control character {ord(control[0]):#04x}"
        raise TableError(f"The file is not a text table: {fault}; save it as CSV (UTF-8).")
    if not text.strip():
        raise TableError(EMPTY)
    return text, label


def separator_of(text: str) -> str:
    """The separator that gives the largest share of the first rows the same number of values, more than one."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        cut = max(sample.rfind("\n"), sample.rfind("\r"))
        sample = sample[:cut] if cut > 0 else sample
    best, best_share, width = None, 0.0, 1
    for separator in SEPARATORS:
        if separator not in sample:
            continue
        counts = Counter()
        with suppress(csv.Error):  # the rows before the fault suffice; `_rows` will report it
            for cells in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=separator), 200):
                counts[len(cells)] += bool(cells)
        del counts[0]
        if not counts:
            continue
        usual, n = counts.most_common(1)[0]
        share = n / counts.total()
        if usual > 1 and share > best_share:
            best, best_share, width = separator, share, usual
    if best in (None, "\t", ",") and _spaces_separate(sample, width, best):
        return SPACE
    best = best or next((separator for separator in reversed(SEPARATORS) if separator in sample), None)
    if best is None:
        raise TableError(ONE_COLUMN)
    return best  # if it does not separate columns, `_rows` or `_check_shape` will report the fault


def _spaces_separate(sample, width, other):
    """Whether spaces give more columns than the best separator: the same number in each line, most of them numbers.

    Raises TableError if only the number of columns varies.
    """
    lines = [line for line in sample.splitlines() if line.strip()][:200]
    if not lines or SPACE not in sample or ('"' in sample and other == ","):
        return False
    split = [re.findall(r'"[^"]*"|\S+', line) for line in lines]

    def mostly_numbers(cells):
        good = [is_gap(cell) or (cell[-1] != "," and number(cell, "," in cell) is not None) for cell in cells]
        return 2 * sum(good) >= len(cells)

    if max(map(len, split)) < 2 or not all(map(mostly_numbers, split[1:] or split)):
        return False
    if len({len(cells) for cells in split}) == 1:
        return len(split[0]) > (1 if other == "," else width)
    if other is None:
        i = next(i for i, cells in enumerate(split) if len(cells) != len(split[0]))
        raise TableError(
            f"The file's values are separated by spaces, but line {i + 1} has {len(split[i])} values and line 1 has "
            f"{len(split[0])}; separate them by commas, semicolons or tabs."
        )
    return False


def _without_comments(text):
    """The text with the comment lines before the table emptied, so that rows keep their numbers; and a note.

    A last comment `# a, b, c` above numbers is the header, as NumPy writes it.
    """
    if not text.lstrip("\r\n").startswith("#"):
        return text, []
    lines = text.splitlines(keepends=True)
    is_comment = re.compile(r"#+([^,;\t|\r\n]|\s*$)").match
    n = next((i for i, line in enumerate(lines) if line.strip() and not is_comment(line)), 0)
    skipped = [i for i in range(n) if lines[i].strip()]
    if not skipped:
        return text, []
    last = skipped[-1]
    for separator in (*SEPARATORS, None):
        head, first = ([c.strip() for c in lines[i].strip().split(separator)] for i in (last, n))
        head = head if separator or head[:1] != ["#"] else head[1:]
        if 1 < len(head) == len(first) and [_any_number(head), _any_number(first)] == [False, True]:
            lines[last] = re.sub(r"^#+\s+", "", lines[last])
            skipped.remove(last)
            break
    for i in skipped:
        lines[i] = lines[i][len(lines[i].rstrip("\r\n")) :] or "\n"
    return "".join(lines), [left_out([i + 1 for i in skipped], "comment", "Line")] if skipped else []


def _any_number(cells):
    return any(number(cell, False) is not None for cell in cells)


def left_out(rows, what, word="Row"):
    """A note on rows that were left out."""
    shown = ", ".join(map(str, rows[:5])) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
    return f"{word} {shown} was left out: {what}." if len(rows) == 1 else f"{word}s {shown} were left out: {what}."


def _rows(text, separator):
    """[(number, cells)] of all rows that are not blank; numbers count from 1 and include blank rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, number = [], 0
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > 1 or (cells and cells[0].strip()):
                rows.append((number, cells))
                _check_width(number, len(cells) - 1)  # the last column may be empty
                check_length(len(rows) - 1)  # the first row may be a header
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
        raise TableError(EMPTY)
    return rows


def _without_titles(numbered):
    """The rows without titles above the table, remarks below it and comments between them; and notes on these."""
    width = Counter(len(cells) for _, cells in numbered).most_common(1)[0][0]
    notes, first = [], 0
    while first + 1 < len(numbered) and _is_title(numbered, first, width):
        first += 1
    if first:
        notes.append(left_out([row for row, _ in numbered[:first]], "a title above the header"))
    last = len(numbered)
    while last - first > 2 and _is_remark(numbered[last - 1][1], width):
        last -= 1
    if last < len(numbered):
        notes.append(left_out([row for row, _ in numbered[last:]], "a remark below the table"))
    kept = numbered[first:last]
    comments = [row for row, cells in kept if len(cells) != width and cells[0].lstrip().startswith("# ")]
    if comments:
        notes.append(left_out(comments, "comment"))
        kept = [(row, cells) for row, cells in kept if row not in set(comments)]
    return kept, notes


def _is_title(numbered, i, width):
    """Whether a row is a title: it has few cells, or text only in the first; below it follow a row of words and numbers."""
    cells, rest = numbered[i][1], [row for _, row in numbered[i + 1 : i + 6]]
    full = [len(row) == width and sum(map(bool, map(str.strip, row))) > max(1, width // 2) for row in rest]
    n_filled = sum(bool(cell.strip()) for cell in cells)
    if not cells[0].strip() or n_filled > (2 if len(cells) < width else 1) or width < 2:
        return False
    if number(cells[0], False) is not None or not any(full):
        return False
    head = full.index(True)
    if head and len(cells) == width and all(len(row) == width for row in rest[:head]) and head > 3:
        return False
    below = rest[head + 1 :]
    words = all(number(cell, False) is None or is_year(cell) for cell in rest[head])
    return words and any(number(cell, True) is not None for row in below for cell in row if len(row) == width)


def _is_remark(cells, width):
    first, others = cells[0].strip(), any(cell.strip() for cell in cells[1:])
    if not any(c.isalpha() for c in first) or others:
        return False
    return len(cells) != width or (width > 2 and _SOURCE_LINE.match(first) is not None)


def _without_edges(columns, separator):
    """Columns without an empty last one (every row ended with a separator) or, between bars, an empty first one."""
    at = list(range(1, len(columns) + 1))
    if len(columns) > 2 and not any(columns[-1]):
        columns, at = columns[:-1], at[:-1]
    if len(columns) > 2 and separator == "|" and not any(cell.strip() for cell in columns[0]):
        columns, at = columns[1:], at[1:]
    return columns, at


def _check_width(row, n_columns):
    if n_columns > MAX_COLUMNS:
        most = f"{MAX_COLUMNS:,}"
        raise TableError(f"Row {row} has more than {most} columns; at most {most} can be read: keep those you need.")


def check_length(n_rows: int) -> None:
    """Raise TableError for more rows than can be read."""
    if n_rows > MAX_ROWS:
        most = f"{MAX_ROWS:,}"
        raise TableError(f"The file has more than {most} rows; at most {most} can be read: keep a sample of them.")


def _check_shape(numbered):
    first, header = numbered[0]
    for row, cells in numbered:
        if len(cells) != len(header):
            remedy = "give every row the same number of values"
            if row == numbered[1][0] and all(len(other) == len(cells) for _, other in numbered[1:]):
                fault = f"Row {first} has {_values(header)}, all others have {len(cells)}"
                raise TableError(f"{fault}; delete it if it is a title, or {remedy}.")
            raise TableError(f"Row {row} has {_values(cells)} and row {first} has {len(header)}; {remedy}.")
    if len(header) == 1:
        raise TableError(ONE_COLUMN)


def _values(cells):
    return "1 value" if len(cells) == 1 else f"{len(cells)} values"


def _refuse_formulas(columns, rows, at):
    for c, column in zip(at, columns, strict=True):
        for i, cell in enumerate(column):
            if cell[:1] in _FORMULA_STARTS and is_formula(cell):
                fault = f"Row {rows[i]}, column {c} holds a formula ({shorten(cell, 20)})"
                raise TableError(f"{fault}; save the file with values in place of formulas.")
