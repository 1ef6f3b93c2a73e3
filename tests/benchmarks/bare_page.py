"""The least page that Streamlit can serve: a slider and a line of text, as the measure of what is not ours."""

import streamlit as st

st.markdown(f"value {st.slider('Noise', 0.0, 1.0, 0.2, 0.01):.2f}")
