"""A run as a tiny picture: the boundary at its end, or the loss where the plane is only a slice or a line."""

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.plane import Plane, plane_inputs
from ffbp.core.network import Network
from ffbp.data.dataset import Dataset
from ffbp.figures import palette
from ffbp.figures.pack import field_of
from ffbp.figures.scales import output_range
from ffbp.training.run import Run

SIDE = 24  # pixels
MIDDLE, INK = "#ffffff", palette.TRAIN


def thumbnail(run: Run, plane: Plane) -> np.ndarray:
    """Red, green and blue as bytes, (SIDE, SIDE, 3), the upper row first."""
    if plane.is_line or plane.is_slice:
        return falling(run.history.train_loss)
    return boundary(run.network(), run.dataset, plane)


def boundary(network: Network, dataset: Dataset, plane: Plane, side: int = SIDE) -> np.ndarray:
    """The boundary of one network, as `thumbnail` shows it, with ``side`` pixels a side."""
    with diverging():
        maps = network.forward(plane_inputs(dataset, plane, plane.grid(side))).A[-1][None]
    values, winner = field_of(dataset, maps)
    colours = np.array([palette.channels(colour) for colour in palette.CLASSES])
    if winner is not None:
        shares, ends = values[0], colours[winner[0] % len(colours)]
    else:
        low, high = output_range(dataset)
        signed = 2 * (values[0] - low) / max(high - low, np.finfo(float).tiny) - 1
        shares, ends = np.abs(signed), colours[(signed > 0).astype(int)]
    shares = np.nan_to_num(shares, nan=0.0).clip(0, 1)[:, None]
    picture = palette.channels(MIDDLE) * (1 - shares) + ends * shares
    return np.rint(picture).astype(np.uint8).reshape(side, side, 3)[::-1]


def falling(loss: np.ndarray) -> np.ndarray:
    """The loss (n_frames,) over the frames, as `thumbnail` shows it."""
    loss = np.nan_to_num(loss, nan=np.inf)
    heights = np.interp(np.linspace(0, 1, SIDE), np.linspace(0, 1, len(loss)), np.minimum(loss, 2 * loss[0] or 1.0))
    rows = np.rint((SIDE - 1) * (1 - heights / max(heights.max(), np.finfo(float).tiny))).astype(int)
    picture = np.full((SIDE, SIDE, 3), palette.channels(MIDDLE), np.uint8)
    picture[np.arange(SIDE)[:, None] >= rows] = palette.channels(INK)
    return picture


def curve(loss: np.ndarray, most: float) -> str:
    """A loss (n_frames,) over the frames as a picture (SVG) whose height is from 0 to ``most``; values above are cut."""
    x = np.linspace(4, 116, len(loss))
    y = 86 - 80 * np.nan_to_num(loss / most, nan=1.0).clip(0, 1)
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    frame = '<path d="M4 4V86H116" fill="none" stroke="#888888" stroke-width="1.5"/>'
    drawn = f'<polyline points="{line}" fill="none" stroke="{INK}" stroke-width="3"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 90" width="240" height="180">{frame}{drawn}</svg>'
