"""A lesson of one's own: written in a form with a live preview, saved, opened, played, and sent as a link."""

import pytest
from apptest import ROOT, run_page

from ffbp.experiment.link import OWN
from ffbp.lessons.course import texts as texts_of_the_course
from ffbp.lessons.packed import pack
from ffbp.lessons.read import read
from ffbp.lessons.write import EXAMPLE, written
from ffbp.ui.lessons import own

LESSONS = ROOT / "pages" / "lessons.py"


def editor(**params):
    app = run_page(LESSONS, **{"dataset": "moons", **params}, part="own")
    assert not app.exception, app.exception
    return app


def field(app, label):
    kinds = (*app.text_input, *app.text_area, *app.selectbox)
    return next(each for each in kinds if each.label == label and each.key.startswith("own:"))


def put(app, label, value):
    field(app, label).set_value(value)
    app.run()
    assert not app.exception, app.exception
    return app


def press(app, label):
    next(each for each in app.button if each.label == label).click()
    app.run()
    assert not app.exception, app.exception
    return app


def draft(app):
    try:
        return app.session_state["kept:lessons:draft"]
    except KeyError:  # nothing was changed yet
        return EXAMPLE


def texts(app):
    return " ".join(each.value.replace("\\", "") for each in (*app.markdown, *app.caption))


def test_the_example_is_previewed_with_its_answer_and_can_be_saved():
    app = put(editor(), "Step in the form", 1)
    assert "The answer is now: 97.6 %" in texts(app)
    assert "At the end, 88.5 % of the training samples are right." in texts(app)
    assert app.get("download_button")


def test_every_field_of_the_form_changes_the_lesson_and_the_preview():
    app = put(editor(), "Title", "Two <b>moons</b> & [a](b)")
    app = put(app, "Minutes", "7")
    app = put(app, "Text", "See {{end_loss}}.")
    assert (draft(app)["title"], draft(app)["minutes"]) == ("Two <b>moons</b> & [a](b)", 7)
    assert "See 0.2531." in texts(app)
    assert read(written(draft(app))).title == "Two <b>moons</b> & [a](b)"


def test_a_mistake_is_told_with_its_line_and_that_line():
    app = put(editor(), "Text", "See {{end_los}}.")
    told = app.error[0].value.replace("\\", "")
    assert told.startswith("line 10: unknown quantity 'end_los'; choose from")
    assert "end_los" in app.main.code[0].value
    assert "Play it" not in [each.label for each in app.button]


def test_steps_are_added_moved_and_removed():
    app = press(editor(), "Add")
    assert [step["text"] for step in draft(app)["step"]][1] == "What is to be seen here?"
    app = press(app, "Move up")
    assert draft(app)["step"][0]["text"] == "What is to be seen here?"
    app = press(app, "Remove")
    assert draft(app)["step"] == EXAMPLE["step"]


@pytest.mark.parametrize("kind", own.KINDS)
def test_every_kind_of_task_has_its_fields(kind):
    app = put(editor(), "Task", kind)
    step = draft(app)["step"][0]
    assert [key for key in step if key in own.TASKS] == ([] if kind == own.NO_TASK else [kind])
    if kind == "vote":
        app = put(
            put(put(app, "Claim", "It is 1."), "True if", "learning_rate == 1"), "Explanation, after the answer", "No."
        )
        assert "The answer is now: false" in texts(app)


def test_the_present_experiment_becomes_the_link_of_the_step():
    app = press(editor(dataset="circles", hidden="3", frame="5", lesson="rate", step="2"), "Use the present experiment")
    assert draft(app)["step"][0]["link"] == "?dataset=circles&hidden=3&frame=5"
    app = press(put(app, "Page", "forward_pass"), "Use the present experiment")
    assert draft(app)["step"][0]["link"] == "forward_pass?dataset=circles&hidden=3&frame=5"


def test_it_is_played_from_its_link(opened):
    press(editor(), "Play it")
    path, params = opened[-1]
    assert path == "app.py"
    assert (params["lesson"], params["own"]) == (OWN, pack(written(EXAMPLE)))
    app = run_page(ROOT / path, **params)
    assert not app.exception
    assert "The rate of this run is 0.1." in texts(app)
    app = press(app, "Next")
    next(each for each in app.text_input if each.key.startswith("lesson:typed")).set_value("97")
    app.run()
    assert app.success[0].value.replace("\\", "") == "Right: 97."
    assert app.query_params["own"] in (params["own"], [params["own"]])
    app = press(app, "Next")
    assert "1 of 1 right." in texts(app)


def test_a_broken_link_to_a_lesson_is_told():
    app = run_page(ROOT / "app.py", dataset="moons", lesson=OWN, own="abc")
    assert not app.exception
    assert ["cannot be read" in box.value for box in app.warning] == [True]
    app = run_page(ROOT / "app.py", dataset="moons", lesson=OWN)
    assert ["the link does not hold it" in box.value for box in app.warning] == [True]


def test_text_of_a_lesson_never_becomes_markup():
    lesson = {**EXAMPLE, "title": "![x](http://e.x/i.png) <script>", "step": [*EXAMPLE["step"]]}
    lesson["step"][0] = {**lesson["step"][0], "text": "[click](http://e.x) <img src=x> :red[no] **bold** $z$"}
    app = run_page(ROOT / "app.py", lr="0.1", frame="0", lesson=OWN, step="1", own=pack(written(lesson)))
    shown = next(each.value for each in app.markdown if "click" in each.value)
    assert shown == "\\[click\\]\\(http\u2060\\://e\\.x\\) \\<img src=x\\> \\:red\\[no\\] **bold** $z$"
    assert any(each.value == "**\\!\\[x\\]\\(http\u2060\\://e\\.x/i\\.png\\) \\<script\\>**" for each in app.markdown)


def upload(app, content):
    app.file_uploader[0].set_value(("lesson.toml", content, "application/toml"))
    app.run()
    assert not app.exception, app.exception
    return app


def test_a_file_is_opened_and_a_bad_one_is_told_and_changes_nothing():
    app = upload(editor(), texts_of_the_course()["neuron"].encode())
    assert (draft(app)["title"], len(draft(app)["step"])) == ("What a neuron computes", 6)
    assert "Preview" in texts(app)
    app = upload(app, b"title = 3")
    assert app.error[0].value.replace("\\", "").startswith("line 1: title must be a text in quotes")
    assert draft(app)["title"] == "What a neuron computes"
    app = upload(app, b"\xff\xfe\x00")
    assert app.error[0].value.replace("\\", "").startswith("line 1: the file must be text in UTF-8")
