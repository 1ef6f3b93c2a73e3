"""What the terminal's commands have in common: text in a page's width, tables, and a bar while they work."""

import os
import sys
import textwrap

from ffbp.training.run import Progress
from ffbp.words.numbers import format_number

WIDTH = 96
BAR = 30


class Page:
    """Lines on standard output; headings are bold if the terminal supports it."""

    def __init__(self):
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
        self.bold, self.reset, self.ink = ("", "", "") if plain else ("\033[1m", "\033[0m", "\033[30;107m")

    def heading(self, text):
        print(f"\n{self.bold}{text}{self.reset}")

    def say(self, text, indent=2):
        print(textwrap.fill(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent))

    def block(self, text, indent=2):
        print(textwrap.indent(text, " " * indent))

    def print_black(self, text):
        """A picture of blocks, black on white if the terminal has colours: a camera expects it so."""
        for line in text.splitlines():
            print(f"{self.ink}{line}{self.reset}")

    def table(self, rows, indent=2):
        """Columns of texts: the first left-aligned, the others right-aligned."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for name, *others in rows:
            cells = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
            print(" " * indent + "   ".join([name.ljust(widths[0]), *cells]).rstrip())


class Bar:
    """Progress on one line of standard error, wiped at the end; nothing if that is not a terminal."""

    def __init__(self):
        self.shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, now):
        if isinstance(now, Progress):
            share = now.epoch / now.n_epochs if now.n_epochs else 0.0
            text = f"epoch {now.epoch}  loss {format_number(now.loss):<10}"
        else:
            share, text = now.done, f"{sum(each is not None for each in now.sweep.outcomes)} runs done"
        if self.shown:
            done = min(share, 1.0)
            bar = "#" * round(BAR * done) + "-" * (BAR - round(BAR * done))
            print(f"\r  [{bar}] {100 * done:3.0f} %  {text}", end="", file=sys.stderr, flush=True)

    def wipe(self):
        if self.shown:
            print("\r" + " " * (BAR + 50) + "\r", end="", file=sys.stderr)


def with_bar(work):
    """The result of a generator of progress, shown as a bar while it works."""
    bar = Bar()
    try:
        while True:
            try:
                bar.show(next(work))
            except StopIteration as end:
                return end.value
    finally:
        bar.wipe()
