"""The card of the update: the steps that the page can take from the frame, and what the next one does to the loss."""

import numpy as np
import streamlit as st

from ffbp.analysis import passes, stability
from ffbp.analysis.diverging import diverging
from ffbp.analysis.step import FARTHEST, bending_frame, preview_update, step_of
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.figures import backward as figures
from ffbp.figures import latex as formulas
from ffbp.training.loop import clip_factor
from ffbp.ui.backward.choosing import Gradient, start_over, take
from ffbp.ui.backward.predict import beyond, new_weight
from ffbp.ui.chart import chart
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.words.glossary import explained
from ffbp.words.numbers import format_number, format_percent
from ffbp.words.text import inside

STRAIGHT = 12.0  # if the loss is smallest only beyond so many steps, it is nearly straight along the step taken
BENDS = "backward:bends"  # kept in the session
FAR = (
    "the step falls short of the floor",
    "the step is about right",
    "the step goes across the valley",
    "the step starts uphill, so that α is not defined",
)


@diverging()
def one_step(moment: Gradient) -> None:
    """Take steps from the frame; and what the next update does to the loss on its batch and on the whole training set."""
    training = moment.training
    _buttons(moment)
    _compare(moment)
    if moment.ahead.is_over:
        st.info("This was the run's last epoch. Start over, or choose an earlier epoch.")
        return
    batch, after = moment.p, preview_update(training)
    if not np.isfinite(after).all():
        st.warning("The next update is not finite: the run diverges here. Try a smaller learning rate.")
        return
    _weight(moment)
    n = training.inputs.shape[1]
    inputs, Y, _ = training.batches[training.batch]
    penalty = ", with penalty" if training.network.l1 or training.network.l2 else ""
    rate = training.learning_rate if moment.run.config.optimizer == "sgd" else None
    what = "the whole training set" if batch.n == n else f"the next batch of {batch.n}"
    st.markdown(f"**Loss on {what}{penalty}**")
    best = _step_numbers(step_of(training.network, inputs, Y, after), what, "backward:step0", rate)
    _in_its_valley(moment)
    if best > STRAIGHT:
        _where_it_bends(moment)
    if batch.n == n:
        return
    what = f"all {n} training samples"
    if box := control.opened(f"The same step on {what}", key="backward:step:whole"):
        with box:
            st.markdown(f"**Loss on {what}{penalty}**")
            _step_numbers(
                step_of(training.network, training.inputs, training.targets, after), what, "backward:step1", rate
            )


def _buttons(moment):
    """Where the training stands, and the buttons that go on."""
    ahead, training = moment.ahead, moment.training
    n, over = len(training.batches), ahead.is_over
    st.markdown(
        f"Epoch {training.epoch}, batch {training.batch + 1} of {n} · {ahead.taken} step{'s' * (ahead.taken != 1)} taken "
        f"from epoch {moment.run.history.epoch[moment.frame]} · learning rate {training.learning_rate:.6g}"
    )
    with st.container(horizontal=True):
        own = {"on_click": take, "disabled": over}
        st.button("Take this step", key="backward:step", type="primary", args=(1,), **own)
        if n > 1:
            st.button("To the end of the epoch", key="backward:epoch", args=(n - training.batch,), **own)
        st.button("Start over", key="backward:over", on_click=start_over, disabled=not ahead.taken)
    if passes.is_beyond(moment.run, moment.frame) and not ahead.taken:
        st.caption(beyond(moment.run))


def _weight(moment):
    """The chosen weight before and after the step."""
    old = moment.p.weight(*moment.weight)
    if moment.new_hidden:
        st.markdown(f"`{moment.name}` goes from {old!r} to ? in this step.")
        return
    new = new_weight(moment.training, moment.weight)
    optimizer = OPTIMIZERS[moment.run.config.optimizer]
    if optimizer.key != "sgd":
        what = "θ is any weight or bias, and g its gradient"
        st.caption(formulas.plain(f"{optimizer.label}: {optimizer.formula}, where {what}."))
    st.latex(_written(moment, old, new))
    st.markdown(f"`{moment.name}` goes from {old!r} to {new!r}. The step sets exactly this number, bit for bit.")


def _written(moment, old, new) -> str:
    """The weight's step in numbers: of gradient descent from the gradient, of other optimizers the change alone."""
    training, (l, unit, source) = moment.training, moment.weight
    is_bias = source > moment.network.layers[l - 1].n_in
    letter, index = ("b", unit) if is_bias else ("W", f"{unit},{source}")
    w, dw = formulas.symbol(letter, l, index), formulas.symbol(f"d{letter}", l, index)
    before, after = formulas.number(old), rf"\mathbf{{{formulas.number(new)}}}"
    if moment.run.config.optimizer != "sgd":
        return formulas.aligned(
            [rf"{w} &\leftarrow {w} + \Delta {w}", f"&= {before} {formulas.signed(new - old)} = {after}"]
        )
    rate, gradient = formulas.shortest(training.learning_rate), formulas.factor(moment.p.gradient(*moment.weight))
    clipped = 1.0 if training.clip is None else float(clip_factor(training.network.grad, training.clip)[0])
    c, clip = (
        ("", "")
        if clipped == 1
        else (r"c\,", rf" \cdot \underbrace{{{formulas.number(clipped)}}}_{{c,\ \text{{clipping}}}}")
    )
    lines = [rf"{w} &\leftarrow {w} - \eta\,{c}{dw}", rf"&= {before} - {rate}{clip} \cdot {gradient} = {after}"]
    return formulas.aligned(lines)


def _compare(moment):
    """Where the training meets a recorded frame, tell whether the two are the same."""
    history, training, taken = moment.run.history, moment.training, moment.ahead.taken
    at = np.flatnonzero(history.epoch == training.epoch)
    if not taken or training.batch or not len(at):
        return
    text = f"This is epoch {training.epoch} of the run: all {training.network.n_params} parameters "
    if np.array_equal(history.theta[at[0]], training.network.theta):
        st.success(text + "are equal, bit for bit.")
    else:
        st.error(text + "should be equal, but are not.")


def _in_its_valley(moment):
    """How far the step goes, and whether the learning rate suits the curvature, on the whole training set."""
    found, config = stability.one_step(moment.training), moment.run.config
    n = f"all {moment.training.inputs.shape[1]} training samples"
    far = FAR[found.kind] if found.uphill else f"**α {format_number(found.alpha)}**, {FAR[found.kind]}"
    text = f"In its valley, on {n}: {far}."
    if found.sharpness is not None and np.isfinite(found.threshold):
        sharp, bears = format_number(found.sharpness), format_number(found.threshold)
        ratio = format_number(found.sharpness / found.threshold)
        who = inside(OPTIMIZERS[config.optimizer].label)
        text += f" The sharpness is {sharp}, and {who} bears {bears} here: **stability {ratio}**"
        text += ", beyond the edge at 1." if found.sharpness > found.threshold else ", below the edge at 1."
    if found.clipped:
        text += " Clipping shortens the step, which then bears more."
    st.markdown(text, help=explained("step_quality", "stability"))


def _where_it_bends(moment):
    """A button to the epoch at which the loss bends most within a few steps, if there is one."""
    of_run, frame = session.recall(BENDS, (None, None))
    if of_run is not moment.run:
        frame = bending_frame(moment.run)
        session.keep((moment.run, frame), BENDS)
    if frame is None or frame == moment.frame:
        return
    st.markdown("The loss is nearly straight along this step.")
    title = f"Show epoch {moment.run.history.epoch[frame]}, where it bends"
    st.button(title, key="backward:bend", on_click=_go, args=(frame,))


def _go(frame):
    session.view = session.view.at(frame)
    session.adopted += 1


def _step_numbers(step, what, key, rate) -> float:
    """Draw a step's numbers and curve; returns the step length at which the loss is smallest."""
    actual, best, lowest = format_number(step.actual), format_number(step.best), format_number(step.best_loss)
    with st.container(horizontal=True):
        st.metric("before", f"{step.before:#.6g}", width="content")
        st.metric("after", f"{step.after:#.6g}", width="content")
        st.metric("decrease", actual, width="content")
    before, after = format_number(step.before), format_number(step.after)
    words = f"Before the step {before}, after it {after}; smallest at s = {best}: {lowest}."
    title = f"Loss on {what} along the update"
    chart(figures.step_chart(step, what, rate), key=key, title=title, alternative=words)
    is_share = step.predicted > 0 and np.isfinite(step.actual)
    share = f" ({format_percent(step.actual / step.predicted)} of it)" if is_share else ""
    rises = " The tangent rises: for these samples the update leads uphill." if step.predicted < 0 else ""
    best_rate = "" if rate is None else f" (η = {format_number(step.best * rate)}; the run's is {rate:.6g})"
    end = "still falling" if step.best >= FARTHEST else "smallest"
    angle = f"{step.angle:.1f}°" if np.isfinite(step.angle) else "–"
    st.markdown(
        f"Predicted decrease {format_number(step.predicted)}, actual {actual}{share}.{rises} Along this line the loss is "
        f"{end} at s = {best}{best_rate}, where it is {lowest}. Angle between update and negative gradient: {angle}."
    )
    return step.best
