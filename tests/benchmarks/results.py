"""RESULTS.md: one section a benchmark, written by the command that measured it."""

import os
import platform
import re
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

FILE = Path(__file__).parent / "RESULTS.md"
HEAD = """# Results of the benchmarks

Each section is written by the command that it names; run the command again and its section is replaced.
"""


def write(title: str, command: str, columns, rows, notes=()) -> str:
    """Replace the section `title` by this table, and return the section. columns: names; rows: texts."""
    table = [columns, ["---"] * len(columns), *rows]
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in table]
    notes = [f"- {note}" for note in notes]
    section = "\n".join([f"## {title}", "", f"`{command}`", "", *lines, "", *notes, f"- {machine()}", ""])
    text = FILE.read_text("utf-8") if FILE.exists() else HEAD
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    sections[title] = section.split("\n", 1)[1]
    body = "\n".join(f"## {name}\n{content.rstrip()}\n" for name, content in sections.items())
    FILE.write_text(f"{HEAD}\n{body}", "utf-8")
    return section


def command_line() -> str:
    """The command that is running, as one types it in the project's root."""
    here = Path(sys.argv[0]).resolve()
    root = FILE.parents[2]
    name = here.relative_to(root) if here.is_relative_to(root) else here.name
    return " ".join([".venv/bin/python", str(name), *sys.argv[1:]])


def machine() -> str:
    """When and on what: date, processor, cores, load, versions."""
    model = platform.processor() or platform.machine()
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
        model = found.group(1) if found else model
    except OSError:
        pass
    load = f", load average {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {model}, {os.cpu_count()} cores{load}; Python "
        f"{platform.python_version()}, NumPy {version('numpy')}"
    )
