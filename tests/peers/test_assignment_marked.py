"""Assignments marked by nbgrader and nbchkr themselves: all points, part of the points, and what is released.

Both tools run as commands in a folder of their own, with Jupyter's kernel; the project cannot be imported there.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from notebooks import answered, code_cells, solutions

import ffbp
from ffbp import Config
from ffbp.analysis.expected import FUNCTIONS
from ffbp.programs.assignment import STUB, assignment

POINTS = {"forward": 3, "loss": 1, "delta": 2, "backward": 5, "update": 4}
CONFIG = Config(
    hidden=(3, 2), activation="tanh", optimizer="adam", l2=0.01, clip=1.0, epochs=20, n_samples=40, learning_rate=0.05
)
WRONG = {"forward": "return A0", "delta": "return A3 - Y", "update": "print('nothing')"}  # 9 of 15 points
EARNED = 6
COPIED = {"loss": 'return of_run("loss")', "delta": 'return of_run("delta3")'}  # passes in the student's copy: 3 points


@pytest.fixture(scope="module")
def copies():
    run = ffbp.train(CONFIG)
    return {solved: assignment(run, POINTS, solved=solved) for solved in (False, True)}


@pytest.fixture(scope="module")
def handed_in(copies):
    """By person, the notebook: all right, partly wrong, two answers copied from the given numbers, and empty."""
    right = solutions(copies[True])
    return {
        "right": answered(copies[False], right),
        "partly": answered(copies[False], right | WRONG),
        "copied": answered(copies[False], right | COPIED),
        "empty": copies[False],
    }


def tool(folder: Path, *arguments: str) -> str:
    """Run a command of these tools in a folder; its output."""
    call = [sys.executable, "-m", *map(str, arguments)]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"  # nbgrader calls alembic
    environment |= dict.fromkeys(("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"), str(folder / "jupyter"))
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


# nbgrader


@pytest.fixture(scope="module")
def course(tmp_path_factory, copies):
    """A course whose assignment hw was released from the teacher's copy."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "nets"\n')
    (folder / "source" / "hw").mkdir(parents=True)
    (folder / "source" / "hw" / "assignment.ipynb").write_text(copies[True], encoding="utf-8")
    tool(folder, "nbgrader", "generate_assignment", "hw")
    return folder


def released(course):
    return (course / "release" / "hw" / "assignment.ipynb").read_text("utf-8")


def test_nbgrader_releases_what_the_students_copy_is(course, copies):
    theirs, ours = (
        ["".join(cell["source"]) for cell in code_cells(text)] for text in (released(course), copies[False])
    )
    assert theirs == ours


def test_nbgrader_gives_all_points_part_of_them_and_none(course, copies, handed_in):
    right = solutions(copies[True])
    of_release = {
        "released": answered(released(course), right),
        "released_partly": answered(released(course), right | WRONG),
    }
    for person, text in (handed_in | of_release).items():
        place = course / "submitted" / person / "hw"
        place.mkdir(parents=True)
        (place / "assignment.ipynb").write_text(text, encoding="utf-8")
    tool(course, "nbgrader", "autograde", "hw")
    tool(course, "nbgrader", "export", "--to", "marks.csv")
    with (course / "marks.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    assert rows == {
        "right": (15, 15),
        "released": (15, 15),
        "partly": (EARNED, 15),
        "released_partly": (EARNED, 15),
        "copied": (12, 15),
        "empty": (0, 15),
    }


# nbchkr


def test_nbchkr_gives_all_points_part_of_them_and_none(tmp_path, copies, handed_in):
    (tmp_path / "solved.ipynb").write_text(copies[True], encoding="utf-8")
    tool(tmp_path, "nbchkr", "release", "--source", "solved.ipynb", "--output", "released.ipynb")
    text = (tmp_path / "released.ipynb").read_text("utf-8")
    for function, body in solutions(copies[True]).items():
        assert body.splitlines()[0].strip() not in text, function
    folder = tmp_path / "handed_in"
    folder.mkdir()
    for person, notebook in (handed_in | {"released": text}).items():
        (folder / f"{person}.ipynb").write_text(notebook, encoding="utf-8")
    arguments = ("--source", "solved.ipynb", "--submitted", "handed_in/*.ipynb", "--output", "marks.csv")
    tool(tmp_path, "nbchkr", "check", *arguments)
    with (tmp_path / "marks.csv").open(encoding="utf-8") as file:
        rows = {Path(row["Submission filepath"]).stem: row for row in csv.DictReader(file)}
    scores = {person: (int(row["Score"]), int(row["Maximum score"])) for person, row in rows.items()}
    assert scores == {
        "right": (15, 15),
        "partly": (EARNED, 15),
        "copied": (12, 15),
        "empty": (0, 15),
        "released": (0, 15),
    }
    assert all(row["Tags match"] == "True" for row in rows.values())
    feedback = (folder / "partly.ipynb-feedback.md").read_text("utf-8")
    assert "That is the old weight; you still have to take the step." in feedback
    assert "0 / 4" in feedback


def test_the_stub_is_nbgraders(copies):
    from nbgrader.preprocessors import ClearSolutions

    assert ClearSolutions().code_stub["python"].splitlines() == list(STUB)
    assert set(POINTS) == set(FUNCTIONS)
    assert json.loads(copies[False])["nbformat"] == 4
