"""The browser's files: the one list of components, files that stay readable, and no way around the list."""

import ast
import re
from pathlib import Path

import pytest

import ffbp
from ffbp.browser import sources
from ffbp.lessons.pairs import PAIR_KEY, PAIRS
from ffbp.lessons.presets import PRESETS

ROOT = Path(ffbp.__file__).parent
FOLDER = ROOT / "browser"
SCRIPTS = sorted(path for path in FOLDER.rglob("*.js") if path.parent.name != "vendor")


def name(path):
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_file_is_no_longer_than_a_concept_and_a_line_than_a_screen(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 500
    assert [line for line in lines if len(line) > 120] == []
    assert lines[0].startswith("// "), "a file says first what it is for"


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.css")), ids=name)
def test_no_rule_restyles_the_page_at_every_change_of_a_class(path):
    """What matches a part of a class's name, with elements below it, costs a browser all of them at every change."""
    assert re.findall(r"\[class[*^$|~]?=[^\]]*\][^,{)]* [^,{]+", path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_no_script_leaves_a_name_on_the_window(path):
    assert re.findall(r"window\.(?!Plotly)\w+ *=[^=>]", path.read_text("utf-8")) == []


def test_every_file_belongs_to_a_component():
    used = {
        "handout.html",
        "worksheet.html",
        "worksheet.css",
        "plan.css",
        f"vendor/{sources.PLOTLY}",
        "vendor/LICENSE",
        *(f"thumbnails/{key}.webp" for key in (*PRESETS, *(f"{PAIR_KEY}{key}" for key in PAIRS))),
    }
    for start, styles in sources.COMPONENTS.values():
        used |= {start, *styles}
    written = []
    for start, _ in sources.COMPONENTS.values():
        sources._write(start, written)
    files = {name(path) for path in FOLDER.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert files == used | set(written)


@pytest.mark.parametrize("component", sources.COMPONENTS)
def test_a_component_is_one_module_without_imports(component):
    script, _ = sources.component(component)
    assert re.findall(r"^import |^export (?!default)", script, re.MULTILINE) == []
    assert "__" not in re.sub(r"__PURE__", "", script)
    assert script.count("export default") == (not component.startswith("handout"))


@pytest.mark.parametrize("component", sources.COMPONENTS)
def test_the_joined_files_of_a_component_declare_no_name_twice(component):
    script, _ = sources.component(component)
    lines = re.findall(
        r"^(?:const|let|class|function|async function) +(\w+|\[[^\]]*\]|\{[^}]*\})", script, re.MULTILINE
    )
    names = re.findall(r"^(?:const|let) [^=]*=.*?, ([A-Z_]{3,}) = ", script, re.MULTILINE)  # const A = 1, B = 2
    names += [name for line in lines for name in re.findall(r"\w+", line)]
    assert sorted(names) == sorted(set(names))


def test_an_imported_file_stands_before_what_imports_it_and_only_once():
    script, _ = sources.component("player")
    for first, then in (("function formatNumber", "class Cards"), ("class Clock", "class Player")):
        assert script.count(first) == script.count(then) == 1
        assert script.index(first) < script.index(then)


@pytest.mark.parametrize("room", ["export", "ui", "terminal"])
def test_no_other_room_reads_the_browsers_files_itself(room):
    for path in sorted((ROOT / room).rglob("*.py")):
        texts = [n.value for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Constant)]
        found = {t for t in texts if isinstance(t, str) and re.fullmatch(r"[\w/.-]+\.(js|css|html)", t)}
        assert found <= {
            "handout.html",
            "comparison.html",
            "worksheet.html",
            "worksheet.css",
            "questions.html",
            "plan.html",
            "plan.css",
        }, path  # the names of what `export` writes, and of its template
        assert not any("export default" in t for t in texts if isinstance(t, str)), path
