"""Learning-rate schedules: how large the step is at each epoch, as a share of the chosen learning rate."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """``factor(epoch, n_epochs, *, decay, decay_epochs, warmup)``: the learning rate's factor in an epoch (from 0)."""

    key: str
    label: str
    formula: str
    factor: Callable
    hyper: tuple[str, ...] = ()


def constant(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """1, always."""
    return 1.0


def step_decay(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """decay to the power of whole periods: torch's StepLR."""
    return decay ** (epoch // decay_epochs)


def exponential(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """The same without the stairs: decay^(epoch / decay_epochs)."""
    return decay ** (epoch / decay_epochs)


def cosine(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """Half a cosine wave from 1 towards 0 (Loshchilov & Hutter 2017)."""
    return 0.5 * (1 + math.cos(math.pi * epoch / n_epochs))


def warmup_cosine(epoch, n_epochs, *, decay, decay_epochs, warmup):
    """A straight rise over the first `warmup` epochs, then the cosine over what remains."""
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
        Schedule("warmup_cosine", "Warm-up + cosine", "a straight rise, then the cosine", warmup_cosine, ("warmup",)),
    )
}
