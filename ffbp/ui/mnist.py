"""MNIST on the page: a button that fetches it, progress while it comes, one clear sentence if it cannot be had."""

import streamlit as st

from ffbp.data import mnist
from ffbp.experiment.config import Config
from ffbp.lessons.presets import MNIST
from ffbp.ui import files
from ffbp.ui.session.state import session

WANTED = "mnist:wanted"  # kept in the session: whether to fetch it
LOOK_SECONDS, PATIENCE_SECONDS = 0.25, 600.0


@st.cache_resource(show_spinner=False)
def _download() -> mnist.Download:
    """The server's one download."""
    return mnist.Download()


def is_meant(config: Config) -> bool:
    """Whether a configuration's data are MNIST, loaded or not."""
    return config.file_name == mnist.NAME


def offer(key: str) -> None:
    """A button that fetches MNIST; then its experiment, or the one that a link describes, runs on it."""
    st.markdown(
        f"**MNIST**: 28×28 pixels. scikit-learn fetches the 70,000 images from openml.org once, about "
        f"{mnist.ABOUT_BYTES / 1e6:.0f} MB, and keeps them on the machine that runs this dashboard; reading them takes half "
        f"a minute and 1 GB of memory. A sample of {mnist.N_IMAGES:,} becomes this session's data."
    )
    session.show_told("mnist")
    if not session.recall(WANTED):
        st.button("Fetch MNIST", key=key, on_click=_want, icon=":material/download:")
        return
    table = _table()
    session.keep(False, WANTED)
    if table is not None:
        _use(table)
    st.rerun()


def _want():
    session.keep(True, WANTED)
    session.hush("mnist")


def _table():
    """The images, with progress until they are there; None, and the fault noted, if they cannot be had."""
    download = _download()
    download.start()
    bar = st.progress(0.0, "Asking openml.org …")
    try:
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            table = download.wait(LOOK_SECONDS)
            if table is not None:
                return table
            n_bytes = mnist.n_downloaded()
            share = n_bytes / mnist.ABOUT_BYTES
            text = f"Downloading: {n_bytes / 1e6:.1f} of about {mnist.ABOUT_BYTES / 1e6:.0f} MB"
            bar.progress(min(share, 0.9), text if share < 0.9 else "Reading 70,000 images …")
    except mnist.Unavailable as error:
        session.tell("error", str(error), "mnist")
        return None
    minutes = f"{PATIENCE_SECONDS / 60:.0f} minutes"
    text = f"MNIST is still not there after {minutes}. Fetching goes on: press the button to look again."
    session.tell("error", text, "mnist")
    return None


def _use(table):
    config = session.config
    if is_meant(config) and config.file_fingerprint in (None, table.fingerprint):
        files.use(table, config)
    elif is_meant(config):
        session.other_file = table  # openml.org has changed the data: ask whether to go on with them
    else:
        files.use(table, MNIST)
