"""The image that the Digits page shows, and the network's pass over it."""

from dataclasses import dataclass

import numpy as np

from ffbp.core.network import Network
from ffbp.data.raster import Raster, raster_of
from ffbp.training.run import Run
from ffbp.ui.moment import Moment
from ffbp.ui.runs import Shown
from ffbp.ui.samples import chosen_sample
from ffbp.ui.session.state import session


@dataclass(frozen=True, kw_only=True)
class Digit(Moment):
    """A moment whose sample is an image. The layer is the first."""

    raster: Raster

    @property
    def target(self) -> int:
        """The digit to change the image into: the chosen one, or else the class with the second largest output."""
        if session.view.wanted is not None:
            return session.view.wanted
        others = np.nan_to_num(self.outputs.copy())
        others[int(self.decided)] = -np.inf
        return int(others.argmax())

    @property
    def called(self) -> str:
        """The word for the ten outputs. Those of separate sigmoids are no probabilities."""
        return "probabilities" if self.network.gives_probabilities else "outputs"


def digit_at(shown: Shown, frame: int) -> Digit:
    """The chosen image and its forward pass at a frame."""
    run = shown.run
    sample, network = chosen_sample(run.dataset), run.network(frame)
    trace, unit = network.forward(sample.X), _unit(run, network)
    return Digit(shown, frame, network, sample, trace, 1, unit, raster=raster_of(run.dataset))


def _unit(run: Run, network: Network) -> int:
    """The chosen unit of the first layer, or else the one with the largest weights at the end."""
    view = session.view
    if view.unit is not None and view.layer in (None, 1):
        return view.unit
    weights = network.blocks(run.history.theta[-1])[0][:, :-1]
    return int(np.nan_to_num(np.linalg.norm(weights, axis=1)).argmax()) + 1
