"""Every page ends with a sentence and the way to the next one, and a footer that is true."""

import json
from pathlib import Path

from apptest import ROOT, run_page

from ffbp.ui.ending import AUTHORS, LICENCE, ONWARD, TITLE
from ffbp.ui.page import PAGES
from ffbp.version import VERSION


def ending_of(app):
    return next(
        json.loads(c.proto.bytes) for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_footer")
    )


def test_the_pages_lead_around_in_the_order_of_the_bar():
    order = list(PAGES)
    assert [ONWARD[path][0] for path in order] == [*order[1:], order[0]]


def test_every_page_ends_with_one_sentence_and_its_next_page(path):
    app = run_page(path, dataset="moons", epochs="5")
    assert not app.exception
    ending, (onward, sentence) = ending_of(app), ONWARD[str(Path(path).relative_to(ROOT))]
    assert (ending["sentence"], ending["onward"]) == (sentence, PAGES[onward])
    assert len(sentence.split()) <= 16


def test_the_footer_agrees_with_the_citation_file_and_the_licence():
    lines = (ROOT / "CITATION.cff").read_text("utf-8").splitlines()
    assert f'title: "{TITLE}"' in lines
    assert f"  - name: {AUTHORS}" in lines
    assert f"version: {VERSION}" in lines
    assert f"license: {LICENCE}" in lines
    assert LICENCE in (ROOT / "LICENSE").read_text("utf-8")


def test_the_footer_has_what_people_look_for():
    app = run_page(ROOT / "pages" / "code_export.py", epochs="5")
    titles = [entry["title"] for entry in ending_of(app)["entries"]]
    assert titles == ["How to cite", "Source", "Keys", "Privacy", "Report a mistake"]
