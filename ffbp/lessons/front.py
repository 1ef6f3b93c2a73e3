"""The front door: what somebody sees who opens the dashboard's address without parameters.

An experiment in which hidden units visibly matter, at its first frame, with a caption for each part of the timeline.
"""

from typing import NamedTuple

from ffbp.experiment.config import Config
from ffbp.experiment.link import Link, View
from ffbp.lessons.presets import PRESETS

PRESET = "about_right"
OPENED = Link(PRESETS[PRESET].config, View(frame=0), [])  # as if a link had been read
SENTENCE = "A network with ten hidden units learns to separate two half-moons."


class Caption(NamedTuple):
    """What can be seen from a frame on, until the next caption's."""

    frame: int
    text: str


CAPTIONS = (
    Caption(
        0, "The weights are random: 37 % of the samples are classified correctly. Press Play and watch the boundary."
    ),
    Caption(8, "A straight line separates most of the samples. Without hidden units, it would stay straight."),
    Caption(53, "The first bend: each hidden unit can turn the line at another place."),
    Caption(240, "The line winds between the moons: over 97 % are correct. Now change a setting, or open Experiments."),
)


def is_at(config: Config, view: View) -> bool:
    """Whether an experiment and a view are those that the front door opens with."""
    return (config, view) == (OPENED.config, OPENED.view)
