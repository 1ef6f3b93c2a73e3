"""Code & export: the experiment in forms that run elsewhere and give the same numbers."""

import streamlit as st

from ffbp.ui import code as export
from ffbp.ui.page import begin

page = begin("Code & export")
shown = page.trained()

st.markdown(
    "The experiment as a program that you can read, run and change. Nothing of this dashboard is needed: the losses that it "
    "prints are those of the charts."
)
export.code(shown)
st.header("The same everywhere?", anchor=False)
st.markdown(
    "Other libraries and processors round the last digit differently. A stable training forgets that. A chaotic one, whose steps "
    "are too long, doubles it until nothing of the old course is left."
)
export.repeatable(shown)
st.header("The run, as files", anchor=False)
export.files(shown)
st.header("In the terminal", anchor=False)
export.terminal(page.config)
st.header("Bring a record back", anchor=False)
st.markdown(
    "A record is complete: you can look at it on every page, and verify it. Verification trains the experiment again and "
    "compares every number. The verdict says what it found, what it put down to rounding, and what it could not check."
)
export.bring_back()
page.finish()
