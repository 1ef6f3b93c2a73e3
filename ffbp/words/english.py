"""English: a record of what is the case (a key and its numbers) becomes a sentence here."""

from ffbp.words.notice import Notice


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
