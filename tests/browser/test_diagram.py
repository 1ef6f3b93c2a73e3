"""The network's diagram: its units by pointer and by keyboard, and what they show in the boundary panel."""

import pytest
from browsing import at
from modules import Mounted, blank_page

import ffbp
from ffbp.analysis.plane import plane_of
from ffbp.figures.pack import options, pack_refinement, pack_run, unrefined

HEADING = ".ffbp .boundary h2"
PIXELS = """() => ['.diagram', '.boundary .under'].map((name) => {
  const canvas = document.querySelector(`.ffbp ${name}`);
  return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data].reduce((h, v) => (h * 31 + v) | 0, 7);
})"""

FRAMES_SHOWN = """() => { const box = document.querySelector('.ffbp');
  box.addEventListener('ffbp:frames', () => box.addEventListener('ffbp:frame', () => { window.came = true; })); }"""


def unit(page, name):
    return page.locator(f'.ffbp .units [aria-label^="{name}"]')


def wait_heading(page, text):
    page.locator(HEADING).filter(has_text=text).wait_for()


def test_a_unit_under_the_pointer_shows_its_map_and_leaving_brings_all_back(playground):
    page = playground.open("?epochs=60").page
    page.wait_for_selector(".ffbp[data-refined]")
    before = page.evaluate(PIXELS)
    unit(page, "layer 1, unit 3").hover()
    wait_heading(page, "Layer 1, unit 3: its output over the plane")
    diagram, boundary = page.evaluate(PIXELS)
    assert diagram != before[0]
    assert boundary != before[1]
    page.mouse.move(5, 5)
    wait_heading(page, "Decision boundary")
    assert page.evaluate(PIXELS) == before


def test_every_drawn_unit_shows_its_map_in_the_boundary_panel(playground):
    page = playground.open().page
    buttons = page.locator(".ffbp .units button")
    for query in ("?epochs=20", "?dataset=noisy_sine&epochs=20", "?dataset=blobs&classes=3&epochs=20"):
        playground.go(query)
        for k in range(buttons.count()):
            with at(query, "unit", k):
                buttons.nth(k).hover()
                words = buttons.nth(k).get_attribute("aria-label").split(":")[0].removesuffix(" (output)")
                wait_heading(page, words[0].upper() + words[1:] + ": its ")


def test_the_pictures_of_a_unit_are_the_frames_own(playground):
    page = playground.open("?epochs=60").page
    unit(page, "layer 1, unit 3").hover()
    last = page.evaluate(PIXELS)
    page.keyboard.press("Home")
    playground.wait_frame(0)
    wait_heading(page, "Layer 1, unit 3")
    assert all(a != b for a, b in zip(page.evaluate(PIXELS), last, strict=True))


def test_by_keyboard_one_tab_stop_leads_to_every_unit(playground):
    page = playground.open("?epochs=20&hidden=3-2").page
    assert page.locator('.ffbp .units [tabindex="0"]').count() == 1
    page.locator(".ffbp .timeline .copy").focus()
    while page.evaluate("!document.activeElement.closest('.units')"):
        page.keyboard.press("Tab")
    said, frame = [], playground.data("frame")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        said.append(page.evaluate("document.activeElement.getAttribute('aria-label').split(':')[0]"))
    output = "layer 3, unit 1 (output)"
    third = "layer 1, unit 3"
    assert said == ["layer 1, unit 1", "layer 1, unit 2", third, "layer 2, unit 2", output, output, "layer 2, unit 1"]
    wait_heading(page, "Layer 2, unit 1: its output over the plane")
    assert playground.data("frame") == frame, "the arrow keys move among the units and not the timeline"
    page.keyboard.press("Shift+Tab")
    wait_heading(page, "Decision boundary")


@pytest.mark.parametrize("by", ["pointer", "keyboard"])
def test_a_unit_opens_on_the_forward_pass_page_at_the_same_moment(playground, by):
    page = playground.open("?epochs=60&hidden=4-3&sample=7&frame=5").page
    chosen = unit(page, "layer 2, unit 3")
    if by == "pointer":
        chosen.click()
    else:
        page.evaluate(FRAMES_SHOWN)
        chosen.focus()
        page.wait_for_function("() => window.came")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("layer 2, unit 3")
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="One unit, written out").wait_for()
    playground.wait_address("layer=2")
    address = page.evaluate("location.search")
    for part in ("unit=3", "sample=7", "frame=5", "hidden=4-3"):
        assert part in address


def test_a_finger_first_shows_a_unit_and_then_opens_it(visit):
    page = visit("?epochs=60", has_touch=True).page
    chosen = unit(page, "layer 1, unit 2")
    chosen.tap()
    wait_heading(page, "Layer 1, unit 2")
    chosen.tap()
    page.get_by_role("heading", name="One unit, written out").wait_for()


def test_the_units_map_has_the_values_of_the_forward_pass(playground):
    """The sign scale is white at 0 and blue above: a dead unit's map is empty, another one's is not."""
    page = playground.open("?dataset=moons&learning_rate=10&epochs=60").page
    run = ffbp.train(ffbp.Config(learning_rate=10.0, epochs=60))
    outputs = run.network().forward(run.dataset.X_train).A[1]
    dead = [unit for unit in range(10) if not outputs[unit].any()]
    assert dead, "the experiment is chosen for its dead units"
    unit(page, f"layer 1, unit {dead[0] + 1}:").hover()
    wait_heading(page, f"Layer 1, unit {dead[0] + 1}:")
    white = page.evaluate(
        """() => { const c = document.querySelector('.ffbp .boundary .under');
          const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
          for (let i = 0; i < d.length; i += 4) n += d[i] > 250 && d[i + 1] > 250 && d[i + 2] > 250;
          return n / (d.length / 4); }"""
    )
    assert white > 0.5


def test_units_are_added_and_removed_in_the_diagram_however_quick(playground):
    page = playground.open("?epochs=20&hidden=4-3").page
    before = playground.data("run")
    add = page.get_by_role("button", name="Add a unit to layer 1")
    remove = page.get_by_role("button", name="Remove a unit from layer 2")
    for button in (add, add, remove, add):
        button.click()
    playground.wait_address("hidden=7-2")
    playground.new_run(before)
    page.wait_for_function("() => document.querySelectorAll('.ffbp .units button').length === 2 + 7 + 2 + 1")
    remove.click()
    playground.wait_address("hidden=7-1")
    page.wait_for_function("() => document.querySelectorAll('.ffbp .sizes button')[2].disabled")
    page.go_back()
    page.wait_for_function("() => document.querySelectorAll('.ffbp .sizes span')[1].textContent === '2'")


def test_a_layer_of_the_largest_size_gets_no_more_units(playground):
    page = playground.open("?epochs=5&hidden=64").page
    assert page.get_by_role("button", name="Add a unit to layer 1").is_disabled()
    assert page.locator(".ffbp .sizes span").inner_text() == "64"


def test_a_run_that_comes_between_two_clicks_does_not_take_back_what_was_clicked_since(tabs):
    """Of four quick clicks the first two were answered by the run of the first, and the others then counted from it."""
    with blank_page(tabs) as page:
        mounted = Mounted(page)
        mounted.call("player", "here", options())

        def answer(hidden, answered=0):
            run = ffbp.train(ffbp.Config(epochs=5, hidden=hidden))
            plane, packed = plane_of(run.dataset), pack_run(run, plane_of(run.dataset))
            refined = unrefined(run.n_frames - 1)
            mounted.call("carrier", "run", packed.blob())
            blob = pack_refinement(run, plane, -1, packed.id, answered=answered, refined=refined)
            mounted.call("carrier", "refinement", blob)
            page.wait_for_selector(f'.ffbp[data-run="{packed.id}"]')

        def reported():
            page.wait_for_timeout(100)
            return page.evaluate(
                "reports.filter(([, name]) => name === 'sizes').map(([, , { hidden, at }]) => [hidden, at])"
            )

        def shown():
            return page.locator(".ffbp .sizes span").all_inner_texts()

        answer((4, 3))
        add, remove = page.get_by_label("Add a unit to layer 1"), page.get_by_label("Remove a unit from layer 2")
        add.click()
        add.click()
        answer((5, 3), answered=reported()[0][1])
        assert shown() == ["6", "3"]
        remove.click()
        add.click()
        assert [hidden for hidden, _ in reported()] == [[5, 3], [6, 3], [6, 2], [7, 2]]
        answer((7, 2), answered=reported()[-1][1])
        assert shown() == ["7", "2"]
        answer((3, 3), answered=reported()[-1][1])  # an undo, a link or a control
        assert shown() == ["3", "3"]
        add.click()
        answer((3, 3), answered=reported()[-1][1])  # a task does not let the numbers change
        page.wait_for_function("() => document.querySelector('.ffbp .sizes span').textContent === '3'")
