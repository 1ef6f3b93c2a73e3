"""The chosen sample: one row of the source, or typed inputs, shared by the pages and kept in the link."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ffbp.data.dataset import Dataset
from ffbp.experiment.link import INPUTS, as_number
from ffbp.figures import latex as formulas
from ffbp.figures.latex import plain
from ffbp.ui.session import control
from ffbp.ui.session.fragments import note_view
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number

MAX_FIELDS = 4  # up to this number, each input has a field; with more inputs there is one, for a chosen input
COLUMN = "sample:column"  # kept in the session: the chosen input
ROW_HELP = "The row in the source. You can also click a point in the plane, or any other place to type its coordinates."


@dataclass(frozen=True)
class Sample:
    """``chosen``: the used columns in their own units (n_columns,); ``X`` (1, n_inputs) as the network sees them.

    ``y``: the target as the network sees it (1,), or None for typed inputs. ``row`` and ``part``: where it comes from.
    """

    chosen: np.ndarray
    X: np.ndarray
    y: np.ndarray | None
    row: int | None
    part: str

    @property
    def label(self) -> str:
        return "typed inputs" if self.row is None else f"{self.part} sample {self.row}"


def chosen_sample(dataset: Dataset) -> Sample:
    """The view's sample; the first training row if none was chosen, or one that does not exist."""
    sample = sample_in_view(dataset)
    note_view("sample", "inputs")
    return sample


def sample_in_view(dataset: Dataset) -> Sample:
    """The same for code that draws nothing, so that the fragment does not depend on the sample."""
    view, n_columns = session.view, len(dataset.columns)
    if view.inputs is not None:
        numbers = np.array(view.inputs)
        if len(numbers) == n_columns:
            return Sample(numbers, dataset.encode_columns(numbers[None]), None, None, "typed")
        st.warning(f"{INPUTS} must hold {n_columns} numbers for this data, got {len(numbers)}; it was left out")
        session.view = view = replace(view, inputs=None)
    row = int(dataset.rows_train[0]) if view.sample is None else view.sample
    for part in dataset.parts:
        at = np.flatnonzero(part.rows == row)
        if len(at):
            i = at[0]
            return Sample(part.raw[i, dataset.columns], part.X[i : i + 1], part.y[i : i + 1], int(row), part.name)
    last = _last_row(dataset)
    rule = f"from 0 to {last}" if row > last else "a row that is used"
    st.warning(f"sample must be {rule}, got {row}; the first training sample is shown")
    session.view = replace(view, sample=None)
    return sample_in_view(dataset)


def _last_row(dataset) -> int:
    return int(max(dataset.rows_train.max(), dataset.rows_test.max(initial=0)))


def numbered(names: Sequence[str]) -> list[str]:
    """The names of inputs with their numbers in formulas: ``x3: petal length``; plain where the name says it already."""
    return [name if name == f"x{i}" else f"x{i}: {name}" for i, name in enumerate(names, start=1)]


def mark_of(shown) -> list:
    """The chosen sample as a point of the shown plane, for the player to ring."""
    sample = chosen_sample(shown.run.dataset)
    return marks_of(shown, sample.chosen[None], np.zeros(1) if sample.y is None else sample.y)


def marks_of(shown, columns, y) -> list:
    """Samples as points of the shown plane: their used columns (n, n_columns) and targets (n,)."""
    points = shown.plane.coordinates(columns)
    if shown.plane.is_line:
        points = np.column_stack([points[:, 0], shown.run.dataset.line_height(y)])
    return points.tolist()


def type_place(shown, x, y) -> None:
    """Turn a clicked place of the plane into typed inputs, rounded to a thousandth of the plane's width.

    Columns that the plane does not show keep the chosen sample's values. A plane of principal components sets all.
    """
    plane, dataset = shown.plane, shown.run.dataset
    place = [value for value in (x, y)[: len(plane.axes)] if isinstance(value, int | float) and np.isfinite(value)]
    if len(place) < len(plane.axes):
        return
    if plane.is_principal:
        values = plane.points(np.array([place]))[0]
        spans = dataset.std * 6
        values = [round(float(v), _digits(span)) for v, span in zip(values, spans, strict=True)]
    else:
        values = [float(value) for value in chosen_sample(dataset).chosen]
        for axis, value, limits in zip(plane.axes, place, (plane.x_range, plane.y_range), strict=False):
            values[axis] = round(float(value), _digits(limits[1] - limits[0]))
    session.view = session.view.with_inputs(values)


def _digits(span) -> int:
    """The number of decimals of a thousandth of a span."""
    return int(np.clip(-np.floor(np.log10(span / 1000)), 0, 12)) if span > 0 else 3


def sample_chooser(dataset: Dataset, page: str) -> None:
    """Pick a sample by its row, or type the inputs (point or comma); a click in the plane does the same.

    With many inputs there is one field, for the input that is chosen beside it.
    """
    sample, n_columns = chosen_sample(dataset), len(dataset.columns)
    many = n_columns > MAX_FIELDS
    columns = st.columns([1, 2, 1] if many else [1] * (1 + n_columns), vertical_alignment="bottom")
    about = {"help": ROW_HELP, "placeholder": "typed", "step": 1, "on_change": _row_chosen}
    last, key = _last_row(dataset), f"{page}:sample"
    control.show(columns[0], "number_input", "Sample", 0, last, name=key, value=sample.row, **about)
    names = [dataset.feature_names[column] for column in dataset.columns]
    fields = list(enumerate(columns[1:]))
    if many:
        chosen = min(session.recall(COLUMN, 0), n_columns - 1)
        labels = [f"{i + 1}: {name}" for i, name in enumerate(names)]
        texts = {"labels": labels, "format_func": labels.__getitem__, "on_change": session.keep, "args": (COLUMN,)}
        title, key = f"Input to change, of {n_columns}", f"{page}:input"
        control.show(columns[1], "selectbox", title, range(n_columns), name=key, value=chosen, **texts)
        fields = [(chosen, columns[2])]
    for i, column in fields:
        value = float(sample.chosen[i])
        text = repr(value) if sample.row is None else format_number(value)
        typed = {"on_change": _input_typed, "args": (i, dataset), "same": _shows}
        control.show(column, "text_input", plain(names[i]), name=f"{page}:x{i}", value=text, **typed)
    session.show_told("sample", once=True)
    if dataset.encodes:
        st.caption(_as_the_network_gets_it(dataset, sample, [i for i, _ in fields]))


def _as_the_network_gets_it(dataset, sample, inputs) -> str:
    """How these of the sample's inputs become the numbers that the first layer gets."""
    written, divided = [], dataset.scale != 1
    for i in inputs:
        value, result = formulas.number(sample.chosen[i]), formulas.number(sample.X[0, i])
        above = value if divided else f"({value} {formulas.signed(-dataset.mean[i])})"
        below = formulas.shortest(dataset.std[i]) if divided else formulas.number(dataset.std[i])
        written.append(rf"{plain(dataset.feature_names[dataset.columns[i]])} ${above} / {below} = {result}$")
    if divided:
        how = "divided by full ink"
    else:
        how = "standardised: minus the mean of the training set, divided by its standard deviation"
    return f"The network gets the inputs {how}. {'; '.join(written)}."


def row_chooser(dataset: Dataset, name: str) -> None:
    """A field for the number of a sample, where a page has only its plane to click: for the keyboard."""
    row = None if session.view.inputs is not None else session.view.sample
    about = {"value": row, "on_change": _row_chosen, "help": ROW_HELP}
    control.show(st, "number_input", "Sample", 0, _last_row(dataset), name=name, **about)


def _shows(typed: str, text: str) -> bool:
    """Whether a field's text stands for the number, at the precision at which the page shows numbers.

    The field then keeps the text as it was typed, because the person may still be using it or the one beside it.
    """
    numbers = as_number(typed), as_number(text)
    return typed == text or (None not in numbers and format_number(numbers[0]) == format_number(numbers[1]))


def choose_sample(row) -> None:
    """Choose a row of the source, for all pages."""
    session.view = session.view.with_row(row)


def _row_chosen(row):
    if row is not None:
        choose_sample(row)


def _input_typed(text, i, dataset):
    number = as_number(text)
    if number is None:
        session.tell("error", f"an input must be a finite number such as 0.5 or 0,5, got {text[:40]!r}", "sample")
        return
    values = [float(value) for value in sample_in_view(dataset).chosen]
    values[i] = number
    session.view = session.view.with_inputs(values)
