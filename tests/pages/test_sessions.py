"""Real sessions at a real server: own numbers, bounded waiting, and nothing left running when somebody leaves.

``--full`` sends ten times as many links.
"""

import asyncio
import random
import time
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
import waiting
from links import random_links
from servers import running
from sessions import Session, run

import ffbp
from ffbp.experiment.experiment import Experiment
from ffbp.lessons import front

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts a server's threads by /proc")
COSTLY = "samples=5000&test=0&hidden=64-64-64-64-64-64&activation=silu&epochs=20000"
MIXED = [f"seed={k}&epochs=40" for k in range(4)] + ["dataset=iris&epochs=30", "", "epochs=60&optimizer=adam&lr=0.01"]


@pytest.fixture(scope="module")
def server():
    with running() as server:
        run(visit(server, [""]))
        yield server


async def visit(server, queries, page=""):
    session = await Session(server.address, page).open()
    try:
        return [await session.rerun(query) for query in queries]
    finally:
        await session.close()


def config_of(query):
    return ffbp.Config.from_params(dict(parse_qsl(query)))[0] if query else front.OPENED[0]


def wait_until(holds, seconds=waiting.SECONDS):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


def is_idle(server):
    """No processor time to speak of in a third of a second: nobody trains."""
    before = server.cpu_seconds()
    time.sleep(0.35)
    return server.cpu_seconds() - before < 0.06


def test_every_session_sees_its_own_numbers(server):
    async def everybody():
        return await asyncio.gather(*(visit(server, random.Random(k).sample(MIXED, 4)) for k in range(6)))

    answers = [answer for answers in run(everybody()) for answer in answers]
    assert [answer.problems for answer in answers if answer.problems] == []
    expected = {query: ffbp.train(config_of(query)).history.train_loss for query in MIXED}
    for answer in answers:
        assert np.array_equal(answer.losses(), expected[answer.query]), answer.query
    assert {answer.query for answer in answers} == set(MIXED)


def test_the_page_beside_a_lesson_sends_no_more_than_the_page_and_the_lessons_panel(server):
    query = "lr=0.1&panel=loss"
    alone, beside = (run(visit(server, [each] * 3))[-1].n_bytes for each in (query, f"{query}&lesson=loss&step=5"))
    assert beside <= alone + 8000


def test_a_session_that_is_gone_leaves_no_training_behind(server):
    assert wait_until(lambda: is_idle(server))
    threads = server.threads()

    async def leave_in_the_middle():
        session = await Session(server.address).open()
        await session.ask(COSTLY)
        before = server.cpu_seconds()
        while server.cpu_seconds() - before < 0.5:
            await asyncio.sleep(0.05)
        session.drop()

    run(leave_in_the_middle())
    used = server.cpu_seconds()
    assert wait_until(lambda: is_idle(server)), "it trains for nobody"
    assert server.cpu_seconds() - used < Experiment(config_of(COSTLY)).work / 4, "the run was trained to its end"
    assert wait_until(lambda: server.threads() <= threads), "a thread is left"


def test_a_change_in_the_middle_of_a_training_brings_the_new_experiment_at_once(server):
    async def change_in_the_middle():
        session = await Session(server.address).open()
        await session.ask(COSTLY + "&seed=1")
        before = server.cpu_seconds()
        while server.cpu_seconds() - before < 0.5:
            await asyncio.sleep(0.05)
        used = server.cpu_seconds()
        answer = await session.rerun("seed=77&epochs=50")
        used = server.cpu_seconds() - used
        await session.close()
        return answer, used

    answer, used = run(change_in_the_middle())
    assert np.array_equal(answer.losses(), ffbp.train(config_of("seed=77&epochs=50")).history.train_loss)
    assert used < Experiment(config_of(COSTLY)).work / 4, "it waited for the run that nobody wants any more"
    assert wait_until(lambda: is_idle(server)), "the old run goes on"


def test_one_persons_costly_run_does_not_keep_others_waiting(server):
    async def together():
        hog = await Session(server.address).open()
        await hog.ask(COSTLY + "&seed=2")
        await asyncio.sleep(0.5)
        used = server.cpu_seconds()
        answers = await visit(server, [f"seed={100 + k}&epochs=100" for k in range(4)])
        used = server.cpu_seconds() - used
        still_at_it = hog.socket.close_code is None
        hog.drop()
        return answers, still_at_it, used

    answers, still_at_it, used = run(together())
    assert still_at_it
    assert all(answer.blob and not answer.problems for answer in answers)
    assert used < 0.6 * Experiment(config_of(COSTLY)).work, "they waited for more than a share of the costly run"


def test_links_as_nobody_means_them_give_a_page_with_at_most_warnings(server, full):
    configs = [config_of(query) for query in MIXED]
    links = random_links(300 if full else 40, configs, seed=8)
    links = [link[:8000] + "&epochs=3" for link in links]  # longer ones are refused before any code of ours runs
    answers = run(visit(server, links))
    for answer in answers:
        assert answer.problems == [], answer.query[:300]
        assert answer.blob, answer.query[:300]
    assert any(answer.alerts for answer in answers)
    assert "Traceback" not in server.output()


@pytest.mark.parametrize("page", ["forward_pass", "backpropagation"])
def test_the_other_pages_take_bad_links_too(server, page):
    answers = run(visit(server, [f"{link[:3000]}&epochs=2" for link in random_links(8, [config_of("")], seed=9)], page))
    assert [answer.problems for answer in answers if answer.problems] == []
    assert all(answer.blob for answer in answers)


def test_the_widgets_sent_back_may_not_be_huge(server):
    from streamlit.proto.WidgetStates_pb2 import WidgetState

    async def send_too_much():
        session = await Session(server.address).open()
        await session.rerun("epochs=5")
        try:
            return await session.rerun("epochs=5", [WidgetState(id="x", string_value="x" * 3_000_000)], timeout=5)
        except Exception as error:  # a refusal closes the socket or leaves the message unanswered
            return error
        finally:
            session.drop()

    result = run(send_too_much())
    assert isinstance(result, Exception) or result.problems, "three megabytes were taken"
    assert server.is_healthy()
    assert run(visit(server, ["epochs=5"]))[0].blob
