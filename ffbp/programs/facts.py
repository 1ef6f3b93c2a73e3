"""The facts of a run that its programs are written from, under the names that the programs' templates use."""

import textwrap
from dataclasses import dataclass
from functools import cached_property

from ffbp.core.activations import Activation
from ffbp.core.losses import Loss
from ffbp.core.network import Network
from ffbp.core.optimizers import OPTIMIZERS, Optimizer
from ffbp.data.generators import DATASETS
from ffbp.data.source import REGRESSION
from ffbp.programs.layout import WIDTH, literal
from ffbp.training.run import Run

DATA_FILE = "data.csv"


@dataclass(frozen=True)
class Facts:
    """``run``: only its configuration and data are used."""

    run: Run

    @property
    def config(self):
        return self.run.config

    @property
    def data(self):
        return self.run.dataset

    @property
    def network(self) -> Network:
        return self.run.architecture

    @property
    def sizes(self) -> tuple[int, ...]:
        return self.network.sizes

    @property
    def n_layers(self) -> int:
        return len(self.sizes) - 1

    @property
    def n_outputs(self) -> int:
        return self.sizes[-1]

    @property
    def activations(self) -> tuple[Activation, ...]:
        return self.network.activations

    @property
    def loss(self) -> Loss:
        return self.network.loss_function

    @property
    def canonical(self) -> bool:
        return self.network.canonical

    @property
    def regression(self) -> bool:
        return self.network.task == REGRESSION

    @property
    def optimizer(self) -> Optimizer:
        return OPTIMIZERS[self.config.optimizer]

    @property
    def n_train(self) -> int:
        return len(self.data.X_train)

    @property
    def held_out(self) -> bool:
        return len(self.data.X_test) > 0

    @property
    def batch_size(self) -> int:
        return self.run.resolved.batch_size

    @property
    def n_batches(self) -> int:
        return self.run.resolved.n_batches

    @property
    def full_batch(self) -> bool:
        return self.n_batches == 1

    @cached_property
    def clones(self) -> bool:
        """Whether units begin with equal weights, so that the core sums their gradients one by one."""
        return self.network.one_by_one

    @property
    def inputs_carry_ones(self) -> bool:
        """Whether A0 holds its row of ones from the start.

        Batches are columns of A0. Only if they are columns of the very same array as in the core do the last digits
        agree, since a product's order of summation depends on its factors' memory layout.
        """
        return not self.full_batch

    @property
    def shuffles(self) -> bool:
        return self.config.shuffle and not self.full_batch

    @property
    def hyper(self) -> dict[str, str]:
        """The optimizer's own constants as argument texts."""
        return {name: literal(getattr(self.config, name)) for name in self.optimizer.hyper}

    @property
    def standardizes_target(self) -> bool:
        return (self.data.target_mean, self.data.target_std) != (0.0, 1.0)

    @property
    def names_classes(self) -> bool:
        """Whether the classes have names of their own, and not only numbers."""
        return self.data.class_names != tuple(str(k) for k in range(self.data.n_classes))

    @property
    def source_name(self) -> str:
        """What the samples are called in the file's heading: never a name that a user gave."""
        if self.config.file_name:
            return f"The samples of {DATA_FILE}"
        if self.config.points is not None:
            return "Points drawn by hand"
        return DATASETS[self.config.dataset].label

    def heading(self, how: str) -> str:
        """The file's first paragraphs: what is learnt, by which network, how."""
        c, sizes = self.config, "-".join(map(str, self.sizes))
        hidden = [activation.label for activation in self.activations[:-1]]
        layers = f"{' and '.join(dict.fromkeys(hidden))} in the hidden layers, " if hidden else ""
        facts = [
            f"Network: {sizes}, {layers}{self.activations[-1].label} at the output, "
            f"{self.network.n_params} parameters; loss: {self.loss.label}.",
            f"Training: {self.optimizer.label}, learning rate {c.learning_rate:g}, {c.epochs} epochs, "
            + (f"all {self.n_train} samples at once" if self.full_batch else f"batches of {self.batch_size}")
            + f", seed {c.seed}.",
        ]
        facts = [textwrap.fill(fact, WIDTH - 4, break_on_hyphens=False) for fact in facts]
        return "\n".join([f"{self.source_name}, learnt by a network of {self.n_layers} layers: {how}", "", *facts])

    # Names of the layers' arrays, in the notation of the dashboard

    def layers(self) -> range:
        return range(1, self.n_layers + 1)

    def passed(self) -> list[str]:
        """Z1, A1, Z2, A2, ... to the output."""
        return [f"{kind}{l}" for l in self.layers() for kind in "ZA"]
