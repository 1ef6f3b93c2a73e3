"""Install PyTorch and JAX into .venv-peers and compare exported programs with them: `python tests/peers/run.py`.

The processor is enough, so the CPU build of PyTorch is. nbgrader and nbchkr come along and mark an assignment. Further
arguments go to pytest.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from environment import run_in

if __name__ == "__main__":
    raise SystemExit(
        run_in(".venv-peers", "tests/peers/requirements.txt", ("-m", "pytest", "tests/peers", *sys.argv[1:]))
    )
