import json
import math
import random
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest

from ffbp import ACTIVATIONS, DATASETS, INITIALIZERS, OPTIMIZERS, SCHEDULES, Config, train
from ffbp.data.dataset import DERIVED
from ffbp.data.source import CLASSIFICATION, MISSING, REGRESSION
from ffbp.experiment.experiment import MAX_WORK, Experiment
from ffbp.experiment.fields import (
    DEFAULTS,
    FIELDS,
    KEYS,
    MAX_COLUMNS,
    MAX_INITIAL_THETA,
    MAX_LAYERS,
    MAX_TEXT,
    MAX_UNITS,
)
from ffbp.experiment.kinds import Whole
from ffbp.experiment.packed_points import MAX_POINTS
from ffbp.experiment.resolve import loss_choices, output_choices, resolve
from ffbp.faults.registry import FAULTS

BOUNDED = {n: each.kind for n, each in FIELDS.items() if getattr(each.kind, "bounded", False) and not each.file_only}
N_PROPERTY = 600


def random_number(rng, name):
    low, high = BOUNDED[name].low, BOUNDED[name].high
    if isinstance(BOUNDED[name], Whole):
        return rng.choice([low, high, rng.randint(low, high)])
    spread = math.exp(rng.uniform(math.log(max(low, 1e-12)), math.log(high))) if low >= 0 else rng.uniform(low, high)
    return rng.choice([low, high, min(max(spread, low), high), min(max(round(rng.uniform(low, high), 2), low), high)])


def random_config(rng):
    """A valid configuration with about half of its fields changed from their defaults."""

    def some(probability=0.5):
        return rng.random() < probability

    dataset = rng.choice(list(DATASETS))
    source = DATASETS[dataset]
    options = {"dataset": dataset}
    if some(0.15):
        options |= {"file_name": rng.choice(["a.csv", "Größe & Maß=1?.csv", "x" * MAX_TEXT, "none"])}
        options |= {"file_fingerprint": f"{rng.getrandbits(128):x}"} if some() else {}
    is_file = "file_name" in options
    if is_file:
        read = random.Random(str(options))  # of its own, so that the other draws stay what they were
        options |= {"header": read.random() < 0.5} if read.random() < 0.5 else {}
        options |= {"decimal": read.choice(["point", "comma"])} if read.random() < 0.5 else {}
        options |= {"target": rng.randrange(MAX_COLUMNS)} if some() else {}
        options |= {"task": rng.choice([CLASSIFICATION, REGRESSION])} if some() else {}
        options |= {"missing": rng.choice(list(MISSING))} if some() else {}
    n_features = 40 if is_file else len(source.feature_names)
    for name in ("n_samples", "noise") if source.sized else ():
        if some():
            options[name] = random_number(rng, name)
    if source.classes and some():
        options["classes"] = rng.randint(*source.classes)
    if some():
        options["columns"] = tuple(rng.sample(range(n_features), rng.randint(0, min(n_features, 5))))
    if some(0.3):
        options["standardize"] = some()
    columns = options.get("columns")
    n_columns = len(columns or (range(n_features) if columns == () else source.default_columns))
    if n_columns == 2 and some():
        options["derived"] = tuple(rng.sample(list(DERIVED), rng.randint(0, 5)))
    if some() and not source.fixed:
        options["test_size"] = random_number(rng, "test_size")
    n_classes = 0 if source.task == REGRESSION else options.get("classes") or source.default_classes
    n_drawn = n_columns if some(0.2) and not is_file else 0
    if n_drawn in (1, 2):
        third = [float(k) for k in range(n_classes)] or [-0.0, 0.1, 1e-300, math.pi, -1e17, 123456789012345678.0]
        n_points = rng.randint(20, MAX_POINTS)
        decimals = rng.choice([0, 2, 3, 20])
        options["points"] = tuple(
            (*(round(rng.gauss(0, 1), decimals) for _ in range(n_drawn)), rng.choice(third)) for _ in range(n_points)
        )
    n_layers = rng.randint(0, MAX_LAYERS)
    if some():
        options["hidden"] = tuple(rng.randint(1, MAX_UNITS) for _ in range(n_layers))
    hidden = [key for key, entry in ACTIVATIONS.items() if not entry.coupled]
    if some():
        options["activation"] = rng.choice(hidden)
    elif some():
        options["activation"] = tuple(rng.choice(hidden) for _ in options.get("hidden", (10,)))
    task = "regression" if source.task == REGRESSION else "classification"
    if some():
        options["loss"] = rng.choice(loss_choices(task, n_classes))
    if some() and "loss" in options:
        options["output_activation"] = rng.choice(output_choices(options["loss"], task))
    for name, registry in (("initializer", INITIALIZERS), ("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
        if some():
            options[name] = rng.choice(list(registry))
    if some(0.3):
        options["shuffle"] = some()
    for name in BOUNDED:
        if name not in ("n_samples", "noise", "test_size", "patience", "epochs", "batch_size") and some(0.4):
            options[name] = random_number(rng, name)
    if some(0.3):
        options["batch_size"] = random_number(rng, "batch_size")
    if is_file or Experiment(Config(**options, epochs=1)).resolved.test_size > 0:
        options |= {"patience": random_number(rng, "patience")} if some(0.3) else {}
    if not is_file:
        small = Config(**options, epochs=1)
        n_params = sum(
            (a + 1) * b
            for a, b in zip(Experiment(small).resolved.sizes, Experiment(small).resolved.sizes[1:], strict=False)
        )
        if n_params <= MAX_INITIAL_THETA and some(0.4):
            options["initial_theta"] = tuple(
                rng.choice([rng.gauss(0, 3), -0.0, 1e300, 5e-324]) for _ in range(n_params)
            )
        options["epochs"] = rng.randint(1, min(20000, Experiment(small).epochs_that_fit))
        fitting = [key for key, fault in FAULTS.items() if fault.applies(Experiment(Config(**options)))]
        options["fault"] = rng.choice([None, None, *fitting])
    return Config(**options)


@pytest.fixture(scope="module")
def configs():
    rng = random.Random(20240)
    return [random_config(rng) for _ in range(N_PROPERTY)]


def same(a, b):
    """Whether two values are equal, including types and signs of zero."""
    return a == b and repr(a) == repr(b) and hash(a) == hash(b)


# Round trips


def test_the_random_configurations_reach_every_field(configs):
    for name in FIELDS:
        assert any(getattr(config, name) != DEFAULTS[name] for config in configs), name


def test_url_parameters_round_trip_exactly_and_without_warnings(configs):
    for config in configs:
        back, warnings = Config.from_params(config.to_params())
        assert warnings == [], config
        assert back == config
        assert replace(back, bias_init=0.0, init_scale=0.0) == replace(config, bias_init=0.0, init_scale=0.0)


def test_url_text_round_trips_through_a_query_string(configs):
    for config in configs:
        query = parse_qs(urlencode(config.to_params()))
        assert Config.from_params(query) == (config, [])


def test_json_round_trips_exactly(configs):
    for config in configs:
        assert same(Config.from_json(config.to_json()), config)
        assert same(Config.from_dict(config.to_dict()), config)


def test_only_what_differs_from_the_default_is_in_the_address(configs):
    assert Config().to_params() == {}
    for config in configs:
        params = config.to_params()
        assert {KEYS[key] for key in params} == {n for n in FIELDS if getattr(config, n) != DEFAULTS[n]}
        assert all(isinstance(value, str) and value for value in params.values())


def test_params_map_every_field_once_under_a_short_key():
    assert sorted(KEYS.values()) == sorted(FIELDS)
    assert all(len(key) <= 13 for key in KEYS)
    assert list(KEYS.values()) == list(FIELDS)
    assert KEYS["lr"] == "learning_rate"


def test_the_full_field_name_is_accepted_too(configs):
    for config in configs[:100]:
        params = {KEYS[key]: value for key, value in config.to_params().items()}
        assert Config.from_params(params) == (config, [])


def test_addresses_are_readable():
    config = Config(dataset="spiral", hidden=(16, 8), activation=("tanh", "relu"), learning_rate=0.03, shuffle=False)
    assert config.to_params() == {
        "dataset": "spiral", "hidden": "16-8", "activation": "tanh-relu", "lr": "0.03", "shuffle": "0",
    }  # fmt: skip
    assert Config(hidden=(), columns=()).to_params() == {"hidden": "none", "columns": "all"}
    assert Config(dataset="iris", columns=(0, 3), derived=("x1_x2",)).to_params()["columns"] == "0-3"


@pytest.mark.parametrize(("decimals", "limit"), [(2, 1700), (3, 2000)])
def test_two_hundred_drawn_points_fit_a_link_exactly(decimals, limit):
    rng = random.Random(8)
    for _ in range(20):
        points = tuple(
            (
                round(rng.gauss(0, 3), decimals) + 0.0,
                round(rng.uniform(-10, 10), decimals) + 0.0,
                float(rng.randrange(2)),
            )
            for _ in range(MAX_POINTS)
        )
        config = Config(points=points)
        text = config.to_params()["points"]
        assert len(text) <= limit
        assert urlencode({"points": text}) == f"points={text}", "nothing needs escaping"
        assert Config.from_params({"points": text}) == (config, [])


def test_few_points_stay_readable_and_the_readable_form_is_always_read():
    few = Config(points=((1.0, -0.5, 1.0), (0.25, 2.0, 0.0)))
    assert few.to_params()["points"] == "1_-0.5_1~0.25_2_0"
    many = tuple((i / 8, -i / 100, float(i % 2)) for i in range(MAX_POINTS))
    readable = "~".join("_".join(repr(v) for v in point) for point in many)
    assert Config.from_params({"points": readable}) == (Config(points=many), [])
    assert len(Config(points=many).to_params()["points"]) < len(readable) / 2


@pytest.mark.parametrize("value", [-0.0, 5e-324, 0.1 + 0.2, 1e300, 1e9 + 1, 123456.789012, 1 / 3])
def test_any_float_of_a_point_survives_the_link(value):
    config = Config(points=((value, 1.5, 1.0),) * 100)
    back, warnings = Config.from_params(config.to_params())
    assert warnings == []
    assert repr(back.points) == repr(config.points)


@pytest.mark.parametrize(
    "text",
    ["~", "~~", "~00~", "~330~A", "~330~AB!", "~330~____", "~33x~AAA", "~3300~AAAA", "~330~" + "_" * 7000, "~330"],
)
def test_packed_points_that_are_none_give_one_warning(text):
    config, warnings = Config.from_params({"points": text})
    assert config == Config()
    assert len(warnings) == 1
    assert str(warnings[0]).startswith("points must be ")


def test_points_stand_on_the_chosen_columns_of_any_dataset():
    config = Config(dataset="iris", columns=(0, 2), points=((5.1, 1.4, 0), (6.0, 4.5, 1), (6.5, 5.5, 2)), test_size=0)
    source = Experiment(config).source
    assert source.feature_names == ("sepal length (cm)", "petal length (cm)")
    assert source.class_names == ("setosa", "versicolor", "virginica")
    assert Experiment(config).resolved.columns == (0, 1)
    assert Experiment(config).resolved.standardize
    line = Config(dataset="noisy_sine", points=((0.0, 0.5), (1.0, 0.75), (2.0, -1.0)), test_size=0)
    assert (Experiment(line).resolved.task, Experiment(line).resolved.sizes[0]) == (REGRESSION, 1)
    assert Experiment(Config(dataset="xor_gate", points=((0, 0, 0),) * 5 + ((1, 1, 1),) * 5)).resolved.n_train == 8


def test_a_record_or_link_from_before_the_ways_of_reading_means_what_it_meant():
    old = Config(file_name="a.csv", target=2)
    values = old.to_dict()
    del values["header"], values["decimal"]
    assert Config.from_dict(values) == old
    assert old.to_params() == {"file": "a.csv", "target": "2"}
    chosen = Config(file_name="a.csv", header=False, decimal="comma")
    assert chosen.to_params() == {"file": "a.csv", "header": "0", "decimal": "comma"}
    assert Config.from_params(chosen.to_params()) == (chosen, [])
    for name, value in (("header", "perhaps"), ("decimal", "dot")):
        config, warnings = Config.from_params({"file": "a.csv", name: value})
        assert config == Config(file_name="a.csv")
        assert len(warnings) == 1
        assert warnings[0].field == name


def test_what_only_a_file_has_is_refused_without_one():
    for options in (
        {"header": True},
        {"decimal": "comma"},
        {"target": 3},
        {"task": "regression"},
        {"missing": "median"},
    ):
        with pytest.raises(
            ValueError, match=f"^{next(iter(options))} must be left out unless the data come from a file"
        ):
            Config(**options)
        assert Config(file_name="mine.csv", **options).file_name == "mine.csv"


def file_source(n=60, n_classes=3, n_features=5, gaps=()):
    import numpy as np

    from ffbp.data.source import Source

    X = np.arange(n * n_features, dtype=float).reshape(n, n_features)
    X[list(gaps), 0] = np.nan
    y = np.arange(n) % n_classes
    return Source(
        "file", "mine.csv", CLASSIFICATION, lambda *_: (X, y), tuple("abcde"), "kind", tuple("uvwxyz"[:n_classes]),
        default_columns=(0, 1, 2, 3, 4), generated=False, n_rows=n, standardize=True, stratified=True, has_gaps=True,
    )  # fmt: skip


def test_a_files_source_decides_what_the_file_name_leaves_open():
    from ffbp.experiment.build import dataset_for

    source = file_source(gaps=range(6))
    config = Config(file_name="mine.csv", epochs=5)
    d, resolved = dataset_for(config, source), Experiment(config, source).resolved
    assert resolved == resolve(config, d)
    assert (resolved.sizes, resolved.n_train, resolved.loss) == ((5, 10, 3), 43, "cce")
    assert len(dataset_for(replace(config, missing="median"), source).rows_train) == 48
    assert len(dataset_for(replace(config, columns=(1, 2)), source).rows_train) == 48, "no gap in these columns"
    assert train(config, d).n_frames == 6
    for options in ({"columns": (0, 5)}, {"loss": "bce"}, {"epochs": 20000, "batch_size": 1, "hidden": (64,) * 8}):
        with pytest.raises(ValueError, match=next(iter(options))):
            Experiment(Config(file_name="mine.csv", **options), source).check()


def test_fitting_drops_what_does_not_fit_the_file():
    values = {"file_name": "mine.csv", "columns": (0, 7), "loss": "bce", "learning_rate": 0.5, "epochs": 20000}
    values |= {"hidden": (64,) * 8, "batch_size": 1}
    assert Config.fitting(values)[1] == []
    config, warnings = Config.fitting(values, file_source())
    assert (config.columns, config.loss, config.learning_rate) == (None, None, 0.5)
    assert config.epochs < 20000
    assert [problem.field for problem in warnings] == ["columns", "loss", "epochs"]
    Experiment(config, file_source()).check()


def test_lists_and_whole_floats_become_the_one_form():
    assert Config(hidden=[16.0, 8], seed=7.0, activation=["tanh", "tanh"]) == Config(
        hidden=(16, 8), seed=7, activation="tanh"
    )
    assert isinstance(Config(seed=7.0).seed, int)
    assert isinstance(Config(learning_rate=1).learning_rate, float)


# Bounds


@pytest.mark.parametrize("name", BOUNDED)
def test_bounds_are_inclusive(name):
    low, high = BOUNDED[name].low, BOUNDED[name].high
    whole = isinstance(BOUNDED[name], Whole)
    base = {"epochs": 1} if name != "epochs" else {"n_samples": 10, "hidden": ()}
    for value in (low, high):
        assert getattr(Config(**{**base, name: value}), name) == value
    outside = (low - 1, high + 1) if whole else (math.nextafter(low, -math.inf), math.nextafter(high, math.inf))
    for value in outside:
        with pytest.raises(ValueError, match=rf"^{name} must be from .+ to .+, got "):
            Config(**{**base, name: value})


def test_layers_units_points_and_texts_are_bounded():
    Config(hidden=(MAX_UNITS,) * MAX_LAYERS, n_samples=10, epochs=1)
    point = (0.0, 0.0, 1.0)
    Config(points=(point,) * MAX_POINTS, file_name="x" * MAX_TEXT, epochs=1)
    for options in (
        {"hidden": (1,) * (MAX_LAYERS + 1)},
        {"hidden": (MAX_UNITS + 1,)},
        {"hidden": (0,)},
        {"points": (point,) * (MAX_POINTS + 1)},
        {"points": (point,)},
        {"file_name": "x" * (MAX_TEXT + 1)},
        {"columns": (MAX_COLUMNS,), "file_name": "x"},
        {"initial_theta": (0.0,) * (MAX_INITIAL_THETA + 1)},
    ):
        with pytest.raises(ValueError, match=f"^{next(iter(options))} must be "):
            Config(**options)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, None, "x", "1", True, [1], 10**400, object()])
@pytest.mark.parametrize("name", [name for name in BOUNDED if DEFAULTS[name] is not None])
def test_what_is_no_number_is_refused(name, bad):
    with pytest.raises(ValueError, match=f"^{name} must be a (finite|whole) number, got "):
        Config(**{name: bad})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dataset": "moon"}, r"unknown dataset 'moon'; choose from moons, circles"),
        ({"activation": "rleu"}, r"unknown activation 'rleu'; choose from identity, sigmoid"),
        ({"optimizer": 3}, r"unknown optimizer 3; choose from sgd"),
        ({"activation": "softmax"}, r"activation must suit hidden layers, got 'softmax'"),
        ({"activation": ("elu", "tanh")}, r"activation must be one key, or 1, one per hidden layer, got "),
        ({"hidden": (2.5,)}, r"hidden must be at most 8 whole numbers from 1 to 64, got \(2\.5,\)"),
        ({"hidden": 10}, r"hidden must be a list, got 10"),
        ({"shuffle": "no"}, r"shuffle must be true or false, got 'no'"),
        ({"n_samples": 20.5}, r"n_samples must be a whole number, got 20\.5"),
        ({"learning_rate": 0}, r"learning_rate must be from 1e-06 to 1000, got 0"),
        ({"dataset": "iris", "n_samples": 50}, r"n_samples must be left out for 'iris', got 50"),
        ({"dataset": "xor_gate", "noise": 0.1}, r"noise must be left out for 'xor_gate', got 0\.1"),
        ({"dataset": "xor_gate", "test_size": 0.5}, r"test_size must be 0 for 'xor_gate'.*got 0\.5"),
        ({"classes": 3}, r"classes must be left out for 'moons', got 3"),
        ({"dataset": "spiral", "classes": 6}, r"classes must be from 2 to 5 for 'spiral', got 6"),
        ({"columns": (0, 2)}, r"columns must be below 2 for 'moons', got \(0, 2\)"),
        ({"columns": (0, 0)}, r"columns must be different column numbers from 0 to 999, got \(0, 0\)"),
        ({"columns": (0,), "derived": ("x1_x2",)}, r"derived must be left out unless two columns are used"),
        ({"derived": ("x3",)}, r"unknown derived 'x3'; choose from x1_squared"),
        ({"dataset": "blobs", "loss": "bce"}, r"loss must be one of mse, cce with 3 classes, got 'bce'"),
        ({"dataset": "plane", "loss": "cce"}, r"loss must be one of mse with a number as target, got 'cce'"),
        ({"output_activation": "relu"}, r"output_activation must be one of sigmoid with 'bce', got 'relu'"),
        ({"initial_theta": (1.0, 2.0)}, r"initial_theta must hold 41 numbers for this network, got 2"),
        ({"initial_theta": (math.nan,)}, r"initial_theta must be 1 to 200 finite numbers, got \(nan,\)"),
        ({"test_size": 0, "patience": 5}, r"patience must be left out when there is no test set, got 5"),
        ({"points": ((0, 0, 2), (1, 1, 0))}, r"points must have a class from 0 to 1, got "),
        ({"dataset": "iris", "points": ((0, 0, 3), (1, 1, 0))}, r"points must have a class from 0 to 2"),
        ({"dataset": "wine", "columns": (), "points": ((0, 0, 1),) * 2}, r"points must be left out unless one or two"),
        ({"points": ((0, 0), (1, 1))}, r"points must be points of three finite numbers each"),
        ({"columns": (1,), "points": ((0, 0, 1), (1, 1, 0))}, r"points must be points of two finite numbers each"),
        ({"dataset": "noisy_sine", "points": ((0, 0, 1),) * 2}, r"points must be points of two finite numbers each"),
        ({"points": ((0,), (1,))}, r"points must be points of two or three finite numbers each"),
        ({"points": ((0, 0, 1), (1, 1, 0)), "test_size": 0.9}, r"test_size must leave at least one sample"),
        ({"file_name": "a\n"}, r"file_name must be 1 to 200 printable characters, got 'a\\n'"),
    ],
)  # fmt: skip
def test_errors_name_field_rule_and_value(options, message):
    with pytest.raises(ValueError, match=message):
        Config(**options)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "nonsense", '{"x": 1}', '{"derived": [["x1_x2"]]}', '{"hidden": {"a": 1}}', '{"columns": [[0]]}',
        '{"points": [1, 2]}', '{"seed": 1e999}', '{"activation": [[1]]}', '{"dataset": null}', "[" * 100_000,
        '{"initial_theta": [null]}', '{"loss": []}', "1" * 5000,
    ],
)  # fmt: skip
def test_json_that_is_no_configuration_is_a_value_error(text):
    with pytest.raises(ValueError, match=r".+"):
        Config.from_json(text)


def test_json_holds_all_fields_by_name():
    assert sorted(json.loads(Config().to_json())) == sorted(FIELDS)


def test_a_configuration_is_frozen_and_hashable():
    config = Config()
    with pytest.raises(AttributeError):
        config.seed = 3
    assert len({Config(), Config(seed=42), Config(seed=43)}) == 2


# Anything that a URL can hold


def hostile_values():
    rng = random.Random(5)
    yield from ("", " ", "-", "--", "_", "~", "0", "-1", "1e999", "-1e999", "nan", "inf", "-inf", "NaN", "1_0", "0x10",
                "None", "none", "all", "true", "1e-400", "٣", "½", "\x00", "\ud800", "1" * 5000, "9" * 39, "-" * 10_000,
                "1-" * 5000, "relu-" * 500, "relu-tanh", "softmax", "0_0_1~" * 300, "__import__('os')", "../passwd",
                "<script>", "%00", "1;2", "1,2", "[10]", "{}", "mse", "cce", "file.csv", "a" * 100_000, "e", "1e", ".",
                "1.", ".5", "+5", "5 ", "1e5", "100", "20000", "4294967295", "4294967296", "-0", "-0.0")  # fmt: skip
    yield from ([], ["1", "2"], [""], [[]], None, 3, math.nan, 1e308, {"a": 1}, b"bytes", ("x",))
    for _ in range(40):
        yield "".join(chr(rng.choice([rng.randrange(128), rng.randrange(0x110000)])) for _ in range(rng.randint(1, 30)))
    for _ in range(40):
        yield "".join(rng.choice("0123456789-_.~e+") for _ in range(rng.randint(1, 12)))


def test_no_value_of_any_parameter_raises():
    n = 0
    for key in [*KEYS, *FIELDS, "nonsense"]:
        for value in hostile_values():
            config, warnings = Config.from_params({key: value})
            n += 1
            assert isinstance(config, Config)
            assert len(warnings) <= 1
            assert warnings or key == "nonsense" or config == Config() or config.to_params()
            assert all(len(str(problem)) < 400 for problem in warnings)
    assert n > 5000


def test_no_combination_of_values_raises():
    rng = random.Random(6)
    values = [*hostile_values(), *DATASETS, *ACTIVATIONS, *OPTIMIZERS, *SCHEDULES, *DERIVED, "bce", "0-1", "16-16", "3"]
    for _ in range(1500):
        keys = rng.sample(list(KEYS), rng.randint(2, 12))
        config, warnings = Config.from_params({key: rng.choice(values) for key in keys})
        assert len(warnings) <= len(keys) + 1
        assert Config.from_params(config.to_params()) == (config, [])


@pytest.mark.parametrize("key", ["", " ", "é" * 1000, "\ud800", "lr ", "LR", "__class__", "PARAMS", "self", 3, None])
def test_unknown_names_are_named_in_one_warning(key):
    config, warnings = Config.from_params({key: "1"})
    assert config == Config()
    assert len(warnings) == 1
    assert str(warnings[0]).startswith("unknown parameter ")


@pytest.mark.parametrize("key", ["utm_source", "utm_campaign", "fbclid", "gclid", "embed", "embed_options"])
def test_campaign_and_embedding_parameters_are_ignored_in_silence(key):
    assert Config.from_params({key: "x" * 100}) == (Config(), [])


def test_a_bad_value_is_named_and_the_rest_kept():
    config, warnings = Config.from_params({"lr": "fast", "hidden": "16-16", "seed": "7"})
    assert config == Config(hidden=(16, 16), seed=7)
    assert [*map(str, warnings)] == ["learning_rate must be a finite number, got 'fast'; the default is used"]


def test_a_repeated_parameter_takes_its_last_value():
    assert Config.from_params({"seed": ["1", "2"]}) == (Config(seed=2), [])


def test_fitting_keeps_the_values_that_fit_together():
    config, warnings = Config.fitting({"seed": 3, "loss": "bce", "dataset": "blobs"})
    assert config == Config(dataset="blobs", seed=3)
    assert [problem.field for problem in warnings] == ["loss"]


def test_what_does_not_fit_those_taken_before_is_dropped():
    config, warnings = Config.from_params(
        {"loss": "bce", "dataset": "blobs", "columns": "0-7", "patience": "5", "test": "0"}
    )
    assert config == Config(dataset="blobs", test_size=0)
    assert [problem.field for problem in warnings] == ["columns", "loss", "patience"]
    config, warnings = Config.from_params({"activation": "relu-tanh", "hidden": "4-x"})
    assert config == Config()
    assert [problem.field for problem in warnings] == ["hidden", "activation"]


# The work bound


def test_too_much_work_lowers_the_epochs_with_a_warning():
    params = {"samples": "5000", "hidden": "64-64-64-64", "batch": "1", "epochs": "20000"}
    config, warnings = Config.from_params(params)
    assert config.n_samples == 5000
    assert 1 <= config.epochs == Experiment(config).epochs_that_fit < 20000
    assert Experiment(config).work <= MAX_WORK < Experiment(config).work / config.epochs * (config.epochs + 1)
    assert len(warnings) == 1
    assert str(warnings[0]) == (
        f"epochs must be at most {config.epochs} with this much work per epoch, got 20000; lowered to {config.epochs}"
    )
    with pytest.raises(ValueError, match=f"^epochs must be at most {config.epochs} with this much work.*got 20000"):
        replace(config, epochs=20000)


def test_the_default_epochs_are_lowered_too():
    config, warnings = Config.from_params({"samples": "5000", "hidden": "64-64-64-64-64-64", "batch": "1"})
    assert config.epochs < 1000
    assert "got 1000" in str(warnings[0])


def test_one_epoch_of_the_largest_work_fits():
    largest = {"hidden": (MAX_UNITS,) * MAX_LAYERS, "batch_size": 1, "test_size": 0, "epochs": 1}
    assert Experiment(Config(n_samples=5000, **largest)).work < MAX_WORK / 10
    assert Experiment(Config(dataset="digits", columns=(), **largest)).work < MAX_WORK / 10


@pytest.mark.parametrize("per_epoch", [20 / 3, 20 / 67, 20 / 134, 20 / 147, 20 / 281])
def test_the_lowered_epochs_always_fit(monkeypatch, per_epoch):
    for value in (math.nextafter(per_epoch, 0), per_epoch, math.nextafter(per_epoch, math.inf)):
        monkeypatch.setattr(Experiment, "work_per_epoch", value)
        config, _ = Config.from_params({"epochs": "20000"})
        assert config.epochs == max(1, int(MAX_WORK / value))


# What follows from the data


@pytest.mark.parametrize(
    ("options", "loss", "output", "n_outputs"),
    [
        ({}, "bce", "sigmoid", 1),
        ({"dataset": "blobs"}, "cce", "softmax", 3),
        ({"dataset": "blobs", "classes": 2}, "bce", "sigmoid", 1),
        ({"dataset": "digits"}, "cce", "softmax", 10),
        ({"dataset": "plane"}, "mse", "identity", 1),
        ({"loss": "cce"}, "cce", "softmax", 2),
        ({"loss": "mse"}, "mse", "sigmoid", 1),
        ({"loss": "mse", "output_activation": "softmax"}, "mse", "softmax", 2),
        ({"dataset": "iris", "loss": "mse"}, "mse", "sigmoid", 3),
    ],
)
def test_what_is_left_open_follows_from_the_data(options, loss, output, n_outputs):
    resolved = Experiment(Config(**options)).resolved
    assert (resolved.loss, resolved.activations[-1], resolved.sizes[-1]) == (loss, output, n_outputs)


@pytest.mark.parametrize("key", DATASETS)
def test_resolve_agrees_with_the_data(key):
    from ffbp.experiment.build import dataset_for

    config = Config(dataset=key)
    d, resolved = dataset_for(config), Experiment(config).resolved
    assert resolve(config, d) == resolved
    assert (resolved.n_train, resolved.sizes[0], resolved.task) == (len(d.X_train), d.n_inputs, d.task)
    assert resolved.n_classes == (len(set(d.y_train)) if d.class_names else 0)


def test_the_reference_has_the_documented_shape():
    resolved = Experiment(Config()).resolved
    assert resolved.sizes == (2, 10, 1)
    assert resolved.activations == ("relu", "sigmoid")
    assert (resolved.n_train, resolved.batch_size, resolved.standardize) == (800, 800, False)


def test_a_file_without_its_data_is_refused_only_when_trained():
    config = Config(file_name="mine.csv", file_fingerprint="ab12", columns=(5, 7), epochs=2)
    assert Config.from_params(config.to_params()) == (config, [])
    with pytest.raises(ValueError, match=r"^file_name must come with its data, got only the name 'mine\.csv'"):
        train(config)
