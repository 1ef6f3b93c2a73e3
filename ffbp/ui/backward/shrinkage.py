"""What happens to delta on the way back."""

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis import passes
from ffbp.analysis.diverging import diverging
from ffbp.figures import backward as figures
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.chart import chart
from ffbp.ui.session import control
from ffbp.ui.session.fragments import fragment
from ffbp.words.numbers import format_number


@fragment
def shrinkage(moment: Gradient) -> None:
    """The factors by which delta's norm changes, and a verdict; open from the start in a run whose gradients vanish."""
    matters = any(notice.key == "shrinking" for notice in moment.shown.notices)
    title, key = "What happens to delta on the way back", f"backward:shrinkage:{'vanishing' if matters else 'other'}"
    if box := control.opened(title, key=key, expanded=matters):
        with box:
            st.caption(f"Delta of {moment.whose}.")
            _factors(moment)


@diverging()
def _factors(moment):
    steps = passes.shrinkage(moment.p)
    if not steps:
        st.info("There is no hidden layer. Delta exists only at the output, so it cannot shrink.")
        return
    if any(not np.isfinite(s.ratio) for s in steps):
        st.info("Delta is exactly 0 at the output or in a layer on the way back, so there is nothing to compare.")
        return
    st.markdown(_verdict(steps))
    rows = [
        (f"layer {s.l + 1} → {s.l}", *(format_number(factor) for factor in (s.weights, s.slope, s.ratio)))
        for s in steps
    ]
    words = (f"{step}: by the weights {weights}, by g' {slope}, both {both}" for step, weights, slope, both in rows)
    title = "Factors of delta's norm, step by step"
    chart(figures.multiplier_chart(steps), key="backward:multipliers", title=title, alternative="; ".join(words))
    table = pd.DataFrame(rows, columns=["step", "by Wᵀ", "by g′", "both"]).set_index("step")
    table["‖delta‖ after"] = [format_number(np.linalg.norm(moment.p.trace.delta[s.l])) for s in steps]
    st.table(table)


def _verdict(steps):
    n = len(steps)
    times = {1: "once", 2: "twice"}.get(n, f"{n} times")
    weights, slopes = np.exp(np.log([(s.weights, s.slope) for s in steps]).mean(axis=0))
    total = float(np.prod([s.ratio for s in steps]))
    if total == 0:
        verdict = "No gradient arrives: every unit on the way is inactive here."
    elif total < 0.1:
        verdict = f"**Vanishing: {'g′ is small' if slopes < weights else 'the weights are too small'}.**"
    else:
        verdict = "**Exploding: the weights are too large.**" if total > 10 else "It neither vanishes nor explodes."
    return (
        f"From the output to layer 1, ‖delta‖ is multiplied by **{format_number(total)}**: by the weights about "
        f"{format_number(weights)}, {times}, and by g′ about {format_number(slopes)}, {times}. {verdict}"
    )
