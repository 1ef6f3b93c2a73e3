"""The moment that a page shows: one frame of a run, the pass of one sample through its network, and one unit."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ffbp.core.network import Network, Trace
from ffbp.data.dataset import Dataset
from ffbp.figures.latex import plain
from ffbp.training.run import Run
from ffbp.ui.runs import Shown
from ffbp.ui.samples import Sample, chosen_sample
from ffbp.ui.session import control
from ffbp.ui.session.state import session

SOURCE = "backward:weight_from"  # kept in the session: from which input, or from which unit, the chosen weight comes


@dataclass(frozen=True)
class Moment:
    """``network``: the frame's, a copy of its own. ``trace``: its pass over ``sample``. Layer and unit count from 1."""

    shown: Shown
    frame: int
    network: Network
    sample: Sample
    trace: Trace
    layer: int
    unit: int

    @property
    def run(self) -> Run:
        return self.shown.run

    @property
    def dataset(self) -> Dataset:
        return self.shown.run.dataset

    @property
    def u(self) -> int:
        """The unit's row in its layer's arrays."""
        return self.unit - 1

    @property
    def names(self) -> tuple[str, ...]:
        """The class names; () for regression."""
        return self.dataset.class_names

    def said(self, k: int) -> str:
        """The name of class k, escaped for Markdown because it may come from a user's file."""
        return plain(self.names[k])

    @cached_property
    def outputs(self) -> np.ndarray:
        """The network's outputs (n_outputs,)."""
        return self.trace.A[-1][:, 0]

    @property
    def output_names(self) -> tuple[str, ...]:
        """One name per output: the classes, or the target."""
        return self.names if len(self.names) == self.network.sizes[-1] else (self.dataset.target_name,)

    @property
    def decided(self):
        """The network's answer: a class, or a number in the units of training."""
        return self.network.decide(self.trace.A[-1])[0]

    @property
    def is_number(self) -> bool:
        """Whether no output is NaN. With NaN among them there is no largest output, so no answer."""
        return not np.isnan(self.outputs).any()

    @property
    def loss(self) -> float | None:
        """The loss of this sample; None for typed inputs, which have no target."""
        return None if self.sample.y is None else float(self.network.loss(self.sample.X, self.sample.y))


def unit_of(network: Network) -> tuple[int, int]:
    """The chosen layer and unit, both from 1."""
    view = session.view
    layer = min(view.layer or 1, len(network.layers))
    return layer, min(view.unit or 1, network.sizes[layer])


def moment_of(shown: Shown, frame: int) -> Moment:
    """The chosen sample's pass at a frame, and the chosen unit."""
    sample, network = chosen_sample(shown.run.dataset), shown.run.network(frame)
    return Moment(shown, frame, network, sample, network.forward(sample.X), *unit_of(network))


def choose_unit(layer: int, unit: int) -> None:
    """Choose a unit for all pages."""
    session.view = session.view.with_unit(layer, unit)


def unit_chooser(network: Network, places, titles: tuple[str, str], keys: tuple[str, str]) -> tuple[int, int]:
    """Draw the choice of a layer and of a unit, which the link keeps and all pages share; returns both."""
    last, (layer, unit) = len(network.layers), unit_of(network)
    options = {"labels": (last,), "format_func": lambda l: f"{l} (output)" if l == last else str(l)}
    layers, units = range(1, last + 1), range(1, network.sizes[layer] + 1)
    control.show(
        places[0], "selectbox", titles[0], layers, name=keys[0], value=layer, on_change=_layer_chosen, **options
    )
    labels = layer, len(units)
    control.show(
        places[1], "selectbox", titles[1], units, name=keys[1], value=unit, on_change=_unit_chosen, labels=labels
    )
    return layer, unit


def _layer_chosen(layer):
    session.view = session.view.with_layer(layer)


def _unit_chosen(unit):
    session.view = replace(session.view, unit=unit)
