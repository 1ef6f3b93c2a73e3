"""A sweep in the terminal: its table, a row a run, and its picture with a column a value."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from threadpoolctl import threadpool_limits

from ffbp.experiment.differences import value_text
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS, KEYS
from ffbp.experiment.problems import ConfigError
from ffbp.terminal.options import UsageError
from ffbp.terminal.page import Page, with_bar
from ffbp.terminal.text_pictures import SHADES, boxed, cell
from ffbp.training.sweep import SEEDS, Sweep, plan_sweep
from ffbp.training.target import Target
from ffbp.words.numbers import format_number, format_percent
from ffbp.words.of_a_comparison import goal

MAX_ROWS = 100  # of the printed table; the file has them all
LONG = 5.0  # estimated seconds of work from which all processors share it
HEIGHT, BAND, MAX_BANDS, WIDEST = 14, 9, 10, 90  # of the picture: rows; characters a value, for so many; all of them


def plan(experiment: Experiment, given: argparse.Namespace) -> tuple[Sweep, Target | None]:
    """The sweep that the options describe, not trained yet, and what counts as success. Raises UsageError."""
    if given.export:
        raise UsageError("--export must be left out with --sweep; --out writes its table")
    swept = [_swept(text) for text in given.sweep]
    names, lists = [name for name, _ in swept], [values for _, values in swept]
    values = lists[0] if len(lists) == 1 else lists
    source = experiment.source if experiment.config.file_name else None
    target = _target(given.success) if given.success else None
    seeds = SEEDS if given.seeds is None else range(_n_seeds(given.seeds))
    chosen = {"seeds": seeds, "vary": given.vary or "both", "source": source}
    try:
        return plan_sweep(experiment.config, field=names, values=values, **chosen), target
    except ValueError as error:
        raise UsageError(str(error)) from None


def tell(planned: Sweep, target: Target | None, *, quiet: bool) -> None:
    """Train the sweep, and print its table, its picture and its successes. Raises UsageError for a target it lacks."""
    try:
        _show(Page(), _trained(planned), target, quiet=quiet)
    except ConfigError as error:
        raise UsageError(str(error)) from None


def _trained(planned: Sweep) -> Sweep:
    if planned.work > LONG:
        return planned.train()
    with threadpool_limits(1, user_api="blas"):
        return with_bar(planned.fit())


def _swept(text: str):
    """The field and the values of "learning_rate=0.01,0.1,1"; without "=", all keys of its registry."""
    name, given, values = text.partition("=")
    name = KEYS.get(name.strip().replace("-", "_"), name.strip().replace("-", "_"))
    if not given or name not in FIELDS:
        return name, None
    return name, [_value(FIELDS[name], each.strip()) for each in values.split(",")]


def _value(each, text):
    if each.default is None and text in ("none", getattr(each.control, "none", "none")):
        return None
    return each.kind.read(text)


def _n_seeds(text) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise UsageError(f"--seeds must be a whole number above 0, got {text!r}")
    return int(text)


def _target(text) -> Target:
    """The target of "loss=0.3" or "test_accuracy=0.9"."""
    name, _, value = text.partition("=")
    on, _, column = name.strip().rpartition("_")
    try:
        return Target(**{column: float(value), "on": on or "train"})
    except (TypeError, ValueError):
        rule = "loss, accuracy, test_loss or test_accuracy, and a value, such as loss=0.3"
        raise UsageError(f"--success must be {rule}, got {text!r}") from None


# What is printed


def _show(page, found: Sweep, target, *, quiet) -> None:
    table = found.table(target)
    if not quiet:
        page.heading(f"{len(table)} runs")
        page.table(_rows(found, table.head(MAX_ROWS)))
        if len(table) > MAX_ROWS:
            page.say(f"… and {len(table) - MAX_ROWS} more; --out writes all of them.")
    if len(found.fields) == 2:
        page.heading("Median of the training loss at the end")
        page.block(grid_text(found))
    else:
        page.heading("Loss at the end of each run")
        page.block(ends_text(found))
    if target is not None:
        page.heading(f"Runs that end with {goal(asdict(target), format_number, format_percent)}")
        _show_rates(page, found, target)


def _show_rates(page, found, target):
    rows = [["", "runs", "succeed", "share", "95 % interval (Wilson)", "median epochs"]]
    for rate, epochs in zip(found.rates(target), found.median_epochs(target), strict=True):
        label = ", ".join(map(_label, found.fields, rate.values)) or "all"
        interval = f"{format_percent(rate.low)} to {format_percent(rate.high)}"
        median = "never" if np.isnan(epochs) else f"{epochs:g}"
        rows.append([label, str(rate.n), str(rate.successes), format_percent(rate.share), interval, median])
    page.table(rows)


def _rows(found, table) -> list[list[str]]:
    """The table as texts, without columns that are empty in every row."""
    table = table.dropna(axis="columns", how="all")
    columns = []
    for name in table.columns:
        each = [_label(name, value) if name in found.fields else _text(value) for value in table[name]]
        columns.append([name, *each])
    return [list(row) for row in zip(*columns, strict=True)]


def _text(value) -> str:
    """A cell; empty where a run neither diverged nor stopped."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        return format_number(value)
    return "" if str(value) == "<NA>" else str(value)


def _label(name, value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return FIELDS[name].kind.text(value)
    return value_text(name, value)


def ends_text(found: Sweep) -> str:
    """Training loss (*) and test loss (o) at the end of each run, a column a value; x on the upper edge: it diverged."""
    title, values = (FIELDS[found.fields[0]].label, found.values[0]) if found.fields else ("", (None,))
    labels = [_label(found.fields[0], value) for value in values] if found.fields else [f"{len(found.seeds)} seeds"]
    band = BAND if len(values) <= MAX_BANDS else max(2, WIDEST // len(values))
    if not found.fields:
        band = min(max(len(found.seeds), len(labels[0])) + 2, WIDEST)
    cells = np.full((HEIGHT, band * len(values)), " ")
    diverged = found.diverged
    losses = {
        mark: np.where(diverged, np.nan, found.ends(column))
        for mark, column in (("o", "test_loss"), ("*", "train_loss"))
    }
    limits, log = _limits(np.concatenate(list(losses.values())))
    at = np.repeat(np.arange(len(values)), len(found.seeds)) * band
    across = at + 1 + np.tile(np.arange(len(found.seeds)) % max(band - 2, 1), len(values))
    for mark, ends in losses.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            rows = cell(np.log10(ends) if log else ends, limits, HEIGHT - 1, closed=True)
        seen = np.isfinite(ends)
        cells[np.clip(rows[seen], 0, HEIGHT - 2), across[seen]] = mark
    cells[-1, across[diverged]] = "x"
    shown = tuple(10.0**limit for limit in limits) if log else limits
    test = "" if np.isnan(found.ends("test_loss")).all() else ", o test loss"
    notes = [f"* training loss{test}, a mark a run{' (log axis)' if log else ''}"]
    if diverged.any():
        notes.append(f"x on the upper edge: diverged, {diverged.sum()} of {len(diverged)} runs")
    return boxed(cells, _under(labels, band), shown, title, "loss", notes)


def _under(labels: Sequence[str], band: int):
    """The labels below their columns, or only the first and the last where they do not fit."""
    if max(map(len, labels)) < band:
        return "".join(f"{label:^{band}}" for label in labels)
    return labels[0], labels[-1]


def grid_text(found: Sweep) -> str:
    """The median over the seeds of the end's training loss, by rank: darker is lower; x where it diverged.

    The first field goes up, the second across.
    """
    ends = np.where(found.diverged, np.inf, found.ends("train_loss")).reshape(found.shape)
    medians = np.median(ends, axis=-1)
    finite = np.isfinite(medians)
    values, ranks = np.unique(medians[finite], return_inverse=True)
    cells = np.full(medians.shape, "x")
    cells[finite] = np.array(list(SHADES[::-1]))[ranks * len(SHADES) // max(len(values), 1)]
    cells = np.repeat(cells, max(1, 48 // cells.shape[1]), axis=1)
    notes = ["x: diverged"]
    if len(values):
        notes = [f"darker is lower, by rank: @ from {values[0]:.4g}, blank to {values[-1]:.4g}", *notes]
    (down, across), values = found.fields, found.values
    ends_of = [tuple(_label(name, each[i]) for i in (0, -1)) for name, each in zip((down, across), values, strict=True)]
    return boxed(cells, ends_of[1], ends_of[0], FIELDS[across].label, FIELDS[down].label, notes)


def _limits(values) -> tuple[tuple[float, float], bool]:
    """The lowest and the highest value, as logarithms if they lie far apart, and whether they do."""
    finite = values[np.isfinite(values) & (values > 0)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.1, 1.0)
    log = high / low > 20
    limits = (np.log10(low), np.log10(high)) if log else (low, high)
    return (limits[0], max(limits[1], limits[0] + 1e-9)), log
