"""A run in words, for exported pages and the terminal."""

import shlex
from urllib.parse import urlencode

from ffbp.analysis import notices
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.losses import LOSSES
from ffbp.core.network import count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.core.schedules import SCHEDULES
from ffbp.data.dataset import Dataset
from ffbp.data.generators import DATASETS
from ffbp.data.source import REGRESSION
from ffbp.experiment.config import Config
from ffbp.experiment.fields import DEFAULTS
from ffbp.experiment.link import params_of
from ffbp.experiment.resolve import seeds_of
from ffbp.faults.registry import FAULTS, banner
from ffbp.training.branch import branch_notice
from ffbp.training.run import Run
from ffbp.words.english import sentence
from ffbp.words.notice import Notice


def summary(run: Run) -> dict[str, str]:
    """Data, network, training, a branch, a fault and outcome, a sentence each. Names from a user's file are not escaped."""
    return {
        "Data": data_in_words(run.config, run.dataset),
        "Network": _network(run),
        "Training": _training(run),
        **({} if run.branch is None else {"Branch": sentence(branch_notice(run))}),
        **({} if run.config.fault is None else {"Fault": banner(run.config.fault)}),
        "Outcome": outcome(run),
    }


def title(run: Run) -> str:
    """The experiment's short name, and its fault if it has one."""
    fault = run.config.fault
    return short_name(run) if fault is None else f"{short_name(run)} · with a fault: {FAULTS[fault].noun}"


def short_name(run: Run) -> str:
    """Data, architecture and optimizer of a run."""
    sizes = "-".join(map(str, run.resolved.sizes))
    return f"{source_label(run.config)} · {sizes} · {OPTIMIZERS[run.config.optimizer].label}"


def source_label(config: Config) -> str:
    """The name of the data."""
    if config.file_name:
        return config.file_name
    if config.points is not None:
        return "Drawn points"
    return DATASETS[config.dataset].label


def address_of(config: Config) -> str:
    """The link's parameters, after the "?"."""
    return urlencode(params_of(config))


def data_in_words(config: Config, data: Dataset) -> str:
    """The samples, the sets they are split into, the inputs and the target."""
    noisy = not config.file_name and config.points is None and DATASETS[config.dataset].sized
    numbers = {
        "label": source_label(config),
        "train": len(data.rows_train),
        "test": len(data.rows_test),
        "noise": config.noise if noisy else None,
        "inputs": data.input_names,
        "standardized": data.standardized,
        "scale": data.scale,
        "target": data.target_name,
        "classes": None if data.task == REGRESSION else data.class_names,
    }
    return sentence(Notice("data", "info", numbers))


def _network(run):
    config, resolved = run.config, run.resolved
    numbers = {
        "sizes": resolved.sizes,
        "activations": [ACTIVATIONS[key].label for key in resolved.activations],
        "n_params": count_params(resolved.sizes),
        "initializer": None if config.initial_theta else INITIALIZERS[config.initializer].label,
    }
    return sentence(Notice("network", "info", numbers))


def _training(run):
    config, resolved = run.config, run.resolved
    optimizer = OPTIMIZERS[config.optimizer]
    more = {"L1 penalty": config.l1, "L2 penalty": config.l2, "gradient clipped at": config.clip}
    numbers = {
        "loss": LOSSES[resolved.loss].label,
        "optimizer": optimizer.label,
        "learning_rate": config.learning_rate,
        "hyper": {name: getattr(config, name) for name in optimizer.hyper},
        "schedule": None if config.schedule == DEFAULTS["schedule"] else SCHEDULES[config.schedule].label,
        "epochs": config.epochs,
        "batch_size": None if resolved.batch_size == resolved.n_train else resolved.batch_size,
        "more": {label: value for label, value in (more | {"patience": config.patience}).items() if value},
        "seeds": seeds_of(config)._asdict(),
    }
    return sentence(Notice("training", "info", numbers))


def outcome(run: Run) -> str:
    """Losses and scores of the last frame, and how it ended."""
    return sentence(notices.outcome(run))


def command(config: Config) -> str:
    """The terminal's command for this experiment, safe to paste into a shell."""
    params = {key: value for key, value in config.to_params().items() if key != "fingerprint"}
    options = [f"--{key.replace('_', '-')}={shlex.quote(value)}" for key, value in params.items()]
    return " ".join(["python -m ffbp", *options])
