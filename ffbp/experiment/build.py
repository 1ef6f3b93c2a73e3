"""From a configuration to what is trained: its dataset and its network, with the initial weights of its seed."""

from dataclasses import replace

import numpy as np

from ffbp.core.initializers import INITIALIZERS
from ffbp.core.network import Network
from ffbp.data.dataset import Dataset
from ffbp.data.source import Source
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import DATA, FIELDS
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.resolve import resolve, seeds_of
from ffbp.faults.registry import parts_of


def dataset_for(config: Config, source: Source | None = None) -> Dataset:
    """The data that a configuration names, split and encoded.

    source: a file's, which a configuration cannot hold. Raises ValueError for a file without it.
    """
    return Experiment(config, source).dataset


def data_choices(config: Config) -> tuple:
    """The values of all fields that decide the samples and their split: equal ones give equal datasets."""
    chosen = (getattr(config, name) for name, each in FIELDS.items() if each.group == DATA)
    return (*chosen, seeds_of(config).data, parts_of(config.fault).data)


def with_fault_if_it_fits(config: Config, **changes) -> Config:
    """The configuration with these changes; without its fault where that means nothing with them."""
    try:
        return replace(config, **changes)
    except ConfigError as error:
        if error.problem.field != "fault":
            raise
        return replace(config, **changes, fault=None)


def build_network(config: Config, dataset: Dataset) -> Network:
    """The configuration's network with its initial parameters: drawn from the seed, or given.

    Where units begin with equal weights, their gradients are summed one by one, so that equal units stay equal.
    """
    resolved, parts = resolve(config, dataset), parts_of(config.fault)
    activations = (*resolved.activations[:-1], parts.output or resolved.activations[-1])
    options = {"loss": resolved.loss, "task": resolved.task, "l1": config.l1, "l2": config.l2}
    network = parts.network(resolved.sizes, activations, **options)
    if config.initial_theta is not None:
        network.theta[...] = config.initial_theta
    else:
        network.initialize(
            INITIALIZERS[config.initializer],
            random_state=np.random.RandomState(seeds_of(config).weights),
            scale=config.init_scale,
            bias=config.bias_init,
        )
    if parts.start is not None:
        parts.start(network, config.learning_rate)
    network.one_by_one = network.has_clones()  # each pass looks it up when it is bound
    return network
