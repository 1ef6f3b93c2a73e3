"""The steps Forward and Loss, and which card explains a step. Each card says whose gradient it is about."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.figures import backward as figures
from ffbp.figures import latex as formulas
from ffbp.ui.backward import contributions, layers, step, tracer
from ffbp.ui.backward.choosing import FORWARD, LAYER, LOSS, SAMPLE, SAMPLES, UPDATE, WEIGHT, Gradient
from ffbp.ui.chart import chart
from ffbp.ui.forward.output import decision, judgement, loss_formula
from ffbp.ui.page import PAGES, link
from ffbp.ui.session import address
from ffbp.words.numbers import format_number


def card(moment: Gradient) -> None:
    """The card of the step that is explained."""
    title, draw = _cards(moment)[moment.card]
    st.header(title, anchor=False)
    st.badge(moment.whose, color="gray" if moment.mode == SAMPLE else "blue")
    draw(moment)


def _cards(moment):
    last = len(moment.network.layers)
    layer = "the output" if moment.layer == last else f"layer {moment.layer}"
    return {
        FORWARD: ("Forward: what comes out", forward),
        LOSS: ("Loss: how wrong it is", loss),
        LAYER: (f"Backward: delta and gradient of {layer}", layers.layer_card),
        WEIGHT: (f"One weight: {moment.name}", tracer.tracer),
        SAMPLES: (f"Many samples: d{moment.name}", contributions.contributions),
        UPDATE: ("Update: the step and what it does", step.one_step),
    }


@diverging()
def forward(moment: Gradient) -> None:
    """The output of the forward pass, and the chosen unit's sum."""
    if moment.mode != SAMPLE:
        mean = format_number(moment.p.trace.A[-1][0].mean())
        st.markdown(
            f"All {moment.p.n} samples pass through the network at once. The mean of the first output is **{mean}**. For the "
            "numbers of one sample, choose “one sample” above."
        )
        return
    (name, (label, value)), l, u = decision(moment), moment.layer, moment.u
    layer, trace = moment.network.layers[l - 1], moment.trace
    st.markdown(
        f"The network predicts **{name}** ({label[0].lower()}{label[1:]}: **{value}**). Unit {u + 1} of layer {l}, whose "
        f"activation g is {layer.activation.label}:"
    )
    z, here = trace.Z[l][u, 0], formulas.symbol("z", l, u + 1)
    st.latex(formulas.weighted_sum(here, layer.W[u], trace.A[l - 1][:, 0], layer.b[u, 0], total=z))
    a = formulas.number(trace.A[l][u, 0])
    st.latex(rf"{formulas.symbol('a', l, u + 1)} = g({formulas.number(z)}) = \mathbf{{{a}}}")
    link("pages/forward_pass.py", f"Every unit in detail: {PAGES['pages/forward_pass.py']}", address.params())


@diverging()
def loss(moment: Gradient) -> None:
    """The loss of the sample, and where it lies on the curve of its loss function; of several samples, their mean."""
    p, function = moment.p, moment.network.loss_function
    st.caption(formulas.plain(f"{function.label}: {function.formula}"))
    if moment.mode != SAMPLE:
        st.markdown(
            f"The loss is the mean of the losses of {p.n} samples: **{format_number(p.data_loss)}**. Its gradient is the mean "
            "of their gradients."
        )
        return
    if moment.sample.y is not None:
        st.markdown(judgement(moment))
    a, target = p.trace.A[-1][:, 0], p.Y[:, 0]
    if formula := loss_formula(moment.network, a, target, p.data_loss):
        st.latex(formula)
    if function.key == "mse" or not np.isfinite(p.data_loss):
        return
    true = float(a[target.argmax()]) if len(a) > 1 else float(a[0] if target[0] == 1 else 1 - a[0])
    words = f"At the probability {format_number(true)} the loss is {format_number(p.data_loss)}."
    title = "The loss over the probability of the true class"
    chart(figures.loss_chart(true, p.data_loss), key="backward:loss", title=title, alternative=words)
