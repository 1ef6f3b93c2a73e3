"""What the laboratory computes of an experiment without a run: once for all sessions, and beside the cache of the runs.

Each move of a control is another start, and runs, which took longer, shall not have to make room for them.
"""

from collections.abc import Callable, Generator

import streamlit as st

from ffbp.experiment.config import Config
from ffbp.serve.cache import RunCache
from ffbp.ui.runs import cache, in_turns
from ffbp.ui.session.state import session

MOST, MOST_OWN = 64, 4  # results of the server, and of a session's own file


@st.cache_resource(show_spinner=False)
def _of_all() -> RunCache:
    return RunCache(MOST, cache().turn)


def _results(config) -> RunCache:
    """Those of a file belong to its session, and end with it."""
    if not config.file_name:
        return _of_all()
    if session.own_results is None:
        session.own_results = RunCache(MOST_OWN, cache().turn)
    return session.own_results


def known(name: str, config: Config):
    """A result that has been computed; else None."""
    return _results(config).get((name, config))


def computed(name: str, config: Config, work: Callable[[], Generator]):
    """The result of this name for an experiment: what the generator ``work()`` returns, in turns with everybody else."""
    results = _results(config)
    found = results.get((name, config))
    if found is None:
        with results.flight((name, config), session.pause):
            found = results.get((name, config)) or in_turns(work(), results, lambda _: session.pause())
            results.put((name, config), found)
    return found
