"""Your data: a file, drawn points, and a close look at the data that the network learns from."""

import streamlit as st

from ffbp.experiment.class_link import HIDDEN
from ffbp.ui.data import doors, download, file_settings, inspect, picture, preview, summary
from ffbp.ui.drawing import points_table
from ffbp.ui.page import begin
from ffbp.ui.panels import notices
from ffbp.ui.session.state import session

page = begin("Your data", picture_first=True)
config, shown = page.config, page.trained()

doors(config, shown)
with st.container():  # always there, so that the player below keeps its place and is not built anew
    if config.file_name:
        left, right = st.columns([2, 3])
        with left:
            file_settings(config)
        with right:
            preview(config)
left, right = st.columns([3, 1], vertical_alignment="center")
with left:
    summary(config, shown)
with right:
    download(config)

picture(page, shown)
notices(page, shown)
page.draw_sidebar()

with st.container():
    if config.points is not None and session.view.class_link.state("points") != HIDDEN:
        st.header("Your points", anchor=False)
        st.markdown("Put a point of the other class into the middle of a cloud: does the boundary bend around it?")
        points_table(config)

st.header("Inspect", anchor=False)
st.markdown("Check before you train: are the classes balanced? Do the scales differ? Are any values impossible?")
inspect(config, shown)
page.finish()
