"""Small experiments for the tests of exported programs, and a way to run a program as if from a file."""

import contextlib
import io
import itertools
import random
import sys
from unittest import mock

import numpy as np

from ffbp import ACTIVATIONS, DATASETS, INITIALIZERS, OPTIMIZERS, SCHEDULES, Config
from ffbp.data.dataset import DERIVED
from ffbp.data.source import class_names_of
from ffbp.experiment.resolve import loss_choices, output_choices

HIDDEN_ACTIVATIONS = [key for key, entry in ACTIVATIONS.items() if not entry.coupled]
FIXED = {"warmup": 3, "decay_epochs": 2, "decay": 0.7}


def pairs(task: str, n_classes: int) -> list[tuple[str, str]]:
    """All pairs of loss and output activation that a task admits."""
    return [(loss, output) for loss in loss_choices(task, n_classes) for output in output_choices(loss, task)]


def covering(seed: int) -> list[Config]:
    """Seeded experiments that cover every registry entry, every pair of loss and output, and every option.

    Each registry is walked through in an order of its own, so that entries meet others by chance.
    """
    rng = random.Random(seed)

    def walk(choices):
        choices = list(choices)
        rng.shuffle(choices)
        return itertools.cycle(choices)

    everything = set(pairs("regression", 0)) | set(pairs("classification", 2)) | set(pairs("classification", 3))
    left = sorted(everything)
    rng.shuffle(left)
    activations, initializers = walk(HIDDEN_ACTIVATIONS), walk(INITIALIZERS)
    optimizers, schedules = walk(OPTIMIZERS), walk(SCHEDULES)
    configs = []
    numbers = [key for key, source in DATASETS.items() if source.task == "regression"]
    for dataset in [*walk_all(DATASETS, rng), *walk_all(DATASETS, rng), *walk_all(numbers, rng)]:
        options = sampled_options(rng, dataset)
        n_classes = len(class_names_of(DATASETS[dataset], options.get("classes")))
        fitting = pairs(DATASETS[dataset].task, n_classes)
        loss, output = next((pair for pair in left if pair in fitting), rng.choice(fitting))
        left = [pair for pair in left if pair != (loss, output)]
        activation = next(activations)
        hidden = options["hidden"]
        if len(hidden) > 1 and rng.random() < 0.5:
            activation = tuple(next(activations) for _ in hidden)
        configs.append(
            Config(
                dataset=dataset, loss=loss, output_activation=output, activation=activation, **options,
                initializer=next(initializers), optimizer=next(optimizers), schedule=next(schedules), **FIXED,
            )
        )  # fmt: skip
    assert not left, left
    return configs


def walk_all(registry, rng):
    keys = list(registry)
    rng.shuffle(keys)
    return keys


def sampled_options(rng: random.Random, dataset: str) -> dict:
    """All other fields, small enough to train at once."""
    source = DATASETS[dataset]
    options = {
        "hidden": rng.choice([(), (1,), (5,), (12,), (3, 4), (12, 2), (30, 12), (2, 3, 2)]),
        "epochs": rng.choice([3, 6, 12]),
        "seed": rng.randrange(2**32),
        "learning_rate": rng.choice([0.01, 0.1, 0.3]),
        "batch_size": rng.choice([None, None, 1, 7, 16]),
        "shuffle": rng.random() < 0.7,
        "bias_init": rng.choice([0.0, 0.1]),
        "init_scale": rng.choice([0.1, 0.5]),
        "l1": rng.choice([0.0, 0.0, 0.01]),
        "l2": rng.choice([0.0, 0.0, 0.01]),
        "clip": rng.choice([None, None, 0.1]),
        "standardize": rng.choice([None, True, False]),
    }
    if source.n_rows is None if hasattr(source, "n_rows") else source.sized:
        options |= {"n_samples": rng.choice([11, 40, 120]), "noise": rng.choice([0.0, 0.2])}
    if source.classes:
        options["classes"] = rng.randint(*source.classes)
    if not source.fixed:
        options["test_size"] = rng.choice([0.0, 0.2, 0.5])
        if options["test_size"] and rng.random() < 0.4:
            options["patience"] = rng.choice([1, 3])
    n_features = len(source.feature_names)
    if n_features > 2:
        options["columns"] = rng.choice([None, (), (0,), (1, 0)])
    columns = options.get("columns")
    n_columns = n_features if columns == () else len(columns or source.default_columns)
    if n_columns == 2:
        options["derived"] = tuple(key for key in DERIVED if rng.random() < 0.3)
    if n_features > 10 and n_columns > 10:
        options["epochs"] = 3
    return options


def execute(text: str) -> dict:
    """The namespace after a program has run, without plotly, matplotlib and printed output."""
    namespace = {"__name__": "__main__"}
    missing = {"plotly": None, "matplotlib": None, "matplotlib.pyplot": None}
    with mock.patch.dict(sys.modules, missing), np.errstate(), contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(text, "experiment.py", "exec"), namespace)
    return namespace | {"printed": out.getvalue()}


def difference(losses, expected) -> float:
    """The largest difference of two loss curves, relative to max(1, loss); infinite if their lengths differ."""
    losses, expected = np.array(losses, dtype=float), np.asarray(expected)
    if losses.shape != expected.shape:
        return np.inf
    return float((np.abs(losses - expected) / np.maximum(1, np.abs(expected))).max(initial=0.0))


def signs(theta, grad, state, *, momentum):
    """A made-up optimizer: signSGD with momentum, in place."""

    def update(learning_rate, step):
        np.multiply(state[0], momentum, out=state[0])
        np.add(state[0], grad, out=state[0])
        np.subtract(theta, learning_rate * np.sign(state[0]), out=theta)

    return update
