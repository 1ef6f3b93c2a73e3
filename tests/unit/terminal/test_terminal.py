"""The terminal: the tour shows the run's numbers, options match links, exit codes and messages are as expected."""

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import waiting

import ffbp
from ffbp import Config
from ffbp.analysis.summary import command
from ffbp.experiment.fields import FIELDS, GROUPS
from ffbp.export.forms import CODE, FORMS
from ffbp.lessons.presets import PRESETS
from ffbp.terminal import options
from ffbp.words.numbers import format_number, format_percent

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "ffbp"]


def in_a_shell(*arguments, **options):
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=waiting.SECONDS, **options
    )


def table(text, heading):
    """The rows below a heading, as lists of cells."""
    lines = text[text.index(heading) :].splitlines()[1:]
    rows = []
    for line in lines:
        if line and not line.startswith(" "):
            break
        rows.append(re.split(r"\s{2,}", line.strip()))
    return rows


def test_the_reference_experiment_is_told_in_six_steps_and_four_sentences(tour):
    code, out, err = tour()
    assert code == 0
    assert err == ""
    headings = [line for line in out.splitlines() if re.match(r"\d  ", line)]
    assert headings == ["1  Data", "2  Network", "3  Training", "4  Evaluation", "5  Pictures", "6  Predictions"]
    end = out[out.index("In four sentences") :]
    assert [w for w in ("Forward:", "Backward:", "Update:", "Repeat:") if w in end] == [
        "Forward:",
        "Backward:",
        "Update:",
        "Repeat:",
    ]
    assert ["1", "10 x 2", "10 x 1", "30", "ReLU"] in table(out, "2  Network")
    assert ["2", "1 x 10", "1 x 1", "11", "Sigmoid"] in table(out, "2  Network")
    assert "2 -> 10 -> 1: 41 parameters" in out


def test_loss_and_accuracy_every_hundred_epochs_are_the_runs_own(tour):
    _, out, _ = tour()
    config = Config()
    training = ffbp.training.loop.Training(config, ffbp.dataset_for(config))
    data, rows = training.dataset, table(out, "3  Training")
    for epoch in range(0, 1001, 100):
        while training.epoch < epoch:
            training.run_epoch()
        net = training.network
        assert [
            str(epoch), format_number(net.loss(data.X_train, data.y_train)), format_percent(net.score(data.X_train, data.y_train)),
            format_number(net.loss(data.X_test, data.y_test)), format_percent(net.score(data.X_test, data.y_test)),
        ] in rows  # fmt: skip


def test_predictions_are_the_networks(tour):
    _, out, _ = tour()
    run, rows = ffbp.train(Config()), table(out, "6  Predictions")
    for point, name in (((0, 0), "(0, 0)"), ((1, 1), "(1, 1)"), ((-1, 0.5), "(-1, 0.5)"), ((0.5, -0.5), "(0.5, -0.5)")):
        p = run.network(-1).predict_proba(np.array([point]))[0, 0]
        assert [name, str(int(p > 0.5)), format_percent(max(p, 1 - p))] in rows


def test_evaluation_is_the_last_frames(tour):
    _, out, _ = tour("--epochs", 50)
    h, rows = ffbp.train(Config(epochs=50)).history, table(out, "4  Evaluation")
    assert ["train", "800", format_number(h.train_loss[-1]), format_percent(h.train_accuracy[-1])] in rows
    assert ["test", "200", format_number(h.test_loss[-1]), format_percent(h.test_accuracy[-1])] in rows


KINDS = {
    "several classes": ("--dataset", "iris", "--columns", "all", "--epochs", 30),
    "ten classes": ("--dataset", "digits", "--columns", "all", "--epochs", 5),
    "regression": ("--dataset", "diabetes", "--epochs", 30),
    "one input": ("--dataset", "noisy_sine", "--epochs", 30),
    "a surface": ("--dataset", "bumps", "--epochs", 30),
    "nothing held out": ("--dataset", "xor_gate", "--epochs", 30),
    "drawn points": ("--dataset", "xor", "--points", "1_2_1~2_1_0", "--test", 0, "--hidden", 2, "--epochs", 5),
    "no hidden layer": ("--hidden", "none", "--epochs", 5),
    "one epoch": ("--epochs", 1),
    "a penalty and patience": ("--l2", 0.01, "--patience", 5, "--epochs", 40, "--optimizer", "adam", "--batch", 32),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_works_for(tour, kind):
    code, out, err = tour(*KINDS[kind])
    assert (code, err) == (0, "")
    assert "6  Predictions" in out
    assert "nan" not in out.lower()


def test_every_preset_is_told(tour):
    for key, preset in PRESETS.items():
        config = Config(**{**vars(preset.config), "epochs": min(preset.config.epochs, 20)})
        code, out, err = tour(*shlex.split(command(config))[3:])
        assert err == "", key
        assert code == (1 if ffbp.train(config).diverged_at is not None else 0)
        assert ffbp.analysis.summary.outcome(ffbp.train(config)).split(":")[0].split()[1] in out


def test_several_sigmoids_outputs_are_not_called_probabilities(tour):
    _, out, _ = tour("--dataset", "iris", "--loss", "mse", "--epochs", 3)
    table = out[out.index("6  Predictions") :]
    assert "output" in table
    assert "probability" not in table
    _, out, _ = tour("--dataset", "iris", "--epochs", 3)
    assert "probability" in out[out.index("6  Predictions") :]


def test_a_slice_goes_along_the_datasets_usual_columns(tour):
    _, out, _ = tour("--dataset", "iris", "--columns", "all", "--epochs", 3)
    assert "petal width (cm)" in out
    assert "petal length (cm)" in out[out.index("5  Pictures") :]


def test_a_confusion_matrix_counts_the_test_part(tour):
    _, out, _ = tour("--dataset", "iris", "--epochs", 30)
    run = ffbp.train(Config(dataset="iris", epochs=30))
    predicted, rows = run.network(-1).predict(run.dataset.X_test), table(out, "4  Evaluation")
    for k, name in enumerate(run.dataset.class_names):
        counts = [str(int(((run.dataset.y_test == k) & (predicted == j)).sum())) for j in range(3)]
        assert [name, *counts] in rows


# Options match links


def test_options_and_the_link_are_one_experiment(tour):
    options = ("--dataset", "spiral", "--hidden", "16-16", "--optimizer", "adam", "--epochs", "20")
    _, by_options, _ = tour(*options)
    _, by_link, _ = tour(
        "--link", "https://ffbp.example/?dataset=spiral&hidden=16-16&optimizer=adam&epochs=20&frame=3&utm_source=x"
    )
    assert by_options == by_link
    _, mixed, _ = tour(
        "--link", "https://ffbp.example/?dataset=spiral&hidden=16-16&optimizer=adam&epochs=999", "--epochs", "20"
    )
    assert mixed == by_options


def test_a_links_bare_parameters_are_a_link_too(tour):
    assert tour("--link", "?epochs=3&hidden=2")[1] == tour("--epochs", 3, "--hidden", 2)[1]


@pytest.mark.parametrize("name", [name for name, each in FIELDS.items() if each.option])
def test_every_field_has_an_option_by_both_of_its_names(name):
    key = FIELDS[name].key
    for flag in (key, name):
        assert vars(options.parser().parse_args([f"--{flag.replace('_', '-')}", "1"]))[key] == "1"


def test_help_names_every_option_with_its_choices_and_bounds(tour):
    code, out, _ = tour("--help")
    assert code == 0
    words = " ".join(out.split())
    for title in ("Data:", "Network:", "Training:", "Output:", "examples:", "exit codes:"):
        assert title in words
    for registry in (ffbp.DATASETS, ffbp.OPTIMIZERS, ffbp.SCHEDULES, ffbp.INITIALIZERS, ffbp.LOSSES, ffbp.ACTIVATIONS):
        assert all(key in words for key in registry)
    for each in FIELDS.values():
        assert each.group in GROUPS
        if each.option:
            assert f"{options.flag(each.key)} " in words
            assert each.help.split(";")[0] in words
        if getattr(each.kind, "bounded", False):
            assert f"to {each.kind.high:g}" in words or f"to {each.kind.high}" in words
    assert max(map(len, out.splitlines())) <= 110


def test_the_command_of_an_experiment_brings_it_back():
    config = Config(
        dataset="iris",
        columns=(0, 3),
        hidden=(4, 3),
        activation=("tanh", "relu"),
        initial_theta=None,
        learning_rate=0.3,
    )
    for_terminal = lambda config: options.parser().parse_args(shlex.split(command(config))[3:])  # noqa: E731
    assert options.experiment(for_terminal(config)).config == config
    negative = Config(hidden=(), initial_theta=(-0.5, 0.25, 1e-7), bias_init=-1.5)
    assert options.experiment(for_terminal(negative)).config == negative


# Your file


ANIMALS = """height;weight;kind
1,5;20;=cat
1,7;22;=cat
3,5;;dog
3,6;41;dog
1,4;19;=cat
3,9;45;dog
1,6;21;=cat
3,3;39;dog
1,55;20,5;=cat
3,7;43;dog
"""


@pytest.fixture
def animals(tmp_path):
    path = tmp_path / "animals.csv"
    path.write_text(ANIMALS.replace("=", ""), encoding="utf-8")
    return path


def test_a_file_is_trained_on(tour, animals, tmp_path):
    code, out, err = tour("--file", animals, "--epochs", 40, "--out", tmp_path, "--export", "json")
    assert (code, err) == (0, "")
    assert "animals.csv, 9 samples: 7 in the training set, 2 in the test set" in " ".join(out.split())
    run = ffbp.load_record((tmp_path / "record.json").read_text("utf-8"))
    assert run.dataset.class_names == ("cat", "dog")
    assert run.config.file_name == "animals.csv"
    code, out, _ = tour("--verify", tmp_path / "record.json")
    assert code == 0
    assert "equal, bit for bit" in out


def test_a_files_target_task_and_gaps_are_chosen(tour, animals):
    code, out, _ = tour(
        "--file", animals, "--target", 1, "--task", "regression", "--missing", "median", "--epochs", 9, "--quiet"
    )
    assert code == 0
    assert "R²" in out
    _, with_link, _ = tour("--link", "http://x/?file=animals.csv&target=1&epochs=9", "--file", animals, "--quiet")
    assert with_link == out


def test_how_a_file_is_read_is_chosen_and_what_was_decided_is_said(tour, tmp_path):
    path = tmp_path / "town.csv"
    path.write_bytes(b"a;b;y\n" + b"".join(b"%d.250;%d;%d\n" % (i, i * i % 7, i % 2) for i in range(1, 20)))
    options = ("--file", path, "--epochs", 5, "--quiet")
    code, _, err = tour(*options)
    assert code == 0
    assert err == "python -m ffbp: note: 1.250 was read as 1.25. If it means 1250, choose the other decimal sign.\n"
    code, with_comma, err = tour(*options, "--decimal", "comma", "--standardize", 0)
    assert (code, err) == (0, "")
    assert with_comma != tour(*options, "--standardize", 0)[1]
    code, _, err = tour(*options, "--header", 0)
    assert code == 2
    assert "Row 1, column 1: 'a' is not a number, but the other 19 cells are" in err
    assert "unknown decimal 'dot'; choose from point, comma" in tour(*options, "--decimal", "dot")[2]
    assert "header must be true or false, got 'perhaps'" in tour(*options, "--header", "perhaps")[2]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "The file is empty"), (b"PK\x03\x04zip", "not text"), (b"a,b\n1,\n2,\n", "missing")],
)
def test_a_bad_file_is_said_in_one_line(tour, tmp_path, content, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    code, out, err = tour("--file", path)
    assert code == 2
    assert out == ""
    assert err.startswith("python -m ffbp: error: ")
    assert message in err
    assert err.count("\n") == 1


# Messages and exit codes


WRONG = {
    "a value out of bounds": (("--lr", "5000"), "learning_rate must be from 1e-06 to 1000, got 5000.0"),
    "no number": (("--hidden", "ten"), "hidden must be at most 8 whole numbers from 1 to 64, got ['ten']"),
    "an unknown key": (("--optimizer", "rleu"), "unknown optimizer 'rleu'; choose from sgd"),
    "what does not fit": (
        ("--dataset", "xor_gate", "--patience", "5"),
        "patience must be left out when there is no test set",
    ),
    "too much work": (("--batch", "1", "--epochs", "20000"), "epochs must be at most"),
    "an unknown form": (("--export", "docx"), "unknown export 'docx'; choose from script, notebook"),
    "a link to a file": (("--link", "http://x/?file=a.csv"), "'a.csv', which a link cannot contain; add --file"),
    "a bad link": (("--link", "http://[x"), "link must be the dashboard's address"),
    "a bad value in a link": (
        ("--link", "http://x/?lr=fast&frame=3"),
        "learning_rate must be a finite number, got 'fast'",
    ),
    "no such record": (("--verify", "/nowhere/run.json"), "/nowhere/run.json: No such file"),
    "no such file": (("--file", "/nowhere/a.csv"), "/nowhere/a.csv: No such file"),
    "an unknown option": (("--colour", "red"), "unrecognized arguments: --colour red"),
    "a missing value": (("--lr",), "argument --lr/--learning-rate: expected one argument"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_is_said_in_one_line_with_exit_code_2(tour, name):
    arguments, message = WRONG[name]
    code, out, err = tour(*arguments)
    assert code == 2
    assert out == ""
    assert message in err
    assert err.splitlines()[-1].startswith("python -m ffbp: error: ")
    assert "Traceback" not in err
    assert "default is used" not in err


def test_a_diverged_run_is_told_with_its_remedy_and_exit_code_1(tour):
    code, out, err = tour("--dataset", "bumps", "--hidden", 16, "--lr", 30, "--epochs", 200)
    assert (code, err) == (1, "")
    assert "! Training diverged in epoch" in out
    assert "4  Evaluation" in out


def test_quiet_is_one_line(tour):
    code, out, _ = tour("--quiet", "--epochs", 20)
    assert code == 0
    assert out == ffbp.analysis.summary.outcome(ffbp.train(Config(epochs=20))) + "\n"


# Files


def test_pictures_go_to_the_chosen_folder(tour, tmp_path):
    folder = tmp_path / "new" / "folder"
    code, out, _ = tour("--epochs", 5, "--out", folder)
    assert code == 0
    assert {p.name for p in folder.iterdir()} == {"boundary.png", "loss.png"}
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in folder.iterdir())
    assert str(folder / "loss.png") in "".join(line.strip() for line in out.splitlines())


def test_the_forms_are_written_and_named(tour, tmp_path):
    kinds = [key for key, form in FORMS.items() if form.kind != CODE]
    code, out, _ = tour(
        "--quiet", "--epochs", 12, "--out", tmp_path, "--export", ",".join(kinds[:3]), "--export", ",".join(kinds[3:])
    )
    assert code == 0
    names = {name for key in kinds for name in FORMS[key].files}
    assert {p.name for p in tmp_path.iterdir()} == names
    assert all(str(tmp_path / name) in out for name in names)
    run = ffbp.load_record((tmp_path / "record.json").read_text("utf-8"))
    assert (run.history.theta == ffbp.train(Config(epochs=12)).history.theta).all()
    assert (tmp_path / "animation.gif").read_bytes().startswith(b"GIF89a")
    assert (tmp_path / "handout.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_every_program_is_written_and_is_one(tour, tmp_path):
    programs = [form for form in FORMS.values() if form.kind == CODE]
    code, out, _ = tour(
        "--quiet", "--epochs", 12, "--out", tmp_path, "--export", ",".join(form.key for form in programs)
    )
    assert code == 0
    run = ffbp.train(Config(epochs=12))
    for form in programs:
        ((name, write),) = form.files.items()
        text = (tmp_path / name).read_text("utf-8")
        assert text == write(run)
        assert str(tmp_path / name) in out
        if name.endswith(".py"):
            compile(text, name, "exec")
        else:
            assert json.loads(text)["nbformat"] == 4
    script = subprocess.run(
        [sys.executable, "experiment.py"], cwd=tmp_path, capture_output=True, text=True, timeout=waiting.SECONDS
    )
    assert script.returncode == 0, script.stderr
    assert f"{run.history.train_loss[0]:.6f}" in script.stdout


WITHOUT_EQUIVALENT = ("--optimizer", "adam", "--l1", 0.01, "--epochs", 3)


def test_a_form_without_equivalent_costs_one_line_and_the_others_are_written(tour, tmp_path):
    code, out, err = tour(*WITHOUT_EQUIVALENT, "--quiet", "--out", tmp_path, "--export", "sklearn,json,script")
    assert code == 1
    assert err.startswith("python -m ffbp: error: --export sklearn: scikit-learn has no exact equivalent")
    assert "It has no L1 penalty." in err
    assert err.count("\n") == 1
    assert {p.name for p in tmp_path.iterdir()} == {"record.json", "experiment.py"}
    assert all(str(tmp_path / name) in out for name in ("record.json", "experiment.py"))


def test_a_file_that_cannot_be_written_costs_one_line_and_the_others_are_written(tour, tmp_path):
    (tmp_path / "experiment.py").mkdir()
    code, _, err = tour("--epochs", 3, "--quiet", "--out", tmp_path, "--export", "script,json")
    assert code == 1
    assert str(tmp_path / "experiment.py") in err
    assert err.count("\n") == 1
    assert (tmp_path / "record.json").is_file()


def test_help_says_what_becomes_of_a_form_without_equivalent(tour):
    assert "no equivalent (the others are written)" in " ".join(tour("--help")[1].split())


@pytest.mark.parametrize("form", ["script", "notebook", "torch"])
def test_a_program_of_a_files_run_brings_the_samples_that_it_reads(tour, animals, tmp_path, form):
    folder = tmp_path / "out"
    code, out, _ = tour("--file", animals, "--epochs", 5, "--quiet", "--out", folder, "--export", form)
    assert code == 0
    assert {p.name for p in folder.iterdir()} == {*FORMS[form].files, "data.csv"}
    assert out.count("data.csv") == 1
    if form == "script":
        done = subprocess.run(
            [sys.executable, "experiment.py"], cwd=folder, capture_output=True, text=True, timeout=waiting.SECONDS
        )
        assert done.returncode == 0, done.stderr


def test_generated_data_need_no_file_beside_the_program(tour, tmp_path):
    tour("--epochs", 3, "--quiet", "--out", tmp_path, "--export", "script")
    assert {p.name for p in tmp_path.iterdir()} == {"experiment.py"}


def test_without_a_folder_only_what_was_asked_for_is_written(tour, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = tour("--epochs", 3, "--export", "json")
    assert code == 0
    assert {p.name for p in tmp_path.iterdir()} == {"record.json"}
    assert "small letters: predicted class" in out


def test_a_misspelt_parameter_of_a_link_is_said_and_the_rest_counts(tour):
    code, out, err = tour(
        "--link", "http://x/?hiden=4&epochs=3&frame=2&x=1_2&utm_source=a&embed=true&embed_options=dark_theme", "--quiet"
    )
    assert code == 0
    assert err == "python -m ffbp: warning: the link has an unknown parameter 'hiden'; it was left out\n"
    assert out == tour("--epochs", 3, "--quiet")[1]


@pytest.mark.parametrize("folder", ["{}/file", "{}/file/sub", "/proc", "/proc/x"])
def test_a_folder_that_cannot_be_written_to_is_wrong_usage_before_anything_is_trained(tour, tmp_path, folder):
    (tmp_path / "file").write_text("x")
    folder = folder.format(tmp_path)
    code, out, err = tour("--epochs", 3, "--out", folder)
    assert (code, out) == (2, "")
    assert err.startswith(f"python -m ffbp: error: {folder} must be a writable folder, got: ")
    assert err.count("\n") == 1


def test_without_matplotlib_pictures_are_text_and_an_animation_is_refused(tour, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name in [name for name in sys.modules if name.startswith("matplotlib.")]:
        monkeypatch.setitem(sys.modules, name, None)
    code, out, _ = tour("--epochs", 3, "--out", tmp_path)
    assert code == 0
    assert "need Matplotlib" in out
    assert "small letters: predicted class" in out
    code, _, err = tour("--epochs", 3, "--quiet", "--out", tmp_path, "--export", "gif")
    assert code == 1
    assert "matplotlib" in err
    assert "Traceback" not in err


def test_a_record_is_verified(tour, tmp_path):
    tour("--quiet", "--epochs", 12, "--out", tmp_path, "--export", "json")
    path = tmp_path / "record.json"
    code, out, err = tour("--verify", path)
    assert (code, err) == (0, "")
    assert "equal, bit for bit" in out
    content = json.loads(path.read_text())
    content["history"]["train_loss"][-1] /= 2
    path.write_text(json.dumps(content))
    code, _, err = tour("--verify", path)
    assert code == 2
    assert "checksum must be" in err
    content["checksum"] = ffbp.record.write.checksum(content)
    path.write_text(json.dumps(content))
    code, out, _ = tour("--verify", path)
    assert code == 1
    assert "the numbers differ from epoch 12 on" in out


def test_a_false_accuracy_does_not_verify_and_the_true_one_is_printed(tour, tmp_path):
    homework = ("--samples", 20, "--test", 0.1, "--optimizer", "adam", "--lr", 0.01, "--hidden", 6, "--epochs", 50)
    tour(*homework, "--export", "json", "--out", tmp_path, "--quiet")
    path = tmp_path / "record.json"
    content = json.loads(path.read_text())
    history = content["history"]
    history["test_accuracy"] = [min(1.0, v + 0.5) for v in history["test_accuracy"]]
    history["train_loss"][3] += 2e-16
    content["checksum"] = ffbp.record.write.checksum(content)
    path.write_text(json.dumps(content))
    code, out, _ = tour("--verify", path)
    assert code == 1
    said = " ".join(out.split())
    assert "test loss 1.107, accuracy 100.0 %" in said  # what the record claims
    assert "test accuracy 100.0 % in the record, 50.0 % trained again." in said
    assert "The retraining ended in epoch 50: training loss" in said
    assert "test loss 1.107, accuracy 50.0 %" in said


def test_a_files_record_is_compared_with_the_file(tour, animals, tmp_path):
    tour("--file", animals, "--quiet", "--epochs", 5, "--out", tmp_path, "--export", "json")
    path = tmp_path / "record.json"
    code, out, _ = tour("--verify", path)
    assert code == 0
    assert "samples are the record's own" in " ".join(out.split())
    code, out, _ = tour("--verify", path, "--file", animals)
    assert code == 0
    assert "labels and names are those of animals.csv, and its fingerprint is" in " ".join(out.split())
    other = tmp_path / "other.csv"
    other.write_text(animals.read_text().replace("1,6;21;cat", "1,6;21;dog"))
    code, out, _ = tour("--verify", path, "--file", other)
    assert code == 1
    assert "differ from those of other.csv" in " ".join(out.split())


BESIDE = {
    "an option": (("--epochs", 3), "--epochs must be left out with --verify"),
    "several": (("--epochs", 3, "--out", "x", "--export", "json"), "--epochs, --out, --export must be left out"),
    "a link": (("--link", "?epochs=3"), "--link must be left out"),
    "a file's options": (("--file", "class.csv", "--target", 1), "--target must be left out"),
    "a file where none is needed": (("--file", "FILE"), "--file must be left out: "),
    "a file that is none": (("--file", "/nowhere.csv"), "/nowhere.csv: No such file"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_options_that_do_not_apply_beside_verify_are_wrong_usage(tour, animals, tmp_path, name):
    arguments, message = BESIDE[name]
    path = tmp_path / "record.json"
    path.write_text(ffbp.dump_record(ffbp.train(Config(n_samples=10, epochs=2))))
    code, out, err = tour("--verify", path, *(animals if a == "FILE" else a for a in arguments))
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_quiet_verdict_is_one_sentence(tour, tmp_path):
    path = tmp_path / "record.json"
    path.write_text(ffbp.dump_record(ffbp.train(Config(n_samples=10, epochs=2))))
    code, out, _ = tour("--verify", path, "--quiet")
    assert code == 0
    assert out.startswith("Trained again: all ")
    assert out.count(".") == 1


# As a process


def test_the_module_runs_and_pipes_without_control_codes():
    result = in_a_shell("--epochs", "30")
    assert result.returncode == 0
    assert result.stderr == ""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", result.stdout)


def test_a_terminal_without_unicode_gets_question_marks_and_no_traceback():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    result = in_a_shell("--dataset", "diabetes", "--epochs", "30", "--lr", "30", env=environment)
    assert result.returncode in (0, 1)
    assert result.stderr == ""
    assert "6  Predictions" in result.stdout


def test_a_closed_pipe_is_no_error():
    command = f"{shlex.join(COMMAND)} --epochs 20 | head -n 1"
    result = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=waiting.SECONDS)
    assert result.stderr == ""


def on_a_terminal(*arguments, **environment):
    """The output on a pseudo-terminal."""
    main, other = pty.openpty()
    env = {**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm", **environment}
    process = subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, stdout=other, stderr=other, stdin=other, env=env)
    os.close(other)
    seen = b""
    while True:
        try:
            chunk = os.read(main, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        seen += chunk
    os.close(main)
    assert process.wait(30) == 0
    return seen.decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_terminal_sees_progress_and_bold_headings_unless_it_declines():
    slow = ("--batch", "16", "--optimizer", "adam", "--epochs", "120")
    seen = on_a_terminal(*slow)
    assert re.search(r"\r  \[#+-+\] +\d+ %  epoch \d+  loss \d", seen)
    assert "\033[1m1  Data\033[0m" in seen
    plain = on_a_terminal("--epochs", "5", NO_COLOR="1")
    assert "\033[" not in plain
    dumb = on_a_terminal("--epochs", "5", TERM="dumb")
    assert "\033[" not in dumb
    assert "[#" not in dumb


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_control_c_ends_it_at_once_with_130():
    process = subprocess.Popen(
        [*COMMAND, "--batch", "2", "--epochs", "800", "--optimizer", "adam"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # who runs the tests in the background ignores it
    )  # fmt: skip
    process.stdout.readline()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=waiting.SECONDS)
    assert process.returncode == 130
    assert err.strip() == "interrupted"
