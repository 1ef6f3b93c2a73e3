"""The card of one weight: the chain rule, factor by factor."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.figures import latex as formulas
from ffbp.ui.backward.choosing import SAMPLE, WEIGHT, Gradient, go_to
from ffbp.ui.backward.layers import unit_delta
from ffbp.ui.session import control

MAX_WAYS = 6  # buttons to the units of the next layer


@diverging()
def tracer(moment: Gradient) -> None:
    """The chosen weight's gradient for the chosen sample: its factors, where delta comes from, the strongest path to the loss."""
    p, (l, unit, source) = moment.sample_pass, moment.weight
    network, last = p.network, len(p.network.layers)
    if moment.mode != SAMPLE:
        st.caption(f"The factors below are those of {formulas.plain(moment.sample.label)} alone.")
    is_bias = source > network.layers[l - 1].n_in
    d = formulas.symbol(r"\delta", l, unit)
    incoming = "1" if is_bias else formulas.symbol("a", l - 1, source)
    w = formulas.symbol("b", l, unit) if is_bias else formulas.symbol("W", l, f"{unit},{source}")
    delta, a = (formulas.factor(v) for v in (p.trace.delta[l][unit - 1, 0], p.trace.A_ones[l - 1][source - 1, 0]))
    penalty = p.penalty_part(*moment.weight)
    plus = r" + \text{penalty}" if penalty else ""
    tail = rf" + \underbrace{{{formulas.factor(penalty)}}}_{{\text{{penalty}}}}" if penalty else ""
    result = "?" if moment.hidden else formulas.number(p.gradient(*moment.weight))
    lines = [
        rf"\frac{{\partial L}}{{\partial {w}}} &= {d} \cdot {incoming}{plus}",
        rf"&= {delta} \cdot {a}{tail} = \mathbf{{{result}}}",
    ]
    st.latex(formulas.aligned(lines))
    _neighbours(p, l, unit, source, is_bias)
    if l == last:
        _trace_output(p, last, unit)
        return
    k = _trace_delta(p, l, unit)
    n_paths = int(np.prod(np.array(network.sizes[l + 1 :], dtype=object)))
    paths = "one path leads" if n_paths == 1 else f"{n_paths:,} paths lead"
    if box := control.opened("On to the loss", key="backward:path", expanded=l + 1 == last and network.canonical):
        with box:
            st.markdown(
                f"{paths.capitalize()} from this weight to the loss. The gradient is the sum over all paths. Paths share their "
                "deltas, and each delta is computed once."
            )
            for layer in range(l + 1, last):
                k = _trace_delta(p, layer, k)
            _trace_output(p, last, k)


def _trace_delta(p, l, unit):
    """Write a unit's delta; returns the unit of the next layer with the largest term."""
    weights, above = p.network.layers[l].W[:, unit - 1], p.trace.delta[l + 1][:, 0]
    products = np.abs(weights * above)
    best = int(np.argmax(np.where(np.isfinite(products), products, -1))) + 1
    st.markdown(
        f"**delta of unit {unit} in layer {l}:** the weighted sum of the deltas of layer {l + 1}, times the unit's own g′."
    )
    unit_delta(p, l, unit)
    if l + 1 < len(p.network.layers) and len(above) > 1:
        st.caption(f"The largest term comes from unit {best} of layer {l + 1}. Its delta is next.")
    return best


def _trace_output(p, l, unit):
    """Write an output's delta from the loss, by the short way of a canonical pair or by the chain rule."""
    network, A, i = p.network, p.trace.A[l][:, 0], unit - 1
    d, value = formulas.symbol(r"\delta", l, unit), p.trace.delta[l][i, 0]
    st.markdown(f"**delta of output unit {unit}:** from the loss.")
    if network.canonical:
        scale = network.loss_function.scale(network.sizes[-1])
        front = "" if scale == 1 else rf"{formulas.number(scale)} \cdot "
        numbers = rf"{front}({formulas.number(A[i])} - {formulas.number(p.Y[i, 0])}) = {formulas.number(value)}"
        st.latex(rf"{d} = {front}(\hat y_{{{unit}}} - y_{{{unit}}}) = {numbers}")
    elif network.layers[-1].activation.coupled:
        row = -A[i] * A
        row[i] += A[i]
        name = rf"{d} = \textstyle\sum_j J_{{{unit}j}}\,d\hat y_j"
        st.latex(formulas.weighted_sum(name, row, p.arriving(l)[:, 0], total=value))
    else:
        arriving, slope = formulas.factor(p.arriving(l)[i, 0]), formulas.factor(p.slope(l)[i, 0])
        derivative = rf"\frac{{\partial L}}{{\partial \hat y_{{{unit}}}}} \cdot g'(z)"
        st.latex(rf"{d} = {derivative} = {arriving} \cdot {slope} = {formulas.number(value)}")


def _neighbours(p, l, unit, source, is_bias):
    """Buttons to the weights before and after this one on its strongest paths."""
    ways = []
    if l > 1 and not is_bias:
        ways.append(("before", f"a: unit {source} of layer {l - 1}", "west", (l - 1, source, 1)))
    if l < len(p.network.layers):
        products = np.abs(p.network.layers[l].W[:, unit - 1] * p.trace.delta[l + 1][:, 0])
        for k in np.sort(np.argsort(-products, kind="stable")[:MAX_WAYS]).tolist():
            ways.append((k, f"delta: unit {k + 1} of layer {l + 1}", "east", (l + 1, k + 1, unit)))
    with st.container(horizontal=True):
        for key, label, icon, weight in ways:
            st.button(
                label, icon=f":material/{icon}:", key=f"backward:to:{key}", on_click=go_to, args=(*weight, WEIGHT)
            )
