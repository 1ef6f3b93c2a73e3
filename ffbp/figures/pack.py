"""One run, packed for the player: all data of the panels at every frame, in parts.

A page gets the common part and the parts of its panels as one blob (`ffbp.figures.blob`), with the player's options. Maps
serve only for colour, so they are quantised to bytes, and stored as differences from frame to frame.
"""

import zlib
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from ffbp.analysis.maps import activations, outputs
from ffbp.analysis.notices import drawn_samples
from ffbp.analysis.plane import Plane, plane_inputs
from ffbp.analysis.scores import confusion, precision_recall
from ffbp.data.source import REGRESSION
from ffbp.figures import palette
from ffbp.figures.blob import Packer, as_blob, as_text, id_of, joined, quantise
from ffbp.figures.charts import boundary_plot, gradient_plot, loss_plot
from ffbp.figures.diagram import diagram_of
from ffbp.figures.scales import Scales, scales_of
from ffbp.training.recording import drain
from ffbp.training.run import Run

BOUNDARY_RESOLUTION, REFINED_RESOLUTION, NODE_RESOLUTION, LINE_RESOLUTION = 64, 150, 20, 200
PANELS = ("network", "boundary", "loss", "gradients")
PLAYER = "player"  # the id of a page's only player


@dataclass(frozen=True)
class PackedRun:
    """A run in parts: "run" for all panels, and one per panel. Each has entries of the header, as JSON, and a stream."""

    id: str
    entries: dict[str, str]
    arrays: str
    payloads: dict[str, bytes]

    def blob(self, panels=PANELS, *, player: str = PLAYER, editable=False, clock: str | None = None) -> bytes:
        """The blob for a player with these panels.

        player: its id on the page. editable: whether its boundary is a drawing plane. clock: players with the same clock
        show the same epoch; without a name, the player has its own.
        """
        parts = ("run", *(panel for panel in PANELS if panel in panels))
        options = {"player": player, "panels": parts[1:], "editable": editable, "clock": clock}
        text = f"{{{','.join([*(self.entries[part] for part in parts), self.arrays])}}}"
        return joined({"id": self.id, "options": options}, text, {part: self.payloads[part] for part in parts})


def pack_run(run: Run, plane: Plane, scales: Scales | None = None) -> PackedRun:
    """One run for the player. scales: those of several runs, to show them side by side."""
    return drain(packing(run, plane, scales))


def packing(run: Run, plane: Plane, scales: Scales | None = None) -> Generator[None, None, PackedRun]:
    """`pack_run` as a generator that yields between slices of work, so that a server can do other work."""
    work = _packing(run, plane, scales)
    while True:
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # a diverged run's numbers may overflow
                next(work)
        except StopIteration as end:
            return end.value
        yield


def _packing(run, plane, scales):
    packer, scales = Packer(), scales or scales_of(run)
    packer.begin("run")
    entries = {"run": as_text(_common(packer, run, plane))[1:-1]}
    yield
    loss, gradients = _only_plot(loss_plot), _only_plot(gradient_plot)
    for panel, pack in {"boundary": _boundary, "network": _network, "loss": loss, "gradients": gradients}.items():
        packer.begin(panel)
        entries[panel] = as_text({panel: (yield from pack(packer, run, plane, scales))})[1:-1]
    arrays, payloads = as_text({"arrays": packer.entries})[1:-1], packer.payloads()
    name = id_of(*(text.encode() for text in (*entries.values(), arrays)), *payloads.values())
    return PackedRun(name, entries, arrays, payloads)


def _common(packer, run, plane):
    """The data that all panels need: the course of the run, names and colours, the plane."""
    dataset, history, metric = run.dataset, run.history, run.dataset.score_name
    ranges = {"x": list(plane.x_range), "y": list(plane.y_range)}
    axes = {"line": plane.is_line, "slice": plane.is_slice, "names": list(plane.names), "variance": plane.variance}
    numbers = {"epoch": packer.add(history.epoch, np.int32)}
    numbers |= packer.floats(
        train_loss=history.train_loss,
        test_loss=history.test_loss,
        train_score=getattr(history, f"train_{metric}"),
        test_score=getattr(history, f"test_{metric}"),
        grad_norm=history.grad_norm,
        grad_total=np.hypot.reduce(np.hypot(history.grad_norm, history.grad_norm_b), axis=1),
    )
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
        "palette": palette.named("classes", "layers", "middle", "wrong", "cursor"),
        "plane": axes | ranges,
        "history": numbers,
    }


def _only_plot(plot):
    """The packing of a panel that is only a plot."""

    def pack(packer, run, plane, scales):
        yield
        return {"plot": packer.plot(plot(run, scales))}

    return pack


def _outputs(run, X, dtype=float, *, read=np.copy):
    """`outputs`, yielding between slices of frames; ``read`` turns a slice's outputs into the values to keep."""
    found = None
    for part, layers in activations(run, X, dtype=dtype):
        kept = read(layers[-1])
        if found is None:
            found = np.empty((run.n_frames, *kept.shape[1:]), kept.dtype)
        found[part] = kept
        yield
    return found


def _field(run, maps):
    """Output maps (frames, n_outputs, cells) as the values (frames, cells) to colour, and the classes or None."""
    if run.dataset.task == REGRESSION:
        return run.dataset.decode_target(maps[:, 0]), None
    if maps.shape[1] == 1:
        return maps[:, 0], None
    winner = maps.argmax(axis=1)
    best = np.take_along_axis(maps, winner[:, None], axis=1)[:, 0]
    return best, winner


def _boundary(packer, run, plane, scales):
    packed = {"plot": packer.plot(boundary_plot(run, plane, scales))}
    packed |= yield from (_curves if plane.is_line else _maps)(packer, run, plane, scales)
    if run.dataset.task != REGRESSION:
        packed["points"] = yield from _points(packer, run, plane)
    return packed


def _curves(packer, run, plane, scales):
    """The output along the line, at every frame."""
    curves = yield from _outputs(run, plane_inputs(run.dataset, plane, plane.grid(LINE_RESOLUTION)))
    if run.dataset.task == REGRESSION:
        curves = run.dataset.decode_target(curves)
    low, high = scales.output
    return {"kind": "line", "n": LINE_RESOLUTION, "low": low, "high": high, "curves": packer.add(curves, np.float32)}


def _maps(packer, run, plane, scales):
    """The output over the plane, at every frame; with several classes, the winner, its output, and each class's output."""
    n = BOUNDARY_RESOLUTION
    maps = yield from _outputs(run, plane_inputs(run.dataset, plane, plane.grid(n)), np.float32)
    values, winner = _field(run, maps)
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


def _points(packer, run, plane):
    """Which samples are wrong at each frame, as bits, and the confusion matrices with precision and recall."""
    dataset, packed = run.dataset, {}
    for part, drawn in zip(dataset.parts, drawn_samples(dataset), strict=False):
        yield
        predicted = run.decided[part.name]
        points = plane.coordinates(part.raw[:, dataset.columns]).astype(float)
        if plane.is_line:
            points = np.column_stack([points, dataset.line_height(part.y)])
        counts = confusion(predicted, part.y, dataset.n_classes)
        precision, recall = precision_recall(counts)
        wrong = np.packbits((predicted != part.y)[:, drawn], axis=1, bitorder="little")
        packed[part.name] = {
            "xy": packer.add(points[drawn], np.float32),
            "wrong": packer.add(wrong, np.uint8),
            "confusion": packer.add(counts, np.uint16),
            **packer.floats(precision=precision, recall=recall),
        }
    return packed


def _network(packer, run, plane, scales):
    """The diagram with the units' maps over the plane."""
    network, diagram = run.architecture, diagram_of(run)
    packed = {
        "sizes": list(network.sizes),
        "shown": diagram.shown,
        "inputs": list(run.dataset.input_names),
        "activations": [activation.label for activation in network.activations],
        "edges": diagram.edges,
        "n_weights": diagram.n_weights,
        "weights": packer.add(diagram.weights, np.float32),
        "weight_limit": scales.weight,
        "biases": packer.add(diagram.biases, np.float32),
        "maps": None,
    }
    if not plane.is_slice:
        packed |= yield from _node_maps(packer, run, plane, diagram.shown, scales)
    return packed


def _node_maps(packer, run, plane, shown, scales):
    n = NODE_RESOLUTION
    X = plane_inputs(run.dataset, plane, plane.grid(n))
    maps = np.empty((run.n_frames, sum(shown[1:]), len(X)), dtype=np.float32)
    for part, layers in activations(run, X, dtype=np.float32):
        yield
        maps[part] = np.concatenate([A[:, :count] for A, count in zip(layers, shown[1:], strict=True)], axis=1)
    # Each layer has one symmetric scale for the run: orange below zero, blue above. The output has the boundary's scale.
    coded, start = np.empty(maps.shape, dtype=np.uint8), 0
    for l, count in enumerate(shown[1:], start=1):
        layer = maps[:, start : start + count]
        if l == len(shown) - 1:
            values = run.dataset.decode_target(layer) if run.dataset.task == REGRESSION else layer
            coded[:, start : start + count] = quantise(values, *scales.output)
        else:
            finite = np.abs(layer[np.isfinite(layer)])
            limit = float(np.quantile(finite[:: max(1, finite.size // 20000)], 0.98)) if finite.size else 0.0
            limit = limit or 1.0
            coded[:, start : start + count] = quantise(layer, -limit, limit)
        start += count
    inputs = X[:, : shown[0]].T
    span = np.abs(inputs).max(axis=1, keepdims=True)
    return {
        "maps": packer.changes(coded),
        "map_side": [n, 1 if plane.is_line else n],
        "input_maps": packer.add(quantise(inputs, -span, span), np.uint8),
    }


def refine(run: Run, plane: Plane, frame: int) -> tuple[dict, dict[str, bytes]]:
    """The boundary of one frame at a finer resolution, with exact values: entries of a header, and the deflated arrays.

    It is the same for all users, so a server can keep it.
    """
    packer, entries = Packer(), {}
    frame = range(run.n_frames)[frame]
    if not plane.is_line:
        n = REFINED_RESOLUTION
        maps = outputs(run, plane_inputs(run.dataset, plane, plane.grid(n)), slice(frame, frame + 1))
        values, winner = _field(run, maps)
        entries = {"n": n, "values": packer.add(values[0], np.float32)}
        if winner is not None:
            entries["winner"] = packer.add(winner[0], np.uint8)
            entries["each"] = packer.add(np.rint(np.nan_to_num(maps[0]) * 65535), np.uint16)
    payloads = {part: zlib.compress(b"".join(stream), 1) for part, stream in packer.streams.items()}
    return entries | {"frame": frame, "arrays": packer.entries}, payloads


def unrefined(frame: int) -> tuple[dict, dict[str, bytes]]:
    """The counterpart of `refine` for a player without the boundary."""
    return {"frame": frame, "arrays": []}, {}


def pack_refinement(
    run: Run, plane: Plane, frame: int, run_id: str, marks=(), adopted: int = 0, *, player=PLAYER, refined=None
) -> bytes:
    """The result of `refine` as the blob that the player shows at rest.

    marks: chosen samples as points (x, y) of the plane, which get a ring. adopted: the number of addresses adopted so far;
    when it grows, the player goes to the frame. player: its id. refined: the result of `refine`, if already computed.
    """
    entries, payloads = refine(run, plane, frame) if refined is None else refined
    own = {"run": run_id, "player": player, "adopted": adopted, "marks": [[float(v) for v in mark] for mark in marks]}
    return as_blob(entries | own, payloads)
