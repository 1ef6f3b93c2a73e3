"""Boundary and loss drawn with characters, for a terminal without pictures."""

import numpy as np

from ffbp.analysis.maps import outputs
from ffbp.analysis.plane import Plane, plane_inputs
from ffbp.training.run import Run

WIDTH, HEIGHT = 60, 20
SHADES = " .:-=+*#%@"
LETTERS = "abcdefghij"  # the network's answer; a sample of the class is the capital letter


def boundary_text(run: Run, plane: Plane, frame: int = -1) -> str:
    """The network's answer everywhere on the plane as a letter (a sample is a capital one), or as a shade in regression.

    On one input: the output as a curve, and the samples as dots.
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
            rows = _cell(curve, plane.y_range, HEIGHT)
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
        notes = [f"darker is more: blank {low:.4g} or less, @ {high:.4g} or more ({data.target_name})"]
        up = plane.names[1]
    else:
        decided = run.architecture.decide(maps).reshape(HEIGHT, WIDTH)
        cells = np.array(list(LETTERS))[decided]
        _place_samples(cells, run, plane, None)
        notes = ["small letters: the network's answer; capital letters: training samples"]
        up = plane.names[1]
    if not regression:
        notes.append(", ".join(f"{LETTERS[k]} {name}" for k, name in enumerate(data.class_names)))
    return "\n".join(
        [*_boxed(cells[::-1], plane.x_range, plane.y_range, plane.names[0], up), *(f"   {note}" for note in notes)]
    )


def _place_samples(cells, run, plane, mark):
    data = run.dataset
    points = plane.coordinates(data.raw_train[:, data.columns])
    up = data.line_height(data.y_train) if plane.is_line else points[:, 1]
    columns, rows = _cell(points[:, 0], plane.x_range, WIDTH), _cell(up, plane.y_range, HEIGHT)
    for i in np.flatnonzero((columns >= 0) & (columns < WIDTH) & (rows >= 0) & (rows < HEIGHT)):
        cells[rows[i], columns[i]] = mark or LETTERS[int(data.y_train[i]) % len(LETTERS)].upper()


def loss_text(run: Run) -> str:
    """Training loss (*) and test loss (o) over epochs, on a log axis where it falls far."""
    h = run.history
    lines = [("*", h.train_loss), ("o", h.test_loss)]
    finite = np.concatenate([values[np.isfinite(values) & (values > 0)] for _, values in lines])
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
            rows = _cell(np.log10(at) if log else at, limits, len(cells), closed=True)
        inside = (rows >= 0) & (rows < len(cells))
        cells[rows[inside], np.arange(WIDTH)[inside]] = mark
    shown = (10.0 ** limits[0], 10.0 ** limits[1]) if log else limits
    note = f"* training loss{'' if np.isnan(h.test_loss).all() else ', o test loss'}{' (log axis)' if log else ''}"
    return "\n".join([*_boxed(cells[::-1], (0, last), shown, "epoch", "loss"), f"   {note}"])


def _cell(values, limits, n, *, closed=False):
    """The cell of each value between two limits; -1 or n outside. closed: the upper limit itself is in the last cell."""
    low, high = limits
    with np.errstate(over="ignore"):
        share = np.nan_to_num((np.asarray(values, dtype=float) - low) / (high - low), nan=-1.0, posinf=2.0, neginf=-1.0)
    share = np.clip(share, -1, 2)
    if closed:
        share = np.where(share >= 1, np.where(share > 1 + 1e-9, 2.0, 1 - 1e-9), share)
    return np.clip(np.floor(share * n), -1, n).astype(int)


def _boxed(cells, x_range, y_range, x_title, y_title):
    """Rows of characters, the highest first, in a frame with the axes' ends and titles."""
    high, low = (f"{value:.4g}" for value in y_range[::-1])
    margin = max(len(high), len(low)) + 1
    yield f"{'':{margin}} {y_title}"
    for i, row in enumerate(cells):
        label = high if i == 0 else low if i == len(cells) - 1 else ""
        yield f"{label:>{margin}} |{''.join(row)}|"
    left, right = f"{x_range[0]:.4g}", f"{x_range[1]:.4g}"
    yield f"{'':{margin}} +{'-' * cells.shape[1]}+"
    yield f"{'':{margin}}  {left}{x_title:^{max(cells.shape[1] - len(left) - len(right), 1)}}{right}"
