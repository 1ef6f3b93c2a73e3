"""The parts of the page Lessons: each is a file with a function, and a row here; its name stands in `PARTS`, too."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from ffbp.experiment.class_link import COVERABLE
from ffbp.experiment.link import PARTS
from ffbp.ui.lessons.contents import claims, contents
from ffbp.ui.lessons.own import own
from ffbp.ui.lessons.terms import terms
from ffbp.ui.page import Page
from ffbp.ui.session import control
from ffbp.ui.session.state import session


class Part(NamedTuple):
    """``draw(train)`` draws the part; train: returns the run of a configuration. shows: as that of `ffbp.ui.views.View`."""

    label: str
    draw: Callable
    shows: tuple[str, ...] = ()


ROWS = {
    "course": Part("Course", lambda train: contents()),
    "claims": Part("Is it true that …?", lambda train: claims()),
    "glossary": Part("Glossary", lambda train: terms()),
    "own": Part("Your own lesson", own, COVERABLE),
}


def draw(page: Page) -> None:
    """Draw the part that the address names, and above it the choice."""
    chosen = session.view.part if session.view.part in ROWS else PARTS[0]
    texts = {key: part.label for key, part in ROWS.items()}
    about = {"name": "lessons:part", "value": chosen, "on_change": _choose, "label_visibility": "collapsed"}
    control.choice(st, "segmented_control", "Part", texts, **about)
    if not page.hides(*ROWS[chosen].shows):
        ROWS[chosen].draw(page.run_of)


def _choose(key):
    if key in ROWS:
        session.view = replace(session.view, part=None if key == PARTS[0] else key)
