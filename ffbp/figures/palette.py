"""All colours: safe for colour-blind readers, and readable on white and on black.

Orange and blue, the ends of the boundary's colour scale, are classes 0 and 1; purple and green are the signs of numbers:
weights, values, gradients. The layers' colours grow darker from layer 1 on, on a dark page lighter, as their order is what
matters; formulas are written in them, too.
"""

import numpy as np

CLASSES = (
    "#de7926", "#3b82c4", "#2a9d62", "#c2518f", "#a8920f", "#6f5bc7", "#1c9dac", "#a0522d", "#8a8f98", "#d64550",
)  # fmt: skip
RAMP = {  # of the layers, from layer 1 to the output after the deepest
    "light": ("#a85508", "#b52a64", "#8a1c7e", "#5f1a86", "#421a80", "#2e1a6e", "#231a5a", "#1a1846", "#121232"),
    "dark": ("#e8833a", "#f07f9e", "#e79ad0", "#d3aaf2", "#c3b8f6", "#c6cbf9", "#cfdcfb", "#dde9fd", "#eef4ff"),
}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash", "dot")
TRAIN, TEST, PENALTY, TOTAL, CHANCE = "#1b9e77", "#9b3fb8", "#b8860b", "#6f7684", "#8a8f98"
RUNS = ("#2b7bd0", "#b8860b")  # A and B of a comparison
STEPS = (CLASSES[1], TRAIN, CLASSES[0], CHANCE)  # falling short, about right, across the valley, uphill
CURSOR = "#e5383b"
WRONG = {"light": "#111111", "dark": "#ffffff"}
# The middle of the diverging scale is the page's background, so that undecided regions fade.
MIDDLE = {"light": "#ffffff", "dark": "#1a1d24"}
INK = {"light": "#12151b", "dark": "#f0f2f5"}  # drawn digits: the page's text colour
NEGATIVE, POSITIVE = "#8f4fd1", "#3a8f2a"
CLASS_SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "star", "pentagon", "hexagon", "x", "bowtie")


def channels(colour: str) -> np.ndarray:
    """Red, green and blue of a colour "#rrggbb", from 0 to 255: (3,)."""
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])


def named(*names: str) -> dict:
    """Colours of this module for a header, by name in lower case."""
    return {name: globals()[name.upper()] for name in names}


def value_scale(theme: str) -> list[list]:
    """The diverging scale of signed numbers for Plotly: negative, zero, positive."""
    return [[0.0, NEGATIVE], [0.5, MIDDLE[theme]], [1.0, POSITIVE]]


def output_scale(theme: str) -> list[list]:
    """The boundary's diverging scale for Plotly: class 0, undecided, class 1."""
    return [[0.0, CLASSES[0]], [0.5, MIDDLE[theme]], [1.0, CLASSES[1]]]
