"""Drawing: points set by hand. Each change is a new configuration, so the run follows at once and the link holds it."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis.plane import default_axes
from ffbp.experiment import points
from ffbp.experiment.config import Config
from ffbp.experiment.packed_points import MAX_POINTS
from ffbp.figures.latex import plain
from ffbp.ui import address, files
from ffbp.ui.runs import Shown

PAST, BASE, TABLE, FAULT = "points:past", "points:base", "points:table", "points:fault"
MAX_PAST = 100


def change(config: Config) -> None:
    """Show a configuration with other points; undo leads back to the one before."""
    before = st.session_state[address.CONFIG]
    st.session_state[PAST] = (*_past(before), before.points)[-MAX_PAST:]
    _show(config)


def _past(config):
    """The earlier points; those of other data are forgotten."""
    now = (config.dataset, config.columns, config.classes)
    if st.session_state.get(BASE) != now:
        st.session_state[BASE], st.session_state[PAST] = now, ()
    return st.session_state[PAST]


def _show(config):
    before = st.session_state[address.CONFIG]
    view = st.session_state[address.VIEW_STATE]
    n = len(config.points) if config.points is not None else 0
    if (config.points is None) != (before.points is None) or view.get("sample", 0) >= n:
        view.pop("sample", None)
    address.set_config(config)
    lost = [name for name in ("patience", "epochs") if getattr(config, name) != getattr(before, name)]
    reasons = {
        "patience": "early stopping is off: nothing is held out",
        "epochs": f"epochs were lowered to {config.epochs}",
    }
    st.session_state[address.WARNINGS] = [reasons[name] for name in lost]


def undo() -> None:
    """The points as they were before the last change."""
    config = st.session_state[address.CONFIG]
    past = _past(config)
    if past:
        st.session_state[PAST] = past[:-1]
        _show(points.replaced(config, past[-1]))


def _do(action):
    try:
        change(action(st.session_state[address.CONFIG]))
    except ValueError as error:
        st.session_state[FAULT] = str(error)


def draw(shown: Shown, wanted: dict) -> None:
    """Do what the drawing plane asks for; what cannot be is said above the table."""
    config, plane = st.session_state[address.CONFIG], shown.plane
    sizes = [float(np.ptp(limits)) for limits in (plane.x_range, plane.y_range)]
    try:
        changed = points.applied(config, wanted, sizes)
    except ValueError as error:
        st.session_state[FAULT] = str(error)
        return
    if changed != config:
        change(changed)


def points_table(config: Config, shown: Shown) -> None:
    """Points as a table: exact values, classes by name, all by keyboard; start from the data, undo, clear."""
    place = st.container()  # for what could not be done
    if config.points is None:
        _start(config, shown.plane)
        return
    buttons = st.columns(3)
    past = _past(config)
    buttons[0].button(
        "Undo", key="data:undo", on_click=undo, disabled=not past, width="stretch", icon=":material/undo:"
    )
    buttons[1].button(
        "Clear", key="data:clear", on_click=_do, args=(points.clear,), width="stretch", icon=":material/backspace:",
        help="Keeps the first point of each class, because a network needs something to learn.",
    )  # fmt: skip
    buttons[2].button(
        "Back to the dataset", key="data:back", on_click=_do, args=(points.back,), width="stretch",
        icon=":material/restart_alt:",
    )  # fmt: skip
    key = _table_key(config)
    baseline = st.session_state[TABLE][0]
    names, classes = points.point_names(config), points.point_classes(config)
    table = pd.DataFrame(baseline, columns=list(names))
    settings = {name: st.column_config.NumberColumn(format="%.6g", required=True) for name in names}
    if classes:
        table[names[-1]] = [classes[int(k)] for k in table[names[-1]]]
        settings[names[-1]] = st.column_config.SelectboxColumn(options=list(classes), required=True)
    st.data_editor(
        table, key=key, num_rows="dynamic", column_config=settings, on_change=_edited, args=(key,), height=320,
        width="stretch", hide_index=True,
    )  # fmt: skip
    unfinished = _edited(key)
    if st.session_state[address.CONFIG].points != config.points:
        st.rerun()
    if fault := st.session_state.pop(FAULT, None):
        place.error(plain(fault))
    waiting = f", {unfinished} more not complete yet" if unfinished else ""
    st.caption(
        f"{len(config.points)} of at most {MAX_POINTS} points{waiting}. Type into a cell; the last row adds a point; mark rows at "
        "their left edge and press Delete to erase them."
    )


def _start(config, plane):
    if config.file_name:
        st.caption("Points are drawn from a dataset in the list; a file's rows stay as they are.")
        return
    experiment = files.experiment(config)
    n = len(experiment.samples[0])
    taken = f"{MAX_POINTS} of its {n:,} samples, evenly chosen" if n > MAX_POINTS else f"its {n} samples"
    label, action, which = "Start from this dataset", points.start, ""
    if not points.can_start(config):
        source, columns = experiment.source, experiment.columns
        positions = default_axes(columns, source.default_columns) if plane.is_principal else plane.axes
        label = "Use two columns and start" if plane.is_principal else "Use the picture's two columns and start"
        which = " in " + " and ".join(plain(source.feature_names[columns[position]]) for position in positions)
        action = partial(_start_on, positions=positions)
    st.button(
        label, key="data:start", on_click=_do, args=(action,), type="primary", icon=":material/edit:",
        help=f"Takes {taken}{which}, rounded so that they fit into the link.",
    )  # fmt: skip


def _start_on(config, positions):
    changed = points.start_on(config, positions)
    for name in ("across", "up", "pca"):  # they chose among more columns than are left
        st.session_state[address.VIEW_STATE].pop(name, None)
    return changed


def _table_key(config):
    """The editor's key. What it starts from stays the same while the changes are its own, so that it keeps its place."""
    baseline, version, latest = st.session_state.get(TABLE, (None, 0, None))
    if latest != _own(config):
        baseline, version = config.points, version + 1
        st.session_state[TABLE] = (baseline, version, _own(config))
    return f"data:points:{version}"


def _edited(key) -> int:
    """Bring the configuration up to the table's changes, if they leave at least two whole points.

    Returns how many rows are not complete yet.
    """
    config, changes = st.session_state[address.CONFIG], st.session_state.get(key)
    baseline, version, _ = st.session_state[TABLE]
    if config.points is None or not changes or key != f"data:points:{version}":
        return 0
    new, unfinished = points.edited(baseline, changes, points.point_names(config), points.point_classes(config))
    if tuple(new) != config.points:
        try:
            changed = points.replaced(config, new)
        except ValueError as error:
            st.session_state[FAULT] = str(error)
            return unfinished
        change(changed)
        st.session_state[TABLE] = (baseline, version, _own(changed))
    return unfinished


def _own(config):
    return config.dataset, config.columns, config.classes, config.points
