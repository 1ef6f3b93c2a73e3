"""Assignments in tests: a notebook's cells run in order with NumPy alone, answers written into it, and its marks."""

import contextlib
import io
import json
import sys

import numpy as np

from ffbp.programs.assignment import STUB

MISSING = ("plotly", "matplotlib", "matplotlib.pyplot", "ffbp")


@contextlib.contextmanager
def _without(names):
    """Imports of these modules fail. Modules that are imported meanwhile stay, because some load only once."""
    kept = {name: sys.modules[name] for name in names if name in sys.modules}
    sys.modules.update(dict.fromkeys(names))
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
        sys.modules.update(kept)


def code_cells(text: str) -> list[dict]:
    return [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


def run_cells(text: str) -> tuple[dict, dict[str, str]]:
    """The namespace after all cells, and by grade_id what a cell printed or "ERROR ..." with its error.

    Like Jupyter it goes on after an error only in a cell that is marked so. Plotly and Matplotlib are missing.
    """
    namespace, said = {"__name__": "__main__"}, {}
    with _without(MISSING), np.errstate():
        for cell in code_cells(text):
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"])
            with contextlib.redirect_stdout(io.StringIO()) as out:
                try:
                    exec(compile("".join(cell["source"]), grade_id, "exec"), namespace)
                    said[grade_id] = out.getvalue().strip()
                except Exception as error:
                    if "raises-exception" not in cell["metadata"].get("tags", []):
                        raise
                    said[grade_id] = f"ERROR {error}"
    return namespace, said


def marks(said: dict[str, str]) -> dict[str, bool]:
    """By function, whether its scoring cell is silent."""
    return {key.removesuffix("-score"): not text for key, text in said.items() if key.endswith("-score")}


def answered(text: str, answers: dict[str, str]) -> str:
    """The student's copy with a body for some functions; its lines are indented here."""
    content = json.loads(text)
    for cell in content["cells"]:
        function = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if function in answers:
            stub = "\n".join("    " + line for line in STUB)
            source = "".join(cell["source"])
            assert stub in source
            body = "\n".join("    " + line for line in answers[function].splitlines())
            cell["source"] = source.replace(stub, body).splitlines(keepends=True)
    return json.dumps(content)


def marked(teachers: str, students: str) -> str:
    """The teacher's copy with the student's answers, which is what both tools run."""
    answers = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in code_cells(students) if _is_answer(cell)}
    content = json.loads(teachers)
    content["cells"] = [
        answers[c["metadata"]["nbgrader"]["grade_id"]] if _is_answer(c) else c for c in content["cells"]
    ]
    return json.dumps(content)


def _is_answer(cell) -> bool:
    return cell["metadata"].get("nbgrader", {}).get("solution", False)


def solutions(text: str) -> dict[str, str]:
    """The body of each function in the teacher's copy."""
    found = {}
    for cell in code_cells(text):
        source = "".join(cell["source"])
        if "### BEGIN SOLUTION" in source:
            body = source.split("### BEGIN SOLUTION\n")[1].split("\n    ### END SOLUTION")[0]
            found[cell["metadata"]["nbgrader"]["grade_id"]] = "\n".join(line[4:] for line in body.splitlines())
    return found
