"""The view For your course: every row's link opens on its page, and a row is copied with its slide."""

import pytest
from apptest import ROOT, again, named, run_page

from ffbp.figures import latex
from ffbp.ui.teachers import course
from ffbp.ui.teachers.topics import topics

TOPICS = topics()


def page():
    return again(run_page(ROOT / "pages" / "teachers.py", teach="course", epochs="3"))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.title)
def test_the_link_of_a_topic_opens(topic):
    name = topic.address.page
    app = run_page(ROOT / (f"pages/{name}.py" if name else "app.py"), **topic.address.params)
    assert not app.exception, app.exception[0].message
    assert [each.value for each in app.error] == []
    assert not any("must" in each.value for each in app.warning)


def test_the_table_has_all_topics_and_a_row_is_copied_in_three_forms():
    app = page()
    table = app.table[0].value
    assert len(table) == len(TOPICS)
    assert all(latex.plain(topic.title) in cell for topic, cell in zip(TOPICS, table["topic"], strict=True))
    named(app.selectbox, "course:topic").set_value(3)
    app = again(app)
    assert TOPICS[3].sentence in app.code[0].value
    assert app.code[0].value.startswith("**[")
    named(app.button_group, "course:copy").set_value("HTML")
    app = again(app)
    assert app.code[0].value.startswith("<p><strong><a href=")
    assert [each.proto.label for each in app.get("download_button")] == ["Markdown", "CSV"]


def test_a_slide_is_drawn_when_it_is_asked_for_and_only_once(monkeypatch):
    drawn = []
    monkeypatch.setattr(course, "slide", lambda *about, **more: drawn.append(about) or PICTURE)
    monkeypatch.setattr(course, "SLIDES", {})
    app = page()
    assert not drawn
    app.session_state["course:slide"] = True
    named(app.selectbox, "course:topic").set_value(2)
    app = again(again(app))
    assert [about[0] for about in drawn] == [TOPICS[2].title]
    assert drawn[0][3].other is not None, "a comparison has a run B"
    assert [each.proto.label for each in app.get("download_button")] == ["Markdown", "CSV", "Slide (PNG)"]


PICTURE = (ROOT / "ffbp" / "ui" / "icon.png").read_bytes()
