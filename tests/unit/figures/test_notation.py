"""Formulas as text become HTML and LaTeX with their indices in place."""

from ffbp.figures.notation import as_html, as_latex


def test_a_name_that_is_squared_keeps_its_indices():
    assert as_html("dW[1][2,1]²") == "<i>dW</i><sup>[1]</sup><sub>2,1</sub>²"
    assert "[" not in as_latex("dW[1][2,1]²").replace("^{[1]}", "")
    assert as_html("1 - a²") == "1 - <i>a</i>²"


def test_a_word_that_begins_like_a_name_is_none():
    assert as_html("batch a1 xs") == "batch a1 xs"
