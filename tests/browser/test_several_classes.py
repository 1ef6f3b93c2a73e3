"""Several classes and many inputs: one class's probability, the confusion matrix and its samples, the chosen plane."""

from playwright.sync_api import expect

import ffbp
from ffbp.analysis.maps import outputs
from ffbp.analysis.plane import plane_inputs, plane_of

WINE = "?dataset=wine&columns=all&hidden=2&epochs=60"
WINE_CONFIG = ffbp.Config(dataset="wine", columns=(), hidden=(2,), epochs=60)


def _where(page, x, y):
    """The place of the window that shows the place (x, y) of the plane."""
    return page.evaluate(
        """([x, y]) => {
          const plot = document.querySelector('.ffbp .boundary .plot');
          const { xaxis, yaxis, _size } = plot._fullLayout;
          const box = plot.getBoundingClientRect();
          return [box.left + _size.l + xaxis.l2p(x), box.top + _size.t + yaxis.l2p(y)];
        }""",
        [x, y],
    )


def test_several_sigmoids_outputs_are_not_called_probabilities(playground):
    page = playground.open("?dataset=iris&loss=mse&epochs=50").page
    page.locator(".ffbp .boundary .controls select").select_option(label="output(versicolor)")
    page.locator(".ffbp .boundary .stage").hover()
    page.locator(".ffbp .boundary .readout").filter(has_text="output(versicolor) ≈").wait_for()
    assert not page.locator(".ffbp option").filter(has_text="p(").count()


def test_one_class_against_the_rest_reads_its_probability(playground):
    playground.open("?dataset=iris&epochs=100")
    page = playground.page
    page.wait_for_selector(".ffbp[data-refined='100']")
    page.locator(".ffbp .boundary .controls select").select_option(label="p(versicolor)")
    run = ffbp.train(ffbp.Config(dataset="iris", epochs=100))
    plane = plane_of(run.dataset)
    place = [(low + high) / 2 for low, high in (plane.x_range, plane.y_range)]
    page.mouse.move(*_where(page, *place))
    readout = page.locator(".ffbp .boundary .readout")
    readout.filter(has_text="p(versicolor) ≈").wait_for()
    shown = float(readout.inner_text().split("≈")[1].split()[0])
    (probability,) = outputs(run, plane_inputs(run.dataset, plane, plane.grid(1)), slice(-1, None))[0, 1]
    assert abs(shown - probability) < 0.02


def test_a_cell_of_the_matrix_shows_its_samples_and_opens_one(playground):
    playground.open(WINE)
    page = playground.page
    run = ffbp.train(WINE_CONFIG)
    network, data = run.network(-1), run.dataset
    predicted = network.predict(data.X_test)
    rates = [f"{100 * (predicted[data.y_test == k] == k).mean():.1f} %" for k in range(3)]
    assert page.locator(".ffbp .matrix tr td.rate:last-child").all_inner_texts()[:3] == rates
    wrong = [(t, p) for t, p in zip(data.y_test, predicted, strict=True) if t != p]
    assert wrong, "this experiment is chosen for its mistakes"
    truth, guess = wrong[0]
    name = f"Samples of class {data.class_names[truth]} predicted as {data.class_names[guess]}"
    page.get_by_role("button", name=name).press("Enter")
    page.get_by_text("Tick a row to open its sample").wait_for()
    words = page.get_by_text("Tick a row to open its sample").inner_text()
    assert words.startswith(f"{wrong.count((truth, guess))} test sample")
    page.get_by_role("button", name="Close").click()
    page.get_by_text("Tick a row to open its sample").wait_for(state="detached")


def test_among_many_classes_no_rate_is_cut_off(playground):
    query = "?dataset=digits&columns=all&hidden=8&epochs=20"
    page = playground.open(query).page
    run = ffbp.train(ffbp.Config(dataset="digits", columns=(), hidden=(8,), epochs=20))
    predicted, y = run.network(-1).predict(run.dataset.X_test), run.dataset.y_test
    rates = [f"{100 * (predicted[y == k] == k).mean():.1f} %" for k in range(10)]
    cells = page.locator(".ffbp .matrix tr td.rate:last-child")
    assert cells.evaluate_all("all => all.map(each => each.title)")[:10] == rates
    assert all(
        abs(float(text) - float(rate[:-2])) <= 0.56
        for text, rate in zip(cells.all_inner_texts()[:10], rates, strict=True)
    )
    fits = "all => all.every(each => each.scrollWidth <= each.clientWidth)"
    assert page.locator(".ffbp .matrix .rate").evaluate_all(fits)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.wait_for_selector(".ffbp .panels.square")
    table, plot = (page.locator(f".ffbp .boundary {part}").bounding_box() for part in (".matrix table", ".plot"))
    assert table["width"] > 0.9 * plot["width"], "a hole below the table, beside the picture"
    assert table["height"] > 0.3 * plot["height"], "a tiny table"


def test_the_plane_of_principal_components_is_in_the_link(playground, visit):
    playground.open(WINE)
    before = playground.data("run")
    playground.page.get_by_text("Show the first two principal components").click()
    playground.new_run(before)
    playground.wait_address("pca=1")
    assert "PC 1 (" in playground.page.text_content(".ffbp .boundary .xtitle")
    other = visit(playground.page.evaluate("location.search"))
    assert other.page.inner_text(".ffbp .boundary h2") == "Principal components"
    assert other.data("run") == playground.data("run")


def test_a_click_on_the_empty_plane_types_its_place(page, server):
    page.goto(f"{server}/forward_pass?epochs=50")
    page.wait_for_selector(".ffbp .boundary .main-svg")
    page.wait_for_selector(".ffbp[data-refined]")
    page.mouse.click(*_where(page, 2.1, 1.4))
    page.wait_for_function("() => location.search.includes('x=')")
    x1, x2 = (float(v) for v in page.evaluate("new URLSearchParams(location.search).get('x')").split("_"))
    assert abs(x1 - 2.1) < 0.03
    assert abs(x2 - 1.4) < 0.03
    page.get_by_label("x1").first.wait_for()
    assert page.get_by_label("x1").first.input_value().replace("−", "-") in (str(x1), repr(x1))


def test_a_slice_follows_its_columns_when_one_of_them_is_taken_away(playground):
    """The browser goes on sending the axis's old name, which is no option any more."""
    playground.open("?dataset=iris&columns=all&epochs=60&across=0&up=1")
    page, before = playground.page, playground.data("run")
    page.get_by_role("button", name="Remove sepal length").click()
    playground.new_run(before)
    expect(page.get_by_role("combobox", name="Horizontal axis")).to_have_value("sepal width (cm)")
    before = playground.data("run")
    page.get_by_role("slider", name="Epochs").press("ArrowLeft")
    playground.new_run(before)
    expect(page.get_by_role("combobox", name="Horizontal axis")).to_have_value("sepal width (cm)")
    assert "across=0&up=1" in page.url
    assert not page.get_by_test_id("stAlert").count()
