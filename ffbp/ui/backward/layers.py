"""The card of a layer: its delta, and the gradients of its weights and biases."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.figures import latex as formulas
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.backward.output import output_delta
from ffbp.ui.backward.written import MAX_COLUMNS, MAX_ROWS, colours, columns, equation, fits
from ffbp.ui.session import control

TRANSPOSED, DELTA = r"W^{\top}", r"\delta"
FEW = 4  # a layer of so few units shows all gradients at once


@diverging()
def layer_card(moment: Gradient) -> None:
    """A layer's delta, for one unit and for all, then its gradients dW and db, for one unit and for all."""
    p, l, last = moment.p, moment.layer, len(moment.network.layers)
    if l == last:
        output_delta(moment)
    else:
        _delta(moment)
    layer, d = p.network.layers[l - 1], formulas.symbol(r"\delta", l)
    dW, db, mark = layer.dW.copy(), layer.db.copy(), None
    is_bias = moment.source > layer.n_in
    mark = None if is_bias else (moment.unit, moment.source)
    if moment.hidden:
        (db[:, 0] if is_bias else dW[:, moment.source - 1])[moment.u] = np.nan
    over = "" if p.n == 1 else ", summed over the samples (delta already contains the 1/n of the mean)"
    st.markdown(f"**Weights:** each gradient is the unit's delta times the incoming activation{over}: dW = δ aᵀ.")
    if len(dW) > 1 and p.n == 1:
        _one_row(p, l, moment.u, dW)
    title = f"All {dW.size + db.size} gradients of layer {l}"
    if box := control.opened(title, key=f"backward:open:{l}", expanded=len(dW) <= FEW):
        with box:
            _weights(p, l, d, dW, mark)
            _biases(p, l, d, db)
    if l == 1:
        st.caption("Layer 1 reads the data itself, so backpropagation stops here.")


def _delta(moment):
    """Delta of a hidden layer: the chosen unit's sum, and behind it the vector of all units."""
    p, l, n_units = moment.p, moment.layer, moment.network.sizes[moment.layer]
    function = p.network.layers[l - 1].activation
    passes = (
        "ReLU passes it on only where the unit is active."
        if function.key == "relu"
        else f"It is multiplied by g′, the slope of {function.label} at the unit."
    )
    st.markdown(
        f"**One layer back:** each unit of layer {l} gets its share of the error through its outgoing weights (Wᵀ δ). {passes}"
    )
    if p.n == 1:
        unit_delta(p, l, moment.unit)
    title = f"Delta of all {n_units} units" if n_units > 1 else "The same with matrices"
    if box := control.opened(title, key=f"backward:delta:{l}", expanded=p.n > 1):
        with box:
            _delta_before(p, l + 1)


def unit_delta(p, l: int, unit: int) -> None:
    """A unit's delta as the weighted sum of the next layer's, times g'."""
    trace, weights, above = p.trace, p.network.layers[l].W[:, unit - 1], p.trace.delta[l + 1][:, 0]
    total, slope, value = p.arriving(l)[unit - 1, 0], trace.slope[l][unit - 1, 0], trace.delta[l][unit - 1, 0]
    W, delta = formulas.symbol("W", l + 1, f"k,{unit}"), formulas.symbol(r"\delta", l + 1, "k")
    st.latex(formulas.weighted_sum(rf"s = \textstyle\sum_k {W}\,{delta}", weights, above, total=total))
    d, z = formulas.symbol(r"\delta", l, unit), formulas.symbol("z", l, unit)
    below = f"g'({formulas.number(trace.Z[l][unit - 1, 0])})"
    st.latex(
        rf"{d} = s \cdot g'({z}) = {formulas.factor(total)} \cdot \underbrace{{{formulas.factor(slope)}}}_{{{below}}} = "
        rf"{formulas.number(value)}"
    )


def _one_row(p, l, u, dW):
    """The chosen unit's row of dW: its delta times the row of incoming activations."""
    delta, a = formulas.factor(p.trace.delta[l][u, 0]), formulas.row(p.trace.A[l - 1][:, 0])
    name, d = formulas.symbol("dW", l, f"{u + 1},:"), formulas.symbol(r"\delta", l, u + 1)
    penalty = p.network.l1 or p.network.l2
    here = rf"{d}\,{formulas.transposed('a', l - 1)}"
    lines = [rf"{name} &= {here}" + (r" + \text{penalty}" if penalty else "")]
    lines += [] if penalty else [rf"&= {delta} \cdot {a}"]
    st.latex(formulas.aligned([*lines, rf"&= {formulas.row(dW[u])}"]))


def _weights(p, l, d, dW, mark):
    """dW = delta times the activation that came in, transposed; one long row is elided."""
    network, delta, a_before = p.network, p.trace.delta[l], p.trace.A[l - 1]
    a, symbol = formulas.transposed("a" if p.n == 1 else "A", l - 1), formulas.symbol("dW", l)
    penalty = rf" + {formulas.number(network.l1)}\,\mathrm{{sign}}(W)" if network.l1 else ""
    penalty += rf" + {formulas.number(network.l2)}\,W" if network.l2 else ""
    name = rf"{symbol} = {d}\,{a}{penalty}"
    axes = ("input" if l == 1 else f"unit of layer {l - 1}", f"unit of layer {l}")
    long_row = len(dW) == 1 and dW.shape[1] > MAX_COLUMNS
    if penalty or p.n > MAX_COLUMNS or long_row:
        st.latex(rf"{name}:\quad {formulas.shape(delta)}\,{formulas.shape(a_before.T)} \to {formulas.shape(dW)}")
        if long_row:
            if not penalty and p.n == 1:
                st.latex(rf"{formulas.entries(delta)} \cdot {formulas.row(a_before[:, 0])}")
            st.latex(rf"{symbol} = {formulas.row(dW[0])}")
            st.caption(
                "The dots stand for the entries in the middle. Hover over an edge of the diagram to see its number."
            )
        elif fits(dW):
            st.latex(formulas.matrix(symbol, dW))
        else:
            colours(dW, f"dW{l}", axes, mark, layer=l)
    else:
        factors = [(delta, r"\delta"), (a_before.T, r"a^{\top}")]
        equation(name, factors, dW, f"dW{l}", axes=axes, mark=mark, layer=l)


def _biases(p, l, d, db):
    """db = delta, summed over the samples."""
    summed = ", summed over the samples" if p.n > 1 else ""
    st.markdown(
        f"**Biases:** a bias is the weight of an input that is always 1, so its gradient is delta itself{summed}."
    )
    sum_of, symbol = d if p.n == 1 else rf"\textstyle\sum_i {d}_{{:,i}}", formulas.symbol("db", l)
    if len(db) <= MAX_ROWS:
        st.latex(rf"{symbol} = {sum_of} = {formulas.shaped(db)}")
    else:
        st.latex(rf"{symbol} = {sum_of}:\quad {formulas.shape(db)}")
        colours(db.T, f"db{l}", (f"unit of layer {l}", "db"))


def _delta_before(p, l):
    """delta of layer l - 1 = the transposed weights times delta of layer l, then times g'."""
    unit = f"unit of layer {l - 1}"
    here, above = formulas.symbol(r"\delta", l - 1), formulas.symbol(r"\delta", l)
    st.latex(rf"{here} = ({formulas.transposed('W', l)}\,{above}) \odot g'({formulas.symbol('z', l - 1)})")
    W_T, delta = p.network.layers[l - 1].W.T, p.trace.delta[l]
    arriving, slope, result = p.arriving(l - 1), p.trace.slope[l - 1], p.trace.delta[l - 1]
    if p.n == 1 and fits(W_T, delta, result):
        product = rf"{formulas.shaped(W_T, TRANSPOSED)}\,{formulas.shaped(delta, DELTA)}"
        slopes = formulas.shaped(slope, "g'")
        st.latex(rf"= \Bigl({product}\Bigr) \odot {slopes}")
        st.latex(rf"= {formulas.shaped(arriving, TRANSPOSED + DELTA)} \odot {slopes} = {formulas.shaped(result)}")
        return
    product = rf"\bigl({formulas.shape(W_T)}\,{formulas.shape(delta)}\bigr)"
    st.latex(rf"{product} \odot {formulas.shape(slope)} \to {formulas.shape(result)}")
    if p.n > 1:
        columns(here, result, f"delta{l - 1}", unit)
        return
    for key, values, text in (("W_T", arriving, "Wᵀ delta"), ("g", slope, "g′"), ("delta", result, f"delta[{l - 1}]")):
        st.caption(text)
        colours(values.T, f"{key}{l}", (unit, text))
