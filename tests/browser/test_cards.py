"""The cards above the panels: whatever number stands in them, nothing below moves."""

import numpy as np
import pytest
from browsing import at
from modules import Mounted, blank_page

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.figures.pack import options, pack_run

WIDTHS = (1920, 1366, 960, 937, 700, 390)  # at 700 the names stand above the numbers


@pytest.fixture(scope="module")
def run():
    run = ffbp.train(ffbp.Config(dataset="blobs", noise=0.05, optimizer="adam", learning_rate=0.05, epochs=600))
    history = run.history
    for values in (history.train_loss, history.test_loss, np.linalg.norm(history.grad_norm, axis=1)):
        assert values[0] > 1e-3 > values[-1], "the first number is plain, the last one has a power of ten"
    return run


def test_a_number_with_a_power_of_ten_moves_nothing_and_cuts_no_name(tabs, run):
    with blank_page(tabs) as page:
        mounted = Mounted(page)
        mounted.call("player", "here", options())
        page.wait_for_selector(".panels", state="attached")
        empty = page.locator(".figures").bounding_box()
        mounted.call("carrier", "run", pack_run(run, plane_of(run.dataset)).blob())
        page.wait_for_selector(".ffbp[data-run]")
        assert page.locator(".figures").bounding_box() == pytest.approx(empty, abs=0.5)

        def heights(button):
            page.locator(f".timeline .{button}").click()
            page.wait_for_function("(n) => +document.querySelector('.ffbp').dataset.frame === n", arg=ends[button])
            assert (
                page.eval_on_selector_all("dt, dd", "all => all.filter((e) => e.scrollWidth > e.clientWidth).length")
                == 0
            )
            return [page.locator(part).bounding_box() for part in (".figures", ".panels")]

        ends = {"first": 0, "last": run.n_frames - 1}
        for width in WIDTHS:
            with at(width):
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(200)
                assert heights("first") == heights("last")
