"""Contrast by WCAG 2.2, in light and in dark: at least 4.5 for text, 3 for lines and marks."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from ffbp.figures import palette
from ffbp.figures.latex import styles
from ffbp.figures.palette import channels

ROOT = Path(__file__).parents[3]
THEMES = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
TEXT, MARKS = 4.5, 3.0
CAPTION = 0.6  # Streamlit writes captions in this share of the text's colour
LINES = ("TRAIN", "TEST", "PENALTY", "TOTAL", "CHANCE", "CURSOR", "NEGATIVE", "POSITIVE")


def luminance(colour):
    shares = [value / 255 for value in channels(colour)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def blended(colour, ground, share):
    mixed = (share * a + (1 - share) * b for a, b in zip(channels(colour), channels(ground), strict=True))
    return "#" + "".join(f"{round(value):02x}" for value in mixed)


def test_contrast_is_as_the_standard_defines_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_text_is_readable_on_both_grounds(look, ground):
    theme = THEMES[look]
    ground = theme[ground]
    texts = {name: theme[name] for name in ("textColor", "primaryColor", "linkColor")}
    texts["caption"] = blended(theme["textColor"], ground, CAPTION)
    texts |= {f"formulas, layer {l}": colour for l, colour in enumerate(palette.RAMP[look], start=1)}
    assert {name: contrast(colour, ground) for name, colour in texts.items() if contrast(colour, ground) < TEXT} == {}


@pytest.mark.parametrize("look", ["light", "dark"])
def test_lines_and_marks_are_seen(look):
    ground = THEMES[look]["backgroundColor"]
    marks = {name: getattr(palette, name) for name in LINES} | {"wrong": palette.WRONG[look], "ink": palette.INK[look]}
    for name, colours in {"run": palette.RUNS, "class": palette.CLASSES, "layer": palette.RAMP[look]}.items():
        marks |= {f"{name} {k}": colour for k, colour in enumerate(colours)}
    assert {name: contrast(colour, ground) for name, colour in marks.items() if contrast(colour, ground) < MARKS} == {}


def test_the_play_button_shows_its_sign():
    for look in ("light", "dark"):
        assert contrast(THEMES[look]["primaryColor"], THEMES[look]["backgroundColor"]) >= TEXT


def test_each_layers_letters_have_their_tone_on_the_page():
    rules = re.findall(r"rgb\((\d+), (\d+), (\d+)\)\"\] \{ color: light-dark\((#\w+), (#\w+)\)", styles())
    assert [[int(value) for value in rule[:3]] for rule in rules] == [
        channels(light).tolist() for light in palette.RAMP["light"]
    ]
    assert [rule[3:] for rule in rules] == list(zip(*palette.RAMP.values(), strict=True))


@pytest.mark.parametrize("look", ["light", "dark"])
def test_streamlits_own_charts_have_the_classes_colours(look):
    colours = THEMES[look]["chartCategoricalColors"]
    assert colours == list(palette.CLASSES[: len(colours)])
    assert palette.INK[look] == THEMES[look]["textColor"]


# Machado, Oliveira & Fernandes (2009), severity 1, for linear red, green and blue.
BLINDNESS = {
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
WHITE = [0.9505, 1.0, 1.089]


def seen(colour, blindness):
    """A colour in CIELAB as a person with this blindness sees it; far above 0.009, where its root is a cube root."""
    shares = channels(colour) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(TO_XYZ @ np.clip(BLINDNESS[blindness] @ linear, 0, 1) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize(
    "pair",
    [(palette.NEGATIVE, palette.POSITIVE), palette.CLASSES[:2], (palette.TRAIN, palette.TEST), palette.RUNS],
    ids=["signs", "classes", "train and test", "A and B"],
)
def test_opposites_differ_for_the_red_green_blind(pair, blindness):
    one, other = (seen(colour, blindness) for colour in pair)
    assert np.linalg.norm(one - other) > 45  # 2 is just noticed


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_logo_is_seen_on_the_page_and_in_the_sidebar(look):
    colours = set(re.findall(r"#[0-9a-f]{6}", (ROOT / "ffbp" / "ui" / "logo.svg").read_text("utf-8")))
    grounds = [THEMES[look][f"{name}ackgroundColor"] for name in ("b", "secondaryB")]
    assert len(colours) == 4
    assert [(c, g) for c in colours for g in grounds if contrast(c, g) < MARKS] == []
