"""Handwritten digits: a network that reads images, its mistakes, your own handwriting, and the gradient of every pixel."""

import streamlit as st

from ffbp import ui
from ffbp.ui import digits, forward

config = ui.begin("Digits")
if not digits.shows_digits(config):
    digits.offer()
    ui.finish()
    st.stop()
shown = ui.trained(config, ui.axes_of(config))


@st.fragment
def page() -> None:
    forward.check_view(shown)
    left, right = st.columns([2, 3])
    with left:
        frame = ui.player(shown, panels=("loss",))
    look = digits.look_at(shown, frame)
    with right:
        st.markdown(
            "**What each hidden unit looks for.** Blue pixels excite it, orange ones calm it. Play the training: noise "
            "turns into strokes and gaps."
        )
        digits.weight_images(look)

    st.subheader("Right and wrong", anchor=False)
    left, right = st.columns([1, 1])
    with left:
        digits.confusion_matrix(look)
    with right:
        digits.gallery(look)

    st.subheader("Draw your own digit", anchor=False)
    st.markdown(
        "Draw with mouse, finger or keys. As with the training images, the ink is scaled to fill the height, the stroke "
        "made so wide that half of the box is ink, the slant taken out, and blocks of pixels counted. Write as their "
        "writers did: a 1 with a flag, a 7 with a bar."
    )
    digits.drawing_pad(look)

    st.subheader("One image, neuron by neuron", anchor=False)
    ui.sample_chooser(shown.run.dataset, "digits")
    digits.chosen_image(look)
    digits.neuron_by_neuron(look)
    digits.links(look)

    st.subheader("Backpropagation to the pixels", anchor=False)
    st.markdown(
        "Backward does not have to stop at the weights: one more product, $W^{[1]\\top}\\delta^{[1]}$, says how the loss "
        "changes with each **pixel**. Which ones would have to change for the network to see another digit?"
    )
    digits.to_the_pixels(look)
    digits.code()


page()
ui.finish()
