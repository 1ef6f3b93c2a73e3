"""Section 3: the chain rule for one weight, factor by factor."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.figures import latex as formulas
from ffbp.ui.backward.choosing import Gradient, go_to


@diverging()
def tracer(moment: Gradient) -> None:
    """The chosen weight's gradient for the chosen sample, factor by factor, along the strongest path to the output."""
    p, (l, unit, source) = moment.sample_pass, moment.weight
    network, last = p.network, len(p.network.layers)
    delta, a = p.trace.delta[l][unit - 1, 0], p.trace.A_ones[l - 1][source - 1, 0]
    is_bias = source > network.layers[l - 1].n_in
    n_paths = int(np.prod(np.array(network.sizes[l + 1 :], dtype=object)))
    paths = "one path leads" if n_paths == 1 else f"{n_paths:,} paths lead"
    st.markdown(
        f"`{moment.name}` and {formulas.plain(moment.sample.label)}: {paths} from this weight to the loss. The gradient sums over "
        "all of them; deltas share the work, so each is computed once."
    )
    penalty, value = p.penalty_part(*moment.weight), p.gradient(*moment.weight)
    d = formulas.symbol(r"\delta", l, unit)
    incoming = "1" if is_bias else formulas.symbol("a", l - 1, source)
    w = formulas.symbol("b", l, unit) if is_bias else formulas.symbol("W", l, f"{unit},{source}")
    plus = r" + \text{penalty}" if penalty else ""
    tail = rf" + \underbrace{{{formulas.factor(penalty)}}}_{{\text{{penalty}}}}" if penalty else ""
    result = "?" if moment.hidden else formulas.number(value)
    lines = [
        rf"\frac{{\partial L}}{{\partial {w}}} &= {d} \cdot {incoming}{plus}",
        rf"&= {formulas.factor(delta)} \cdot {formulas.factor(a)}{tail} = \mathbf{{{result}}}",
    ]
    st.latex(formulas.aligned(lines))
    k = unit
    for layer in range(l, last + 1):
        k = _trace_delta(p, layer, k, last)
    _ways_on(moment, l, unit, source, last, is_bias)


def _trace_delta(p, l, unit, last):
    """Write delta of one unit as the sum over the next layer's times g'; the next unit that contributes most."""
    network, trace = p.network, p.trace
    d = formulas.symbol(r"\delta", l, unit)
    value = trace.delta[l][unit - 1, 0]
    if l == last:
        _trace_output(p, l, unit, d, value)
        return unit
    weights, above = network.layers[l].W[:, unit - 1], trace.delta[l + 1][:, 0]
    total = p.arriving(l)[unit - 1, 0]
    slope = trace.slope[l][unit - 1, 0]
    products = np.abs(weights * above)
    best = int(np.argmax(np.where(np.isfinite(products), products, -1))) + 1
    st.markdown(f"**delta of unit {unit} in layer {l}:** the deltas of layer {l + 1}, weighted, times its own g′.")
    W, above_k = formulas.symbol("W", l + 1, f"k,{unit}"), formulas.symbol(r"\delta", l + 1, "k")
    name = rf"s = \textstyle\sum_k {W}\,{above_k}"
    st.latex(formulas.weighted_sum(name, weights, above, total=total))
    z = formulas.symbol("z", l, unit)
    st.latex(
        rf"{d} = s \cdot g'({z}) = {formulas.factor(total)} \cdot "
        rf"\underbrace{{{formulas.factor(slope)}}}_{{g'({formulas.number(trace.Z[l][unit - 1, 0])})}} = {formulas.number(value)}"
    )
    if l + 1 < last and len(above) > 1:
        st.caption(f"The largest term comes from unit {best} of layer {l + 1}; its delta is next.")
    return best


def _trace_output(p, l, unit, d, value):
    network, trace = p.network, p.trace
    a, y = trace.A[l][unit - 1, 0], p.Y[unit - 1, 0]
    st.markdown(f"**delta of output unit {unit}:** from the loss.")
    if network.canonical:
        factor = network.loss_function.scale(network.sizes[-1])
        front = "" if factor == 1 else rf"{formulas.number(factor)} \cdot "
        numbers = rf"{front}({formulas.number(a)} - {formulas.number(y)}) = {formulas.number(value)}"
        st.latex(rf"{d} = {front}(\hat y_{{{unit}}} - y_{{{unit}}}) = {numbers}")
    elif network.layers[-1].activation.coupled:
        A, dA = trace.A[l][:, 0], p.arriving(l)[:, 0]
        row = -a * A
        row[unit - 1] += a
        st.latex(formulas.weighted_sum(rf"{d} = \textstyle\sum_j J_{{{unit}j}}\,d\hat y_j", row, dA, total=value))
    else:
        arriving, slope = p.arriving(l)[unit - 1, 0], p.slope(l)[unit - 1, 0]
        st.latex(
            rf"{d} = \frac{{\partial L}}{{\partial \hat y_{{{unit}}}}} \cdot g'(z) = {formulas.factor(arriving)} \cdot "
            rf"{formulas.factor(slope)} = {formulas.number(value)}"
        )


def _ways_on(moment, l, unit, source, last, is_bias):
    """Each factor leads to where it came from: the units after it, the unit before it."""
    with st.container(horizontal=True):
        if l > 1 and not is_bias:
            st.button(
                f"a: unit {source} of layer {l - 1}", icon=":material/west:", key="backward:to:before",
                on_click=go_to, args=(l - 1, source, 1),
            )  # fmt: skip
        if l < last:
            products = np.abs(
                moment.sample_pass.network.layers[l].W[:, unit - 1] * moment.sample_pass.trace.delta[l + 1][:, 0]
            )
            for k in np.sort(np.argsort(-products, kind="stable")[:6]):
                st.button(
                    f"delta: unit {k + 1} of layer {l + 1}", icon=":material/east:", key=f"backward:to:{k}",
                    on_click=go_to, args=(l + 1, int(k) + 1, unit),
                )  # fmt: skip
