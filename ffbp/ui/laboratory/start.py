"""The view Start: the network before its first step, drawn many times, with what theory expects of it."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis.diverging import diverging
from ffbp.analysis.signal import (
    N_SAMPLES,
    N_SEEDS,
    FixedPoint,
    Signal,
    first_above,
    fixed_point,
    watch_signal,
    what_rules_keep,
)
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.network import count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.dataset import Dataset
from ffbp.experiment.build import build_network
from ffbp.experiment.fields import DEFAULTS, FIELDS, MAX_UNITS
from ffbp.experiment.link import View, params_of
from ffbp.figures.laboratory import NAMES, histograms_plot, plane_plot, signal_plot
from ffbp.training.run import frame_epochs, max_frames
from ffbp.ui import files
from ffbp.ui.chart import chart, theme
from ffbp.ui.laboratory.terms import terms
from ffbp.ui.page import Page
from ffbp.ui.runs import cache_for, in_turns
from ffbp.ui.session import address
from ffbp.ui.session.state import session
from ffbp.ui.sidebar import network
from ffbp.ui.sidebar.controls import Controls
from ffbp.words.numbers import format_number, format_percent
from ffbp.words.text import listed

GRID, MOST_BIAS, LEAST_SCALE = 41, 2.0, 2.5  # of the plane: places along each axis, and its bounds
KEPT = (0.5, 2.0)  # a mean square that stays within these factors counts as kept
FAR = 0.1  # a relative gap to the theory that is named


def start(page: Page) -> None:
    """Choose a start; what its weights do to signals and gradients; where it stands; and what all rules would do."""
    with page.words:
        st.markdown("Before the first step, the initial weights decide: do signals arrive, and do gradients come back?")
    config, resolved = page.config, files.experiment(page.config).resolved
    n_frames = max_frames(count_params(resolved.sizes), OPTIMIZERS[config.optimizer].n_state)
    page.check_view(resolved.sizes, len(frame_epochs(config.epochs, n_frames)))
    _controls(page)
    dataset = files.experiment(config).dataset
    signal = _measured(config, dataset)
    st.markdown(_what_arrives(signal))
    for column, which in zip(st.columns(2), ("a", "delta"), strict=True):
        with column:
            title = f"Mean square of the {NAMES[which]} by layer"
            words = "; ".join(_in_words(signal, which))
            chart(signal_plot(signal, which), key=f"start:{which}", title=title, alternative=words)
    st.markdown(_where_theory_stops(signal, dataset))
    left, right = st.columns(2)
    with left:
        _histograms(config, dataset)
    with right:
        _plane(signal)
    _rules(signal, dataset)
    terms("mean_square", "theory", "chi", "orthogonal")


def _measured(config, dataset) -> Signal:
    runs, key = cache_for(config), (("signal", config), None)
    found = runs.get(key)
    if found is None:
        found = in_turns(watch_signal(config, dataset), runs, lambda _: session.pause())
        runs.put(key, found)
    return found


def _controls(page: Page) -> None:
    """The choices that make a start. They are the experiment's own, so every page has them."""
    controls = Controls(f"{page.name}:start")
    config = controls.config
    scaled = INITIALIZERS[config.initializer].scaled and config.initial_theta is None
    columns = iter(st.columns([2.4, 3.4, *([1.4] * scaled), 1.4, 2, 1.4, 1.8], vertical_alignment="bottom"))
    with next(columns):
        network.activation(controls, FIELDS["activation"])
    with next(columns):
        network.initializer(controls, FIELDS["initializer"])
    for name in ("init_scale",) * scaled + ("bias_init",):
        with next(columns):
            controls.draw(FIELDS[name])
    with next(columns):
        network.layers(controls, FIELDS["hidden"])
    units = (config.hidden or DEFAULTS["hidden"])[0]
    own = {"name": "units", "value": units, "on_change": _set_units, "args": (controls,), "disabled": not config.hidden}
    controls.show("number_input", "Units a layer", 1, MAX_UNITS, place=next(columns), **own)
    with next(columns):
        if st.button(
            "Use this start", key="start:use", type="primary", width="stretch", help="Train it in the Playground"
        ):
            st.switch_page("app.py", query_params=address.offer(params_of(session.config, View())))


def _set_units(units, controls):
    controls.change(hidden=(units,) * len(controls.now.hidden))


@diverging()  # where no gradient arrives, 0 is divided by 0
def _what_arrives(signal: Signal) -> str:
    """How large signals and gradients are at the end of their way, as measured."""
    if len(signal.sizes) < 3:
        return (
            "Without a hidden layer nothing stands between the inputs and the output. Choose at least one hidden layer."
        )
    forward, back = signal.means[1, -2] / signal.x, signal.means[2, 0] / signal.means[2, first_above(signal.sizes)]
    above = "the output's" if len(signal.sizes) == 3 else "the last hidden layer's"
    return (
        f"Forward, the mean square of the last hidden layer's activations is **{format_number(forward)}** times that of the "
        f"inputs: {_fate(forward, 'signals')}. Back, that of layer 1's deltas is **{format_number(back)}** times {above}: "
        f"{_fate(back, 'gradients')}."
    )


def _fate(ratio, what):
    if not ratio > 0:
        return f"no {what} arrive"
    if KEPT[0] <= ratio <= KEPT[1]:
        return f"{what} are kept"
    return f"{what} {'shrink' if ratio < KEPT[0] else 'grow'} on their way"


def _in_words(signal, which):
    row = {"a": 1, "delta": 2}[which]
    n = len(signal.sizes) - 1
    for l, (mean, expected) in enumerate(zip(signal.means[row], signal.theory[row], strict=True), start=1):
        name = "output" if l == n else f"layer {l}"
        yield f"{name}: mean {format_number(mean)}, theory {format_number(expected)}"


def _where_theory_stops(signal: Signal, dataset: Dataset) -> str:
    """What is drawn, how far the measurement is from the theory, and why."""
    if not INITIALIZERS[signal.config.initializer].draw:
        return (
            "This rule draws nothing: every start is the same, and all units of a layer are alike. The theory is about random "
            "weights, which average out."
        )
    gaps = np.abs(signal.gaps[1:, :])
    worst = float(np.nanmax(gaps)) if np.isfinite(gaps).any() else np.nan
    text = f"Each dot is one of {N_SEEDS} starts, measured on {signal.n_samples} training samples. "
    text += f"At most, a mean is {format_percent(worst)} away from the theory. "
    reasons = []
    if len(signal.sizes) > 2 and min(signal.sizes[1:-1]) < 64:
        reasons.append(
            f"layers of {min(signal.sizes[1:-1])} units are narrow, and the theory is exact for endless width"
        )
    if not 0.5 < signal.x < 2:
        reasons.append(f"the inputs are not standardised (mean square {format_number(signal.x)})")
    if worst > FAR and reasons:
        text += f"Where it stops: {listed(reasons)}."
    elif worst > FAR:
        text += "On the way back, it takes weights and deltas as independent, which is not exact."
    return text


def _histograms(config, dataset) -> None:
    """The activations of the experiment's own start, layer by layer."""
    st.markdown("**Activations of this experiment's start**")
    start = build_network(config, dataset)
    trace = start.forward(dataset.X_train[: 5 * N_SAMPLES])
    n = len(start.layers)
    names = [f"layer {l}" for l in range(1, n)] + ["output"]
    spreads = [
        f"{name}: mean {format_number(A.mean())}, standard deviation {format_number(A.std())}"
        for name, A in zip(names, trace.A[1:], strict=True)
    ]
    title = "Histogram of the activations by layer"
    drawn = histograms_plot(trace.A[1:], names, theme=theme())
    chart(drawn, key="start:histograms", title=title, alternative="; ".join(spreads))


# The plane


@lru_cache(maxsize=32)
def plane_of(activation: str, reach: float) -> tuple[np.ndarray, np.ndarray, FixedPoint]:
    """Weight scales up to ``reach``, biases, and the fixed points at (biases, scales)."""
    scales, biases = np.linspace(0.02, reach, GRID), np.linspace(-MOST_BIAS, MOST_BIAS, GRID)
    return scales, biases, fixed_point(activation, scales[None, :] ** 2, biases[:, None])


def scales_of(signal: Signal) -> list[tuple[str, float]]:
    """Of each hidden layer after the first, its name and √(n_in Var w)."""
    config, sizes = signal.config, signal.sizes
    std = INITIALIZERS[config.initializer].std
    return [
        (f"layer {l}", float(np.sqrt(n_in) * abs(std(n_in, n_out, config.init_scale))))
        for l, (n_in, n_out) in enumerate(pairwise(sizes[1:-1]), start=2)
    ]


def _plane(signal: Signal) -> None:
    """Where signals and gradients would be kept for ever, and where this start stands."""
    activation = signal.config.activation
    key = activation[-1] if isinstance(activation, tuple) else activation
    entry, here = ACTIVATIONS[key], scales_of(signal) if INITIALIZERS[signal.config.initializer].draw else []
    st.markdown(f"**Many layers of {entry.label}: gradients shrink or grow**")
    scales, biases, point = plane_of(key, LEAST_SCALE / min(1.0, entry.max_slope))
    words = "The critical line is where χ is 1."
    if here:
        _, scale = here[-1]
        chi = float(fixed_point(key, scale**2, signal.config.bias_init).chi)
        words = (
            f"At this start's weight scale {format_number(scale)} and bias {format_number(signal.config.bias_init)}, "
            f"χ = {format_number(chi)}: through many layers, {_each_layer(chi)}."
        )
    drawn = plane_plot(scales, biases, point, here, signal.config.bias_init, theme=theme())
    chart(drawn, key="start:plane", title="χ over weight scale and bias", alternative=words)
    st.caption(words if here else f"{words} With two or more hidden layers, this start has its place here.")


def _each_layer(chi):
    if abs(chi - 1) < 0.03:
        return "gradients are kept"
    return f"each multiplies the gradient's mean square by {format_number(chi)}"


# All rules


def _rules(signal: Signal, dataset: Dataset) -> None:
    """What every rule would keep in this network, by the theory."""
    st.markdown(
        "**What each rule keeps in this network**, by the theory: mean squares of the last hidden layer and of layer 1"
    )
    rows = []
    for kept in what_rules_keep(signal, dataset):
        entry = INITIALIZERS[kept.rule]
        here = "◀" if kept.rule == signal.config.initializer else ""
        rows.append(
            (entry.label, entry.formula, format_number(kept.signal), format_number(kept.gradient), verdict(kept), here)
        )
    names = ("rule", "weights", "signal", "gradient", "keeps", "chosen")
    st.dataframe(pd.DataFrame(rows, columns=names), hide_index=True, height="content")


def verdict(kept) -> str:
    """What a rule keeps, in a word."""
    if np.isnan(kept.signal):
        return "no theory"
    within = [KEPT[0] <= ratio <= KEPT[1] for ratio in (kept.signal, kept.gradient)]
    return {(True, True): "both", (True, False): "signals", (False, True): "gradients"}.get(tuple(within), "neither")
