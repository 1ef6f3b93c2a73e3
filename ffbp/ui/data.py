"""The page Your data: loading a file, what became of its rows, looking at the samples, and downloading them."""

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis import inspection
from ffbp.analysis.inspection import LEFT_OUT, TEST, TRAIN
from ffbp.data import table_source
from ffbp.data.generators import DATASETS
from ffbp.data.source import DECIMALS, MISSING, NO_CLASS, REGRESSION
from ffbp.data.table import Table
from ffbp.data.write_table import table_csv, to_csv
from ffbp.experiment.class_link import FIXED, HIDDEN
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import TASKS
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
from ffbp.ui.sidebar.data import dataset_chosen
from ffbp.ui.timeline import player
from ffbp.words.english import sentence
from ffbp.words.numbers import format_number, format_percent

PREVIEW_ROWS = 4
MAX_SHOWN_COLUMNS = 40
MAX_NOTES = 8
MAX_LINES = 6  # about the columns of a file
MAX_CHIPS = 30  # more inputs than that are counted, not listed
AUTOMATIC = "automatic"
HEADERS = {AUTOMATIC: None, "yes": True, "no": False}
ONWARDS = ":material/arrow_forward:"
EVERY = "every"  # all rows, of whatever part
STATISTICS = {"mean": "mean", "standard deviation": "std", "lowest": "low", "median": "median", "highest": "high"}


# The file


def doors(config: Config, shown: Shown) -> None:
    """The three ways to data of one's own choice, side by side: load a file, draw points, choose a dataset."""
    names = {"Load a file": "upload_file", "Draw points": "draw", "Choose a dataset": "dataset"}
    fields = {"upload_file": "file_name", "draw": "points", "dataset": "dataset"}
    free = {name: icon for name, icon in names.items() if not session.view.class_link.locked(fields[icon])}
    for place, (name, icon) in zip(st.columns(3) if free else (), free.items(), strict=False):
        with place.container(border=True, height="stretch", key=f"door:{icon}"):
            st.markdown(f":material/{icon}: **{name}**")
            if icon == "upload_file":
                _file_chooser()
            elif icon == "draw":
                drawing.starter(config, shown)
            else:
                _dataset_chooser(config)


def _file_chooser():
    """The uploader, and what is wrong with the last file."""
    own = {"key": "data:file", "on_change": files.take, "args": ("data:file",), "label_visibility": "collapsed"}
    st.file_uploader("A CSV or TSV file", files.TYPES, max_upload_size=files.MAX_MEGABYTES, **own)
    session.show_told("file")
    st.caption("CSV or TSV, up to 20,000 rows. It is kept in memory until you leave.")


def _dataset_chooser(config):
    texts = {key: source.label for key, source in DATASETS.items()}
    value = None if config.file_name else config.dataset
    own = {"name": "data:dataset", "placeholder": "Choose", "on_change": dataset_chosen}
    control.choice(st, "selectbox", "Built-in dataset", texts, value=value, label_visibility="collapsed", **own)
    st.caption(f"{len(texts)} datasets: shapes, curves, tables and images.")


def file_settings(config: Config) -> None:
    """How the file is read: header and decimal sign, target, task, inputs, missing values."""
    table, source = files.current(), files.source_for(config)
    decimal = "decimal comma" if table.decimal_comma else "decimal point"
    header = "a header" if table.has_header else "no header"
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.markdown(f"**{plain(config.file_name)}** · {table.n_rows:,} rows · {len(table.columns)} columns")
    if not session.view.class_link.locked("file_name"):
        own = {"key": "data:remove", "on_click": files.forget, "icon": ":material/delete:", "width": "stretch"}
        right.button("Remove the file", **own)
    st.caption(f"Read as {table.encoding}, separated by {table.separator}, {decimal}, {header}.")
    if table.notes:
        st.info("  \n".join(plain(line) for line in table.notes[:MAX_NOTES]))

    left, right = st.columns(2)
    texts = {key: key.capitalize() for key in HEADERS}
    value = next(key for key, header in HEADERS.items() if header is config.header)
    own = {"name": "data:header", "on_change": lambda key: _read_anew(header=HEADERS[key])}
    words = "A header names the columns."
    _choice("header", left, "selectbox", "The first row is a header", texts, value=value, help=words, **own)

    texts = {key: key.capitalize() for key in (AUTOMATIC, *DECIMALS)}
    own = {"name": "data:decimal", "on_change": lambda key: _read_anew(decimal=None if key == AUTOMATIC else key)}
    words = "Whether this file writes one and a half as 1.5 or as 1,5."
    _choice("decimal", right, "selectbox", "Decimal sign", texts, value=config.decimal or AUTOMATIC, help=words, **own)

    left, right = st.columns(2)
    names = {c: column.name for c, column in enumerate(table.columns)}
    own = {"name": "data:target", "on_change": lambda column: _read_anew(target=column)}
    _choice("target", left, "selectbox", "Target", names, value=source.target, help="The column to predict.", **own)
    own = {"name": "data:task", "on_change": _task_chosen}
    words = "Guessed from the target's values; correct it if it is wrong."
    _choice("task", right, "segmented_control", "Predict", TASKS, value=source.task, help=words, **own)
    _inputs(config, source, names)
    if any(column.n_missing for column in table.columns):
        own = {"name": "data:missing", "on_change": lambda key: _change("missing", missing=key), "horizontal": True}
        _choice("missing", st, "radio", "Missing values", MISSING, value=config.missing, **own)


def _choice(field, *arguments, **options):
    """`control.choice` of a field: disabled if a task fixes it, not drawn if it hides it."""
    state = session.view.class_link.state(field)
    if state != HIDDEN:
        control.choice(*arguments, disabled=state == FIXED, **options)


def _inputs(config, source, names):
    usable = {column: names[column] for column in source.column_of}
    used = list(dict.fromkeys(source.column_of[f] for f in files.experiment(config).columns))
    value = used if len(used) <= MAX_CHIPS else []
    own = {"name": "data:inputs", "on_change": _inputs_chosen, "args": (source,)}
    words = (
        "A column of categories becomes one input per category. Leave empty to use every column that carries "
        "information."
    )
    more = {"help": words, "placeholder": f"{len(used)} columns"}
    _choice("columns", st, "multiselect", "Inputs", usable, value=value, **own, **more)


def _change(asked, **fields):
    """Change the field ``asked`` and those that follow from it."""
    files.set_data(*files.fitting(session.config.to_dict() | fields), asked=(asked,))


def _read_anew(**fields):
    """Change how the file is read, or its target; choices that depend on that return to their defaults."""
    after = {"columns": None, "derived": (), "task": None, "loss": None, "output_activation": None}
    _change(next(iter(fields)), **after | fields)


def _task_chosen(chosen):
    config = session.config
    guess = table_source.guess_task(files.current().columns[files.source_for(config).target])
    task = None if chosen in (None, guess) else chosen
    _change("task", task=task, loss=None, output_activation=None)


def _inputs_chosen(chosen, source):
    columns = tuple(f for c in chosen for f, column in enumerate(source.column_of) if column == c)
    if not columns or columns == source.default_columns:
        columns = None
    elif columns == tuple(range(len(source.column_of))):
        columns = ()
    _change("columns", columns=columns, derived=())


def preview(config: Config) -> None:
    """The first rows as they were read, and what became of all rows."""
    columns = files.current().columns[:MAX_SHOWN_COLUMNS]
    frame = pd.DataFrame({column.name: _readable(column)[:PREVIEW_ROWS] for column in columns})
    st.dataframe(frame, hide_index=True, width="stretch")
    st.caption("  \n".join(plain(line) for line in account_lines(config, files.source_for(config))))


def account_lines(config: Config, source: table_source.TableSource) -> list[str]:
    """What became of the rows and columns of a file, in numbers."""
    columns = files.experiment(config).columns
    count = table_source.account(source, columns, missing=config.missing)
    fates = {
        "have no target": count.without_target,
        "were left out because an input is missing": count.dropped,
        "missing values were replaced by the training set's median or most frequent category": count.filled,
    }
    parts = [f"{n:,} {fate}" for fate, n in fates.items() if n] or ["nothing is missing"]
    lines = ["; ".join([f"{count.used:,} of {count.rows:,} rows are used", *parts]) + "."]
    used = {source.column_of[f] for f in columns}
    if source.groups and len(columns) > len(used):
        lines.append(f"{len(columns)} inputs from {len(used)} columns: each category is an input of its own.")
    names = [column.name for column in files.current().columns]
    aside = [(name, fault) for name, fault in source.set_aside if names.index(name) not in used]
    lines += [f"{name} cannot be an input: {sentence(fault)}." for name, fault in source.left_out]
    lines += [f"{name} is not used by default: {sentence(fault)}." for name, fault in aside]
    more = len(lines) - MAX_LINES
    return lines if more <= 0 else [*lines[:MAX_LINES], f"{more} more columns are not inputs."]


def _readable(column):
    """A column's values as they are shown: numbers, or the names of categories, None where missing."""
    if column.is_number:
        return column.values
    return np.array([*column.categories, None], dtype=object)[column.values]


# The run


@fragment
def picture(page: Page, shown: Shown) -> None:
    """Boundary and loss. A click on a sample chooses it for all pages; drawn points can be added, moved and erased."""
    if page.config.points is None or page.config.file_name or session.view.class_link.locked("points"):
        player(page, shown, panels=("boundary", "loss"), marks=lambda: mark_of(shown))
    else:
        player(page, shown, panels=("boundary", "loss"), edit=lambda wanted: drawing.draw(shown, wanted))


def summary(config: Config, shown: Shown) -> None:
    """The data in one line, and the split in numbers."""
    dataset, source = shown.run.dataset, files.experiment(config).source
    n_train, n_test = len(dataset.X_train), len(dataset.X_test)
    name = config.file_name or (f"Points drawn from {source.label}" if source.drawn else source.label)
    inputs = "1 input" if dataset.n_inputs == 1 else f"{dataset.n_inputs} inputs"
    what = f"{dataset.n_classes} classes" if dataset.n_classes else "a number"
    target = f"target {plain(dataset.target_name)} ({what})"
    st.markdown(f"**{plain(name)}**: {n_train + n_test:,} samples, {inputs}, {target}.")
    split = "All samples are used for training."
    if n_test:
        share = format_percent(n_test / (n_train + n_test))
        how = "with equal shares of each class" if dataset.stratified else "chosen at random"
        split = f"{n_train:,} samples for training and {n_test:,} ({share}) for testing, {how}."
    scaled = f"are divided by {dataset.scale:g}" if dataset.scale != 1 else "are not scaled"
    if dataset.standardized:
        scaled = "are standardised with the training set's mean and standard deviation"
    st.caption(f"{split} Inputs{' and target' if dataset.task == REGRESSION else ''} {scaled}.")


def download(config: Config) -> None:
    """The current data as CSV, all rows in order; written when the button is pressed."""
    table, experiment = files.current(), files.experiment(config)
    name = f"{config.dataset}{'-points' if config.points is not None else ''}.csv"
    if config.file_name:
        name = f"{config.file_name.rsplit('.', 1)[0]}-clean.csv"
    own = {"key": "data:download", "icon": ":material/download:", "on_click": "ignore"}
    words = "All samples in their original units, before the split. Loading the file here gives exactly the same data."
    label = "Download the data"
    st.download_button(label, lambda: csv_of(experiment, table), name, "text/csv", help=words, **own)


def csv_of(experiment: Experiment, table: Table | None) -> str:
    """An experiment's data as CSV: a file's table as it was read, or all samples of its source."""
    if experiment.config.file_name:
        return table_csv(table)
    source, (X, y) = experiment.source, experiment.samples
    of_target = {"target_name": source.target_name, "class_names": experiment.class_names}
    return to_csv(X, y, feature_names=source.feature_names, **of_target)


# Inspect


def inspect(config: Config, shown: Shown) -> None:
    """The rows with a search, the classes and the columns; a selected row becomes the sample of all pages."""
    dataset = shown.run.dataset
    rows = inspection.rows_of(files.experiment(config), dataset)
    left, right = st.columns([3, 2])
    with left:
        _rows_table(config, rows)
    with right:
        sample_chooser(dataset, "data")
        _links()
        if rows.class_names:
            _balance(rows)
    left, right = st.columns([3, 2])
    with left:
        _statistics(rows)
    with right:
        _histogram(rows, dataset)
    note_controls("data:rows", "data:search", "data:part", "data:column")


def _links():
    address.write()  # so that the links carry the sample that was just chosen
    left, right = st.columns(2)
    link("pages/forward_pass.py", "Its forward pass", address.params(), place=left, icon=ONWARDS)
    link("pages/backpropagation.py", "Its gradient", address.params(), place=right, icon=ONWARDS)


def _balance(rows):
    counts, title = inspection.class_balance(rows), "Samples of each class"
    totals = np.sum(list(counts.values()), axis=0)
    words = ", ".join(f"{name} {n:.0f}" for name, n in zip(rows.class_names, totals, strict=True))
    st.markdown(f"**{title}**")
    chart(balance_chart(rows.class_names, counts), key="data:balance", title=title, alternative=words)


def _columns_of(config, rows):
    """The columns to show, by name, and how many inputs there are: the target first, then the first inputs."""
    if config.file_name:
        inputs = {column.name: _readable(column) for column in files.current().columns}
        target = inputs.pop(rows.target_name)
    else:
        inputs = dict(zip(rows.feature_names, rows.X.T, strict=True))
        target = _class_names(rows) if rows.class_names else rows.y
    return {rows.target_name: target, **dict(list(inputs.items())[:MAX_SHOWN_COLUMNS])}, len(inputs)


def _class_names(rows):
    return np.array([*rows.class_names, None], dtype=object)[np.where(rows.y == NO_CLASS, -1, rows.y)]


def _rows_table(config, rows):
    own = {"key": "data:search", "placeholder": "a class, a value, train, test …"}
    query = st.text_input("Search the rows", help="Shows the rows that contain every word.", **own)
    columns, n_columns = _columns_of(config, rows)
    found = matching(rows.part, columns, query)
    frame = pd.DataFrame({"sample": found, "set": rows.part[found]})
    for name, values in columns.items():
        frame[name if name not in frame else f"{name} "] = values[found]
    selection = {"selection_mode": "single-row", "on_select": lambda: _row_chosen(found, rows.part)}
    st.dataframe(frame, key="data:rows", hide_index=True, height=360, width="stretch", **selection)
    more = f" The first {MAX_SHOWN_COLUMNS} of {n_columns} columns are shown." if n_columns > MAX_SHOWN_COLUMNS else ""
    st.caption(f"{len(found):,} of {len(rows.y):,} rows. Tick a row to choose its sample.{more}")
    session.show_told("rows", once=True)


def matching(part: np.ndarray, columns: dict, query: str) -> np.ndarray:
    """The rows that contain every word of a query, in any column and ignoring case: (n_found,)."""
    found = np.ones(len(part), dtype=bool)
    if words := query.lower().split()[:8]:
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
        session.tell("warning", f"Row {row} was left out, so it cannot be the sample. Choose another one.", "rows")
        return
    choose_sample(row)


def _statistics(rows):
    parts = {TRAIN: "Training set", EVERY: "All rows used", TEST: "Test set"}
    if not (rows.part == TEST).any():
        del parts[TEST]
    own = {"key": "data:part", "format_func": parts.__getitem__}
    part = st.segmented_control("Statistics of", list(parts), default=TRAIN, required=True, **own)
    chosen = rows.where(None if part == EVERY else part)
    names, columns = list(rows.feature_names), list(rows.X[chosen].T)
    if not rows.class_names:
        names, columns = [*names, rows.target_name], [*columns, rows.y[chosen]]
    found = [inspection.statistics(values) for values in columns]
    table = {"column": names, "values": [s.count for s in found], "missing": [s.missing for s in found]}
    table |= {label: [getattr(s, name) for s in found] for label, name in STATISTICS.items()}
    settings = {label: st.column_config.NumberColumn(format="%.4g") for label in STATISTICS}
    size = {"height": min(38 + 35 * len(columns), 320), "width": "stretch"}
    st.dataframe(pd.DataFrame(table), hide_index=True, column_config=settings, **size)


def _histogram(rows, dataset):
    names = [*rows.feature_names, *([] if rows.class_names else [rows.target_name])]
    column = names.index(st.selectbox("Values of", names, key="data:column"))
    is_target = column == len(rows.feature_names)
    edges, counts = inspection.histogram(rows, None if is_target else column)
    n_values = sum(int(c.sum()) for c in counts.values())
    n_bins = "1 bin" if len(edges) == 2 else f"{len(edges) - 1} bins"
    sample, marked, where = chosen_sample(dataset), None, ""
    if sample.row is not None:
        marked = float(rows.y[sample.row] if is_target else rows.X[sample.row, column])
        where = f" The line marks the {sample.label}: {format_number(marked)}."
    figure = histogram_chart(edges, counts, names[column], marked=marked)
    words = f"{n_values} values from {format_number(edges[0])} to {format_number(edges[-1])}."
    chart(figure, key="data:histogram", title=f"Values of {names[column]}", alternative=words)
    st.caption(f"{n_values:,} values in {n_bins}.{where}")
