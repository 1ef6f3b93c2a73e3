"""Sentences about a record that was read and trained again."""

from ffbp.words.of_a_run import figures
from ffbp.words.text import listed

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


def retrained(n, number, percent):
    return f"The retraining ended in epoch {n['epoch']}: {figures(n, number, percent)}"


def verified(n, number, percent):
    return f"Trained again: all {n['numbers']:,} numbers of the training are equal, bit for bit."


def agrees(n, number, percent):
    return (
        f"Trained again: all {n['numbers']:,} numbers of the training agree to {number(n['difference'])} of their scale. Only "
        "last digits differ, as they do with other library versions or on another processor."
    )


def disagrees(n, number, percent):
    text = f"Trained again, the numbers differ from epoch {n['epoch']} on{' and the run ends differently' if n['ends'] else ''}."
    if worst := n["worst"]:
        show = percent if worst.column.endswith("accuracy") else number
        if worst.column in ("inactive", "saturated"):
            show = "{:.0f}".format
        name = _COLUMNS.get(worst.column, worst.column.replace("train_", "training ").replace("_", " "))
        values = f"{show(worst.recorded)} in the record, {show(worst.retrained)} trained again"
        text += f" The largest difference is in epoch {worst.epoch}: {name} {values}."
    return f"{text} Either the record was changed, or the run is chaotic and took another path on this machine."


def other_data(n, number, percent):
    if n["reason"]:
        return f"The record's experiment cannot be made from {n['file']}: {n['reason'].rstrip('.')}."
    words = _DATA | ({"y_train": "targets", "y_test": "targets"} if n["regression"] else {})
    parts = list(dict.fromkeys(words.get(name, name.replace("_", " ")) for name in n["fields"]))
    text = f"The record's {listed(parts)} differ from those "
    if n["file"]:
        return f"{text}of {n['file']}: the record was changed, or it was made from another file or by another version."
    if n["own"]:
        return f"{text}that its own rows and its seed give: it was changed, or made with other libraries."
    return f"{text}that its configuration gives: it was changed, or made with other libraries."


def allowance(n, number, percent):
    if not n["epochs"]:
        return "All counts of samples and units are equal in every recorded epoch; no allowance was used."
    counts = [f"{n[what]} {what if n[what] > 1 else what[:-1]}" for what in ("samples", "units") if n[what]]
    shown, more = n["epochs"][:5], len(n["epochs"]) - 5
    where = f"{', '.join(map(str, shown))} and {more} more" if more > 0 else listed(list(map(str, shown)))
    return (
        f"In {len(n['epochs'])} of {n['frames']} recorded epochs ({where}) the counts differ from the retraining's by up to "
        f"{' and '.join(counts)}. This is allowed: at least as many lie within rounding error of the limit there."
    )


def unchecked_file(n, number, percent):
    text = (
        f"The samples are the record's own. It was not checked whether {n['file']} has these rows, labels and names and this "
        "fingerprint: add the file with --file in the terminal, or load it under Your data."
    )
    if n["computed"]:
        text += " The split and the inputs' means and standard deviations were computed again and are correct"
        text += "; those of the target cannot be." if n["regression"] else "."
    return text


def checked_file(n, number, percent):
    text = f"The record's samples, labels and names are those of {n['file']}"
    if n["fingerprint"] is None:
        return f"{text}. The record has no fingerprint of its file."
    if n["fingerprint"] != n["here"]:
        return f"{text}, but the fingerprint is that of another file: {n['fingerprint']} instead of {n['here']}."
    called = "" if n["name"] == n["file"] else f", which it calls {n['name']}"
    return f"{text}, and its fingerprint is that file's{called}."


def unsaid(n, number, percent):
    many = len(n["fields"]) > 1
    return f"The record leaves out {listed(n['fields'])}; the default{'s were' if many else ' was'} used."


def unchecked_versions(n, number, percent):
    return "Not checked: the versions and the machine that the record names; they cannot be confirmed."


SENTENCES = {
    each.__name__: each
    for each in (
        *(retrained, verified, agrees, disagrees, other_data, allowance),
        *(unchecked_file, checked_file, unsaid, unchecked_versions),
    )
}
