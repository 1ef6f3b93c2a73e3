"""The pass as a picture and as formulas: every layer, and one unit written out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.analysis.layer_view import linear_map
from ffbp.core.network import Network, Trace
from ffbp.figures import forward as pictures
from ffbp.figures import latex as formulas
from ffbp.programs.plain import Definitions
from ffbp.ui.chart import chart, theme
from ffbp.ui.moment import Moment
from ffbp.ui.panels import sources
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number

MAX_WRITTEN, MAX_SIDE = 60, 12  # a larger matrix is drawn instead of written
MAX_REACH = 40.0  # z beyond this, of a run that diverges, would leave nothing of the curve to see
BROAD = 5  # with more columns than this a layer's formula takes two lines


def unit_chooser(moment: Moment) -> None:
    """Choose the unit whose sum is written out; it is in the link and shared with the other pages."""
    sizes, layer = moment.network.sizes, moment.layer
    left, right = st.columns(2)
    last = len(sizes) - 1
    control.show(
        left, "selectbox", "Layer", range(1, last + 1), name="forward:layer", value=layer, on_change=_layer_chosen,
        labels=(last,), format_func=lambda l: f"{l} (output)" if l == last else str(l),
    )  # fmt: skip
    control.show(
        right, "selectbox", "Unit", range(1, sizes[layer] + 1), name=f"forward:unit:{layer}", value=moment.unit,
        on_change=_unit_chosen, labels=(sizes[layer],),
    )  # fmt: skip


def _layer_chosen(layer):
    session.view = session.view.with_layer(layer)


def _unit_chosen(unit):
    session.view = replace(session.view, unit=unit)


def pass_diagram(moment: Moment) -> None:
    """The network as a picture of this one pass."""
    picture, left_out = pictures.pass_picture(
        moment.network,
        moment.trace,
        moment.dataset.input_names,
        moment.output_names,
        theme=theme(),
        chosen=(moment.layer, moment.u),
    )
    chart(
        picture, key="forward:picture", title=f"The pass of {moment.sample.label} as a picture",
        alternative=pass_in_words(moment), choose=_unit_clicked,
    )  # fmt: skip
    st.caption(
        f"In the nodes: a. On the edges: w·a, thicker where larger, dashed orange where negative. The thick rim is the "
        f"chosen unit; a click chooses another. All digits under the pointer. {left_out}"
    )


def pass_in_words(moment: Moment) -> str:
    """The activations of every layer, for those who do not see the picture."""
    layers = (
        f"{'inputs' if l == 0 else f'layer {l}'}: {', '.join(format_number(a) for a in A[: pictures.MAX_UNITS, 0])}"
        + (" and more" if len(A) > pictures.MAX_UNITS else "")
        for l, A in enumerate(moment.trace.A)
    )
    return f"Activations. {'; '.join(layers)}."


def _unit_clicked(choice):
    session.view = session.view.with_unit(*choice)


def layer_by_layer(moment: Moment) -> None:
    """z = W a + b and a = g(z) of every layer, with its numbers and shapes."""
    for l, layer in enumerate(moment.network.layers, start=1):
        kind = "Output layer" if l == len(moment.network.layers) else "Layer"
        st.markdown(f"**{kind} {l}** · {layer.activation.label} · g(z) = {formulas.plain(layer.activation.formula)}")
        if layer.W.size <= MAX_WRITTEN and max(layer.W.shape) <= MAX_SIDE:
            for line in written_layer(moment.network, moment.trace, l):
                st.latex(line)
        else:
            _drawn_layer(moment, l)
    _full_digits(moment)


def written_layer(network: Network, trace: Trace, l: int) -> list[str]:
    """The LaTeX of one layer's ``z = W a + b`` and ``a = g(z)`` with numbers: one line, or two for a broad matrix."""
    layer, z, a = network.layers[l - 1], formulas.symbol("z", l), formulas.symbol("a", l)
    W, b, before = formulas.symbol("W", l), formulas.symbol("b", l), formulas.symbol("a", l - 1)
    product = rf"{formulas.shaped(layer.W, W)}\;{formulas.shaped(trace.A[l - 1], before)}"
    bias = f"+ {formulas.shaped(layer.b, b)}"
    result = rf"= {formulas.shaped(trace.Z[l], z)}, \qquad {a} = g({z}) = {formulas.shaped(trace.A[l])}"
    if layer.n_in > BROAD:
        return [f"{z} = {product}", f"{bias} {result}"]
    return [f"{product} {bias} {result}"]


def _drawn_layer(moment, l):
    """A large layer: its formula with shapes, and for the chosen layer the heat map."""
    layer, z = moment.network.layers[l - 1], formulas.symbol("z", l)
    before, a = formulas.symbol("a", l - 1), formulas.symbol("a", l)
    under = lambda name, array: rf"\underset{{{formulas.shape(array)}}}{{{name}}}"  # noqa: E731
    st.latex(
        f"{under(z, layer.b)} = {under(formulas.symbol('W', l), layer.W)}\\;{under(before, moment.trace.A[l - 1])} + "
        rf"{under(formulas.symbol('b', l), layer.b)}, \qquad {under(a, layer.b)} = g({z})"
    )
    if l != moment.layer:
        st.caption(f"Too large to be written out. Choose layer {l} above to see its numbers as colours.")
        return
    A, z_l = moment.trace.A, moment.trace.Z[l]
    picture = pictures.layer_map(layer.W, A[l - 1], layer.b, z_l, A[l], layer=l, theme=theme())
    weights = f"{layer.W.size} weights from {format_number(layer.W.min())} to {format_number(layer.W.max())}"
    chart(
        picture, key=f"forward:map:{l}", title=f"Layer {l} as colours", choose=_unit_clicked,
        alternative=f"{layer.n_out} units with {layer.n_in} inputs each: {weights}. All digits stand in the table below.",
    )  # fmt: skip
    st.caption(
        "Top row: what comes in. Large block: W. Right: b, z, a. Blue is positive, orange negative; each block has its "
        "own scale. A click on b, z or a chooses the unit."
    )


def _full_digits(moment):
    """The chosen layer as a table with all digits, sent only when somebody looks."""
    box = control.opened(f"All digits of layer {moment.layer}", key="forward:digits")
    if not box:
        return
    l, layer = moment.layer, moment.network.layers[moment.layer - 1]
    table = pd.DataFrame({"unit": np.arange(1, layer.n_out + 1)})
    table[f"z[{l}]"], table[f"a[{l}]"], table["b"] = moment.trace.Z[l][:, 0], moment.trace.A[l][:, 0], layer.b[:, 0]
    weights = pd.DataFrame(layer.W, columns=[f"w from {j + 1}" for j in range(layer.n_in)])
    numbers = st.column_config.NumberColumn(format="%.17g")
    table = pd.concat([table, weights], axis="columns")
    box.dataframe(table, hide_index=True, column_config=dict.fromkeys(table.columns[1:], numbers))
    before = pd.DataFrame({f"a[{l - 1}]": moment.trace.A[l - 1][:, 0]}).T
    before.columns = [str(j + 1) for j in range(layer.n_in)]
    box.dataframe(before, column_config=dict.fromkeys(before.columns, numbers))


def chosen_unit(moment: Moment) -> None:
    """The chosen unit's sum written out, then g and g' with this z marked on both."""
    l, u, layer = moment.layer, moment.u, moment.network.layers[moment.layer - 1]
    z, a = formulas.symbol("z", l, u + 1), formulas.symbol("a", l, u + 1)
    left, right = st.columns([3, 2])
    with left:
        st.markdown(f"**Unit {u + 1} of layer {l}**, written out: each input times its weight, then the bias.")
        st.latex(
            formulas.weighted_sum(
                z, layer.W[u], moment.trace.A[l - 1][:, 0], layer.b[u, 0], total=moment.trace.Z[l][u, 0]
            )
        )  # fmt: skip
        st.latex(
            rf"{a} = g({formulas.number(moment.trace.Z[l][u, 0])}) = \mathbf{{{formulas.number(moment.trace.A[l][u, 0])}}}"
        )
        with diverging():  # a z without measure, typed or of a run that diverges
            slope = layer.activation.derivative(moment.trace.Z[l], moment.trace.A[l], np.empty_like(moment.trace.Z[l]))[
                u, 0
            ]
        st.latex(rf"g'({formulas.number(moment.trace.Z[l][u, 0])}) = \mathbf{{{formulas.number(slope)}}}")
        if layer.activation.coupled:
            st.caption("Softmax looks at all z of its layer; the curve moves this one and holds the others fixed.")
    with right:
        curves = pictures.activation_curves(
            layer.activation, moment.trace.Z[l], moment.trace.A[l], u, l, reach=_reach(moment)
        )
        marked = (format_number(value) for value in (moment.trace.Z[l][u, 0], moment.trace.A[l][u, 0], slope))
        chart(
            curves, key="forward:curves", title=f"{layer.activation.label} and its derivative, unit {u + 1} of layer {l}",
            alternative="g and g' over z; marked are z = {}, g(z) = {} and g'(z) = {}.".format(*marked),
        )  # fmt: skip


def _reach(moment):
    """How far the curves' axis goes: far enough for this unit's z at all frames, so that only the mark moves."""
    Z = moment.network.with_theta(moment.shown.run.history.theta.copy()).forward(moment.sample.X).Z[moment.layer]
    sizes = np.abs(Z[:, moment.u, 0])
    sizes = sizes[np.isfinite(sizes) & (sizes < MAX_REACH)]
    return max(4.0, 1.1 * float(sizes.max(initial=0.0)))


def one_linear_map(moment: Moment) -> None:
    """Where no hidden layer bends anything: the product of all matrices, which does the same."""
    hidden = moment.network.activations[:-1]
    if not hidden or any(activation.key != "identity" for activation in hidden):
        return
    W, b = linear_map(moment.network)
    last = len(moment.network.layers)
    z = formulas.symbol("z", last)
    st.markdown(
        "**One linear map.** Every hidden activation is the identity, so the matrices multiply to a single one: this "
        "network can do no more than a network without hidden layers."
    )
    factors = r"\,".join(formulas.symbol("W", l) for l in range(last, 0, -1))
    if W.size <= MAX_WRITTEN and max(W.shape) <= MAX_SIDE:
        st.latex(formulas.matrix(f"W = {factors}", W))
        st.latex(
            rf"{z} = W\,x + b = {formulas.shaped(W, 'W')}\;{formulas.shaped(moment.trace.A[0], 'x')} + "
            rf"{formulas.shaped(b, 'b')} = {formulas.shaped(moment.trace.Z[last])}"
        )
        return
    st.latex(rf"W = {factors}, \qquad {z} = W\,x + b")
    table = pd.DataFrame(np.hstack([W, b]), columns=[*(f"w{j + 1}" for j in range(W.shape[1])), "b"])
    st.dataframe(table, hide_index=True)


def source_code(moment: Moment) -> None:
    """The code that computed this pass, as it is in the package."""
    box = control.opened("The code that computed this pass", key="forward:code")
    if not box:
        return
    activation, plain = moment.network.activations[moment.layer - 1], Definitions()
    plain.formula(activation.key, activation.plain, ("Z",))
    plain.formula(f"d_{activation.key}", activation.plain_slope, ("Z", "A"))
    with box:
        sources(Network.propagate, activation.forward, activation.derivative)
        st.caption("The same activation and slope as the exported programs write them:")
        st.code("\n".join(plain.new_lines()), language="python")
