"""Sentences about the five checks before training: the verdict with its numbers, and what a failure means."""


def before_start(n, number, percent):
    text = f"Before the first step the loss is {number(n['loss'])}; that of guessing, the best constant answer, is "
    text += f"{number(n['chance'])}."
    if n["passed"]:
        return text
    return (
        f"{text} The outputs are large and wrong, so the first steps only undo the start. Draw smaller weights, or standardise "
        "the inputs."
    )


def before_overfit(n, number, percent):
    steps = f"{n['steps']:,} updates"
    if n["passed"]:
        goal = f"{number(n['goal'])}, 1 % of guessing"
        return f"{_samples(n['samples'])} are learned by heart: after {steps} the loss is below {goal}."
    if not _finite(n["loss"]):
        return f"{_samples(n['samples'])} are not learned: the loss diverges after {steps}. Lower the learning rate."
    return (
        f"{_samples(n['samples'])} are not learned: after {steps} the loss is {number(n['loss'])} instead of {number(n['goal'])}. "
        "The steps are too short or too long, all units are equal, or no gradient arrives: dead units, or too many layers."
    )


def before_blind(n, number, percent):
    text = f"With all inputs zero, the loss ends at {number(n['loss'])}; that of guessing is {number(n['chance'])}."
    if n["passed"]:
        return text
    if not _finite(n["loss"]):
        return f"With all inputs zero, the loss diverges after {n['steps']:,} updates. Lower the learning rate."
    if n["loss"] < n["chance"]:
        return f"{text} Without inputs no network can beat guessing: the targets get in some other way."
    return f"{text} Not even the classes' shares are learned. The steps are too long to settle, or too short to arrive."


def before_shuffled(n, number, percent):
    text = f"On {n['samples']} samples with shuffled targets the training loss ends at {number(n['loss'])}"
    text += f"; that of guessing is {number(n['chance'])}."
    if not _finite(n["loss"]):
        return f"With shuffled targets, the loss diverges after {n['steps']:,} updates. Lower the learning rate."
    if "score" in n:
        score, most = (f"R² {number(n[key])}" if n["regression"] else percent(n[key]) for key in ("score", "most"))
        what = "test set" if n["regression"] else "test accuracy"
        text += f" The {what} reaches {score}; luck explains up to {most}."
    else:
        text += " No test set is held out, so nothing can leak."
    if n["leaks"]:
        return f"{text} Targets in random order cannot be predicted, so some test samples must be in the training set, too."
    if not n["falls"]:
        return f"{text} Not even learning by heart works: too few parameters, or the wrong learning rate."
    return text


def before_gradient(n, number, percent):
    if n["passed"] is None:
        return (
            "No parameter can be checked: at each a kink lies in the way, or its effect is smaller than rounding error."
        )
    text = f"{n['checked']:,} of {n['parameters']:,} gradients equal the measured slopes within a relative error of "
    text += (
        f"{number(n['error'])}; the others were not checked."
        if n["checked"] < n["parameters"]
        else f"{number(n['error'])}."
    )
    if n["passed"]:
        return text
    return (
        f"The gradient of {n['worst']} is {number(n['backward'])} by backpropagation, but its measured slope is "
        f"{number(n['slope'])}: backpropagation is wrong there."
    )


def _samples(n):
    return "Four samples" if n == 4 else "One sample" if n == 1 else f"{n} samples"


def _finite(value):
    return value - value == 0


SENTENCES = {
    each.__name__: each for each in (before_start, before_overfit, before_blind, before_shuffled, before_gradient)
}
