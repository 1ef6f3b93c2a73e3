"""Questions and worksheets in the terminal: their files, and options that do not belong to them."""

import pytest

import ffbp
from ffbp.analysis.passes import pass_over
from ffbp.export.questions import FILES, questions
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
        (("--worksheet", "many"), "--worksheet must be from 0 to 999, got 'many'"),
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
            ("--assignment", "loss", "--hidden", "60-60", "--epochs", 1),
            "--assignment: This network has 3,901 parameters",
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
