"""Draw a digit: the network reads the drawing while it is drawn, and it becomes the chosen image."""

from dataclasses import replace

import numpy as np
import streamlit as st

from ffbp.data import handwriting
from ffbp.data.raster import Raster
from ffbp.figures import palette
from ffbp.ui.component import component
from ffbp.ui.digits.choosing import Digit
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_percent
from ffbp.words.text import article

STROKES = "digits:strokes"  # kept in the session
PREPARED = {  # how a drawing is prepared, by the images' side
    8: "Write as the writers of the training images did: a 1 with a flag, a 7 with a bar. The drawing is prepared like those "
    "images: scaled to the full height, made upright, with strokes that fill half of the box, and counted in blocks of pixels.",
    28: "The drawing is prepared like the images of MNIST: scaled to fit 20×20 pixels with its proportions kept, and its centre "
    "of mass moved to the middle of 28×28.",
}


@fragment
def drawing_pad(moment: Digit) -> None:
    """A pad to draw on. The network reads each stroke while it is drawn; at its end the drawing is the chosen image."""
    st.markdown("**Draw a digit** with mouse, finger or keys. The network reads it while you draw.")
    strokes, raster = session.recall(STROKES, []), moment.raster
    pixels = _drawn_pixels(strokes, raster)
    colours = palette.named("negative", "positive", "middle", "ink")
    data = {"side": raster.side, "high": raster.high, "image": pixels.tolist(), "palette": colours}
    data |= {"strokes": [np.round(stroke, 4).tolist() for stroke in strokes], **_read(moment, pixels, bool(strokes))}
    component("drawing")(key="digits:pad", data=data, on_strokes_change=lambda: _strokes_changed(raster))
    session.show_told("drawing", once=True)
    st.caption(PREPARED[moment.raster.side])
    if strokes and session.view.inputs is None:
        clicked = {"on_click": take_drawing, "args": (strokes, raster)}
        st.button("Show this drawing below", key="digits:take", icon=":material/arrow_downward:", **clicked)


def _read(moment, pixels, drawn):
    """What the network predicts for a drawing: its outputs, its answer, and a sentence."""
    if not drawn:
        return {"probabilities": None, "answer": None, "says": ""}
    A = moment.network.forward(moment.dataset.encode_columns(pixels[None])).A[-1]
    answer = int(moment.network.decide(A)[0])
    name = moment.names[answer]
    says = f"The network predicts {article(name)} {name}: {format_percent(A[answer, 0])}"
    outputs = [float(p) if np.isfinite(p) else None for p in A[:, 0]]
    return {"probabilities": outputs, "answer": answer, "says": says}


def _drawn_pixels(strokes, raster):
    """The drawing as pixels in the dataset's units, rounded as in the link."""
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
    """Make a drawing the chosen image, as the link's typed inputs. An empty drawing restores the chosen sample."""
    if strokes:
        session.view = session.view.with_inputs(float(f"{value:g}") for value in _drawn_pixels(strokes, raster))
    else:
        session.view = replace(session.view, inputs=None)
