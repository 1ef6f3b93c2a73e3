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


def goal(n, number, percent) -> str:
    """A target: a loss of at most so much, or an accuracy of at least so much, and on which set."""
    where = "training" if n["on"] == "train" else "test"
    if n["loss"] is None:
        return f"an accuracy of at least {percent(n['accuracy'])} on the {where} set"
    return f"a loss of at most {number(n['loss'])} on the {where} set"


def success(n, number, percent):
    return (
        f"{n['successes']} of {n['n']} runs end with {goal(n, number, percent)}: {percent(n['successes'] / n['n'])}. "
        f"The 95 % interval (Wilson) is {percent(n['low'])} to {percent(n['high'])}."
    )


def lane(n, number, percent):
    text = (
        f"{n['optimizer']} at a learning rate of {number(n['learning_rate'])}: {n['arrived']} of {n['n']} runs reach "
    )
    text += goal(n, number, percent)
    median = "never does" if n["median"] is None else f"needs {n['median']:g} epochs"
    return f"{text}; the median run {median}."


def surface(n, number, percent):
    if n["plane"] == "three_points":
        text = "The three marked points lie in the plane and have their own losses there."
    elif n["plane"] == "principal":
        text = (
            f"The plane keeps {percent(n['kept'])} of the paths' variance. Random walks of the same length keep "
            f"{percent(n['walk'])}, so a high share alone says nothing about the training."
        )
    else:
        text = "The plane follows two random directions; other directions give another picture."
    text += f" All other points of the paths lie up to {number(n['distance'])} beside it."
    if not n["own_loss_b"]:
        text += " B's weights are judged here by A's loss on A's training set."
    return text


def match(n, number, percent):
    return (
        f"On the straight line from A to B the loss rises up to {number(n['before'])} above the line between their losses, and "
        f"up to {number(n['after'])} once B's units are matched to A's. The distance between the weights falls from "
        f"{number(n['distance_before'])} to {number(n['distance_after'])}, and B's outputs stay the same."
    )


SENTENCES = {each.__name__: each for each in (differences, equal_parts, branch, success, lane, surface, match)}
