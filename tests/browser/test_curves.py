"""The curves of loss and gradients: a new run's numbers are drawn without a whole drawing, and look as if it had been one."""

import numpy as np
import pytest
from modules import Mounted, blank_page

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.figures.pack import options, pack_run

BATCHES = {"batch_size": 50, "epochs": 20}
RUNS = {
    "reference": ffbp.Config(epochs=60),
    "faster": ffbp.Config(epochs=60, learning_rate=0.3),
    "noisier": ffbp.Config(epochs=60, noise=0.4),
    "longer": ffbp.Config(epochs=80),
    "diverged": ffbp.Config(dataset="bumps", learning_rate=300.0, epochs=60),
    "frozen": ffbp.Config(epochs=60, bias_init=-10.0),
    "batches": ffbp.Config(**BATCHES),
    "other_batches": ffbp.Config(**BATCHES, noise=0.3),
    "patient": ffbp.Config(epochs=60, patience=30),
    "more_patient": ffbp.Config(epochs=60, patience=30, learning_rate=0.2),
    "penalty": ffbp.Config(epochs=60, l2=0.01),
    "explicit": ffbp.Config(hidden=(2,), epochs=5, initial_theta=tuple(range(9))),
    "other_explicit": ffbp.Config(hidden=(2,), epochs=5, initial_theta=(9, *range(1, 9))),
}
PAIRS = [
    ("reference", "faster"), ("reference", "noisier"), ("reference", "longer"), ("reference", "diverged"),
    ("reference", "frozen"), ("frozen", "reference"), ("batches", "other_batches"), ("patient", "more_patient"),
    ("reference", "penalty"), ("diverged", "reference"),
]  # fmt: skip
DRAWN = """(panel) => {
  const plot = document.querySelector(`.${panel} .plot`), of = (selector, read) => [...plot.querySelectorAll(selector)].map(read);
  return {
    lines: of('path.js-line, path.js-fill, .point', (e) => [e.getAttribute('d'), e.getAttribute('transform')]),
    ticks: of('.xtick text, .ytick text', (e) => [e.textContent, e.getAttribute('transform'), e.getAttribute('y')].join()).sort(),
    titles: of('.xtitle, .ytitle, .annotation-text', (e) => e.textContent),
  };
}"""


@pytest.fixture(scope="module")
def packed():
    runs = {name: ffbp.train(config) for name, config in RUNS.items()}
    return {name: pack_run(run, plane_of(run.dataset)).blob() for name, run in runs.items()}


class Player:
    def __init__(self, page):
        self.page, self.mounted = page, Mounted(page)
        page.evaluate(
            """() => {
              window.reacted = 0;
              const { react } = Plotly;
              Plotly.react = (...all) => { reacted++; return react(...all); };
            }"""
        )
        self.mounted.call("player", "here", options())

    def show(self, blob):
        before = self.page.evaluate("document.querySelector('.ffbp')?.dataset.run ?? ''")
        self.mounted.call("carrier", "run", blob)
        self.page.wait_for_function("(run) => (document.querySelector('.ffbp')?.dataset.run ?? '') !== run", arg=before)
        self.page.wait_for_timeout(100)

    def drawn(self):
        return {panel: self.page.evaluate(DRAWN, panel) for panel in ("loss", "gradients")}

    def read_out(self, panel):
        """What Plotly says of the middle of the curves; a diverged run ends before."""
        box = self.page.locator(f".{panel} .plot .nsewdrag").bounding_box()
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.wait_for_timeout(300)
        return self.page.locator(f".{panel} .hoverlayer .legendtext").all_inner_texts()


@pytest.fixture
def player(tabs):
    with blank_page(tabs) as page:
        yield Player(page)


@pytest.mark.parametrize(("first", "then"), PAIRS)
def test_another_run_looks_as_if_it_were_the_first(tabs, player, packed, first, then):
    player.show(packed[first])
    player.show(packed[then])
    with blank_page(tabs) as page:
        fresh = Player(page)
        fresh.show(packed[then])
        assert player.drawn() == fresh.drawn()
        for panel in ("loss", "gradients"):
            said = fresh.read_out(panel)
            assert said or then == "diverged"
            assert player.read_out(panel) == said


@pytest.mark.parametrize(
    ("first", "then"), [("reference", "faster"), ("reference", "noisier"), ("batches", "other_batches")]
)
def test_other_numbers_take_no_whole_drawing(player, packed, first, then):
    player.show(packed[first])
    before = player.page.evaluate("reacted")
    player.show(packed[then])
    assert player.page.evaluate("reacted") == before


def test_the_zoom_of_the_epochs_is_not_carried_to_another_run_and_a_double_click_resets_it(player, packed):
    page, ranges = player.page, "document.querySelector('.loss .plot')._fullLayout.xaxis.range"
    player.show(packed["reference"])
    home = page.evaluate(ranges)
    page.evaluate("Plotly.relayout(document.querySelector('.loss .plot'), { 'xaxis.range': [10, 20] })")
    player.show(packed["faster"])
    assert page.evaluate(ranges) == home
    page.evaluate("Plotly.relayout(document.querySelector('.loss .plot'), { 'xaxis.range': [10, 20] })")
    page.locator(".loss .nsewdrag").dblclick()
    page.wait_for_function(f"String({ranges}) === '{','.join(f'{limit:g}' for limit in home)}'")


GREYS = """(panel) => document.querySelector(`.${panel} .plot`).data
  .filter((trace) => trace.hoverinfo === 'skip').map((trace) => [trace.name, [...trace.y]])"""


def keep(player):
    player.page.locator(".timeline .keep").click()
    player.page.wait_for_timeout(200)


def test_a_kept_run_stays_in_grey_behind_the_next_with_its_difference(player, packed):
    page, run = player.page, ffbp.train(RUNS["reference"])
    player.show(packed["reference"])
    keep(player)
    assert page.evaluate(GREYS, "loss") == [], "not behind itself"
    assert page.locator(".timeline .keep").inner_text() == "Kept"
    player.show(packed["faster"])
    assert page.locator(".timeline .keep").inner_text() == "Keep"
    ((name, loss),) = page.evaluate(GREYS, "loss")
    assert name == "Learning rate η 0.1"
    np.testing.assert_allclose(loss, run.history.train_loss, rtol=1e-6)
    assert [values for _, values in page.evaluate(GREYS, "gradients")] == [
        pytest.approx(norm.tolist(), rel=1e-6) for norm in run.history.grad_norm.T
    ]
    assert "Learning rate η 0.1" in page.locator(".loss .legend").inner_text()
    low, high = page.evaluate("document.querySelector('.loss .plot')._fullLayout.yaxis.range")
    assert low <= min(run.history.train_loss.min(), ffbp.train(RUNS["faster"]).history.train_loss.min())
    assert high >= max(run.history.train_loss.max(), ffbp.train(RUNS["faster"]).history.train_loss.max())
    player.show(packed["explicit"])
    keep(player)
    player.show(packed["other_explicit"])
    assert [name for name, _ in page.evaluate(GREYS, "loss")][-1] == "Initial weights and biases other values"


def test_a_kept_boundary_is_drawn_until_it_is_let_go(player, packed):
    page, canvas = player.page, "document.querySelector('.boundary .under').toDataURL()"
    player.show(packed["faster"])
    alone = page.evaluate(canvas)
    player.show(packed["reference"])
    keep(player)
    player.show(packed["faster"])
    assert page.evaluate(canvas) != alone
    player.show(packed["reference"])
    keep(player)
    player.show(packed["faster"])
    assert page.evaluate(canvas) == alone
    assert page.evaluate(GREYS, "loss") == []


def test_the_first_of_four_kept_runs_goes_and_another_task_is_not_compared(player, packed):
    for name in ("reference", "faster", "noisier", "longer"):
        player.show(packed[name])
        keep(player)
    player.show(packed["penalty"])
    names = [name for name, _ in player.page.evaluate(GREYS, "loss")]
    assert names == ["Learning rate η 0.3, L2 penalty 0", "Noise 0.4, L2 penalty 0", "Epochs 80, L2 penalty 0"]
    legend = player.page.locator(".loss .legend")
    assert legend.evaluate("(e) => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight + 1"), "cut"
    assert all(name in legend.inner_text() for name in names)
    player.show(packed["diverged"])
    assert player.page.evaluate(GREYS, "loss") == []
