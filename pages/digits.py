"""Handwritten digits: a network that reads images, its mistakes, your own handwriting, and the gradient of every pixel."""

import streamlit as st

from ffbp import ui
from ffbp.ui import digits

config = ui.begin("Digits")
shown = ui.trained(config, ui.axes_of(config)) if digits.shows_digits(config) else None
if shown is None or not digits.are_images(shown):
    digits.offer()
    digits.full_size(config)
    ui.finish()
    st.stop()
ui.check_view(shown)


@st.fragment
def page() -> None:
    left, right = st.columns([2, 3])
    with left:
        frame = ui.player(shown, panels=("loss",))
    look = digits.look_at(shown, frame)
    with right:
        st.markdown(
            "**What each unit of the first layer looks for.** Blue pixels excite it, orange ones calm it. Play the training: "
            "noise turns into strokes and gaps. A pixel that never has ink gets no gradient: its weight stays noise, or "
            "fades under a penalty."
        )
        digits.weight_images(look)

    st.header("Right and wrong", anchor=False)
    left, right = st.columns([1, 1])
    with left:
        digits.confusion_matrix(look)
    with right:
        digits.gallery(look)

    st.header("Draw your own digit", anchor=False)
    st.markdown(digits.how_drawings_are_made(look))
    digits.drawing_pad(look)

    st.header("One image, neuron by neuron", anchor=False)
    ui.sample_chooser(shown.run.dataset, "digits")
    digits.chosen_image(look)
    digits.neuron_by_neuron(look)
    digits.links(look)

    st.header("Backpropagation to the pixels", anchor=False)
    st.markdown(
        "Backward does not have to stop at the weights: one more product, $W^{[1]\\top}\\delta^{[1]}$, says how the loss "
        "changes with each **pixel**. Which ones would have to change for the network to see another digit?"
    )
    digits.to_the_pixels(look)


page()
st.header("Full size: MNIST", anchor=False)
digits.full_size(config)
digits.code()
ui.finish()
