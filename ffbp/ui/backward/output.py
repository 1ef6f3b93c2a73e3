"""Section 1: the loss, and delta at the output."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.core.network import Network
from ffbp.figures import backward as figures
from ffbp.figures import latex as formulas
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.backward.written import MAX_MAP_COLUMNS, equation, matrix
from ffbp.ui.chart import chart


@diverging()
def output_delta(moment: Gradient) -> None:
    """Which road the output's delta took, derived, and with its numbers."""
    p, network = moment.p, moment.p.network
    last = len(network.layers)
    loss, activation = network.loss_function, network.layers[-1].activation
    if network.canonical:
        st.markdown(
            f"**The short road.** {loss.label} and {activation.label} belong together (the canonical pair): the two "
            "derivatives multiply to a plain difference, and nothing is left that could saturate."
        )
        words, numbers = st.columns(2, vertical_alignment="center") if p.n == 1 else (st.container(), None)
        words.latex(_derivation(loss.key))
    else:
        how = "softmax's full Jacobian" if activation.coupled else "g′ of the output"
        st.markdown(
            f"**The long road.** {loss.label} on {activation.label} is no canonical pair, so nothing cancels: the chain "
            f"rule takes dLoss/da through {how}."
        )
    factor = loss.scale(network.sizes[-1])
    delta = formulas.symbol(r"\delta", last)
    if p.n > 1:
        st.markdown(f"Of the {p.n} columns of delta, one a sample, 1/n = 1/{p.n} is inside each:")
        few = p.trace.delta[last][:, :MAX_MAP_COLUMNS]
        matrix(delta, few, "out", ("sample, as a column", "output unit"))
        if p.n > MAX_MAP_COLUMNS:
            st.caption(f"The first {MAX_MAP_COLUMNS} of {p.n} columns.")
        return
    a, y, d = p.trace.A[last], p.Y, p.trace.delta[last]
    if network.canonical:
        front = "" if factor == 1 else rf"{formulas.number(factor)} \cdot "
        name = rf"{delta} = {front}(\hat y - y)"
        with numbers:
            equation(name, [(a, r"\hat y"), "-", (y, "y")], d, "out", open_close=(front + r"\Bigl(", r"\Bigr)"))
    elif activation.coupled:
        A = a[:, 0]
        equation(
            rf"{delta} = J \, d\hat y", [(np.diag(A) - np.outer(A, A), "J"), (p.arriving(last), r"d\hat y")], d, "out"
        )
        st.caption("J has aₖ (1 − aₖ) on its diagonal and −aₖ aⱼ beside it: every probability pulls on all the others.")
    else:
        factors = [(p.arriving(last), r"d\hat y"), r"\odot", (p.slope(last), "g'(z)")]
        equation(rf"{delta} = d\hat y \odot g'({formulas.symbol('z', last)})", factors, d, "out")


def _derivation(key):
    lines = {
        "bce": (
            r"\frac{\partial L}{\partial a} &= \frac{a - y}{a\,(1 - a)\,n}",
            r"\frac{\partial a}{\partial z} &= a\,(1 - a)",
            r"\delta = \frac{\partial L}{\partial a}\,\frac{\partial a}{\partial z} &= \frac{a - y}{n}",
        ),
        "cce": (
            r"L &= -\tfrac1n \textstyle\sum_k y_k \ln a_k, \quad \ln a_k = z_k - \ln \textstyle\sum_j e^{z_j}",
            r"\frac{\partial \ln a_k}{\partial z_i} &= [k = i] - a_i",
            r"\delta_i = \frac{\partial L}{\partial z_i} &= \frac{a_i - y_i}{n} \quad \text{since } \textstyle\sum_k y_k = 1",
        ),
        "mse": (
            r"\frac{\partial L}{\partial a} &= \frac{2\,(a - y)}{n\,n_{out}}",
            r"\frac{\partial a}{\partial z} &= 1",
            r"\delta = \frac{\partial L}{\partial a}\,\frac{\partial a}{\partial z} &= \frac{2\,(a - y)}{n\,n_{out}}",
        ),
    }
    return formulas.aligned(lines[key])


def textbook_delta() -> None:
    """The textbook's numbers through the same code: prediction (0.7, 0.3), target (1, 0)."""
    network = Network((1, 2), ("softmax",), loss="cce", theta=np.array([0.0, np.log(0.7), 0.0, np.log(0.3)]))
    trace = network.forward(np.zeros((1, 1)))
    network.backward(np.array([0]), trace)
    equation(
        r"\delta = \hat y - y",
        [(trace.A[1], r"\hat y"), "-", (network.targets(np.array([0])), "y")],
        trace.delta[1],
        "textbook",
    )
    st.caption("The true class's z should rise by 0.3, the other's fall by 0.3; a delta's entries add up to 0.")


def saturation() -> None:
    """delta against z for y = 1: squared error is silent where it is most wrong."""
    chart(
        figures.saturated_delta(), key="backward:saturation", title="delta of a saturated sigmoid, for y = 1",
        alternative="Where z is far below 0, cross-entropy's delta is close to −1 and squared error's is close to 0; for "
        "large z both are close to 0.",
    )  # fmt: skip
