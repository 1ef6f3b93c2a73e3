"""Code & export: the experiment in forms that run elsewhere and give the same numbers."""

import streamlit as st

from ffbp import ui
from ffbp.ui import export

config = ui.begin("Code & export")
shown = ui.trained(config, ui.axes_of(config))
ui.check_view(shown)

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
export.terminal(config)
st.header("Bring a record back", anchor=False)
st.markdown(
    "A record is complete: it can be looked at on every page, and verified. Verification trains the experiment again from its "
    "configuration and compares every number. A loss that was made up does not survive that."
)
export.bring_back()
ui.finish()
