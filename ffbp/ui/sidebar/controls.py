"""The controls of one page's sidebar: each shows a field of the configuration and changes it.

A change is applied to the configuration of that moment; `Config.fitting` drops values that no longer fit the data.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from ffbp.experiment.class_link import FIXED, HIDDEN
from ffbp.experiment.config import Config
from ffbp.experiment.fields import Field, Ladder, Menu, Number, Slider
from ffbp.experiment.kinds import Whole
from ffbp.ui import files
from ffbp.ui.session import control
from ffbp.ui.session.state import session

AUTOMATIC = "automatic"  # the option that stands for None, because a select box uses None for "nothing chosen"


class Controls:
    """What the controls of a page have in common. Widget keys contain the page's name: pages share no widgets.

    ``experiment``: the configuration with its data, or None if its file is not loaded.
    """

    disabled = False  # whether the controls that are drawn now are shown, but fixed

    def __init__(self, page: str):
        self.page, self.config, self.experiment = page, self.now, None
        if files.is_available(self.config):
            self.experiment = files.experiment(self.config)
            self.source, self.resolved = self.experiment.source, self.experiment.resolved

    @property
    def now(self) -> Config:
        """The configuration that a change is applied to: when it arrives, it may be newer than the one on screen."""
        return session.config

    def change(self, **fields) -> None:
        """Change fields of `now`."""
        change(**fields)

    def of(self, name: str, draw: Callable, *arguments) -> None:
        """Draw controls of a field with ``draw(self, *arguments)``: disabled if a task fixes it, not at all if it hides it."""
        state = session.view.class_link.state(name)
        if state != HIDDEN:
            self.disabled = state == FIXED
            draw(self, *arguments)
            self.disabled = False

    def key(self, name: str) -> str:
        return f"{self.page}:{name}"

    def show(self, kind: str, label: str, *arguments, name: str, place=st, **options) -> None:
        """`control.show` with a key of this page."""
        options = {"disabled": self.disabled} | options
        control.show(place, kind, label, *arguments, name=self.key(name), **options)

    def select(self, label: str, texts: Mapping, *, name: str, kind: str = "selectbox", **options) -> None:
        """`control.choice` with a key of this page."""
        control.choice(st, kind, label, texts, name=self.key(name), disabled=self.disabled, **options)

    def button(self, label: str, name: str, help: str | None = None, **changes) -> None:
        """A button that changes fields."""
        own = {"on_click": self.change, "kwargs": changes, "help": help, "disabled": self.disabled}
        st.button(label, key=self.key(name), **own)

    def select_field(self, each: Field, texts: Mapping, *, value=..., on_default=AUTOMATIC) -> None:
        """A select box for a field; the configuration stores the option ``on_default`` as None."""
        value = getattr(self.config, each.name) if value is ... else value
        value = AUTOMATIC if value is None else value
        texts = {AUTOMATIC if option is None else option: text for option, text in texts.items()}

        def chosen(option):
            self.change(**{each.name: None if option == on_default else option})

        self.select(each.title, texts, name=each.name, value=value, on_change=chosen)

    def field(self, kind: str, each: Field, *arguments, **options) -> None:
        """A widget that shows a field's value as it is."""
        value = getattr(self.config, each.name)
        changed = {"on_change": lambda chosen: self.change(**{each.name: chosen})}
        self.show(kind, each.title, *arguments, name=each.name, value=value, **changed, **options)

    def draw(self, each: Field) -> None:
        """Draw a field by the kind of its control."""
        match each.control:
            case Menu():
                self.select_field(each, {key: entry.label for key, entry in each.kind.registry.items()})
            case Slider():
                self.field("slider", each, *_bounds(each), step=each.control.step)
            case Number():
                text = None if isinstance(each.kind, Whole) else "%.6g"
                more = {"placeholder": each.control.none} if each.control.none else {}
                self.field("number_input", each, *_bounds(each), step=each.control.step, format=text, **more)
                if each.control.none and self.may_be_left_out(each.name):  # a widget with a value cannot be emptied
                    self.button(f"{each.label}: {each.control.none}", f"none:{each.name}", **{each.name: None})
            case Ladder():
                self._ladder(each, each.control.none)

    def may_be_left_out(self, name: str) -> bool:
        """Whether a field has a value and there is no other way to be rid of it."""
        return getattr(self.config, name) is not None

    def _ladder(self, each, none):
        """A slider over round values; a value from a link is inserted among them."""
        numbers = {*each.control.rungs, getattr(self.config, each.name)} - {None}
        rungs = sorted(numbers, reverse=each.control.falling)
        rungs = [None, *rungs] if none else rungs
        self.field("select_slider", each, rungs, format_func=lambda v: none if v is None else f"{v:g}")


def _bounds(each):
    number = int if isinstance(each.kind, Whole) else float
    return number(each.kind.low), number(each.kind.high)


def change(**fields) -> None:
    """Change fields of the current configuration, drop what no longer fits, and report each dropped value."""
    config, warnings = files.fitting(session.config.to_dict() | fields)
    session.change(config, warnings=warnings, asked=fields)
