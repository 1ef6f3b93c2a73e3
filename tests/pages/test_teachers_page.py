"""The page For teachers: what is chosen is what the files hold."""

import re

import pytest
from apptest import ROOT, again, run_page

import ffbp
from ffbp.analysis.summary import title
from ffbp.experiment.link import VIEWS_OF_TEACHERS, params_of, read
from ffbp.export.embed import embed, line
from ffbp.export.forms import usual_plane
from ffbp.export.questions import answers
from ffbp.lessons.ladder import draw
from ffbp.lessons.presets import PRESETS
from ffbp.ui.teachers.views import VIEWS
from ffbp.words.of_an_item import RUNGS

PATH = ROOT / "pages" / "teachers.py"


def page(view="worksheet", **params):
    return again(run_page(PATH, teach=view, **params or {"hidden": "2", "epochs": "3", "samples": "40"}))


def test_the_example_shows_the_answers_that_the_platform_judges():
    app = page("questions")
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
    app = page("questions")
    app.number_input(key="teachers:variants").set_value(4)
    app.button_group(key="teachers:kinds").set_value(["sum", "adam"])
    app = again(app)
    assert any(c.value == "8 questions." for c in app.caption)
    app.button_group(key="teachers:kinds").set_value([])
    app = again(app)
    assert app.info[0].value.startswith("Choose at least one")
    assert len(RUNGS) == 9


def test_every_view_is_named_in_the_address_and_opens():
    assert tuple(VIEWS) == VIEWS_OF_TEACHERS
    for name in VIEWS_OF_TEACHERS:
        page(name)


# The worksheet


def sheet_button(app):
    return next(each for each in app.get("download_button") if each.proto.label == "Worksheet and key")


def test_the_sheet_is_of_this_experiment_and_its_key_is_the_cores():
    app = page(**params_of(PRESETS["two_two_one"].config), frame="0")
    assert any("4 sheets with 21 blanks each" in c.value and "epoch 0" in c.value for c in app.caption)
    app.session_state["teachers:key"] = True
    app = again(app)
    text = " ".join(m.value for m in app.markdown)
    assert r"\-0\.5035" in text, "delta at the output, as the preset says"
    assert sheet_button(app)
    app.button_group(key="teachers:blanks").set_value(["sum"])
    app.number_input(key="teachers:sheets").set_value(0)
    app = again(app)
    assert any("One sheet with 3 blanks" in c.value for c in app.caption)


def test_a_network_that_is_too_large_for_paper_is_named_and_two_that_fit_open_here():
    app = page(dataset="moons", epochs="3")
    assert "41 parameters" in app.info[0].value
    assert not [each for each in app.get("download_button") if each.proto.label == "Worksheet and key"]
    app.button(key="teachers:example:two_two_one").click()
    app = again(app)
    assert any("4 sheets with 21 blanks each" in c.value for c in app.caption)
    params = {key: value if isinstance(value, str) else value[0] for key, value in app.query_params.items()}
    found, view, problems = read(params)
    assert (found, view.teach, problems) == (PRESETS["two_two_one"].config, "worksheet", [])


def test_a_sheet_without_blanks_is_refused():
    app = page()
    app.button_group(key="teachers:blanks").set_value([])
    app = again(app)
    assert "at least one kind of number" in app.info[0].value


# The assignment


def copy_button(app, label):
    return next(each for each in app.get("download_button") if each.proto.label == label)


def test_an_assignment_shows_its_points_and_its_first_empty_cell():
    app = page("assignment")
    assert copy_button(app, "For students")
    assert copy_button(app, "For you")
    assert any(c.value.startswith("4 points.") for c in app.caption)
    assert app.code[0].value.startswith("def forward(A0):")
    assert app.code[0].value.endswith("raise NotImplementedError()")
    app.button_group(key="teachers:functions").set_value(["update", "loss"])
    app = again(app)
    app.number_input(key="teachers:points:loss").set_value(5)
    app = again(app)
    assert any(c.value.startswith("7 points.") for c in app.caption)
    assert app.code[0].value.startswith("def bce(")


def test_an_assignment_without_functions_and_one_that_is_too_large_say_so():
    app = page("assignment")
    app.button_group(key="teachers:functions").set_value([])
    app = again(app)
    assert "at least one function" in app.info[0].value
    app = page("assignment", hidden="64-64-64", epochs="2")
    assert "8,577 parameters" in app.info[0].value
    assert not app.get("download_button")


def test_only_some_units_are_left_blank():
    app = page(**params_of(PRESETS["two_two_one"].config), frame="0")
    app.multiselect(key="teachers:only").set_value(["1.2", "z[2][1]"])
    app = again(app)
    assert any("4 sheets with 7 blanks each" in c.value for c in app.caption), (
        "z, a, delta, 3 gradients; and z of the output"
    )


def test_a_lessons_steps_are_sheets_with_their_answers():
    app = page()
    app.button_group(key="teachers:from").set_value("lesson")
    app = again(app)
    app.selectbox(key="teachers:lesson").set_value("chain")
    app.session_state["teachers:lesson:key"] = True
    app = again(app)
    assert any(c.value.startswith("6 sheets, ") for c in app.caption)
    assert any("What is delta of hidden unit 2?" in m.value for m in app.markdown)
    app.multiselect(key="teachers:steps:chain").set_value([6])
    app = again(app)
    assert any(c.value.startswith("One sheet, ") for c in app.caption)
    app.multiselect(key="teachers:steps:chain").set_value([])
    app = again(app)
    assert app.info[0].value == "Choose at least one step."


# Embed


def test_an_embed_says_its_size_and_both_lines_name_panels_and_height():
    app = page("embed", hidden="2", epochs="3", samples="40", frame="1")
    words = next(m.value for m in app.markdown if m.value.startswith("**As a file.**"))
    size = int(re.search(r"([\d,]+) kB", words)[1].replace(",", ""))
    run = ffbp.train(ffbp.Config(hidden=(2,), epochs=3, n_samples=40))
    text = embed(run, usual_plane(run), ("network", "boundary"), frame=1)
    assert size == pytest.approx(len(text) / 1000, abs=2)
    of_file = app.code[0].value
    assert of_file == line("ffbp-moons-network-boundary.html", title(run), 480)
    app.button_group(key="teachers:embed:panels").set_value(["loss"])
    app = again(app)
    assert 'src="ffbp-moons-loss.html"' in app.code[0].value
    assert "height: 420px" in app.code[0].value
    app.button_group(key="teachers:embed:panels").set_value(["loss", "network", "boundary"])
    app = again(app)
    assert app.info[0].value == "Choose one panel, two, or all four."
