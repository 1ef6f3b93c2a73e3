"""A small network as a drawing for paper: black on white, with its weights on the lines, as SVG."""

import html

import numpy as np

from ffbp.core.network import Network
from ffbp.words.numbers import fixed

RADIUS, ACROSS, DOWN, MARGIN = 18, 190, 66, 20  # of a unit; between layers; between units; around
MAX_LABELS = 8  # lines between two layers that carry their weights; more would cover each other
AT = 0.3  # where a weight stands on its line, counted from its beginning


def network_svg(network: Network, x: np.ndarray) -> str:
    """The network with its inputs x (n_inputs,), weights and biases; its text is readable by a screen reader."""
    sizes = network.sizes
    height = (max(sizes) - 1) * DOWN + 2 * (RADIUS + MARGIN)
    width = (len(sizes) - 1) * ACROSS + 2 * MARGIN + 60
    places = [[_place(l, i, size, height) for i in range(size)] for l, size in enumerate(sizes)]
    parts = []
    for l, layer in enumerate(network.layers, start=1):
        lines = [(j, i) for j in range(layer.n_in) for i in range(layer.n_out)]
        parts += [_line(places[l - 1][j], places[l][i]) for j, i in lines]
        if len(lines) <= MAX_LABELS:
            parts += [_weight(places[l - 1][j], places[l][i], layer.W[i, j]) for j, i in lines]
    for l, units in enumerate(places):
        for i, (across, down) in enumerate(units):
            name = f"x{i + 1}" if l == 0 else f"{i + 1}"
            below = _number(x[i]) if l == 0 else f"b = {_number(network.layers[l - 1].b[i, 0])}"
            parts.append(f'<circle cx="{across}" cy="{down}" r="{RADIUS}"/>')
            parts.append(_text(across, down + 5, name, "unit"))
            parts.append(_text(across, down + RADIUS + 16, below, "number"))
    words = f"A network with the layers {'-'.join(map(str, sizes))}; the numbers are listed below."
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg {box} role="img" aria-label="{words}">{"".join(parts)}</svg>'


def _place(l, i, size, height):
    return MARGIN + 20 + l * ACROSS, round(height / 2 + (i - (size - 1) / 2) * DOWN - 8, 1)


def _line(start, end):
    return f'<line x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}"/>'


def _weight(start, end, value):
    across, down = (a + AT * (b - a) for a, b in zip(start, end, strict=True))
    return _text(round(across, 1), round(down + 4, 1), _number(value), "weight")


def _text(across, down, text, kind):
    return f'<text x="{across}" y="{down}" class="{kind}">{html.escape(text)}</text>'


def _number(value):
    text = fixed(float(value), 4)
    return text.rstrip("0").rstrip(".")
