"""The shared cache: one training per configuration, interruptible, and no unfinished runs."""

import threading
import time

import pytest
import waiting

import ffbp
from ffbp.serve.cache import RunCache
from ffbp.serve.turns import Turn, place_of
from ffbp.training.recording import fit
from ffbp.ui.runs import in_turns

FIVE_SECONDS = ffbp.Config(n_samples=2000, batch_size=4, optimizer="adam", epochs=500)


class Interrupted(BaseException):
    """As Streamlit's own: no subclass of Exception."""


class Bar:
    def __init__(self):
        self.stop, self.seen = threading.Event(), []

    def show(self, now):
        self.seen.append(now)
        self.pulse()

    def pulse(self):
        if self.stop.is_set():
            raise Interrupted


def test_a_change_a_fifth_into_a_long_run_stops_it_soon_and_leaves_nothing():
    runs, bar, ended = RunCache(), Bar(), []

    def session():
        try:
            with runs.flight("key", bar.pulse):
                runs.put("key", in_turns(fit(FIVE_SECONDS), runs, bar.show))
        except Interrupted:
            ended.append(time.perf_counter())

    thread = threading.Thread(target=session)
    began = time.perf_counter()
    thread.start()
    while thread.is_alive() and (not bar.seen or bar.seen[-1].epoch < FIVE_SECONDS.epochs / 5):
        time.sleep(0.01)
    asked = time.perf_counter()
    bar.stop.set()
    thread.join(waiting.SECONDS)
    assert ended
    assert ended[0] - asked < (asked - began) / 4, "the rest would have taken four times as long as the fifth"
    assert runs.get("key") is None
    assert runs.turn.holder is None
    assert runs.flights == set()


def test_sessions_with_one_configuration_train_it_once():
    runs, config, trained = RunCache(), ffbp.Config(epochs=400), []

    def session():
        bar = Bar()
        with runs.flight(config, bar.pulse):
            if runs.get(config) is None:
                trained.append(1)
                runs.put(config, in_turns(fit(config), runs, bar.show))

    threads = [threading.Thread(target=session) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(trained) == 1
    assert runs.flights == set()


def test_a_waiting_session_can_be_interrupted_too():
    runs, bar = RunCache(), Bar()
    with runs.flight("key", bar.pulse):
        bar.stop.set()
        with pytest.raises(Interrupted), runs.flight("key", bar.pulse):
            pytest.fail("the flight was taken")
    assert runs.flights == set()


def test_the_cache_forgets_the_least_recently_used():
    runs = RunCache(size=2)
    for key in "ab":
        runs.put(key, key)
    runs.get("a")
    runs.put("c", "c")
    assert [runs.get(key) for key in "abc"] == ["a", None, "c"]


def test_a_short_run_beside_a_long_one_gets_its_turn():
    runs, long_bar = RunCache(), Bar()

    def long_session():
        with pytest.raises(Interrupted):
            in_turns(fit(FIVE_SECONDS), runs, long_bar.show)

    thread = threading.Thread(target=long_session)
    thread.start()
    while not long_bar.seen:
        time.sleep(0.01)
    run = in_turns(fit(ffbp.Config(epochs=200)), runs, Bar().show)
    assert run.n_frames == 201
    assert long_bar.seen[-1].epoch < FIVE_SECONDS.epochs, "the short run had to wait for the long one"
    long_bar.stop.set()
    thread.join(10)


def test_the_fine_boundary_of_a_moment_is_computed_once_and_is_that_of_the_moment():
    from ffbp.analysis.plane import plane_of
    from ffbp.figures.pack import pack_refinement
    from ffbp.ui.runs import Shown

    run = ffbp.train(ffbp.Config(epochs=20))
    plane = plane_of(run.dataset, (0, 1))
    shown = Shown(run, plane, RunCache())
    assert shown.refined(7) is shown.refined(7)
    assert shown.refined(7) != shown.refined(8)
    blob = pack_refinement(run, plane, 7, "id", [(0.5, 0.25)], 3, refined=shown.refined(7))
    assert blob == pack_refinement(run, plane, 7, "id", [(0.5, 0.25)], 3)
    assert pack_refinement(run, plane, 7, "other", refined=shown.refined(7)) != blob


def test_the_turn_goes_to_the_smallest_place_and_a_long_run_steps_back():
    turn, order = Turn(), []

    def session(name, place):
        with turn.at(place):
            order.append(name)

    with turn.at(0.0):
        places = {
            "long": place_of(0.0, 5.0),
            "first": place_of(1.0, 0.1),
            "second": place_of(2.0, 0.0),
            "last": place_of(20.0, 0.0),
        }
        threads = [threading.Thread(target=session, args=item) for item in places.items()]
        for thread in threads:
            thread.start()
        while len(turn.waiting) < 4:
            time.sleep(0.01)
    for thread in threads:
        thread.join(5)
    assert order == ["first", "second", "long", "last"]
    assert turn.holder is None


def test_whoever_gives_up_while_waiting_for_the_turn_leaves_the_queue():
    turn, bar = Turn(), Bar()
    bar.stop.set()
    with turn.at(0.0):
        with pytest.raises(Interrupted), turn.at(1.0, bar.pulse):
            pytest.fail("it is taken")
        assert turn.waiting == []
    with turn.at(2.0):
        assert turn.holder is not None
    assert turn.holder is None
