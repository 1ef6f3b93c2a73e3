"""Questions and worksheets in the terminal: their files, and options that do not belong to them."""

import pytest

import ffbp
from ffbp.analysis.passes import pass_over
from ffbp.export.questions import FILES, questions
from ffbp.lessons.item import short


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
