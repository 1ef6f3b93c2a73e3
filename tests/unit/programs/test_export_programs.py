"""Exported NumPy scripts and notebooks are run and compared, step by step, with the run they were made from.

The sample here has every entry of every registry. All combinations of activation, loss and output, initializer,
optimizer and schedule are run by `python -m pytest tests/combinations` (about half an hour).
"""

import ast
import dataclasses
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from experiments import HIDDEN_ACTIVATIONS, covering, difference, execute, signs

import ffbp
from ffbp import ACTIVATIONS, DATASETS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES, Config
from ffbp.data.dataset import DERIVED, prepare
from ffbp.export import forms
from ffbp.export.forms import PROGRAMS
from ffbp.export.tables import data_csv
from ffbp.lessons.presets import PRESETS
from ffbp.programs.jax_script import jax_script
from ffbp.programs.notebook import notebook
from ffbp.programs.numpy_script import numpy_script
from ffbp.programs.program import NoEquivalent, imported
from ffbp.programs.splits import stratified_split
from ffbp.programs.torch_script import torch_script

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = covering(seed=5)
NASTY = (
    'a "quoted" name', "it's", "back\\slash", "line\nbreak", "{braces} {0}", '"""', "'''", "ünï ☂ ‮ 名", "%s", "=1+1", "\x00",
    "# comment", "x; import os", "\\", "'\"\\",
)  # fmt: skip


def outputs(text):
    """A notebook's code, cell by cell."""
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


def test_the_sample_has_every_entry_of_every_registry():
    used = {name: {getattr(c, name) for c in SAMPLE} for name in ("dataset", "initializer", "optimizer", "schedule")}
    assert used["dataset"] == set(DATASETS)
    assert used["initializer"] == set(INITIALIZERS)
    assert used["optimizer"] == set(OPTIMIZERS)
    assert used["schedule"] == set(SCHEDULES)
    assert {c.loss for c in SAMPLE} == set(LOSSES)
    assert {c.output_activation for c in SAMPLE} == set(ACTIVATIONS)
    hidden = {
        k for c in SAMPLE if c.hidden for k in (c.activation if isinstance(c.activation, tuple) else [c.activation])
    }
    assert hidden == set(HIDDEN_ACTIVATIONS)
    assert {key for c in SAMPLE for key in c.derived} == set(DERIVED)


@pytest.mark.parametrize(
    "config", SAMPLE, ids=lambda c: f"{c.dataset}-{c.optimizer}-{c.activation}-{c.output_activation}"
)
def test_a_script_has_the_runs_losses_at_every_step(config):
    run = ffbp.train(config)
    namespace = execute(numpy_script(run))
    assert difference(namespace["losses"], run.history.step_loss) <= 1e-12
    h = run.history
    if run.diverged_at is None:
        assert np.allclose(namespace["theta"], h.theta[-1], rtol=1e-9, atol=1e-12)
        assert namespace["train_loss"] == pytest.approx(h.train_loss[-1], rel=1e-9, abs=1e-12)
        score = "r2" if run.network().task == "regression" else "accuracy"
        assert namespace["train_score"] == pytest.approx(getattr(h, f"train_{score}")[-1], nan_ok=True, abs=1e-9)
        if len(run.dataset.X_test):
            assert namespace["test_loss"] == pytest.approx(h.test_loss[-1], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("output", "said"), [("sigmoid", "outputs ["), ("softmax", "probabilities [")])
def test_what_does_not_sum_to_one_is_not_called_probabilities(output, said):
    config = Config(dataset="iris", loss="mse", output_activation=output, hidden=(3,), epochs=3)
    run = ffbp.train(config)
    for text in (numpy_script(run), torch_script(run), jax_script(run)):
        assert ("probabilities" in text) == (output == "softmax")
    assert said in execute(numpy_script(run))["printed"]
    sums = run.network().predict_proba(run.dataset.X_test).sum(axis=1)
    assert np.allclose(sums, 1) == run.network().gives_probabilities == (output == "softmax")


def test_a_script_of_images_divides_them_by_full_ink():
    run = ffbp.train(Config(dataset="digits", columns=(), hidden=(8,), epochs=5, batch_size=64))
    text = numpy_script(run)
    assert "X / 16.0" in text
    assert "std" not in text
    assert difference(execute(text)["losses"], run.history.step_loss) <= 1e-12


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_leaves_as_a_script_with_its_losses(key):
    run = ffbp.train(PRESETS[key].config)
    assert difference(execute(numpy_script(run))["losses"], run.history.step_loss) <= 1e-12


def test_the_reference_script_is_short_and_imports_numpy_and_scikit_learns_data_only(reference):
    text = numpy_script(reference)
    tree = ast.parse(text)
    picture = text.index("# 8. The picture")
    modules = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert modules == {"numpy", "sklearn.datasets"}
    assert sum(bool(line.strip()) for line in text[:picture].splitlines()) <= 115
    assert sum(bool(line.strip()) for line in text.splitlines()) <= 134
    for name in ("Z1 = ", "A1 = ", "delta2 = ", "delta1 = ", "dW1", "theta -= "):
        assert name in text


@pytest.mark.parametrize("key", DATASETS)
def test_the_first_line_of_a_script_claims_numpy_alone_only_where_nothing_else_is_imported(key):
    text = numpy_script(ffbp.train(Config(dataset=key, epochs=1)))
    first, others = text.splitlines()[0], "import sklearn" in text or "from sklearn" in text
    assert first.endswith("in NumPy, data from scikit-learn." if others else "in NumPy alone.")
    assert len(first) <= 120
    assert imported(text) == (["NumPy", "scikit-learn"] if others else ["NumPy"])


def test_a_script_has_no_branch_for_what_this_experiment_has_not(reference):
    text = numpy_script(reference)
    for word in ("tanh", "softmax", "momentum", "patience", "shuffle", "a0_epoch", "is_weight", "std", "clip"):
        assert word not in text.lower(), word


def test_what_a_script_prints_are_losses_metrics_and_predictions(reference):
    printed = execute(numpy_script(reference))["printed"]
    h = reference.history
    assert f"epoch  1000: loss {h.step_loss[-1]:.6f}" in printed
    assert f"test: loss {h.test_loss[-1]:.6f}, accuracy {h.test_accuracy[-1]:.4f}" in printed
    p = reference.network().predict_proba(reference.dataset.X_test[:1])[0, 0]
    assert f"probability of class 1 {p:.4f}" in printed
    assert printed.count("the class is") == 5


def test_a_diverging_run_leaves_as_a_script_that_stops_where_it_stopped():
    run = ffbp.train(PRESETS["beyond"].config)
    assert run.diverged_at is not None
    namespace = execute(numpy_script(run))
    assert difference(namespace["losses"], run.history.step_loss) <= 1e-12
    assert "no longer a finite number" in namespace["printed"]


def test_a_run_that_stopped_early_leaves_as_a_script_that_does():
    run = ffbp.train(Config(n_samples=60, noise=0.5, test_size=0.5, hidden=(30,), learning_rate=1.0, patience=3))
    assert run.stopped_at is not None
    namespace = execute(numpy_script(run))
    assert difference(namespace["losses"], run.history.step_loss) <= 1e-12
    assert f"stopped after epoch {run.stopped_at}" in namespace["printed"]


# Notebooks


def test_a_notebook_is_valid_and_alternates_words_and_code(reference):
    content = json.loads(notebook(reference))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert set(content) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    ids = [cell["id"] for cell in content["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in ids)
    for cell in content["cells"]:
        assert cell["cell_type"] in ("markdown", "code")
        assert all(isinstance(line, str) for line in cell["source"])
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | (
            {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        )
    kinds = [cell["cell_type"] for cell in content["cells"]]
    assert kinds.count("markdown") >= 8
    assert "code" in kinds


@pytest.mark.parametrize("config", [Config(epochs=20), *SAMPLE[:6]], ids=lambda c: c.dataset)
def test_a_notebooks_cells_run_in_order_with_the_runs_losses(config):
    run = ffbp.train(config)
    namespace = execute("\n\n".join(outputs(notebook(run))))
    assert difference(namespace["losses"], run.history.step_loss) <= 1e-12


def test_programs_run_elsewhere_without_the_project(tmp_path, reference):
    (tmp_path / "experiment.py").write_text(numpy_script(reference), encoding="utf-8")
    (tmp_path / "cells.json").write_text(json.dumps(outputs(notebook(reference))), encoding="utf-8")
    code = (
        "import json, runpy, sys\n"
        "for name in ('ffbp', 'plotly', 'matplotlib'): sys.modules[name] = None\n"
        "script = runpy.run_path('experiment.py')\n"
        "cells = {}\n"
        "for cell in json.load(open('cells.json', encoding='utf-8')): exec(cell, cells)\n"
        "print(json.dumps([script['losses'], cells['losses']]))"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True
    )
    for losses in json.loads(result.stdout.splitlines()[-1]):
        assert difference(losses, reference.history.step_loss) <= 1e-12


@pytest.mark.parametrize(
    "config", [Config(epochs=5), Config(dataset="noisy_sine", n_samples=40, epochs=5)], ids=["plane", "line"]
)
def test_the_picture_is_drawn_where_plotly_is_there(config, tmp_path, monkeypatch):
    import plotly.graph_objects as go

    shown = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(go.Figure, "write_html", lambda figure, name: shown.append((name, figure)))
    monkeypatch.setattr(go.Figure, "show", lambda figure: shown.append(("shown", figure)))
    run = ffbp.train(config)
    with np.errstate():  # a program decides on warnings for itself
        exec(compile(numpy_script(run), "experiment.py", "exec"), {})
    ((name, figure),) = shown
    assert name == "experiment.html"
    assert len(figure.data) == 3
    assert list(figure.data[0].y) == pytest.approx(list(run.history.step_loss))
    with np.errstate():
        exec(compile("\n\n".join(outputs(notebook(run))), "cells", "exec"), {})
    assert [name for name, _ in shown[1:]] == ["shown", "shown"]


# Your file


def drawn(task="classification"):
    points = [(float(x), float(np.sin(x * 7)), float(k % 2)) for k, x in enumerate(np.linspace(-1, 1.3, 23))]
    dataset = "moons" if task == "classification" else "plane"
    return ffbp.train(Config(dataset=dataset, points=tuple(points), epochs=30, batch_size=5, hidden=(4,)))


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_drawn_points_stand_in_the_script_itself(task):
    run = drawn(task)
    text = numpy_script(run)
    assert "make_moons" not in text
    assert difference(execute(text)["losses"], run.history.step_loss) <= 1e-12
    assert difference(execute("\n\n".join(outputs(notebook(run))))["losses"], run.history.step_loss) <= 1e-12


def from_file(tmp_path, monkeypatch, *, task="classification", names=("no", "yes", "maybe"), columns=(2, 0)):
    """A run on a file, and the data.csv that belongs to its programs."""
    rng = np.random.RandomState(1)
    X = rng.randn(40, 3)
    y = np.arange(40) % len(names) if task == "classification" else X @ [1.0, -2.0, 0.5]
    data = prepare(
        X, y, task=task, feature_names=("a", "b", "c"), target_name="t", class_names=names if task == "classification" else (),
        columns=columns, standardize=True, test_size=0.25, seed=7,
    )  # fmt: skip
    config = Config(
        file_name="my.csv", file_fingerprint="0", seed=7, test_size=0.25, epochs=20, batch_size=8, hidden=(4,)
    )
    run = ffbp.train(config, data)
    monkeypatch.chdir(tmp_path)
    write_data(run, tmp_path / forms.DATA_FILE)
    return run


def write_data(run, path):
    """The table that belongs to the programs of a run on a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(data_csv(run))


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_files_samples_are_read_from_data_csv(task, tmp_path, monkeypatch):
    run = from_file(tmp_path, monkeypatch, task=task)
    assert forms.needs_data_file(run)
    text = numpy_script(run)
    assert 'open("data.csv"' in text
    assert difference(execute(text)["losses"], run.history.step_loss) <= 1e-12


@pytest.mark.parametrize(
    ("choice", "columns"),
    [({"target": 3}, None), ({"target": 3, "missing": "median"}, ()), ({"target": 4, "task": "regression"}, (1,))],
)
def test_a_file_with_gaps_and_categories_leaves_with_the_runs_losses(choice, columns, tmp_path, monkeypatch):
    from ffbp.data import read_table, table, table_source
    from ffbp.experiment.build import dataset_for

    rng = np.random.RandomState(0)
    lines = ["a;b;colour;species;weight"]
    for i in range(60):
        a = "" if i % 7 == 0 else f"{rng.randn():.3f}"
        lines.append(f"{a};{rng.randn():.3f};{('red', 'blue')[i % 2]};{('cat', 'dog', 'fish')[i % 3]};{rng.rand():.2f}")
    text = "\n".join(lines).encode()
    options = {key: choice.get(key) for key in ("target", "task")}
    source = table_source.source_of(read_table.read_table(text, "my.csv"), **options)
    config = Config(
        file_name="my.csv", file_fingerprint=table.fingerprint(text), columns=columns, epochs=20, batch_size=8, hidden=(4,),
        **choice,
    )  # fmt: skip
    run = ffbp.train(config, dataset_for(config, source))
    monkeypatch.chdir(tmp_path)
    write_data(run, tmp_path / forms.DATA_FILE)
    program = numpy_script(run)
    assert ("stratified_split(y" in program) == (run.dataset.task == "classification")
    assert difference(execute(program)["losses"], run.history.step_loss) <= 1e-12


def test_scikit_learn_is_imported_only_where_the_samples_are_its_own():
    for key, entry in DATASETS.items():
        text = numpy_script(ffbp.train(Config(dataset=key, epochs=1)))
        imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
        own = {line.split()[1] for line in inspect.getsource(entry.make).splitlines() if " import " in line}
        assert imported - {"numpy"} <= own | {"sklearn.datasets"}, key
        assert not imported & {"sklearn.model_selection"}
    assert "sklearn" not in numpy_script(
        ffbp.train(Config(dataset="xor", points=((0.5, 1.5, 1.0), (2.0, 1.0, 0.0)) * 5))
    )


@pytest.mark.parametrize("seed", range(30))
def test_the_splits_are_scikit_learns(seed):
    from sklearn.model_selection import train_test_split

    rng = np.random.RandomState(seed)
    n, n_classes = rng.randint(20, 200), rng.randint(2, 7)
    y = np.concatenate([np.repeat(np.arange(n_classes), 2), rng.randint(0, n_classes, n)])
    if seed % 3 == 0:  # equal classes: who gets the sample left over is drawn by lot
        y = np.arange(n_classes * 7) % n_classes
    train, test = train_test_split(np.arange(len(y)), test_size=0.3, random_state=seed, stratify=y)
    ours = stratified_split(y, len(train), len(test), np.random.RandomState(seed))
    assert ours[0].tolist() == train.tolist()
    assert ours[1].tolist() == test.tolist()
    train, test = train_test_split(np.arange(len(y)), test_size=0.3, random_state=seed)
    order = np.random.RandomState(seed).permutation(len(y))
    assert order[len(test) :].tolist() == train.tolist()
    assert order[: len(test)].tolist() == test.tolist()


def test_points_drawn_in_the_plane_of_two_columns_leave_with_the_runs_losses():
    points = tuple((k * 0.31 % 2, k * 0.17 % 3, float(k % 3)) for k in range(30))
    run = ffbp.train(Config(dataset="iris", points=points, columns=(3, 1), epochs=20))
    assert difference(execute(numpy_script(run))["losses"], run.history.step_loss) <= 1e-12


def test_a_split_that_nobody_can_draw_again_stands_in_the_script_as_rows(tmp_path, monkeypatch):
    run = from_file(tmp_path, monkeypatch)
    data = run.dataset
    turned = dataclasses.replace(
        data,
        rows_train=data.rows_train[::-1].copy(),
        raw_train=data.raw_train[::-1].copy(),
        y_train=data.y_train[::-1].copy(),
    )
    run = ffbp.train(run.config, turned)
    text = numpy_script(run)
    assert "rows_train = [" in text
    assert "train_test_split" not in text
    assert difference(execute(text)["losses"], run.history.step_loss) <= 1e-12


def test_nothing_that_a_user_typed_becomes_code(tmp_path, monkeypatch):
    plain = from_file(tmp_path, monkeypatch, names=tuple(f"c{k}" for k in range(len(NASTY))))
    run = from_file(tmp_path, monkeypatch, names=NASTY)
    data = dataclasses.replace(run.dataset, feature_names=NASTY[:3], target_name=NASTY[5])
    config = dataclasses.replace(run.config, file_name="x\"\"\"'''; import os #.csv")
    run = ffbp.train(config, data)
    for write in (numpy_script, notebook):
        assert shape(write(run)) == shape(write(plain))
    text = numpy_script(run)
    assert difference(execute(text)["losses"], run.history.step_loss) <= 1e-12
    comments = [line.split("#", 1)[1] for line in text.splitlines() if line.lstrip().startswith("#")]
    assert not any(name in comment for name in NASTY[:5] for comment in comments)


def shape(text):
    """A program's syntax tree with its string literals blanked."""
    text = "\n\n".join(outputs(text)) if text.startswith("{") else text
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


# Form


def test_programs_are_formatted_and_pass_ruff(tmp_path, monkeypatch):
    deep = Config(
        hidden=(8,) * 8, activation=("relu", "tanh", "elu", "gelu", "silu", "sine", "softplus", "sigmoid"), epochs=2, l1=0.1,
        l2=1e-5, clip=1e-9, optimizer="rmsprop", schedule="step", batch_size=100, learning_rate=1e-6, seed=2**32 - 1,
    )  # fmt: skip
    wide = Config(dataset="digits", columns=tuple(range(0, 60, 2)), epochs=1)
    runs = [ffbp.train(config) for config in (*SAMPLE[::2], deep, wide)]
    runs += [drawn(), ffbp.train(PRESETS["worked_example"].config), from_file(tmp_path, monkeypatch, names=NASTY)]
    folder = tmp_path / "programs"
    folder.mkdir()
    for number, run in enumerate(runs):
        for kind in PROGRAMS:
            if not forms.available(run, kind):
                text, ending = forms.program(run, kind), "ipynb" if kind == "notebook" else "py"
                (folder / f"{kind}_{number}.{ending}").write_text(text, encoding="utf-8")
    for command in (["format", "--check"], ["check"]):
        call = [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), "--no-cache", "."]
        result = subprocess.run(call, cwd=folder, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout[-3000:]


# A new entry


def test_a_new_activation_is_in_the_exported_programs_at_once(square):
    run = ffbp.train(Config(n_samples=40, activation="square", epochs=20, learning_rate=0.01))
    text = numpy_script(run)
    assert "def square(Z):" in text
    assert "return Z**2" in text
    assert "def d_square(Z):" in text
    assert difference(execute(text)["losses"], run.history.step_loss) <= 1e-12
    for kind in ("torch", "jax"):
        assert forms.available(run, kind) == []
        assert "return Z**2" in forms.program(run, kind)
    assert forms.available(run, "sklearn") == ["It has no Square activation, only identity, logistic, tanh and relu."]


# Limits of libraries


def test_a_library_without_an_equivalent_says_why():
    run = ffbp.train(
        Config(n_samples=40, optimizer="adamw", schedule="cosine", l1=0.1, clip=1.0, epochs=3, activation="gelu")
    )
    reasons = forms.available(run, "sklearn")
    assert len(reasons) == 5
    assert all(reason.endswith(".") for reason in reasons)
    with pytest.raises(NoEquivalent, match="scikit-learn has no exact equivalent") as caught:
        forms.program(run, "sklearn")
    assert caught.value.reasons == reasons
    assert forms.available(run, "torch") == forms.available(run, "jax") == []


def test_an_unknown_form_is_named(reference):
    with pytest.raises(ValueError, match="unknown form 'fortran'; choose from script, notebook, torch, jax, sklearn"):
        forms.available(reference, "fortran")


def test_scikit_learns_program_has_the_runs_losses():
    wanted = (
        Config(epochs=60, l2=0.01),
        Config(
            epochs=20, hidden=(5, 4), activation="tanh", optimizer="nesterov", batch_size=64, n_samples=150, l2=0.001
        ),
        Config(
            dataset="iris", epochs=30, batch_size=16, optimizer="momentum", activation="sigmoid", learning_rate=0.05
        ),
        Config(dataset="plane", n_samples=50, epochs=40, batch_size=9, hidden=(), l2=0.01),
        Config(dataset="diabetes", epochs=20, hidden=(6,), learning_rate=0.02, initializer="xavier_uniform"),
    )
    for config in wanted:
        run = ffbp.train(config)
        assert forms.available(run, "sklearn") == []
        assert difference(execute(forms.program(run, "sklearn"))["losses"], run.history.step_loss) <= 1e-8, config


def test_new_entries_of_every_registry_are_exported_with_no_other_file_touched(monkeypatch):
    from ffbp.data.source import Source

    def rings(n, noise, k, seed):
        """Class k lies on a circle of radius k + 1."""
        rng = np.random.RandomState(seed)
        y, angle = np.arange(n) % k, rng.uniform(0, 2 * np.pi, n)
        X = (y + 1)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        return X + noise * rng.randn(n, 2) / 4, y

    def bent(z, result):
        """g(z) = z + z²/10."""
        np.multiply(z, z, out=result)
        result /= 10
        return np.add(result, z, out=result)

    def d_bent(z, a, result):
        np.divide(z, 5.0, out=result)
        return np.add(result, 1.0, out=result)

    def halves(e, n, **_):
        """Half as much every three epochs."""
        return 0.5 ** (e // 3)

    monkeypatch.setitem(DATASETS, "rings", Source("rings", "Rings", "classification", rings, classes=(2, 4)))
    plain = "v[:] = momentum * v + grad\ntheta -= learning_rate * np.sign(v)"
    entry = dataclasses.replace(OPTIMIZERS["momentum"], key="sign", label="Sign", bind=signs, plain=plain)
    monkeypatch.setitem(OPTIMIZERS, "sign", entry)
    halving = dataclasses.replace(SCHEDULES["constant"], key="halves", factor=halves)
    monkeypatch.setitem(SCHEDULES, "halves", halving)
    std = {"std": lambda n_in, n_out, scale: 0.1 / n_in, "plain_std": "0.1 / n_in"}
    monkeypatch.setitem(INITIALIZERS, "tiny", dataclasses.replace(INITIALIZERS["he"], key="tiny", **std))
    monkeypatch.setitem(DERIVED, "radius", ("r", lambda a, b: np.hypot(a, b), "np.hypot(x1, x2)"))
    bending = dataclasses.replace(
        ACTIVATIONS["identity"], key="bent", label="Bent", forward=bent, derivative=d_bent,
        plain="Z**2 / 10 + Z", plain_slope="Z / 5 + 1",
    )  # fmt: skip
    monkeypatch.setitem(ACTIVATIONS, "bent", bending)
    config = Config(
        dataset="rings", classes=3, n_samples=90, derived=("radius",), schedule="halves", initializer="tiny", epochs=12,
        optimizer="sign", activation="bent", learning_rate=0.01, batch_size=20,
    )  # fmt: skip
    run = ffbp.train(config)
    text = numpy_script(run)
    assert difference(execute(text)["losses"], run.history.step_loss) <= 1e-12
    for line in ("np.hypot(X[:, 0], X[:, 1])", "return Z**2 / 10 + Z", "0.5 ** (e // 3)", "np.sign(v)"):
        assert line in text, line
    assert forms.available(run, "jax") == []
    assert "return theta, [v]" in forms.program(run, "jax")
    assert forms.available(run, "torch") == ["PyTorch has no optimizer that is exactly Sign."]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_jax_program_traces_its_update_so_the_math_module_has_no_part_in_it(optimizer):
    text = forms.program(ffbp.train(Config(n_samples=40, epochs=2, optimizer=optimizer)), "jax")
    assert not re.search(r"\b(import|from) math\b|\bmath\.", text)
