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
from ffbp.ui.digits.mounted import show
from ffbp.ui.panels import sources
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number, format_percent

MAX_STEPS = 80
STEP_SHARES = (0.0025, 0.005, 0.01, 0.02, 0.05)  # a step's length, in shares of the ink's range times the image's side


@fragment
def to_the_pixels(moment: Digit) -> None:
    """The loss's gradient at every pixel for a wanted digit, and a walk along it, step by step."""
    wanted, size, steps = st.columns(3)
    control.show(
        wanted, "selectbox", "The network should see a", range(len(moment.names)), name="digits:target", value=moment.target,
        labels=moment.names, format_func=moment.names.__getitem__, on_change=_target_chosen,
    )  # fmt: skip
    length, frozen = _step_length(moment.raster, size), rare_pixels(moment.dataset)
    path = walk(
        moment.network, moment.dataset, moment.sample.chosen, moment.target, step=length, n_steps=MAX_STEPS,
        high=moment.raster.high, frozen=frozen,
    )  # fmt: skip
    last = len(path.images) - 1
    if last == 0:
        st.info(
            "No step can lower this loss: the gradient is zero at every pixel, or too small to matter. Move the timeline "
            "to another moment."
        )
        return
    key = f"digits:steps:{moment.frame}:{moment.target}:{length}:{hash(moment.sample.chosen.tobytes())}"
    shown = min(session.recall(key, 0 if path.arrives == 0 else last), last)
    control.show(steps, "slider", "Steps taken", 0, last, name=key, value=shown, on_change=session.keep, args=(key,))
    left, right = st.columns([3, 2])
    with left:
        show("images", _packed_walk(moment, path, shown, frozen), "digits:walk")
        st.markdown(_how_it_walks(moment, path, shown, length, np.count_nonzero(frozen)))
        st.markdown(verdict(path, moment.said, moment.raster.high))
    with right:
        first, now = path.probabilities[0, path.target], path.probabilities[shown, path.target]
        name = moment.names[path.target]
        chart(
            pictures.probability_curves(path, shown, moment.names), key="digits:curves",
            title="Outputs along the steps",
            alternative=f"Class {name}: {format_percent(first)} before, {format_percent(now)} at step {shown}.",
        )  # fmt: skip
    address.write()  # the wanted digit is in the link


def _step_length(raster, place):
    """The chosen length of a step, in the pixels' units."""
    lengths = [round(share * raster.high * raster.side, 2) for share in STEP_SHARES]
    return control.kept(
        place, "select_slider", "Length of a step", lengths, name="digits:step", start=lengths[1],
        labels=lengths, format_func=lambda v: f"{v:g}",
        help=f"The root of the summed squares of all pixels' changes, in the pixels' units (0 to {raster.high:g}).",
    )  # fmt: skip


def _packed_walk(moment, path, shown, frozen):
    """Gradient, original, difference and result at a step of the walk, as images."""
    names, wanted, before, after = moment.names, moment.names[moment.target], path.answers[0], path.answers[shown]
    g = input_gradient(moment.network, moment.dataset, path.images[shown], moment.target)
    change = path.images[shown] - path.images[0]
    with diverging():
        moved = float(np.linalg.norm(change))
    result = f"step {shown}: {names[after]}, {format_percent(path.probabilities[shown, after])}"
    if after == moment.target != before:
        true = before if moment.sample.y is None else int(moment.sample.y[0])
        result += f". Does it still look like a {names[true]} to you?"
    return pictures.pack_images(
        np.array([np.where(frozen, np.nan, -g), path.images[0], change, path.images[shown]]),
        ["signed", "ink", "signed", "ink"],
        ["minus the gradient, where it is now", "original", "difference", f"after {shown} steps"], raster=moment.raster,
        captions=[
            f"−dLoss/dx for a {wanted}",
            f"original: {names[before]}, {format_percent(path.probabilities[0, before])}",
            f"difference, length {format_number(moved)}",
            result,
        ],
        signs=["", "  ", "+", "="], name="The gradient, and the walk along it", size=150,
    )  # fmt: skip


def _how_it_walks(moment, path, shown, length, n_frozen):
    """What the images show, and what each step does."""
    text = (
        "First image: **blue pixels want more ink, orange ones less**, for the network to see the wanted digit. "
        f"Each step moves the pixels against the gradient by {length:g} in all, and clips them to 0…{moment.raster.high:g}"
    )
    text += f" (at step {shown}, {path.clipped[shown]} pixels were clipped)." if shown else "."
    if n_frozen:
        stay = "stays as it is" if n_frozen == 1 else "stay as they are"
        text += (
            f" {n_frozen} of {len(path.images[0])} pixels {stay}: fewer than {100 * RARE:g} % of the training images have "
            "ink there."
        )
    shorter = path.lengths[1:] < length
    if shorter.any():
        count = "1 step" if shorter.sum() == 1 else f"{shorter.sum()} steps"
        text += (
            f" {count} of {len(shorter)} would have raised the loss and had to be halved, down to "
            f"{format_number(path.lengths[1:].min())}."
        )
    return text


def verdict(path: Walk, said: Callable[[int], str], high: float) -> str:
    """When the walk arrives and whether it stays, in words; ``said`` names a class."""
    name, arrives, leaves = said(path.target), path.arrives, path.leaves
    last = len(path.images) - 1
    if arrives is None:
        halved = (path.lengths[1:] < path.lengths.max()).any()
        why = "take longer ones" if last == MAX_STEPS and not halved else "no further step lowers the loss"
        why = "the loss hardly falls any more" if last == MAX_STEPS and halved else why
        return f"After {last} step{'s' * (last > 1)} the network still does not see a **{name}**: {why}."
    if leaves is not None:
        start = f"First at step **{arrives}** the network sees a **{name}**, but it does not stay: "
        return f"{start}at step **{leaves}** it sees a **{said(path.answers[leaves])}**. The steps are too long."
    if arrives == 0:
        return f"The network already sees a **{name}**; the steps make it surer."
    changed = path.images[arrives] - path.images[0]
    return (
        f"From step **{arrives}** on the network sees a **{name}**. The largest change of a pixel is then "
        f"**{format_number(np.abs(changed).max())}** of {high:g}, on average "
        f"{format_number(np.abs(changed).mean())}; the loss against a {name} fell from "
        f"{format_number(path.losses[0])} to {format_number(path.losses[arrives])}. Such an image is called adversarial."
    )


def _target_chosen(target):
    session.view = replace(session.view, wanted=target)


@fragment
def code() -> None:
    """The code that went from strokes to pixels and back from the loss to the pixels, as it is in the package."""
    box = control.opened("The code behind this page", key="digits:code")
    if not box:
        return
    with box:
        sources(
            input_gradient, rare_pixels, walk, handwriting.bitmap_32x32, handwriting.deslanted, handwriting.digit_28x28
        )
