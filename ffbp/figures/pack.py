"""One run, packed for the player: everything that the panels show, at every frame, in parts.

A page gets what all panels need and the parts of the panels that it shows, as one blob (`ffbp.figures.blob`) with the
player's options. Maps are quantised to bytes, for colour only, and stored as differences from frame to frame.
"""

import zlib
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from ffbp.analysis.maps import activations, outputs
from ffbp.analysis.notices import drawn_samples
from ffbp.analysis.plane import Plane, plane_inputs
from ffbp.analysis.scores import confusion, precision_recall
from ffbp.figures import palette
from ffbp.figures.blob import Packer, as_blob, as_text, id_of, joined, quantise
from ffbp.figures.charts import boundary_plot, gradient_plot, loss_plot
from ffbp.figures.diagram import diagram_of
from ffbp.figures.scales import Scales, scales_of
from ffbp.training.recording import drain
from ffbp.training.run import Run

BOUNDARY_RESOLUTION, REFINED_RESOLUTION, NODE_RESOLUTION, LINE_RESOLUTION = 64, 150, 20, 200
PANELS = ("network", "boundary", "loss", "gradients")
PLAYER = "player"  # the id of a page's one player, which what stands beside it follows


@dataclass(frozen=True)
class PackedRun:
    """A run in parts, "run" for all panels and one a panel: each part's entries of the header, as JSON, and its arrays."""

    id: str
    entries: dict[str, str]
    arrays: str
    payloads: dict[str, bytes]

    def blob(
        self,
        panels: tuple[str, ...] = PANELS,
        *,
        player: str = PLAYER,
        editable: bool = False,
        clock: str | None = None,
    ) -> bytes:
        """What a player with these panels needs.

        player: its id on the page. editable: its boundary is a drawing plane. clock: players that name the same one show
        the same epoch; without a name it has its own.
        """
        parts = ("run", *(panel for panel in PANELS if panel in panels))
        options = {"player": player, "panels": parts[1:], "editable": editable, "clock": clock}
        text = f"{{{','.join([*(self.entries[part] for part in parts), self.arrays])}}}"
        return joined({"id": self.id, "options": options}, text, {part: self.payloads[part] for part in parts})


def pack_run(run: Run, plane: Plane, scales: Scales | None = None) -> PackedRun:
    """Everything that the player needs for one run. scales: those of several runs, if it stands beside them."""
    return drain(packing(run, plane, scales))


def packing(run: Run, plane: Plane, scales: Scales | None = None) -> Generator[None, None, PackedRun]:
    """The same as a generator that yields between slices of work, so that a server can attend to others."""
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
    for panel, pack in (("boundary", _boundary), ("network", _network), ("loss", _loss), ("gradients", _gradients)):
        packer.begin(panel)
        entries[panel] = as_text({panel: (yield from pack(packer, run, plane, scales))})[1:-1]
    arrays, payloads = as_text({"arrays": packer.entries})[1:-1], packer.payloads()
    name = id_of(*(text.encode() for text in (*entries.values(), arrays)), *payloads.values())
    return PackedRun(name, entries, arrays, payloads)


def _common(packer, run, plane):
    """What all panels need: the course of the run, names and colours, the plane."""
    dataset, history = run.dataset, run.history
    regression = dataset.task == "regression"
    metric = "r2" if regression else "accuracy"
    return {
        "n_frames": run.n_frames,
        "n_epochs": run.config.epochs,
        "task": dataset.task,
        "classes": list(dataset.class_names),
        "target": dataset.target_name,
        "metric": "R²" if regression else "accuracy",
        "gives_probabilities": run.architecture.gives_probabilities,
        "has_test": len(dataset.X_test) > 0,
        "diverged_at": run.diverged_at,
        "palette": {
            "classes": palette.CLASSES,
            "layers": palette.LAYERS,
            "middle": palette.MIDDLE,
            "wrong": palette.WRONG,
            "cursor": palette.CURSOR,
        },
        "plane": {
            "line": plane.is_line,
            "slice": plane.is_slice,
            "x": list(plane.x_range),
            "y": list(plane.y_range),
            "names": list(plane.names),
            "variance": plane.variance,
        },
        "history": {
            "epoch": packer.add(history.epoch, np.int32),
            "train_loss": packer.add(history.train_loss, np.float64),
            "test_loss": packer.add(history.test_loss, np.float64),
            "train_score": packer.add(getattr(history, f"train_{metric}"), np.float64),
            "test_score": packer.add(getattr(history, f"test_{metric}"), np.float64),
            "grad_norm": packer.add(history.grad_norm, np.float64),
            "grad_total": packer.add(
                np.hypot.reduce(np.hypot(history.grad_norm, history.grad_norm_b), axis=1), np.float64
            ),
        },
    }


def _loss(packer, run, plane, scales):
    yield
    return {"plot": packer.plot(loss_plot(run, scales))}


def _gradients(packer, run, plane, scales):
    yield
    return {"plot": packer.plot(gradient_plot(run, scales))}


def _outputs(run, X, dtype=float, *, read=np.copy):
    """`outputs`, yielding between slices of frames; ``read`` makes of a slice's outputs what is kept of them."""
    found = None
    for part, layers in activations(run, X, dtype=dtype):
        kept = read(layers[-1])
        if found is None:
            found = np.empty((run.n_frames, *kept.shape[1:]), kept.dtype)
        found[part] = kept
        yield
    return found


def _field(run, maps):
    """Output maps (frames, n_outputs, cells) as what is coloured: (values (frames, cells), classes or None)."""
    if run.dataset.task == "regression":
        return run.dataset.decode_target(maps[:, 0]), None
    if maps.shape[1] == 1:
        return maps[:, 0], None
    winner = maps.argmax(axis=1)
    best = np.take_along_axis(maps, winner[:, None], axis=1)[:, 0]
    return best, winner


def _boundary(packer, run, plane, scales):
    packed = {"plot": packer.plot(boundary_plot(run, plane, scales))}
    packed |= yield from (_curves if plane.is_line else _maps)(packer, run, plane, scales)
    if run.dataset.task != "regression":
        packed["points"] = yield from _points(packer, run, plane)
    return packed


def _curves(packer, run, plane, scales):
    """The output along the line, at every frame."""
    curves = yield from _outputs(run, plane_inputs(run.dataset, plane, plane.grid(LINE_RESOLUTION)))
    if run.dataset.task == "regression":
        curves = run.dataset.decode_target(curves)
    low, high = scales.output
    return {
        "kind": "line", "n": LINE_RESOLUTION, "curves": packer.add(curves, np.float32), "low": low, "high": high,
    }  # fmt: skip


def _maps(packer, run, plane, scales):
    """The output over the plane, at every frame; of several classes which wins and by how much, and each class's own."""
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
    return {
        "kind": "value" if run.dataset.task == "regression" else "probability",
        "n": n,
        "values": packer.changes(quantise(values, lows[:, None], highs[:, None])),
        "lows": packer.add(lows, np.float64),
        "highs": packer.add(highs, np.float64),
        "low": low,
        "high": high,
    }


def _coarser(maps, n):
    """Maps (frames, classes, n²) at half the resolution, each cell the mean of four: there is one map a class."""
    blocks = maps.reshape(*maps.shape[:2], n // 2, 2, n // 2, 2)
    return blocks.mean(axis=(3, 5)).reshape(*maps.shape[:2], -1)


def _points(packer, run, plane):
    """Which samples are wrong at each frame, as bits, and the confusion matrices with precision and recall."""
    dataset = run.dataset
    network = run.architecture
    packed = {}
    drawn_train, drawn_test = drawn_samples(dataset)
    for part, drawn, X, raw, y in (
        ("train", drawn_train, dataset.X_train, dataset.raw_train, dataset.y_train),
        ("test", drawn_test, dataset.X_test, dataset.raw_test, dataset.y_test),
    ):
        if not len(X):
            continue
        predicted = yield from _outputs(run, X, read=network.decide)
        points = plane.coordinates(raw[:, dataset.columns]).astype(float)
        if plane.is_line:
            points = np.column_stack([points, dataset.line_height(y)])
        counts = confusion(predicted, y, dataset.n_classes)
        precision, recall = precision_recall(counts)
        packed[part] = {
            "xy": packer.add(points[drawn], np.float32),
            "wrong": packer.add(np.packbits((predicted != y)[:, drawn], axis=1, bitorder="little"), np.uint8),
            "confusion": packer.add(counts, np.uint16),
            "precision": packer.add(precision, np.float64),
            "recall": packer.add(recall, np.float64),
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
    points = plane.grid(n)
    X = plane_inputs(run.dataset, plane, points)
    n_nodes = sum(shown[1:])
    maps = np.empty((run.n_frames, n_nodes, len(points)), dtype=np.float32)
    for part, layers in activations(run, X, dtype=np.float32):
        yield
        maps[part] = np.concatenate([A[:, :count] for A, count in zip(layers, shown[1:], strict=True)], axis=1)
    # One symmetric scale a layer and a run: orange below zero, blue above; the output has the boundary's own.
    coded, start = np.empty(maps.shape, dtype=np.uint8), 0
    for l, count in enumerate(shown[1:], start=1):
        layer = maps[:, start : start + count]
        if l == len(shown) - 1:
            values = run.dataset.decode_target(layer) if run.dataset.task == "regression" else layer
            coded[:, start : start + count] = quantise(values, *scales.output)
        else:
            finite = np.abs(layer[np.isfinite(layer)])
            limit = float(np.quantile(finite[:: max(1, finite.size // 20000)], 0.98)) if finite.size else 1.0
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
    """The boundary of one frame at a finer resolution, exact values: a header's entries and the deflated arrays.

    It is the same for everybody who looks at the frame, so a server keeps it.
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
    """What stands in `refine`'s place for a player without the boundary."""
    return {"frame": frame, "arrays": []}, {}


def pack_refinement(
    run: Run,
    plane: Plane,
    frame: int,
    run_id: str,
    marks=(),
    adopted: int = 0,
    *,
    player: str = PLAYER,
    refined: tuple[dict, dict[str, bytes]] | None = None,
) -> bytes:
    """`refine`'s boundary as the blob that the player lays over at rest.

    marks: chosen samples as points of the plane (x, y), which the player rings. adopted: counts the addresses that were
    adopted; when it has grown, the player goes to the frame. player: its id. refined: what `refine` gave for this frame, if
    it is there.
    """
    entries, payloads = refine(run, plane, frame) if refined is None else refined
    own = {"run": run_id, "player": player, "adopted": adopted, "marks": [[float(v) for v in mark] for mark in marks]}
    return as_blob(entries | own, payloads)
