"""All samples at once: what each hidden layer does to them, and how well a straight line fits them then."""

import numpy as np
import streamlit as st

from ffbp.analysis.layer_view import MAX_LINE_SAMPLES, layer_view, straight_line_score
from ffbp.analysis.plane import cell_centres, plane_inputs
from ffbp.data.source import REGRESSION
from ffbp.figures import forward as pictures
from ffbp.ui.chart import chart
from ffbp.ui.moment import Moment
from ffbp.ui.samples import choose_sample
from ffbp.ui.session import control
from ffbp.words.numbers import format_number, format_percent

DRAWN_SAMPLES, RANGE_FRAMES, GRID_LINES, GRID_POINTS, PICTURES_A_ROW = 300, 12, 11, 41, 3
CLASSES = (
    "Every hidden layer moves all samples. The grid, drawn over the plane of the inputs, shows how the layer bends, folds and "
    "stretches. A classifier's last layer can only draw a straight line, so the hidden layers must make the classes separable."
)
TARGET = (
    "Every hidden layer moves all samples. The last layer can only fit a straight line (a plane) to what it gets, so the hidden "
    "layers must make the target linear."
)
SLICE = " The grid is a slice: the other inputs stay at their training mean."


def all_samples(moment: Moment) -> None:
    """Show what each hidden layer does to all samples and to a grid over the plane, and how well a straight line fits."""
    box = control.opened("What each layer does to all training samples", key="forward:space")
    if not box:
        return
    with box:
        regression = moment.dataset.task == REGRESSION
        st.markdown(TARGET if regression else CLASSES)
        spaces = _spaces(moment)
        for l, (picture, name, line, caption) in enumerate(spaces):
            if l % PICTURES_A_ROW == 0:
                columns = st.columns(PICTURES_A_ROW)
            with columns[l % PICTURES_A_ROW]:
                st.markdown(f"**{name}**: a straight line scores **{line}**")
                key, title = f"forward:space:{l}", f"The training samples: {name.lower()}"
                words = f"Samples and grid; a straight line scores {line}. {caption}"
                chart(picture, key=key, title=title, alternative=words, choose=choose_sample)
                st.caption(caption)
        score = "R² of least squares" if regression else "Accuracy of scikit-learn's logistic regression (C = 10)"
        others = SLICE if moment.shown.plane.is_slice else ""
        st.caption(
            f"{score}, fitted to each layer's activations of at most {MAX_LINE_SAMPLES} training samples. The pictures show at "
            f"most {DRAWN_SAMPLES}, in the colours of the boundary panel. All epochs share the same axes; principal axes are "
            f"those of the last frame. With more than two numbers, the straight line is a plane.{others}"
        )


def _spaces(moment):
    """For the inputs and each hidden layer: its picture, its name, the straight line's score, and a caption."""
    run, dataset, plane = moment.run, moment.dataset, moment.shown.plane
    X, y = dataset.X_train[:MAX_LINE_SAMPLES], dataset.y_train[:MAX_LINE_SAMPLES]
    trace, final = moment.network.forward(X), run.network(-1).forward(X)
    lines = _grid_lines(plane)
    grid = moment.network.forward(plane_inputs(dataset, plane, lines.reshape(-1, lines.shape[-1])))
    frames = np.unique(np.linspace(0, run.n_frames - 1, RANGE_FRAMES).astype(int))
    stack = moment.network.with_theta(run.history.theta[frames].copy()).forward(X[:DRAWN_SAMPLES])
    regression = dataset.task == REGRESSION
    targets = dataset.decode_target(y) if regression else y
    spaces = []
    for l in range(len(moment.network.layers)):
        view, units = layer_view(final.A[l]), len(trace.A[l])
        places, grid_places = view.place(trace.A[l]), view.place(grid.A[l]).reshape(*lines.shape[:2], 2)
        of_frames = [view.place(A) for A in (stack.A[l] if l else stack.A[0][None])]
        everywhere = np.concatenate([places[:DRAWN_SAMPLES], *of_frames])
        marked = view.place(moment.trace.A[l])[0]
        if units == 1:  # a line: the target is the height
            places[:, 1] = targets
            everywhere = np.concatenate([everywhere, places])
            everywhere[: len(targets), 1] = targets[: len(everywhere)]
            grid_places = grid_places[:0]
            if moment.sample.y is not None:
                height = moment.sample.y[0]
                marked = np.array([marked[0], dataset.decode_target(height) if regression else height])
        drawn, titles = places[:DRAWN_SAMPLES], _titles(l, units, view.principal)
        named = {"class_names": dataset.class_names, "rows": dataset.rows_train[: len(drawn)], "marked": marked}
        ranges = _ranges(everywhere)
        picture = pictures.layer_space(drawn, targets[:DRAWN_SAMPLES], grid_places, ranges, titles, **named)
        score = straight_line_score(trace.A[l], y, regression=regression)
        line = f"R² {format_number(score)}" if regression else format_percent(score)
        kept = f"The picture keeps {format_percent(view.share(trace.A[l]))} of the variance. " if view.principal else ""
        caption = f"{units} {'number' if units == 1 else 'numbers'} per sample. {kept}"
        spaces.append((picture, f"After layer {l}" if l else "The inputs", line, caption))
    return spaces


def _titles(l, n_units, principal):
    if principal:
        return "1st principal axis", "2nd principal axis"
    first, second = ("x1", "x2") if l == 0 else (f"a1 of layer {l}", f"a2 of layer {l}")
    return (first, second if n_units > 1 else "target")


def _grid_lines(plane):
    """Lines over the plane: (n_lines, n_points, 2), or one line (1, n_points, 1) for one input."""
    along_x = np.linspace(*plane.x_range, GRID_POINTS)
    if plane.is_line:
        return along_x[None, :, None]
    along_y = np.linspace(*plane.y_range, GRID_POINTS)
    down = np.meshgrid(cell_centres(plane.x_range, GRID_LINES), along_y, indexing="ij")
    across = np.meshgrid(along_x, cell_centres(plane.y_range, GRID_LINES))
    return np.concatenate([np.dstack(down), np.dstack(across)])


def _ranges(places):
    """Ranges around all places, with a margin."""
    ranges = []
    for values in places.T:
        values = values[np.isfinite(values)]
        low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
        low, high = np.clip([low, high], -pictures.FARTHEST, pictures.FARTHEST)
        pad = 0.1 * (high - low) or 0.5
        ranges.append([float(low - pad), float(high + pad)])
    return ranges
