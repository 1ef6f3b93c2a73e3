"""The views of a page: each is a function, and the link names the chosen one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from ffbp.experiment.link import CHOICES
from ffbp.ui.page import Page
from ffbp.ui.session import control
from ffbp.ui.session.state import session


class View(NamedTuple):
    """``draw(page)`` computes what the view needs and draws it. shows: what of a run can be read there, of `COVERABLE`."""

    label: str
    draw: Callable[[Page], None]
    shows: tuple[str, ...] = ()


def draw(page: Page, views: Mapping[str, View], name: str) -> None:
    """Draw the choice and the view that the address names by its parameter ``name``, or else the first."""
    first = CHOICES[name][0]
    chosen = getattr(session.view, name) or first
    texts = {key: view.label for key, view in views.items()}
    own = {"name": f"{page.name}:view", "value": chosen, "label_visibility": "collapsed"}

    def choose(key):
        if key in views:
            session.view = replace(session.view, **{name: None if key == first else key})

    control.choice(st, "segmented_control", "View", texts, on_change=choose, **own)
    if page.hides(*views[chosen].shows):
        page.without_training()
    else:
        views[chosen].draw(page)
