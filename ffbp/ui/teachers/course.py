"""For a course: topics as textbooks order them, each to copy into a syllabus, with a link, a sentence and a slide."""

from functools import partial

import pandas as pd
import streamlit as st

from ffbp.experiment.link import NOTHING
from ffbp.export.forms import usual_plane
from ffbp.export.slide import NEED_B, Shown, slide
from ffbp.figures.latex import plain
from ffbp.ui.page import Page
from ffbp.ui.session import control
from ffbp.ui.teachers.addresses import NAMES, full, opening
from ffbp.ui.teachers.topics import COPIES, CREDIT, LICENCE, LICENCE_LINK, table_csv, table_markdown, topics

HEIGHT = 620  # pixels, of the table
SLIDES: dict[str, bytes] = {}  # by title; the same for everybody, drawn once


def for_your_course(page: Page) -> None:
    """The view: the table, its files, and one row to copy."""
    page.without_training()
    found = topics()
    st.markdown(
        f"{len(found)} topics in the order of textbooks. Copy what fits into your syllabus. The texts and slides are free under "
        f"[{LICENCE}]({LICENCE_LINK}): keep the credit line. (A) and (B) are the two runs that the link compares."
    )
    # The files are written outside the page's script, where the dashboard's address is not known.
    address_of = {each.title: full(each.address.page, each.address.params) for each in found}
    rows = [_row(each, address_of[each.title]) for each in found]
    with st.container(height=HEIGHT, key="course:table"):
        st.table(pd.DataFrame(rows, index=range(1, len(rows) + 1)), border="horizontal")
    with st.container(horizontal=True):
        own = {"on_click": "ignore", "icon": ":material/download:"}
        st.download_button("Markdown", partial(table_markdown, address_of), "course.md", "text/markdown", **own)
        st.download_button("CSV", partial(table_csv, address_of), "course.csv", "text/csv", **own)
    _one(page, found, address_of)


def _row(topic, address):
    """A row of the table, in Markdown."""
    return {"topic": f"[{plain(topic.title)}]({address})", "what it shows": plain(topic.sentence), "min": topic.minutes}


def _one(page, found, address_of):
    """One row: where it opens, its text to copy, and its slide."""
    titles = {i: f"{i + 1}. {topic.title}" for i, topic in enumerate(found)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        own = {"labels": titles.values(), "format_func": titles.__getitem__}
        topic = found[control.kept(st, "selectbox", "Topic", list(titles), name="course:topic", **own)]
        copied = control.kept(st, "segmented_control", "Copy as", list(COPIES), name="course:copy", required=True)
        opening(topic.address.page, topic.address.params, f"Open: {NAMES[topic.address.page]}")
    st.code(COPIES[copied](topic, address_of[topic.title]), language=None, wrap_lines=True)
    if box := control.opened("The slide", key="course:slide"):
        with box:
            picture = _slide(page, topic)
            st.image(picture, width="stretch", output_format="PNG", alt=f"Slide: {topic.title}. {topic.sentence}")
            own = {"on_click": "ignore", "icon": ":material/download:", "key": "course:png"}
            st.download_button("Slide (PNG)", picture, f"{_file_name(topic)}.png", "image/png", **own)


def _slide(page, topic):
    """The topic's slide; the first time, its runs are trained."""
    if topic.title not in SLIDES:
        config, view, _ = topic.address.found
        run = page.run_of(config)
        shown = Shown(run, usual_plane(run), view.frame_of(run.n_frames))
        if view.b != NOTHING or set(topic.pictures) & set(NEED_B):
            other = page.run_of(view.b.of(config)[0])
            shown = Shown(run, shown.plane, shown.frame, Shown(other, usual_plane(other)))
        SLIDES[topic.title] = slide(topic.title, topic.sentence, topic.pictures, shown, credit=f"ffbp · {CREDIT}")
    return SLIDES[topic.title]


def _file_name(topic):
    words = "".join(c if c.isalnum() else " " for c in topic.title.lower()).split()
    return "_".join(words[:5])
