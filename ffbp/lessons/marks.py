"""Marks: what is found when the runs that a class hands in are trained again, as rows of one table.

All numbers of a mark are those of the run that was trained here. A record's own numbers are only compared with them.
"""

import csv
import io
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import NamedTuple

from ffbp.data.cells import guarded
from ffbp.data.table import Table
from ffbp.experiment.challenge import Challenge
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.resolve import work_per_epoch
from ffbp.lessons.challenge import Facts, judged, ranks
from ffbp.lessons.submissions import Entry
from ffbp.record.read import read_record
from ffbp.record.verify import verifying
from ffbp.training.many import Planned, fit_planned
from ffbp.training.run import Progress, Run
from ffbp.training.sweep import Outcome, outcome_of
from ffbp.words.english import sentence
from ffbp.words.of_a_board import TOO_MUCH_WORK, VERDICTS

PASSED = ("verified", "agrees", "without_file", "trained")
NUMBERS = {  # columns of the table -> quantities
    "train_loss": "train_loss",
    "test_loss": "test_loss",
    "train_accuracy_percent": "train_accuracy",
    "test_accuracy_percent": "test_accuracy",
    "train_r2": "train_r_squared",
    "test_r2": "test_r_squared",
    "parameters": "n_params",
    "epochs": "epoch",
}
MAX_WORK = 240.0  # estimated seconds of training of all runs together
BROKEN = (ValueError, ArithmeticError, LookupError, TypeError, MemoryError)  # what a changed record may lead to


class Mark(NamedTuple):
    """verdict: a key of `VERDICTS`; words: its sentences. facts, outcome: of the run trained here, None if there is none.

    has_link: whether a link can hold the run; it holds no file, and no run that begins at another one's frame.
    """

    verdict: str
    words: str = ""
    facts: Facts | None = None
    outcome: Outcome | None = None
    has_link: bool = True

    @property
    def passed(self) -> bool:
        """Whether its run may be judged."""
        return self.verdict in PASSED


LEFT_OUT = Mark("left_out", TOO_MUCH_WORK.format(most=MAX_WORK / 60))


def mark_of(run: Run) -> Mark:
    """The mark of a link's run."""
    return Mark("trained", "", Facts.of(run), outcome_of(run))


def marking(
    content: bytes,
    table_of: Callable[[Config], Table | None] | None = None,
    afford: Callable[[float], bool] = lambda work: True,
) -> Generator[Progress, None, Mark]:
    """The mark of a record: it is read, trained again and compared.

    table_of: the file of records made from one, or None. afford: whether so many seconds of training may be spent.
    """
    runs, table = [], None
    try:
        record = read_record(content)
        if table_of is not None and record.run.config.file_name:
            table = table_of(record.run.config)
    except BROKEN as error:
        return Mark("unreadable", str(error))
    if not afford(record.run.config.epochs * work_per_epoch(record.run.resolved)):
        return LEFT_OUT
    try:
        found = yield from verifying(record, table, trained=runs.append)
    except BROKEN as error:
        return Mark("unreadable", f"it cannot be trained again: {error}")
    notices = [found.notice(), *(notice for notice in found.others if notice.level == "warning")]
    unchecked = found.passed and any(notice.key == "unchecked_file" for notice in notices)
    verdict, has_link = found.notice().key, not (record.run.config.file_name or record.run.branch)
    words = " ".join(map(sentence, notices))
    return Mark("without_file" if unchecked else verdict, words, Facts.of(runs[0]), outcome_of(runs[0]), has_link)


def fit_marks(
    entries: Iterable[Entry], known: dict, table_of: Callable[[Config], Table | None] | None = None
) -> Generator[float, None, None]:
    """Find the marks that are not in ``known`` yet and put them there, by the entries' keys.

    Yields what share of them is done, at least every 50 ms. table_of: as in `marking`.

    Links train in stacks where their configurations allow; equal ones train once. Closing it keeps what is done. A run that
    would take the work beyond MAX_WORK is left out.
    """
    left = [MAX_WORK]

    def afford(work):
        fits = work <= left[0]
        left[0] -= work if fits else 0.0
        return fits

    for key in [key for key, mark in known.items() if mark.verdict == "left_out"]:
        del known[key]
    wanted, planned = {entry.key: entry for entry in entries if entry.key not in known}, []
    for key, entry in wanted.items():
        if entry.content is None:
            experiment = Experiment(entry.config)
            if afford(experiment.work):
                planned.append(Planned(entry.config, None, experiment.resolved))
            else:
                known[key] = LEFT_OUT
    share = len(planned) / max(1, len(wanted))
    if planned:
        for report in fit_planned(planned, lambda run: known.update({run.config: mark_of(run)})):
            yield share * report.done
    records = [(key, entry.content) for key, entry in wanted.items() if entry.content is not None]
    for i, (key, content) in enumerate(records):
        done = (len(planned) + i) / len(wanted)
        known[key] = yield from _each(marking(content, table_of, afford), done)


def _each(work, value):
    """What a generator returns; whatever it yields becomes one value."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
        yield value


def judgements(marks: Sequence[Mark], challenge: Challenge | None) -> list[tuple[bool, int | None]]:
    """Whether each run meets the challenge, and its rank.

    A record that does not verify meets none, nor does one without its file if only the challenge's data count.
    """
    if challenge is None:
        return [(False, None)] * len(marks)
    count = [mark.passed and not (challenge.data and mark.verdict == "without_file") for mark in marks]
    found = [judged(challenge, mark.facts) if counts else None for mark, counts in zip(marks, count, strict=True)]
    return [(bool(each and each.met), rank) for each, rank in zip(found, ranks(challenge, found), strict=True)]


def to_csv(
    first: str, names: Sequence[str], marks: Sequence[Mark], challenge: Challenge | None = None, **columns
) -> str:
    """The marks as CSV, numbers with all their digits. first: the title of the names; columns: more texts, by title."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    of_challenge = ["meets_challenge", "rank"] if challenge else []
    writer.writerow([first, "verdict", *NUMBERS, *of_challenge, *columns, "words"])
    rows = zip(names, marks, judgements(marks, challenge), *columns.values(), strict=True)
    for name, mark, (met, rank), *texts in rows:
        judgement = ["yes" if met else "no", "" if rank is None else rank] if challenge else []
        cells = [guarded(name), VERDICTS[mark.verdict], *_numbers(mark), *judgement]
        writer.writerow([*cells, *map(guarded, texts), guarded(mark.words)])
    return out.getvalue()


def _numbers(mark):
    """The numbers of a mark's columns; empty where the run has none."""
    if mark.facts is None:
        return [""] * len(NUMBERS)
    values = [mark.facts.numbers[quantity] for quantity in NUMBERS.values()]
    return ["" if value != value else int(value) if value.is_integer() else value for value in values]
