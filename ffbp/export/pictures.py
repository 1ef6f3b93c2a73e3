"""Pictures without a browser: boundary and loss at any moment, drawn by Pillow, in the colours of the pages.

A picture is painted at its own size in plain RGB. What is fixed in a run (axes, points, curves) is drawn once, at double
size for smooth edges; what moves with the frame (heat, contour, cursor) is laid below or over it, so that an animation's
frame costs a few milliseconds.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ffbp.analysis.maps import outputs
from ffbp.analysis.plane import Plane, plane_inputs
from ffbp.analysis.scores import chance_level
from ffbp.figures import palette
from ffbp.training.run import Run

WIDTH, HEIGHT = 470, 420  # of one panel
RESOLUTION = 100  # cells of the heat map on each side
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 62, 46
INK, PALE, GROUND, GRID = (28, 31, 38), (138, 143, 152), (255, 255, 255), (226, 229, 234)
SMOOTH = 2  # drawn this many times larger, then reduced
MAX_POINTS = 1500
N_TICKS = 6
LOG_FROM = 20  # a loss that falls by more is drawn on a log axis


def rgb(colour: str) -> tuple[int, int, int]:
    """ "#rrggbb" as three numbers."""
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def ticks(low: float, high: float, most: int = N_TICKS) -> list[float]:
    """Round numbers within a range, 1, 2 or 5 times a power of ten apart, at most `most` of them."""
    span = high - low
    if not span > 0:
        return [low]
    power = 10.0 ** np.floor(np.log10(span / most))
    step = next(power * f for f in (1, 2, 5, 10, 20) if span / (power * f) <= most - 1 or f == 20)
    first = np.ceil(low / step - 1e-9)
    return [float(k * step) for k in np.arange(first, np.floor(high / step + 1e-9) + 1)]


def tick_text(value: float) -> str:
    return f"{value:.6g}" if value else "0"


@dataclass(frozen=True)
class Axes:
    """A panel's scale: data to pixels, y upwards."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_title: str
    y_title: str
    title: str
    y_is_log: bool = False  # y values and y_range are then powers of ten

    def y_ticks(self) -> list[tuple[float, str]]:
        """Places and texts of the y-axis's ticks."""
        if not self.y_is_log:
            return [(value, tick_text(value)) for value in ticks(*self.y_range)]
        low, high = self.y_range
        powers = range(int(np.ceil(low)), int(np.floor(high)) + 1)
        if len(powers) < 3:
            values = [f * 10.0**power for power in range(int(np.floor(low)), int(np.ceil(high)) + 1) for f in (1, 2, 5)]
            return [(float(np.log10(v)), f"{v:g}") for v in values if low <= np.log10(v) <= high]
        return [(power, f"{10.0**power:g}") for power in powers[:: max(1, len(powers) // N_TICKS)]]

    def x(self, value):
        low, high = self.x_range
        return LEFT + (np.asarray(value, dtype=float) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        low, high = self.y_range
        return HEIGHT - BOTTOM - (np.asarray(value, dtype=float) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


class Ink:
    """A transparent sheet at double size on which fixed things are drawn; `layer` reduces it to colour and cover."""

    def __init__(self):
        from PIL import Image, ImageDraw

        self.image = Image.new("RGBA", (WIDTH * SMOOTH, HEIGHT * SMOOTH), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def line(self, points, colour, width=2.0, dash=None):
        """A polyline in pixels (n, 2), cut where a coordinate is not finite; dash: lengths drawn and left out."""
        points = np.asarray(points, dtype=float)
        good = np.isfinite(points).all(axis=1)
        for piece in np.split(np.arange(len(points)), np.flatnonzero(np.diff(good)) + 1):
            if len(piece) > 1 and good[piece[0]]:
                for part in _dashed(points[piece], dash):
                    scaled = [tuple(p) for p in part * SMOOTH]
                    self.draw.line(scaled, fill=(*colour, 255), width=round(width * SMOOTH), joint="curve")

    def marker(self, x, y, symbol, size, fill, edge, edge_width):
        outline = _outline(symbol, size)
        place = np.array([x, y])
        for grow, colour in ((edge_width, edge), (0.0, fill)):
            shape = [tuple(p) for p in (place + outline * (1 + grow / size)) * SMOOTH]
            self.draw.polygon(shape, fill=(*colour, 255))

    def text(self, x, y, text, *, size=13, anchor="mm", colour=INK, turned=False):
        from PIL import Image, ImageDraw, ImageFont

        font = ImageFont.load_default(size * SMOOTH)
        if not turned:
            self.draw.text((x * SMOOTH, y * SMOOTH), text, fill=(*colour, 255), font=font, anchor=anchor)
            return
        width, height = (int(n) + 8 for n in font.getbbox(text)[2:])
        sheet = Image.new("RGBA", (width, height), (0, 0, 0, 0))
        ImageDraw.Draw(sheet).text((width / 2, height / 2), text, fill=(*colour, 255), font=font, anchor="mm")
        sheet = sheet.rotate(90, expand=True)
        self.image.alpha_composite(
            sheet, (max(0, round(x * SMOOTH - sheet.width / 2)), max(0, round(y * SMOOTH - sheet.height / 2)))
        )

    def layer(self) -> tuple[np.ndarray, np.ndarray]:
        """Colour times cover (HEIGHT, WIDTH, 3) and what shines through (HEIGHT, WIDTH, 1), both floats."""
        pixels = np.asarray(self.image, dtype=np.float32)
        cover = pixels[..., 3:] / 255
        blocks = lambda a: a.reshape(HEIGHT, SMOOTH, WIDTH, SMOOTH, -1).mean(axis=(1, 3))  # noqa: E731
        return blocks(pixels[..., :3] * cover), 1 - blocks(cover)


def _dashed(points, dash):
    if dash is None:
        return [points]
    lengths = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    starts = np.arange(0.0, along[-1], sum(dash))
    pieces = []
    for start in starts:
        ends = np.array([start, min(start + dash[0], along[-1])])
        inside = along[(along > ends[0]) & (along < ends[1])]
        at = np.concatenate([ends[:1], inside, ends[1:]])
        pieces.append(np.column_stack([np.interp(at, along, points[:, k]) for k in (0, 1)]))
    return pieces


def _outline(symbol, size) -> np.ndarray:
    """A marker's corners around (0, 0)."""

    def star(n, inner=1.0, turn=-0.5):
        angles = np.pi * (2 * np.arange(n) / n + turn)
        radius = np.tile([1.0, inner], n)[:n]
        return np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])

    shapes = {
        "circle": lambda: star(20),
        "square": lambda: star(4, turn=0.25) * 1.2,
        "triangle-up": lambda: star(3) * 1.25,
        "diamond": lambda: star(4) * 1.15,
        "cross": lambda: np.array(
            [(-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35), (0.35, 1), (-0.35, 1),
             (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35)]
        ),
        "star": lambda: star(10, 0.45) * 1.3,
        "pentagon": lambda: star(5) * 1.1,
        "hexagon": lambda: star(6) * 1.1,
        "x": lambda: star(8, 0.45, -0.25) * 1.25,
        "bowtie": lambda: np.array([(-1, -1), (0, -0.2), (1, -1), (1, 1), (0, 0.2), (-1, 1)]),
    }  # fmt: skip
    return shapes[symbol]() * size


def _frame_of(ink: Ink, axes: Axes, *, grid: bool) -> None:
    """Axes with ticks, their titles, and the panel's title."""
    left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM
    for value in ticks(*axes.x_range):
        x = float(axes.x(value))
        if grid:
            ink.line([(x, top), (x, bottom)], GRID, 1)
        ink.line([(x, bottom), (x, bottom + 4)], PALE, 1)
        ink.text(x, bottom + 7, tick_text(value), size=12, anchor="mt")
    for value, text in axes.y_ticks():
        y = float(axes.y(value))
        if grid:
            ink.line([(left, y), (right, y)], GRID, 1)
        ink.line([(left - 4, y), (left, y)], PALE, 1)
        ink.text(left - 7, y, text, size=12, anchor="rm")
    ink.line([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], PALE, 1)
    ink.text((left + right) / 2, HEIGHT - 12, _fitting(axes.x_title, 48), size=13)
    ink.text(13, (top + bottom) / 2, _fitting(axes.y_title, 40), size=13, turned=True)
    ink.text(left, 12, _fitting(axes.title, 50), size=15, anchor="lm")


def _fitting(text, most) -> str:
    """The font knows European letters; what it lacks, and what is too long, is replaced."""
    text = "".join(c if c.isprintable() else " " for c in str(text))
    return text if len(text) <= most else text[: most - 1] + "…"


def _legend(ink: Ink, entries) -> None:
    """Entries (kind, colour, name) in one line above the plot; those that do not fit are counted."""
    from PIL import ImageFont

    font = ImageFont.load_default(12)
    x = LEFT
    for i, (draw, name) in enumerate(entries):
        name = _fitting(name, 18)
        width = 24 + font.getlength(name) + 12
        if x + width > WIDTH - RIGHT + 12:
            ink.text(x, 38, f"+{len(entries) - i}", size=12, anchor="lm")
            return
        draw(x, 38)
        ink.text(x + 24, 38, name, size=12, anchor="lm")
        x += width


class BoundaryPicture:
    """What the network says everywhere on the plane, with all samples; `at(frame)` paints one moment."""

    def __init__(self, run: Run, plane: Plane):
        self.run, self.plane = run, plane
        self.inputs = plane_inputs(run.dataset, plane, plane.grid(RESOLUTION))
        data = run.dataset
        regression = data.task == "regression"
        up = plane.names[1] if not plane.is_line else data.target_name if regression else "output"
        what = "Fit" if regression else "Decision boundary"
        if plane.is_slice:
            what = "Principal components" if plane.is_principal else "Slice through the mean"
        self.axes = Axes(plane.x_range, plane.y_range, plane.names[0], up, what)
        self.scale = (0.0, 1.0)
        if regression:
            y = data.decode_target(data.y_train)
            self.scale = float(y.min()), float(y.max())

    @cached_property
    def layer(self):
        ink = Ink()
        _frame_of(ink, self.axes, grid=self.plane.is_line)
        data, plane = self.run.dataset, self.plane
        regression = data.task == "regression"
        entries = {}
        for part, raw, y in (("train", data.raw_train, data.y_train), ("test", data.raw_test, data.y_test)):
            points = plane.coordinates(raw[:MAX_POINTS, data.columns])
            y = y[:MAX_POINTS]
            target = data.line_height(y)
            up = target if plane.is_line else points[:, 1] if len(points) else target
            size = 3.0 if len(data.raw_train) > 300 else 4.5
            for k in range(len(points)):
                fill, edge, symbol = self._look(y[k], target[k], part)
                ink.marker(
                    float(self.axes.x(points[k, 0])), float(self.axes.y(up[k])), symbol, size, fill, edge,
                    0.9 if part == "train" else 1.6,
                )  # fmt: skip
                name = part if regression else data.class_names[int(y[k])] if part == "train" else "test (white)"
                entries.setdefault(name, (fill, edge, symbol))
        order = [*(n for n in data.class_names if n in entries), *(n for n in entries if n not in data.class_names)]
        _legend(ink, [(self._entry(ink, *entries[name]), name) for name in order])
        return ink.layer()

    @staticmethod
    def _entry(ink, fill, edge, symbol):
        return lambda x, y: ink.marker(x + 12, y, symbol, 4.5, fill, edge if edge != (255, 255, 255) else fill, 1.4)

    def _look(self, y, target, part):
        white = (255, 255, 255)
        if self.run.dataset.task == "regression":
            if self.plane.is_line:
                colour = rgb(palette.TRAIN if part == "train" else palette.TEST)
                return colour, colour, "circle" if part == "train" else "diamond"
            low, high = self.scale
            share = np.clip((target - low) / ((high - low) or 1.0), 0, 1)
            return (
                tuple(int(v) for v in _diverging(np.array(share))),
                (85, 85, 85),
                "circle" if part == "train" else "diamond",
            )
        k = int(y)
        colour = rgb(palette.CLASSES[k % len(palette.CLASSES)])
        symbol = palette.CLASS_SYMBOLS[k % len(palette.CLASS_SYMBOLS)]
        return (colour, white, symbol) if part == "train" else (white, colour, symbol)

    def at(self, frame: int) -> np.ndarray:
        """The picture at a frame: (HEIGHT, WIDTH, 3) bytes."""
        frame = range(self.run.n_frames)[frame]
        (maps,) = outputs(self.run, self.inputs, slice(frame, frame + 1))
        picture = np.full((HEIGHT, WIDTH, 3), GROUND, dtype=np.float32)
        box = np.s_[TOP : HEIGHT - BOTTOM, LEFT : WIDTH - RIGHT]
        if not self.plane.is_line:
            picture[box] = self._heat(maps)
        colour, through = self.layer
        picture = picture * through + colour
        if self.plane.is_line:
            picture = self._curves(picture, maps)
        return np.clip(picture + 0.5, 0, 255).astype(np.uint8)

    def _heat(self, maps):
        maps = maps.reshape(-1, RESOLUTION, RESOLUTION)[:, ::-1]
        rows = (np.arange(HEIGHT - TOP - BOTTOM) + 0.5) * RESOLUTION / (HEIGHT - TOP - BOTTOM) - 0.5
        columns = (np.arange(WIDTH - LEFT - RIGHT) + 0.5) * RESOLUTION / (WIDTH - LEFT - RIGHT) - 0.5
        if len(maps) > 1:
            fine = np.stack([_bilinear(m, rows, columns) for m in maps])
            winner = fine.argmax(axis=0)
            share = np.clip((fine.max(axis=0) - 1 / len(maps)) / (1 - 1 / len(maps)), 0.16, 1)
            colours = np.array([rgb(c) for c in palette.CLASSES], dtype=np.float32)[winner % len(palette.CLASSES)]
            return 255 + (colours - 255) * share[..., None]
        values = _bilinear(maps[0], rows, columns)
        if self.run.dataset.task == "regression":
            values = self.run.dataset.decode_target(values)
        low, high = self.scale
        share = np.clip(np.nan_to_num((values - low) / ((high - low) or 1.0), nan=0.5), 0, 1)
        colours = _SCALE[(share * 255 + 0.5).astype(np.uint8)]
        if self.run.dataset.task != "regression":
            dark = _contour(values, 0.5)[..., None]
            colours = colours * (1 - dark) + 17 * dark
        return colours

    def _curves(self, picture, curves):
        """The outputs over one input, each a line: a pixel's cover follows from its distance to the curve."""
        if self.run.dataset.task == "regression":
            curves = self.run.dataset.decode_target(curves)
        columns, rows = np.arange(LEFT, WIDTH - RIGHT) + 0.5, np.arange(TOP, HEIGHT - BOTTOM)[:, None] + 0.5
        x = self.axes.x(self.plane.grid(RESOLUTION)[:, 0])
        box = np.s_[TOP : HEIGHT - BOTTOM, LEFT : WIDTH - RIGHT]
        for k, curve in enumerate(np.nan_to_num(curves, nan=np.inf)):
            colour = rgb(palette.CURSOR if len(curves) == 1 else palette.CLASSES[k % len(palette.CLASSES)])
            y = np.interp(columns, x, np.clip(self.axes.y(curve), -1e4, 1e4))
            distance = np.abs(rows - y) / np.hypot(1, np.gradient(y))
            cover = np.clip(2.0 - distance, 0, 1)[..., None]
            picture[box] = picture[box] * (1 - cover) + np.array(colour) * cover
        return picture


def _diverging(share):
    """Shares 0..1 on the boundary's scale: class 0, undecided, class 1."""
    ends = np.array([rgb(palette.NEGATIVE), rgb(palette.MIDDLE["light"]), rgb(palette.POSITIVE)], dtype=np.float32)
    share = np.asarray(share, dtype=np.float32)[..., None]
    below = ends[0] + (ends[1] - ends[0]) * np.minimum(share * 2, 1)
    return below + (ends[2] - ends[1]) * np.maximum(share * 2 - 1, 0)


_SCALE = _diverging(np.arange(256) / 255)


def _bilinear(values, rows, columns):
    """Values between cell centres, at (rows, columns) of the grid; beyond the outer centres they stay."""
    n = len(values)
    r, c = np.clip(rows, 0, n - 1), np.clip(columns, 0, n - 1)
    i, j = np.minimum(r.astype(int), n - 2), np.minimum(c.astype(int), n - 2)
    s, t = (r - i)[:, None], (c - j)[None]
    upper = values[np.ix_(i, j)] * (1 - t) + values[np.ix_(i, j + 1)] * t
    lower = values[np.ix_(i + 1, j)] * (1 - t) + values[np.ix_(i + 1, j + 1)] * t
    return upper * (1 - s) + lower * s


def _contour(values, level, width=1.2):
    """How much of each pixel the line at a level covers: the distance is the value's over its slope."""
    dy, dx = np.gradient(values)
    slope = np.hypot(dx, dy)
    distance = np.abs(values - level) / np.maximum(slope, 1e-12)
    return np.clip(width + 0.5 - distance, 0, 1).astype(np.float32)


class LossPicture:
    """Training and test loss over epochs: what lies ahead of the moment is pale."""

    def __init__(self, run: Run):
        self.run = run
        h = run.history
        self.lines = [("train", h.train_loss, palette.TRAIN, None)]
        if len(run.dataset.X_test):
            self.lines.append(("test", h.test_loss, palette.TEST, (7, 4)))
        if np.any(h.penalty > 0):
            self.lines.append(("train + penalty", h.total, palette.TOTAL, (7, 3, 2, 3)[:2]))
        chance = chance_level(run)
        self.lines.append(("chance", np.full(len(h), chance), palette.CHANCE, (2, 3)))
        values = np.concatenate([line[1] for line in self.lines])
        positive = values[np.isfinite(values) & (values > 0)]
        low, high = (float(positive.min()), float(positive.max())) if positive.size else (0.1, 1.0)
        self.log = high / low > LOG_FROM
        span = (np.log10(low) - 0.1, np.log10(high) + 0.1) if self.log else (0.0, high * 1.05)
        last = float(max(h.epoch[-1], 1))
        loss = "loss (log)" if self.log else "loss"
        self.axes = Axes((0.0, last), (float(span[0]), float(span[1])), "epoch", loss, "Loss", y_is_log=self.log)

    def _points(self, values):
        with np.errstate(divide="ignore", invalid="ignore"):
            y = np.log10(values) if self.log else values
        return np.column_stack([self.axes.x(self.run.history.epoch), self.axes.y(np.where(np.isfinite(y), y, np.nan))])

    @cached_property
    def sheets(self):
        """The whole picture with its curves in pale, and the same with its curves in full: what lies ahead, and behind."""
        axes, pale, full = Ink(), Ink(), Ink()
        _frame_of(axes, self.axes, grid=True)
        for _, values, colour, dash in self.lines:
            points = self._points(values)
            points = points if len(points) > 1 else np.vstack([points, np.add(points, (4, 0))])
            faded = tuple(int(255 - 0.3 * (255 - v)) for v in rgb(colour))
            pale.line(points, faded, 2.2, dash)
            full.line(points, rgb(colour), 2.6, dash)
        _legend(
            axes, [(self._entry(axes, rgb(colour), dash), name) for name, _, colour, dash in self.lines]
        )  # fmt: skip
        ground = np.full((HEIGHT, WIDTH, 3), GROUND, dtype=np.float32)
        colour, through = axes.layer()
        ground = ground * through + colour
        sheets = [ground * through + colour for colour, through in (pale.layer(), full.layer())]
        return [np.clip(sheet + 0.5, 0, 255).astype(np.uint8) for sheet in sheets]

    @staticmethod
    def _entry(ink, colour, dash):
        return lambda x, y: ink.line([(x, y), (x + 20, y)], colour, 2.6, dash)

    def at(self, frame: int) -> np.ndarray:
        """The picture at a frame: (HEIGHT, WIDTH, 3) bytes."""
        ahead, behind = self.sheets
        picture = ahead.copy()
        x = round(float(self.axes.x(self.run.history.epoch[frame])))
        picture[:, :x] = behind[:, :x]
        picture[TOP : HEIGHT - BOTTOM, max(x - 1, LEFT) : min(x + 1, WIDTH - RIGHT + 1)] = rgb(palette.CURSOR)
        return picture


def boundary_png(run: Run, plane: Plane, frame: int = -1) -> bytes:
    """The boundary at a frame as a PNG file."""
    return png(BoundaryPicture(run, plane).at(frame))


def loss_png(run: Run, frame: int = -1) -> bytes:
    """The loss curves with a frame marked as a PNG file."""
    return png(LossPicture(run).at(range(run.n_frames)[frame]))


def png(picture: np.ndarray) -> bytes:
    """Pixels (height, width, 3) as a PNG file."""
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
