"""Section 6: a step as a ladder of phases, on a training of the session's own."""

import numpy as np
import streamlit as st

from ffbp.analysis import passes
from ffbp.analysis.diverging import diverging
from ffbp.ui.backward.choosing import Gradient
from ffbp.ui.backward.predict import new_weight
from ffbp.words.numbers import format_number


@diverging()
def ladder(moment: Gradient) -> None:
    """Forward, loss, backward, update: a phase, a step or an epoch at a time, on a training of this session's own."""
    state = st.session_state.get("backward:ladder")
    if state is None or state["run"] is not moment.run or state["frame"] != moment.frame:
        state = {
            "run": moment.run,
            "frame": moment.frame,
            "training": passes.next_training(moment.run, moment.frame),
            "phase": 0,
            "taken": 0,
        }
        st.session_state["backward:ladder"] = state
    training = state["training"]
    over = training.epoch >= len(training.rates)
    n = len(training.batches)
    done = f"{state['taken']} step{'' if state['taken'] == 1 else 's'} taken from this frame"
    st.markdown(
        f"Epoch {training.epoch}, batch {training.batch + 1} of {n} · {done} · "
        f"learning rate {format_number(training.learning_rate)}"
    )
    labels = ("Forward", "Loss", "Backward", "Preview the update", "Commit the update")
    with st.container(horizontal=True):
        st.button(labels[state["phase"]], key="backward:phase", type="primary", on_click=_next_phase, disabled=over)
        sample = n > 1 and training.batches[training.batch][0].shape[1] == 1
        st.button(
            "One step: " + ("this sample" if sample else "this mini-batch" if n > 1 else "the whole set"),
            key="backward:step", on_click=_take, args=(1,), disabled=over,
        )  # fmt: skip
        st.button("To the epoch's end", key="backward:epoch", on_click=_take, args=(n - training.batch,), disabled=over)
        st.button("Start over", key="backward:over", on_click=_restart, disabled=not (state["taken"] or state["phase"]))
    if over:
        st.info("The run's epochs are over. Start over, or choose an earlier frame.")
    else:
        _phases(moment, training, state["phase"])
    _compare(moment, training, state)


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


def _compare(moment, training, state):
    """Where the ladder meets a recorded frame, whether the two are the same."""
    history = moment.run.history
    at = np.flatnonzero(history.epoch == training.epoch)
    if not state["taken"] or training.batch or not len(at):
        return
    same = np.array_equal(history.theta[at[0]], training.network.theta)
    text = f"This is frame {at[0]} of the run, epoch {training.epoch}: all {training.network.n_params} parameters "
    (st.success if same else st.error)(text + ("are equal, bit for bit." if same else "should be equal, and are not."))


def _next_phase():
    state = st.session_state["backward:ladder"]
    if state["phase"] == 4:
        _take(1)
    else:
        state["phase"] += 1


@diverging()
def _take(n_steps):
    state = st.session_state["backward:ladder"]
    training = state["training"]
    for _ in range(n_steps):
        training.gradient()
        training.update()
    state["taken"] += n_steps
    state["phase"] = 0


def _restart():
    st.session_state.pop("backward:ladder", None)
