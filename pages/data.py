"""Your data: a file, drawn points, and a close look at the data that the network learns from."""

import streamlit as st

from ffbp.ui.data import download, file_chooser, file_settings, inspect, picture, preview, summary
from ffbp.ui.drawing import points_table
from ffbp.ui.page import begin
from ffbp.ui.panels import notices

page = begin("Your data", picture_first=True)
config, shown = page.config, page.trained()

left, right = st.columns([2, 3])
with left:
    file_chooser()
    if config.file_name:
        file_settings(config)
with right:
    summary(config, shown)
    if config.file_name:
        preview(config)
    download(config)

picture(page, shown)
notices(page, shown)
page.draw_sidebar()

st.header("Your own points", anchor=False)
st.markdown(
    "Place samples by hand, in the table or, once you have started, in the picture above. Put a point of the other class into "
    "the middle of a cloud: does the boundary bend around it? The link contains the points."
)
points_table(config, shown)

st.header("Inspect", anchor=False)
st.markdown("Check before you train: are the classes balanced? Do the scales differ? Are any values impossible?")
inspect(config, shown)
page.finish()
