"""The whole sidebar: each group with its visible choices, and the rest of the group behind "More".

The choices of a lecture stand in a strip above the Playground's figures instead, so that they are always in sight.
"""

from collections.abc import Sequence
from itertools import islice

import streamlit as st

from ffbp.core.network import count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.experiment.class_link import HIDDEN
from ffbp.experiment.config import Config
from ffbp.experiment.fields import DATA, FIELDS, GROUPS, NETWORK, TRAINING, Elsewhere, Field
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.ui.sidebar import data, network
from ffbp.ui.sidebar.controls import Controls

SPECIAL = {**data.SPECIAL, **network.SPECIAL}  # fields whose controls are drawn by a function of their own
VISIBLE = {  # the other fields of a group are behind "More", in the order of the table of fields
    DATA: ("dataset", "noise", "classes", "columns"),
    NETWORK: ("hidden", "activation", "initial_theta"),
    TRAINING: ("learning_rate", "epochs", "batch_size", "optimizer"),
}
STRIP = {
    "dataset": 2.7,
    "hidden": 2,
    "activation": 2.4,
    "learning_rate": 2.7,
    "optimizer": 3,
}  # their shares of the width
MORE = {DATA: "More about the data", NETWORK: "More about the network", TRAINING: "More about training"}


def draw_sidebar(page: str, *, has_strip: bool = False, elsewhere: Sequence[str] | None = None) -> None:
    """Draw all controls, but for those of the page's strip; if the file is missing, only the dataset chooser.

    elsewhere: while a lesson runs, the fields whose controls stand beside its step; all others are folded.
    """
    controls = Controls(page)
    if elsewhere is not None and controls.experiment:
        if box := control.opened("All other controls", key=controls.key("others")):
            with box:
                _reset(controls)
                _groups(controls, elsewhere)
        return
    _reset(controls)
    if not controls.experiment:
        _field(controls, FIELDS["dataset"])
        return
    _groups(controls, STRIP if has_strip else ())


def draw_fields(page: str, names: Sequence[str]) -> None:
    """Draw the controls of these fields."""
    controls = Controls(page)
    for name in names if controls.experiment else ():
        _field(controls, FIELDS[name])


def _reset(controls):
    if session.view.class_link.locks:
        return
    key = controls.key("reset")
    st.button("Reset everything", key=key, on_click=session.change, args=(Config(),), width="stretch")


def _groups(controls, elsewhere):
    """Each group without the fields that are drawn elsewhere."""
    for group in GROUPS:
        here = [each.name for each in _of_group(group) if each.name not in elsewhere or each.name == "hidden"]
        if all(map(_is_hidden, here)):
            continue
        st.markdown(f"**{group}**")  # not a heading: in the document the page's title comes later
        for name in VISIBLE[group]:
            if name not in elsewhere:
                _field(controls, FIELDS[name])
        if elsewhere is STRIP and group == NETWORK:
            controls.of("hidden", network.units, network.UNITS_A_ROW)  # the strip holds the first of them
        _rest(controls, group, elsewhere)


def draw_strip(page: str) -> None:
    """Draw the choices of a lecture side by side; nothing if the file is missing."""
    controls = Controls(page)
    if not controls.experiment:
        return
    names = [name for name in STRIP if not _is_hidden(name)]
    if not names:
        return
    n_units = min(len(controls.config.hidden), network.UNITS_A_ROW)
    shares = [share for name in names for share in ([STRIP[name]] + [1] * n_units * (name == "hidden"))]
    hidden = sum(share for name, share in STRIP.items() if name not in names)
    columns = iter(st.columns([*shares, *([hidden] if hidden else ())], gap="small"))
    for name in names:
        with next(columns):
            if name == "hidden":
                controls.of(name, network.layers, FIELDS[name])
            else:
                _field(controls, FIELDS[name])
        if name == "hidden":
            controls.of(name, network.units_of, 0, list(islice(columns, n_units)))


def _rest(controls, group, elsewhere):
    """The network in numbers, and the choices that are not always visible."""
    if group == NETWORK:
        sizes = controls.resolved.sizes
        st.caption(f"{' → '.join(str(n) for n in sizes)} · {count_params(sizes)} parameters")
    rest = [each for each in _of_group(group) if each.name not in (*VISIBLE[group], *elsewhere)]
    if all(_is_hidden(each.name) for each in rest) and _is_hidden("activation"):
        return
    box = control.opened(MORE[group], key=controls.key(f"more:{group.lower()}"))
    if not box:
        return
    with box:
        if group == NETWORK and len(controls.config.hidden) > 1:
            controls.of("activation", network.activation_per_layer)
        if group == TRAINING:
            st.caption(OPTIMIZERS[controls.config.optimizer].formula)
        for each in rest:
            _field(controls, each)


def _field(controls, each: Field):
    if isinstance(each.control, Elsewhere) or (controls.experiment and not each.applies(controls.experiment)):
        return
    controls.of(each.name, SPECIAL.get(each.name, Controls.draw), each)


def _of_group(group):
    """The fields of a group whose controls stand in the sidebar."""
    return [each for each in FIELDS.values() if each.group == group and not isinstance(each.control, Elsewhere)]


def _is_hidden(name):
    return session.view.class_link.state(name) == HIDDEN
