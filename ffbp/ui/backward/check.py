"""Every gradient against the slope of the loss."""

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.analysis.step import error_by_step
from ffbp.figures import backward as figures
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.backward.written import weight_clicked
from ffbp.ui.chart import chart, theme
from ffbp.ui.panels import check_of
from ffbp.ui.session import control
from ffbp.ui.session.fragments import fragment

CHECKED_SAMPLES, CHECKED_LAYERS = 200, 5  # for the error against the step size


@fragment
@diverging()
def live_check(moment: Gradient) -> None:
    """Check all gradients at this frame, and plot the error of the difference quotient against its step size."""
    box = control.opened("Check every gradient of this network numerically", key="backward:check")
    if not box:
        return
    with box:
        if moment.hidden:
            st.info(f"The check shows every gradient. It appears once your prediction of d{moment.name} is right.")
            return
        st.markdown(
            "Move one parameter a little up and a little down: the change of the loss must match the gradient. Too large a "
            "step misses the curve (truncation error); too small a step is lost in rounding (rounding error)."
        )
        network = moment.network.with_theta(moment.network.theta.copy())
        check, words = check_of(network, moment.dataset, moment.where)
        st.markdown(words)
        blocks = network.blocks(network.theta)
        layers = np.repeat(np.arange(1, len(blocks) + 1), [block.size for block in blocks])
        left, right = st.columns(2)
        with left:
            st.markdown("**On the diagonal, both gradients agree**")
            weights = np.concatenate([np.argwhere(np.ones(block.shape, bool)) + 1 for block in blocks])
            points = figures.check_chart(check, np.column_stack([layers, weights]), theme=theme())
            title = "Backward against the difference quotient"
            words = f"One point per parameter, all within {check.max_relative_error:.1e} of the diagonal."
            chart(points, key="backward:check:points", title=title, alternative=words, choose=weight_clicked)
        with right:
            st.markdown("**The error over the step size forms a V**")
            _error_by_step(network, moment.dataset, check, _steepest(check, layers))
        of_layers = [(str(l), layers == l) for l in np.unique(layers)]
        rows = [(l, int(of_layer.sum()), f"{_worst(check, of_layer):.1e}") for l, of_layer in of_layers]
        names = "layer", "parameters", "largest relative error"
        st.dataframe(pd.DataFrame(rows, columns=names), hide_index=True)


def _error_by_step(network, dataset, check, chosen):
    steps = 10.0 ** np.arange(-13, 0.1, 0.5)
    X, y = dataset.X_train[:CHECKED_SAMPLES], dataset.y_train[:CHECKED_SAMPLES]
    errors = error_by_step(network, X, y, chosen, steps)
    names = [check.names[i] for i in chosen]
    smallest = (f"{name} at h = {steps[i]:.0e}" for name, i in zip(names, errors.argmin(axis=1), strict=True))
    words = f"Smallest for {'; '.join(smallest)}."
    curves = figures.step_size_chart(steps, errors, names)
    chart(curves, key="backward:check:steps", title="The error against the step size", alternative=words)


def _worst(check, of_layer):
    """The largest relative error of a layer, kinks left out."""
    errors = check.relative_error[of_layer & ~check.crosses_kink]
    return errors.max() if len(errors) else np.nan


def _steepest(check, layers):
    """The index of each layer's parameter with the largest gradient, for the first few layers."""
    of_layers = [np.flatnonzero(layers == l) for l in np.unique(layers)[:CHECKED_LAYERS]]
    return [int(at[np.argmax(np.abs(check.analytic[at]))]) for at in of_layers]
