"""DESIGN's table of imports, held: URL -> Config -> Network -> fit -> Run -> figures -> pages never turns back."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ffbp"
CORE = sorted(PACKAGE.glob("*.py"))
EXPORT = sorted((PACKAGE / "export").rglob("*.py"))
FIGURES = sorted((PACKAGE / "figures").rglob("*.py"))
UI = sorted((PACKAGE / "ui").rglob("*.py"))
PAGES = [path for path in (ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))) if path.exists()]
ALLOWED = {  # what each module of the core may import from the package
    "memory": set(),
    "activations": {"memory"},
    "losses": set(),
    "initializers": set(),
    "optimizers": set(),
    "datasets": set(),
    "cells": set(),
    "rows": {"cells"},
    "tables": {"cells", "datasets", "rows"},
    "points": {"config", "datasets"},
    "inspection": {"config", "datasets"},
    "network": {"memory", "activations", "losses"},
    "config": {"activations", "losses", "initializers", "optimizers", "datasets", "network"},
    "gradcheck": {"network"},
    "training": {"memory", "config", "datasets", "initializers", "network", "optimizers"},
    "handwriting": set(),
    "pixels": {"datasets", "network"},
    "mnist": {"config", "tables"},
    "sensitivity": {"training"},
}


def name(path):
    return str(path.relative_to(ROOT))


@cache
def imports(path):
    """The full names of all modules that a file imports, inside functions too."""
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


@pytest.mark.parametrize("path", [PACKAGE / f"{stem}.py" for stem in ALLOWED], ids=name)
def test_the_core_imports_only_what_lies_before_it(path):
    found = imports(path)
    assert {other.stem for other in CORE if f"ffbp.{other.stem}" in found} <= ALLOWED[path.stem]
    assert "ffbp" not in found, "import from the module itself"


@pytest.mark.parametrize("path", CORE, ids=name)
def test_the_core_knows_neither_streamlit_nor_plotly_nor_what_draws_it(path):
    assert (
        reaches(path, "streamlit", "plotly", "ffbp.ui", "ffbp.figures", "pages", "app", "matplotlib", "pandas") == set()
    )


@pytest.mark.parametrize("path", [PACKAGE / f"{stem}.py" for stem in ALLOWED], ids=name)
def test_the_core_imports_only_numpy_and_scikit_learns_data_beside_the_standard_library(path):
    foreign = {module.split(".")[0] for module in imports(path)} - set(sys.stdlib_module_names) - {"ffbp"}
    also = {
        "datasets": {"sklearn"},
        "mnist": {"sklearn"},
        "training": {"threadpoolctl"},
    }  # threadpoolctl: NumPy cannot set its own threads
    assert foreign <= {"numpy"} | also.get(path.stem, set())


def test_no_import_turns_back_anywhere_in_the_package():
    files = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (*CORE, *EXPORT, *FIGURES, *UI)}
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


@pytest.mark.parametrize("path", FIGURES, ids=name)
def test_figures_never_import_streamlit_or_the_ui(path):
    assert reaches(path, "streamlit", "ffbp.ui", "pages", "app") == set()


@pytest.mark.parametrize("path", EXPORT, ids=name)
def test_exports_never_import_streamlit_or_the_ui(path):
    assert reaches(path, "streamlit", "ffbp.ui", "pages", "app", "pandas", "matplotlib") == set()


@pytest.mark.parametrize("path", FIGURES, ids=name)
def test_figures_never_import_exports(path):
    assert reaches(path, "ffbp.export") == set()


@pytest.mark.parametrize("path", UI, ids=name)
def test_the_ui_never_imports_a_page(path):
    assert reaches(path, "pages", "app") == set()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_pages_never_import_pages(path):
    others = {other.stem for other in PAGES}
    assert reaches(path, "pages", "app", *others) == set()


@pytest.mark.parametrize("path", [*CORE, *EXPORT, *FIGURES, *UI, *PAGES], ids=name)
def test_nothing_evaluates_text_or_unpickles(path):
    assert reaches(path, "pickle", "marshal", "shelve", "joblib", "dill") == set()
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert calls & {"eval", "exec", "compile", "__import__"} == set()


def test_files_are_named_for_their_concept():
    stems = {path.stem for path in (*CORE, *EXPORT, *FIGURES, *UI, *PAGES, *(ROOT / "tests").rglob("*.py"))}
    assert stems & {"utils", "util", "helpers", "helper", "common", "misc"} == set()


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
