"""ffbp: feed-forward and backpropagation, visible and exact. The core, usable without the dashboard."""

from ffbp.activations import ACTIVATIONS
from ffbp.config import Config
from ffbp.datasets import DATASETS, Dataset, make_dataset
from ffbp.export.record import dump_record, load_record
from ffbp.gradcheck import GradientCheck, check_gradients
from ffbp.initializers import INITIALIZERS
from ffbp.losses import LOSSES
from ffbp.network import Layer, Network, Trace
from ffbp.optimizers import OPTIMIZERS, SCHEDULES
from ffbp.tables import read_table, source_of, to_csv
from ffbp.training import History, Progress, Run, dataset_for, fit, train
from ffbp.version import VERSION as __version__

__all__ = [
    "ACTIVATIONS",
    "DATASETS",
    "INITIALIZERS",
    "LOSSES",
    "OPTIMIZERS",
    "SCHEDULES",
    "Config",
    "Dataset",
    "GradientCheck",
    "History",
    "Layer",
    "Network",
    "Progress",
    "Run",
    "Trace",
    "__version__",
    "check_gradients",
    "dataset_for",
    "dump_record",
    "fit",
    "load_record",
    "make_dataset",
    "read_table",
    "source_of",
    "to_csv",
    "train",
]
