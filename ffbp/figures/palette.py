"""All colours: safe for colour-blind readers, and readable on white and on black.

The ends of the boundary's colour scale are the colours of classes 0 and 1. A layer has the same colour everywhere.
"""

CLASSES = (
    "#e07b29", "#3b82c4", "#2a9d62", "#c2518f", "#b8a012", "#6f5bc7", "#1fa8b8", "#a0522d", "#8a8f98", "#d64550",
)  # fmt: skip
LAYERS = (
    "#7b52ab", "#1b9e8a", "#c9820a", "#c04a7b", "#5b8e2d", "#3b6fb5", "#a8553a", "#6b7280", "#d64550",
)  # fmt: skip
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash", "dot")
TRAIN, TEST, PENALTY, TOTAL, CHANCE = "#1b9e77", "#b0368c", "#b8860b", "#6f7684", "#8a8f98"
CURSOR = "#e5383b"
WRONG = {"light": "#111111", "dark": "#ffffff"}
# The middle of the diverging scale is the page's background, so that undecided regions fade.
MIDDLE = {"light": "#ffffff", "dark": "#1a1d24"}
INK = {"light": "#1c1f26", "dark": "#f0f2f5"}  # drawn digits: the page's text colour
NEGATIVE, POSITIVE = CLASSES[0], CLASSES[1]
CLASS_SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "star", "pentagon", "hexagon", "x", "bowtie")


def named(*names: str) -> dict:
    """Colours of this module for a header, by name in lower case."""
    return {name: globals()[name.upper()] for name in names}


def value_scale(theme: str) -> list[list]:
    """The boundary's diverging scale for Plotly: class 0, undecided, class 1."""
    return [[0.0, NEGATIVE], [0.5, MIDDLE[theme]], [1.0, POSITIVE]]
