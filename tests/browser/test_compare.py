"""Compare in the browser: from the front page to two runs in a few clicks, and both on one timeline with true numbers."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from browsing import hover

import ffbp
from ffbp.lessons.pairs import PAIRS
from ffbp.words.numbers import format_number

BOTH = "run => document.querySelector('.comparison')?.dataset.both && document.querySelector('.comparison').dataset.both !== run"
TABLE = ".comparison .versus"


def runs_of(pair):
    return [ffbp.train(config) for config in (pair.a, pair.b)]


def both_shown(page, before=""):
    page.wait_for_function(BOTH, arg=before)
    return page.get_attribute(".comparison", "data-both")


def numbers(page, key):
    return [page.inner_text(f"{TABLE} td.{key}.{side}") for side in "ab"]


def wait_epochs(page, *epochs):
    for row, epoch in enumerate(epochs):
        head = page.locator(f"{TABLE} tbody th").nth(row)
        head.filter(has_text=re.compile(f"epoch {epoch}$")).wait_for()


def decided_differently(runs, frames):
    data = runs[0].dataset
    both = [
        np.concatenate([run.network(frame).predict(part.X) for part in data.parts])
        for run, frame in zip(runs, frames, strict=True)
    ]
    return f"{int((both[0] != both[1]).sum())} of {len(both[0])}"


def test_three_clicks_lead_from_the_front_page_to_relu_against_sigmoid(playground):
    page = playground.open("").page
    page.get_by_role("link", name="Compare", exact=True).click()  # 1
    before = both_shown(page)
    pair = PAIRS["activations"]
    page.get_by_role("radio", name=pair.label).click()  # 2
    both_shown(page, before)
    page.get_by_text("Only the activation differs: ReLU and sigmoid.").wait_for()
    a, b = runs_of(pair)
    assert numbers(page, "train_loss") == [format_number(run.history.train_loss[-1]) for run in (a, b)]
    assert page.inner_text(f"{TABLE} .count") == decided_differently((a, b), (-1, -1))
    page.locator(".comparison > .timeline .play").click()  # 3
    page.wait_for_function("document.querySelector('.comparison').dataset.playing === 'true'")
    page.keyboard.press("Home")
    wait_epochs(page, 0, 0)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    wait_epochs(page, 3, 3)
    playground.wait_address("frame=3")
    assert numbers(page, "train_loss") == [format_number(run.history.train_loss[3]) for run in (a, b)]
    assert page.inner_text(f"{TABLE} .count") == decided_differently((a, b), (3, 3))


def test_a_pair_of_the_gallery_opens_on_compare_from_the_front_page(playground):
    page = playground.open("").page
    page.get_by_role("button", name="Experiments").click()  # 1
    pair = PAIRS["activations"]
    page.get_by_role("dialog", name="Experiments").get_by_role("button", name=pair.label).click()  # 2
    both_shown(page)
    page.get_by_text("Only the activation differs: ReLU and sigmoid.").wait_for()
    page.wait_for_function("() => location.pathname.endsWith('compare')")
    a, b = runs_of(pair)
    assert numbers(page, "train_loss") == [format_number(run.history.train_loss[-1]) for run in (a, b)]
    before = both_shown(page)
    page.get_by_role("button", name="Experiments").click()
    page.get_by_role("dialog", name="Experiments").get_by_role("button", name=PAIRS["rates"].label).click()
    both_shown(page, before)
    playground.wait_address("b.lr=3")
    # On a phone, nothing of the numbers is beside the screen.
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_selector(".comparison.small")
    assert page.locator(TABLE).evaluate("e => e.scrollWidth <= e.clientWidth")
    rows = page.get_by_role("table", name="A and B at this epoch").get_by_role("row")
    assert rows.count() == 4


def reaches(run, epoch, loss):
    """Whether the run first had the loss, of which four digits are known, at this recorded epoch."""
    frame = int(np.flatnonzero(run.history.epoch == epoch)[0])
    losses = run.history.train_loss
    return losses[frame] <= loss * 1.0005 and losses[:frame].min(initial=np.inf) > loss * 0.9995


def test_by_loss_each_is_shown_when_it_first_got_there_and_the_link_keeps_it(playground):
    page = playground.page
    page.goto(f"{playground.address}/compare?epochs=200&b.lr=3&frame=60")
    both_shown(page)
    wait_epochs(page, 60, 60)
    page.get_by_label("Both at the same").select_option("loss")
    playground.wait_address("by=loss")
    wait_epochs(page, r"6\d", r"\d+")
    page.keyboard.press("Escape")
    head = page.locator(f"{TABLE} tbody th")
    level = float(page.inner_text(".comparison > .timeline .epoch").removeprefix("loss "))
    epochs = [int(text.rpartition(" ")[2]) for text in head.all_inner_texts()[:2]]
    a, b = ffbp.train(ffbp.Config(epochs=200)), ffbp.train(ffbp.Config(epochs=200, learning_rate=3.0))
    assert reaches(a, epochs[0], level)
    assert reaches(b, epochs[1], level)
    assert page.inner_text(f"{TABLE} .count") == decided_differently((a, b), epochs)
    page.reload()
    both_shown(page)
    wait_epochs(page, *epochs)
    for _ in range(2):
        page.keyboard.press("End")
        head.nth(0).filter(has_text="never, epoch 200").wait_for()
        for _ in range(3):
            page.keyboard.press("ArrowLeft")  # A still has not got there, B is earlier
        head.nth(0).filter(has_text="never, epoch 200").wait_for()
        other = int(head.nth(1).inner_text().rpartition(" ")[2])
        playground.wait_address(f"other={int(np.flatnonzero(b.history.epoch == other)[0])}")
        page.reload()
        both_shown(page)
        wait_epochs(page, 200, other)


def test_runs_of_different_lengths_share_the_epoch_and_a_change_of_b_shows_at_once(playground):
    page = playground.page
    page.goto(f"{playground.address}/compare?epochs=60&b.epochs=20&b.lr=1&frame=40")
    before = both_shown(page)
    wait_epochs(page, 40, 20)
    page.wait_for_selector('[data-player=a][data-refined="40"]')
    page.wait_for_selector('[data-player=b][data-refined="20"]')
    a, b = ffbp.train(ffbp.Config(epochs=60)), ffbp.train(ffbp.Config(epochs=20, learning_rate=1.0))
    place = page.locator(".disagreement .plot .nsewdrag").bounding_box()
    page.mouse.move(place["x"] + 0.3 * place["width"], place["y"] + 0.4 * place["height"])
    said = page.locator(".disagreement .readout")
    said.filter(has_text=re.compile(r"A: p.* = 0\.\d+ · B: p.* = 0\.\d+")).wait_for()
    texts = [float(text) for text in re.findall(r"= (0\.\d+)", said.inner_text())]
    # The pointer's cell: the boundary's fine map has 144 cells a side.
    layout = page.evaluate("(() => { const { xaxis, yaxis } = document.querySelector('.disagreement .plot')._fullLayout;"
                           " return [xaxis.range, yaxis.range]; })()")  # fmt: skip
    cell = [int(share * 144) for share in (0.3, 0.6)]
    point = [[low + (i + 0.5) * (high - low) / 144 for i, (low, high) in zip(cell, layout, strict=True)]]
    X = a.dataset.encode(np.array(point))
    due = [run.network(frame).predict_proba(X)[0, 0] for run, frame in ((a, 40), (b, 20))]
    np.testing.assert_allclose(texts, due, atol=0.02)  # the pointer may be one cell further
    for name, shown in (("B: Decision boundary", 2), ("Loss", 1)):  # both boundaries, or the losses alone, in full size
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_function(
            "n => [...document.querySelectorAll('.comparison .panel')].filter((e) => e.clientWidth).length === n",
            arg=shown,
        )
        boxes = [panel.bounding_box() for panel in page.locator(".comparison .panel:visible").all()]
        assert min(box["height"] for box in boxes) > 400
        page.wait_for_function(
            "() => [...document.querySelectorAll('.comparison .plot')].filter((e) => e.clientWidth)"
            ".every((e) => Math.abs(e._fullLayout.height - e.clientHeight) < 3)"
        )
        page.keyboard.press("Escape")
        page.wait_for_function(
            "() => [...document.querySelectorAll('.comparison .panel')].filter((e) => e.clientWidth).length === 6"
        )
    with page.expect_download() as download:
        page.get_by_role("button", name="Save picture: B: Decision boundary").click()
    assert download.value.suggested_filename == "ffbp-b-boundary-epoch-20.png"
    page.get_by_role("slider", name="B: Learning rate η").focus()
    page.keyboard.press("ArrowRight")
    both_shown(page, before)
    playground.wait_address("b.lr=3")
    assert page.locator(".comparison section[aria-label]").count() == len(
        {section.get_attribute("aria-label") for section in page.locator(".comparison section[aria-label]").all()}
    )


def test_marks_walk_over_the_surface_with_the_timeline(playground, server):
    page = playground.page
    page.goto(f"{server}/compare?view=surface&samples=60&epochs=40&hidden=3&b.weight_seed=3")
    marks = page.locator(".ffbp-chart .walk span")
    marks.first.wait_for()
    places = lambda: marks.evaluate_all("all => all.map((mark) => mark.style.transform)")  # noqa: E731
    page.wait_for_selector('.ffbp[data-frame="40"]')
    at_the_end = places()
    page.locator(".ffbp .timeline input[type=range]").focus()
    page.keyboard.press("Home")
    page.wait_for_function(
        "then => [...document.querySelectorAll('.walk span')].every((mark, k) => mark.style.transform !== then[k])",
        arg=at_the_end,
    )
    page.keyboard.press("End")
    page.wait_for_function(
        "then => [...document.querySelectorAll('.walk span')].every((mark, k) => mark.style.transform === then[k])",
        arg=at_the_end,
    )


def test_the_goal_is_moved_by_key_and_by_pointer_and_is_in_the_address(playground, server):
    page = playground.page
    page.goto(f"{server}/compare?view=seeds&samples=60&epochs=40&hidden=3&m.seeds=6&m.goal=accuracy_0.9")
    page.get_by_role("button", name="Train 6 runs").click()
    goal = page.get_by_role("slider", name="Goal: accuracy")
    goal.wait_for()
    page.get_by_text("of 6 runs end with an accuracy of at least 90.0 %").wait_for()
    goal.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_text("of 6 runs end with an accuracy of at least 89.0 %").wait_for()
    page.wait_for_function("() => location.search.includes('m.goal=accuracy_0.89')")
    box = goal.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2 + 500, steps=4)
    page.mouse.up()
    page.get_by_text(re.compile("6 of 6 runs end with an accuracy of at least 0.0 %")).wait_for()
    page.get_by_role("navigation", name="All runs").get_by_role("button").first.click()
    page.get_by_role("heading", name="Playground").wait_for()


def test_a_race_is_run_judged_by_a_goal_that_moves_and_a_dot_opens_its_run(playground, server):
    page = playground.page
    page.goto(
        f"{server}/compare?view=race&samples=60&epochs=40&hidden=3&m.seeds=3&m.optimizers=sgd~adam&m.goal=loss_0.5"
    )
    page.get_by_role("button", name="Train 6 runs").click()
    page.get_by_text("on the training set at epoch").wait_for()
    page.get_by_role("button", name="Table (CSV)").wait_for()
    page.get_by_text("Repeated alone, the run").wait_for()
    marks = page.locator(".walk span")
    marks.nth(1).wait_for()
    assert {*marks.all_inner_texts()} == {"G", "A"}
    goal = page.get_by_role("slider", name="Goal: loss")
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    assert [(broken["id"], broken["nodes"][0]["html"]) for broken in Axe().run(page).response["violations"]] == []
    goal.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => location.search.includes('m.goal=loss_0.4')")
    page.get_by_role("img", name=re.compile("^The dashed line is the goal, 0.4")).wait_for()
    chart = page.get_by_label("Epochs to the goal of every run", exact=True)
    chart.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.ffbp-chart .points path')")
    dot = chart.locator(".points path").first.bounding_box()
    place = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    hover(page, *place, chart.locator(".hoverlayer text"))
    page.mouse.click(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    page.get_by_role("heading", name="Playground").wait_for()


def test_a_box_zooms_into_the_picture_and_its_address_is_a_link(playground, server):
    page = playground.page
    address = "view=sweep&samples=60&epochs=20&hidden=3&m.up=l2&m.box=0.01~1~0.001~0.1&m.side=4"
    page.goto(f"{server}/compare?{address}")
    page.get_by_role("button", name="Train 16 runs").click()
    page.get_by_text("The smallest training loss is").wait_for()
    page.set_viewport_size({"width": 1366, "height": 1400})  # the whole picture

    def corner(share):
        place = page.locator(".ffbp-chart .nsewdrag").bounding_box()
        return place["x"] + share * place["width"], place["y"] + (1 - share) * place["height"]

    page.mouse.move(*corner(0.1))
    page.mouse.down()
    page.mouse.move(*corner(0.5), steps=5)
    page.mouse.up()
    page.wait_for_function("() => !location.search.includes('m.box=0.01') && location.search.includes('m.box=')")
    page.get_by_text("of 16 runs diverged. The smallest").wait_for()
    params = parse_qs(urlsplit(page.url).query)
    left, right, bottom, top = map(float, params["m.box"][0].split("~"))
    # From edge to edge the picture has four cells of 2/3 of a decade.
    edges = 10 ** (np.array([-2, -3])[:, None] - 1 / 3 + np.array([0.1, 0.5]) * 8 / 3)
    np.testing.assert_allclose([[left, right], [bottom, top]], edges, rtol=0.05)
    page.go_back()
    page.wait_for_function("() => location.search.includes('m.box=0.01')")
    page.wait_for_function("() => document.querySelector('.ffbp-chart .js-plotly-plot').data[0].x[0] === 0.01")
    hover(page, *corner(0.9), page.locator(".ffbp-chart .hoverlayer").get_by_text("learning rate η 1"))
    page.mouse.click(*corner(0.9))
    page.get_by_role("heading", name="Playground").wait_for()
    assert {"lr": ["1"], "l2": ["0.1"], "samples": ["60"]}.items() <= parse_qs(urlsplit(page.url).query).items()
