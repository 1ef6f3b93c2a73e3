"""Marking in the terminal: many records verified one after the other, a line and a row of a table for each."""

import argparse
from collections.abc import Callable, Generator, Sequence
from glob import glob
from pathlib import Path

from ffbp.data.read_table import read_table
from ffbp.experiment.challenge import Challenge
from ffbp.experiment.problems import ConfigError
from ffbp.lessons.marks import Mark, judgements, marking, to_csv
from ffbp.terminal.options import UsageError
from ffbp.training.run import Progress
from ffbp.words.numbers import format_number, format_percent
from ffbp.words.of_a_board import VERDICTS
from ffbp.words.text import listed


def paths_of(given: Sequence[Path]) -> list[Path]:
    """The records that are meant, each once: files, all of a folder, and patterns where the shell does not replace them."""
    found = []
    for path in given:
        if path.is_dir():
            found += sorted(path.glob("*.json"))
        elif "*" in str(path) and not path.exists():
            found += map(Path, sorted(glob(str(path))))
        else:
            found.append(path)
    if not found:
        raise UsageError(f"--verify: there is no record in {listed([str(path) for path in given])}")
    return list(dict.fromkeys(found))


def challenge_of(given: argparse.Namespace) -> Challenge | None:
    """The challenge of the options. Raises UsageError."""
    try:
        return None if given.challenge is None else Challenge.read(given.challenge)
    except ConfigError as error:
        raise UsageError(f"--challenge: {error}") from None


def mark_of_file(
    path: Path, content: Callable[[Path], bytes], data: tuple[Path, bytes] | None
) -> Generator[Progress, None, Mark]:
    """The mark of a record's file, also of one that cannot be read. data: the file that the samples came from."""
    try:
        found = content(path)
    except OSError as error:
        return Mark("unreadable", str(error.strerror))
    except ValueError as error:
        return Mark("unreadable", str(error))

    def table_of(config):
        return read_table(data[1], data[0].name, header=config.header, decimal=config.decimal)

    return (yield from marking(found, table_of if data else None))


def line(path: Path, mark: Mark, challenge: Challenge | None) -> str:
    """A record in one line: its file, the verdict, and the numbers of the retrained run."""
    texts = [f"{path}: {VERDICTS[mark.verdict]}"]
    if mark.facts is not None:
        numbers = mark.facts.numbers
        score = "accuracy" if numbers["train_accuracy"] == numbers["train_accuracy"] else "r_squared"
        show = (lambda value: format_percent(value / 100)) if score == "accuracy" else format_number
        for part, label in (("train", "training"), ("test", "test")):
            if numbers[f"{part}_loss"] == numbers[f"{part}_loss"]:
                loss, shown = format_number(numbers[f"{part}_loss"]), show(numbers[f"{part}_{score}"])
                texts.append(f"{label} loss {loss}, {'accuracy' if score == 'accuracy' else 'R²'} {shown}")
    if not mark.passed:
        texts.append(mark.words)
    elif challenge is not None:
        ((met, _),) = judgements([mark], challenge)
        texts.append("meets the challenge" if met else "misses the challenge")
    return "; ".join(texts)


def table(paths: Sequence[Path], marks: Sequence[Mark], challenge: Challenge | None) -> str:
    """The table as CSV."""
    return to_csv("file", [str(path) for path in paths], marks, challenge)


def in_words(marks: Sequence[Mark], challenge: Challenge | None) -> str:
    """How many of the records verify, and how many meet the challenge."""
    text = f"{sum(mark.passed for mark in marks)} of {len(marks)} records verify"
    if challenge is None:
        return f"{text}."
    met = sum(met for met, _ in judgements(marks, challenge))
    return f"{text}, and {met} of them meet the challenge: {challenge}."
