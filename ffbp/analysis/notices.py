"""Notices: what a teacher would point out in a run, with the numbers as evidence.

`notices` examines a run and returns records; `ffbp.words.english.sentence` puts a record into English.
"""

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.scores import chance_level
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.data.split import n_held_out
from ffbp.experiment.differences import differences
from ffbp.experiment.fields import MAX_FRAMES
from ffbp.training.run import Run, max_frames
from ffbp.words.notice import Notice

SHRINK = 100.0
WORSE = 2.0
OVERFIT_RATIO, OVERFIT_GAP = 1.3, 0.05
CLONE_TOLERANCE = 1e-12
OTHER_DATA = ("dataset", "file_name", "file_fingerprint", "target", "task", "points")
MAX_DRAWN = 5000  # points in a picture; of more samples, this number is drawn, evenly chosen


@diverging()  # shortly before a run diverges, ratios may be infinite
def notices(run: Run) -> list[Notice]:
    """The notices of a finished run, the most urgent first."""
    history, found, last = run.history, [], run.n_frames - 1
    if run.diverged_at is not None:
        numbers = {"epoch": run.diverged_at, "learning_rate": run.config.learning_rate}
        numbers["standardize"] = not run.dataset.standardized and float(np.abs(run.dataset.X_train).max()) > 10
        found.append(Notice("diverged", "error", numbers, last))
    network = run.network(-1)
    clones = [l for l, layer in enumerate(network.layers[:-1], start=1) if _all_clones(layer)]
    if clones:
        numbers = {"layers": clones, "units": [network.sizes[l] for l in clones]}
        found.append(Notice("clones", "warning", numbers, last))
    dead = [(l, int(n)) for l, n in enumerate(history.inactive[-1, :-1], start=1) if n and l not in clones]
    numbers = {"layers": [l for l, _ in dead], "dead": [n for _, n in dead], "epoch": int(history.epoch[-1])}
    numbers["zero"] = all(network.layers[l - 1].activation.key == "relu" for l, _ in dead)
    most = any(2 * n >= network.sizes[l] for l, n in dead)  # a few dead units do no harm
    dead_units = Notice(
        "dead", "warning" if most else "info", numbers | {"units": [network.sizes[l] for l, _ in dead]}, last
    )
    found += [dead_units] if most else []
    if run.diverged_at is None and history.total[-1] > WORSE * max(history.total[0], chance_level(run)):
        numbers = {"first": history.total[0], "last": history.total[-1], "learning_rate": run.config.learning_rate}
        found.append(Notice("worse", "warning", numbers | {"epoch": int(history.epoch[-1])}, last))
    found += _undivided(run)
    found += _shrinking(history)
    found += _overfitting(run)
    found += [dead_units] if dead and not most else []
    found += _straight(run)
    if run.stopped_at is not None:
        numbers = {"epoch": run.stopped_at, "best_epoch": int(history.epoch[history.best_frame])}
        found.append(Notice("stopped", "info", numbers, history.best_frame))
    n = len(run.dataset.X_train) + len(run.dataset.X_test)
    if n > MAX_DRAWN:
        found.append(Notice("thinned", "info", {"drawn": sum(map(len, drawn_samples(run.dataset))), "samples": n}))
    kept = max_frames(network.n_params, history.state.shape[1])
    if kept < min(run.config.epochs + 1, MAX_FRAMES):
        found.append(Notice("few_frames", "info", {"frames": kept, "n_params": network.n_params}))
    return found


def drawn_samples(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """The indices of the training and the test samples in a picture: all, or MAX_DRAWN of them, evenly chosen."""
    sizes = len(dataset.X_train), len(dataset.X_test)
    share = min(1.0, MAX_DRAWN / sum(sizes))
    return tuple(np.linspace(0, max(n - 1, 0), int(n * share)).round().astype(int) for n in sizes)


def _all_clones(layer) -> bool:
    block = layer.block
    return len(block) > 1 and bool(np.abs(block - block[0]).max() <= CLONE_TOLERANCE * max(1.0, np.abs(block).max()))


def _undivided(run):
    """A test set was requested, but a class is too small to be split."""
    dataset, share = run.dataset, run.config.test_size
    if not dataset.stratified or share == 0 or len(dataset.X_test):
        return []
    counts = np.bincount(dataset.y_train, minlength=dataset.n_classes)
    present = np.flatnonzero(counts)
    k = int(present[counts[present].argmin()])
    n_test = n_held_out(len(dataset.y_train), share)
    numbers = {"class": dataset.class_names[k], "count": int(counts[k]), "classes": len(present)}
    return [Notice("undivided", "warning", numbers | {"test": n_test, "train": len(dataset.y_train) - n_test})]


def _shrinking(history):
    first, last = history.grad_norm[0, 0], history.grad_norm[0, -1]
    if history.grad_norm.shape[1] > 1 and first > 0 and last / first > SHRINK:
        return [Notice("shrinking", "warning", {"ratio": last / first, "layers": history.grad_norm.shape[1]}, 0)]
    return []


def _overfitting(run):
    history = run.history
    if not np.isfinite(history.test_loss).all() or len(history) < 3:
        return []
    best = int(np.argmin(history.test_loss))
    rise = history.test_loss[-1] / max(history.test_loss[best], 1e-300)
    gap = history.test_loss[-1] - history.train_loss[-1]
    fell = history.train_loss[-1] <= history.train_loss[best]
    if fell and best < len(history) - 1 and rise > OVERFIT_RATIO and gap > OVERFIT_GAP * chance_level(run):
        numbers = {"best_epoch": int(history.epoch[best]), "best": history.test_loss[best]}
        numbers |= {"test": history.test_loss[-1], "train": history.train_loss[-1]}
        return [Notice("overfitting", "warning", numbers, best)]
    return []


def _straight(run):
    """No hidden layer bends: in the plane of two inputs, lines separate the classes."""
    dataset = run.dataset
    bends = any(key != "identity" for key in run.resolved.activations[:-1])
    if bends or dataset.task == REGRESSION or dataset.X_train.shape[1] != 2 or run.diverged_at is not None:
        return []
    part = dataset.scored_part.name
    numbers = {"score": float(getattr(run.history, f"{part}_accuracy")[-1]), "part": part, "classes": dataset.n_classes}
    return [Notice("straight", "info", numbers | {"layers": len(run.config.hidden)})]


def effect(before: Run, run: Run) -> list[Notice]:
    """What one or two changes did to the end of a run; nothing if the data are others."""
    changes = differences(before.config, run.config)
    if not 1 <= len(changes) <= 2 or any(each.field in OTHER_DATA for each in changes):
        return []
    words = ["Other initial weights" if each.field == "initial_theta" else str(each) for each in changes]
    numbers = {"changes": words, "regression": run.dataset.task == REGRESSION}
    before, after = outcome(before).numbers["parts"], outcome(run).numbers["parts"]
    return [Notice("effect", "info", numbers | {"before": before, "after": after})]


def outcome(run: Run, key: str = "outcome") -> Notice:
    """Losses and scores of the last frame, and how the run ended."""
    history, dataset = run.history, run.dataset
    parts = {}
    for part in dataset.parts:
        score = getattr(history, f"{part.name}_{dataset.score_name}")[-1]
        parts[part.name] = float(getattr(history, f"{part.name}_loss")[-1]), float(score)
    numbers = {"epoch": int(history.epoch[-1]), "parts": parts, "regression": dataset.task == REGRESSION}
    return Notice(key, "info", numbers | {"diverged": run.diverged_at, "stopped": run.stopped_at})
