"""Whether the first row names the columns, and which rows are not samples: units, rules and totals."""

import re
from collections import Counter
from itertools import pairwise

from ffbp.data.cells import bare, is_gap, is_year, number, numbers_of, unguarded
from ffbp.data.rows import Grid, left_out
from ffbp.words.text import shorten

_TOTAL = re.compile(
    r"(grand |sub)?totals?|sum|sums|summe|gesamt(summe)?|insgesamt|zusammen|mean|average|avg|mittelwert|durchschnitt|mittel",
    re.I,
)
_RULE = re.compile(r"\s*:?-+:?\s*")
_UNIT = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|[%‰$€£¥-]|°[CFK]?|[cmkµn]?m[²³23]?|[kmµ]?g|m?s|min|h|[ckmd]?l|[kMmG]?(W|V|A|Hz|J|N|Pa)|k?cal"
    r"|kWh|years?|yrs?|USD|EUR|CHF|GBP|km/h|m/s"
)


def has_header(columns: list[list[str]], comma: bool) -> bool:
    """Whether the first row is a header.

    It is one if it contains no number and does not look like the rows below, or if its only numbers are years or count
    up (2019, 2020 or 0, 1, 2), unlike the rows below.
    """
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
    """Whether a cell is a number, or one with the same currency or % as the cells below."""
    if number(cell, comma) is not None:
        return True
    mark = bare(cell)[-1:] if bare(cell)[-1:] in "%€$" else bare(cell)[:1] if bare(cell)[:1] in "€$£" else ""
    return bool(mark) and all(mark in c for c in column[1:20]) and bool(numbers_of(Counter([cell]), comma))


def _counts_up(columns, comma):
    """Whether the first row's numbers are years, 0, 1, 2, ... or 1, 2, 3, ..., and its texts do not occur below."""
    inside = [column for column in columns if number(column[0], comma) is not None]
    texts = [column for column in columns if number(column[0], comma) is None]
    if len(columns[0]) < 3 or any(column[0].strip() in map(str.strip, column[1:]) for column in texts):
        return False
    if not texts and not all(map(is_year, (column[0] for column in columns))) and len(columns) < 4:
        return False
    below = [[v for cell in column[1:200] if (v := number(cell, comma)) is not None] for column in inside]
    values = [number(column[0], comma) for column in inside]
    steps = {b - a for a, b in pairwise(values)}
    if all(is_year(column[0]) for column in inside):
        unlike = all(sum(1800 <= v < 2200 and v.is_integer() for v in column) <= len(column) / 2 for column in below)
        return unlike and len(steps) <= 1 and 0 not in steps and bool(texts or len(inside) > 2)
    run = len(values) > 2 and values[0] in (0, 1) and steps == {1}
    return run and all(any(not v.is_integer() for v in column) for column in below)


def header_cells(columns: list[list[str]]) -> list[str]:
    """The names in the first row, without the apostrophes that mark text."""
    first = [column[0] for column in columns]
    if all(cell.startswith("'") for cell in first):
        return [cell[1:] for cell in first]
    return [unguarded(cell) for cell in first]


def data_rows(grid: Grid, comma: bool, with_header: bool) -> tuple[list[int], list[str]]:
    """The rows that are samples, and notes on the others: a repeated header, units, rules (---) and totals."""
    columns, rows = grid.columns, grid.rows
    keep, notes = list(range(with_header, len(rows))), []
    rules = [i for i in keep if "--" in columns[0][i] and all(_RULE.fullmatch(column[i]) for column in columns)]
    if rules and len(rules) < len(keep):
        keep = [i for i in keep if i not in set(rules)]
        notes.append(left_out([rows[i] for i in rules], "a rule between the header and the rows"))
    if with_header:
        first = columns[0][0]
        header = [column[0] for column in columns]
        again = [i for i in keep if columns[0][i] == first and [column[i] for column in columns] == header]
        if again and len(again) < len(keep) and any(cell.strip() for cell in header):
            keep = [i for i in keep if i not in set(again)]
            notes.append(left_out([rows[i] for i in again], "the header repeated"))
        if len(keep) > 2 and _is_unit_row([column[keep[0]] for column in columns], columns, keep, comma):
            notes.append(left_out([rows[keep[0]]], "units of the columns"))
            keep = keep[1:]
    totals = []
    while len(keep) > 3 and (certain := _is_total(columns, keep, comma)) is not None:
        if not certain:
            word = next(cell for column in columns if (cell := column[keep[-1]].strip()))
            notes.append(f"Row {rows[keep[-1]]} is named '{shorten(word, 20)}'; delete it if it is a total.")
            break
        totals.insert(0, rows[keep.pop()])
    if totals:
        notes.append(left_out(totals, "a total of the others"))
    return keep, notes


def _is_unit_row(cells, columns, keep, comma):
    """Whether a row holds only units, in brackets or well known, each above numbers."""
    units = [c for c, cell in enumerate(cells) if cell.strip()]
    if all(is_gap(cells[c]) for c in units) or not all(_UNIT.fullmatch(cells[c].strip()) for c in units):
        return False
    below = [[columns[c][i] for i in keep[1:20] if columns[c][i].strip()] for c in units]
    return all(sum(number(cell, comma) is not None for cell in b) >= 0.8 * max(1, len(b)) for b in below) and any(below)


def _is_total(columns, keep, comma):
    """Whether the last row is a total of the others: True, False if only its name suggests it, None if it is not."""
    cells = [column[keep[-1]] for column in columns]
    first = next((c for c, cell in enumerate(cells) if cell.strip()), None)
    if first is None or not _TOTAL.fullmatch(cells[first].strip().rstrip(":")):
        return None
    above = [columns[first][i] for i in keep[:-1]]
    if sum(cell.strip().lower() == cells[first].strip().lower() for cell in above):
        return None  # a category
    if sum(number(cell, comma) is not None for cell in above) > 0.8 * len(above):
        return True
    for c, cell in enumerate(cells):
        total = number(cell, comma)
        values = [v for i in keep[:-1] if (v := number(columns[c][i], comma)) is not None]
        if c == first or total is None or not values:
            continue
        tolerance = 1e-6 * max(1, sum(map(abs, values)))
        if any(abs(total - sum(values) / n) <= tolerance / n for n in (1, len(values))):
            return True
    return False
