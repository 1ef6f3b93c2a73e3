import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris, make_moons
from sklearn.model_selection import train_test_split

from ffbp import DATASETS, Config, make_dataset
from ffbp.data.dataset import DERIVED, fill, prepare
from ffbp.data.source import CLASSIFICATION, REGRESSION
from ffbp.data.split import n_held_out, usable_rows
from ffbp.data.table import Column, Table
from ffbp.data.table_source import source_of
from ffbp.experiment.build import dataset_for
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.resolve import resolve
from ffbp.training.recording import train

TABLES = {"iris": (150, 4), "wine": (178, 13), "breast_cancer": (569, 30), "diabetes": (442, 10), "digits": (1797, 64)}
GATES = {"and_gate": [0, 0, 0, 1], "or_gate": [0, 1, 1, 1], "xor_gate": [0, 1, 1, 0]}
SIZED = [key for key, source in DATASETS.items() if source.sized]
KEYS = (
    "moons circles blobs xor quadrants spiral sine_boundary and_gate or_gate xor_gate three_inputs noisy_sine plane bumps iris "
    "wine breast_cancer diabetes digits"
)


def config(key, **options):
    if DATASETS[key].sized:
        options = {"n_samples": 60, **options}
    return Config(dataset=key, epochs=1, **options)


def test_the_keys_are_those_of_the_address_bar():
    assert list(DATASETS) == KEYS.split()


@pytest.mark.parametrize("key", DATASETS)
def test_every_dataset_has_its_shape_and_kind(key):
    source = DATASETS[key]
    X, y = make_dataset(key, n_samples=61)
    n = TABLES[key][0] if key in TABLES else 4 if source.fixed else 61
    assert X.shape == (n, len(source.feature_names)) == (n, TABLES.get(key, X.shape)[1])
    assert y.shape == (n,)
    assert X.dtype == float
    assert np.isfinite(X).all()
    if source.task == CLASSIFICATION:
        assert set(np.unique(y)) == set(range(source.default_classes))
        assert y.dtype.kind == "i"
        assert len(source.class_names) in (0, source.default_classes)
    else:
        assert y.dtype == float
        assert len(np.unique(y)) > n / 2 - 10
    assert max(source.default_columns) < X.shape[1]
    assert source.make.__doc__


@pytest.mark.parametrize("key", DATASETS)
def test_the_same_seed_makes_the_same_samples(key):
    (X, y), (X2, y2), (X3, _) = (make_dataset(key, n_samples=40, seed=seed) for seed in (3, 3, 4))
    assert (X == X2).all()
    assert (y == y2).all()
    assert (X == X3).all() == (key not in SIZED)


@pytest.mark.parametrize("key", SIZED)
def test_noise_moves_the_samples(key):
    (X, y), (X2, y2) = (make_dataset(key, n_samples=200, noise=noise) for noise in (0.0, 0.5))
    assert (X != X2).any() or (y != y2).any()


@pytest.mark.parametrize("key", [key for key, source in DATASETS.items() if source.classes])
def test_classes_can_be_chosen_over_the_whole_range(key):
    low, high = DATASETS[key].classes
    for classes in range(low, high + 1):
        _, y = make_dataset(key, n_samples=60, classes=classes)
        assert set(y) == set(range(classes))


def test_an_unknown_dataset_names_the_choices():
    with pytest.raises(ValueError, match=r"unknown dataset 'moon'; choose from moons, circles"):
        make_dataset("moon")


# The definitions


def test_moons_are_scikit_learns():
    X, y = make_dataset("moons")
    X2, y2 = make_moons(n_samples=1000, noise=0.2, random_state=42)
    assert (X == X2).all()
    assert (y == y2).all()


def test_circles_have_radius_one_and_a_half():
    X, y = make_dataset("circles", noise=0.0)
    np.testing.assert_allclose(np.hypot(*X.T), np.where(y == 0, 1, 0.5), rtol=1e-12)


def test_blobs_lie_evenly_on_a_circle_of_radius_two():
    X, y = make_dataset("blobs", noise=0.0, classes=4)
    for k, angle in enumerate(np.pi / 2 * (np.arange(4) + 1)):
        np.testing.assert_allclose(X[y == k], [[2 * math.cos(angle), 2 * math.sin(angle)]] * 250, atol=1e-12)
    X, y = make_dataset("blobs", n_samples=5000, noise=0.1)
    assert X[y == 0].std(axis=0) == pytest.approx([0.3, 0.3], rel=0.05)


@pytest.mark.parametrize("key", ["xor", "quadrants"])
def test_xor_is_one_where_the_signs_differ(key):
    X, y = make_dataset(key, noise=0.0)
    assert (y == (X[:, 0] * X[:, 1] < 0)).all()
    assert np.abs(X).max() <= 1


def test_quadrants_are_four_gaussians_of_two_noises():
    X, _ = make_dataset("quadrants", n_samples=5000, noise=0.1)
    np.testing.assert_allclose((X - np.sign(X)).std(axis=0), 0.2, rtol=0.05)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_spiral_arms_are_turned_copies_of_each_other(classes):
    X, y = make_dataset("spiral", n_samples=50 * classes, noise=0.0, classes=classes)
    t = 0.1 + 0.9 * np.arange(1, 51) / 50
    for k in range(classes):
        arm, angle = X[y == k], 7.5 * t + 2 * np.pi * k / classes
        np.testing.assert_allclose(arm, np.column_stack([t * np.cos(angle), t * np.sin(angle)]), atol=1e-12)


def test_sine_boundary_separates_without_noise():
    X, y = make_dataset("sine_boundary", noise=0.0)
    assert (y == (X[:, 1] > np.sin(2 * X[:, 0]))).all()
    assert (np.abs(X).max(axis=0) <= [3, 2]).all()


@pytest.mark.parametrize(
    ("key", "f"),
    [
        ("noisy_sine", lambda x: np.sin(x)),
        ("plane", lambda x1, x2: 0.7 * x1 - 0.4 * x2 + 0.2),
        (
            "bumps",
            lambda x1, x2: (
                np.exp(-((x1 - 0.5) ** 2 + (x2 - 0.5) ** 2) / 0.3) - np.exp(-((x1 + 0.5) ** 2 + (x2 + 0.5) ** 2) / 0.3)
            ),
        ),
    ],
)
def test_regression_targets_are_the_documented_function_plus_noise(key, f):
    X, y = make_dataset(key, noise=0.0)
    np.testing.assert_allclose(y, f(*X.T), rtol=1e-12, atol=1e-14)
    X, y = make_dataset(key, n_samples=5000, noise=0.2)
    assert (y - f(*X.T)).std() == pytest.approx(0.1 if key == "bumps" else 0.2, rel=0.05)


@pytest.mark.parametrize("key", GATES)
def test_gates_are_the_truth_tables_with_nothing_held_out(key):
    X, y = make_dataset(key)
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == GATES[key]
    d = dataset_for(Config(dataset=key))
    assert (d.X_train == X).all()
    assert (d.y_train == y).all()
    assert len(d.X_test) == len(d.y_test) == len(d.rows_test) == 0
    assert d.X_test.shape == (0, 2)


def test_tables_are_scikit_learns_rows_in_their_order():
    assert (make_dataset("iris")[0] == load_iris().data).all()
    X, y = make_dataset("diabetes")
    raw = load_diabetes(scaled=False)
    assert (raw.data == X).all()
    assert (y == raw.target).all()


def test_column_names_are_those_of_the_tables():
    assert DATASETS["iris"].feature_names == tuple(load_iris().feature_names)
    assert [DATASETS[key].feature_names[9] for key in ("diabetes", "digits")] == ["s6", "pixel 1,1"]
    names = [DATASETS["breast_cancer"].feature_names[k] for k in (0, 10, 20, 27)]
    assert names == ["mean radius", "error of radius", "worst radius", "worst concave points"]


# Split, columns, standardisation, derived inputs


@pytest.mark.parametrize("key", DATASETS)
def test_rows_and_raw_are_make_datasets(key):
    d = dataset_for(config(key))
    X, y = make_dataset(key, n_samples=60)
    for rows, raw, targets in ((d.rows_train, d.raw_train, d.y_train), (d.rows_test, d.raw_test, d.y_test)):
        assert (raw == X[rows]).all()
        np.testing.assert_allclose(d.decode_target(targets), y[rows], rtol=1e-12)
    assert sorted([*d.rows_train, *d.rows_test]) == list(range(len(X)))
    assert d.feature_names == DATASETS[key].feature_names


@pytest.mark.parametrize("key", DATASETS)
def test_encode_makes_what_the_network_sees_and_decode_goes_back(key):
    columns = DATASETS[key].default_columns
    d = dataset_for(config(key, standardize=True, derived=() if len(columns) != 2 else tuple(DERIVED)))
    assert (d.encode(d.raw_train) == d.X_train).all()
    assert d.X_train.shape == (len(d.y_train), d.n_inputs) == (len(d.y_train), len(d.input_names))
    np.testing.assert_allclose(d.decode(d.X_train), d.raw_train[:, columns], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(d.decode(d.X_test), d.raw_test[:, columns], rtol=1e-9, atol=1e-9)


def test_the_split_is_train_test_splits_with_the_same_seed():
    d = dataset_for(Config(seed=9, test_size=0.3))
    X, y = make_dataset("moons", seed=9)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=9)
    for ours, theirs in ((d.X_train, X_train), (d.X_test, X_test), (d.y_train, y_train), (d.y_test, y_test)):
        assert (ours == theirs).all()


def test_nothing_held_out_keeps_the_order():
    d = dataset_for(Config(test_size=0.0))
    assert (d.rows_train == np.arange(1000)).all()
    assert d.X_test.shape == (0, 2)


def test_what_is_standardised_by_default_follows_from_the_kind_of_data():
    for key, source in DATASETS.items():
        assert dataset_for(config(key)).standardized == (not source.generated or len(source.feature_names) == 1), key


def test_images_are_divided_by_full_ink_unless_somebody_chooses_otherwise():
    images = Config(dataset="digits", columns=())
    d, resolved = dataset_for(images), Experiment(images).resolved
    assert (resolved.standardize, resolved.scale, d.standardized, d.scale) == (False, 16.0, False, 16.0)
    assert (d.X_train == d.raw_train / 16).all()
    assert (d.decode(d.X_test) == d.raw_test).all()
    assert dataset_for(replace(images, columns=tuple(range(64)))).scale == 16
    for chosen, scaled in ((True, True), (False, False)):
        d = dataset_for(replace(images, standardize=chosen))
        assert (d.standardized, d.scale) == (scaled, 1.0)
    assert dataset_for(Config(dataset="digits")).standardized  # two pixels are no image


def test_a_file_of_images_is_divided_by_its_ink():
    pixels = np.random.RandomState(0).randint(0, 256, (60, 784))
    columns = [Column(f"p{k}", pixels[:, k].astype(float)) for k in range(784)]
    target = Column("class", np.arange(60) % 10.0)
    options = {"encoding": "UTF-8", "separator": ",", "decimal_comma": False, "has_header": True}
    source = source_of(Table("images.csv", "x", (*columns, target), **options))
    config = Config(file_name="images.csv", columns=())
    assert (source.ink, Experiment(config, source).resolved.scale, dataset_for(config, source).scale) == (
        255.0,
        255.0,
        255.0,
    )
    assert resolve(config, dataset_for(config, source)).scale == 255.0
    fewer = source_of(Table("images.csv", "x", (*columns[:-1], target), **options))
    assert Experiment(config, fewer).resolved.standardize


def test_the_automatic_choice_trains_images_as_well_as_standardised_ones():
    images = Config(dataset="digits", columns=(), epochs=400)
    assert min(train(replace(images, seed=seed)).history.test_accuracy[-1] for seed in (42, 1)) > 0.93


def test_standardisation_is_fitted_on_the_training_part_only():
    d = dataset_for(Config(dataset="diabetes", columns=()))
    np.testing.assert_allclose(d.X_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(d.X_train.std(axis=0), 1, rtol=1e-12)
    assert np.abs(d.X_test.mean(axis=0)).min() > 1e-4
    assert d.y_train.mean() == pytest.approx(0, abs=1e-12)
    assert d.y_train.std() == pytest.approx(1)
    assert d.target_mean == pytest.approx(make_dataset("diabetes")[1][d.rows_train].mean())


def test_test_samples_do_not_change_the_statistics():
    X, y = make_dataset("moons", n_samples=50)
    options = {
        "task": CLASSIFICATION, "feature_names": ("x1", "x2"), "target_name": "class", "class_names": ("0", "1"),
        "columns": (0, 1), "standardize": True, "test_size": 0.2, "seed": 1,
    }  # fmt: skip
    d = prepare(X, y, **options)
    changed = X.copy()
    changed[d.rows_test] += 100
    d2 = prepare(changed, y, **options)
    assert (d2.X_train == d.X_train).all()
    assert (d2.X_test > d.X_test + 50).all()


def test_classes_are_never_standardised():
    d = dataset_for(Config(dataset="iris"))
    assert (d.target_mean, d.target_std) == (0, 1)
    assert set(d.y_train) == {0, 1, 2}


def test_a_constant_column_keeps_the_scale_one():
    d = dataset_for(Config(dataset="digits", columns=(0, 21)))  # pixel 0,0 is always white
    assert (d.raw_train[:, 0] == 0).all()
    assert d.std[0] == 1
    assert (d.X_train[:, 0] == 0).all()


def test_derived_inputs_follow_the_standardised_columns_in_the_chosen_order():
    chosen = ("sin_x2", "x1_squared", "x1_x2", "x2_squared", "sin_x1")
    d = dataset_for(Config(n_samples=50, standardize=True, derived=chosen))
    x1, x2 = d.X_train[:, 0], d.X_train[:, 1]
    np.testing.assert_allclose(x1.std(), 1)
    expected = np.column_stack([x1, x2, np.sin(x2), x1**2, x1 * x2, x2**2, np.sin(x1)])
    np.testing.assert_allclose(d.X_train, expected, rtol=1e-14)
    assert d.input_names == ("x1", "x2", "sin x2", "x1²", "x1·x2", "x2²", "sin x1")


def test_columns_come_in_the_chosen_order():
    d = dataset_for(Config(dataset="wine", columns=(12, 0), standardize=False))
    assert (d.X_train == d.raw_train[:, [12, 0]]).all()
    assert d.input_names == ("proline", "alcohol")
    assert dataset_for(Config(dataset="wine", columns=())).X_train.shape[1] == 13


@pytest.mark.parametrize("key", DATASETS)
def test_a_dataset_is_read_only(key):
    d = dataset_for(config(key))
    for name in ("X_train", "X_test", "y_train", "y_test", "raw_train", "raw_test", "rows_train", "mean", "std"):
        assert not getattr(d, name).flags.writeable, name


def test_encode_says_which_shape_it_needs():
    with pytest.raises(ValueError, match=r"raw must have the shape \(n_samples, 2\), got \(3,\)"):
        dataset_for(Config()).encode(np.zeros(3))


def test_drawn_points_replace_the_samples():
    points = ((0.0, 1.0, 1.0), (2.0, 3.0, 0.0), (4.0, 5.0, 1.0))
    d = dataset_for(Config(points=points, test_size=0.0))
    assert d.raw_train.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert d.y_train.tolist() == [1, 0, 1]
    d = dataset_for(Config(dataset="plane", points=((0, 1, 0.5), (2, 3, -0.25)), test_size=0.0))
    assert d.task == REGRESSION
    assert d.y_train.tolist() == [0.5, -0.25]


# Gaps, and the split of your file


def brought(X, y, **options):
    options = {"columns": range(X.shape[1]), "standardize": False, "test_size": 0.25, "seed": 1, **options}
    names = [f"c{i}" for i in range(X.shape[1])]
    task = CLASSIFICATION if y.dtype.kind == "i" else REGRESSION
    class_names = [str(k) for k in range(y.max() + 1)] if task == CLASSIFICATION else ()
    return prepare(
        X, y, task=task, feature_names=names, target_name="t", class_names=class_names, stratified=True, **options
    )


def test_drawn_classes_have_the_same_share_in_both_parts():
    points = tuple((float(i), float(i % 7), float(i % 10 == 0)) for i in range(200))
    d = dataset_for(Config(points=points, test_size=0.25, seed=3))
    assert np.bincount(d.y_train).tolist() == [135, 15]
    assert np.bincount(d.y_test).tolist() == [45, 5]
    X_train, *_ = train_test_split(np.arange(200), test_size=0.25, random_state=3, stratify=[p[2] for p in points])
    assert (d.rows_train == X_train).all()


@pytest.mark.parametrize(
    ("n", "share", "counts", "held"),
    [
        (10, 0.2, (), 2), (11, 0.2, (), 3), (10, 0.0, (5, 5), 0), (10, 0.2, (5, 5), 2), (10, 0.2, (9, 1), 0),
        (10, 0.1, (5, 5), 0), (10, 0.2, (4, 3, 3), 0), (10, 0.9, (5, 5), 0), (10, 0.5, (2, 2, 2, 2, 2), 5),
    ],
)  # fmt: skip
def test_nothing_is_held_out_where_a_class_is_too_small(n, share, counts, held):
    assert n_held_out(n, share, counts) == held


def test_a_class_too_small_to_split_loses_no_sample():
    y = np.array([0] * 11 + [1])
    d = brought(np.arange(24.0).reshape(12, 2), y)
    assert (d.rows_train == np.arange(12)).all()
    assert len(d.X_test) == 0
    assert d.stratified


@pytest.mark.parametrize("seed", range(5))
def test_every_possible_stratified_split_is_the_one_promised(seed):
    rng = np.random.RandomState(seed)
    for _ in range(60):
        y = rng.randint(0, rng.randint(1, 6), rng.randint(2, 40))
        share = rng.choice([0.05, 0.2, 0.5, 0.9])
        if n_held_out(len(y), share) == len(y):
            continue
        d = brought(rng.randn(len(y), 2), y, test_size=share, seed=seed)
        counts = np.unique(y, return_counts=True)[1]
        assert len(d.X_test) == n_held_out(len(y), share, tuple(counts))
        assert sorted([*d.rows_train, *d.rows_test]) == list(range(len(y)))
        if len(d.X_test):
            shares = np.bincount(y) * len(d.X_test) / len(y)
            assert (np.abs(np.bincount(d.y_test, minlength=len(shares)) - shares) < 1).all()


def test_rows_with_gaps_in_the_chosen_columns_are_left_out_or_filled():
    X = np.array([[1.0, np.nan], [np.nan, 2.0], [3.0, 4.0], [5.0, 6.0]])
    y = np.array([0.5, 1.5, np.nan, 2.5])
    assert usable_rows(X, y, (0, 1), missing="drop").tolist() == [3]
    assert usable_rows(X, y, (0,), missing="drop").tolist() == [0, 3]
    assert usable_rows(X, y, (0, 1), missing="median").tolist() == [0, 1, 3]
    assert usable_rows(X, np.array([0, -1, 1, 1]), (0,), missing="drop").tolist() == [0, 2, 3]


def test_a_gap_becomes_the_training_parts_median_and_nothing_else_changes():
    rng = np.random.RandomState(0)
    X, y = rng.randn(40, 3), np.arange(40) % 2
    X[[3, 17, 30], 1] = np.nan
    d = brought(X, y, missing="median")
    there = X[d.rows_train, 1]
    median = np.median(there[~np.isnan(there)])
    for rows, raw in ((d.rows_train, d.raw_train), (d.rows_test, d.raw_test)):
        expected = np.where(np.isnan(X[rows]), median, X[rows])
        assert (raw == expected).all()
    moved = X.copy()
    moved[d.rows_test] += np.where(np.isnan(X[d.rows_test]), 0, 100)
    assert (brought(moved, y, missing="median").raw_train == d.raw_train).all(), "the test part moved the median"


def test_a_missing_category_becomes_the_most_frequent_one():
    red, blue, gone = [1, 0, 0], [0, 0, 1], [np.nan] * 3
    X = np.array([red, blue, gone, blue, red, blue], dtype=float)
    assert fill(X, np.arange(6), [(0, 1, 2)])[2].tolist() == blue
    assert fill(X, np.array([0, 1, 4]), [(0, 1, 2)])[2].tolist() == red
    yes = np.array([[1.0], [np.nan], [0.0], [1.0]])
    assert fill(yes, np.arange(4), [(0,)])[1, 0] == 1
    assert fill(yes, np.array([0, 2]), [(0,)])[1, 0] == 0, "a tie is no majority"
    assert np.isnan(X[2]).all(), "the argument stays"


def test_targets_stand_over_a_line_at_their_values_and_classes_evenly_between_0_and_1():
    three = dataset_for(Config(dataset="iris", columns=(0,), epochs=1))
    assert three.line_height(np.array([0, 1, 2])).tolist() == [0.0, 0.5, 1.0]
    two = dataset_for(Config(epochs=1))
    assert two.line_height(np.array([0, 1])).tolist() == [0.0, 1.0]
    sine = dataset_for(Config(dataset="noisy_sine", epochs=1))
    assert sine.target_std != 1
    assert float(sine.line_height(1.5)) == 1.5 * sine.target_std + sine.target_mean
