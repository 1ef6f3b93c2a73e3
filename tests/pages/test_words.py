"""Pages show more than they tell: at most 80 words stand between two figures."""

import re

import pytest
from apptest import run_page

MOST = 80
TEXTS = {"markdown", "caption", "header", "info", "success", "warning", "error"}
FIGURES = {"bidi_component", "latex", "code", "dataframe", "file_uploader", "download_button"}
RUNS = {
    "two classes": {"dataset": "moons", "epochs": "20"},
    "several layers, batches and a penalty": {"hidden": "3-3", "batch": "8", "l2": "0.1", "epochs": "5"},
    "many inputs": {"dataset": "iris", "columns": "all", "hidden": "4", "epochs": "20"},
    "a number": {"dataset": "noisy_sine", "epochs": "5"},
    "drawn points": {"points": "0_0_1~1_1_0~2_1_1~0_2_0", "epochs": "5"},
}


def words_of(text):
    """The number of words, a formula as one; without Markdown's marks and icons."""
    text = re.sub(r"\$[^$]*\$", "formula", re.sub(r":material/\w+:", "", text))
    return len(re.findall(r"\w[\w’'.,-]*", text))


def read(app):
    """Read a page from top to bottom; fails at a text that is too long between two figures."""
    texts = []
    for element in app.main:
        kind = getattr(element, "type", "")
        if kind in FIGURES:
            texts = []
        elif kind in TEXTS:
            texts.append(element.value)
            assert sum(map(words_of, texts)) <= MOST, "\n".join(texts)


@pytest.mark.parametrize("run", RUNS)
def test_at_most_80_words_stand_between_two_figures(path, run):
    app = run_page(path, **RUNS[run])
    assert not app.exception
    read(app)
