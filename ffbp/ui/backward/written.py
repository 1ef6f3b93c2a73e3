"""Equations with their numbers. A matrix that is too large to be written is drawn as colours."""

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
    """Whether all matrices are small enough to be written."""
    return all(a.size <= MAX_ENTRIES and a.shape[0] <= MAX_ROWS and a.shape[1] <= MAX_COLUMNS for a in arrays)


def equation(name, factors, result, key, *, open_close=("", ""), axes=("column", "row"), mark=None, layer=0):
    """``name`` and its numbers: each factor (array, label) or sign, and the result, which is drawn if it is too large."""
    arrays = [factor[0] for factor in factors if not isinstance(factor, str)]
    if fits(*arrays, result):
        text = " ".join(f if isinstance(f, str) else formulas.shaped(*f) for f in factors)
        rows, n_columns = max(len(a) for a in (*arrays, result)), sum(a.shape[1] for a in (*arrays, result))
        numbers, end = rf"&= {open_close[0]}{text}{open_close[1]}", rf"= {formulas.shaped(result)}"
        broken = rows <= 4 or n_columns > 7  # short lines for narrow screens, but no tower of tall columns
        st.latex(formulas.aligned([f"&{name}", numbers, f"&{end}"] if broken else [f"&{name}", f"{numbers} {end}"]))
        return
    sizes = " ".join(f if isinstance(f, str) else formulas.shape(f[0]) for f in factors)
    st.latex(rf"{name}:\quad {open_close[0]}{sizes}{open_close[1]} \to {formulas.shape(result)}")
    colours(result, key, axes, mark, layer)


def columns(name, array, key, row_title):
    """``name = [...]`` for a matrix with a column per sample, of many only the first."""
    few, n = array[:, :MAX_MAP_COLUMNS], array.shape[1]
    if fits(few):
        st.latex(formulas.matrix(name, few))
    else:
        st.latex(rf"{name}:\quad {formulas.shape(few)}")
        colours(few, key, ("sample (one per column)", row_title))
    if n > MAX_MAP_COLUMNS:
        st.caption(f"The first {MAX_MAP_COLUMNS} of {n} columns.")


def colours(array, key, axes, mark=None, layer=0):
    """Draw a matrix as colours; if it is shaped like W[layer], a click on a cell chooses that weight."""
    finite = array[np.isfinite(array)]
    span = f"from {format_number(finite.min())} to {format_number(finite.max())}" if finite.size else "none finite"
    words = f"{array.shape[0]} × {array.shape[1]} numbers, {span}."
    picture = figures.matrix_map(array, x_title=axes[0], y_title=axes[1], theme=theme(), mark=mark, layer=layer)
    choose, title = weight_clicked if layer else None, f"{axes[1]} by {axes[0]}, as colours"
    chart(picture, key=f"backward:map:{key}", title=title, alternative=words, choose=choose)


def weight_clicked(choice):
    """Choose the clicked weight: layer, unit, source."""
    go_to(*map(int, choice))
