"""ffbp: feed-forward and backpropagation, visible and exact. The core, usable without the dashboard."""

from ffbp.analysis.disagreement import disagreement, n_disagree
from ffbp.analysis.equal_parts import EqualPart, equal_parts
from ffbp.analysis.five_checks import Check, five_checks
from ffbp.analysis.noise import BatchGradients, BatchNoise, batch_gradients, batch_noise
from ffbp.analysis.pair import Pair
from ffbp.analysis.signal import Signal, signal_by_layer
from ffbp.analysis.stability import Stability, StepQuality, Threshold, stability, step_quality, thresholds
from ffbp.analysis.surface import Line, Surface, loss_line, loss_surface
from ffbp.analysis.twins import Match, flip_sign, match_units, swap_units
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.curvature import Eigenpair, hessian, hessian_product, sharpness, top_eigenpair
from ffbp.core.gradcheck import GradientCheck, check_gradients
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.losses import LOSSES
from ffbp.core.network import Layer, Network, Trace
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.core.schedules import SCHEDULES
from ffbp.data.dataset import Dataset
from ffbp.data.generators import DATASETS, make_dataset
from ffbp.data.read_table import read_table
from ffbp.data.table_source import source_of
from ffbp.data.write_table import to_csv
from ffbp.experiment.build import dataset_for
from ffbp.experiment.config import Config
from ffbp.experiment.differences import Difference, differences
from ffbp.faults.registry import FAULTS
from ffbp.record.read import load_record
from ffbp.record.write import dump_record
from ffbp.training.branch import branch, fit_branch
from ffbp.training.many import ProgressOfMany, fit_many, train_many
from ffbp.training.race import Lane, Race, plan_race, race
from ffbp.training.range_test import RangeTest, range_test
from ffbp.training.recording import fit, train
from ffbp.training.run import Branch, History, Progress, Run
from ffbp.training.sweep import Sweep, SweepProgress, fit_sweep, plan_sweep, sweep
from ffbp.training.target import Rate, Target, wilson_interval
from ffbp.version import VERSION as __version__

__all__ = [
    "ACTIVATIONS",
    "DATASETS",
    "FAULTS",
    "INITIALIZERS",
    "LOSSES",
    "OPTIMIZERS",
    "SCHEDULES",
    "BatchGradients",
    "BatchNoise",
    "Branch",
    "Check",
    "Config",
    "Dataset",
    "Difference",
    "Eigenpair",
    "EqualPart",
    "GradientCheck",
    "History",
    "Lane",
    "Layer",
    "Line",
    "Match",
    "Network",
    "Pair",
    "Progress",
    "ProgressOfMany",
    "Race",
    "RangeTest",
    "Rate",
    "Run",
    "Signal",
    "Stability",
    "StepQuality",
    "Surface",
    "Sweep",
    "SweepProgress",
    "Target",
    "Threshold",
    "Trace",
    "__version__",
    "batch_gradients",
    "batch_noise",
    "branch",
    "check_gradients",
    "dataset_for",
    "differences",
    "disagreement",
    "dump_record",
    "equal_parts",
    "fit",
    "fit_branch",
    "fit_many",
    "fit_sweep",
    "five_checks",
    "flip_sign",
    "hessian",
    "hessian_product",
    "load_record",
    "loss_line",
    "loss_surface",
    "make_dataset",
    "match_units",
    "n_disagree",
    "plan_race",
    "plan_sweep",
    "race",
    "range_test",
    "read_table",
    "sharpness",
    "signal_by_layer",
    "source_of",
    "stability",
    "step_quality",
    "swap_units",
    "sweep",
    "thresholds",
    "to_csv",
    "top_eigenpair",
    "train",
    "train_many",
    "wilson_interval",
]


def _in_a_cell(run: Run) -> str:
    """A run as a notebook's cell shows it: the player, which is loaded only then."""
    from ffbp.export.cell import run_html

    return run_html(run)


def _two_in_a_cell(pair: Pair) -> str:
    """Two runs as a notebook's cell shows them: both on one timeline."""
    from ffbp.export.cell import pair_html

    return pair_html(pair)


Run.as_html, Pair.as_html = _in_a_cell, _two_in_a_cell
