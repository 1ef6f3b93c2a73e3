"""The address bar: when it determines what the session shows, and when it is written.

Each request carries the address that the browser showed when it was sent, which may be older than the session's state.
An address is therefore adopted only if it opens the session, if the browser reports Back or Forward, if a link offered on
the page led to it, or if the session has never written or adopted it.

An address without parameters opens the front door (`ffbp.lessons.front`) and stays without them while that is shown.
"""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ffbp.experiment.link import params_of
from ffbp.figures import latex
from ffbp.lessons import front
from ffbp.ui.component import component
from ffbp.ui.session.state import LISTENER, frozen, is_foreign, own_params, session

MAX_OFFERED = 100
OF_PARTS = "Lessons"  # the page whose part stands in its address, and in no other


def listen(page: str, glossary: dict) -> None:
    """Mount the component that reports Back and Forward. Every page calls this at the same position.

    With it come the formulas' colours and the glossary of the controls' labels, because every page mounts it, and its
    message is so large that Streamlit sends it once.
    """
    data = {"page": page, "glossary": glossary}
    component("history", latex.styles())(key=LISTENER, data=data, on_move_change=lambda: None)


def adopt(page: str) -> bool:
    """Take the configuration and the view from the address if it is to be adopted. Call this first on a page.

    Returns whether the page is opened: by a link or an address, not by Back or Forward.
    """
    current = own_params(st.query_params.items())
    opened = session.page != page
    offered = session.offered if opened else ()
    if offered:
        session.offered = ()
    session.page = page
    if not session.is_new and session.follow():
        return False
    now, request = frozen(current), get_script_run_ctx()
    is_move = getattr(request, "is_history_navigation", False)  # False if a later request has overtaken it
    if session.is_new or is_move or now in offered or now not in session.seen:
        session.adopt(current)
        opened = True
    if is_move:
        session.written = None  # an address that was on its way may have replaced the one that the person went back to
    return opened and not is_move


def write() -> None:
    """Write the session's configuration and view into the address; parameters added by embedding stay.

    Messages reach the browser in order and none is lost. It therefore shows the address written last, unless the person
    went elsewhere.
    """
    shown = {} if session.bare and front.is_at(session.config, session.view) else params()
    foreign = {key: value for key, value in st.query_params.items() if is_foreign(key)}
    if shown != session.written or {**shown, **foreign} != dict(st.query_params.items()):
        st.query_params.from_dict({**shown, **foreign})
    session.note_address(shown)


def params(page: str | None = None) -> dict[str, str]:
    """The parameters of links to what the session shows, on a page named by its title: by default the present one."""
    view = session.view
    if (page or session.page) != OF_PARTS and view.part is not None:
        view = replace(view, part=None)
    return params_of(session.config, view)


def of_dashboard(params: dict[str, str], page: str = "") -> str:
    """The full address of a page, by default the Playground; "" if the browser has not sent the present one."""
    url = urlsplit(st.context.url or "")
    if url.scheme not in ("http", "https"):
        return ""
    path = f"{url.path.rsplit('/', 1)[0]}/{page}"
    return urlunsplit(url._replace(path=path, query=urlencode(params), fragment=""))


def offer(params: dict[str, str], *, keep_task: bool = True) -> dict[str, str]:
    """Note that a link on this page carries these parameters: they are adopted even if the session knows them.

    Returns them; a teacher's task stays with them.
    """
    params = with_task(params) if keep_task else params
    session.offered = tuple(dict.fromkeys([*session.offered, frozen(params)]))[-MAX_OFFERED:]
    return params


def with_task(params: dict[str, str]) -> dict[str, str]:
    """Parameters that keep the task of a class link."""
    return session.view.class_link.to_params() | params


def is_open(path: str) -> bool:
    """Whether the task lets a page be opened."""
    return session.view.class_link.is_open(name_of(path))


def name_of(path: str) -> str:
    """The name of a page in addresses: that of its file; the Playground has none."""
    return "" if path == "app.py" else Path(path).stem


def go(path: str, params: dict[str, str]) -> None:
    """Open another page with these parameters; nothing happens, and that is said, if the task has closed it."""
    if is_open(path):
        st.switch_page(path, query_params=offer(params))
    st.toast("The task does not open that page.", icon=":material/lock:")
