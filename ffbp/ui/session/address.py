"""The address bar: when it decides what the session shows, and when it is written.

Who wins: the session does. Every request carries the address that the browser showed when it was sent, which may be older
than the session's state, so an address that this session has written is never adopted. An address is adopted if it opens
the session, if a person went back or forward (the browser reports that), if a link to a certain sample led to the page, or
if this session has not seen it before.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ffbp.ui.component import component
from ffbp.ui.session.state import LISTENER, frozen, is_foreign, own_params, session

MAX_OFFERED = 100


def listen() -> None:
    """Have the browser report Back and Forward. Every page calls it, in the same place."""
    component("history")(key=LISTENER, on_move_change=lambda: None)


def adopt(page: str) -> None:
    """Make the session's configuration and view those of the address, if the address decides. Call it first on a page."""
    current = own_params(st.query_params.items())
    offered = () if session.page == page else session.offered
    if offered:
        session.offered = ()
    session.page = page
    if not session.is_new and session.follow():
        return
    now, request = frozen(current), get_script_run_ctx()
    is_move = getattr(request, "is_history_navigation", False)  # not where another request has overtaken it
    if session.is_new or is_move or now in offered or now not in session.seen:
        session.adopt(current)
    if is_move:
        session.written = None  # an address that was on its way may have replaced the one gone back to


def write() -> None:
    """Write the session's configuration and view into the address; what embedding added stays.

    Messages reach the browser in order and none is lost, so what was written last is what it shows, unless it went
    elsewhere by itself.
    """
    params = {**session.config.to_params(), **session.view.to_params()}
    foreign = {key: value for key, value in st.query_params.items() if is_foreign(key)}
    if params != session.written or {**params, **foreign} != dict(st.query_params.items()):
        st.query_params.from_dict({**params, **foreign})
    session.written = params
    session.note_address(params)


def params() -> dict[str, str]:
    """The parameters of links to other pages."""
    return dict(session.written)


def offer(params: dict[str, str]) -> dict[str, str]:
    """Say that a link on this page leads to another with these parameters, which then are adopted although known."""
    session.offered = (*session.offered, frozen(params))[-MAX_OFFERED:]
    return params
