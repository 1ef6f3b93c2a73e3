"""Assignments: the teacher's copy has all points, an empty one none, a wrong one its part, and each known mistake its hint."""

import ast
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from experiments import covering, difference
from notebooks import answered, code_cells, marked, marks, run_cells, solutions

import ffbp
from ffbp import Config
from ffbp.analysis.expected import FUNCTIONS, expected
from ffbp.analysis.passes import pass_over
from ffbp.programs.assignment import MAX_PARAMS, assignment, first_task, reasons
from ffbp.programs.comparing import compare_number
from ffbp.programs.numpy_script import numpy_script
from ffbp.training.branch import branch
from ffbp.words.of_a_slip import SLIPS

ROOT = Path(__file__).resolve().parents[3]
ALL = dict.fromkeys(FUNCTIONS, 2)
SMALL = {"hidden": (2, 2), "epochs": 30, "n_samples": 40, "learning_rate": 0.3}
SAMPLE = [replace(c, epochs=1 if c.batch_size == 1 else 3) for c in covering(seed=5)]


def small(**options):
    return ffbp.train(Config(**SMALL | options))


@pytest.fixture(scope="module")
def relu():
    return small(activation="relu", seed=1)


@pytest.fixture(scope="module")
def copies(relu):
    return assignment(relu, ALL, solved=False), assignment(relu, ALL, solved=True)


# Both copies run


@pytest.mark.parametrize("config", SAMPLE, ids=lambda c: f"{c.dataset}-{c.optimizer}-{c.loss}-{c.output_activation}")
def test_the_teachers_copy_has_all_points_and_trains_as_the_run(config):
    run = ffbp.train(config)
    namespace, said = run_cells(assignment(run, ALL, solved=True))
    assert marks(said) == dict.fromkeys(FUNCTIONS, True), said
    assert difference(namespace["losses"], run.history.step_loss) <= 1e-12


@pytest.mark.parametrize("config", SAMPLE[::4], ids=lambda c: f"{c.dataset}-{c.optimizer}")
def test_an_empty_copy_runs_to_its_end_without_a_point(config):
    _, said = run_cells(assignment(ffbp.train(config), ALL, solved=False))
    assert marks(said) == dict.fromkeys(FUNCTIONS, False)
    assert all(said[f"{function}-compared"].endswith("is not written yet.") for function in FUNCTIONS)


def test_the_sample_leaves_no_program_without_an_assignment():
    assert all(not reasons(ffbp.train(config)) for config in SAMPLE[::6])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_one_empty_function_costs_its_points_alone(copies, function):
    student, teacher = copies
    found = {key: body for key, body in solutions(teacher).items() if key != function}
    _, said = run_cells(answered(student, found))
    assert marks(said) == {key: key != function for key in FUNCTIONS}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_the_chosen_functions_are_empty(relu, function):
    text = assignment(relu, {function: 3}, solved=False)
    assert [c["metadata"]["nbgrader"]["grade_id"] for c in code_cells(text) if "YOUR CODE" in "".join(c["source"])] == [
        function
    ]
    namespace, said = run_cells(answered(text, solutions(assignment(relu, {function: 3}, solved=True))))
    assert marks(said) == {function: True}
    assert difference(namespace["losses"], relu.history.step_loss) <= 1e-12
    assert sum("training is right" in words for words in said.values()) == 1


# Nothing of the solution


@pytest.mark.parametrize("config", [Config(**SMALL), *SAMPLE[1::5]], ids=lambda c: f"{c.dataset}-{c.optimizer}")
def test_the_students_copy_contains_no_line_of_the_solution(config):
    run = ffbp.train(config)
    student, teacher = assignment(run, ALL, solved=False), assignment(run, ALL, solved=True)
    text = "\n".join("".join(cell["source"]) for cell in json.loads(student)["cells"])
    for function, body in solutions(teacher).items():
        for line in body.splitlines():
            code = line.split("  #")[0].strip()
            if len(code) > 12 and not code.startswith(("return Z", "n = Y")):
                assert code not in text, (function, code)
    assert "SOLUTION" not in student
    assert "HIDDEN" not in student
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code_cells(student))


def test_the_two_copies_differ_in_the_answers_alone(copies):
    student, teacher = (json.loads(text) for text in copies)
    assert student["metadata"] == teacher["metadata"]
    for mine, theirs in zip(student["cells"], teacher["cells"], strict=True):
        meta = mine["metadata"].get("nbgrader", {"grade_id": ""})
        hides = meta["grade_id"] in ("forward-score", "loss-score", "delta-score", "backward-score")
        differs = meta["grade_id"] in FUNCTIONS or hides
        assert {key for key in mine if mine[key] != theirs[key]} == ({"source"} if differs else set())
        if hides:
            assert "".join(theirs["source"]).startswith("".join(mine["source"]) + "\n### BEGIN HIDDEN TESTS\n")


def test_what_students_can_read_are_the_numbers_that_the_comparison_needs(relu):
    namespace, _ = run_cells(assignment(relu, {"loss": 1}, solved=False))
    assert set(namespace["RUN"]["numbers"]) == {"Z3", "A3", "loss", "losses"}
    assert namespace["RUN"]["numbers"]["Z3"].shape == (1, 5)


# The numbers are the core's


def test_the_numbers_are_those_of_the_run_at_the_said_epoch(relu):
    text = assignment(relu, ALL, solved=False)
    epoch = int(re.search(r"after epoch\s+(\d+)", text.replace("\\n", " "))[1])
    frame = list(relu.history.epoch).index(epoch)
    p = pass_over(relu.network(frame), relu.dataset.X_train[:5], relu.dataset.y_train[:5])
    numbers = run_cells(text)[0]["RUN"]["numbers"]
    for l in (1, 2, 3):
        assert np.array_equal(numbers[f"Z{l}"], p.trace.Z[l])
        assert np.array_equal(numbers[f"A{l}"], p.trace.A[l])
        assert np.array_equal(numbers[f"dWb{l}"], p.network.layers[l - 1].dblock)
    assert np.array_equal(numbers["delta3"], p.trace.delta[3])
    assert numbers["loss"] == p.data_loss


def test_the_numbers_have_a_link_where_one_is_given(relu):
    link = "https://ffbp.example/forward_pass?frame=1"
    assert f"]({link})" in assignment(relu, {"forward": 1}, solved=False, link=link)
    assert "https://" not in assignment(relu, {"forward": 1}, solved=False)


def test_the_steps_are_the_runs_first(relu):
    numbers = expected(relu, ["update"]).numbers["update"]
    resumed = relu.resume(0)
    before = resumed.network.theta.copy()
    resumed.gradient()
    resumed.update()
    change = resumed.network.theta - before
    assert [number.name for number in numbers] == ["step 1", "step 2", "step 3"]
    assert set(np.abs(numbers[0].value)) == set(np.sort(np.abs(change))[-6:])


# Another right way, and ways that are wrong

OTHERWISE = {
    "forward": """found, a = [], A0
for weights, bias, g in ((W1, b1, relu), (W2, b2, relu), (W3, b3, lambda s: 1 / (1 + np.exp(-s)))):
    z = np.einsum("oi,in->on", weights, a) + bias
    a = g(z)
    found += [z, a]
print("a student's own print")
return found""",
    "loss": "p = 1 / (1 + np.exp(-Z))\nreturn float(-np.mean(np.log(np.where(Y == 1, p, 1 - p))))",
    "delta": "error = []\nfor a, y in zip(A3[0], Y[0]):\n    error.append((a - y) / A3.shape[1])\nreturn np.array([error])",
    "backward": """d, pairs = delta3, ((W3, A2, Z2, dWb3), (W2, A1, Z1, dWb2), (W1, A0, None, dWb1))
for weights, below, sums, block in pairs:
    block[:, :-1] = np.einsum("on,in->oi", d, below)
    block[:, -1] = d.sum(axis=1)
    if sums is not None:
        d = np.einsum("oi,on->in", weights, d) * np.where(sums > 0, 1, 0)""",
    "update": "for i in range(len(theta)):\n    theta[i] = theta[i] - grad[i] * learning_rate",
}


def test_another_right_way_has_all_points(copies, relu):
    namespace, said = run_cells(answered(copies[0], OTHERWISE))
    assert marks(said) == dict.fromkeys(FUNCTIONS, True), said
    assert difference(namespace["losses"], relu.history.step_loss) <= 1e-9
    assert re.fullmatch(r"forward is right: Z1 (exact|close .*), .*", said["forward-compared"])


def test_the_teachers_copy_marks_another_right_way_alike(copies):
    student, teacher = copies
    _, said = run_cells(marked(teacher, answered(student, OTHERWISE)))
    assert marks(said) == dict.fromkeys(FUNCTIONS, True), said
    wrong = solutions(teacher) | {"loss": "return 1.0"}
    _, said = run_cells(marked(teacher, answered(student, wrong)))
    assert marks(said) == {key: key != "loss" for key in FUNCTIONS}


COPIED = {
    "forward": 'return [of_run(name) for name in ("Z1", "A1", "Z2", "A2", "Z3", "A3")]',
    "loss": 'return of_run("loss")',
    "delta": 'return of_run("delta3")',
    "backward": 'for block, name in ((dWb1, "dWb1"), (dWb2, "dWb2"), (dWb3, "dWb3")):\n    block[:] = of_run(name)',
}


def test_an_answer_that_copies_the_numbers_gets_no_points_from_the_teachers_copy(copies):
    student, teacher = copies
    text = answered(student, solutions(teacher) | COPIED)
    _, said = run_cells(text)
    assert all(marks(said).values()), "what a student's copy can see"
    _, said = run_cells(marked(teacher, text))
    assert marks(said) == {key: key not in COPIED for key in FUNCTIONS}
    assert said["forward-score"].startswith("ERROR With other samples, forward: Z1 is wrong")


def test_five_samples_leave_none_to_hide():
    points = tuple((float(k), float(k % 3), float(k % 2)) for k in range(5))
    run = ffbp.train(Config(dataset="xor", points=points, test_size=0.0, hidden=(2,), epochs=5))
    text = assignment(run, ALL, solved=True)
    assert "HIDDEN" not in text
    assert all(marks(run_cells(text)[1]).values())


def test_single_precision_counts_as_close(copies):
    body = "Z = Z.astype(np.float32)\nreturn np.mean(np.log1p(np.exp(-np.where(Y > 0.5, Z, -Z))))"
    _, said = run_cells(answered(copies[0], {"loss": body}))
    assert marks(said)["loss"]
    assert "loss close (largest difference" in said["loss-compared"]


@pytest.mark.parametrize(
    ("function", "body", "words"),
    [
        ("forward", "return None", "forward must return Z1, A1, Z2, A2, Z3, A3, in this order."),
        ("forward", "return Z1", "forward stops with NameError("),
        ("forward", "return [np.zeros((5, 2))] * 6", "forward: Z1 has the shape (5, 2); it must have the shape (2, 5)."),
        ("forward", "return [np.zeros((2, 5))] * 6", "forward: Z1 is wrong: the largest difference is"),
        ("loss", "return None", "loss is missing: the function returns nothing."),
        ("loss", "return 'low'", "loss must be made of numbers."),
        ("delta", "return np.full(A3.shape, np.nan)", "delta3 has entries that are not finite, or that were not filled."),
        ("delta", "return A3[0] - Y[0]", "delta3 has the shape (5,); it must have the shape (1, 5)."),
        ("backward", "dWb3[:] = 0", "backward: dWb3 is wrong"),
        ("backward", "dWb3 = delta3 @ A2.T", "backward: dWb3 has entries that are not finite, or that were not filled."),
        ("update", "theta = theta - learning_rate * grad", SLIPS["old"]),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_one_sentence_and_the_rest_goes_on(copies, function, body, words):
    student, teacher = copies
    _, said = run_cells(answered(student, solutions(teacher) | {function: body}))
    assert words in said[f"{function}-compared"]
    assert said[f"{function}-score"] == f"ERROR {said[f'{function}-compared']}"
    assert marks(said) == {key: key != function for key in FUNCTIONS}


def test_an_answer_that_overwrites_the_weights_spoils_no_other(copies):
    student, teacher = copies
    right = solutions(teacher)
    found = right | {"forward": "theta[:] = 1\nA0[:] = 0\n" + right["forward"]}
    _, said = run_cells(answered(student, found))
    assert marks(said) == {key: key != "forward" for key in FUNCTIONS}


# Each known mistake, written as a student would

RIGHT_Z, RIGHT_A = "Z1 = Wb1 @ with_ones(A0)", "A1 = relu(Z1)"
Z_MISTAKES = {
    "no_bias": "Z1 = W1 @ A0",
    "minus_bias": "Z1 = W1 @ A0 - b1",
    "unweighted": "Z1 = np.ones_like(W1) @ A0 + b1",
    "activated": "Z1 = {g}(W1 @ A0 + b1)",
    "column": "Z1 = W1.T @ A0 + b1",
}
A_MISTAKES = {
    "relu": {
        "its_slope": "A1 = 1.0 * (Z1 > 0)",
        "not_activated": "A1 = Z1",
        "absolute": "A1 = np.abs(Z1)",
        "cut": "A1 = 0 * Z1",
    },
    "sigmoid": {
        "its_slope": "A1 = sigmoid(Z1) * (1 - sigmoid(Z1))",
        "not_activated": "A1 = Z1",
        "minus_z": "A1 = np.exp(-Z1)",
        "rest": "A1 = 1 / (1 + np.exp(Z1))",
    },
    "tanh": {
        "its_slope": "A1 = 1 - np.tanh(Z1) ** 2",
        "not_activated": "A1 = Z1",
        "sigmoid": "A1 = 1 / (1 + np.exp(-Z1))",
        "sign": "A1 = np.tanh(-Z1)",
    },
}
LOSS_MISTAKES = {
    "sign": "return np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))",
    "half": "return -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p)) / 2",
    "double": "return -2 * np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))",
    "sum": "return -np.sum(Y * np.log(p) + (1 - Y) * np.log(1 - p))",
    "log10": "return -np.mean(Y * np.log10(p) + (1 - Y) * np.log10(1 - p))",
    "other_class": "return -np.mean((1 - Y) * np.log(p) + Y * np.log(1 - p))",
    "squared": "return np.mean((p - Y) ** 2)",
}
DELTA_MISTAKES = {
    "sign": "return (Y - A3) / Y.shape[1]",
    "double": "return 2 * (A3 - Y) / Y.shape[1]",
    "sum": "return A3 - Y",
    "no_target": "return A3 / Y.shape[1]",
    "extra_slope": "return (A3 - Y) * A3 * (1 - A3) / Y.shape[1]",
}
BACKWARD_MISTAKES = {
    "sign": "grad *= -1",
    "double": "grad *= 2",
    "half": "grad /= 2",
    "sum": "grad -= is_weight * 0.05 * theta\ngrad *= 5\ngrad += is_weight * 0.05 * theta",
    "penalty": "grad -= is_weight * 0.05 * theta",
}
UPDATE_MISTAKES = {
    "old": "pass",
    "added": "theta += learning_rate * grad",
    "rate": "theta -= grad",
    "step_only": "theta[:] = -learning_rate * grad",
}
ADAM = "m, v = state\nm[:] = beta1 * m + (1 - beta1) * grad\nv[:] = beta2 * v + (1 - beta2) * grad**2\n"
ADAM_MISTAKES = {
    "old": "pass",
    "added": ADAM + "theta += learning_rate * (m / (1 - beta1**step)) / np.sqrt(v / (1 - beta2**step))",
    "rate": ADAM + "theta -= (m / (1 - beta1**step)) / np.sqrt(v / (1 - beta2**step))",
    "step_only": ADAM + "theta[:] = -learning_rate * (m / (1 - beta1**step)) / np.sqrt(v / (1 - beta2**step))",
    "descent": "theta -= learning_rate * grad",
    "not_corrected": ADAM + "theta -= learning_rate * m / np.sqrt(v)",
    "corrected_m_only": ADAM + "theta -= learning_rate * m / (1 - beta1**step) / np.sqrt(v)",
    "corrected_v_only": ADAM + "theta -= learning_rate * m / np.sqrt(v / (1 - beta2**step))",
}


def replaced(body, old, new):
    assert old in body, body
    return body.replace(old, new)


def backward_mistakes(body):
    """The solution with a mistake at its end, and with one inside."""
    found = {key: f"global grad\n{body}\n{more}" for key, more in BACKWARD_MISTAKES.items()}
    found["slope"] = re.sub(r" \* d_\w+\(\w+\)", "", body)
    found["extra_slope"] = "A3 = sigmoid(W3 @ A2 + b3)\ndelta3 = delta3 * A3 * (1 - A3)\n" + body
    return found


def mistakes(function, body, activation="relu"):
    """The bodies with each known mistake, by its key."""
    if function == "forward":
        z = {key: replaced(body, RIGHT_Z, line.format(g=activation)) for key, line in Z_MISTAKES.items()}
        right, output = RIGHT_A.replace("relu", activation), "A3 = sigmoid(Z3)"
        at_output = {key: line.replace("1 =", "3 =").replace("Z1", "Z3") for key, line in A_MISTAKES["sigmoid"].items()}
        a = {key: replaced(body, output, line) for key, line in at_output.items()}
        return z | a | {key: replaced(body, right, line) for key, line in A_MISTAKES[activation].items()}
    if function == "loss":
        return {key: f"p = 1 / (1 + np.exp(-Z))\n{line}" for key, line in LOSS_MISTAKES.items()}
    if function == "delta":
        return DELTA_MISTAKES
    return backward_mistakes(body) if function == "backward" else UPDATE_MISTAKES


CASES = [
    *(("forward", {"activation": key, "seed": 1}) for key in A_MISTAKES),
    *((function, {"activation": "tanh", "l2": 0.05}) for function in ("loss", "delta", "backward", "update")),
    ("adam", {"activation": "tanh", "optimizer": "adam"}),
]


@pytest.mark.parametrize(("function", "options"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_each_known_mistake_has_its_hint(function, options):
    run = small(**{"seed": 3} | options)
    asked = "update" if function == "adam" else function
    student, teacher = (assignment(run, {asked: 1}, solved=solved) for solved in (False, True))
    body = solutions(teacher)[asked]
    bodies = ADAM_MISTAKES if function == "adam" else mistakes(function, body, options["activation"])
    slips = run_cells(student)[0]["RUN"]["slips"]
    assert {key for rows in slips.values() for key, *_ in rows} <= set(bodies), "a mistake that this test does not make"
    for key, wrong in bodies.items():
        _, said = run_cells(answered(student, {asked: wrong}))
        assert said[f"{asked}-compared"].endswith(SLIPS[key]), (key, said[f"{asked}-compared"])
        assert not marks(said)[asked]


def test_mistakes_of_a_loss_and_an_output_that_do_not_belong_together_have_hints():
    run = small(dataset="noisy_sine", loss="mse", output_activation="tanh", activation="tanh", seed=3)
    student, teacher = (assignment(run, {"delta": 1}, solved=solved) for solved in (False, True))
    body = solutions(teacher)["delta"]
    slope = "\n".join(line for line in body.splitlines() if "d_tanh" not in line)
    wrong = {"slope": slope, "half": body.replace("return delta3", "return delta3 / 2")}
    wrong |= {"sign": body.replace("return delta3", "return -delta3")}
    for key, text in wrong.items():
        assert run_cells(answered(student, {"delta": text}))[1]["delta-compared"].endswith(SLIPS[key])


@pytest.mark.parametrize("config", SAMPLE, ids=lambda c: f"{c.dataset}-{c.optimizer}-{c.loss}-{c.output_activation}")
def test_every_listed_mistake_is_told_from_the_right_number_and_from_the_others(config):
    for numbers in expected(ffbp.train(config), FUNCTIONS).numbers.values():
        for number in numbers:
            rows = [(key, list(number.places), list(values)) for key, values in number.slips.items()]
            run = {"numbers": {number.name: number.value}, "slips": {number.name: rows}, "hints": SLIPS}
            assert compare_number(number.name, number.value, run) == (True, f"{number.name} exact")
            for key, places, values in rows:
                wrong = number.value.copy()
                wrong.flat[places] = values
                right, words = compare_number(number.name, wrong, run)
                alike = [other for other, _, also in rows if np.allclose(also, values, rtol=0.005, atol=1e-12)]
                assert not right
                assert words.endswith(SLIPS[key]) == (alike == [key]), (key, alike, words)


# The formats of the tools that mark


def test_cells_have_nbgraders_metadata_and_nbchkrs_tags(relu):
    cells = code_cells(assignment(relu, {"forward": 3, "update": 1}, solved=True))
    own = [cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]]
    ids = [meta["grade_id"] for meta in own]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]+", name) for name in ids)
    for meta in own:
        assert set(meta) == {"grade", "grade_id", "locked", "schema_version", "solution", "task"} | (
            {"points"} if meta["grade"] else set()
        )
        assert meta["schema_version"] == 3
        assert not (meta["solution"] and (meta["grade"] or meta["locked"]))
    assert {meta["grade_id"]: meta["points"] for meta in own if meta["grade"]} == {
        "forward-score": 3,
        "update-score": 1,
    }
    tags = {tag for cell in cells for tag in cell["metadata"].get("tags", [])}
    assert tags == {
        *("answer:forward", "answer:update", "score:3", "score:1", "description:forward", "description:update"),
        "raises-exception",
    }


def test_a_scoring_cell_is_silent_even_if_the_answer_prints(copies):
    student, teacher = copies
    right = solutions(teacher)
    found = right | {"forward": "import sys\nprint('here')\nprint('there', file=sys.stderr)\n" + right["forward"]}
    _, said = run_cells(answered(student, found))
    assert all(said[f"{function}-score"] == "" for function in FUNCTIONS)
    assert "here" not in said["forward-compared"]


def test_a_function_whose_solution_is_cut_out_is_still_a_function(copies):
    for cell in code_cells(copies[1]):
        source = "".join(cell["source"])
        emptied = re.sub(r"### BEGIN SOLUTION[\s\S](.*?)[\s\S]### END SOLUTION", "# cut", source, flags=re.DOTALL)
        ast.parse(emptied)
    assert "YOUR CODE HERE" in "".join(first_task(small(), "forward"))


def test_notebooks_are_formatted_and_pass_ruff(tmp_path):
    for number, config in enumerate([*SAMPLE[::6], Config(**SMALL, l2=0.1, clip=1.0, optimizer="adamw")]):
        for solved in (False, True):
            text = assignment(ffbp.train(config), ALL, solved=solved)
            (tmp_path / f"{number}_{solved}.ipynb").write_text(text, encoding="utf-8")
    for command in (["format", "--check"], ["check"]):
        call = [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), "--no-cache", "."]
        result = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout[-3000:]


# What cannot be


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ({}, "functions must be at least one of forward, loss, delta, backward, update"),
        ({"foward": 1}, "unknown function 'foward'; choose from forward, loss"),
        ({"loss": 0}, "points of loss must be a whole number from 1 to 100, got 0"),
        ({"loss": 1.5}, "points of loss must be a whole number"),
        ({"loss": True}, "points of loss must be a whole number"),
    ],
)
def test_wrong_choices_have_a_message(relu, points, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        assignment(relu, points, solved=True)


def test_runs_without_an_assignment_say_why(relu):
    assert "A branch begins" in reasons(branch(relu, frame=3, learning_rate=0.1))[0]
    large = ffbp.train(Config(hidden=(64, 64, 64), epochs=1))
    assert f"8,577 parameters. An assignment lists them, and takes at most {MAX_PARAMS:,}." in reasons(large)[0]
    faulty = ffbp.train(Config(epochs=3, fault=next(iter(ffbp.FAULTS))))
    assert reasons(faulty)
    with pytest.raises(ValueError, match="8,577"):
        assignment(large, ALL, solved=True)


def test_the_usual_notebook_and_script_are_what_they_were(relu):
    assert "output_delta" not in numpy_script(relu)
