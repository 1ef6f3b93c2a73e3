"""Tables: a run as CSV files for spreadsheets, with all digits.

Numbers are written by ``repr``, so they read back exactly; an empty cell is a number that was not measured. A name that
starts like a formula (= + - @) gets an apostrophe in front, because a spreadsheet would otherwise evaluate it. The tables of a
run with a deliberate fault say so in a last column, in every row, because rows are copied without what stands above them.
"""

import csv
import io
from collections.abc import Iterable

import numpy as np

from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.faults.registry import banner
from ffbp.programs.program import cell_text
from ffbp.training.run import Run

SCORES = ("train_accuracy", "test_accuracy", "train_r2", "test_r2")
HISTORY = ("epoch", "step", "train_loss", "test_loss", "penalty", "total", *SCORES)
NORMS = ("grad_norm", "grad_norm_b", "grad_rms", "clipped_norm", "update_norm", "weight_norm")
PER_LAYER = (*NORMS, "inactive", "saturated")


def history_csv(run: Run) -> str:
    """A row per frame: losses and scores. Columns without any measured number are omitted."""
    columns = {name: getattr(run.history, name) for name in HISTORY}
    columns = {name: column for name, column in columns.items() if not np.isnan(column).all()}
    return _csv(run, ["frame", *columns], ([i, *row] for i, row in enumerate(zip(*columns.values(), strict=True))))


def gradients_csv(run: Run) -> str:
    """A row per frame and layer: norms of gradient, update and weights, and counts of inactive and saturated units."""
    h = run.history
    columns = [getattr(h, name) for name in PER_LAYER]
    rows = (
        [i, h.epoch[i], l + 1, *(column[i, l] for column in columns)]
        for i in range(run.n_frames)
        for l in range(h.grad_norm.shape[1])
    )
    return _csv(run, ["frame", "epoch", "layer", *PER_LAYER], rows)


def weights_csv(run: Run) -> str:
    """A row per frame, a column per parameter: W[l][i,j] is layer l's weight from j to i, b[l][i] its bias."""
    network = run.architecture
    names = []
    for l, layer in enumerate(network.layers, start=1):
        for i in range(1, layer.n_out + 1):
            names += [f"W[{l}][{i},{j}]" for j in range(1, layer.n_in + 1)] + [f"b[{l}][{i}]"]
    h = run.history
    return _csv(run, ["frame", "epoch", *names], ([i, h.epoch[i], *theta.tolist()] for i, theta in enumerate(h.theta)))


def steps_csv(run: Run) -> str:
    """A row per step: the batch's data loss before the update."""
    return _csv(run, ["step", "loss"], enumerate(run.history.step_loss.tolist(), start=1))


def data_csv(run: Run) -> str:
    """A row per sample in the source's order: row, part (train or test), all features and the target in their own units."""
    data, rows = run.dataset, []
    for part in data.parts:
        regression = data.task == REGRESSION
        targets = own_targets(data, part.y).tolist() if regression else [data.class_names[int(k)] for k in part.y]
        samples = zip(part.rows, part.raw.tolist(), targets, strict=True)
        rows += [[row, part.name, *features, target] for row, features, target in samples]
    rows.sort(key=lambda row: row[0])
    return _csv(run, ["row", "part", *data.feature_names, data.target_name], rows)


def own_targets(data: Dataset, y: np.ndarray) -> np.ndarray:
    """Standardised targets y (n,) in their own units: the shortest decimals that standardise to the same numbers."""
    values = data.decode_target(y)
    short = np.array([float(f"{value:.15g}") for value in values])
    return np.where((short - data.target_mean) / data.target_std == y, short, values)


def _csv(run: Run, header: Iterable, rows: Iterable) -> str:
    if words := banner(run.config.fault):
        header, rows = [*header, "fault"], ([*row, words] for row in rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell_text(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value):
    if isinstance(value, str):
        return cell_text(value)
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else repr(float(value))
    return int(value)
