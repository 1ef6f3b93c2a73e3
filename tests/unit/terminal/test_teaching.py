"""Questions, worksheets and embeds in the terminal: their files, and options that do not belong to them."""

import pytest

import ffbp
from ffbp.analysis.passes import pass_over
from ffbp.analysis.summary import address_of, title
from ffbp.export.embed import embed, line
from ffbp.export.forms import usual_plane
from ffbp.export.question_files import FILES
from ffbp.export.questions import questions
from ffbp.lessons.item import short
from ffbp.programs.assignment import COPIES, assignment


def test_the_files_of_the_chosen_kinds_are_written(tour, tmp_path):
    code, out, err = tour("--questions", "sum, adam", "--variants", 2, "--out", tmp_path / "quiz")
    assert (code, err) == (0, "")
    assert "4 questions of 2 kinds:" in out
    for name, (write, _) in FILES.items():
        assert (tmp_path / "quiz" / name).read_text("utf-8") == write(questions(["sum", "adam"], 2))
        assert name in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--questions", "product"), "unknown kind of question 'product'"),
        (("--questions", "sum", "--variants", "many"), "--variants must be a whole number, got 'many'"),
        (("--questions", "sum", "--variants", 0), "variants must be from 1"),
        (("--questions", "sum", "--epochs", 3), "--epochs must be left out with --questions"),
        (("--variants", 3), "--variants must come with --questions"),
        (("--paper", "A4"), "--paper must come with --worksheet"),
        (("--worksheet", "many"), "--worksheet must be a number of variants or one of the lessons neuron, "),
        (("--worksheet", -1), "--worksheet must be from 0 to 999, or a lesson, got '-1'"),
        (("--worksheet", "neuron:3,99"), "of the lesson neuron, the steps 1, 2, "),
        (("--worksheet", "neuron", "--lr", 3), "--lr must be left out with a lesson's worksheet"),
        (("--worksheet", "neuron", "--blanks", "1.2"), "only kinds apply to a lesson"),
        (("--hidden", 2, "--worksheet", 0, "--blanks", "sums"), "unknown kind 'sums'"),
        (
            ("--hidden", 2, "--worksheet", 0, "--blanks", "z[3][1]"),
            "--blanks: unknown number 'z[3][1]'; write a layer as 1",
        ),
        (("--hidden", 2, "--worksheet", 0, "--blanks", "hidden_delta,2"), "leaves nothing blank"),
        (("--blanks", "sum"), "--blanks must come with --worksheet"),
        (("--embed", "all-of-them", "x.html"), "--embed: panels must be all, or one or two of network"),
        (("--embed", "loss-loss", "x.html"), "got 'loss-loss'"),
        (("--embed", "loss", "x.html", "--height", 3), "--height: height must be from 300 to 1600 pixels"),
        (("--embed", "all", "x.html", "--height", "tall"), "got 'tall'"),
        (("--embed", "loss", "x.html", "--export", "json"), "--export must be left out with --embed"),
        (("--height", 400), "--height must come with --embed"),
        (("--worksheet", 2), "this network has the layers 2-10-1 and 41 parameters"),
        (("--worksheet", 2, "--seeds", 3), "--seeds must be left out with --worksheet"),
        (("--worksheet", 2, "--questions", "sum"), "--worksheet must be left out with --questions"),
        (("--assignment", "foward"), "--assignment: unknown function 'foward'; choose from forward, loss, delta"),
        (("--assignment", ","), "--assignment: functions must be at least one of forward"),
        (("--assignment", "loss=many"), "--assignment: points of loss must be a whole number, got 'many'"),
        (("--assignment", "loss=0"), "points of loss must be a whole number from 1 to 100, got 0"),
        (("--assignment", "loss", "--seeds", 3), "--seeds must be left out with --assignment"),
        (("--assignment", "loss", "--worksheet", 3), "--worksheet must be left out with --assignment"),
        (("--assignment", "loss", "--questions", "sum"), "--assignment must be left out with --questions"),
        (
            ("--assignment", "loss", "--hidden", "64-64-64", "--epochs", 1),
            "--assignment: This network has 8,577 parameters",
        ),
    ],
)
def test_wrong_usage_has_one_message(tour, arguments, message):
    code, _, err = tour(*arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1


def test_a_worksheet_is_of_the_experiments_first_step(tour, tmp_path):
    small = ("--dataset", "xor_gate", "--hidden", 2, "--activation", "tanh", "--lr", 0.5)
    code, out, err = tour(*small, "--worksheet", 3, "--paper", "Letter", "--out", tmp_path)
    assert (code, err) == (0, "")
    text = (tmp_path / "worksheet.html").read_text("utf-8")
    assert str(tmp_path / "worksheet.html") in out
    assert text.count('<section class="sheet">') == text.count('<section class="key">') == 4
    config = ffbp.Config(dataset="xor_gate", hidden=(2,), activation="tanh", learning_rate=0.5, epochs=1)
    run = ffbp.train(config)
    p = pass_over(run.network(0), run.dataset.X_train[:1], run.dataset.y_train[:1])
    assert f"<b>{short(p.trace.delta[2][0, 0])}</b>" in text
    assert "size: letter" in text


def test_both_copies_of_an_assignment_are_of_the_experiment(tour, tmp_path):
    code, out, err = tour("--hidden", 3, "--epochs", 4, "--assignment", "backward=4, loss", "--out", tmp_path)
    assert (code, err) == (0, "")
    assert "An assignment of 5 points: loss, backward" in out
    run = ffbp.train(ffbp.Config(hidden=(3,), epochs=4))
    for name, solved in COPIES.items():
        expected = assignment(run, {"loss": 1, "backward": 4}, solved=solved)
        assert (tmp_path / name).read_text("utf-8") == expected
        assert str(tmp_path / name) in out


def test_an_assignment_of_a_file_comes_with_its_samples(tour, tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("a,b,kind\n" + "".join(f"{k % 5},{k % 3},{k % 2}\n" for k in range(30)), encoding="utf-8")
    code, _, err = tour(
        "--file", table, "--epochs", 3, "--hidden", 2, "--assignment", "all", "--out", tmp_path / "work"
    )
    assert code == 0, err
    assert {path.name for path in (tmp_path / "work").iterdir()} == {*COPIES, "data.csv"}


def test_blanks_are_kinds_and_units_and_numbers(tour, tmp_path):
    small = ("--dataset", "xor_gate", "--hidden", 2, "--out", tmp_path)
    code, _, err = tour(*small, "--worksheet", 0, "--blanks", "sum,output_gradient,1.2,dW[2][1,2]")
    assert (code, err) == (0, "")
    key = (tmp_path / "worksheet.html").read_text("utf-8").partition('class="key"')[2]
    assert key.count("<li>") == 2
    assert "<i>z</i><sup>[1]</sup><sub>2</sub>" in key
    assert "<i>dW</i><sup>[2]</sup><sub>1,2</sub>" in key


def test_a_lessons_sheets_hold_the_steps_that_are_named(tour, tmp_path):
    code, _, err = tour("--worksheet", "forward:2,4", "--out", tmp_path)
    assert (code, err) == (0, "")
    text = (tmp_path / "worksheet.html").read_text("utf-8")
    assert text.count('<section class="sheet short">') == text.count('<section class="key">') == 2
    assert "Step 2 of the lesson" in text
    assert "Step 4 of the lesson" in text


def test_panels_are_written_as_one_page_with_its_line(tour, tmp_path):
    path = tmp_path / "course" / "moons.html"
    link = "https://ffbp.example/sub/?hidden=3&frame=2"
    own = ("--link", link, "--epochs", 5, "--samples", 40)
    code, out, err = tour(*own, "--embed", "network-loss", path, "--height", 440)
    assert (code, err) == (0, "")
    text = path.read_text("utf-8")
    run = ffbp.train(ffbp.Config(hidden=(3,), epochs=5, n_samples=40))
    there = f"https://ffbp.example/sub/?{address_of(run.config)}"
    assert text == embed(run, usual_plane(run), ("network", "loss"), height=440, link=there)
    assert f"{len(text.encode()) / 1000:,.0f} kB" in out
    assert out.strip().endswith(line("moons.html", title(run), 440))
