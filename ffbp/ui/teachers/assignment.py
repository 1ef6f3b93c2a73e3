"""An assignment: the notebook of this experiment with some functions to be written, and the teacher's copy for marking."""

from functools import partial

import streamlit as st

from ffbp.analysis.expected import BACKWARD, DELTA, FORWARD, FUNCTIONS, LOSS, UPDATE, expected
from ffbp.experiment.link import View, params_of
from ffbp.export.tables import data_csv
from ffbp.figures.latex import plain
from ffbp.programs.assignment import COPIES, MAX_POINTS, assignment, first_task, reasons
from ffbp.programs.facts import DATA_FILE
from ffbp.ui.page import PAGES, link
from ffbp.ui.runs import Shown
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment

LABELS = {
    FORWARD: "Forward pass",
    LOSS: "Loss",
    DELTA: "Delta of the output",
    BACKWARD: "Backward pass",
    UPDATE: "Update",
}
USUAL, POINTS = (FORWARD, BACKWARD), 2
FORWARD_PAGE = "pages/forward_pass.py"
BUTTONS = {
    False: ("For students", "Without solutions."),
    True: ("For you", "With solutions, points and more tests, for marking."),
}
MARKING = """- **By hand.** Run the notebook that was handed in: each `assert` cell that is silent gives its points. Your copy,
  with the answers pasted in, tries other samples, too.
- **nbgrader.** Save the solved copy as `source/NAME/assignment.ipynb`, then `nbgrader generate_assignment NAME`. Its release or
  the students' copy from here can be handed in; `nbgrader autograde NAME` marks both.
- **nbchkr.** `nbchkr check --source assignment_solved.ipynb --submitted "handed_in/*.ipynb"`.
"""
READABLE = (
    "A difference of up to a millionth of the largest entry counts as equal, so einsum, loops and other names count as right. "
    "The students' copy contains each function's formula and no solution. A folded cell of it holds the right numbers for "
    "{n} samples, and those that known mistakes give. An answer that only copies them gets no points from your copy, which "
    "tries other samples, too."
)


@fragment
def notebook_to_complete(shown: Shown) -> None:
    """The section: the functions to be written, their points, both copies, and a look at the first."""
    st.markdown(
        "The notebook of this experiment with some functions left empty. The cell below each compares the student's numbers with "
        "those of this run. It says exact, close, or how large the largest difference is, and names a known mistake."
    )
    run = shown.run
    if found := reasons(run):
        st.info(plain(" ".join(found)))
        return
    own = {"selection_mode": "multi", "default": list(USUAL), "format_func": LABELS.__getitem__}
    chosen = st.pills("Functions to write", list(FUNCTIONS), key="teachers:functions", **own)
    points = _points([function for function in FUNCTIONS if function in chosen])
    if not points:
        st.info("Choose at least one function.")
        return
    try:
        known = expected(run, points)
    except ValueError as error:
        st.info(plain(error))
        return
    _downloads(run, points, known.epoch)
    n = sum(points.values())
    st.caption(f"{n} point{'s' if n > 1 else ''}. {READABLE.format(n=known.n_samples)}")
    _numbers_link(run, known)
    name = next(iter(points))
    st.markdown(f"The first empty cell, **{LABELS[name]}**:")
    st.code(first_task(run, name), language="python")
    if box := control.opened("How to mark", key="teachers:marking"):
        box.markdown(MARKING)


def _points(functions):
    """The points of each chosen function."""
    found = {}
    with st.container(horizontal=True):
        for function in functions:
            own = {"key": f"teachers:points:{function}", "width": 190}
            found[function] = int(st.number_input(f"Points: {LABELS[function]}", 1, MAX_POINTS, POINTS, **own))
    return found


def _downloads(run, points, epoch):
    """A button for each copy, and for the samples if the notebooks read them from a file."""
    own = {"on_click": "ignore", "icon": ":material/download:", "width": "stretch"}
    columns = iter(st.columns(3 if run.config.file_name else 2))
    place = "" if run.config.file_name else address.of_dashboard(_place(run, epoch), "forward_pass")
    for name, solved in COPIES.items():
        column, (label, use) = next(columns), BUTTONS[solved]
        text = partial(assignment, run, points, solved=solved, link=place)
        column.download_button(label, text, name, "application/x-ipynb+json", key=f"teachers:{name}", **own)
        column.caption(f"`{name}`. {use}")
    if run.config.file_name:
        column = next(columns)
        column.download_button("The samples", partial(data_csv, run), DATA_FILE, "text/csv", key="teachers:data", **own)
        column.caption(f"`{DATA_FILE}`, beside both notebooks: they read it. If you share it, you share your data.")


def _place(run, epoch):
    """The parameters of the first training sample at an epoch."""
    frame = list(run.history.epoch).index(epoch)
    return params_of(run.config, View(frame=frame, sample=int(run.dataset.parts[0].rows[0])))


def _numbers_link(run, known):
    """The way to the numbers with which the notebook compares."""
    words = f"See its numbers: {PAGES[FORWARD_PAGE]}, epoch {known.epoch}"
    link(FORWARD_PAGE, words, address.offer(_place(run, known.epoch)), icon=":material/arrow_forward:")
