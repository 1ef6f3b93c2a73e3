"""Handwriting: pen strokes become images like those on which a network was trained.

A network recognises images that were prepared like its training images. The 8×8 digits of UCI's optdigits come from
forms that NIST scanned. Each digit was scaled to a box of 20 × 32 pixels inside 32 × 32 (a narrow digit only up to a
limit). Its strokes were thinned or thickened until about half of the box was ink. It was sheared until the left edges of
its top and bottom were in line. Then the ink of each 4 × 4 block was counted, 0 to 16. MNIST's 28×28 digits were scaled
to fit 20 × 20 in grey levels, keeping their proportions, and centred by their centre of mass.

Sources: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI 1998; M. D. Garris et al., "NIST
Form-Based Handprint Recognition System", NISTIR 5469, 1994; LeCun et al. 1998. The numbers are measured on
scikit-learn's 1,797 images.
"""

from collections.abc import Sequence

import numpy as np

BITMAP, BOX_WIDTH, BLOCK = 32, 20, 4
INK = 313  # pixels of a bitmap: the mean of the training images, 303 to 330 in every class, standard deviation 33
STRETCH = 2.0  # the largest ratio of the two scales: a 1 does not fill the width of the box
PEN = 0.08  # the pen's width on the canvas, whose side is 1
WIDTHS = (1.5, 20.0)  # limits for the width of a stroke in the bitmap
MNIST_SIDE, MNIST_BOX, MNIST_WIDTH = 28, 20, 2.6
MAX_STROKES, MAX_STROKE_POINTS = 40, 2000

Strokes = Sequence[np.ndarray]


def as_strokes(value) -> list[np.ndarray]:
    """Strokes, each (n_points, 2), from a canvas's lists of (x, y), with 0 <= x, y <= 1 and y downwards.

    Raises ValueError for anything else, and for more than 40 strokes or 2000 points in all.
    """
    if not isinstance(value, list) or len(value) > MAX_STROKES:
        raise ValueError(f"strokes must be a list of at most {MAX_STROKES}; clear the canvas and draw again")
    strokes = []
    for stroke in value:
        try:
            points = np.asarray(stroke, dtype=float)
        except (TypeError, ValueError, OverflowError):
            points = np.empty(0)
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise ValueError(f"a stroke must be a list of points (x, y), got {str(stroke)[:60]!r}")
        if not (np.isfinite(points).all() and points.min() >= 0 and points.max() <= 1):
            raise ValueError(f"a stroke's points must lie between 0 and 1, got {str(stroke)[:60]!r}")
        strokes.append(points)
    if sum(map(len, strokes)) > MAX_STROKE_POINTS:
        raise ValueError(f"strokes must have at most {MAX_STROKE_POINTS} points; clear the canvas and draw again")
    return strokes


def digit_8x8(strokes: Strokes) -> np.ndarray:
    """Strokes, each (n_points, 2), as an optdigits-like image: (8, 8), whole numbers 0..16, all 0 without strokes."""
    bitmap = bitmap_32x32(strokes)
    return bitmap.reshape(8, BLOCK, 8, BLOCK).sum(axis=(1, 3)).astype(float)


def bitmap_32x32(strokes: Strokes) -> np.ndarray:
    """Strokes as a bitmap (32, 32) of ink (True), with box, stroke width and shear normalised as by NIST."""
    if not len(strokes):
        return np.zeros((BITMAP, BITMAP), dtype=bool)
    low, high = WIDTHS
    for _ in range(7):  # bisection: a wider pen gives more ink
        width = (low + high) / 2
        bitmap = _distances(_in_box(strokes, width), BITMAP) <= width / 2
        low, high = (low, width) if bitmap.sum() > INK else (width, high)
    return deslanted(bitmap)


def _in_box(strokes, width):
    """The strokes, scaled so that their ink, including the pen's width, fills the box in the middle of the bitmap."""
    points = np.vstack(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    across, up = high - low + PEN
    scale_y = BITMAP / up
    scale_x = min(BOX_WIDTH / across, STRETCH * scale_y)
    scale_y = min(scale_y, STRETCH * scale_x)
    room = np.maximum(np.minimum([BOX_WIDTH, BITMAP], [across * scale_x, up * scale_y]) - width, 0.0)
    factor = room / np.maximum(high - low, 1e-9)
    middle = (low + high) / 2
    return [(stroke - middle) * factor + BITMAP / 2 for stroke in strokes]


def _distances(strokes, side):
    """(side, side): each pixel's distance from the nearest stroke; pixel centres lie at (row + 1/2, column + 1/2)."""
    centres = np.arange(side) + 0.5
    x, y = centres[None, :, None], centres[:, None, None]
    starts = np.vstack([stroke[:-1] if len(stroke) > 1 else stroke for stroke in strokes])
    ends = np.vstack([stroke[1:] if len(stroke) > 1 else stroke for stroke in strokes])
    (dx, dy), length = (ends - starts).T, np.square(ends - starts).sum(axis=1)
    along = ((x - starts[:, 0]) * dx + (y - starts[:, 1]) * dy) / np.maximum(length, 1e-12)
    along = np.clip(along, 0.0, 1.0)
    squared = np.square(x - starts[:, 0] - along * dx) + np.square(y - starts[:, 1] - along * dy)
    return np.sqrt(squared.min(axis=-1))


def deslanted(bitmap: np.ndarray) -> np.ndarray:
    """The bitmap (n, n), sheared until the left edges of its first and last four inked rows are in line."""
    rows = np.flatnonzero(bitmap.any(axis=1))
    if len(rows) < 2 * BLOCK:
        return bitmap
    edge = bitmap.argmax(axis=1)
    top, bottom = rows[:BLOCK], rows[-BLOCK:]
    slant = (edge[bottom].mean() - edge[top].mean()) / (bottom.mean() - top.mean())
    sheared = np.zeros_like(bitmap)
    n = bitmap.shape[1]
    for row in rows:
        columns = np.flatnonzero(bitmap[row]) - int(np.rint(slant * (row - (rows[0] + rows[-1]) / 2)))
        sheared[row, columns[(columns >= 0) & (columns < n)]] = True
    return sheared


def digit_28x28(strokes: Strokes) -> np.ndarray:
    """Strokes, each (n_points, 2), as an MNIST-like image: (28, 28), grey levels 0..255, all 0 without strokes.

    The ink keeps its proportions and fits a box of 20 × 20; its centre of mass is the middle of the image.
    """
    if not len(strokes):
        return np.zeros((MNIST_SIDE, MNIST_SIDE))
    points = np.vstack(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    factor = (MNIST_BOX - MNIST_WIDTH) / max(float((high - low).max()), PEN)
    placed = [(stroke - (low + high) / 2) * factor + MNIST_SIDE / 2 for stroke in strokes]
    centres = np.arange(MNIST_SIDE) + 0.5
    for _ in range(3):  # moving the ink changes its centre of mass a little
        # Pixels at the edge of a stroke are partly covered.
        covered = np.clip(MNIST_WIDTH / 2 + 0.5 - _distances(placed, MNIST_SIDE), 0.0, 1.0)
        mass = np.array([covered.sum(axis=0) @ centres, covered.sum(axis=1) @ centres]) / covered.sum()
        placed = [stroke + MNIST_SIDE / 2 - mass for stroke in placed]
    return np.rint(255.0 * covered)
