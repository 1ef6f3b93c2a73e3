"""Tables: a file of one's own, from its bytes to a source of samples.

`read_table` takes the rows of a text table (rows.py), settles its header and decimal sign, and sorts its columns into numbers
and categories (cells.py); `source_of` chooses a target and turns the other columns into inputs, categories one-hot.
`to_csv` writes any samples as the table that reads back to the same numbers. A file that cannot be used gives one
sentence (`TableError`) that names the fault, its row or column, and the remedy. Rows are counted as a spreadsheet counts
them: from 1, the header included.
"""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ffbp.cells import (
    FAULTS,
    GAPS,
    NUMBER_GAPS,
    decimal_sign,
    guarded,
    is_gap,
    number,
    numbers_of,
    unguarded,
    written,
)
from ffbp.datasets import CLASSIFICATION, NO_CLASS, REGRESSION, Source, ink_of, usable_rows
from ffbp.rows import (
    MAX_COLUMNS,
    SEPARATORS,
    TableError,
    check_length,
    data_rows,
    grid_of,
    has_header,
    header_cells,
    separator_of,
    shorten,
)

MAX_CATEGORIES = 50  # of a column that becomes inputs
MAX_CLASSES = 10  # as many as there are colours to tell apart
MAX_CELLS = 2_500_000  # of the encoded inputs: 20 MB
MAX_NAME = 80
MAX_GUESSES = 20
GUESSED_CLASSES = 10  # more different whole numbers than that are taken for a measured target

TARGET_NAMES = ("class", "target", "label", "y", "species", "quality", "diagnosis", "variety")
CLASS_NAMES = ("target", "class", "label")  # y is just as often a number that was measured


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


def read_table(
    data: bytes, name: str = "table.csv", *, header: bool | None = None, decimal: str | None = None
) -> Table:
    """A table from a CSV or TSV file's bytes. Raises TableError with one sentence for anything that is none.

    header: whether the first row names the columns; decimal: "point" or "comma"; None: as recognised.
    """
    grid = grid_of(data)
    columns, notes, faults = grid.columns, list(grid.notes), {}
    comma, doubtful = decimal_sign(columns, grid.separator) if decimal is None else (decimal == "comma", "")
    with_header = has_header(columns, comma) if header is None else header
    keep, said = data_rows(grid, comma, with_header)
    notes += said
    if with_header and not keep:
        raise TableError("The file has a header but no row of data; add rows, one a sample.")
    names = _names(header_cells(columns) if with_header else [""] * len(columns))
    rows = [grid.rows[i] for i in keep]
    check_length(len(rows))
    made = tuple(
        _column(title, [column[i] for i in keep], comma, rows, notes, faults, strict=decimal is not None)
        for title, column in zip(names, columns, strict=True)
    )
    _refuse_faults(faults)
    if all(column.n_missing == len(rows) for column in made):
        raise TableError("Every value in the file is missing; fill in some and load it again.")
    if doubtful:
        notes.append(_doubt(doubtful, comma))
    written_by = SEPARATORS.get(grid.separator, "space")
    mark = fingerprint(data)
    return Table(
        clean(name) or "table.csv", mark, made, grid.encoding, written_by, comma, with_header, tuple(notes), data
    )


def _doubt(cell, comma):
    values = [number(cell, c) for c in (False, True)]
    if None in values or values[0] == values[1]:
        return f"{shorten(cell, 20)} was read with {'a decimal comma' if comma else 'a decimal point'}."
    chosen, other = (number_text(values[c]) for c in (comma, not comma))
    return f"{shorten(cell, 20)} was read as {chosen}. If it means {other}, choose the other decimal sign."


# From text to columns


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
    if isinstance(found, str) or found.bad:
        other, sign = numbers_of(there, not comma), "point" if comma else "comma"
        if other and not isinstance(other, str) and not other.bad:
            found = found if strict else other
            notes.append(
                f"Column '{shorten(name)}' was read with a decimal {sign}."
                if not strict
                else f"Column '{shorten(name)}' holds numbers with a decimal {sign}, which is not the sign that was chosen."
            )
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
    if not has_header(columns, False) or all(name.startswith("'") for name in names):
        for column, name in zip(columns, table.columns, strict=True):
            column[0] = f"'{name.name}"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(zip(*columns, strict=True))
    text = out.getvalue()
    return (
        text if separator_of(text) == "," else f"sep=,\n{text}"
    )  # as Excel writes it, where names hold other separators


def _written(value, text=repr):
    """A number's text; 1.125 gets a zero more, so that nobody takes its point for one between thousands."""
    if value != value:
        return ""
    text = text(value)
    return f"{text}0" if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text) else text
