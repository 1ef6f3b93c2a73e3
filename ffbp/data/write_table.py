"""Writing a table as CSV that spreadsheets and ffbp read in the same way."""

import csv
import io
import re
from collections.abc import Sequence

import numpy as np

from ffbp.data.cells import guarded, number
from ffbp.data.header import has_header
from ffbp.data.rows import separator_of
from ffbp.data.source import NO_CLASS
from ffbp.data.table import Table, number_text


def to_csv(
    X: np.ndarray,
    y: np.ndarray,
    *,
    feature_names: Sequence[str],
    target_name: str,
    class_names: Sequence[str] = (),
) -> str:
    """Samples X (n, n_features), y (n,) as CSV: a header, one row per sample, the target last, classes by name.

    Every number reads back to the same float; a missing value is empty.
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
    """A table as CSV in a fixed form (UTF-8, commas, decimal points, a header) that reads back to the same columns."""
    columns = []
    for column in table.columns:
        if column.is_number:
            cells = [_written(value, number_text) for value in column.values.tolist()]
        else:
            texts = [*map(guarded, column.categories), ""]  # NO_CLASS is the last
            cells = [texts[k] for k in column.values.tolist()]
        columns.append([guarded(column.name), *cells])
    if not has_header(columns, False) or all(cells[0].startswith("'") for cells in columns):
        for cells, column in zip(columns, table.columns, strict=True):
            cells[0] = f"'{column.name}"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(zip(*columns, strict=True))
    text = out.getvalue()
    return text if separator_of(text) == "," else f"sep=,\n{text}"  # names may contain other separators


def _written(value, text=repr):
    """A number's text; 1.125 becomes 1.1250, so that its point does not look like a thousands separator."""
    if value != value:
        return ""
    text = text(value)
    return f"{text}0" if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text) else text
