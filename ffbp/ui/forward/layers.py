"""The pass as a picture and as formulas: every layer, and one unit written out."""

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
from ffbp.ui.flow import forward_diagram
from ffbp.ui.moment import Moment, choose_unit
from ffbp.ui.panels import sources
from ffbp.ui.session import control
from ffbp.words.numbers import format_number

MAX_WRITTEN, MAX_SIDE = 60, 12  # a larger matrix is drawn instead of written
MAX_REACH = 40.0  # a larger z, of a run that diverges, would flatten the curve beyond recognition
BROAD = 4  # with more columns than this a layer's formula takes two lines


def pass_diagram(moment: Moment) -> None:
    """The network as a diagram of this one pass; a click chooses a unit."""
    forward_diagram(
        moment, key="forward:picture", title=f"The pass of {moment.sample.label} as a diagram", choose=choose_unit
    )


def _unit_clicked(choice):
    choose_unit(*choice)


def layer_by_layer(moment: Moment) -> None:
    """z = W a + b and a = g(z) of every layer, with its numbers and shapes."""
    for l, layer in enumerate(moment.network.layers, start=1):
        kind = "Output layer" if l == len(moment.network.layers) else "Layer"
        st.markdown(f"**{kind} {l}** · {layer.activation.label} · g(z) = {formulas.plain(layer.activation.formula)}")
        if _is_written(layer.W):
            with st.container(key=f"wide:layer:{l}"):
                for line in written_layer(moment.network, moment.trace, l):
                    st.latex(line)
            with st.container(key=f"narrow:layer:{l}"):
                st.latex(written_sums(moment.network, moment.trace, l))
        else:
            _drawn_layer(moment, l)
    _full_digits(moment)


def _is_written(W):
    return W.size <= MAX_WRITTEN and max(W.shape) <= MAX_SIDE


def written_layer(network: Network, trace: Trace, l: int) -> list[str]:
    """The LaTeX of one layer's ``z = W a + b`` and ``a = g(z)`` with numbers: one line, or more for a broad matrix."""
    layer, z, a = network.layers[l - 1], formulas.symbol("z", l), formulas.symbol("a", l)
    W, b, before = formulas.symbol("W", l), formulas.symbol("b", l), formulas.symbol("a", l - 1)
    weights = formulas.shaped(layer.W, W)
    bias = f"+ {formulas.shaped(layer.b, b)}"
    result = rf"= {formulas.shaped(trace.Z[l], z)}, \qquad {a} = g({z}) = {formulas.shaped(trace.A[l])}"
    if layer.n_in > BROAD and layer.n_out == 1:  # a row and a column: the column lies down, so that it takes no room
        lying = rf"\underset{{\textstyle {before}\;{formulas.shape(trace.A[l - 1])}}}{{{formulas.entries(trace.A[l - 1].T)}^\top}}"
        return [f"{z} = {weights}", rf"\cdot\; {lying}", f"{bias} {result}"]
    product = rf"{weights}\;{formulas.shaped(trace.A[l - 1], before)}"
    return [f"{z} = {product}", f"{bias} {result}"] if layer.n_in > BROAD else [f"{z} = {product} {bias} {result}"]


def written_sums(network: Network, trace: Trace, l: int) -> str:
    """The LaTeX of the same layer for a narrow screen: a sum for each unit."""
    layer = network.layers[l - 1]
    inputs, b, z, a = (array[:, 0] for array in (trace.A[l - 1], layer.b, trace.Z[l], trace.A[l]))
    return formulas.sums(l, layer.W, inputs, b, z, a)


def _drawn_layer(moment, l):
    """A large layer: its formula with shapes, and a heat map for the chosen layer."""
    layer, A, z_l = moment.network.layers[l - 1], moment.trace.A, moment.trace.Z[l]
    z = formulas.symbol("z", l)

    def under(name, array):
        return rf"\underset{{{formulas.shape(array)}}}{{{name}}}"

    z_there, W = under(z, layer.b), under(formulas.symbol("W", l), layer.W)
    b, a = under(formulas.symbol("b", l), layer.b), under(formulas.symbol("a", l), layer.b)
    st.latex(rf"{z_there} = {W}\;{under(formulas.symbol('a', l - 1), A[l - 1])} + {b}, \qquad {a} = g({z})")
    if l != moment.layer:
        st.caption(f"This layer is too large to write out. Choose layer {l} above to see its numbers as colours.")
        return
    weights = f"{layer.W.size} weights from {format_number(layer.W.min())} to {format_number(layer.W.max())}"
    words = f"{layer.n_out} units with {layer.n_in} inputs each: {weights}. The table below shows all digits."
    picture = pictures.layer_map(layer.W, A[l - 1], layer.b, z_l, A[l], layer=l, theme=theme())
    chart(picture, key=f"forward:map:{l}", title=f"Layer {l} as colours", alternative=words, choose=_unit_clicked)
    st.caption(
        "Top row: the inputs of the layer. Large block: W. Right: b, z, a. Green is positive, purple negative; each block has its "
        "own scale. Click b, z or a to choose the unit."
    )


def _full_digits(moment):
    """The chosen layer as a table with all digits."""
    box = control.opened(f"All digits of layer {moment.layer}", key="forward:digits")
    if not box:
        return
    l, layer, trace = moment.layer, moment.network.layers[moment.layer - 1], moment.trace
    columns = {f"z[{l}]": trace.Z[l][:, 0], f"a[{l}]": trace.A[l][:, 0], "b": layer.b[:, 0]}
    columns |= {f"w from {j + 1}": w for j, w in enumerate(layer.W.T)}
    inputs = pd.DataFrame(trace.A[l - 1].T, index=[f"a[{l - 1}]"], columns=[str(j + 1) for j in range(layer.n_in)])
    numbers = st.column_config.NumberColumn(format="%.17g")
    table = pd.DataFrame({"unit": np.arange(1, layer.n_out + 1), **columns})
    box.dataframe(table, hide_index=True, column_config=dict.fromkeys(columns, numbers))
    box.dataframe(inputs, column_config=dict.fromkeys(inputs.columns, numbers))


def chosen_unit(moment: Moment) -> None:
    """The chosen unit's sum written out, then g and g' with this z marked on both."""
    l, u, layer, trace = moment.layer, moment.u, moment.network.layers[moment.layer - 1], moment.trace
    Z, A = trace.Z[l], trace.A[l]
    with diverging():  # z may be infinite, from typed inputs or a run that diverges
        slope = layer.activation.derivative(Z, A, np.empty_like(Z))[u, 0]
    z, a = Z[u, 0], A[u, 0]
    st.markdown(
        f"**Unit {u + 1} of layer {l}**, written out: each input times its weight, then the bias. The activation g is "
        f"{layer.activation.label}."
    )
    name = formulas.symbol("z", l, u + 1)
    st.latex(formulas.weighted_sum(name, layer.W[u], trace.A[l - 1][:, 0], layer.b[u, 0], total=z))
    a_of, here = f"{formulas.symbol('a', l, u + 1)} = g", formulas.number(z)
    numbers = [rf"{name}({here}) &= \mathbf{{{formulas.number(value)}}}" for name, value in ((a_of, a), ("g'", slope))]
    st.latex(formulas.aligned(numbers))
    if layer.activation.coupled:
        st.caption("Softmax depends on all z of its layer. The curve varies this one and holds the others fixed.")
    curves = pictures.activation_curves(layer.activation, Z, A, u, l, reach=_reach(moment), theme=theme())
    title = f"{layer.activation.label} and its derivative, unit {u + 1} of layer {l}"
    marked = f"z = {format_number(z)}, g(z) = {format_number(a)} and g'(z) = {format_number(slope)}"
    chart(curves, key="forward:curves", title=title, alternative=f"g and g' over z; marked are {marked}.")


def _reach(moment):
    """The range of the curves' axis. It covers this unit's z at all frames, so that only the mark moves."""
    Z = moment.network.with_theta(moment.shown.run.history.theta.copy()).forward(moment.sample.X).Z[moment.layer]
    sizes = np.abs(Z[:, moment.u, 0])
    sizes = sizes[np.isfinite(sizes) & (sizes < MAX_REACH)]
    return max(4.0, 1.1 * float(sizes.max(initial=0.0)))


def one_linear_map(moment: Moment) -> None:
    """If every hidden activation is the identity: the product of all matrices, which computes the same."""
    hidden = moment.network.activations[:-1]
    if not hidden or any(activation.key != "identity" for activation in hidden):
        return
    W, b = linear_map(moment.network)
    last, z = len(moment.network.layers), formulas.symbol("z", len(moment.network.layers))
    st.markdown(
        "**One linear map.** Every hidden activation is the identity, so the product of the matrices is a single matrix. This "
        "network can do no more than one without hidden layers."
    )
    factors = r"\,".join(formulas.symbol("W", l) for l in range(last, 0, -1))
    if _is_written(W):
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
    """Show the package's code that computed this pass."""
    box = control.opened("Source code of the forward pass", key="forward:code")
    if not box:
        return
    activation, plain = moment.network.activations[moment.layer - 1], Definitions()
    plain.formula(activation.key, activation.plain, ("Z",))
    plain.formula(f"d_{activation.key}", activation.plain_slope, ("Z", "A"))
    with box:
        sources(Network.propagate, activation.forward, activation.derivative)
        st.caption("The same activation and its derivative, as in the exported programs:")
        st.code("\n".join(plain.new_lines()), language="python")
