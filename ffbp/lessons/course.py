"""The course: the lessons of this folder, in the order of their files' names."""

import importlib.resources
from functools import cache

from ffbp.lessons.lesson import Lesson
from ffbp.lessons.read import read

CLAIMS = "claims"  # the lesson of common misconceptions, which is a page part of its own


@cache
def lessons() -> dict[str, Lesson]:
    """All lessons by key. A file is named for its place and its key: ``03_loss.toml``."""
    folder = importlib.resources.files("ffbp.lessons")
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".toml"))
    keys = [name.removesuffix(".toml").partition("_")[2] for name in names]
    return {key: read((folder / name).read_text("utf-8"), key) for key, name in zip(keys, names, strict=True)}


def course() -> dict[str, Lesson]:
    """The lessons without the misconceptions."""
    return {key: lesson for key, lesson in lessons().items() if key != CLAIMS}
