"""What happens to people: they reload, lose the network, open two tabs, put the phone away; and servers restart."""

import pytest
from browsing import Playground
from playwright.sync_api import TimeoutError
from servers import Server

import ffbp
from ffbp.words.numbers import format_number

LONG = "?samples=3000&batch=4&optimizer=adam&lr=0.01&epochs=150&seed=3"  # some seconds of training
SHORT = "?seed=4&epochs=60"


def in_training(page):
    page.get_by_text("Training: epoch").wait_for()


def final_loss(query):
    params = dict(pair.split("=") for pair in query.lstrip("?").split("&"))
    config, warnings = ffbp.Config.from_params(params)
    assert not warnings
    return format_number(ffbp.train(config).history.train_loss[-1])


def change_noise(playground, attempts=1):
    """A change of a control brings a new run: the page is alive. While a page reconnects, a person tries again."""
    before = playground.data("run")
    for attempt in range(attempts):
        playground.page.get_by_role("slider", name="Noise").focus()
        playground.page.keyboard.press("ArrowRight")
        try:
            playground.new_run(before, timeout=None if attempt == attempts - 1 else 4_000)
            break
        except TimeoutError:
            if attempt == attempts - 1:
                raise
    playground.wait_address("noise=")


@pytest.fixture
def own_server():
    server = Server().start()
    yield server
    server.stop()
    server.log.close()


def test_a_reload_and_a_lost_connection_in_the_middle_of_training(playground):
    page = playground.page
    page.goto(f"{playground.address}/{LONG}")
    in_training(page)
    page.reload()
    in_training(page)
    page.context.set_offline(True)
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    playground.ready()
    assert playground.cards()[0] == final_loss(LONG)
    assert page.evaluate("location.search") == LONG


def test_a_server_that_restarts_while_people_are_connected(visit, own_server):
    playground = visit(SHORT + "&frame=30", own_server.address)
    cards = playground.cards()
    own_server.kill()
    playground.page.wait_for_timeout(1500)
    assert playground.cards() == cards, "what was there stays readable"
    playground.page.locator(".ffbp .back").click()  # the timeline needs no server
    playground.wait_frame(29)
    own_server.start()
    change_noise(playground, attempts=8)
    assert "seed=4" in playground.page.url
    assert "epochs=60" in playground.page.url


def test_two_tabs_of_one_person_do_not_know_each_other(playground, context):
    playground.open(SHORT)
    loss = playground.cards()[0]
    other = Playground(context.new_page(), playground.address).open("?dataset=circles&epochs=60")
    assert other.cards()[0] == final_loss("?dataset=circles&epochs=60")
    change_noise(other)
    assert "dataset=circles" in other.page.url
    assert playground.cards()[0] == loss == final_loss(SHORT)
    change_noise(playground)
    assert "seed=4" in playground.page.url
    assert "dataset" not in playground.page.url


def test_a_phone_that_sleeps_wakes_at_the_same_experiment(visit):
    playground = visit(SHORT, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = playground.page
    page.click(".ffbp .first")
    playground.wait_address("frame=0")
    cards, run = playground.cards(), playground.data("run")
    page.devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    page.context.set_offline(True)
    page.wait_for_timeout(2000)
    page.devtools.send("Page.setWebLifecycleState", {"state": "active"})
    page.context.set_offline(False)
    assert playground.cards() == cards
    page.click(".ffbp .last")
    playground.wait_frame(60)
    assert playground.cards()[0] == final_loss(SHORT)
    page.reload()  # the moment in the link may be the one before, if the phone was put away at once
    playground.ready()
    assert playground.data("run") == run
    assert "seed=4" in page.url
