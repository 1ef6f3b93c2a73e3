"""The Digits page: what it says is what the core computes; drawings, targets and images are chosen and kept in the link."""

import re
import urllib.error
from functools import cache, partial

import numpy as np
import pytest
import sklearn.datasets
from apptest import ROOT, charts_of, check, named, opened, run_page
from openml import drawn_images, write_copy
from pens import PENS

import ffbp
from ffbp.analysis.pixels import Walk, input_gradient, rare_pixels, walk
from ffbp.data import mnist
from ffbp.data.handwriting import digit_8x8, digit_28x28
from ffbp.data.table import Column, Table
from ffbp.figures.blob import arrays_of, header_of
from ffbp.figures.latex import plain
from ffbp.lessons.presets import PRESETS
from ffbp.ui.digits.pixels import verdict
from ffbp.ui.session.own_file import OwnFile
from ffbp.words.numbers import format_number, format_percent

PATH = ROOT / "pages" / "digits.py"
CONFIG = ffbp.Config.from_params({**PRESETS["digits"].config.to_params(), "epochs": "6"})[0]


@pytest.fixture(scope="module")
def run():
    return ffbp.train(CONFIG)


def digits(**params):
    return check(run_page(PATH, **{**CONFIG.to_params(), **params}))


def address(app):
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


def blobs(app, name):
    """What the components of a kind got, by the name that the packed images carry."""
    found = {}
    for component in app.get("bidi_component"):
        if component.proto.component_name.endswith(name):
            header = header_of(component.proto.bytes)
            found[header.get("name", name)] = (header, arrays_of(component.proto.bytes))
    return found


def text(app):
    return " ".join(element.value for kind in ("markdown", "caption", "info") for element in app.get(kind))


@pytest.fixture
def links(monkeypatch):
    """The parameters of the links that the latest runs have drawn, by label."""
    found = {}
    record = lambda self, path, *, label, query_params, **options: found.update({label: query_params})  # noqa: E731
    monkeypatch.setattr("streamlit.delta_generator.DeltaGenerator.page_link", record)
    monkeypatch.setattr("streamlit.page_link", partial(record, None))
    return found


def way_back(links):
    return [params for label, params in links.items() if label.startswith("Back to your experiment: ")]


def is_shown(app):
    return any("drawing" in component.proto.component_name for component in app.get("bidi_component"))


NO_IMAGES = [
    {"lr": "0.3"},
    {"dataset": "digits"},
    {"dataset": "digits", "columns": "1-2-3"},
    {"dataset": "iris", "frame": "3"},
]


@pytest.mark.parametrize("params", [{}, *NO_IMAGES], ids=str)
def test_an_address_without_images_opens_the_digits_at_once_and_leads_back(params, links):
    app = check(opened(PATH, **params))
    assert app.session_state["config"] == PRESETS["digits"].config
    assert address(app) == PRESETS["digits"].config.to_params()
    assert is_shown(app)
    assert way_back(links) == ([params] if params else [])
    assert not check(app.run()).warning


def test_the_link_to_the_digits_opens_the_latest_with_images_and_the_way_back_the_latest_without(links):
    check(run_page(ROOT / "app.py", lr="0.3"))
    assert links["Digits"] == PRESETS["digits"].config.to_params()
    assert links["Your data"] == {"lr": "0.3"}
    app = digits(lr="0.01")
    assert not way_back(links)
    named(app.sidebar.selectbox, "digits:dataset").select_index(0)
    app = check(app.run())
    assert not is_shown(app), "a choice made on the page is not taken back"
    own = address(app)
    assert links["Digits"] == {**CONFIG.to_params(), "lr": "0.01"}
    app.button(key="digits:load").click()
    app = check(app.run())
    assert app.session_state["config"] == PRESETS["digits"].config
    assert is_shown(app)
    assert way_back(links) == [own]


def test_ten_sigmoids_outputs_are_not_called_probabilities():
    app = digits(loss="mse", lr="0.1")
    run = ffbp.train(app.session_state["config"])
    total = run.network().predict_proba(run.dataset.X_train[:1]).sum()
    assert f"Its ten outputs are not probabilities: they sum to {format_number(total)}." in text(app)
    assert "The ten outputs" in charts_of(app)
    assert "all its ten probabilities" not in text(app)
    app = digits()
    assert "not probabilities" not in text(app)
    assert "The ten probabilities" in charts_of(app)


def test_a_note_says_what_the_automatic_choice_does_with_images():
    images = {"dataset": "digits", "columns": "all", "epochs": "3", "hidden": "4"}
    app = check(run_page(PATH, **images))
    assert "not standardised one by one; all are divided by full ink, 16. In older links they were" in text(app)
    assert "All pixels are divided by 16, full ink." in text(app)
    for standardize in ("0", "1"):
        assert "full ink" not in text(check(run_page(PATH, **images, standardize=standardize)))


def test_the_weights_of_every_frame_are_on_the_page(run):
    header, arrays = blobs(digits(), "ffbp_images")["Weights of the first layer, one image per unit"]
    assert header["n_frames"] == run.n_frames
    assert arrays[header["values"]["$"]].shape == (run.n_frames, 64, 64)


def test_the_mistakes_are_the_networks(run):
    app = digits()
    dataset = run.dataset
    said = run.network().predict(dataset.X_test)
    wrong = np.flatnonzero(said != dataset.y_test)
    assert f"**{len(wrong)} of 360 test digits are wrong** at epoch 6" in text(app)
    header, arrays = blobs(app, "ffbp_images")["Gallery: choose an image"]
    rows = [int(re.match(r"sample (\d+):", label).group(1)) for label in header["labels"]]
    assert set(rows) <= set(dataset.rows_test[wrong])
    assert len(rows) == min(len(wrong), 24)
    numbers = arrays[header["numbers"]["$"]]
    for row, image, label in zip(rows, numbers, header["labels"], strict=True):
        i = int(np.flatnonzero(dataset.rows_test == row)[0])
        p = run.network().predict_proba(dataset.X_test[i : i + 1])[0]
        assert (image == dataset.raw_test[i]).all()
        assert label == f"sample {row}: true {dataset.y_test[i]}, predicted {p.argmax()} with {format_percent(p.max())}"


def test_an_early_moment_has_many_mistakes_on_pages(run):
    app = digits(frame="0")
    n = int((run.network(0).predict(run.dataset.X_test) != run.dataset.y_test).sum())
    assert f"**{n} of 360 test digits are wrong** at epoch 0" in text(app)
    first = blobs(app, "ffbp_images")["Gallery: choose an image"][0]["labels"]
    app.number_input(key="digits:page").set_value(2)
    second = blobs(check(app.run()), "ffbp_images")["Gallery: choose an image"][0]["labels"]
    assert len(first) == len(second) == 24
    assert not set(first) & set(second)


def test_a_cell_shows_the_images_behind_it(run):
    app = digits()
    said = run.network().predict(run.dataset.X_test)
    count = int(((run.dataset.y_test == 3) & (said == 3)).sum())
    app.session_state["kept:digits:cell"] = 33
    app = check(app.run())
    assert f"**{count} test images of a 3 predicted as 3**" in text(app)
    labels = blobs(app, "ffbp_images")["Gallery: choose an image"][0]["labels"]
    assert all("true 3, predicted 3" in label for label in labels)
    app.button(key="digits:all").click()
    assert "are wrong" in text(check(app.run()))


def test_an_empty_cell_says_so(run):
    app = digits()
    said = run.network().predict(run.dataset.X_test)
    i, j = next((i, j) for i in range(10) for j in range(10) if not ((run.dataset.y_test == i) & (said == j)).any())
    app.session_state["kept:digits:cell"] = 10 * i + j
    assert "There are none at this epoch" in text(check(app.run()))


def test_the_chosen_image_its_answer_and_its_bars_are_the_networks(run):
    row = int(run.dataset.rows_test[7])
    app = digits(sample=str(row))
    p = run.network().predict_proba(run.dataset.X_test[7:8])[0]
    assert f"The prediction is **{p.argmax()}** with {format_percent(p.max())}." in text(app)
    assert f"The true digit is **{run.dataset.y_test[7]}**." in text(app)


def test_a_drawing_in_the_link_is_the_chosen_image(run):
    pixels = digit_8x8(PENS[3]).ravel()
    x = "_".join(f"{v:g}" for v in pixels)
    app = digits(x=x)
    p = run.network().predict_proba(run.dataset.encode(pixels[None]))[0]
    assert f"The prediction is **{p.argmax()}** with {format_percent(p.max())}." in text(app)
    header, arrays = blobs(app, "ffbp_images")["The chosen image"]
    assert header["labels"] == ["your drawing"]
    assert (arrays[header["numbers"]["$"]] == pixels).all()
    assert address(app)["x"] == x


@pytest.mark.parametrize("page", ["forward_pass", "backpropagation"])
def test_the_other_pages_show_the_same_drawing(page, run):
    pixels = digit_8x8(PENS[7]).ravel()
    app = check(run_page(ROOT / "pages" / f"{page}.py", **CONFIG.to_params(), x="_".join(f"{v:g}" for v in pixels)))
    assert not app.warning
    if page == "forward_pass":
        p = run.network().predict_proba(run.dataset.encode(pixels[None]))[0]
        assert [m.value for m in app.metric][:2] == [str(p.argmax()), format_number(p.max())]


def test_one_units_sum_is_written_in_images_and_numbers(run):
    row = int(run.dataset.rows_test[0])
    app = digits(sample=str(row), layer="1", unit="5")
    network = run.network()
    trace = network.forward(run.dataset.X_test[:1])
    header, arrays = blobs(app, "ffbp_images")["One unit's sum as images"]
    pixels, weights, products = arrays[header["numbers"]["$"]]
    assert (pixels == run.dataset.raw_test[0]).all()
    assert (weights == network.layers[0].W[4]).all()
    assert products == pytest.approx(pixels * weights)
    assert products.sum() + network.layers[0].b[4, 0] == pytest.approx(trace.Z[1][4, 0])
    assert any(rf"\mathbf{{{format_number(trace.Z[1][4, 0])}}}" in latex.value for latex in app.get("latex"))


def test_standardised_pixels_are_shown_as_the_network_sees_them():
    app = check(run_page(PATH, **{**CONFIG.to_params(), "standardize": "1", "lr": "0.001"}))
    header, arrays = blobs(app, "ffbp_images")["One unit's sum as images"]
    raw, seen, weights, products = arrays[header["numbers"]["$"]]
    dataset = ffbp.train(app.session_state["config"]).dataset
    assert seen == pytest.approx(dataset.encode(raw[None])[0])
    assert products == pytest.approx(seen * weights)


def test_another_unit_is_chosen_by_its_number_and_kept_in_the_link():
    app = digits()
    app.number_input(key="digits:unit").set_value(9)
    app = check(app.run())
    assert address(app)["unit"] == "9"
    assert blobs(app, "ffbp_images")["Weights of the first layer, one image per unit"][0]["chosen"] == 8


def test_the_gradient_at_the_pixels_and_the_walk_are_the_cores(run):
    row = int(run.dataset.rows_test[0])
    app = digits(sample=str(row), wanted="8")
    network, pixels = run.network(), run.dataset.raw_test[0]
    length = app.get("select_slider")[0]
    length = next(slider for slider in app.select_slider if slider.key == "digits:step").value
    path = walk(network, run.dataset, pixels, 8, step=length, n_steps=80, high=16.0, frozen=rare_pixels(run.dataset))
    shown = next(slider for slider in app.slider if slider.key.startswith("digits:steps:")).value
    header, arrays = blobs(app, "ffbp_images")["The gradient and the steps along it"]
    gradient, original, change, now = arrays[header["numbers"]["$"]]
    wanted = np.where(rare_pixels(run.dataset), np.nan, -input_gradient(network, run.dataset, path.images[shown], 8))
    assert gradient == pytest.approx(wanted, nan_ok=True)
    assert (original == pixels).all()
    assert now == pytest.approx(path.images[shown])
    assert change == pytest.approx(path.images[shown] - pixels)
    assert f"From step **{path.arrives}** on, the network predicts an **8**" in text(app)
    assert path.answers[shown] == 8


def test_the_wanted_digit_is_kept_in_the_link():
    app = digits()
    app.selectbox(key="digits:target").select_index(4)
    app = check(app.run())
    assert address(app)["wanted"] == "4"
    assert "a **4**" in text(app)


@pytest.mark.parametrize(
    ("answers", "said", "never"),
    [
        ([1, 1, 3, 3], "From step **2** on, the network predicts a **3**", "does not last"),
        ([1, 3, 4, 3], "First at step **1** the network predicts a **3**, but this does not last: at step **2** "
         "it predicts a **4**, from step **3** on a **3** again.", "From"),
        ([1, 3, 4, 3, 8, 8], "at step **2** it predicts a **4**, and it does not return for good.", "again"),
        ([3, 3, 3], "already predicts a **3**", "From"),
        ([3, 8, 8], "this does not last: at step **1** it predicts an **8**, and it does not return", "already"),
        ([1, 2], "After 1 step the network still does not predict a **3**: no further step lowers the loss", "longer"),
        ([1] * 81, "After 80 steps the network still does not predict a **3**: try longer steps", "First"),
    ],
)  # fmt: skip
def test_the_sentence_about_a_walk_is_true_to_its_end(answers, said, never):
    n = len(answers)
    lengths = np.append(0.0, np.full(n - 1, 0.64))
    path = Walk(np.zeros((n, 64)), np.eye(10)[answers], np.ones(n), lengths, np.zeros(n, int), 3)
    sentence = verdict(path, str, 16.0)
    assert said in sentence
    assert never not in sentence


def test_what_the_page_says_of_a_walk_is_what_the_walk_does():
    for standardize in ("0", "1"):
        app = digits(standardize=standardize, sample="3", wanted="0")
        shown = blobs(app, "ffbp_images")["The gradient and the steps along it"]
        step = int(re.match(r"step (\d+): ", shown[0]["captions"][-1]).group(1))
        assert step == next(slider for slider in app.slider if slider.key.startswith("digits:steps:")).max
        assert "14 of 64 pixels stay as they are: fewer than 5 % of the training images" in text(app)
        gradient = shown[1][shown[0]["numbers"]["$"]][0].ravel()
        assert np.isnan(gradient).sum() == 14


def test_more_steps_are_shown_when_asked_for():
    app = digits(wanted="0")
    slider = next(slider for slider in app.slider if slider.key.startswith("digits:steps:"))
    slider.set_value(slider.max)
    app = check(app.run())
    captions = blobs(app, "ffbp_images")["The gradient and the steps along it"][0]["captions"]
    assert captions[-1].startswith(f"step {slider.max:g}: 0,")


@pytest.mark.parametrize(
    "params",
    [
        {"lr": "30", "epochs": "3"}, {"hidden": "none"}, {"hidden": "8-8-8"}, {"test": "0"}, {"frame": "0"},
        {"loss": "mse", "output": "sigmoid"}, {"init": "zeros"}, {"x": "_".join(["1e300"] * 64)}, {"wanted": "3"},
    ],
    ids=str,
)  # fmt: skip
def test_any_network_on_the_digits_has_its_page(params):
    app = digits(**params)
    assert not app.warning
    assert blobs(app, "ffbp_confusion")


def test_a_gradient_of_zero_is_explained():
    assert "No step can lower this loss" in text(digits(init="zeros", frame="0", hidden="4"))


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"x": "1_2"}, "x must hold 64"),
        ({"wanted": "12"}, "wanted must be"),
        ({"unit": "60", "hidden": "8"}, "unit must be"),
    ],
)
def test_a_bad_link_warns(params, said):
    assert any(said in warning.value.replace("\\", "") for warning in digits(**params).warning)


def test_a_drawing_that_was_left_for_a_sample_can_be_shown_again():
    app = digits()
    app.session_state["kept:digits:strokes"] = PENS[3]
    app = check(app.run())
    app.button(key="digits:take").click()
    app = check(app.run())
    assert address(app)["x"] == "_".join(f"{v:g}" for v in digit_8x8(PENS[3]).ravel())
    assert blobs(app, "ffbp_images")["The chosen image"][0]["labels"] == ["your drawing"]
    assert not [button for button in app.button if button.key == "digits:take"]


def test_prose_between_figures_is_short():
    app = digits()
    for element in app.main.markdown:
        assert len(element.value.split()) <= 80


def test_a_files_own_class_names_are_shown_as_they_are():
    names = ["*a*", "<b>", "$c$", "[d](e)", "`f`", "g_h_", "#i", "~j~", "k|l", "m"]
    rng = np.random.RandomState(0)
    columns = [Column(f"p{k}", rng.randint(0, 17, 60).astype(float)) for k in range(64)]
    columns.append(Column("class", np.arange(60) % 10, tuple(names)))
    table = Table("mine.csv", "f" * 16, tuple(columns), "UTF-8", ",", decimal_comma=False, has_header=True)
    app = digits()
    app.session_state["file"] = OwnFile(table)
    app.query_params.clear()
    for key, value in {
        "file": "mine.csv",
        "fingerprint": "f" * 16,
        "columns": "all",
        "epochs": "2",
        "hidden": "4",
    }.items():
        app.query_params[key] = value
    app = check(app.run())
    assert not app.warning
    (says,) = [element.value for element in app.markdown if element.value.startswith("The prediction is")]
    assert any(f"The prediction is **{plain(name)}** with" in says for name in names)


# MNIST


@pytest.fixture
def local_mnist(monkeypatch, tmp_path):
    """scikit-learn's data folder with a small copy of MNIST in it, and a download of its own for the test."""
    write_copy(tmp_path, *drawn_images(200))
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr("ffbp.ui.mnist._download", cache(mnist.Download))


def test_mnist_is_fetched_trained_and_shown_as_images(local_mnist):
    app = digits()
    app.button(key="digits:mnist").click()
    app = check(app.run())
    config = app.session_state["config"]
    assert (config.file_name, config.hidden, config.columns) == ("MNIST 28×28", (32,), ())
    header, arrays = blobs(app, "ffbp_images")["Weights of the first layer, one image per unit"]
    assert header["side"] == 28
    assert arrays[header["values"]["$"]].shape[1:] == (32, 784)
    assert "sample of MNIST" in text(app)
    assert address(app)["file"] == "MNIST 28×28"
    app.button(key="digits:small").click()
    assert check(app.run()).session_state["config"] == PRESETS["digits"].config


def test_a_link_to_mnist_offers_to_fetch_it_and_keeps_the_rest(local_mnist):
    app = digits()
    app.button(key="digits:mnist").click()
    link = {**address(check(app.run())), "hidden": "8", "epochs": "3"}
    app = check(run_page(PATH, **link))
    app.button(key="digits:mnist").click()
    app = check(app.run())
    assert app.session_state["config"].hidden == (8,)
    assert blobs(app, "ffbp_images")["Weights of the first layer, one image per unit"][0]["side"] == 28


def test_a_drawing_on_mnist_is_28_by_28(local_mnist):
    app = digits()
    app.button(key="digits:mnist").click()
    app = check(app.run())
    pixels = np.round(digit_28x28(PENS[3]).ravel() / 255, 4)
    app.query_params["x"] = "_".join(f"{v:g}" for v in pixels)
    app = check(app.run())
    assert not app.warning
    header, arrays = blobs(app, "ffbp_images")["The chosen image"]
    assert header["labels"] == ["your drawing"]
    assert arrays[header["numbers"]["$"]].ravel() == pytest.approx(pixels)


def test_without_internet_the_page_says_so_and_can_try_again(monkeypatch, tmp_path):
    def fetch_openml(name, **options):
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    monkeypatch.setattr("ffbp.ui.mnist._download", cache(mnist.Download))
    app = digits()
    app.button(key="digits:mnist").click()
    app = check(app.run())
    (error,) = app.error
    assert "could not be downloaded from openml" in error.value.replace("\\", "")
    assert app.session_state["config"] == CONFIG
    monkeypatch.undo()
    write_copy(tmp_path, *drawn_images(100))
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr("ffbp.ui.mnist._download", cache(mnist.Download))
    app.button(key="digits:mnist").click()
    app = check(app.run())
    assert not app.error
    assert app.session_state["config"].file_name == "MNIST 28×28"
