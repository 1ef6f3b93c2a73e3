"""Offers to load the built-in digits, if the experiment has no images, or MNIST."""

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
    """Whether the run's inputs are images: their values must lie between paper and ink."""
    return raster_of(shown.run.dataset) is not None


def offer() -> None:
    """Say that the experiment has no images, and offer the built-in digits."""
    st.info(
        "Your experiment is not about images. This page needs handwritten digits, with all their pixels as inputs. Load the "
        "built-in digits and change the experiment as you like. Your browser's Back button returns to your own.",
        icon=":material/image_search:",
    )
    _digits_button("Load the digits", "digits:load", icon=":material/draw:", type="primary")


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
