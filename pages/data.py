"""Your data: a file, drawn points, and what is in the data that the network learns from."""

import streamlit as st

from ffbp import ui

config = ui.begin("Your data", picture_first=True)
shown = ui.trained(config, ui.axes_of(config))
ui.check_view(shown)

left, right = st.columns([2, 3])
with left:
    ui.file_chooser()
    if config.file_name:
        ui.file_settings(config)
with right:
    ui.summary(config, shown)
    if config.file_name:
        ui.preview(config)
    ui.download(config)

ui.picture(shown)
ui.notices(shown)
ui.sidebar.draw()

st.header("Points of your own", anchor=False)
st.markdown(
    "Set samples by hand: in the picture above once you have started, or in the table. Put one point of the other class "
    "into the middle of a cloud: does the network bend around it? The points travel in the link."
)
ui.points_table(config, shown)

st.header("Inspect", anchor=False)
st.markdown("Look before you train: are the classes balanced, do scales differ, is a value impossible?")
ui.inspect(config, shown)
ui.finish()
