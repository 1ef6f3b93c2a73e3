"""Install PyTorch and JAX into .venv-peers and compare exported programs with them: `python tests/peers/run.py`.

The processor is enough, so the CPU build of PyTorch is. Further arguments go to pytest.
"""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-peers"
PYTHON = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def main() -> int:
    if not PYTHON.exists():
        venv.create(FOLDER, with_pip=True)
    steps = (
        ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "tests/peers/requirements.txt"),
        ("-m", "pytest", "tests/peers", *sys.argv[1:]),
    )
    for step in steps:
        code = subprocess.run([str(PYTHON), *step], cwd=ROOT, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
