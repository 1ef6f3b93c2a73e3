"""All colours: safe for colour-blind readers, and readable on white and on black.

Orange and blue, the ends of the boundary's colour scale, are classes 0 and 1; magenta and teal are the signs of numbers:
weights, values, gradients. In the player, the layers' colours grow darker from layer 1 on, on a dark page lighter.
"""

CLASSES = (
    "#de7926", "#3b82c4", "#2a9d62", "#c2518f", "#a8920f", "#6f5bc7", "#1c9dac", "#a0522d", "#8a8f98", "#d64550",
)  # fmt: skip
LAYERS = (
    "#7b52ab", "#1b9e8a", "#c9820a", "#c04a7b", "#5b8e2d", "#3b6fb5", "#a8553a", "#6b7280", "#d64550",
)  # fmt: skip
LETTERS = {  # of formulas: the tones of LAYERS that can be read as text
    "light": ("#7b52ab", "#147264", "#8f5c07", "#b23e6e", "#4a7324", "#3768a9", "#a05137", "#626875", "#c22b36"),
    "dark": ("#a285c4", "#1ca792", "#c9820a", "#d0779c", "#67a133", "#6994ce", "#ca7e65", "#8d94a0", "#df6f77"),
}
RAMP = {  # of the layers
    "light": ("#c2660a", "#b52a64", "#8a1c7e", "#5f1a86", "#421a80", "#2e1a6e", "#231a5a", "#1a1846", "#121232"),
    "dark": ("#e8833a", "#f07f9e", "#e79ad0", "#d3aaf2", "#c3b8f6", "#c6cbf9", "#cfdcfb", "#dde9fd", "#eef4ff"),
}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash", "dot")
TRAIN, TEST, PENALTY, TOTAL, CHANCE = "#1b9e77", "#b0368c", "#b8860b", "#6f7684", "#8a8f98"
CURSOR = "#e5383b"
WRONG = {"light": "#111111", "dark": "#ffffff"}
# The middle of the diverging scale is the page's background, so that undecided regions fade.
MIDDLE = {"light": "#ffffff", "dark": "#1a1d24"}
INK = {"light": "#12151b", "dark": "#f0f2f5"}  # drawn digits: the page's text colour
NEGATIVE, POSITIVE = "#c13584", "#12848c"
CLASS_SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "star", "pentagon", "hexagon", "x", "bowtie")


def named(*names: str) -> dict:
    """Colours of this module for a header, by name in lower case."""
    return {name: globals()[name.upper()] for name in names}


def value_scale(theme: str) -> list[list]:
    """The diverging scale of signed numbers for Plotly: negative, zero, positive."""
    return [[0.0, NEGATIVE], [0.5, MIDDLE[theme]], [1.0, POSITIVE]]


def output_scale(theme: str) -> list[list]:
    """The boundary's diverging scale for Plotly: class 0, undecided, class 1."""
    return [[0.0, CLASSES[0]], [0.5, MIDDLE[theme]], [1.0, CLASSES[1]]]
