"""What every page does: set up, adopt the address, draw the sidebar, warn about what the address got wrong."""

from contextlib import suppress
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from ffbp.analysis.plane import PRINCIPAL
from ffbp.experiment.config import Config
from ffbp.figures.latex import plain
from ffbp.ui import address, catching_up, files, mnist, sidebar
from ffbp.ui.runs import PROGRESS, Shown
from ffbp.ui.sidebar import Sidebar, usual_axes

PAGES = {
    "app.py": "Playground",
    "pages/forward_pass.py": "Forward pass",
    "pages/backpropagation.py": "Backpropagation",
    "pages/data.py": "Your data",
    "pages/digits.py": "Digits",
    "pages/code_export.py": "Code & export",
}
CHECKED = "view:checked"  # in the session: which adopted address the view has been checked for
NOTICES = "notices"  # in the session: where the page's words about the run stand
LINKS = "links"  # in the session: where the links between the pages stand


def draw_links() -> None:
    """Links between the pages, each carrying the experiment and the view.

    A fragment that moves the view draws them anew, so that a link always opens the moment on screen; Streamlit asks that
    it does so in the whole page's runs, too.
    """
    for place, (path, title) in zip(st.session_state[LINKS], PAGES.items(), strict=True):
        with suppress(StreamlitPageNotFoundError):  # a page that runs by itself has no neighbours
            place.page_link(path, label=title, query_params=address.params())


def begin(title: str, *, picture_first: bool = False) -> Config:
    """Start a page: its title, its sidebar, its warnings. Returns the configuration that it shows.

    picture_first: a change should show in the picture before forty controls are drawn anew; the sidebar then follows with
    `sidebar.draw`, at the latest with `finish`, or as soon as training takes long.
    A page whose link names a file that is not loaded asks for it and ends here.
    """
    st.set_page_config(
        page_title=f"{title} · ffbp",
        page_icon=str(Path(__file__).parent / "icon.png"),
        layout="wide",
        initial_sidebar_state="auto",
    )
    address.listen()
    address.adopt(title)
    files.settle()
    catching_up.begin()
    address.write()  # before the links carry it and before training: a reload in the middle finds the new experiment
    st.session_state[LINKS] = [st.sidebar.empty() for _ in PAGES]
    draw_links()
    place = st.sidebar.container()

    def draw():
        with place:
            Sidebar(title.lower()).draw()

    st.session_state[sidebar.PENDING] = draw
    if not picture_first:
        sidebar.draw()
    with st.container(horizontal=True, vertical_alignment="center", key="top"):
        st.title(title, anchor=False, width="content")
        st.session_state[NOTICES] = st.container(key="top:words")  # beside the title, where they push nothing away
        st.session_state[PROGRESS] = st.session_state[NOTICES].empty()
    with st.container():  # one place, however many there are, so that what follows is not built anew
        for warning in st.session_state[address.WARNINGS]:
            st.warning(plain(str(warning)), icon=":material/link_off:")
    if not files.is_there(st.session_state[address.CONFIG]):
        sidebar.draw()
        if mnist.is_meant(st.session_state[address.CONFIG]):
            mnist.offer(f"{title.lower()}:mnist")
        files.ask(title.lower())
        st.stop()
    return st.session_state[address.CONFIG]


def axes_of(config: Config) -> tuple[int, ...]:
    """The columns that span the plane, as positions among the chosen ones, or PRINCIPAL."""
    n_columns = len(files.experiment(config).columns)
    if n_columns < 2:
        return (0,)
    if n_columns > 2 and st.session_state[address.VIEW_STATE].get("pca"):
        return PRINCIPAL
    view, usual = st.session_state[address.VIEW_STATE], usual_axes(config)
    across, up = (
        min(view.get(key, position), n_columns - 1) for key, position in zip(("across", "up"), usual, strict=True)
    )
    return (across, up) if across != up else (across, (across + 1) % n_columns)


def check_view(shown: Shown) -> None:
    """Say it where the link asks for a frame, layer or unit that this run does not have; the address is corrected.

    What a change of the network has taken away goes without a word: it was seen to go.
    """
    view, sizes = st.session_state[address.VIEW_STATE], shown.run.resolved.sizes
    from_link = st.session_state.get(CHECKED) != st.session_state[address.ADOPTED]
    st.session_state[CHECKED] = st.session_state[address.ADOPTED]
    corrected = False
    with st.container():  # one place, however many there are
        for name, first, last_of, shown_instead in (
            ("frame", 0, lambda: shown.run.n_frames - 1, "the last one"),
            ("layer", 1, lambda: len(sizes) - 1, "layer 1"),
            ("unit", 1, lambda: sizes[view.get("layer", 1)], "unit 1"),  # of a layer that is there by now
        ):
            if view.get(name, first) > (last := last_of()):
                value, corrected = view.pop(name), True
                if from_link:
                    st.warning(
                        f"{name} must be from {first} to {last}, got {value}; {shown_instead} is shown",
                        icon=":material/link_off:",
                    )
    if corrected:
        address.write()
        draw_links()


def finish() -> None:
    """End a page: its sidebar is there, the address says what it shows."""
    sidebar.draw()
    address.write()
