"""Questions in the terminal: their files, and options that do not belong to them."""

import pytest

from ffbp.export.questions import FILES, questions


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
    ],
)
def test_wrong_usage_has_one_message(tour, arguments, message):
    code, _, err = tour(*arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
