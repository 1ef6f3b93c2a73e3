"""Pictures without a browser: boundary and loss at any frame, drawn by Matplotlib in the colours of the pages.

A `Sheet` is a figure of one or more panels. The parts that are fixed in a run (axes, legends, samples, pale curves) are drawn
once, and the parts that change with the frame over them, so that a frame takes a few milliseconds. Matplotlib is imported
when a picture is made. Every sheet has its own figure, and only one is drawn at a time, so sessions share nothing.
"""

import threading
from functools import cache
from io import BytesIO

import numpy as np

from ffbp.analysis.maps import outputs
from ffbp.analysis.plane import Plane, plane_inputs
from ffbp.analysis.scores import chance_level
from ffbp.data.source import REGRESSION
from ffbp.faults.registry import banner
from ffbp.figures import palette
from ffbp.training.run import Run

WIDTH, HEIGHT = 470, 420  # of one panel, pixels
RESOLUTION = 100  # places on each side at which the network is evaluated
LEFT, RIGHT, TOP, BOTTOM = 58, 18, 62, 46  # a panel's margins
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
INK, PALE, GROUND, GRID = "#1c1f26", "#8a8f98", "#ffffff", "#e2e5ea"
FAULTY = "#b3261e"  # the letters of the banner
DPI = 100
BAND, MAX_BANNER = 30, 90  # a banner's height in pixels, and its longest text
MAX_POINTS = 1500
LOG_FROM = 20  # a loss that falls by a larger factor gets a log axis
BOWTIE = [(-1, -1), (0, -0.2), (1, -1), (1, 1), (0, 0.2), (-1, 1), (-1, -1)]
MARKERS = ("o", "s", "^", "D", "P", "*", "p", "h", "X", BOWTIE)  # Matplotlib's for `palette.CLASS_SYMBOLS`
MARKER_SIZES = (1.0, 0.85, 1.1, 0.8, 1.05, 1.35, 1.1, 1.1, 1.05, 0.9)  # so that all look equally large
DRAWING = threading.RLock()  # Matplotlib is not thread-safe, so only one thread at a time uses it


def points(pixels: float) -> float:
    """Pixels in Matplotlib's unit."""
    return pixels * 72 / DPI


def written(text: str, most: int) -> str:
    """A text on one line, cut to at most ``most`` characters, with a box for each character that the font lacks."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont("DejaVu Sans"))
    text = "".join((c if font.get_char_index(ord(c)) else "□") if c.isprintable() else " " for c in str(text))
    return text if len(text) <= most else text[: most - 1] + "…"


def tick_text(value: float, _=None) -> str:
    """A tick's number in its shortest form."""
    return f"{value:.6g}".replace("e+", "e") if abs(value) > 1e-15 else "0"


class Sheet:
    """A figure of panels side by side, with room for a line of text above them, and one more for a banner if it is ``told``.

    scale: pixels of the file for each pixel here.
    """

    def __init__(self, n_panels: int = 1, header: int = 0, scale: int = 1, *, told: str = ""):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.header = header + (BAND if told else 0)
        self.width, self.height = n_panels * WIDTH, HEIGHT + self.header
        self.scale = scale
        self.figure = Figure((self.width / DPI, self.height / DPI), dpi=DPI * scale, facecolor=GROUND)
        self.canvas = FigureCanvasAgg(self.figure)
        self.background = None
        if told:
            look = {
                "color": FAULTY,
                "fontsize": points(12 if n_panels == 1 else 15),
                "va": "center",
                "parse_math": False,
            }
            place = 14 / self.width, 1 - (header + BAND / 2) / self.height
            self.figure.text(*place, written(told, MAX_BANNER), **look)

    def axes(self, panel: int, title: str, x_title: str, y_title: str):
        """Axes of one panel in the style of the pages."""
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        left, bottom = (panel * WIDTH + LEFT) / self.width, BOTTOM / self.height
        box = (left, bottom, INNER_WIDTH / self.width, INNER_HEIGHT / self.height)
        axes = self.figure.add_axes(box, facecolor=GROUND, autoscale_on=False)
        axes.set_axisbelow(True)
        axes.spines[:].set_color(PALE)
        axes.tick_params(color=PALE, labelcolor=INK, labelsize=points(11))
        for axis, place in (
            (axes.xaxis, (0.5, -(BOTTOM - 18) / INNER_HEIGHT)),
            (axes.yaxis, (-(LEFT - 16) / INNER_WIDTH, 0.5)),
        ):
            axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
            axis.set_major_formatter(FuncFormatter(tick_text))
            axis.set_label_coords(*place)
        axes.set_xlabel(written(x_title, 48), color=INK, fontsize=points(13), parse_math=False)
        axes.set_ylabel(written(y_title, 40), color=INK, fontsize=points(13), parse_math=False)
        place = (0, 1 + (TOP - 12) / INNER_HEIGHT)
        axes.text(*place, written(title, 50), color=INK, fontsize=points(15), va="center", transform=axes.transAxes)
        return axes

    def at(self, frame: int, *panels) -> np.ndarray:
        """The panels at a frame: pixels (height, width, 3)."""
        with DRAWING, np.errstate(all="ignore"):
            if self.background is None:
                self.canvas.draw()
                self.background = self.canvas.copy_from_bbox(self.figure.bbox)
            self.canvas.restore_region(self.background)
            renderer = self.canvas.get_renderer()
            for panel in panels:
                panel.paint(renderer, frame)
            return np.array(self.canvas.buffer_rgba())[..., :3]

    def pixels(self, artists) -> np.ndarray:
        """Artists without a background as an image of the sheet's size, the lowest row first."""
        from matplotlib.backends.backend_agg import RendererAgg

        renderer = RendererAgg(self.width * self.scale, self.height * self.scale, DPI * self.scale)
        for artist in artists:
            artist.draw(renderer)
        return np.array(renderer.buffer_rgba())[::-1].copy()


def legend(axes, handles, names) -> None:
    """One line of names above the plot, and the number of names that do not fit."""
    names = [written(name, 18) for name in names]
    look = {"loc": "center left", "bbox_to_anchor": (0, 1 + (TOP - 38) / INNER_HEIGHT), "frameon": False}
    look |= {"borderpad": 0, "borderaxespad": 0, "handlelength": 1.7, "handletextpad": 0.4, "columnspacing": 1.0}
    look |= {"fontsize": points(12), "labelcolor": INK}
    for n in range(len(names), 0, -1):
        rest = f"   +{len(names) - n}" if n < len(names) else ""
        box = axes.legend(handles[:n], [*names[: n - 1], names[n - 1] + rest], ncols=n, **look)
        for text in box.get_texts():
            text.set_parse_math(False)
        if box.get_window_extent().x1 <= axes.get_window_extent().x1 + RIGHT:
            return


class BoundaryPanel:
    """The network's outputs over the plane, with the samples."""

    def __init__(self, sheet: Sheet, panel: int, run: Run, plane: Plane):
        from matplotlib.colors import LinearSegmentedColormap

        self.run, self.plane, self.scaled, data = run, plane, sheet.scale, run.dataset
        self.inputs = plane_inputs(data, plane, plane.grid(RESOLUTION))
        self.regression = data.task == REGRESSION
        up = plane.names[1] if not plane.is_line else data.target_name if self.regression else "output"
        what = "Fit" if self.regression else "Decision boundary"
        if plane.is_slice:
            what = "Principal components" if plane.is_principal else "Slice through the mean"
        self.axes = sheet.axes(panel, what, plane.names[0], up)
        self.axes.set(xlim=plane.x_range, ylim=plane.y_range)
        y = data.decode_target(data.y_train) if self.regression else np.array([0.0, 1.0])
        self.low, self.high = float(y.min()), float(y.max())
        ends = palette.CLASSES[0], palette.MIDDLE["light"], palette.CLASSES[1]
        self.scale = LinearSegmentedColormap.from_list("boundary", ends)
        if plane.is_line:
            self.axes.grid(color=GRID)
            n = run.architecture.sizes[-1]
            colours = [palette.CURSOR] if n == 1 else [palette.CLASSES[k % len(palette.CLASSES)] for k in range(n)]
            self.curves = [self.axes.plot([], [], color=c, linewidth=points(2.5), animated=True)[0] for c in colours]
        samples = self._samples()
        if not plane.is_line:
            self.corner = (panel * WIDTH + LEFT) * sheet.scale, BOTTOM * sheet.scale
            self.samples = sheet.pixels(samples)

    def _samples(self) -> list:
        """Draw the samples as markers, with their legend; returns a collection per part."""
        from matplotlib.collections import PathCollection
        from matplotlib.lines import Line2D
        from matplotlib.transforms import IdentityTransform

        data, plane, drawn, entries = self.run.dataset, self.plane, [], {}
        size = points(7.5 if len(data.X_train) > 300 else 10)
        for part, _, raw, _, y in data.parts:
            places, y = plane.coordinates(raw[:MAX_POINTS, data.columns]), y[:MAX_POINTS]
            target = data.line_height(y)
            fills, edges, paths = zip(*map(self._look, y, target, [part] * len(y)), strict=True)
            look = {"facecolors": fills, "edgecolors": edges, "linewidths": points(0.9 if part == "train" else 1.6)}
            look["offsets"] = np.column_stack([places[:, 0], target if plane.is_line else places[:, 1]])
            look |= {"offset_transform": self.axes.transData, "animated": not plane.is_line}
            collection = self.axes.add_collection(PathCollection(paths, [size**2], **look))
            collection.set_transform(IdentityTransform())  # a marker keeps its size
            collection.set_snap(False)  # snapping to whole pixels would distort squares
            drawn.append(collection)
            for k, fill, edge, path in zip(y, fills, edges, paths, strict=True):
                name = part if self.regression else data.class_names[int(k)] if part == "train" else "test (hollow)"
                entries.setdefault(name, (fill, edge if edge != GROUND else fill, path))
        order = [*(n for n in data.class_names if n in entries), *(n for n in entries if n not in data.class_names)]
        look = {"linestyle": "", "markersize": points(10), "markeredgewidth": points(1.4)}
        handles = [
            Line2D([], [], markerfacecolor=fill, markeredgecolor=edge, marker=path, **look)
            for fill, edge, path in map(entries.get, order)
        ]
        legend(self.axes, handles, order)
        return drawn

    def _look(self, y, target, part) -> tuple:
        """A sample's colour, its edge's colour, and its marker."""
        if self.regression:
            marker = _marker(0 if part == "train" else 3)
            if self.plane.is_line:
                colour = palette.TRAIN if part == "train" else palette.TEST
                return colour, colour, marker
            return self.scale((target - self.low) / ((self.high - self.low) or 1.0)), "#555555", marker
        colour = palette.CLASSES[int(y) % len(palette.CLASSES)]
        marker = _marker(int(y) % len(MARKERS))
        return (colour, GROUND, marker) if part == "train" else (GROUND, colour, marker)

    def paint(self, renderer, frame: int) -> None:
        """Draw a frame over the axes."""
        frame = range(self.run.n_frames)[frame]
        (maps,) = outputs(self.run, self.inputs, slice(frame, frame + 1))
        if self.regression:
            maps = self.run.dataset.decode_target(maps)
        if self.plane.is_line:
            for line, curve in zip(self.curves, maps, strict=True):
                line.set_data(self.plane.grid(RESOLUTION)[:, 0], curve)
                line.draw(renderer)
            return
        values = _to_pixels(maps.reshape(-1, RESOLUTION, RESOLUTION), self.scaled)
        renderer.draw_image(renderer.new_gc(), *self.corner, self._heat(values))
        if len(values) == 1 and not self.regression and values.min() < 0.5 < values.max():
            self._contour(values[0]).draw(renderer)
        renderer.draw_image(renderer.new_gc(), 0, 0, self.samples)
        for spine in self.axes.spines.values():
            spine.draw(renderer)

    def _heat(self, values) -> np.ndarray:
        """The outputs (n_outputs, rows, columns) as colours (rows, columns, 4); of several classes, the most probable."""
        if len(values) == 1:
            share = (values[0] - self.low) / ((self.high - self.low) or 1.0)
            return self.scale(np.nan_to_num(share, nan=0.5), bytes=True)
        from matplotlib.colors import to_rgba_array

        colours = to_rgba_array(palette.CLASSES)[values.argmax(axis=0) % len(palette.CLASSES)]
        share = np.clip((values.max(axis=0) - 1 / len(values)) / (1 - 1 / len(values)), 0.16, 1)[..., None]
        return (255 * np.nan_to_num(1 + (colours - 1) * share, nan=1.0) + 0.5).astype(np.uint8)

    def _contour(self, values):
        """The line on which both classes have the same probability."""
        ranges = zip((self.plane.x_range, self.plane.y_range), values.shape[::-1], strict=True)
        x, y = (np.linspace(*ends, 2 * n + 1)[1::2] for ends, n in ranges)  # the pixels' middles
        line = self.axes.contour(x, y, values, [0.5], colors=INK, linewidths=points(2.4))
        line.remove()  # from the axes, which would draw it again; `paint` draws it
        return line


@cache
def _marker(i: int):
    """The path of a marker."""
    from matplotlib.markers import MarkerStyle

    style = MarkerStyle(MARKERS[i])
    return style.get_path().transformed(style.get_transform().scale(MARKER_SIZES[i]))


def _to_pixels(maps, scale=1):
    """Maps (k, RESOLUTION, RESOLUTION) interpolated to a value per pixel; constant beyond the outer places."""
    return _weights(INNER_HEIGHT * scale).T @ np.asarray(maps, dtype=float) @ _weights(INNER_WIDTH * scale)


@cache
def _weights(n: int) -> np.ndarray:
    """The weight (RESOLUTION, n) of each place at each of n pixels, for linear interpolation."""
    middles = (np.arange(n) + 0.5) * RESOLUTION / n - 0.5
    return np.array([np.interp(middles, np.arange(RESOLUTION), row) for row in np.eye(RESOLUTION)])


def log_axis(axes, low: float, high: float) -> None:
    """A log axis with plain numbers: powers of ten; over less than two decades, also 2 and 5 times these."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    subs = (1, 2, 5) if high / low < 100 else (1,)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=8))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(tick_text))


class LossPanel:
    """Training and test loss over epochs; later epochs than the frame's are pale."""

    def __init__(self, sheet: Sheet, panel: int, run: Run):
        self.history = h = run.history
        curves = [("train", h.train_loss, palette.TRAIN, "-")]
        if len(run.dataset.X_test):
            curves.append(("test", h.test_loss, palette.TEST, (0, (3, 1.7))))
        if np.any(h.penalty > 0):
            curves.append(("train + penalty", h.total, palette.TOTAL, (0, (3, 1.3))))
        curves.append(("guessing", np.full(len(h), chance_level(run)), palette.CHANCE, (0, (0.8, 1.3))))
        values = np.concatenate([curve[1] for curve in curves])
        positive = values[np.isfinite(values) & (values > 0)]
        low, high = (float(positive.min()), float(positive.max())) if positive.size else (0.1, 1.0)
        self.log = high / low > LOG_FROM
        self.axes = sheet.axes(panel, "Loss", "epoch", "loss (log)" if self.log else "loss")
        self.axes.grid(color=GRID)
        self.axes.xaxis.get_major_locator().set_params(integer=True)
        self.axes.set(xlim=(0, max(h.epoch[-1], 1)), ylim=(low / 1.26, high * 1.26) if self.log else (0, high * 1.05))
        if self.log:
            log_axis(self.axes, low, high)
        self.lines = []
        for name, y, colour, dash in curves:
            y = np.where(np.isfinite(y) & (y > 0 if self.log else True), y, np.nan)
            look = {"color": colour, "linestyle": dash, "marker": "o" if len(h) == 1 else ""}
            self.axes.plot(h.epoch, y, linewidth=points(2.2), alpha=0.3, **look)
            (line,) = self.axes.plot([], [], linewidth=points(2.6), label=name, animated=True, **look)
            self.lines.append((line, y))
        legend(self.axes, [line for line, _ in self.lines], [curve[0] for curve in curves])
        self.cursor = self.axes.axvline(0, color=palette.CURSOR, linewidth=points(2), animated=True)

    def paint(self, renderer, frame: int) -> None:
        """Draw a frame over the axes."""
        epochs = self.history.epoch[: range(len(self.history))[frame] + 1]
        for line, y in self.lines:
            line.set_data(epochs, y[: len(epochs)])
            line.draw(renderer)
        self.cursor.set_xdata([epochs[-1]] * 2)
        self.cursor.draw(renderer)


def boundary_png(run: Run, plane: Plane, frame: int = -1) -> bytes:
    """The boundary at a frame as a PNG file."""
    with DRAWING:
        sheet, words = Sheet(told=banner(run.config.fault)), banner(run.config.fault)
        return png(sheet.at(frame, BoundaryPanel(sheet, 0, run, plane)), words)


def loss_png(run: Run, frame: int = -1) -> bytes:
    """The loss curves with a frame marked as a PNG file."""
    with DRAWING:
        sheet, words = Sheet(told=banner(run.config.fault)), banner(run.config.fault)
        return png(sheet.at(frame, LossPanel(sheet, 0, run)), words)


def png(picture: np.ndarray, comment: str = "") -> bytes:
    """Pixels (height, width, 3) as a PNG file. comment: kept in the file, if there is one."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    buffer, info = BytesIO(), PngInfo()
    if comment:
        info.add_text("Comment", comment)
    Image.fromarray(picture).save(buffer, "PNG", optimize=True, pnginfo=info)
    return buffer.getvalue()
