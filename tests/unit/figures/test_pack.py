"""A run in parts, each page with those of its panels; and the scales that one or several runs give them."""

import json
import struct
from dataclasses import replace

import numpy as np
import pytest

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.analysis.scores import precision_recall
from ffbp.figures.blob import Packer, arrays_of, as_blob, header_of, with_id
from ffbp.figures.charts import boundary_plot, gradient_plot, loss_plot
from ffbp.figures.pack import LATER, PANELS, options, pack_refinement, pack_run, unrefined
from ffbp.figures.scales import scales_of

CONFIGS = {
    "classes": (ffbp.Config(epochs=20), ffbp.Config(epochs=30, learning_rate=1.0, hidden=(4, 3))),
    "numbers": (ffbp.Config(dataset="bumps", epochs=10), ffbp.Config(dataset="bumps", epochs=5, noise=1.0)),
}


@pytest.fixture(scope="module")
def run():
    return ffbp.train(ffbp.Config(epochs=20))


@pytest.fixture(scope="module")
def packed(run):
    return pack_run(run, plane_of(run.dataset))


@pytest.fixture(scope="module", params=CONFIGS)
def two(request):
    return [ffbp.train(config) for config in CONFIGS[request.param]]


# Parts


@pytest.mark.parametrize("panels", [PANELS, ("boundary",), ("loss",), ("loss", "boundary"), ()])
def test_a_page_gets_the_parts_of_its_panels_and_no_others(run, packed, panels):
    blob = packed.blob(panels)
    header, arrays = header_of(blob), arrays_of(blob)
    assert {panel for panel in PANELS if panel in header} == set(panels)
    for entry, array in zip(header["arrays"], arrays, strict=True):
        assert (array is not None) == (entry["part"] in {"run", *panels})
    assert (arrays[header["history"]["train_loss"]["$"]] == run.history.train_loss).all()


def test_a_saved_picture_of_a_faulty_run_finds_the_words_that_stand_over_it(packed):
    run = ffbp.train(ffbp.Config(epochs=2, fault="wrong_sign"))
    told = header_of(pack_run(run, plane_of(run.dataset)).blob())["banner"]
    assert told == "This run has a deliberate fault: wrong sign."
    assert header_of(packed.blob())["banner"] == ""


def test_fewer_panels_are_fewer_bytes(packed):
    sizes = [len(packed.blob(panels)) for panels in (PANELS, ("boundary", "loss"), ("boundary",), ())]
    assert sizes == sorted(sizes, reverse=True)
    assert len(packed.blob(("loss",))) < sizes[0] / 4


def test_a_run_keeps_its_id_whatever_of_it_is_packed(run, packed):
    first = pack_run(run, plane_of(run.dataset), frames=(0, 20))
    blobs = [packed.blob(), packed.blob(("loss",)), packed.frames(), first.blob(), packed.blob(player="other")]
    assert {header_of(blob)["id"] for blob in blobs} == {packed.id}
    assert [header_of(blob)["player"] for blob in blobs[-2:]] == ["player", "other"]


def test_a_player_is_mounted_with_its_panels_in_their_order():
    given = options(("boundary", "network"), player="other", editable=True, clock="shared")
    wanted = {"player": "other", "panels": ["network", "boundary"], "editable": True, "clock": "shared"}
    given = json.loads(given)
    assert list(given.pop("help")) == ["network", "boundary"]
    assert given == wanted


def named_arrays(blob, *keys):
    """The arrays below a header's entry, by their path; differences undone."""
    header, arrays = header_of(blob), arrays_of(blob)

    def walk(value, path):
        if isinstance(value, dict) and "$" in value:
            array = arrays[value["$"]]
            if array is not None:
                undo = header["arrays"][value["$"]].get("differences")
                yield path, np.cumsum(array, axis=0, dtype=np.uint8) if undo else array
        elif isinstance(value, dict | list):
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                yield from walk(item, f"{path}/{key}")

    return dict(walk({key: header[key] for key in keys}, ""))


@pytest.mark.parametrize("config", [
    ffbp.Config(epochs=20), ffbp.Config(dataset="iris", epochs=9), ffbp.Config(dataset="noisy_sine", epochs=9),
    ffbp.Config(dataset="bumps", epochs=9), ffbp.Config(dataset="wine", columns=(), epochs=9),
    ffbp.Config(epochs=9, learning_rate=1000),
])  # fmt: skip
def test_the_first_frames_are_rows_of_all_and_the_rest_brings_all(config):
    run = ffbp.train(config)
    plane, last = plane_of(run.dataset), run.n_frames - 1
    chosen = sorted({0, last // 2, last})
    first = pack_run(run, plane, frames=chosen)
    whole, rest = pack_run(run, plane), pack_run(run, plane, panels=LATER).frames()
    assert header_of(first.blob())["frames"] == chosen
    few, every = named_arrays(first.blob(), *PANELS), named_arrays(whole.blob(), *PANELS)
    chosen_views = [path for path in every if not path.startswith("/gradients/plot/data") or path in few]
    assert few.keys() == set(chosen_views)
    framewise = 0
    for path, array in ((path, every[path]) for path in chosen_views):
        if len(array) == run.n_frames and "/plot/" not in path and path.startswith(("/boundary", "/network")):
            np.testing.assert_array_equal(few[path], array[chosen], err_msg=path)
            framewise += 1
        else:
            np.testing.assert_array_equal(few[path], array, err_msg=path)
    assert framewise > 2
    assert header_of(rest).keys() & set(PANELS) == set(LATER)
    for path, array in named_arrays(rest, *LATER).items():
        np.testing.assert_array_equal(array, every[path], err_msg=path)


def test_the_first_frames_are_few_bytes_and_can_be_read_in_place(run):
    first = pack_run(run, plane_of(run.dataset), frames=(0, 20))
    blob = first.blob()
    header = header_of(blob)
    (length,) = struct.unpack_from("<I", blob)
    assert (4 + length) % 8 == 0
    assert all(size % 8 == 0 for size in header["parts"].values())
    assert len(blob) == 4 + length + sum(header["parts"].values())


def test_equal_arrays_of_a_part_are_packed_once():
    packer = Packer()
    packer.begin("run")
    epochs = packer.add(np.arange(5), np.int32)
    assert packer.add(np.arange(5), np.int32) == epochs
    assert packer.add(np.arange(5), np.float64) != epochs
    packer.begin("network")
    packer.begin("loss", "run")
    assert packer.add(np.arange(5), np.int32) == epochs
    packer.begin("boundary")  # may come without the others
    assert packer.add(np.arange(5), np.int32) != epochs


def test_an_id_is_that_of_the_whole_content(run, packed):
    plane = plane_of(run.dataset)
    assert pack_run(run, plane).id == packed.id
    renamed = replace(run, dataset=replace(run.dataset, class_names=("no", "yes")))
    assert pack_run(renamed, plane).id != packed.id  # the same arrays
    headers = ({"chosen": None}, {"chosen": 3}, {"chosen": 3, "arrays": []})
    assert len({header_of(as_blob(header, {"all": b"same"}))["id"] for header in headers}) == 3
    texts = [with_id(text) for text in ('{"a":1}', '{"a":2}', '{"a":1}')]
    assert texts[0] == texts[2]
    assert len({json.loads(text)["id"] for text in texts}) == 2


def test_the_browser_gets_precision_and_recall(run, packed):
    header, arrays = header_of(packed.blob()), arrays_of(packed.blob())
    for points in header["boundary"]["points"].values():
        counts, precision, recall = (arrays[points[k]["$"]] for k in ("confusion", "precision", "recall"))
        for found, expected in zip((precision, recall), precision_recall(counts), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_a_page_without_a_boundary_gets_no_finer_one(run, packed):
    blob = pack_refinement(run, plane_of(run.dataset), 7, packed.id, refined=unrefined(7), player="other")
    header = header_of(blob)
    assert (header["frame"], header["run"], header["player"]) == (7, packed.id, "other")
    assert "values" not in header
    assert arrays_of(blob) == []


# Scales


def test_without_scales_a_run_has_its_own(run, packed):
    plane, own = plane_of(run.dataset), scales_of(run)
    assert pack_run(run, plane, own).id == packed.id
    assert loss_plot(run)["layout"] == loss_plot(run, own)["layout"]
    assert gradient_plot(run)["layout"] == gradient_plot(run, own)["layout"]


def test_scales_of_two_runs_hold_both(two):
    both, each = scales_of(*two), [scales_of(run) for run in two]
    ends = lambda scales: [scales.epochs, scales.loss["linear"], scales.score["linear"], list(scales.output)]  # noqa: E731
    for own in each:
        for (low, high), (wide_low, wide_high) in zip(ends(own), ends(both), strict=True):
            assert wide_low <= low
            assert high <= wide_high
        for key, decades in own.gradients.items():
            low, high = both.gradients[key].span
            assert low <= decades.span[0]
            assert decades.span[1] <= high
    assert both.weight == max(own.weight for own in each)


def test_two_runs_with_the_same_scales_have_the_same_axes_and_colours(two):
    scales = scales_of(*two)
    plots = [(loss_plot(run, scales), gradient_plot(run, scales)) for run in two]
    for first, second in zip(*plots, strict=True):
        for axis in ("xaxis", "yaxis"):
            assert first["layout"][axis]["range"] == second["layout"][axis]["range"]
        views = [[view["ranges"] for view in plot["layout"]["meta"]["views"]] for plot in (first, second)]
        assert views[0] == views[1]
    planes = [plane_of(run.dataset) for run in two]
    headers = [header_of(pack_run(run, plane, scales).blob()) for run, plane in zip(two, planes, strict=True)]
    for key in ("low", "high"):
        assert headers[0]["boundary"][key] == headers[1]["boundary"][key]
    assert headers[0]["network"]["weight_limit"] == headers[1]["network"]["weight_limit"]
    if two[0].dataset.task == "regression":
        limits = {
            boundary_plot(run, plane, scales)["data"][0]["marker"]["cmax"]
            for run, plane in zip(two, planes, strict=True)
        }
        assert limits == {scales.output[1]}


@pytest.mark.parametrize(("values", "dtype"), [
    ([0.0, 1e-3, 7.0, np.nan], "float32"), ([], "float32"), ([np.nan], "float32"), ([1.0, np.inf], "float32"),
    ([1.0, 1e39], "float64"), ([1.0, -1e-40], "float64"),
])  # fmt: skip
def test_a_curve_takes_half_the_bytes_unless_its_numbers_need_them(values, dtype):
    packer = Packer()
    values = np.array(values, float)
    packer.curve(values)
    assert packer.entries[0]["dtype"] == dtype
    (found,) = arrays_of(packer.blob({}))
    np.testing.assert_allclose(found, values, rtol=1e-7)
