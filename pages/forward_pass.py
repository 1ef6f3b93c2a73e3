"""The forward pass of one sample, number by number."""

import streamlit as st

from ffbp.experiment.class_link import SCORES
from ffbp.ui.forward import all_samples, layers, output, what_if
from ffbp.ui.moment import moment_of, unit_chooser
from ffbp.ui.page import begin
from ffbp.ui.practice import practice
from ffbp.ui.samples import mark_of, sample_chooser
from ffbp.ui.session.fragments import fragment
from ffbp.ui.timeline import player

page = begin("Forward pass", picture_first=True)
shown = page.trained()


@fragment
def forward_pass() -> None:
    with st.container(key="beside"):
        frame = player(page, shown, panels=("boundary",), marks=lambda: mark_of(shown))
        moment = moment_of(shown, frame)
        with st.container(key="aside"):
            sample_chooser(shown.run.dataset, "forward")
            output.output_in_words(moment)
    with st.container(key="flow"):
        diagram, unit = st.columns(2)
        with diagram:
            layers.pass_diagram(moment)
        with unit:
            st.header("One unit, written out", anchor=False)
            keys = "forward:layer", f"forward:unit:{moment.layer}"
            unit_chooser(moment.network, st.columns(2), ("Layer", "Unit"), keys)
            layers.chosen_unit(moment)
    st.header("Layer by layer", anchor=False)
    st.markdown(
        "Every layer takes the same two steps. First it multiplies its inputs by the weights and adds the bias: $z = W a + b$. "
        "Then it applies the activation to each number: $a = g(z)$. Work out one row by hand and compare it with the screen."
    )
    layers.layer_by_layer(moment)
    layers.one_linear_map(moment)
    st.header("What if?", anchor=False)
    what_if.what_if(moment)
    st.header("All samples at once", anchor=False)
    if not page.hides("boundary", SCORES):
        all_samples.all_samples(moment)
    practice(page, start=1)
    layers.source_code(moment)


if not page.hides("network"):
    forward_pass()
page.finish()
