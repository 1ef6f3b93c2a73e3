"""What backward saves; and the code that ran."""

import pandas as pd
import streamlit as st

from ffbp.analysis.cost import cost_by_width, cost_of
from ffbp.analysis.diverging import diverging
from ffbp.core.activations import Activation
from ffbp.core.gradcheck import check_gradients
from ffbp.core.network import Network
from ffbp.figures import backward as figures
from ffbp.training.loop import Training
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.chart import chart
from ffbp.ui.panels import sources
from ffbp.ui.session import control
from ffbp.ui.session.fragments import fragment
from ffbp.words.numbers import format_number

WIDTHS = (2, 4, 8, 16, 32, 64, 128, 256)
MEASURED_SAMPLES = 500  # for networks of other sizes


@fragment
@diverging()
def worth(moment: Gradient) -> None:
    """Compare multiply-adds and time of forward, backward and finite differences; for other sizes on demand."""
    box = control.opened("Why backpropagation is fast", key="backward:worth")
    if not box:
        return
    with box:
        st.markdown(
            "Central differences take two forward passes per parameter. Backpropagation takes one backward pass for all of them."
        )
        network = moment.network.with_theta(moment.network.theta.copy())
        X, y = moment.dataset.X_train, moment.dataset.y_train
        cost = cost_of(network, X, y)
        n = cost.n_params
        rows = [
            ("one forward pass", cost.forward_adds, cost.forward_seconds),
            ("one backward pass: all gradients", cost.backward_adds, cost.backward_seconds),
            (f"one-sided differences: P + 1 = {n + 1} forward passes", (n + 1) * cost.forward_adds, cost.one_sided),
            (f"central differences: 2P = {2 * n} forward passes", 2 * n * cost.forward_adds, cost.central),
        ]
        names = "method", "multiply-adds per sample", f"time, {len(X)} samples"
        table = [(name, f"{adds:,}", f"{format_number(1000 * seconds)} ms") for name, adds, seconds in rows]
        st.dataframe(pd.DataFrame(table, columns=names), hide_index=True)
        ratio = cost.central / max(cost.forward_seconds + cost.backward_seconds, 1e-12)
        st.markdown(
            f"For these {n} parameters, central differences take **{format_number(ratio)} times** as long as one forward "
            "and one backward pass. The times of forward and backward are measured. The times of the differences are the "
            "number of forward passes times the measured time of one."
        )
        if st.button("Measure networks of other sizes", key="backward:sizes"):
            _cost_curve(cost_by_width(network, X[:MEASURED_SAMPLES], y[:MEASURED_SAMPLES], WIDTHS))


def _cost_curve(costs):
    times = (
        f"{c.n_params} parameters: forward {format_number(1000 * c.forward_seconds)} ms, central differences "
        f"{format_number(1000 * c.central)} ms"
        for c in costs
    )
    title = "Time against the number of parameters"
    chart(figures.cost_chart(costs), key="backward:costs", title=title, alternative="; ".join(times))
    st.caption(
        "One hidden layer of 2 to 256 units. The time of backward grows in proportion to the number of parameters, that of "
        "finite differences with its square."
    )


@fragment
def backward_code(moment: Gradient) -> None:
    """Show the code that ran: the loss's gradient, both passes, the chosen layer's activation, the step, the check."""
    if box := control.opened("Source code of this step", key="backward:code"):
        network = moment.p.network
        activation = network.activations[moment.layer - 1]
        passes = network.loss_function.gradient, Network.output_delta, Network.backpropagate, Network.sum_one_by_one
        slopes = (activation.derivative, activation.jacobian) if activation.coupled else (activation.derivative,)
        with box:
            sources(*passes, Activation.backward, *slopes, Training.update, check_gradients)
