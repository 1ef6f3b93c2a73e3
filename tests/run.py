"""Install what the tests need into .venv, a browser included, and run them all: `python tests/run.py`.

Further arguments go to pytest, for example `python tests/run.py tests/unit -k adam`.
"""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def main() -> int:
    if not PYTHON.exists():
        venv.create(FOLDER, with_pip=True)
    steps = (
        ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "tests/requirements.txt"),
        ("tests/chromium.py",),
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "pytest", *sys.argv[1:]),
    )
    for step in steps:
        code = subprocess.run([str(PYTHON), *step], cwd=ROOT, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
