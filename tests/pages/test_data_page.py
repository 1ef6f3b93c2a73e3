"""Your data, in Streamlit's harness: a file from the upload to the run, the link that asks for it, points, and Inspect."""

import numpy as np
import pytest
from apptest import ROOT, blob_of, charts_of, check, named, notices_of, run_page

import ffbp
from ffbp import DATASETS, Config, make_dataset
from ffbp.data import read_table, table_source
from ffbp.data.source import class_names_of
from ffbp.data.table import fingerprint
from ffbp.experiment.build import dataset_for
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.points import point_names
from ffbp.figures.blob import arrays_of, header_of
from ffbp.ui import data, runs
from ffbp.ui.laboratory import computed
from ffbp.ui.sidebar.data import OWN_FILE

PAGE = ROOT / "pages" / "data.py"
QUICK = {"epochs": "20"}
ANIMALS = "size,colour,weight,kind\n" + "".join(
    f"{i % 7 + i % 3 * 2},{['red', 'green', 'blue'][i % 3]},{'' if i % 10 == 0 else i % 11},{['cat', 'dog', 'fox'][i % 3]}\n"
    for i in range(60)
)
HOUSES = "rooms;area;price\n" + "".join(f"{i % 5};{i % 13},5;{i % 5 * 2 + i % 13},25\n" for i in range(50))


def page(**params):
    return check(run_page(PAGE, **{**QUICK, **params}))


def load(app, text, name="animals.csv", key=None):
    content = text if isinstance(text, bytes) else text.encode()
    uploader = app.file_uploader(key=key) if key else app.file_uploader[0]
    uploader.set_value((name, content, "text/csv"))
    return check(app.run())


def config_of(app):
    return app.session_state["config"]


def params_of(app):
    return {k: v[0] if isinstance(v, list) else v for k, v in app.query_params.items()}


def captions(app):
    return " ".join(caption.value.replace("\\", "") for caption in app.caption)


# A file


def test_a_file_trains_at_once_and_the_link_names_it():
    app = load(page(lr="0.3"), ANIMALS)
    config = config_of(app)
    assert (config.file_name, config.learning_rate, config.epochs) == ("animals.csv", 0.3, 20)
    assert config.file_fingerprint == fingerprint(ANIMALS.encode())
    assert params_of(app) == config.to_params()
    header, arrays = header_of(blob_of(app)), arrays_of(blob_of(app))
    source = table_source.source_of(read_table.read_table(ANIMALS.encode()))
    run = ffbp.train(config, dataset_for(config, source))
    assert (arrays[header["history"]["train_loss"]["$"]] == run.history.train_loss).all()
    assert header["classes"] == ["cat", "dog", "fox"]
    assert "54 of 60 rows are used; 6 were left out because an input is missing." in captions(app)
    assert "5 inputs from 3 columns" in captions(app)
    assert "43 samples for training and 11 (20.4 %) for testing, with equal shares of each class." in captions(app)


def test_a_files_runs_stay_in_the_session():
    before = set(runs.cache().runs)
    app = load(page(), ANIMALS)
    assert {key for key, _ in runs.cache().runs if getattr(key, "file_name", None)} == set()
    assert len(app.session_state["file:runs"].runs) == 1
    assert len(set(runs.cache().runs) - before) <= 1
    app.button(key="data:remove").click()
    app = check(app.run())
    assert config_of(app) == Config(epochs=20)
    for name in ("file", "file:runs", "file:results"):
        assert name not in app.session_state


def test_what_the_laboratory_computes_of_a_file_stays_in_the_session():
    before = set(computed._of_all().runs)
    app = load(page(), ANIMALS)
    link = params_of(app)
    for lab in ("start", "checks"):
        other = load(check(run_page(ROOT / "pages" / "laboratory.py", **link, lab=lab)), ANIMALS)
        if lab == "checks":
            named(other.button, "checks:run").click()
            check(other.run())
        assert len(other.session_state["file:results"].runs) == 1
    assert set(computed._of_all().runs) == before


def test_every_setting_of_a_file_changes_the_configuration_the_address_and_the_run():
    moves = {
        "data:target": lambda app: named(app.selectbox, "data:target").select_index(2),
        "data:task": lambda app: named(app.button_group, "data:task").set_value("regression"),
        "data:inputs": lambda app: named(app.multiselect, "data:inputs").set_value([0, 2]),
        "data:missing": lambda app: named(app.radio, "data:missing").set_value("median"),
    }
    numbers = ANIMALS.replace("cat", "1").replace("dog", "2").replace("fox", "3")
    shown = load(page(), numbers)
    others = ("data:part", "data:column", "data:input", "data:header", "data:decimal", "data:dataset")
    settings = [
        w.key
        for kind in ("selectbox", "button_group", "multiselect", "radio")
        for w in shown.main.get(kind)
        if w.key.partition("#")[0] not in others
    ]
    assert sorted(settings) == sorted(moves)
    for key, move in moves.items():
        app = load(page(), numbers)
        config, blob = config_of(app), header_of(blob_of(app))["id"]
        move(app)
        app = check(app.run())
        assert not app.error
        assert config_of(app) != config, key
        assert params_of(app) == config_of(app).to_params()
        assert header_of(blob_of(app))["id"] != blob, key


NUMBERS = "".join(f"{i % 7},{i % 5}.{i % 3}25,{i % 3}\n" for i in range(3, 40))


@pytest.mark.parametrize(("name", "value", "text"), [("header", "yes", "1"), ("decimal", "comma", "comma")])
def test_how_a_file_is_read_is_chosen_and_travels_in_the_link(name, value, text):
    app = load(page(), NUMBERS)
    assert [name in params_of(app), getattr(config_of(app), name)] == [False, None]
    before, rows = header_of(blob_of(app))["id"], len(app.dataframe(key="data:rows").value)
    choice = app.selectbox(key=f"data:{name}")
    assert choice.index == 0
    choice.set_value(value)
    app = check(app.run())
    assert not app.warning
    assert (getattr(config_of(app), name), params_of(app)[name]) == ({"yes": True}.get(value, value), text)
    assert header_of(blob_of(app))["id"] != before
    table = app.dataframe(key="data:rows").value
    assert len(table) == rows - (name == "header")
    if name == "header":
        assert {"3", "3.025"} <= set(table.columns)
    else:
        assert table["column 2"].tolist()[:2] == [3025, 4125]
    again = load(check(run_page(PAGE, **params_of(app))), NUMBERS)
    assert config_of(again) == config_of(app)
    app.selectbox(key=f"data:{name}").select_index(0)
    app = check(app.run())
    assert name not in params_of(app)
    assert header_of(blob_of(app))["id"] == before


def test_a_way_of_reading_that_does_not_suit_is_refused_with_the_reason_and_the_target_stays():
    app = load(page(), ANIMALS)
    named(app.selectbox, "data:target").select_index(2)
    app = check(app.run())
    before = config_of(app)
    named(app.selectbox, "data:header").set_value("no")
    app = check(app.run())
    assert any("Row 1 holds text in 2 columns of numbers" in warning.value.replace("\\", "") for warning in app.warning)
    assert config_of(app) == before
    assert named(app.selectbox, "data:header").index == 0


@pytest.mark.parametrize("params", [{"header": "perhaps"}, {"decimal": "dot"}])
def test_a_bad_way_of_reading_in_a_link_gives_one_message(params):
    app = load(page(file="animals.csv", **params), ANIMALS)
    assert len(app.warning) <= 1
    assert config_of(app).file_name == "animals.csv"
    assert not set(params) & set(params_of(app))
    first = page(file="animals.csv", **params)
    name = next(iter(params))
    assert sum(name in warning.value for warning in first.warning) == 1


def test_what_was_left_out_or_decided_is_said():
    assert not load(page(), ANIMALS).info
    app = load(page(), "Messung vom Montag,,,\n" + ANIMALS)
    assert [info.value.replace("\\", "") for info in app.info] == ["Row 1 was left out: a title above the header."]
    assert len(app.dataframe(key="data:rows").value) == 60


def test_a_target_of_numbers_is_guessed_and_corrected():
    app = load(page(), HOUSES, "houses.csv")
    assert header_of(blob_of(app))["task"] == "regression"
    assert "decimal comma" in captions(app)
    named(app.selectbox, "data:target").select_index(0)
    app = check(app.run())
    assert (config_of(app).target, config_of(app).task) == (0, None)
    assert header_of(blob_of(app))["task"] == "classification"
    named(app.button_group, "data:task").set_value("regression")
    app = check(app.run())
    assert config_of(app).task == "regression"
    named(app.button_group, "data:task").set_value("classification")
    app = check(app.run())
    assert config_of(app).task is None, "the guess needs no parameter"


def test_a_target_that_cannot_be_one_is_refused_with_the_reason_and_the_run_stays():
    text = "name,a,b,kind\n" + "".join(f"n{i},{i % 7},{i % 5},{'uv'[i % 2]}\n" for i in range(40))
    app = load(page(), text)
    named(app.selectbox, "data:target").select_index(0)
    app = check(app.run())
    assert any("holds 40 classes" in warning.value.replace("\\", "") for warning in app.warning)
    assert named(app.selectbox, "data:target").index == 3
    assert header_of(blob_of(app))["classes"] == ["u", "v"]


def test_a_wide_file_is_counted_not_listed_and_shown_on_every_page(path):
    wide = ",".join(f"c{i}" for i in range(300)) + ",kind\n"
    wide += "".join(",".join(str((i * j) % 17) for j in range(1, 301)) + f",k{i % 10}\n" for i in range(60))
    app = load(page(), wide)
    assert len(named(app.multiselect, "data:inputs").options) == 300
    assert named(app.multiselect, "data:inputs").value == []
    other = check(run_page(path, **params_of(app)))
    other = load(other, wide)
    assert not other.warning or all("There is no test set" in w.value or "Dead" in w.value for w in other.warning)
    named(app.multiselect, "data:inputs").set_value([3, 200])
    app = check(app.run())
    assert config_of(app).columns == (3, 200)
    assert named(app.multiselect, "data:inputs").value == [3, 200]


def test_one_input_of_categories_is_chosen_as_a_whole():
    app = load(page(), ANIMALS)
    named(app.multiselect, "data:inputs").set_value([1])
    app = check(app.run())
    assert config_of(app).columns == (1, 2, 3)
    named(app.multiselect, "data:inputs").set_value([])
    app = check(app.run())
    assert config_of(app).columns is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04zip", "is a ZIP archive or an Excel workbook, not text"),
        (b"a,b\n1,2\n3\n", "Row 3 has 1 value and row 1 has 2"),
        (b"a,b\n1,=cmd()\n", "Row 2, column 2 holds a formula (=cmd())"),
        (b"a,<i>b</i>\n1,x\n2,x\n", "The target column '‹i›b‹/i›' holds only one class (x)"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_the_experiment_stays(content, message):
    app = load(page(lr="0.3"), content, "bad.csv")
    assert [message in error.value.replace("\\", "") for error in app.error] == [True]
    assert config_of(app) == Config(learning_rate=0.3, epochs=20)
    app = load(app, ANIMALS)
    assert not app.error
    assert config_of(app).file_name == "animals.csv"


def test_the_sidebar_leads_from_a_file_to_a_dataset_and_back():
    app = load(page(hidden="5"), ANIMALS)
    choice = named(app.sidebar.selectbox, "your data:dataset")
    assert (choice.value, choice.options[-1]) == (OWN_FILE, "File: animals.csv")
    names = named(app.sidebar.multiselect, "your data:columns").options
    assert names == ["size", "colour = blue", "colour = green", "colour = red", "weight"]
    choice.select_index(list(DATASETS).index("blobs"))
    app = check(app.run())
    assert config_of(app) == Config(dataset="blobs", hidden=(5,), epochs=20)
    named(app.sidebar.selectbox, "your data:dataset").select_index(len(DATASETS))
    app = check(app.run())
    assert (config_of(app).file_name, config_of(app).hidden) == ("animals.csv", (5,))


@pytest.mark.parametrize("name", ["hidden", "learning_rate", "test_size", "standardize", "columns"])
def test_the_sidebars_controls_keep_working_on_a_file(name):
    app = load(page(), ANIMALS)
    before = config_of(app)
    bar = app.sidebar
    move = {
        "hidden": lambda: named(bar.slider, "your data:layers").set_value(2),
        "learning_rate": lambda: named(bar.select_slider, "your data:learning_rate").set_value(0.3),
        "test_size": lambda: named(bar.slider, "your data:test_size").set_value(0.4),
        "standardize": lambda: named(bar.selectbox, "your data:standardize").select_index(2),
        "columns": lambda: named(bar.multiselect, "your data:columns").set_value([0, 4]),
    }
    move[name]()
    app = check(app.run())
    assert getattr(config_of(app), name) != getattr(before, name)
    assert (config_of(app).file_name, config_of(app).file_fingerprint) == (before.file_name, before.file_fingerprint)


# A link that names a file


def link(**options):
    return {"file": "animals.csv", "fingerprint": fingerprint(ANIMALS.encode()), "lr": "0.3", **options}


def test_a_link_asks_for_its_file_by_name_and_keeps_everything_else(path):
    app = check(run_page(path, **QUICK, **link(missing="median", hidden="6-4")))
    assert "needs the file **animals\\.csv**" in app.info[0].value
    assert params_of(app)["lr"] == "0.3"
    app = load(app, ANIMALS, "renamed.csv")
    assert not app.warning
    config = config_of(app)
    assert (config.file_name, config.learning_rate, config.missing) == ("renamed.csv", 0.3, "median")
    assert config.hidden == (6, 4)
    assert not [info for info in app.info if "needs the file" in info.value]


def test_a_different_file_is_named_and_can_be_gone_on_with():
    other = ANIMALS.replace("size", "length")
    app = load(page(**link(columns="0-9")), other, "animals.csv")
    assert "This is a different file" in app.warning[0].value
    assert fingerprint(other.encode()) in app.warning[0].value
    app.button(key="your data:go-on").click()
    app = check(app.run())
    assert config_of(app).file_fingerprint == fingerprint(other.encode())
    assert config_of(app).learning_rate == 0.3
    assert any(warning.value.startswith("columns must be below 5") for warning in app.warning)


def test_one_can_go_on_without_the_file_and_a_bad_one_is_named():
    app = load(page(**link()), b"a,b\n1,2\n3\n")
    assert "Row 3 has 1 value" in app.error[0].value
    app.button(key="your data:without").click()
    app = check(app.run())
    assert config_of(app) == Config(learning_rate=0.3, epochs=20)
    assert not app.error


def test_the_dataset_can_be_changed_while_a_file_is_asked_for():
    app = page(**link())
    named(app.sidebar.selectbox, "your data:dataset").select_index(list(DATASETS).index("circles"))
    app = check(app.run())
    assert config_of(app) == Config(dataset="circles", learning_rate=0.3, epochs=20)


def test_a_link_to_the_loaded_file_is_followed_at_once_and_what_does_not_fit_is_said():
    app = load(page(), ANIMALS)
    for key, value in {**QUICK, **link(loss="bce")}.items():
        app.query_params[key] = value
    app = check(app.run())
    assert (config_of(app).file_name, config_of(app).loss) == ("animals.csv", None)
    assert any("loss must be one of" in warning.value.replace("\\", "") for warning in app.warning)


# Points


def start(**params):
    app = page(**params)
    app.button(key="data:start").click()
    return check(app.run())


def edit(app, **changes):
    key = next(editor.key for editor in app.data_editor)
    app.session_state[key] = {"edited_rows": {}, "added_rows": [], "deleted_rows": [], **changes}
    return check(app.run())


@pytest.mark.parametrize("params", [{"samples": "40"}, {"dataset": "iris"}, {"dataset": "noisy_sine"}, {"dataset": "bumps"},
                                    {"dataset": "xor_gate"}, {"dataset": "wine", "columns": "0"}])  # fmt: skip
def test_points_start_from_any_data_and_travel_in_the_link(params):
    app = start(**params)
    config = config_of(app)
    assert config.points is not None
    assert params_of(app) == config.to_params()
    app = page(**config.to_params())
    assert config_of(app) == config
    assert len(app.data_editor[0].value) == len(config.points)


@pytest.mark.parametrize(
    ("view", "columns"),
    [({}, None), ({"across": "3", "up": "0"}, (3, 0)), ({"pca": "1"}, None)],
    ids=["usual", "chosen", "pca"],
)
def test_points_start_from_the_pictures_two_columns_where_more_are_used(view, columns):
    app = page(dataset="iris", columns="all", **view)
    before = config_of(app)
    button = app.button(key="data:start")
    assert button.label == ("Use two columns and start" if "pca" in view else "Use the plot's two columns and start")
    button.click()
    config = config_of(check(app.run()))
    expected = columns or DATASETS["iris"].default_columns
    assert config.columns in (expected, None if expected == DATASETS["iris"].default_columns else expected)
    assert point_names(config)[:2] == tuple(DATASETS["iris"].feature_names[c] for c in expected)
    X, y = make_dataset("iris")
    assert len(config.points) == len(X)
    assert np.allclose(np.array(config.points)[:, :2], X[:, list(expected)], atol=0.01)
    assert (np.array(config.points)[:, 2] == y).all()
    app.button(key="data:back").click()
    assert config_of(check(app.run())).points is None
    assert before.points is None


def test_a_changed_cell_an_added_and_a_deleted_row_change_the_run_and_undo_brings_them_back():
    app = start(samples="20")
    first, blob = config_of(app).points, header_of(blob_of(app))["id"]
    app = edit(app, edited_rows={0: {"x1": 5.25, "class": "1"}})
    second = config_of(app).points
    assert second == ((5.25, first[0][1], 1.0), *first[1:])
    assert header_of(blob_of(app))["id"] != blob
    row = {"x1": 1.0, "x2": 2.0, "class": "0"}
    app = edit(app, edited_rows={0: {"x1": 5.25, "class": "1"}}, added_rows=[row], deleted_rows=[3])
    third = config_of(app).points
    assert third == (*second[:3], *second[4:], (1.0, 2.0, 0.0))
    for expected in (second, first, None):
        app.button(key="data:undo").click()
        app = check(app.run())
        assert config_of(app).points == expected
    assert config_of(app) == Config(n_samples=20, epochs=20)


def test_undo_never_leads_back_to_another_datasets_points():
    app = start(samples="20")
    app = edit(app, edited_rows={0: {"x1": 5.25}})
    for _ in range(2):
        named(app.sidebar.selectbox, "your data:dataset").select_index(list(DATASETS).index("circles"))
        app = check(app.run())
    app.button(key="data:start").click()
    app = check(app.run())
    app.button(key="data:undo").click()
    app = check(app.run())
    assert config_of(app) == Config(dataset="circles", n_samples=20, epochs=20)
    app.button(key="data:start").click()
    app = check(app.run())
    assert config_of(app).dataset == "circles"


def test_a_row_that_is_not_complete_waits():
    app = start(samples="20")
    before = config_of(app)
    app = edit(app, added_rows=[{"x1": 1.0}])
    assert config_of(app) == before
    assert "20 of at most 200 points, 1 more incomplete" in captions(app)


def test_clear_and_back_to_the_dataset():
    app = start(samples="20", patience="5")
    app.button(key="data:clear").click()
    app = check(app.run())
    assert sorted(point[-1] for point in config_of(app).points) == [0, 1]
    assert any("early stopping is off" in warning.value for warning in app.warning)
    assert any("There is no test set" in item["text"] for item in notices_of(app))
    app = edit(app, deleted_rows=[0])
    assert any("points must be at least 2" in error.value.replace("\\", "") for error in app.error)
    assert len(config_of(app).points) == 2
    app.button(key="data:back").click()
    app = check(app.run())
    assert config_of(app).points is None


def test_the_sidebar_leads_from_points_to_a_dataset():
    app = start(samples="20", lr="0.3")
    choice = named(app.sidebar.selectbox, "your data:dataset")
    assert choice.options[-1] == "Points drawn from: Moons"
    choice.select_index(list(DATASETS).index("circles"))
    app = check(app.run())
    assert config_of(app) == Config(dataset="circles", n_samples=20, learning_rate=0.3, epochs=20)


def test_each_door_leads_to_data_and_each_to_the_others():
    app = page(lr="0.3")
    named(app.selectbox, "data:dataset").select_index(list(DATASETS).index("circles"))
    app = check(app.run())
    assert config_of(app) == Config(dataset="circles", learning_rate=0.3, epochs=20)
    app.button(key="data:start").click()
    app = check(app.run())
    assert config_of(app).points is not None
    app = load(app, ANIMALS)
    assert config_of(app).file_name == "animals.csv"
    assert named(app.selectbox, "data:dataset").value is None
    assert not [button for button in app.button if button.key in ("data:start", "data:back")]
    named(app.selectbox, "data:dataset").select_index(list(DATASETS).index("iris"))
    app = check(app.run())
    assert config_of(app) == Config(dataset="iris", learning_rate=0.3, epochs=20)


# Inspect and take along


def test_inspect_shows_every_row_once_and_search_finds_them():
    app = page(dataset="iris")
    table = app.dataframe(key="data:rows").value
    assert len(table) == 150
    assert table["species"].tolist() == [n for n in DATASETS["iris"].class_names for _ in range(50)]
    assert table["petal length (cm)"].tolist() == make_dataset("iris")[0][:, 2].tolist()
    assert (table["set"] == "test").sum() == 30
    app.text_input(key="data:search").input("Virginica test")
    app = check(app.run())
    table = app.dataframe(key="data:rows").value
    assert set(table["species"]) == {"virginica"}
    assert set(table["set"]) == {"test"}
    assert f"{len(table)} of 150 rows" in captions(app)


def test_a_search_needs_every_word_in_some_column():
    part = np.array(["train", "test", "train"], dtype=object)
    columns = {"a": np.array([1.5, 2.5, np.nan]), "b": np.array(["Red", None, "blue red"], dtype=object)}
    for query, rows in (
        ("red", [0, 2]),
        ("RED train", [0, 2]),
        ("1.5 red", [0]),
        ("2", [1]),
        ("", [0, 1, 2]),
        ("x", []),
    ):
        assert data.matching(part, columns, query).tolist() == rows, query


def test_a_row_chosen_by_its_number_is_the_sample_of_all_pages():
    app = page(dataset="iris")
    app.number_input(key="data:sample").set_value(140)
    app = check(app.run())
    assert params_of(app)["sample"] == "140"
    app = check(run_page(ROOT / "pages" / "forward_pass.py", **params_of(app)))
    assert app.number_input(key="forward:sample").value == 140


def test_statistics_are_of_the_part_that_is_chosen():
    app = page(dataset="diabetes")
    X, y = make_dataset("diabetes")
    d = dataset_for(Config(dataset="diabetes"))
    for part, rows in (("train", d.rows_train), (data.EVERY, np.arange(len(X))), ("test", d.rows_test)):
        app.button_group(key="data:part").set_value(part)
        app = check(app.run())
        table = next(t.value for t in app.dataframe if "median" in t.value)
        np.testing.assert_allclose(table["mean"], [*X[rows].mean(axis=0), y[rows].mean()], rtol=1e-12)
        assert table["column"].tolist()[-1] == "progression"


@pytest.mark.parametrize("key", ["moons", "iris", "noisy_sine"])
def test_what_is_downloaded_loads_back_to_the_same_data(key):
    config = Config(dataset=key)
    X, y = make_dataset(key)
    source = table_source.source_of(read_table.read_table(data.csv_of(Experiment(config), None).encode()))
    X2, y2 = source.make(0, 0, 0, 0)
    assert (X2.tobytes(), y2.tobytes()) == (X.tobytes(), y.tobytes())
    assert source.class_names == class_names_of(DATASETS[key], None)


def test_what_is_downloaded_of_a_file_is_the_file():
    table = read_table.read_table(HOUSES.encode(), "houses.csv")
    text = data.csv_of(Experiment(Config(file_name="houses.csv")), table)
    assert text.splitlines()[:2] == ["rooms,area,price", "0,0.5,0.25"]


def test_the_page_has_no_control_that_the_tests_forget():
    moved = {"data:header", "data:decimal",
             "data:target", "data:task", "data:inputs", "data:missing", "data:remove", "data:start", "data:undo", "data:clear",
             "data:back", "data:dataset",
             "data:search", "data:sample", "data:part", "data:column", "data:x0", "data:x1", "data:input"}  # fmt: skip
    found = set()
    for app in (page(), load(page(), ANIMALS), start(samples="20")):
        kinds = ("selectbox", "button_group", "multiselect", "radio", "button", "text_input", "number_input")
        found |= {w.key.partition("#")[0] for kind in kinds for w in app.main.get(kind)} - {"undo"}  # every page's
    assert found == moved


def test_the_histogram_is_of_the_column_that_is_chosen():
    app = page(dataset="iris")
    before = charts_of(app)
    app.selectbox(key="data:column").select_index(2)
    after = charts_of(check(app.run()))
    assert "Values of petal length (cm)" in after
    assert "Values of petal length (cm)" not in before
    assert after["Samples of each class"] == before["Samples of each class"]
