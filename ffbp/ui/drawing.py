"""Points drawn by hand. Each change makes a new configuration: the run follows at once and the link contains the points."""

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

PAST = "points:past"  # kept in the session: the data that the points belong to, and their earlier versions
TABLE = "points:table"  # kept, too: the table's starting points and version, the latest points and their data
MAX_PAST = 100


def change(config: Config) -> None:
    """Take a configuration with other points; `undo` returns to the points before."""
    before = session.config
    session.keep((_data(before), (*_past(before), before.points)[-MAX_PAST:]), PAST)
    _show(config)


def _past(config):
    """The earlier points, if they belong to the same data."""
    data, past = session.recall(PAST, (None, ()))
    return past if data == _data(config) else ()


def _data(config):
    return config.dataset, config.columns, config.classes


def _show(config):
    before, view = session.config, session.view
    n = len(config.points) if config.points is not None else 0
    if (config.points is None) != (before.points is None) or (view.sample or 0) >= n:
        session.view = replace(view, sample=None)
    reasons = {
        "patience": "early stopping is off because there is no test set",
        "epochs": f"epochs were lowered to {config.epochs}",
    }
    changed = [name for name in reasons if getattr(config, name) != getattr(before, name)]
    session.change(config, warnings=[reasons[name] for name in changed], asked=("points",))


def undo() -> None:
    """Return to the points before the last change."""
    config = session.config
    if past := _past(config):
        session.keep((_data(config), past[:-1]), PAST)
        _show(points.replaced(config, past[-1]))


def _do(action):
    with _telling():
        change(action(session.config))


@contextmanager
def _telling():
    """Report an impossible change above the table."""
    try:
        yield
    except ValueError as error:
        session.tell("error", str(error), "points")


def draw(shown: Shown, wanted: dict) -> None:
    """Carry out a change made in the picture."""
    config, plane = session.config, shown.plane
    sizes = [float(np.ptp(limits)) for limits in (plane.x_range, plane.y_range)]
    changed = None
    with _telling():
        changed = points.applied(config, wanted, sizes)
    if changed is not None:
        change(changed)


def points_table(config: Config) -> None:
    """The drawn points as a table with exact values and class names, for keyboard use, too; buttons to undo and to clear."""
    place = st.container()  # for errors
    words = "Keeps the first point of each class, because a network needs something to learn."
    left, right, _ = st.columns([1, 1, 2])
    fixed = bool(session.view.class_link.locked("points"))
    _button(left, "Undo", "undo", undo, icon="undo", disabled=fixed or not _past(config))
    own = {"disabled": fixed, "help": words}
    _button(right, "Clear", "clear", partial(_do, points.clear), icon="backspace", **own)
    key = _table_key(config)
    baseline = session.recall(TABLE)[0]
    names, classes = points.point_names(config), points.point_classes(config)
    table = pd.DataFrame(baseline, columns=list(names))
    settings = {name: st.column_config.NumberColumn(format="%.6g", required=True) for name in names}
    if classes:
        table[names[-1]] = [classes[int(k)] for k in table[names[-1]]]
        settings[names[-1]] = st.column_config.SelectboxColumn(options=list(classes), required=True)
    own = {"key": key, "on_change": _edited, "args": (key,), "column_config": settings}
    own["disabled"] = bool(session.view.class_link.locked("points"))
    st.data_editor(table, num_rows="dynamic", height=320, width="stretch", hide_index=True, **own)
    unfinished = _edited(key)
    catch_up()
    session.show_told("points", once=True, place=place)
    waiting = f", {unfinished} more incomplete" if unfinished else ""
    st.caption(
        f"{len(config.points)} of at most {MAX_POINTS} points{waiting}. Type into a cell to change it, or into the last row to add "
        "a point. To erase points, tick their rows and press Delete."
    )


def _button(place, label, name, action, *, icon, **options):
    place.button(label, key=f"data:{name}", on_click=action, icon=f":material/{icon}:", width="stretch", **options)


def starter(config: Config, shown: Shown) -> None:
    """The button that starts drawing from the experiment's dataset, or, once points are drawn, leads back to it."""
    if config.file_name:
        st.caption("Points start from a built-in dataset. Choose one first.")
        return
    if config.points is not None:
        _button(st, "Back to the dataset", "back", partial(_do, points.back), icon="restart_alt")
        st.caption(f"{len(config.points)} points. Click in the plot to add more.")
        return
    experiment, plane = files.experiment(config), shown.plane
    n = len(experiment.samples[0])
    taken = f"{MAX_POINTS} of its {n:,} samples, evenly spaced" if n > MAX_POINTS else f"its {n} samples"
    label, action, which = "Start from this dataset", points.start, ""
    if not points.can_start(config):
        source, columns = experiment.source, experiment.columns
        positions = default_axes(columns, source.default_columns) if plane.is_principal else plane.axes
        label = "Use two columns and start" if plane.is_principal else "Use the plot's two columns and start"
        which = " in " + " and ".join(plain(source.feature_names[columns[position]]) for position in positions)
        action = partial(_start_on, positions=positions)
    words = f"Takes {taken}{which}, rounded so that they fit into the link."
    _button(st, label, "start", partial(_do, action), icon="edit", help=words)
    session.show_told("points", once=True)
    st.caption("Then click in the plot to add or drag points. They are part of the link.")


def _start_on(config, positions):
    changed = points.start_on(config, positions)
    session.view = session.view.without_plane()  # its axes refer to more columns than are left
    return changed


def _table_key(config):
    """The editor's key. While all changes are its own, its starting points stay the same, so that it keeps its place."""
    baseline, version, latest = session.recall(TABLE, (None, 0, None))
    if latest != _own(config):
        baseline, version = config.points, version + 1
        session.keep((baseline, version, _own(config)), TABLE)
    return f"data:points:{version}"


def _edited(key) -> int:
    """Apply the table's changes to the configuration; returns the number of incomplete rows."""
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
