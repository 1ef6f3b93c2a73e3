"""The first minute: the front door, as somebody sees it who was given the bare address."""

import pytest
from playwright.sync_api import expect

from ffbp.lessons.front import CAPTIONS, SENTENCE

FILLED = """[...document.querySelectorAll('button')]
  .filter((b) => getComputedStyle(b).backgroundColor === 'rgb(47, 111, 179)').length"""
SIZES = [(1366, 768), (1920, 1080), (820, 1180), (390, 844)]


def door(playground):
    return playground.page.get_by_role("region", name="Introduction")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_name_sentence_and_play_are_in_sight_at_the_first_frame(playground, width, height):
    page = playground.page
    page.set_viewport_size({"width": width, "height": height})
    playground.open("")
    assert playground.epoch() == "epoch 0 / 1000"
    for scheme in ("light", "dark"):
        playground.turn(scheme)
        for text in ("ffbp", SENTENCE, CAPTIONS[0].text):
            expect(door(playground).get_by_text(text, exact=True)).to_be_in_viewport(ratio=1)
        expect(door(playground).get_by_role("button", name="Play")).to_be_in_viewport(ratio=1)
        assert page.evaluate(FILLED) == 1, scheme  # one prominent thing
        if width > 1000:
            bottoms = page.eval_on_selector_all(".ffbp .panel", "all => all.map(e => e.getBoundingClientRect().bottom)")
            assert max(bottoms) <= height


def test_playing_passes_all_captions_and_closing_leaves_the_picture(playground):
    page = playground.open("").page
    page.evaluate(
        """() => {
          window.told = [];
          const caption = document.querySelector('.ffbp-front .caption');
          new MutationObserver(() => window.told.push(caption.textContent)).observe(caption, { childList: true });
        }"""
    )
    door(playground).get_by_role("button", name="Play").click()
    expect(door(playground).get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("() => document.querySelector('.ffbp .epoch').textContent === 'epoch 1000 / 1000'")
    assert page.evaluate("told") == [caption.text for caption in CAPTIONS[1:]]
    expect(door(playground).get_by_role("button", name="Play")).to_be_visible()
    playground.wait_address("lr=1")
    door(playground).get_by_role("button", name="Close the introduction").click()
    expect(door(playground)).to_have_count(0)
    expect(page.locator(".ffbp-notices")).to_be_visible()
    assert playground.epoch() == "epoch 1000 / 1000"
    page.wait_for_function(
        "() => Math.max(...[...document.querySelectorAll('.ffbp .panel')].map((e) => e.getBoundingClientRect().bottom)) > 740"
    )  # the panels take the room


def test_back_leads_to_the_bare_address_and_out_of_it(playground):
    page = playground.page
    page.goto(f"{playground.address}/?dataset=moons&epochs=50")
    playground.ready()
    playground.open("")
    page.locator(".ffbp .last").click()
    playground.wait_address("lr=1")
    page.go_back()
    page.wait_for_function("() => location.search === ''")
    playground.wait_frame(0)
    page.wait_for_timeout(500)
    assert page.evaluate("location.search") == ""
    page.go_back()
    playground.wait_address("epochs=50")


def test_copied_links_open_what_was_on_screen(playground, visit):
    page = playground.open("").page
    bare = visit(page.evaluate("location.search"))
    assert bare.cards() == playground.cards()
    expect(door(bare)).to_be_visible()
    playground.experiment("Reference")
    playground.wait_address("dataset=moons")
    page.wait_for_function("() => document.querySelector('.ffbp .epoch').textContent === 'epoch 1000 / 1000'")
    reference = visit(page.evaluate("location.search"))
    assert reference.cards() == playground.cards()
    expect(door(reference)).to_have_count(0)
    page.locator(".st-key-bar").get_by_text("Forward pass").click()
    page.wait_for_url("**/forward_pass?dataset=moons")


def test_a_change_closes_it_and_keeps_the_first_frame(playground):
    page = playground.open("").page
    before = playground.data("run")
    page.get_by_role("slider", name="Noise").press("ArrowRight")
    playground.new_run(before)
    expect(door(playground)).to_have_count(0)
    assert playground.epoch() == "epoch 0 / 1000"
    playground.wait_address("frame=0")


def test_the_other_pages_open_its_experiment_without_it(playground):
    page = playground.page
    page.goto(f"{playground.address}/forward_pass")
    playground.ready()
    assert playground.epoch() == "epoch 0 / 1000"
    expect(door(playground)).to_have_count(0)
    page.locator(".st-key-bar").get_by_text("Playground").click()
    page.wait_for_selector(".ffbp .network")
    playground.wait_address("lr=1")
    expect(door(playground)).to_have_count(0)
