"""Sentences about two runs: what differs between them, and what is equal."""

from ffbp.words.numbers import large
from ffbp.words.text import counted, inside, listed

PARTS = {
    "data": "the data",
    "split": "the split",
    "batches": "the order of the batches",
    "weights": "the initial weights",
}

ROUNDED = 1e-9  # a smaller barrier is rounding error

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
    text = (
        f"{n['successes']} of {n['n']} runs end with {goal(n, number, percent)}: {percent(n['successes'] / n['n'])}. "
        f"The 95 % interval (Wilson) is {percent(n['low'])} to {percent(n['high'])}."
    )
    return text if n["expected"] is None else f"{text} You predicted {n['expected']}."


def expectation(n, number, percent):
    return f"How many of the {n['n']} runs will end with {goal(n, number, percent)}? Your prediction"


def favourite(n, number, percent):
    return f"Which optimizer will be the first with {goal(n, number, percent)}? Your prediction"


def repeated(n, number, percent):
    which = f"the run whose loss rises most often ({n['name']})" if n["n"] > 1 else "the run"
    text = f"Repeated alone, {which} gives "
    text += (
        "exactly the same losses." if n["largest"] == 0 else f"losses that differ by at most {number(n['largest'])}."
    )
    if n["chaotic"]:
        return (
            f"{text} It is chaotic: with the last bit of one weight changed, the losses differ from epoch {n['epoch']} on, so "
            "another machine may give other numbers."
        )
    return (
        f"{text} It is not chaotic: with the last bit of one weight changed, no loss differs by more than 10⁻⁹ up to epoch "
        f"{n['epoch']}."
    )


def rates(n, number, percent):
    return (
        f"A run succeeds if it ends with {goal(n, number, percent)}. Each bar is the 95 % interval (Wilson): where two bars "
        "overlap widely, the difference may be luck."
    )


def lane(n, number, percent):
    text = f"{n['optimizer']} at a learning rate of {n['learning_rate']:g}: {n['arrived']} of {n['n']} runs reach "
    text += goal(n, number, percent)
    median = "never does" if n["median"] is None else f"needs {n['median']:g} epochs"
    return f"{text}; the median run {median}."


def race(n, number, percent):
    first, others, never = _ranked(n["lanes"])
    text = "With each at its own best rate" if n["best"] else f"At a learning rate of {n['learning_rate']:g} for all"
    if not first:
        return f"{text}, the median run of no optimizer reaches {goal(n, number, percent)}."
    names, several = listed([_racer(lane, n["best"]) for lane in first]), len(first) > 1
    verb, whose = ("are", "their median runs reach") if several else ("is", "its median run reaches")
    text += f", {names} {verb} first: {whose} {goal(n, number, percent)} at epoch {first[0]['median']:g}."
    if others:
        later = [
            f"{_racer(lane, n['best'])} ({'epoch ' * (k == 0)}{lane['median']:g})" for k, lane in enumerate(others)
        ]
        text += f" {listed(later)[0].upper()}{listed(later)[1:]} "
        text += "follow." if len(others) > 1 else "follows."
    if never:
        runs, verb = ("median runs", "do") if len(never) > 1 else ("median run", "does")
        text += f" The {runs} of {listed([_racer(lane, n['best']) for lane in never])} never {verb}."
    if n["at_the_edge"]:
        many = len(n["at_the_edge"]) > 1
        whose = f"the best {'rates' if many else 'rate'} of {listed(list(map(inside, n['at_the_edge'])))} {'are' if many else 'is'}"
        text += f" Of all rates tried, {whose} the largest or the smallest: a rate beyond may be better still."
    if n["best"]:
        before, _, _ = _ranked(n["at_one_rate"])
        names = [[inside(lane["optimizer"]) for lane in lanes] for lanes in (before, first)]
        text += f" At {n['learning_rate']:g} for all, "
        if before:
            too = ", too" if names[0] == names[1] else ""
            text += f"{listed(names[0])} {'are' if len(before) > 1 else 'is'} first{too}."
        else:
            text += "the median run of none arrives."
    return text if n["expected"] is None else f"{text} You predicted {n['expected']}."


def _ranked(lanes):
    """Those that are first, the others that arrive, and those that never do."""
    arrived = sorted((lane for lane in lanes if lane["median"] is not None), key=lambda lane: lane["median"])
    first = [lane for lane in arrived if lane["median"] == arrived[0]["median"]]
    return first, arrived[len(first) :], [lane for lane in lanes if lane["median"] is None]


def _racer(lane, with_rate):
    name = inside(lane["optimizer"])
    return f"{name} at {lane['learning_rate']:g}" if with_rate else name


def range_test(n, number, percent):
    text = f"The range test raises the learning rate at each of {n['steps']} steps"
    if n["suggestion"] is None:
        return f"{text}, and ends before it suggests one: the loss grows too early."
    text += f" and suggests **{number(n['suggestion'])}**, where the smoothed loss falls fastest. "
    low, late = n["lowest"]
    if n["is_full"] and late > low:  # the losses of other batches differ by chance
        text += f"The loss itself is smallest at {number(low)}, the smoothed one not before {number(late)}. "
    text += (
        f"Smoothing shows every change about {n['late']:.0f} steps late: here the rate grows by a factor of "
        f"{number(10 ** n['lag'])} meanwhile."
    )
    if n["best"] is not None:
        text += f" Whole runs do not have this delay: the best of them have the rate {n['best']:g}."
    return text


def edge_at_the_start(n, number, percent):
    rule = ", 2 divided by the sharpness" if n["is_plain"] else ""
    return (
        f"The start is stable up to the learning rate {number(n['edge'])}{rule}. Larger ones are unstable there, but training may "
        "come to a place where they are stable."
    )


def surface(n, number, percent):
    if n["plane"] == "three_points":
        text = "The plane contains the three marked points, so they lie exactly on the surface."
    elif n["plane"] == "principal":
        text = (
            f"The plane runs along the two directions in which the paths move most, and keeps {percent(n['kept'])} of their "
            f"variance. Random walks of the same length keep {percent(n['walk'])}, so a high share alone proves nothing."
        )
    else:
        text = "The plane runs along two random directions; other directions give another picture."
    text += f" All other points of the paths are up to {number(n['distance'])} away from it."
    if not n["own_loss_b"]:
        text += " B's weights are judged here by A's loss on A's training set."
    return text


def no_plane(n, number, percent):
    if n["rule"] == "other_shape":
        return (
            f"A has the layers {n['a']}, and B has {n['b']}: no plane of weights contains both. Look at them in the view A and B, "
            "or choose a B of the same shape."
        )
    if n["rule"] == "on_one_line" and n["same"]:
        return "A and B do not differ, so they have one path. Choose a pair above, or let B differ in the view A and B."
    if n["rule"] == "on_one_line" and n["diverged"]:
        return (
            f"{listed(n['diverged'])} diverged, so far away that all other points fall together. Compare runs that do not diverge: "
            "lower the learning rate."
        )
    why = {
        "on_one_line": "The three points lie on one line, so many planes contain them.",
        "three_recorded": "Principal components need at least three recorded epochs.",
        "all_zero": "All weights of A are zero, so directions with rows of the same length do not exist.",
    }
    return f"{why[n['rule']]} Choose another plane, or other runs."


def no_match(n, number, percent):
    return f"The activations of A are {n['a']}, those of B {n['b']}: units of different activations cannot be matched."


def paths_of_a_race(n, number, percent):
    text = (
        f"These are the runs of seed {n['seed']}. The plane contains their common start and the ends of {n['a']} and {n['b']}, so "
        "these three points lie exactly on the surface. All other points of the paths are up to "
        f"{number(n['distance'])} away from it."
    )
    if not n["diverged"]:
        return text
    return f"{text} {listed(n['diverged'])} diverged and {'are' if len(n['diverged']) > 1 else 'is'} not drawn."


def random_planes(n, number, percent):
    return (
        f"Each of the {counted(n['n'])} planes contains A's end and two random directions at right angles, whose rows are as long "
        f"as the network's own. A's start is {number(n['way'])} away from its end: of this distance, the planes show "
        f"{percent(n['least'])} to {percent(n['most'])}, and the paths are shadows. "
        "Where the planes differ, they show the directions, not the network."
    )


def match(n, number, percent):
    flipped = ", or the signs of one are flipped on both sides" if n["flips"] else ""
    text = (
        f"If two units of a hidden layer are swapped, with all their weights{flipped}, the network computes the same. "
        f"Counting itself, it has {large(n['twins'])} such twins. So B may be far from A only because its units are in "
        "another order. "
    )
    before, after = number(n["distance_before"]), number(n["distance_after"])
    line = f"On the straight line from A to B the loss {_rise(n['before'], number)}"
    if before == after:
        return f"{text}Here they are in A's order already, and B's weights are {before} away. {line}."
    again = "" if n["before"] == n["after"] else f"; after matching it {_rise(n['after'], number)}"
    return (
        f"{text}Matched to A's units, B's weights are {after} away instead of {before}, and its outputs stay the same. "
        f"{line}{again}."
    )


def _rise(barrier, number):
    where = "above the line between their losses"
    return f"rises up to {number(barrier)} {where}" if barrier > ROUNDED else f"does not rise {where}"


def twin(n, number, percent):
    units = n["units"]
    what = f"units {units[0]} and {units[1]}" if len(units) > 1 else f"the signs of unit {units[0]}"
    done = "swapped," if len(units) > 1 else "flipped, before it and after it,"
    same = "no output differs" if n["difference"] == 0 else f"no output differs by more than {number(n['difference'])}"
    return (
        f"With {what} of hidden layer {n['layer']} {done} A's weights move by {number(n['distance'])}, and {same}: it is the same "
        f"function. Halfway between the two, where each weight is the mean of both, the loss is {number(n['halfway'])} instead of "
        f"{number(n['loss'])}."
    )


SENTENCES = {
    each.__name__: each
    for each in (
        *(
            differences,
            equal_parts,
            branch,
            success,
            expectation,
            favourite,
            repeated,
            rates,
            lane,
            race,
            paths_of_a_race,
        ),
        *(range_test, edge_at_the_start),
        *(surface, random_planes, no_plane, match, no_match, twin),
    )
}
