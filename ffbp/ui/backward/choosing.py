"""What the Backpropagation page looks at: the moment, the samples, the chosen weight, and the step that is explained.

The page can go on from a frame, step by step, on a training of the session's own. Everything on it then shows that training.
"""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ffbp.analysis import passes
from ffbp.analysis.diverging import diverging
from ffbp.analysis.passes import Pass
from ffbp.data.source import REGRESSION
from ffbp.training.loop import Training
from ffbp.training.run import Run
from ffbp.ui.moment import SOURCE, Moment, choose_unit, unit_chooser
from ffbp.ui.page import Page
from ffbp.ui.runs import Shown
from ffbp.ui.samples import chosen_sample, mark_of, marks_of, numbered
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.ui.timeline import player

SAMPLE, BATCH, WHOLE = "one sample", "next batch", "whole training set"
MODE, AHEAD = "backward:mode", "backward:ahead"  # kept in the session
FORWARD, LOSS, LAYER, WEIGHT, SAMPLES, UPDATE = CARDS = ("forward", "loss", "layer", "weight", "samples", "update")
MODES_OF = {
    SAMPLES: (BATCH, WHOLE),
    UPDATE: (BATCH,),
}  # contributions need several samples, an update takes the next batch
MAX_MARKS = 256


@dataclass(frozen=True)
class Ahead:
    """A training that goes on from a frame, and how many steps it has taken. Only it changes in place."""

    run: Run
    frame: int
    training: Training
    taken: int = 0

    @property
    def is_over(self) -> bool:
        """Whether no step is left."""
        return self.training.epoch >= len(self.training.rates)


@dataclass(frozen=True, kw_only=True)
class Gradient(Moment):
    """A moment and the gradient that the page explains. ``trace`` and ``sample_pass`` belong to the chosen sample.

    p: the pass of the chosen mode. layer, unit, source: the chosen weight, from 1; source n_in + 1 is the bias.
    card: the step that is explained. hidden: whether to hide the weight's gradient; new_hidden: whether to hide its value
    after the next step, too.
    """

    mode: str
    card: str
    ahead: Ahead
    p: Pass
    sample_pass: Pass
    source: int
    hidden: bool = False
    new_hidden: bool = False

    @property
    def training(self) -> Training:
        return self.ahead.training

    @property
    def whose(self) -> str:
        """Whose gradient it is."""
        n = self.p.n
        if self.mode == SAMPLE:
            return f"one sample: {self.sample.label}"
        if n == len(self.dataset.X_train):
            return f"all {n} training samples"
        return f"next batch: {n} sample{'s' * (n > 1)}"

    @property
    def where(self) -> str:
        """The moment in words."""
        epoch, taken = self.run.history.epoch[self.frame], self.ahead.taken
        return f"At epoch {epoch}" if not taken else f"{taken} step{'s' * (taken > 1)} after epoch {epoch}"

    @property
    def weight(self) -> tuple[int, int, int]:
        return self.layer, self.unit, self.source

    @property
    def name(self) -> str:
        """The chosen weight's name."""
        l, unit, source = self.weight
        return f"b[{l}][{unit}]" if source > self.network.layers[l - 1].n_in else f"W[{l}][{unit},{source}]"


def backward_player(page: Page, shown: Shown) -> int:
    """The plane on the timeline; rings mark the chosen sample, or the samples of the next batch."""
    frame = player(page, shown, panels=("boundary",), marks=lambda: _marks(shown))
    indices = _next_batch(shown.run, frame)
    if indices is not None and len(indices) > MAX_MARKS:
        st.caption(f"The rings mark {MAX_MARKS} of the next batch's {len(indices)} samples, evenly chosen.")
    return frame


def _mode() -> str:
    return session.recall(MODE, SAMPLE)


def _marks(shown):
    run, dataset = shown.run, shown.run.dataset
    indices = _next_batch(run, session.view.frame_of(run.n_frames))
    if indices is None:
        return mark_of(shown)
    if len(indices) > MAX_MARKS:
        indices = indices[np.linspace(0, len(indices) - 1, MAX_MARKS).round().astype(int)]
    return marks_of(shown, dataset.raw_train[indices][:, dataset.columns], dataset.y_train[indices])


def _next_batch(run, frame):
    """The indices of the next batch in the training set; None in another mode, or if the batch is the whole set."""
    if _mode_of(card_chosen()) != BATCH:
        return None
    indices = passes.batch_pass(ahead(run, frame).training).indices
    return None if len(indices) == len(run.dataset.X_train) else indices


def ahead(run: Run, frame: int) -> Ahead:
    """The session's training at this frame, or some steps after it."""
    state = session.recall(AHEAD)
    if state is None or state.run is not run or state.frame != frame:
        state = Ahead(run, frame, passes.next_training(run, frame))
        session.keep(state, AHEAD)
    return state


@diverging()
def take(n_steps: int) -> None:
    """Take steps with the session's training."""
    state = session.recall(AHEAD)
    for _ in range(n_steps):
        state.training.gradient()
        state.training.update()
    session.keep(replace(state, taken=state.taken + n_steps), AHEAD)


def start_over() -> None:
    """Return to the frame."""
    session.keep(None, AHEAD)


def mode_chooser(n_train: int) -> None:
    """The samples whose gradient the step shows; kept for the session, not in the link."""
    texts = {SAMPLE: "one sample", BATCH: "next batch", WHOLE: f"all {n_train} samples"}
    modes = MODES_OF.get(card_chosen(), tuple(texts))
    about = {"horizontal": True, "help": "The loss is the mean over these samples."}
    about |= {"format_func": texts.__getitem__, "labels": tuple(texts[mode] for mode in modes)}
    control.kept(st, "radio", "Gradient for", modes, name=MODE, **about)


def card_chosen() -> str:
    """The step that is explained."""
    return CARDS[(session.view.card or 1) - 1]


def _mode_of(card) -> str:
    """Whose gradient a step shows: what was chosen, if it is possible there."""
    mode, modes = _mode(), MODES_OF.get(card)
    return mode if modes is None or mode in modes else modes[0]


@diverging()
def gradient_at(shown: Shown, frame: int) -> Gradient:
    """Draw the choice of the weight, and of a target for typed inputs; returns what the page looks at."""
    run, dataset = shown.run, shown.run.dataset
    state, sample, card = ahead(run, frame), chosen_sample(dataset), card_chosen()
    training = state.training
    network = training.network.with_theta(training.network.theta.copy()) if state.taken else run.network(frame)
    y = _typed_target(dataset) if sample.y is None else sample.y
    layer, unit, source = _weight_chooser(network, dataset)
    mode, single = _mode_of(card), passes.pass_over(network, sample.X, y)
    if mode == SAMPLE:
        p = single
    elif mode == BATCH:
        p = passes.batch_pass(training)
    else:
        whole = network.with_theta(network.theta.copy())
        p = passes.pass_over(whole, dataset.X_train, dataset.y_train, np.arange(len(dataset.X_train)))
    gradient = {"mode": mode, "card": card, "ahead": state, "p": p, "sample_pass": single, "source": source}
    return Gradient(shown, frame, network, sample, single.trace, layer, unit, **gradient)


def _typed_target(dataset):
    if dataset.task == REGRESSION:
        value = st.number_input("Target of the typed inputs", value=0.0, key="backward:target", format="%.6g")
        return np.array([(value - dataset.target_mean) / dataset.target_std])
    names = dataset.class_names
    texts = {"labels": names, "format_func": names.__getitem__}
    title = "Class of the typed inputs"
    return np.array([control.kept(st, "selectbox", title, range(len(names)), name="backward:class", **texts)])


def _weight_chooser(network, dataset):
    """The chosen weight. The link keeps its layer and unit for all pages; only the session keeps its source."""
    *places, right = st.columns(3)
    titles, keys = ("Weight: layer", "to unit"), ("backward:layer", "backward:unit")
    layer, unit = unit_chooser(network, places, titles, keys)
    n_in, names = network.layers[layer - 1].n_in, dataset.input_names
    labels = (numbered(names) if layer == 1 else [str(j) for j in range(1, n_in + 1)]) + ["bias"]
    source = min(session.recall(SOURCE, 1), n_in + 1)
    title = "from input" if layer == 1 else f"from unit of layer {layer - 1}"
    options = {"on_change": session.keep, "args": (SOURCE,), "labels": labels, "format_func": lambda j: labels[j - 1]}
    control.show(right, "selectbox", title, range(1, n_in + 2), name="backward:source", value=source, **options)
    return layer, unit, source


def go_to(layer: int, unit: int, source: int, card: str | None = None) -> None:
    """Choose a weight, and the step to explain; layer, unit and source count from 1."""
    session.keep(source, SOURCE)
    choose_unit(layer, unit)
    if card in CARDS:
        session.view = replace(session.view, card=CARDS.index(card) + 1 if card != FORWARD else None)
