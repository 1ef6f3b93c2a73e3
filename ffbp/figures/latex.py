"""Matrices, vectors and sums in LaTeX, with their numbers, so that a page shows the actual arithmetic.

The functions turn arrays and numbers into strings for `st.latex` (or between dollar signs). Numbers have the four significant
digits of `format_number`. Names are LaTeX of this project; only `plain` takes text from users.
"""

import re

import numpy as np

from ffbp.figures import palette
from ffbp.words.numbers import format_number, plain_power

MAX_TERMS, SHOWN_TERMS = 12, 6  # a sum of more terms shows the largest and the subtotal of the others
ROOM_ABOVE = r"\rule{0pt}{1.5em}"
LINE = 46  # a line's length in digits, as many as a narrow screen shows
LENGTHS = {r"\cdot": 1.4, "+": 2.4, "-": 2.0, "=": 2.7, "(": 0.8, ")": 0.8, ".": 0.6}  # in digits


def number(value) -> str:
    """A number in LaTeX: 0.2531, -12.35, 1.234 · 10⁻⁵, ∞, a dash for NaN."""
    text = plain_power(format_number(value))
    if text.endswith("∞"):
        return text.replace("∞", r"\infty")
    if "e" in text:
        mantissa, exponent = text.split("e")
        return rf"{mantissa}{{\cdot}}10^{{{int(exponent)}}}"
    return text if text[-1].isdigit() else r"\text{–}"


def shortest(value) -> str:
    """A number that somebody chose, such as a learning rate: 0.1 and not 0.1000."""
    text = f"{value:.4g}"
    return number(value) if "e" in text else text


def factor(value) -> str:
    """A number as a factor; a negative one gets parentheses."""
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def signed(value, *, first: bool = False) -> str:
    """A number as a summand: ``+ 0.5`` or ``- 0.5``; the first has no plus."""
    text = number(value)
    if first:
        return text
    return f"- {text[1:]}" if text.startswith("-") else f"+ {text}"


def symbol(letter: str, layer: int, unit: int | str | None = None) -> str:
    """A quantity of layer l in the layer's colour: W^{[1]}, z^{[1]}_3; the inputs, layer 0, have none, nor has a layer too deep."""
    text, colours = rf"{letter}^{{[{layer}]}}" + ("" if unit is None else f"_{{{unit}}}"), palette.RAMP["light"]
    return rf"\textcolor{{{colours[layer - 1]}}}{{{text}}}" if 0 < layer <= len(colours) else text


def styles() -> str:
    """Rules for a dark page: letters in a layer's colour get the colour that the layer has there."""
    rules = []
    for light, dark in zip(*palette.RAMP.values(), strict=True):
        red, green, blue = palette.channels(light)
        marked = f'.katex [style*="rgb({red}, {green}, {blue})"]'
        rules.append(f"{marked} {{ color: light-dark({light}, {dark}) !important; }}")
    return "\n".join(rules)


def transposed(letter: str, layer: int) -> str:
    """A transposed matrix or vector of layer l in the layer's colour: W^{[1]\\top}."""
    return symbol(letter, layer).replace(f"[{layer}]", rf"[{layer}]\top")


def shape(array) -> str:
    """The shape of a matrix or vector, such as (10 × 2); a flat array is a column."""
    array = np.asarray(array)
    rows, columns = array.shape if array.ndim == 2 else (len(array), 1)
    return rf"({rows} \times {columns})"


def entries(array) -> str:
    """The numbers of a matrix (rows, columns) in brackets; a flat array is a column."""
    array = np.asarray(array, dtype=float)
    rows = array if array.ndim == 2 else array[:, None]
    lines = (" & ".join(number(value) for value in row) for row in rows)
    return r"\begin{bmatrix}" + r" \\ ".join(lines) + r"\end{bmatrix}"


def row(values, *, most: int = 4) -> str:
    """Numbers (n,) as a row in brackets; of more than ``most``, the first two and the last one with dots between them."""
    texts = [number(value) for value in values]
    if len(texts) > most:
        texts = [*texts[:2], r"\cdots", texts[-1]]
    return r"\begin{bmatrix}" + " & ".join(texts) + r"\end{bmatrix}"


def shaped(array, label: str = "") -> str:
    """The numbers of a matrix or vector in brackets, with a label and the shape below."""
    below = rf"{label}\;{shape(array)}" if label else shape(array)
    return rf"\underset{{\textstyle {below}}}{{{entries(array)}}}"


def matrix(name: str, array) -> str:
    """``name = [...]`` with the shape below, for an array (rows, columns); ``name`` is LaTeX."""
    return f"{name} = {shaped(array)}"


def vector(name: str, array) -> str:
    """``name = [...]``, a column with its shape below, from (n,) or (n, 1); ``name`` is LaTeX."""
    return matrix(name, np.asarray(array, dtype=float).reshape(-1, 1))


def aligned(lines) -> str:
    """Lines aligned at their first ``&``."""
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def weighted_sum(name: str, weights, inputs, bias=None, *, total, max_terms: int = MAX_TERMS) -> str:
    """``name = w1·a1 + w2·a2 + ... + b``, then the products, then the total, in aligned lines.

    weights, inputs: (n,). bias: a number or None. total: the value computed by the core. With more than ``max_terms`` terms,
    the formula shows the largest products, and the number and subtotal of the others.
    """
    weights, inputs = np.asarray(weights, dtype=float).ravel(), np.asarray(inputs, dtype=float).ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        products = weights * inputs
    shown, rest = range(len(products)), None
    if len(products) > max_terms:
        largest = np.argsort(-np.abs(products), kind="stable")
        shown, rest = np.sort(largest[:SHOWN_TERMS]), largest[SHOWN_TERMS:]
    factors = [rf"{factor(weights[i])} \cdot {factor(inputs[i])}" for i in shown]
    values = [signed(products[i], first=j == 0) for j, i in enumerate(shown)]
    if rest is not None:
        subtotal = products[rest].sum()
        factors.append(rf"\underbrace{{{factor(subtotal)}}}_{{{len(rest)}\text{{ more terms}}}}")
        values.append(signed(subtotal))
    if bias is not None:
        factors.append(rf"\underbrace{{{factor(bias)}}}_{{b}}")
        values.append(signed(bias, first=not values))
    lines = [
        f"{name} &= {line}" if i == 0 else rf"&\quad {line}" for i, line in enumerate(_broken(name, _plus(factors)))
    ]
    if len(values) > 1:
        lines += [("&= " if i == 0 else r"&\quad ") + line for i, line in enumerate(_broken(name, values))]
    return aligned([*lines, rf"&= \mathbf{{{number(total)}}}"])


def sums(layer: int, W, inputs, b, Z, A) -> str:
    """A layer's sums, unit by unit, in short lines: ``z1 = w1·x1 + w2·x2 + b``, then ``= ..., a1 = ...``.

    W: (n_out, n_in); inputs: (n_in,); b, Z, A: (n_out,), computed by the core.
    """
    lines = []
    for unit, (weights, bias, z, a) in enumerate(zip(W, b, Z, A, strict=True), start=1):
        name = symbol("z", layer, unit)
        factors = [rf"{factor(w)} \cdot {factor(x)}" for w, x in zip(weights, inputs, strict=True)]
        first, *others = _broken(name, _plus([*factors, factor(bias)]))
        result = rf"= \mathbf{{{number(z)}}},\; {symbol('a', layer, unit)} = \mathbf{{{number(a)}}}"
        lines += [f"{ROOM_ABOVE}{name} &= {first}", *(rf"&\quad {line}" for line in others), f"&{result}"]
    return aligned(lines)


def _plus(terms):
    """Summands as the terms of a line: all but the first with a plus."""
    return [f"+ {term}" if i else term for i, term in enumerate(terms)]


def _broken(name, terms):
    """Terms joined in lines that are not longer than a narrow screen; each line begins to the right of ``name``."""
    lines, room = [], LINE - _length(f"{name} =")
    for term in terms:
        if lines and _length(f"{lines[-1]} {term}") <= room:
            lines[-1] += f" {term}"
        else:
            lines.append(term)
    return lines


def _length(text):
    """About how long a formula is, in digits."""
    bare = re.sub(r"\\textcolor\{#\w+\}|_\{(?:[^{}]|\{[^{}]*\})*\}|\\(?!cdot)\w+", "", text)
    return sum(LENGTHS.get(sign, 1.0) for sign in re.findall(r"\\\w+|[\w.()+=-]", bare))


def plain(text) -> str:
    """Text from data or a user, escaped for Markdown: no formatting, no links, no formulas.

    Addresses would become links even so; a sign without width (word joiner) in them prevents it.
    """
    parted = re.sub(r"(?i)(?<=http)(?=s?:)|(?<=www)(?=\.)|(?=@)", "\u2060", str(text))
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>$~:^&" else c for c in parted)
