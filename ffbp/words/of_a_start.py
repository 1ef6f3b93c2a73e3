"""Sentences about a network before its first step, and about the gradients of its batches."""

from ffbp.words.text import counted, listed

KEPT = (0.5, 2.0)  # a mean square that stays within these factors counts as kept
CAUSES = {  # the five checks, those first from which others follow
    "gradient": "the gradient",
    "start": "the loss at the start",
    "overfit": "the few samples",
    "blind": "the zero inputs",
    "shuffled": "the shuffled targets",
}
AT_THE_EDGE = 0.03  # as near to 1 as χ has to be to count as 1


def fate(ratio: float) -> str:
    """What became of a mean square that is so many times the one it came from."""
    if not ratio > 0:
        return "lost"
    return "kept" if KEPT[0] <= ratio <= KEPT[1] else "shrunk" if ratio < KEPT[0] else "grown"


def above(n_hidden: int) -> str:
    """Where the way back through the hidden layers begins, as a possessive."""
    return "the output's" if n_hidden == 1 else "the last hidden layer's"


def what_arrives(n, number, percent):
    if not n["hidden"]:
        return (
            "Without a hidden layer nothing stands between the inputs and the output. Choose at least one hidden layer."
        )
    said = {
        "lost": "no {} arrive",
        "kept": "{} are kept",
        "shrunk": "{} shrink on their way",
        "grown": "{} grow on their way",
    }
    signals, gradients = (
        said[fate(n[key])].format(what) for key, what in (("signal", "signals"), ("gradient", "gradients"))
    )
    return (
        f"Forward, the mean square of the last hidden layer's activations is **{number(n['signal'])}** times that of the "
        f"inputs: {signals}. Back, that of layer 1's deltas is **{number(n['gradient'])}** times {above(n['hidden'])}: {gradients}."
    )


def theory(n, number, percent):
    if not n["drawn"]:
        return (
            "This rule draws nothing: every start is the same, and all units of a layer are alike. The theory is about random "
            "weights, which average out."
        )
    text = f"Each dot is one of {n['starts']} starts, measured on {n['samples']} training samples. "
    text += f"At most, a mean is {percent(n['gap'])} away from the theory."
    if not n["is_far"]:
        return text
    reasons = (
        [f"layers of {n['narrow']} units are narrow, and the theory is exact for infinite width"] if n["narrow"] else []
    )
    if n["inputs"]:
        reasons.append(f"the inputs are not standardised (mean square {number(n['inputs'])})")
    if not reasons:
        return f"{text} On the way back, it takes weights and deltas as independent, which is not exact."
    return f"{text} Reasons: {listed(reasons)}."


def chi(n, number, percent):
    if n["chi"] is None:
        return "The critical line is where χ is 1. With two or more drawn hidden layers, this start has its place here."
    kept = abs(n["chi"] - 1) < AT_THE_EDGE
    each = "gradients are nearly kept" if kept else f"each layer multiplies delta's mean square by {number(n['chi'])}"
    return (
        f"At this start's weight scale {number(n['scale'])} and bias {number(n['bias'])}, χ = {number(n['chi'])}: through many "
        f"layers, {each}."
    )


def rules(n, number, percent):
    return (
        "By the theory; signal is the mean square of the last hidden layer's activations divided by that of the inputs, gradient "
        f"that of layer 1's deltas divided by {above(n['hidden'])}."
    )


def noise(n, number, percent):
    start = f"At epoch {n['epoch']}, the full gradient, without a penalty, has the length **{number(n['length'])}**."
    if n["batch"] == n["samples"]:
        return f"{start} One batch of all {n['samples']} samples has no error."
    batch = f"{n['batch']} {'sample' if n['batch'] == 1 else 'samples'}"
    return (
        f"{start} With {batch} in a batch, the error is **{number(n['error'])}** times as long (root mean square), and the "
        f"steps of {counted(n['uphill'])} of {n['batches']} batches would begin uphill. The noise scale is "
        f"**{number(n['scale'])}** samples."
    )


def checked(n, number, percent):
    if not n["failed"]:
        return f"**{n['passed']} of {n['checks']} checks passed.** Training is worth a try."
    text = f"**{n['failed']} of {n['checks']} checks failed.**"
    return f"{text} Begin with {CAUSES[n['first']]}: the others may follow from it." if n["failed"] > 1 else text


SENTENCES = {each.__name__: each for each in (what_arrives, theory, chi, rules, noise, checked)}
