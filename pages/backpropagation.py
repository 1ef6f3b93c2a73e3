"""Backpropagation, number by number: how the gradient that trains the network is computed."""

import streamlit as st

from ffbp.ui.backward import check, choosing, cost, ladder, layers, output, predict, shrinkage, step, tracer
from ffbp.ui.page import begin
from ffbp.ui.samples import sample_chooser
from ffbp.ui.session.fragments import fragment

page = begin("Backpropagation", picture_first=True)
shown = page.trained()


@fragment
def backpropagation() -> None:
    left, right = st.columns([2, 3])
    with left:
        frame = choosing.backward_player(page, shown)
    with right:
        choosing.mode_chooser()
        sample_chooser(shown.run.dataset, "backward")
        moment = predict.predict(choosing.gradient_at(shown, frame))
        predict.headline(moment)
    explain(moment)
    apply(moment)


def explain(moment: choosing.Gradient) -> None:
    st.header("1 · Loss and delta at the output", anchor=False)
    output.output_delta(moment)
    aside, figure = st.columns([2, 3])
    with aside:
        st.markdown(
            "**On paper.** Prediction (0.7, 0.3), target (1, 0). Delta is the difference. You can check the numbers without a "
            "calculator."
        )
        output.textbook_delta()
    with figure:
        st.markdown(
            "**Why the pair matters.** On the far left, a sigmoid's output is confident and wrong. With cross-entropy, delta is "
            "large there. Squared error multiplies by g′ ≈ 0, so delta nearly vanishes."
        )
        output.saturation()

    st.header("2 · Layer by layer backwards", anchor=False)
    st.markdown(
        "Each layer takes the same three steps: the gradient of the weights, that of the biases, and the delta of the layer "
        "before."
    )
    layers.layer_steps(moment)
    layers.contributions(moment)

    st.header("3 · One weight, factor by factor", anchor=False)
    tracer.tracer(moment)

    st.header("4 · What happens to delta on the way", anchor=False)
    shrinkage.shrinkage(moment)


def apply(moment: choosing.Gradient) -> None:
    st.header("5 · One step", anchor=False)
    st.markdown(
        "The gradient is the slope at the starting point only. Along the update, the loss bends away from the tangent, and a "
        "step that is too long climbs the other side."
    )
    step.one_step(moment)

    st.header("6 · The step, phase by phase", anchor=False)
    ladder.ladder(moment)

    st.header("7 · Is the gradient correct?", anchor=False)
    st.markdown(
        "Move one parameter a little up and a little down: the change of the loss must match the gradient from backward. Large "
        "moves miss the curvature (truncation error), and tiny ones are lost in the last digits (rounding error)."
    )
    check.live_check(moment)

    st.header("8 · What backpropagation saves", anchor=False)
    st.markdown("Central differences take two forward passes per parameter. Backward takes one pass in total.")
    cost.worth(moment)
    cost.backward_code(moment)


backpropagation()
page.finish()
