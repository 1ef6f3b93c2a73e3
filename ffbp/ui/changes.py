"""What the person changed: undo the last change, or set single choices back to the start of the experiment."""

from functools import partial

import streamlit as st

from ffbp.experiment.differences import differences, value_text
from ffbp.figures.latex import plain
from ffbp.ui import parameters
from ffbp.ui.session.state import session
from ffbp.ui.sidebar.controls import change


def undo() -> None:
    """A button that takes back the last change and names it; nothing before the first."""
    if not session.past or session.fixed_in(session.past[-1]):
        return
    changes = differences(session.past[-1], session.config)
    step = partial(parameters.step_in_words, session.past[-1], session.config)
    label = _words(changes[0], step) if len(changes) == 1 else f"{len(changes)} changes"
    own = {"type": "tertiary", "icon": ":material/undo:", "help": f"Undo: {plain(label)}"}
    st.button(plain(label), key="undo", on_click=session.undo, **own)


def changed(page: str) -> None:
    """The choices that differ from the start of the experiment; a click sets one back."""
    changes = differences(session.origin, session.config)
    changes = [each for each in changes if not session.view.class_link.locked(each.field)]
    if not changes:
        return
    st.markdown("**Changed**")
    since = partial(parameters.difference_in_words, session.origin, session.config)
    for each in changes:
        words = f"Set back to {plain(value_text(each.field, each.a))}"
        own = {"type": "tertiary", "icon": ":material/restart_alt:", "help": words}
        st.button(
            plain(_words(each, since)),
            key=f"{page}:back:{each.field}",
            on_click=change,
            kwargs={each.field: each.a},
            **own,
        )


def _words(change, of_the_weights):
    """A difference in words; where explicit initial weights differ, which ones."""
    return (of_the_weights() if change.field == "initial_theta" else "") or str(change)
