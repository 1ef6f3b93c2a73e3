"""The animation: boundary and loss over the training as a GIF that any slide program plays.

One palette serves all frames, so nothing flickers; Pillow stores of a frame what changed.
"""

from collections.abc import Generator
from io import BytesIO

import numpy as np

from ffbp.analysis.plane import Plane
from ffbp.analysis.summary import title
from ffbp.data.source import REGRESSION
from ffbp.export.pictures import (
    DRAWING,
    GRID,
    GROUND,
    INK,
    PALE,
    WIDTH,
    BoundaryPanel,
    LossPanel,
    Sheet,
    points,
    written,
)
from ffbp.figures import palette
from ffbp.training.recording import drain
from ffbp.training.run import Run
from ffbp.words.numbers import format_number, format_percent

MAX_FRAMES = 120
FRAME_MS, LAST_MS = 80, 2500
HEADER = 44
SAME = 8  # Pillow compares colours in steps of four, so it may take one that differs by less for the other
N_COLOURS = 255  # a GIF has 256; one stands for what did not change
N_SAMPLED = 6  # frames that the palette is made from


def animation(run: Run, plane: Plane) -> bytes:
    """The run as a GIF file."""
    return drain(animating(run, plane))


def chosen_frames(n_frames: int) -> np.ndarray:
    """At most MAX_FRAMES of a run's frames, the first and the last among them."""
    return np.unique(np.rint(np.linspace(0, n_frames - 1, min(n_frames, MAX_FRAMES))).astype(int))


def animating(run: Run, plane: Plane) -> Generator[None, None, bytes]:
    """The same as a generator that yields between frames, so that a server can attend to others."""
    from PIL import Image

    with DRAWING:
        sheet = Sheet(2, HEADER)
        panels = BoundaryPanel(sheet, 0, run, plane), LossPanel(sheet, 1, run), _Header(sheet, run)
    frames = chosen_frames(run.n_frames)
    sampled = []
    for frame in frames[np.linspace(0, len(frames) - 1, N_SAMPLED).astype(int)]:
        sampled.append(sheet.at(frame, *panels))
        yield
    colours, pictures = _colours(np.vstack(sampled)), []
    for frame in frames:
        picture = Image.fromarray(sheet.at(frame, *panels))
        pictures.append(picture.quantize(palette=colours, dither=Image.Dither.NONE))
        yield
    buffer = BytesIO()
    pictures[0].save(
        buffer, "GIF", save_all=True, append_images=pictures[1:], loop=0, disposal=1, optimize=True,
        duration=[FRAME_MS] * (len(pictures) - 1) + [LAST_MS], comment=title(run).encode("utf-8")[:200],
    )  # fmt: skip
    return buffer.getvalue()


def _colours(pixels: np.ndarray):
    """The colours of all frames as the palette of an image: those of the lines, also paler, and the most common of the pixels.

    Lines are thin: a palette made of the pixels alone would leave out some of their colours.
    """
    from PIL import Image, ImageColor

    rgb = ImageColor.getrgb
    lines = [rgb(c) for c in (palette.TRAIN, palette.TEST, palette.TOTAL, palette.CHANCE, palette.CURSOR)]
    chosen = [255 + share * (np.array(c) - 255) for c in lines for share in (0.3, 0.6, 1)]
    chosen += [rgb(c) for c in (GROUND, INK, PALE, GRID, *palette.CLASSES)]
    chosen = np.rint(chosen).astype(int)
    common = Image.fromarray(pixels).quantize(N_COLOURS - len(chosen), dither=Image.Dither.NONE).getpalette()
    common = np.reshape(common, (-1, 3))
    apart = np.abs(common[:, None] - chosen).max(axis=-1).min(axis=-1)
    image = Image.new("P", (1, 1))
    image.putpalette(np.vstack([chosen, common[apart > SAME]])[:N_COLOURS].ravel().tolist())
    return image


class _Header:
    """Above the panels: what it is, the epoch, and the figures of the moment."""

    def __init__(self, sheet: Sheet, run: Run):
        self.run = run
        height = 1 - HEADER / 2 / sheet.height
        look = {"color": INK, "va": "center", "parse_math": False}
        sheet.figure.text(14 / sheet.width, height, written(title(run), 70), fontsize=points(15), **look)
        place = 1 - 14 / (2 * WIDTH)
        self.numbers = sheet.figure.text(place, height, "", fontsize=points(17), ha="right", animated=True, **look)

    def paint(self, renderer, frame: int) -> None:
        """Draw the numbers of a frame."""
        h, run = self.run.history, self.run
        regression = run.dataset.task == REGRESSION
        part = "test" if len(run.dataset.X_test) else "train"
        score = getattr(h, f"{part}_{'r2' if regression else 'accuracy'}")[frame]
        score = f"R² {format_number(score)}" if regression else f"accuracy {format_percent(score)}"
        epoch = f"epoch {h.epoch[frame]} / {run.config.epochs}"
        self.numbers.set_text(f"{epoch}    loss {format_number(h.train_loss[frame])}    {part} {score}")
        self.numbers.draw(renderer)
