"""The animation: boundary and loss over the training as a GIF that any slide program plays.

One palette serves all frames, made of the colours of the pages and their blends with the ground, so nothing flickers; a
frame stores only the pixels that changed.
"""

from collections.abc import Generator
from io import BytesIO

import numpy as np

from ffbp.analysis.plane import Plane
from ffbp.analysis.summary import title
from ffbp.export.pictures import GROUND, INK, WIDTH, BoundaryPicture, LossPicture, rgb
from ffbp.figures import palette
from ffbp.training.run import Run
from ffbp.words.numbers import format_number, format_percent

MAX_FRAMES = 120
FRAME_MS, LAST_MS = 80, 2500
HEADER = 44
TRANSPARENT = 255
HEAT_LEVELS = 48


def animation(run: Run, plane: Plane) -> bytes:
    """The run as a GIF file."""
    work = animating(run, plane)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def chosen_frames(n_frames: int) -> np.ndarray:
    """At most MAX_FRAMES of a run's frames, the first and the last among them."""
    return np.unique(np.rint(np.linspace(0, n_frames - 1, min(n_frames, MAX_FRAMES))).astype(int))


def animating(run: Run, plane: Plane) -> Generator[None, None, bytes]:
    """The same as a generator that yields between frames, so that a server can attend to others."""
    from PIL import Image

    colours = _colours(run)
    lookup = _nearest(colours)
    boundary, loss, header = BoundaryPicture(run, plane), LossPicture(run), _Header(run)
    pictures, before = [], None
    for frame in chosen_frames(run.n_frames):
        picture = np.vstack([header.at(frame), np.hstack([boundary.at(frame), loss.at(frame)])])
        r, g, b = (picture[..., k].astype(np.uint16) >> 3 for k in range(3))
        coded = lookup[(r << 10) | (g << 5) | b]
        changed = coded if before is None else np.where(coded == before, TRANSPARENT, coded).astype(np.uint8)
        if before is not None and (changed == TRANSPARENT).all():
            changed[0, 0] = coded[0, 0]  # Pillow merges frames without a change, and with them their time
        image = Image.fromarray(changed)  # grey levels are palette numbers from here on
        image.putpalette(colours.astype(np.uint8).tobytes())
        pictures.append(image)
        before = coded
        yield
    buffer = BytesIO()
    pictures[0].save(
        buffer, "GIF", save_all=True, append_images=pictures[1:], loop=0, optimize=False, disposal=1,
        duration=[FRAME_MS] * (len(pictures) - 1) + [LAST_MS], transparency=TRANSPARENT, comment=title(run).encode("utf-8")[:200],
    )  # fmt: skip
    return buffer.getvalue()


class _Header:
    """Above the panels: what it is, the epoch, and the figures of the moment."""

    def __init__(self, run):
        self.run = run
        self.title = "".join(c if c.isprintable() else " " for c in title(run))[:70]

    def at(self, frame):
        from PIL import Image, ImageDraw, ImageFont

        h, run = self.run.history, self.run
        image = Image.new("RGB", (2 * WIDTH, HEADER), GROUND)
        draw = ImageDraw.Draw(image)
        draw.text((14, HEADER / 2), self.title, fill=INK, font=ImageFont.load_default(15), anchor="lm")
        regression = run.dataset.task == "regression"  # Pillow's own font has no ²
        part = "test" if len(run.dataset.X_test) else "train"
        score = getattr(h, f"{part}_{'r2' if regression else 'accuracy'}")[frame]
        score = f"R2 {format_number(score)}" if regression else f"accuracy {format_percent(score)}"
        text = f"epoch {h.epoch[frame]} / {run.config.epochs}    loss {format_number(h.train_loss[frame])}    {part} {score}"
        draw.text((2 * WIDTH - 14, HEADER / 2), text, fill=INK, font=ImageFont.load_default(17), anchor="rm")
        return np.asarray(image)


def _colours(run) -> np.ndarray:
    """At most 255 colours (n, 3): the heat's scale, the other colours, and what their smooth edges blend to."""
    ground = np.array(GROUND, dtype=float)
    shares = np.linspace(0, 1, HEAT_LEVELS)[:, None]
    n_classes = run.dataset.n_classes
    if n_classes > 2:
        classes = [np.array(rgb(c), dtype=float) for c in palette.CLASSES[: min(n_classes, len(palette.CLASSES))]]
        levels = max(8, 128 // len(classes))
        heat = np.vstack([ground + np.linspace(0.1, 1, levels)[:, None] * (c - ground) for c in classes])
    else:
        ends = [np.array(rgb(c), dtype=float) for c in (palette.NEGATIVE, palette.POSITIVE)]
        heat = np.vstack([ground + shares * (end - ground) for end in ends])
    greys = np.linspace(0, 255, 24)[:, None] * np.ones(3)
    lines = [palette.TRAIN, palette.TEST, palette.CHANCE, palette.TOTAL, palette.CURSOR]
    blends = np.vstack([ground + np.linspace(0.15, 1, 8)[:, None] * (np.array(rgb(c)) - ground) for c in lines])
    dark = np.vstack(
        [np.linspace(0.3, 0.85, 5)[:, None] * np.array(rgb(c)) for c in palette.CLASSES[: max(2, min(n_classes, 4))]]
    )
    found = np.unique(np.rint(np.vstack([ground, heat, greys, blends, dark])).astype(int), axis=0)
    return found[:TRANSPARENT]


def _nearest(colours) -> np.ndarray:
    """For each colour of five bits a channel the number of the nearest in the palette: (32768,) bytes."""
    five = np.arange(32) * 255 / 31
    grid = np.stack(np.meshgrid(five, five, five, indexing="ij"), axis=-1).reshape(-1, 3)
    distance = np.square(grid).sum(axis=1)[:, None] - 2 * grid @ colours.T + np.square(colours).sum(axis=1)
    return distance.argmin(axis=1).astype(np.uint8)
