"""The Playground's controls with a line of text in the place of the picture: what Streamlit needs for so many elements."""

import streamlit as st

from ffbp.ui.page import begin

page = begin("Playground", picture_first=True, has_strip=True)
st.markdown(f"value {page.config.noise:.2f}")
page.finish()
