"""What a session keeps: one typed place for each value. Kept objects are replaced, never modified.

Every page shows the session's experiment and view. They change through `Session.change`, through setting `Session.view`,
or because the browser reports Back or Forward; reading them takes a new report into account.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import parse_qsl

import streamlit as st

from ffbp.data.table import Table
from ffbp.experiment import link
from ffbp.experiment.class_link import NO_TASK
from ffbp.experiment.config import FOREIGN_PARAMS, Config
from ffbp.experiment.differences import differences
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.link import View
from ffbp.figures.latex import plain
from ffbp.lessons import front
from ffbp.serve.cache import RunCache
from ffbp.training.run import Run
from ffbp.ui.session.own_file import OwnFile
from ffbp.words.problems import Problem

T = TypeVar("T")
LISTENER = "history"  # the component that reports Back and Forward
MAX_SEEN = 1000
MAX_PAST = 20


class Kept(Generic[T]):
    """A value that the session keeps, or ``otherwise`` if it keeps none."""

    def __init__(self, key: str, otherwise: T = None):
        self.key, self.otherwise = key, otherwise

    def __get__(self, session, owner=None) -> T:
        return self if session is None else st.session_state.get(self.key, self.otherwise)

    def __set__(self, session, value: T) -> None:
        st.session_state[self.key] = value

    def __delete__(self, session) -> None:
        st.session_state.pop(self.key, None)


class Followed(Kept[T]):
    """A kept value that is read only after `Session.follow`."""

    def __get__(self, session, owner=None) -> T:
        if session is None:
            return self
        session.follow()
        return st.session_state[self.key]


class Told(NamedTuple):
    """A message: ``level`` is the name of Streamlit's box for it, ``at`` the place where it is shown."""

    level: str
    text: str
    at: str


class Session:
    """The state of the session whose script is running; one object serves all sessions."""

    # The address
    adopted = Kept[int]("address:adopted", 0)  # how many addresses and presets were adopted
    checked = Kept[int]("view:checked")  # the last of them whose view was compared with a run
    settled = Kept[int]("file:settled")  # the last of them whose configuration was fitted to the file
    written = Kept[Mapping[str, str]]("address:written")  # the address sent last; None: send it again
    seen = Kept[Mapping[frozenset, None]]("address:seen", {})  # the latest MAX_SEEN addresses
    page = Kept[str]("address:page")
    offered = Kept[tuple[frozenset, ...]]("address:offered", ())  # links on this page that choose something
    moved = Kept[Mapping]("address:moved")  # the last report of Back or Forward

    # The front door
    bare = Kept[bool](
        "front:bare", False
    )  # whether the address adopted last has no parameters, and nothing was changed
    greeted = Kept[bool]("front:greeted", False)  # whether something else was seen in this session

    # The page
    drawn = Kept[Mapping]("drawn", {})  # the state that it shows, by fragment (`ffbp.ui.session.fragments`)
    told = Kept[tuple[Told, ...]]("told", ())

    # Data and runs of this session
    experiment = Kept[Experiment]("file:experiment")  # the latest
    file = Kept[OwnFile]("file")
    other_file = Kept[Table]("file:other")  # an uploaded file that differs from the link's
    own_runs = Kept[RunCache]("file:runs")
    own_results = Kept[RunCache]("file:results")  # what the laboratory computes
    record = Kept[Run]("record")
    record_shown = Kept[Mapping]("record:shown", {})  # by plane

    # The experiment and the view
    origin = Kept[Config]("origin")  # as a link or the gallery opened it
    past = Kept[tuple[Config, ...]]("past", ())  # before each of the latest MAX_PAST changes
    config = Followed[Config]("config")
    view = Followed[View]("view")

    @property
    def is_new(self) -> bool:
        """Whether the session has no experiment yet."""
        return "config" not in st.session_state

    def change(
        self,
        config: Config,
        *,
        warnings: Iterable[Problem | str] = (),
        frame: int | None = None,
        asked: Iterable[str] = (),
    ) -> bool:
        """Take a changed experiment at a frame. Its timeline stays at the end or at the start unless it is sent elsewhere.

        Returns whether it was taken: a teacher's task may have fixed what would change. asked: the fields of the control that
        was moved, where others follow from them. The experiment itself comes last: if Streamlit stops the script before, doing
        it again changes nothing more.
        """
        if fixed := self.fixed_in(config, asked):
            names = ", ".join(FIELDS[name].label for name in fixed)
            self.tell("warning", f"the task does not let you change: {names}")
            return False
        if config != self.config and self.past[-1:] != (self.config,):
            self.past = (*self.past, self.config)[-MAX_PAST:]
        self.view = self.view.at(frame)
        self.bare, self.greeted = False, True
        self.hush("page")
        self.warn(warnings)
        self.config = config
        return True

    def fixed_in(self, config: Config, asked: Iterable[str] = ()) -> list[str]:
        """The fields that differ in a configuration, and that the task has fixed or hidden; [] if it may be taken."""
        task = self.view.class_link
        if not task.locks:
            return []
        if asked := tuple(asked):
            fixed = task.locked(*asked)
            return fixed if len(fixed) == len(asked) else []
        return task.locked(*(each.field for each in differences(self.config, config)))

    def leave_task(self) -> None:
        """Open everything that a teacher's link has closed; the experiment stays."""
        self.view = self.view.with_task(NO_TASK)
        self.hush("page")

    def undo(self) -> None:
        """Take back the last change."""
        if self.past:
            *earlier, last = self.past
            if self.change(last):
                self.past = tuple(earlier)

    def start(self, config: Config, frame: int | None) -> None:
        """Take another experiment at a frame, or at its end if that is None, as a link does."""
        if not self.change(config):
            return
        self.origin, self.view = config, self.view.at(frame).without_sample()
        self.adopted += 1

    def adopt(self, params: Mapping[str, str]) -> None:
        """Take the experiment and the view of an address; a session has its first experiment only when all else is there."""
        config, self.view, problems = link.read(params) if params else front.OPENED
        self.origin = config
        self.bare, self.adopted = not params, self.adopted + 1
        self.greeted = self.greeted or bool(params)
        self.hush("page")
        self.warn(problems)
        self.config = config
        self.note_address(params)

    def follow(self) -> bool:
        """Adopt the address to which the person went back or forward, if the browser has reported a new one.

        Callbacks run before the page adopts an address, therefore every reading of the state does this first.
        """
        move = (st.session_state.get(LISTENER) or {}).get("move")
        if not isinstance(move, dict) or move == self.moved:
            return False
        params = own_params(parse_qsl(str(move.get("search", "")).removeprefix("?"), keep_blank_values=True))
        if params != self.written:
            origin = self.origin
            self.adopt(params)
            self.origin, self.written = origin or self.origin, None
        self.moved = move
        return True

    def note_address(self, params: Mapping[str, str]) -> None:
        """Remember an address that this session has adopted or written; the browser shows it."""
        self.written = params
        if (now := frozen(params)) not in self.seen:
            self.seen = dict.fromkeys([*self.seen, now][-MAX_SEEN:])

    # Messages for the next run of the page

    def tell(self, level: str, text: str, at: str = "page") -> None:
        """Have `show_told` show a message in a place, by default at the top of the page."""
        self.told = tuple(dict.fromkeys([*self.told, Told(level, text, at)]))

    def warn(self, problems: Iterable[Problem | str]) -> None:
        """Report what was wrong with the current experiment or view."""
        for problem in problems:
            self.tell("warning", str(problem))

    def hush(self, *places: str) -> None:
        """Drop the messages of these places."""
        self.told = tuple(message for message in self.told if message.at not in places)

    def show_told(self, at: str, *, once: bool = False, place=st, icon: str | None = None) -> None:
        """Show the messages of a place; with ``once``, drop them afterwards."""
        for message in self.told:
            if message.at == at:
                getattr(place, message.level)(plain(message.text), icon=icon)
        if once:
            self.hush(at)

    # Values of a single section, and what the browser sent

    def recall(self, name: str, otherwise: Any = None) -> Any:
        """The value kept under a name."""
        return st.session_state.get(f"kept:{name}", otherwise)

    def keep(self, value: Any, name: str) -> None:
        """Keep a value under a name. Serves as a control's callback: the value comes first."""
        st.session_state[f"kept:{name}"] = value

    def pause(self) -> None:
        """Let Streamlit stop the script here if something has changed; unlike an element, this sends no message."""
        st.session_state.get("pause")

    def sent(self, key: str, otherwise: Any = None) -> Any:
        """The value of a control, or the reports of a component; ``otherwise`` if it is not on the page."""
        return st.session_state.get(key, otherwise)


def own_params(items) -> dict[str, str]:
    """The parameters of an address without those added by embedding or advertising."""
    return {key: value for key, value in items if not is_foreign(key)}


def is_foreign(key) -> bool:
    return str(key).startswith(FOREIGN_PARAMS)


def frozen(params: Mapping) -> frozenset:
    """An address's parameters as a key, whatever their order."""
    return frozenset((key, str(value)) for key, value in params.items())


session = Session()
