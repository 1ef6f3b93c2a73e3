"""What if: the pass of a copy in which one number is replaced, beside the original."""

from dataclasses import replace

import numpy as np
import streamlit as st

from ffbp.data.source import REGRESSION
from ffbp.experiment.class_link import SCORES
from ffbp.experiment.link import as_number
from ffbp.figures import latex as formulas
from ffbp.ui.flow import forward_diagram
from ffbp.ui.forward.output import NOT_A_NUMBER, decision
from ffbp.ui.moment import Moment
from ffbp.ui.samples import numbered
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number

INPUT, WEIGHT, BIAS = "an input", "a weight of the chosen unit", "the bias of the chosen unit"


def what_if(moment: Moment) -> None:
    """Replace one input, weight or bias in a copy and show its pass beside the original."""
    kinds, target, new = st.columns(3)
    kind = kinds.selectbox("Change", (INPUT, WEIGHT, BIAS), key="forward:kind")
    index, where = _index(moment, kind, target), f"{moment.layer}:{moment.u}"
    copy = replace(moment, network=moment.network.with_theta(moment.network.theta.copy()))
    numbers, at = _numbers(copy, kind, index)
    old = numbers[at]
    place = {INPUT: "x", WEIGHT: f"weight:{where}", BIAS: f"bias:{where}"}[kind]
    name = f"forward:new:{place}:{index}"
    texts = {"placeholder": f"now {format_number(old)}", "help": "A number with a point or a comma."}
    typed = control.typed(new, "New value", name=name, **texts)
    if not typed.strip():
        st.caption("Type a value to see what would change. Your run stays as it is.")
        return
    value = as_number(typed)
    if value is None:
        st.error(formulas.plain(f"a new value must be a finite number such as 0.5 or 0,5, got {typed[:40]!r}"))
        return
    st.button("Back to the original", key="forward:back", on_click=control.forget, args=(name,), icon=":material/undo:")
    numbers[at] = value
    X = moment.dataset.encode_columns(numbers[None]) if kind == INPUT else moment.sample.X
    changed = replace(copy, sample=replace(moment.sample, X=X), trace=copy.network.forward(X))
    _compare(moment, changed, (_name(moment, kind, index), old, value))


def _index(moment, kind, place):
    """Choose which input, or the weight from which source; a bias leaves no choice."""
    unit = f"layer {moment.layer}, unit {moment.unit}"
    if kind == BIAS:
        place.selectbox("Which", [unit], key=f"forward:b:{moment.layer}:{moment.u}")
        return 0
    title, key = f"Weight of {unit}, from", f"forward:which:{moment.layer}"
    names = numbered(moment.dataset.input_names)
    if kind == INPUT:
        title, key, names = "Which input", "forward:which:0", names[: len(moment.dataset.columns)]
    elif moment.layer > 1:
        names = [f"layer {moment.layer - 1}, unit {j + 1}" for j in range(moment.network.sizes[moment.layer - 1])]
    texts = {"labels": names, "format_func": names.__getitem__}
    return control.kept(place, "selectbox", title, range(len(names)), name=key, **texts)


def _numbers(copy, kind, index):
    """The array of a copied moment that holds the number to replace, and the number's place in it."""
    layer = copy.network.layers[copy.layer - 1]
    if kind == INPUT:
        return np.array(copy.sample.chosen, dtype=float), index
    return (layer.W, (copy.u, index)) if kind == WEIGHT else (layer.b, (copy.u, 0))


def _name(moment, kind, index):
    """The changed number's name, as a formula for a label."""
    if kind == INPUT:
        return f"$x_{{{index + 1}}}$" + (" in its own units" if moment.dataset.encodes else "")
    if kind == WEIGHT:
        return f"$W^{{[{moment.layer}]}}_{{{moment.unit},{index + 1}}}$"
    return f"$b^{{[{moment.layer}]}}_{{{moment.unit}}}$"


def _compare(before, after, changed):
    """Old and new: what was changed, the chosen unit, the output and the loss; then both passes as pictures."""
    l, u, dataset = before.layer, before.u, before.dataset
    rows = [changed]
    for name, was, now in (("z", before.trace.Z, after.trace.Z), ("a", before.trace.A, after.trace.A)):
        rows.append((f"${name}^{{[{l}]}}_{{{u + 1}}}$", was[l][u, 0], now[l][u, 0]))
    k = 0 if len(after.outputs) == 1 else int(np.nan_to_num(before.outputs).argmax())
    rows.append((f"output $a_{{{k + 1}}}$", before.outputs[k], after.outputs[k]))
    if dataset.task == REGRESSION:
        own = dataset.decode_target
        rows.append((formulas.plain(dataset.target_name), own(rows[-1][1]), own(rows[-1][2])))
    if before.sample.y is not None and SCORES not in session.view.class_link.covered:
        rows.append(("loss", before.loss, after.loss))
    for column, (label, was, now) in zip(st.columns(len(rows)), rows, strict=True):
        column.metric(label, format_number(now), f"was {format_number(was)}", delta_color="off", delta_arrow="off")
    old, new = decision(before)[0], decision(after)[0]
    if not after.is_number:
        st.markdown(NOT_A_NUMBER)
    elif dataset.task != REGRESSION:
        changes = f"The answer changes from **{old}** to **{new}**."
        st.markdown(f"The prediction is still **{old}**." if old == new else changes)
    for column, title, moment in zip(st.columns(2), ("As it is", "What if"), (before, after), strict=True):
        with column:
            st.markdown(f"**{title}**")
            forward_diagram(moment, key=f"forward:what-if:{title}", title=title)
