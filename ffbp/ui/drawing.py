"""Drawing: points set by hand. Each change is a new configuration, so the run follows at once and the link holds it."""

from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis.plane import default_axes
from ffbp.experiment import points
from ffbp.experiment.config import Config
from ffbp.experiment.packed_points import MAX_POINTS
from ffbp.figures.latex import plain
from ffbp.ui import files
from ffbp.ui.runs import Shown
from ffbp.ui.session.fragments import catch_up
from ffbp.ui.session.state import session

PAST = "points:past"  # kept in the session: whose points they are, and the earlier ones
TABLE = (
    "points:table"  # likewise: the points that the table starts from, its version, the latest points with their data
)
MAX_PAST = 100


def change(config: Config) -> None:
    """Show a configuration with other points; undo leads back to the one before."""
    before = session.config
    session.keep((_data(before), (*_past(before), before.points)[-MAX_PAST:]), PAST)
    _show(config)


def _past(config):
    """The earlier points; those of other data are forgotten."""
    data, past = session.recall(PAST, (None, ()))
    return past if data == _data(config) else ()


def _data(config):
    return config.dataset, config.columns, config.classes


def _show(config):
    before, view = session.config, session.view
    n = len(config.points) if config.points is not None else 0
    if (config.points is None) != (before.points is None) or (view.sample or 0) >= n:
        session.view = replace(view, sample=None)
    lost = [name for name in ("patience", "epochs") if getattr(config, name) != getattr(before, name)]
    reasons = {
        "patience": "early stopping is off: nothing is held out",
        "epochs": f"epochs were lowered to {config.epochs}",
    }
    session.change(config, warnings=[reasons[name] for name in lost])


def undo() -> None:
    """The points as they were before the last change."""
    config = session.config
    if past := _past(config):
        session.keep((_data(config), past[:-1]), PAST)
        _show(points.replaced(config, past[-1]))


def _do(action):
    with _telling():
        change(action(session.config))


@contextmanager
def _telling():
    """What cannot be is told above the table."""
    try:
        yield
    except ValueError as error:
        session.tell("error", str(error), "points")


def draw(shown: Shown, wanted: dict) -> None:
    """Do what the drawing plane asks for; what cannot be is said above the table."""
    config, plane = session.config, shown.plane
    sizes = [float(np.ptp(limits)) for limits in (plane.x_range, plane.y_range)]
    changed = None
    with _telling():
        changed = points.applied(config, wanted, sizes)
    if changed is None:
        st.rerun()
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
    baseline = session.recall(TABLE)[0]
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
    catch_up()
    session.show_told("points", once=True, place=place)
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
    session.view = session.view.without_plane()  # it chose among more columns than are left
    return changed


def _table_key(config):
    """The editor's key. What it starts from stays the same while the changes are its own, so that it keeps its place."""
    baseline, version, latest = session.recall(TABLE, (None, 0, None))
    if latest != _own(config):
        baseline, version = config.points, version + 1
        session.keep((baseline, version, _own(config)), TABLE)
    return f"data:points:{version}"


def _edited(key) -> int:
    """Bring the configuration up to the table's changes, if they leave at least two whole points.

    Returns how many rows are not complete yet.
    """
    config, changes = session.config, session.sent(key)
    baseline, version, _ = session.recall(TABLE)
    if config.points is None or not changes or key != f"data:points:{version}":
        return 0
    new, unfinished = points.edited(baseline, changes, points.point_names(config), points.point_classes(config))
    if tuple(new) != config.points:
        with _telling():
            changed = points.replaced(config, new)
            change(changed)
            session.keep((baseline, version, _own(changed)), TABLE)
    return unfinished


def _own(config):
    return (*_data(config), config.points)
