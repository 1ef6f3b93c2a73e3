"""Runs, shared by all sessions: trained once, kept in a bounded cache, interrupted by the next change.

Training proceeds in slices of a few hundredths of a second. Between slices Streamlit can stop the page's script, and
another session can take its turn, so that no session has to wait for the end of another session's long run.
"""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

import streamlit as st
from threadpoolctl import threadpool_limits

from ffbp.analysis.notices import notices
from ffbp.analysis.plane import Plane, plane_of
from ffbp.analysis.spectrum import spectrum
from ffbp.analysis.stability import Stability, measuring_stability, measuring_steps
from ffbp.experiment.config import Config
from ffbp.experiment.differences import differences
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.link import View
from ffbp.figures.measured import pack_stability, pack_steps
from ffbp.figures.pack import LATER, PackedRun, pack_run, packing, refine
from ffbp.figures.scales import Scales
from ffbp.serve.cache import MAX_OWN_RUNS, MAX_REFINED, RunCache
from ffbp.serve.turns import PATIENCE_SECONDS, Account
from ffbp.training.branch import fit_branch
from ffbp.training.recording import fit
from ffbp.training.run import Progress, Run
from ffbp.ui import files
from ffbp.ui.session.state import session
from ffbp.words.notice import Notice
from ffbp.words.numbers import format_number

BEHIND_SECONDS = 10.0  # that a run trained in advance waits while others want a turn
AHEAD = threading.BoundedSemaphore(2)  # trainings in advance on a server


class Shown:
    """A run as a page shows it: the run, the plane of its maps, and what is computed of them once for all sessions.

    scales: those of several runs that are shown side by side; by default the run's own.
    """

    def __init__(self, run: Run, plane: Plane, runs: RunCache, scales: Scales | None = None):
        self.run, self.plane, self.runs, self.scales = run, plane, runs, scales
        # Many sessions look at the same few frames. A fine boundary takes at most 0.2 MB, a first blob 0.1 MB.
        self.refined = lru_cache(MAX_REFINED)(partial(refine, run, plane))
        self.first = lru_cache(MAX_REFINED)(self._first)
        self.spectrum = lru_cache(MAX_REFINED)(partial(spectrum, run))
        self.lock, self._rest = threading.Lock(), None
        self.measuring, self._steps, self._stability = threading.Lock(), None, None

    @cached_property
    def id(self) -> str:
        """The run's name in the player's reports."""
        return self.first(self.run.n_frames - 1).id

    def _first(self, frame: int) -> PackedRun:
        """The run for the player, with the maps of the first frame, the last, and the one that is looked at."""
        return pack_run(self.run, self.plane, self.scales, frames=sorted({0, frame, self.run.n_frames - 1}))

    def rest(self) -> PackedRun:
        """What is painted anew at each frame, packed when it is first asked for, in turns with other sessions' work."""
        with self.lock:
            if self._rest is None:
                self._rest = in_turns(packing(self.run, self.plane, self.scales, panels=LATER), self.runs)
        return self._rest

    def steps(self) -> bytes:
        """How good each step was, for the strip below the loss, measured when it is first asked for.

        It is short, and nothing stops it: it comes in the middle of a fragment, the rest of which must be drawn, too.
        """
        with self.measuring:
            if self._steps is None:
                self._steps = pack_steps(in_turns(measuring_steps(self.run), self.runs), self.id)
        return self._steps

    def measured_stability(self) -> Stability:
        """Sharpness and threshold over the run, measured when somebody first wants to see them."""
        with self.measuring:
            if self._stability is None:
                self._stability = self._measured(measuring_stability(self.run))
        return self._stability

    @cached_property
    def stability(self) -> bytes:
        """The same for the gradients' chart."""
        return pack_stability(self.run, self.measured_stability(), self.id)

    def _measured(self, generator):
        """What a generator returns, in turns with other sessions' work; a change on the page stops it."""
        return in_turns(generator, self.runs, lambda _: session.pause())

    @cached_property
    def notices(self) -> list[Notice]:
        """The notices of the run, computed once for all sessions."""
        return notices(self.run)


@st.cache_resource(show_spinner=False)
def cache() -> RunCache:
    """The server's one cache. BLAS gets one thread: more would waste processor time and change the last digits of sums."""
    threadpool_limits(1, user_api="blas")
    return RunCache()


def cache_for(config: Config) -> RunCache:
    """The cache of a configuration's runs: the server's, or for your file one that ends with the session."""
    return _own_cache() if config.file_name else cache()


def _own_cache():
    if session.own_runs is None:
        session.own_runs = RunCache(MAX_OWN_RUNS, cache().turn)
    return session.own_runs


def trained(config: Config, axes: tuple[int, ...], bar: "ProgressBar") -> Shown:
    """The configuration's run, from the cache or trained now; the page shows progress if that takes long."""
    found = _from_record(config, axes, bar.slot)
    return found or _kept(cache_for(config), config, axes, bar, lambda: fit(config, files.experiment(config).dataset))


def other_trained(config: Config, axes: tuple[int, ...], bar: "ProgressBar") -> Shown:
    """`trained` for a second configuration beside the page's."""
    source = files.source_for(config)
    return _kept(cache_for(config), config, axes, bar, lambda: fit(config, Experiment(config, source).dataset))


def branched(parent: Run, frame: int, config: Config, axes: tuple[int, ...], bar: "ProgressBar") -> Shown:
    """The run with this configuration that begins at a frame of another one. Raises ConfigError for what a branch cannot change."""
    changes = {each.field: each.b for each in differences(parent.config, config)}
    key, source = Branched(parent.config, frame, config), files.source_for(config)
    runs = _own_cache() if parent is session.record else cache_for(config)
    return _kept(runs, key, axes, bar, lambda: fit_branch(parent, frame=frame, source=source, **changes))


def cache_of(*shown: Shown) -> RunCache:
    """The cache for what is made of several runs: the server's, unless one of them belongs to this session."""
    return next((each.runs for each in shown if each.runs is not cache()), cache())


class Branched(NamedTuple):
    """The key of a branch in the cache."""

    parent: Config
    frame: int
    config: Config


def _kept(runs, key, axes, bar, training: Callable) -> Shown:
    """A run from the cache, or the one that the generator ``training()`` returns; ``key`` says which."""
    shown = runs.get((key, axes))
    if shown is not None:
        return shown
    with runs.flight((key, axes), bar.wait):
        shown = runs.get((key, axes))
        if shown is None:
            shown = _train(runs, key, axes, training, between=bar.show)
    bar.end()
    return shown


def _train(runs, key, axes, training, **turns):
    """Train a run, or take it with another plane from the cache, and put it there."""
    run = _any_plane(runs, key) or in_turns(training(), runs, **turns)
    shown = Shown(run, plane_of(run.dataset, axes), runs)
    runs.put((key, axes), shown)
    return shown


def prepare(config: Config, axes: tuple[int, ...], view: View, *, has_diagram: bool) -> None:
    """Train and pack a run that will be wanted soon, in a thread, behind everybody who waits.

    If AHEAD is used up, it is trained when it is asked for.
    """
    runs, key, experiment = cache_for(config), (config, axes), files.experiment(config)

    def training():
        return fit(config, experiment.dataset)

    def ahead():
        behind = Account(time.perf_counter() + BEHIND_SECONDS)
        try:
            with runs.flight(key, lambda: None):
                shown = runs.get(key) or _train(runs, config, axes, training, account=behind)
            frame = view.frame_of(shown.run.n_frames)
            shown.first(frame)
            shown.refined(frame, has_diagram)
        finally:
            AHEAD.release()

    if runs.get(key) is None and AHEAD.acquire(blocking=False):
        threading.Thread(target=ahead, name="ahead", daemon=True).start()


def _from_record(config, axes, slot):
    """The run of the record that this session has loaded, if it has this configuration. Other sessions never see it."""
    run = session.record
    if run is None or run.config != config:
        return None
    slot.caption("Shown from a record, not trained here.")
    shown = session.record_shown.get(axes)
    if shown is None or shown.run is not run:
        shown = Shown(run, plane_of(run.dataset, axes), _own_cache())
        session.record_shown = {**session.record_shown, axes: shown}
    return shown


def known(config: Config) -> Run | None:
    """A configuration's run if it is still in the cache; nothing is trained."""
    runs = session.own_runs if config.file_name else cache()
    return _any_plane(runs, config) if runs else None


def _any_plane(runs, key):
    """The run, if it is in the cache with another plane."""
    with runs.lock:
        return next((shown.run for (k, _), shown in runs.runs.items() if k == key), None)


def in_turns(generator, runs, between=lambda progress: None, *, account: Account | None = None):
    """What a generator returns, run slice by slice; ``between`` gets what it yielded last and may interrupt it.

    Between slices only a session with a smaller place gets the turn: if a short run passed it on every time, it would
    wait for a slice of a long run every time. account: of work that goes on from here, or that stands behind others.
    """
    account, waiting = account or Account(), lambda: None
    with closing(generator):
        while True:
            with runs.turn.at(account.place, waiting):
                while not runs.turn.wanted(account.place):
                    began = time.perf_counter()
                    try:
                        now = next(generator)
                    except StopIteration as end:
                        return end.value
                    account.had += time.perf_counter() - began
                    waiting = partial(between, now)
                    waiting()


class ProgressBar:
    """Progress on the page; at each call Streamlit can stop the training.

    when_long: called if training takes long, so that the person can change something meanwhile.
    """

    def __init__(self, slot, when_long: Callable[[], None]):
        self.slot, self.when_long, self.started, self.last = slot, when_long, time.perf_counter(), 0.0
        self.drawn = False

    def show(self, now: Progress):
        elapsed = time.perf_counter() - self.started
        if elapsed < PATIENCE_SECONDS or not now.epoch:
            self.pulse()
            return
        self.when_long()
        remaining = elapsed * (now.n_epochs - now.epoch) / now.epoch
        loss = "" if session.view.class_link.tells_nothing else f"loss {format_number(now.loss)} · "
        text = f"Training: epoch {now.epoch} of {now.n_epochs} · {loss}about {remaining:.0f} s left"
        self.drawn = True
        self.slot.progress(min(now.epoch / now.n_epochs, 1.0), text=text)

    def wait(self):
        """Called while another session trains the same configuration."""
        if time.perf_counter() - self.started > PATIENCE_SECONDS:
            self.when_long()
        self.pulse()

    def pulse(self):
        """Let Streamlit stop the training, at most twenty times a second."""
        if time.perf_counter() - self.last > 0.05:
            self.last = time.perf_counter()
            session.pause()

    def end(self):
        """Remove the bar; without one no message is sent, because the player's message would wait for it."""
        if self.drawn:
            self.slot.empty()
