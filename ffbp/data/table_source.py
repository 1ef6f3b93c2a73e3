"""From a table to a source of samples: one column becomes the target, the others become inputs."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from ffbp.data.read_table import MAX_CATEGORIES, MAX_CELLS
from ffbp.data.rows import MAX_COLUMNS, TableError
from ffbp.data.source import CLASSIFICATION, NO_CLASS, REGRESSION, Source, ink_of
from ffbp.data.split import usable_rows
from ffbp.data.table import Column, Table, number_text
from ffbp.words.english import sentence
from ffbp.words.notice import Notice
from ffbp.words.text import shorten

MAX_CLASSES = 10  # the number of colours that can be told apart
MAX_GUESSES = 20
GUESSED_CLASSES = 10  # more different whole numbers than this count as a measured target

TARGET_NAMES = ("class", "target", "label", "y", "species", "quality", "diagnosis", "variety")
_TIMES = r"t|(time|hour|day|week|month|quarter|year|step|epoch|date|zeit|stunde|tag|woche|monat|jahr|an|jour|mois)s?( ?[(\[].*)?"
CLASS_NAMES = ("target", "class", "label")  # not y, which is just as often a measurement


@dataclass(frozen=True)
class TableSource(Source):
    """The source of a table's samples: the target's column, the column of each feature, and the columns left out.

    left_out: (column name, reason). set_aside: the same for columns that become inputs only if they are chosen.
    """

    target: int = 0
    column_of: tuple[int, ...] = ()
    left_out: tuple[tuple[str, Notice], ...] = ()
    set_aside: tuple[tuple[str, Notice], ...] = ()


# From a table to samples


def guess_target(table: Table) -> int:
    """The column named class, target, label, y or the like, otherwise the last one that can be a target.

    In a file without a header whose last column holds measurements, it is the first column if that holds classes 1, 2, 3.
    """
    named = [c for name in TARGET_NAMES for c, column in enumerate(table.columns) if column.name.lower() == name]
    if not table.has_header and _classes_come_first(table.columns):
        named = [0]
    filled = [c for c, column in enumerate(table.columns) if column.n_missing < table.n_rows]
    candidates = [*named, *reversed(filled)][:MAX_GUESSES]
    for c in candidates:
        with suppress(TableError):
            _target(table.columns[c], guess_task(table.columns[c]))
            _features(table, c)
            return c
    return candidates[0]  # its fault will be reported


def _classes_come_first(columns):
    if len(columns) < 4 or not all(column.is_number for column in columns):
        return False
    first = columns[0].distinct()
    counted = 2 <= len(first) <= GUESSED_CLASSES and set(np.diff(first)) == {1} and first[0] in (0, 1)
    return counted and 2 * len(first) <= len(columns[0].values) and guess_task(columns[-1]) == REGRESSION


def guess_task(column: Column) -> str:
    """Classification for text, few repeated whole numbers, and 0, 1, 2, ... in a column named class; else regression."""
    values = column.distinct()
    if not column.is_number:
        return CLASSIFICATION
    numbered = 2 <= len(values) <= GUESSED_CLASSES and np.array_equal(values, np.arange(len(values)))
    if numbered and column.name.lower() in CLASS_NAMES:  # even with a single sample per class
        return CLASSIFICATION
    few = len(values) <= min(GUESSED_CLASSES, (len(column.values) - column.n_missing) // 2)
    return CLASSIFICATION if few and bool((values == np.rint(values)).all()) else REGRESSION


def source_of(table: Table, *, target: int | None = None, task: str | None = None) -> TableSource:
    """The samples of a table: X (n_rows, n_features) with NaN where a value is missing, y (n_rows,).

    target: the column's index, guessed if None; task: "classification" or "regression", guessed if None. The other
    columns become features in their order: numbers as they are, two categories as one column of 0 and 1, more
    categories one-hot in alphabetical order. Classes are in the order of their numbers, or of their first appearance.
    Raises TableError if no input remains.
    """
    target = guess_target(table) if target is None else target
    if not 0 <= target < len(table.columns):
        rule = f"The target must be a column from 0 to {len(table.columns) - 1}"
        raise TableError(f"{rule}, got {target}; choose one of this file.")
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
        set_aside=tuple((table.columns[c].name, fault) for c, fault in set_aside),
    )


def _target(column, task):
    name, values = shorten(column.name), column.distinct()
    if not len(values):
        raise TableError(f"Every value in the target column '{name}' is missing; choose another target.")
    if len(values) == 1:
        what = "class" if task == CLASSIFICATION else "number"
        value = shorten(_value_text(column, values[0]), 20)
        raise TableError(f"The target column '{name}' holds only one {what} ({value}); choose another target.")
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
        fault = _fault(column)
        if fault and (not column.is_number or fault.key == "all_missing"):
            left_out.append((column.name, fault))
        elif column.is_number:
            set_aside += [(c, fault)] if fault else []
            columns.append(column.values)
            names.append(column.name)
            column_of.append(c)
        else:
            indicators = _indicators(column)
            groups.append(tuple(range(len(columns), len(columns) + len(indicators))))
            columns += indicators.values()
            names += [f"{column.name} = {category}" for category in indicators]
            column_of += [c] * len(indicators)
        if len(columns) > MAX_COLUMNS or len(columns) * table.n_rows > MAX_CELLS:
            size = f"{len(columns):,} inputs of {table.n_rows:,} rows"
            raise TableError(
                f"The columns up to '{shorten(column.name)}' would make {size}; at most {MAX_COLUMNS:,} inputs and "
                f"{MAX_CELLS:,} values fit into memory: keep fewer columns or rows."
            )
    if not set(column_of) - {c for c, _ in set_aside}:
        set_aside = _without_row_numbers(table, target, left_out, set_aside)
    X = np.column_stack(columns) if columns else np.empty((table.n_rows, 0))
    if len(set(names)) < len(names):  # "a = b" may be a column's own name too
        name = shorten(next(name for f, name in enumerate(names) if name in names[:f]))
        raise TableError(f"Two inputs would have the same name '{name}'; rename column '{name}'.")
    return X, tuple(names), tuple(column_of), tuple(groups), left_out, set_aside


def _fault(column) -> Notice | None:
    """Why a column is not used, or only used if it is chosen; None otherwise."""
    distinct = column.distinct()
    if not len(distinct):
        return Notice("all_missing", "info")
    if len(distinct) == 1:
        return Notice("constant", "info", {"value": shorten(_value_text(column, distinct[0]), 20)})
    if column.is_number:
        return Notice("row_numbers", "info") if _numbers_rows(column) else None
    n_values = len(column.values) - column.n_missing
    if len(distinct) > GUESSED_CLASSES and 2 * len(distinct) > n_values:
        return Notice("own_texts", "info", {"texts": len(distinct)})
    if len(distinct) > MAX_CATEGORIES:
        return Notice("many_texts", "info", {"texts": len(distinct), "most": MAX_CATEGORIES})
    return None


def _indicators(column) -> dict[str, np.ndarray]:
    """A column of categories as columns of 0 and 1, NaN where it is missing; for two categories, only the second's."""
    ordered = sorted(column.categories)
    indicators = {}
    for category in ordered[1:] if len(ordered) == 2 else ordered:
        indicators[category] = (column.values == column.categories.index(category)).astype(float)
        indicators[category][column.missing] = np.nan
    return indicators


def _without_row_numbers(table, target, left_out, set_aside):
    """The columns set aside if no other input is left: then a column that numbers the rows becomes an input."""
    others = [(c, fault) for c, fault in set_aside if fault.key != "row_numbers"]
    if len(others) < len(set_aside):
        return others
    faults = left_out + [(table.columns[c].name, fault) for c, fault in set_aside]
    raise TableError(
        f"No column other than '{shorten(table.columns[target].name)}' can serve as an input: {_listed(faults)}; "
        "add a column of numbers that vary."
    )


def _numbers_rows(column):
    """Whether a column only numbers the rows, from any start; years and columns named like a time do not count."""
    values = column.values
    if len(values) < 3 or not (values == values[0] + np.arange(len(values))).all() or not float(values[0]).is_integer():
        return False
    if re.fullmatch(_TIMES, column.name, re.IGNORECASE):
        return False
    years = values[0] >= 1800 and values[-1] < 2200 and re.search("id|nr|no|num", column.name, re.IGNORECASE) is None
    return values[0] >= 0 and not years


def _listed(faults, limit=3):
    text = ", ".join(f"'{shorten(name, 20)}' ({sentence(fault)})" for name, fault in faults[:limit])
    return text + (f" and {len(faults) - limit} more" if len(faults) > limit else "") if faults else "there is none"


@dataclass(frozen=True)
class Account:
    """How many of a source's rows have no target, are dropped for a gap in a chosen column, or are used.

    filled: the number of filled values in the used rows.
    """

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
