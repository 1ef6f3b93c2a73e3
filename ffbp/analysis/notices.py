"""Notices: what a teacher would point out in a run, with the numbers as evidence.

`notices` examines a run and returns records; `ffbp.words.english.sentence` puts a record into English.
"""

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.scores import chance_level
from ffbp.analysis.stability import one_step
from ffbp.core.curvature import hessian
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.data.split import n_held_out
from ffbp.experiment.differences import differences
from ffbp.experiment.fields import MAX_FRAMES
from ffbp.training.run import Run, max_frames
from ffbp.words.notice import Notice

SHRINK = 100.0
WORSE = 2.0
LEARNED, NEAR_CHANCE = 0.5, 0.95  # of the loss of guessing: below, a run has learned; above, it has not
STILL = 0.01  # the relative change of the loss over a flat stretch
PLATEAU, FELL = 0.15, 0.6  # the length of a plateau as a share of all epochs; the end's loss as a share of its loss
OFTEN, SWING = 0.25, 0.003  # the share of steps that raise an oscillating loss; their mean size, relative to it
SHORT = 0.1  # of the threshold: below, the steps could be much longer
SPECTRUM_PARAMS, SADDLE = (
    400,
    1e-3,
)  # up to so many, all curvatures are known; a negative one, relative to the sharpness
FEW_FRAMES = 10  # a shorter course says nothing
OVERFIT_RATIO, OVERFIT_GAP = 1.3, 0.05
CLONE_TOLERANCE = 1e-12
OTHER_DATA = ("dataset", "file_name", "file_fingerprint", "target", "task", "points")
MAX_DRAWN = 5000  # points in a picture; of more samples, this number is drawn, evenly chosen


@diverging()  # shortly before a run diverges, ratios may be infinite
def notices(run: Run) -> list[Notice]:
    """The notices of a finished run, the most urgent first."""
    if run.config.fault is not None:
        return [Notice("faulty", "info" if run.diverged_at is None else "error", {"diverged_at": run.diverged_at})]
    history, found, last = run.history, [], run.n_frames - 1
    if run.diverged_at is not None:
        numbers = {"epoch": run.diverged_at, "learning_rate": run.config.learning_rate}
        numbers["standardize"] = not run.dataset.standardized and float(np.abs(run.dataset.X_train).max()) > 10
        found.append(Notice("diverged", "error", numbers | _unstable_start(run), last))
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
        numbers |= {"epoch": int(history.epoch[-1])} | _unstable_start(run)
        found.append(Notice("worse", "warning", numbers, last))
    found += _undivided(run)
    found += _shrinking(run)
    found += _stuck(run, found)
    found += [] if found and found[-1].key == "worse" else _oscillating(run)
    found += _overfitting(run)
    found += [dead_units] if dead and not most else []
    found += _straight(run)
    found += _plateau(run)
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


def _unstable_start(run) -> dict[str, float]:
    """Where the first step is already unstable: the curvature, what the rate bears, and the rates that would be stable."""
    training = run.resume(0)
    training.gradient()
    step, rate = one_step(training), training.learning_rate
    if step.sharpness is None or not step.sharpness > step.threshold:
        return {}
    # The threshold is c (1/rate - decay/2), with a decay for AdamW only; c is its own at the rate in use.
    half = run.config.weight_decay / 2 if "weight_decay" in OPTIMIZERS[run.config.optimizer].hyper else 0.0
    stable = 1 / (step.sharpness / step.threshold * (1 / rate - half) + half)
    numbers = {"sharpness": step.sharpness, "threshold": step.threshold}
    return numbers | {"stable": run.config.learning_rate * stable / rate}


def _shrinking(run):
    """Gradients that vanish on the way back, if the run has hardly learned."""
    history = run.history
    first, last = history.grad_norm[0, 0], history.grad_norm[0, -1]
    learned = history.train_loss[-1] < LEARNED * chance_level(run)
    if learned or history.grad_norm.shape[1] < 2 or not first > 0 or not last / first > SHRINK:
        return []
    return [Notice("shrinking", "warning", {"ratio": last / first, "layers": history.grad_norm.shape[1]}, 0)]


def _stuck(run, found):
    """The loss stays near guessing to the end: the steps are short, or it is a saddle, or no direction leads down."""
    history, loss, epoch = run.history, run.history.total, run.history.epoch
    explained = {notice.key for notice in found} & {"diverged", "clones", "dead", "worse", "shrinking"}
    late = int(np.searchsorted(epoch, epoch[0] + 0.75 * (epoch[-1] - epoch[0])))
    flat = abs(loss[late] - loss[-1]) < STILL * loss[-1]
    level = chance_level(run)
    if explained or len(loss) < FEW_FRAMES or not flat or history.train_loss[-1] < NEAR_CHANCE * level:
        return []
    numbers = {"since": int(epoch[late]), "last": loss[-1], "chance": level}
    return [Notice("stuck", "warning", numbers | _why_flat(run), run.n_frames - 1)]


def _why_flat(run):
    """The curvatures at the end, and whether a step of the best length would still be of use."""
    training, network, data = run.resume(run.n_frames - 2), run.network(-1), run.dataset
    training.gradient()
    step = one_step(training)
    if step.sharpness is None or not step.sharpness > 0:
        return {}
    gain = network.grad @ network.grad / (2 * step.sharpness)  # on a quadratic, at least so much is to be had
    if step.sharpness < SHORT * step.threshold and gain > STILL * run.history.total[-1]:
        return {"times": step.threshold / step.sharpness}
    if network.n_params > SPECTRUM_PARAMS:
        return {}
    values = np.linalg.eigvalsh(hessian(network, data.X_train, data.y_train))
    kind = "saddle" if values[0] < -SADDLE * values[-1] else "bottom"
    return {kind: float(values[0]), "gradient": float(np.linalg.norm(network.grad))}


def _plateau(run):
    """A long flat stretch from which the loss fell again."""
    history, loss = run.history, run.history.train_loss
    whole = history.epoch[-1] - history.epoch[0]
    if run.diverged_at is not None or len(loss) < FEW_FRAMES:
        return []
    i, j = np.triu_indices(len(loss), 1)
    long = history.epoch[j] - history.epoch[i] >= PLATEAU * whole
    i, j = i[long], j[long]
    flat = (np.abs(loss[i] - loss[j]) < STILL * loss[i]) & (loss[-1] < FELL * loss[j])
    if not flat.any():
        return []
    k = int(np.argmax(np.where(flat, history.epoch[j] - history.epoch[i], -1)))
    start, end = int(i[k]), int(j[k])
    if np.ptp(loss[start : end + 1]) > 2 * STILL * loss[start]:
        return []
    numbers = {"from": int(history.epoch[start]), "to": int(history.epoch[end]), "level": loss[start], "last": loss[-1]}
    return [Notice("plateau", "info", numbers, end)]


def _oscillating(run):
    """In training on the whole training set, the loss rises at every second or third step, by more than rounding."""
    loss = run.history.step_loss[len(run.history.step_loss) // 2 :]
    if run.diverged_at is not None or run.resolved.n_batches > 1 or len(loss) < 2 * FEW_FRAMES:
        return []
    change = np.diff(loss)
    rises = change > 0
    turns = np.count_nonzero(rises[1:] != rises[:-1])
    swing = float(np.abs(change).mean() / loss.mean())
    if rises.mean() < OFTEN or turns < OFTEN * len(change) or swing < SWING:
        return []
    numbers = {"share": float(rises.mean()), "swing": swing, "steps": len(change)}
    numbers |= {"learning_rate": run.config.learning_rate}
    learned = run.history.train_loss[-1] < LEARNED * chance_level(run)
    return [Notice("oscillating", "info" if learned else "warning", numbers, run.n_frames - 1)]


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
