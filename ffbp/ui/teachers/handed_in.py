"""What a class has handed in, as this session keeps it: pasted lines, uploaded files, and what was found. Nothing leaves it.

All of it is kept under one name of the session's state, so that one button forgets it.
"""

from collections.abc import Generator
from dataclasses import dataclass, field

import streamlit as st

from ffbp.lessons.answers import Answer, Judgements, answers_of, judging
from ffbp.lessons.marks import Mark, fit_marks
from ffbp.lessons.submissions import Entry, File, Submissions, read_all
from ffbp.serve.turns import Account
from ffbp.ui import files
from ffbp.ui.session.state import session

KEPT = "board"
TYPES = ("json", "csv", "tsv", "txt")
MAX_CHARACTERS = 1_000_000
MAX_MEGABYTES = 12


@dataclass
class HandedIn:
    """number: of the fields on the page, which begin empty after everything was forgotten. marks: by the entries' keys."""

    number: int = 0
    text: str = ""
    files: tuple[File, ...] = ()
    marks: dict = field(default_factory=dict)
    answers: Judgements = field(default_factory=Judgements)
    pictures: dict = field(default_factory=dict)  # of the board's charts, by key
    training: Generator | None = None
    is_running: bool = False
    share: float = 0.0  # of the training that runs, which is done
    account: Account = field(default_factory=Account)
    read: tuple = ()  # the latest text and files, and what they hold

    @property
    def submissions(self) -> Submissions:
        """The runs of text and files, read once."""
        if not self.read or self.read[:2] != (self.text, self.files):
            self.read = self.text, self.files, read_all(self.text, self.files)
        return self.read[2]

    def mark(self, entry: Entry) -> Mark | None:
        return self.marks.get(entry.key)

    def answers_in(self, entry: Entry) -> list[Answer]:
        """The answers to a lesson or to a class link that a link carries."""
        return answers_of(entry.config, entry.view) if entry.view else []

    def n_left(self) -> int:
        """How many of the runs are not trained yet."""
        return sum(entry.key not in self.marks for entry in self.submissions.entries)

    def fit(self) -> Generator[object, None, None]:
        """Train what is not trained yet, then judge the answers."""
        entries = self.submissions.entries
        for share in fit_marks(entries, self.marks, files.table_for):
            self.share = share
            yield
        yield from judging([each for entry in entries for each in self.answers_in(entry)], self.answers)

    def start(self) -> None:
        """Begin or go on."""
        self.training, self.is_running, self.share, self.account = self.fit(), True, 0.0, Account()

    def stop(self) -> None:
        """Stop; what is done is kept."""
        if self.training is not None:
            self.training.close()
        self.training, self.is_running = None, False


def handed_in() -> HandedIn:
    """What this session keeps."""
    found = session.recall(KEPT)
    if found is None:
        session.keep(found := HandedIn(), KEPT)
    return found


def forget() -> None:
    """Forget everything; the fields begin empty."""
    now = handed_in()
    now.stop()
    session.keep(HandedIn(now.number + 1), KEPT)


def fields(now: HandedIn) -> None:
    """Draw the field for links and the one for files."""
    left, right = st.columns(2)
    key = f"board:text:{now.number}"
    about = "One link on a line, as in the address bar; a name and a colon, or a tab, may stand before it."
    left.text_area(
        "Links",
        now.text,
        160,
        MAX_CHARACTERS,
        key,
        about,
        lambda: _take_text(key),
        placeholder="Anna: https://…/?hidden=8",
    )
    files = f"board:files:{now.number}"
    right.file_uploader(
        "Records, or tables of links",
        TYPES,
        accept_multiple_files=True,
        key=files,
        help="record.json of several people (their files' names tell them apart), or CSV with a column of links.",
        on_change=lambda: _take_files(files),
        max_upload_size=MAX_MEGABYTES,
    )
    if now.files and not session.sent(files):
        right.caption(f"{len(now.files)} files from before are kept.")


def _take_text(key):
    now = handed_in()
    now.stop()
    now.text = session.sent(key, "")


def _take_files(key):
    now = handed_in()
    now.stop()
    now.files = tuple(File(each.name, each.getvalue()) for each in session.sent(key, []))
