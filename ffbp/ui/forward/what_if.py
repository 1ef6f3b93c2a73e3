"""What if: one number of a copy is replaced, and the pass changes, the original beside it."""

from dataclasses import replace

import numpy as np
import streamlit as st

from ffbp.data.source import REGRESSION
from ffbp.experiment.link import as_number
from ffbp.figures import forward as pictures
from ffbp.figures import latex as formulas
from ffbp.ui.chart import chart, theme
from ffbp.ui.forward.layers import pass_in_words
from ffbp.ui.forward.output import NOT_A_NUMBER, decision
from ffbp.ui.moment import Moment
from ffbp.ui.session import control
from ffbp.words.numbers import format_number

INPUT, WEIGHT, BIAS = "an input", "a weight of the chosen unit", "the bias of the chosen unit"


def what_if(moment: Moment) -> None:
    """Type over one input, weight or bias of a copy and see the pass change, the original beside it."""
    kinds, target, new = st.columns(3)
    kind = kinds.selectbox("Change", (INPUT, WEIGHT, BIAS), key="forward:kind")
    index, where = _index(moment, kind, target), f"{moment.layer}:{moment.u}"
    layer = moment.network.layers[moment.layer - 1]
    place, old = {
        INPUT: lambda: ("x", moment.sample.chosen[index]),
        WEIGHT: lambda: (f"weight:{where}", layer.W[moment.u, index]),
        BIAS: lambda: (f"bias:{where}", layer.b[moment.u, 0]),
    }[kind]()
    name = f"forward:new:{place}:{index}"
    typed = control.typed(
        new, "New value", name=name, placeholder=f"now {format_number(old)}", help="A number with a point or a comma."
    )
    if not typed.strip():
        st.caption("Type a new value: the pass of a copy is shown beside the original. The run never changes.")
        return
    value = as_number(typed)
    if value is None:
        st.error(formulas.plain(f"a new value must be a finite number such as 0.5 or 0,5, got {typed[:40]!r}"))
        return
    st.button("Back to the original", key="forward:back", on_click=control.forget, args=(name,), icon=":material/undo:")
    _compare(moment, _changed(moment, kind, index, value), _name(moment, kind, index), old, value)


def _index(moment, kind, place):
    """Choose which input, or the weight from which source; a bias leaves no choice."""
    unit = f"layer {moment.layer}, unit {moment.unit}"
    if kind == BIAS:
        place.selectbox("Which", [unit], key=f"forward:b:{moment.layer}:{moment.u}")
        return 0
    is_input = kind == INPUT
    names = _input_labels(moment)[: len(moment.dataset.columns)] if is_input else _source_labels(moment)
    return control.kept(
        place, "selectbox", "Which input" if is_input else f"Weight of {unit}, from", range(len(names)),
        name=f"forward:which:{0 if is_input else moment.layer}", labels=names, format_func=lambda i: names[i],
    )  # fmt: skip


def _input_labels(moment):
    return [f"x{i + 1}: {name}" for i, name in enumerate(moment.dataset.input_names)]


def _source_labels(moment):
    if moment.layer == 1:
        return _input_labels(moment)
    return [f"layer {moment.layer - 1}, unit {j + 1}" for j in range(moment.network.sizes[moment.layer - 1])]


def _name(moment, kind, index):
    """The changed number's name, as a formula for a label."""
    if kind == INPUT:
        return f"$x_{{{index + 1}}}$" + (" in its own units" if moment.dataset.encodes else "")
    if kind == WEIGHT:
        return f"$W^{{[{moment.layer}]}}_{{{moment.unit},{index + 1}}}$"
    return f"$b^{{[{moment.layer}]}}_{{{moment.unit}}}$"


def _changed(moment, kind, index, value):
    """The moment with one number replaced, in a copy of the network or in the inputs."""
    network, X = moment.network.with_theta(moment.network.theta.copy()), moment.sample.X
    layer = network.layers[moment.layer - 1]
    if kind == INPUT:
        chosen = np.array(moment.sample.chosen, dtype=float)
        chosen[index] = value
        X = moment.dataset.encode_columns(chosen[None])
    elif kind == WEIGHT:
        layer.W[moment.u, index] = value
    else:
        layer.b[moment.u, 0] = value
    return replace(moment, network=network, sample=replace(moment.sample, X=X), trace=network.forward(X))


def _compare(before, after, what, old, value):
    """Old and new: what was changed, the chosen unit, the output and the loss; then both passes as pictures."""
    l, u, dataset = before.layer, before.u, before.dataset
    rows = [(what, old, value)]
    for name, was, now in (("z", before.trace.Z, after.trace.Z), ("a", before.trace.A, after.trace.A)):
        rows.append((f"${name}^{{[{l}]}}_{{{u + 1}}}$", was[l][u, 0], now[l][u, 0]))
    k = 0 if len(after.outputs) == 1 else int(np.nan_to_num(before.outputs).argmax())
    rows.append((f"output $a_{{{k + 1}}}$", before.outputs[k], after.outputs[k]))
    if dataset.task == REGRESSION:
        own = dataset.decode_target
        rows.append((formulas.plain(dataset.target_name), own(rows[-1][1]), own(rows[-1][2])))
    if before.sample.y is not None:
        rows.append(("loss", before.loss, after.loss))
    for column, (label, was, now) in zip(st.columns(len(rows)), rows, strict=True):
        column.metric(label, format_number(now), f"was {format_number(was)}", delta_color="off", delta_arrow="off")
    (said, _), (says, _) = decision(before), decision(after)
    if not after.is_number:
        st.markdown(NOT_A_NUMBER)
    elif dataset.task != REGRESSION:
        still = f"The network still says **{said}**."
        st.markdown(still if said == says else f"The answer changes from **{said}** to **{says}**.")
    for column, title, moment in zip(st.columns(2), ("As it is", "What if"), (before, after), strict=True):
        with column:
            st.markdown(f"**{title}**")
            picture, _ = pictures.pass_picture(
                moment.network, moment.trace, dataset.input_names, before.output_names, theme=theme(), chosen=(l, u)
            )
            chart(picture, key=f"forward:what-if:{title}", title=title, alternative=pass_in_words(moment))
