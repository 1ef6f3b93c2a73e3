"""What the Backpropagation page looks at: the player, the mode, the target of typed inputs, the chosen weight."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ffbp.analysis import passes
from ffbp.analysis.diverging import diverging
from ffbp.analysis.passes import Pass
from ffbp.data.source import REGRESSION
from ffbp.training.loop import Training
from ffbp.ui.moment import Moment, unit_of
from ffbp.ui.page import Page
from ffbp.ui.runs import Shown
from ffbp.ui.samples import chosen_sample, mark_of
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.ui.timeline import player

SAMPLE, BATCH, WHOLE = "one sample", "next batch", "whole training set"
MODE, SOURCE, NEXT = "backward:mode", "backward:weight_from", "backward:next"  # kept in the session
MAX_MARKS = 256


@dataclass(frozen=True, kw_only=True)
class Gradient(Moment):
    """A moment, and the gradient that is taken apart there. ``trace`` and ``sample_pass`` are the chosen sample's.

    p: the pass of the chosen mode. layer, unit, source: the chosen weight, from 1; source n_in + 1 is the bias. hidden: its
    gradient is not to be seen; new_hidden: nor is what the next step makes of it (a gradient that is hidden hides both).
    """

    mode: str
    p: Pass
    sample_pass: Pass
    source: int
    hidden: bool = False
    new_hidden: bool = False

    @property
    def weight(self) -> tuple[int, int, int]:
        return self.layer, self.unit, self.source

    @property
    def name(self) -> str:
        """The chosen weight's name."""
        l, unit, source = self.weight
        return f"b[{l}][{unit}]" if source > self.network.layers[l - 1].n_in else f"W[{l}][{unit},{source}]"


def backward_player(page: Page, shown: Shown) -> int:
    """The plane on the timeline; the chosen sample is ringed, or the next batch's samples."""
    frame = player(page, shown, panels=("boundary",), marks=lambda: _marks(shown))
    if _mode() == BATCH and (batch := _places_in_the_whole(shown.run, frame)) is not None and len(batch) > MAX_MARKS:
        st.caption(f"Of the next batch's {len(batch)} samples {MAX_MARKS} are ringed, evenly chosen.")
    return frame


def _mode() -> str:
    return session.recall(MODE, SAMPLE)


def _marks(shown):
    if _mode() != BATCH:
        return mark_of(shown)
    run, plane = shown.run, shown.plane
    indices = _places_in_the_whole(run, session.view.frame_of(run.n_frames))
    if indices is None:
        return mark_of(shown)
    if len(indices) > MAX_MARKS:
        indices = indices[np.linspace(0, len(indices) - 1, MAX_MARKS).round().astype(int)]
    dataset = run.dataset
    points = plane.coordinates(dataset.raw_train[indices][:, dataset.columns])
    if plane.is_line:
        points = np.column_stack([points[:, 0], dataset.line_height(dataset.y_train[indices])])
    return points.tolist()


def _places_in_the_whole(run, frame):
    """The places of the next batch's samples in the training part; None where that is all of it."""
    indices = passes.batch_pass(next_training(run, frame)).indices
    return None if len(indices) == len(run.dataset.X_train) else indices


def next_training(run, frame) -> Training:
    """The training at this frame, kept for the next look; only its gradient is ever asked for."""
    of_run, at, training = session.recall(NEXT, (None, None, None))
    if of_run is not run or at != frame:
        training = passes.next_training(run, frame)
        session.keep((run, frame, training), NEXT)
    return training


def mode_chooser() -> None:
    """One sample, the next batch, or the whole training set; kept for the session, not in the link."""
    control.kept(
        st, "radio", "Gradient of the loss on", (SAMPLE, BATCH, WHOLE), name=MODE, horizontal=True,
        help="The mean loss over these samples is what is differentiated.",
    )  # fmt: skip


@diverging()
def gradient_at(shown: Shown, frame: int) -> Gradient:
    """Choose the weight, and put together what the page looks at; typed inputs are asked for their target."""
    run, dataset = shown.run, shown.run.dataset
    network, sample = run.network(frame), chosen_sample(dataset)
    y = _typed_target(dataset) if sample.y is None else sample.y
    layer, unit, source = _weight_chooser(network, dataset)
    single = passes.pass_over(network, sample.X, y)
    mode = _mode()
    if mode == SAMPLE:
        p = single
    elif mode == BATCH:
        p = passes.batch_pass(next_training(run, frame))
    else:
        whole = network.with_theta(network.theta.copy())
        p = passes.pass_over(whole, dataset.X_train, dataset.y_train, np.arange(len(dataset.X_train)))
    return Gradient(
        shown, frame, network, sample, single.trace, layer, unit, mode=mode, p=p, sample_pass=single, source=source
    )


def _typed_target(dataset):
    if dataset.task == REGRESSION:
        value = st.number_input("Target of the typed inputs", value=0.0, key="backward:target", format="%.6g")
        return np.array([(value - dataset.target_mean) / dataset.target_std])
    names = dataset.class_names
    chosen = control.kept(
        st, "selectbox", "Class of the typed inputs", range(len(names)), name="backward:class", labels=names,
        format_func=names.__getitem__,
    )  # fmt: skip
    return np.array([chosen])


def _weight_chooser(network, dataset):
    """The chosen weight: layer and unit are in the link and shared with the other pages, the source is the session's."""
    last, (layer, unit) = len(network.layers), unit_of(network)
    n_in, n_out = network.layers[layer - 1].n_in, network.layers[layer - 1].n_out
    left, middle, right = st.columns(3)
    control.show(
        left, "selectbox", "Weight: layer", range(1, last + 1), name="backward:layer", value=layer, labels=(last,),
        on_change=_layer_chosen, format_func=lambda l: f"{l} (output)" if l == last else str(l),
    )  # fmt: skip
    control.show(
        middle, "selectbox", "to unit", range(1, n_out + 1), name="backward:unit", value=unit, labels=(layer, n_out),
        on_change=_unit_chosen,
    )  # fmt: skip
    names = dataset.input_names if layer == 1 else ()
    labels = [f"{j}: {names[j - 1]}" if names else str(j) for j in range(1, n_in + 1)] + ["bias"]
    source = min(session.recall(SOURCE, 1), n_in + 1)
    control.show(
        right, "selectbox", "from input" if layer == 1 else f"from unit of layer {layer - 1}", range(1, n_in + 2),
        name="backward:source", value=source, labels=labels, on_change=session.keep,
        args=(SOURCE,), format_func=lambda j: labels[j - 1],
    )  # fmt: skip
    return layer, unit, source


def _layer_chosen(layer):
    session.view = session.view.with_layer(layer)


def _unit_chosen(unit):
    session.view = replace(session.view, unit=unit)


def go_to(layer: int, unit: int, source: int) -> None:
    """Choose a weight, everything from 1."""
    session.keep(source, SOURCE)
    session.view = session.view.with_unit(layer, unit)
