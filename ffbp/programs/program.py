"""What all exported programs share: the samples, the initial weights and the training loop, as code.

A program is a list of sections, each with a title, an explanation and code. A script joins them; a notebook turns them
into cells. Every line is written for this one experiment.
"""

import ast
import re
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ffbp.analysis.sensitivity import parts_at
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.schedules import SCHEDULES
from ffbp.data.dataset import DERIVED
from ffbp.data.generators import DATASETS
from ffbp.experiment.resolve import seeds_of
from ffbp.programs.facts import DATA_FILE, Facts
from ffbp.programs.layout import WIDTH, block, docstring, fold, literal
from ffbp.programs.plain import Definitions, Function
from ffbp.programs.splits import stratified_split
from ffbp.training.run import Run

MAKE = ("n_samples", "noise", "classes", "random_state")  # the parameters of a dataset's function
N_SHOWN = 5  # predictions printed at the end
_LIBRARIES = {"numpy": "NumPy", "sklearn": "scikit-learn", "torch": "PyTorch", "jax": "JAX"}


class NoEquivalent(ValueError):
    """A library has no exact equivalent of an experiment; ``reasons`` are sentences on what is missing."""

    def __init__(self, library: str, reasons: list[str]):
        super().__init__(f"{library} has no exact equivalent of this experiment: {' '.join(reasons)}")
        self.library, self.reasons = library, reasons


@dataclass(frozen=True)
class Section:
    """One step of a program. title and text contain nothing that a user typed; text may contain LaTeX."""

    title: str
    text: str
    code: str


def imported(text: str) -> list[str]:
    """The names of the libraries that a program needs: those that it imports at top level, outside any try."""
    found = set()
    for node in ast.parse(text).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names = [node.module] if isinstance(node, ast.ImportFrom) else names
        found |= {name.split(".")[0] for name in names} - sys.stdlib_module_names
    return sorted(_LIBRARIES.get(name, name) for name in found)


def first_lines(definitions: Definitions, *lines: str) -> str:
    """The program's imports, then these lines. Call it after all sections are written: they add imports."""
    parts = [definitions.import_lines(), lines]
    return "\n\n".join("\n".join(part) for part in parts if part)


# The samples


def data_section(e: Facts, d: Definitions, *, rows_are_samples: bool = False, with_ones: bool = False) -> Section:
    """Load or make the samples, split and encode them: A0_train (n_inputs, n), Y_train (n_outputs, n), likewise test.

    rows_are_samples: X_train (n, n_inputs), y_train (n,) instead, likewise test. with_ones: A0 ends with a row of ones.
    """
    data = e.data
    lines = _samples(e, d)
    n = len(data.X_train) + len(data.X_test)
    if not e.config.file_name and data.columns != tuple(range(len(data.feature_names))):
        lines += fold(f"X = X[:, {literal(list(data.columns))}].copy()  # the chosen columns, counted from 0")
    if e.held_out:
        lines += _split(e, d, n)
    part = "[rows_train]" if e.held_out else ""
    if data.standardized:
        lines += [
            f"mean, std = X{part}.mean(axis=0), X{part}.std(axis=0)  # of the training part only",
            "std = np.where(std > 0, std, 1.0)  # a constant column keeps its scale",
        ]
    if e.standardizes_target:
        lines += [
            f"target_mean, target_std = y{part}.mean(), y{part}.std() or 1.0",
            "y = (y - target_mean) / target_std",
        ]
    if with_ones:
        lines += ["", "", *with_ones_lines()]
    lines += ["", "", *_encode(e, d, rows_are_samples, with_ones), "", ""]
    if e.standardizes_target:
        lines += ["def in_units(a):", *docstring("An output or target in the target's own units.")]
        lines += ["    return a * target_std + target_mean", "", ""]
    for name in e.parts:
        rows = f"[rows_{name}]" if e.held_out else ""
        if rows_are_samples:
            lines.append(f"X_{name}, y_{name} = encode(X{rows}), y{rows}")
        else:
            lines.append(f"A0_{name}, Y_{name} = encode(X{rows}), {_targets(e, f'y{rows}')}")
    lines.append(f'print("{_counts(e)}")')
    text = f"{e.n_train} samples to train with" + (f", {len(data.X_test)} held out to test with" if e.held_out else "")
    text += ". A row is a sample." if rows_are_samples else ". A column is a sample: `A0` is `X` transposed."
    return Section("The samples", text, "\n".join(lines))


def with_ones_lines() -> list[str]:
    return [
        "def with_ones(A):",
        *docstring("[A; 1]: a row of ones below A, so that [W b] [A; 1] = W A + b."),
        "    return np.vstack([A, np.ones((1, A.shape[1]))])",
    ]


def _counts(e):
    held_out = f", {len(e.data.X_test)} to test" if e.held_out else ""
    inputs = "1 input" if e.sizes[0] == 1 else f"{e.sizes[0]} inputs"
    outputs = "1 output" if e.n_outputs == 1 else f"{e.n_outputs} outputs"
    return f"{e.n_train} samples to train{held_out}; {inputs}, {outputs}"


def _samples(e, d):
    """X (n, n_features) and y (n,) in the source's order."""
    c, data = e.config, e.data
    kind = "float" if e.regression else "int"
    if c.file_name:
        d.modules.add("csv")
        lines = [
            f'with open("{DATA_FILE}", encoding="utf-8", newline="") as file:',
            "    table = list(csv.reader(file))[1:]  # row, part, the input columns, the target",
            *fold(f"columns = {literal([c + 2 for c in data.columns])}  # of the file, counted from 0"),
            "X = np.array([[line[column] for column in columns] for line in table], dtype=float)",
        ]
        if e.regression:
            return [*lines, "y = np.array([line[-1] for line in table], dtype=float)"]
        return [
            *lines,
            *_long("classes = [", [literal(cell_text(name)) for name in data.class_names]),
            "y = np.array([classes.index(line[-1]) for line in table])",
        ]
    if c.points is not None:
        rows = [literal(tuple(point)) for point in c.points]
        target = "the value" if e.regression else "the class"
        return [
            block(f"points = np.array([  # drawn by hand: the inputs, {target}", rows, "])"),
            f"X, y = points[:, :-1], points[:, -1]{'' if e.regression else '.astype(int)'}",
            *_class_names(e),
        ]
    source = DATASETS[c.dataset]
    made = d.source(source.make, source.key, MAKE, doc=source.make.__doc__ or source.label)
    call = made.call(
        named=True,
        n_samples=literal(c.n_samples),
        noise=literal(c.noise),
        classes=literal(c.classes or source.default_classes),
        random_state=literal(seeds_of(c).data),
    )
    lines = [*d.new_lines(), "", "", f"X, y = {call}"]
    if e.data.y_train.dtype.kind != kind[0]:
        lines.append(f"y = y.astype({kind})")
    return [*lines, *_class_names(e)]


def _class_names(e):
    """The classes' names as a list, if they have any."""
    return _long("classes = [", [literal(name) for name in e.data.class_names]) if e.names_classes else []


def cell_text(name: str) -> str:
    """A name as data.csv contains it: on one line, and never a spreadsheet's formula."""
    line = " ".join(name.splitlines()).replace("\0", "")
    return f"'{line}" if line.lstrip().startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")) else line


def _long(prefix, items):
    """A list on one line if it fits, otherwise on several."""
    line = prefix + ", ".join(items) + "]"
    return [line] if len(line) <= 100 else [block(prefix, items)]


def _split(e, d, n):
    """Lines that repeat scikit-learn's split with NumPy alone; if they cannot, lines that list the rows."""
    data, seed = e.data, seeds_of(e.config).data
    everything = np.concatenate([data.rows_train, data.rows_test])
    place = np.empty(n, dtype=int)
    place[np.argsort(everything, kind="stable")] = np.arange(n)
    rows_train, rows_test = np.split(place, [e.n_train])
    n_test = len(rows_test)
    if np.array_equal(np.random.RandomState(seed).permutation(n), np.concatenate([rows_test, rows_train])):
        return [
            f"order = np.random.RandomState({seed}).permutation({n})  # as scikit-learn's train_test_split",
            f"rows_train, rows_test = order[{n_test}:], order[:{n_test}]",
        ]
    if data.stratified:
        y = np.empty(n, dtype=int)
        y[place] = np.concatenate([data.y_train, data.y_test])
        drawn = stratified_split(y, e.n_train, n_test, np.random.RandomState(seed))
        if np.array_equal(np.concatenate(drawn), place):
            arguments = {"y": "y", "n_train": str(e.n_train), "n_test": str(n_test)}
            function = d.source(stratified_split, "stratified_split")
            call = function.call(**arguments, random_state=f"np.random.RandomState({seed})")
            return ["", "", *d.new_lines(), "", "", *fold(f"rows_train, rows_test = {call}")]
    return [block(f"rows_{k} = [", map(str, r.tolist())) for k, r in (("train", rows_train), ("test", rows_test))]


def _encode(e, d, rows_are_samples, with_ones):
    data, n_columns = e.data, len(e.data.columns)
    what = f"Samples X (n, {n_columns}) to "
    if with_ones:
        what += f"inputs A0 ({e.sizes[0] + 1}, n), the last row ones"
    else:
        what += (
            f"the network's inputs (n, {e.sizes[0]})"
            if rows_are_samples
            else f"the network's inputs A0 ({e.sizes[0]}, n)"
        )
        what += ", standardised" if data.standardized else ", divided by full ink" if data.scale != 1 else ""
        what += ", with extra inputs" if data.derived else ""
    lines = ["def encode(X):", *docstring(f"{what}.")]
    value = "(X - mean) / std" if data.standardized else f"X / {literal(data.scale)}" if data.scale != 1 else "X"
    if data.derived:
        lines += [f"    X = {value}"] if data.standardized else []
        extra = [re.sub(r"\bx([12])\b", lambda x: f"X[:, {int(x[1]) - 1}]", DERIVED[key][2]) for key in data.derived]
        value = f"np.column_stack([X, {', '.join(extra)}])"
    if not rows_are_samples:
        value = f"({value})" if " " in value and not data.derived else value
        value = f"np.ascontiguousarray({value}.T)"
        value = f"with_ones({value})" if with_ones else value
    return [*lines, *fold(f"    return {value}")]


def _targets(e, y):
    if e.n_outputs > 1:
        return f"({y} == np.arange({e.n_outputs})[:, None]).astype(float)"
    return f"np.array([{y}], dtype=float)"


# The initial weights


def weights_section(e: Facts, d: Definitions, *, gradients: bool) -> Section:
    """theta with the views Wb1, W1, b1, ...; gradients: grad and dWb1, ... as well."""
    n_params, lines = e.network.n_params, []
    initializer = INITIALIZERS[e.config.initializer]
    typed = e.config.initial_theta
    if typed is None:
        weights = _initializer_function(e, d)
        lines += [*d.new_lines(), "", ""]
    lines.append(f"theta = np.zeros({n_params})  # all weights and biases, one vector; the layers are views into it")
    if gradients:
        lines.append(f"grad = np.zeros({n_params})  # dLoss/dtheta, the same way")
    for l, n_in, n_out, start, stop in e.views():
        part = f"[{start}:{stop}].reshape({n_out}, {n_in + 1})"
        names, values = (f"Wb{l}, dWb{l}", f"theta{part}, grad{part}") if gradients else (f"Wb{l}", f"theta{part}")
        lines += fold(f"{names} = {values}  # [W{l} b{l}]" + (" and its gradient" if gradients else ""))
        lines.append(f"W{l}, b{l} = Wb{l}[:, :-1], Wb{l}[:, -1:]  # ({n_out}, {n_in}), ({n_out}, 1)")
    if typed is not None:
        lines.append(block("theta[:] = [", [literal(v) for v in typed]))
        return Section("The network and its weights", "The weights that were typed in.", "\n".join(lines))
    if "random_state" in weights.keywords:
        lines.append(f"random_state = np.random.RandomState({seeds_of(e.config).weights})")
    arguments = {"random_state": "random_state", "scale": literal(e.config.init_scale)}
    for l, n_in, n_out, *_ in e.views():
        lines.append(f"W{l}[:] = {weights.call(n_in=str(n_in), n_out=str(n_out), **arguments)}")
        if e.config.bias_init:
            lines.append(f"b{l}[:] = {literal(e.config.bias_init)}")
    text = f"Initial weights: {initializer.label}. Biases start at {e.config.bias_init:g}."
    return Section("The network and its weights", text, "\n".join(lines))


def _initializer_function(e: Facts, d: Definitions) -> Function:
    entry = INITIALIZERS[e.config.initializer]
    doc = f"{entry.label}: {entry.formula}. W of one layer, shape (n_out, n_in)."
    takes, keywords = ("n_in", "n_out"), ("random_state", "scale")
    return d.formula(f"{entry.key}_weights", entry.plain, takes, keywords=keywords, doc=doc)


# Pieces of the loop


def agreement(run: Run) -> str:
    """For the heading: up to which step another library's program reproduces the run's losses."""
    step = parts_at(run)
    if step is None:
        text = (
            "Same samples, same initial weights, same batches, float64: its losses are the dashboard's up to rounding "
            "(about 1e-8), from the first step to the last."
        )
    else:
        text = (
            "Same samples, same initial weights, same batches, float64; but this run is chaotic: one weight moved by one "
            f"unit in its last place changes the loss by more than 1e-9 from step {step} on. Libraries round differently, "
            "so from about there on their losses part, and neither is the right one."
        )
    return textwrap.fill(text, WIDTH - 4)


def learning_rate(e: Facts, d: Definitions) -> tuple[list[str], str]:
    """The lines that define the schedule (with two blank ones), and the learning rate as an expression in ``epoch``."""
    c, entry = e.config, SCHEDULES[e.config.schedule]
    if c.schedule == "constant":
        return [], literal(c.learning_rate)
    takes, doc = ("epoch", "n_epochs"), entry.factor.__doc__ or entry.formula
    factor = d.source(entry.factor, f"{entry.key}_factor", takes, doc=doc)
    hyper = {name: literal(getattr(c, name)) for name in ("decay", "decay_epochs", "warmup")}
    call = factor.call(epoch="epoch", n_epochs=literal(c.epochs), **hyper)
    return [*d.new_lines(), "", ""], f"{literal(c.learning_rate)} * {call}"


def column_batches(e: Facts) -> dict[str, list[str]]:
    """`Steps` that take a batch A0, Y of arrays in which a column is a sample."""
    A0, Y = ("A0_epoch", "Y_epoch") if e.shuffles else ("A0_train", "Y_train")
    part = f"[:, batch * {e.batch_size} : batch * {e.batch_size} + {e.batch_size}]"
    shuffled = "A0_epoch, Y_epoch = np.take(A0_train, order, axis=1), np.take(Y_train, order, axis=1)"
    return {"shuffled": [shuffled], "batch": [f"A0, Y = {A0}{part}, {Y}{part}"]}


def row_batches(e: Facts) -> dict[str, list[str]]:
    """`Steps` that take the rows of a batch where a row is a sample."""
    b = e.batch_size
    rows = f"order[batch * {b} : batch * {b} + {b}]" if e.shuffles else f"slice(batch * {b}, batch * {b} + {b})"
    return {"batch": [f"rows = {rows}"]}


@dataclass(frozen=True)
class Steps:
    """A library's part of the training loop, as lines of code.

    batch: take the batch's samples. body: compute ``loss``. after: backward and update. finite: whether all parameters
    are finite. shuffled: apply ``order`` at the start of an epoch. tested: compute ``test_loss``. epoch_end: further
    lines at the end of an epoch. isfinite, number: of ``loss``.
    """

    batch: Sequence[str]
    body: Sequence[str]
    after: Sequence[str]
    finite: str
    shuffled: Sequence[str] = ()
    tested: Sequence[str] = ()
    epoch_end: Sequence[str] = ()
    isfinite: str = "np.isfinite(loss)"
    number: str = "float(loss)"


def loop(e: Facts, steps: Steps) -> list[str]:
    """The training loop. It collects the loss before each update, as the core does."""
    c = e.config
    lines = ["losses = []  # the loss before each update"]
    if e.shuffles:
        lines.append(f"shuffler = np.random.RandomState({c.seed})")
    if c.patience is not None:
        lines.append("best_loss, best_epoch = np.inf, 0")
    inside = []
    if e.full_batch:
        lines.append(f"for epoch in range({c.epochs}):")
    else:
        lines.append(f"for step in range({c.epochs} * {e.n_batches}):")
        inside.append(f"epoch, batch = divmod(step, {e.n_batches})")
        if e.shuffles:
            inside += ["if batch == 0:  # a new order every epoch", f"    order = shuffler.permutation({e.n_train})"]
            inside += ["    " + line for line in steps.shuffled]
        inside += steps.batch
    inside += [
        *steps.body,
        f"if not {steps.isfinite}:",
        '    print(f"epoch {epoch + 1}: the loss is no longer a finite number; lower the learning rate")',
        "    break",
        f"losses.append({steps.number})",
        *steps.after,
    ]
    end = _epoch_end(e, steps)
    if not e.full_batch:
        end = [f"if batch == {e.n_batches - 1}:  # the epoch's end", *("    " + line for line in end)]
    return [*lines, *(folded for line in (*inside, *end) for folded in fold("    " + line))]


def _epoch_end(e, steps):
    """Lines that check and print after an epoch, and stop early."""
    c, every = e.config, max(1, -(-e.config.epochs // 10))
    lines = [
        f"if not {steps.finite}:",
        '    print(f"epoch {epoch + 1}: a weight is no longer a finite number; lower the learning rate")',
        "    break",
        *steps.epoch_end,
        *([f"if epoch % {every} == 0 or epoch == {c.epochs - 1}:"] if every > 1 else []),
        ("    " if every > 1 else "") + 'print(f"epoch {epoch + 1:5d}: loss {losses[-1]:.6f}")',
    ]
    if c.patience is not None:
        lines += [
            *steps.tested,
            "if test_loss < best_loss:",
            "    best_loss, best_epoch = test_loss, epoch + 1",
            f"if epoch + 1 - best_epoch >= {c.patience} and epoch + 1 < {c.epochs}:",
            f'    print(f"stopped after epoch {{epoch + 1}}: no better test loss for {c.patience} epochs")',
            "    break",
        ]
    return lines


def prediction_lines(e: Facts, outputs: str) -> list[str]:
    """A loop that prints a few predictions; ``outputs``: an expression for the network's outputs for sample ``row``."""
    few = e.sizes[0] - len(e.data.derived) <= 4
    what = "{X[row].round(4)}" if few else "sample {row}"
    n = min(N_SHOWN, len(e.data.scored_part.rows))
    rows = f"rows_test[:{n}]" if e.held_out else f"range({n})"
    lines = [f"for row in {rows}:", f"    a = {outputs}"]
    if e.regression:
        value, target = own_units(e, "a[0]"), own_units(e, "y[row]")
        return [*lines, f'    print(f"{what}: {{{value}:.4f}}, the target is {{{target}:.4f}}")']
    guess = "int(a[0] > 0.5)" if e.n_outputs == 1 else "a.argmax()"
    target, first = "y[row]", "class 1"
    if e.names_classes:
        guess, target, first = f"classes[{guess}]", "classes[y[row]]", "{classes[1]}"
    several = "probabilities" if e.network.gives_probabilities else "outputs"
    said = f"probability of {first} {{a[0]:.4f}}" if e.n_outputs == 1 else f"{several} {{a.round(4)}}"
    lines.append(f"    guess = {guess}")
    return [*lines, f'    print(f"{what}: {{guess}}, {said}; the class is {{{target}}}")']


def score_text(e: Facts, A: str, arrays: str = "np") -> str:
    """An expression for R² or accuracy from outputs A and targets Y, (n_outputs, n)."""
    if e.regression:
        return f"1 - {arrays}.square({A} - Y).sum() / {arrays}.square(Y - Y.mean()).sum()"
    if e.n_outputs == 1:
        return f"{arrays}.mean(({A} > 0.5) == (Y > 0.5))"
    return f"{arrays}.mean({A}.argmax(axis=0) == Y.argmax(axis=0))"


def own_units(e: Facts, text: str) -> str:
    """An expression for an output or target, in the target's own units."""
    return f"in_units({text})" if e.standardizes_target else text


def script(heading: str, first: str, sections: list[Section]) -> str:
    """The sections one below the other, without their explanations."""
    text = "\n".join([*docstring(heading, ""), "", first])
    for number, section in enumerate(sections, start=1):
        ends_in_definition = text.splitlines()[-1].startswith("    ")
        text += "\n\n\n" if ends_in_definition else "\n\n"
        text += f"# {number}. {section.title}\n"
        text += ("\n\n" if section.code.startswith(("def ", "class ")) else "\n") + section.code
    return text + "\n"
