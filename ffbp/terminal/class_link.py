"""A class link in the terminal: the experiment of the options with what is open, fixed, hidden, covered and asked."""

import argparse
import re
import shutil
import sys
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from ffbp.experiment import link
from ffbp.experiment.class_link import LISTS, MAX_ASKED, PARAMETERS, PLAYGROUND, ClassLink
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.link import MAX_ADDRESS, View
from ffbp.experiment.pair import NOTHING
from ffbp.export.qr import BORDER, MAX_BYTES, as_text, n_squares, qr_code
from ffbp.lessons.class_questions import dotted, is_too_deep, question, text_of
from ffbp.lessons.quantities import lacking
from ffbp.terminal.options import UsageError, flag

HERE = "http://localhost:8501/"  # where `streamlit run app.py` serves it
HERE_ALONE = "this address opens on this computer alone; for your class, add --address https://ffbp.example/"


def base_of(address: str | None, *links: str | None) -> str:
    """The dashboard's address with / at its end: the given one, or else that of the first full link, or of this computer.

    Raises UsageError.
    """
    for text in (address, *links) if address is None else (address,):
        try:
            url = urlsplit((text or "").strip())
        except ValueError:
            url = urlsplit("")
        if url.scheme in ("http", "https") and url.netloc:
            folder, _, last = url.path.rpartition("/")
            is_page = not last or last in LISTS["pages"]
            return f"{url.scheme}://{url.netloc}{folder if is_page else url.path}/"
    if address is not None:
        raise UsageError(
            f"--address must be the dashboard's address, such as https://ffbp.example/, got {address[:60]!r}"
        )
    return HERE


def page_of(name: str) -> str:
    """A page's name in addresses. Raises UsageError."""
    if name not in LISTS["pages"]:
        raise UsageError(f"--class-link must name a page, one of {', '.join(LISTS['pages'])}, got {name[:60]!r}")
    return "" if name == PLAYGROUND else name


def class_link(experiment: Experiment, given: argparse.Namespace) -> str:
    """The address. What --link brings of view and task is kept, unless an option replaces it. Raises UsageError."""
    page, config = page_of(given.class_link), experiment.config
    found = {key: values[-1] for key, values in link.parameters(given.link or "").items()}
    view, problems = View.from_params(found)
    for problem in problems:
        tell(f"warning: of the link, {problem}")
    unanswered = replace(view.class_link, given=())  # the class answers anew, also if the link was tried before
    task = _task(unanswered.to_params(), given)
    for each in map(question, task.ask):
        n_layers, compared = len(config.hidden) + 1, view.b != NOTHING
        why = lacking(each.quantity, experiment, compared=compared)
        if is_too_deep(each, n_layers):
            why = f"it has {n_layers} layer{'s' if n_layers > 1 else ''}"
        if why:
            raise UsageError(f"--ask: this experiment has no {text_of(each)}: {why}")
    if task.cover and not task.n_answers:
        tell("note: nothing is asked, so what is covered stays hidden; add --ask or --say")
    view = replace(view.of_page(given.class_link), class_link=task.opening(given.class_link))
    return f"{base_of(given.address, given.link)}{page}?{urlencode(link.params_of(config, view))}"


def _task(params, given) -> ClassLink:
    """The task of these parameters and the options, each of which replaces the parameter of its name."""
    for key in PARAMETERS:
        text = getattr(given, key, None)
        if text is not None:
            params[key] = _asked(text) if key == "ask" else _names(text) if key in LISTS else str(text)
    task, problems = ClassLink.from_params(params)
    for problem in problems:
        names = flag(problem.field) if problem.field in PARAMETERS else "--free, --fixed, --hide"
        raise UsageError(f"{names}: {replace(problem, outcome='')}")
    return task


def _names(text) -> str:
    """Names as the link joins them; a field may have its long name, too."""
    names = [name.strip() for name in re.split("[,-]", text) if name.strip()]
    return "-".join(FIELDS[name].key if name in FIELDS else name for name in names)


def _asked(text) -> str:
    """Numbers as the link writes them. Raises UsageError."""
    try:
        asked = list(dict.fromkeys(dotted(each) for each in re.split("[;~]", text) if each.strip()))
    except ValueError as error:
        raise UsageError(f"--ask: {error}") from None
    if not 1 <= len(asked) <= MAX_ASKED:
        raise UsageError(f"--ask must be 1 to {MAX_ASKED} numbers with ; between them, got {len(asked)}")
    return "~".join(asked)


def notes(address: str, experiment: Experiment) -> list[str]:
    """What a teacher should know before the class has the address."""
    found = [HERE_ALONE] if urlsplit(address).hostname in ("localhost", "127.0.0.1") else []
    if name := experiment.config.file_name:
        found.append(f"a link cannot contain the file {name!r}; send it to your class, too")
    if len(address) > MAX_ADDRESS:
        found.append(
            f"this address has {len(address):,} characters, and more than {MAX_ADDRESS:,} are often refused; drawn points and "
            "weights that were set by hand make it long"
        )
    return found


def tell(text: str) -> None:
    """A line on standard error."""
    print(f"python -m ffbp: {text}", file=sys.stderr)


def too_long(address: str) -> str:
    """Why an address has no QR code."""
    return f"a QR code holds at most {MAX_BYTES:,} characters, and this link has {len(address):,}"


def code_of(address: str):
    """The QR code. Raises UsageError for an address that is too long for any."""
    code = qr_code(address)
    if code is None:
        raise UsageError(f"--qr must be left out here: {too_long(address)}")
    return code


def as_blocks(address: str) -> tuple[str, str]:
    """The QR code as text, and a line about it; or "", and why there is none."""
    code = qr_code(address)
    if code is None:
        return "", f"No QR code: {too_long(address)}."
    size, text = n_squares(code), as_text(code)
    told = f"{len(address):,} characters, {size} squares a side. A shorter link gives a smaller code."
    width, columns = size + 2 * BORDER, shutil.get_terminal_size().columns
    if sys.stdout.isatty() and width > columns:
        return "", f"The QR code is {width} characters wide, and this window {columns}: widen it, or add --qr code.svg."
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return "", "This terminal cannot show the QR code's blocks: add --qr code.svg."
    return text, told
