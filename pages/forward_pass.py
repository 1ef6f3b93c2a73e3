"""The forward pass of one sample, number by number."""

import streamlit as st

from ffbp import ui
from ffbp.ui import forward

config = ui.begin("Forward pass", picture_first=True)
shown = ui.trained(config, ui.axes_of(config))
ui.check_view(shown)


@st.fragment
def forward_pass() -> None:
    left, right = st.columns([2, 3])
    with left:
        frame = ui.player(shown, panels=("boundary",), marks=lambda: ui.mark_of(shown))
    now = forward.pass_of(shown, frame)
    with right:
        ui.sample_chooser(shown.run.dataset, "forward")
        forward.output_in_words(now)
        forward.pass_diagram(now)
    st.header("One unit, written out", anchor=False)
    forward.unit_chooser(shown)
    forward.chosen_unit(now)
    st.header("Layer by layer", anchor=False)
    st.markdown(
        "Every layer does the same two steps: multiply what comes in by its weights and add the bias, "
        "$z = W a + b$; then bend each number, $a = g(z)$. Check a row by hand: it is the number on the screen."
    )
    forward.layer_by_layer(now)
    forward.one_linear_map(now)
    st.header("What if?", anchor=False)
    forward.what_if(now)
    st.header("All samples at once", anchor=False)
    forward.all_samples(now)
    forward.source_code(now)


forward_pass()
ui.finish()
