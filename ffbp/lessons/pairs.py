"""Pairs: two experiments with one difference that matters, each with a sentence that a test checks."""

from dataclasses import dataclass, replace
from typing import Any

from ffbp.experiment.config import Config
from ffbp.experiment.link import View, params_of
from ffbp.experiment.pair import Other
from ffbp.lessons.presets import PRESETS, TANH


@dataclass(frozen=True)
class Pair:
    """Two experiments: ``a``, and B with another value of one field. ``hint``: what can be seen at the end of both."""

    label: str
    a: Config
    field: str
    value: Any
    hint: str

    @property
    def b(self) -> Config:
        return replace(self.a, **{self.field: self.value})

    @property
    def other(self) -> Other:
        """How B differs, as an address holds it."""
        return Other().having({self.field: self.value})

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the pair's address."""
        return params_of(self.a, View(b=self.other))


PAIR_GROUP, PAIR_KEY = "Two at once", "pair-"  # in the gallery: the group, and what stands before a pair's key
PAIRS = {
    "activations": Pair(
        "ReLU or sigmoid, six layers",
        Config(hidden=(8,) * 6),
        "activation",
        "sigmoid",
        "Through six sigmoid layers almost no gradient reaches the first one, so B still guesses after 1000 epochs. A, with "
        "ReLU, is right on 97.5 % of the training set.",
    ),
    "rates": Pair(
        "Rate 0.1 or 3",
        Config(),
        "learning_rate",
        3.0,
        "Thirty times the learning rate: B reaches a training loss of 0.3 within 14 epochs, A needs 354.",
    ),
    "initial": Pair(
        "Zero or He weights",
        Config(initializer="zeros"),
        "initializer",
        "he",
        "With all weights zero, every ReLU unit gives zero and gets no gradient: A stays at the loss of guessing, 0.6931.",
    ),
    "optimizers": Pair(
        "SGD or Adam",
        Config(learning_rate=0.01),
        "optimizer",
        "adam",
        "At the same small rate, Adam divides each step by the gradient's usual size: its loss ends at 0.0718, that of SGD at "
        "0.3988.",
    ),
    "batches": Pair(
        "Batch of 10 or full",
        Config(batch_size=10, epochs=100),
        "batch_size",
        None,
        "A takes 80 steps an epoch, B one. After 100 epochs, A has a loss of 0.0726 and B of 0.3987.",
    ),
    "penalty": Pair(
        "Without or with L2",
        PRESETS["overfitting"].config,
        "l2",
        0.03,
        "A learns 30 points by heart, and its test loss climbs to 8.2131. The penalty keeps the test loss of B at 0.4157.",
    ),
    "units": Pair(
        "10 units or 2",
        Config(learning_rate=1.0),
        "hidden",
        (2,),
        "Ten units can bend the boundary around both moons: 97.6 % are right. Two units allow two bends: 87.5 %.",
    ),
    "seeds": Pair(
        "Two seeds",
        Config(dataset="xor_gate", hidden=(2,), learning_rate=0.5, epochs=2000, weight_seed=1, **TANH),
        "weight_seed",
        3,
        "Only the random initial weights differ: A ends in a local minimum at the loss 0.3481, B solves XOR.",
    ),
}
