"""What every page does: set itself up, adopt the address, draw the sidebar, and warn about faults in the address."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from ffbp.core.network import count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.experiment.config import Config
from ffbp.experiment.link import View
from ffbp.faults.registry import banner
from ffbp.training.run import Run, frame_epochs, max_frames
from ffbp.ui import class_link, files, front, images, mnist
from ffbp.ui.changes import changed, undo
from ffbp.ui.ending import ONWARD, footer
from ffbp.ui.gallery import gallery, open_pair
from ffbp.ui.lessons.panel import fields_in_sight, panel
from ffbp.ui.lessons.running import is_beside, running
from ffbp.ui.order import follow, prepare, running_order, take
from ffbp.ui.runs import ProgressBar, Shown, known, other_trained, trained
from ffbp.ui.session import address, fragments
from ffbp.ui.session.state import session
from ffbp.ui.sidebar.controls import change
from ffbp.ui.sidebar.draw import draw_fields, draw_sidebar, draw_strip
from ffbp.ui.sidebar.terms import of_labels

DIGITS, LESSONS = "pages/digits.py", "pages/lessons.py"
PAGES = {  # in the order of a lesson
    "app.py": "Playground",
    "pages/forward_pass.py": "Forward pass",
    "pages/backpropagation.py": "Backpropagation",
    "pages/compare.py": "Compare",
    "pages/laboratory.py": "Laboratory",
    DIGITS: "Digits",
    "pages/data.py": "Your data",
    "pages/code_export.py": "Code & export",
    LESSONS: "Lessons",
    "pages/teachers.py": "For teachers",
}
NOTICED = ("app.py", "pages/data.py")  # pages whose notices come after the run: there they have a place from the start
SIGNS = (
    "play_circle",
    "arrow_forward",
    "arrow_back",
    "compare",
    "science",
    "draw",
    "table_chart",
    "code",
    "school",
    "print",
)
ICONS = dict(zip(PAGES, SIGNS, strict=True))
ICON, LOGO = (str(Path(__file__).parent / name) for name in ("icon.png", "logo.svg"))
LINK_ICON = ":material/link_off:"
HEALTHY_WORDS = "The numbers are the faulty program's, formulas and source code the healthy one's."


class Page:
    """One run of a page: its configuration and the places for links, sidebar, notices and progress.

    Fragments keep it until the next run of the whole page.
    """

    def __init__(self, title: str, *, has_strip: bool = False):
        self.name = title.lower()
        self.path = _path_of(title)
        self.config: Config = session.config
        self.bar = st.container(horizontal=True, vertical_alignment="center", gap=None, key="bar")
        # A fragment has a place of its own for the links. In the page's it would put a block of another kind, and Streamlit,
        # when it is busy, puts what was drawn second into the first block: "Cannot set a node at a delta path".
        self.links, self.own_links = self.bar.empty(), self.bar.empty()
        self.has_links = self.is_linked = False  # drawn at all; drawn by the page itself
        self.sidebar, self.has_sidebar = st.sidebar.container(), False
        top = "top" if self.path in NOTICED else "top:quiet"
        with st.container(horizontal=True, vertical_alignment="center", key=top):
            st.title(title, anchor=False, width="content")
            self.words = st.container(key="top:words")  # beside the title, so that notices move nothing
            self.progress = self.words.empty()
        self.task, self.has_texts = None, False  # of a class link
        if session.view.class_link.exists:
            with st.container(key="task"):
                class_link.head()
                self.task, self.texts = st.container(), st.container()
        self.is_front = self.path == "app.py" and front.is_open()
        if self.is_front:
            with self.words:
                front.front_door()
        self.lesson = st.container(key="lesson-panel") if running() else None
        self.strip, self.is_strip_drawn = st.container(key="strip") if has_strip else None, False
        self.warnings = st.container(key="warnings")  # one element of the page for any number

    def draw_links(self) -> None:
        """Draw the links between the pages; each carries the experiment and the view, that to the digits one with images.

        A fragment that changes the view redraws them, so that a link always opens what is on screen; Streamlit requires
        that it does so in runs of the whole page, too.
        """
        is_inside = fragments.is_inside()
        self.has_links, self.is_linked = True, self.is_linked or not is_inside
        if is_inside and self.is_linked:
            self.links.empty()
        images.note()
        everywhere = address.params(PAGES["app.py"])
        own = {DIGITS: images.link_params, LESSONS: partial(address.params, PAGES[LESSONS])}
        with (self.own_links if is_inside else self.links).container(horizontal=True):
            for path, title in PAGES.items():
                params = own[path]() if path in own else everywhere
                link(path, title, params, icon=f":material/{ICONS[path]}:")

    def follow_task(self) -> None:
        """Hide the numbers that the task asks for, as soon as they are known and before they are drawn."""
        if self.task and not self.has_texts:
            self.has_texts = True
            with self.texts:
                class_link.texts(self.run_of)

    def draw_sidebar(self) -> None:
        """Draw the page's links, the gallery, the strip and the sidebar unless they are there already."""
        if not self.has_links:
            self.draw_links()
        if not self.has_sidebar:
            self.has_sidebar, fields = True, fields_in_sight()
            with self.bar:
                running_order(PAGES)
                if not session.view.class_link.exists:
                    gallery()
                undo()
            self.draw_strip()
            with self.sidebar:
                draw_sidebar(self.name, has_strip=bool(self.strip), elsewhere=fields)
                changed(self.name)

    def draw_strip(self) -> None:
        """Draw the strip, if the page has one, unless it is there already or a lesson runs."""
        if self.strip and not self.is_strip_drawn and fields_in_sight() is None:
            self.is_strip_drawn = True
            with self.strip:
                draw_strip(self.name)

    def trained(self) -> Shown:
        """The run of the page's configuration; if training takes long, the sidebar is drawn meanwhile."""
        shown = trained(self.config, axes_of(self.config), ProgressBar(self.progress, self.draw_sidebar))
        self._check_view(shown.run.resolved.sizes, shown.run.n_frames)
        self.follow_task()
        return shown

    def without_training(self) -> None:
        """Instead of `trained` where a page needs no run: check the view against the run that there would be."""
        resolved = files.experiment(self.config).resolved
        n_frames = max_frames(count_params(resolved.sizes), OPTIMIZERS[self.config.optimizer].n_state)
        self._check_view(resolved.sizes, len(frame_epochs(self.config.epochs, n_frames)))

    def _check_view(self, sizes: tuple[int, ...], n_frames: int) -> None:
        """Warn if the link names a frame, layer or unit that this run lacks, and correct the address.

        No warning if the user's own change removed it. `trained` does it.
        """
        view = session.view
        from_link, session.checked = session.checked != session.adopted, session.adopted
        wrong = []
        if (view.frame or 0) > n_frames - 1:
            wrong.append(("frame", 0, n_frames - 1, view.frame, "the last one"))
            view = view.at(None)
        if (view.layer or 1) > len(sizes) - 1:
            wrong.append(("layer", 1, len(sizes) - 1, view.layer, "layer 1"))
            view = replace(view, layer=None)
        if (view.unit or 1) > (last := sizes[view.layer or 1]):  # a layer that exists
            wrong.append(("unit", 1, last, view.unit, "unit 1"))
            view = replace(view, unit=None)
        with self.warnings:
            for name, first, last, value, instead in wrong if from_link else ():
                st.warning(f"{name} must be from {first} to {last}, got {value}; {instead} is shown", icon=LINK_ICON)
        if wrong:
            session.view = view
            address.write()
            self.draw_links()

    def hides(self, *shown: str) -> bool:
        """Whether the task hides any of these parts of a view; if so, that is said in its place, with a link to go on.

        shown: of `COVERABLE`. Call it where the view would be drawn.
        """
        hidden = class_link.hides(*shown)
        back = next((path for path in PAGES if path != self.path and address.is_open(path)), None)
        if hidden and back:
            link(back, f"Back to the page {PAGES[back]}", address.params(PAGES[back]))
        return hidden

    def run_of(self, config: Config) -> Run:
        """The run of a lesson's experiment, which need not be the page's."""
        if found := known(config):
            return found
        return other_trained(config, files.axes_in(config, View()), ProgressBar(self.progress, lambda: None)).run

    def finish(self) -> None:
        """End the page: complete the sidebar, write the address, and lead on to the next page."""
        if self.lesson:
            with self.lesson:
                panel(PAGES[self.path], self.run_of, partial(draw_fields, self.name))
        self.follow_task()
        if self.task:
            with self.task:
                class_link.questions(self.run_of)
        self.draw_sidebar()
        address.write()
        path, sentence = ONWARD[self.path]
        footer(*(sentence, PAGES[path]) if address.is_open(path) else ("", ""))
        prepare(PAGES)


def begin(
    title: str,
    *,
    picture_first: bool = False,
    has_strip: bool = False,
    opened: Callable[[], None] = lambda: None,
) -> Page:
    """Start a page: title, sidebar and warnings. If the link names a file that is not loaded, request it and stop.

    picture_first: draw the sidebar later, so that a change shows in the picture before forty controls are redrawn: with
    `Page.draw_sidebar`, at the latest with `Page.finish`, or as soon as training takes long. has_strip: the choices of a
    lecture stand above the figures instead of in the sidebar. opened: called when a link or an address opens the page; may
    replace the experiment.
    """
    bar = "collapsed" if is_beside() or title == PAGES[LESSONS] else "auto"  # a lesson needs the room
    st.set_page_config(page_title=f"{title} · ffbp", page_icon=ICON, layout="wide", initial_sidebar_state=bar)
    st.logo(LOGO, size="large", icon_image=ICON)
    address.listen(title, of_labels())
    open_pair(_path_of(title))
    followed = follow(title, _path_of(title), PAGES)
    is_opened = address.adopt(title) or followed
    take(PAGES, opened=is_opened)
    files.settle()
    if is_opened:
        opened()
    fragments.begin()
    address.write()  # before training, so that a reload meanwhile finds the new experiment
    page = Page(title, has_strip=has_strip)
    if not address.is_open(page.path):
        page.draw_links()
        class_link.closed(title for path, title in PAGES.items() if address.is_open(path))
        st.stop()
    if not picture_first:
        page.draw_sidebar()
    elif is_opened:
        page.draw_strip()  # there is no picture yet that it would keep waiting, and later it would push it down
    with st.container(key="told"):  # one element for any number of messages, so that what follows is not rebuilt
        session.show_told("page", icon=LINK_ICON)
        _banner(page)
    if not files.is_available(page.config):
        page.draw_sidebar()
        if mnist.is_meant(page.config):
            mnist.offer(f"{page.name}:mnist")
        files.ask(page.name)
        st.stop()
    return page


def _banner(page: Page) -> None:
    """Say that the experiment has a fault, wherever it is shown, and lead back."""
    if page.config.fault is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="fault"):
        st.error(f"{banner(page.config.fault)} {HEALTHY_WORDS}", icon=":material/bug_report:")
        own = {"key": f"{page.name}:healthy", "on_click": change, "kwargs": {"fault": None}}
        st.button("Back to the healthy run", icon=":material/healing:", **own)


def _path_of(title: str) -> str:
    return next(path for path, name in PAGES.items() if name == title)


def axes_of(config: Config) -> tuple[int, ...]:
    """The columns that span the plane, as positions among the chosen ones, or PRINCIPAL."""
    fragments.note_view("across", "up", "pca")
    return files.axes_in(config, session.view)


def link(path: str, label: str, params: dict[str, str], *, place=st, icon: str | None = None) -> None:
    """A link to another page; none if a task has closed it, or if a page is run alone."""
    if not address.is_open(path):
        return
    with suppress(StreamlitPageNotFoundError):
        place.page_link(path, label=label, icon=icon, query_params=params)
