"""Formulas and pictures of the forward pass contain the numbers that they were made from."""

import re

import numpy as np
import plotly.graph_objects as go
import pytest

from ffbp.analysis.layer_view import LayerView, layer_view, linear_map, straight_line_score
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.network import Network
from ffbp.figures import forward as pictures
from ffbp.figures import latex as formulas
from ffbp.words.numbers import format_number, plain_power

NUMBERS = re.compile(r"-?\d+\.?\d*(?:\{\\cdot\}10\^\{-?\d+\})?")


def network_of(sizes, activations, seed=0, **options):
    network = Network(sizes, activations, **options)
    network.theta[...] = np.random.RandomState(seed).randn(network.n_params)
    return network


def value(text):
    """A number as `formulas.number` writes it."""
    mantissa, _, exponent = text.partition(r"{\cdot}10^{")
    return float(mantissa) * 10 ** int(exponent.rstrip("}") or 0)


@pytest.mark.parametrize("number", [0.0, 1.0, -0.25, 12.345678, -1234.5, 3.21e-7, -6.5e43])
def test_a_number_in_latex_is_the_formatted_number(number):
    assert value(formulas.number(number)) == pytest.approx(float(plain_power(format_number(number))))
    assert formulas.factor(number).startswith("(") == (number < 0)


def test_infinite_and_missing_numbers_have_signs_of_their_own():
    assert formulas.number(np.inf) == r"\infty"
    assert formulas.number(-np.inf) == r"-\infty"
    assert "text" in formulas.number(np.nan)


def test_a_matrix_holds_its_entries_and_its_shape():
    array = np.array([[0.5, -0.25, 3.0], [1.5, 2.0, -4.0]])
    text = formulas.matrix("W", array)
    inside = text[text.index("{bmatrix}") + 9 : text.index(r"\end{bmatrix}")]
    assert [[float(v) for v in row.split("&")] for row in inside.split(r"\\")] == array.tolist()
    assert r"(2 \times 3)" in text
    assert r"(3 \times 1)" in formulas.vector("b", array[0])


def test_a_short_sum_shows_every_term_and_the_total():
    w, a = np.array([0.5, 0.2, -1.5]), np.array([0.31, -0.72, 2.0])
    text = formulas.weighted_sum("z", w, a, 0.25, total=float(w @ a + 0.25))
    for i in range(3):
        assert rf"{formulas.factor(w[i])} \cdot {formulas.factor(a[i])}" in text
    assert rf"\mathbf{{{formulas.number(w @ a + 0.25)}}}" in text


def test_a_long_sum_shows_the_largest_terms_and_the_subtotal_of_the_others():
    rng = np.random.RandomState(1)
    w, a = rng.randn(40), rng.randn(40)
    text = formulas.weighted_sum("z", w, a, 0.5, total=float(w @ a + 0.5))
    products = w * a
    largest = np.sort(np.abs(products))[-formulas.SHOWN_TERMS]
    rest = products[np.abs(products) < largest]
    assert text.count(r"\cdot") == formulas.SHOWN_TERMS
    assert rf"{len(rest)}\text{{ more terms}}" in text
    assert formulas.factor(rest.sum()) in text


def test_a_layers_sums_have_every_number_of_every_unit():
    rng = np.random.RandomState(2)
    W, x, b = rng.randn(3, 5), rng.randn(5), rng.randn(3)
    z = W @ x + b
    text = formulas.sums(2, W, x, b, z, np.tanh(z))
    for i in range(3):
        for j in range(5):
            assert rf"{formulas.factor(W[i, j])} \cdot {formulas.factor(x[j])}" in text
        for name, result in (("z", z[i]), ("a", np.tanh(z[i]))):
            assert formulas.symbol(name, 2, i + 1) in text
            assert rf"\mathbf{{{formulas.number(result)}}}" in text


def test_a_sum_is_broken_into_lines_of_at_most_two_long_products():
    w, x = np.full(6, -0.1234), np.full(6, -0.5678)
    for line in formulas.weighted_sum("z", w, x, 0.5, total=1.0).split(r"\\"):
        assert line.count(r"\cdot") <= 2


def test_text_from_data_is_neither_markdown_nor_latex():
    text = formulas.plain("**b** $x^2$ [link](http://x) `c` <i>")
    assert not re.search(r"(?<!\\)[*$\[\]`<>_]", text)
    text = formulas.plain("https://a.example HTTP://b.example www.c.example me@d.example")
    shown = re.sub(r"\\(.)", r"\1", text)  # Markdown makes links of addresses after it has read the escapes
    assert not re.search(r"(?i)https?://|www\.|\w@", shown)
    assert shown.replace("\u2060", "") == "https://a.example HTTP://b.example www.c.example me@d.example"


def test_the_linear_map_of_identities_is_the_networks_own_output():
    network = network_of((3, 5, 4, 2), ("identity",) * 3, loss="mse")
    X = np.random.RandomState(2).randn(7, 3)
    W, b = linear_map(network)
    np.testing.assert_allclose(W @ X.T + b, network.forward(X).A[-1], rtol=1e-12)


def test_two_units_are_shown_as_they_are_and_more_along_the_axes_of_greatest_variance():
    A = np.random.RandomState(3).randn(2, 50)
    np.testing.assert_array_equal(layer_view(A).place(A), A.T)
    A = np.random.RandomState(3).randn(6, 80) * np.array([[9], [1], [4], [1], [1], [0.5]])
    view = layer_view(A)
    variances = np.sort(np.linalg.eigvalsh(np.cov(A)))[::-1]
    assert view.share(A) == pytest.approx(variances[:2].sum() / variances.sum())
    np.testing.assert_allclose(view.axes @ view.axes.T, np.eye(2), atol=1e-12)


def test_a_straight_line_separates_what_is_separable_and_not_xor():
    A = np.array([[0, 0, 1, 1], [0, 1, 0, 1]] * 1, dtype=float).repeat(5, axis=1)
    both, either = np.array([0, 0, 0, 1]).repeat(5), np.array([0, 1, 1, 0]).repeat(5)
    assert straight_line_score(A, both, regression=False) == 1.0
    assert straight_line_score(A, either, regression=False) <= 0.75
    assert straight_line_score(A, 2 * A[0] - A[1] + 3, regression=True) == pytest.approx(1.0)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_the_curves_pass_through_the_marked_points(key):
    activation = ACTIVATIONS[key]
    Z = np.array([[0.7], [-1.3], [2.1]])
    A = activation.forward(Z, np.empty_like(Z))
    figure = go.Figure(pictures.activation_curves(activation, Z, A, 1, 1))
    g, slope, mark = figure.data
    assert mark.x[0] == -1.3
    assert mark.y[0] == A[1, 0]
    assert np.interp(-1.3, g.x, g.y) == pytest.approx(A[1, 0], abs=2e-3)
    step = 1e-6
    up, down = Z.copy(), Z.copy()
    up[1], down[1] = Z[1] + step, Z[1] - step
    numeric = (activation.forward(up, np.empty_like(Z)) - activation.forward(down, np.empty_like(Z)))[1, 0] / 2 / step
    assert mark.y[1] == pytest.approx(numeric, abs=1e-6)
    assert np.interp(-1.3, slope.x, slope.y) == pytest.approx(numeric, abs=2e-3)


def test_plotly_knows_every_word_and_every_axis_has_a_title():
    W, a = np.ones((20, 15)), np.ones((20, 1))
    figures = [
        pictures.activation_curves(ACTIVATIONS["tanh"], a, np.tanh(a), 0, 1),
        *(
            pictures.layer_space(
                np.ones((4, 2)), np.zeros(4), np.zeros((1, 2, 2)), ([0, 1], [0, 1]), ("a1", "a2"), class_names=names, marked=(0, 1)
            )
            for names in ((), ("0",))
        ),
    ]  # fmt: skip
    for figure in map(go.Figure, figures):  # which refuses a word that plotly does not know
        assert figure.layout.xaxis.title.text
        assert figure.layout.yaxis.title.text
    figure = go.Figure(pictures.layer_map(W, np.ones((15, 1)), a, a, a, layer=2))
    assert "layer 1" in figure.layout.xaxis.title.text
    assert "layer 2" in figure.layout.yaxis.title.text


@pytest.mark.parametrize("z", [1e308, -1.7e308])
def test_a_z_near_the_largest_number_is_drawn_on_an_axis_of_finite_length(z):
    Z = np.array([[z], [0.5]])
    picture = pictures.activation_curves(ACTIVATIONS["tanh"], Z, np.tanh(Z), 0, 1)
    low, high = picture["layout"]["xaxis"]["range"]
    assert np.isfinite(high - low)
    assert np.isfinite(picture["data"][0]["x"]).all()


def test_places_beyond_all_numbers_have_no_warning():
    view = LayerView(np.zeros(2), np.array([[1.0, 1.0], [1.0, -1.0]]), principal=False)
    assert view.place(np.array([[1.7e308, 1.0], [1.7e308, 2.0]])).tolist()[1] == [3.0, -1.0]
