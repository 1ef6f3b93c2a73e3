"""A sweep in the terminal: its table, its picture, its file, and what does not fit in one line."""

import csv
import io
import re

import numpy as np
import pytest

import ffbp
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.kinds import OfRegistry
from ffbp.terminal.sweeps import ends_text, grid_text
from ffbp.words.numbers import format_number

SMALL = ("--samples=60", "--epochs=30", "--hidden=4")
CONFIG = ffbp.Config(n_samples=60, epochs=30, hidden=(4,))


def rows_of(out):
    """The cells of the table of runs."""
    lines = out[re.search(r"\d+ runs\n", out).end() :].split("\n\n")[0].splitlines()
    return [line.split() for line in lines]


def test_the_table_has_a_row_a_run_with_its_numbers(tour):
    code, out, err = tour("--sweep", "learning_rate=0.01,0.1,1", "--seeds", 2, *SMALL)
    assert (code, err) == (0, "")
    header, *rows = rows_of(out)
    assert header == ["learning_rate", "seed", "epoch", "train_loss", "test_loss", "train_accuracy", "test_accuracy"]
    assert [row[:2] for row in rows] == [[v, s] for v in ("0.01", "0.1", "1") for s in ("0", "1")]
    sweep = ffbp.sweep(CONFIG, field="learning_rate", values=(0.01, 0.1, 1.0), seeds=range(2), n_jobs=1)
    assert [row[3] for row in rows] == [format_number(loss) for loss in sweep.ends("train_loss")]
    assert "Loss at the end of each run" in out
    assert out.count("*") >= 4


def test_the_picture_has_a_mark_a_run_and_diverged_ones_on_the_upper_edge():
    config = ffbp.Config(dataset="plane", n_samples=60, epochs=200, hidden=())
    sweep = ffbp.sweep(config, field="learning_rate", values=(0.01, 100.0), seeds=(1, 2), n_jobs=1)
    text = ends_text(sweep).splitlines()
    assert text[1].count("x") == 2
    assert "x" not in "".join(text[2:14])
    assert text[1].index("x") > len(text[1]) // 2
    assert "diverged, 2 of 4 runs" in text[-1]
    labels = next(line for line in text if "100" in line and "0.01" in line)
    assert labels.index("0.01") < labels.index("100")


def test_a_grid_is_darkest_where_the_loss_is_lowest():
    sweep = ffbp.sweep(CONFIG, field=("lr", "l2"), values=((0.001, 1.0), (0.0, 10.0)), seeds=(1,), n_jobs=1)
    text = grid_text(sweep)
    rows = [line.split("|")[1] for line in text.splitlines() if line.count("|") == 2]
    best = np.unravel_index(np.argmin(sweep.ends("train_loss")), (2, 2))
    assert rows[::-1][best[0]][best[1] * 24] == "@"
    assert "Learning rate" in text
    assert "L2 penalty" in text


def test_twice_is_a_grid(tour):
    code, out, _ = tour("--sweep", "lr=0.01,1", "--sweep", "l2=0,0.1,0.2", "--seeds", 1, *SMALL)
    assert code == 0
    assert "6 runs" in out
    assert "Median of the training loss" in out


@pytest.mark.parametrize("name", [n for n, f in FIELDS.items() if isinstance(f.kind, OfRegistry) and not f.file_only])
def test_a_registrys_field_alone_takes_all_its_keys(tour, name):
    small = SMALL if name != "dataset" else SMALL[1:]
    code, out, err = tour("--sweep", name, "--seeds", 1, "--quiet", *small)
    assert (code, err) == (0, "")
    assert "Loss at the end of each run" in out
    assert "runs\n" not in out


def test_seeds_alone_are_the_experiment_again_and_again(tour):
    code, out, _ = tour("--seeds", 3, "--vary", "weights", "--success", "accuracy=0.7", *SMALL)
    assert code == 0
    assert [row[0] for row in rows_of(out)[1:]] == ["0", "1", "2"]
    sweep = ffbp.sweep(CONFIG, seeds=range(3), vary="weights", n_jobs=1)
    (rate,) = sweep.rates(ffbp.Target(accuracy=0.7))
    assert re.search(rf"all\s+3\s+{rate.successes}\s", out)
    assert "Runs that end with an accuracy of at least 70.0 % on the training set" in out


def test_what_counts_as_success_is_told_with_its_interval(tour):
    _, out, _ = tour("--sweep", "lr=0.000001,1", "--seeds", 4, "--success", "test_loss=0.4", "--quiet", *SMALL)
    never = re.search(r"1e-06\s+4\s+0\s+0\.0 %\s+0\.0 % to 49\.0 %\s+never", out)
    assert never, out
    assert "a loss of at most 0.4000 on the test set" in out


def test_the_table_goes_to_the_folder(tour, tmp_path):
    code, out, _ = tour("--sweep", "batch_size=full,10", "--seeds", 2, "--out", tmp_path / "new", *SMALL)
    path = tmp_path / "new" / "sweep.csv"
    assert code == 0
    assert str(path) in out
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert [row["batch_size"] for row in rows] == ["full", "full", "10", "10"]
    run = ffbp.train(ffbp.Config(n_samples=60, epochs=30, hidden=(4,), seed=1, batch_size=10))
    assert float(rows[3]["train_loss"]) == run.history.train_loss[-1]


def test_a_link_is_swept_too(tour):
    code, out, _ = tour("--link", "?samples=60&epochs=30&hidden=4&activation=tanh", "--sweep", "lr=0.1", "--seeds", 1)
    run = ffbp.train(ffbp.Config(n_samples=60, epochs=30, hidden=(4,), activation="tanh", seed=0))
    assert code == 0
    assert rows_of(out)[1][3] == format_number(run.history.train_loss[-1])


@pytest.mark.parametrize(("arguments", "message"), [
    (["--sweep", "rate=1"], "unknown field 'rate'; choose from dataset"),
    (["--sweep", "lr=0.1,x"], "learning_rate must be a finite number, got 'x'"),
    (["--sweep", "lr=0.1,1e9"], "learning_rate must be from 1e-06 to 1000"),
    (["--sweep", "lr"], "values must be a list, got None"),
    (["--sweep", "lr=0.1", "--seeds", "1000000"], "sweep must be at most 10000 runs, got 1000000; choose fewer values or seeds"),
    (["--sweep", "lr=0.1", "--seeds", "ten"], "--seeds must be a whole number above 0, got 'ten'"),
    (["--sweep", "lr=0.1", "--success", "speed=3"], "--success must be loss, accuracy, test_loss or test_accuracy, and a value"),
    (["--sweep", "lr=0.1", "--export", "csv"], "--export must be left out with --sweep; --out writes its table"),
    (["--success", "loss=0.3"], "--success must come with --sweep or --seeds"),
    (["--sweep", "lr=0.1", "--sweep", "l1=0", "--sweep", "l2=0"], "field must be one field or two different ones"),
])  # fmt: skip
def test_wrong_usage_is_one_line_with_exit_code_2(tour, arguments, message):
    code, out, err = tour(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith(f"python -m ffbp: error: {message}")
    assert len(err.splitlines()) == 1
