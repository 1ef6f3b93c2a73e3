"""Section 7: every gradient against the slope of the loss."""

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.analysis.step import error_by_step
from ffbp.figures import backward as figures
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.backward.written import weight_clicked
from ffbp.ui.chart import chart
from ffbp.ui.panels import check_of
from ffbp.ui.session import control


@diverging()
def live_check(moment: Gradient) -> None:
    """All parameters at this frame, analytic against numeric; and the V of the error against the step size."""
    box = control.opened("Check every gradient of this network, now", key="backward:check")
    if not box:
        return
    with box:
        if moment.hidden:
            st.info(f"The check shows every gradient, so it waits until your prediction of d{moment.name} is right.")
            return
        check, words = check_of(moment.run, moment.frame)
        st.markdown(words)
        network = moment.run.network(moment.frame)
        blocks = network.blocks(network.theta)
        layers = np.repeat(np.arange(1, len(blocks) + 1), [block.size for block in blocks])
        left, right = st.columns(2)
        with left:
            st.markdown("**All on the diagonal**")
            weights = np.concatenate([np.argwhere(np.ones(block.shape, bool)) + 1 for block in blocks])
            chart(
                figures.check_chart(check, np.column_stack([layers, weights])), key="backward:check:points",
                title="Backward against the difference quotient", choose=weight_clicked,
                alternative=f"A point a parameter, all within {check.max_relative_error:.1e} of the diagonal.",
            )  # fmt: skip
        with right:
            st.markdown("**The error against the step size is a V**")
            _error_by_step(network, moment.dataset, check, _telling_parameters(check, layers))
        table = {
            "layer": [str(l) for l in np.unique(layers)],
            "parameters": [int((layers == l).sum()) for l in np.unique(layers)],
            "largest relative error": [f"{_worst(check, layers == l):.1e}" for l in np.unique(layers)],
        }
        st.dataframe(pd.DataFrame(table), hide_index=True)


def _error_by_step(network, dataset, check, chosen):
    steps = 10.0 ** np.arange(-13, 0.1, 0.5)
    errors = error_by_step(network, dataset.X_train[:200], dataset.y_train[:200], chosen, steps)
    names = [check.names[i] for i in chosen]
    smallest = (f"{name} at h = {steps[i]:.0e}" for name, i in zip(names, errors.argmin(axis=1), strict=True))
    chart(
        figures.step_size_chart(steps, errors, names), key="backward:check:steps",
        title="The error against the step size", alternative=f"Smallest for {'; '.join(smallest)}.",
    )  # fmt: skip


def _worst(check, at):
    judged = check.relative_error[at & ~check.crosses_kink]
    return judged.max() if len(judged) else np.nan


def _telling_parameters(check, layers):
    """The parameter with the largest gradient of each layer, at most five layers: the chosen indices."""
    found = []
    for l in np.unique(layers)[:5]:
        at = np.flatnonzero(layers == l)
        found.append(int(at[np.argmax(np.abs(check.analytic[at]))]))
    return found
