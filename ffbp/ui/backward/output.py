"""Delta at the output, and why it is a plain difference."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.core.network import Network
from ffbp.figures import backward as figures
from ffbp.figures import latex as formulas
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.backward.written import columns, equation
from ffbp.ui.chart import chart
from ffbp.ui.session import control

DERIVATIONS = {  # of the canonical pair of each loss
    "bce": (
        r"\frac{\partial L}{\partial a} &= \frac{a - y}{a\,(1 - a)<n>}",
        r"\frac{\partial a}{\partial z} &= a\,(1 - a)",
        r"\delta = \frac{\partial L}{\partial a}\,\frac{\partial a}{\partial z} &= <(a - y)/n>",
    ),
    "cce": (
        r"L &= -<1/n>\textstyle\sum_k y_k \ln a_k, \quad \ln a_k = z_k - \ln \textstyle\sum_j e^{z_j}",
        r"\frac{\partial \ln a_k}{\partial z_i} &= [k = i] - a_i",
        r"\delta_i = \frac{\partial L}{\partial z_i} &= <(a_i - y_i)/n> \quad \text{since } \textstyle\sum_k y_k = 1",
    ),
    "mse": (
        r"\frac{\partial L}{\partial a} &= \frac{2\,(a - y)}{<n*>n_{out}}",
        r"\frac{\partial a}{\partial z} &= 1",
        r"\delta = \frac{\partial L}{\partial a}\,\frac{\partial a}{\partial z} &= \frac{2\,(a - y)}{<n*>n_{out}}",
    ),
}


def _derivation(loss: str, n: int) -> str:
    """The derivation for a pair; of one sample without the n of the mean."""
    one = n == 1
    texts = {r"<n>": "" if one else r"\,n", r"<n*>": "" if one else r"n\,", r"<1/n>": "" if one else r"\tfrac1n "}
    for difference in ("a - y", "a_i - y_i"):
        texts[f"<({difference})/n>"] = difference if one else rf"\frac{{{difference}}}{{n}}"
    text = formulas.aligned(DERIVATIONS[loss])
    for mark, written in texts.items():
        text = text.replace(mark, written)
    return text


@diverging()
def output_delta(moment: Gradient) -> None:
    """Delta at the output with its numbers, by the short way of a canonical pair or by the chain rule."""
    p, network = moment.p, moment.p.network
    last, loss, activation = len(network.layers), network.loss_function, network.layers[-1].activation
    if network.canonical:
        st.markdown(
            f"With {loss.label.lower()} and {activation.label.lower()} the derivatives cancel. What remains is prediction minus "
            f"target{_times(loss.scale(network.sizes[-1]))}."
        )
    else:
        how = "softmax's full Jacobian" if activation.coupled else "g′ of the output"
        st.markdown(
            f"With {loss.label.lower()} and {activation.label.lower()} nothing cancels: the chain rule multiplies "
            f"dLoss/da by {how}."
        )
    delta, d = formulas.symbol(r"\delta", last), p.trace.delta[last]
    if p.n > 1:
        st.markdown(f"Delta has {p.n} columns, one per sample. Each contains the factor 1/n = 1/{p.n}:")
        columns(delta, d, "out", "output unit")
    else:
        _numbers(p, network, delta, d)
    if box := control.opened(
        "Why is it so simple?" if network.canonical else "Pairs in which the derivatives cancel", key="backward:why"
    ):
        with box:
            why(moment)


def why(moment: Gradient) -> None:
    """The derivation, an example to check on paper, and what other pairs do when the output saturates."""
    network = moment.p.network
    if network.canonical:
        st.latex(_derivation(network.loss_function.key, moment.p.n))
    textbook_delta(network)
    st.markdown(
        "**Why the pair matters.** On the far left, a sigmoid's output is confident and wrong. With cross-entropy, delta is "
        "large there. Squared error multiplies by g′ ≈ 0, so delta nearly vanishes."
    )
    saturation()


def _times(factor):
    return "" if factor == 1 else f", times {formulas.number(factor)}"


def _numbers(p, network, delta, d):
    """The numbers of one sample's delta."""
    last, activation = len(network.layers), network.layers[-1].activation
    a, d_a = p.trace.A[last], (p.arriving(last), r"d\hat y")
    if network.canonical:
        factor = network.loss_function.scale(network.sizes[-1])
        front = "" if factor == 1 else rf"{formulas.number(factor)} \cdot "
        difference, open_close = [(a, r"\hat y"), "-", (p.Y, "y")], (front + r"\Bigl(", r"\Bigr)")
        equation(rf"{delta} = {front}(\hat y - y)", difference, d, "out", open_close=open_close)
    elif activation.coupled:
        jacobian = np.diag(a[:, 0]) - np.outer(a[:, 0], a[:, 0])
        equation(rf"{delta} = J \, d\hat y", [(jacobian, "J"), d_a], d, "out")
        st.caption("J has aₖ (1 − aₖ) on its diagonal and −aₖ aⱼ elsewhere: each probability depends on every z.")
    else:
        factors = [d_a, r"\odot", (p.slope(last), "g'(z)")]
        equation(rf"{delta} = d\hat y \odot g'({formulas.symbol('z', last)})", factors, d, "out")


def textbook_delta(shown: Network) -> None:
    """A textbook's numbers through the same code: prediction 0.7 and target 1, or (0.7, 0.3) and (1, 0).

    Squared error and identity if the shown network has them; otherwise cross-entropy with its output.
    """
    single = shown.sizes[-1] == 1
    if squared := shown.canonical and shown.loss_function.key == "mse":
        single, network = True, Network((1, 1), ("identity",), loss="mse", theta=np.array([0.0, 0.7]))
    elif single:
        network = Network((1, 1), ("sigmoid",), loss="bce", theta=np.array([0.0, np.log(0.7 / 0.3)]))
    else:
        network = Network((1, 2), ("softmax",), loss="cce", theta=np.array([0.0, np.log(0.7), 0.0, np.log(0.3)]))
    values = "Prediction 0.7, target 1" if single else "Prediction (0.7, 0.3), target (1, 0)"
    st.markdown(
        f"**On paper.** {values}: delta is {'twice ' if squared else ''}their difference. You need no calculator."
    )
    trace, y = network.forward(np.zeros((1, 1))), np.array([int(single)])
    network.backward(y, trace)
    difference = [(trace.A[1], r"\hat y"), "-", (network.targets(y), "y")]
    open_close = (r"2\Bigl(", r"\Bigr)") if squared else ("", "")
    name = r"\delta = 2\,(\hat y - y)" if squared else r"\delta = \hat y - y"
    equation(name, difference, trace.delta[1], "textbook", open_close=open_close)
    if squared:
        st.caption("A step against delta raises z, and with it the prediction.")
    elif single:
        st.caption("A step against delta raises z, and with it the probability of class 1.")
    else:
        st.caption(
            "A step against delta raises the z of the true class and lowers the other by the same amount. The entries of delta "
            "add up to 0."
        )


def saturation() -> None:
    """delta against z for y = 1: that of squared error vanishes where the output is most wrong."""
    title = "delta of a saturated sigmoid, for y = 1"
    words = (
        "Where z is far below 0, cross-entropy's delta is close to −1 and squared error's is close to 0; for large z both are "
        "close to 0."
    )
    chart(figures.saturated_delta(), key="backward:saturation", title=title, alternative=words)
