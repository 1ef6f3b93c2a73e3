"""The glossary as a part of the page Lessons, with a search."""

import re

import streamlit as st

from ffbp.figures.latex import plain
from ffbp.ui.session import control
from ffbp.words.glossary import explaining, found


def terms() -> None:
    """All terms, or those that a search finds."""
    text = control.typed(st, "Search a term or a symbol", name="lessons:search", placeholder="delta, η, overfitting")
    entries = found(text)
    st.caption(f"{len(entries)} {'term' if len(entries) == 1 else 'terms'}")
    if not entries:
        st.info("Nothing is called that here. Try another word, or a part of it.")
    place = st.container(key="glossary")
    for entry in entries:
        symbol = f" · {plain(entry.symbol)}" if entry.symbol else ""
        formula = f"  \n`{entry.formula}`" if entry.formula else ""
        place.markdown(f"**{plain(entry.term)}**{symbol}  \n{plain(entry.sentence)} *{plain(entry.where)}*{formula}")


def help_for(text: str) -> str | None:
    """The glossary's sentences for the bold words of a text; None if it explains none of them."""
    words = dict.fromkeys(re.findall(r"\*\*([^*]+)\*\*", text))
    known = [entry for word in words if (entry := explaining(word.strip()))]
    return "\n\n".join(f"**{entry.term}.** {entry.sentence}" for entry in known) or None
