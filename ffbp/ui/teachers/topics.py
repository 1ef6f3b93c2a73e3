"""Topics of a course on neural networks, in the order of textbooks: each has a link, a sentence, minutes and a slide.

They are data (`course.toml`). A number of a sentence stands in ``says`` as a quantity of the link's run, a claim in ``holds``
as a condition; a test computes both.
"""

import csv
import html
import importlib.resources
import io
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from ffbp.export.slide import PICTURES
from ffbp.lessons import expressions
from ffbp.lessons.lesson import Address

LICENCE = "CC BY 4.0"
LICENCE_LINK = "https://creativecommons.org/licenses/by/4.0/"
CREDIT = f"The ffbp authors, {LICENCE}"
MAX_WORDS, MAX_MINUTES = 32, 60
KEYS = ("title", "link", "sentence", "says", "holds", "minutes", "pictures")


@dataclass(frozen=True)
class Topic:
    """link: as the file has it, with the shared parts filled in. says, holds: what a test computes, see the file's head."""

    title: str
    link: str
    sentence: str
    minutes: int
    pictures: tuple[str, ...]
    says: Mapping[str, str] = field(default_factory=dict)
    holds: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        return Address.of(self.link)


@cache
def topics() -> tuple[Topic, ...]:
    """The topics of the file."""
    return read((importlib.resources.files("ffbp.ui.teachers") / "course.toml").read_text("utf-8"))


def read(text: str) -> tuple[Topic, ...]:
    """The topics of a file's text. Raises ValueError, which names the topic."""
    raw = tomllib.loads(text)
    shared = raw.get("shared", {})
    return tuple(_topic(each, shared) for each in raw["topic"])


def _topic(raw, shared):
    name = raw.get("title", "a topic without title")
    if unknown := set(raw) - set(KEYS):
        raise ValueError(f"{name}: unknown key {min(unknown)!r}; choose from {', '.join(KEYS)}")
    if missing := {"title", "link", "sentence", "minutes", "pictures"} - set(raw):
        raise ValueError(f"{name}: {min(missing)} is missing; add it")
    if type(raw["minutes"]) is not int or not 1 <= raw["minutes"] <= MAX_MINUTES:
        raise ValueError(f"{name}: minutes must be a whole number from 1 to {MAX_MINUTES}")
    if len(raw["pictures"]) != 2 or not set(raw["pictures"]) <= set(PICTURES):
        raise ValueError(f"{name}: pictures must be two of {', '.join(PICTURES)}")
    if len(raw["sentence"].split()) > MAX_WORDS:
        raise ValueError(f"{name}: the sentence must have at most {MAX_WORDS} words")
    try:
        link = re.sub(r"\$(\w+)", lambda match: shared[match[1]], raw["link"])
        topic = Topic(
            raw["title"], link, raw["sentence"], raw["minutes"], tuple(raw["pictures"]),
            raw.get("says", {}), tuple(raw.get("holds", ())),
        )  # fmt: skip
        for each in topic.says.values():
            expressions.expression(each)
        for each in topic.holds:
            expressions.condition(each)
        _ = topic.address
    except KeyError as error:
        raise ValueError(f"{name}: ${error.args[0]} must be a name of the table [shared]") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return topic


# Copies for a syllabus. address: the full link of a topic; address_of: those of all, by title


def as_plain(topic: Topic, address: str) -> str:
    """A topic as lines of text."""
    return f"{topic.title} ({topic.minutes} min)\n{topic.sentence}\n{address}\n{CREDIT}"


def as_markdown(topic: Topic, address: str) -> str:
    """A topic as a paragraph of Markdown."""
    return f"**[{topic.title}]({address})** ({topic.minutes} min). {topic.sentence} *{_credit_markdown()}*"


def as_html(topic: Topic, address: str) -> str:
    """A topic as a paragraph of HTML."""
    link = f'<a href="{html.escape(address, quote=True)}">{html.escape(topic.title)}</a>'
    credit = f'The ffbp authors, <a rel="license" href="{LICENCE_LINK}">{LICENCE}</a>'
    return (
        f"<p><strong>{link}</strong> ({topic.minutes} min). {html.escape(topic.sentence)} <small>{credit}</small></p>"
    )


COPIES: Mapping[str, Callable[[Topic, str], str]] = {"Markdown": as_markdown, "HTML": as_html, "Plain text": as_plain}


def table_markdown(address_of: Mapping[str, str]) -> str:
    """All topics as a table in Markdown, with the licence below."""
    rows = ["| | Topic | What it shows | min |", "| --- | --- | --- | --- |"]
    for number, topic in enumerate(topics(), start=1):
        rows.append(f"| {number} | [{topic.title}]({address_of[topic.title]}) | {topic.sentence} | {topic.minutes} |")
    return "\n".join([*rows, "", _credit_markdown(), ""])


def table_csv(address_of: Mapping[str, str]) -> str:
    """All topics as CSV, a row each."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(("number", "topic", "sentence", "minutes", "link", "licence"))
    for number, topic in enumerate(topics(), start=1):
        writer.writerow((number, topic.title, topic.sentence, topic.minutes, address_of[topic.title], CREDIT))
    return buffer.getvalue()


def _credit_markdown():
    return f"The ffbp authors, [{LICENCE}]({LICENCE_LINK})"
