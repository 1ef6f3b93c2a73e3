"""The prediction game, and the headline: loss, chosen weight and its gradient."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ffbp.analysis import passes, slips
from ffbp.analysis.diverging import diverging
from ffbp.analysis.step import preview_update
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.figures import latex as formulas
from ffbp.training.loop import Training
from ffbp.training.run import Run
from ffbp.ui.backward.choosing import BATCH, UPDATE, Gradient
from ffbp.ui.session import control
from ffbp.words.numbers import format_number
from ffbp.words.of_a_slip import ASK_ANEW, SLIPS

GRADIENT, NEW_WEIGHT = "gradient", "new weight"  # what is to be predicted
BEYOND = (
    "The run ends at this epoch. The next batch and the step shown here continue it by one more epoch, at its last learning "
    "rate."
)
STOPPED_EARLY = (
    "Early stopping ended the run at this epoch, before its planned end. The next batch and the step shown here belong to the "
    "next planned epoch, at the learning rate that its schedule gives."
)


@dataclass(frozen=True)
class Question:
    """The value to predict, what common mistakes give instead, and, for a new weight, the old value."""

    kind: str
    value: float
    slips: Mapping[str, float]
    origin: float | None = None
    explained: str = ""


@diverging()
def predict(moment: Gradient) -> Gradient:
    """Draw the switch that hides the chosen number, and check a typed prediction; returns the moment, hidden or not.

    None for a run with a fault, whose numbers are wrong.
    """
    if moment.run.config.fault is not None:
        return moment
    switch, choice, entry = st.columns([5, 3, 4], vertical_alignment="bottom")
    about = "Hides the chosen weight's gradient, or its next value, until you predict it."
    if not switch.toggle("Predict, then reveal", key="backward:predict", help=about):
        return moment
    texts = {"format_func": lambda key: key if key == GRADIENT else f"{key} after the step"}
    kinds = GRADIENT, NEW_WEIGHT
    kind = control.kept(choice, "selectbox", "Predict the", kinds, name="backward:question", **texts)
    question = _question(moment, kind)
    if not np.isfinite(question.value):
        st.info(f"The {kind} is not a finite number here, so there is nothing to predict.")
        return moment
    label = "Your value of dLoss/dw" if kind == GRADIENT else "Your value of w"
    about = (moment.run.config, moment.frame, moment.ahead.taken, moment.mode, moment.sample.label, moment.weight, kind)
    hint = {"placeholder": "0.25 or 0,25 or 1/4", "max_chars": 60}
    text = control.typed(entry, label, name="backward:typed", about=about, **hint)
    if question.explained:
        st.caption(question.explained)
    is_right = bool(text.strip()) and _judged(text, question)
    return moment if is_right else replace(moment, hidden=kind == GRADIENT, new_hidden=True)


def _question(moment, kind):
    if kind == GRADIENT:
        return Question(kind, moment.p.gradient(*moment.weight), slips.slips(moment.p, *moment.weight))
    training = moment.training
    batch, rate = passes.batch_pass(training), training.learning_rate
    origin, value = batch.weight(*moment.weight), new_weight(training, moment.weight)
    batch_name = "the whole training set" if batch.n == training.inputs.shape[1] else f"the next batch of {batch.n}"
    formula = formulas.plain(OPTIMIZERS[moment.run.config.optimizer].formula)
    clipped = "" if training.clip is None else f", with the gradient clipped to a norm of {training.clip:g}"
    explained = (
        f"`{moment.name}` is {origin:.10g} now. The step uses the gradient on {batch_name}, at the learning rate "
        f"{rate:.6g}: {formula}{clipped}"
    )
    return Question(kind, value, slips.update_slips(origin, value, rate), origin, explained)


def _judged(text, question) -> bool:
    """Whether a typed answer is right; the page says so, or names the mistake."""
    typed = slips.as_fraction(text)
    if typed is None:
        st.error(ASK_ANEW)
        return False
    right, slip = slips.judge(typed, question.value, question.slips, origin=question.origin)
    if right:
        answer = format_number(question.value) if question.kind == GRADIENT else f"{question.value:.10g}"
        st.success(f"Right: the {question.kind} is {answer}.", icon=":material/check:")
    else:
        st.warning(f"Not yet. {SLIPS[slip]}" if slip else "Not yet.", icon=":material/close:")
    return right


def new_weight(training: Training, weight: tuple[int, int, int]) -> float:
    """The chosen weight after the training's next step, from the gradient that is already computed."""
    layer, unit, source = weight
    return float(training.network.blocks(preview_update(training))[layer - 1][unit - 1, source - 1])


@diverging()
def headline(moment: Gradient) -> None:
    """The loss and the chosen gradient, large."""
    p = moment.p
    with st.container(horizontal=True):  # side by side on a phone, too
        st.metric("Mean loss" if p.n > 1 else "Loss", format_number(p.data_loss))
        st.metric(f"Weight {moment.name}", format_number(p.weight(*moment.weight)))
        st.metric(f"Gradient d{moment.name}", "?" if moment.hidden else format_number(p.gradient(*moment.weight)))
    if p.penalty:
        total = format_number(p.data_loss + p.penalty)
        st.caption(
            f"With the penalty of {format_number(p.penalty)}, the total is {total}. The gradient is that of the total."
        )
    if (
        moment.mode == BATCH
        and moment.card != UPDATE
        and passes.is_beyond(moment.run, moment.frame)
        and not moment.ahead.taken
    ):
        st.caption(beyond(moment.run))


def beyond(run: Run) -> str:
    """Explain the step after the last frame. A run may stop early in the very epoch that was planned as its last."""
    return STOPPED_EARLY if run.history.epoch[-1] < run.config.epochs else BEYOND
