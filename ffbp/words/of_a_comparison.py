"""Sentences about two runs: what differs between them, and what is equal."""

from ffbp.words.text import counted, inside, listed

PARTS = {
    "data": "the data",
    "split": "the split",
    "batches": "the order of the batches",
    "weights": "the initial weights",
}

NO_MAP = "A and B have different inputs or targets, so no map can compare them."


def differences(n, number, percent):
    fields = n["fields"]
    if not fields:
        return "Nothing differs."
    if len(fields) == 1:
        (each,) = fields
        verb = "differ" if each["noun"].endswith("s") and not each["noun"].endswith(("ss", "as")) else "differs"
        return f"Only the {each['noun']} {verb}: {each['a']} and {each['b']}."
    count = counted(len(fields)).capitalize()
    return f"{count} fields differ, so the comparison cannot tell which one matters: {_each(fields)}."


def _each(fields):
    return listed([f"{each['noun']} ({each['a']} and {each['b']})" for each in fields])


def equal_parts(n, number, percent):
    found = {True: [], False: []}
    for part in n["parts"]:
        layers = part["layers"]
        if part["equal"] or not layers:
            found[part["equal"]].append(PARTS[part["name"]])
        else:
            kind = "layer" if len(layers) == 1 else "layers"
            found[True].append(f"the initial weights of {kind} {listed([str(l) for l in layers])}")
            found[False].append("the initial weights of the other layers")
    texts = [
        f"{what}: {listed(found[equal])}." for equal, what in ((True, "Equal"), (False, "Different")) if found[equal]
    ]
    return " ".join(texts)


def branch(n, number, percent):
    text = f"Branched from epoch {n['epoch']}"
    if n["fields"]:
        changes = [f"{each['noun']} {each['b']} instead of {each['a']}" for each in n["fields"]]
        text += f" with {listed(changes)}"
    if n["has_state"]:
        state = "keeps its state" if n["keeps_state"] else "begins there without any state"
        text += f"; {inside(n['optimizer'])} {state}"
    return f"{text}."


SENTENCES = {each.__name__: each for each in (differences, equal_parts, branch)}
