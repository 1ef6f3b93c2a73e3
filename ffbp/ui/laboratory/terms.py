"""The terms of a view, each with its sentences from the glossary."""

import streamlit as st

from ffbp.ui.session import control
from ffbp.words.glossary import glossary


def terms(*keys: str) -> None:
    """A box that explains these entries of the glossary."""
    if box := control.opened("Terms", key=f"terms:{'-'.join(keys)}"):
        with box:
            for key in keys:
                entry = glossary()[key]
                formula = f" `{entry.formula}`" if entry.formula else ""
                st.markdown(f"**{entry.term}.** {entry.sentence}{formula}")
