"""The course: the lessons of this folder, in the order of their files' names."""

import importlib.resources
import tomllib
from functools import cache
from typing import NamedTuple

from ffbp.lessons.lesson import Lesson
from ffbp.lessons.read import read

CLAIMS = "claims"  # the lesson of common misconceptions, which is a page part of its own


class Head(NamedTuple):
    """What a list of lessons shows of one."""

    key: str
    title: str
    goal: str
    minutes: int
    n_steps: int


@cache
def texts() -> dict[str, str]:
    """The files by the lessons' keys. A file is named for its place and its key: ``03_loss.toml``."""
    folder = importlib.resources.files("ffbp.lessons")
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".toml"))
    return {name.removesuffix(".toml").partition("_")[2]: (folder / name).read_text("utf-8") for name in names}


@cache
def lesson(key: str) -> Lesson | None:
    """A lesson, read and checked when it is first opened; None if there is none of this name."""
    return read(texts()[key], key) if key in texts() else None


@cache
def course() -> dict[str, Head]:
    """The lessons without the misconceptions. They are not checked here, so that a list of them is there at once."""
    heads = {}
    for key, text in texts().items():
        raw = tomllib.loads(text)
        heads[key] = Head(key, raw["title"], raw["goal"], raw["minutes"], len(raw["step"]))
    return {key: head for key, head in heads.items() if key != CLAIMS}
