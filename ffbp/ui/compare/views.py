"""The views of the page Compare: each is a file with a function, and a row here; its name stands in `COMPARISONS`, too."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from ffbp.experiment.link import COMPARISONS
from ffbp.ui.compare.pair import pair
from ffbp.ui.compare.race import race
from ffbp.ui.compare.seeds import seeds
from ffbp.ui.compare.surface import surface
from ffbp.ui.compare.sweep import sweep
from ffbp.ui.page import Page
from ffbp.ui.session import control
from ffbp.ui.session.state import session


class View(NamedTuple):
    """``draw(page)`` trains what the view needs and draws it."""

    label: str
    draw: Callable[[Page], None]


VIEWS = {
    "pair": View("A and B", pair),
    "seeds": View("Seeds", seeds),
    "sweep": View("Sweep", sweep),
    "race": View("Race", race),
    "surface": View("Surface", surface),
}


def draw(page: Page) -> None:
    """Draw the view that the address names, and above it the choice if there are several."""
    chosen = session.view.view or COMPARISONS[0]
    if len(VIEWS) > 1:
        texts = {key: view.label for key, view in VIEWS.items()}
        own = {"name": "compare:view", "value": chosen, "on_change": _choose, "label_visibility": "collapsed"}
        control.choice(st, "segmented_control", "View", texts, **own)
    VIEWS[chosen].draw(page)


def _choose(key):
    if key in VIEWS:
        session.view = replace(session.view, view=None if key == COMPARISONS[0] else key)
