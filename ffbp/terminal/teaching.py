"""For teachers, in the terminal: questions for platforms, a worksheet with its key, and an assignment with its solution."""

import argparse
from pathlib import Path

from ffbp.analysis.expected import FUNCTIONS
from ffbp.analysis.summary import source_label
from ffbp.experiment.build import build_network
from ffbp.experiment.experiment import Experiment
from ffbp.export.questions import FILES, Question, questions
from ffbp.export.tables import data_csv
from ffbp.export.worksheet import worksheet
from ffbp.lessons.sheet import KINDS, MAX_VARIANT, TooLarge, sheet_of
from ffbp.programs.assignment import COPIES, assignment, checked
from ffbp.programs.facts import DATA_FILE
from ffbp.terminal.options import UsageError
from ffbp.training.run import Run
from ffbp.words.of_an_item import RUNGS

ALL, N_VARIANTS, ONE = "all", "10", 1


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


def emptied(text: str) -> dict[str, int]:
    """The functions of --assignment, each with its points. Raises UsageError."""
    if text.strip() == ALL:
        text = ",".join(FUNCTIONS)
    points = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if equals and not (number.isascii() and number.isdigit()):
            raise UsageError(f"--assignment: points of {name} must be a whole number, got {number!r}")
        points[name] = int(number) if equals else ONE
    try:
        return checked(points)
    except ValueError as error:
        raise UsageError(f"--assignment: {error}") from None


def notebooks(run: Run, points: dict[str, int]) -> dict[str, str]:
    """The student's copy, the teacher's, and the samples if the notebooks read them. Raises UsageError."""
    try:
        found = {name: assignment(run, points, solved=solved) for name, solved in COPIES.items()}
    except ValueError as error:
        raise UsageError(f"--assignment: {error}") from None
    return found | ({DATA_FILE: data_csv(run)} if run.config.file_name else {})
