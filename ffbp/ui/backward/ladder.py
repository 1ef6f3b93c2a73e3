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
    """Where the ladder stands. Its training alone goes on in place: to copy one costs more than a step."""

    run: Run
    frame: int
    training: Training
    phase: int = 0
    taken: int = 0


@diverging()
def ladder(moment: Gradient) -> None:
    """Forward, loss, backward, update: a phase, a step or an epoch at a time, on a training of this session's own."""
    state = session.recall(LADDER)
    if state is None or state.run is not moment.run or state.frame != moment.frame:
        state = Ladder(moment.run, moment.frame, passes.next_training(moment.run, moment.frame))
        session.keep(state, LADDER)
    training = state.training
    over = training.epoch >= len(training.rates)
    n = len(training.batches)
    done = f"{state.taken} step{'' if state.taken == 1 else 's'} taken from this frame"
    st.markdown(
        f"Epoch {training.epoch}, batch {training.batch + 1} of {n} · {done} · "
        f"learning rate {format_number(training.learning_rate)}"
    )
    with st.container(horizontal=True):
        st.button(PHASES[state.phase], key="backward:phase", type="primary", on_click=_next_phase, disabled=over)
        sample = n > 1 and training.batches[training.batch][0].shape[1] == 1
        st.button(
            "One step: " + ("this sample" if sample else "this mini-batch" if n > 1 else "the whole set"),
            key="backward:step", on_click=_take, args=(1,), disabled=over,
        )  # fmt: skip
        st.button("To the epoch's end", key="backward:epoch", on_click=_take, args=(n - training.batch,), disabled=over)
        started = bool(state.taken or state.phase)
        st.button("Start over", key="backward:over", on_click=session.keep, args=(None, LADDER), disabled=not started)
    if over:
        st.info("The run's epochs are over. Start over, or choose an earlier frame.")
    else:
        _phases(moment, training, state.phase)
    _compare(moment.run.history, training, state.taken)


def _phases(moment, training, phase):
    p = passes.batch_pass(training)
    total = p.data_loss + p.penalty
    old = p.weight(*moment.weight)
    new = new_weight(training, moment.weight) if phase >= 4 else None
    shown = (
        ("1 · forward: mean output", p.trace.A[-1][0].mean()),
        ("2 · loss, penalty included" if p.penalty else "2 · loss", total),
        (f"3 · backward: d{moment.name}", p.gradient(*moment.weight)),
        (f"4 · update: {moment.name}", new),
    )
    with st.container(horizontal=True):
        for i, (label, value) in enumerate(shown):
            hide = (moment.hidden and i == 2) or (moment.new_hidden and i == 3)
            st.metric(label, "·" if i >= phase else "?" if hide else format_number(value))
    if phase >= 4 and not moment.new_hidden:
        st.caption(f"{moment.name} goes from {old!r} to {new!r}; commit it, and that is bit for bit what it is.")


def _compare(history, training, taken):
    """Where the ladder meets a recorded frame, whether the two are the same."""
    at = np.flatnonzero(history.epoch == training.epoch)
    if not taken or training.batch or not len(at):
        return
    same = np.array_equal(history.theta[at[0]], training.network.theta)
    text = f"This is frame {at[0]} of the run, epoch {training.epoch}: all {training.network.n_params} parameters "
    (st.success if same else st.error)(text + ("are equal, bit for bit." if same else "should be equal, and are not."))


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
