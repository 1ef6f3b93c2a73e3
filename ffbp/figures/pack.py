"""One run, packed for the player: everything that the four panels show, at every frame, in one blob of bytes.

Layout: four bytes with the header's length (little endian), the header as JSON, then all arrays one after another,
deflated. An array stands in the header as ``{"$": its index}``. Maps are quantised to bytes, for colour only, and stored
as differences from frame to frame, which deflate well.
"""

import zlib
from collections.abc import Generator

import numpy as np

from ffbp.analysis.maps import activations, outputs
from ffbp.analysis.notices import drawn_samples
from ffbp.analysis.plane import Plane, plane_inputs
from ffbp.analysis.scores import confusion
from ffbp.figures import palette
from ffbp.figures.blob import Packer, as_blob, differences, quantise
from ffbp.figures.charts import boundary_plot, gradient_plot, loss_plot
from ffbp.training.recording import drain
from ffbp.training.run import Run

BOUNDARY_RESOLUTION, REFINED_RESOLUTION, NODE_RESOLUTION, LINE_RESOLUTION = 64, 150, 20, 200
MAX_NODES, MAX_NODES_A_LAYER, MAX_EDGES = 64, 12, 60


def pack_run(run: Run, plane: Plane) -> bytes:
    """Everything that the player needs for one run."""
    return drain(packing(run, plane))


def packing(run: Run, plane: Plane) -> Generator[None, None, bytes]:
    """The same as a generator that yields between slices of work, so that a server can attend to others."""
    work = _packing(run, plane)
    while True:
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # a diverged run's numbers may overflow
                next(work)
        except StopIteration as end:
            return end.value
        yield


def _packing(run, plane):
    packer, dataset, history = Packer(), run.dataset, run.history
    resolved = run.resolved
    regression = dataset.task == "regression"
    header = {
        "n_frames": run.n_frames,
        "n_epochs": run.config.epochs,
        "task": dataset.task,
        "classes": list(dataset.class_names),
        "target": dataset.target_name,
        "metric": "R²" if regression else "accuracy",
        "loss": resolved.loss,
        "has_test": len(dataset.X_test) > 0,
        "diverged_at": run.diverged_at,
        "best_frame": history.best_frame if run.config.patience is not None else None,
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
    }
    metric = "r2" if regression else "accuracy"
    header["history"] = {
        "epoch": packer.add(history.epoch, np.int32),
        "train_loss": packer.add(history.train_loss, np.float64),
        "test_loss": packer.add(history.test_loss, np.float64),
        "penalty": packer.add(history.penalty, np.float64),
        "train_score": packer.add(getattr(history, f"train_{metric}"), np.float64),
        "test_score": packer.add(getattr(history, f"test_{metric}"), np.float64),
        "grad_norm": packer.add(history.grad_norm, np.float64),
        "grad_total": packer.add(np.hypot.reduce(np.hypot(history.grad_norm, history.grad_norm_b), axis=1), np.float64),
    }
    header["figures"] = {
        "boundary": packer.plot(boundary_plot(run, plane)),
        "loss": packer.plot(loss_plot(run)),
        "gradients": packer.plot(gradient_plot(run)),
    }
    yield
    header["boundary"] = yield from _boundary(packer, run, plane)
    if not regression:
        header["points"] = yield from _points(packer, run, plane)
    header["network"] = yield from _network(packer, run, plane)
    return packer.blob(header)


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


def _limits(run):
    """The colour scale's ends: 0 and 1 for a probability, the training targets' range for a value."""
    if run.dataset.task == "regression":
        y = run.dataset.decode_target(run.dataset.y_train)
        return float(y.min()), float(y.max())
    return 0.0, 1.0


def _boundary(packer, run, plane):
    low, high = _limits(run)
    if plane.is_line:
        curves = yield from _outputs(run, plane_inputs(run.dataset, plane, plane.grid(LINE_RESOLUTION)))
        if run.dataset.task == "regression":
            curves = run.dataset.decode_target(curves)
        return {
            "kind": "line",
            "n": LINE_RESOLUTION,
            "curves": packer.add(curves, np.float32),
            "low": low,
            "high": high,
        }
    n = BOUNDARY_RESOLUTION
    maps = yield from _outputs(run, plane_inputs(run.dataset, plane, plane.grid(n)), np.float32)
    values, winner = _field(run, maps)
    yield
    if winner is not None:
        packed = {"kind": "regions", "n": n, "winner": packer.add(differences(winner.astype(np.uint8)), np.uint8)}
        share = 1 / len(run.dataset.class_names)
        packed |= {"low": share, "high": 1.0, "values": packer.add(differences(quantise(values, share, 1.0)), np.uint8)}
        yield
        each, side = _coarser(maps, n), n // 2
        return packed | {"each_n": side, "each": packer.add(differences(quantise(each, 0.0, 1.0)), np.uint8)}
    # Each frame's bytes span its own smallest to largest value, so that a contour stays smooth where p is near 1/2.
    lows, highs = values.min(axis=1), values.max(axis=1)
    lows, highs = (np.nan_to_num(v, nan=0.0, posinf=1e30, neginf=-1e30) for v in (lows, highs))
    coded = differences(quantise(values, lows[:, None], highs[:, None]))
    return {
        "kind": "value" if run.dataset.task == "regression" else "probability",
        "n": n,
        "values": packer.add(coded, np.uint8),
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
    """Which samples are wrong at each frame, as bits, and the confusion matrices."""
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
        packed[part] = {
            "xy": packer.add(points[drawn], np.float32),
            "wrong": packer.add(np.packbits((predicted != y)[:, drawn], axis=1, bitorder="little"), np.uint8),
            "confusion": packer.add(confusion(predicted, y, dataset.n_classes), np.uint16),
        }
    return packed


def _network(packer, run, plane):
    """The first nodes of each layer with their maps and biases; edges between them, of many those with the largest weights."""
    dataset, history = run.dataset, run.history
    network = run.architecture
    sizes = network.sizes
    n_outputs = min(sizes[-1], MAX_NODES_A_LAYER)
    a_layer = min(MAX_NODES_A_LAYER, (MAX_NODES - n_outputs) // max(len(sizes) - 2, 1))  # of those that are computed
    shown = [min(sizes[0], MAX_NODES_A_LAYER), *(min(size, a_layer) for size in sizes[1:-1]), n_outputs]
    stack = network.with_theta(history.theta)
    edges = []
    for l, layer in enumerate(stack.layers, start=1):
        last = np.abs(layer.W[-1, : shown[l], : shown[l - 1]])
        edges += [(l, i, j, float(last[i, j])) for i in range(shown[l]) for j in range(shown[l - 1])]
    n_weights = sum(layer.W[0].size for layer in stack.layers)
    kept = edges
    if len(edges) > MAX_EDGES:
        strongest = sorted(edges, key=lambda edge: -edge[3])
        best_into = {}
        for edge in strongest:
            best_into.setdefault(edge[:2], edge)  # every unit keeps its strongest input
        chosen = set(best_into.values())
        for edge in strongest:
            if len(chosen) >= MAX_EDGES:
                break
            chosen.add(edge)
        kept = [edge for edge in edges if edge in chosen]
    weights = np.column_stack([stack.layers[l - 1].W[:, i, j] for l, i, j, _ in kept])
    biases = np.column_stack([layer.b[:, : shown[l], 0] for l, layer in enumerate(stack.layers, start=1)])
    packed = {
        "sizes": list(sizes),
        "shown": shown,
        "inputs": list(dataset.input_names),
        "activations": [activation.label for activation in network.activations],
        "edges": [edge[:3] for edge in kept],
        "n_weights": n_weights,
        "gives_probabilities": network.gives_probabilities,
        "weights": packer.add(weights, np.float32),
        "weight_limit": float(np.nanmax(np.abs(np.where(np.isfinite(weights), weights, np.nan)), initial=1e-12)),
        "biases": packer.add(biases, np.float32),
        "maps": None,
    }
    if not plane.is_slice:
        packed |= yield from _node_maps(packer, run, plane, shown)
    return packed


def _node_maps(packer, run, plane, shown):
    n = NODE_RESOLUTION
    points = plane.grid(n)
    X = plane_inputs(run.dataset, plane, points)
    n_nodes = sum(shown[1:])
    maps = np.empty((run.n_frames, n_nodes, len(points)), dtype=np.float32)
    for part, layers in activations(run, X, dtype=np.float32):
        yield
        maps[part] = np.concatenate([A[:, :count] for A, count in zip(layers, shown[1:], strict=True)], axis=1)
    # One symmetric scale a layer and a run: orange below zero, blue above; the output has the boundary's own.
    coded, start, limits = np.empty(maps.shape, dtype=np.uint8), 0, []
    low, high = _limits(run)
    for l, count in enumerate(shown[1:], start=1):
        layer = maps[:, start : start + count]
        if l == len(shown) - 1:
            values = run.dataset.decode_target(layer) if run.dataset.task == "regression" else layer
            coded[:, start : start + count] = quantise(values, low, high)
            limits.append([low, high])
        else:
            finite = np.abs(layer[np.isfinite(layer)])
            limit = float(np.quantile(finite[:: max(1, finite.size // 20000)], 0.98)) if finite.size else 1.0
            limit = limit or 1.0
            coded[:, start : start + count] = quantise(layer, -limit, limit)
            limits.append([-limit, limit])
        start += count
    inputs = X[:, : shown[0]].T
    span = np.abs(inputs).max(axis=1, keepdims=True)
    return {
        "maps": packer.add(differences(coded), np.uint8),
        "map_side": [n, 1 if plane.is_line else n],
        "limits": limits,
        "input_maps": packer.add(quantise(inputs, -span, span), np.uint8),
    }


def refine(run: Run, plane: Plane, frame: int) -> tuple[dict, bytes]:
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
    return entries | {"frame": frame, "arrays": packer.entries}, zlib.compress(b"".join(packer.parts), 1)


def pack_refinement(
    run: Run,
    plane: Plane,
    frame: int,
    run_id: str,
    marks=(),
    adopted: int = 0,
    *,
    refined: tuple[dict, bytes] | None = None,
) -> bytes:
    """`refine`'s boundary as the blob that the player lays over at rest.

    marks: chosen samples as points of the plane (x, y), which the player rings. adopted: counts the addresses that were
    adopted; when it has grown, the player goes to the frame. refined: what `refine` gave for this frame, if it is there.
    """
    entries, payload = refine(run, plane, frame) if refined is None else refined
    own = {"run": run_id, "adopted": adopted, "marks": [[float(v) for v in mark] for mark in marks]}
    return as_blob(entries | own, payload)
