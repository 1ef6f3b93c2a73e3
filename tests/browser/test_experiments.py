"""The gallery of experiments: every one opens where its claim is seen, by mouse, finger or keyboard."""

import pytest
from playwright.sync_api import expect

from ffbp.lessons.pairs import PAIR_GROUP, PAIRS
from ffbp.lessons.presets import GROUPS, PRESETS


def cards(page):
    return page.get_by_role("dialog", name="Experiments").locator(".card")


def test_every_experiment_opens_at_its_frame_with_its_hint(playground):
    page = playground.open("?lr=0.2").page
    for key, preset in PRESETS.items():
        before = playground.data("run")
        playground.experiment(preset.label)
        playground.new_run(before)
        if preset.frame is None:
            page.wait_for_function(
                "() => (({ value, max }) => value === max)(document.querySelector('.timeline input'))"
            )
        else:
            playground.wait_frame(preset.frame)
        expect(page.locator(".ffbp .gradients select")).to_have_value(preset.gradients or "dW")
        said = page.locator(".ffbp-notices")
        expect(said).to_contain_text(preset.hint)
        page.get_by_role("button", name="Experiments").click()
        expect(cards(page).and_(page.locator("[aria-current=true]"))).to_have_text([preset.label])
        page.keyboard.press("Escape")
        assert playground.data("playing") == "false", key


def test_an_experiment_opens_at_its_end_also_when_the_timeline_plays_or_stands_at_its_start(playground):
    page = playground.open("?lr=0.2&frame=0").page
    for start in (lambda: None, lambda: page.click(".ffbp .play")):
        start()
        before = playground.data("run")
        playground.experiment(PRESETS["spiral"].label)
        playground.new_run(before)
        page.wait_for_function("() => document.querySelector('.ffbp .epoch').textContent === 'epoch 500 / 500'")
        assert playground.data("playing") == "false"
        before = playground.data("run")
        playground.experiment(PRESETS["vanishing"].label)
        playground.new_run(before)
        playground.wait_frame(0)
        playground.wait_address("frame=0")


def test_a_step_on_the_timeline_while_an_experiment_trains_changes_none_of_it(playground):
    params = PRESETS["iris"].config.to_params()
    page = playground.open("?" + "&".join(f"{key}={value}" for key, value in params.items())).page
    page.wait_for_selector("[data-testid=stMultiSelect]")
    before = playground.data("run")
    playground.experiment(PRESETS["digits"].label)
    playground.wait_address("dataset=digits")
    page.keyboard.press("ArrowLeft")  # interrupts the training; the columns of Iris are sent once more
    playground.new_run(before)
    page.wait_for_timeout(500)
    assert "columns=all" in page.evaluate("location.search")


@pytest.mark.parametrize("size", [(1366, 768), (820, 1180), (390, 844)])
def test_the_gallery_has_a_picture_and_a_whole_name_for_each_and_fits_the_screen(playground, size):
    page = playground.page
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    playground.open("?dataset=moons")
    page.get_by_role("button", name="Experiments").click()
    dialog = page.get_by_role("dialog", name="Experiments")
    assert dialog.get_by_role("heading", level=3).all_inner_texts() == [*GROUPS, PAIR_GROUP]
    wanted = [preset.label for group in GROUPS for preset in PRESETS.values() if preset.group == group]
    wanted += [pair.label for pair in PAIRS.values()]
    assert [text.partition(" · ")[0] for text in cards(page).all_inner_texts()] == wanted
    page.wait_for_function(
        "() => [...document.querySelectorAll('.ffbp-experiments img')].every((i) => i.complete && i.naturalWidth)"
    )
    cut = page.eval_on_selector_all(".card strong", "all => all.filter((e) => e.scrollWidth > e.clientWidth).length")
    assert cut == 0
    box = dialog.bounding_box()
    assert min(box["x"], box["y"]) >= 0
    assert (box["x"] + box["width"], box["y"] + box["height"]) <= size
    assert dialog.evaluate("(e) => e.scrollWidth <= e.clientWidth")


def test_the_gallery_is_used_by_keyboard_alone(playground):
    page = playground.open("?dataset=moons").page
    opener = page.get_by_role("button", name="Experiments")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Experiments")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Experiments")).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    frame = playground.data("frame")
    page.keyboard.press("Home")  # the timeline does not hear it
    assert playground.data("frame") == frame
    cards(page).filter(has_text=PRESETS["linear"].label).focus()
    before = playground.data("run")
    page.keyboard.press("Enter")
    playground.new_run(before)
    expect(page.locator(".ffbp-notices")).to_contain_text(PRESETS["linear"].hint)


def test_the_gallery_is_on_every_page_and_chooses_for_it(playground):
    page = playground.page
    page.goto(f"{playground.address}/code_export?dataset=moons")
    playground.experiment(PRESETS["xor_by_hand"].label)
    playground.wait_address("dataset=xor_gate")


def test_a_click_on_a_thumbnail_brings_its_run_back_and_undo_takes_it_away(visit):
    playground = visit("?epochs=20")
    page = playground.page
    first = page.locator(".ffbp").get_attribute("data-run")
    page.get_by_role("slider", name="Noise").press("ArrowRight")
    page.wait_for_function("(run) => document.querySelector('.ffbp').dataset.run !== run", arg=first)
    row = page.get_by_role("navigation", name="Latest runs").get_by_role("button")
    row.nth(1).wait_for()
    assert row.nth(0).get_attribute("title") == "Noise 0.21 → 0.2"
    row.nth(0).click()
    page.wait_for_function("(run) => document.querySelector('.ffbp').dataset.run === run", arg=first)
    page.get_by_role("button", name="Noise 0.21 → 0.2").first.click()
    page.wait_for_function("(run) => document.querySelector('.ffbp').dataset.run !== run", arg=first)
