"""The plan of an hour as one HTML file to print: when, how long, what, with its link, and what to say.

The file needs no script and fetches nothing. It is black on white, on A4 or Letter. Its links can be clicked, also in a PDF.
"""

import html
from collections.abc import Callable

from ffbp.browser import sources
from ffbp.export.worksheet import PAPERS, printed
from ffbp.lessons.hour import Hour, Step

MAX_SHOWN = 110  # characters of a link; a longer one is cut on paper, where nobody would type it
UNTITLED = "Plan for the hour"


def plan(
    hour: Hour, *, paper: str = "A4", address_of: Callable[[Step], str] = lambda step: step.link, link: str = ""
) -> str:
    """The plan. paper: a key of PAPERS. address_of: returns the full address of a step. link: opens the whole hour."""
    if paper not in PAPERS:
        raise ValueError(f"paper must be one of {', '.join(PAPERS)}, got {paper!r}")
    rows = "\n".join(_row(step, times, address_of(step)) for step, times in zip(hour.steps, hour.times, strict=True))
    when = f"{hour.minutes} minutes"
    if hour.begins:
        when += f", {hour.times[0][0]} to {hour.times[-1][1]}"
    clock = "Time" if hour.begins else "Minute"
    head = f"<thead><tr><th>{clock}</th><th>min</th><th>What</th><th>What to say</th></tr></thead>"
    section = [
        '<section class="sheet">',
        f"<header><h1>{html.escape(hour.title or UNTITLED)}</h1><p>{when}</p></header>",
        f'<table class="plan">{head}<tbody>{rows}</tbody></table>',
        f'<p><a href="{html.escape(link, quote=True)}" rel="noreferrer">Open this hour</a></p>' if link else "",
        "<footer>Made with ffbp. While the running order is open, Page Down opens the next step.</footer>",
        "</section>",
    ]
    return printed(["\n".join(section)], paper, name=hour.title or UNTITLED, style=sources.text("plan.css"))


def _row(step, times, address):
    shown = address.partition("://")[2] or address
    shown = f"{shown[: MAX_SHOWN - 1]}…" if len(shown) > MAX_SHOWN else shown
    link = f'<a class="link" href="{html.escape(address, quote=True)}" rel="noreferrer">{html.escape(shown)}</a>'
    what = f"<b>{html.escape(step.title)}</b>{link}"
    notes = html.escape(step.notes)
    return (
        f'<tr><td class="time">{times[0]}–{times[1]}</td><td class="time">{step.minutes}</td>'
        f'<td class="what">{what}</td><td class="notes">{notes}</td></tr>'
    )
