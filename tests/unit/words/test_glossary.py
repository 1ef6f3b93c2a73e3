"""The glossary: every panel has its entry, and every entry is complete."""

import json
import re
from pathlib import Path

import pytest

from ffbp.experiment.fields import FIELDS
from ffbp.experiment.link import PANELS
from ffbp.figures.pack import options
from ffbp.ui.sidebar.terms import of_labels
from ffbp.words.glossary import explaining, found, glossary


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_has_an_entry_that_the_player_receives(panel):
    entry = glossary()[panel]
    assert json.loads(options())["help"][panel]["sentence"] == entry.sentence


@pytest.mark.parametrize("key", glossary())
def test_an_entry_has_a_term_two_sentences_and_a_place(key):
    entry = glossary()[key]
    assert entry.term
    assert len(re.findall(r"\.(?: |$)", entry.sentence)) == 2, entry.sentence
    assert entry.where.endswith(".")
    assert max(len(text.split()) for text in (entry.sentence, entry.where)) <= 50


def test_a_player_receives_the_entries_of_its_own_panels_only():
    assert list(json.loads(options(("loss",)))["help"]) == ["loss"]


# A term is found under everything that it is called: no control, symbol or panel stands without an entry.

PLAIN = {"file_name", "task"}  # fields whose labels need no explanation


def test_no_word_means_two_things():
    words = [name for entry in glossary().values() for name in {entry.term.lower(), *map(str.lower, entry.also)}]
    assert {word for word in words if words.count(word) > 1 and len(word) > 2} == set()


@pytest.mark.parametrize("field", sorted(set(FIELDS) - PLAIN))
def test_every_control_is_explained_under_its_label(field):
    entry = explaining(FIELDS[field].label, field.replace("_", " "))
    assert entry
    sent = of_labels()
    assert sent["labels"][FIELDS[field].title] == entry.term
    assert sent["terms"][entry.term] == [entry.sentence, entry.formula]


def test_every_symbol_of_the_notation_and_of_the_controls_has_an_entry():
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    table = readme.split("## Notation")[1].split("##")[0]
    left = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    symbols = {
        text.split(" = ")[0] for cell in left for part in re.findall(r"`([^`]+)`", cell) for text in part.split(", ")
    }
    symbols |= set(re.findall(r"[β][₁₂]|[ηµμρελθ]", " ".join(each.label for each in FIELDS.values())))
    known = {name for entry in glossary().values() for name in entry.names}
    missing = {
        symbol
        for symbol in symbols
        if symbol.lower() not in known and symbol.lower().removesuffix("[l-1]") + "[l]" not in known
    }
    assert missing == set()


def test_a_search_finds_by_term_symbol_and_sentence():
    assert next(entry.term for entry in found("η")) == "Learning rate"
    assert "Delta" in [entry.term for entry in found("DELTA")]
    assert "Overfitting" in [entry.term for entry in found("learns noise")]
    assert found("no such word at all") == []
    assert len(found("")) == len(glossary())
    terms = [entry.term.lower() for entry in found("")]
    assert terms == sorted(terms)
