"""Backpropagation, number by number: how the gradient that trains the network is computed, as a flow through its diagram."""

import streamlit as st

from ffbp.experiment.class_link import SCORES
from ffbp.ui.backward import cards, check, choosing, cost, diagram, predict, shrinkage, small
from ffbp.ui.page import begin
from ffbp.ui.practice import practice
from ffbp.ui.samples import sample_chooser
from ffbp.ui.session.fragments import fragment

page = begin("Backpropagation", picture_first=True)
shown = page.trained()
with page.words:
    small.small_network()


@fragment
def backpropagation() -> None:
    with st.container(key="beside"):
        frame = choosing.backward_player(page, shown)
        with st.container(key="aside"):
            choosing.mode_chooser(len(shown.run.dataset.X_train))
            sample_chooser(shown.run.dataset, "backward")
            moment = predict.predict(choosing.gradient_at(shown, frame))
            predict.headline(moment)
    with st.container(key="flow"):
        network, card = st.columns(2)
        with network:
            diagram.diagram(moment)
        with card:
            cards.card(moment)
    st.header("More about this gradient", anchor=False)
    shrinkage.shrinkage(moment)
    check.live_check(moment)
    practice(page, start=3)
    cost.worth(moment)
    cost.backward_code(moment)


if not page.hides("network", "gradients", SCORES):
    backpropagation()
page.finish()
