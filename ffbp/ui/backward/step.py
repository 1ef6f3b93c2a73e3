"""Section 5: what one step does to the loss."""

import numpy as np
import streamlit as st

from ffbp.analysis import passes
from ffbp.analysis.diverging import diverging
from ffbp.analysis.step import FARTHEST, preview_update, step_of
from ffbp.figures import backward as figures
from ffbp.ui.backward.choosing import Gradient, next_training
from ffbp.ui.backward.predict import beyond
from ffbp.ui.chart import chart
from ffbp.words.numbers import format_number, format_percent


@diverging()
def one_step(moment: Gradient) -> None:
    """What the next update does to the batch's loss and to the whole training part's."""
    training = next_training(moment.run, moment.frame)
    batch = passes.batch_pass(training)
    after = preview_update(training)
    if not np.isfinite(after).all():
        st.warning("The next update is not finite: the run diverges here. A smaller learning rate helps.")
        return
    whole = batch.n == training.inputs.shape[1]
    views = [
        ("the whole training set" if whole else f"the next batch of {batch.n}", training.batches[training.batch][:2])
    ]
    if not whole:
        views.append((f"all {training.inputs.shape[1]} training samples", (training.inputs, training.targets)))
    penalty = ", penalty included" if training.network.l1 or training.network.l2 else ""
    if passes.is_beyond(moment.run, moment.frame):
        st.caption(beyond(moment.run))
    columns = st.columns(len(views))
    rate = training.learning_rate if moment.run.config.optimizer == "sgd" else None
    for i, (column, (what, (inputs, Y))) in enumerate(zip(columns, views, strict=True)):
        step = step_of(training.network, inputs, Y, after)
        with column:
            _step_numbers(step, what, penalty, f"step{i}", rate)


def _step_numbers(step, what, penalty, key, rate):
    st.markdown(f"**Loss on {what}{penalty}**")
    with st.container(horizontal=True):
        st.metric("before", f"{step.before:.6g}", width="content")
        st.metric("after", f"{step.after:.6g}", width="content")
        st.metric("decrease", format_number(step.actual), width="content")
    chart(
        figures.step_chart(step, what, rate), key=f"backward:{key}", title=f"Loss on {what} along the update",
        alternative=f"Before the step {format_number(step.before)}, after it {format_number(step.after)}; smallest found at "
        f"s = {format_number(step.best)}: {format_number(step.best_loss)}.",
    )  # fmt: skip
    share = (
        f" ({format_percent(step.actual / step.predicted)} of it)"
        if step.predicted > 0 and np.isfinite(step.actual)
        else ""
    )
    rises = " The tangent rises: for these samples the update leads uphill." if step.predicted < 0 else ""
    best = "falling" if step.best >= FARTHEST else "smallest"
    best_rate = "" if rate is None else f" (η = {format_number(step.best * rate)}; the run's is {format_number(rate)})"
    best = f"{best} at s = {format_number(step.best)}{best_rate}, where it is {format_number(step.best_loss)}"
    angle = f"{step.angle:.1f}°" if np.isfinite(step.angle) else "–"
    st.markdown(
        f"Predicted decrease {format_number(step.predicted)}, actual {format_number(step.actual)}{share}.{rises} "
        f"Along this line the loss is {best}. Angle between update and negative gradient: {angle}."
    )
