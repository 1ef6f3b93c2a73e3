"""Notices: what a run shows that a teacher would point at, each only when the numbers say so, with the number.

`notices` looks at numbers and returns records; `sentence` puts a record into English. Tests check the numbers.
"""

from dataclasses import dataclass, field

import numpy as np

from ffbp.datasets import REGRESSION, Dataset, n_held_out
from ffbp.training import MAX_FRAMES, Run, max_frames

SHRINK = 100.0
WORSE = 2.0
OVERFIT_RATIO, OVERFIT_GAP = 1.3, 0.05
CLONE_TOLERANCE = 1e-12
MAX_DRAWN = 5000  # points in a picture; of more, these are evenly chosen, and it is said


@dataclass(frozen=True)
class Notice:
    """``level`` is "error", "warning" or "info"; ``numbers`` are what the sentence says; ``frame`` is the one it speaks of."""

    key: str
    level: str
    numbers: dict = field(default_factory=dict)
    frame: int | None = None


@np.errstate(over="ignore")  # a run about to diverge: a ratio of its numbers may be infinite
def notices(run: Run) -> list[Notice]:
    """What a run shows at its end, the most urgent first."""
    history, found, last = run.history, [], run.n_frames - 1
    if run.diverged_at is not None:
        numbers = {"epoch": run.diverged_at, "learning_rate": run.config.learning_rate}
        numbers["standardize"] = not run.dataset.standardized and float(np.abs(run.dataset.X_train).max()) > 10
        found.append(Notice("diverged", "error", numbers, last))
    network = run.network(-1)
    clones = [l for l, layer in enumerate(network.layers[:-1], start=1) if _all_clones(layer)]
    if clones:
        numbers = {"layers": clones, "units": [network.sizes[l] for l in clones]}
        found.append(Notice("clones", "warning", numbers, last))
    dead = [(l, int(n)) for l, n in enumerate(history.inactive[-1, :-1], start=1) if n and l not in clones]
    numbers = {"layers": [l for l, _ in dead], "dead": [n for _, n in dead], "epoch": int(history.epoch[-1])}
    dead_units = Notice("dead", "warning", numbers | {"units": [network.sizes[l] for l, _ in dead]}, last)
    most = any(2 * n >= network.sizes[l] for l, n in dead)
    found += [dead_units] if most else []
    if run.diverged_at is None and history.total[-1] > WORSE * max(history.total[0], chance_level(run)):
        numbers = {"first": history.total[0], "last": history.total[-1], "learning_rate": run.config.learning_rate}
        found.append(Notice("worse", "warning", numbers | {"epoch": int(history.epoch[-1])}, last))
    found += _undivided(run)
    found += _shrinking(history)
    found += _overfitting(run)
    found += [dead_units] if dead and not most else []  # a few of many come after the lesson
    if run.stopped_at is not None:
        numbers = {"epoch": run.stopped_at, "best_epoch": int(history.epoch[history.best_frame])}
        found.append(Notice("stopped", "info", numbers, history.best_frame))
    n = len(run.dataset.X_train) + len(run.dataset.X_test)
    if n > MAX_DRAWN:
        found.append(Notice("thinned", "info", {"drawn": sum(map(len, drawn_samples(run.dataset))), "samples": n}))
    kept = max_frames(network.n_params, history.state.shape[1])
    if kept < min(run.config.epochs + 1, MAX_FRAMES):
        found.append(Notice("few_frames", "info", {"frames": kept, "n_params": network.n_params}))
    return found


def drawn_samples(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Which samples of the training and the test part a picture draws: all, or MAX_DRAWN evenly chosen of more."""
    sizes = len(dataset.X_train), len(dataset.X_test)
    share = min(1.0, MAX_DRAWN / sum(sizes))
    return tuple(np.linspace(0, max(n - 1, 0), int(n * share)).round().astype(int) for n in sizes)


def _all_clones(layer) -> bool:
    block = layer.block
    return len(block) > 1 and bool(np.abs(block - block[0]).max() <= CLONE_TOLERANCE * max(1.0, np.abs(block).max()))


def _undivided(run):
    """A share was to be held out, but a class is too small to stand in both parts."""
    dataset, share = run.dataset, run.config.test_size
    if not dataset.stratified or share == 0 or len(dataset.X_test):
        return []
    counts = np.bincount(dataset.y_train, minlength=dataset.n_classes)
    there = np.flatnonzero(counts)
    k = int(there[counts[there].argmin()])
    n_test = n_held_out(len(dataset.y_train), share)
    numbers = {"class": dataset.class_names[k], "count": int(counts[k]), "classes": len(there)}
    return [Notice("undivided", "warning", numbers | {"test": n_test, "train": len(dataset.y_train) - n_test})]


def _shrinking(history):
    first, last = history.grad_norm[0, 0], history.grad_norm[0, -1]
    if history.grad_norm.shape[1] > 1 and first > 0 and last / first > SHRINK:
        return [Notice("shrinking", "warning", {"ratio": last / first, "layers": history.grad_norm.shape[1]}, 0)]
    return []


def _overfitting(run):
    history = run.history
    if not np.isfinite(history.test_loss).all() or len(history) < 3:
        return []
    best = int(np.argmin(history.test_loss))
    rise = history.test_loss[-1] / max(history.test_loss[best], 1e-300)
    gap = history.test_loss[-1] - history.train_loss[-1]
    fell = history.train_loss[-1] <= history.train_loss[best]
    if fell and best < len(history) - 1 and rise > OVERFIT_RATIO and gap > OVERFIT_GAP * chance_level(run):
        numbers = {"best_epoch": int(history.epoch[best]), "best": history.test_loss[best]}
        numbers |= {"test": history.test_loss[-1], "train": history.train_loss[-1]}
        return [Notice("overfitting", "warning", numbers, best)]
    return []


def chance_level(run: Run) -> float:
    """The loss of the best constant answer: the entropy of the training classes, or the variance of y.

    With squared error on classes it is the variance of the 0/1 targets, as the loss is then a regression on them.
    """
    y = run.dataset.y_train
    resolved = run.config.resolve(run.dataset)
    if run.dataset.task == REGRESSION:
        return float(np.var(y))
    shares = np.bincount(y, minlength=run.dataset.n_classes) / len(y)
    if resolved.loss == "mse":
        return float(np.mean(shares * (1 - shares)) if resolved.sizes[-1] > 1 else shares[1] * (1 - shares[1]))
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def outcome(run: Run, key: str = "outcome") -> Notice:
    """Losses and scores of the last frame, and how the run ended."""
    history, regression = run.history, run.dataset.task == REGRESSION
    parts = {}
    for part in ("train", "test") if len(run.dataset.X_test) else ("train",):
        score = getattr(history, f"{part}_{'r2' if regression else 'accuracy'}")[-1]
        parts[part] = float(getattr(history, f"{part}_loss")[-1]), float(score)
    numbers = {"epoch": int(history.epoch[-1]), "parts": parts, "regression": regression}
    return Notice(key, "info", numbers | {"diverged": run.diverged_at, "stopped": run.stopped_at})


def sentence(notice: Notice, number, percent=None) -> str:
    """One notice in English; ``number`` formats a number, ``percent`` the share that a run's outcome names."""
    n = notice.numbers
    if notice.key in _OF_A_RECORD:
        return _OF_A_RECORD[notice.key](n, number, percent)
    if notice.key == "diverged":
        remedy = f"Try a learning rate well under {number(n['learning_rate'])}"
        remedy += ", or standardise the inputs." if n["standardize"] else ", or clip the gradient."
        return f"Diverged in epoch {n['epoch']}: the numbers grew beyond what can be computed. {remedy}"
    if notice.key == "clones":
        where = [f"{units} units of layer {l}" for units, l in zip(n["units"], n["layers"], strict=True)]
        all_of = ", ".join(f"all {text}" for text in where[:-1])
        all_of = f"{all_of} and all {where[-1]}" if all_of else f"all {where[-1]}"
        return (
            f"{all_of[0].upper()}{all_of[1:]} are clones: equal weights get equal gradients and stay equal. "
            "Random initial weights break the symmetry."
        )
    if notice.key == "dead":
        counts = zip(n["dead"], n["units"], n["layers"], strict=True)
        where = ", ".join(f"{dead} of {units} in layer {l}" for dead, units, l in counts)
        return (
            f"Dead units in epoch {n['epoch']}: {where}. Their slope is 0 on every training point, so they no longer learn. "
            "A smaller learning rate or leaky ReLU helps."
        )
    if notice.key == "worse":
        return (
            f"By epoch {n['epoch']} the loss has risen from {number(n['first'])} to {number(n['last'])}: the steps are too "
            f"long. Try a learning rate well under {number(n['learning_rate'])}."
        )
    if notice.key == "undivided":
        if n["count"] < 2:
            fault = f"class {n['class']} has only {n['count']} sample, and each class must stand in both parts"
            remedy = "Add another sample of it, or hold out nothing."
        else:
            part, size, which = min(("test", n["test"], "more"), ("training", n["train"], "less"), key=lambda p: p[1])
            size = "1 sample" if size == 1 else f"{size} samples"
            fault = f"a {part} part of {size} cannot hold each of the {n['classes']} classes"
            remedy = f"Hold out {which}, or add samples of the smallest, {n['class']} ({n['count']})."
        return f"Nothing is held out: {fault}. {remedy}"
    if notice.key == "thinned":
        return f"{n['drawn']:,} of the {n['samples']:,} samples are drawn, evenly chosen; all of them train and count."
    if notice.key == "shrinking":
        return (
            f"Before the first step the gradient of layer 1 is {number(n['ratio'])} times smaller than that of layer "
            f"{n['layers']}: it vanishes on its way back. Try ReLU or tanh, or fewer layers."
        )
    if notice.key == "overfitting":
        return (
            f"Overfitting: test loss was best in epoch {n['best_epoch']} ({number(n['best'])}) and ended at "
            f"{number(n['test'])}, while training loss fell to {number(n['train'])}."
        )
    if notice.key == "stopped":
        return (
            f"Stopped early in epoch {n['epoch']}; test loss was best in epoch {n['best_epoch']}. Because the test "
            "part chose the moment, its figures are optimistic; the weights are those of the end."
        )
    if notice.key == "stable":
        return (
            f"With one weight moved by one unit in its last place, all {n['steps']:,} losses stay within 1e-9: the run comes "
            "out the same with other libraries and on other processors, but for its last digits."
        )
    if notice.key == "chaotic":
        return (
            f"With one weight moved by one unit in its last place, the losses part from step {n['step']:,} on (epoch "
            f"{n['epoch']:,}): there, other libraries or another processor will show another course. A smaller learning rate "
            "makes it repeatable."
        )
    return (
        f"Only {n['frames']} moments are recorded: with {number(n['n_params'])} parameters more would not fit "
        "in memory."
    )


# What is said of a run's end, and of a record once it is trained again


def _outcome(n, number, percent):
    return f"Epoch {n['epoch']}: {_figures(n, number, percent)}"


def _retrained(n, number, percent):
    return f"The retraining ended in epoch {n['epoch']}: {_figures(n, number, percent)}"


def _figures(n, number, percent):
    parts = []
    for part, (loss, score) in n["parts"].items():
        shown = f"R² {number(score)}" if n["regression"] else f"accuracy {percent(score)}"
        parts.append(f"{'training' if part == 'train' else 'test'} loss {number(loss)}, {shown}")
    text = f"{'; '.join(parts)}."
    if n["diverged"] is not None:
        text += f" Diverged in epoch {n['diverged']}."
    if n["stopped"] is not None:
        text += f" Stopped early in epoch {n['stopped']}."
    return text


def _verified(n, number, percent):
    return f"Trained again: all {n['numbers']:,} numbers of the training are equal, bit for bit."


def _agrees(n, number, percent):
    return (
        f"Trained again: all {n['numbers']:,} numbers of the training agree to {number(n['difference'])} of their scale. The "
        "last digits differ, as they do with other library versions or another processor."
    )


def _disagrees(n, number, percent):
    text = f"Trained again, its numbers differ from epoch {n['epoch']} on{' and it ends differently' if n['ends'] else ''}."
    if worst := n["worst"]:
        show = percent if worst.column.endswith("accuracy") else number
        if worst.column in ("inactive", "saturated"):
            show = "{:.0f}".format
        name = _COLUMNS.get(worst.column, worst.column.replace("train_", "training ").replace("_", " "))
        values = f"{show(worst.recorded)} in the record, {show(worst.retrained)} trained again"
        text += f" The largest difference is in epoch {worst.epoch}: {name} {values}."
    return f"{text} The record was changed, or a chaotic run parted on another machine."


def _other_data(n, number, percent):
    if n["reason"]:
        return f"The record's experiment cannot be made from {n['file']}: {n['reason'].rstrip('.')}."
    words = _DATA | ({"y_train": "targets", "y_test": "targets"} if n["regression"] else {})
    parts = list(dict.fromkeys(words.get(name, name.replace("_", " ")) for name in n["fields"]))
    text = f"The record's {_listed(parts)} are not those that "
    if n["file"]:
        return f"{text}{n['file']} gives: the record was changed, made from another file, or by another version."
    if n["own"]:
        return f"{text}its own rows and its seed give: it was changed, or made by other libraries."
    return f"{text}its configuration makes: it was changed, or made by other libraries."


def _allowance(n, number, percent):
    if not n["epochs"]:
        return "All counts of samples and units are equal at every recorded moment; no allowance was used."
    counts = [f"{n[what]} {what if n[what] > 1 else what[:-1]}" for what in ("samples", "units") if n[what]]
    shown, more = n["epochs"][:5], len(n["epochs"]) - 5
    where = f"{', '.join(map(str, shown))} and {more} more" if more > 0 else _listed(list(map(str, shown)))
    return (
        f"At {len(n['epochs'])} of {n['frames']} recorded moments (epoch {where}) the counts differ from the retraining's by up "
        f"to {' and '.join(counts)}. This is allowed, because at least as many lie within rounding of the limit there."
    )


def _unchecked_file(n, number, percent):
    text = (
        f"The samples were taken as the record has them. Whether {n['file']} holds these rows, labels and names and has this "
        "fingerprint was not checked: add the file with --file in the terminal, or load it under Your data."
    )
    if n["computed"]:
        text += " The split and the inputs' means and standard deviations were computed again and are right"
        text += "; those of the target cannot be." if n["regression"] else "."
    return text


def _checked_file(n, number, percent):
    text = f"The record's samples, labels and names are those of {n['file']}"
    if n["fingerprint"] is None:
        return f"{text}. The record holds no fingerprint of its file."
    if n["fingerprint"] != n["here"]:
        return f"{text}, but its fingerprint is that of another file: {n['fingerprint']} instead of {n['here']}."
    return f"{text}, and its fingerprint is that file's{_called(n)}."


def _called(n):
    return "" if n["name"] == n["file"] else f", which it calls {n['name']}"


def _unsaid(n, number, percent):
    many = len(n["fields"]) > 1
    return f"The record leaves out {_listed(n['fields'])}; the default{'s were' if many else ' was'} taken."


def _unchecked_versions(n, number, percent):
    return "Not checked: the versions and the machine that the record names; nothing can confirm them."


def _listed(names):
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


_COLUMNS = {
    "theta": "a parameter",
    "state": "the optimizer's memory",
    "step_loss": "loss of a step",
    "inactive": "number of dead units",
    "saturated": "number of saturated units",
    "train_r2": "training R²",
    "test_r2": "test R²",
}
_DATA = {
    "raw_train": "samples",
    "raw_test": "samples",
    "y_train": "labels",
    "y_test": "labels",
    "rows_train": "split",
    "rows_test": "split",
    "mean": "means",
    "std": "standard deviations",
    "target_mean": "target's mean",
    "target_std": "target's standard deviation",
}
_OF_A_RECORD = {
    "outcome": _outcome,
    "retrained": _retrained,
    "verified": _verified,
    "agrees": _agrees,
    "disagrees": _disagrees,
    "other_data": _other_data,
    "allowance": _allowance,
    "unchecked_file": _unchecked_file,
    "checked_file": _checked_file,
    "unsaid": _unsaid,
    "unchecked_versions": _unchecked_versions,
}
