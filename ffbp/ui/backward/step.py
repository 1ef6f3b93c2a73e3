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
    """What the next update does to the loss on its batch and on the whole training set."""
    training = next_training(moment.run, moment.frame)
    batch, after = passes.batch_pass(training), preview_update(training)
    if not np.isfinite(after).all():
        st.warning("The next update is not finite: the run diverges here. Try a smaller learning rate.")
        return
    n = training.inputs.shape[1]
    inputs, Y, _ = training.batches[training.batch]
    views = [("the whole training set" if batch.n == n else f"the next batch of {batch.n}", inputs, Y)]
    if batch.n < n:
        views.append((f"all {n} training samples", training.inputs, training.targets))
    if passes.is_beyond(moment.run, moment.frame):
        st.caption(beyond(moment.run))
    penalty = ", with penalty" if training.network.l1 or training.network.l2 else ""
    rate = training.learning_rate if moment.run.config.optimizer == "sgd" else None
    for i, (column, (what, inputs, Y)) in enumerate(zip(st.columns(len(views)), views, strict=True)):
        with column:
            st.markdown(f"**Loss on {what}{penalty}**")
            _step_numbers(step_of(training.network, inputs, Y, after), what, f"backward:step{i}", rate)


def _step_numbers(step, what, key, rate):
    actual, best, lowest = format_number(step.actual), format_number(step.best), format_number(step.best_loss)
    with st.container(horizontal=True):
        st.metric("before", f"{step.before:.6g}", width="content")
        st.metric("after", f"{step.after:.6g}", width="content")
        st.metric("decrease", actual, width="content")
    before, after = format_number(step.before), format_number(step.after)
    words = f"Before the step {before}, after it {after}; smallest at s = {best}: {lowest}."
    title = f"Loss on {what} along the update"
    chart(figures.step_chart(step, what, rate), key=key, title=title, alternative=words)
    is_share = step.predicted > 0 and np.isfinite(step.actual)
    share = f" ({format_percent(step.actual / step.predicted)} of it)" if is_share else ""
    rises = " The tangent rises: for these samples the update leads uphill." if step.predicted < 0 else ""
    best_rate = "" if rate is None else f" (η = {format_number(step.best * rate)}; the run's is {format_number(rate)})"
    end = "still falling" if step.best >= FARTHEST else "smallest"
    angle = f"{step.angle:.1f}°" if np.isfinite(step.angle) else "–"
    st.markdown(
        f"Predicted decrease {format_number(step.predicted)}, actual {actual}{share}.{rises} Along this line the loss is "
        f"{end} at s = {best}{best_rate}, where it is {lowest}. Angle between update and negative gradient: {angle}."
    )
