"""Section 4: what happens to delta on the way back."""

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis import passes
from ffbp.analysis.diverging import diverging
from ffbp.figures import backward as figures
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.chart import chart
from ffbp.words.numbers import format_number


@diverging()
def shrinkage(moment: Gradient) -> None:
    """The multipliers of delta's norm, and the verdict in words."""
    steps = passes.shrinkage(moment.p)
    if not steps:
        st.info("There is no hidden layer, so delta has no way back to go: nothing shrinks.")
        return
    if any(not np.isfinite(s.ratio) for s in steps):
        st.info("The delta at the output is exactly 0 here, or arrives as 0: there is nothing to compare.")
        return
    st.markdown(_verdict(steps))
    chart(
        figures.multiplier_chart(steps), key="backward:multipliers", title="Multipliers of delta's norm, step by step",
        alternative="; ".join(
            f"layer {s.l + 1} to {s.l}: by the weights {format_number(s.weights)}, by g' {format_number(s.slope)}, both "
            f"{format_number(s.ratio)}"
            for s in steps
        ),
    )  # fmt: skip
    rows = {
        "step": [f"layer {s.l + 1} → {s.l}" for s in steps],
        "by Wᵀ": [format_number(s.weights) for s in steps],
        "by g′": [format_number(s.slope) for s in steps],
        "both": [format_number(s.ratio) for s in steps],
        "‖delta‖ after": [format_number(np.linalg.norm(moment.p.trace.delta[s.l])) for s in steps],
    }
    st.table(pd.DataFrame(rows).set_index("step"))


def _verdict(steps):
    n = len(steps)
    times = {1: "once", 2: "twice"}.get(n, f"{n} times")
    weights, slopes = (
        float(np.exp(np.mean(np.log(values)))) for values in ([s.weights for s in steps], [s.slope for s in steps])
    )
    total = float(np.prod([s.ratio for s in steps]))
    text = (
        f"From the output to layer 1, ‖delta‖ is multiplied by **{format_number(total)}**: "
        f"by the weights about {format_number(weights)}, {times}, and by g′ about {format_number(slopes)}, {times}. "
    )
    if total == 0:
        return text + "Nothing arrives: every unit on the way is inactive here."
    if total < 0.1:
        return text + (
            "**Vanishing: g′ is small.**" if slopes < weights else "**Vanishing: the weights are too small.**"
        )
    return text + ("**Exploding: the weights are too large.**" if total > 10 else "That is a healthy size.")
