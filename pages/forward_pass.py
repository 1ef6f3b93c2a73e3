"""The forward pass of one sample, number by number."""

import streamlit as st

from ffbp.ui.forward.all_samples import all_samples
from ffbp.ui.forward.layers import chosen_unit, layer_by_layer, one_linear_map, pass_diagram, source_code, unit_chooser
from ffbp.ui.forward.output import output_in_words
from ffbp.ui.forward.what_if import what_if
from ffbp.ui.moment import moment_of
from ffbp.ui.page import begin
from ffbp.ui.samples import mark_of, sample_chooser
from ffbp.ui.session.fragments import fragment
from ffbp.ui.timeline import player

page = begin("Forward pass", picture_first=True)
shown = page.trained()


@fragment
def forward_pass() -> None:
    left, right = st.columns([2, 3])
    with left:
        frame = player(page, shown, panels=("boundary",), marks=lambda: mark_of(shown))
    moment = moment_of(shown, frame)
    with right:
        sample_chooser(shown.run.dataset, "forward")
        output_in_words(moment)
        pass_diagram(moment)
    st.header("One unit, written out", anchor=False)
    unit_chooser(moment)
    chosen_unit(moment)
    st.header("Layer by layer", anchor=False)
    st.markdown(
        "Every layer does the same two steps: multiply what comes in by its weights and add the bias, "
        "$z = W a + b$; then bend each number, $a = g(z)$. Check a row by hand: it is the number on the screen."
    )
    layer_by_layer(moment)
    one_linear_map(moment)
    st.header("What if?", anchor=False)
    what_if(moment)
    st.header("All samples at once", anchor=False)
    all_samples(moment)
    source_code(moment)


forward_pass()
page.finish()
