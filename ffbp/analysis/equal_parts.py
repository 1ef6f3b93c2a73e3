"""What two runs have in common, proved by fingerprints: data, split, order of the batches, initial weights."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ffbp.data.dataset import Dataset
from ffbp.training.run import Run
from ffbp.words.notice import Notice

N_DIGITS = 12  # hexadecimal ones of a fingerprint
TARGET_DIGITS = 10  # of a target in its own units, which was standardised in between


class EqualPart(NamedTuple):
    """A part of two runs by its fingerprints, the first digits of a SHA-256 of its numbers.

    name: "data" (the samples in the order of their source), "split" (the rows of the training set and of the test set),
    "batches" (the rows of every step, as long as both runs train) or "weights" (before training). layers: those, from 1,
    whose initial weights and biases are equal; () for the other parts.
    """

    name: str
    a: str
    b: str
    layers: tuple[int, ...] = ()

    @property
    def equal(self) -> bool:
        return self.a == self.b


def equal_parts(a: Run, b: Run) -> list[EqualPart]:
    """Data, split, order of the batches and initial weights of two runs, each with the fingerprints of both.

    Where the networks have different shapes, the weights differ, but ``layers`` may name some that are equal. Of a branch
    and the run that it begins in, batches and weights are compared from the branch's first frame on.
    """
    epoch = max(int(run.history.epoch[0]) for run in (a, b))
    pairs = {"data": _data, "split": _split, "batches": lambda run: _batches(run, epoch)}
    found = [EqualPart(name, of(a), of(b)) for name, of in pairs.items()]
    layers = [_layers(run, epoch) for run in (a, b)]
    equal = tuple(l for l, (one, other) in enumerate(zip(*layers, strict=False), start=1) if one == other)
    return [*found, EqualPart("weights", *(_digest("".join(each).encode()) for each in layers), equal)]


def equal_parts_notice(found: Sequence[EqualPart]) -> Notice:
    """The sentence about what is equal and what is not."""
    parts = [{"name": part.name, "equal": part.equal, "layers": part.layers} for part in found]
    return Notice("equal_parts", "info", {"parts": parts})


def _digest(*parts) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else np.ascontiguousarray(part).tobytes())
        digest.update(b"|")
    return digest.hexdigest()[:N_DIGITS]


def _data(run):
    data = run.dataset
    order = np.argsort(np.concatenate([data.rows_train, data.rows_test]))
    y = np.concatenate([_targets(data, y) for y in (data.y_train, data.y_test)])
    return _digest(np.concatenate([data.raw_train, data.raw_test])[order], y[order])


def _targets(data: Dataset, y):
    if not data.class_names:  # numbers may be standardised by the training set's mean and deviation
        return np.array([float(f"{value:.{TARGET_DIGITS - 1}e}") for value in y * data.target_std + data.target_mean])
    return y


def _split(run):
    return _digest(run.dataset.rows_train, b"test", run.dataset.rows_test)


def _batches(run, epoch):
    """The batches of the epoch after this one and the generator's state after it, from which all later ones follow."""
    resolved, rows = run.resolved, run.dataset.rows_train
    if not run.config.shuffle or resolved.n_batches == 1:
        return _digest(rows, np.array(resolved.batch_size))
    shuffler = np.random.RandomState(run.config.seed)
    for _ in range(epoch):
        shuffler.permutation(len(rows))
    order = rows[shuffler.permutation(len(rows))]
    _, key, position, *_ = shuffler.get_state()
    return _digest(order, np.array(resolved.batch_size), key, np.array(position))


def _layers(run, epoch):
    """The fingerprint of each layer at an epoch, or at the first frame where that is not recorded."""
    frames = np.flatnonzero(run.history.epoch == epoch)
    theta = run.history.theta[frames[0] if len(frames) else 0]
    return [_digest(np.array(block.shape), block) for block in run.architecture.blocks(theta)]
