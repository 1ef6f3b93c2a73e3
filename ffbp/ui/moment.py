"""The moment that a page looks at: one frame of a run, one sample's pass through its network, one unit."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ffbp.core.network import Network, Trace
from ffbp.data.dataset import Dataset
from ffbp.figures.latex import plain
from ffbp.training.run import Run
from ffbp.ui.runs import Shown
from ffbp.ui.samples import Sample, chosen_sample
from ffbp.ui.session.state import session


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
        """The classes' names; () for regression."""
        return self.dataset.class_names

    def said(self, k: int) -> str:
        """A class's name where Markdown is read; it may come from a user's file."""
        return plain(self.names[k])

    @cached_property
    def outputs(self) -> np.ndarray:
        """(n_outputs,): what the network says."""
        return self.trace.A[-1][:, 0]

    @property
    def output_names(self) -> tuple[str, ...]:
        """What the outputs stand for: classes, or the target."""
        return self.names if len(self.names) == self.network.sizes[-1] else (self.dataset.target_name,)

    @property
    def decided(self):
        """The network's answer: a class, or a number as it was trained."""
        return self.network.decide(self.trace.A[-1])[0]

    @property
    def is_number(self) -> bool:
        """Whether every output is one; where one is not, there is no largest and nothing is decided."""
        return not np.isnan(self.outputs).any()

    @property
    def loss(self) -> float | None:
        """What the loss charges for this sample; None for typed inputs, which have no target."""
        return None if self.sample.y is None else float(self.network.loss(self.sample.X, self.sample.y))


def unit_of(network: Network) -> tuple[int, int]:
    """The layer and the unit that are looked at, both from 1."""
    view = session.view
    layer = min(view.layer or 1, len(network.layers))
    return layer, min(view.unit or 1, network.sizes[layer])


def moment_of(shown: Shown, frame: int) -> Moment:
    """The chosen sample's pass at a frame, and the chosen unit."""
    sample, network = chosen_sample(shown.run.dataset), shown.run.network(frame)
    return Moment(shown, frame, network, sample, network.forward(sample.X), *unit_of(network))
