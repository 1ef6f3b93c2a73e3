"""Marking many records in the terminal: a line and a row for each, whatever the others are."""

import csv
import json

import pytest

import ffbp
from ffbp.experiment.config import Config
from ffbp.terminal import tour as terminal


@pytest.fixture
def homework(tmp_path):
    """Three records, one of them changed, and a file that is none."""
    folder = tmp_path / "homework"
    folder.mkdir()
    for name, hidden in (("anna", 2), ("ben", 3), ("cleo", 2)):
        run = ffbp.train(Config(n_samples=20, epochs=3, hidden=(hidden,)))
        (folder / f"{name}.json").write_text(ffbp.dump_record(run), encoding="utf-8")
    content = json.loads((folder / "ben.json").read_text())
    content["history"]["train_loss"][-1] /= 2
    content["checksum"] = ffbp.record.write.checksum(content)
    (folder / "ben.json").write_text(json.dumps(content))
    (folder / "broken.json").write_text("{")
    return folder


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_bad_file_never_stops_the_rest(tour, homework, tmp_path):
    path = tmp_path / "out" / "marks.csv"
    files = sorted(homework.glob("*.json"))
    missing = homework / "absent.json"
    code, out, err = tour("--verify", missing, *files, "--csv", path)
    assert (code, err) == (1, "")
    rows = rows_of(path)
    assert [row["file"] for row in rows] == [str(each) for each in (missing, *files)]
    assert [row["verdict"] for row in rows] == ["not a record", "verified", "differs", "not a record", "verified"]
    assert [row["parameters"] for row in rows] == ["", "9", "13", "", "9"]
    assert rows[0]["words"] == "No such file or directory"
    assert "Trained again, the numbers differ from epoch 3 on." in rows[2]["words"]
    assert out.count("\n") == 7
    assert "2 of 5 records verify." in out


def test_a_folder_and_a_pattern_are_its_records(tour, homework):
    _, of_folder, _ = tour("--verify", homework)
    _, of_pattern, _ = tour("--verify", homework / "*.json")
    assert of_folder == of_pattern
    assert of_folder.count("verified;") == 2
    code, _, err = tour("--verify", homework / "*.txt")
    assert (code, "there is no record in" in err) == (2, True)


def test_all_verified_is_code_0_and_one_record_alone_is_told_in_full(tour, homework):
    code, _, _ = tour("--verify", homework / "anna.json", homework / "cleo.json", "--quiet")
    assert code == 0
    _, out, _ = tour("--verify", homework / "anna.json")
    assert "equal, bit for bit" in out


def test_an_interruption_keeps_what_is_marked(tour, homework, tmp_path, monkeypatch):
    path, marking = tmp_path / "marks.csv", terminal.marking.mark_of_file

    def interrupted(file, *others):
        if file.name == "cleo.json":
            raise KeyboardInterrupt
        return marking(file, *others)

    monkeypatch.setattr(terminal.marking, "mark_of_file", interrupted)
    code, _, err = tour("--verify", homework, "--csv", path)
    assert (code, err.strip()) == (130, "interrupted")
    assert [row["verdict"] for row in rows_of(path)] == ["verified", "differs", "not a record"]


def test_records_of_a_file_are_compared_with_it_and_others_are_not(tour, homework, tmp_path):
    data = tmp_path / "pets.csv"
    data.write_text("a,b,y\n" + "".join(f"{i},{i * i % 7},{'cd'[i % 2]}\n" for i in range(20)), encoding="utf-8")
    tour("--file", data, "--quiet", "--epochs", 2, "--out", tmp_path, "--export", "json")
    files = tmp_path / "record.json", homework / "anna.json"
    _, without, _ = tour("--verify", *files)
    code, with_file, _ = tour("--verify", *files, "--file", data)
    assert code == 0
    assert [text.splitlines()[0].partition(": ")[2].split(";")[0] for text in (without, with_file)] == [
        "verified without its file",
        "verified",
    ]
    assert tour("--verify", *files, "--csv", tmp_path)[2].startswith("python -m ffbp: error: --csv must be a file")


def test_a_challenge_ranks_the_records_that_verify(tour, homework, tmp_path):
    path = tmp_path / "marks.csv"
    rules = "epochs at least 3, fewest weights"
    code, out, _ = tour("--verify", homework, "--csv", path, "--challenge", rules)
    assert code == 1
    assert [(row["meets_challenge"], row["rank"]) for row in rows_of(path)] == [
        ("yes", "1"),
        ("no", ""),
        ("no", ""),
        ("yes", "1"),
    ]
    assert "2 of them meet the challenge: epochs at least 3; then the fewest weights and biases." in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--csv", "marks.csv"), "--csv must come with --verify"),
        (("--challenge", "fewest weights"), "--challenge must come with --verify"),
        (("--verify", "a.json", "--challenge", "be good"), "--challenge: challenge must be rules such as"),
        (("--verify", "a.json", "--csv", "m.csv", "--epochs", 3), "--epochs must be left out"),
    ],
)
def test_wrong_usage_is_said_in_one_line(tour, arguments, message):
    code, out, err = tour(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
