"""For teachers, in the terminal: questions for platforms, a worksheet, an assignment, and panels for a page of a course."""

import argparse
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from ffbp.analysis.expected import FUNCTIONS
from ffbp.analysis.summary import address_of, source_label, title
from ffbp.experiment.build import build_network
from ffbp.experiment.experiment import Experiment
from ffbp.export.embed import HEIGHTS, check_height, embed, line, panels_of
from ffbp.export.forms import usual_plane
from ffbp.export.question_files import FILES
from ffbp.export.questions import Question, questions
from ffbp.export.tables import data_csv
from ffbp.export.worksheet import worksheet
from ffbp.lessons.course import course
from ffbp.lessons.sheet import KINDS, MAX_VARIANT, TooLarge, sheet_of
from ffbp.lessons.sheet_of_step import fitting, sheet_of_step
from ffbp.programs.assignment import COPIES, assignment, checked
from ffbp.programs.facts import DATA_FILE
from ffbp.terminal import options
from ffbp.terminal.options import UsageError
from ffbp.training.recording import train
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
    """The worksheet of the experiment's first step and of so many variants, or of a lesson's steps; then the keys.

    Raises UsageError.
    """
    kinds, only = _blanks(given.blanks)
    if not given.worksheet.lstrip("-").isdigit():
        return _of_a_lesson(given, kinds, only)
    n_variants = int(given.worksheet)
    if not 0 <= n_variants <= MAX_VARIANT:
        raise UsageError(f"--worksheet must be from 0 to {MAX_VARIANT}, or a lesson, got {given.worksheet!r}")
    config, data = experiment.config, experiment.dataset
    network, sample = build_network(config, data), (data.X_train[:1], data.y_train[:1])
    own = {"rate": config.learning_rate, "kinds": kinds or KINDS, "only": only}
    try:
        found = [sheet_of(network, *sample, variant=variant, **own) for variant in range(n_variants + 1)]
    except ValueError as error:
        raise UsageError(f"{'--worksheet' if isinstance(error, TooLarge) else '--blanks'}: {error}") from None
    if not found[0].blanks:
        raise UsageError(f"--blanks: {given.blanks!r} leaves nothing blank; units of a layer have only some kinds")
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


def _blanks(text: str | None) -> tuple[list[str], list[str]]:
    """The kinds and the layers, units or numbers that are left blank. A comma in brackets belongs to a number."""
    parts = [part.strip() for part in re.split(r",(?![^\[]*\])", text or "") if part.strip()]
    only = [part for part in parts if part[0].isdigit() or "[" in part]
    kinds = [part for part in parts if part not in only]
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(
                f"--blanks: unknown kind {kind!r}; choose from {', '.join(KINDS)}, or write 1, 1.2 or z[1][2]"
            )
    return kinds, only


def _of_a_lesson(given, kinds, only) -> str:
    """The sheets of ``--worksheet forward`` or ``--worksheet forward:2,4``."""
    options.refuse_beside_lesson(given)
    key, colon, numbers = given.worksheet.partition(":")
    fits = [name for name in course() if fitting(name)]
    if key not in fits:
        raise UsageError(
            f"--worksheet must be a number of variants or one of the lessons {', '.join(fits)}, got {key!r}"
        )
    if only:
        raise UsageError(f"--blanks: only kinds apply to a lesson, whose questions are blank, got {', '.join(only)}")
    steps = [number.strip() for number in numbers.split(",")] if colon else [str(number) for number in fitting(key)]
    for number in steps:
        if number not in map(str, fitting(key)):
            known = ", ".join(map(str, fitting(key)))
            raise UsageError(f"--worksheet: of the lesson {key}, the steps {known} fit on paper, got {number!r}")
    trained = cache(train)
    found = [sheet_of_step(key, int(number), trained, kinds) for number in steps]
    return worksheet(found, paper=given.paper or "A4", name=course()[key].title)


def _dashboard(link, run):
    """The address of a run in the dashboard of a link; "" without one."""
    url = urlsplit((link or "").strip())
    if url.scheme not in ("http", "https"):
        return ""
    return urlunsplit(url._replace(query=address_of(run.config), fragment=""))


def embedding(given: argparse.Namespace) -> tuple[Path, Callable[[Run], tuple[str, str]]]:
    """Where the page of the chosen panels goes, and a function of the run that returns its text and the line for an iframe.

    Raises UsageError.
    """
    names, path = given.embed
    try:
        panels = panels_of(names)
    except ValueError as error:
        raise UsageError(f"--embed: {error}") from None
    height = given.height or str(HEIGHTS[len(panels)])
    try:
        height = int(height) if height.isascii() and height.isdigit() else height
        check_height(height, panels)
    except ValueError as error:
        raise UsageError(f"--height: {error}") from None

    def write(run):
        text = embed(run, usual_plane(run), panels, height=height, link=_dashboard(given.link, run))
        return text, line(Path(path).name, title(run), height)

    return Path(path), write
