"""What a configuration means for its data: everything that was left open is settled here, and how much work it is."""

import math
from typing import NamedTuple

from ffbp.core.activations import ACTIVATIONS
from ffbp.core.losses import LOSSES
from ffbp.core.network import count_params
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION, Source
from ffbp.experiment.fields import Fields


class Seeds(NamedTuple):
    """The seeds of the three things that are drawn: data and split, initial weights, shuffling."""

    data: int
    weights: int
    shuffling: int


def seeds_of(config: Fields) -> Seeds:
    """``data_seed`` and ``weight_seed``, or the seed in their place; shuffling always has the seed."""
    own = (config.seed if seed is None else seed for seed in (config.data_seed, config.weight_seed))
    return Seeds(*own, config.seed)


class Resolved(NamedTuple):
    """A configuration without ``None``, for its data. sizes are units per layer, the inputs first."""

    task: str
    n_classes: int
    columns: tuple[int, ...]
    standardize: bool
    scale: float  # what all pixels of an image are divided by; else 1
    test_size: float
    loss: str
    activations: tuple[str, ...]
    sizes: tuple[int, ...]
    n_train: int
    batch_size: int

    @property
    def n_batches(self) -> int:
        """Updates an epoch."""
        return math.ceil(self.n_train / self.batch_size)


def resolve(config: Fields, dataset: Dataset) -> Resolved:
    """Settle what is left open by samples that are split already; `Experiment.resolved` settles it by their source."""
    return settle(
        config,
        task=dataset.task,
        n_classes=dataset.n_classes,
        columns=dataset.columns,
        standardize=dataset.standardized,
        scale=dataset.scale,
        test_size=config.test_size if len(dataset.X_test) else 0.0,
        n_train=len(dataset.X_train),
    )


def settle(config: Fields, *, task: str, n_classes: int, columns: tuple[int, ...], n_train: int, **of_data) -> Resolved:
    """Loss, activations, sizes and batch size by the facts of the data."""
    loss = config.loss or ("mse" if task == REGRESSION else "bce" if n_classes <= 2 else "cce")
    output = config.output_activation
    if output is None:
        output = "sigmoid" if loss == "mse" and task != REGRESSION else LOSSES[loss].canonical
    n_outputs = 1 if task == REGRESSION or (n_classes <= 2 and output != "softmax") else n_classes
    hidden = config.activation if isinstance(config.activation, tuple) else (config.activation,) * len(config.hidden)
    return Resolved(
        task=task,
        n_classes=n_classes,
        columns=tuple(columns),
        loss=loss,
        activations=(*hidden, output),
        sizes=(len(columns) + len(config.derived), *config.hidden, n_outputs),
        n_train=n_train,
        batch_size=min(config.batch_size or n_train, n_train),
        **of_data,
    )


def chosen_columns(config: Fields, source: Source) -> tuple[int, ...]:
    """The source's columns that are used; drawn points have no others."""
    if config.columns is None or source.drawn:
        return source.default_columns
    return config.columns or tuple(range(len(source.feature_names)))


def loss_choices(task: str, n_classes: int) -> tuple[str, ...]:
    """The losses that make sense for a task."""
    return tuple(
        key
        for key, loss in LOSSES.items()
        if (not loss.probability if task == REGRESSION else loss.shared or not loss.probability or n_classes <= 2)
    )


def output_choices(loss: str, task: str) -> tuple[str, ...]:
    """The output activations that suit a loss: probabilities for classes, anything but softmax for numbers."""
    return tuple(
        key
        for key, activation in ACTIVATIONS.items()
        if LOSSES[loss].admits(activation)
        and (not activation.coupled if task == REGRESSION else (activation.low, activation.high) == (0.0, 1.0))
    )


def work_per_epoch(resolved: Resolved) -> float:
    """The estimated seconds of one epoch on one core."""
    n_layers, units = len(resolved.sizes) - 1, sum(resolved.sizes[1:])
    calls = resolved.n_batches * (10e-6 + 7e-6 * n_layers)  # NumPy's cost of a call, whatever the size
    numbers = resolved.n_train * (6 * count_params(resolved.sizes) / 4e9 + units * 8e-9)
    return calls + numbers
