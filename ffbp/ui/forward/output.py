"""The output in words: the network's answer for the sample, and its loss."""

import numpy as np
import streamlit as st

from ffbp.core.network import Network
from ffbp.data.source import REGRESSION
from ffbp.experiment.class_link import SCORES
from ffbp.figures import latex as formulas
from ffbp.ui.moment import Moment
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number

NO_NUMBER = format_number(float("nan"))
NOT_A_NUMBER = "The output is no longer a number, because sums on the way overflow."


def output_in_words(moment: Moment) -> None:
    """The network's answer for this sample, and its loss."""
    (name, value), loss, is_hidden = decision(moment), moment.loss, SCORES in session.view.class_link.covered
    with st.container(horizontal=True):  # side by side on a phone, too
        st.metric("Prediction", name)
        st.metric(*value)
        if not is_hidden:
            st.metric("Loss of this sample", "no target" if loss is None else format_number(loss))
    if loss is None:
        lost = "" if moment.is_number else f"{NOT_A_NUMBER} "
        st.markdown(f"{lost}You typed these inputs, so there is no true answer and no loss.")
        return
    st.markdown(judgement(moment))
    if is_hidden:
        return
    if formula := loss_formula(moment.network, moment.outputs, moment.network.targets(moment.sample.y)[:, 0], loss):
        st.latex(formula)
    function = moment.network.loss_function
    st.caption(formulas.plain(f"{function.label}: {function.formula}"))


def decision(moment: Moment) -> tuple[str, tuple[str, str]]:
    """The answer as text, and the number behind it with its label."""
    network, a = moment.network, moment.outputs
    if moment.dataset.task == REGRESSION:
        own = format_number(moment.dataset.decode_target(moment.decided))
        return own, ("Output a, as trained", format_number(moment.decided))
    name = moment.said(int(moment.decided)) if moment.is_number else NO_NUMBER
    if len(a) > 1:
        return name, ("Its probability" if network.gives_probabilities else "Its output", format_number(a.max()))
    label = f"Probability of {moment.said(1)}" if network.activations[-1].key == "sigmoid" else "Output a"
    return name, (label, format_number(a[0]))


def judgement(moment):
    """Right or wrong, or how far off in the target's own units."""
    dataset, y = moment.dataset, moment.sample.y[0]
    target_name, regression = formulas.plain(dataset.target_name), dataset.task == REGRESSION
    if regression:
        own, target = dataset.decode_target(moment.decided), dataset.decode_target(y)
        true = f"{target_name} should be **{formulas.plain(format_number(target))}**"
    else:
        true = f"The true {target_name} is **{moment.said(int(y))}**"
    if not moment.is_number:
        return f"{true}. {NOT_A_NUMBER}"
    if regression:
        off = formulas.plain(format_number(own - target))
        return f"{true}; the network is off by **{off}**, in the target's own units."
    return f"{true}: the answer is **{'right' if moment.decided == y else 'wrong'}**."


def loss_formula(network: Network, a: np.ndarray, target: np.ndarray, loss: float) -> str:
    """The loss of one sample with its numbers, from its outputs and targets (n_outputs,); "" where it would be too long."""
    key, n = network.loss_function.key, formulas.number
    if key == "mse" and len(a) <= 4:
        squares = " + ".join(rf"({n(o)} {formulas.signed(-t)})^2" for o, t in zip(a, target, strict=True))
        mean = squares if len(a) == 1 else rf"\tfrac{{1}}{{{len(a)}}}\left({squares}\right)"
        return rf"L = {mean} = \mathbf{{{n(loss)}}}"
    if key == "cce":
        return rf"L = -\ln a_{{{int(target.argmax()) + 1}}} = -\ln {n(a[target.argmax()])} = \mathbf{{{n(loss)}}}"
    if key == "bce" and len(a) == 1:
        inside = n(a[0]) if target[0] == 1 else f"(1 - {n(a[0])})"
        return rf"L = -\ln {inside} = \mathbf{{{n(loss)}}}"
    return ""
