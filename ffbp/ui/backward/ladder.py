"""Section 6: a step as a ladder of phases, on a training of the session's own."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ffbp.analysis import passes
from ffbp.analysis.diverging import diverging
from ffbp.training.loop import Training
from ffbp.training.run import Run
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.backward.predict import new_weight
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number

LADDER = "backward:ladder"  # kept in the session
PHASES = ("Forward", "Loss", "Backward", "Preview the update", "Commit the update")


@dataclass(frozen=True)
class Ladder:
    """The state of the ladder. Only its training changes in place, because a copy costs more than a step."""

    run: Run
    frame: int
    training: Training
    phase: int = 0
    taken: int = 0


@diverging()
def ladder(moment: Gradient) -> None:
    """Go on from this frame by a phase, a step or an epoch, on a training of this session's own."""
    run, state = moment.run, session.recall(LADDER)
    if state is None or state.run is not run or state.frame != moment.frame:
        state = Ladder(run, moment.frame, passes.next_training(run, moment.frame))
        session.keep(state, LADDER)
    training, n = state.training, len(state.training.batches)
    st.markdown(
        f"Epoch {training.epoch}, batch {training.batch + 1} of {n} · {state.taken} step{'s' * (state.taken != 1)} taken "
        f"from this frame · learning rate {format_number(training.learning_rate)}"
    )
    over = training.epoch >= len(training.rates)
    batch = "this sample" if training.batches[training.batch][0].shape[1] == 1 else "this mini-batch"
    step = f"One step: {batch if n > 1 else 'the whole set'}"
    rest, fresh = n - training.batch, not (state.taken or state.phase)
    with st.container(horizontal=True):
        st.button(PHASES[state.phase], key="backward:phase", type="primary", on_click=_next_phase, disabled=over)
        st.button(step, key="backward:step", on_click=_take, args=(1,), disabled=over)
        st.button("To the end of the epoch", key="backward:epoch", on_click=_take, args=(rest,), disabled=over)
        st.button("Start over", key="backward:over", on_click=session.keep, args=(None, LADDER), disabled=fresh)
    if over:
        st.info("This was the run's last epoch. Start over, or choose an earlier frame.")
    else:
        _phases(moment, training, state.phase)
    _compare(run.history, training, state.taken)


def _phases(moment, training, phase):
    p = passes.batch_pass(training)
    old = p.weight(*moment.weight)
    new = new_weight(training, moment.weight) if phase >= 4 else None
    loss = "2 · loss, with penalty" if p.penalty else "2 · loss"
    metrics = (
        ("1 · forward: mean output", p.trace.A[-1][0].mean(), False),
        (loss, p.data_loss + p.penalty, False),
        (f"3 · backward: d{moment.name}", p.gradient(*moment.weight), moment.hidden),
        (f"4 · update: {moment.name}", new, moment.new_hidden),
    )
    with st.container(horizontal=True):
        for i, (label, value, hidden) in enumerate(metrics):
            st.metric(label, "·" if i >= phase else "?" if hidden else format_number(value))
    if phase >= 4 and not moment.new_hidden:
        st.caption(f"{moment.name} goes from {old!r} to {new!r}. The commit sets exactly this number, bit for bit.")


def _compare(history, training, taken):
    """Where the ladder meets a recorded frame, tell whether the two are the same."""
    at = np.flatnonzero(history.epoch == training.epoch)
    if not taken or training.batch or not len(at):
        return
    n = training.network.n_params
    text = f"This is frame {at[0]} of the run, epoch {training.epoch}: all {n} parameters "
    if np.array_equal(history.theta[at[0]], training.network.theta):
        st.success(text + "are equal, bit for bit.")
    else:
        st.error(text + "should be equal, but are not.")


def _next_phase():
    state = session.recall(LADDER)
    if state.phase == len(PHASES) - 1:
        _take(1)
    else:
        session.keep(replace(state, phase=state.phase + 1), LADDER)


@diverging()
def _take(n_steps):
    state = session.recall(LADDER)
    for _ in range(n_steps):
        state.training.gradient()
        state.training.update()
    session.keep(replace(state, phase=0, taken=state.taken + n_steps), LADDER)
