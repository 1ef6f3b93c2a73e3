"""The fields of an experiment: every choice in one row, and everything that is said about it.

A row holds the default, the kind (`ffbp.experiment.kinds`), the group, the label, the help, the key in an address, the
control in the sidebar and when it applies. Checking, addresses, JSON, the sidebar, the terminal's options and the limits
in messages are all made from it: a new field is a new row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cache, partial
from typing import Any

from ffbp.core.activations import ACTIVATIONS
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.losses import LOSSES
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.core.schedules import SCHEDULES
from ffbp.data.dataset import DERIVED
from ffbp.data.generators import DATASETS
from ffbp.data.source import CLASSIFICATION, DECIMALS, MISSING, REGRESSION
from ffbp.experiment.kinds import Choice, ChoicePerLayer, Choices, Flag, Points, Real, Reals, Text, Whole, Wholes
from ffbp.faults.registry import FAULTS

MAX_LAYERS = 8
MAX_UNITS = 64
MAX_COLUMNS = 1000  # a file's
MAX_INITIAL_THETA = 200
MAX_TEXT = 200
MAX_FRAMES = 300  # recorded moments of a run
GROUPS = DATA, NETWORK, TRAINING = "Data", "Network", "Training"
TASKS = {CLASSIFICATION: "Classes", REGRESSION: "A number"}
SEEDS = Whole(0, 2**32 - 1)
PENALTIES = (0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


# Controls of the sidebar


class Menu:
    """The registry's entries by their labels."""


class Special:
    """Drawn by its own method of the sidebar. ``none``: what None means, where it is not an automatic choice."""

    def __init__(self, none: str = ""):
        self.none = none


class Stepped:
    def __init__(self, step: float):
        self.step = step


class Slider(Stepped):
    pass


class Number(Stepped):
    """``none``: what stands for None, where the field has it."""

    def __init__(self, step: float, none: str = ""):
        super().__init__(step)
        self.none = none


class Ladder:
    """A slider over round values. ``none``: what stands for None, which is then the first rung."""

    def __init__(self, rungs: tuple[float, ...], none: str = "", falling: bool = False):
        self.rungs, self.none, self.falling = rungs, none, falling


class Elsewhere:
    """Not in the sidebar: ``where`` it is chosen."""

    def __init__(self, where: str):
        self.where = where


OWN = Special()
OTHER_SEED = Number(1, none="as Seed")
FILE_PAGE = Elsewhere("the page Your data")


@dataclass(frozen=True, eq=False)
class Field:
    """A row. ``applies(experiment)``: whether the choice means anything there. ``unit`` belongs to the label.

    ``file_only``: it says how a file is read. ``option``: whether the terminal has an option for it. ``noun``: what it is
    called in a sentence; unless given, its label.
    """

    kind: Any
    group: str
    label: str
    help: str
    key: str = ""
    control: Slider | Number | Ladder | Menu | Special | Elsewhere = OWN
    unit: str = ""
    applies: Callable = lambda experiment: True
    file_only: bool = False
    option: bool = True
    noun: str = ""
    name: str = ""
    default: Any = None

    @property
    def title(self) -> str:
        """Label and unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def check(self, value):
        """The value in its one form; None stands where it is the default. Raises ConfigError."""
        return None if value is None and self.default is None else self.kind.check(self.name, value)


def row(group, default, kind, label, help, **more):
    """A field of the configuration, described by one row."""
    return field(default=default, metadata={"row": Field(kind, group, label, help, **more)})


data, network, training = (partial(row, group) for group in GROUPS)
of_file = partial(data, control=FILE_PAGE, file_only=True)


@cache
def rows_of(configuration: type) -> dict[str, Field]:
    """The rows of a configuration's class by field name, in the order in which an address is read."""
    return {
        f.name: replace(f.metadata["row"], name=f.name, default=f.default, key=f.metadata["row"].key or f.name)
        for f in fields(configuration)
    }


# When a choice means anything; each is asked of an `Experiment`


def _sized(experiment):
    return experiment.source.sized


def _drawn_weights(experiment):
    return experiment.config.initial_theta is None


def _hyper(name):
    """Whether the chosen optimizer or schedule has this constant."""
    return lambda e: name in (*OPTIMIZERS[e.config.optimizer].hyper, *SCHEDULES[e.config.schedule].hyper)


@dataclass(frozen=True, kw_only=True, init=False, eq=False, repr=False)  # Config makes these
class Fields:
    """The rows, in the order in which an address is read: a value has to fit those before it.

    Longer than a class should be, because it is a table and nothing else.
    """

    # Where the samples come from. A file's name stands before what the file decides.
    dataset: str = data("moons", Choice(DATASETS), "Dataset", "where the samples come from")
    file_name: str | None = data(
        None, Text(MAX_TEXT), "File", "the file's name", key="file", control=FILE_PAGE, option=False
    )
    file_fingerprint: str | None = data(
        None,
        Text(MAX_TEXT),
        "Fingerprint",
        "the file's fingerprint",
        key="fingerprint",
        control=FILE_PAGE,
        option=False,
    )
    header: bool | None = of_file(
        None, Flag(), "Header", "1 or 0: the file's first row names the columns; recognised unless given"
    )
    decimal: str | None = of_file(
        None, Choice(DECIMALS), "Decimal sign", "the file's decimal sign; recognised unless given"
    )
    target: int | None = of_file(
        None,
        Whole(0, MAX_COLUMNS - 1),
        "Target",
        "number of the file's column to predict, from 0; guessed unless given",
    )
    task: str | None = of_file(
        None, Choice(TASKS), "Predict", "what to predict there; guessed unless given", noun="task"
    )
    missing: str = of_file("drop", Choice(MISSING), "Missing values", "what becomes of the file's missing values")
    n_samples: int = data(
        1000,
        Whole(10, 5000),
        "Samples",
        "number of samples (generated data)",
        key="samples",
        control=Slider(10),
        applies=_sized,
    )
    noise: float = data(0.2, Real(0, 1), "Noise", "noise (generated data)", control=Slider(0.01), applies=_sized)
    classes: int | None = data(
        None,
        Whole(),
        "Classes",
        "number of classes (blobs, spiral)",
        applies=lambda e: e.source.classes and not e.source.drawn,
    )
    columns: tuple[int, ...] | None = data(
        None,
        Wholes(0, MAX_COLUMNS - 1, "all"),
        "Columns",
        "numbers of a table's columns joined by -, or all",
        applies=lambda e: not e.source.generated and not e.source.drawn,
    )
    standardize: bool | None = data(
        None,
        Flag(),
        "Standardise",
        "1 or 0: standardise the inputs; automatic unless given",
        noun="standardisation",
    )
    derived: tuple[str, ...] = data(
        (),
        Choices(DERIVED),
        "Extra inputs",
        "inputs computed from two columns, joined by -",
        applies=lambda e: len(e.resolved.columns) == 2,
    )
    test_size: float = data(
        0.2,
        Real(0, 0.9),
        "Test share",
        "share of the samples in the test set",
        key="test",
        control=Slider(0.05),
        noun="test share",
        applies=lambda e: not e.source.fixed,
    )
    points: tuple[tuple[float, ...], ...] | None = data(
        None,
        Points(),
        "Points",
        "points drawn by hand: x1_x2_class joined by ~",
        control=Elsewhere("the plane, where they are drawn"),
    )

    # The network
    hidden: tuple[int, ...] = network(
        (10,),
        Wholes(1, MAX_UNITS, "none", MAX_LAYERS),
        "Hidden units",
        "units of the hidden layers joined by -, or none",
    )
    activation: str | tuple[str, ...] = network(
        "relu",
        ChoicePerLayer(ACTIVATIONS, "relu"),
        "Activation",
        "activation of the hidden layers; or one a layer, joined by -",
        applies=lambda e: e.config.hidden,
    )
    loss: str | None = network(None, Choice(LOSSES), "Loss", "loss; automatic unless given")
    output_activation: str | None = network(
        None, Choice(ACTIVATIONS), "Output activation", "activation of the output; automatic unless given", key="output"
    )
    initializer: str = network(
        "he",
        Choice(INITIALIZERS),
        "Initial weights",
        "how the initial weights are drawn",
        key="init",
        applies=_drawn_weights,
    )
    init_scale: float = network(
        0.1,
        Real(-10, 10),
        "Scale of the weights",
        "scale of the normal and the constant rule",
        key="scale",
        noun="scale of the initial weights",
        control=Number(0.1),
        applies=lambda e: _drawn_weights(e) and INITIALIZERS[e.config.initializer].scaled,
    )
    bias_init: float = network(
        0.0, Real(-10, 10), "Initial bias", "initial bias", key="bias", control=Number(0.1), applies=_drawn_weights
    )
    initial_theta: tuple[float, ...] | None = network(
        None,
        Reals(MAX_INITIAL_THETA),
        "Initial weights and biases",
        "all parameters by hand, joined by _ (write --theta=...)",
        key="theta",
        control=Special(none="drawn"),
        applies=lambda e: not _drawn_weights(e),
    )

    # Training
    optimizer: str = training(
        "sgd", Choice(OPTIMIZERS), "Optimizer", "how the gradient becomes an update", control=Menu()
    )
    learning_rate: float = training(
        0.1,
        Real(1e-6, 1000),
        "Learning rate η",
        "learning rate",
        key="lr",
        control=Ladder((0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)),
    )
    momentum: float = training(
        0.9, Real(0, 0.999), "Momentum μ", "momentum and nesterov", control=Number(0.01), applies=_hyper("momentum")
    )
    rho: float = training(
        0.99,
        Real(0, 0.9999),
        "Decay of the mean square ρ",
        "RMSProp: decay of the mean square",
        control=Number(0.01),
        applies=_hyper("rho"),
    )
    beta1: float = training(0.9, Real(0, 0.9999), "β₁", "Adam, AdamW", control=Number(0.01), applies=_hyper("beta1"))
    beta2: float = training(0.999, Real(0, 0.99999), "β₂", "Adam, AdamW", control=Number(0.01), applies=_hyper("beta2"))
    epsilon: float = training(
        1e-8,
        Real(1e-16, 1),
        "ε",
        "RMSProp, Adam, AdamW",
        control=Ladder((1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)),
        applies=_hyper("epsilon"),
    )
    weight_decay: float = training(
        0.01,
        Real(0, 10),
        "Weight decay λ",
        "AdamW",
        key="decay_weights",
        control=Ladder((0.0, 0.0001, 0.001, 0.01, 0.03, 0.1, 0.3)),
        applies=_hyper("weight_decay"),
    )
    schedule: str = training("constant", Choice(SCHEDULES), "Schedule", "how the learning rate changes", control=Menu())
    decay: float = training(
        0.5,
        Real(1e-6, 1),
        "Decay factor",
        "step and exponential schedule: factor",
        control=Slider(0.05),
        applies=_hyper("decay"),
    )
    decay_epochs: int = training(
        100,
        Whole(1, 20000),
        "Decay period",
        "step and exponential schedule: period in epochs",
        key="period",
        unit="epochs",
        control=Ladder((1, 10, 20, 50, 100, 200, 500, 1000)),
        applies=_hyper("decay_epochs"),
    )
    warmup: int = training(
        10,
        Whole(1, 20000),
        "Warm-up",
        "epochs in which the learning rate rises",
        unit="epochs",
        control=Ladder((1, 5, 10, 20, 50, 100, 200)),
        applies=_hyper("warmup"),
    )
    batch_size: int | None = training(
        None,
        Whole(1, 5000),
        "Batch size",
        "samples a step; all of them unless given",
        key="batch",
        control=Ladder((1, 2, 4, 8, 10, 16, 32, 64, 128, 256, 512), none="full", falling=True),
    )
    shuffle: bool = training(
        True,
        Flag(),
        "Shuffle each epoch",
        "1 or 0: shuffle each epoch",
        noun="shuffling",
        applies=lambda e: e.config.batch_size is not None,
    )
    l1: float = training(
        0.0, Real(0, 10), "L1 penalty", "penalty l1 times the sum of |W|", control=Ladder(PENALTIES[:-1])
    )
    l2: float = training(
        0.0, Real(0, 10), "L2 penalty", "penalty l2 / 2 times the sum of W squared", control=Ladder(PENALTIES)
    )
    clip: float | None = training(
        None,
        Real(1e-9, 1e6),
        "Gradient clipping (max norm)",
        "a longer gradient is shortened to this norm; off unless given",
        noun="limit of the gradient's norm",
        control=Ladder((0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0), none="off"),
    )
    patience: int | None = training(
        None,
        Whole(1, 20000),
        "Early stopping: patience",
        "epochs without a better test loss before stopping; off unless given",
        noun="patience of early stopping",
        unit="epochs",
        control=Ladder((5, 10, 20, 50, 100, 200), none="off", falling=True),
        applies=lambda e: e.resolved.test_size > 0,
    )
    seed: int = training(42, SEEDS, "Seed", "seed of data, split, weights and shuffling", control=Number(1))
    data_seed: int | None = training(
        None, SEEDS, "Seed of the data", "another seed for data and split", noun="data's seed", control=OTHER_SEED
    )
    weight_seed: int | None = training(
        None,
        SEEDS,
        "Seed of the weights",
        "another seed for the initial weights",
        noun="initial weights' seed",
        control=OTHER_SEED,
        applies=lambda e: _drawn_weights(e) and INITIALIZERS[e.config.initializer].draw is not None,
    )
    epochs: int = training(
        1000,
        Whole(1, 20000),
        "Epochs",
        "passes through the training set",
        control=Ladder((50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10000, 20000)),
    )
    fault: str | None = training(
        None,
        Choice(FAULTS),
        "Fault",
        "a deliberate mistake in training, to watch and to find; none unless given",
        control=Special(none="none"),
        applies=lambda e: e.config.fault is not None,
    )


FIELDS = rows_of(Fields)
KEYS = {each.key: name for name, each in FIELDS.items()}  # of an address -> field
DEFAULTS = {name: each.default for name, each in FIELDS.items()}
