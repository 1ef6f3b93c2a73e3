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
from ffbp.ui.backward.choosing import BATCH, Gradient, next_training
from ffbp.ui.session import control
from ffbp.words.numbers import format_number

GRADIENT, NEW_WEIGHT = "gradient", "new weight"  # what is to be predicted
SLIPS = {
    "sign": "That is the value with the opposite sign.",
    "double": "That is twice the value: look for a factor 2.",
    "half": "That is half the value: look for a factor ½.",
    "sum": "That is the sum over the samples; the loss is their mean, so divide by n.",
    "penalty": "That is the data's part; the penalty has a gradient, too.",
    "slope": "That is the value without g′: what arrives at the unit still has to pass its activation.",
    "old": "That is the old weight: take the step, too.",
    "added": "That is the step the wrong way: it is subtracted, because downhill is against the gradient.",
    "rate": "That forgot the learning rate: the step is η times that.",
    "extra_slope": "That has g′ in it: for this pair of loss and output it has cancelled already.",
}


@dataclass(frozen=True)
class Question:
    """What is asked for: its value now, the slips that are recognised, and, of a new weight, where its way begins."""

    kind: str
    value: float
    slips: Mapping[str, float]
    origin: float | None = None
    explained: str = ""

    @property
    def answer(self) -> str:
        return format_number(self.value) if self.kind == GRADIENT else f"{self.value:.10g}"


@diverging()
def predict(moment: Gradient) -> Gradient:
    """The switch that hides the chosen number, and the judge of what is typed; returns the moment, hidden or not."""
    switch, choice, entry = st.columns([5, 3, 4], vertical_alignment="bottom")
    if not switch.toggle(
        "Predict, then reveal", key="backward:predict", help="Hides the chosen weight's gradient, or its next value."
    ):
        return moment
    kind = control.kept(
        choice, "selectbox", "Predict the", (GRADIENT, NEW_WEIGHT), name="backward:question",
        format_func=lambda key: key if key == GRADIENT else f"{key} after the step",
    )  # fmt: skip
    where = (moment.run.config, moment.frame, moment.mode, moment.sample.label, moment.weight, kind)
    question = _gradient_asked(moment) if kind == GRADIENT else _new_weight_asked(moment)
    if not np.isfinite(question.value):
        st.info(f"The {kind} is not a finite number here, so there is nothing to predict.")
        return moment
    label = "Your value of dLoss/dw" if kind == GRADIENT else "Your value of w"
    text = control.typed(
        entry, label, name="backward:typed", about=where, placeholder="0.25 or 0,25 or 1/4", max_chars=60
    )
    if question.explained:
        st.caption(question.explained)
    is_right = bool(text.strip()) and _judged(text, question)
    return moment if is_right else replace(moment, hidden=kind == GRADIENT, new_hidden=True)


def _gradient_asked(moment):
    return Question(GRADIENT, moment.p.gradient(*moment.weight), slips.slips(moment.p, *moment.weight))


def _new_weight_asked(moment):
    training = next_training(moment.run, moment.frame)
    batch = passes.batch_pass(training)
    origin, value = batch.weight(*moment.weight), new_weight(training, moment.weight)
    batch_name = "the whole training set" if batch.n == training.inputs.shape[1] else f"the next batch of {batch.n}"
    explained = (
        f"`{moment.name}` is {origin:.10g} now. The step takes the gradient on {batch_name}, at the learning rate "
        f"{training.learning_rate:.6g}: {formulas.plain(OPTIMIZERS[moment.run.config.optimizer].formula)}"
        + (f", the gradient clipped to a norm of {training.clip:g}" if training.clip is not None else "")
    )
    known = slips.update_slips(origin, value, training.learning_rate)
    return Question(NEW_WEIGHT, value, known, origin, explained)


def _judged(text, question) -> bool:
    """Whether a typed answer is right; and the judge's words."""
    typed = slips.as_fraction(text)
    if typed is None:
        st.error("Type a finite number such as 0.25 or 0,25, or a fraction such as 1/3.")
        return False
    right, slip = slips.judge(typed, question.value, question.slips, origin=question.origin)
    if right:
        st.success(f"Right: the {question.kind} is {question.answer}.", icon=":material/check:")
    else:
        st.warning(f"Not yet. {SLIPS[slip]}" if slip else "Not yet.", icon=":material/close:")
    return right


def new_weight(training: Training, weight: tuple[int, int, int]) -> float:
    """The chosen weight after the training's next step, from the gradient that is there now."""
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
        st.caption(f"Penalty {format_number(p.penalty)}, so the total that is differentiated is {total}.")
    if moment.mode == BATCH and passes.is_beyond(moment.run, moment.frame):
        st.info(beyond(moment.run))


BEYOND = (
    "The run ends at this frame. The next batch and the step from here are the ones it would take if it went on for one "
    "more epoch at its last learning rate."
)


STOPPED_EARLY = (
    "Early stopping ended the run at this frame, before its planned end. The next batch and the step from here are those "
    "of the next planned epoch, at the learning rate that its schedule gives to it."
)


def beyond(run: Run) -> str:
    """What the step after the last frame is; a run may stop early in the very epoch that was planned as its last."""
    return STOPPED_EARLY if run.history.epoch[-1] < run.config.epochs else BEYOND
