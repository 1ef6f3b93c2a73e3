"""The card of many samples: which of them push the chosen weight up or down, and how much cancels."""

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.figures import backward as figures
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.chart import chart
from ffbp.ui.samples import choose_sample
from ffbp.words.numbers import format_number, format_percent


@diverging()
def contributions(moment: Gradient) -> None:
    """Every sample's contribution to the chosen weight's gradient, and their sum."""
    p, name = moment.p, moment.name
    if moment.hidden:
        st.info(f"The samples' contributions add up to d{name}. They appear once your prediction is right.")
        return
    if p.n == 1:
        st.markdown("This batch has a single sample, so its gradient is the gradient of the step.")
    else:
        st.markdown(
            f"**Every sample pulls `{name}` up or down. The average of the pulls is the gradient.** Each of the {p.n} samples "
            "contributes its delta times its incoming activation; the 1/n of the average is already in delta. Contributions of "
            "opposite sign cancel."
        )
    values, penalty = p.contributions(*moment.weight), p.penalty_part(*moment.weight)
    positive, negative = values[values > 0], values[values < 0]
    title = f"The samples' contributions to d{name}"
    words = (
        f"{len(positive)} samples contribute more than 0, {len(negative)} less; the sizes go up to "
        f"{format_number(np.abs(values).max())}."
    )
    picture = figures.contribution_chart(values, moment.dataset.rows_train[p.indices], name)
    chart(picture, key="backward:contributions", title=title, alternative=words, choose=choose_sample)
    down, up = positive.sum(), negative.sum()
    total = down - up
    with st.container(horizontal=True):
        st.metric(f"Sum of the {len(positive)} positive", format_number(down), width="content")
        st.metric(f"Sum of the {len(negative)} negative", format_number(up), width="content")
        st.metric(
            f"Net{' + penalty' if penalty else ''} = d{name}",
            format_number(p.gradient(*moment.weight)),
            width="content",
        )
        st.metric("Cancels", format_percent(1 - abs(up + down) / total) if total > 0 else "–", width="content")
    if penalty:
        st.caption(f"The penalty adds {format_number(penalty)} to the net of the samples.")
