"""Backpropagation, number by number: the same gradient that trains the network, taken apart."""

import streamlit as st

from ffbp import ui

config = ui.begin("Backpropagation", picture_first=True)
shown = ui.trained(config, ui.axes_of(config))
ui.check_view(shown)


@st.fragment
def backpropagation() -> None:
    left, right = st.columns([2, 3])
    with left:
        frame = ui.backward_player(shown)
    with right:
        ui.mode_chooser()
        ui.sample_chooser(shown.run.dataset, "backward")
        moment = ui.moment(shown, frame)
        moment = ui.predict(moment)
        ui.headline(moment)

    st.header("1 · Loss and delta at the output", anchor=False)
    ui.output_delta(moment)
    aside, figure = st.columns([2, 3])
    with aside:
        st.markdown(
            "**On paper.** Prediction (0.7, 0.3), target (1, 0). Delta is the difference, and the numbers can be checked "
            "without a calculator."
        )
        ui.textbook_delta()
    with figure:
        st.markdown(
            "**Why the pair matters.** A sigmoid that is sure and wrong stands far left. Cross-entropy pulls it back with "
            "full force; squared error multiplies by g′ ≈ 0 and hardly pulls at all."
        )
        ui.saturation()

    st.header("2 · Layer by layer backwards", anchor=False)
    st.markdown(
        "Three lines, again and again: the gradient of the weights, of the biases, and the delta of the layer before."
    )
    ui.layer_steps(moment)
    ui.contributions(moment)

    st.header("3 · One weight, factor by factor", anchor=False)
    ui.tracer(moment)

    st.header("4 · What happens to delta on the way", anchor=False)
    ui.shrinkage(moment)

    st.header("5 · One step", anchor=False)
    st.markdown(
        "The gradient is the slope at the start only. Along the update the loss bends away from the tangent; too long a "
        "step climbs the other side."
    )
    ui.one_step(moment)

    st.header("6 · The step as a ladder", anchor=False)
    ui.ladder(moment)

    st.header("7 · Is it right?", anchor=False)
    st.markdown(
        "Move one parameter a little up and a little down: the loss must change as backward says. Large moves cut the "
        "curve's corner (truncation), tiny ones drown in the last digits (round-off)."
    )
    ui.live_check(moment)

    st.header("8 · Why it is worth it", anchor=False)
    st.markdown("Differences need two forward passes for every parameter. Backward needs one pass for all of them.")
    ui.worth(moment)
    ui.backward_code(moment)


backpropagation()
ui.finish()
