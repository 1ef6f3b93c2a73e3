"""Faults of the loop: what a training does between its passes. Every training that the package starts begins here."""

import math
from collections.abc import Callable

from ffbp.core.network import Network
from ffbp.data.dataset import Dataset
from ffbp.experiment.config import Config
from ffbp.faults.registry import FAULTS
from ffbp.training.loop import Training


class OldActivations(Training):
    """dW[l] = delta[l] A[l-1].T with the A of the batch before, within an epoch."""

    def gradient(self):
        loss = super().gradient()
        trace = self.batches[self.batch][2]
        now = [A_ones.copy() for A_ones in trace.A_ones[:-1]]
        if self.batch:
            n = trace.n  # the last batch may be smaller
            for layer, delta, A, before in zip(self.network.layers, trace.delta[1:], now, self.before, strict=True):
                layer.dblock[...] += delta @ (before[:, :n] - A).T
        self.after = now
        return loss

    def update(self):
        self.before = self.after
        super().update()


class NotCleared(Training):
    """grad += the batch's gradient; cleared at the start of an epoch only."""

    def gradient(self):
        loss = super().gradient()
        if self.batch:
            self.network.grad[...] += self.sum
        return loss

    def update(self):
        self.sum = self.network.grad.copy()
        super().update()


class WithoutCorrection(Training):
    """Adam's step number is infinite, so that 1 - beta**t is 1: nothing is corrected."""

    def _start(self):
        corrected = self.bind
        self.bind = lambda *arrays: _at_infinity(corrected(*arrays))
        super()._start()


def _at_infinity(update):
    return lambda learning_rate, step: update(learning_rate, math.inf)


LOOPS = {"old_activations": OldActivations, "not_cleared": NotCleared, "no_correction": WithoutCorrection}


def mistake(key: str) -> Callable | type:
    """The class or function that a fault puts in the place of a healthy one, for its source."""
    parts = FAULTS[key].parts
    if key in LOOPS:
        return LOOPS[key]
    if parts.network is not Network:
        return parts.network
    return parts.start or parts.data or parts.output.forward


def training_of(config: Config, dataset: Dataset) -> Training:
    """The training of a configuration, with the fault that it names, if any."""
    return LOOPS.get(config.fault, Training)(config, dataset)
