"""What differs: the fields in which B differs from A with their controls, and everything that changes which these are."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from ffbp.data.generators import DATASETS
from ffbp.experiment.config import Config
from ffbp.experiment.differences import value_text
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.pair import NOTHING, OF_A_NETWORK, SHARED, Other, another_value
from ffbp.figures.latex import plain
from ffbp.lessons.pairs import PAIRS
from ffbp.ui import files
from ffbp.ui.compare.two_runs import TwoRuns, config_of_b
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.ui.sidebar import data, network
from ffbp.ui.sidebar.controls import Controls

USUAL, WIDE = 220, 420  # pixels of a control
MANY = ("hidden", "columns", "derived")  # controls of several parts
SUGGESTED = ("learning_rate", "activation", "optimizer", "weight_seed")  # fields to begin with, where nothing differs


class ControlsOfB(Controls):
    """The sidebar's controls, for B."""

    def __init__(self, page: str):
        self.page, self.config = f"{page}:b", self.now
        self.experiment = Experiment(self.config, files.source_for(self.config))
        self.source, self.resolved = self.experiment.source, self.experiment.resolved

    @property
    def now(self) -> Config:
        return config_of_b()

    def show(self, kind: str, label: str, *arguments, **options) -> None:
        super().show(kind, f"B: {label}", *arguments, **options)

    def select(self, label: str, texts: Mapping, **options) -> None:
        super().select(f"B: {label}", texts, **options)

    def may_be_left_out(self, name: str) -> bool:
        return (
            super().may_be_left_out(name) and getattr(session.config, name) is not None
        )  # else by giving it A's value

    def change(self, **fields) -> None:
        session.view = session.view.compared(session.view.b.having(fields))


def _dataset(controls, each):
    texts = {key: source.label for key, source in DATASETS.items()}
    own = {"value": controls.config.dataset, "on_change": lambda key: controls.change(dataset=key)}
    controls.select(each.title, texts, name=each.name, **own)


def _activation(controls, each):
    if isinstance(controls.config.activation, tuple):
        network.activation_per_layer(controls)
    else:
        network.activation(controls, each)


SPECIAL = {**data.SPECIAL, **network.SPECIAL}
SPECIAL |= {"dataset": _dataset, "columns": data.column_chooser, "activation": _activation}


def presets() -> None:
    """The pairs to start from; the chosen one is marked as long as nothing else is changed."""
    if session.view.class_link.locks:
        return
    now = session.config, session.view.b
    chosen = next((key for key, pair in PAIRS.items() if (pair.a, pair.other) == now), None)
    texts = {key: pair.label for key, pair in PAIRS.items()}
    own = {"name": "compare:preset", "value": chosen, "on_change": _start}
    control.choice(st, "pills", "Pairs to start from", texts, label_visibility="collapsed", **own)


def hint() -> str:
    """What can be seen in the chosen pair; how to begin where nothing differs; else nothing."""
    now = session.config, session.view.b
    if not session.view.b.values:
        return "A is the experiment of the sidebar. Let B differ in one field: what will change? Or choose a pair of experiments."
    return next((pair.hint for pair in PAIRS.values() if (pair.a, pair.other) == now), "")


def _start(key):
    if key in PAIRS:
        session.start(PAIRS[key].a, None)
        session.view = session.view.compared(PAIRS[key].other)


def what_differs(page: str, both: TwoRuns) -> None:
    """B's controls for the fields that differ, each with a button that takes it away; a list of fields to add; and buttons
    for both experiments.
    """
    controls, b = ControlsOfB(page), session.view.b
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="differs"):
        if b.start is not None:
            own = {
                "icon": ":material/close:",
                "type": "tertiary",
                "help": "Let B begin at its own initial weights again",
            }
            epoch = both.a.run.history.epoch[b.start]
            st.button(f"B begins at epoch {epoch} of A", key="compare:own-start", on_click=_from_the_start, **own)
        for name, _ in b.values:
            each = FIELDS[name]
            with st.container(width=WIDE if name in MANY else USUAL, key=f"b_{name}"):
                controls.of(name, SPECIAL.get(name, Controls.draw), each)
            own = {
                "icon": ":material/close:",
                "type": "tertiary",
                "help": f"{each.label}: let B have the value of A again",
            }
            st.button("", key=controls.key(f"without:{name}"), on_click=_take_away, args=(name,), **own)
        with st.container(width=USUAL, key="compare:add"):
            offered = _offered(controls)
            own = {"name": controls.key("add"), "value": "", "on_change": _let_differ}
            control.choice(st, "selectbox", "Let B differ in", {"": "Choose a field"} | offered, **own)
        if b == NOTHING:
            _suggestions(controls, [name for name in SUGGESTED if name in offered])
        else:
            _exchange()


def _offered(controls):
    """The titles of the fields in which B may differ besides."""
    return {
        name: each.title
        for name, each in FIELDS.items()
        if name not in (*dict(session.view.b.values), *SHARED, *OF_A_NETWORK, *session.view.class_link.locked(name))
        and each.applies(controls.experiment)
    }


def _suggestions(controls, names):
    """Buttons that let B differ in one field, each with the value that B then begins with."""
    for name in names:
        with suppress(KeyError):  # no other value fits
            value = value_text(name, another_value(name, controls.config, files.fitting))
            own = {"key": f"compare:suggest:{name}", "on_click": _let_differ, "args": (name,)}
            st.button(plain(f"{FIELDS[name].title} {value}"), **own)


def _let_differ(name):
    """Let B differ in one more field, with a value to begin with."""
    if name in FIELDS and name not in SHARED:
        try:
            value = another_value(name, config_of_b(), files.fitting)
        except KeyError:
            session.tell("warning", f"{FIELDS[name].label}: no other value fits this experiment")
            return
        session.view = session.view.compared(session.view.b.having({name: value}))


def _from_the_start():
    session.view = session.view.compared(replace(session.view.b, start=None))


def _take_away(name):
    session.view = session.view.compared(session.view.b.without(name))


def _exchange():
    """Swap A and B, take B as the experiment, or let nothing differ."""
    own = {"disabled": session.view.b.start is not None}
    st.button("Swap", key="compare:swap", on_click=_swap, help="B becomes A, and A becomes B", **own)
    st.button("Take B", key="compare:take", on_click=_take, help="B becomes the experiment of all pages", **own)
    st.button("Clear", key="compare:clear", on_click=_clear, help="Nothing differs any more")


def _swap():
    a, b, there = session.config, config_of_b(), session.view.b
    if session.change(b):
        session.view = session.view.compared(Other().having({name: getattr(a, name) for name, _ in there.values}))


def _take():
    if session.change(config_of_b()):
        _clear()


def _clear():
    session.view = session.view.compared(NOTHING)
