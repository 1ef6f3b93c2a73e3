"""The view A and B: two runs with one difference, on one timeline."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from ffbp.analysis.equal_parts import equal_parts_notice
from ffbp.experiment.differences import differences, differences_notice
from ffbp.experiment.link import LOSS
from ffbp.export.handout import writing_handout_of_two
from ffbp.figures.latex import plain
from ffbp.figures.pack import pack_refinement
from ffbp.figures.pair import SIDE_PANELS, SIDES, pair_moment, pair_options
from ffbp.record.write import dump_record
from ffbp.training.branch import branch_notice
from ffbp.ui.compare import differing
from ffbp.ui.compare.two_runs import TwoRuns, two_runs
from ffbp.ui.component import component
from ffbp.ui.page import Page
from ffbp.ui.reports import Reports
from ffbp.ui.runs import cache_of, in_turns
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment, note_view
from ffbp.ui.session.state import session
from ffbp.words import english
from ffbp.words.of_a_comparison import PARTS

NAME = "comparison"
WANTED = "comparison:wanted"  # the pair of which all frames were asked for
REPORTED = "comparison:reported"  # the pair, and the frames of A and of B at which it rested last
OPENED = "comparison:opened"  # the pair, and the frames at which this session first showed it


def pair(page: Page) -> None:
    """What differs, in a sentence and with its controls; both runs on one timeline; and what they have in common."""
    choices = st.container(gap="xsmall", key="compare:choices")
    with choices:
        differing.presets()
    both = two_runs(page)
    note_view("b")  # of which two_runs may have left something out
    with page.words:
        what_differs_in_words(both)
    with choices:
        differing.what_differs(page.name, both)
    timeline(page, both)
    page.draw_sidebar()
    _what_is_equal(both)


def what_differs_in_words(both: TwoRuns) -> None:
    """What differs, beside the title, and what can be seen in a chosen pair. A branch's own sentence names its changes."""
    a, b = both.a.run, both.b.run
    found = differences(a.config, b.config)
    notices = [] if b.branch is None else [branch_notice(b)]
    if b.branch is None or len(found) > 1:
        notices.insert(0, differences_notice(found))
    texts = [english.sentence(notice) for notice in notices]
    st.markdown(plain(" ".join([*texts, differing.hint()])))


@fragment
def timeline(page: Page, both: TwoRuns) -> None:
    """Both runs in one component, which reports the frames at which it rests."""
    callbacks = {f"on_{event}_change": lambda: None for event in ("rest", "want")}
    result = component(NAME)(key=NAME, data=pair_options(), **callbacks)
    told = Reports(NAME, result, both.id)
    _take_over(both, told)
    frames = _frames(both)
    with st.container(gap=None):
        _carry(both, told, frames)
    _files(both)
    address.write()
    page.draw_links()


def _carry(both, told, frames):
    """Send the runs, their maps at the frames, and all frames as soon as they are wanted."""
    shown = both.a, both.b
    component("carrier")(key="run:pair", data=both.blob)
    for side, each, frame in zip(SIDES, shown, _opened_at(both, frames), strict=True):
        component("carrier")(key=f"run:{side}", data=each.first(frame).blob(SIDE_PANELS, player=side))
    for side, each, frame in zip(SIDES, shown, frames, strict=True):
        refined = each.refined(frame)
        data = pack_refinement(each.run, each.plane, frame, each.id, (), session.adopted, player=side, refined=refined)
        component("carrier")(key=f"refinement:{side}", data=data)
    moment = pair_moment(both.id, session.adopted, session.view.by or "epoch", frames)
    component("carrier")(key="refinement:pair", data=moment)
    if told["want"] or session.recall(WANTED) == both.id:
        session.keep(both.id, WANTED)
        for side, each in zip(SIDES, shown, strict=True):
            component("carrier")(key=f"frames:{side}", data=each.rest().frames(SIDE_PANELS, player=side))
        told.heard("want")


def _frames(both):
    """The frames of both that are on screen: B's is at A's epoch, unless the address or the browser says another one."""
    frame = session.view.frame_of(both.a.run.n_frames)
    if session.view.by == LOSS and session.view.other is not None:
        return frame, min(session.view.other, both.b.run.n_frames - 1)
    reported = session.recall(REPORTED, ())
    return reported[1:] if reported[:2] == (both.id, frame) else both.frames_at(frame)


def _take_over(both, told):
    """Take over the frames at which the timeline rests: the link has that of A, and the last one needs no parameter."""
    n_frames, n_of_b = both.a.run.n_frames, both.b.run.n_frames
    frame, other, heard = (told["rest"].get(name) for name in ("frame", "other", "adopted"))
    if isinstance(frame, int) and 0 <= frame < n_frames and heard in (None, session.adopted):
        session.view = session.view.at(frame)
        if isinstance(other, int) and 0 <= other < n_of_b:
            session.keep((both.id, frame, other), REPORTED)
        by_loss = told["rest"].get("by") == LOSS and isinstance(other, int)
        session.view = replace(session.view, by=LOSS if by_loss else None, other=other if by_loss else None)
    told.heard("rest")
    if session.view.frame == n_frames - 1:
        session.view = session.view.at(None)


def _opened_at(both, frames):
    """The frames at which this session first showed the pair. They stay, so that no run is sent again at each frame."""
    pair_id, opened = session.recall(OPENED, (None, frames))
    if pair_id != both.id:
        opened = frames
        session.keep((both.id, opened), OPENED)
    return opened


def _what_is_equal(both):
    """What is equal in both, proved by fingerprints."""
    st.markdown(english.sentence(equal_parts_notice(both.equal_parts)))
    if box := control.opened("The fingerprints", key="compare:fingerprints"):
        rows = [
            {"of": PARTS[part.name], "A": part.a, "B": part.b, "equal": "yes" if part.equal else "no"}
            for part in both.equal_parts
        ]
        box.caption(
            "A fingerprint is the beginning of the SHA-256 of all numbers of a part. Equal fingerprints: equal numbers."
        )
        box.dataframe(pd.DataFrame(rows), hide_index=True)


def _files(both):
    """The comparison as a page that plays offline, and both runs as records: a branch's holds its parent and the frame."""

    frames, by, runs = _frames(both), session.view.by or "epoch", cache_of(both.a, both.b)
    link = address.of_dashboard(address.params(), "compare")

    def page_of_both():
        options = {"frames": frames, "by": by, "link": link}
        return in_turns(writing_handout_of_two(both.a.run, both.b.run, both.own_planes, **options), runs)

    with st.container(horizontal=True):
        own = {"key": "compare:page", "on_click": "ignore", "icon": ":material/download:"}
        words = "One file with both runs on their timeline, which opens offline in any browser"
        st.download_button("Page", page_of_both, "comparison.html", "text/html", help=words, **own)
        for letter, shown in zip("AB", (both.a, both.b), strict=True):
            name = f"record-{letter.lower()}.json"
            own = {"key": f"compare:{name}", "on_click": "ignore", "icon": ":material/download:"}
            st.download_button(f"Record of {letter}", partial(dump_record, shown.run), name, "application/json", **own)
