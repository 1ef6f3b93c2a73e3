"""Ways between experiments: to the built-in digits, to MNIST, and back to the experiment without images."""

import streamlit as st

from ffbp.data.generators import DATASETS
from ffbp.data.raster import raster_of
from ffbp.experiment.config import Config
from ffbp.figures.latex import plain
from ffbp.lessons.presets import PRESETS
from ffbp.ui import files, images, mnist
from ffbp.ui.page import link
from ffbp.ui.runs import Shown
from ffbp.ui.session import address


def are_images(shown: Shown) -> bool:
    """Whether the run's inputs are images: their values must lie between paper and ink."""
    return raster_of(shown.run.dataset) is not None


def offer() -> None:
    """Say that the experiment has no images, and offer the built-in digits."""
    st.info("This page needs handwritten digits, with all their pixels as inputs.", icon=":material/image_search:")
    _digits_button("Load the digits", "digits:load", icon=":material/draw:", type="primary")


def way_back() -> None:
    """A link to the latest experiment without images, if there is one."""
    config, params = images.other()
    if config is not None:
        name = config.file_name or DATASETS[config.dataset].label
        link("app.py", f"Back to your experiment: {plain(name)}", address.offer(params), icon=":material/undo:")


def _digits_button(label, key, **look):
    st.button(label, key=key, on_click=files.set_data, args=(PRESETS["digits"].config,), **look)


def full_size(config: Config) -> None:
    """Offer MNIST, or the way back from it to the small digits."""
    if not mnist.is_meant(config):
        mnist.offer("digits:mnist")
        return
    st.markdown(
        "These images are a sample of MNIST. The network is so large that its record has room for few epochs, so the timeline "
        "is short."
    )
    _digits_button("Back to the 8×8 digits", "digits:small", icon=":material/undo:")
