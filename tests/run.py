"""Install the tests' needs into .venv, including a browser, and run them two at a time: `python tests/run.py`.

Further arguments go to pytest, for example `python tests/run.py tests/unit -k adam`.
"""

import sys

from support.environment import run_in

STEPS = (
    ("tests/support/chromium.py",),
    ("-m", "ruff", "check", "."),
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "pytest", "--numprocesses=2", "--dist=loadgroup", *sys.argv[1:]),
)

if __name__ == "__main__":
    raise SystemExit(run_in(".venv", "tests/requirements.txt", *STEPS))
