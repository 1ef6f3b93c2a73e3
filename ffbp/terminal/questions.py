"""Questions for learning platforms in the terminal: the files of the chosen kinds, written to a folder."""

import argparse
from pathlib import Path

from ffbp.export.questions import FILES, Question, questions
from ffbp.terminal.options import UsageError
from ffbp.words.of_an_item import RUNGS

ALL, N_VARIANTS = "all", "10"


def chosen(given: argparse.Namespace) -> list[Question]:
    """The questions that the options describe. Raises UsageError."""
    kinds = [kind.strip() for kind in given.questions.split(",") if kind.strip()]
    try:
        variants = int(given.variants or N_VARIANTS)
    except ValueError:
        raise UsageError(f"--variants must be a whole number, got {given.variants!r}") from None
    try:
        return questions(RUNGS if kinds == [ALL] else kinds, variants)
    except ValueError as error:
        raise UsageError(f"--questions: {error}") from None


def in_words(found: list[Question]) -> str:
    """How many questions there are, of how many kinds."""
    n_kinds = len({each.rung for each in found})
    return f"{len(found)} questions of {'one kind' if n_kinds == 1 else f'{n_kinds} kinds'}:"


def files(found: list[Question], folder: Path) -> dict[Path, str]:
    """The text of each file."""
    return {folder / name: write(found) for name, (write, _) in FILES.items()}
