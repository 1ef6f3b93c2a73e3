"""A branch: a run that begins at a frame of another run and goes on with something changed.

Both have the same past, so what differs from there on is the work of the change alone. Without a change, the branch is the
run itself from that frame on, bit for bit: parameters, the optimizer's state, its number of steps, the order of the batches
and the patience of early stopping all go on.
"""

import math
from collections.abc import Generator
from dataclasses import replace

import numpy as np

from ffbp.core.network import with_ones
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.dataset import Dataset
from ffbp.data.source import Source
from ffbp.experiment.build import data_choices
from ffbp.experiment.config import Config
from ffbp.experiment.differences import differences, differences_notice
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.kinds import is_whole
from ffbp.experiment.problems import ConfigError
from ffbp.training.faulty import training_of
from ffbp.training.loop import Training
from ffbp.training.recording import Recording, drain, recorded
from ffbp.training.run import MAX_BRANCHES, Branch, Progress, Run, frame_epochs, max_frames
from ffbp.words.notice import Notice

OF_THE_START = ("initializer", "init_scale", "bias_init", "initial_theta", "weight_seed")


def branch(run: Run, *, frame: int, source: Source | None = None, **changes) -> Run:
    """A run that begins at a frame of another one, with these fields changed: ``branch(run, frame=40, learning_rate=0.03)``.

    Its frame 0 is the frame branched from, ``history.epoch`` counts on, and it ends at ``epochs``. The same optimizer keeps
    its state, another one begins with none (`Run.branch` says which). If the data change, the weights go on with the new
    ones; a file's need its source. Early stopping goes on where patience, loss and test set are the same, else it begins
    anew. Raises ConfigError for a frame that the run does not have, and for changes that need other weights to begin with.
    """
    return drain(fit_branch(run, frame=frame, source=source, **changes))


def fit_branch(run: Run, *, frame: int, source: Source | None = None, **changes) -> Generator[Progress, None, Run]:
    """`branch` as a generator of `Progress`, at least every 50 ms; closing it stops the branch."""
    for name in changes:
        if name not in FIELDS:
            raise ConfigError("field", "unknown", name, choices=", ".join(FIELDS))
    config = replace(run.config, **changes)
    if data_choices(config) == data_choices(run.config):
        dataset = run.dataset
    else:
        experiment = Experiment(config, source)
        experiment.check()
        dataset = experiment.dataset
    return (yield from record_branch(run, frame, config, dataset))


def record_branch(run: Run, frame: int, config: Config, dataset: Dataset) -> Generator[Progress, None, Run]:
    """`fit_branch` with its configuration and its data."""
    if not is_whole(frame) or not -run.n_frames <= frame < run.n_frames:
        raise ConfigError("frame", "bounds", frame, low=-run.n_frames, high=run.n_frames - 1)
    frame = int(frame) % run.n_frames
    epoch = int(run.history.epoch[frame])
    _check(run, config, dataset, epoch)
    training, keeps_state = _start(run, frame, config, dataset)
    best = _best_until(run, frame) if _same_patience(run, config, dataset) else None
    frames = frame_epochs(config.epochs, max_frames(training.network.n_params, len(training.state)))
    recording = Recording(training, epochs=[epoch, *frames[frames > epoch].tolist()], best=best)
    found = yield from recorded(recording)
    found.history.update_norm.flags.writeable = True
    found.history.update_norm[0] = run.history.update_norm[frame]  # the step that led to the frame is the other run's
    found.history.update_norm.flags.writeable = False
    return replace(found, branch=Branch(run.config, frame, epoch, keeps_state, best, run.branch))


def _check(run, config, dataset, epoch):
    for name in OF_THE_START:
        if getattr(config, name) != getattr(run.config, name):
            raise ConfigError(name, "branch_start", getattr(config, name))
    if run.branch is not None and run.branch.depth == MAX_BRANCHES:
        raise ConfigError("run", "branch_depth", MAX_BRANCHES + 1, most=MAX_BRANCHES)
    if config.epochs < epoch:
        raise ConfigError("epochs", "branch_epochs", config.epochs, low=epoch)
    if config.patience is not None and not len(dataset.X_test):
        raise ConfigError("patience", "nothing_held_out", config.patience)
    due, got = run.architecture.sizes, training_of(config, dataset).network.sizes
    if due != got:
        field = "hidden" if due[1:-1] != got[1:-1] else "dataset"
        raise ConfigError(field, "branch_shape", "-".join(map(str, got)), sizes="-".join(map(str, due)))


def _start(run, frame, config, dataset) -> tuple[Training, bool]:
    """The training as it stands at the frame, and whether it has the optimizer's state and its number of steps."""
    training, keeps_state = training_of(config, dataset), config.optimizer == run.config.optimizer
    training.network.theta[...] = run.history.theta[frame]
    if keeps_state:
        training.state[...] = run.history.state[frame]
        training.step = int(run.history.step[frame])
    training.skip_epochs(int(run.history.epoch[frame]))
    return training, keeps_state


# Early stopping


def _same_patience(run, config, dataset) -> bool:
    """Whether early stopping can go on: the same losses are compared, and for as long."""
    own = run.config
    return (
        config.patience is not None
        and (config.patience, config.loss, config.output_activation) == (own.patience, own.loss, own.output_activation)
        and dataset is run.dataset
    )


def _best_until(run: Run, frame: int) -> tuple[float, int]:
    """The smallest test loss after an epoch of the run until a frame, and its epoch, repeated from an earlier frame.

    The run went on, so its best loss is at most `patience` epochs old; what was before need not be repeated.
    """
    last = int(run.history.epoch[frame])
    start = max(0, int(np.searchsorted(run.history.epoch, last - run.config.patience)) - 1)
    best = (run.branch.best if run.branch else None) or (math.inf, int(run.history.epoch[0]))
    training, dataset = run.resume(start), run.dataset
    network = training.network
    trace, targets = network.new_trace(len(dataset.X_test)), network.targets(dataset.y_test)
    trace.set_inputs(with_ones(dataset.X_test))
    for epoch in range(training.epoch + 1, last + 1):
        training.run_epoch()
        with np.errstate(all="ignore"):
            loss = float(network.data_loss(targets, network.propagate(trace)))
        if loss < best[0]:
            best = loss, epoch
    return best


def branch_notice(run: Run) -> Notice:
    """Where a branch begins, what differs from there on, and whether its optimizer keeps its state.

    Raises ValueError for another run.
    """
    if run.branch is None:
        raise ValueError("run must be a branch, got a run from its start")
    numbers = {"epoch": run.branch.epoch, "keeps_state": run.branch.keeps_state}
    optimizer = OPTIMIZERS[run.config.optimizer]
    numbers |= {"optimizer": optimizer.label, "has_state": optimizer.n_state > 0}
    numbers |= differences_notice(differences(run.branch.config, run.config)).numbers
    return Notice("branch", "info", numbers)
