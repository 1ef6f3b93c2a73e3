"""Figures show the run's numbers, and the packed run decodes to them."""

import math

import numpy as np
import plotly.graph_objects as go
import pytest

import ffbp
from ffbp.analysis.maps import outputs
from ffbp.analysis.plane import plane_inputs, plane_of
from ffbp.analysis.scores import chance_level
from ffbp.experiment.link import as_number
from ffbp.figures import palette
from ffbp.figures.blob import arrays_of, differences, header_of, quantise
from ffbp.figures.charts import boundary_plot, gradient_plot, loss_plot
from ffbp.figures.pack import REFINED_RESOLUTION, pack_refinement, pack_run, refine
from ffbp.words.numbers import format_number


def _trace(figure, name, meta):
    return next(t for t in figure.data if t.name == name and t.meta == meta)


def _looks(figure, part):
    """The boundary's looks of a part, by class."""
    return {t.meta["class"]: t for t in figure.data if t.meta["part"] == part}


@pytest.fixture(scope="module")
def run():
    return ffbp.train(ffbp.Config(epochs=60, l2=0.01))


@pytest.fixture(scope="module")
def plane(run):
    return plane_of(run.dataset)


def test_curves_are_the_history(run):
    figure, h = go.Figure(loss_plot(run)), run.history
    for name, values in (
        ("train", h.train_loss),
        ("test", h.test_loss),
        ("penalty", h.penalty),
        ("total", h.total),
    ):
        assert (np.asarray(_trace(figure, name, "loss").y) == values).all()
        assert (np.asarray(_trace(figure, name, "loss").x) == h.epoch).all()
    gradients = go.Figure(gradient_plot(run))
    for l in range(2):
        assert (np.asarray(_trace(gradients, f"layer {l + 1}", "dW").y) == h.grad_norm[:, l]).all()
        assert math.isnan(_trace(gradients, f"layer {l + 1}", "update").y[0])
    assert gradients.layout.xaxis.range == figure.layout.xaxis.range


def test_total_and_penalty_appear_only_when_they_differ():
    names = {t.name for t in go.Figure(loss_plot(ffbp.train(ffbp.Config(epochs=3)))).data}
    assert "penalty" not in names


def test_every_axis_has_a_title(run, plane):
    for figure in (go.Figure(loss_plot(run)), go.Figure(gradient_plot(run)), go.Figure(boundary_plot(run, plane))):
        assert figure.layout.xaxis.title.text
        assert figure.layout.yaxis.title.text


def test_an_exact_zero_is_drawn_at_a_floor_and_called_zero():
    run = ffbp.train(ffbp.Config(initializer="zeros", epochs=5))
    figure = go.Figure(gradient_plot(run))
    first = _trace(figure, "layer 1", "dW")
    assert (run.history.grad_norm[:, 0] == 0).all()
    assert min(first.y) > 0
    assert set(first.text) == {"exactly 0"}
    assert figure.layout.meta["views"][0]["zero"] == first.y[0]


def test_the_colour_of_a_class_is_the_boundarys_colour_at_certainty(run, plane):
    figure = go.Figure(boundary_plot(run, plane))
    for theme in ("light", "dark"):
        scale = palette.output_scale(theme)
        for k, end in ((0, scale[0]), (1, scale[-1])):
            assert _looks(figure, "train")[k].marker.color == end[1] == palette.CLASSES[k]


def test_train_and_test_points_differ_by_more_than_colour(run, plane):
    figure = go.Figure(boundary_plot(run, plane))
    train, test = _looks(figure, "train"), _looks(figure, "test")
    assert len({t.marker.symbol for t in train.values()}) == 2
    for k, look in test.items():
        assert look.marker.symbol == train[k].marker.symbol
        assert (look.marker.color, look.marker.line.color) == ("#ffffff", train[k].marker.color)
    assert [t.name for t in figure.data if t.showlegend is not False] == ["0", "1", "test (hollow)"]


@pytest.mark.parametrize(
    "query",
    [{}, {"dataset": "iris"}, {"dataset": "bumps"}, {"dataset": "noisy_sine"}, {"dataset": "wine", "columns": (0,)}],
)
def test_samples_are_packed_once_and_not_as_a_plot(query):
    run = ffbp.train(ffbp.Config(**query, epochs=2))
    dataset, plane = run.dataset, plane_of(run.dataset)
    blob = pack_run(run, plane).blob()
    header, arrays = header_of(blob), arrays_of(blob)
    boundary, regression = header["boundary"], run.dataset.task == "regression"
    for part in dataset.parts:
        xy, row, values = (arrays[boundary["samples"][part.name][key]["$"]] for key in ("xy", "row", "values"))
        assert (xy.dtype, row.dtype, values.dtype) == (np.float32, np.uint16, np.float32 if regression else np.uint8)
        chosen, target = part.raw[:, dataset.columns], dataset.decode_target(part.y) if regression else part.y
        height = dataset.line_height(part.y) if plane.is_line else chosen[:, 1]
        assert (xy == np.column_stack([chosen[:, 0], height]).astype(np.float32)).all()
        assert (row == part.rows).all()
        assert (values == target.astype(values.dtype)).all()
        classes = [None] if regression else sorted(set(part.y.tolist()))
        looks = [look for look in boundary["plot"]["data"] if look["meta"]["part"] == part.name]
        assert [look["meta"]["class"] for look in looks] == classes
    assert not any(look.keys() & {"x", "y", "customdata"} for look in boundary["plot"]["data"])
    entries = [entry["shape"] for entry in header["arrays"] if entry["part"] == "boundary"]
    assert entries.count([len(dataset.X_train), 2]) == 1


def test_single_steps_stand_behind_the_curve_of_small_batches():
    run = ffbp.train(ffbp.Config(batch_size=10, epochs=20))
    band = next(t for t in go.Figure(loss_plot(run)).data if t.name == "steps")
    assert max(band.y) == run.history.step_loss.max()
    assert min(band.y) == run.history.step_loss.min()


def test_the_chance_level_is_the_entropy_of_the_training_classes_or_the_variance():
    run = ffbp.train(ffbp.Config(dataset="iris", epochs=1))
    shares = np.bincount(run.dataset.y_train) / len(run.dataset.y_train)
    assert chance_level(run) == pytest.approx(-(shares * np.log(shares)).sum())
    run = ffbp.train(ffbp.Config(dataset="plane", epochs=1))
    assert chance_level(run) == pytest.approx(run.dataset.y_train.var())


def test_packed_maps_decode_to_the_networks_outputs(run, plane):
    blob = pack_run(run, plane).blob()
    header, arrays = header_of(blob), arrays_of(blob)
    b = header["boundary"]
    coded = np.cumsum(arrays[b["values"]["$"]], axis=0, dtype=np.uint8)
    low, high = (arrays[b[k]["$"]][:, None] for k in ("lows", "highs"))
    expected = outputs(run, plane_inputs(run.dataset, plane, plane.grid(64)))[:, 0]
    assert np.abs(low + (high - low) * coded / 255 - expected).max() <= ((high - low) / 255).max() * 0.51


def test_the_reference_run_packs_into_less_than_a_megabyte():
    run = ffbp.train(ffbp.Config())
    assert run.n_frames == 300
    assert len(pack_run(run, plane_of(run.dataset)).blob()) < 1_000_000


def test_wrong_points_are_packed_for_every_frame(run, plane):
    blob = pack_run(run, plane).blob()
    header, arrays = header_of(blob), arrays_of(blob)
    points = header["boundary"]["points"]["test"]
    wrong = np.unpackbits(arrays[points["wrong"]["$"]], axis=1, bitorder="little")[:, :200]
    for frame in (0, 30, -1):
        expected = run.network(frame).predict(run.dataset.X_test) != run.dataset.y_test
        assert (wrong[frame] == expected).all()


def test_the_refinement_holds_exact_values_of_its_frame(run, plane):
    blob = pack_refinement(run, plane, 7, "id")
    header, arrays = header_of(blob), arrays_of(blob)
    assert (header["frame"], header["n"]) == (7, REFINED_RESOLUTION)
    expected = run.network(7).predict_proba(plane_inputs(run.dataset, plane, plane.grid(REFINED_RESOLUTION)))[:, 0]
    np.testing.assert_allclose(arrays[header["values"]["$"]], expected, rtol=1e-6)


@pytest.mark.parametrize("hidden", [(3,), (16, 16)])
def test_the_refinement_holds_the_drawn_weights_and_their_gradients_exactly(hidden):
    run = ffbp.train(ffbp.Config(hidden=hidden, epochs=5, l2=0.1))
    place = plane_of(run.dataset)
    blob = pack_refinement(run, place, 3, "id", refined=refine(run, place, 3, True))
    header, arrays = header_of(blob), arrays_of(blob)
    found = {name: arrays[entry["$"]] for name, entry in header["parameters"].items()}
    network, drawn = run.network(3), header_of(pack_run(run, place).blob())["network"]
    edges, shown = drawn["edges"], drawn["shown"]
    assert found["weights"].tolist() == [network.layers[l - 1].W[i, j] for l, i, j in edges]
    assert found["dW"].tolist() == [network.layers[l - 1].dW[i, j] for l, i, j in edges]
    pairs = list(zip(network.layers, shown[1:], strict=True))
    assert found["biases"].tolist() == [b for layer, count in pairs for b in layer.b[:count, 0]]
    assert found["db"].tolist() == [b for layer, count in pairs for b in layer.db[:count, 0]]


def test_differences_are_undone_by_a_sum_modulo_256():
    frames = np.random.RandomState(0).randint(0, 256, (5, 9)).astype(np.uint8)
    assert (np.cumsum(differences(frames), axis=0, dtype=np.uint8) == frames).all()


def test_quantising_keeps_ends_and_survives_what_is_not_a_number():
    assert quantise(np.array([0.0, 1.0, np.nan, np.inf]), 0.0, 1.0).tolist() == [0, 255, 128, 255]


def test_many_edges_are_thinned_and_every_unit_keeps_one():
    run = ffbp.train(ffbp.Config(hidden=(16, 16), epochs=3))
    network = header_of(pack_run(run, plane_of(run.dataset)).blob())["network"]
    assert len(network["edges"]) <= 60
    assert network["n_weights"] == 2 * 16 + 16 * 16 + 16
    assert {(l, i) for l, i, _ in network["edges"]} == {
        (l, i) for l, n in enumerate(network["shown"]) if l for i in range(n)
    }


@pytest.mark.parametrize(
    "config",
    [
        ffbp.Config(dataset="bumps", hidden=(16,), learning_rate=30.0, epochs=50), ffbp.Config(dataset="noisy_sine", epochs=3),
        ffbp.Config(dataset="wine", columns=(0,), epochs=3), ffbp.Config(dataset="digits", columns=(), epochs=2),
        ffbp.Config(hidden=(), epochs=3), ffbp.Config(dataset="and_gate", hidden=(2,), epochs=3),
        ffbp.Config(hidden=(64,) * 8, epochs=2), ffbp.Config(derived=("x1_x2", "sin_x1"), epochs=2),
    ],
    ids=lambda c: f"{c.dataset}-{len(c.hidden)}",
)  # fmt: skip
def test_every_kind_of_run_packs(config):
    run = ffbp.train(config)
    plane = plane_of(run.dataset)
    assert header_of(pack_run(run, plane).blob())["n_frames"] == run.n_frames
    if not plane.is_line:
        assert len(pack_refinement(run, plane, -1, "id")) > 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.25312447, "0.2531"), (1234.5, "1235"), (0, "0"), (1.234567e-5, "1.235·10⁻⁵"), (-0.5, "-0.5000"), (99999.6, "100000"),
        (1e5, "1.000·10⁵"), (float("nan"), "–"), (float("inf"), "∞"), (2.0625, "2.063"), (0.001, "0.001000"),
        (9.9999e-10, "1.000·10⁻⁹"), (0.99999, "1.000"), (0.0099999, "0.01000"), (-999.97, "-1000"), (9999.7, "10000"),
    ],
)  # fmt: skip
def test_numbers_are_written_with_four_digits(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize("value", [1.5e-5, -8.398e206, 3e5, 0.25])
def test_a_number_that_is_written_can_be_typed_again(value):
    assert as_number(format_number(value)) == pytest.approx(value)


@pytest.mark.parametrize(
    "query", [{}, {"dataset": "iris"}, {"dataset": "bumps", "hidden": (4,)}, {"dataset": "noisy_sine"}]
)
def test_plots_are_figures_that_plotly_accepts(query):
    run = ffbp.train(ffbp.Config(**query, epochs=30, l2=0.01, batch_size=20))
    for plot in (loss_plot(run), gradient_plot(run), boundary_plot(run, plane_of(run.dataset))):
        chart = go.Figure(plot)
        assert [trace.name for trace in chart.data] == [trace["name"] for trace in plot["data"]]
        assert list(chart.layout.xaxis.range) == plot["layout"]["xaxis"]["range"]


def test_one_vs_rest_maps_are_each_classes_probability():
    run = ffbp.train(ffbp.Config(dataset="iris", epochs=25))
    plane = plane_of(run.dataset)
    blob = pack_run(run, plane).blob()
    b = header_of(blob)["boundary"]
    coded = arrays_of(blob)[b["each"]["$"]]
    each = np.cumsum(coded, axis=0, dtype=np.uint8)[-1] / 255
    exact = outputs(run, plane_inputs(run.dataset, plane, plane.grid(b["each_n"])), slice(-1, None))[0]
    np.testing.assert_allclose(each, exact, atol=0.01)
    np.testing.assert_allclose(each.sum(axis=0), 1.0, atol=0.01)
    fine = pack_refinement(run, plane, -1, "run")
    header = header_of(fine)
    shares = arrays_of(fine)[header["each"]["$"]] / 65535
    exact = outputs(run, plane_inputs(run.dataset, plane, plane.grid(header["n"])), slice(-1, None))[0]
    np.testing.assert_allclose(shares, exact, atol=1 / 65535)
