"""A's own twin: two of its hidden units swapped, or a unit's sign flipped; the function stays, the weights are far away."""

import numpy as np
import streamlit as st

from ffbp.analysis.surface import line_between
from ffbp.analysis.twins import flip_sign, is_odd, swap_units, twin_notice
from ffbp.figures.surface import line_plot
from ffbp.training.run import Run
from ffbp.ui import chart
from ffbp.ui.session import control
from ffbp.words import english
from ffbp.words.glossary import explained

KINDS = {"swap": "Swap two units", "flip": "Flip a unit's sign"}


def own_twin(run: Run) -> None:
    """Choose a twin of the run's end; a sentence and the loss on the straight line to it."""
    network = run.network()
    if len(network.layers) < 2 or not np.isfinite(network.theta).all():
        return
    st.header("A's own twin", anchor=False)
    columns = st.columns(4, vertical_alignment="bottom")
    layer = control.kept(
        columns[0], "selectbox", "Hidden layer", list(range(1, len(network.layers))), name="twin:layer"
    )
    units = list(range(1, network.sizes[layer] + 1))
    kinds = [
        key for key, fits in (("swap", len(units) > 1), ("flip", is_odd(network.layers[layer - 1].activation))) if fits
    ]
    if not kinds:
        st.info("A single unit whose activation is not odd has no twin. Choose more units, or tanh.")
        return
    own = {"name": "twin:kind", "labels": [KINDS[key] for key in kinds], "format_func": KINDS.get}
    kind = control.kept(columns[1], "selectbox", "Twin", kinds, **own)
    i = control.kept(columns[2], "selectbox", "Unit", units, name="twin:unit")
    if kind == "swap":
        j = control.kept(columns[3], "selectbox", "and unit", [unit for unit in units if unit != i], name="twin:other")
        twin, named = swap_units(network, layer, i, j), [i, j]
    else:
        twin, named = flip_sign(network, layer, i), [i]
    line = line_between(run, network.theta, twin.theta)
    text = english.sentence(twin_notice(run, twin, line, layer=layer, units=named))
    st.markdown(text, help=explained("twins"))
    title = "The loss on the straight line from A's end to its twin"
    chart.chart(line_plot(line, end="twin"), key="surface:twin", title=title, alternative=text)
