"""Serving many sessions at once, without Streamlit: whose turn it is to train, and the cache of runs."""
