"""The facts of a run from which its programs are written."""

import textwrap
from collections.abc import Iterator
from itertools import pairwise

from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.generators import DATASETS
from ffbp.data.source import REGRESSION
from ffbp.experiment.resolve import seeds_of
from ffbp.faults.registry import FAULTS
from ffbp.programs.layout import WIDTH, literal
from ffbp.training.run import Run
from ffbp.words.of_an_experiment import seeds

DATA_FILE = "data.csv"


def refusal(run: Run) -> list[str]:
    """Why no program at all is written of a run, a sentence each; mostly none."""
    fault = run.config.fault
    return [] if fault is None else [FAULTS[fault].banner, "Programs are written of healthy runs only."]


class Facts:
    """What a program states about a run; only the run's configuration and data are used. Raises ValueError for a fault."""

    def __init__(self, run: Run):
        if found := refusal(run):
            raise ValueError(" ".join(found))
        self.run, self.config, self.data, self.network = run, run.config, run.dataset, run.architecture
        self.sizes, self.activations = self.network.sizes, self.network.activations
        self.n_layers, self.n_outputs = len(self.sizes) - 1, self.sizes[-1]
        self.loss, self.canonical = self.network.loss_function, self.network.canonical
        self.clones = self.network.one_by_one  # units with equal weights: the core sums their gradients one by one
        self.optimizer = OPTIMIZERS[self.config.optimizer]
        self.hyper = {name: literal(getattr(self.config, name)) for name in self.optimizer.hyper}  # as argument texts
        self.regression = self.network.task == REGRESSION
        self.score_name = "R2" if self.regression else "accuracy"
        self.n_train, self.held_out = len(self.data.X_train), len(self.data.X_test) > 0
        self.parts = ("train", "test") if self.held_out else ("train",)
        self.batch_size, self.n_batches = run.resolved.batch_size, run.resolved.n_batches
        self.full_batch = self.n_batches == 1
        self.shuffles = self.config.shuffle and not self.full_batch
        # Batches are columns of A0, so A0 has its row of ones from the start. The last digits agree only if batches are
        # columns of the same array as in the core: a product's order of summation depends on its factors' memory layout.
        self.inputs_carry_ones = not self.full_batch
        self.standardizes_target = (self.data.target_mean, self.data.target_std) != (0.0, 1.0)
        self.names_classes = self.data.class_names != tuple(str(k) for k in range(self.data.n_classes))

    @property
    def source_name(self) -> str:
        """What the file's heading calls the samples: never a name that a user chose."""
        if self.config.file_name:
            return f"The samples of {DATA_FILE}"
        if self.config.points is not None:
            return "Points drawn by hand"
        return DATASETS[self.config.dataset].label

    def heading(self, how: str) -> str:
        """The file's first paragraphs: what is learnt, by which network, and how."""
        c, sizes = self.config, "-".join(map(str, self.sizes))
        hidden = [activation.label for activation in self.activations[:-1]]
        layers = f"{' and '.join(dict.fromkeys(hidden))} in the hidden layers, " if hidden else ""
        facts = [
            f"Network: {sizes}, {layers}{self.activations[-1].label} at the output, "
            f"{self.network.n_params} parameters; loss: {self.loss.label}.",
            f"Training: {self.optimizer.label}, learning rate {c.learning_rate:g}, {c.epochs} epochs, "
            + (f"all {self.n_train} samples at once" if self.full_batch else f"batches of {self.batch_size}")
            + f", {seeds(**seeds_of(c)._asdict())}.",
        ]
        facts = [textwrap.fill(fact, WIDTH - 4, break_on_hyphens=False) for fact in facts]
        return "\n".join([f"{self.source_name}, learnt by a network of {self.n_layers} layers: {how}", "", *facts])

    def layers(self) -> range:
        return range(1, self.n_layers + 1)

    def views(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Each layer's (l, n_in, n_out, start, stop): theta[start:stop] holds its block [W b], row by row."""
        stop = 0
        for l, (n_in, n_out) in enumerate(pairwise(self.sizes), start=1):
            start, stop = stop, stop + n_out * (n_in + 1)
            yield l, n_in, n_out, start, stop

    def passed(self) -> list[str]:
        """Z1, A1, Z2, A2, ... to the output."""
        return [f"{kind}{l}" for l in self.layers() for kind in "ZA"]
