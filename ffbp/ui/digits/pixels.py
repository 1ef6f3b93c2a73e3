"""Backpropagation to the pixels: the loss's gradient at every pixel, and a walk along it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.analysis.pixels import RARE, Walk, input_gradient, rare_pixels, walk
from ffbp.data import handwriting
from ffbp.figures import digits as pictures
from ffbp.ui.chart import chart
from ffbp.ui.digits.choosing import Digit
from ffbp.ui.digits.mounted import show_row
from ffbp.ui.panels import sources
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number, format_percent
from ffbp.words.text import article

MAX_STEPS = 80
STEP_SHARES = (0.0025, 0.005, 0.01, 0.02, 0.05)  # a step's length, in shares of the ink's range times the image's side


@fragment
def to_the_pixels(moment: Digit) -> None:
    """The loss's gradient at every pixel for a wanted digit, and a walk along it, step by step."""
    wanted, size, steps = st.columns(3)
    names, raster, target = moment.names, moment.raster, moment.target
    texts = {"labels": names, "format_func": names.__getitem__, "on_change": _target_chosen}
    title = "Digit to aim for"
    control.show(wanted, "selectbox", title, range(len(names)), name="digits:target", value=target, **texts)
    length, frozen = _step_length(raster, size), rare_pixels(moment.dataset)
    limits = {"step": length, "n_steps": MAX_STEPS, "high": raster.high, "frozen": frozen}
    path = walk(moment.network, moment.dataset, moment.sample.chosen, target, **limits)
    last = len(path.images) - 1
    if last == 0:
        st.info(
            "No step can lower this loss: the gradient is zero at every pixel, or too small to matter. Move the timeline to "
            "another epoch."
        )
        return
    key = f"digits:steps:{moment.frame}:{target}:{length}:{hash(moment.sample.chosen.tobytes())}"
    step = min(session.recall(key, 0 if path.arrives == 0 else last), last)
    control.show(steps, "slider", "Steps taken", 0, last, name=key, value=step, on_change=session.keep, args=(key,))
    st.markdown(verdict(path, moment.said, raster.high))
    left, right = st.columns([3, 2])
    with left:
        show_row(raster, "digits:walk", "The gradient and the steps along it", _images(moment, path, step, frozen), 150)
        st.markdown(_how_it_walks(moment, path, step, length, np.count_nonzero(frozen)))
    with right:
        first, now = (format_percent(path.probabilities[i, target]) for i in (0, step))
        words = f"Class {names[target]}: {first} before, {now} at step {step}."
        curves = pictures.probability_curves(path, step, names)
        chart(curves, key="digits:curves", title="Outputs along the steps", alternative=words)
    address.write()  # the wanted digit is in the link


def _step_length(raster, place):
    """The chosen length of a step, in the pixels' units."""
    lengths = [round(share * raster.high * raster.side, 2) for share in STEP_SHARES]
    about = f"The root of the summed squares of all pixels' changes, in the pixels' units (0 to {raster.high:g})."
    texts = {"labels": lengths, "format_func": lambda length: f"{length:g}", "help": about}
    title = "Length of a step"
    return control.kept(place, "select_slider", title, lengths, name="digits:step", start=lengths[1], **texts)


def _images(moment, path, step, frozen):
    """Gradient, original, difference and result at a step of the walk, as `show_row` takes them."""
    names, target, before, after = moment.names, moment.target, path.answers[0], path.answers[step]
    g = input_gradient(moment.network, moment.dataset, path.images[step], target)
    change = path.images[step] - path.images[0]
    with diverging():
        moved = format_number(np.linalg.norm(change))
    original = f"original: {names[before]}, {format_percent(path.probabilities[0, before])}"
    result = f"step {step}: {names[after]}, {format_percent(path.probabilities[step, after])}"
    if after == target != before:
        true = before if moment.sample.y is None else int(moment.sample.y[0])
        result += f". Does it still look like {article(names[true])} {names[true]} to you?"
    gradient = np.where(frozen, np.nan, -g)
    return [
        (
            gradient,
            "signed",
            f"minus the gradient, at step {step}",
            f"−dLoss/dx for {article(names[target])} {names[target]}",
            "",
        ),
        (path.images[0], "ink", "original", original, "  "),
        (change, "signed", "difference", f"difference, length {moved}", "+"),
        (path.images[step], "ink", f"after {step} steps", result, "="),
    ]


def _how_it_walks(moment, path, step, length, n_frozen):
    """Explain the images, and what each step does."""
    clipped = f" ({path.clipped[step]} clipped at step {step})" if step else ""
    text = (
        "First image: **more ink in green pixels and less in purple ones** lowers the loss for the digit that you aim for. Each "
        f"step changes the pixels by {length:g} in total and keeps them in 0…{moment.raster.high:g}{clipped}."
    )
    if n_frozen:
        stay = "stays as it is" if n_frozen == 1 else "stay as they are"
        n, share = len(path.images[0]), f"{100 * RARE:g} %"
        text += f" {n_frozen} of {n} pixels {stay}: fewer than {share} of the training images have ink there."
    lengths = path.lengths[1:]
    shorter = int((lengths < length).sum())
    if shorter:
        smallest = format_number(lengths.min())
        text += (
            f" {shorter} of {len(lengths)} steps were halved, down to {smallest}, because they did not lower the loss at full "
            "length."
        )
    return text


def verdict(path: Walk, said: Callable[[int], str], high: float) -> str:
    """When the walk arrives and whether it stays, in words; ``said`` names a class."""
    name, arrives, leaves, last = said(path.target), path.arrives, path.leaves, len(path.images) - 1
    name = f"{article(name)} **{name}**"
    if arrives is None:
        why = "no further step lowers the loss"
        if last == MAX_STEPS:
            halved = (path.lengths[1:] < path.lengths.max()).any()
            why = "some steps of this length do not lower the loss" if halved else "try longer steps"
        return f"After {last} step{'s' * (last > 1)} the network still does not predict {name}: {why}."
    if leaves is not None:
        other, returns = said(path.answers[leaves]), path.returns
        end = f"from step **{returns}** on {name} again" if returns is not None else "and it does not return for good"
        return (
            f"First at step **{arrives}** the network predicts {name}, but this does not last: at step **{leaves}** it predicts "
            f"{article(other)} **{other}**, {end}. Try shorter steps."
        )
    if arrives == 0:
        return f"The network already predicts {name}; the steps lower the loss further."
    changed = np.abs(path.images[arrives] - path.images[0])
    largest, mean, first, now = map(
        format_number, (changed.max(), changed.mean(), path.losses[0], path.losses[arrives])
    )
    return (
        f"From step **{arrives}** on, the network predicts {name}. The largest change of a pixel is **{largest}** of "
        f"{high:g}, the mean {mean}; the loss has fallen from {first} to {now}. If people still see the old digit, the "
        "image is called adversarial."
    )


def _target_chosen(target):
    session.view = replace(session.view, wanted=target)


@fragment
def code() -> None:
    """Show the package's code that prepares drawings and follows the gradient back to the pixels."""
    if box := control.opened("Source code of this page", key="digits:code"):
        prepare = handwriting.bitmap_32x32, handwriting.deslanted, handwriting.digit_28x28
        with box:
            sources(input_gradient, rare_pixels, walk, *prepare)
