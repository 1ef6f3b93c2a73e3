"""Many runs in one view: trained slice by slice while one watches, stopped and continued at any time."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from functools import partial

import streamlit as st
from streamlit.errors import StreamlitAPIException

from ffbp.analysis.alone import Repeated, repeat_one, repeated_notice, restless
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.link import params_of
from ffbp.experiment.many import MAX_SEEDS
from ffbp.experiment.problems import ConfigError
from ffbp.serve.cache import RunCache
from ffbp.serve.turns import Account
from ffbp.training.sweep import Sweep
from ffbp.ui import files
from ffbp.ui.runs import cache_for, in_turns
from ffbp.ui.session import address
from ffbp.ui.session.state import session
from ffbp.words import english
from ffbp.words.glossary import explained

SLICE_SECONDS = 0.6  # between two pictures
SECONDS_A_RUN = 0.003  # to begin a run and to measure it, whatever its work
MAX_SECONDS = 240.0  # estimated work of all runs together
QUICK_SECONDS = 2.0  # a run with less work is repeated without being asked for
CHOSEN = "many:chosen"  # kept in the session: the configuration of the run that was clicked


@dataclass
class Asked:
    """A sweep that this session looks at. key: what it is made of. training: its generator, while it trains. repeated: what
    one of its runs shows if it is trained again.
    """

    key: tuple
    sweep: Sweep
    training: Generator | None = None
    is_running: bool = False
    account: Account = field(default_factory=Account)
    repeated: Repeated | None = None

    @property
    def n_done(self) -> int:
        return sum(outcome is not None for outcome in self.sweep.outcomes)

    @property
    def is_complete(self) -> bool:
        return self.n_done == len(self.sweep.outcomes)


def asked(name: str, config: Config, plan: Callable[[], Sweep], *choices) -> Asked | None:
    """The view's sweep: the one that the session has begun, a finished one of the server, or a new plan.

    None, with a message, if there is no such sweep or it would take too long.
    """
    key = ((name, config, *choices), None)  # a pair, as all keys of the cache
    last = session.recall(f"many:{name}")
    if last is not None and last.key == key:
        return last
    finished = cache_for(config).get(key)
    try:
        sweep = finished or plan()
    except ConfigError as error:
        st.warning(f"{error}. Choose other values.")
        return None
    if not finished and (work := sweep.work) > MAX_SECONDS:
        st.warning(
            f"These {len(sweep.configs)} runs would take about {work / 60:.0f} minutes, and the limit is "
            f"{MAX_SECONDS / 60:.0f}. Choose fewer seeds or values, or fewer epochs or samples."
        )
        return None
    if last is not None:
        sweep.take_over(last.sweep)
    found = Asked(key, sweep)
    session.keep(found, f"many:{name}")
    return found


def buttons(many: Asked, name: str, ahead: str) -> None:
    """Train, stop or continue; how long it takes and how far it is. ahead: what appears below as soon as runs are there."""
    _buttons(many, name)
    if not many.n_done:
        st.markdown(ahead)


def _buttons(many, name):
    n, done = len(many.sweep.outcomes), many.n_done
    if many.is_complete:
        return
    left, right = st.columns([1, 2], vertical_alignment="center")
    own = {"key": f"many:{name}:button", "width": "stretch"}
    if many.is_running:
        left.button("Stop", icon=":material/stop:", on_click=_stop, args=(many,), **own)
        right.progress(done / n, text=f"{done} of {n} runs trained")
        return
    label = f"Continue with {n - done} more" if done else f"Train {n} runs"
    left.button(label, icon=":material/play_arrow:", type="primary", on_click=_start, args=(many,), **own)
    seconds = (many.sweep.work / n + SECONDS_A_RUN) * (n - done)
    kept = f"{done} of {n} runs are trained and kept. " if done else ""
    right.caption(f"{kept}About {max(1, round(seconds))} s of work on this server, less where runs train together.")


def _start(many):
    many.is_running, many.account = True, Account()


def _stop(many):
    many.is_running = False


def train_on(many: Asked) -> None:
    """Train for a moment, in turns with everybody else, and draw the view again. Call it last: it does not return.

    When all runs are there, one of them is repeated instead, and the page says what that shows.
    """
    if not many.is_running or many.is_complete:
        many.is_running = False
        if many.is_complete:
            _repeat_one(many)
        return
    if many.training is None:
        many.training = many.sweep.fit()
    runs = cache_for(many.sweep.config)
    if advance(many.training, runs, many.account):
        many.training, many.is_running = None, False
        runs.put(many.key, many.sweep)
    draw_again()


def advance(training: Generator, runs: RunCache, account: Account) -> bool:
    """Train for a moment, in turns with everybody else; returns whether the training has ended."""
    last = [0.0]

    def pause(_):
        if time.perf_counter() - last[0] > 0.05:
            last[0] = time.perf_counter()
            session.pause()

    return in_turns(_slice_of(training), runs, pause, account=account)


def _repeat_one(many):
    slot, sweep = st.empty(), many.sweep
    if many.repeated is None:
        work = Experiment(sweep.configs[restless(sweep)], sweep.source).work
        if work > QUICK_SECONDS and not slot.button("Repeat one run alone", key="many:repeat"):
            return
        many.repeated = in_turns(repeat_one(sweep), cache_for(sweep.config), lambda _: session.pause())
    slot.caption(english.sentence(repeated_notice(many.repeated, sweep)), help=explained("chaotic"))


def _slice_of(training):
    """A part of a longer training; closing it leaves that open. Returns whether it has ended."""
    until = time.perf_counter() + SLICE_SECONDS
    while time.perf_counter() < until:
        try:
            yield next(training)
        except StopIteration:
            return True
    return False


def draw_again() -> None:
    """Draw the view, a fragment, once more; this does not return."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:  # the whole page was rerun
        st.rerun()


def plan_with(config: Config, plan: Callable, **choices) -> Callable[[], Sweep]:
    """A function that plans a sweep of the experiment with its file, if it has one."""
    return lambda: plan(config, source=files.source_for(config), **choices)


# What the address holds


def set_many(**changes) -> None:
    """Change what the address says about many runs."""
    session.view = replace(session.view, many=replace(session.view.many, **changes))


def set_seeds(n: int) -> None:
    """Take over a number of seeds that was chosen."""
    if n in range(1, MAX_SEEDS + 1):
        set_many(seeds=n)


# A click on a run


def opens(sweep: Sweep) -> dict:
    """The arguments of a chart whose points, numbered as the sweep's runs, open these."""
    plan = (sweep.config, sweep.fields, sweep.values, sweep.seeds, sweep.vary)
    return {"choose": partial(choose_run, sweep), "of": plan}


def choose_run(sweep: Sweep, place) -> None:
    """Note which run of a sweep was clicked; `open_chosen` opens it."""
    if isinstance(place, int | float) and 0 <= int(place) < len(sweep.configs):
        session.keep(sweep.configs[int(place)], CHOSEN)


def open_chosen() -> None:
    """Open the run that was clicked in the Playground, if one was."""
    config = session.recall(CHOSEN)
    if config is not None:
        session.keep(None, CHOSEN)
        address.go("app.py", params_of(config))
