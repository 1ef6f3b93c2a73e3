"""The NumPy script as a notebook: the same code in steps, with explanations and figures between them."""

import json
from collections.abc import Iterable

from ffbp.programs.facts import Facts
from ffbp.programs.numpy_script import parts, picture_section
from ffbp.programs.program import Section, own_units
from ffbp.training.run import Run

NOTATION = r"""A column is a sample. Names are those of the formulas:

| name | meaning | shape |
| --- | --- | --- |
| `W1`, `b1` | weights and bias of layer 1; together the block `Wb1` | (n_out, n_in), (n_out, 1) |
| `Z1` | $Z_1 = W_1 A_0 + b_1$ | (n_out, n) |
| `A1` | $A_1 = g(Z_1)$; `A0` are the inputs | (n_out, n) |
| `delta1` | $\partial L / \partial Z_1$; the mean over samples is inside | (n_out, n) |
| `dW1`, `db1` | gradient of the mean loss; together `dWb1` | as W, b |
"""


def notebook(run: Run) -> str:
    """The run's experiment as a Jupyter notebook (nbformat 4.5), JSON text.

    It needs NumPy 2, and scikit-learn if the samples come from it. Figures need plotly or matplotlib; without either, the
    notebook prints numbers.
    """
    e, first, sections = parts(run)
    title, _, facts = e.heading("forward, backward, update, step by step.").partition("\n\n")
    cells = [("markdown", f"# {title}\n\n{facts}\n\n{NOTATION}"), ("code", first)]
    for number, section in enumerate(sections, start=1):
        cells += _section(number, section)
        if number == 1 and len(e.data.columns) <= 2:
            cells.append(("code", samples_picture(e)))
        if section.title == "Training":
            cells.append(("markdown", "The loss falls where a step along the gradient was short enough to help."))
    cells += _section(len(sections) + 1, picture_section(e, notebook=True))
    cells.append(("markdown", "Change a number in a cell, run it and those below it, and see what becomes different."))
    return as_json(cells)


def as_json(cells: Iterable[tuple]) -> str:
    """The text of a notebook. A cell is its kind (markdown or code), its text and, if it has any, its metadata."""
    content = {
        "cells": [_cell(number, *cell) for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _section(number: int, section: Section):
    return [("markdown", f"## {number}. {section.title}\n\n{section.text}"), ("code", section.code)]


def _cell(number, kind, text, metadata=None):
    lines = text.strip("\n").splitlines(keepends=True)
    cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": metadata or {}, "source": lines}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def samples_picture(e: Facts) -> str:
    """The code of a cell that shows samples with one or two columns."""
    shown = own_units(e, "y")
    if len(e.data.columns) == 2:
        plotly = f'go.Scatter(x=X[:, 0], y=X[:, 1], mode="markers", marker={{"color": {shown}, "colorscale": "RdBu"}})'
        pyplot = f'plt.scatter(X[:, 0], X[:, 1], c={shown}, cmap="RdBu")'
    else:
        plotly = f'go.Scatter(x=X[:, 0], y={shown}, mode="markers")'
        pyplot = f"plt.scatter(X[:, 0], {shown})"
    return f"""try:
    from plotly import graph_objects as go

    go.Figure({plotly}).show()
except ImportError:
    try:
        import matplotlib.pyplot as plt

        {pyplot}
        plt.show()
    except ImportError:
        print(X[:10])"""
