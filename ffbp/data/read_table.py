"""From the bytes of a file to a table: the names of its columns, and numbers or categories in each."""

import re
from collections import Counter

import numpy as np

from ffbp.data.cells import FAULTS, GAPS, NUMBER_GAPS, decimal_sign, is_gap, number, numbers_of, unguarded, written
from ffbp.data.header import data_rows, has_header, header_cells
from ffbp.data.rows import SEPARATORS, TableError, check_length, grid_of
from ffbp.data.source import NO_CLASS
from ffbp.data.table import MAX_NAME, Column, Table, clean, fingerprint, number_text, one_line
from ffbp.words.text import shorten, word_set

MAX_CATEGORIES = 50  # of a column that becomes inputs
MAX_CELLS = 2_500_000  # of the encoded inputs: 20 MB


def read_table(
    data: bytes, name: str = "table.csv", *, header: bool | None = None, decimal: str | None = None
) -> Table:
    """A table from the bytes of a CSV or TSV file. Raises TableError, one sentence, for anything else.

    header: whether the first row contains the columns' names; decimal: "point" or "comma"; None: detect it.
    """
    grid = grid_of(data)
    columns, notes, faults = grid.columns, list(grid.notes), {}
    comma, doubtful = decimal_sign(columns, grid.separator) if decimal is None else (decimal == "comma", "")
    with_header = has_header(columns, comma) if header is None else header
    keep, said = data_rows(grid, comma, with_header)
    notes += said
    if with_header and not keep:
        raise TableError("The file has a header but no data; add one row per sample.")
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
    separator = SEPARATORS.get(grid.separator, "space")
    name, mark = clean(name) or "table.csv", fingerprint(data)
    return Table(name, mark, made, grid.encoding, separator, comma, with_header, tuple(notes), data)


def read_again(table: Table, *, header: bool | None = None, decimal: str | None = None) -> Table:
    """The same file, read with other options; a table that does not come from a file is returned as it is."""
    return read_table(table.data, table.name, header=header, decimal=decimal) if table.data else table


def _doubt(cell, comma):
    values = [number(cell, c) for c in (False, True)]
    if None in values or values[0] == values[1]:
        return f"{shorten(cell, 20)} was read with {'a decimal comma' if comma else 'a decimal point'}."
    chosen, other = (number_text(values[c]) for c in (comma, not comma))
    return f"{shorten(cell, 20)} was read as {chosen}. If it means {other}, choose the other decimal sign."


# From text to columns


def _names(cells):
    names = [one_line(cell) or f"column {c}" for c, cell in enumerate(cells, start=1)]
    seen = {}
    for c, name in enumerate(names, start=1):
        if name in seen:
            same = f"Columns {seen[name]} and {c} have the same name '{shorten(name)}'"
            raise TableError(f"{same}; give each column its own name.")
        seen[name] = c
    return list(_told_apart(names).values())


def _told_apart(texts):
    """{text: at most MAX_NAME characters of it}; texts that would become equal are numbered."""
    short, used = {}, set()
    for text in texts:
        name, n = shorten(text, MAX_NAME), 2
        while name in used:
            name, n = f"{shorten(text, MAX_NAME - 2 - len(str(n)) - 1)} ({n})", n + 1
        used.add(name)
        short[text] = name
    return short


def _column(name, cells, comma, rows, notes, faults, *, strict):
    """A column of numbers or of categories. strict: the decimal sign was chosen, so the other is not tried."""
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
    present = Counter({cell: n for cell, n in counts.items() if cell not in gaps})
    found = numbers_of(present, comma)
    if isinstance(found, str) or found.bad:
        other, sign = numbers_of(present, not comma), "point" if comma else "comma"
        if other and not isinstance(other, str) and not other.bad:
            found = found if strict else other
            how = (
                f"holds numbers with a decimal {sign}, not the chosen sign"
                if strict
                else f"was read with a decimal {sign}"
            )
            notes.append(f"Column '{shorten(name)}' {how}.")
    if isinstance(found, str):
        if found:
            notes.append(f"Column '{shorten(name)}' holds {found}, so its values are categories.")
        return _categories(name, cells, notes)
    if found.bad:
        n_good = sum(map(counts.get, found.values))
        faults[name] = [(row, cell, n_good) for row, cell in zip(rows, cells, strict=True) if cell in found.bad]
        return Column(name, np.zeros(len(cells)))
    if found.mark:
        cell = next(cell for cell in found.values if found.mark.lower() in cell.lower())
        notes.append(_without_sign(name, found.mark, cell, found.values[cell]))
    values = np.array([found.values.get(cell, np.nan) for cell in cells], dtype=float)
    _refuse_infinite(name, values, cells, rows)
    return Column(name, values)


def _without_sign(name, mark, cell, value):
    return f"Column '{shorten(name)}' was read without the sign {mark}: {shorten(cell, 20)} is {number_text(value)}."


def _marked_numbers(cells, comma):
    """(numbers, sign, first cell) if all numbers have the same currency, % or unit in the same place, otherwise None.

    A fast path for long columns.
    """
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
    """Cells as numbers, NaN for empty cells; None unless all are plain numbers. A fast path that covers most columns."""
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
            f"({shorten(cells[infinite[0]], 20)}); correct it or leave it empty."
        )


def _categories(name, cells, notes):
    counts = Counter(cells)
    gaps = {cell for cell in counts if is_gap(cell, GAPS | FAULTS)}
    words = [cell for cell in counts if cell in gaps and cell.strip()]
    texts = {cell: one_line(unguarded(cell)) for cell in counts if cell not in gaps}
    if words and _are_values({word.strip() for word in words}, set(texts.values())):
        texts |= {cell: one_line(cell) for cell in words}
        gaps -= set(words)
    elif words:
        word, n = shorten(max(words, key=counts.get), 20).strip(), sum(counts[cell] for cell in words)
        notes.append(
            f"In column '{shorten(name)}', {n:,} {'cell' if n == 1 else 'cells'} with '{word}' count as missing."
        )
    texts = {cell: texts[cell] for cell in counts if cell in texts}  # in the order of their first appearance
    same = _same_words(list(dict.fromkeys(texts.values())))
    if merged := next((text for text in same if same[text] != text), None):
        pair = f"'{shorten(merged, 20)}' and '{shorten(same[merged], 20)}'"
        notes.append(f"Column '{shorten(name)}': {pair} differ only in capitals and count as one category.")
    if not same:
        return Column(name, np.full(len(cells), np.nan))
    short = _told_apart(dict.fromkeys(same.values()))
    numbers = {text: k for k, text in enumerate(short)}
    values = np.array([NO_CLASS if cell in gaps else numbers[same[texts[cell]]] for cell in cells], dtype=int)
    return Column(name, values, tuple(short.values()))


def _are_values(words, texts):
    """Whether words for a gap are values here: NA among country codes, - among + or school grades."""
    if words == {"NA"}:
        return len(texts) > 2 and all(len(t) == 2 and t.isalpha() and t.isupper() for t in texts)
    return words == {"-"} and any(set(t) <= set("+-/0o") or re.fullmatch(r"[A-F][+-]", t) for t in texts)


_SHORT_WORDS = word_set(
    "yes | no | y | n | ja | nein | j | true | false | t | f | on | off | m | w | d | si | oui | non"
)


def _same_words(texts):
    """{text: the first text that differs from it only in capitals}; short texts only if they are like yes and no."""
    keys, first = {text: text.casefold() for text in texts}, {}
    short = set(keys.values()) <= _SHORT_WORDS
    return {text: first.setdefault(key, text) if len(key) > 2 or short else text for text, key in keys.items()}


def _refuse_faults(faults):
    """Raise TableError for text in columns of numbers: name the row if it has several such cells, else the cell."""
    if not faults:
        return
    at = Counter(row for cells in faults.values() for row, _, _ in cells)
    row, n = at.most_common(1)[0]
    if n > 1:
        column, cell = next((name, cell) for name, cells in faults.items() for r, cell, _ in cells if r == row)
        raise TableError(
            f"Row {row} holds text in {n} columns of numbers ('{shorten(cell, 20)}' in {_place(shorten(column, 20))}). "
            "Delete the row if it is a header, a row of units or a total; otherwise correct it."
        )
    name, cells = next(iter(faults.items()))
    row, cell, others = cells[0]
    also = f" Row {cells[1][0]} has '{shorten(cells[1][1], 20)}'." if len(cells) == 2 else ""
    also = f" {len(cells) - 1} more rows have the same problem." if len(cells) > 2 else also
    raise TableError(
        f"Row {row}, {_place(name)}: '{shorten(cell, 20)}' is not a number{_like(cell)}, but the other {others} cells "
        f"are.{also} Correct it or leave it empty."
    )


def _place(name):
    return shorten(name) if re.fullmatch(r"column \d+", name) else f"column {shorten(name)}"


def _like(cell):
    """The addition to "is not a number" for a cell that holds a number of another kind."""
    return " like the others" if numbers_of(Counter([cell]), "," in cell) else ""
