"""For teachers, in the terminal: questions for learning platforms, and a worksheet of an experiment with its key."""

import argparse
from pathlib import Path

from ffbp.analysis.summary import source_label
from ffbp.experiment.build import build_network
from ffbp.experiment.experiment import Experiment
from ffbp.export.questions import FILES, Question, questions
from ffbp.export.worksheet import worksheet
from ffbp.lessons.sheet import KINDS, MAX_VARIANT, TooLarge, sheet_of
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


def sheets(experiment: Experiment, given: argparse.Namespace) -> str:
    """The worksheet of the experiment's first step and of so many variants, then their keys. Raises UsageError."""
    try:
        n_variants = int(given.worksheet)
    except ValueError:
        n_variants = -1
    if not 0 <= n_variants <= MAX_VARIANT:
        raise UsageError(f"--worksheet must be from 0 to {MAX_VARIANT}, got {given.worksheet!r}")
    config, data = experiment.config, experiment.dataset
    network, sample = build_network(config, data), (data.X_train[:1], data.y_train[:1])
    own = {"rate": config.learning_rate, "kinds": KINDS}
    try:
        found = [sheet_of(network, *sample, variant=variant, **own) for variant in range(n_variants + 1)]
    except TooLarge as error:
        raise UsageError(f"--worksheet: {error}") from None
    return worksheet(found, paper=given.paper or "A4", name=source_label(config))
