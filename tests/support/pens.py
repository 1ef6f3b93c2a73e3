"""Digits as pen strokes on a canvas whose side is 1, y downwards, in the style of the writers of optdigits."""

import numpy as np


def _arc(cx, cy, rx, ry, start, stop):
    angle = np.radians(np.linspace(start, stop, 24))
    return np.column_stack([cx + rx * np.cos(angle), cy + ry * np.sin(angle)])


def _line(*points):
    return np.array(points, dtype=float)


_TURN = np.radians(np.linspace(-10, 360, 48))
PENS = {
    0: [_arc(0.5, 0.5, 0.22, 0.36, -90, 270)],
    1: [_line((0.36, 0.32), (0.52, 0.12), (0.52, 0.88))],
    2: [np.vstack([_arc(0.5, 0.32, 0.2, 0.2, 190, 390), _line((0.3, 0.86), (0.72, 0.86))])],
    3: [np.vstack([_arc(0.48, 0.3, 0.2, 0.18, 200, 450), _arc(0.48, 0.68, 0.23, 0.2, -90, 160)])],
    4: [_line((0.42, 0.12), (0.28, 0.58), (0.74, 0.58)), _line((0.62, 0.3), (0.6, 0.9))],
    5: [
        _line((0.7, 0.14), (0.36, 0.14)),
        np.vstack([_line((0.36, 0.14), (0.33, 0.46)), _arc(0.48, 0.64, 0.22, 0.22, -130, 150)]),
    ],
    6: [np.vstack([_line((0.6, 0.12), (0.4, 0.4)), _arc(0.5, 0.66, 0.2, 0.22, 200, 560)])],
    7: [_line((0.28, 0.14), (0.72, 0.14), (0.44, 0.88)), _line((0.36, 0.5), (0.72, 0.48))],
    8: [np.column_stack([0.5 + 0.22 * np.sin(2 * _TURN), 0.5 - 0.38 * np.cos(_TURN)])],
    9: [
        np.vstack(
            [
                _arc(0.48, 0.34, 0.19, 0.2, 0, -360),
                _line((0.67, 0.34), (0.66, 0.66)),
                _arc(0.46, 0.7, 0.2, 0.18, 0, 140),
            ]
        )
    ],
}


def dense(stroke, n=40):
    """A stroke with n evenly spaced points."""
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))]
    places = np.linspace(0, along[-1], n)
    return np.column_stack([np.interp(places, along, stroke[:, axis]) for axis in (0, 1)])


def drawings(n, *, seed=0):
    """(digit, strokes) n times: all digits in turn, each slightly rotated, slanted, scaled, moved and shaken."""
    rng = np.random.RandomState(seed)
    for i in range(n):
        angle, slant = np.radians(rng.uniform(-8, 8)), rng.uniform(-0.2, 0.2)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        change = turn @ np.array([[1, slant], [0, 1]]) @ np.diag([rng.uniform(0.75, 1.15), 1]) * rng.uniform(0.5, 1)
        move = rng.uniform(-0.03, 0.03, 2)
        strokes = []
        for stroke in PENS[i % 10]:
            points = dense(stroke)
            shaken = np.cumsum(rng.randn(*points.shape), axis=0) * 0.004
            strokes.append(np.clip((points - 0.5) @ change.T + 0.5 + shaken + move, 0, 1))
        yield i % 10, strokes
