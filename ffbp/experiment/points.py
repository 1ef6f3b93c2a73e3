"""Drawn points: samples set by hand, as changes of a configuration.

Each function takes a `Config` and returns the next one, so that a click, a table and an undo are the same thing: a new
configuration, which trains a new run. A point is the values of the chosen columns, in their own units, and then its
class or value.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ffbp.data.source import REGRESSION
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.packed_points import MAX_DECIMALS, MAX_POINTS
from ffbp.experiment.problems import ConfigError

MIN_POINTS = 2
SIGNIFICANT = 3  # decimals of the plane's size that a point keeps

Point = tuple[float, ...]


def can_start(config: Config) -> bool:
    """Whether a drawing can start from a configuration's data: one or two columns of the registry's data are used."""
    return not config.file_name and len(Experiment(config).columns) <= 2


def start(config: Config) -> Config:
    """Draw on from the data as they are: their samples become points, at most MAX_POINTS, evenly chosen and rounded.

    Of more samples those are taken whose rows lie evenly apart. Each column keeps SIGNIFICANT decimals of its range, so
    that the points fit into a link. Raises ValueError for a file and for more than two columns.
    """
    if config.points is not None:
        return config
    if not can_start(config):
        raise ConfigError("points", "point_start", None)
    experiment = Experiment(config)
    source, (X, y) = experiment.source, experiment.samples
    rows = np.unique(np.linspace(0, len(X) - 1, min(len(X), MAX_POINTS)).round().astype(int))
    chosen = X[np.ix_(rows, experiment.columns)]
    columns = [_rounded(column, column) for column in chosen.T]
    target = y[rows].astype(float)
    columns.append(_rounded(target, target) if source.task == REGRESSION else target)
    test_size = 0.0 if source.fixed else config.test_size
    return _with(config, np.column_stack(columns).tolist(), test_size=test_size)


def start_on(config: Config, positions: tuple[int, int]) -> Config:
    """The same from more than two columns: of the chosen ones only those at two positions are used from now on.

    Weights typed in for more inputs give way. Raises ValueError for a file.
    """
    if config.file_name:
        raise ConfigError("points", "point_start", None)
    columns = Experiment(config).columns
    pair = tuple(columns[position] for position in positions)
    return start(replace(config, columns=pair, initial_theta=None))


def _rounded(values, of):
    decimals = decimals_for(float(np.ptp(of)))
    return np.array([round(float(value), decimals) + 0.0 for value in values])  # + 0.0: no negative zero


def decimals_for(size: float) -> int:
    """The decimals that give SIGNIFICANT digits of a plane of this size: 2 for 3.5, 3 for 0.5."""
    return SIGNIFICANT if size <= 0 else min(SIGNIFICANT - math.ceil(math.log10(size)), MAX_DECIMALS)


def add(config: Config, point: Sequence[float]) -> Config:
    """One more point at the end. Raises ValueError beyond MAX_POINTS and for a point that does not fit the data."""
    return _with(config, [*start(config).points, point])


def move(config: Config, index: int, point: Sequence[float]) -> Config:
    """Another place, class or value for one point."""
    points = list(start(config).points)
    points[_checked(index, points)] = point
    return _with(config, points)


def erase(config: Config, index: int) -> Config:
    """One point fewer. Raises ValueError if fewer than MIN_POINTS would remain."""
    points = list(start(config).points)
    del points[_checked(index, points)]
    return _with(config, points)


def clear(config: Config) -> Config:
    """Only the first point of each class, or the first and the last, so that there is still something to learn."""
    points = start(config).points
    first = {point[-1]: i for i, point in reversed(list(enumerate(points)))}
    classes = Experiment(config).source.task != REGRESSION and len(first) > 1
    return _with(config, [points[i] for i in sorted(first.values())] if classes else [points[0], points[-1]])


def back(config: Config) -> Config:
    """The dataset's own samples again."""
    return _with(config, None)


def replaced(config: Config, points: Sequence[Sequence[float]]) -> Config:
    """All points at once, as a table has them."""
    return _with(config, points)


def applied(config: Config, change: Mapping, sizes: Sequence[float]) -> Config:
    """The configuration after a change of the drawing plane, which comes from a browser and may be anything.

    change: ``kind`` ("add", "move" or "erase"), ``index`` of the point and ``point``, its numbers, None where one stays
    as it was. sizes: the plane's width and height, to whose digits a new place is rounded (`decimals_for`). Raises
    ValueError for what is no such change.
    """
    kind, index, new = change.get("kind"), change.get("index"), change.get("point")
    if kind not in ("add", "move", "erase"):
        raise ConfigError("change", "change", kind)
    if kind != "add":
        if isinstance(index, float) and index.is_integer():
            index = int(index)
        if not isinstance(index, int) or isinstance(index, bool):
            raise ConfigError("index", "whole", index)
        _checked(index, config.points)
        if kind == "erase":
            return erase(config, index)
    old = config.points[index] if kind == "move" else (None,) * len(config.points[0])
    if not isinstance(new, list | tuple) or len(new) != len(old):
        raise ConfigError("point", "n_numbers", new, n=len(old))
    source = Experiment(config).source
    place = len(source.feature_names) + (source.task == REGRESSION)  # a class is never rounded
    point = []
    for i, (value, before) in enumerate(zip(new, old, strict=True)):
        value = before if value is None else value
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise ConfigError("point", "numbers", new)
        exact = value == before or i >= place or i >= len(sizes)
        point.append(float(value) if exact else round(float(value), decimals_for(sizes[i])) + 0.0)
    return add(config, point) if kind == "add" else move(config, index, point)


def _checked(index, points):
    if not 0 <= index < len(points):
        raise ConfigError("index", "bounds", index, low=0, high=len(points) - 1)
    return index


def _with(config, points, **options):
    """The configuration with other points; what no longer fits (early stopping without a test part, epochs) gives way."""
    if points is not None and len(points) < MIN_POINTS:
        raise ConfigError("points", "too_few_points", len(points), low=MIN_POINTS)
    try:
        return replace(config, points=points, **options)
    except ConfigError as error:
        if error.problem.field not in ("patience", "epochs"):
            raise
    changed = replace(config, points=points, patience=None, epochs=1, **options)
    return replace(changed, epochs=min(config.epochs, Experiment(changed).epochs_that_fit))


# The same points as rows of a table


def edited(
    points: Sequence[Point], changes: dict, column_names: Sequence[str], class_names: Sequence[str] = ()
) -> tuple[list[Point], int]:
    """Points after a table's changes, and how many rows are not complete yet, which do not count.

    changes: ``edited_rows`` {row: {column: value}}, ``added_rows`` [{column: value}], ``deleted_rows`` [row], rows as
    in ``points``. column_names: the columns' and the target's. A class is given by its name.
    """
    rows = [list(point) for point in points]
    for row, cells in changes.get("edited_rows", {}).items():
        for name, value in cells.items():
            rows[int(row)][column_names.index(name)] = _value(name, value, column_names, class_names)
    deleted = set(changes.get("deleted_rows", ()))
    rows = [row for i, row in enumerate(rows) if i not in deleted]
    for cells in changes.get("added_rows", ()):
        rows.append([_value(name, cells.get(name), column_names, class_names) for name in column_names])
    complete = [tuple(row) for row in rows if None not in row]
    return complete, len(rows) - len(complete)


def _value(name, value, column_names, class_names):
    if class_names and name == column_names[-1]:
        return float(class_names.index(value)) if value in class_names else None
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def point_names(config: Config) -> tuple[str, ...]:
    """The names of a point's numbers: the chosen columns', then the target's."""
    source = Experiment(start(config)).source
    return (*source.feature_names, source.target_name)


def point_classes(config: Config) -> tuple[str, ...]:
    """The names of the classes that a point can have; () where it has a value."""
    return Experiment(config).class_names
