"""An assignment: the notebook of a run in which some functions are empty, and a cell after each that compares.

The teacher's copy has the same cells with the solutions. nbgrader and nbchkr mark with it: solutions stand between
``### BEGIN SOLUTION`` and ``### END SOLUTION``, nbgrader's metadata (schema version 3) and nbchkr's tags say which cell is
an answer and which one scores. A scoring cell is silent if the answer is right, and raises an error otherwise. In the
teacher's copy it also tries samples whose numbers are in no other cell, so that an answer has to compute.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ffbp.analysis.expected import (
    BACKWARD,
    DELTA,
    FORWARD,
    FUNCTIONS,
    LOSS,
    N_SAMPLES,
    UPDATE,
    Expected,
    expected,
    expected_beyond,
)
from ffbp.programs import numpy_script, program
from ffbp.programs.comparing import compare_with_run
from ffbp.programs.facts import Facts, refusal
from ffbp.programs.layout import INDENT, block, fold, literal
from ffbp.programs.notebook import NOTATION, as_json, samples_picture
from ffbp.programs.plain import Definitions
from ffbp.programs.program import Section
from ffbp.training.run import Run
from ffbp.words.of_a_slip import SLIPS

MAX_PARAMS, MAX_POINTS = 5000, 100
COPIES = {"assignment.ipynb": False, "assignment_solved.ipynb": True}  # the student's and the teacher's
N_LOSSES = 10  # of the training, compared at the end
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
QUIET = '_ = np.seterr(all="ignore")  # exp may overflow to infinity, where the limit is right'
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")  # as nbgrader writes it
OF_RUN, OTHERS = 'of_run("{}")', 'others["{}"].copy()'  # a number, for the samples that are compared and for others
FIRST, BEYOND = f":{N_SAMPLES}", f"{N_SAMPLES}:{2 * N_SAMPLES}"
MAY_STOP = {"tags": ["raises-exception"]}  # Jupyter goes on after an error in such a cell
FOLDED = {"jupyter": {"source_hidden": True}}
ASKED = {  # what is to be written
    FORWARD: "Return Z and A of every layer, in the order {names}.",
    LOSS: "Return one number, the mean over the samples.",
    DELTA: "Return {names}, an array of the shape ({n_outputs}, n).",
    BACKWARD: "Fill {names} in place (`dWb1[:] = ...`); the last column of each block belongs to the biases.",
    UPDATE: "Change `theta` in place by one step{memory}. It is compared for a few weights of the run's first steps.",
}
INTRODUCTION = """**Your part.** {functions} {verb} empty. Write each where it says YOUR CODE HERE, and run the cell
below: it compares with the numbers of the run after epoch {epoch}, for the first {n} training samples. A difference of up to a
millionth of the largest entry counts as equal, so every correct way to compute them is right. Keep the names and arguments of
the functions."""
SCORING = """The cell with `assert` is for the marks. It is silent if the function is right."""


@dataclass(frozen=True)
class Task:
    """One function to be written. name: in the program; compute: an expression for what it gives at the run's numbers, or
    lines of code that define a function ``computed``.
    """

    function: str
    name: str
    compute: str


def reasons(run: Run) -> list[str]:
    """Why no assignment is made of a run, a sentence each; mostly none."""
    if run.branch is not None:
        return ["A branch begins with the weights of another run's frame, and a program with initial weights."]
    found = refusal(run)
    if not found and run.architecture.n_params > MAX_PARAMS:
        n = run.architecture.n_params
        found = [f"This network has {n:,} parameters. An assignment lists them, and takes at most {MAX_PARAMS:,}."]
    return found


def assignment(run: Run, points: Mapping[str, int], *, solved: bool, link: str = "") -> str:
    """A notebook (nbformat 4.5), JSON text, in which the functions of ``points`` are to be written, for so many points.

    solved: the teacher's copy. link: an address that shows the numbers, or "". Raises ValueError if `reasons` returns
    some, for an unknown function, and if no function or a wrong number of points is given.
    """
    points = checked(points)
    if found := reasons(run):
        raise ValueError(" ".join(found))
    known = expected(run, points)
    e, d, comparing, sections = _parts(run)
    tasks, first = _tasks(e, d), program.first_lines(d, QUIET)
    hidden = _hidden_tests(run, known, _tasks(e, d, own=OTHERS, samples=BEYOND)) if solved else {}
    title, _, facts = e.heading("some functions are yours to write.").partition("\n\n")
    cells = [("markdown", f"# {title}\n\n{facts}\n\n{_introduction(points, known)}\n\n{NOTATION}"), ("code", first)]
    for number, (function, section) in enumerate(sections, start=1):
        text = f"## {number}. {section.title}\n\n{section.text}"
        if function in points:
            names = [number.name for number in known.numbers[function]]
            asked = f"**Yours to write.** {_asked(e, function, names)} ({_points(points[function])})"
            cells.append(("markdown", f"{text}\n\n{asked}"))
            cells += _task_cells(tasks[function], section, names, points[function], solved, hidden.get(function, []))
        else:
            late = function is None and number > 7
            cells += [("markdown", text), ("code", section.code, *([MAY_STOP] if late else []))]
        if number == 1 and len(e.data.columns) <= 2:
            cells.append(("code", samples_picture(e)))
        if number == 2:
            cells += _numbers_cells(comparing, known, link)
        if section.title == "Training":
            cells.append(_compare_losses(run))
    return as_json(cells)


def checked(points: Mapping[str, int]) -> dict[str, int]:
    """The functions in their usual order, each with its points. Raises ValueError for others and for none."""
    for name, number in points.items():
        if name not in FUNCTIONS:
            raise ValueError(f"unknown function {name!r}; choose from {', '.join(FUNCTIONS)}")
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MAX_POINTS:
            raise ValueError(f"points of {name} must be a whole number from 1 to {MAX_POINTS}, got {number!r}")
    if not points:
        raise ValueError(f"functions must be at least one of {', '.join(FUNCTIONS)}")
    return {name: points[name] for name in FUNCTIONS if name in points}


def first_task(run: Run, function: str) -> str:
    """The cell in which a function is to be written, as students see it."""
    e, d, _, sections = _parts(run)
    return _emptied(dict(sections)[function].code, _tasks(e, d)[function].name, solved=False)[1]


def _parts(run) -> tuple[Facts, Definitions, str, list[tuple[str | None, Section]]]:
    """The run's facts, the program's definitions, the code that compares, and the sections with what each may ask for."""
    e, d = Facts(run), Definitions()
    d.source(compare_with_run, "compare_with_run")
    comparing = "\n".join(d.new_lines())
    sections = [
        (None, program.data_section(e, d, with_ones=e.inputs_carry_ones)),
        (None, program.weights_section(e, d, gradients=True)),
        (FORWARD, numpy_script.forward_section(e, d)),
        (LOSS, numpy_script.loss_section(e, d)),
        (DELTA, numpy_script.delta_section(e, d)),
        (BACKWARD, numpy_script.backward_section(e, d, apart=True)),
        (UPDATE, numpy_script.update_section(e, d)),
        (None, numpy_script.training_section(e, d, apart=True)),
        (None, numpy_script.result_section(e, d)),
        (None, numpy_script.picture_section(e, notebook=True)),
    ]
    return e, d, comparing, sections


def _introduction(points, known):
    names = [f"`{name}`" for name in points]
    words = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    verb = "are" if len(names) > 1 else "is"
    text = INTRODUCTION.format(functions=words, verb=verb, epoch=known.epoch, n=known.n_samples)
    return f"{text} {SCORING}"


def _points(n):
    return f"{n} point{'s' if n > 1 else ''}"


def _asked(e, function, names):
    """What is to be written, in a sentence."""
    n = e.optimizer.n_state
    memory = f", and `state`, {n} row{'s' if n > 1 else ''} of the length of `theta`, as the memory" if n else ""
    listed = ", ".join(f"`{name}`" for name in names)
    return ASKED[function].format(names=listed, n_outputs=e.n_outputs, memory=memory)


# A task


def _tasks(e, d, own=OF_RUN, samples=FIRST) -> dict[str, Task]:
    """What each function is called, and how it is called for the run's numbers."""
    last = e.n_layers
    A0, Y = f"A0_train[:, {samples}].copy()", f"Y_train[:, {samples}].copy()"
    own = {name: own.format(name) for name in (*e.passed(), f"delta{last}")} | {"A0": A0, "Y": Y}
    loss = numpy_script.loss_call(e, d, Z=own[f"Z{last}"], A=own[f"A{last}"], Y=Y)
    delta = _called(numpy_script.call_of("output_delta", numpy_script.delta_section(e, Definitions())), own)
    section = numpy_script.backward_section(e, Definitions(), apart=True)
    backward = _called(numpy_script.call_of("backward", section), own)
    blocks = [f"dWb{l}" for l in reversed(e.layers())]
    found = [
        Task(FORWARD, "forward", f"forward({A0})"),
        Task(LOSS, loss.partition("(")[0], loss),
        Task(DELTA, "output_delta", delta),
        Task(BACKWARD, "backward", "\n".join(_filled(backward, blocks))),
        Task(UPDATE, *_updated(e, d)),
    ]
    return {task.function: task for task in found}


def _called(call, own):
    """A call with the run's numbers as arguments."""
    name, arguments = call.removesuffix(")").split("(")
    return f"{name}({', '.join(own[argument] for argument in arguments.split(', '))})"


def _filled(call, blocks):
    copies = ", ".join(f"{name}.copy()" for name in blocks)
    return [
        "def computed():",
        "    grad[:] = np.nan  # what stays so was not filled",
        *fold(f"    {call}"),
        *fold(f"    return {copies}"),
    ]


def _updated(e, d):
    """The name of the update, and the lines that compute its steps."""
    update = d.update(e.optimizer)
    arguments = {"theta": "weights", "grad": "gradient", "state": "memory", "learning_rate": "rate", "step": "step"}
    n = e.optimizer.n_state
    memory = [f"    memory = np.zeros(({n}, weights.size))"] if n else []
    lines = [
        "def computed():",
        '    weights, changes = of_run("before"), []',
        *memory,
        '    for step, (gradient, rate) in enumerate(zip(of_run("gradients"), of_run("rates"), strict=True), start=1):',
        "        before = weights.copy()",
        *fold(f"        {update.call(**arguments, **e.hyper)}"),
        "        changes.append(weights - before)",
        "    return changes",
    ]
    return update.name, "\n".join(lines)


def _task_cells(task, section, names, points, solved, hidden):
    """What is given before the function, the function, what is given after it, the comparison, and the score."""
    function = task.function
    before, answer, after = _emptied(section.code, task.name, solved=solved)
    compare = [*_compare(task, names, "RUN", f"{function}_right, {function}_verdict"), f"print({function}_verdict)"]
    score = "\n".join([f"assert {function}_right, {function}_verdict  # {_points(points)}", *hidden])
    tags = [f"score:{points}", f"description:{function}", *MAY_STOP["tags"]]
    return [
        *([("code", before)] if before else []),
        ("code", answer, _metadata(function, solution=True, tags=[f"answer:{function}"])),
        *([("code", after)] if after else []),
        ("code", "\n".join(compare), _metadata(f"{function}-compared", locked=True)),
        ("code", score, _metadata(f"{function}-score", grade=True, locked=True, points=points, tags=tags)),
    ]


def _compare(task, names, run, result):
    """Lines that compare what a function gives with the numbers of ``run``."""
    several = "\n" in task.compute
    compute = "computed" if several else f"lambda: {task.compute}"
    call = f'{result} = compare_with_run("{task.name}", {literal(names)}, {compute}, theta, {run})'
    return [*([*task.compute.splitlines(), "", ""] if several else []), *fold(call)]


def _hidden_tests(run, known, tasks) -> dict[str, list[str]]:
    """For each function the lines that try other samples, between nbgrader's marks; none where there are no others."""
    beyond = expected_beyond(run, known)
    found = {}
    for function, numbers in beyond.numbers.items() if beyond is not None else ():
        task = tasks[function]
        used = {name: array for name, array in beyond.given.items() if OTHERS.format(name) in task.compute}
        used |= {number.name: number.value for number in numbers}
        arrays = [_array(name, array, "others") for name, array in used.items()]
        compare = _compare(
            task, [number.name for number in numbers], '{"numbers": others, "slips": {}}', "right, verdict"
        )
        space = ["", ""] if compare[0].startswith("def ") else []
        lines = [
            'others = RUN["numbers"] | {}',
            *arrays,
            *space,
            *compare,
            'assert right, f"With other samples, {verdict}"',
        ]
        found[function] = [BEGIN_HIDDEN, *lines, END_HIDDEN]
    return found


def _metadata(grade_id, *, grade=False, locked=False, solution=False, points=None, tags=(), **others):
    """nbgrader's metadata of a cell, and its tags for nbchkr."""
    own = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    own |= {} if points is None else {"points": points}
    return {"nbgrader": own} | ({"tags": list(tags)} if tags else {}) | others


def _emptied(code, name, *, solved):
    """Code before a function, the function with its body marked as the solution or left out, and the code after it."""
    lines = code.splitlines()
    node = next(n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) and n.name == name)
    first, has_words = node.body[0], ast.get_docstring(node) is not None
    head_end = first.end_lineno if has_words else first.lineno - 1
    head, body = lines[node.lineno - 1 : head_end], lines[head_end : node.end_lineno]
    if not has_words:  # a function with neither words nor a body would be an error
        head.append(f'{INDENT}"""Yours to write."""')
    inside = [INDENT + BEGIN, *body, INDENT + END] if solved else [INDENT + line for line in STUB]
    before, after = ("\n".join(part).strip("\n") for part in (lines[: node.lineno - 1], lines[node.end_lineno :]))
    return before, "\n".join([*head, *inside]), after


# The run's numbers


def _numbers_cells(comparing, known: Expected, link):
    """Cells with the function that compares, and with the numbers to compare with."""
    lines = ["RUN = {", '    "numbers": {},', '    "slips": {},', '    "hints": {', *_hints(known), "    },", "}"]
    arrays = known.given | {number.name: number.value for found in known.numbers.values() for number in found}
    lines += [_array(name, array) for name, array in arrays.items()]
    lines += [line for found in known.numbers.values() for number in found for line in _slips(number)]
    lines += ["", "", "def of_run(name):", f'{INDENT}"""A number of the run, as a copy."""']
    lines += [f'{INDENT}return RUN["numbers"][name].copy()']
    text = (
        f"The next two cells are given: the comparison, and the run's numbers after epoch {known.epoch} for its first "
        f"{known.n_samples} training samples. Run them."
    )
    if link:
        text += f" [The forward pass of the first sample]({link}) shows how its numbers come about."
    return [
        ("markdown", text),
        ("code", comparing, _metadata("comparison", locked=True, **FOLDED)),
        ("code", "\n".join(lines), _metadata("numbers-of-the-run", locked=True, **FOLDED)),
    ]


def _hints(known):
    keys = dict.fromkeys(key for found in known.numbers.values() for number in found for key in number.slips)
    return [f"        {literal(key)}: {literal(SLIPS[key])}," for key in keys]


def _array(name, array, numbers='RUN["numbers"]'):
    array = np.asarray(array)
    target = f"{numbers}[{literal(name)}]"
    if array.ndim == 0:
        return f"{target} = np.array({literal(float(array))})"
    shape = f".reshape({', '.join(map(str, array.shape))})" if array.ndim > 1 else ""
    return block(f"{target} = np.array([", map(literal, array.ravel().tolist()), f"]){shape}")


def _slips(number):
    if not number.slips:
        return []
    rows = [literal((key, list(number.places), list(values))) for key, values in number.slips.items()]
    return [block(f'RUN["slips"][{literal(number.name)}] = [', rows)]


def _compare_losses(run):
    """A cell that compares the first losses of the training; it gives no points."""
    losses = run.history.step_loss[:N_LOSSES]
    call = f'compare_with_run("training", ["losses"], lambda: losses[:{len(losses)}], theta, RUN)'
    return ("code", "\n".join([_array("losses", losses), f"_, verdict = {call}", "print(verdict)"]), MAY_STOP)
