"""The charts of the board: all boundaries in one plane, and all losses. Some runs stand out."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import streamlit as st

from ffbp.analysis.level_lines import boundary_lines
from ffbp.analysis.plane import default_axes, plane_of
from ffbp.data.source import REGRESSION
from ffbp.experiment.build import build_network
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.figures.board import MAX_HIGHLIGHTED, Line, boundaries_plot, losses_plot, thinned
from ffbp.ui import chart
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.ui.teachers.board_table import Row
from ffbp.ui.teachers.handed_in import HandedIn

HIGHLIGHTED = "board:highlighted"
PARTS = {"test": "Test loss", "train": "Training loss"}
MAX_DRAWN = 150  # boundaries in one picture


def draw(now: HandedIn, rows: Sequence[Row], *, named: bool) -> None:
    """Both charts side by side. rows: the runs that may be judged; named: whether they go by their names."""
    if not rows:
        return
    texts = _texts(rows)
    chosen = [number for number in session.recall(HIGHLIGHTED, ()) if number in texts]
    # Other texts need another control, as the browser sends texts. They are no labels of it, because it would keep them.
    name = f"{HIGHLIGHTED}:{now.number}:{'names' if named else 'numbers'}"
    own = {"name": name, "value": chosen, "on_change": lambda new: session.keep(tuple(new), HIGHLIGHTED)}
    own |= {"placeholder": "a click on a line does it, too", "max_selections": MAX_HIGHLIGHTED}
    left, right = st.columns(2, vertical_alignment="bottom")
    control.show(left, "multiselect", "Highlight", list(texts), format_func=texts.__getitem__, **own)
    held_out = [row for row in rows if "test_loss" in row.mark.outcome.columns]
    offered = list(PARTS) if held_out else ["train"]
    own = {"name": "board:part", "format_func": PARTS.__getitem__, "label_visibility": "collapsed"}
    part = control.kept(right, "segmented_control", "Loss of", offered, required=True, **own)
    left, right = st.columns(2)
    with left:
        _boundaries(now, rows, chosen, texts)
    with right:
        _losses(held_out if part == "test" else rows, part, chosen, texts)


def _texts(rows) -> dict[int, str]:
    """What each run is called, by its number; people of one name are told apart by it."""
    names = {row.number: row.name for row in sorted(rows, key=lambda row: row.number)}
    counts = Counter(names.values())
    named = {number: name if counts[name] == 1 else f"{name} ({number})" for number, name in names.items()}
    return {number: f"run {name}" if name == f"{number}" else name for number, name in named.items()}


def _choose(place) -> None:
    """Highlight the run of a clicked line, or no longer."""
    chosen = session.recall(HIGHLIGHTED, ())
    if not isinstance(place, int | float):
        return
    number = int(place)
    others = tuple(each for each in chosen if each != number)
    session.keep(others if number in chosen else (*chosen, number)[-MAX_HIGHLIGHTED:], HIGHLIGHTED)


def _losses(rows, part, chosen, texts):
    lines = []
    for row in rows:
        outcome = row.mark.outcome
        lines.append(Line(row.number, texts[row.number], *thinned(outcome.epoch, outcome.columns[f"{part}_loss"])))
    title, words = PARTS[part], "training" if part == "train" else "test"
    ends = [each.y[-1] for each in lines if np.isfinite(each.y[-1])]
    said = (
        f"{len(lines)} runs end at {words} losses from {min(ends):.4g} to {max(ends):.4g}." if ends else "No run ends."
    )
    plot = losses_plot(lines, chosen, words)
    chart.chart(plot, key="board:losses", title=f"{title} of every run", alternative=said, choose=_choose)


# Boundaries


def _boundaries(now, rows, chosen, texts):
    """The boundaries of the largest group of runs whose inputs and classes have the same names."""
    groups = {row.number: _group(now, row.mark.facts.config) for row in rows}
    most = Counter(group for group in groups.values() if group).most_common(1)
    if not most:
        st.caption("None of these runs has a boundary in a plane: they have one input, a number as target, or a file.")
        return
    group = most[0][0]
    own = [row for row in rows if groups[row.number] == group]
    own = sorted(own, key=lambda row: row.number not in chosen)[:MAX_DRAWN]
    first = next(entry for entry in now.submissions.entries if any(entry is row.entry for row in own))
    config = now.mark(first).facts.config
    dataset, plane = _plane(config)
    known = now.pictures.setdefault(("lines", config), {})
    lines = []
    for row in own:
        if row.entry.key not in known:
            known[row.entry.key] = _line(row, plane)
        lines.append(Line(row.number, texts[row.number], *known[row.entry.key]))
    left_out = len(rows) - len(own)
    said = f"The boundaries of {len(own)} runs over the training samples of one of them."
    plot = boundaries_plot(lines, chosen, dataset, plane)
    chart.chart(plot, key="board:boundaries", title="Decision boundary of every run", alternative=said, choose=_choose)
    others = " Other inputs stay at their training mean." if plane.is_slice else ""
    missing = f" {left_out} runs are not drawn: they have other inputs, or there are too many." if left_out else ""
    st.caption(f"{said}{others}{missing}")


def _line(row, plane):
    """The boundary of a run at its end, over the plane of another one."""
    config = row.mark.facts.config
    dataset = Experiment(config).dataset
    network = build_network(config, dataset).with_theta(row.mark.outcome.theta)
    return boundary_lines(network, dataset, plane)


def _plane(config: Config):
    """The data of a configuration, and the plane of its usual columns."""
    experiment = Experiment(config)
    axes = default_axes(experiment.columns, experiment.source.default_columns, experiment.source.groups)
    return experiment.dataset, plane_of(experiment.dataset, axes)


def _group(now: HandedIn, config: Config):
    """What runs in one plane have in common; None for a run without a boundary in a plane."""
    known = now.pictures.setdefault("groups", {})
    if config not in known:
        known[config] = None
        if not config.file_name:
            experiment = Experiment(config)
            names = tuple(experiment.source.feature_names[column] for column in experiment.columns)
            if experiment.resolved.task != REGRESSION and len(names) > 1:
                known[config] = config.dataset, names, experiment.class_names
    return known[config]
