"""What people do is a sequence, and quick: no change is lost, and nothing on the page parts from the address."""

import time

import pytest
import quick
from browsing import GO

SECONDS, AT_LEAST = 10, 2  # of sequences in the ordinary run; `python tests/quick.py --sequences 1000` plays more


@pytest.fixture
def hand(page, server):
    hand = quick.Hand(page, server, 0)
    hand.names = []
    return hand


def starts(hand, query, gaps):
    """Each gap between two actions in turn, from the same link."""
    hand.open(query)
    for gap in gaps:
        hand.page.evaluate(GO, f"{hand.address}/{query}")
        hand.rest()
        yield gap


def press(hand, name, key, times=1, gap=0):
    hand._field(name).focus()
    for _ in range(times):
        hand.page.keyboard.press(key)
        hand.page.wait_for_timeout(gap)
    hand.given.pop(name, None)


def values(hand, *names):
    assert hand.problems() == []
    return [hand.page.evaluate(quick.READ, name) for name in names]


@pytest.mark.parametrize("query", [quick.FAST, quick.SLOW])
def test_two_sliders_one_after_the_other_both_keep_their_value(hand, query):
    for gap in starts(hand, query.replace("epochs=50", "epochs=100"), gaps=(60, 300)):
        press(hand, "Epochs", "ArrowLeft")
        hand.page.wait_for_timeout(gap)
        press(hand, "Noise", "ArrowRight", 4)
        assert values(hand, "Noise", "Epochs") == ["0.24", "50"], gap


def test_every_press_of_a_key_on_one_slider_counts(hand):
    for gap in starts(hand, quick.SLOW, gaps=(100, 250, 400)):
        press(hand, "Noise", "ArrowRight", 8, gap)
        assert values(hand, "Noise") == ["0.28"], gap


def test_a_press_on_a_control_that_back_is_about_to_change_counts(hand):
    for gap in starts(hand, quick.FAST, gaps=(0, 60, 150)):
        press(hand, "Noise", "ArrowRight")
        hand.rest()
        hand._move("back")
        hand.page.wait_for_timeout(gap)
        press(hand, "Epochs", "ArrowRight")
        assert values(hand, "Noise", "Epochs") == ["0.20", "100"], gap


def test_back_and_forward_show_what_the_address_says_after_many_changes(hand):
    hand.open(quick.FAST)
    for _ in range(4):
        press(hand, "Noise", "ArrowRight")
        hand.rest()
    for way, noise in (("back", "0.23"), ("back", "0.22"), ("forward", "0.23"), ("back", "0.22"), ("back", "0.21")):
        hand._move(way)
        assert values(hand, "Noise") == [noise]


def test_a_link_to_a_page_does_not_undo_the_change_just_made(hand):
    hand.open(quick.FAST)
    press(hand, "Noise", "ArrowRight", 3)
    hand.page.wait_for_timeout(250)  # the slider has sent it; the links still carry the address before
    hand.page.locator(".st-key-bar [data-testid=stPageLink]").filter(has_text="Forward pass").locator("a").click()
    hand.page.wait_for_url("**/forward_pass*")
    hand.ready()
    assert values(hand, "Noise") == ["0.23"]


def test_a_quick_hand_never_parts_address_controls_and_panels(context, server):
    began, seed, problems = time.monotonic(), 0, []
    while seed < AT_LEAST or time.monotonic() - began < SECONDS:
        problems += quick.play(context, server, seed, n_tabs=1 + seed % 2)
        seed += 1
    assert not problems, "\n".join(problems)
