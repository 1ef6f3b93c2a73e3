"""One run, packed for the player: all data of the panels, in parts, as blobs (`ffbp.figures.blob`).

A page gets the common part and the parts of its panels. Histories and curves always cover every frame. What is painted anew
at each frame (maps, weights, wrong samples) comes for a few frames first, raw, because a change has to be on screen at once;
all frames follow, deflated, when somebody plays or moves the timeline, and with them the gradients' other views. Maps serve
only for colour, so they are quantised to bytes, and stored as differences from frame to frame.
"""

from collections.abc import Generator
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from ffbp.analysis.maps import activations, outputs
from ffbp.analysis.notices import drawn_samples
from ffbp.analysis.plane import Plane, plane_inputs
from ffbp.analysis.scores import confusion, precision_recall
from ffbp.data.source import REGRESSION
from ffbp.experiment.config import Config
from ffbp.experiment.differences import differences, value_text
from ffbp.experiment.fields import FIELDS, MAX_INITIAL_THETA, MAX_UNITS
from ffbp.experiment.link import PANELS
from ffbp.faults.registry import banner
from ffbp.figures import palette
from ffbp.figures.blob import Packer, as_blob, as_text, id_of, joined, quantise
from ffbp.figures.charts import boundary_plot, gradient_plot, loss_plot, samples_of
from ffbp.figures.diagram import diagram_of, drawn_part, drawn_values
from ffbp.figures.scales import Scales, scales_of
from ffbp.training.recording import drain
from ffbp.training.run import Run
from ffbp.words.glossary import entries as explained

BOUNDARY_RESOLUTION, REFINED_RESOLUTION, NODE_RESOLUTION, LINE_RESOLUTION = 64, 144, 20, 200
SCALE_FRAMES, SCALE_RESOLUTION = 30, 8  # from which the colours of the units' maps get their scale
LATER = ("network", "boundary", "gradients")  # those of which a change sends only what is on screen at once
PLAYER = "player"  # the id of a page's only player


@dataclass(frozen=True)
class PackedRun:
    """A run in parts: "run" for all panels, and one per panel. Each has entries of the header, as JSON, and a stream.

    id: equal for equal runs on the same plane and scales, whatever is packed of them. raw: whether streams are left undeflated.
    """

    id: str
    raw: bool
    entries: dict[str, str]
    arrays: str
    payloads: dict[str, bytes]

    def blob(self, panels=PANELS, *, player: str = PLAYER) -> bytes:
        """The blob for a player with these panels. player: its id on the page."""
        return self._blob("run", ("run", *(panel for panel in PANELS if panel in panels)), player)

    def frames(self, panels=PANELS, *, player: str = PLAYER) -> bytes:
        """All that the panels need, for a player that already shows the run at a few frames."""
        return self._blob("frames", tuple(panel for panel in LATER if panel in panels), player)

    def _blob(self, kind, parts, player):
        first = {"id": self.id, "kind": kind, "player": player, "raw": self.raw}
        text = f"{{{','.join([*(self.entries[part] for part in parts), self.arrays])}}}"
        return joined(first, text, {part: self.payloads[part] for part in parts if part in self.payloads})


def options(
    panels=PANELS, *, player: str = PLAYER, editable=False, clock: str | None = None, quiet: bool = False
) -> bytes:
    """The options with which a player is mounted.

    player: its id on the page. editable: whether its boundary is a drawing plane. clock: players with the same clock show
    the same epoch; without a name, the player has its own. quiet: whether losses and scores are not told as numbers.
    """
    shown = [panel for panel in PANELS if panel in panels]
    own = {"player": player, "panels": shown, "help": explained(shown), "editable": editable, "clock": clock}
    return as_text(own | ({"quiet": True} if quiet else {})).encode()


def pack_run(run: Run, plane: Plane, scales: Scales | None = None, *, frames=None, panels=PANELS) -> PackedRun:
    """One run for the player. scales: those of several runs, to show them side by side.

    frames: the frames of which maps, weights and wrong samples are packed, raw; by default all, deflated. panels: which
    panels are packed.
    """
    return drain(packing(run, plane, scales, frames=frames, panels=panels))


def packing(
    run: Run, plane: Plane, scales: Scales | None = None, *, frames=None, panels=PANELS
) -> Generator[None, None, PackedRun]:
    """`pack_run` as a generator that yields between slices of work, so that a server can do other work."""
    work = _packing(run, plane, scales or scales_of(run), frames, panels)
    while True:
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # a diverged run's numbers may overflow
                next(work)
        except StopIteration as end:
            return end.value
        yield


def _packing(run, plane, scales, frames, panels):
    packer = Packer(raw=frames is not None)
    packer.begin("run")
    common = _common(packer, run, plane)
    name = id_of(
        as_text(common).encode(), *packer.streams["run"], run.history.theta[-1].tobytes(), repr(scales).encode()
    )
    entries = {"run": as_text(common | {"frames": None if frames is None else list(frames)})[1:-1]}
    chosen = slice(None) if frames is None else np.array(frames)
    yield
    for panel in panels:
        packer.begin(panel, None if frames is None and panel in LATER else "run")
        entries[panel] = as_text({panel: (yield from PACKED[panel](packer, run, plane, scales, chosen))})[1:-1]
    return PackedRun(name, packer.raw, entries, as_text({"arrays": packer.entries})[1:-1], packer.payloads())


def _common(packer, run, plane):
    """The data that all panels need: the course of the run, names and colours, the plane."""
    dataset, history, metric = run.dataset, run.history, run.dataset.score_name
    ranges = {"x": list(plane.x_range), "y": list(plane.y_range)}
    axes = {"line": plane.is_line, "slice": plane.is_slice, "names": list(plane.names), "variance": plane.variance}
    numbers = {"epoch": packer.add(history.epoch, np.int32)}
    numbers |= packer.floats(train_loss=history.train_loss, test_loss=history.test_loss)
    numbers |= {f"{part}_score": packer.curve(getattr(history, f"{part}_{metric}")) for part in ("train", "test")}
    numbers["grad_norm"] = [packer.curve(norm) for norm in history.grad_norm.T]  # by layer
    numbers["grad_total"] = packer.curve(np.hypot.reduce(np.hypot(history.grad_norm, history.grad_norm_b), axis=1))
    return {
        "n_frames": run.n_frames,
        "n_epochs": run.config.epochs,
        "task": dataset.task,
        "classes": list(dataset.class_names),
        "target": dataset.target_name,
        "metric": "R²" if metric == "r2" else metric,
        "gives_probabilities": run.architecture.gives_probabilities,
        "has_test": len(dataset.X_test) > 0,
        "diverged_at": run.diverged_at,
        "banner": banner(run.config.fault),
        "fields": _fields(run.config),
        "palette": palette.named("classes", "negative", "positive", "ramp", "middle", "wrong", "cursor"),
        "plane": axes | ranges,
        "history": numbers,
    }


def _fields(config):
    """The choices that differ from the defaults, in words, so that the browser can say how two runs differ.

    A list gets a mark besides, because lists that differ may have the same words.
    """
    return {
        each.field: {
            "title": FIELDS[each.field].title,
            "text": value_text(each.field, each.b),
            "usual": value_text(each.field, each.a),
            "mark": f"{crc32(repr(each.b).encode()):x}" if isinstance(each.b, tuple) else None,
        }
        for each in differences(Config(), config)
    }


def _loss(packer, run, plane, scales, frames):
    yield
    return {"plot": packer.plot(loss_plot(run, scales))}


def _gradients(packer, run, plane, scales, frames):
    """The chart; of some frames, without the curves of the views that nobody has chosen yet."""
    yield
    figure = gradient_plot(run, scales)
    if packer.raw:
        figure["data"] = [trace for trace in figure["data"] if trace["visible"]]
    return {"plot": packer.plot(figure)}


def _outputs(run, X, frames, dtype=float):
    """`outputs`, yielding between slices of frames."""
    found = np.empty((len(run.history.epoch[frames]), run.architecture.sizes[-1], len(X)), dtype)
    for part, layers in activations(run, X, frames, dtype=dtype):
        found[part] = layers[-1]
        yield
    return found


def field_of(dataset, maps):
    """Output maps (frames, n_outputs, cells) as the values (frames, cells) to colour, and the classes or None."""
    if dataset.task == REGRESSION:
        return dataset.decode_target(maps[:, 0]), None
    if maps.shape[1] == 1:
        return maps[:, 0], None
    winner = maps.argmax(axis=1)
    best = np.take_along_axis(maps, winner[:, None], axis=1)[:, 0]
    return best, winner


def _boundary(packer, run, plane, scales, frames):
    packed = {"plot": packer.plot(boundary_plot(run, plane, scales)), "samples": pack_samples(packer, run, plane)}
    packed |= yield from (_curves if plane.is_line else _maps)(packer, run, plane, scales, frames)
    if run.dataset.task != REGRESSION:
        packed["points"] = yield from _points(packer, run, frames)
    return packed


def _curves(packer, run, plane, scales, frames):
    """The output along the line, at each frame."""
    curves = yield from _outputs(run, plane_inputs(run.dataset, plane, plane.grid(LINE_RESOLUTION)), frames)
    if run.dataset.task == REGRESSION:
        curves = run.dataset.decode_target(curves)
    low, high = scales.output
    return {"kind": "line", "n": LINE_RESOLUTION, "low": low, "high": high, "curves": packer.add(curves, np.float32)}


def _maps(packer, run, plane, scales, frames):
    """The output over the plane, at each frame; with several classes, the winner, its output, and each class's output."""
    n = BOUNDARY_RESOLUTION
    maps = yield from _outputs(run, plane_inputs(run.dataset, plane, plane.grid(n)), frames, np.float32)
    values, winner = field_of(run.dataset, maps)
    yield
    if winner is not None:
        packed = {"kind": "regions", "n": n, "winner": packer.changes(winner.astype(np.uint8))}
        share = 1 / len(run.dataset.class_names)
        packed |= {"low": share, "high": 1.0, "values": packer.changes(quantise(values, share, 1.0))}
        yield
        each, side = _coarser(maps, n), n // 2
        return packed | {"each_n": side, "each": packer.changes(quantise(each, 0.0, 1.0))}
    # Each frame's bytes span its own smallest to largest value, so that a contour stays smooth where p is near 1/2.
    lows, highs = values.min(axis=1), values.max(axis=1)
    lows, highs = (np.nan_to_num(v, nan=0.0, posinf=1e30, neginf=-1e30) for v in (lows, highs))
    low, high = scales.output
    kind = "value" if run.dataset.task == REGRESSION else "probability"
    coded = packer.changes(quantise(values, lows[:, None], highs[:, None]))
    return {"kind": kind, "n": n, "values": coded, **packer.floats(lows=lows, highs=highs), "low": low, "high": high}


def _coarser(maps, n):
    """Maps (frames, classes, n²) at half the resolution, each cell the mean of four."""
    blocks = maps.reshape(*maps.shape[:2], n // 2, 2, n // 2, 2)
    return blocks.mean(axis=(3, 5)).reshape(*maps.shape[:2], -1)


def pack_samples(packer: Packer, run: Run, plane: Plane) -> dict:
    """The drawn samples of each part: place, row of the data, and class or target."""
    kind = np.float32 if run.dataset.task == REGRESSION else np.uint8
    return {
        part: {"xy": packer.add(xy, np.float32), "row": packer.whole(row), "values": packer.add(values, kind)}
        for part, (xy, row, values) in samples_of(run.dataset, plane).items()
    }


def _points(packer, run, frames):
    """Which samples are wrong at each frame, as bits, and the confusion matrices with precision and recall."""
    dataset, packed = run.dataset, {}
    for part, drawn in zip(dataset.parts, drawn_samples(dataset), strict=False):
        yield
        predicted = run.decided[part.name][frames]
        counts = confusion(predicted, part.y, dataset.n_classes)
        precision, recall = precision_recall(counts)
        wrong = np.packbits((predicted != part.y)[:, drawn], axis=1, bitorder="little")
        packed[part.name] = {
            "wrong": packer.add(wrong, np.uint8),
            "confusion": packer.add(counts, np.uint16),
            **packer.floats(precision=precision, recall=recall),
        }
    return packed


def _network(packer, run, plane, scales, frames):
    """The diagram with the units' maps over the plane."""
    network, diagram = run.architecture, diagram_of(run)
    packed = {
        "sizes": list(network.sizes),
        "most_units": MAX_UNITS,
        "most_explicit": MAX_INITIAL_THETA,
        "n_params": network.n_params,
        "shown": diagram.shown,
        "inputs": list(run.dataset.input_names),
        "activations": [activation.label for activation in network.activations],
        "edges": diagram.edges,
        "n_weights": diagram.n_weights,
        "weights": packer.add(diagram.weights[frames], np.float32),
        "weight_limit": scales.weight,
        "biases": packer.add(diagram.biases[frames], np.float32),
        "maps": None,
    }
    if not plane.is_slice:
        packed |= yield from _node_maps(packer, run, plane, diagram.shown, scales, frames)
    return packed


def _node_maps(packer, run, plane, shown, scales, frames):
    n = NODE_RESOLUTION
    X = plane_inputs(run.dataset, plane, plane.grid(n))
    layers = [np.empty((len(run.history.epoch[frames]), count, len(X)), np.float32) for count in shown[1:]]
    for part, found in activations(run, X, frames, dtype=np.float32):
        yield
        for layer, A in zip(layers, found, strict=True):
            layer[part] = A[:, : layer.shape[1]]
    # Each layer has one symmetric scale for the run: purple below zero, green above. The output has the boundary's scale.
    limits = _limits(run, plane, shown)
    coded = [quantise(layer, -limit, limit) for layer, limit in zip(layers, limits, strict=False)]
    output = run.dataset.decode_target(layers[-1]) if run.dataset.task == REGRESSION else layers[-1]
    coded.append(quantise(output, *scales.output))
    inputs = X[:, : shown[0]].T
    span = np.abs(inputs).max(axis=1, keepdims=True)
    return {
        "maps": packer.changes(np.concatenate(coded, axis=1)),
        "map_side": [n, 1 if plane.is_line else n],
        "input_maps": packer.add(quantise(inputs, -span, span), np.uint8),
    }


def _limits(run, plane, shown):
    """For each hidden layer the size that 98 % of its drawn units' outputs do not exceed, over the whole run.

    They come from some frames and a coarse grid, so that the first frames packed have the scale of all.
    """
    some = np.unique(np.linspace(0, run.n_frames - 1, SCALE_FRAMES).astype(int))
    X = plane_inputs(run.dataset, plane, plane.grid(SCALE_RESOLUTION))
    sizes = [[] for _ in shown[1:-1]]
    for _, layers in activations(run, X, some, dtype=np.float32):
        for found, A, count in zip(sizes, layers, shown[1:], strict=False):
            found.append(np.abs(A[:, :count]).ravel())
    finite = [size[np.isfinite(size)] for size in map(np.concatenate, sizes)]
    return [float(np.quantile(size, 0.98)) or 1.0 if size.size else 1.0 for size in finite]


PACKED = {
    "network": _network,
    "boundary": _boundary,
    "loss": _loss,
    "gradients": _gradients,
}


def refine(run: Run, plane: Plane, frame: int, parameters: bool = False) -> tuple[dict, dict[str, bytes]]:
    """The boundary of one frame at a finer resolution, with exact values: entries of a header, and the arrays.

    parameters: also the weights and biases that the diagram draws, and their gradients on the whole training set. It is
    the same for all users, so a server can keep it.
    """
    packer, entries = Packer(raw=True), {}
    frame = range(run.n_frames)[frame]
    if not plane.is_line:
        n = REFINED_RESOLUTION
        maps = outputs(run, plane_inputs(run.dataset, plane, plane.grid(n)), slice(frame, frame + 1))
        values, winner = field_of(run.dataset, maps)
        entries = {"n": n, "values": packer.add(values[0], np.float32)}
        if winner is not None:
            entries["winner"] = packer.add(winner[0], np.uint8)
            entries["each"] = packer.add(np.rint(np.nan_to_num(maps[0]) * 65535), np.uint16)
    if parameters:
        entries["parameters"] = _parameters(packer, run, frame)
    return entries | {"frame": frame, "arrays": packer.entries}, packer.payloads()


def _parameters(packer, run, frame):
    network, (shown, edges) = run.network(frame), drawn_part(run)
    found = {}
    for flat, names in ((network.theta, ("weights", "biases")), (network.grad, ("dW", "db"))):
        values = drawn_values(network, flat, shown, edges)
        found |= {name: packer.add(array, np.float64) for name, array in zip(names, values, strict=True)}
    return found


def unrefined(frame: int) -> tuple[dict, dict[str, bytes]]:
    """The counterpart of `refine` for a player without the boundary."""
    return {"frame": frame, "arrays": []}, {}


def pack_refinement(
    run: Run,
    plane: Plane,
    frame: int,
    run_id: str,
    marks=(),
    adopted: int = 0,
    *,
    panel=None,
    present=False,
    gradients=None,
    answered=0,
    player=PLAYER,
    refined=None,
) -> bytes:
    """The result of `refine` as the blob that the player shows at rest.

    marks: chosen samples as points (x, y) of the plane, which get a ring. adopted: the number of addresses adopted so far;
    when it grows, the player goes to the frame, shows the panels in full size, or all of them with None, and is alone on the
    screen or not (present). gradients: what its gradients' chart then shows. answered: the browser's time of the latest report
    of numbers of units that the run is the answer to; later ones stay wanted. player: its id.
    refined: the result of `refine`, if already computed.
    """
    entries, payloads = refine(run, plane, frame) if refined is None else refined
    own = {"run": run_id, "kind": "refine", "player": player, "adopted": adopted, "raw": True}
    own |= {"panel": panel, "present": present, "gradients": gradients, "answered": answered}
    return as_blob(entries | own | {"marks": [[float(v) for v in mark] for mark in marks]}, payloads)
