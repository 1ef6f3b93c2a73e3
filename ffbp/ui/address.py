"""The address bar: the configuration's parameters and the view's, read, validated and written in one place.

Who wins: the session does. Every request carries the address that the browser showed when it was sent, which may be older
than the session's state, so an address that this session has written is never adopted. An address is adopted if it opens
the session, if a person went back or forward (the browser reports that), if a link to a certain sample led to the page, or
if this session has not seen it before.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ffbp.experiment import link
from ffbp.experiment.config import FOREIGN_PARAMS, Config
from ffbp.experiment.link import INPUTS
from ffbp.ui.component import component

CONFIG, VIEW_STATE, WARNINGS = "config", "view", "address:warnings"
WRITTEN = (
    "address:written"  # the parameters that the browser was told last, {} keys and all; None if they must be told again
)
SEEN = "address:seen"  # the addresses that this session has adopted or written, the latest MAX_SEEN
PAGE, OFFERED = "address:page", "address:offered"  # the page that is shown; where its links that choose something lead
ADOPTED = "address:adopted"  # how often an address, or a preset's moment, was adopted
LISTENER, MOVED = (
    "history",
    "address:moved",
)  # the component that reports Back and Forward; the last report that was adopted
MAX_SEEN, MAX_OFFERED = 1000, 100


def listen() -> None:
    """Have the browser report Back and Forward. Every page calls it, in the same place."""
    component("history")(key=LISTENER, on_move_change=lambda: None)


def adopt(page: str) -> None:
    """Make the session's configuration and view those of the address, if the address decides. Call it first on a page."""
    current = _own(st.query_params.items())
    offered = () if st.session_state.get(PAGE) == page else st.session_state.pop(OFFERED, ())
    st.session_state[PAGE] = page
    if CONFIG in st.session_state and _adopt_move():
        return
    now, seen, request = _frozen(current), st.session_state.get(SEEN, {}), get_script_run_ctx()
    is_move = getattr(request, "is_history_navigation", False)  # not where another request has overtaken it
    if CONFIG not in st.session_state or is_move or now in offered or now not in seen:
        _adopt(current)
    if is_move:
        st.session_state[WRITTEN] = None  # an address that was on its way may have replaced the one gone back to


def _adopt(params: dict[str, str]) -> None:
    st.session_state[CONFIG], st.session_state[VIEW_STATE], st.session_state[WARNINGS] = link.read(params)
    st.session_state[WRITTEN] = params
    st.session_state[ADOPTED] = st.session_state.get(ADOPTED, 0) + 1
    _note(params)


def _adopt_move() -> bool:
    """Adopt the address that the person went back or forward to, if the browser has reported one since the last time."""
    move = (st.session_state.get(LISTENER) or {}).get("move")
    if not isinstance(move, dict) or move == st.session_state.get(MOVED):
        return False
    st.session_state[MOVED] = move
    params = _own(parse_qsl(str(move.get("search", "")).removeprefix("?"), keep_blank_values=True))
    if params != st.session_state[WRITTEN]:
        _adopt(params)
        st.session_state[WRITTEN] = None
    return True


def config() -> Config:
    """The session's configuration, for callbacks: they run before the page adopts a move of the same request."""
    _adopt_move()
    return st.session_state[CONFIG]


def view() -> dict:
    """The session's view, likewise."""
    _adopt_move()
    return st.session_state[VIEW_STATE]


def write() -> None:
    """Write the session's configuration and view into the address; what embedding added stays.

    Messages reach the browser in order and none is lost, so what was written last is what it shows, unless it went
    elsewhere by itself.
    """
    params = {**st.session_state[CONFIG].to_params(), **{k: str(v) for k, v in st.session_state[VIEW_STATE].items()}}
    foreign = {key: value for key, value in st.query_params.items() if _is_foreign(key)}
    if params != st.session_state[WRITTEN] or {**params, **foreign} != dict(st.query_params.items()):
        st.query_params.from_dict({**params, **foreign})
    st.session_state[WRITTEN] = params
    _note(params)


def _note(params: Mapping) -> None:
    seen = st.session_state.get(SEEN, {})
    if (now := _frozen(params)) not in seen:
        st.session_state[SEEN] = dict.fromkeys([*seen, now][-MAX_SEEN:])


def offer(params: dict[str, str]) -> dict[str, str]:
    """Say that a link on this page leads to another with these parameters, which then are adopted although known."""
    st.session_state[OFFERED] = (*st.session_state.get(OFFERED, ()), _frozen(params))[-MAX_OFFERED:]
    return params


def set_config(config: Config, *, frame: int | None = None) -> None:
    """A new experiment: its frames are not the old one's, so it is shown at its end, or at the frame given."""
    shown = view()
    st.session_state[CONFIG] = config
    st.session_state[WARNINGS] = []
    shown.pop("frame", None)
    if frame is not None:
        shown["frame"] = frame
        shown.pop("sample", None)
        shown.pop(INPUTS, None)
        st.session_state[ADOPTED] += 1


def look_at(name: str, chosen: int) -> None:
    """Note a choice in the view."""
    view()[name] = chosen


def params() -> dict[str, str]:
    """The parameters of links to other pages."""
    return dict(st.session_state[WRITTEN])


def _own(items) -> dict[str, str]:
    return {key: value for key, value in items if not _is_foreign(key)}


def _frozen(params: Mapping) -> frozenset:
    return frozenset((key, str(value)) for key, value in params.items())


def _is_foreign(key) -> bool:
    return str(key).startswith(FOREIGN_PARAMS)
