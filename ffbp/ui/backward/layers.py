"""Section 2: layer by layer backwards, and what each sample contributes."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.figures import backward as figures
from ffbp.figures import latex as formulas
from ffbp.ui.backward.choosing import SAMPLE, Gradient
from ffbp.ui.backward.written import MAX_COLUMNS, MAX_MAP_COLUMNS, MAX_ROWS, colours, equation, fits, matrix
from ffbp.ui.chart import chart
from ffbp.ui.samples import choose_sample
from ffbp.ui.session import control
from ffbp.words.numbers import format_number, format_percent

TRANSPOSED, DELTA, FLAT_DELTA = r"W^{\mathsf T}", r"\delta", r"\delta^{\mathsf T}"


@diverging()
def layer_steps(moment: Gradient) -> None:
    """From the output to layer 1: dW, db and the delta that goes on, each with shapes and numbers."""
    last = len(moment.p.network.layers)
    for l in range(last, 0, -1):
        kind = "output" if l == last else moment.p.network.layers[l - 1].activation.label
        title = f"Layer {l} ({kind}): dW[{l}], db[{l}]" + (f", then delta[{l - 1}]" if l > 1 else "")
        is_open = last <= 2 or l in (last, moment.layer)
        box = control.opened(title, key=f"backward:open:{l}", expanded=is_open)
        if box:
            with box:
                _layer_step(moment, l)


def _layer_step(moment, l):
    layer, d = moment.p.network.layers[l - 1], formulas.symbol(r"\delta", l)
    dW, db, mark = layer.dW.copy(), layer.db.copy(), None
    if l == moment.layer and moment.hidden:
        (db[:, 0] if moment.source > layer.n_in else dW[:, moment.source - 1])[moment.u] = np.nan
    if l == moment.layer and moment.source <= layer.n_in:
        mark = (moment.unit, moment.source)
    _weights(moment.p, l, d, dW, mark)
    _biases(moment.p, l, d, db)
    if l == 1:
        st.markdown("**Before layer 1** are the data: there is nothing to learn there, and the pass ends.")
    else:
        _delta_before(moment.p, l, layer, moment.p.trace.delta[l])


def _weights(p, l, d, dW, mark):
    """dW = delta times the activation that came in, transposed."""
    network, delta, a_before = p.network, p.trace.delta[l], p.trace.A[l - 1]
    over = "" if p.n == 1 else ", summed over the samples, the mean's 1/n being in delta"
    st.markdown(f"**Weights:** each gradient is its unit's delta times the activation that came in{over}.")
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
    summed = ", summed." if p.n > 1 else "."
    st.markdown(f"**Biases:** a bias comes in as a 1, so its gradient is delta itself{summed}")
    sum_of, symbol = d if p.n == 1 else rf"\textstyle\sum_i {d}_{{:,i}}", formulas.symbol("db", l)
    if len(db) <= MAX_ROWS:
        st.latex(rf"{symbol} = {sum_of} = {formulas.shaped(db)}")
    else:
        st.latex(rf"{symbol} = {sum_of}:\quad {formulas.shape(db)}")
        colours(db.T, f"db{l}", (f"unit of layer {l}", "db"))


def _delta_before(p, l, layer, delta):
    previous = p.network.layers[l - 2].activation
    st.markdown(
        f"**One layer back:** Wᵀ hands each unit of layer {l - 1} its share of the blame, and g′ of {previous.label} lets "
        "through as much as the unit could have changed."
    )
    here = formulas.symbol(r"\delta", l - 1)
    above, W, z = formulas.symbol(r"\delta", l), formulas.symbol("W", l), formulas.symbol("z", l - 1)
    name = rf"{here} = ({{{W}}}^{{\mathsf T}}{above}) \odot g'({z})"
    arriving, slope, result = p.arriving(l - 1), p.trace.slope[l - 1], p.trace.delta[l - 1]
    W_T = layer.W.T
    if p.n == 1 and fits(W_T, delta, result):
        product = rf"{formulas.shaped(W_T, TRANSPOSED)}\,{formulas.shaped(delta, DELTA)}"
        slopes = formulas.shaped(slope, "g'")
        st.latex(name)
        st.latex(rf"= \Bigl({product}\Bigr) \odot {slopes}")
        st.latex(rf"= {formulas.shaped(arriving, TRANSPOSED + DELTA)} \odot {slopes} = {formulas.shaped(result)}")
        return
    st.latex(name)
    st.latex(
        rf"\bigl({formulas.shape(W_T)}\,{formulas.shape(delta)}\bigr) \odot {formulas.shape(slope)} \to {formulas.shape(result)}"
    )
    if p.n == 1:
        for key, values, text in (
            ("W_T", arriving, "Wᵀ delta"),
            ("g", slope, "g′"),
            ("delta", result, f"delta[{l - 1}]"),
        ):
            st.caption(text)
            colours(values.T, f"{key}{l}", (f"unit of layer {l - 1}", text))
        return
    few = result[:, :MAX_MAP_COLUMNS]
    matrix(here, few, f"delta{l - 1}", ("sample, as a column", f"unit of layer {l - 1}"))
    if p.n > MAX_MAP_COLUMNS:
        st.caption(f"The first {MAX_MAP_COLUMNS} of {p.n} columns.")


@diverging()
def contributions(moment: Gradient) -> None:
    """For a batch or the whole set: who pushes the chosen weight up, who down, and how much cancels."""
    p = moment.p
    if moment.mode == SAMPLE:
        return
    st.subheader("The gradient is the mean of the samples' gradients", anchor=False)
    if moment.hidden:
        st.info(f"The samples' contributions add up to d{moment.name}, so they wait until your prediction is right.")
        return
    values, penalty = p.contributions(*moment.weight), p.penalty_part(*moment.weight)
    up, down = values[values < 0].sum(), values[values > 0].sum()
    st.markdown(
        f"Each of the {p.n} samples has its own wish for `{moment.name}`. A contribution is delta times the incoming "
        "activation, 1/n inside. Those against each other cancel; what is left is the gradient."
    )
    chart(
        figures.contribution_chart(values, moment.run.dataset.rows_train[p.indices], moment.name), key="backward:contributions",
        title=f"The samples' contributions to d{moment.name}", choose=choose_sample,
        alternative=f"{int((values > 0).sum())} samples contribute more than 0, {int((values < 0).sum())} less; the sizes "
        f"go up to {format_number(np.abs(values).max())}.",
    )  # fmt: skip
    total = down - up
    cancelled = format_percent(1 - abs(up + down) / total) if total > 0 else "–"
    net = f"Net{' + penalty' if penalty else ''} = d{moment.name}"
    with st.container(horizontal=True):
        st.metric(f"Sum of the {int((values > 0).sum())} positive", format_number(down))
        st.metric(f"Sum of the {int((values < 0).sum())} negative", format_number(up))
        st.metric(net, format_number(p.gradient(*moment.weight)))
        st.metric("Cancels", cancelled)
    if penalty:
        st.caption(f"The penalty adds {format_number(penalty)} to the net of the samples.")
