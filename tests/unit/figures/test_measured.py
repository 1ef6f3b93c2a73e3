"""What is measured of a run after its picture is there: the blobs hold its numbers."""

from dataclasses import replace

import numpy as np
import pytest

import ffbp
from ffbp import OPTIMIZERS, Config
from ffbp.analysis import stability as module
from ffbp.figures import palette
from ffbp.figures.blob import arrays_of, header_of
from ffbp.figures.charts import KINDS, gradient_plot, loss_plot
from ffbp.figures.measured import pack_stability, pack_steps, stability_view
from ffbp.lessons.presets import PRESETS
from ffbp.words.numbers import format_number

SMALL = Config(n_samples=40, hidden=(4,), epochs=20, learning_rate=3.0, clip=0.2)


def test_the_steps_are_those_that_leave_the_frames_and_the_last_frame_has_none():
    run = ffbp.train(SMALL)
    quality = ffbp.step_quality(run)
    blob = pack_steps(quality, "run 1", player="other")
    header, arrays = header_of(blob), arrays_of(blob)
    assert (header["run"], header["kind"], header["player"]) == ("run 1", "measured", "other")
    steps = {key: arrays[value["$"]] for key, value in header["steps"].items()}
    assert steps["frame"].tolist() == list(range(21))
    assert steps["kind"].tolist() == quality.kinds[:-1].tolist()
    np.testing.assert_allclose(steps["alpha"], quality.alpha[:-1], rtol=1e-6)
    looks = loss_plot(run)["layout"]["meta"]["steps"]
    assert [(look["name"], look["colour"]) for look in looks] == [*zip(KINDS, palette.STEPS, strict=True)]
    assert len(KINDS) == 1 + max(module.FALLS_SHORT, module.ABOUT_RIGHT, module.ACROSS_VALLEY, module.UNDEFINED)


def test_stability_is_one_curve_with_its_numbers_in_words(monkeypatch):
    run = ffbp.train(SMALL)
    found = ffbp.stability(run)
    blob = pack_stability(run, found, "run 1")
    stability, arrays = header_of(blob)["stability"], arrays_of(blob)
    np.testing.assert_allclose(arrays[stability["trace"]["y"]["$"]], found.ratio, rtol=1e-6)
    assert arrays[stability["trace"]["x"]["$"]].tolist() == run.history.epoch.tolist()
    sharp, limit = format_number(found.sharpness[3]), format_number(found.threshold[3])
    clipped = ", clipped" if found.clipped[3] else ""
    assert stability["trace"]["text"][3] == f"sharpness {sharp}, threshold {limit}{clipped}"
    assert any(text.endswith("clipped") for text in stability["trace"]["text"])
    assert "note" not in stability["view"]
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    assert stability_view(run, ffbp.stability(run))["view"]["note"] == " · measured at 8 of 21 recorded epochs"


@pytest.mark.filterwarnings("error")
def test_of_a_diverged_run_the_axis_stays_readable():
    run = ffbp.train(PRESETS["beyond"].config)
    low, high = stability_view(run, ffbp.stability(run))["view"]["ranges"]["linear"]
    assert (low, high) == (0.0, 4.0)
    pack_steps(ffbp.step_quality(run), "run")


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_the_chart_offers_stability_where_a_threshold_is_known(key, monkeypatch):
    def views():
        figure = gradient_plot(ffbp.train(replace(SMALL, optimizer=key, epochs=2)))
        return [view["key"] for view in figure["layout"]["meta"]["views"]]

    assert views()[-1] == "stability"
    monkeypatch.setitem(OPTIMIZERS, key, replace(OPTIMIZERS[key], bears=None))
    assert "stability" not in views()
