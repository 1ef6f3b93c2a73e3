"""The board of a class without accounts: links and records, trained here, in one table with their boundaries and losses."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import streamlit as st

from ffbp.experiment.challenge import Challenge, data_mark
from ffbp.experiment.link import View, params_of
from ffbp.experiment.problems import ConfigError
from ffbp.figures.latex import plain
from ffbp.ui.compare.many_runs import advance, draw_again
from ffbp.ui.page import PAGES, Page, link
from ffbp.ui.runs import cache
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment, note_view
from ffbp.ui.session.state import session
from ffbp.ui.teachers import board_charts, board_table
from ffbp.ui.teachers.handed_in import HandedIn, fields, forget, handed_in
from ffbp.words.of_a_challenge import LABELS

KEPT_WHERE = (
    "What you paste or upload is in the memory of this session on the server, until you press Forget or close the page (and two "
    "minutes more). It is written nowhere. Names stand on this page and, while they are shown, in the table that you download: no "
    "link, log or cache of other sessions has them."
)
PLAYGROUND = "app.py"
CHALLENGE = "board:challenge"
SHUFFLED, NAMED = "board:shuffled", "board:named"
MANY_MESSAGES = 6


def board(page: Page) -> None:
    """The view: what is handed in, the challenge, the table, the charts and the slips."""
    page.without_training()
    page.draw_sidebar()
    _view(page)


@fragment
def _view(page: Page) -> None:
    note_view("challenge")
    st.markdown(
        "Paste the links of your class, or upload its records (JSON files from Code & export). Each run is trained here, each "
        "record is verified, and all stand in one table. Nobody needs an account."
    )
    now = handed_in()
    fields(now)
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.caption(KEPT_WHERE)
    if now.text or now.files:
        right.button("Forget", key="board:forget", icon=":material/delete:", on_click=forget, width="stretch")
    _messages(now)
    _challenge(page)
    entries = now.submissions.entries
    if entries:
        _buttons(now)
    if any(now.mark(entry) for entry in entries):
        _results(now)
    address.write()
    page.draw_links()
    _go_on(now)


def _messages(now: HandedIn) -> None:
    """What is wrong with lines and files, a message each; a record that does not verify is one of them."""
    found = [(message.place, message.text) for message in now.submissions.messages]
    for entry in now.submissions.entries:
        mark = now.mark(entry)
        if mark is not None and not mark.passed:
            found.append((entry.place, mark.words))
    if not found:
        return
    lines = [f"- {f'**{plain(_named(now, place))}:** ' if place else ''}{plain(text)}" for place, text in found]
    box = st.container(height=220) if len(found) > MANY_MESSAGES else st
    box.warning("\n".join(lines), icon=":material/error:")


def _named(now, place):
    """A place with the name of its file, while names are shown: it may be that of a person."""
    number = re.search(r"file (\d+)$", place)
    return f"{place} ({now.files[int(number[1]) - 1].name})" if number and session.recall(NAMED) else place


def _buttons(now: HandedIn) -> None:
    """Train, stop or go on, and how far it is."""
    entries, left = now.submissions.entries, now.n_left()
    n, done = len(entries), len(entries) - left
    if now.is_running:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Stop", key="board:stop", icon=":material/stop:", on_click=now.stop)
            st.progress(
                now.share if left else 1.0, text=f"{done} of {n} runs trained" if left else "Judging the answers"
            )
    elif left:
        label = f"Go on with {left} more" if done else f"Train {n} {'runs' if n > 1 else 'run'}"
        own = {"key": "board:train", "icon": ":material/play_arrow:", "type": "primary"}
        st.button(label, on_click=now.start, **own)


def _go_on(now: HandedIn) -> None:
    """Train for a moment, in turns with everybody else, and draw the view again."""
    if not now.is_running:
        return
    if advance(now.training, cache(), now.account):
        now.training, now.is_running = None, False
    draw_again()


# The challenge


def _challenge(page: Page) -> None:
    """The rules by which runs are judged, and the link that gives them to a class."""
    asked = session.view.challenge
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    shown = "" if asked is None else str(replace(asked, data=""))
    quantities = ", ".join(LABELS.values())
    about = f"Up to four rules with at most or at least, and what is best: fewest, most, lowest, highest. Quantities: {quantities}."
    own = {
        "name": CHALLENGE,
        "value": shown,
        "on_change": _set_challenge,
        "max_chars": 300,
        "help": about,
        "same": _same,
    }
    own["placeholder"] = "test loss at most 0.177, fewest weights"
    control.show(left, "text_input", "Challenge (optional)", **own)
    session.show_told(CHALLENGE, once=True)
    if asked is None:
        _challenge_of_links(right)
        return
    own = {"name": "board:data", "value": bool(asked.data), "on_change": _set_data}
    words = "Only runs on the samples and the split of the experiment on screen count."
    control.show(right, "toggle", "Only on this experiment’s data", help=words, **own)
    if asked.data not in ("", data_mark(session.config)):
        st.warning(
            "Only the data of another experiment than that on screen count. Switch this off and on to take these data."
        )
    params = address.offer(params_of(session.config, View(challenge=asked)))
    with st.container(horizontal=True, vertical_alignment="center"):
        if full := address.of_dashboard(params):
            st.code(full, language=None, wrap_lines=True, width="stretch")
        link(PLAYGROUND, f"Open it: {PAGES[PLAYGROUND]}", params, icon=":material/flag:")


def _challenge_of_links(place) -> None:
    """Offer the challenge that most of the links carry."""
    entries = handed_in().submissions.entries
    found = Counter(entry.view.challenge for entry in entries if entry.view and entry.view.challenge).most_common(1)
    if found:
        asked, n = found[0]
        words = plain(f"{n} {'links carry' if n > 1 else 'link carries'} it: {asked}.")
        own = {"key": "board:theirs", "on_click": _use, "args": (asked,), "help": words, "icon": ":material/flag:"}
        place.button("Use the links’ challenge", **own)


def _use(asked):
    session.view = replace(session.view, challenge=asked)


def _same(text, shown) -> bool:
    """Whether typed rules are those that are shown, in other words."""
    try:
        return text == shown or Challenge.read(text) == Challenge.read(shown)
    except ConfigError:
        return False


def _set_challenge(text):
    """Take typed rules; what cannot be read is told, and the last rules stay."""
    asked = session.view.challenge
    try:
        new = Challenge.read(text) if text.strip() else None
    except ConfigError as error:
        session.tell("error", str(error), CHALLENGE)
        return
    if new is not None and asked is not None:
        new = replace(new, data=asked.data)
    _use(new)


def _set_data(chosen):
    asked = session.view.challenge
    if asked is not None:
        mark = data_mark(session.config) if chosen else ""
        _use(replace(asked, data=mark))


# The results


def _results(now: HandedIn) -> None:
    with st.container(horizontal=True):
        own = {"value": session.recall(SHUFFLED) is not None, "on_change": _shuffle}
        words = "The numbers do not tell who handed in first."
        control.show(st, "toggle", "Shuffled order", name=SHUFFLED, help=words, **own)
        has_names = any(entry.name for entry in now.submissions.entries)
        if has_names:
            own = {"value": bool(session.recall(NAMED)), "on_change": session.keep, "args": (NAMED,)}
            control.show(st, "toggle", "Show names", name=NAMED, **own)
    named = has_names and bool(session.recall(NAMED))
    order = _order(len(now.submissions.entries))
    rows = board_table.rows_of(now, order, session.view.challenge, named=named)
    board_table.draw(now, rows, session.view.challenge, named=named)
    _in_words(rows)
    if now.is_running:
        return  # charts of hundreds of runs would take longer than their training
    board_charts.draw(now, [row for row in rows if row.mark.passed], named=named)
    board_table.draw_answers(now, rows)


def _in_words(rows) -> None:
    records = [row for row in rows if row.entry.content is not None]
    text = f"{sum(row.mark.passed for row in records)} of {len(records)} records verify. " if records else ""
    st.caption(f"{text}All numbers are those of the runs as they were trained here.")


def _shuffle(chosen):
    seed = int(np.random.default_rng().integers(2**31)) if chosen else None
    session.keep(seed, SHUFFLED)


def _order(n) -> list[int]:
    """The places of the entries in the order of their numbers."""
    seed = session.recall(SHUFFLED)
    return list(range(n)) if seed is None else np.random.RandomState(seed).permutation(n).tolist()
