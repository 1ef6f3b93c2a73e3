"""The view Start: the network before its first step, drawn many times, with what theory expects of it."""

from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis.signal import (
    N_SAMPLES,
    FixedPoint,
    Signal,
    fixed_point,
    scales_of,
    watch_signal,
    what_arrives,
    what_rules_keep,
    where_it_stands,
    where_theory_stops,
)
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.initializers import INITIALIZERS
from ffbp.data.dataset import Dataset
from ffbp.experiment.build import build_network
from ffbp.experiment.fields import DEFAULTS, FIELDS, MAX_UNITS
from ffbp.experiment.link import View, params_of
from ffbp.figures.laboratory import NAMES, histograms_plot, plane_plot, signal_plot
from ffbp.ui import files
from ffbp.ui.chart import chart, theme
from ffbp.ui.laboratory.computed import computed
from ffbp.ui.page import Page
from ffbp.ui.session import address
from ffbp.ui.session.state import session
from ffbp.ui.sidebar import network
from ffbp.ui.sidebar.controls import Controls
from ffbp.words import english
from ffbp.words.glossary import explained
from ffbp.words.notice import Notice
from ffbp.words.numbers import format_number
from ffbp.words.of_a_start import fate

GRID, MOST_BIAS, LEAST_SCALE = 41, 2.0, 2.5  # of the plane: places along each axis, and its bounds


def start(page: Page) -> None:
    """Choose a start; what its weights do to signals and gradients; where it stands; and what all rules would do."""
    with page.words:
        st.markdown(
            "The initial weights decide whether signals arrive at the output, and whether gradients come back to layer 1."
        )
    page.without_training()
    config = page.config
    _controls(page)
    dataset = files.experiment(config).dataset
    signal: Signal = computed("signal", config, lambda: watch_signal(config, dataset))
    st.markdown(english.sentence(what_arrives(signal)), help=explained("mean_square"))
    for column, which in zip(st.columns(2), ("a", "delta"), strict=True):
        with column:
            title = f"Mean square of the {NAMES[which]} by layer"
            words = "; ".join(_in_words(signal, which))
            chart(signal_plot(signal, which), key=f"start:{which}", title=title, alternative=words)
    st.markdown(english.sentence(where_theory_stops(signal)), help=explained("theory"))
    left, right = st.columns(2)
    with left:
        _histograms(config, dataset)
    with right:
        _plane(signal)
    _rules(signal, dataset)


def _controls(page: Page) -> None:
    """The choices that make a start. They are the experiment's own, so every page has them."""
    controls = Controls(f"{page.name}:start")
    config = controls.config
    scaled = INITIALIZERS[config.initializer].scaled and config.initial_theta is None
    columns = iter(st.columns([2.4, 3.4, *([1.4] * scaled), 1.4, 2, 1.4, 1.8], vertical_alignment="bottom"))
    with next(columns):
        controls.of("activation", network.activation, FIELDS["activation"])
    with next(columns):
        controls.of("initializer", network.initializer, FIELDS["initializer"])
    for name in ("init_scale",) * scaled + ("bias_init",):
        with next(columns):
            controls.of(name, Controls.draw, FIELDS[name])
    with next(columns):
        controls.of("hidden", network.layers, FIELDS["hidden"])
    with next(columns):
        controls.of("hidden", _units)
    with next(columns):
        if st.button("Use this start", key="start:use", width="stretch", help="Train it in the Playground"):
            address.go("app.py", params_of(session.config, View()))


def _units(controls):
    hidden = controls.config.hidden
    own = {"name": "units", "value": (hidden or DEFAULTS["hidden"])[0], "on_change": _set_units, "args": (controls,)}
    if not hidden:
        own["disabled"] = True
    controls.show("number_input", "Units a layer", 1, MAX_UNITS, **own)


def _set_units(units, controls):
    controls.change(hidden=(units,) * len(controls.now.hidden))


def _in_words(signal, which):
    row = {"a": 1, "delta": 2}[which]
    n = len(signal.sizes) - 1
    for l, (mean, expected) in enumerate(zip(signal.means[row], signal.theory[row], strict=True), start=1):
        name = "output" if l == n else f"layer {l}"
        yield f"{name}: mean {format_number(mean)}, theory {format_number(expected)}"


def _histograms(config, dataset) -> None:
    """The activations of the experiment's own start, layer by layer."""
    st.header("Activations of this start", anchor=False)
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


def _plane(signal: Signal) -> None:
    """Where signals and gradients would be kept for ever, and where this start stands."""
    activation, bias = signal.config.activation, signal.config.bias_init
    key = activation[-1] if isinstance(activation, tuple) else activation
    entry = ACTIVATIONS[key]
    st.header(f"Many layers of {entry.label}", anchor=False, help=explained("chi"))
    scales, biases, point = plane_of(key, LEAST_SCALE / min(1.0, entry.max_slope))
    here, words = (
        [(f"layer {l}", scale) for l, scale in scales_of(signal)],
        english.sentence(where_it_stands(signal, key)),
    )
    drawn = plane_plot(scales, biases, point, here, bias, theme=theme())
    chart(drawn, key="start:plane", title="χ over weight scale and bias", alternative=words)
    st.caption(words)


# All rules


def _rules(signal: Signal, dataset: Dataset) -> None:
    """What every rule would keep in this network, by the theory."""
    st.header("What each rule keeps in this network", anchor=False)
    st.markdown(
        english.sentence(Notice("rules", "info", {"hidden": len(signal.sizes) - 2})),
        help=explained("orthogonal", "mean_square"),
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
    within = fate(kept.signal) == "kept", fate(kept.gradient) == "kept"
    return {(True, True): "both", (True, False): "signals", (False, True): "gradients"}.get(within, "neither")
