"""Controls that show the state. The browser owns a control's value while a person moves it.

A control is never set back: what the server sends was computed before the person's last step, and would undo it. Where the
state differs from the control's value (after a link, Back, a preset, an undo, or because a rule corrected the choice), the
control is drawn anew as its next generation, under another key and with the state's value. Within a generation, what the
person does stands. A step that was still on its way when a generation ended counts all the same.
"""

import math
import operator
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from ffbp.ui.session.fragments import note_controls
from ffbp.ui.session.state import session

LATE_SECONDS = 10.0  # how long a change of an earlier generation may be on its way
BY_INDEX = ("selectbox", "radio")  # start with the option at an index
BY_DEFAULT = ("multiselect", "pills", "segmented_control")  # start with the options chosen


@dataclass(frozen=True)
class _Generation:
    """One life of a control: it began with the value ``start``.

    ``identity``: what makes it another control, its options' names and its bounds. ``arguments``: the widget's after its
    label. ``earlier``: the generations before it of which a change may still arrive; ``until``: how long that holds for this
    one, once it has ended.
    """

    number: int
    key: str
    start: object
    identity: tuple
    arguments: tuple
    earlier: tuple["_Generation", ...] = ()
    until: float = math.inf


def show(
    place, kind: str, label: str, *arguments, name: str, value, on_change: Callable, args: tuple = (), labels=(),
    same: Callable = operator.eq, **options,
) -> None:  # fmt: skip
    """Draw the control ``name`` with the state's value; a change calls ``on_change(chosen, *args)``.

    ``place``: where, `st` or a column. ``kind``: Streamlit's name of the widget. ``arguments``: the widget's after the label.
    ``labels``: the names of its options, if the arguments do not tell them: other names make a new generation, because the
    browser sends a choice by its name. ``same(chosen, value)``: whether the control's value is the state's.
    """
    # The rungs of a ladder stay while a person moves along them, because a choice is sent as its position.
    is_ladder = kind == "select_slider"
    now = _generation(name, arguments, tuple(labels) if is_ladder else (*labels, *arguments), value, same)
    if late := _waited_for(now):
        place = place.empty()  # keeps the last of what is drawn into it: the earlier ones only listen
    for life in (*late, now):
        given = life.arguments if is_ladder else arguments
        told = (life.key, given[0] if kind in BY_INDEX + BY_DEFAULT else None, on_change, args)
        begins = _begins(kind, life.start, given)
        getattr(place, kind)(label, *given, key=life.key, on_change=_told, args=told, **begins, **options)
    note_controls(now.key)


def _begins(kind, start, arguments) -> dict:
    """The argument that gives a widget its first value. It is sent each time, so an interrupted request loses nothing."""
    if kind in BY_INDEX:
        return {"index": list(arguments[0]).index(start) if start in arguments[0] else None}
    return {"default" if kind in BY_DEFAULT else "value": start}


def kept(place, kind: str, label: str, options, *, name: str, labels=(), start=None, **others):
    """Draw a choice among ``options`` that only the session keeps, across pages and moments; returns it."""
    start = options[0] if start is None else start
    chosen = session.recall(name, start)
    chosen = chosen if chosen in options else start
    show(
        place, kind, label, options, name=name, value=chosen, labels=labels, on_change=session.keep, args=(name,), **others
    )  # fmt: skip
    return chosen


def typed(place, label: str, *, name: str, about=None, **others) -> str:
    """Draw a field for a text ``about`` something; returns the text, which lasts as long as the field is drawn for it."""
    subject, text = session.recall(name, (about, ""))
    last = st.session_state.get(f"control:{name}")
    if text and (subject != about or last is None or last.key not in st.session_state):
        text = ""
        forget(name)
    show(place, "text_input", label, name=name, value=text, on_change=_keep_typed, args=(about, name), **others)
    return text


def _keep_typed(text, about, name):
    session.keep((about, text), name)


def forget(name: str) -> None:
    """Empty the field ``name`` that `typed` draws."""
    session.keep((None, ""), name)


def opened(label: str, *, key: str, place=st, **others):
    """Draw an expander whose content is drawn, and sent, only while it is open; None while it is closed."""
    box = place.expander(label, key=key, on_change="rerun", **others)
    note_controls(key)
    return box if box.open else None


def _generation(name, arguments, identity, value, same) -> _Generation:
    """The control's present generation, or its next one if it does not show the state."""
    state, own = st.session_state, f"control:{name}"
    last, earlier = state.get(own), ()
    if last is not None and last.key in state and last.identity == identity:
        if same(state[last.key], value):
            return last
        earlier = (*_waited_for(last), replace(last, earlier=(), until=time.monotonic() + LATE_SECONDS))
    number = last.number + 1 if last is not None else 0
    new = _Generation(number, f"{name}#{number}" if number else name, value, identity, arguments, earlier)
    state[own] = new
    return new


def _waited_for(generation) -> list[_Generation]:
    return [old for old in generation.earlier if old.until > time.monotonic() and old.key in st.session_state]


def _told(key, choices, on_change, args):
    """A change arrived. A text that names no option is no choice: the browser has not learned yet that it is gone."""
    chosen = st.session_state[key]
    several = chosen if isinstance(chosen, list) else [chosen]
    if choices is None or all(one is None or one in choices for one in several):
        on_change(chosen, *args)
