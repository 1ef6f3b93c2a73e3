"""Items of practice, worked out from the numbers that they show, in plain Python; nothing from the package."""

import math
import re

G = {
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda a: a * (1 - a)),
    "tanh": (math.tanh, lambda a: 1 - a * a),
    "relu": (lambda z: max(0.0, z), lambda a: float(a > 0)),
    "identity": (lambda z: z, lambda a: 1.0),
}


def given(item):
    return {name: float(value) for name, value in (text.split(" = ") for text in item.given)}


def place(item):
    """The indices in an item's name: layer, unit and, of a weight, source."""
    return [int(i) for i in re.findall(r"\d+", item.name)]


def inputs(shown, l):
    return [shown[f"a[{l}][{i}]" if l else f"x[{i}]"] for i in (1, 2)]


def by_hand(rung, drawn):
    """The answer from the numbers that the item shows, in plain Python."""
    item, small, shown = drawn.item, drawn.small, given(drawn.item)
    l, unit, *source = place(item)
    g, slope = G[small.activation]
    match rung:
        case "sum":
            weights = [shown[f"W[{l}][{unit},{j}]"] for j in (1, 2)]
            return sum(w * x for w, x in zip(weights, inputs(shown, 0), strict=True)) + shown[f"b[{l}][{unit}]"]
        case "activation":
            return g(shown[f"z[{l}][{unit}]"])
        case "output_delta":
            a, y = shown["a[2][1]"], shown["y"]
            if small.loss == "bce":
                return a - y
            return 2 * (a - y) * G[small.output][1](a)
        case "output_gradient":
            return shown["delta[2][1]"] * shown[f"a[1][{source[0]}]"]
        case "hidden_delta":
            return shown["delta[2][1]"] * shown[f"W[2][1,{unit}]"] * slope(shown[f"a[1][{unit}]"])
        case "hidden_gradient":
            return shown[f"delta[1][{unit}]"] * shown[f"x[{source[0]}]"]
    old, gradient = shown[item.name], shown[f"d{item.name}"]
    if rung == "adam":
        m, v = 0.1 * gradient, 0.001 * gradient**2
        return old - shown["eta"] * (m / 0.1) / math.sqrt(v / 0.001)
    norm = math.sqrt(sum(value**2 for name, value in shown.items() if name.startswith("d")))
    clipped = rung == "clipped" and norm > shown["c"]
    return old - shown["eta"] * gradient * (shown["c"] / norm if clipped else 1)
