"""A weight or a bias that was clicked in the diagram: set it as an explicit initial value, or open its gradient.

Training then starts from the weights of the frame on screen, with the one that was set. All of them become the
configuration's ``initial_theta``, so that the link, records and exported programs hold the run like any other.
"""

import math
from functools import lru_cache, partial
from types import SimpleNamespace

import numpy as np

from ffbp.core.gradcheck import parameter_names
from ffbp.experiment.build import build_network
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.training.run import Run
from ffbp.ui import files
from ffbp.ui.moment import SOURCE
from ffbp.ui.reports import Reports
from ffbp.ui.runs import Shown
from ffbp.ui.session import address
from ffbp.ui.session.state import MAX_PAST, session

BASE = (
    "parameters:base"  # kept in the session: of what run and frame the weights were that were set last, and the result
)
SET = "parameters:set"  # kept in the session: what was set, in words, by the initial weights that it gave
WEIGHT_CARD = 4  # of the Backpropagation page: one weight's chain rule


def place_of(run: Run, told: dict) -> tuple[int, int, int, int] | None:
    """The layer, unit and source, from 1, and the frame that a browser reported; None if the run has no such weight.

    The source after the last one is the bias.
    """
    layer, unit, source, frame = (told.get(name) for name in ("layer", "unit", "source", "frame"))
    sizes = run.resolved.sizes
    if layer not in range(1, len(sizes)) or frame not in range(run.n_frames):
        return None
    if unit not in range(1, sizes[int(layer)] + 1) or source not in range(1, sizes[int(layer) - 1] + 2):
        return None
    return int(layer), int(unit), int(source), int(frame)


def take(key: str, shown: Shown) -> None:
    """Set a weight that the player under this key reported, before the page is drawn: another change may come with it."""
    told = SimpleNamespace(weight=(session.sent(key) or {}).get("weight"))
    Reports(key, told, shown.id).once("weight", partial(set_value, shown))


def set_value(shown: Shown, told: dict) -> None:
    """Start training anew from a frame's weights with one of them changed, as the browser reported it.

    If another one of the same frame was set before the player could show the run that followed, both are changed.
    """
    run, place, value = shown.run, place_of(shown.run, told), told.get("value")
    if place is None or isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return
    layer, unit, source, frame = place
    base, now = session.recall(BASE), session.config.initial_theta
    is_next = base is not None and base == (shown.id, frame, now)
    theta = np.array(now) if is_next else run.history.theta[frame].copy()
    position = run.architecture.blocks(np.arange(len(theta)))[layer - 1][unit - 1, source - 1]
    old, theta[position] = theta[position], value
    config, problems = files.fitting(session.config.to_dict() | {"initial_theta": tuple(theta.tolist())})
    if config.initial_theta is not None:
        words = f"{parameter_names(run.architecture)[position]} {old:.4g} → {value:.4g}"
        known = list(session.recall(SET, {}).items())[-MAX_PAST:]
        session.keep({**dict(known), config.initial_theta: words}, SET)
        session.keep((shown.id, frame, config.initial_theta), BASE)
    session.adopted += 1  # the player goes to the frame
    session.change(config, warnings=problems, frame=0)


def open_gradient(shown: Shown, told: dict) -> None:
    """Open the Backpropagation page on a weight and a frame that the browser reported."""
    if (place := place_of(shown.run, told)) is None:
        return
    layer, unit, source, frame = place
    session.keep(source, SOURCE)
    at = session.view.with_unit(layer, unit).at(None if frame == shown.run.n_frames - 1 else frame)
    params = {**session.config.to_params(), **at.to_params(), "card": str(WEIGHT_CARD)}
    address.go("pages/backpropagation.py", params)


def step_in_words(before: Config, after: Config) -> str:
    """`difference_in_words` of a change just made; if a weight was set at a later epoch, that one."""
    return session.recall(SET, {}).get(after.initial_theta) or difference_in_words(before, after)


def difference_in_words(before: Config, after: Config) -> str:
    """How the initial weights differ: ``W[1][2,1] 0.31 → 2`` if it is one, else how many. "" if sizes differ."""
    if not (files.is_available(before) and files.is_available(after)):
        return ""
    (names, a), (others, b) = map(_start, (before, after))
    if names != others:
        return ""
    differing = np.flatnonzero(a != b)
    if len(differing) == 1:
        i = differing[0]
        return f"{names[i]} {a[i]:.4g} → {b[i]:.4g}"
    return f"{len(differing)} of {len(a)} initial weights and biases changed"


def _start(config):
    """The names of all parameters, and their initial values. A file's belong to the session; others are kept for all."""
    return _computed(config) if not config.file_name else _computed.__wrapped__(config)


@lru_cache(64)
def _computed(config):
    network = build_network(config, Experiment(config, files.source_for(config)).dataset)
    return parameter_names(network), network.theta
