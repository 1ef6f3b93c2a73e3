"""Sentences about a fault, and about the checks that look for one."""


def _ratio(n, number):
    return number(n["ratio"])


def _gradient(n, number, where):
    kind = n["kind"]
    if kind == "right":
        return f"Passes: {where}all {n['n']} gradients agree within {number(n['error'])}."
    return {
        "unchecked": "Not done: the network and the batch are too large for a quick check.",
        "opposite": f"Fails: {where}every gradient is −1 times the slope of the loss.",
        "multiple": f"Fails: {where}every gradient is {_ratio(n, number)} times the slope of the loss.",
        "no_biases": f"Fails: {where}the weights' gradients are right, and those of all biases are 0.",
        "biases_only": f"Fails: {where}the gradients of the biases are right, those of the weights are not.",
        "output_only": f"Fails: {where}the gradients of the output layer are right, those below are not.",
        "scattered": f"Fails: {where}gradient and slope have another ratio for each parameter.",
    }[kind]


def faulty(n, number, percent):
    text = "" if n["diverged_at"] is None else f"Training diverged in epoch {n['diverged_at']}. "
    return f"{text}Notices name causes in healthy training; in a run with a fault, that fault may be the cause."


def verdict_gradient(n, number, percent):
    return _gradient(n, number, "")


def verdict_in_a_row(n, number, percent):
    return _gradient(n, number, "in the second step ")


def verdict_slow(n, number, percent):
    if n["kind"] == "right":
        return f"Passes: the gradients agree within {number(n['error'])}."
    words = f"with a rate {n['times']} times lower, the largest relative error goes from {number(n['usual'])} to"
    return f"Fails: {words} {number(n['error'])}."


def verdict_doubled(n, number, percent):
    if n["kind"] == "right":
        return "Passes: the gradient stays the same."
    return f"Fails: the gradient becomes {_ratio(n, number)} times as long."


def verdict_step(n, number, percent):
    if n["kind"] == "right":
        return "Passes: the update is that of the formula."
    return f"Fails: the first update is {_ratio(n, number)} times as long as that of the formula."


def verdict_weights(n, number, percent):
    if n["kind"] == "right":
        return "Passes: the weights of each unit differ."
    return f"Fails: in layer {n['layer']} a unit has the same number for all its weights."


def verdict_split(n, number, percent):
    if n["kind"] == "right":
        return "Passes: no row is in both sets."
    return f"Fails: {n['n']} of {n['n_test']} test rows are in the training set."


def verdict_start(n, number, percent):
    words = f"the loss begins at {number(n['loss'])}, and that of guessing is {number(n['chance'])}."
    return f"Passes: {words}" if n["kind"] == "right" else f"Fails: {words}"


def verdict_curve(n, number, percent):
    words = f"from {number(n['first'])} to {number(n['last'])}."
    return f"Passes: the loss falls {words}" if n["kind"] == "right" else f"Fails: the loss goes {words}"


def verdict_overfit(n, number, percent):
    words = f"on {n['n']} samples, {n['epochs']} epochs take the loss from {number(n['first'])} to {number(n['last'])}."
    return f"Passes: {words}" if n["kind"] == "right" else f"Fails: {words}"


SENTENCES = {
    function.__name__: function
    for function in (
        faulty,
        verdict_gradient,
        verdict_in_a_row,
        verdict_slow,
        verdict_doubled,
        verdict_step,
        verdict_weights,
        verdict_split,
        verdict_start,
        verdict_curve,
        verdict_overfit,
    )
}
