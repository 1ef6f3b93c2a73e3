"""One image, neuron by neuron: what the network says of it, and one unit's sum as images."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.figures import digits as pictures
from ffbp.figures import latex as formulas
from ffbp.ui.chart import chart
from ffbp.ui.digits.choosing import Digit
from ffbp.ui.digits.mounted import show
from ffbp.ui.digits.weights import unit_chosen
from ffbp.ui.page import PAGES, link
from ffbp.ui.session import address, control
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number, format_percent


def chosen_image(moment: Digit) -> None:
    """The image in large, what the network says, and all ten outputs."""
    sample, dataset = moment.sample, moment.dataset
    true = None if sample.y is None else int(sample.y[0])
    left, right = st.columns([1, 2])
    with left:
        label = "your drawing" if sample.row is None else sample.label
        data = pictures.pack_images(
            sample.chosen[None], ["ink"], [label], raster=moment.raster, captions=[label], name="The chosen image",
            signs=[""], size=190,
        )  # fmt: skip
        show("images", data, "digits:chosen")
    with right:
        says = (
            f"The network says **{moment.said(moment.decided)}** with {format_percent(moment.outputs[moment.decided])}."
        )
        if true is not None:
            says += f" The true digit is **{moment.said(true)}**."
        if not moment.network.gives_probabilities:
            says += f" Its ten outputs are no probabilities: they sum to {format_number(moment.outputs.sum())}."
        st.markdown(says)
        bars = pictures.probability_bars(moment.outputs, dataset.class_names, true=true)
        in_words = [f"{name} {format_percent(p)}" for name, p in zip(dataset.class_names, moment.outputs, strict=True)]
        chart(bars, key="digits:bars", title=f"The ten {moment.called}", alternative=", ".join(in_words))


def neuron_by_neuron(moment: Digit) -> None:
    """Hidden activations, and the chosen unit's sum as images: input times weight, pixel by pixel."""
    network, trace, raster, unit = moment.network, moment.trace, moment.raster, moment.u
    if len(network.layers) > 1:
        active = [f"{np.count_nonzero(A)} of {len(A)} units of layer {l}" for l, A in enumerate(trace.A[1:-1], start=1)]
        chart(
            pictures.activation_bars(network, trace, chosen=(1, unit)), key="digits:activations",
            title="Hidden activations", alternative=f"Not zero: {', '.join(active)}.",
        )  # fmt: skip
    n_units = network.sizes[1]
    control.show(
        st.columns(3)[0], "number_input", "Unit of the first layer", 1, n_units, name="digits:unit", value=unit + 1,
        on_change=_unit_typed, help="Or choose one of the weight images above.",
    )  # fmt: skip
    w, x = network.layers[0].W[unit], trace.A[0][:, 0]
    with diverging():
        products = w * x
    encoded = moment.dataset.encodes
    how = "standardised" if moment.dataset.standardized else f"divided by {moment.dataset.scale:g}"
    weights = f"weights of unit {unit + 1}"
    images = [moment.sample.chosen, *([x] if encoded else []), w, products]
    captions = ["pixels", *([how] if encoded else []), weights, pictures.sum_caption(products)]
    signs = ["", *(["→"] if encoded else []), "×", "="]
    kinds = ["ink", *["signed"] * (len(images) - 1)]
    labels = ["pixels", *([f"pixels, {how}"] if encoded else []), weights, "contributions"]
    data = pictures.pack_images(
        np.array(images), kinds, labels, raster=raster, captions=captions, signs=signs,
        name="One unit's sum as images", size=150,
    )  # fmt: skip
    show("images", data, "digits:sum")
    z, a = formulas.symbol("z", 1, unit + 1), formulas.symbol("a", 1, unit + 1)
    b, n = network.layers[0].b[unit, 0], formulas.number
    total, value = trace.Z[1][unit, 0], trace.A[1][unit, 0]
    st.latex(
        formulas.aligned(
            [
                rf"{z} &= \sum_j w_j x_j + b",
                rf"&= {n(products.sum())} {formulas.signed(b)} = \mathbf{{{n(total)}}}",
                rf"{a} &= g({n(total)}) = \mathbf{{{n(value)}}}",
            ]
        )
    )
    st.caption("Blue is positive, orange negative, each image on its own scale; the number is under the pointer.")


def _unit_typed(number):
    unit_chosen(int(number) - 1)


def links(moment: Digit) -> None:
    """Links to the pages that take this very image apart; they carry it, and the unit."""
    view = session.view.with_unit(1, moment.unit)
    params = address.offer({**session.config.to_params(), **view.to_params()})
    for column, path in zip(st.columns(2), ("pages/forward_pass.py", "pages/backpropagation.py"), strict=True):
        label = f"This image on the page {PAGES[path]}, number by number"
        link(path, label, params, place=column, icon=":material/arrow_forward:")
