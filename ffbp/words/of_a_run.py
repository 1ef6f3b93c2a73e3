"""Sentences about a run: what went wrong, what it shows, and how it ended."""

from ffbp.words.text import listed


def diverged(n, number, percent):
    remedy = ", or standardise the inputs." if n["standardize"] else ", or clip the gradient."
    text, rate = f"Training diverged in epoch {n['epoch']}: the numbers became too large.", f"{n['learning_rate']:g}"
    if "sharpness" not in n:
        return f"{text} Try a learning rate well below {rate}{remedy}"
    return (
        f"{text} The curvature at the start is {number(n['sharpness'])}. With the learning rate {rate}, steps are stable up to "
        f"{number(n['threshold'])}; here, rates below {number(n['stable'])} are. Try one{remedy}"
    )


def stuck(n, number, percent):
    text = (
        f"since epoch {n['since']} the training loss has hardly changed. It ends at {number(n['last'])}, and that of guessing is "
        f"{number(n['chance'])}."
    )
    if "times" in n:
        return (
            f"Hardly moving: {text} The steps are short; {number(n['times'])} times the learning rate is still stable."
        )
    if "saddle" in n:
        return (
            f"On a plateau: {text} It is a saddle, not a minimum: the gradient is {number(n['gradient'])}, but a direction of "
            f"curvature {number(n['saddle'])} leads down. Try more epochs, momentum, or larger initial weights."
        )
    if "bottom" in n:
        where = f" The gradient is {number(n['gradient'])}, and the loss bends down in no direction: this is a minimum, or flat."
        return f"Stuck: {text}{where} Try other initial weights, inputs or more units."
    return f"Stuck: {text} Try other initial weights, inputs or more units."


def plateau(n, number, percent):
    return (
        f"A plateau: from epoch {n['from']} to {n['to']} the training loss stays at {number(n['level'])}, then it falls to "
        f"{number(n['last'])}. Momentum or larger initial weights shorten it."
    )


def oscillating(n, number, percent):
    return (
        f"Oscillating: {percent(n['share'])} of the last {n['steps']:,} steps raise the loss, which changes by "
        f"{percent(n['swing'])} a step. The steps go across the valley; try a learning rate below {n['learning_rate']:g}."
    )


def clones(n, number, percent):
    text = listed([f"all {units} units of layer {l}" for units, l in zip(n["units"], n["layers"], strict=True)])
    return (
        f"{text[0].upper()}{text[1:]} are clones: equal weights get equal gradients and stay equal. "
        "Random initial weights break the symmetry."
    )


def dead(n, number, percent):
    counts = zip(n["dead"], n["units"], n["layers"], strict=True)
    where = ", ".join(f"{dead} of {units} in layer {l}" for dead, units, l in counts)
    why = "They output 0" if n["zero"] else "Their slope g′ is 0"
    return (
        f"Dead units in epoch {n['epoch']}: {where}. {why} for every training sample, so no gradient reaches them. "
        "Try a smaller learning rate or leaky ReLU."
    )


def worse(n, number, percent):
    text = f"By epoch {n['epoch']} the loss has risen from {number(n['first'])} to {number(n['last'])}: the steps are too long."
    if "stable" in n:
        return f"{text} The start is stable at learning rates below {number(n['stable'])}."
    return f"{text} Try a learning rate well below {n['learning_rate']:g}."


def undivided(n, number, percent):
    if n["count"] < 2:
        fault = f"class {n['class']} has only {n['count']} sample, but each class needs one in both sets"
        remedy = "Add another sample of it, or set the test share to 0."
    else:
        sets = (("test", n["test"], "Raise"), ("training", n["train"], "Lower"))
        name, size, which = min(sets, key=lambda each: each[1])
        size = "1 sample" if size == 1 else f"{size} samples"
        fault = f"a {name} set of {size} cannot hold each of the {n['classes']} classes"
        remedy = f"{which} the test share, or add samples of the smallest class, {n['class']} ({n['count']})."
    return f"There is no test set: {fault}. {remedy}"


def thinned(n, number, percent):
    return (
        f"{n['drawn']:,} of the {n['samples']:,} samples are drawn, evenly chosen; training and scores use all of them."
    )


def shrinking(n, number, percent):
    return (
        f"Before the first step, the gradient of layer 1 is {number(n['ratio'])} times smaller than that of layer "
        f"{n['layers']}: it vanishes on the way back. Try ReLU or tanh, or fewer layers."
    )


def overfitting(n, number, percent):
    return (
        f"Overfitting: the test loss was best in epoch {n['best_epoch']} ({number(n['best'])}) and ended at "
        f"{number(n['test'])}, while the training loss fell to {number(n['train'])}."
    )


def straight(n, number, percent):
    why = "Without an activation, hidden layers do not bend" if n["layers"] else "Without hidden units, nothing bends"
    what = "the boundary: it is a straight line" if n["classes"] == 2 else "the boundaries: they are straight lines"
    score = f"{percent(n['score'])} of the {'training' if n['part'] == 'train' else 'test'} samples are classified correctly"
    return f"{why} {what}, and {score}."


def effect(n, number, percent):
    parts = [part for part in ("train", "test") if part in n["before"] and part in n["after"]]
    score, show = ("R²", number) if n["regression"] else ("accuracy", percent)
    texts = []
    for part, i, what, text in (*((part, 0, "loss", number) for part in parts), (parts[-1], 1, score, show)):
        values = f"{text(n['before'][part][i])} → {text(n['after'][part][i])}"
        texts.append(f"{'training' if part == 'train' else 'test'} {what} {values}")
    return f"{'; '.join(n['changes'])}: at the end, {listed(texts)}."


def stopped(n, number, percent):
    return (
        f"Stopped early in epoch {n['epoch']}; the test loss was best in epoch {n['best_epoch']}. Because the test set "
        "chose this epoch, test results look better than they are. The weights are those of the last epoch."
    )


def few_frames(n, number, percent):
    return f"The timeline has {n['frames']} epochs: with {n['n_params']:,} parameters, memory has no room for more."


def stable(n, number, percent):
    return (
        f"With the last bit of one weight changed, all {n['steps']:,} losses stay within 1e-9: with other "
        "libraries or on another processor you will get the same run, apart from the last digits."
    )


def chaotic(n, number, percent):
    return (
        f"With the last bit of one weight changed, the losses differ from step {n['step']:,} on (epoch "
        f"{n['epoch']:,}). From there, the run takes another path with other libraries or on another processor. A smaller "
        "learning rate makes it stable."
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
        *(straight, effect, stuck, plateau, oscillating),
        *(stable, chaotic, outcome),
    )
}
