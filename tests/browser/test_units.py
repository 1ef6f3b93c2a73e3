"""The player's own parts, each by itself, in a blank page: unpacking, numbers, the contour, the clock."""

import base64

import numpy as np
import pytest
from modules import blank_page

import ffbp
from ffbp.analysis.maps import outputs
from ffbp.analysis.plane import plane_inputs, plane_of
from ffbp.browser import sources
from ffbp.figures.blob import Packer
from ffbp.figures.pack import pack_run
from ffbp.words.numbers import format_number, format_percent


@pytest.fixture(scope="module")
def page(tabs):
    with blank_page(tabs) as page:
        yield page


@pytest.mark.parametrize("name", sorted(key for key in sources.COMPONENTS if not key.startswith("handout")))
def test_every_component_is_one_module_that_gives_one_function(page, name):
    assert page.evaluate("async (n) => Object.keys(await import(`/bundle/${n}.js`))", name) == ["default"]


# Unpacking


def unpacked(page, blob, *keys):
    """An entry of an unpacked blob, its arrays as lists of text."""
    return page.evaluate(
        """async ([text, keys]) => {
          const { unpack } = await import('/unpack.js');
          let value = await unpack(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
          for (const key of keys) value = value[key];
          return ArrayBuffer.isView(value) ? { shape: value.shape, values: Array.from(value, String) } : value;
        }""",
        [base64.b64encode(blob).decode("ascii"), keys],
    )


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "int64", "float32", "float64"])
def test_arrays_arrive_with_their_type_and_shape(page, dtype):
    packer, array = Packer(), np.arange(12, dtype=dtype).reshape(3, 4) * 7
    packer.add(np.arange(3), np.uint8)  # so that the next one needs padding
    found = unpacked(page, packer.blob({"a": {"b": [packer.add(array, dtype)]}}), "a", "b", 0)
    assert found == {"shape": [3, 4], "values": [str(int(v)) for v in array.ravel()]}


def test_numbers_that_are_none_arrive_as_they_are(page):
    packer = Packer()
    found = unpacked(page, packer.blob({"a": packer.add([np.nan, np.inf, -np.inf, -0.5], np.float64)}), "a")
    assert found["values"] == ["NaN", "Infinity", "-Infinity", "-0.5"]


def test_differences_are_undone_where_they_were_taken_and_nowhere_else(page):
    packer, frames = Packer(), np.random.RandomState(0).randint(0, 256, (5, 9)).astype(np.uint8)
    blob = packer.blob({"changes": packer.changes(frames), "plain": packer.add(frames, np.uint8)})
    for key in ("changes", "plain"):
        assert unpacked(page, blob, key)["values"] == [str(v) for v in frames.ravel()]


def test_what_is_no_array_stays_as_it_is(page):
    header = {"text": "</script> $ é", "none": None, "list": [1, [2.5, None]], "object": {"yes": True}}
    assert {key: unpacked(page, Packer().blob(header), key) for key in header} == header


# The surface


def test_a_classs_map_is_that_of_its_frame_before_any_finer_one_is_there(page):
    run = ffbp.train(ffbp.Config(dataset="iris", epochs=8))
    plane = plane_of(run.dataset)
    found = page.evaluate(
        """async (text) => {
          const [{ unpack }, { Surface }] = [await import('/unpack.js'), await import('/panels/surface.js')];
          const run = await unpack(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
          const map = new Surface(run).classMap({ row: 5, fine: null, one: 1 });
          return Array.from({ length: run.boundary.each_n ** 2 }, (_, i) => map(i));
        }""",
        base64.b64encode(pack_run(run, plane).blob(("boundary",))).decode("ascii"),
    )
    n = int(len(found) ** 0.5)
    exact = outputs(run, plane_inputs(run.dataset, plane, plane.grid(n)), slice(5, 6))[0, 1]
    np.testing.assert_allclose(found, exact, atol=0.02)


# Numbers


def test_python_and_player_write_numbers_alike(page):
    rng = np.random.RandomState(0)
    values = [*(rng.randn(300) * 10.0 ** rng.randint(-9, 9, 300)), 0.0, 1.0, 0.001, 0.00099995]
    values += [99999.5, 99999.4, -1.5e-7, 8.398e206, 5e-300, 2.0625, 9.9995, -0.12345, 1e300]
    values += [0.99999, 999.97, -0.0099999]
    written = page.evaluate(
        """async (values) => {
          const { formatNumber, formatPercent } = await import('/numbers.js');
          return values.map((v) => [formatNumber(v), Math.abs(v) < 1e15 ? formatPercent(v) : '']);
        }""",
        [float(v) for v in values],
    )
    assert [tuple(w) for w in written] == [
        (format_number(v), format_percent(v) if abs(v) < 1e15 else "") for v in values
    ]
    missing = "async () => (await import('/numbers.js')).formatNumber(NaN)"
    assert page.evaluate(missing) == format_number(float("nan"))


# The contour


def contour(page, values, level=0.5):
    """Segments (n, 2, 2) of a square of values: (start, end) by (column, row)."""
    values = np.asarray(values, dtype=float)
    flat = page.evaluate(
        "async ([values, n, level]) => (await import('/contour.js')).contour(values, n, level)",
        [values.ravel().tolist(), len(values), level],
    )
    return np.array(flat).reshape(-1, 2, 2)


def test_the_contour_of_a_plane_is_its_line(page):
    x, y = np.meshgrid(np.arange(6), np.arange(6))
    segments = contour(page, 0.3 * x + 0.1 * y - 0.4)
    points = segments.reshape(-1, 2)
    np.testing.assert_allclose(0.3 * points[:, 0] + 0.1 * points[:, 1] - 0.4, 0.5, atol=1e-12)
    assert len(segments) == len(np.unique(np.sort(segments, axis=1), axis=0))
    assert (points[:, 1].min(), points[:, 1].max()) == (0, 5)


def test_the_contour_of_a_hill_is_closed(page):
    x, y = np.meshgrid(np.linspace(-1, 1, 20), np.linspace(-1, 1, 20))
    points = contour(page, np.exp(-3 * (x**2 + y**2))).reshape(-1, 2).round(9)
    _, ends = np.unique(points, axis=0, return_counts=True)
    assert set(ends) == {2}
    radius = np.hypot(*(points / 9.5 - 1).T)
    assert abs(radius - np.sqrt(np.log(2) / 3)).max() < 0.01


def test_a_saddle_has_two_lines_and_what_has_no_crossing_none(page):
    assert contour(page, [[1, 0], [0, 1]]).shape == (2, 2, 2)
    assert len(contour(page, np.zeros((4, 4)))) == len(contour(page, np.ones((4, 4)))) == 0
    assert len(contour(page, [[0.5, 0.5], [0.5, 0.5]])) == 0


# The clock


CLOCK = """async (act) => {
  const { Clock } = await import('/clock.js');
  const told = [], clock = new Clock();
  const player = (name, box = document.createElement('div')) => ({
    name, box, complete: true, want() {}, changed() {},
    moved() { told.push([name, clock.frameOf(this)]); }, rested() { told.push([name, 'rest']); },
  });
  const frames = (n, every = 1) => Int32Array.from({ length: n }, (_, i) => i * every);
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const result = await new Function('clock', 'player', 'frames', 'told', 'sleep', `return (async () => { ${act} })()`)(
    clock, player, frames, told, sleep);
  for (const one of [...clock.players.keys()]) clock.leave(one);
  return result;
}"""


def test_a_new_run_is_shown_at_its_end_and_then_where_the_clock_stood(page):
    assert page.evaluate(CLOCK, "clock.load(player('a'), frames(11)); return clock.frame") == 10
    one = "const a = player('a'); clock.load(a, frames(11));"
    assert page.evaluate(CLOCK, f"{one} clock.load(a, frames(21)); return clock.frame") == 20
    assert page.evaluate(CLOCK, f"{one} clock.go(0); clock.load(a, frames(21)); return clock.frame") == 0
    assert page.evaluate(CLOCK, f"{one} clock.go(6); clock.load(a, frames(4, 3)); return clock.frame") == 2
    assert page.evaluate(CLOCK, f"{one} clock.load(a, frames(21), 7); return clock.frame") == 7
    assert page.evaluate(CLOCK, f"{one} clock.load(a, frames(21), 700); return clock.frame") == 20


def test_jumps_stay_inside_and_come_to_rest_once(page):
    act = """clock.load(player('a'), frames(11));
      for (const to of [3, -5, 99]) clock.jump(to);
      await sleep(400);
      return told"""
    assert page.evaluate(CLOCK, act) == [["a", 3], ["a", 0], ["a", 10], ["a", "rest"]]


def test_playing_goes_from_the_start_to_the_end_and_rests_there(page):
    act = """clock.load(player('a'), frames(11));
      clock.setSpeed(4);
      clock.play();
      while (clock.playing) await sleep(20);
      await sleep(400);
      return told.map(([, what]) => what)"""
    told = page.evaluate(CLOCK, act)
    assert told[0] == 0
    assert told[-2:] == [10, "rest"]
    assert told[:-1] == sorted(told[:-1])
    assert "rest" not in told[:-1]


def test_a_paused_clock_stays_where_it_is(page):
    act = """clock.load(player('a'), frames(200));
      clock.play();
      while (clock.frame < 5) await sleep(10);
      clock.toggle();
      const { frame } = clock;
      await sleep(300);
      return [clock.playing, frame === clock.frame, told.at(-1)[1]]"""
    assert page.evaluate(CLOCK, act) == [False, True, "rest"]


@pytest.mark.parametrize("pace", ["log", "even"])
def test_playing_takes_as_long_with_either_pace(page, pace):
    act = f"""clock.load(player('a'), frames(301, 10), 0);
      clock.setPace('{pace}');
      let seconds = 0;
      while (clock.frame < clock.last && seconds < 100) {{ clock.advance(1 / 60); seconds += 1 / 60; }}
      return seconds"""
    assert page.evaluate(CLOCK, act) == pytest.approx(300 / 60, abs=0.05)


def test_half_of_the_playing_shows_the_first_tenth_of_the_epochs_unless_it_is_even(page):
    act = """clock.load(player('a'), Int32Array.from({ length: 301 }, (_, i) => Math.round(1000 * (i / 300) ** 2)), 0);
      for (let i = 0; i < 150; i++) clock.advance(1 / 60);
      const log = clock.epochs[clock.frame];
      clock.setPace('even');
      clock.go(0);
      for (let i = 0; i < 150; i++) clock.advance(1 / 60);
      return [log, clock.frame]"""
    log, even = page.evaluate(CLOCK, act)
    assert log == pytest.approx(100, abs=10)
    assert even == pytest.approx(150, abs=1)


def test_another_pace_while_playing_goes_on_from_the_same_epoch(page):
    act = """clock.load(player('a'), frames(301), 0);
      for (let i = 0; i < 150; i++) clock.advance(1 / 60);
      const { frame } = clock;
      clock.setPace('even');
      clock.advance(1 / 60);
      return clock.frame - frame"""
    assert page.evaluate(CLOCK, act) in (0, 1, 2)


@pytest.mark.parametrize("n", [1, 2])
def test_a_run_of_one_or_two_frames_plays_to_its_end(page, n):
    act = f"""clock.load(player('a'), frames({n}), 0);
      clock.play();
      while (clock.playing) await sleep(20);
      return clock.frame"""
    assert page.evaluate(CLOCK, act) == n - 1


def test_a_clock_holds_while_it_plays_until_every_player_has_all_frames(page):
    act = """let wanted = 0;
      const a = { ...player('a'), complete: false, want() { wanted += 1; } };
      clock.load(a, frames(200));
      clock.play();
      await sleep(200);
      const held = [clock.playing, clock.frame, wanted];
      a.complete = true;
      while (clock.frame < 3) await sleep(10);
      return held"""
    assert page.evaluate(CLOCK, act) == [True, 0, 1]


def test_players_of_one_clock_show_the_same_epoch(page):
    act = """const [a, b] = [player('a'), player('b')];
      clock.load(a, frames(11, 10)); // epochs 0 to 100
      clock.load(b, frames(6, 5)); // epochs 0 to 25
      const at = (position) => { clock.go(position); return [clock.frameOf(a), clock.frameOf(b)]; };
      return [clock.last, at(0), at(1), at(2), at(10), clock.frameAt(b, 4), clock.frameAt(a, 4)]"""
    assert page.evaluate(CLOCK, act) == [10, [0, 0], [1, 2], [2, 4], [10, 5], 2, 4]


def test_a_clock_that_all_players_have_left_stops_and_hears_no_key(page):
    act = """const a = player('a');
      clock.load(a, frames(11));
      clock.play();
      told.length = 0;
      clock.leave(a);
      document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true }));
      await sleep(300);
      return [clock.playing, told.length]"""
    assert page.evaluate(CLOCK, act) == [False, 0]
