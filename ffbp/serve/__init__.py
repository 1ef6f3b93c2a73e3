"""Serving many sessions at once: the order of training and the cache of runs, without Streamlit."""
