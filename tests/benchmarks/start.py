"""Start: seconds from the command to the first usable page, and what each module costs to import.

    .venv/bin/python tests/benchmarks/start.py

"usable" is when a session has everything of its first page, the player's data included. The browser's own part (its
scripts, the first picture) is measured by the browser benchmark.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import results
from servers import ROOT, Server
from sessions import Session

# What the first page does not need, and must not load.
NEEDLESS = (
    "matplotlib", "torch", "jax", "PIL.ImageDraw", "sklearn.neural_network", "sklearn.ensemble", "scipy.optimize", "scipy.stats",
    "plotly.express", "plotly.io._kaleido", "statsmodels", "IPython", "altair", "pydeck",
)  # fmt: skip
SLOW_MS = 15


async def _first_page(address):
    session = await Session(address).open()
    answer = await session.rerun()
    await session.close()
    assert answer.blob, answer.problems


def once() -> tuple[float, float, float]:
    """Seconds until the server answers, until the first page is complete, and for the page of the second person."""
    server, started = Server(), time.perf_counter()
    try:
        server.start()
        answers = time.perf_counter() - started
        asyncio.run(_first_page(server.address))
        usable = time.perf_counter() - started
        asyncio.run(_first_page(server.address))
        return answers, usable, time.perf_counter() - started - usable
    finally:
        server.stop()
        server.log.close()


def import_times(module: str) -> list[tuple[str, float, float]]:
    """(module, own ms, ms with what it imports) in the order of importing, by -X importtime."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.findall(r"import time:\s+(\d+) \|\s+(\d+) \| ( *)(\S+)", result.stderr)
    return [(name, int(own) / 1e3, int(total) / 1e3) for own, total, _, name in found]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    starts = np.array([once() for _ in range(options.times)])
    rows = []
    for name, values in zip(
        ("the server answers", "the first page is complete", "a second person's page"), starts.T, strict=True
    ):
        rows.append([f"from the command: {name}" if "second" not in name else name,
                     f"{np.median(values):.2f} s ({values.min():.2f}-{values.max():.2f})"])  # fmt: skip
    core, ui = import_times("ffbp"), import_times("ffbp.ui.panels")
    for title, modules in (("import ffbp", core), ("import ffbp.ui.panels", ui)):
        rows.append([title, f"{modules[-1][2]:.0f} ms, {len(modules)} modules"])
    own = [(name, ms, total) for name, ms, total in ui if name.startswith("ffbp")]
    rows += [[f"`{name}` alone", f"{ms:.1f} ms"] for name, ms, _ in sorted(own, key=lambda row: -row[1])[:6]]
    heavy = sorted({name: total for name, _, total in ui if "." not in name}.items(), key=lambda item: -item[1])
    rows += [[f"`{name}` with all that it imports", f"{ms:.0f} ms"] for name, ms in heavy[:8] if ms > SLOW_MS]
    needless = sorted({name for name, _, _ in ui} & set(NEEDLESS))
    notes = [f"loaded although the first page does not need it: {', '.join(needless) or 'nothing'} "
             f"(looked for: {', '.join(NEEDLESS)})."]  # fmt: skip
    print(results.write("Start", results.command_line(), ["what", "time"], rows, notes))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
