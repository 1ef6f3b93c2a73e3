"""Sentences about two runs: what differs between them, and what is equal."""

from ffbp.words.text import counted, inside, listed

PARTS = {
    "data": "the data",
    "split": "the split",
    "batches": "the order of the batches",
    "weights": "the initial weights",
}


def differences(n, number, percent):
    fields = n["fields"]
    if not fields:
        return "Nothing differs."
    if len(fields) == 1:
        (each,) = fields
        verb = "differ" if each["noun"].endswith("s") and not each["noun"].endswith(("ss", "as")) else "differs"
        return f"Only the {each['noun']} {verb}: {each['a']} and {each['b']}."
    named = listed([f"{each['noun']} ({each['a']} and {each['b']})" for each in fields])
    return (
        f"{counted(len(fields)).capitalize()} fields differ, so the comparison cannot tell which one matters: {named}."
    )


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
    if n["keeps_state"]:
        return f"{text}; {inside(n['optimizer'])} keeps its state." if n["has_state"] else f"{text}."
    state = " without any state" if n["has_state"] else ""
    return f"{text}; {inside(n['optimizer'])} begins there{state}."


SENTENCES = {each.__name__: each for each in (differences, equal_parts, branch)}
