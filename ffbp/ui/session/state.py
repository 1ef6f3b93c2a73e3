"""What a session keeps, each thing in one place and of one type. Objects in it are replaced, never changed.

The experiment and the view are the truth of every page. They change by `Session.change` and by setting `Session.view`, or
because the browser reports that the person went back or forward, which is read wherever they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import streamlit as st

from ffbp.data.table import Table
from ffbp.experiment import link
from ffbp.experiment.config import FOREIGN_PARAMS, Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.link import View
from ffbp.figures.latex import plain
from ffbp.serve.cache import RunCache
from ffbp.training.run import Run
from ffbp.ui.session.own_file import OwnFile
from ffbp.words.problems import Problem

T = TypeVar("T")
LISTENER = "history"  # the component that reports Back and Forward
MAX_SEEN = 1000


class Kept(Generic[T]):
    """A value that the session keeps; ``otherwise`` where it keeps none."""

    def __init__(self, key: str, otherwise: T = None):
        self.key, self.otherwise = key, otherwise

    def __get__(self, session, owner=None) -> T:
        return self if session is None else st.session_state.get(self.key, self.otherwise)

    def __set__(self, session, value: T) -> None:
        st.session_state[self.key] = value

    def __delete__(self, session) -> None:
        st.session_state.pop(self.key, None)


@dataclass(frozen=True)
class Told:
    """A message: its level is the name of the box that shows it, ``at`` where it is shown."""

    level: str
    text: str
    at: str


class Session:
    """The state of the session whose script runs; the same object serves all of them."""

    # The address
    adopted = Kept[int]("address:adopted", 0)  # how often an address, or a preset's moment, was adopted
    checked = Kept[int]("view:checked")  # for which of them the view has been checked against a run
    settled = Kept[int]("file:settled")  # for which of them the configuration has been fitted to the session's file
    written = Kept[Mapping[str, str]]("address:written")  # what the browser was told last; None: tell it again
    seen = Kept[Mapping[frozenset, None]]("address:seen", {})  # adopted or written in this session, the latest MAX_SEEN
    page = Kept[str]("address:page")  # the page that is shown
    offered = Kept[tuple[frozenset, ...]]("address:offered", ())  # where its links that choose something lead
    moved = Kept[Mapping]("address:moved")  # the last report of Back or Forward that was adopted

    # The page
    drawn = Kept[Mapping]("drawn", {})  # what it shows of the state, by fragment (`ffbp.ui.session.fragments`)
    told = Kept[tuple[Told, ...]]("told", ())
    cell = Kept[Mapping]("cell", {})  # the chosen cell of the player's confusion matrix

    # Data and runs of the session's own
    experiment = Kept[Experiment]("file:experiment")  # the latest
    file = Kept[OwnFile]("file")
    other_file = Kept[Table]("file:other")  # a file that is not the one that the link names
    own_runs = Kept[RunCache]("file:runs")
    record = Kept[Run]("record")
    record_shown = Kept[Mapping]("record:shown", {})  # how the record is shown, a plane each

    # The experiment and the view

    @property
    def config(self) -> Config:
        self.follow()
        return st.session_state["config"]

    @property
    def view(self) -> View:
        self.follow()
        return st.session_state["view"]

    @config.setter
    def config(self, config: Config) -> None:
        st.session_state["config"] = config

    @view.setter
    def view(self, view: View) -> None:
        st.session_state["view"] = view

    @property
    def is_new(self) -> bool:
        """Whether it has no experiment yet."""
        return "config" not in st.session_state

    def change(self, config: Config, *, frame: int | None = None, warnings: Iterable[Problem | str] = ()) -> None:
        """A new experiment: its frames are not the old one's, so it is shown at its end, or at the frame given."""
        view = self.view.at(frame)
        if frame is not None:
            view = view.without_sample()
            self.adopted += 1
        self.config, self.view = config, view
        self.hush("page")
        self.warn(warnings)

    def adopt(self, params: Mapping[str, str]) -> None:
        """Take the experiment and the view of an address, whatever they were."""
        self.config, self.view, problems = link.read(params)
        self.written = params
        self.adopted += 1
        self.hush("page")
        self.warn(problems)
        self.note_address(params)

    def follow(self) -> bool:
        """Adopt the address that the person went back or forward to, if the browser has reported one since the last time.

        Callbacks run before the page adopts an address, so the state follows wherever it is read.
        """
        move = (st.session_state.get(LISTENER) or {}).get("move")
        if not isinstance(move, dict) or move == self.moved:
            return False
        self.moved = move
        params = own_params(parse_qsl(str(move.get("search", "")).removeprefix("?"), keep_blank_values=True))
        if params != self.written:
            self.adopt(params)
            self.written = None
        return True

    def note_address(self, params: Mapping[str, str]) -> None:
        """Remember that this session has adopted or written an address."""
        if (now := frozen(params)) not in self.seen:
            self.seen = dict.fromkeys([*self.seen, now][-MAX_SEEN:])

    # What a person is told at the next run

    def tell(self, level: str, text: str, at: str = "page") -> None:
        """Have `told_at` show a message in a place, by default at the top of the page."""
        message = Told(level, text, at)
        if message not in self.told:
            self.told = (*self.told, message)

    def warn(self, problems: Iterable[Problem | str]) -> None:
        """Tell what of the present experiment or view could not be taken."""
        for problem in problems:
            self.tell("warning", str(problem))

    def hush(self, *places: str) -> None:
        """What was told in these places holds no longer."""
        if any(message.at in places for message in self.told):
            self.told = tuple(message for message in self.told if message.at not in places)

    def show_told(self, at: str, *, once: bool = False, place=st, icon: str | None = None) -> None:
        """Show what was told for this place; ``once``: it is then forgotten."""
        for message in self.told:
            if message.at == at:
                getattr(place, message.level)(plain(message.text), icon=icon)
        if once:
            self.hush(at)

    # What one section keeps for itself, and what its controls hold

    def recall(self, name: str, otherwise: Any = None) -> Any:
        """What was kept last under a name."""
        return st.session_state.get(f"kept:{name}", otherwise)

    def keep(self, value: Any, name: str) -> None:
        """Keep a value under a name; as a control's callback, keep what was chosen."""
        st.session_state[f"kept:{name}"] = value

    def sent(self, key: str, otherwise: Any = None) -> Any:
        """What the browser sent last for a control, or a component's reports; ``otherwise`` if it is not drawn."""
        return st.session_state.get(key, otherwise)

    def is_news(self, key: str, value: Any) -> bool:
        """Whether a component's report is another one than the last time."""
        if value == self.recall(key):
            return False
        self.keep(value, key)
        return True


def own_params(items) -> dict[str, str]:
    """The parameters of an address without those that embedding or advertising added."""
    return {key: value for key, value in items if not is_foreign(key)}


def is_foreign(key) -> bool:
    return str(key).startswith(FOREIGN_PARAMS)


def frozen(params: Mapping) -> frozenset:
    """An address's parameters in any order."""
    return frozenset((key, str(value)) for key, value in params.items())


session = Session()
