"""The page For teachers: what is chosen is what the files hold."""

from apptest import ROOT, run_page

from ffbp.export.questions import answers
from ffbp.lessons.ladder import draw
from ffbp.words.of_an_item import RUNGS

PATH = ROOT / "pages" / "teachers.py"


def page(**params):
    return again(run_page(PATH, **params or {"hidden": "2", "epochs": "3", "samples": "40"}))


def again(app):
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def test_the_example_shows_the_answers_that_the_platform_judges():
    app = page()
    assert any(c.value == "90 questions." for c in app.caption)
    app.number_input(key="teachers:first").set_value(5)
    app.selectbox(key="teachers:example").set_value("hidden_delta")
    app = again(app)
    table = app.dataframe[-1].value
    expected = answers(draw("hidden_delta", 5).item)
    assert list(table["answer"]) == [value for value, *_ in expected]
    assert list(table["feedback"]) == [words for *_, words in expected]
    assert list(table["points"]) == ["100 %"] + ["0 %"] * (len(expected) - 1)


def test_the_number_of_questions_follows_the_choice_and_none_is_said():
    app = page()
    app.number_input(key="teachers:variants").set_value(4)
    app.button_group(key="teachers:kinds").set_value(["sum", "adam"])
    app = again(app)
    assert any(c.value == "8 questions." for c in app.caption)
    app.button_group(key="teachers:kinds").set_value([])
    app = again(app)
    assert app.info[0].value.startswith("Choose at least one")
    assert len(RUNGS) == 9
