"""Sentences about a run: what went wrong, what it shows, and how it ended."""

from ffbp.words.text import listed


def diverged(n, number, percent):
    remedy = f"Try a learning rate well below {number(n['learning_rate'])}"
    remedy += ", or standardise the inputs." if n["standardize"] else ", or clip the gradient."
    return f"Diverged in epoch {n['epoch']}: the numbers grew too large to compute with. {remedy}"


def clones(n, number, percent):
    text = listed([f"all {units} units of layer {l}" for units, l in zip(n["units"], n["layers"], strict=True)])
    return (
        f"{text[0].upper()}{text[1:]} are clones: equal weights get equal gradients and stay equal. "
        "Random initial weights break the symmetry."
    )


def dead(n, number, percent):
    counts = zip(n["dead"], n["units"], n["layers"], strict=True)
    where = ", ".join(f"{dead} of {units} in layer {l}" for dead, units, l in counts)
    return (
        f"Dead units in epoch {n['epoch']}: {where}. Their slope is 0 on every training sample, so they no longer learn. "
        "Try a smaller learning rate or leaky ReLU."
    )


def worse(n, number, percent):
    return (
        f"By epoch {n['epoch']} the loss has risen from {number(n['first'])} to {number(n['last'])}: the steps are too "
        f"long. Try a learning rate well below {number(n['learning_rate'])}."
    )


def undivided(n, number, percent):
    if n["count"] < 2:
        fault = f"class {n['class']} has only {n['count']} sample, but each class needs one in both sets"
        remedy = "Add another sample of it, or hold out nothing."
    else:
        sets = (("test", n["test"], "more"), ("training", n["train"], "less"))
        name, size, which = min(sets, key=lambda each: each[1])
        size = "1 sample" if size == 1 else f"{size} samples"
        fault = f"a {name} set of {size} cannot hold each of the {n['classes']} classes"
        remedy = f"Hold out {which}, or add samples of the smallest class, {n['class']} ({n['count']})."
    return f"Nothing is held out: {fault}. {remedy}"


def thinned(n, number, percent):
    return (
        f"{n['drawn']:,} of the {n['samples']:,} samples are drawn, evenly chosen; training and scores use all of them."
    )


def shrinking(n, number, percent):
    return (
        f"Before the first step, the gradient of layer 1 is {number(n['ratio'])} times smaller than that of layer "
        f"{n['layers']}: it vanishes on its way back. Try ReLU or tanh, or fewer layers."
    )


def overfitting(n, number, percent):
    return (
        f"Overfitting: the test loss was best in epoch {n['best_epoch']} ({number(n['best'])}) and ended at "
        f"{number(n['test'])}, while the training loss fell to {number(n['train'])}."
    )


def stopped(n, number, percent):
    return (
        f"Stopped early in epoch {n['epoch']}; the test loss was best in epoch {n['best_epoch']}. Because the test set "
        "chose the epoch, its scores are optimistic. The weights are those of the last epoch."
    )


def few_frames(n, number, percent):
    return f"Only {n['frames']} epochs are recorded: with {number(n['n_params'])} parameters, more would not fit in memory."


def stable(n, number, percent):
    return (
        f"With one weight moved by one unit in the last place, all {n['steps']:,} losses stay within 1e-9: the run is "
        "repeatable with other libraries and on other processors, except for its last digits."
    )


def chaotic(n, number, percent):
    return (
        f"With one weight moved by one unit in the last place, the losses differ from step {n['step']:,} on (epoch "
        f"{n['epoch']:,}): from there, the run takes another course with other libraries or on another processor. A smaller "
        "learning rate makes it repeatable."
    )


def outcome(n, number, percent):
    return f"Epoch {n['epoch']}: {figures(n, number, percent)}"


def figures(n, number, percent):
    """Losses and scores at the end of a run, and why it ended early."""
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


SENTENCES = {
    each.__name__: each
    for each in (
        *(diverged, clones, dead, worse, undivided, thinned, shrinking, overfitting, stopped, few_frames),
        *(stable, chaotic, outcome),
    )
}
