"""The architecture: a package imports only packages that precede it in one list."""

import ast
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ffbp"
ROOMS = (  # a room imports the rooms that stand before it, and reads no file of a later one
    *("words", "core", "data", "faults", "experiment", "training", "analysis", "record", "figures", "programs"),
    *("lessons", "browser", "export", "serve", "ui", "terminal"),
)
NEVER = {"words": set(ROOMS), "browser": set(ROOMS), "terminal": {"serve", "ui"}}  # although it stands before
FOREIGN = {  # what a room may import beside the standard library
    "words": set(),
    "core": {"numpy"},
    "data": {"numpy", "sklearn"},
    "faults": {"numpy"},
    "experiment": {"numpy"},
    "training": {"numpy", "threadpoolctl", "joblib", "pandas"},  # threadpoolctl: NumPy cannot set its own threads
    "analysis": {"numpy", "sklearn", "scipy"},
    "record": {"numpy", "sklearn"},
    "figures": {"numpy"},
    "programs": {"numpy"},
    "lessons": {"numpy"},
    "browser": set(),
    "export": {"numpy", "matplotlib", "PIL", "segno"},
    "serve": {"numpy", "threadpoolctl"},
    "ui": {"numpy", "pandas", "plotly", "streamlit", "threadpoolctl"},
    "terminal": {"numpy", "threadpoolctl"},
}
FILES = sorted(PACKAGE.rglob("*.py"))
PAGES = [path for path in (ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))) if path.exists()]


def room(path):
    """The package of a file; "" for the root's own."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def name(path):
    return str(path.relative_to(ROOT))


@cache
def imports(path):
    """The full names of all modules that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.parent.relative_to(ROOT).parts
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def reaches(path, *modules):
    """Which of these modules, or parts of them, a file imports."""
    return {m for m in modules for found in imports(path) if found == m or found.startswith(m + ".")}


def test_every_folder_is_a_room_of_the_list_and_says_what_it_is_for():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(ROOMS)
    for folder in ROOMS:
        tree = ast.parse((PACKAGE / folder / "__init__.py").read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), folder
        assert len(tree.body) == 1, f"{folder}/__init__ re-exports nothing"


def test_the_root_holds_only_what_scripts_import_and_the_version():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", "version.py"}


@pytest.mark.parametrize("path", [path for path in FILES if room(path)], ids=name)
def test_a_room_imports_only_the_rooms_before_it(path):
    here = room(path)
    allowed = set(ROOMS[: ROOMS.index(here)]) - NEVER.get(here, set()) | {here, "version"}
    found = {module.split(".")[1] for module in imports(path) if module.startswith("ffbp.")}
    assert found <= allowed
    assert "ffbp" not in {module for module in imports(path) if "." not in module}, "import from the module itself"
    foreign = {module.split(".")[0] for module in imports(path)} - set(sys.stdlib_module_names) - {"ffbp"}
    assert foreign <= FOREIGN[here]


@pytest.mark.parametrize("path", [path for path in FILES if room(path)], ids=name)
def test_a_room_reads_no_file_of_a_later_one(path):
    later = set(ROOMS[ROOMS.index(room(path)) + 1 :])
    texts = [n.value for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Constant)]
    named = {text for text in texts if isinstance(text, str) and text in later}
    reads = re.search(r"__file__|importlib\.resources", path.read_text("utf-8"))
    assert not (reads and named)
    assert not reads or room(path) in {"words", "lessons", "browser", "ui"}, (
        "a data file is read in the room where it lies"
    )


def test_no_import_turns_back_anywhere_in_the_package():
    files = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in FILES}
    graph = {key: {other for other in files if other in imports(path)} for key, path in files.items()}
    done, open_ = set(), []

    def visit(key):
        assert key not in open_, " -> ".join([*open_, key])
        if key not in done:
            open_.append(key)
            for other in graph[key]:
                visit(other)
            done.add(open_.pop())

    for key in files:
        visit(key)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_package_never_imports_a_page(path):
    assert reaches(path, "pages", "app") == set()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_pages_never_import_pages(path):
    others = {other.stem for other in PAGES}
    assert reaches(path, "pages", "app", *others) == set()


@pytest.mark.parametrize("path", [*FILES, *PAGES], ids=name)
def test_nothing_evaluates_text_or_unpickles(path):
    assert reaches(path, "pickle", "marshal", "shelve", "joblib.load", "joblib.Memory", "dill") == set()
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert calls & {"eval", "exec", "compile", "__import__"} == set()


@pytest.mark.parametrize("path", [*FILES, *PAGES], ids=name)
def test_the_sessions_state_is_touched_in_one_package_only(path):
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    touches = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr == "session_state"]
    assert not touches or path.parent == PACKAGE / "ui" / "session"


def test_files_are_named_for_their_concept():
    stems = {path.stem for path in (*FILES, *PAGES, *(ROOT / "tests").rglob("*.py"))}
    assert stems & {"utils", "util", "helpers", "helper", "common", "misc"} == set()


def test_no_two_files_of_tests_have_one_name():
    """Pytest could not collect both."""
    names = sorted(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert len({*names}) == len(names), [a for a, b in pairwise(names) if a == b]


def test_importing_the_core_loads_neither_streamlit_nor_plotly():
    code = "import sys, ffbp; print(sorted({'streamlit', 'plotly', 'pandas', 'matplotlib'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_public_names_are_those_that_scripts_use():
    import ffbp

    names = (
        "Config train fit check_gradients make_dataset Network Layer Trace History Run Dataset "
        "ACTIVATIONS LOSSES INITIALIZERS OPTIMIZERS SCHEDULES DATASETS"
    )
    assert set(names.split()) <= set(ffbp.__all__)
    assert all(hasattr(ffbp, name) for name in ffbp.__all__)
