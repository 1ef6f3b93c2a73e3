"""Learning-rate schedules multiply the chosen learning rate by a factor, once an epoch."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Schedule:
    """``factor(epoch, n_epochs, *, decay, decay_epochs, warmup)``: the learning rate's factor; epochs count from 0."""

    key: str
    label: str
    formula: str
    factor: Callable
    hyper: tuple[str, ...] = ()


def constant(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """Always 1."""
    return 1.0


def step_decay(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """decay^⌊epoch / decay_epochs⌋, like StepLR of torch."""
    return decay ** (epoch // decay_epochs)


def exponential(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """The same without steps: decay^(epoch / decay_epochs)."""
    return decay ** (epoch / decay_epochs)


def cosine(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """Half a cosine wave from 1 towards 0 (Loshchilov & Hutter 2017)."""
    return 0.5 * (1 + math.cos(math.pi * epoch / n_epochs))


def warmup_cosine(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """A linear rise over the first `warmup` epochs, then the cosine over the rest."""
    if epoch < warmup:
        return (epoch + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (epoch - warmup) / max(n_epochs - warmup, 1)))


SCHEDULES = {
    entry.key: entry
    for entry in (
        Schedule("constant", "Constant", "η", constant),
        Schedule("step", "Step", "η · decay^⌊epoch / period⌋", step_decay, ("decay", "decay_epochs")),
        Schedule("exponential", "Exponential", "η · decay^(epoch / period)", exponential, ("decay", "decay_epochs")),
        Schedule("cosine", "Cosine", "η · (1 + cos(π epoch / epochs)) / 2", cosine),
        Schedule("warmup_cosine", "Warm-up + cosine", "a linear rise, then the cosine", warmup_cosine, ("warmup",)),
    )
}
