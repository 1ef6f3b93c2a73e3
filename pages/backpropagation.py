"""Backpropagation, number by number: how the gradient that trains the network is computed."""

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
    explain(moment)
    apply(moment)


def explain(moment: Gradient) -> None:
    st.header("1 · Loss and delta at the output", anchor=False)
    output_delta(moment)
    aside, figure = st.columns([2, 3])
    with aside:
        st.markdown(
            "**On paper.** Prediction (0.7, 0.3), target (1, 0). Delta is the difference. You can check the numbers without a "
            "calculator."
        )
        textbook_delta()
    with figure:
        st.markdown(
            "**Why the pair matters.** On the far left, a sigmoid's output is confident and wrong. With cross-entropy, delta is "
            "large there. Squared error multiplies by g′ ≈ 0, so delta nearly vanishes."
        )
        saturation()

    st.header("2 · Layer by layer backwards", anchor=False)
    st.markdown(
        "Each layer takes the same three steps: the gradient of the weights, that of the biases, and the delta of the layer "
        "before."
    )
    layer_steps(moment)
    contributions(moment)

    st.header("3 · One weight, factor by factor", anchor=False)
    tracer(moment)

    st.header("4 · What happens to delta on the way", anchor=False)
    shrinkage(moment)


def apply(moment: Gradient) -> None:
    st.header("5 · One step", anchor=False)
    st.markdown(
        "The gradient is the slope at the starting point only. Along the update, the loss bends away from the tangent, and a "
        "step that is too long climbs the other side."
    )
    one_step(moment)

    st.header("6 · The step, phase by phase", anchor=False)
    ladder(moment)

    st.header("7 · Is the gradient correct?", anchor=False)
    st.markdown(
        "Move one parameter a little up and a little down: the change of the loss must match the gradient from backward. Large "
        "moves miss the curvature (truncation error), and tiny ones are lost in the last digits (rounding error)."
    )
    live_check(moment)

    st.header("8 · What backpropagation saves", anchor=False)
    st.markdown("Central differences take two forward passes per parameter. Backward takes one pass for all parameters.")
    worth(moment)
    backward_code(moment)


backpropagation()
page.finish()
