"""The view Curvature: how curved the loss is at the epoch shown, and whether the step suits it."""

import numpy as np
import streamlit as st

from ffbp.analysis.spectrum import Rule, Spectrum, curvature_at, directions, rule_of, with_mu
from ffbp.figures.curvature import momentum_plot, sharpness_plot, spectrum_plot
from ffbp.ui.chart import chart, theme
from ffbp.ui.page import Page
from ffbp.ui.runs import Shown
from ffbp.ui.session import control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.timeline import player
from ffbp.words import english
from ffbp.words.glossary import explained
from ffbp.words.numbers import format_number

TIMES = tuple(2.0 ** (k / 2) for k in range(-12, 13))  # the learning rates to choose from, relative to the run's own
MOMENTA = (0.0, *(round(0.05 * k, 2) for k in range(1, 20)), 0.97, 0.98, 0.99)


def curvature(page: Page) -> None:
    """The timeline; all curvatures at its epoch, sharpness over the epochs, and the plane of step and momentum."""
    with page.words:
        st.markdown("The less curved the loss is, the longer a step may be. Here are all its curvatures, exactly.")
    shown = page.trained()
    _view(page, shown)
    page.draw_sidebar()


@fragment
def _view(page: Page, shown: Shown) -> None:
    frame, run = player(page, shown, panels=("loss",)), shown.run
    if run.config.fault is not None:
        st.info(
            "This experiment has a fault, so its steps follow no rule whose threshold is known. Choose one without."
        )
        return
    with st.spinner("Measuring the curvature …"):
        found, over_time = shown.spectrum(frame), shown.measured_stability()
    epoch = int(run.history.epoch[frame])
    said = english.sentence(curvature_at(run, frame, found, over_time))
    st.markdown(said, help=explained("sharpness", "stability", "curvature"))
    if not np.isfinite(found.values).all():
        return
    left, right = st.columns(2)
    with left:
        words = f"The largest is {format_number(found.values[0])}, the smallest {format_number(found.values[-1])}."
        title = "The curvatures at the epoch shown"
        chart(spectrum_plot(found), key="curvature:spectrum", title=title, alternative=words)
    with right:
        ends = [format_number(value) for value in over_time.sharpness[[0, -1]]]
        words = f"From {ends[0]} to {ends[1]}, measured at {len(over_time.frames)} of {run.n_frames} recorded epochs."
        title = "Sharpness over the epochs, and what the optimizer bears"
        chart(sharpness_plot(run, over_time, epoch), key="curvature:time", title=title, alternative=words)
    rule = rule_of(run.config)
    if rule is not None:
        _plane(run.config, found, rule)


def _plane(config, found: Spectrum, own: Rule) -> None:
    """The controls of learning rate and momentum, and where the curvatures stand with them; nothing is trained."""
    st.markdown(
        "**With another learning rate and momentum, how many steps halve the distance to the valley's floor?**",
        help=explained("momentum_plane"),
    )
    left, right = st.columns(2)
    rates = {time: format_number(found.rate * time) for time in TIMES}
    ladder = {"options": list(TIMES), "labels": rates.values(), "format_func": rates.__getitem__, "start": 1.0}
    rate = found.rate * control.kept(left, "select_slider", "Learning rate η", name="curvature:rate", **ladder)
    rule = own
    if config.optimizer != "rmsprop":
        momenta = sorted({*MOMENTA, own.mu})
        label = "β₁" if own.share < 1 else "Momentum μ"
        ladder = {"options": momenta, "start": own.mu, "name": f"curvature:momentum:{config.optimizer}"}
        rule = with_mu(own, control.kept(right, "select_slider", label, **ladder))
    said = english.sentence(directions(found, rule, rate))
    title = "Steps to halve a distance, by step and momentum, with the curvatures"
    chart(momentum_plot(found, rule, rate, theme=theme()), key="curvature:plane", title=title, alternative=said)
    st.markdown(said)
