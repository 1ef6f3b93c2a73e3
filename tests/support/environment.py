"""A separate virtual environment, and commands that run in it one after the other."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_in(name: str, requirements: str, *steps: tuple[str, ...]) -> int:
    """Install `requirements` into folder `name`, run Python with each of `steps`; return the first exit code but 0."""
    folder = ROOT / name
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
    for step in (install, *steps):
        code = subprocess.run([str(python), *step], cwd=ROOT, check=False).returncode
        if code:
            return code
    return 0
