"""The running order of a lecture: links with titles that are opened one after the other.

The browser keeps the order (`running.js`). It reports the step that it opens, and the one after it, whose run is trained in
advance: while the lecturer speaks, a thread of the server trains it and puts it into the cache of runs.

A link may bring an order: it opens the first step, and the browser takes the order over, so the address need not keep it.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from ffbp.experiment import link
from ffbp.figures.blob import as_text
from ffbp.lessons.hour import Hour, read_hour, text_of, unpacked
from ffbp.ui import files, runs
from ffbp.ui.component import component
from ffbp.ui.session import address, fragments
from ffbp.ui.session.state import own_params, session

ORDER = "order"
OPENING, NEXT = "order:opening", "order:next"  # kept in the session: links that are still to be opened and prepared
OPENED = "order:opened"  # the link that was opened last
ASKED = "order:asked"  # a link that the page itself has asked for: a lesson's next step
PLANNED = "order:planned"  # the hour that is put together on the page For teachers
GIVEN = "order:given"  # an order for the browser to take over once, and the name of this handing over


def running_order(paths: Iterable[str]) -> None:
    """Draw the button that opens the order and, while it runs, the present step. paths: of all pages."""
    names = [address.name_of(path) for path in paths]
    content = {"pages": names, "opened": session.recall(OPENED), "given": session.recall(GIVEN)}
    component(ORDER)(
        key=ORDER, data=as_text(content).encode(), on_step_change=_hear, on_plan_change=partial(_plan, names)
    )


def _hear() -> None:
    told = session.sent(ORDER, {}).get("step")
    if isinstance(told, dict):
        session.keep(told.get("next"), NEXT)
        if (session.recall(GIVEN) or {}).get("id") == told.get("taken"):
            session.keep(None, GIVEN)  # the browser has it, so it is sent no more
        if told.get("open") is not None:
            session.keep(told["open"], OPENING)
            fragments.outdate()


def _plan(names):
    """Take the browser's order to the page on which an hour is planned."""
    text = session.sent(ORDER, {}).get("plan")
    if not isinstance(text, str):
        return
    try:
        session.keep(read_hour(text, names), PLANNED)
    except ValueError as error:
        session.tell("warning", str(error))
    else:
        ask("teachers", address.params() | {link.VIEW_OF_TEACHERS: "hour"})


def follow(title: str, path: str, paths: Iterable[str]) -> bool:
    """Open the step that the browser asked for; call this before a page adopts its address.

    Returns whether the page ``path``, named ``title``, shows it now; if the step is on another page, goes there.
    """
    step, asked = session.recall(OPENING), session.recall(ASKED)
    page, params = _parts(step or asked, paths)
    if step is None and not session.is_new:
        params = address.with_task(params)  # a step of a lecture has the task that its own link has
    if page not in (None, path):
        st.switch_page(
            page, query_params=address.offer(params, keep_task=False)
        )  # it is opened there, even if this is interrupted
    session.keep(None, OPENING)
    session.keep(None, ASKED)
    if step is not None:
        session.keep(step, OPENED)
    if page is None or session.page != title:
        return False
    session.adopt(params)
    return True


def ask(name: str, params: Mapping[str, str]) -> None:
    """Have the next run of the page open a page, by its name, with these parameters."""
    session.keep(f"{name}?{urlencode(params)}", ASKED)
    fragments.outdate()


def start(hour: Hour) -> None:
    """Have the next run of the page hand an order to the browser and open its first step."""
    _give(hour)
    session.keep(hour.steps[0].link, OPENING)
    fragments.outdate()


def take(paths: Iterable[str], *, opened: bool) -> None:
    """Hand the order that the address brings to the browser; its first step is what the address shows.

    opened: whether a link has opened the page; Back and Forward do not begin the order again.
    """
    text = session.view.order
    if text is None:
        return
    session.view = replace(session.view, order=None)
    if not opened:
        return
    try:
        _give(unpacked(text, [address.name_of(path) for path in paths]))
    except ValueError as error:
        session.tell("warning", str(error))


def _give(hour):
    session.keep({"id": str(time.time_ns()), "text": text_of(hour)}, GIVEN)


def prepare(paths: Iterable[str]) -> None:
    """Have the run of the next step trained in advance."""
    page, params = _parts(session.recall(NEXT), paths)
    session.keep(None, NEXT)
    if page is None:
        return
    config, view, _ = link.read(params)
    if not config.file_name:  # the run of a file belongs to the session, and may have to be fitted to it first
        runs.prepare(config, files.axes_in(config, view), view, has_diagram=page == "app.py")


def _parts(step, paths) -> tuple[str | None, dict[str, str]]:
    """A page's path and parameters from a link as the browser writes it; None for what is no such link."""
    name, _, query = step.partition("?") if isinstance(step, str) else (None, "", "")
    page = next((path for path in paths if address.name_of(path) == name), None)
    return page, own_params(parse_qsl(query, keep_blank_values=True))
