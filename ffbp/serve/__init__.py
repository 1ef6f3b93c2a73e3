"""Serving many people at once: whose turn it is to train, and which runs are kept. It has no notion of Streamlit."""
