"""Equations with their numbers, and matrices as colours where they are too large to be written."""

import numpy as np
import streamlit as st

from ffbp.figures import backward as figures
from ffbp.figures import latex as formulas
from ffbp.ui.backward.choosing import go_to
from ffbp.ui.chart import chart, theme
from ffbp.words.numbers import format_number

MAX_ENTRIES, MAX_ROWS, MAX_COLUMNS = 60, 12, 6  # a larger matrix is drawn
MAX_MAP_COLUMNS = 60


def fits(*arrays):
    return all(a.size <= MAX_ENTRIES and a.shape[0] <= MAX_ROWS and a.shape[1] <= MAX_COLUMNS for a in arrays)


def equation(name, factors, result, key, *, open_close=("", ""), axes=("column", "row"), mark=None, layer=0):
    """``name`` and then its numbers: each factor (array, label) or sign, and the result; large ones as a map."""
    arrays = [factor[0] for factor in factors if not isinstance(factor, str)]
    if fits(*arrays, result):
        text = " ".join(f if isinstance(f, str) else formulas.shaped(*f) for f in factors)
        rows, columns = max(len(a) for a in (*arrays, result)), sum(a.shape[1] for a in (*arrays, result))
        numbers, end = rf"&= {open_close[0]}{text}{open_close[1]}", rf"= {formulas.shaped(result)}"
        broken = rows <= 4 or columns > 7  # short lines for narrow screens, but no tower of tall columns
        st.latex(formulas.aligned([f"&{name}", numbers, f"&{end}"] if broken else [f"&{name}", f"{numbers} {end}"]))
        return
    sizes = " ".join(f if isinstance(f, str) else formulas.shape(f[0]) for f in factors)
    st.latex(rf"{name}:\quad {open_close[0]}{sizes}{open_close[1]} \to {formulas.shape(result)}")
    colours(result, key, axes, mark, layer)


def matrix(name, array, key, axes, mark=None):
    if fits(array):
        st.latex(formulas.matrix(name, array))
    else:
        st.latex(rf"{name}:\quad {formulas.shape(array)}")
        colours(array, key, axes, mark)


def colours(array, key, axes, mark=None, layer=0):
    """A matrix as colours; with ``layer`` it is shaped like W[layer], and a click on a cell chooses that weight."""
    finite = array[np.isfinite(array)]
    span = f"from {format_number(finite.min())} to {format_number(finite.max())}" if finite.size else "none finite"
    rows, columns = array.shape
    chart(
        figures.matrix_map(array, x_title=axes[0], y_title=axes[1], theme=theme(), mark=mark, layer=layer),
        key=f"backward:map:{key}", title=f"{axes[1]} by {axes[0]}, as colours",
        alternative=f"{rows} × {columns} numbers, {span}.", choose=weight_clicked if layer else None,
    )  # fmt: skip


def weight_clicked(choice):
    go_to(*(int(number) for number in choice))
