"""Draw a digit: the drawing is read while it is drawn, and becomes the chosen image."""

from dataclasses import replace

import numpy as np
import streamlit as st

from ffbp.data import handwriting
from ffbp.data.raster import Raster
from ffbp.figures import digits as pictures
from ffbp.ui.component import component
from ffbp.ui.digits.choosing import Digit
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_percent

STROKES = "digits:strokes"  # kept in the session


def how_drawings_are_made(moment: Digit) -> str:
    """What happens to a drawing before the network gets it, in words."""
    if moment.raster.side == 8:
        return (
            "Draw with mouse, finger or keys. As with the training images, the ink is scaled to fill the height, the "
            "stroke made so wide that half of the box is ink, the slant taken out, and blocks of pixels counted. Write as "
            "their writers did: a 1 with a flag, a 7 with a bar."
        )
    return (
        "Draw with mouse, finger or keys. As with MNIST's images, the ink is scaled to fit 20×20 pixels, its proportions "
        "kept, and its centre of mass is put in the middle of 28×28."
    )


@fragment
def drawing_pad(moment: Digit) -> None:
    """A pad to draw on; the drawing becomes the chosen image when a stroke ends, and is read while it is drawn."""
    strokes = session.recall(STROKES, [])
    pixels = _drawn_pixels(strokes, moment.raster)
    probabilities, answer, says = None, None, ""
    if strokes:
        A = moment.network.forward(moment.dataset.encode_columns(pixels[None])).A[-1]
        answer, probabilities = (
            int(moment.network.decide(A)[0]),
            [float(p) if np.isfinite(p) else None for p in A[:, 0]],
        )
        says = f"The network sees a {moment.names[answer]}: {format_percent(A[answer, 0])}"
    data = {
        "strokes": [np.round(stroke, 4).tolist() for stroke in strokes],
        "side": moment.raster.side, "high": moment.raster.high, "image": pixels.tolist(),
        "probabilities": probabilities, "answer": answer, "says": says, "palette": pictures.PALETTE,
    }  # fmt: skip
    component("drawing")(key="digits:pad", data=data, on_strokes_change=lambda: _strokes_changed(moment.raster))
    session.show_told("drawing", once=True)
    if strokes and session.view.inputs is None:
        st.button(
            "Show this drawing below", key="digits:take", on_click=take_drawing, args=(strokes, moment.raster),
            icon=":material/arrow_downward:",
        )  # fmt: skip


def _drawn_pixels(strokes, raster):
    """The drawing as pixels in their own units, with as many decimals as the link keeps."""
    if raster.side == 8:
        return handwriting.digit_8x8(strokes).ravel()
    return np.round(handwriting.digit_28x28(strokes).ravel() * raster.high / 255.0, 4)


def _strokes_changed(raster):
    sent = session.sent("digits:pad").get("strokes")
    if not isinstance(sent, dict):
        return
    try:
        strokes = handwriting.as_strokes(sent.get("strokes"))
    except ValueError as error:
        session.tell("error", str(error), "drawing")
        return
    session.keep(strokes, STROKES)
    if sent.get("done") is True:
        take_drawing(strokes, raster)


def take_drawing(strokes, raster: Raster) -> None:
    """Make a drawing the chosen image: the link's typed inputs; an empty one leaves the sample."""
    if strokes:
        session.view = session.view.with_inputs(float(f"{value:g}") for value in _drawn_pixels(strokes, raster))
    else:
        session.view = replace(session.view, inputs=None)
