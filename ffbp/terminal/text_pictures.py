"""Boundary and loss curve drawn with characters."""

import numpy as np

from ffbp.analysis.maps import outputs
from ffbp.analysis.plane import Plane, plane_inputs
from ffbp.training.run import Run

WIDTH, HEIGHT = 60, 20
SHADES = " .:-=+*#%@"
LETTERS = "abcdefghij"  # a predicted class; its samples are the capital letter


def boundary_text(run: Run, plane: Plane, frame: int = -1) -> str:
    """The predicted class on the plane as small letters, samples as capital ones; in regression, the output as shades.

    With one input: the output as a curve, and the samples as dots.
    """
    data, frame = run.dataset, range(run.n_frames)[frame]
    x, y = (
        low + (np.arange(n) + 0.5) * (high - low) / n
        for (low, high), n in ((plane.x_range, WIDTH), (plane.y_range, HEIGHT))
    )
    points = x[:, None] if plane.is_line else np.column_stack([np.tile(x, HEIGHT), np.repeat(y, WIDTH)])
    (maps,) = outputs(run, plane_inputs(data, plane, points), slice(frame, frame + 1))
    cells = np.full((HEIGHT, WIDTH), " ")
    regression = data.task == "regression"
    if plane.is_line:
        _place_samples(cells, run, plane, "." if regression else None)
        for k, curve in enumerate(data.decode_target(maps) if regression else maps):
            rows = cell(curve, plane.y_range, HEIGHT)
            inside = (rows >= 0) & (rows < HEIGHT)
            cells[rows[inside], np.arange(WIDTH)[inside]] = "*" if regression or len(maps) == 1 else LETTERS[k]
        notes = [f"* the network's output; {'. a sample' if regression else 'capital letters: training samples'}"]
        up = data.target_name if regression else "output"
    elif regression:
        values = data.decode_target(maps[0]).reshape(HEIGHT, WIDTH)
        low, high = float(data.decode_target(data.y_train).min()), float(data.decode_target(data.y_train).max())
        share = np.clip(np.nan_to_num((values - low) / ((high - low) or 1.0), nan=0.5), 0, 1)
        shades = np.array(list(SHADES))
        cells = shades[np.minimum((share * len(SHADES)).astype(int), len(SHADES) - 1)]
        notes = [f"darker is higher: blank {low:.4g} or less, @ {high:.4g} or more ({data.target_name})"]
        up = plane.names[1]
    else:
        decided = run.architecture.decide(maps).reshape(HEIGHT, WIDTH)
        cells = np.array(list(LETTERS))[decided]
        _place_samples(cells, run, plane, None)
        notes = ["small letters: predicted class; capital letters: training samples"]
        up = plane.names[1]
    if not regression:
        notes.append(", ".join(f"{LETTERS[k]} {name}" for k, name in enumerate(data.class_names)))
    return boxed(cells, plane.x_range, plane.y_range, plane.names[0], up, notes)


def _place_samples(cells, run, plane, mark):
    data = run.dataset
    points = plane.coordinates(data.raw_train[:, data.columns])
    up = data.line_height(data.y_train) if plane.is_line else points[:, 1]
    columns, rows = cell(points[:, 0], plane.x_range, WIDTH), cell(up, plane.y_range, HEIGHT)
    for i in np.flatnonzero((columns >= 0) & (columns < WIDTH) & (rows >= 0) & (rows < HEIGHT)):
        cells[rows[i], columns[i]] = mark or LETTERS[int(data.y_train[i]) % len(LETTERS)].upper()


def loss_text(run: Run) -> str:
    """Training loss (*) and test loss (o) over epochs, on a log axis if it falls far."""
    h = run.history
    lines = [("*", h.train_loss), ("o", h.test_loss)]
    values = np.concatenate([h.train_loss, h.test_loss])
    finite = values[np.isfinite(values) & (values > 0)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.1, 1.0)
    log = high / low > 20
    limits = (np.log10(low), np.log10(high)) if log else (0.0, high)
    limits = (limits[0], max(limits[1], limits[0] + 1e-9))
    last = float(max(h.epoch[-1], 1))
    cells = np.full((HEIGHT // 2 + 2, WIDTH), " ")
    for mark, values in reversed(lines):
        if np.isnan(values).all():
            continue
        at = np.interp(np.linspace(0, last, WIDTH), h.epoch, values)
        with np.errstate(divide="ignore", invalid="ignore"):
            rows = cell(np.log10(at) if log else at, limits, len(cells), closed=True)
        inside = (rows >= 0) & (rows < len(cells))
        cells[rows[inside], np.arange(WIDTH)[inside]] = mark
    shown = (10.0 ** limits[0], 10.0 ** limits[1]) if log else limits
    note = f"* training loss{'' if np.isnan(h.test_loss).all() else ', o test loss'}{' (log axis)' if log else ''}"
    return boxed(cells, (0, last), shown, "epoch", "loss", [note])


def cell(values, limits, n, *, closed=False):
    """The cell, 0 to n - 1, of each value between two limits; -1 or n outside. closed: the upper limit is in the last cell."""
    low, high = limits
    with np.errstate(over="ignore"):
        share = np.nan_to_num((np.asarray(values, dtype=float) - low) / (high - low), nan=-1.0, posinf=2.0, neginf=-1.0)
    share = np.clip(share, -1, 2)
    if closed:
        share = np.where(share >= 1, np.where(share > 1 + 1e-9, 2.0, 1 - 1e-9), share)
    return np.clip(np.floor(share * n), -1, n).astype(int)


def boxed(cells, x_range, y_range, x_title, y_title, notes):
    """Rows of characters, the lowest first, in a frame with the axes' ends and titles, and notes below it.

    x_range: the two ends, numbers or texts, or a line of text as wide as the rows.
    """
    low, high = map(_end, y_range)
    margin, width = max(len(high), len(low)) + 1, cells.shape[1]
    labels = [high, *[""] * (len(cells) - 2), low]
    rows = [f"{label:>{margin}} |{''.join(row)}|" for label, row in zip(labels, cells[::-1], strict=True)]
    if isinstance(x_range, str):
        axis = [x_range, *([f"{x_title:^{width}}"] if x_title else [])]
    else:
        left, right = map(_end, x_range)
        axis = [f"{left}{x_title:^{max(width - len(left) - len(right), 1)}}{right}"]
    pad = " " * margin
    below = [f"{pad} +{'-' * width}+", *(f"{pad}  {line}".rstrip() for line in axis), *(f"   {n}" for n in notes)]
    return "\n".join([f"{pad} {y_title}", *rows, *below])


def _end(value) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"
