"""The glossary: every panel has its entry, and every entry is complete."""

import json
import re

import pytest

from ffbp.experiment.link import PANELS
from ffbp.figures.pack import options
from ffbp.words.glossary import glossary


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
