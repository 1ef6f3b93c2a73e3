"""Points as changes of a configuration: start from any data, add, move, erase, clear, and the table of exact values."""

from dataclasses import replace

import numpy as np
import pytest

from ffbp import DATASETS, Config, make_dataset, train
from ffbp.data.source import REGRESSION
from ffbp.experiment import points as drawing
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.packed_points import MAX_POINTS

TWO = ((0.0, 1.0, 0.0), (2.0, 3.0, 1.0))
DRAWABLE = [key for key, source in DATASETS.items() if len(source.default_columns) <= 2]


def drawn(points=TWO, **options):
    return Config(points=points, epochs=2, **options)


@pytest.mark.parametrize("key", DRAWABLE)
def test_a_drawing_starts_from_the_samples_of_any_dataset(key):
    config = drawing.start(Config(dataset=key, epochs=3))
    X, y = make_dataset(key)
    n = min(len(X), MAX_POINTS)
    assert len(config.points) == n
    rows = np.unique(np.linspace(0, len(X) - 1, n).round().astype(int))
    columns = DATASETS[key].default_columns
    got = np.array(config.points)
    size = np.ptp(X[rows][:, columns], axis=0)
    assert (np.abs(got[:, :-1] - X[rows][:, columns]) <= size * 0.005).all()
    if DATASETS[key].task == REGRESSION:
        assert np.abs(got[:, -1] - y[rows]).max() <= np.ptp(y[rows]) * 0.005
    else:
        assert (got[:, -1] == y[rows]).all()
    assert Config.from_params(config.to_params()) == (config, [])
    assert len(config.to_params()["points"]) <= 2000
    assert train(config).n_frames == 4


def test_a_start_from_four_points_holds_out_none_of_them():
    config = drawing.start(Config(dataset="xor_gate", epochs=1))
    assert config.points == ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0))
    assert Experiment(config).resolved.n_train == 4


def test_a_start_keeps_what_is_drawn_already_and_says_where_it_cannot_be():
    assert drawing.start(drawn()) == drawn()
    wide = Config(dataset="wine", columns=(), epochs=1)
    assert not drawing.can_start(wide)
    assert not drawing.can_start(Config(file_name="mine.csv"))
    for config in (wide, Config(file_name="mine.csv")):
        with pytest.raises(ValueError, match="points must start from one or two columns of a built-in dataset"):
            drawing.start(config)


@pytest.mark.parametrize(
    ("size", "decimals"), [(3.5, 2), (0.5, 3), (10, 2), (11, 1), (1000, 0), (2000, -1), (1e-9, 6), (0, 3)]
)
def test_a_point_keeps_three_digits_of_the_planes_size(size, decimals):
    assert drawing.decimals_for(size) == decimals


def test_adding_moving_and_erasing_change_one_point():
    config = drawing.add(drawn(), (5, 6, 1))
    assert config.points == (*TWO, (5.0, 6.0, 1.0))
    config = drawing.move(config, 0, (-1, -2, 1))
    assert config.points == ((-1.0, -2.0, 1.0), TWO[1], (5.0, 6.0, 1.0))
    assert drawing.erase(config, 1).points == ((-1.0, -2.0, 1.0), (5.0, 6.0, 1.0))
    assert drawing.back(config) == Config(epochs=2)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda c: drawing.erase(c, 0), "points must be at least 2, got 1; add another one first"),
        (lambda c: drawing.erase(c, 2), "index must be from 0 to 1, got 2"),
        (lambda c: drawing.move(c, -1, (0, 0, 0)), "index must be from 0 to 1, got -1"),
        (lambda c: drawing.add(c, (0, 0, 2)), "points must have a class from 0 to 1"),
        (lambda c: drawing.add(c, (0, 0)), "points must be points of three finite numbers each"),
        (lambda c: drawing.add(c, (0, float("nan"), 1)), "points must be points of two or three finite numbers each"),
        (lambda c: drawing.replaced(c, TWO * 101), "points must be 2 to 200 points"),
    ],
)
def test_what_cannot_be_drawn_is_said(action, message):
    with pytest.raises(ValueError, match=message):
        action(drawn())


def test_a_change_in_the_plane_is_rounded_to_its_digits_and_keeps_what_stays():
    config = drawn(((0.123456789, 1.0, 0.0), (2.0, 3.0, 1.0)))
    sizes = (4.0, 0.5)
    added = drawing.applied(config, {"kind": "add", "point": [1.23456, -0.00049, 1]}, sizes)
    assert added.points[-1] == (1.23, 0.0, 1.0)
    moved = drawing.applied(config, {"kind": "move", "index": 0.0, "point": [0.123456789, 0.66666, None]}, sizes)
    assert moved.points == ((0.123456789, 0.667, 0.0), (2.0, 3.0, 1.0))
    changed = drawing.applied(config, {"kind": "move", "index": 0, "point": [0.123456789, 1.0, 1]}, sizes)
    assert changed.points[0] == (0.123456789, 1.0, 1.0)
    assert drawing.applied(added, {"kind": "erase", "index": 2}, sizes) == config
    line = Config(dataset="noisy_sine", points=((0, 1), (1, 1)), epochs=1)
    assert drawing.applied(line, {"kind": "add", "point": [0.123456, 0.98765]}, (7.0, 2.0)).points[-1] == (0.12, 0.99)
    value = Config(dataset="plane", points=((0, 1, 0.5), (1, 1, 0.25)), epochs=1)
    wanted = {"kind": "add", "point": [0.5, 0.5, 0.123456789]}
    assert drawing.applied(value, wanted, (2.0, 2.0)).points[-1] == (0.5, 0.5, 0.123456789)


@pytest.mark.parametrize(
    "change",
    [{}, {"kind": "paint"}, {"kind": "erase"}, {"kind": "erase", "index": True}, {"kind": "erase", "index": 5},
     {"kind": "erase", "index": -1}, {"kind": "erase", "index": "0"}, {"kind": "move", "index": 0},
     {"kind": "move", "index": 0, "point": [1, 2]}, {"kind": "add", "point": [1, 2, None]}, {"kind": "add", "point": "abc"},
     {"kind": "add", "point": [1, 2, 7]}, {"kind": "add", "point": [1, float("inf"), 0]}, {"kind": "add", "point": [1, "2", 0]},
     {"kind": "add", "point": {"x": 1}}, {"kind": "move", "index": 0, "point": [None, None, 0.5]}, {"kind": ["add"]}],
)  # fmt: skip
def test_whatever_a_browser_sends_is_a_change_or_a_value_error(change):
    with pytest.raises(ValueError, match=r"^(change|index|point|points) must (be|have)"):
        drawing.applied(drawn((*TWO, (1.0, 1.0, 1.0))), change, (4.0, 4.0))


def test_clearing_keeps_a_point_of_each_class():
    config = drawn(((0, 0, 1), (1, 1, 1), (2, 2, 0), (3, 3, 0)))
    assert drawing.clear(config).points == ((0, 0, 1), (2, 2, 0))
    one_class = drawn(((0, 0, 1), (1, 1, 1), (2, 2, 1)))
    assert drawing.clear(one_class).points == ((0, 0, 1), (2, 2, 1))
    line = Config(dataset="noisy_sine", points=((0, 1), (1, 1), (2, 3)), epochs=1)
    assert drawing.clear(line).points == ((0, 1), (2, 3))


def test_early_stopping_gives_way_where_nothing_can_be_held_out():
    config = drawn(tuple((float(i), 0.0, float(i % 2)) for i in range(20)), patience=5)
    cleared = drawing.clear(config)
    assert cleared.patience is None
    assert replace(cleared, points=config.points, patience=5) == config


def edited(changes, points=TWO, names=("x1", "x2", "class"), classes=("no", "yes")):
    return drawing.edited(points, changes, names, classes)


def test_a_tables_changes_become_points():
    changes = {"edited_rows": {1: {"x2": 9, "class": "no"}}, "added_rows": [{"x1": 1, "x2": 2.5, "class": "yes"}]}
    assert edited(changes) == ([TWO[0], (2.0, 9.0, 0.0), (1.0, 2.5, 1.0)], 0)
    assert edited({"deleted_rows": [0], "edited_rows": {"1": {"x1": 7}}}) == ([(7.0, 3.0, 1.0)], 0)
    assert edited({}) == (list(TWO), 0)


@pytest.mark.parametrize("cells", [{}, {"x1": 1}, {"x1": 1, "x2": None, "class": "yes"}, {"x1": 1, "x2": 2, "class": "?"},
                                   {"x1": float("inf"), "x2": 2, "class": "no"}])  # fmt: skip
def test_a_row_that_is_not_complete_does_not_count_yet(cells):
    assert edited({"added_rows": [cells]}) == (list(TWO), 1)
    assert edited({"edited_rows": {0: {"x1": None}}}) == ([TWO[1]], 1)


def test_a_value_is_edited_as_a_number():
    points = ((0.0, 1.0), (2.0, 3.0))
    assert edited({"edited_rows": {0: {"y": 0.5}}}, points, ("x1", "y"), ()) == ([(0.0, 0.5), (2.0, 3.0)], 0)


def test_names_and_classes_are_those_of_the_columns_in_the_plane():
    config = drawing.start(Config(dataset="iris", columns=(3, 0), epochs=1))
    assert drawing.point_names(config) == ("petal width (cm)", "sepal length (cm)", "species")
    assert drawing.point_classes(config) == ("setosa", "versicolor", "virginica")
    assert drawing.point_classes(Config(dataset="bumps")) == ()
