"""Handwritten digits: a network that reads images, its mistakes, your own handwriting, and the gradient at every pixel."""

import streamlit as st

from ffbp.experiment.class_link import SCORES
from ffbp.ui import images
from ffbp.ui.digits import choosing, drawing, image, mistakes, offered, pixels
from ffbp.ui.page import begin
from ffbp.ui.samples import sample_chooser
from ffbp.ui.session.fragments import fragment
from ffbp.ui.timeline import player

page = begin("Digits", opened=images.open_digits)
offered.way_back()
shown = page.trained() if images.shown_by(page.config) else None
if shown is None or not offered.are_images(shown):
    offered.offer()
    offered.full_size(page.config)
    page.finish()
    st.stop()


@fragment
def digits() -> None:
    pad = st.container()  # drawn last, because it needs the player's frame
    st.header("Weights over time", anchor=False)
    left, right = st.columns([2, 3])
    with left:
        frame = player(page, shown, panels=("loss",))
    moment = choosing.digit_at(shown, frame)
    with pad:
        drawing.drawing_pad(moment)
    with right:
        st.markdown(
            "Each image shows the weights of one unit of the first layer. Ink on a green pixel raises the unit's sum, ink "
            "on a purple pixel lowers it. Play the training: noise turns into strokes and gaps. A pixel that never has ink gets "
            "no gradient: its weight stays as it was drawn, or shrinks under a penalty."
        )
        image.weight_images(moment)

    st.header("Mistakes", anchor=False)
    left, right = st.columns([1, 1])
    with left:
        mistakes.confusion_matrix(moment)
    with right:
        mistakes.gallery(moment)

    st.header("One image, unit by unit", anchor=False)
    sample_chooser(shown.run.dataset, "digits")
    image.chosen_image(moment)
    image.neuron_by_neuron(moment)
    image.links(moment)

    st.header("From one digit to another", anchor=False)
    st.markdown(
        "Which pixels must change before the network predicts another digit? $W^{[1]\\top}\\delta^{[1]}$ is the gradient of the "
        "loss at each **pixel**."
    )
    pixels.to_the_pixels(moment)


if not page.hides("network", "gradients", SCORES):
    digits()
st.header("Full size: MNIST", anchor=False)
offered.full_size(page.config)
pixels.code()
page.finish()
