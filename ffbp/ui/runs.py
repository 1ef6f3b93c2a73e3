"""Runs, shared by all sessions: trained once, kept in a bounded cache, interrupted by the next change.

Training goes in slices of a few hundredths of a second. Between slices the page may be asked to stop, and another session
may take its turn, so nobody waits for somebody else's long run to end.
"""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

import streamlit as st
from threadpoolctl import threadpool_limits

from ffbp.analysis.notices import notices
from ffbp.analysis.plane import Plane, plane_of
from ffbp.experiment.config import Config
from ffbp.figures.pack import PackedRun, packing, refine
from ffbp.serve.cache import MAX_OWN_RUNS, MAX_REFINED, RunCache
from ffbp.serve.turns import PATIENCE_SECONDS, place_of
from ffbp.training.recording import fit
from ffbp.training.run import Progress, Run
from ffbp.ui import files
from ffbp.ui.session.state import session
from ffbp.words.notice import Notice
from ffbp.words.numbers import format_number


@dataclass(frozen=True)
class Shown:
    """A run as a page shows it: the plane of its maps, and what the player gets of it."""

    run: Run
    plane: Plane
    packed: PackedRun

    def __post_init__(self):
        # Thirty people look at the end of one run: its fine boundary is computed once, at most a tenth of a megabyte each.
        object.__setattr__(self, "refined", lru_cache(MAX_REFINED)(partial(refine, self.run, self.plane)))

    @property
    def id(self) -> str:
        """The name by which the player says which run it speaks of."""
        return self.packed.id

    @cached_property
    def notices(self) -> list[Notice]:
        """What the run shows, for all who look at it."""
        return notices(self.run)


@st.cache_resource(show_spinner=False)
def cache() -> RunCache:
    """The server's one cache. BLAS gets one thread: more of them spin, and would change the last digits of a sum."""
    threadpool_limits(1, user_api="blas")
    return RunCache()


def cache_for(config: Config) -> RunCache:
    """Where a configuration's runs are kept: the server's cache; for a file, one that is gone with the session."""
    if not config.file_name:
        return cache()
    if session.own_runs is None:
        session.own_runs = RunCache(MAX_OWN_RUNS, cache().turn)
    return session.own_runs


def trained(config: Config, axes: tuple[int, ...], bar: "ProgressBar") -> Shown:
    """The configuration's run, from the cache or trained now, with progress on the page if it takes longer."""
    runs = cache_for(config)
    key = (config, axes)
    shown = _from_record(config, axes, bar.slot) or runs.get(key)
    if shown is None:
        with runs.flight(key, bar.wait):
            shown = runs.get(key)
            if shown is None:
                run = _any_plane(runs, config) or _train(config, runs, bar, files.experiment(config).dataset)
                plane = plane_of(run.dataset, axes)
                packed = in_turns(packing(run, plane), runs, lambda _: bar.pulse())
                shown = Shown(run, plane, packed)
                runs.put(key, shown)
        bar.slot.empty()
    return shown


def _from_record(config, axes, slot):
    """The run of the record that this session has loaded, if it is the one asked for. Nobody else is shown it."""
    run = session.record
    if run is None or run.config != config:
        return None
    slot.caption("Shown from a record, not trained here.")
    shown = session.record_shown.get(axes)
    if shown is None or shown.run is not run:
        plane = plane_of(run.dataset, axes)
        shown = Shown(run, plane, in_turns(packing(run, plane), cache(), lambda _: None))
        session.record_shown = {**session.record_shown, axes: shown}
    return shown


def _any_plane(runs, config):
    """The run, if it is there for another plane."""
    with runs.lock:
        return next((shown.run for (c, _), shown in runs.runs.items() if c == config), None)


def _train(config, runs, bar, dataset):
    return in_turns(fit(config, dataset), runs, bar.show)


def in_turns(generator, runs, between):
    """What a generator returns, run slice by slice; ``between`` gets what it yielded last and may interrupt.

    The turn is given away between slices only to somebody with a smaller place: a short run that gave it away each time
    would wait each time for a slice of a long one.
    """
    asked, had, waiting = time.perf_counter(), 0.0, lambda: None
    with closing(generator):
        while True:
            with runs.turn.at(place_of(asked, had), waiting):
                while not runs.turn.wanted(place_of(asked, had)):
                    began = time.perf_counter()
                    try:
                        now = next(generator)
                    except StopIteration as end:
                        return end.value
                    had += time.perf_counter() - began
                    waiting = partial(between, now)
                    waiting()


class ProgressBar:
    """Progress on the page, at most twenty times a second; each call is also the point where a rerun stops training.

    when_long: called if it takes longer, because whoever waits may want to change something.
    """

    def __init__(self, slot, when_long: Callable[[], None]):
        self.slot, self.when_long, self.started, self.last = slot, when_long, time.perf_counter(), 0.0

    def show(self, now: Progress):
        elapsed = time.perf_counter() - self.started
        if elapsed < PATIENCE_SECONDS or not now.epoch:
            self.pulse()
            return
        self.when_long()
        remaining = elapsed * (now.n_epochs - now.epoch) / now.epoch
        text = f"Training: epoch {now.epoch} of {now.n_epochs} · loss {format_number(now.loss)} · about {remaining:.0f} s left"
        self.slot.progress(min(now.epoch / now.n_epochs, 1.0), text=text)

    def wait(self):
        """Somebody else trains the same."""
        if time.perf_counter() - self.started > PATIENCE_SECONDS:
            self.when_long()
        self.pulse()

    def pulse(self):
        if time.perf_counter() - self.last > 0.05:
            self.last = time.perf_counter()
            self.slot.empty()
