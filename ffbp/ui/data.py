"""Your data: a file with its target and inputs, what became of its rows, the rows themselves, and the data to take along."""

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis import inspection
from ffbp.analysis.inspection import LEFT_OUT, TEST, TRAIN
from ffbp.data import table_source
from ffbp.data.source import CLASSIFICATION, DECIMALS, MISSING, NO_CLASS, REGRESSION
from ffbp.data.table import Table
from ffbp.data.write_table import table_csv, to_csv
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.figures.data import balance_chart, histogram_chart
from ffbp.figures.latex import plain
from ffbp.ui import drawing, files
from ffbp.ui.chart import chart
from ffbp.ui.page import Page, link
from ffbp.ui.runs import Shown
from ffbp.ui.samples import choose_sample, chosen_sample, mark_of, sample_chooser
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment, note_controls
from ffbp.ui.session.state import session
from ffbp.ui.timeline import player
from ffbp.words.english import sentence
from ffbp.words.numbers import format_number, format_percent

PREVIEW_ROWS = 4
MAX_SHOWN_COLUMNS = 40
MAX_NOTES = 8
MAX_CHIPS = 30  # more inputs than that are counted, not listed
TASKS = {CLASSIFICATION: "Classes", REGRESSION: "A number"}
AUTOMATIC = "automatic"
HEADERS = {AUTOMATIC: None, "yes": True, "no": False}
EVERY = "every"  # part of the data


# The file


def file_chooser() -> None:
    """The uploader, and what is wrong with the last file."""
    key = "data:file"
    st.file_uploader(
        "A CSV or TSV file, up to 5 MB and 20,000 rows", files.TYPES, key=key, on_change=files.take, args=(key,),
        max_upload_size=files.MAX_MEGABYTES,
        help="It stays in this session's memory, is never written to a disk, and is gone when you leave.",
    )  # fmt: skip
    session.show_told("file")


def file_settings(config: Config) -> None:
    """How the file is read: target, task, inputs, missing values."""
    table, source = files.current(), files.source_for(config)
    decimal = "decimal comma" if table.decimal_comma else "decimal point"
    header = "a header" if table.has_header else "no header"
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.markdown(f"**{plain(config.file_name)}** · {table.n_rows:,} rows · {len(table.columns)} columns")
    right.button("Remove the file", key="data:remove", on_click=files.forget, icon=":material/delete:", width="stretch")
    st.caption(f"Read as {table.encoding}, separated by {table.separator}, {decimal}, {header}.")
    if table.notes:
        st.info("  \n".join(plain(line) for line in table.notes[:MAX_NOTES]))
    left, right = st.columns(2)
    control.show(
        left, "selectbox", "The first row is a header", list(HEADERS), name="data:header", format_func=str.capitalize,
        value=next(key for key, value in HEADERS.items() if value is config.header), on_change=_reading_chosen,
        args=("header",), help="A header names the columns.",
    )  # fmt: skip
    control.show(
        right, "selectbox", "Decimal sign", [AUTOMATIC, *DECIMALS], name="data:decimal", value=config.decimal or AUTOMATIC,
        format_func=str.capitalize, on_change=_reading_chosen, args=("decimal",),
        help="Whether 1,5 or 1.5 is one and a half in this file.",
    )  # fmt: skip
    names = [column.name for column in table.columns]
    left, right = st.columns(2)
    control.show(
        left, "selectbox", "Target", range(len(names)), name="data:target", value=source.target, labels=names,
        format_func=names.__getitem__, on_change=_target_chosen, help="The column to predict.",
    )  # fmt: skip
    control.show(
        right, "segmented_control", "Predict", list(TASKS), name="data:task", value=source.task,
        format_func=TASKS.__getitem__, on_change=_task_chosen,
        help="Guessed from the target's values; correct it if it is wrong.",
    )  # fmt: skip
    _inputs(config, source, names)
    if table_gaps(table):
        control.show(
            st, "radio", "Missing values", list(MISSING), name="data:missing", value=config.missing,
            format_func=MISSING.__getitem__, horizontal=True, on_change=lambda key: _apply({"missing": key}),
        )  # fmt: skip


def table_gaps(table: Table) -> int:
    """How many values a table misses."""
    return sum(column.n_missing for column in table.columns)


def _inputs(config, source, names):
    usable = list(dict.fromkeys(source.column_of))
    used = list(dict.fromkeys(source.column_of[f] for f in files.experiment(config).columns))
    control.show(
        st, "multiselect", "Inputs", usable, name="data:inputs", value=used if len(used) <= MAX_CHIPS else [],
        labels=names, format_func=names.__getitem__, on_change=_inputs_chosen, args=(source,),
        help="A column of categories becomes one input a category. Leave empty to use every column that carries information.",
        placeholder=f"{len(used)} columns",
    )  # fmt: skip


def _apply(changes):
    values = session.config.to_dict() | changes
    new, warnings = files.fitting(values)
    files.set_data(new, warnings)


def _reading_chosen(chosen, name):
    data = {"columns": None, "derived": (), "task": None, "loss": None, "output_activation": None}
    _apply(data | {name: None if chosen == AUTOMATIC else HEADERS.get(chosen, chosen)})


def _target_chosen(target):
    data = {"columns": None, "derived": (), "task": None, "loss": None, "output_activation": None}
    _apply(data | {"target": target})


def _task_chosen(chosen):
    config = session.config
    target = files.source_for(config).target
    guess = table_source.guess_task(files.current().columns[target])
    task = None if chosen in (None, guess) else chosen
    _apply({"target": config.target, "task": task, "loss": None, "output_activation": None})


def _inputs_chosen(chosen, source):
    columns = tuple(f for c in chosen for f, column in enumerate(source.column_of) if column == c)
    if not columns or columns == source.default_columns:
        columns = None
    elif len(columns) == len(source.column_of):
        columns = () if columns == tuple(range(len(columns))) else columns
    _apply({"columns": columns, "derived": ()})


def preview(config: Config) -> None:
    """The first rows as they were read, and what became of all of them."""
    table, source = files.current(), files.source_for(config)
    frame = pd.DataFrame(
        {column.name: _readable(column)[:PREVIEW_ROWS] for column in table.columns[:MAX_SHOWN_COLUMNS]}
    )
    st.dataframe(frame, hide_index=True, width="stretch")
    st.caption("  \n".join(plain(line) for line in account_lines(config, source)))


def account_lines(config: Config, source: table_source.TableSource) -> list[str]:
    """What became of the rows and columns of a file, in numbers."""
    columns = files.experiment(config).columns
    count = table_source.account(source, columns, missing=config.missing)
    parts = [f"{count.used:,} of {count.rows:,} rows are used"]
    if count.without_target:
        parts.append(f"{count.without_target:,} have no target")
    if count.dropped:
        parts.append(f"{count.dropped:,} were left out for a missing input")
    if count.filled:
        parts.append(f"{count.filled:,} missing values were filled with the training part's median or usual category")
    if not (count.without_target or count.dropped or count.filled):
        parts.append("nothing is missing")
    lines = ["; ".join(parts) + "."]
    encoded = len(columns) - len({source.column_of[f] for f in columns})
    if source.groups and encoded:
        lines.append(
            f"{len(columns)} inputs from {len(columns) - encoded} columns: a category has an input of its own."
        )
    lines += [f"{name} is no input: {sentence(fault)}." for name, fault in source.left_out]
    used = {source.column_of[f] for f in columns}
    names = [column.name for column in files.current().columns]
    aside = [(name, fault) for name, fault in source.set_aside if names.index(name) not in used]
    lines += [f"{name} is left aside: {sentence(fault)}." for name, fault in aside]
    return lines if len(lines) <= 6 else [*lines[:6], f"{len(lines) - 6} more columns are no inputs."]


def _readable(column):
    """A file's column as it is shown: numbers, or the names of categories, None where missing."""
    if column.is_number:
        return column.values
    return np.array([*column.categories, None], dtype=object)[column.values]


# The run


@fragment
def picture(page: Page, shown: Shown) -> None:
    """The run's boundary and loss. A click on a sample chooses it for all pages; drawn points can be set, moved, erased."""
    if page.config.points is None or page.config.file_name:
        player(page, shown, panels=("boundary", "loss"), marks=lambda: mark_of(shown))
    else:
        player(page, shown, panels=("boundary", "loss"), edit=lambda wanted: drawing.draw(shown, wanted))


# What is trained on


def summary(config: Config, shown: Shown) -> None:
    """The data in one line and the split in numbers."""
    dataset, source = shown.run.dataset, files.experiment(config).source
    n_train, n_test = len(dataset.X_train), len(dataset.X_test)
    what = f"{dataset.n_classes} classes" if dataset.n_classes else "a number"
    inputs = "1 input" if dataset.n_inputs == 1 else f"{dataset.n_inputs} inputs"
    st.markdown(
        f"**{plain(_data_name(config, source))}**: {n_train + n_test:,} samples, {inputs}, target "
        f"{plain(dataset.target_name)} ({what})."
    )
    share = format_percent(n_test / (n_train + n_test))
    how = "each class in the same share" if dataset.stratified else "at random"
    split = (
        f"{n_train:,} train and {n_test:,} ({share}) are held out for testing, {how}."
        if n_test
        else "All of them train."
    )
    scaled = f"are divided by {dataset.scale:g}" if dataset.scale != 1 else "stay as they are"
    if dataset.standardized:
        scaled = "are standardised with the training part's mean and deviation"
    st.caption(f"{split} Inputs{' and target' if dataset.task == REGRESSION else ''} {scaled}.")


def _data_name(config, source):
    if config.file_name:
        return config.file_name
    return f"Points drawn from {source.label}" if source.drawn else source.label


def download(config: Config) -> None:
    """The current data as CSV, all rows in their order, written when it is asked for."""
    table, experiment = files.current(), files.experiment(config)
    if config.file_name:
        name = f"{config.file_name.rsplit('.', 1)[0]}-clean.csv"
    else:
        name = f"{config.dataset}{'-points' if config.points is not None else ''}.csv"
    st.download_button(
        "Download the data as a file", lambda: csv_of(experiment, table), file_name=name, mime="text/csv", key="data:download",
        icon=":material/download:", on_click="ignore",
        help="All samples, unsplit, in their own units. Loaded here again, they are the same to the last bit.",
    )  # fmt: skip


def csv_of(experiment: Experiment, table: Table | None) -> str:
    """An experiment's data as CSV: a file's table as it was read, or all samples of its source."""
    if experiment.config.file_name:
        return table_csv(table)
    source, (X, y) = experiment.source, experiment.samples
    of_target = {"target_name": source.target_name, "class_names": experiment.class_names}
    return to_csv(X, y, feature_names=source.feature_names, **of_target)


# Inspect


def inspect(config: Config, shown: Shown) -> None:
    """The rows with search, the classes, the columns; a chosen row is the sample of the other pages."""
    dataset = shown.run.dataset
    rows = inspection.rows_of(files.experiment(config), dataset)
    left, right = st.columns([3, 2])
    with left:
        _rows_table(config, rows)
    with right:
        sample_chooser(dataset, "data")
        _links()
        if rows.class_names:
            counts = inspection.class_balance(rows)
            st.markdown("**Samples of each class**")
            total = np.sum(list(counts.values()), axis=0)
            in_words = [f"{name} {int(n)}" for name, n in zip(rows.class_names, total, strict=True)]
            chart(
                balance_chart(rows.class_names, counts), key="data:balance", title="Samples of each class",
                alternative=", ".join(in_words),
            )  # fmt: skip
    left, right = st.columns([3, 2])
    with left:
        _statistics(rows)
    with right:
        _histogram(config, rows, dataset)
    note_controls("data:rows", "data:search", "data:part", "data:column")


def _links():
    address.write()  # so that the links carry the sample that was just chosen
    left, right = st.columns(2)
    link("pages/forward_pass.py", "Its forward pass", address.params(), place=left)
    link("pages/backpropagation.py", "Its gradient", address.params(), place=right)


def _columns_of(config, rows):
    """The columns to show by name: a file's as they were read, else features and target; of many, the first."""
    if config.file_name:
        shown = {column.name: _readable(column) for column in files.current().columns}
    else:
        shown = {name: rows.X[:, c] for c, name in enumerate(rows.feature_names)}
        shown[rows.target_name] = _target_text(rows) if rows.class_names else rows.y
    last = shown.pop(rows.target_name)
    return {rows.target_name: last, **dict(list(shown.items())[:MAX_SHOWN_COLUMNS])}, len(shown)


def _target_text(rows):
    return np.array([*rows.class_names, None], dtype=object)[np.where(rows.y == NO_CLASS, -1, rows.y)]


def _rows_table(config, rows):
    query = st.text_input(
        "Search the rows", key="data:search", placeholder="a class, a value, train, test …",
        help="Rows in which every word occurs somewhere.",
    )  # fmt: skip
    columns, n_columns = _columns_of(config, rows)
    found = matching(rows.part, columns, query)
    frame = pd.DataFrame({"sample": found, "part": rows.part[found]})
    for name, values in columns.items():
        frame[name if name not in frame else f"{name} "] = values[found]
    st.dataframe(
        frame, key="data:rows", on_select=lambda: _row_chosen(found, rows.part), selection_mode="single-row",
        hide_index=True, height=360, width="stretch",
    )  # fmt: skip
    more = f" The first {MAX_SHOWN_COLUMNS} of {n_columns} columns are shown." if n_columns > MAX_SHOWN_COLUMNS else ""
    st.caption(f"{len(found):,} of {len(rows.y):,} rows. Mark a row at its left edge to choose it.{more}")
    session.show_told("rows", once=True)


def matching(part: np.ndarray, columns: dict, query: str) -> np.ndarray:
    """The rows in which every word of a query occurs, in any column, whatever its case: (n_found,)."""
    words = query.lower().split()[:8]
    found = np.ones(len(part), dtype=bool)
    if not words:
        return np.flatnonzero(found)
    texts = [part.astype(str), *(np.char.lower(values.astype(str)) for values in columns.values())]
    for word in words:
        found &= np.any([np.char.find(text, word) >= 0 for text in texts], axis=0)
    return np.flatnonzero(found)


def _row_chosen(found, part):
    chosen = session.sent("data:rows")["selection"]["rows"]
    if not chosen or chosen[0] >= len(found):
        return
    row = int(found[chosen[0]])
    if part[row] == LEFT_OUT:
        session.tell("warning", f"Row {row} was left out, so it cannot be the sample; choose another one.", "rows")
        return
    choose_sample(row)


def _statistics(rows):
    parts = {TRAIN: "Training part", EVERY: "All rows that are used", TEST: "Test part"}
    if not (rows.part == TEST).any():
        del parts[TEST]
    part = st.segmented_control(
        "Statistics of", list(parts), default=TRAIN, key="data:part", format_func=parts.__getitem__, required=True
    )
    chosen = rows.where(None if part == EVERY else part)
    names, values = list(rows.feature_names), list(rows.X[chosen].T)
    if not rows.class_names:
        names, values = [*names, rows.target_name], [*values, rows.y[chosen]]
    found = [inspection.statistics(column) for column in values]
    fields = {"mean": "mean", "standard deviation": "std", "lowest": "low", "median": "median", "highest": "high"}
    table = {"column": names, "values": [s.count for s in found], "missing": [s.missing for s in found]}
    table |= {label: [getattr(s, name) for s in found] for label, name in fields.items()}
    settings = {label: st.column_config.NumberColumn(format="%.4g") for label in fields}
    st.dataframe(
        pd.DataFrame(table), hide_index=True, height=min(38 + 35 * len(names), 320), column_config=settings,
        width="stretch",
    )  # fmt: skip


def _histogram(config, rows, dataset):
    names = [*rows.feature_names, *([] if rows.class_names else [rows.target_name])]
    column = names.index(st.selectbox("Values of", names, key="data:column"))
    target = column == len(rows.feature_names)
    edges, counts = inspection.histogram(rows, None if target else column)
    sample = chosen_sample(dataset)
    marked = None
    if sample.row is not None:
        marked = float(rows.y[sample.row] if target else rows.X[sample.row, column])
    figure = histogram_chart(edges, counts, names[column], marked=marked)
    low, high = format_number(edges[0]), format_number(edges[-1])
    alternative = f"{sum(int(c.sum()) for c in counts.values())} values from {low} to {high}."
    chart(figure, key="data:histogram", title=f"Values of {names[column]}", alternative=alternative)
    n_bins = "1 bin" if len(edges) == 2 else f"{len(edges) - 1} bins"
    where = f" The line is the {sample.label}: {format_number(marked)}." if marked is not None else ""
    st.caption(f"{sum(int(c.sum()) for c in counts.values()):,} values in {n_bins}.{where}")
