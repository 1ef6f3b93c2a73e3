"""Panels of the experiment for a page of a course: as a file for an iframe, or from this dashboard."""

from dataclasses import replace
from functools import partial

import streamlit as st

from ffbp.analysis.summary import title
from ffbp.experiment.link import PANELS, View, params_of
from ffbp.export.embed import AUTO, HEIGHTS, HIGHEST, LOOKS, LOWEST, RESIZING, element, file_name, line, writing_embed
from ffbp.ui.component import component
from ffbp.ui.runs import Shown, cache, in_turns
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words.glossary import glossary

USUAL = ("network", "boundary")
SIZE = "teachers:embed:size"  # kept in the session: what the size of the latest file was, and of which
OWN_FILE = "It contains the samples of your file. If you share it, you share your data."
OF_A_FILE = (
    "Upload it beside your page, and paste this line into the page's HTML. It fetches nothing and stores no cookie. Your page must "
    "allow frames of its own files; a frame with `sandbox` needs `allow-scripts`, and `allow-downloads` to save pictures."
)
OF_AN_ELEMENT = (
    "For a page that takes HTML but no files, such as a notebook or a cell of Jupyter Book: the whole file inside one element. "
    "The page must allow inline scripts."
)
OF_THE_SERVER = (
    "The dashboard in a frame: its numbers are computed when somebody opens the page. Your readers must be able to reach this "
    "server. A page under https shows only a server under https."
)
ALLOWED = (
    "If you run the server: Streamlit itself allows every page to frame it. Behind nginx as in `tests/benchmarks/nginx.conf`, add "
    "your site to `frame-ancestors`; with several replicas, also set the cookie to `SameSite=None; Secure`. In a frame on another "
    "site, most browsers store no cookie: everything works except uploading a file."
)
PHONE = (
    "On a phone, panels stand below each other and need more height. With this script once on the page, each frame of a file is "
    "as high as its panels. Where a platform removes scripts, the height is the line's, and the frame scrolls."
)

SEVERAL = (
    "Several frames on one page play side by side, each with its own timeline. A browser loads a frame when it comes near. Frames "
    "of files share nothing, and each needs about 15 MB of memory."
)


@fragment
def embed(shown: Shown) -> None:
    """The section: which panels, how high, how they look; the file and its line, and the dashboard's line."""
    st.markdown(
        "Panels of this experiment with their timeline, to play in a page of your course or a learning platform."
    )
    panels = _panels()
    if len(panels) not in HEIGHTS:
        st.info("Choose one panel, two, or all four.")
        return
    height, look = _looks(len(panels))
    file, server = st.columns(2, gap="large")
    with file:
        _as_a_file(shown, panels, height, look)
    with server:
        url = _from_here(shown, panels, height, look)
    if box := control.opened("On a phone, and several on one page", key="teachers:embed:phone"):
        box.markdown(PHONE)
        box.code(RESIZING, language="html")
        box.markdown(SEVERAL)
    if url and (box := control.opened("Preview of the dashboard's frame", key="teachers:embed:preview")):
        with box:
            component("preview")(key="teachers:embed:frame", data=f"{url}#height={height}".encode())


def _panels() -> tuple[str, ...]:
    own = {"selection_mode": "multi", "default": list(USUAL), "key": "teachers:embed:panels"}
    chosen = st.pills("Panels", list(PANELS), format_func=lambda key: glossary()[key].term, **own)
    return tuple(panel for panel in PANELS if panel in chosen)


def _looks(n_panels) -> tuple[int, str]:
    """Height and look. Each number of panels has a height of its own."""
    left, right = st.columns(2)
    own = {"step": 20, "key": f"teachers:embed:height:{n_panels}"}
    height = left.number_input("Height in pixels", LOWEST[n_panels], HIGHEST, HEIGHTS[n_panels], **own)
    about = "A frame is dark where the reader's system is, or where your page states color-scheme: dark."
    own = {
        "default": AUTO,
        "required": True,
        "format_func": LOOKS.__getitem__,
        "help": about,
        "key": "teachers:embed:look",
    }
    return int(height), right.segmented_control("Light or dark", list(LOOKS), **own)


def _as_a_file(shown, panels, height, look):
    """The file, its size, and the line that shows it; then the same as one element."""
    run = shown.run
    frame = session.view.frame_of(run.n_frames)
    link = "" if run.config.file_name else address.of_dashboard(params_of(run.config, View(frame=session.view.frame)))
    own = {"frame": frame, "height": height, "look": look, "link": link}
    text = partial(_written, shown, panels, own)
    name, words = file_name(run.config, panels), title(run)
    st.markdown(f"**As a file.** {_size(shown, panels, own, text)}; needs no server and no internet.")
    if run.config.file_name:
        st.warning(OWN_FILE)
    more = {"key": "teachers:embed:file", "on_click": "ignore", "icon": ":material/download:"}
    st.download_button(name, text, name, "text/html", **more)
    st.code(line(name, words, height), language="html", wrap_lines=True)
    st.caption(OF_A_FILE)
    more["key"] = "teachers:embed:element"
    inside = lambda: element(text(), words, height)  # noqa: E731
    st.download_button("The same as one element", inside, f"element-of-{name}", "text/html", **more)
    st.caption(OF_AN_ELEMENT)


def _written(shown, panels, options, pause=lambda: None) -> str:
    """The file's text, written in turns with other sessions' work."""
    return in_turns(writing_embed(shown.run, shown.plane, panels, **options), cache(), lambda _: pause())


def _size(shown, panels, options, text) -> str:
    """The file's size in kB; it is written once for that, unless a change on the page stops it, and again when it is taken."""
    about = (shown.id, panels, tuple(options.items()))
    of, size = session.recall(SIZE, (None, 0))
    if of != about:
        with st.spinner("Measuring the file …"):
            size = len(text(pause=session.pause).encode())
        session.keep((about, size), SIZE)
    return f"{size / 1000:,.0f} kB"


def _from_here(shown, panels, height, look) -> str:
    """The line of a frame with this dashboard, its panels alone or with its controls; returns the address, "" without one."""
    st.markdown("**From this dashboard.**")
    config, view = shown.run.config, session.view
    if config.file_name:
        st.caption("Not for your file, which only this session has.")
        return ""
    alone = st.toggle("Only the panels, without the page's controls", value=True, key="teachers:embed:alone")
    look_of = {"frame": view.frame, "across": view.across, "up": view.up, "pca": view.pca}
    names = "-".join(panels) if len(panels) < len(PANELS) else None
    place = replace(View(**look_of), panel=names, present=1 if alone else None)
    options = {"embed_as": "panels"} if alone else {}  # the player reads it
    options |= {} if look == AUTO else {"embed_options": f"{look}_theme"}
    url = address.of_dashboard({**params_of(config, place), "embed": "true", **options})
    if not url:
        st.caption("The browser has not said the dashboard's address.")
        return ""
    st.code(line(url, title(shown.run), height), language="html", wrap_lines=True)
    st.link_button("Open it alone", url, icon=":material/open_in_new:")
    st.caption(OF_THE_SERVER)
    st.caption(ALLOWED)
    return url
