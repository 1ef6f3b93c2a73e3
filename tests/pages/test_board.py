"""The board: what a class hands in, trained, judged and shown; names stay where they were typed."""

import json
import logging
import tomllib

from apptest import ROOT, again, charts_of, named, playground, run_page

import ffbp
from ffbp.experiment.challenge import Challenge, data_mark
from ffbp.experiment.config import Config
from ffbp.experiment.link import View, params_of, read
from ffbp.lessons.class_questions import question
from ffbp.lessons.course import course, lesson
from ffbp.lessons.expressions import Case
from ffbp.lessons.submissions import File
from ffbp.record.write import checksum, dump_record
from ffbp.ui.compare import many_runs
from ffbp.ui.runs import cache
from ffbp.ui.session.state import frozen
from ffbp.ui.teachers import board as board_view
from ffbp.ui.teachers.handed_in import KEPT
from ffbp.words.of_a_slip import SLIPS

PATH = ROOT / "pages" / "teachers.py"
SMALL = {"epochs": "4", "samples": "40"}
HOST = "https://ffbp.example/"
TEXT = f"""Anna Novak: {HOST}?hidden=3&epochs=4&samples=40
nonsense
{HOST}?hidden=2-2&epochs=4&samples=40

Ben Okoye\t{HOST}?hidden=2&epochs=4&samples=40&wibble=1
Cleo: {HOST}?hidden=3&epochs=4&samples=40"""


def board(text=TEXT, files=(), **params):
    app = run_page(PATH, teach="board", **params or SMALL)
    assert not app.exception, app.exception[0].message
    area = app.text_area[0]
    area.set_value(text)
    app = again(app)
    if files:
        app.session_state[f"kept:{KEPT}"].files = tuple(files)
        app = again(app)
    return app


def trained(*args, **params):
    app = board(*args, **params)
    app.button(key="board:train").click()
    return again(app)


def toggle(app, name, value=True):
    named(app.toggle, name).set_value(value)
    return again(app)


def highlight(app):
    return next(each for each in app.multiselect if each.key.startswith("board:highlighted"))


def table(app):
    return app.dataframe[0].value


def test_an_empty_board_says_what_is_kept_and_shows_no_control_without_use():
    app = run_page(PATH, teach="board", **SMALL)
    assert not app.exception
    assert any("It is written nowhere." in c.value and "two minutes more" in c.value for c in app.caption)
    server = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["server"]
    assert server["disconnectedSessionTTL"] == 120
    assert not [b for b in app.button if b.key and b.key.startswith("board:")]
    assert not app.dataframe


def test_each_bad_line_has_one_message_and_the_rest_is_trained_as_alone():
    app = trained()
    (box,) = app.warning
    lines = box.value.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("- **line 2:**")
    assert lines[1].startswith("- **line 5:** unknown parameter")
    found = table(app)
    assert list(found["run"]) == [1, 2, 3, 4]
    assert list(found["weights and biases"]) == [13, 15, 9, 13]
    for hidden, loss in zip(((3,), (2, 2), (2,), (3,)), found["test loss"], strict=True):
        assert loss == ffbp.train(Config(hidden=hidden, epochs=4, n_samples=40)).history.test_loss[-1]
    assert "record" not in found
    assert len(app.session_state[f"kept:{KEPT}"].marks) == 3, "equal links train once"


def test_a_changed_list_trains_only_what_is_new_and_forget_leaves_nothing():
    app = trained()
    before = dict(app.session_state[f"kept:{KEPT}"].marks)
    app.text_area[0].set_value(TEXT + f"\n{HOST}?hidden=5&epochs=4&samples=40")
    app = again(app)
    assert app.button(key="board:train").label == "Go on with 1 more"
    app.button(key="board:train").click()
    app = again(app)
    after = app.session_state[f"kept:{KEPT}"].marks
    assert all(after[key] is mark for key, mark in before.items())
    app = toggle(app, "board:named")
    highlight(app).set_value([1, 3])
    app = again(app)
    assert "Novak" in repr(app.session_state)
    app.button(key="board:forget").click()
    app = again(again(app))
    assert app.text_area[0].value == ""
    assert not app.dataframe
    assert "Novak" not in repr(app.session_state)


def test_training_is_stopped_and_goes_on_and_what_is_done_is_kept(monkeypatch):
    monkeypatch.setattr(many_runs, "SLICE_SECONDS", 1e-4)  # one report a slice
    monkeypatch.setattr(board_view, "draw_again", lambda: None)
    app = trained(TEXT.replace("epochs=4", "epochs=2000"))
    now = app.session_state[f"kept:{KEPT}"]
    for _ in range(60):
        if now.marks:
            break
        app = again(app)
    assert 0 < len(now.marks) < 3
    app.button(key="board:stop").click()
    app = again(app)
    assert not now.is_running
    done = dict(now.marks)
    monkeypatch.undo()
    app.button(key="board:train").click()
    app = again(app)
    assert len(table(app)) == 4
    assert all(now.marks[key] is mark for key, mark in done.items())


def test_names_are_in_the_table_when_wanted_and_nowhere_else(caplog):
    with caplog.at_level(logging.DEBUG):
        app = trained()
        assert "Anna" not in table(app).to_string()
        app = toggle(app, "board:named")
    assert list(table(app)["name"]) == ["Anna Novak", "2", "Ben Okoye", "Cleo"]
    names = ("Anna", "Novak", "Okoye", "Cleo")
    with cache().lock:
        kept = repr(list(cache().runs))
    places = {"address": repr(dict(app.query_params)), "cache": kept, "log": caplog.text}
    places["links"] = repr([link.proto for link in app.get("page_link")]) + repr(list(table(app)["open"]))
    places["seen"] = repr(app.session_state["address:seen"])
    assert not [(place, name) for place, text in places.items() for name in names if name in text]


def test_shuffled_numbers_are_a_permutation_that_stays():
    app = toggle(trained(), "board:shuffled")
    first = table(app)
    assert sorted(first["run"]) == [1, 2, 3, 4]
    assert sorted(first["weights and biases"]) == [9, 13, 13, 15]
    assert table(again(app)).equals(first)


def record(**fields):
    return dump_record(ffbp.train(Config(n_samples=40, epochs=4, **fields)))


def test_records_are_verified_and_a_bad_one_is_one_message():
    content = json.loads(record(hidden=(4,)))
    content["history"]["test_loss"][-1] /= 2
    content["checksum"] = checksum(content)
    files = [
        File("dora.json", record(hidden=(2,)).encode()),
        File("emil.json", json.dumps(content).encode()),
        File("photo.json", b"\xff\xd8"),
        File("large.json", bytes(50_000_000)),
    ]
    app = trained("", files)
    assert list(table(app)["record"]) == ["verified", "differs"]
    assert any(c.value.startswith("1 of 2 records verify.") for c in app.caption)
    lines = app.warning[0].value.splitlines()
    assert [line.split(":**")[0] for line in lines] == ["- **file 4", "- **file 2", "- **file 3"]
    assert "the numbers differ from epoch 4 on" in lines[1]
    assert "dora" not in " ".join(each.value for each in (*app.caption, *app.warning, *app.markdown))
    app = toggle(app, "board:named")
    assert "file 3 \\(photo\\.json\\):" in app.warning[0].value


def test_a_challenge_is_typed_judged_ranked_and_given_to_the_class():
    app = trained()
    named(app.text_input, "board:challenge").set_value("epochs at least 4, fewest weights")
    app = again(app)
    found = table(app)
    assert list(found["rank"]) == [1, 2, 2, 4]
    assert list(found["weights and biases"]) == [9, 13, 13, 15]
    asked = Challenge.read("epochs at least 4, fewest weights")
    assert app.query_params["challenge"] == asked.text
    assert named(app.text_input, "board:challenge").value == "epochs at least 4, fewest weights", "as it was typed"
    app = toggle(app, "board:data")
    assert f"data_{data_mark(Config(n_samples=40))}" in str(app.query_params["challenge"])
    app.session_state["config"] = Config(n_samples=50)
    app = again(app)
    assert any(each.value.startswith("Only the data of another experiment") for each in app.warning)
    named(app.text_input, "board:challenge").set_value("be good")
    app = again(app)
    assert "must be rules such as" in app.error[0].value
    assert len(table(app)["rank"].dropna()) == 4, "the last rules stay"


def test_both_charts_show_every_run_and_a_highlighted_one_apart():
    app = trained()
    charts = charts_of(app)
    for title in ("Decision boundary of every run", "Test loss of every run"):
        traces = charts[title]["plot"]["data"]
        assert [trace["name"] for trace in traces if "name" in trace] == ["4 runs"]
    highlight(app).set_value([2])
    app = again(app)
    traces = charts_of(app)["Test loss of every run"]["plot"]["data"]
    assert [trace["name"] for trace in traces] == ["3 other runs", "run 2"]


def test_two_people_of_one_name_are_told_apart_by_their_numbers():
    line = f"Ada: {HOST}?epochs=4&samples=40&hidden="
    app = toggle(trained(f"{line}2\n{line}3\n{HOST}?epochs=4&samples=40&hidden=4"), "board:named")
    assert highlight(app).options == ["Ada (1)", "Ada (2)", "run 3"]


def test_a_name_is_no_markup():
    app = toggle(trained(f"<b>*Zed*</b> {HOST}?hidden=3&epochs=4&samples=40"), "board:named")
    highlight(app).set_value([1])
    app = again(app)
    (trace,) = charts_of(app)["Test loss of every run"]["plot"]["data"]
    assert trace["name"] == "&lt;b&gt;*Zed*&lt;/b&gt;"
    assert list(table(app)["name"]) == ["<b>*Zed*</b>"]


def test_runs_without_a_plane_say_so_and_numbers_have_r2():
    line = f"{HOST}?dataset=noisy_sine&epochs=4&samples=40&hidden=3"
    app = trained(f"{line}\n{line}&seed=2")
    assert "training R²" in table(app)
    assert any("None of these runs has a boundary in a plane" in c.value for c in app.caption)


def test_the_answers_of_a_lesson_are_judged_anew_and_grouped_by_their_slip():
    key = next(iter(course()))
    number = next(n for n, step in enumerate(lesson(key).steps, 1) if step.kind == "predict")
    answers = ["~" * (number - 1) + text for text in ("r123456", "w123456", "s")]
    params = {"dataset": "moons", "epochs": "2", "samples": "20", "lesson": key, "step": str(number)}
    lines = ["&".join(f"{k}={v}" for k, v in (params | {"answers": each}).items()) for each in answers]
    app = trained("\n".join(f"?{line}" for line in lines))
    assert list(table(app)["answers"]) == ["0 of 1 right"] * 3
    groups = app.dataframe[1].value
    assert list(groups["answers"]) == [2, 1]
    assert list(groups["what they show"]) == ["answered 123456", "shown or skipped"]
    assert list(groups["runs"]) == ["1, 2", "3"]


def test_the_answers_of_a_class_link_are_judged_on_each_links_own_run_and_grouped_by_question():
    config = Config(epochs=2, n_samples=20)
    right = f"{Case(config, View(), ffbp.train).value(question('loss')):.5f}"
    slip = f"-{right}"
    lines = [f"?dataset=moons&epochs=2&samples=20&ask=loss~n_params&given={each}" for each in
             (f"w{right}~r41", f"r{slip}~w40", f"r{slip}", "s", "r1&lr=0.3")]  # fmt: skip
    app = trained("\n".join(lines))
    assert list(table(app)["answers"]) == [
        "2 of 2 right",
        "0 of 2 right",
        "0 of 1 right",
        "0 of 1 right",
        "0 of 1 right",
    ]
    groups = app.dataframe[1].value
    assert list(groups["step"]) == ["class link, question 1"] * 4 + ["class link, question 2"] * 2
    assert list(groups["question"][:1]) == ["the loss of the sample"]
    found = dict(zip(groups["what they show"][:4], groups["answers"][:4], strict=True))
    assert found == {"right": 1, SLIPS["sign"]: 2, "answered 1": 1, "shown or skipped": 1}


def test_the_challenge_that_the_links_carry_is_offered():
    app = board(f"{HOST}?hidden=3&challenge=least_n_params&epochs=4\n{HOST}?hidden=2&epochs=4")
    app.button(key="board:theirs").click()
    app = again(app)
    assert app.query_params["challenge"] == "least_n_params"


# The challenge on the Playground


def test_the_playground_says_what_is_asked_and_whether_the_run_meets_it():
    app = playground(**SMALL, hidden="3", challenge="n_params_at_most_13~least_test_loss")
    (box,) = [each for each in app.success if "Challenge" in each.value]
    assert box.value.replace("\\", "").endswith("Met.")
    app = playground(**SMALL, hidden="4", challenge="n_params_at_most_13~least_test_loss")
    (box,) = [each for each in app.info if "Challenge" in each.value]
    assert "weights and biases at most 13 (now 17)" in box.value.replace("\\", "")
    assert box.value.replace("\\", "").endswith("Not met yet.")
    app.button(key="challenge:leave").click()
    app = again(app)
    assert not [each for each in app.info if "Challenge" in each.value]
    assert "challenge" not in app.query_params


def test_while_a_question_waits_the_challenge_tells_no_number():
    app = playground(**SMALL, challenge="test_loss_at_most_0.1", ask="test_loss")
    (box,) = [each for each in app.info if "Challenge" in each.value]
    assert box.value.replace("\\", "") == "**Challenge:** test loss at most 0.1"


def test_a_bad_challenge_in_a_link_is_one_message():
    app = playground(**SMALL, challenge="be_good")
    assert not app.exception
    assert [each.value for each in app.warning if "challenge must be rules" in each.value.replace("\\", "")]
    assert "challenge" not in app.query_params


def test_the_classes_link_opens_the_challenge_and_the_experiment():
    app = board(challenge="least_n_params", **SMALL)
    view = read({"challenge": "least_n_params"}).view
    assert frozen(params_of(Config(epochs=4, n_samples=40), view)) in app.session_state["address:offered"]
