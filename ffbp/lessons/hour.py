"""The hour: the steps of a lecture with minutes and notes. It is a running order, so the browser opens it step by step.

A step is a title and a link: a page's name, ? and parameters, as the browser writes it. The file is JSON. A link carries the
same without the notes, because the class can read whatever stands in a link.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import count
from urllib.parse import parse_qsl, urlencode, urlsplit

from ffbp.experiment.config import FOREIGN_PARAMS, Config
from ffbp.lessons.packed import pack, unpack

NAME = "ffbp running order"
FILE = "ffbp-running-order.json"  # as running.js names it
MAX_STEPS, MAX_MINUTES, MAX_LENGTH = 100, 240, 1_000_000
MAX_TITLE, MAX_NOTES, MAX_LINK = 200, 1000, 12_000  # characters
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
DAY = 24 * 60  # minutes
FOR_LECTURES = {
    "present": "1",
    "panel": "network-boundary",
}  # what is added to a link to the Playground, as in running.js
_NUMBERS = count(1)
CUT_OFF = "the running order in the link is not whole; ask for the link again, or for the file"


@dataclass(frozen=True)
class Step:
    """A step: what it is called, what it opens, how many minutes it takes, and what to say.

    number: its own while the server runs, by which its fields are found when it has moved; no file or link has it.
    """

    title: str
    link: str
    minutes: int = 5
    notes: str = ""
    number: int = field(default_factory=_NUMBERS.__next__, compare=False, repr=False)

    @property
    def page(self) -> str:
        """The page's name in addresses."""
        return self.link.partition("?")[0]

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the link."""
        return dict(parse_qsl(self.link.partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True)
class Hour:
    """Steps in order. begins: the time of day, such as "10:15"; "" if minutes are counted from 0."""

    title: str = ""
    begins: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def minutes(self) -> int:
        """The minutes of all steps."""
        return sum(step.minutes for step in self.steps)

    @property
    def times(self) -> list[tuple[str, str]]:
        """From when to when each step takes: times of day, or minutes from the beginning."""
        at, found = 0, []
        for step in self.steps:
            found.append((self._time(at), self._time(at + step.minutes)))
            at += step.minutes
        return found

    def _time(self, minute):
        if not self.begins:
            return str(minute)
        first = int(self.begins[:2]) * 60 + int(self.begins[3:])
        hours, minutes = divmod((first + minute) % DAY, 60)
        return f"{hours:02}:{minutes:02}"

    def presented(self) -> "Hour":
        """With each step on the Playground shown without the page around it, unless a lesson stands beside it."""
        return replace(self, steps=tuple(map(_presented, self.steps)))

    def unpresented(self) -> "Hour":
        """With each step on the Playground shown as the whole page."""
        return replace(self, steps=tuple(map(_unpresented, self.steps)))

    def place_of(self, number: int) -> int | None:
        """Where the step with this number stands, from 0; None if it is gone."""
        return next((at for at, step in enumerate(self.steps) if step.number == number), None)

    def adding(self, step: Step) -> "Hour":
        """With one more step, which may be a copy of one that is there."""
        return replace(self, steps=(*self.steps, replace(step, number=next(_NUMBERS))))

    def moved(self, at: int, by: int) -> "Hour":
        """With a step exchanged for the one before it (-1) or after it (1)."""
        steps = [*self.steps]
        steps[at], steps[at + by] = steps[at + by], steps[at]
        return replace(self, steps=tuple(steps))

    def without(self, at: int) -> "Hour":
        """Without a step."""
        return replace(self, steps=self.steps[:at] + self.steps[at + 1 :])

    def having(self, at: int, **values) -> "Hour":
        """With other values of a step."""
        steps = [*self.steps]
        steps[at] = replace(steps[at], **values)
        return replace(self, steps=tuple(steps))


def _presented(step):
    if step.page or "lesson" in step.params:
        return step
    return replace(step, link=f"?{urlencode(FOR_LECTURES | step.params)}")


def _unpresented(step):
    params = {key: value for key, value in step.params.items() if key != "present"}
    if step.page or params == step.params:
        return step
    if params.get("panel") == FOR_LECTURES["panel"]:
        del params["panel"]
    return replace(
        step, link=f"?{urlencode(params or {'dataset': Config.dataset})}"
    )  # without any it is the front door


def link_of(text: str, pages: Collection[str]) -> str:
    """A pasted address as a step holds it, without what embedding and advertising add. Raises ValueError.

    pages: the names of the pages in addresses; the Playground's is "".
    """
    text = text.encode(errors="ignore").decode().strip()  # half a character stands in no address
    try:
        url = urlsplit(text if "?" in text or "/" in text or "=" not in text else f"?{text}")
        query = parse_qsl(url.query, keep_blank_values=True)
    except ValueError:
        url, query = None, []
    page = url.path.rpartition("/")[2] if url else None
    if page not in pages or url.scheme not in ("", "http", "https") or not text or len(text) > MAX_LINK:
        raise ValueError(f"the link “{text[:60]}” opens no page; copy it from the address bar")
    return f"{page}?{urlencode([(key, value) for key, value in query if not key.startswith(FOREIGN_PARAMS)])}"


def text_of(hour: Hour) -> str:
    """The hour as its file, which is a running order."""
    about = {"title": hour.title, "begins": hour.begins}
    steps = [
        {"title": step.title, "link": step.link, "minutes": step.minutes}
        | ({"notes": step.notes} if step.notes else {})
        for step in hour.steps
    ]
    return json.dumps(
        {"name": NAME, **{k: v for k, v in about.items() if v}, "steps": steps}, ensure_ascii=False, indent=1
    )


def read_hour(text: str, pages: Collection[str]) -> Hour:
    """The hour of a file's text, also of a running order without minutes. Raises ValueError with one message."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"this file is too large for a running order: it has more than {MAX_LENGTH:,} characters")
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict) or not isinstance(raw.get("steps"), list):
        raise ValueError("this file is not a running order that was saved here")
    steps, begins, title = raw["steps"], raw.get("begins", ""), raw.get("title", "")
    if not 1 <= len(steps) <= MAX_STEPS:
        raise ValueError(f"a running order has 1 to {MAX_STEPS} steps, this one has {len(steps)}")
    begins = begins if isinstance(begins, str) and TIME.fullmatch(begins) else ""
    found = tuple(_step(i, each, pages) for i, each in enumerate(steps, start=1))
    return Hour(line(title), begins, found)


def _step(i, raw, pages):
    raw = raw if isinstance(raw, dict) else {}
    title, link, minutes, notes = (raw.get(key) for key in ("title", "link", "minutes", "notes"))
    if not all(isinstance(each, str) and each.strip() for each in (title, link)):
        raise ValueError(f"step {i} of the file has no title or no link")
    try:
        link = link_of(link, pages)
    except ValueError as error:
        raise ValueError(f"step {i} of the file: {error}") from None
    minutes = minutes if type(minutes) is int and 0 <= minutes <= MAX_MINUTES else Step.minutes
    return Step(line(title), link, minutes, paragraph(notes))


def line(text) -> str:
    """A title: on one line, of at most MAX_TITLE characters; "" for what is no text."""
    return " ".join(paragraph(text).split())[:MAX_TITLE]


def paragraph(text) -> str:
    """Notes: of at most MAX_NOTES characters, all of which a file can hold; "" for what is no text."""
    return text.encode(errors="ignore").decode().strip()[:MAX_NOTES] if isinstance(text, str) else ""


def packed(hour: Hour) -> str | None:
    """The hour for a link, without what is to be said; None if it is too long for one."""
    return pack(text_of(replace(hour, steps=tuple(replace(step, notes="") for step in hour.steps))))


def unpacked(text: str, pages: Collection[str]) -> Hour:
    """The hour of `packed`. Raises ValueError for anything else."""
    try:
        whole = unpack(text)
    except ValueError:
        raise ValueError(CUT_OFF) from None
    return read_hour(whole, pages)
