"""Handwritten digits: a network that reads images, its mistakes, your own handwriting, and the gradient at every pixel."""

import streamlit as st

from ffbp.ui.digits.choosing import digit_at
from ffbp.ui.digits.drawing import drawing_pad
from ffbp.ui.digits.image import chosen_image, links, neuron_by_neuron
from ffbp.ui.digits.mistakes import confusion_matrix, gallery
from ffbp.ui.digits.offered import are_images, full_size, offer, shows_digits
from ffbp.ui.digits.pixels import code, to_the_pixels
from ffbp.ui.digits.weights import weight_images
from ffbp.ui.page import begin
from ffbp.ui.samples import sample_chooser
from ffbp.ui.session.fragments import fragment
from ffbp.ui.timeline import player

page = begin("Digits")
shown = page.trained() if shows_digits(page.config) else None
if shown is None or not are_images(shown):
    offer()
    full_size(page.config)
    page.finish()
    st.stop()


@fragment
def digits() -> None:
    left, right = st.columns([2, 3])
    with left:
        frame = player(page, shown, panels=("loss",))
    moment = digit_at(shown, frame)
    with right:
        st.markdown(
            "**The weights of each unit in the first layer.** Ink in a blue pixel raises the unit's sum, in an orange one it "
            "lowers it. Play the training: noise turns into strokes and gaps. A pixel that never has ink gets no gradient, so "
            "its weight stays noise, or shrinks under a penalty."
        )
        weight_images(moment)

    st.header("Right and wrong", anchor=False)
    left, right = st.columns([1, 1])
    with left:
        confusion_matrix(moment)
    with right:
        gallery(moment)

    st.header("Draw your own digit", anchor=False)
    drawing_pad(moment)

    st.header("One image, neuron by neuron", anchor=False)
    sample_chooser(shown.run.dataset, "digits")
    chosen_image(moment)
    neuron_by_neuron(moment)
    links(moment)

    st.header("Backpropagation to the pixels", anchor=False)
    st.markdown(
        "Backward need not stop at the weights. One more product, $W^{[1]\\top}\\delta^{[1]}$, is the gradient of the loss at "
        "each **pixel**. Which pixels would have to change for the network to see another digit?"
    )
    to_the_pixels(moment)


digits()
st.header("Full size: MNIST", anchor=False)
full_size(page.config)
code()
page.finish()
