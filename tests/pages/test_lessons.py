"""A lesson stands beside every page: it asks, judges, explains, moves on, and can be left and taken up again."""

import re
from functools import cache

import pytest
from apptest import ROOT, named, notices_of, run_page

import ffbp
from ffbp.experiment.fields import FIELDS
from ffbp.lessons.course import CLAIMS, course, lesson, texts
from ffbp.lessons.judge import case_of, judge
from ffbp.lessons.lesson import PAGES

ALL = [(key, number) for key in texts() for number in range(1, len(lesson(key).steps) + 1)]


def file_of(page):
    return ROOT / "pages" / f"{page}.py" if page else ROOT / "app.py"


def at(key, number, answers=""):
    """The page of a step, as its link opens it."""
    address = lesson(key).steps[number - 1].link
    own = {"lesson": key, "step": str(number)} | ({"answers": answers} if answers else {})
    return run_page(file_of(address.page), **{**address.params, **own})


def said(app):
    """What the panel tells about an answer."""
    return [box.value.replace("\\", "") for box in (*app.success, *app.warning, *app.info, *app.error)]


def panel_text(app):
    return " ".join(m.value.replace("\\", "") for m in app.markdown)


def has_notices(app):
    return any(c.proto.component_name.endswith("ffbp_notices") for c in app.get("bidi_component"))


def button(app, label):
    return next(each for each in app.button if each.label.replace("\\", "") == label)


def press(app, label):
    button(app, label).click()
    return app.run()


def type_in(app, text):
    next(each for each in app.text_input if each.key.startswith("lesson:typed")).set_value(text)
    return app.run()


@pytest.mark.parametrize(
    ("key", "number"), [("forward", 1), ("loss", 4), ("layers", 4), ("rate", 3), ("rate", 4), ("digit", 5)]
)
def test_a_step_opens_on_its_page_with_its_text_its_task_and_a_way_on(key, number):
    app = at(key, number)
    assert not app.exception
    step = lesson(key).steps[number - 1]
    assert app.query_params["lesson"] == [key] or app.query_params["lesson"] == key
    assert step.text.split("{{")[0].replace("**", "")[:25] in panel_text(app).replace("**", "")
    assert {"Leave", "Back"} <= {each.label for each in app.button}
    assert ("Skip" if step.task else "Next") in {each.label for each in app.button}


def test_a_wrong_number_is_named_a_right_one_is_explained_and_opens_what_it_is_about():
    app = type_in(at("neuron", 2), "rubbish")
    assert said(app) == ["Type a finite number such as `0.25` or `0,25`, or a fraction such as 1/3."]
    app = type_in(app, "0,7")
    assert said(app) == ["Not 0,7. That is the sum without the bias. Add it."]
    assert app.session_state["view"].answers == "~w0,7"
    assert app.session_state["view"].sample == 0
    app = type_in(app, "9/10")
    assert said(app) == ["Right: 9/10."]
    assert app.session_state["view"].sample == 1  # the sample that was asked about
    assert "The page now shows these inputs" in panel_text(app)
    assert button(app, "Next")


def test_the_answer_can_be_shown_after_a_try_and_a_step_can_be_skipped():
    app = at("neuron", 2)
    assert "Show the answer" not in {each.label for each in app.button}
    app = press(type_in(app, "12"), "Show the answer")
    assert said(app) == ["The answer is 0.9."]
    app = press(at("neuron", 2), "Skip")
    view = app.session_state["view"]
    assert (view.step, view.answers, view.sample) == (3, "~s", 1)


def test_a_reload_shows_the_answer_again_from_the_address():
    app = at("neuron", 2, "~r0.9")
    assert said(app) == ["Right: 0.9."]
    assert not [each for each in app.text_input if each.key.startswith("lesson:typed")]


BAD = "~r", "~w", "~rrubbish", "r~r~r~r~r~r~r~r~r", "x", "~s9", "~w-", "~w1-2-3"
STEPS = ("neuron", 2), ("neuron", 6), ("layers", 3), ("layers", 4), ("rate", 3), (CLAIMS, 2)


@pytest.mark.parametrize(
    ("step", "answers"), [(STEPS[i % 6], BAD[i % 8]) for i in range(24)]
)  # each pair of the two once
def test_bad_answers_in_an_address_are_no_trouble(step, answers):
    key, number = step
    app = at(key, number, answers.replace("~", "~" * (number - 1), 1))
    assert not app.exception


@pytest.mark.parametrize(("step", "answer"), [((CLAIMS, 4), "rz"), ((CLAIMS, 4), "w"), (("neuron", 6), "r9")])
def test_an_answer_that_nobody_can_give_does_not_stand_without_a_verdict(step, answer):
    key, number = step
    app = at(key, number, "~" * (number - 1) + answer)
    assert said(app) == []
    assert "Skip" in {each.label for each in app.button}


@pytest.mark.parametrize("step", ["8", "41", "99999", "123456789"])
def test_a_step_beyond_the_end_is_named_once_and_the_last_one_is_shown(step):
    address = lesson("neuron").steps[0].link
    app = run_page(file_of(address.page), **{**address.params, "lesson": "neuron", "step": step})
    assert said(app) == [f"step must be from 1 to 6, got {step}; the last one is shown"]
    assert app.session_state["view"].step == 6
    assert said(press(app, "Back")) == []


def test_a_typed_minus_of_another_kind_keeps_its_sign():
    app = type_in(at("neuron", 2), "−0.9")
    assert said(app)[0].startswith("Not -0.9")


def test_the_part_of_the_page_stands_in_its_own_links_only(monkeypatch):
    links = {}
    monkeypatch.setattr("ffbp.ui.page.link", lambda path, label, params, **_: links.update({path: params}))
    app = run_page(ROOT / "pages" / "lessons.py", part="glossary", epochs="5")
    assert not app.exception
    assert {path for path, params in links.items() if "part" in params} == {"pages/lessons.py"}
    assert links["app.py"]["epochs"] == "5"
    assert app.query_params["part"] in ("glossary", ["glossary"])


def test_a_vote_opens_the_run_that_decides(opened):
    app = press(at(CLAIMS, 4), "True")
    path, params = opened[-1]
    assert path == "pages/compare.py"
    assert (params["b.lr"], params["lesson"], params["step"]) == ("0.001", CLAIMS, "4")
    app = run_page(ROOT / path, **params)
    assert not app.exception
    assert said(app) == ["No, it is false."]


def test_a_sample_is_found_without_a_mouse():
    app = at("loss", 4)
    named(app.number_input, "lesson:sample").set_value(3)
    app = press(app.run(), "Take sample 3")
    assert said(app)[0].startswith("Not sample 3: the loss of the sample = ")
    number = said(press(app, "Show the answer"))[0].removeprefix("The answer is sample ").rstrip(".")
    app = at("loss", 4)
    named(app.number_input, "lesson:sample").set_value(int(number))
    assert said(press(app.run(), f"Take sample {number}")) == [f"Right: sample {number}."]


def test_what_takes_long_is_judged_once_and_not_in_each_run_of_the_page(monkeypatch):
    app, asked = at("loss", 4), []
    monkeypatch.setattr("ffbp.ui.lessons.tasks.judge", lambda *args: asked.append(args[2]) or judge(*args))
    app.session_state["view"] = app.session_state["view"].with_row(0)
    app.run()
    app = press(app, "Take sample 0")
    assert said(app)
    app.run()
    assert asked == ["0"]


def test_a_picture_is_chosen_and_then_named():
    app = press(at("neuron", 6), "2")
    assert said(app) == ["Right: picture 2."]
    assert [caption.value for caption in app.caption][:2] == ["Hidden units 10", "Hidden units none"]
    assert press(at("neuron", 6), "1").session_state["view"].answers == "~~~~~w1"


def test_an_option_is_called_by_what_it_changes():
    app = at("overfitting", 5)
    names = [each.label for each in app.button if (each.key or "").startswith("lesson:overfitting")]
    assert names == ["Hidden units 8", "Samples 1000", "Epochs 200"]


def test_a_wrong_number_that_no_known_mistake_gives_is_told_on_which_side_it_is():
    assert said(type_in(at("neuron", 4), "0.5")) == ["Not 0.5: the answer is larger."]
    assert said(type_in(at("neuron", 4), "0.9")) == ["Not 0.9: the answer is smaller."]


def test_options_in_words_are_buttons():
    app = at("rate", 6)
    names = [each.label.replace("\\", "") for each in app.button if (each.key or "").startswith("lesson:rate")]
    assert names == ["Learning rate η 0.001", "Learning rate η 0.03", "Learning rate η 1"]
    assert said(press(app, names[2])) == ["Right: Learning rate η 1."]


def test_what_is_to_be_reached_is_reached_with_the_control_in_the_panel():
    app = at("rate", 3)
    ladder = next(each for each in app.main.get("select_slider") if each.key.startswith("playground:learning_rate"))
    assert not [each for each in app.main.get("select_slider") if each is not ladder]
    ladder.set_value(0.3)
    app.run()
    assert not said(app)
    next(each for each in app.main.get("select_slider") if each.label == FIELDS["learning_rate"].title).set_value(1.0)
    app.run()
    assert not app.exception
    assert said(app) == ["Reached."]
    assert app.session_state["view"].answers == "~~ry"
    assert app.session_state["config"] == ffbp.Config(learning_rate=1.0)


def test_a_second_change_is_named():
    app = run_page(file_of(""), lr="1", noise="0.1", panel="boundary", lesson="rate", step="3")
    assert said(app) == ["Change only one control. These differ, too: Noise."]


def test_a_sample_is_found_by_choosing_it_on_the_page():
    app = at("loss", 4)
    assert "No sample is chosen yet." in [caption.value for caption in app.caption]
    address = lesson("loss").steps[3].link
    app = run_page(file_of(""), **address.params, lesson="loss", step="4", sample="3")
    told = said(press(app, "Take sample 3"))
    assert [text.rpartition(" = ")[0] for text in told] == ["Not sample 3: the loss of the sample"]
    app = run_page(file_of(""), **address.params, lesson="loss", step="4", sample="386")
    assert said(press(app, "Take sample 386")) == ["Right: sample 386."]


def test_what_was_to_be_found_is_shown_on_the_page_with_the_answer():
    address = lesson("loss").steps[3].link
    app = run_page(file_of(""), **address.params, lesson="loss", step="4", sample="3", answers="~~~w3")
    view = press(app, "Show the answer").session_state["view"]
    assert (view.sample, view.answers) == (386, "~~~s")


def test_other_controls_are_folded_while_a_step_is_open():
    app = at("rate", 1)
    keys = {each.key.partition("#")[0] for kind in ("select_slider", "selectbox", "slider") for each in app.get(kind)}
    assert {key for key in keys if key.startswith("playground:")} == {"playground:learning_rate"}


def test_another_page_offers_the_way_back_and_another_experiment_too(opened):
    address = lesson("neuron").steps[0].link
    app = press(run_page(file_of("digits"), dataset="moons", lesson="neuron", step="1"), "Go to Forward pass")
    path, params = opened[-1]
    assert (path, params["theta"]) == ("pages/forward_pass.py", address.params["theta"])
    app = press(
        run_page(file_of(address.page), dataset="moons", lesson="neuron", step="1"), "Open this step’s experiment again"
    )
    assert app.session_state["config"].initial_theta == (0.5, -0.3, 0.2)


def test_a_lesson_is_left_and_taken_up_where_it_was(opened):
    app = at("neuron", 3, "~r0.9")
    app = press(app, "Leave")
    assert app.session_state["view"].lesson is None
    assert not {"Leave", "Next"} & {each.label for each in app.button}
    assert app.session_state["kept:lessons:progress"] == {"neuron": (3, "~r0.9")}


def test_the_page_lists_the_course_with_what_is_done(opened):
    app = run_page(ROOT / "pages" / "lessons.py", dataset="moons")
    assert not app.exception
    labels = [each.label.replace("\\", "") for each in app.button if (each.key or "").startswith("course:")]
    assert len(labels) == len(course()) >= 12
    assert all(
        head.title in label and head.goal in label for head, label in zip(course().values(), labels, strict=True)
    )
    app.session_state["kept:lessons:progress"] = {"loss": (3, "~r0.7"), "slope": (7, "~r1~wf~r2~~r1")}
    app.run()
    labels = {each.key: each.label for each in app.button}
    assert "step 3 of 6" in labels["course:loss"]
    assert "done, 3 right" in labels["course:slope"]
    app.button(key="course:loss").click()
    app.run()
    path, params = opened[-1]
    assert (path, params["lesson"], params["step"], params["answers"]) == ("app.py", "loss", "3", "~r0.7")


def test_the_claims_are_a_part_of_the_page(opened):
    app = run_page(ROOT / "pages" / "lessons.py", part="claims")
    labels = [each.label for each in app.button if (each.key or "").startswith("claims:")]
    assert len(labels) == len(lesson(CLAIMS).steps)
    app.button(key="claims:4").click()
    app.run()
    assert opened[-1][1]["step"] == "4"


def test_the_end_says_what_to_take_away_and_leads_into_the_tool():
    found = lesson("neuron")
    app = at("neuron", 6, "~r0.9~~w3~rf~r2")
    app = press(app, "Next")
    assert app.session_state["view"].step == 7
    assert app.get("progress")[0].proto.value == 100
    assert found.take.split(".")[0][:30] in panel_text(app)
    assert "3 of 4 right." in [caption.value.replace("\\", "") for caption in app.caption]
    assert button(app, "Next lesson: The forward pass")
    app = press(app, "Try it yourself")
    assert app.session_state["view"].lesson is None
    assert app.session_state["config"] == ffbp.Config(learning_rate=1.0, hidden=())


def test_an_unknown_lesson_is_told_and_leaves_the_address():
    app = run_page(file_of(""), dataset="moons", lesson="nothing", step="2")
    assert any("there is no lesson" in text for text in said(app))
    assert "lesson" not in app.query_params
    assert notices_of(app)


def test_every_page_that_a_lesson_may_name_exists():
    assert all(file_of(page).exists() for page in PAGES)


def test_a_notice_offers_the_lesson_that_explains_it_unless_one_runs():
    app = run_page(file_of(""), lr="10")
    worst = notices_of(app)[0]
    assert (worst["lesson"], worst["title"]) == ("vanishing", lesson("vanishing").title)
    assert {item["lesson"] for item in notices_of(at("vanishing", 6, "~~~~~r1-1"))} == {None}
    app = run_page(file_of(""), dataset="moons", epochs="20")
    app.selectbox(key="playground:optimizer").set_value("adam")
    app.run()
    assert notices_of(app)[0]["lesson"] == "optimizers"


PREDICTED = [(key, number) for key, number in ALL if lesson(key).steps[number - 1].kind == "predict"]


@pytest.mark.parametrize(("key", "number"), PREDICTED)
def test_nothing_on_the_page_tells_the_answer_before_it_is_given(key, number):
    step = lesson(key).steps[number - 1]
    answer = judge(step, case_of(step, cache(ffbp.train)), "0").answer
    if len(re.sub(r"\D", "", answer)) < 4:
        return  # a short number may stand on a page for other reasons
    app = at(key, number)
    assert not has_notices(app)
    shown = [
        *(m.value for m in app.metric),
        *(t.value for kind in ("markdown", "latex", "caption") for t in app.main.get(kind)),
    ]
    assert not [text for text in shown if re.search(rf"(?<![\d.]){re.escape(answer)}(?!\d)", text.replace("\\", ""))]


def test_back_to_an_older_address_forgets_no_answer():
    app = press(type_in(at("neuron", 2), "0.9"), "Next")
    assert app.session_state["view"].answers == "~r0.9"
    del app.query_params["answers"]
    app.query_params["step"] = "1"
    app.query_params["sample"] = "0"
    app.run()
    assert not app.exception
    app = press(app, "Next")
    assert said(app) == ["Right: 0.9."]
    assert app.session_state["view"].answers == "~r0.9"
