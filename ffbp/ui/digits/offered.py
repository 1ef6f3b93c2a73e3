"""Where the page has no images, or is asked for more: the way to its own digits, and to MNIST."""

import streamlit as st

from ffbp.data.raster import raster_of
from ffbp.data.source import INK
from ffbp.experiment.config import Config
from ffbp.lessons.presets import PRESETS
from ffbp.ui import files, mnist
from ffbp.ui.runs import Shown


def shows_digits(config: Config) -> bool:
    """Whether the experiment's inputs can be digits' images: all pixels, nothing else, and ten classes."""
    experiment = files.experiment(config)
    n_pixels = len(experiment.source.feature_names)
    is_whole = experiment.columns == tuple(range(n_pixels))
    return n_pixels in INK and is_whole and experiment.resolved.n_classes == 10


def are_images(shown: Shown) -> bool:
    """Whether the run's inputs are images: their values, too, lie between paper and ink."""
    return raster_of(shown.run.dataset) is not None


def offer() -> None:
    """Say that the experiment at hand has no images, and offer the page's own."""
    st.info(
        "The experiment at hand is not about images: this page needs handwritten digits with all their pixels as inputs. "
        "Load the page's own, and change it as you like. Nothing is lost: Back returns to yours.",
        icon=":material/image_search:",
    )
    st.button(
        "Load the digits", key="digits:load", type="primary", icon=":material/draw:", on_click=files.set_data,
        args=(PRESETS["digits"].config,),
    )  # fmt: skip


def full_size(config: Config) -> None:
    """MNIST when somebody asks for it; the way back to the small digits."""
    if not mnist.is_meant(config):
        mnist.offer("digits:mnist")
        return
    st.markdown(
        "You are looking at a sample of MNIST. A network this large has a short record, so the timeline has few moments."
    )
    st.button(
        "Back to the 8×8 digits", key="digits:small", on_click=files.set_data, args=(PRESETS["digits"].config,),
        icon=":material/undo:",
    )  # fmt: skip
