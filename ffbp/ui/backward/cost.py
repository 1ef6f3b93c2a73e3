"""Section 8: what backward saves; and the code that ran."""

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
from ffbp.words.numbers import format_number

WIDTHS = (2, 4, 8, 16, 32, 64, 128, 256)


@diverging()
def worth(moment: Gradient) -> None:
    """Multiply-adds and time of forward, backward and finite differences; the curve over size on demand."""
    box = control.opened("Measure it here", key="backward:worth")
    if not box:
        return
    with box:
        network, X, y = moment.run.network(moment.frame), moment.dataset.X_train, moment.dataset.y_train
        cost = cost_of(network, X, y)
        n_params = cost.n_params
        forwards = n_params + 1, 2 * n_params
        one_sided = f"one-sided differences: P + 1 = {forwards[0]} forward passes"
        central = f"central differences: 2P = {forwards[1]} forward passes"
        rows = [
            ("one forward pass", cost.forward_adds, cost.forward_seconds),
            ("one backward pass: all gradients", cost.backward_adds, cost.backward_seconds),
            (one_sided, forwards[0] * cost.forward_adds, cost.one_sided),
            (central, forwards[1] * cost.forward_adds, cost.central),
        ]
        table = {
            "what": [row[0] for row in rows],
            "multiply-adds a sample": [f"{row[1]:,}" for row in rows],
            f"time, {len(X)} samples": [f"{format_number(1000 * row[2])} ms" for row in rows],
        }
        st.dataframe(pd.DataFrame(table), hide_index=True)
        ratio = cost.central / max(cost.forward_seconds + cost.backward_seconds, 1e-12)
        st.markdown(
            f"For these {n_params} parameters, central differences take **{format_number(ratio)} times** as long as one "
            "forward and one backward pass. Forward and backward are measured; differences are that many measured forward "
            "passes."
        )
        if st.button("Measure networks of other sizes", key="backward:sizes"):
            _cost_curve(cost_by_width(network, X[:500], y[:500], WIDTHS))


def _cost_curve(costs):
    chart(
        figures.cost_chart(costs), key="backward:costs", title="Time against the number of parameters",
        alternative="; ".join(
            f"{c.n_params} parameters: forward {format_number(1000 * c.forward_seconds)} ms, central differences "
            f"{format_number(1000 * c.central)} ms"
            for c in costs
        ),
    )  # fmt: skip
    st.caption("One hidden layer of 2 to 256 units. Backward grows like the network, differences like its square.")


def backward_code(moment: Gradient) -> None:
    """The code that ran: the loss's own gradient, the chosen layer's activation, both passes' frame, the check."""
    box = control.opened("The code that ran", key="backward:code")
    if box:
        with box:
            network = moment.p.network
            activation = network.activations[moment.layer - 1]
            sources(
                network.loss_function.gradient, Network.output_delta, Network.backpropagate, Network.sum_one_by_one,
                Activation.backward, activation.derivative, *((activation.jacobian,) if activation.coupled else ()),
                Training.update, check_gradients,
            )  # fmt: skip
