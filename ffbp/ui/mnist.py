"""MNIST on the page: a button that downloads it, progress, and one clear sentence if the download fails."""

import streamlit as st

from ffbp.data import mnist
from ffbp.experiment.config import Config
from ffbp.lessons.presets import MNIST
from ffbp.ui import files
from ffbp.ui.session.state import session

WANTED = "mnist:wanted"  # kept in the session: whether to download it
LOOK_SECONDS, PATIENCE_SECONDS = 0.25, 600.0


@st.cache_resource(show_spinner=False)
def _download() -> mnist.Download:
    """The server's one download."""
    return mnist.Download()


def is_meant(config: Config) -> bool:
    """Whether a configuration uses MNIST, loaded or not."""
    return config.file_name == mnist.NAME


def offer(key: str) -> None:
    """A button that downloads MNIST and then runs its experiment, or the link's, on it."""
    st.markdown(
        f"**MNIST**: 28×28 pixels. scikit-learn downloads the 70,000 images (about {mnist.ABOUT_BYTES / 1e6:.0f} MB) once "
        "from openml.org to the machine that runs this dashboard. Reading them takes half a minute and 1 GB of memory. A "
        f"sample of {mnist.N_IMAGES:,} images becomes your data."
    )
    session.show_told("mnist")
    if not session.recall(WANTED):
        st.button("Download MNIST", key=key, on_click=_want, icon=":material/download:")
        return
    table = _table()
    session.keep(False, WANTED)
    if table is not None and is_meant(session.config):
        files.take_wanted(table)  # openml.org may have changed the data since the link was made
    elif table is not None:
        files.use(table, MNIST)
    st.rerun()


def _want():
    session.keep(True, WANTED)
    session.hush("mnist")


def _table():
    """Wait for the images and show progress; None if they cannot be loaded, which is then reported."""
    download = _download()
    download.start()
    bar = st.progress(0.0, "Connecting to openml.org …")
    try:
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            table = download.wait(LOOK_SECONDS)
            if table is not None:
                return table
            n_bytes = mnist.n_downloaded()
            share = n_bytes / mnist.ABOUT_BYTES
            text = f"Downloading: {n_bytes / 1e6:.1f} of about {mnist.ABOUT_BYTES / 1e6:.0f} MB"
            bar.progress(min(share, 0.9), text if share < 0.9 else "Reading 70,000 images …")
        minutes = f"{PATIENCE_SECONDS / 60:.0f} minutes"
        fault = f"The download has not finished after {minutes}. It continues; press the button to check again."
    except mnist.Unavailable as error:
        fault = str(error)
    session.tell("error", fault, "mnist")
    return None
