"""The table of the board, its file, and the answers of a lesson grouped by what they show."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ffbp.experiment.challenge import Challenge
from ffbp.experiment.link import params_of
from ffbp.lessons.answers import CLASS_LINK, grouped, in_words, lesson_of, plain
from ffbp.lessons.marks import Mark, judgements, to_csv
from ffbp.lessons.submissions import Entry
from ffbp.ui.session import address
from ffbp.ui.teachers.handed_in import HandedIn
from ffbp.words.of_a_board import VERDICTS

COLUMNS = {  # title -> quantity and format
    "training loss": ("train_loss", "%.4g"),
    "test loss": ("test_loss", "%.4g"),
    "training accuracy": ("train_accuracy", "%.1f %%"),
    "test accuracy": ("test_accuracy", "%.1f %%"),
    "training R²": ("train_r_squared", "%.3f"),
    "test R²": ("test_r_squared", "%.3f"),
    "weights and biases": ("n_params", "%d"),
    "epochs": ("epoch", "%d"),
}


@dataclass(frozen=True)
class Row:
    """A run on the board. number: from 1, in the order of the board; met, rank: by the challenge."""

    number: int
    name: str
    entry: Entry
    mark: Mark
    met: bool
    rank: int | None


def rows_of(now: HandedIn, order: Sequence[int], challenge: Challenge | None, *, named: bool) -> list[Row]:
    """The rows of what is trained, those that meet the challenge first, by rank."""
    entries = now.submissions.entries
    numbered = [(number, entries[place]) for number, place in enumerate(order, start=1)]
    numbered = [(number, entry, mark) for number, entry in numbered if (mark := now.mark(entry)) and mark.facts]
    found = judgements([mark for *_, mark in numbered], challenge)
    rows = [
        Row(number, (named and entry.name) or f"{number}", entry, mark, *judgement)
        for (number, entry, mark), judgement in zip(numbered, found, strict=True)
    ]
    return sorted(rows, key=lambda row: (not row.met, row.rank or 0, row.number))


def link_of(entry: Entry, mark: Mark) -> str | None:
    """The address that opens a run, as it was handed in; None for one that a link cannot hold."""
    return address.of_dashboard(params_of(mark.facts.config, entry.view)) or None if mark.has_link else None


def draw(now: HandedIn, rows: Sequence[Row], challenge: Challenge | None, *, named: bool) -> None:
    """The table, which a click on a column sorts, and its file."""
    columns = {"name" if named else "run": [row.name if named else row.number for row in rows]}
    if challenge:
        columns["challenge"] = ["met" if row.met else "not met" for row in rows]
        if challenge.goal:
            columns["rank"] = [row.rank for row in rows]
    shapes = {}
    for title, (quantity, shape) in COLUMNS.items():
        values = [row.mark.facts.numbers[quantity] for row in rows]
        if any(value == value for value in values):
            columns[title], shapes[title] = values, st.column_config.NumberColumn(format=shape)
    if any(row.entry.content is not None for row in rows):
        columns["record"] = [VERDICTS[row.mark.verdict] for row in rows]
    answers = [in_words(now.answers_in(row.entry), now.answers) for row in rows]
    if any(answers):
        columns["answers"] = answers
    columns["open"] = [link_of(row.entry, row.mark) for row in rows]
    shapes["open"] = st.column_config.LinkColumn(display_text="open")
    table = pd.DataFrame(columns)
    if "rank" in columns:
        table["rank"] = table["rank"].astype("Int64")
    st.dataframe(table, hide_index=True, column_config=shapes, key="board:table")
    names, marks = [row.name for row in rows], [row.mark for row in rows]
    links = [link or "" for link in columns["open"]]
    own = {"key": "board:csv", "on_click": "ignore", "icon": ":material/download:"}
    text = to_csv("name" if named else "run", names, marks, challenge, answers=answers, link=links)
    st.download_button("Table (CSV)", text, "board.csv", "text/csv", **own)


def draw_answers(now: HandedIn, rows: Sequence[Row]) -> None:
    """The answers of links to lessons and of class links, by step and by what they show; nothing where no link has any."""
    groups = grouped([now.answers_in(row.entry) for row in rows], now.answers)
    if not groups:
        return
    st.header("Answers", anchor=False)
    titles = {group.place: _title(group.place) for group in groups}
    table = [
        {
            "step": titles[group.place],
            "question": now.answers.questions.get(group.place, ""),
            "answers": len(group.who),
            "what they show": group.kind.words,
            "runs": ", ".join(rows[who].name for who in sorted(group.who, key=lambda i: rows[i].number)),
        }
        for group in groups
    ]
    wide = st.column_config.TextColumn(width="medium")
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        column_config={"question": wide, "what they show": wide},
        key="board:answers",
    )
    st.caption("Each answer is judged anew from its run. Answers that one mistake explains stand together.")


def _title(place) -> str:
    if place.lesson == CLASS_LINK:
        return f"class link, question {place.number}"
    found = lesson_of(place.lesson, place.own)
    return f"{plain(found.title) if found else place.lesson}, step {place.number}"
