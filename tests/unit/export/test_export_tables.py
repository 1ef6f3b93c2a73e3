"""The tables read back exactly and contain no formulas."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

import ffbp
from ffbp import Config
from ffbp.export import tables
from ffbp.export.forms import FORMS

CONFIGS = {
    "two classes": Config(n_samples=60, epochs=20, batch_size=16, hidden=(3, 2)),
    "several classes": Config(dataset="iris", epochs=10, hidden=(3,)),
    "regression": Config(dataset="diabetes", epochs=10, hidden=(3,)),
    "nothing held out": Config(dataset="or_gate", epochs=10, hidden=()),
    "diverged": Config(dataset="bumps", n_samples=60, hidden=(16,), learning_rate=30.0, epochs=200),
}


@pytest.fixture(params=CONFIGS, scope="module")
def run(request):
    return ffbp.train(CONFIGS[request.param])


def read(text):
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    return rows[0], rows[1:]


def numbers(header, rows, name):
    return np.array([float(row[header.index(name)] or "nan") for row in rows])


def same(a, b):
    return np.array_equal(np.asarray(a, dtype=float), np.asarray(b, dtype=float), equal_nan=True)


def test_the_history_reads_back_exactly(run):
    header, rows = read(tables.history_csv(run))
    assert len(rows) == run.n_frames
    for name in header[1:]:
        assert same(numbers(header, rows, name), getattr(run.history, name)), name
    missing = set(tables.HISTORY) - set(header)
    assert all(np.isnan(getattr(run.history, name)).all() for name in missing)


def test_every_layers_gradient_reads_back_exactly(run):
    header, rows = read(tables.gradients_csv(run))
    n_layers = run.history.grad_norm.shape[1]
    assert len(rows) == run.n_frames * n_layers
    for name in tables.PER_LAYER:
        assert same(numbers(header, rows, name).reshape(-1, n_layers), getattr(run.history, name)), name
    assert same(numbers(header, rows, "layer"), np.tile(np.arange(n_layers) + 1, run.n_frames))


def test_the_weights_are_those_of_every_frame_under_their_names(run):
    header, rows = read(tables.weights_csv(run))
    table = np.array([[float(v) for v in row] for row in rows])
    assert same(table[:, 2:], run.history.theta)
    frame = run.n_frames // 2
    for l, layer in enumerate(run.network(frame).layers, start=1):
        for i in range(layer.n_out):
            assert table[frame, header.index(f"b[{l}][{i + 1}]")] == layer.b[i, 0]
            for j in range(layer.n_in):
                assert table[frame, header.index(f"W[{l}][{i + 1},{j + 1}]")] == layer.W[i, j]


def test_the_steps_read_back_exactly(run):
    header, rows = read(tables.steps_csv(run))
    assert header == ["step", "loss"]
    assert same(numbers(header, rows, "loss"), run.history.step_loss)


def test_the_samples_are_the_sources_in_its_order_with_their_part(run):
    config, data = run.config, run.dataset
    header, rows = read(tables.data_csv(run))
    X, y = ffbp.make_dataset(config.dataset, n_samples=config.n_samples, noise=config.noise, seed=config.seed)
    assert header == ["row", "part", *data.feature_names, data.target_name]
    assert [int(row[0]) for row in rows] == list(range(len(X)))
    assert (np.array([[float(v) for v in row[2:-1]] for row in rows]) == X).all()
    if data.task == "regression":
        found = np.array([float(row[-1]) for row in rows])
        # a standardised target comes back as the shortest decimal that standardises to it: at most a unit in the last place off
        assert np.allclose(found, y, rtol=4e-16, atol=0)
        whole = y == np.round(y)
        assert (found[whole] == y[whole]).all()
    else:
        assert [row[-1] for row in rows] == [data.class_names[k] for k in y]
    for part, chosen in (("train", data.rows_train), ("test", data.rows_test)):
        assert {int(row[0]) for row in rows if row[1] == part} == set(chosen.tolist())


def test_pandas_reads_them_as_numbers(run):
    for name, write in FORMS["csv"].files.items():
        frame = pd.read_csv(io.StringIO(write(run)))
        texts = {"part", run.dataset.target_name} if name == "data.csv" else set()
        assert {c for c in frame.columns if frame[c].dtype.kind not in "if"} <= texts, name


NASTY = ("=HYPERLINK('http://x')", "+1", "-2+3", "@SUM(A1)", "\t=1", "a,b", 'say "hi"', "two\nlines", " =1", "plain")


def test_names_are_never_formulas_and_never_break_a_row():
    rng = np.random.RandomState(0)
    data = ffbp.data.dataset.prepare(
        rng.randn(40, 10), np.arange(40) % 10, task="classification", feature_names=NASTY, target_name="=target",
        class_names=NASTY, columns=(0, 1), standardize=False, test_size=0.2, seed=0,
    )  # fmt: skip
    run = ffbp.train(Config(file_name="x.csv", epochs=3), data)
    header, rows = read(tables.data_csv(run))
    assert len(rows) == 40
    for cell in [*header, *(row[-1] for row in rows)]:
        assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))
        assert "\n" not in cell
    assert header[2] == "'=HYPERLINK('http://x')"
    assert "plain" in header
    assert len({row[-1] for row in rows}) == 10


def test_negative_numbers_stay_numbers():
    _, rows = read(tables.data_csv(ffbp.train(Config(n_samples=40, epochs=1))))
    assert any(row[2].startswith("-") for row in rows)
    assert all(np.isfinite(float(row[2])) for row in rows)


def test_an_empty_cell_was_never_measured(run):
    header, rows = read(tables.gradients_csv(run))
    at = header.index("update_norm")
    n_layers = run.history.grad_norm.shape[1]
    assert all(row[at] == "" for row in rows[:n_layers])
    assert all(row[at] != "" for row in rows[n_layers:])
