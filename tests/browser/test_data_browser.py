"""Your data in a real browser: a file from the disk, by keyboard alone, on a phone; points; a chosen row."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.experiment.fields import KEYS
from ffbp.figures.charts import samples_of

ROWS = "".join(
    f"{i % 7 + i % 3 * 2};{['red', 'green', 'blue'][i % 3]};{i % 11},5;{['cat', 'dog', 'fox'][i % 3]}\n"
    for i in range(60)
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CSV = "size;colour;weight;kind\n" + ROWS


@pytest.fixture
def animals(tmp_path):
    path = tmp_path / "animals.csv"
    path.write_text(CSV, "utf-8")
    return path


@pytest.fixture
def somebody_else(tabs):
    with tabs.page() as page:
        yield page


@pytest.fixture
def your_data(playground):
    """A function that opens the page and waits for its run."""

    def open_page(query="?epochs=60"):
        playground.page.goto(f"{playground.address}/data{query}")
        return playground.ready()

    return open_page


def config_of(page):
    query = {key: values[-1] for key, values in parse_qs(urlsplit(page.url).query).items()}
    return ffbp.Config.from_params({k: v for k, v in query.items() if k in KEYS})[0]


def load(on, path):
    before = on.data("run")
    on.page.set_input_files("[data-testid=stFileUploader] input", path)
    on.new_run(before)
    on.wait_address("fingerprint=")


def place_of_another(page, row):
    """Where in the window a training sample of the animals lies, not the one of this row."""
    config = config_of(page)
    dataset = ffbp.dataset_for(config, ffbp.source_of(ffbp.read_table(CSV.encode()), target=config.target))
    xy, rows, _ = samples_of(dataset, plane_of(dataset))["train"]
    return page.evaluate(
        """([x, y]) => {
          const plot = document.querySelector('.boundary .plot'), box = plot.getBoundingClientRect();
          const { xaxis, yaxis, _size } = plot._fullLayout;
          return [box.x + _size.l + xaxis.l2p(x), box.y + _size.t + yaxis.l2p(y)];
        }""",
        xy[rows != row][0].tolist(),
    )


def rest(page):
    """The page has come to rest."""
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(300)


def test_a_file_trains_and_its_link_asks_for_it(your_data, animals, somebody_else):
    on = your_data()
    load(on, animals)
    page = on.page
    page.get_by_text("animals.csv: 60 samples, 5 inputs, target kind (3 classes).").wait_for()
    assert config_of(page).file_name == "animals.csv"
    losses = on.cards()
    url = page.url
    theirs = somebody_else
    theirs.goto(url)
    theirs.get_by_text("This experiment needs the file animals.csv").wait_for()
    theirs.set_input_files("[data-testid=stFileUploader] input", animals)
    theirs.wait_for_selector(".ffbp[data-run]")
    theirs.wait_for_selector(".ffbp .boundary .main-svg")
    assert theirs.eval_on_selector_all(".ffbp .figures dd", "all => all.map(e => e.textContent)") == losses
    assert theirs.url == url


def test_the_other_pages_show_the_file_too_and_a_dataset_leads_back(your_data, animals):
    on = your_data()
    load(on, animals)
    page = on.page
    rest(page)
    page.locator(".st-key-bar").get_by_role("link", name="Forward pass").click()
    page.get_by_role("heading", name="One unit, written out").wait_for()
    assert config_of(page).file_name == "animals.csv"
    assert "needs the file" not in page.inner_text("body")
    page.locator(".st-key-bar").get_by_role("link", name="Playground").click()
    page.get_by_role("heading", name="Playground").wait_for()
    on.ready()
    rest(page)  # the controls of the page before are gone
    before = on.data("run")
    page.get_by_label("Dataset").click()
    page.get_by_role("option", name="Circles").click()
    on.new_run(before)
    page.wait_for_function("() => !location.search.includes('file=')")
    assert config_of(page) == ffbp.Config(dataset="circles", epochs=60)


def test_a_bad_file_is_named_and_nothing_breaks(your_data, tmp_path):
    on = your_data()
    path = tmp_path / "bad.csv"
    path.write_bytes(b"PK\x03\x04 no table")
    on.page.set_input_files("[data-testid=stFileUploader] input", path)
    on.page.get_by_text("The file is a ZIP archive or an Excel workbook, not text").wait_for()
    assert on.data("run")


def test_keyboard_alone_chooses_a_file_a_target_and_a_sample(your_data, animals):
    on = your_data()
    page = on.page
    rest(page)
    page.get_by_role("heading", name="Your data").wait_for()
    upload = page.get_by_test_id("stFileUploader").get_by_role("button", name="Upload", exact=True)
    page.get_by_role("heading", name="Inspect").wait_for()  # the whole page is there, and nothing takes the focus away
    rest(page)
    with page.expect_file_chooser() as chooser:
        upload.press("Enter")
    before = on.data("run")
    chooser.value.set_files(animals)
    on.new_run(before)
    rest(page)
    before = on.data("run")
    page.get_by_role("combobox", name="Target").focus()
    for key in ("ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
    on.new_run(before)
    assert config_of(page).target is not None
    rest(page)
    page.get_by_role("spinbutton", name="Sample").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    on.wait_address("sample=7")


def test_points_are_edited_in_the_table_by_keyboard_and_follow_at_once(your_data):
    on = your_data("?samples=20&epochs=60")
    page = on.page
    rest(page)
    before = on.data("run")
    page.get_by_role("button", name="Start from this dataset").press("Enter")
    on.new_run(before)
    on.wait_address("points=")
    rest(page)
    first, before = config_of(page).points, on.data("run")
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.locator("canvas").first.focus()
    for key in ("ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    cell = page.locator("#portal input, #portal textarea").first
    cell.wait_for()
    # At the pace of a hand: the grid keeps the old value when Enter comes in the frame of the last digit.
    page.wait_for_timeout(200)
    page.keyboard.press("Control+A")
    page.keyboard.type("2.25", delay=50)
    page.wait_for_function("() => document.querySelector('#portal input, #portal textarea').value === '2.25'")
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    on.new_run(before)
    page.wait_for_function("old => location.search !== old", arg=urlsplit(page.url).query)
    rest(page)
    changed = config_of(page).points
    assert sum(a != b for a, b in zip(first, changed, strict=True)) == 1
    assert changed[0][0] == 2.25
    before = on.data("run")
    page.get_by_role("button", name="Undo").press("Enter")
    on.new_run(before)
    rest(page)
    assert config_of(page).points == first


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_points_are_set_moved_and_erased_in_the_picture_and_undone(visit, touch):
    size, finger = {"width": 390 if touch else 1366, "height": 844}, {"has_touch": True} if touch else {}
    on = visit("data?dataset=xor_gate&epochs=60&points=0_0_0~0_1_1~1_0_1~1_1_0&test=0", viewport=size, **finger)
    page = on.page
    rest(page)

    def points():
        return config_of(page).points

    def after(action):
        before, query = on.data("run"), urlsplit(page.url).query
        action()
        on.new_run(before)
        page.wait_for_function("old => location.search !== '?' + old", arg=query)
        rest(page)

    plane = page.get_by_role("application", name=re.compile("Drawing plane"))
    plane.scroll_into_view_if_needed()
    page.get_by_role("toolbar", name="What a click sets").get_by_role("button", name="1", exact=True).click()

    def middle():
        box = plane.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    after(lambda: (page.touchscreen.tap if touch else page.mouse.click)(*middle()))
    assert len(points()) == 5
    x, y, k = points()[4]
    assert (abs(x - 0.5) < 0.05, abs(y - 0.5) < 0.05, k) == (True, True, 1)
    assert (round(x, 3), round(y, 3)) == (x, y)
    assert points()[:4] == ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0))
    if not touch:

        def drag():
            across, up = middle()
            page.mouse.move(across, up)
            page.mouse.down()
            page.mouse.move(across + 60, up, steps=5)
            page.mouse.up()

        after(drag)
        moved = points()[4]
        assert moved[0] > x + 0.05
        assert moved[1:] == pytest.approx((y, 1.0), abs=0.02)
    plane.focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    after(lambda: page.keyboard.press("Enter"))
    assert len(points()) == 6
    before = points()
    after(lambda: page.keyboard.press("Delete"))
    assert len(points()) == len(before) - 1
    after(lambda: page.get_by_role("button", name="Undo").press("Enter"))
    assert points() == before


def test_a_row_marked_in_the_table_is_the_sample_of_the_other_pages(your_data):
    on = your_data("?dataset=iris&epochs=60")
    page = on.page
    rest(page)
    page.get_by_role("textbox", name="Search the rows").fill("virginica test")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"of 150 rows\.")).wait_for()
    rest(page)
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 52)
    on.wait_address("sample=")
    row = int(parse_qs(urlsplit(page.url).query)["sample"][0])
    assert 100 <= row < 150
    rest(page)
    page.get_by_role("link", name="Its forward pass").click()
    page.get_by_role("heading", name="One unit, written out").wait_for()
    assert f"sample={row}" in page.url


def test_a_phone_shows_it_all_without_scrolling_sideways(visit, animals):
    page = visit("data?epochs=60", **PHONE).page
    rest(page)
    page.set_input_files("[data-testid=stFileUploader] input", animals)
    page.get_by_text("animals.csv: 60 samples").wait_for()
    rest(page)
    scrolls = (
        "[data-testid=stDataFrame], .ffbp .matrix, .ffbp .legend, .katex-mathml"  # by themselves, or seen by nobody
    )
    wide = page.evaluate(
        "(scrolls) => [...document.querySelectorAll('[data-testid=stMain] *')].filter(e => !e.closest(scrolls) "
        "&& e.getBoundingClientRect().right > 391 && getComputedStyle(e).position !== 'fixed' "
        "&& e.getBoundingClientRect().width > 0).map(e => e.className).slice(0, 5)",
        scrolls,
    )
    assert wide == []
    page.get_by_role("button", name="Download the data").tap()


def test_a_finger_chooses_target_inputs_rows_and_samples(visit, animals):
    on = visit("data?epochs=60", **PHONE)
    page = on.page
    rest(page)
    load(on, animals)
    rest(page)
    before = on.data("run")
    page.get_by_role("combobox", name="Target").tap(
        position={"x": 40, "y": 12}
    )  # in its exact middle, a tap closes it again
    page.get_by_role("option", name="colour").tap()
    on.new_run(before)
    on.wait_address("target=")
    rest(page)
    before = on.data("run")
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Remove weight").tap()
    on.new_run(before)
    rest(page)
    assert config_of(page).columns is not None
    page.get_by_text("All rows used", exact=True).tap()
    rest(page)
    table = page.get_by_test_id("stDataFrame").filter(visible=True).nth(1)
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    page.touchscreen.tap(box["x"] + 18, box["y"] + 52)
    on.wait_address("sample=")
    rest(page)
    sample = parse_qs(urlsplit(page.url).query)["sample"]
    page.locator(".ffbp .boundary .plot").scroll_into_view_if_needed()
    page.touchscreen.tap(*place_of_another(page, int(sample[0])))
    page.wait_for_function("old => new URLSearchParams(location.search).get('sample') !== old", arg=sample[0])


def test_what_is_downloaded_is_the_data(your_data):
    on = your_data("?dataset=iris&epochs=60")
    rest(on.page)
    with on.page.expect_download() as download:
        on.page.get_by_role("button", name="Download the data").click()
    text = download.value.path().read_text("utf-8")
    assert download.value.suggested_filename == "iris.csv"
    assert text.splitlines()[0].endswith("petal width (cm),species")
    assert len(text.splitlines()) == 151
