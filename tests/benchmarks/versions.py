"""The same numbers on each Python found, and on the lowest and the newest allowed versions of the dependencies.

    .venv/bin/python tests/benchmarks/versions.py              (gets the packages from PyPI; a minute or two a pair)
    .venv/bin/python tests/benchmarks/versions.py --with-pages (also runs every page once in each environment)

For each Python from 3.11 to 3.13 that is found, and for each of "lowest" and "newest", an environment of its own is made in
a temporary folder (kept with --folder). There the reference run and every preset are trained, and their losses compared
with this environment's: to 1e-9 over the whole run, or, where a run is chaotic (a change in the last place grows beyond
that), over its first hundred steps. "lowest" is what requirements.txt's >= says, exactly, or the next one up that has a
build for that Python.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import digest
import numpy as np
import results
from servers import ROOT

PYTHONS = ("3.11", "3.12", "3.13")
TOLERANCE = 1e-9
FIRST_STEPS = 100


def find_python(version: str) -> str | None:
    """A Python of this version: this one, on the path, or one of pyenv's."""
    if f"{sys.version_info[0]}.{sys.version_info[1]}" == version:
        return sys.executable
    places = [
        shutil.which(f"python{version}"),
        *sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python")),
    ]
    for place in filter(None, places):
        answer = subprocess.run([str(place), "-V"], capture_output=True, text=True, check=False)
        if answer.returncode == 0 and answer.stdout.startswith(f"Python {version}."):
            return str(place)
    return None


def requirements() -> list[tuple[str, str]]:
    """(name, lowest version) of requirements.txt."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    return re.findall(r"^([\w.-]+)>=([\w.]+)", text, re.MULTILINE)


def tools(folder: Path) -> Path:
    """uv, which unlike pip can choose the lowest allowed versions, in an environment of its own."""
    venv.create(folder, with_pip=True)
    binaries = folder / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([str(binaries / "python"), "-m", "pip", "install", "--quiet", "uv"], capture_output=True, check=True)
    return binaries / "uv"


def environment(uv: Path, python: str, kind: str, folder: Path) -> Path:
    """An environment with the lowest or newest versions; its python. Raises CalledProcessError."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    inside = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    resolution = "lowest-direct" if kind == "lowest" else "highest"
    install = [str(uv), "pip", "install", "--quiet", "--python", str(inside), "--only-binary", ":all:", "--resolution"]
    subprocess.run([*install, resolution, "-r", "requirements.txt"], cwd=ROOT, capture_output=True, check=True)
    return inside


def installed(python: Path) -> str:
    """The versions of the dependencies there."""
    names = [name for name, _ in requirements()]
    code = f"import importlib.metadata as m; print(', '.join(f'{{n}} {{m.version(n)}}' for n in {names!r}))"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def compare(here: dict, there: dict) -> tuple[float, list[str], list[str]]:
    """(largest difference of what was judged, runs judged by their first steps only, runs that differ)."""
    worst, chaotic, wrong = 0.0, [], []
    for key, texts in here.items():
        a, b = (np.array([float.fromhex(text) for text in t]) for t in (texts, there[key]))
        n = min(len(a), len(b))
        scale = np.maximum(1.0, np.abs(a[:n]))
        difference = np.abs(a[:n] - b[:n]) / scale
        if len(a) != len(b) or not (difference < TOLERANCE).all():
            chaotic.append(key)
            difference = difference[:FIRST_STEPS]
        if not (difference < TOLERANCE).all():
            wrong.append(key)
        worst = max(worst, float(difference.max()))
    return worst, chaotic, wrong


def pages_run(python: Path) -> str:
    """Every page once in Streamlit's own test harness: "" or what failed."""
    code = (
        "import sys; sys.path[:0] = ['.', 'tests']\n"
        "from apptest import PAGES, run_page\n"
        "for path in PAGES:\n"
        "    app = run_page(path, epochs='20')\n"
        "    assert not app.exception, (path, app.exception)\n"
    )
    result = subprocess.run([str(python), "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stderr.strip().splitlines()[-1][:200]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", nargs="*", default=PYTHONS, help="versions to look for")
    parser.add_argument("--kind", nargs="*", default=("lowest", "newest"), choices=("lowest", "newest"))
    parser.add_argument("--with-pages", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep the environments here")
    options = parser.parse_args()
    here, rows, failed = digest.losses(), [], 0
    with tempfile.TemporaryDirectory() as temporary:
        uv = tools(Path(temporary) / "tools")
        for version in options.python:
            python = find_python(version)
            for kind in options.kind if python else ():
                folder = (options.folder or Path(temporary)) / f"{version}-{kind}"
                try:
                    inside = environment(uv, python, kind, folder)
                    environment_variables = os.environ | {"PYTHONWARNINGS": "ignore"}
                    output = subprocess.run(
                        [str(inside), "tests/digest.py"],
                        cwd=ROOT,
                        env=environment_variables,
                        capture_output=True,
                        check=True,
                    ).stdout
                except subprocess.CalledProcessError as error:
                    said = (error.stderr or b"").decode(errors="replace").strip().splitlines()[-1:] or [
                        "pip could not install it"
                    ]
                    rows.append([version, kind, "-", "-", "-", f"FAILED: {said[0][:150]}"])
                    failed += 1
                    print(rows[-1], flush=True)
                    continue
                worst, chaotic, wrong = compare(here, json.loads(output))
                fault = f"{', '.join(wrong)} differ" if wrong else ""
                if options.with_pages:
                    fault = "; ".join(filter(None, [fault, pages_run(inside)]))
                failed += bool(fault)
                rows.append(
                    [version, kind, installed(inside), f"{worst:.1e}", ", ".join(chaotic) or "none", fault or "ok"]
                )
                print(rows[-1], flush=True)
            if python is None:
                rows.append([version, "-", "-", "-", "-", "not found on this machine"])
    columns = ["Python", "versions", "installed", "largest difference", "judged by the first hundred steps", "verdict"]
    note = f"Compared with Python {sys.version.split()[0]}, NumPy {np.__version__}; tolerance {TOLERANCE:g} of max(1, loss)."
    print(results.write("Versions", results.command_line(), columns, rows, [note]))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
