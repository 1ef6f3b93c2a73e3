"""Code & export: the experiment as programs and files that give the same numbers elsewhere."""

import streamlit as st

from ffbp.experiment.class_link import COVERABLE
from ffbp.ui import code as export
from ffbp.ui.page import begin

page = begin("Code & export")
shown = page.trained()

st.markdown(
    "The experiment as a program that you can read, run and change. It does not need this dashboard, and it prints the losses "
    "that the charts show."
)
export.code(shown)
st.header("The same everywhere?", anchor=False)
st.markdown(
    "Other libraries and processors round the last digit differently. In stable training such differences die out. With too "
    "large steps they grow until the two runs have nothing in common."
)
export.repeatable(shown)
st.header("Download the run", anchor=False)
if not (is_hidden := page.hides(*COVERABLE)):
    export.files(shown)
st.header("In the terminal", anchor=False)
export.terminal(page.config)
if not is_hidden:
    st.header("Open a record", anchor=False)
    st.markdown(
        "A record is complete: you can open it on every page, and verify it. Verification trains the experiment again and "
        "compares every number. It then lists the differences, those that rounding explains, and what it could not check."
    )
    export.bring_back()
page.finish()
