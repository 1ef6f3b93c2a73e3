"""What a class hands in: links, one a line or in a table, and records as files. One bad line or file never stops the rest.

A name is what stands before a link, or a file's name. It is kept beside the experiment and never becomes part of it.
"""

import csv
import io
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from ffbp.data.rows import TableError, separator_of
from ffbp.experiment import link
from ffbp.experiment.config import FOREIGN_PARAMS, Config
from ffbp.experiment.link import View
from ffbp.words import of_a_board as words

MAX_RUNS = 400
MAX_LINK, MAX_NAME = 20_000, 60
MAX_FILE, MAX_FILES = 12_000_000, 50_000_000  # bytes of a file, and of all together
FEW = 2  # problems of one link that its message names


class Entry(NamedTuple):
    """A link, or a record's content. place: where it stands: "line 4". name: "" without one. params: the link's."""

    place: str
    name: str
    params: Mapping[str, str] | None = None
    config: Config | None = None
    view: View | None = None
    content: bytes | None = None

    @property
    def key(self) -> Hashable:
        """What decides the mark, without the name: equal ones are trained once."""
        return self.config if self.content is None else self.content


class Message(NamedTuple):
    """What is wrong with a line or a file, and where it stands."""

    place: str
    text: str


class Submissions(NamedTuple):
    entries: list[Entry]
    messages: list[Message]


class File(NamedTuple):
    """An uploaded file."""

    name: str
    content: bytes


def read_all(text: str, files: Sequence[File] = ()) -> Submissions:
    """The runs of pasted lines and of files, at most MAX_RUNS, and a message for each line and file with a fault."""
    found = [read_lines(text), *_read_files(files)]
    entries = [entry for each in found for entry in each.entries]
    messages = [message for each in found for message in each.messages]
    if len(entries) > MAX_RUNS:
        messages.append(Message("", words.TOO_MANY.format(most=MAX_RUNS, n=len(entries) - MAX_RUNS)))
    return Submissions(entries[:MAX_RUNS], messages)


def read_lines(text: str, of: str = "") -> Submissions:
    """The links of a text, one a line: a link, "name: link", or a name, a tab and a link. Empty lines do not count."""
    rows = [(f"line {n}{of}", _parts(line)) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    return _read(rows)


def _read_files(files):
    """The submissions of each file. All together may have MAX_FILES bytes."""
    total = 0
    for n, file in enumerate(files, start=1):
        place, size = f"file {n}", len(file.content)
        if size > MAX_FILE:
            yield _refused(place, words.TOO_LARGE.format(size=size / 1e6, most=MAX_FILE // 1_000_000))
        elif total + size > MAX_FILES:
            yield _refused(place, words.TOO_LARGE_TOGETHER.format(most=MAX_FILES // 1_000_000))
        else:
            total += size
            yield _read_file(file, place)


def _refused(place, text):
    return Submissions([], [Message(place, text)])


def _read_file(file, place):
    stem, _, ending = file.name.rpartition(".")
    if ending.lower() == "json":
        return Submissions([Entry(place, _name(stem), content=file.content)], [])
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _refused(place, words.NO_TEXT)
    if ending.lower() == "txt":
        return read_lines(text, f" of {place}")
    separator = ","
    with suppress(TableError):  # one column alone
        separator = separator_of(text)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error:
        return _refused(place, words.NO_TEXT)
    rows = [(n, row) for n, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if rows and not any(map(_is_link, rows[0][1])):
        del rows[0]  # the header
    return _read([(f"line {n} of {place}", _of_cells(row)) for n, row in rows])


def _read(rows):
    """Rows of a place with a name, a link, and what follows it."""
    found = Submissions([], [])
    for place, (name, address, rest) in rows:
        entry, fault = _entry(place, name, address) if address and not rest else (None, "")
        if not (entry or fault):
            fault = words.MORE_THAN_A_LINK if rest else words.NO_LINK
        if entry:
            found.entries.append(entry)
        if fault:
            found.messages.append(Message(place, fault))
    return found


def _entry(place, name, address) -> tuple[Entry | None, str]:
    """The entry of a link, and what is wrong with it."""
    if len(address) > MAX_LINK:
        return None, words.TOO_LONG.format(most=MAX_LINK)
    try:
        params = {key: values[-1] for key, values in link.parameters(address).items()}
    except ValueError:
        return None, words.NO_LINK
    params = {key: value for key, value in params.items() if not key.startswith(FOREIGN_PARAMS)}
    if not params:
        return None, words.NO_PARAMETERS
    config, view, problems = link.read(params)
    useless = {problem.field or problem.value for problem in problems if problem.outcome in ("default", "left out")}
    faults = [str(problem) for problem in problems[:FEW]]
    if more := len(problems) - len(faults):
        faults.append(f"{more} more of its parameters are wrong")
    fault = "; ".join(faults)
    if len(useless) >= len(params):  # nothing of it is used: it would be the default experiment
        return None, fault
    if config.file_name:
        return None, words.NEEDS_FILE.format(name=config.file_name)
    return Entry(place, _name(name), params, config, view), fault


def _parts(line) -> tuple[str, str, str]:
    """Name, link and what follows it, of a pasted line."""
    if "\t" in line:
        return _of_cells(line.split("\t"))
    tokens = line.split()
    at = next((i for i, token in enumerate(tokens) if _is_link(token)), None)
    if at is None:
        return "", "", ""
    before, scheme, rest = tokens[at].partition("http")
    if "=" in before or not rest:  # a link without its host
        before, scheme, rest = "", "", tokens[at]
    return " ".join([*tokens[:at], before]), scheme + rest, " ".join(tokens[at + 1 :])


def _of_cells(cells) -> tuple[str, str, str]:
    """The same of the cells of a table's row: the first other cell with a text is the name."""
    links = [cell.strip() for cell in cells if _is_link(cell)]
    others = [cell for cell in cells if cell.strip() and not _is_link(cell)]
    return others[0] if others else "", links[0] if links else "", ""


def _is_link(text) -> bool:
    text = text.strip()
    return " " not in text and ("://" in text or "=" in text)


def _name(text) -> str:
    """A typed name, in one line of printable characters."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split()).rstrip(":;,").strip()[:MAX_NAME]
