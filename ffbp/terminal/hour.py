"""The plan for an hour in the terminal: a list of links with minutes becomes a page to print, and a running order.

A line of the list is a step: its minutes, its link, and, if wanted, its title and what to say, ``10 LINK Title | What to say``.
Empty lines and those that begin with # are left out. A running order that the dashboard saved is read, too.
"""

import argparse
import re
from dataclasses import replace
from urllib.parse import urlencode

from ffbp.experiment import link
from ffbp.experiment.class_link import LISTS, PLAYGROUND
from ffbp.experiment.link import MAX_ADDRESS
from ffbp.export.plan import UNTITLED, plan
from ffbp.lessons.hour import (
    FILE,
    MAX_LENGTH,
    MAX_MINUTES,
    MAX_STEPS,
    TIME,
    Hour,
    Step,
    line,
    link_of,
    packed,
    paragraph,
    read_hour,
    text_of,
)
from ffbp.lessons.lesson import PAGES as TITLES
from ffbp.terminal.class_link import HERE, HERE_ALONE, base_of, tell
from ffbp.terminal.options import UsageError, read_bytes

PLAN = "plan.html"
PAGES = ["" if name == PLAYGROUND else name for name in LISTS["pages"]]
LINE = re.compile(r"(\d+)\s+(\S+)\s*(.*)")


def files(given: argparse.Namespace) -> tuple[dict[str, str], str]:
    """The plan and the running order, by file name, and a line about them. Raises UsageError."""
    text = read_bytes(given.plan)[: MAX_LENGTH + 1].decode("utf-8-sig", errors="replace")
    is_saved = text.lstrip().startswith("{")
    base = base_of(given.address, *(() if is_saved else re.findall(r"https?://\S+", text)))
    if base == HERE:
        tell(f"note: {HERE_ALONE}")
    hour = _about(_saved(given.plan, text) if is_saved else _listed(given.plan, text), given)
    whole = _address(base, hour.steps[0], order=packed(hour) or "")
    whole = whole if packed(hour) and len(whole) <= MAX_ADDRESS else ""
    page = plan(hour, paper=given.paper or "A4", address_of=lambda step: _address(base, step), link=whole)
    return {
        PLAN: page,
        FILE: text_of(hour),
    }, f"{hour.title or UNTITLED}: {len(hour.steps)} steps, {hour.minutes} minutes."


def _saved(path, text) -> Hour:
    try:
        return read_hour(text, PAGES)
    except ValueError as error:
        raise UsageError(f"--plan: {path}: {error}") from None


def _listed(path, text) -> Hour:
    """The hour of a list. Raises UsageError for the first line that is no step."""
    lines = [(i, each.strip()) for i, each in enumerate(text.splitlines(), start=1)]
    steps = [_step(f"--plan: line {i} of {path}", each) for i, each in lines if each and not each.startswith("#")]
    if not 1 <= len(steps) <= MAX_STEPS:
        raise UsageError(f"--plan: {path} must have 1 to {MAX_STEPS} steps, a line each, got {len(steps)}")
    return Hour(steps=tuple(steps))


def _step(place, text) -> Step:
    found = LINE.fullmatch(text)
    if not found or int(found[1][:9]) > MAX_MINUTES:
        rule = f"minutes from 0 to {MAX_MINUTES}, a link and, if you like, a title | what to say"
        raise UsageError(f"{place} must be {rule}, got {text[:60]!r}")
    title, _, notes = found[3].partition("|")
    try:
        step = Step(line(title), link_of(found[2], PAGES), int(found[1]), paragraph(notes))
    except ValueError as error:
        raise UsageError(f"{place}: {error}") from None
    _, view, problems = link.read(step.params)
    for problem in problems:
        tell(f"warning: {place.removeprefix('--plan: ')}: the link opens, but {problem}")
    name = TITLES.get(step.page) or step.page.replace("_", " ").capitalize()
    return step if step.title else replace(step, title=line(view.class_link.say) or name)


def _about(hour, given) -> Hour:
    """With the title and the beginning of the options. Raises UsageError."""
    if given.begins is not None and not TIME.fullmatch(given.begins):
        raise UsageError(f"--begins must be a time of day such as 10:15, got {given.begins[:60]!r}")
    return replace(hour, title=line(given.title) or hour.title, begins=given.begins or hour.begins)


def _address(base, step, **others) -> str:
    return f"{base}{step.page}?{urlencode(step.params | others)}"
