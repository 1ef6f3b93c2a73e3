"""The animation: boundary and loss during the training, as a GIF for slides.

All frames share one palette, so nothing flickers; Pillow stores only the changed part of each frame.
"""

from collections.abc import Generator
from io import BytesIO

import numpy as np

from ffbp.analysis.plane import Plane
from ffbp.analysis.summary import short_name, title
from ffbp.export import pictures
from ffbp.export.pictures import DRAWING, FAULTY, GROUND, INK, Sheet, points
from ffbp.faults.registry import banner
from ffbp.figures import palette
from ffbp.training.recording import drain
from ffbp.training.run import Run
from ffbp.words.numbers import format_number, format_percent

MAX_FRAMES = 120
FRAME_MS, LAST_MS = 80, 2500
HEADER, MAX_NAME = 44, 52  # pixels, characters
SAME = 8  # Pillow compares colours in steps of four, so it may confuse colours that differ by less
N_COLOURS = 255  # a GIF has 256; one means unchanged
N_SAMPLED = 6  # frames from which the palette is made


def animation(run: Run, plane: Plane) -> bytes:
    """The run as a GIF file."""
    return drain(animating(run, plane))


def chosen_frames(n_frames: int) -> np.ndarray:
    """At most MAX_FRAMES of a run's frames, the first and the last among them."""
    return np.unique(np.rint(np.linspace(0, n_frames - 1, min(n_frames, MAX_FRAMES))).astype(int))


def animating(run: Run, plane: Plane) -> Generator[None, None, bytes]:
    """`animation` as a generator that yields between frames, so that a server can do other work."""
    from PIL import Image

    with DRAWING:
        sheet = Sheet(2, HEADER, told=banner(run.config.fault))
        boundary, loss = pictures.BoundaryPanel(sheet, 0, run, plane), pictures.LossPanel(sheet, 1, run)
        panels = boundary, loss, _Header(sheet, run)
    frames = chosen_frames(run.n_frames)
    sampled = []
    for frame in frames[np.linspace(0, len(frames) - 1, N_SAMPLED).astype(int)]:
        sampled.append(sheet.at(frame, *panels))
        yield
    colours, images = _colours(np.vstack(sampled)), []
    for frame in frames:
        image = Image.fromarray(sheet.at(frame, *panels))
        images.append(image.quantize(palette=colours, dither=Image.Dither.NONE))
        yield
    options = {"save_all": True, "loop": 0, "disposal": 1, "optimize": True}
    options["duration"] = [FRAME_MS] * (len(images) - 1) + [LAST_MS]
    options["comment"] = f"{banner(run.config.fault)} {title(run)}".strip().encode("utf-8")[:200]
    buffer = BytesIO()
    images[0].save(buffer, "GIF", append_images=images[1:], **options)
    return buffer.getvalue()


def _colours(pixels: np.ndarray):
    """An image with the palette of all frames: the colours of the lines, also paler, and the most common of the pixels.

    Lines are thin, so a palette made of the pixels alone would lack some of their colours.
    """
    from PIL import Image, ImageColor

    rgb = ImageColor.getrgb
    lines = [rgb(c) for c in (palette.TRAIN, palette.TEST, palette.TOTAL, palette.CHANCE, palette.CURSOR, FAULTY)]
    chosen = [255 + share * (np.array(c) - 255) for c in lines for share in (0.3, 0.6, 1)]
    chosen += [rgb(c) for c in (GROUND, INK, pictures.PALE, pictures.GRID, *palette.CLASSES)]
    chosen = np.rint(chosen).astype(int)
    common = Image.fromarray(pixels).quantize(N_COLOURS - len(chosen), dither=Image.Dither.NONE).getpalette()
    common = np.reshape(common, (-1, 3))
    apart = np.abs(common[:, None] - chosen).max(axis=-1).min(axis=-1)
    image = Image.new("P", (1, 1))
    image.putpalette(np.vstack([chosen, common[apart > SAME]])[:N_COLOURS].ravel().tolist())
    return image


class _Header:
    """The line above the panels: the run's title, the epoch, loss and score."""

    def __init__(self, sheet: Sheet, run: Run):
        self.run = run
        height = 1 - HEADER / 2 / sheet.height
        look = {"color": INK, "va": "center", "parse_math": False}
        name = pictures.written(short_name(run), MAX_NAME)
        sheet.figure.text(14 / sheet.width, height, name, fontsize=points(15), **look)
        place = 1 - 14 / (2 * pictures.WIDTH)
        self.numbers = sheet.figure.text(place, height, "", fontsize=points(17), ha="right", animated=True, **look)

    def paint(self, renderer, frame: int) -> None:
        """Draw the numbers of a frame."""
        h, run, metric = self.run.history, self.run, self.run.dataset.score_name
        part = run.dataset.scored_part.name
        score = getattr(h, f"{part}_{metric}")[frame]
        score = f"R² {format_number(score)}" if metric == "r2" else f"accuracy {format_percent(score)}"
        epoch = f"epoch {h.epoch[frame]} / {run.config.epochs}"
        self.numbers.set_text(f"{epoch}    loss {format_number(h.train_loss[frame])}    {part} {score}")
        self.numbers.draw(renderer)
