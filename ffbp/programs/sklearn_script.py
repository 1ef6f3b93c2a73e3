"""The experiment with scikit-learn's multi-layer perceptron, if it can compute exactly the same.

Its perceptrons offer less than the dashboard. `reasons` lists what is missing; no program approximates.
"""

import numpy as np

from ffbp.core.schedules import SCHEDULES
from ffbp.programs import program
from ffbp.programs.facts import Facts
from ffbp.programs.layout import docstring, literal
from ffbp.programs.plain import Definitions
from ffbp.programs.program import NoEquivalent, Section, Steps
from ffbp.training.run import Run

LIBRARY = "scikit-learn"
ACTIVATIONS = {"identity": "identity", "sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}

MAX_LOSS = -np.log(np.finfo(float).eps)  # scikit-learn clips probabilities at eps


def reasons(e: Facts) -> list[str]:
    """Why scikit-learn has no exact equivalent, as sentences; empty if it has one."""
    c, found = e.config, []
    hidden = dict.fromkeys(e.activations[:-1])
    for activation in hidden:
        if activation.key not in ACTIVATIONS:
            found.append(f"It has no {activation.label} activation, only identity, logistic, tanh and relu.")
    if len(hidden) > 1:
        found.append("It uses one activation in all hidden layers.")
    output = e.activations[-1]
    if e.regression:
        if e.loss.key != "mse" or output.key != "identity":
            theirs = "an identity output and half the squared error"
            found.append(f"Its regressor has {theirs}, not {output.label} and {e.loss.label}.")
    elif (e.loss.key, output.key) not in {("bce", "sigmoid"), ("cce", "softmax")}:
        found.append(f"Its classifier trains with cross-entropy only, not with {e.loss.label} on {output.label}.")
    elif output.key == "softmax" and e.n_outputs == 2:
        found.append("For two classes its classifier has one logistic output, not two with softmax.")
    if e.optimizer.key in ("adam", "adamw"):
        start = "It has no AdamW, and its" if e.optimizer.key == "adamw" else "Its"
        found.append(f"{start} Adam adds epsilon before the correction of v, not after it.")
    elif e.optimizer.key not in ("sgd", "momentum", "nesterov"):
        found.append(f"It has no {e.optimizer.label}, only gradient descent with momentum, and Adam.")
    if c.schedule != "constant":
        found.append(f"It has no {SCHEDULES[c.schedule].label.lower()} schedule of the learning rate.")
    if c.l1:
        found.append("It has no L1 penalty.")
    if c.clip is not None:
        found.append("It does not clip gradients.")
    if c.patience is not None:
        found.append("Its early stopping holds out samples of its own and uses their score.")
    if e.run.diverged_at is not None:
        found.append("The run diverges, and scikit-learn stops with an error there.")
    elif not e.regression and not found and _largest_loss(e.run) > MAX_LOSS:
        found.append("It limits the loss of a sample to 36, and some samples of this run exceed that.")
    return found


def _largest_loss(run: Run) -> float:
    """The largest cross-entropy of a training sample in any recorded epoch, from the logits."""
    X, y, largest = run.dataset.X_train, run.dataset.y_train.astype(int), 0.0
    for frame in range(run.n_frames):
        Z = run.network(frame).forward(X).Z[-1]
        if len(Z) == 1:
            losses = np.logaddexp(0, np.where(y == 1, -Z[0], Z[0]))
        else:
            losses = np.logaddexp.reduce(Z, axis=0) - Z[y, np.arange(len(y))]
        largest = max(largest, float(losses.max()))
    return largest


def sklearn_script(run: Run) -> str:
    """The run's experiment as a scikit-learn program. Raises NoEquivalent if scikit-learn cannot be exact."""
    e, d = Facts(run), Definitions()
    if found := reasons(e):
        raise NoEquivalent(LIBRARY, found)
    d.modules.add("numpy as np")
    d.names["sklearn.neural_network"] = {_class_name(e)}
    sections = [
        program.data_section(e, d, rows_are_samples=True),
        program.weights_section(e, d, gradients=False),
        _model(e),
        _training(e),
        _result(e),
    ]
    note = "The loss that it reports takes probabilities as at least 2.2e-16, so a very wrong and very sure one costs 36 at most."
    notes = [program.agreement(run)] if e.regression else [program.agreement(run), note]
    heading = "\n\n".join([e.heading("the same in scikit-learn."), *notes])
    return program.script(heading, program.first_lines(d), sections)


def _class_name(e):
    return "MLPRegressor" if e.regression else "MLPClassifier"


def _model(e):
    c, name = e.config, _class_name(e)
    hidden = e.activations[:-1]
    rate = 2 * c.learning_rate if e.regression else c.learning_rate
    momentum = c.momentum if e.optimizer.key in ("momentum", "nesterov") else 0.0
    lines = [
        f"starts = iter([{', '.join(f'(W{l}, b{l})' for l in e.layers())}])",
        "",
        "",
        f"class Started{name}({name}):",
        *docstring(f"{name} with the weights from above at its start, for those that it draws itself."),
        "",
        "    def _init_coef(self, fan_in, fan_out, dtype):",
        "        W, b = next(starts)",
        "        return W.T.astype(dtype), b[:, 0].astype(dtype)  # its coefs_ are the W of the formulas, transposed",
        "",
        "",
        f"model = Started{name}(",
        f"    hidden_layer_sizes={literal(e.sizes[1:-1])},",
        f'    activation="{ACTIVATIONS[hidden[0].key] if hidden else "identity"}",',
        '    solver="sgd",',
        f"    learning_rate_init={literal(rate)},"
        + ("  # twice: it minimises half the squared error" if e.regression else ""),
        f"    momentum={literal(momentum)},",
        f"    nesterovs_momentum={e.optimizer.key == 'nesterov'},",
        "    shuffle=False,  # the batches are taken below",
        "    alpha=0.0,",
        ")",
    ]
    return Section("The model", "", "\n".join(lines))


def _training(e):
    c, factor = e.config, "2 * " if e.regression else ""
    classes = "" if e.regression else f", classes=np.arange({e.data.n_classes})"
    X, y = ("X_train", "y_train") if e.full_batch else ("X_train[rows]", "y_train[rows]")
    options = f"batch_size=len({y})"
    lines, body = [], []
    if c.l2:
        half = " / 2" if e.regression else ""
        options += f", alpha={literal(c.l2)} * len({y}){half}"
        lines.append(f"coefs = [{', '.join(f'W{l}' for l in e.layers())}]")
        body.append(f"penalty = {literal(c.l2)} / 2 * sum(np.square(W).sum() for W in coefs)  # before the update")
    body += [
        f"model.set_params({options}).partial_fit({X}, {y}{classes})",
        f"loss = {factor}model.loss_{' - penalty' if c.l2 else ''}",
    ]
    steps = Steps(
        **program.row_batches(e),
        body=body,
        after=["coefs = model.coefs_"] if c.l2 else [],
        finite="all(np.isfinite(W).all() for W in model.coefs_)",
    )
    lines += program.loop(e, steps)
    return Section("Forward, loss, backward, update: all in partial_fit", "", "\n".join(lines))


def _result(e):
    lines = [f'print(f"{part}: {e.score_name} {{model.score(X_{part}, y_{part}):.4f}}")' for part in e.parts]
    outputs = f"model.predict{'' if e.regression else '_proba'}(encode(X[row : row + 1]))"
    if not e.regression:
        outputs += "[0][1:]" if e.n_outputs == 1 else "[0]"
    return Section("The result", "", "\n".join([*lines, *program.prediction_lines(e, outputs)]))
