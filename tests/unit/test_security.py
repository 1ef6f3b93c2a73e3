"""Nothing from a user becomes code or a file: checks of the package's source and the server's limits."""

import ast
import re
import tomllib

import pytest
from test_architecture import FILES, PAGES, ROOT, imports, name

from ffbp.data.rows import MAX_BYTES
from ffbp.ui.files import MAX_MEGABYTES

SOURCES = sorted({*FILES, *PAGES})
# Exceptions for single files, with reasons.
MAY_WRITE = {"ffbp/terminal/tour.py": "a person at their own terminal names the files"}
MAY_READ = {
    "ffbp/terminal/options.py": "a person at their own terminal names the table",
    "ffbp/terminal/tour.py": "a person at their own terminal names the record and the folder",
    "ffbp/terminal/hour.py": "a person at their own terminal names the list of links",
    "ffbp/lessons/course.py": "the package's own lessons",
    "ffbp/words/glossary.py": "the package's own glossary",
    "ffbp/ui/teachers/topics.py": "the package's own list of topics for a course",
    "ffbp/browser/sources.py": "the package's own JavaScript and styles, and the copy of Plotly in it",
}
MAY_REACH = {
    "ffbp/data/mnist.py": {"http.client"},  # the name of an error of scikit-learn's download, from a fixed address
    "ffbp/training/many.py": {"joblib"},  # runs in processes of the same program
}
WRITING = {
    "write_text", "write_bytes", "unlink", "rename", "rmdir", "mkdir", "makedirs", "touch", "symlink_to", "chmod",
    "rmtree", "copyfile", "copytree", "tofile", "savetxt", "save", "savez", "savez_compressed", "to_pickle",
    "to_parquet", "to_feather", "to_hdf", "write_image", "write_html", "write_json", "mkstemp", "NamedTemporaryFile",
    "TemporaryFile", "memmap",
}  # fmt: skip
READING = {"read_text", "read_bytes", "open", "fromfile", "loadtxt", "genfromtxt"}
RUNNING = {"eval", "exec", "compile", "__import__", "import_module", "system", "popen", "spawnl", "execv", "fork"}
RAW = {"unsafe_allow_html", "unsafe_allow_javascript", "allow_pickle"}
FOREIGN = ("subprocess", "multiprocessing", "socket", "ctypes", "pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle",
           "urllib.request", "http.client", "requests", "httpx", "ftplib", "smtplib", "code", "codeop", "runpy")  # fmt: skip


def calls(path):
    """(name, call) of all calls in a file, both `f(...)` and `x.f(...)`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            yield (function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")), node


def in_memory(call):
    """Whether a saving call writes to the program's own file object (`buffer`), so nothing reaches the disk."""
    return bool(call.args) and isinstance(call.args[0], ast.Name) and call.args[0].id in ("buffer", "stream")


def opens_to_write(call):
    """Whether an `open(...)` or `x.open(...)` has a writing mode."""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    modes = [
        v.value
        for v in values
        if isinstance(v, ast.Constant) and isinstance(v.value, str) and set(v.value) <= set("rwaxbt+")
    ]
    return any(set(mode) & set("wax+") for mode in modes) or any(
        isinstance(v, ast.Attribute) and "O_" in v.attr for v in values
    )


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_runs_text(path):
    regular = {"compile"} if "re" in imports(path) else set()  # re.compile
    assert {found for found, call in calls(path) if found in RUNNING - regular} == set()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_reaches_processes_networks_or_pickles(path):
    reached = {
        module for module in FOREIGN for found in imports(path) if found == module or found.startswith(module + ".")
    }
    assert reached <= MAY_REACH.get(name(path), set())


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_is_written_to_disk(path):
    writing = {found for found, call in calls(path) if found in WRITING and not in_memory(call)}
    writing |= {"open for writing" for found, call in calls(path) if found == "open" and opens_to_write(call)}
    assert not writing or name(path) in MAY_WRITE, writing


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_only_what_is_named_here_reads_files(path):
    reading = {found for found, _ in calls(path) if found in READING}
    assert not reading or name(path) in MAY_READ, reading


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_text_becomes_html(path):
    for found, call in calls(path):
        assert not {keyword.arg for keyword in call.keywords} & RAW, found
    assert not re.search(r"\bst\.html\(|components\.v1\.(?!declare_component)|\biframe\(", path.read_text("utf-8"))


def test_what_is_allowed_is_needed():
    used = {name(path): {found for found, _ in calls(path)} for path in SOURCES}
    assert all(used[path] & (WRITING | {"open"}) for path in MAY_WRITE)
    assert all(used[path] & READING for path in MAY_READ)


def test_the_walk_finds_what_it_looks_for(tmp_path):
    """The checks themselves work: they find each kind of fault in a file that has it."""
    bad = tmp_path / "bad.py"
    bad.write_text(
        "open('a', 'w'); eval('1'); st.markdown(x, unsafe_allow_html=True); p.write_text(''); np.save(path, a)"
    )
    found = dict(calls(bad))
    assert found.keys() >= {"open", "eval", "markdown", "write_text", "save"}
    assert not in_memory(found["save"])
    assert found["markdown"].keywords[0].arg in RAW
    assert opens_to_write(found["open"])
    bad.write_text("p.open('rb')")
    assert not opens_to_write(dict(calls(bad))["open"])
    bad.write_text("p.open(mode='a')")
    assert opens_to_write(dict(calls(bad))["open"])


CONFIG = (ROOT / ".streamlit" / "config.toml").read_text("utf-8")


def test_every_limit_of_the_server_has_its_reason():
    section = CONFIG.split("[server]")[1].split("\n[")[0]
    lines = [line for line in section.splitlines() if "=" in line]
    assert len(lines) >= 4
    assert all(len(line.partition("#")[2].split()) >= 3 for line in lines), lines


def test_what_comes_from_and_goes_to_a_browser_is_bounded():
    server = tomllib.loads(CONFIG)["server"]
    assert server["maxUploadSize"] <= 12  # a record; a table has a limit of its own, below
    assert server["maxMessageSize"] <= 20
    assert server["maxWidgetStateSize"] <= 2
    assert server["disconnectedSessionTTL"] <= 300
    assert tomllib.loads(CONFIG)["client"]["showErrorDetails"] == "none"


def test_every_upload_but_a_records_keeps_the_limit_of_a_table():
    uploaders = {
        name(path): [keyword.arg for keyword in call.keywords]
        for path in (ROOT / "ffbp" / "ui").rglob("*.py")
        for f, call in calls(path)
        if f == "file_uploader"
    }
    assert {"ffbp/ui/data.py", "ffbp/ui/files.py", "ffbp/ui/code.py"} < set(uploaders)
    assert [path for path, options in uploaders.items() if "max_upload_size" not in options] == ["ffbp/ui/code.py"]
    assert MAX_MEGABYTES * 2**20 >= MAX_BYTES >= (MAX_MEGABYTES - 1) * 2**20


def test_no_protection_is_turned_off():
    server = tomllib.loads(CONFIG)["server"]
    for key in ("enableCORS", "enableXsrfProtection"):
        assert server.get(key, True) is True
    assert server.get("enableStaticServing", False) is False
    assert "allowRunOnSave" not in server
