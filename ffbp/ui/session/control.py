"""Controls that show the session's state. While a person moves a control, its value belongs to the browser.

The server never sets a value back: its answer was computed before the person's last step and would undo it. If the state
differs from the control's value (after a link, Back, a preset, an undo, or a corrected choice), the control is replaced by
its next generation, which has another key and starts with the state's value. A change that was still on its way when a
generation ended is carried out.
"""

import math
import operator
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from ffbp.ui.session.fragments import note_controls
from ffbp.ui.session.state import session

LATE_SECONDS = 10.0  # how long to wait for a change of an earlier generation
MAX_KNOWN = 8  # the latest keys of a control whose values are known: the browser may still send one that has ended
BY_INDEX = ("selectbox", "radio")  # these take the index of the option that is chosen at first
BY_DEFAULT = ("multiselect", "pills", "segmented_control")  # these take the options themselves


@dataclass(frozen=True)
class _Generation:
    """A control under one key, from its first value ``start`` on.

    ``identity``: its options, their names and its bounds; if they change, a new generation begins. ``arguments``: the
    widget's after its label. ``earlier``: ended generations from which a change may still arrive, each ``until`` its time.
    """

    number: int
    key: str
    start: object
    identity: tuple
    arguments: tuple
    earlier: tuple["_Generation", ...] = ()
    until: float = math.inf


def show(
    place, kind: str, label: str, *arguments, name, value, on_change, args=(), labels=(), same=operator.eq, **options
) -> None:
    """Draw the control ``name`` with the state's value; a change calls ``on_change(chosen, *args)``.

    ``place``: `st` or a column. ``kind``: Streamlit's name of the widget. ``arguments``: the widget's after the label.
    ``labels``: the texts of its options, if they differ from the options; other texts make a new generation, because the
    browser sends a choice by its text. ``same(chosen, value)``: whether the control's value equals the state's.
    """
    # The steps of a ladder stay fixed while a person moves along them, because the browser sends a choice by its position.
    is_ladder = kind == "select_slider"
    now = _generation(name, arguments, tuple(labels) if is_ladder else (*labels, *arguments), value, same)
    if late := _waited_for(now):
        place = place.empty()  # shows only the last widget drawn into it; the earlier ones merely receive changes
    for life in (*late, now):
        given = life.arguments if is_ladder else arguments
        told = (name, life.key, given[0] if kind in BY_INDEX + BY_DEFAULT else None, on_change, args)
        begins = _begins(kind, life.start, given)
        getattr(place, kind)(label, *given, key=life.key, on_change=_told, args=told, **begins, **options)
    known = st.session_state.get(f"known:{name}", {}) | {life.key: st.session_state[life.key] for life in (*late, now)}
    st.session_state[f"known:{name}"] = dict(list(known.items())[-MAX_KNOWN:])
    note_controls(now.key)


def choice(place, kind: str, label: str, texts: Mapping, **options) -> None:
    """`show` a choice among the keys of ``texts``, each option under its text."""
    show(place, kind, label, list(texts), labels=texts.values(), format_func=texts.__getitem__, **options)


def _begins(kind, start, arguments) -> dict:
    """The argument that gives a widget its first value; sent each time, so that an interrupted request loses nothing."""
    if kind in BY_INDEX:
        return {"index": list(arguments[0]).index(start) if start in arguments[0] else None}
    return {"default" if kind in BY_DEFAULT else "value": start}


def kept(place, kind: str, label: str, options, *, name: str, labels=(), start=None, **others):
    """Draw a choice among ``options`` that the session keeps but the link does not carry; returns it."""
    start = options[0] if start is None else start
    chosen = session.recall(name, start)
    chosen = chosen if chosen in options else start
    own = {"name": name, "value": chosen, "on_change": session.keep, "args": (name,)}
    show(place, kind, label, options, labels=labels, **own, **others)
    return chosen


def typed(place, label: str, *, name: str, about=None, **others) -> str:
    """Draw a text field ``about`` something and return its text, which is lost when the subject changes."""
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


def opened(label: str, *, key: str, **others):
    """Draw an expander and return it if it is open, else None, so that hidden content is neither drawn nor sent."""
    box = st.expander(label, key=key, on_change="rerun", **others)
    note_controls(key)
    return box if box.open else None


def _generation(name, arguments, identity, value, same) -> _Generation:
    """The control's current generation, or a new one if the control does not show the state."""
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


def _told(name, key, choices, on_change, args):
    """Pass a change on. Ignore a text that is not an option: the browser does not know yet that the option is gone.

    Streamlit reports a change, too, if a run was interrupted before it drew the control: ignore a value that is known.
    """
    chosen, known = st.session_state[key], st.session_state.get(f"known:{name}", {})
    if key in known and known[key] == chosen:
        return
    st.session_state[f"known:{name}"] = {**known, key: chosen}
    several = chosen if isinstance(chosen, list) else [chosen]
    if choices is None or all(one is None or one in choices for one in several):
        on_change(chosen, *args)
