"""From a configuration to what is trained: its dataset and its network, with the initial weights of its seed."""

import numpy as np

from ffbp.core.initializers import INITIALIZERS
from ffbp.core.network import Network
from ffbp.data.dataset import Dataset
from ffbp.data.source import Source
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import DATA, FIELDS
from ffbp.experiment.resolve import resolve, seeds_of


def dataset_for(config: Config, source: Source | None = None) -> Dataset:
    """The data that a configuration names, split and encoded.

    source: a file's, which a configuration cannot hold. Raises ValueError for a file without it.
    """
    return Experiment(config, source).dataset


def data_choices(config: Config) -> tuple:
    """The values of all fields that decide the samples and their split: equal ones give equal datasets."""
    return (*(getattr(config, name) for name, each in FIELDS.items() if each.group == DATA), seeds_of(config).data)


def build_network(config: Config, dataset: Dataset) -> Network:
    """The configuration's network with its initial parameters: drawn from the seed, or given.

    Where units begin with equal weights, their gradients are summed one by one, so that equal units stay equal.
    """
    resolved = resolve(config, dataset)
    options = {"loss": resolved.loss, "task": resolved.task, "l1": config.l1, "l2": config.l2}
    network = Network(resolved.sizes, resolved.activations, **options)
    if config.initial_theta is not None:
        network.theta[...] = config.initial_theta
    else:
        network.initialize(
            INITIALIZERS[config.initializer],
            random_state=np.random.RandomState(seeds_of(config).weights),
            scale=config.init_scale,
            bias=config.bias_init,
        )
    if not network.has_clones():
        return network
    return Network(resolved.sizes, resolved.activations, **options, theta=network.theta, one_by_one=True)
