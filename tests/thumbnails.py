"""Draws the gallery's thumbnails: each experiment at the frame that it opens on, each pair at its end.

`python tests/thumbnails.py` writes ffbp/browser/thumbnails anew; with keys, those files alone. Do that after a change to a
preset, a pair or their runs.
"""

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PIL import Image, ImageDraw

import ffbp
from ffbp.analysis.maps import outputs
from ffbp.analysis.plane import plane_inputs, plane_of
from ffbp.data.source import REGRESSION
from ffbp.figures import palette
from ffbp.lessons.pairs import PAIR_KEY, PAIRS
from ffbp.lessons.presets import PRESETS

FOLDER = Path(__file__).resolve().parents[1] / "ffbp" / "browser" / "thumbnails"
WIDTH, HEIGHT, FINER = 240, 150, 4  # pixels; each is drawn as 4 x 4 and averaged
GROUND, GRID, INK = (255, 255, 255), (226, 229, 234), (28, 31, 38)
MAX_POINTS = 120
CURVES = ("overfitting", "adam", "beyond", "edge", "valley")  # the claim is in the loss
BARS = ("vanishing",)  # in the gradients of the layers
DIAGRAMS = ("worked_example", "two_two_one")  # in the numbers of a small network


def colour(text):
    return tuple(palette.channels(text).tolist())


class Sheet:
    """A drawing of the thumbnail's size, in its pixels."""

    def __init__(self, pixels=None):
        size = WIDTH * FINER, HEIGHT * FINER
        self.image = Image.new("RGB", size, GROUND) if pixels is None else Image.fromarray(pixels)
        self.pen = ImageDraw.Draw(self.image)

    def line(self, places, ink, width):
        at = [(x * FINER, y * FINER) for x, y in places]
        self.pen.line(at, fill=ink, width=round(width * FINER), joint="curve")

    def dot(self, x, y, radius, ink, rim=GROUND, rim_width=0.8):
        for r, fill in ((radius + rim_width, rim), (radius, ink)):
            self.pen.ellipse([(c + s * r) * FINER for s in (-1, 1) for c in (x, y)], fill=fill)

    def bar(self, left, top, right, bottom, ink):
        self.pen.rectangle([c * FINER for c in (left, top, right, bottom)], fill=ink)

    def file(self) -> bytes:
        buffer = BytesIO()
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.save(buffer, "WEBP", quality=62, method=6)
        return buffer.getvalue()


def boundary(run, frame) -> Sheet:
    """What the network says in the plane, the line where it is undecided, and samples."""
    data, plane = run.dataset, plane_of(run.dataset)
    (low_x, high_x), (low_y, high_y) = plane.x_range, plane.y_range
    shape = HEIGHT * FINER // 2, WIDTH * FINER // 2
    x, y = np.linspace(low_x, high_x, shape[1]), np.linspace(high_y, low_y, shape[0])
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    (maps,) = outputs(run, plane_inputs(data, plane, places), slice(frame, frame + 1))
    sheet = Sheet(np.kron(_heat(maps.reshape(-1, *shape)), np.ones((2, 2, 1), np.uint8)))
    step = max(1, len(data.X_train) // MAX_POINTS)
    radius = 2.6 if step > 1 else 3.4 if len(data.X_train) > 8 else 6
    for (a, b), target in zip(
        plane.coordinates(data.raw_train[::step][:, data.columns]), data.y_train[::step], strict=True
    ):
        ink = colour(palette.CLASSES[int(target) % len(palette.CLASSES)])
        sheet.dot((a - low_x) / (high_x - low_x) * WIDTH, (high_y - b) / (high_y - low_y) * HEIGHT, radius, ink)
    return sheet


def _heat(maps):
    """Outputs (k, rows, columns) as colours, with a dark line where two classes are equally probable."""
    if len(maps) == 1:
        maps = np.concatenate([1 - maps, maps])
    ordered, winner = np.sort(maps, axis=0), maps.argmax(axis=0)
    share = np.clip((ordered[-1] - 1 / len(maps)) / (1 - 1 / len(maps)), 0.12, 1)[..., None] ** 0.8
    inks = np.array([colour(c) for c in palette.CLASSES], float)[winner]
    heat = 255 + (inks - 255) * share * 0.85
    edge = np.zeros(winner.shape, bool)
    for dx, dy in ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (2, 1), (1, 2)):
        edge |= np.roll(winner, (dy, dx), (0, 1)) != winner
    edge[:2], edge[:, :2] = False, False
    heat[edge] = INK
    return heat.round().astype(np.uint8)


def _grid(sheet):
    for share in (0.25, 0.5, 0.75):
        sheet.line([(0, HEIGHT * share), (WIDTH, HEIGHT * share)], GRID, 1)
        sheet.line([(WIDTH * share, 0), (WIDTH * share, HEIGHT)], GRID, 1)


def curves(key, run) -> Sheet:
    """The loss over epochs; of Adam and of a valley, beside that of gradient descent; at the edge, stability."""
    h, sheet = run.history, Sheet()
    _grid(sheet)
    lines = [(h.epoch, h.train_loss, colour(palette.TRAIN)), (h.epoch, h.test_loss, colour(palette.TEST))]
    if key == "adam":
        other = ffbp.train(PRESETS["reference"].config).history
        lines = [(other.epoch, other.train_loss, colour(palette.CHANCE)), lines[0]]
    if key == "beyond":
        lines = [(h.epoch, np.log10(h.train_loss), colour(palette.TRAIN))]
    if key == "edge":
        found = ffbp.stability(run)
        level = np.full(len(h.epoch), 1.0)
        lines = [(h.epoch, level, colour(palette.CHANCE)), (h.epoch, found.ratio, colour(palette.TOTAL))]
    if key == "valley":
        other = ffbp.train(replace(PRESETS[key].config, optimizer="sgd")).history
        floor = h.train_loss[-1] - 1e-5
        lines = [
            (each.epoch, np.log10(each.train_loss - floor), ink)
            for each, ink in ((other, colour(palette.CHANCE)), (h, colour(palette.TRAIN)))
        ]
    last = 300 if key == "adam" else max(epochs[-1] for epochs, _, _ in lines)
    values = np.concatenate([v[(e <= last) & np.isfinite(v)] for e, v, _ in lines])
    low, high = values.min(), np.quantile(values, 0.998)
    for epochs, losses, ink in lines:
        chosen = (epochs <= last) & np.isfinite(losses)
        places = zip(epochs[chosen] / last, (high - losses[chosen]) / (high - low), strict=True)
        sheet.line([(8 + x * (WIDTH - 16), 12 + y * (HEIGHT - 24)) for x, y in places], ink, 4)
    return sheet


def bars(run, frame) -> Sheet:
    """The gradients of the layers at a frame, on a logarithmic scale."""
    sheet, norms = Sheet(), np.log10(run.history.grad_norm[frame])
    _grid(sheet)
    room = (WIDTH - 20) / len(norms)
    for l, height in enumerate((norms - norms.min() + 0.25) / (np.ptp(norms) + 0.25)):
        ink, left = colour(palette.RAMP["light"][l]), 10 + l * room
        sheet.bar(left + 3, HEIGHT - 10 - height * (HEIGHT - 24), left + room - 3, HEIGHT - 10, ink)
    return sheet


def diagram(run, frame) -> Sheet:
    """The units and weights of a small network."""
    network, sheet = run.network(frame), Sheet()
    columns = [28 + (WIDTH - 56) * l / (len(network.sizes) - 1) for l in range(len(network.sizes))]
    places = [[(x, HEIGHT * (i + 0.5) / n) for i in range(n)] for x, n in zip(columns, network.sizes, strict=True)]
    for layer, before, after in zip(network.layers, places, places[1:], strict=False):
        for j, end in enumerate(after):
            for i, start in enumerate(before):
                w = layer.W[j, i]
                ink = colour(palette.POSITIVE if w > 0 else palette.NEGATIVE)
                sheet.line([start, end], ink, 1 + 4 * abs(w))
    for l, units in enumerate(places):
        for x, y in units:
            sheet.dot(x, y, 11, (255, 255, 255), INK if l == 0 else colour(palette.RAMP["light"][l - 1]), 2.5)
    return sheet


def images(run) -> Sheet:
    """Some of the images that the network learns from."""
    sheet, data = Sheet(), run.dataset
    for i in range(15):
        row, column = divmod(i, 5)
        for k, ink in enumerate(data.raw_train[i] / 16):
            y, x = divmod(k, 8)
            left, top = 12 + column * 44 + x * 5, 8 + row * 46 + y * 5.4
            shade = tuple(round(255 + (c - 255) * ink) for c in INK)
            sheet.bar(left, top, left + 5, top + 5.4, shade)
    return sheet


def two(pair) -> Sheet:
    """The left half of what A says in the plane, and the right half of what B says."""
    left, right = (boundary(run, run.n_frames - 1) for run in map(ffbp.train, (pair.a, pair.b)))
    middle = WIDTH * FINER // 2
    left.image.paste(right.image.crop((middle, 0, 2 * middle, HEIGHT * FINER)), (middle, 0))
    left.line([(WIDTH / 2, 0), (WIDTH / 2, HEIGHT)], GROUND, 5)
    return left


def thumbnail(key) -> bytes:
    """The picture of a preset, or of a pair, as a WebP file."""
    if key.startswith(PAIR_KEY):
        return two(PAIRS[key.removeprefix(PAIR_KEY)]).file()
    preset = PRESETS[key]
    run = ffbp.train(preset.config)
    frame = run.n_frames - 1 if preset.frame is None else preset.frame
    if key in CURVES:
        return curves(key, run).file()
    if key in BARS:
        return bars(run, frame).file()
    if key in DIAGRAMS:
        return diagram(run, frame).file()
    return (
        images(run) if run.dataset.task != REGRESSION and len(run.dataset.columns) > 16 else boundary(run, frame)
    ).file()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    chosen = sys.argv[1:]
    for path in () if chosen else FOLDER.glob("*.webp"):
        path.unlink()
    for key in chosen or (*PRESETS, *(f"{PAIR_KEY}{key}" for key in PAIRS)):
        (FOLDER / f"{key}.webp").write_bytes(thumbnail(key))
