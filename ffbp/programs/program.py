"""What all exported programs share: the experiment's facts, its samples and its initial weights, as code.

A program is a list of sections, each a title, an explanation and code: a script puts them one below the other, a
notebook makes cells of them. Every line is written for this one experiment; nothing in it asks which.
"""

import ast
import re
import sys
import textwrap
from dataclasses import dataclass

import numpy as np

from ffbp.analysis.sensitivity import parts_at
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.schedules import SCHEDULES
from ffbp.data.dataset import DERIVED
from ffbp.data.generators import DATASETS
from ffbp.programs.facts import DATA_FILE, Facts
from ffbp.programs.layout import WIDTH, block, docstring, fold, literal
from ffbp.programs.plain import Definitions, Function
from ffbp.programs.splits import stratified_split
from ffbp.training.run import Run

MAKE = ("n_samples", "noise", "classes", "random_state")  # what a dataset's function takes
N_SHOWN = 5  # predictions printed at the end
_LIBRARIES = {"numpy": "NumPy", "sklearn": "scikit-learn", "torch": "PyTorch", "jax": "JAX"}


class NoEquivalent(ValueError):
    """A library has no exact equivalent of an experiment; ``reasons`` says of what, a sentence each."""

    def __init__(self, library: str, reasons: list[str]):
        super().__init__(f"{library} has no exact equivalent of this experiment: {' '.join(reasons)}")
        self.library, self.reasons = library, reasons


@dataclass(frozen=True)
class Section:
    """One step of a program. title and text are English without anything that a user typed; text may hold LaTeX."""

    title: str
    text: str
    code: str


def imported(text: str) -> list[str]:
    """The libraries that a program imports at its beginning, as people call them; a picture's are only tried for."""
    found = set()
    for node in ast.parse(text).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names = [node.module] if isinstance(node, ast.ImportFrom) else names
        found |= {name.split(".")[0] for name in names} - sys.stdlib_module_names
    return sorted(_LIBRARIES.get(name, name) for name in found)


def first_lines(definitions: Definitions, *lines: str) -> str:
    """Imports and constants that the program needs, then these lines; to be asked for when all sections are written."""
    parts = [definitions.import_lines(), lines]
    return "\n\n".join("\n".join(part) for part in parts if part)


# The samples


def data_section(e: Facts, d: Definitions, *, rows_are_samples: bool = False, with_ones: bool = False) -> Section:
    """Load or make the samples, split them, encode them: A0_train (n_inputs, n), Y_train (n_outputs, n), likewise test.

    With rows_are_samples: X_train (n, n_inputs), y_train (n,), likewise test. With with_ones, A0 has a row of ones below.
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
    for name, rows in (("train", "[rows_train]"), ("test", "[rows_test]")):
        rows = rows if e.held_out else ""
        if name == "test" and not e.held_out:
            continue
        if rows_are_samples:
            lines.append(f"X_{name}, y_{name} = encode(X{rows}), y{rows}")
        else:
            lines.append(f"A0_{name}, Y_{name} = encode(X{rows}), {_targets(e, f'y{rows}')}")
    lines.append(f'print("{_counts(e)}")')
    text = (
        f"{len(data.X_train)} samples to train with"
        + (f", {len(data.X_test)} held out to test with" if e.held_out else "")
        + (". A column is a sample: `A0` is `X` transposed." if not rows_are_samples else ". A row is a sample.")
    )
    return Section("The samples", text, "\n".join(lines))


def with_ones_lines() -> list[str]:
    return [
        "def with_ones(A):",
        *docstring("[A; 1]: a row of ones below A, so that [W b] [A; 1] = W A + b."),
        "    return np.vstack([A, np.ones((1, A.shape[1]))])",
    ]


def _counts(e):
    held_out = f", {len(e.data.X_test)} to test" if e.held_out else ""
    inputs, outputs = (
        f"{n} {word}{'s' if n > 1 else ''}" for n, word in ((e.sizes[0], "input"), (e.n_outputs, "output"))
    )
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
        random_state=literal(c.seed),
    )
    lines = [*d.new_lines(), "", "", f"X, y = {call}"]
    if e.data.y_train.dtype.kind != kind[0]:
        lines.append(f"y = y.astype({kind})")
    return [*lines, *_class_names(e)]


def _class_names(e):
    """The classes' names as a list, where they have any."""
    return _long("classes = [", [literal(name) for name in e.data.class_names]) if e.names_classes else []


def cell_text(name: str) -> str:
    """A name as it stands in data.csv: on one line, and never a spreadsheet's formula."""
    line = " ".join(name.splitlines()).replace("\0", "")
    return f"'{line}" if line.lstrip().startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")) else line


def _long(prefix, items):
    """A list on one line if it fits, else over several."""
    line = prefix + ", ".join(items) + "]"
    return [line] if len(line) <= 100 else [block(prefix, items)]


def _split(e, d, n):
    """scikit-learn's split, drawn again with NumPy alone; or the rows themselves where it was not drawn that way."""
    data, seed = e.data, e.config.seed
    everything = np.concatenate([data.rows_train, data.rows_test])
    place = np.empty(n, dtype=int)
    place[np.argsort(everything, kind="stable")] = np.arange(n)
    rows_train, rows_test = np.split(place, [e.n_train])
    order = np.random.RandomState(seed).permutation(n)
    if np.array_equal(order, np.concatenate([rows_test, rows_train])):
        n_test = len(rows_test)
        return [
            f"order = np.random.RandomState({seed}).permutation({n})  # as scikit-learn's train_test_split",
            f"rows_train, rows_test = order[{n_test}:], order[:{n_test}]",
        ]
    if data.stratified:
        y = np.empty(n, dtype=int)
        y[place] = np.concatenate([data.y_train, data.y_test])
        sizes = len(rows_train), len(rows_test)
        drawn = stratified_split(y, *sizes, np.random.RandomState(seed))
        if np.array_equal(np.concatenate(drawn), place):
            function = d.source(stratified_split, "stratified_split")
            call = function.call(
                y="y", n_train=str(sizes[0]), n_test=str(sizes[1]), random_state=f"np.random.RandomState({seed})"
            )
            return ["", "", *d.new_lines(), "", "", *fold(f"rows_train, rows_test = {call}")]
    return [block(f"rows_{k} = [", map(str, r.tolist())) for k, r in (("train", rows_train), ("test", rows_test))]


def _encode(e, d, rows_are_samples, with_ones):
    data, n_columns = e.data, len(e.data.columns)
    scaled = "standardised" if data.standardized else "divided by full ink" if data.scale != 1 else None
    steps = [*([scaled] if scaled else []), *(["with derived inputs"] if data.derived else [])]
    lines = ["def encode(X):"]
    shape = f"(n, {e.sizes[0]})" if rows_are_samples else f"A0 ({e.sizes[0]}, n)"
    what = f"Samples X (n, {n_columns}) to the network's inputs {shape}"
    lines += docstring(", ".join([what, *steps]) + ".")
    if with_ones:
        lines[-1:] = docstring(f"Samples X (n, {n_columns}) to inputs A0 ({e.sizes[0] + 1}, n), the last row ones.")
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
    """theta with the views Wb1, W1, b1, ...; with gradients: grad and dWb1, ... as well."""
    n_params, lines = e.network.n_params, []
    initializer = INITIALIZERS[e.config.initializer]
    drawn = e.config.initial_theta is None
    if drawn:
        weights = initializer_function(e, d)
        lines += [*d.new_lines(), "", ""]
    lines.append(f"theta = np.zeros({n_params})  # all weights and biases, one vector; the layers are views into it")
    if gradients:
        lines.append(f"grad = np.zeros({n_params})  # dLoss/dtheta, the same way")
    start = 0
    for l in e.layers():
        n_in, n_out = e.sizes[l - 1], e.sizes[l]
        stop = start + n_out * (n_in + 1)
        part = f"[{start}:{stop}].reshape({n_out}, {n_in + 1})"
        names, values = (f"Wb{l}, dWb{l}", f"theta{part}, grad{part}") if gradients else (f"Wb{l}", f"theta{part}")
        lines += fold(f"{names} = {values}  # [W{l} b{l}]" + (" and its gradient" if gradients else ""))
        lines.append(f"W{l}, b{l} = Wb{l}[:, :-1], Wb{l}[:, -1:]  # ({n_out}, {n_in}), ({n_out}, 1)")
        start = stop
    if not drawn:
        lines.append(block("theta[:] = [", [literal(v) for v in e.config.initial_theta]))
        return Section("The network and its weights", "The weights that were typed in.", "\n".join(lines))
    if "random_state" in weights.keywords:
        lines.append(f"random_state = np.random.RandomState({e.config.seed})")
    for l in e.layers():
        call = weights.call(
            n_in=str(e.sizes[l - 1]),
            n_out=str(e.sizes[l]),
            random_state="random_state",
            scale=literal(e.config.init_scale),
        )
        lines.append(f"W{l}[:] = {call}")
        if e.config.bias_init:
            lines.append(f"b{l}[:] = {literal(e.config.bias_init)}")
    text = f"Initial weights: {initializer.label}. Biases start at {e.config.bias_init:g}."
    return Section("The network and its weights", text, "\n".join(lines))


def initializer_function(e: Facts, d: Definitions) -> Function:
    """The initializer, written for its own rule."""
    entry = INITIALIZERS[e.config.initializer]
    doc = f"{entry.label}: {entry.formula}. W of one layer, shape (n_out, n_in)."
    takes, keywords = ("n_in", "n_out"), ("random_state", "scale")
    return d.formula(f"{entry.key}_weights", entry.plain, takes, keywords=keywords, doc=doc)


# Pieces of the loop


def agreement(run: Run) -> str:
    """How long a program in another library gives the run's losses, for its heading."""
    step = parts_at(run)
    if step is None:
        return textwrap.fill(
            "Same samples, same initial weights, same batches, float64: its losses are the dashboard's up to rounding "
            "(about 1e-8), from the first step to the last.",
            WIDTH - 4,
        )
    return textwrap.fill(
        "Same samples, same initial weights, same batches, float64; but this run is chaotic: one weight moved by one unit "
        f"in its last place changes the loss by more than 1e-9 from step {step} on. Libraries round differently, so from "
        "about there on their losses part, and neither is the right one.",
        WIDTH - 4,
    )


def learning_rate(e: Facts, d: Definitions) -> tuple[list[str], str]:
    """The lines that define the schedule, and the learning rate as an expression in ``epoch`` (from 0)."""
    c, entry = e.config, SCHEDULES[e.config.schedule]
    if c.schedule == "constant":
        return [], literal(c.learning_rate)
    takes, doc = ("epoch", "n_epochs"), entry.factor.__doc__ or entry.formula
    factor = d.source(entry.factor, f"{entry.key}_factor", takes, doc=doc)
    hyper = {name: literal(getattr(c, name)) for name in ("decay", "decay_epochs", "warmup")}
    call = factor.call(epoch="epoch", n_epochs=literal(c.epochs), **hyper)
    return d.new_lines(), f"{literal(c.learning_rate)} * {call}"


@dataclass(frozen=True)
class Steps:
    """What a library does in the training loop, as lines of code.

    batch: takes the batch's samples. body: computes ``loss``. after: backward and update. finite: whether all parameters
    are finite numbers. shuffled: what is done with ``order`` at an epoch's start. tested: computes ``test_loss``.
    epoch_end: what else ends an epoch. isfinite, number: of ``loss``.
    """

    batch: list[str]
    body: list[str]
    after: list[str]
    finite: str
    shuffled: tuple[str, ...] = ()
    tested: tuple[str, ...] = ()
    epoch_end: tuple[str, ...] = ()
    isfinite: str = "np.isfinite(loss)"
    number: str = "float(loss)"


def loop(e: Facts, steps: Steps) -> list[str]:
    """The training loop: a list of losses, one before each update, as the core records them."""
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
    """What is checked and printed after an epoch, and when training stops early."""
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
    """A loop that prints a few predictions; `outputs` gives the network's outputs for the sample ``row``."""
    few = e.sizes[0] - len(e.data.derived) <= 4
    what = "{X[row].round(4)}" if few else "sample {row}"
    n = len(e.data.X_test) if e.held_out else e.n_train
    rows = f"rows_test[:{min(N_SHOWN, n)}]" if e.held_out else f"range({min(N_SHOWN, n)})"
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


def own_units(e: Facts, text: str) -> str:
    """An output or target, an expression, in the target's own units."""
    return f"in_units({text})" if e.standardizes_target else text


def script(heading: str, first: str, sections: list[Section]) -> str:
    """The sections one below the other, with their explanations as comments left out."""
    parts = ["\n".join(docstring(heading, "")), first]
    text = "\n\n".join(parts)
    for number, section in enumerate(sections, start=1):
        starts_with_definition = section.code.startswith(("def ", "class "))
        ended_with_definition = _ends_in_definition(text)
        gap = "\n\n\n" if ended_with_definition else "\n\n"
        text += f"{gap}# {number}. {section.title}\n"
        text += ("\n\n" if starts_with_definition else "\n") + section.code
    return text + "\n"


def _ends_in_definition(text):
    return text.splitlines()[-1].startswith("    ")
