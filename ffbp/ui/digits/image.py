"""The first layer's weights as images, and one image, neuron by neuron: the answer, and the sum of one unit."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.experiment.link import params_of
from ffbp.figures import digits as pictures
from ffbp.figures import latex as formulas
from ffbp.ui.chart import chart, theme
from ffbp.ui.digits.choosing import Digit
from ffbp.ui.digits.mounted import show, show_row
from ffbp.ui.moment import choose_unit
from ffbp.ui.page import PAGES, link
from ffbp.ui.session import address, control
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number, format_percent


# Cached for the session only, because the run may be on a file of this session.
@st.cache_data(max_entries=8, show_spinner=False, scope="session")
def _packed_weights(run_id, chosen, _run, _raster):
    return pictures.pack_weights(_run, _raster, chosen=chosen)


def weight_images(moment: Digit) -> None:
    """The first layer's weights as images at every frame; a click chooses the unit."""
    data = _packed_weights(moment.shown.id, moment.u, moment.run, moment.raster)
    show("images", data, "digits:weights", lambda u: choose_unit(1, u + 1), moment.network.sizes[1])
    if moment.dataset.scale != 1:
        st.caption(
            f"All pixels are divided by {moment.dataset.scale:g}, full ink. Standardising each pixel by itself would give as much "
            "weight to pixels at the border, which rarely have ink."
        )


def chosen_image(moment: Digit) -> None:
    """The image, large; the network's answer; and all ten outputs."""
    sample, dataset = moment.sample, moment.dataset
    true = None if sample.y is None else int(sample.y[0])
    left, right = st.columns([1, 2])
    with left:
        label = "your drawing" if sample.row is None else sample.label
        show_row(
            moment.raster, "digits:chosen", "The chosen image", [(sample.chosen, "ink", label, label, "")], size=190
        )
    with right:
        share = format_percent(moment.outputs[moment.decided])
        says = f"The prediction is **{moment.said(moment.decided)}** with {share}."
        if true is not None:
            says += f" The true digit is **{moment.said(true)}**."
        if not moment.network.gives_probabilities:
            says += f" Its ten outputs are not probabilities: they sum to {format_number(moment.outputs.sum())}."
        st.markdown(says)
        bars = pictures.probability_bars(moment.outputs, dataset.class_names, true=true)
        in_words = [f"{name} {format_percent(p)}" for name, p in zip(dataset.class_names, moment.outputs, strict=True)]
        chart(bars, key="digits:bars", title=f"The ten {moment.called}", alternative=", ".join(in_words))


def neuron_by_neuron(moment: Digit) -> None:
    """Hidden activations, and the chosen unit's sum as images: input times weight, pixel by pixel."""
    network, trace, unit = moment.network, moment.trace, moment.u
    if len(network.layers) > 1:
        active = [f"{np.count_nonzero(A)} of {len(A)} units of layer {l}" for l, A in enumerate(trace.A[1:-1], start=1)]
        bars = pictures.activation_bars(network, trace, chosen=(1, unit), theme=theme())
        words = f"Not zero: {', '.join(active)}."
        chart(bars, key="digits:activations", title="Hidden activations", alternative=words)
    title, n_units = "Unit of the first layer", network.sizes[1]
    help_text = "You can also choose one of the weight images above."
    about = {"on_change": lambda number: choose_unit(1, int(number)), "help": help_text}
    control.show(st.columns(3)[0], "number_input", title, 1, n_units, name="digits:unit", value=unit + 1, **about)
    w, x = network.layers[0].W[unit], trace.A[0][:, 0]
    with diverging():
        products = w * x
    weights = f"weights of unit {unit + 1}"
    images = [
        (moment.sample.chosen, "ink", "pixels", "pixels", ""),
        (w, "signed", weights, weights, "×"),
        (products, "signed", "contributions", pictures.sum_caption(products), "="),
    ]
    if moment.dataset.encodes:
        how = "standardised" if moment.dataset.standardized else f"divided by {moment.dataset.scale:g}"
        images.insert(1, (x, "signed", f"pixels, {how}", how, "→"))
    show_row(moment.raster, "digits:sum", "One unit's sum as images", images, size=150)
    z, a = formulas.symbol("z", 1, unit + 1), formulas.symbol("a", 1, unit + 1)
    total, value = formulas.number(trace.Z[1][unit, 0]), formulas.number(trace.A[1][unit, 0])
    bias = formulas.signed(network.layers[0].b[unit, 0])
    lines = [
        rf"{z} &= \sum_j w_j x_j + b",
        rf"&= {formulas.number(products.sum())} {bias} = \mathbf{{{total}}}",
        rf"{a} &= g({total}) = \mathbf{{{value}}}",
    ]
    st.latex(formulas.aligned(lines))
    st.caption("Green is positive, purple negative; each image has its own scale.")


def links(moment: Digit) -> None:
    """Links to the pages that explain the pass of this image; they carry the image and the unit."""
    view = session.view.with_unit(1, moment.unit)
    params = address.offer(params_of(session.config, view))
    for column, path in zip(st.columns(2), ("pages/forward_pass.py", "pages/backpropagation.py"), strict=True):
        label = f"This image, number by number: {PAGES[path]}"
        link(path, label, params, place=column, icon=":material/arrow_forward:")
