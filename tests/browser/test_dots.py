"""The boundary's points on their canvas: as Plotly would draw and name them, and only when something of them changes."""

import io

import numpy as np
import pytest
from modules import Mounted, blank_page
from PIL import Image

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.figures import palette
from ffbp.figures.pack import options, pack_run
from ffbp.figures.scales import scales_of

CONFIGS = {
    "moons": ffbp.Config(epochs=20),
    "few": ffbp.Config(epochs=20, n_samples=60, test_size=0.4),
    "trained_more": ffbp.Config(epochs=20, learning_rate=1.0),
    "other_points": ffbp.Config(epochs=20, noise=0.4),
    "iris": ffbp.Config(dataset="iris", epochs=20),
    "bumps": ffbp.Config(dataset="bumps", epochs=20),
    "sine": ffbp.Config(dataset="noisy_sine", epochs=20),
    "gate": ffbp.Config(
        dataset="xor_gate", points=((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)), test_size=0, epochs=20
    ),
}


RESET = "low => document.querySelector('.boundary .plot')._fullLayout.xaxis.range[0] === low"


@pytest.fixture(scope="module")
def runs():
    return {name: ffbp.train(config) for name, config in CONFIGS.items()}


@pytest.fixture
def page(tabs):
    with blank_page(tabs, viewport={"width": 1200, "height": 900}) as page:
        yield page


class Points:
    """One player on a blank page, with what it has Plotly and the canvases do."""

    def __init__(self, page, runs):
        self.page, self.runs, self.mounted = page, runs, Mounted(page)
        page.evaluate(
            """() => {
              window.calls = { react: 0, relayout: 0, fill: 0, paint: 0 };
              for (const name of ['react', 'relayout']) {
                const own = Plotly[name];
                Plotly[name] = (...all) => { calls[name]++; return own(...all); };
              }
              const { fill } = OffscreenCanvasRenderingContext2D.prototype;
              OffscreenCanvasRenderingContext2D.prototype.fill = function (...all) { calls.fill++; fill.apply(this, all); };
              const { clearRect } = CanvasRenderingContext2D.prototype;
              CanvasRenderingContext2D.prototype.clearRect = function (...all) {
                if (this.canvas.className === 'under' && this.canvas.closest('.boundary')) calls.paint++;
                clearRect.apply(this, all);
              };
            }"""
        )

    def show(self, name, panels=("boundary",), **more):
        run = self.runs[name]
        packed = pack_run(run, plane_of(run.dataset))
        self.page.evaluate("() => { for (const name in calls) calls[name] = 0; }")
        self.mounted.call("player", "only", options(panels, **more))
        self.mounted.call("carrier", "run", packed.blob(panels))
        self.page.wait_for_selector(f'.ffbp[data-run="{packed.id}"]')
        return self

    @property
    def calls(self):
        return self.page.evaluate("({ ...calls })")

    @property
    def tip(self):
        return self.page.locator(".boundary .tip")

    def where(self, places):
        """The places (n, 2) of the window at which places (n, 2) of the plane lie."""
        found = self.page.evaluate(
            """(places) => {
              const plot = document.querySelector('.boundary .plot'), box = plot.getBoundingClientRect();
              const { xaxis, yaxis, _size } = plot._fullLayout;
              return places.map(([x, y]) => [box.x + _size.l + xaxis.l2p(x), box.y + _size.t + yaxis.l2p(y)]);
            }""",
            np.asarray(places, float).tolist(),
        )
        return np.array(found)

    def alone(self, name="train"):
        """The sample of a part farthest from its neighbours: its row, its inputs, its target, its place in the window."""
        parts = self.runs[self.name].dataset.parts
        places = self.where(np.vstack([part.raw for part in parts]))
        distances = np.hypot(*(places[:, None] - places).T)
        np.fill_diagonal(distances, np.inf)
        part, start = (parts[0], 0) if name == "train" else (parts[1], len(parts[0].raw))
        i = int(distances.min(axis=1)[start : start + len(part.raw)].argmax())
        return int(part.rows[i]), part.raw[i], part.y[i], places[start + i].tolist()

    def open(self, name, **options):
        self.name = name
        return self.show(name, **options)

    def pixel(self, at):
        """The colour of the canvas at a place of the window."""
        return self.page.evaluate(
            """([x, y]) => {
              const under = document.querySelector('.boundary .under'), box = under.getBoundingClientRect();
              const scale = under.width / box.width;
              const place = [(x - box.x) * scale, (y - box.y) * scale].map(Math.round);
              return [...under.getContext('2d').getImageData(...place, 1, 1).data].slice(0, 3);
            }""",
            at,
        )

    def range(self):
        return self.page.evaluate(
            "() => ['xaxis', 'yaxis'].flatMap((a) => [...document.querySelector('.boundary .plot')._fullLayout[a].range])"
        )


@pytest.fixture
def points(page, runs):
    return Points(page, runs)


# Painting


def test_the_symbols_have_plotlys_outlines(points):
    shares = points.page.evaluate(
        """async (symbols) => Object.fromEntries(await Promise.all(symbols.map(async (symbol) => {
          const { Dots } = await import('/panels/dots.js');
          const meta = { part: 'train', class: 0 };
          const marker = { symbol, size: 60, color: '#000000', line: { width: 4, color: '#ff0000' } };
          const samples = { train: { xy: [50, 50], row: [0], values: [0] } };
          const dots = new Dots({ boundary: { samples, plot: { data: [{ meta, marker }] } } });
          const under = new OffscreenCanvas(100, 100), axis = { range: [0, 100] };
          const axes = { xaxis: axis, yaxis: axis, _size: { w: 100, h: 100 } };
          dots.place({ under, axes, toX: (x) => x, toY: (y) => y }, { test: true, theme: { dark: false } });
          const plot = document.body.appendChild(document.createElement('div'));
          const trace = { type: 'scatter', mode: 'markers', x: [1], y: [1], marker };
          await Plotly.newPlot(plot, [trace], { width: 300, height: 300 });
          const theirs = new OffscreenCanvas(100, 100).getContext('2d');
          theirs.translate(50, 50);
          Object.assign(theirs, { fillStyle: '#000000', strokeStyle: '#ff0000', lineWidth: 4 });
          const path = new Path2D(plot.querySelector('.points path').getAttribute('d'));
          theirs.fill(path);
          theirs.stroke(path);
          const data = (context) => context.getImageData(0, 0, 100, 100).data;
          const [a, b] = [data(dots.layer.getContext('2d')), data(theirs)];
          let drawn = 0, different = 0;
          for (let i = 3; i < a.length; i += 4) {
            drawn += b[i] > 0;
            different += Math.abs(a[i] - b[i]) > 60 || Math.abs(a[i - 3] - b[i - 3]) > 60;
          }
          return [symbol, different / drawn];
        })))""",
        palette.CLASS_SYMBOLS,
    )
    assert shares.keys() == set(palette.CLASS_SYMBOLS)
    assert max(shares.values()) < 0.01, shares


def test_training_points_are_filled_and_test_points_white(points):
    points.open("few")
    _, _, k, place = points.alone("train")
    assert points.pixel(place) == palette.channels(palette.CLASSES[k]).tolist()
    _, _, _, place = points.alone("test")
    assert points.pixel(place) == [255, 255, 255]


def test_a_regressions_points_have_the_colour_of_their_target(points):
    points.open("bumps")
    low, high = scales_of(points.runs["bumps"]).output
    ends = [palette.channels(colour) for _, colour in palette.output_scale("light")]
    _, _, y, place = points.alone("train")
    t = 2 * (points.runs["bumps"].dataset.decode_target(np.array([y]))[0] - low) / (high - low)
    expected = ends[0] + t * (ends[1] - ends[0]) if t < 1 else ends[1] + (t - 1) * (ends[2] - ends[1])
    np.testing.assert_allclose(points.pixel(place), expected, atol=1.5)


def test_the_points_are_drawn_once_and_a_frame_only_copies_them(points):
    points.open("moons")
    n = sum(len(part.raw) for part in points.runs["moons"].dataset.parts)
    assert points.calls["fill"] == n
    for button in ("first", "forward", "last"):
        points.page.click(f".timeline .{button}")
    assert points.calls["paint"] >= 4
    assert points.calls["fill"] == n
    points.page.evaluate("() => Plotly.relayout(document.querySelector('.boundary .plot'), { 'xaxis.range': [0, 1] })")
    assert points.calls["fill"] == 2 * n


def test_without_test_points_neither_picture_nor_legend_nor_pointer_has_them_and_plotly_rests(points):
    points.open("few")
    row, _, _, place = points.alone("test")
    points.page.mouse.move(*place)
    assert points.tip.inner_text().startswith(f"test sample {row}: ")
    assert points.page.locator(".boundary .legend").inner_text().endswith("test (hollow)")
    before = points.calls
    points.page.locator(".boundary details.menu summary").click()
    points.page.locator(".boundary").get_by_text("Test samples (hollow)").click()
    points.page.mouse.move(*place)
    assert points.tip.is_hidden()
    assert points.pixel(place) != [255, 255, 255]
    assert "test" not in points.page.locator(".boundary .legend").inner_text()
    assert [points.calls[name] - before[name] for name in ("react", "relayout")] == [0, 0]


# New runs


def test_points_that_stay_leave_plotly_alone_and_others_move_only_its_axes(points):
    points.open("moons")
    assert points.calls["react"] == 1
    points.show("trained_more")
    assert [points.calls[name] for name in ("react", "relayout", "paint")] == [0, 0, 1]
    points.show("other_points")
    assert [points.calls[name] for name in ("react", "relayout", "paint")] == [0, 1, 1]
    points.show("iris")  # other names of the axes
    assert [points.calls[name] for name in ("react", "relayout", "paint")] == [1, 0, 1]


def test_new_points_end_the_persons_zoom_and_the_reset_leads_to_their_ranges(points):
    points.open("moons")
    first = points.range()
    zoom = "() => Plotly.relayout(document.querySelector('.boundary .plot'), { 'xaxis.range': [0, 1], 'yaxis.range': [0, 1] })"
    points.page.evaluate(zoom)
    points.show("trained_more")
    assert points.range() == [0, 1, 0, 1]
    points.show("other_points")
    dataset = points.runs["other_points"].dataset
    wanted = [*plane_of(dataset).x_range, *plane_of(dataset).y_range]
    assert points.range() == wanted != first
    points.page.evaluate(zoom)
    points.page.locator('.boundary .modebar-btn[data-title="Reset axes"]').dispatch_event("click")
    points.page.wait_for_function(RESET, arg=wanted[0])
    assert points.range() == wanted


def test_a_zoom_after_new_points_survives_another_size(points):
    points.open("moons").show("other_points")
    box = points.page.locator(".boundary .nsewdrag").bounding_box()
    points.page.mouse.move(box["x"] + 100, box["y"] + 100)
    points.page.mouse.down()
    points.page.mouse.move(box["x"] + 160, box["y"] + 130, steps=4)
    points.page.mouse.up()
    moved = points.range()
    plane = plane_of(points.runs["other_points"].dataset)
    assert moved != [*plane.x_range, *plane.y_range]
    before = points.calls["react"]
    points.page.set_viewport_size({"width": 1000, "height": 800})
    points.page.wait_for_function("before => calls.react > before", arg=before)
    points.page.wait_for_timeout(200)
    assert points.range() == moved
    points.page.locator(".boundary .nsewdrag").dblclick(position={"x": 40, "y": 40})
    points.page.wait_for_function(RESET, arg=plane.x_range[0])
    points.page.locator(".boundary .nsewdrag").dblclick(position={"x": 40, "y": 40})
    points.page.wait_for_timeout(500)
    assert points.range() == [*plane.x_range, *plane.y_range]


# Pointer


def test_the_words_of_a_sample_are_those_of_plotlys_hover(points):
    points.open("moons")
    values = [0.0, 0.12345, -2.4565, 123456.7, -0.00012, 3.0]
    said = points.page.evaluate(
        """async (values) => {
          const { Dots } = await import('/panels/dots.js');
          const dots = new Dots({ task: 'regression', target: 'y', boundary: { samples: {}, plot: { data: [] } } });
          const plot = document.body.appendChild(document.createElement('div'));
          const hovertemplate = 'train sample %{customdata[0]}: y %{customdata[1]:.4g}<br>(%{x:.4g}, %{y:.4g})<extra></extra>';
          const found = [];
          for (const value of values) {
            const stored = Math.fround(value);
            found.push(dots.words({ part: 'train', index: 7, x: stored, y: -stored, target: stored }));
            const trace = { type: 'scatter', mode: 'markers', x: [value], y: [-value], customdata: [[7, value]], hovertemplate };
            await Plotly.newPlot(plot, [trace], { width: 300, height: 300 });
            Plotly.Fx.hover(plot, [{ curveNumber: 0, pointNumber: 0 }]);
            found.push([...plot.querySelectorAll('.hovertext .nums .line')].map((line) => line.textContent).join('\\n'));
          }
          return found;
        }""",
        values,
    )
    assert said[::2] == said[1::2]


def test_the_pointer_names_the_nearest_sample_within_eight_pixels(points):
    points.open("few")
    row, (x, y), k, (across, up) = points.alone("train")
    points.page.mouse.move(across + 7, up)
    first, second = points.tip.inner_text().split("\n")
    assert first == f"train sample {row}: {k}"
    shown = [float(number) for number in second.strip("()").split(", ")]
    np.testing.assert_allclose(shown, [x, y], rtol=1e-3)
    points.page.mouse.move(across + 10, up)
    assert points.tip.is_hidden()
    points.page.mouse.move(across, up)
    points.tip.wait_for()
    points.page.mouse.move(5, 5)
    assert points.tip.is_hidden()


def test_a_click_on_a_sample_reports_its_row_and_one_beside_it_the_place(points):
    points.open("few")
    row, (x, y), _, (across, up) = points.alone("test")
    points.page.mouse.click(across + 5, up)
    points.page.mouse.click(across + 15, up)
    (_, first, chosen), (_, second, place) = points.page.evaluate("reports.filter(([, name]) => name !== 'rest')")
    assert (first, chosen["row"], second) == ("sample", row, "place")
    assert abs(place["y"] - y) < 0.02
    assert place["x"] > x


def test_the_editor_finds_a_point_and_leaves_its_place_exact(points):
    points.open("gate", editable=True)
    places = points.where([point[:2] for point in CONFIGS["gate"].points])
    points.page.get_by_role("toolbar").get_by_role("button", name="1", exact=True).click()
    points.page.mouse.click(places[3][0] + 9, places[3][1])
    points.page.get_by_role("toolbar").get_by_role("button", name="erase").click()
    points.page.mouse.click(*places[1])
    points.page.mouse.click(places[1][0] + 40, places[1][1] + 20)  # nothing to erase
    edits = points.page.evaluate("reports.filter(([, name]) => name === 'edit').map(([, , { kind, index, point }]) => "
                                 "[kind, index, point ?? null])")  # fmt: skip
    assert edits == [["move", 3, [None, None, 1]], ["erase", 1, None]]
    assert points.tip.is_hidden()


# Pictures


@pytest.mark.parametrize("name", ["moons", "bumps", "sine", "iris"])
def test_a_saved_picture_has_the_points_and_the_legend(points, name):
    points.open(name)
    with points.page.expect_download() as download:
        points.page.click(".panel.boundary .save")
    with open(download.value.path(), "rb") as file:
        picture = np.asarray(Image.open(io.BytesIO(file.read())).convert("RGB")).astype(int)
    stage = points.page.locator(".boundary .stage").bounding_box()
    dataset = points.runs[name].dataset
    colour = {"sine": palette.TRAIN, "bumps": None}.get(name, palette.CLASSES[int(dataset.y_train[0]) % 10])
    top = picture[: 2 * 22]
    assert (np.abs(top - 255).sum(axis=2) > 60).sum() > 150, "the legend"
    if colour:
        close = lambda area: (np.abs(area - palette.channels(colour)).sum(axis=2) < 12).sum()  # noqa: E731
        assert close(top) > 20
        assert close(picture[44:]) > 200
    assert picture.shape[:2] == (np.ceil(2 * stage["height"]), np.ceil(2 * stage["width"]))
    screen = points.page.evaluate("() => document.querySelector('.boundary .under').width")
    assert screen < picture.shape[1], "the screen has its own resolution again"


# Curves


def test_plotly_measures_no_label_and_every_label_is_inside_its_chart(points):
    points.open("moons", panels=("boundary", "loss", "gradients"))
    outside = points.page.evaluate(
        """() => [...document.querySelectorAll('.plot')].flatMap((plot) => {
          const box = plot.getBoundingClientRect();
          return [...plot.querySelectorAll('.xtick text, .ytick text')].map((text) => text.getBoundingClientRect())
            .filter(({ left, right, top, bottom }) => left < box.left || right > box.right
              || top < box.top || bottom > box.bottom).length;
        })"""
    )
    assert outside == [0, 0, 0]
    points.page.evaluate(
        """() => {
          window.measured = 0;
          const { getBoundingClientRect } = SVGElement.prototype;
          SVGElement.prototype.getBoundingClientRect = function () {
            measured += this.matches('.xtick text, .ytick text');
            return getBoundingClientRect.call(this);
          };
        }"""
    )
    points.show("trained_more", panels=("boundary", "loss", "gradients"))
    assert points.page.evaluate("measured") == 0


def test_plotly_gets_only_the_curves_that_are_shown(points):
    points.open("moons", panels=("loss", "gradients"))
    drawn = "panel => document.querySelector(`.${panel} .plot`).data.map(({ name, meta, visible }) => [name, meta, visible])"
    assert {tuple(curve[1:]) for curve in points.page.evaluate(drawn, "loss")} == {("loss", True)}
    assert points.page.evaluate(drawn, "gradients") == [["layer 1", "dW", True], ["layer 2", "dW", True]]
    points.page.locator(".gradients select").select_option("db")
    points.page.wait_for_function("() => document.querySelector('.gradients .ytitle').textContent.includes('db')")
    assert points.page.evaluate(drawn, "gradients") == [["layer 1", "db", True], ["layer 2", "db", True]]
