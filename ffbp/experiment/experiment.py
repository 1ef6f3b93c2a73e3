"""An experiment: a configuration together with the source of its samples, and everything that follows from the two.

A configuration can name a file but not hold it, so the pair is what travels from the page to the training. Each fact is
computed once, when it is first asked for.
"""

from functools import cached_property

import numpy as np

from ffbp.core.network import count_params
from ffbp.data.dataset import Dataset, prepare
from ffbp.data.generators import DATASETS
from ffbp.data.source import REGRESSION, Source, class_names_of, drawn_source
from ffbp.data.split import class_counts, n_held_out, usable_rows
from ffbp.experiment.fields import DEFAULTS, Fields
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.resolve import (
    Resolved,
    chosen_columns,
    loss_choices,
    output_choices,
    seeds_of,
    settle,
    work_per_epoch,
)
from ffbp.faults.registry import FAULTS, parts_of

MAX_WORK = 20.0  # estimated seconds of training on one core


class Experiment:
    """``config`` is a `Config`; ``source`` a file's, which has to be given where the configuration names one."""

    def __init__(self, config: Fields, source: Source | None = None):
        self.config, self._given = config, source

    # The samples

    @cached_property
    def source(self) -> Source:
        """Where the samples come from: the file, drawn points, or the registry's entry. Raises ConfigError without the file."""
        config = self.config
        if config.file_name:
            if self._given is None:
                raise ConfigError("file_name", "file", config.file_name)
            return self._given
        source = DATASETS[config.dataset]
        if config.points is None:
            return source
        return drawn_source(source, config.points, chosen_columns(config, source), config.classes)

    @cached_property
    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """All raw samples: X (n, n_features), y (n,), with the gaps of a file."""
        c, source = self.config, self.source
        return source.make(c.n_samples, c.noise, c.classes or source.default_classes, seeds_of(c).data)

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """The source's columns that are used."""
        return tuple(chosen_columns(self.config, self.source))

    @property
    def class_names(self) -> tuple[str, ...]:
        return class_names_of(self.source, self.config.classes)

    @cached_property
    def _available(self) -> tuple[int, tuple[int, ...]]:
        """How many samples there are to train and test with; where the split is stratified, also how many a class."""
        source = self.source
        if not (source.stratified or source.has_gaps):
            return (self.config.n_samples if source.sized else source.n_rows), ()
        X, y = self.samples
        rows = usable_rows(X, y, self.columns, missing=self.config.missing)
        return len(rows), class_counts(y[rows]) if source.stratified else ()

    @cached_property
    def dataset(self) -> Dataset:
        """The samples, split and encoded."""
        source, resolved = self.source, self.resolved
        X, y = self.samples
        dataset = prepare(
            X,
            y,
            task=source.task,
            feature_names=source.feature_names,
            target_name=source.target_name,
            class_names=self.class_names,
            columns=resolved.columns,
            derived=self.config.derived,
            standardize=resolved.standardize,
            scale=resolved.scale,
            test_size=resolved.test_size,
            seed=seeds_of(self.config).data,
            stratified=source.stratified,
            missing=self.config.missing,
            groups=source.groups,
        )
        replaced = parts_of(self.config.fault).data
        return dataset if replaced is None else replaced(dataset)

    # What follows from them

    @cached_property
    def resolved(self) -> Resolved:
        """Everything that the configuration leaves open, settled by the source's facts."""
        config, source, columns = self.config, self.source, self.columns
        automatic = config.standardize is None
        image = automatic and source.ink is not None and columns == tuple(range(len(source.feature_names)))
        n, counts = self._available
        n_test = 0 if source.fixed else n_held_out(n, config.test_size, counts)
        return settle(
            config,
            task=source.task,
            n_classes=len(self.class_names),
            columns=columns,
            standardize=source.standardize and not image if automatic else config.standardize,
            scale=source.ink if image else 1.0,
            test_size=config.test_size if n_test else 0.0,
            n_train=n - n_test,
        )

    @cached_property
    def work_per_epoch(self) -> float:
        """The estimated seconds of one epoch on one core."""
        return work_per_epoch(self.resolved)

    @property
    def work(self) -> float:
        """The estimated seconds of training on one core."""
        return self.config.epochs * self.work_per_epoch

    @property
    def epochs_that_fit(self) -> int:
        """The largest number of epochs within MAX_WORK for the other choices."""
        return max(1, int(MAX_WORK / self.work_per_epoch))

    # Whether all of it fits together

    def check(self) -> None:
        """Raise ConfigError unless every choice fits the data and the work stays within its bound."""
        self._check_data()
        self._check_network()
        if self.config.epochs > self.epochs_that_fit:
            raise ConfigError("epochs", "work", self.config.epochs, most=self.epochs_that_fit)

    def _check_data(self):
        config, source = self.config, self.source
        n_features = len(source.feature_names)
        if max(self.columns) >= n_features:
            raise ConfigError("columns", "columns", config.columns, n_columns=n_features, dataset=source.label)
        if source.fixed and config.test_size not in (0.0, DEFAULTS["test_size"]):
            raise ConfigError("test_size", "fixed", config.test_size, dataset=config.dataset)
        if config.derived and len(self.columns) != 2:
            raise ConfigError("derived", "two_columns", config.derived)
        n, _ = self._available
        if n == 0:
            raise ConfigError("missing", "gaps", config.missing)
        if not source.fixed and n - n_held_out(n, config.test_size) < 1:
            raise ConfigError("test_size", "none_to_train", config.test_size)

    def _check_network(self):
        config, resolved = self.config, self.resolved
        choices = loss_choices(resolved.task, resolved.n_classes)
        if resolved.loss not in choices:
            rule = "loss_of_numbers" if resolved.task == REGRESSION else "loss_of_classes"
            numbers = {"choices": ", ".join(choices), "n_classes": resolved.n_classes}
            raise ConfigError("loss", rule, resolved.loss, **numbers)
        choices, output = output_choices(resolved.loss, resolved.task), resolved.activations[-1]
        if output not in choices:
            raise ConfigError("output_activation", "output", output, choices=", ".join(choices), loss=resolved.loss)
        n_params = count_params(resolved.sizes)
        if config.initial_theta is not None and len(config.initial_theta) != n_params:
            raise ConfigError("initial_theta", "n_params", len(config.initial_theta), n_params=n_params)
        if config.patience is not None and resolved.test_size == 0:
            raise ConfigError("patience", "nothing_held_out", config.patience)
        if config.fault is not None and not (fault := FAULTS[config.fault]).applies(self):
            raise ConfigError("fault", "fault", config.fault, needs=fault.needs)
