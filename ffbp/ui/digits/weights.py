"""The first layer's weights over time, as images."""

import streamlit as st

from ffbp.figures import digits as pictures
from ffbp.ui.digits.choosing import Digit
from ffbp.ui.digits.mounted import show
from ffbp.ui.moment import choose_unit


# Cached for the session only, because the run may be on a file of this session.
@st.cache_data(max_entries=8, show_spinner=False, scope="session")
def _packed_weights(run_id, chosen, _run, _raster):
    return pictures.pack_weights(_run, _raster, chosen=chosen)


def weight_images(moment: Digit) -> None:
    """The first layer's weights as images at every frame; a click chooses the unit."""
    data = _packed_weights(moment.shown.id, moment.u, moment.run, moment.raster)
    show("images", data, "digits:weights", unit_chosen, moment.network.sizes[1])
    if moment.dataset.scale != 1:
        st.caption(
            f"All pixels are divided by {moment.dataset.scale:g}, full ink. Standardising each pixel by itself would give as much "
            "weight to pixels at the border, which rarely have ink."
        )


def unit_chosen(u: int) -> None:
    """Choose a unit of the first layer by its index."""
    choose_unit(1, u + 1)
