"""An experiment in words: what a page that leaves the dashboard, and the terminal, say about a run."""

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
from ffbp.experiment.config import DEFAULTS, Config
from ffbp.training.run import Run
from ffbp.words import english
from ffbp.words.numbers import format_number, format_percent

MAX_NAMES = 10


def summary(run: Run) -> dict[str, str]:
    """Data, network, training and outcome, each in a sentence. Names of a user's file are in it as they are."""
    return {
        "Data": data_in_words(run.config, run.dataset),
        "Network": _network(run),
        "Training": _training(run),
        "Outcome": outcome(run),
    }


def title(run: Run) -> str:
    """The experiment's short name: data, architecture, optimizer."""
    sizes = run.config.resolve(run.dataset).sizes
    return f"{source_label(run.config)} · {'-'.join(map(str, sizes))} · {OPTIMIZERS[run.config.optimizer].label}"


def source_label(config: Config) -> str:
    """What the data are called."""
    if config.file_name:
        return config.file_name
    if config.points is not None:
        return "Drawn points"
    return DATASETS[config.dataset].label


def address_of(config: Config) -> str:
    """The link's parameters, after the "?"; empty for the reference experiment."""
    return urlencode(config.to_params())


def data_in_words(config: Config, data: Dataset) -> str:
    """The samples, their parts, what goes in and what is to come out."""
    n_train, n_test = len(data.rows_train), len(data.rows_test)
    text = f"{source_label(config)}, {n_train + n_test} samples: {n_train} for training, {n_test} held out for testing"
    if not config.file_name and config.points is None and DATASETS[config.dataset].sized:
        text += f"; noise {config.noise:g}"
    text += f"; inputs {_listed(data.input_names)}"
    if data.standardized:
        text += ", standardised with the training part's mean and standard deviation"
    elif data.scale != 1:
        text += f", all divided by {data.scale:g}"
    target = f"; target {data.target_name}"
    text += f"{target}, a number" if data.task == "regression" else f"{target}: {_listed(data.class_names)}"
    return f"{text}."


def _listed(names) -> str:
    """The first names, and how many more there are."""
    more = len(names) - MAX_NAMES
    return f"{', '.join(names[:MAX_NAMES])} and {more} more" if more > 1 else ", ".join(names)


def _network(run):
    config, resolved = run.config, run.config.resolve(run.dataset)
    labels = [ACTIVATIONS[key].label for key in resolved.activations]
    sizes = " → ".join(map(str, resolved.sizes))
    hidden = f"{', '.join(dict.fromkeys(labels[:-1]))} in the hidden layers, " if config.hidden else "no hidden layer, "
    start = (
        "weights set by hand"
        if config.initial_theta
        else f"initial weights by {INITIALIZERS[config.initializer].label}"
    )
    return f"{sizes}, {count_params(resolved.sizes)} parameters; {hidden}{labels[-1]} at the output; {start}."


def _training(run):
    config, resolved = run.config, run.config.resolve(run.dataset)
    optimizer = OPTIMIZERS[config.optimizer]
    hyper = "".join(f", {name} {getattr(config, name):g}" for name in optimizer.hyper)
    text = f"{LOSSES[resolved.loss].label}; {optimizer.label}, learning rate {config.learning_rate:g}{hyper}"
    if config.schedule != DEFAULTS["schedule"]:
        text += f", schedule {SCHEDULES[config.schedule].label}"
    full = resolved.batch_size == resolved.n_train
    text += f"; {config.epochs} epochs, {'full batch' if full else f'batches of {resolved.batch_size}'}"
    for name, label in (
        ("l1", "L1 penalty"),
        ("l2", "L2 penalty"),
        ("clip", "gradient clipped at"),
        ("patience", "patience"),
    ):
        value = getattr(config, name)
        text += f"; {label} {value:g}" if value else ""
    return f"{text}; seed {config.seed}."


def outcome(run: Run) -> str:
    """Losses and scores of the last frame, and how it ended."""
    return english.sentence(notices.outcome(run), format_number, format_percent)


def command(config: Config) -> str:
    """The terminal's command for this experiment, safe to paste into a shell."""
    options = [
        f"--{key.replace('_', '-')}={shlex.quote(value)}"
        for key, value in config.to_params().items()
        if key != "fingerprint"
    ]
    return " ".join(["python -m ffbp", *options])
