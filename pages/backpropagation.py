"""Backpropagation, number by number: the same gradient that trains the network, taken apart."""

import streamlit as st

from ffbp.ui.backward.check import live_check
from ffbp.ui.backward.choosing import Gradient, backward_player, gradient_at, mode_chooser
from ffbp.ui.backward.cost import backward_code, worth
from ffbp.ui.backward.ladder import ladder
from ffbp.ui.backward.layers import contributions, layer_steps
from ffbp.ui.backward.output import output_delta, saturation, textbook_delta
from ffbp.ui.backward.predict import headline, predict
from ffbp.ui.backward.shrinkage import shrinkage
from ffbp.ui.backward.step import one_step
from ffbp.ui.backward.tracer import tracer
from ffbp.ui.page import begin
from ffbp.ui.samples import sample_chooser
from ffbp.ui.session.fragments import fragment

page = begin("Backpropagation", picture_first=True)
shown = page.trained()


@fragment
def backpropagation() -> None:
    left, right = st.columns([2, 3])
    with left:
        frame = backward_player(page, shown)
    with right:
        mode_chooser()
        sample_chooser(shown.run.dataset, "backward")
        moment = predict(gradient_at(shown, frame))
        headline(moment)
    taken_apart(moment)
    used(moment)


def taken_apart(moment: Gradient) -> None:
    st.header("1 · Loss and delta at the output", anchor=False)
    output_delta(moment)
    aside, figure = st.columns([2, 3])
    with aside:
        st.markdown(
            "**On paper.** Prediction (0.7, 0.3), target (1, 0). Delta is the difference, and the numbers can be checked "
            "without a calculator."
        )
        textbook_delta()
    with figure:
        st.markdown(
            "**Why the pair matters.** A sigmoid that is sure and wrong stands far left. Cross-entropy pulls it back with "
            "full force; squared error multiplies by g′ ≈ 0 and hardly pulls at all."
        )
        saturation()

    st.header("2 · Layer by layer backwards", anchor=False)
    st.markdown(
        "Three lines, again and again: the gradient of the weights, of the biases, and the delta of the layer before."
    )
    layer_steps(moment)
    contributions(moment)

    st.header("3 · One weight, factor by factor", anchor=False)
    tracer(moment)

    st.header("4 · What happens to delta on the way", anchor=False)
    shrinkage(moment)


def used(moment: Gradient) -> None:
    st.header("5 · One step", anchor=False)
    st.markdown(
        "The gradient is the slope at the start only. Along the update the loss bends away from the tangent; too long a "
        "step climbs the other side."
    )
    one_step(moment)

    st.header("6 · The step as a ladder", anchor=False)
    ladder(moment)

    st.header("7 · Is it right?", anchor=False)
    st.markdown(
        "Move one parameter a little up and a little down: the loss must change as backward says. Large moves cut the "
        "curve's corner (truncation), tiny ones drown in the last digits (round-off)."
    )
    live_check(moment)

    st.header("8 · Why it is worth it", anchor=False)
    st.markdown("Differences need two forward passes for every parameter. Backward needs one pass for all of them.")
    worth(moment)
    backward_code(moment)


backpropagation()
page.finish()
