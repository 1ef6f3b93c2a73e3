"""Section 2: layer by layer backwards, and what each sample contributes."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.figures import backward as figures
from ffbp.figures import latex as formulas
from ffbp.ui.backward.choosing import SAMPLE, Gradient
from ffbp.ui.backward.written import MAX_COLUMNS, MAX_ROWS, colours, columns, equation, fits
from ffbp.ui.chart import chart
from ffbp.ui.samples import choose_sample
from ffbp.ui.session import control
from ffbp.words.numbers import format_number, format_percent

TRANSPOSED, DELTA, FLAT_DELTA = r"W^{\mathsf T}", r"\delta", r"\delta^{\mathsf T}"


@diverging()
def layer_steps(moment: Gradient) -> None:
    """From the output to layer 1: dW, db and the delta of the layer before, each with shapes and numbers."""
    last = len(moment.p.network.layers)
    for l in range(last, 0, -1):
        kind = "output" if l == last else moment.p.network.layers[l - 1].activation.label
        title = f"Layer {l} ({kind}): dW[{l}], db[{l}]" + (f", then delta[{l - 1}]" if l > 1 else "")
        is_open = last <= 2 or l in (last, moment.layer)
        if box := control.opened(title, key=f"backward:open:{l}", expanded=is_open):
            with box:
                _layer_step(moment, l)


def _layer_step(moment, l):
    layer, d = moment.p.network.layers[l - 1], formulas.symbol(r"\delta", l)
    dW, db, mark = layer.dW.copy(), layer.db.copy(), None
    if l == moment.layer:
        is_bias = moment.source > layer.n_in
        mark = None if is_bias else (moment.unit, moment.source)
        if moment.hidden:
            (db[:, 0] if is_bias else dW[:, moment.source - 1])[moment.u] = np.nan
    _weights(moment.p, l, d, dW, mark)
    _biases(moment.p, l, d, db)
    if l == 1:
        st.markdown("**Below layer 1** is only the data, which has nothing to learn. The backward pass ends here.")
    else:
        _delta_before(moment.p, l)


def _weights(p, l, d, dW, mark):
    """dW = delta times the activation that came in, transposed."""
    network, delta, a_before = p.network, p.trace.delta[l], p.trace.A[l - 1]
    over = "" if p.n == 1 else ", summed over the samples (delta already contains the 1/n of the mean)"
    st.markdown(f"**Weights:** each gradient is the unit's delta times the activation that came in{over}.")
    a, symbol = formulas.symbol("a" if p.n == 1 else "A", l - 1), formulas.symbol("dW", l)
    penalty = rf" + {formulas.number(network.l1)}\,\mathrm{{sign}}(W)" if network.l1 else ""
    penalty += rf" + {formulas.number(network.l2)}\,W" if network.l2 else ""
    name, dW_T = rf"{symbol} = {d}\,{{{a}}}^{{\mathsf T}}{penalty}", rf"{{{symbol}}}^{{\mathsf T}}"
    axes = ("input" if l == 1 else f"unit of layer {l - 1}", f"unit of layer {l}")
    flat = len(dW) == 1 and MAX_COLUMNS < dW.shape[1] <= MAX_ROWS  # one long row is written as a column
    if penalty or p.n > MAX_COLUMNS:
        st.latex(rf"{name}:\quad {formulas.shape(delta)}\,{formulas.shape(a_before.T)} \to {formulas.shape(dW)}")
        if flat:
            st.latex(formulas.matrix(dW_T, dW.T))
        elif fits(dW):
            st.latex(formulas.matrix(symbol, dW))
        else:
            colours(dW, f"dW{l}", axes, mark, layer=l)
    elif flat:
        st.latex(name)
        equation(rf"{dW_T} = {a}\,{{{d}}}^{{\mathsf T}}", [(a_before, "a"), (delta.T, FLAT_DELTA)], dW.T, f"dW{l}")
    else:
        factors = [(delta, r"\delta"), (a_before.T, r"a^{\mathsf T}")]
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
    previous, unit = p.network.layers[l - 2].activation, f"unit of layer {l - 1}"
    st.markdown(
        f"**One layer back:** Wᵀ distributes delta over the units of layer {l - 1}, by the weights that connect them. Then "
        f"g′ of {previous.label} scales each part by the slope at its unit."
    )
    here, above = formulas.symbol(r"\delta", l - 1), formulas.symbol(r"\delta", l)
    st.latex(rf"{here} = ({{{formulas.symbol('W', l)}}}^{{\mathsf T}}{above}) \odot g'({formulas.symbol('z', l - 1)})")
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


@diverging()
def contributions(moment: Gradient) -> None:
    """For a batch or the whole set: which samples push the chosen weight up or down, and how much cancels."""
    p, name = moment.p, moment.name
    if moment.mode == SAMPLE:
        return
    st.subheader("The gradient is the mean of the samples' gradients", anchor=False)
    if moment.hidden:
        st.info(f"The samples' contributions add up to d{name}. They appear once your prediction is right.")
        return
    st.markdown(
        f"Each of the {p.n} samples has a gradient of its own for `{name}`. Its contribution is delta times the incoming "
        "activation, with the 1/n of the mean in it. Contributions of opposite sign cancel; the rest is the gradient."
    )
    values, penalty = p.contributions(*moment.weight), p.penalty_part(*moment.weight)
    positive, negative = values[values > 0], values[values < 0]
    title = f"The samples' contributions to d{name}"
    words = (
        f"{len(positive)} samples contribute more than 0, {len(negative)} less; the sizes go up to "
        f"{format_number(np.abs(values).max())}."
    )
    picture = figures.contribution_chart(values, moment.dataset.rows_train[p.indices], name)
    chart(picture, key="backward:contributions", title=title, alternative=words, choose=choose_sample)
    down, up = positive.sum(), negative.sum()
    total = down - up
    with st.container(horizontal=True):
        st.metric(f"Sum of the {len(positive)} positive", format_number(down))
        st.metric(f"Sum of the {len(negative)} negative", format_number(up))
        st.metric(f"Net{' + penalty' if penalty else ''} = d{name}", format_number(p.gradient(*moment.weight)))
        st.metric("Cancels", format_percent(1 - abs(up + down) / total) if total > 0 else "–")
    if penalty:
        st.caption(f"The penalty adds {format_number(penalty)} to the net of the samples.")
