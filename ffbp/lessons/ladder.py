"""The ladder of practice: items from the sum z to Adam's first step, without end, each from a rung and a number.

Every item comes from a network small enough for paper, with weights on a grid of tenths. The same rung and number always give the
same item, so an address can name it. Three right answers in a row lead one rung up; a mistake that has a name, one down.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ffbp.analysis.passes import Pass, pass_over
from ffbp.core.network import Network
from ffbp.experiment.config import Config
from ffbp.lessons import asking
from ffbp.lessons.item import Item
from ffbp.words.of_an_item import RUNGS

IN_A_ROW = 3  # right answers that lead one rung up
MAX_ITEM = 99_999
TRIES = 400  # draws until an item is clear
OUTPUTS = (("bce", "sigmoid"), ("bce", "sigmoid"), ("mse", "sigmoid"), ("mse", "identity"))
RATES, CLIPS = (0.1, 0.2, 0.5, 1.0), (0.25, 0.5, 1.0)
INPUTS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Small:
    """A small network with one sample: hidden units (() for a single neuron), activation, loss, output, inputs, target, theta."""

    hidden: tuple[int, ...]
    activation: str
    loss: str
    output: str
    x: tuple[float, ...]
    y: float
    theta: tuple[float, ...]
    rate: float
    clip: float

    @property
    def sizes(self) -> tuple[int, ...]:
        return (len(self.x), *self.hidden, 1)

    def forward_and_backward(self) -> Pass:
        """The pass of the sample, by the core."""
        activations = (*(self.activation for _ in self.hidden), self.output)
        network = Network(self.sizes, activations, loss=self.loss, task="classification", theta=np.array(self.theta))
        return pass_over(network, np.array([self.x]), np.array([self.y]))

    def config(self) -> Config | None:
        """The experiment that begins with this network, the sample first; None where the tool has no such experiment."""
        if self.output != "sigmoid" or not self.hidden:
            return None
        points = ((*self.x, self.y), (self.x[1], self.x[0] + 1.0, 1.0 - self.y))
        return Config(
            dataset="xor", points=points, test_size=0.0, hidden=self.hidden, activation=self.activation, loss=self.loss,
            output_activation=self.output, initial_theta=self.theta, learning_rate=self.rate, epochs=200,
        )  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """An item with the small network it is about, and the place of its number: layer and unit."""

    item: Item
    small: Small
    layer: int
    unit: int


def _two_two_one(rng, *, activations=("sigmoid", "tanh", "relu"), outputs=OUTPUTS) -> Small:
    activation, (loss, output) = activations[rng.randint(len(activations))], outputs[rng.randint(len(outputs))]
    return _small(rng, (2,), activation, loss, output)


def _neuron(rng) -> Small:
    loss, output = OUTPUTS[rng.randint(len(OUTPUTS))]
    return _small(rng, (), "identity", loss, output)


def _small(rng, hidden, activation, loss, output):
    n_params = 9 if hidden else 3
    theta = rng.randint(-9, 10, n_params) / 10
    theta[theta == 0] = 0.5
    x = rng.choice(INPUTS, 2, replace=False)
    numbers = tuple(float(w) for w in theta), float(rng.choice(RATES)), float(rng.choice(CLIPS))
    return Small(hidden, activation, loss, output, tuple(float(v) for v in x), float(rng.randint(2)), *numbers)


def _sum(rng):
    small, unit = _two_two_one(rng), int(rng.randint(1, 3))
    return Drawn(asking.ask_sum(small.forward_and_backward(), 1, unit), small, 1, unit)


def _activation(rng):
    small, unit = _two_two_one(rng), int(rng.randint(1, 3))
    return Drawn(asking.ask_activation(small.forward_and_backward(), 1, unit), small, 1, unit)


def _output_delta(rng):
    small = _two_two_one(rng)
    return Drawn(asking.ask_output_delta(small.forward_and_backward()), small, 2, 1)


def _output_gradient(rng):
    small, source = _two_two_one(rng), int(rng.randint(1, 3))
    return Drawn(asking.ask_gradient(small.forward_and_backward(), 2, 1, source), small, 2, 1)


def _hidden_delta(rng):
    small, unit = _two_two_one(rng, activations=("sigmoid", "tanh", "tanh", "relu")), int(rng.randint(1, 3))
    return Drawn(asking.ask_hidden_delta(small.forward_and_backward(), 1, unit), small, 1, unit)


def _hidden_gradient(rng):
    small, unit, source = _two_two_one(rng), *(int(i) for i in rng.randint(1, 3, 2))
    return Drawn(asking.ask_gradient(small.forward_and_backward(), 1, unit, source), small, 1, unit)


def _new_weight(rng):
    small, unit, source = _two_two_one(rng), *(int(i) for i in rng.randint(1, 3, 2))
    p = small.forward_and_backward()
    return Drawn(asking.ask_new_weight(p, 1, unit, source, small.rate), small, 1, unit)


def _clipped(rng):
    while True:
        small, source = _neuron(rng), int(rng.randint(1, 3))
        p = small.forward_and_backward()
        if np.any(p.network.grad):  # a gradient of 0 has no length to clip
            break
    return Drawn(asking.ask_clipped(p, 1, 1, source, small.rate, small.clip), small, 1, 1)


def _adam(rng):
    small, unit, source = _two_two_one(rng), *(int(i) for i in rng.randint(1, 3, 2))
    small = replace(small, rate=small.rate / 10)
    return Drawn(asking.ask_adam(small.forward_and_backward(), 1, unit, source, small.rate), small, 1, unit)


LADDER: dict[str, Callable[[np.random.RandomState], Drawn]] = dict(
    zip(
        RUNGS,
        (
            _sum,
            _activation,
            _output_delta,
            _output_gradient,
            _hidden_delta,
            _hidden_gradient,
            _new_weight,
            _clipped,
            _adam,
        ),
        strict=True,
    )
)


def draw(rung: str, number: int) -> Drawn:
    """Item ``number`` of a rung (a key of RUNGS): the first draw of this seed that is clear and neither tiny nor trivial."""
    rng = np.random.RandomState([list(LADDER).index(rung), number])
    for _ in range(TRIES):
        drawn = LADDER[rung](rng)
        if _is_good(drawn):
            return drawn
    raise AssertionError(f"no clear item of {rung}, {number}")


def _is_good(drawn) -> bool:
    """Whether an item is clear, has at least two known mistakes, and its numbers survive rounding to what is shown."""
    item, p = drawn.item, drawn.small.forward_and_backward()
    size = abs(item.value if item.origin is None else item.value - item.origin)
    outputs, deltas = np.abs(p.trace.A[-1]), np.concatenate([d.ravel() for d in p.trace.delta[1:]])
    sure = drawn.small.output == "sigmoid" and not 0.05 < outputs.min() <= outputs.max() < 0.95
    tiny = np.abs(deltas[deltas != 0]).min(initial=1.0) < 0.02
    return len(item.slips) >= 2 and item.is_clear and not sure and not tiny and (size == 0 or 0.01 <= size < 10)


@dataclass(frozen=True)
class Standing:
    """Where somebody is on the ladder: rung from 1, the item's number, how many were right of how many, and right in a row."""

    rung: int = 1
    item: int = 1
    right: int = 0
    tried: int = 0
    streak: int = 0

    @property
    def key(self) -> str:
        """The rung's key."""
        return tuple(LADDER)[self.rung - 1]

    @property
    def drawn(self) -> Drawn:
        return draw(self.key, self.item)

    def answered(self, *, right: bool, slip: str | None = None) -> "Standing":
        """After the first answer to an item, on the next one."""
        next_item = self.item % MAX_ITEM + 1
        tried = min(self.tried + 1, MAX_ITEM)
        if not right:
            rung = max(self.rung - 1, 1) if slip else self.rung
            return Standing(rung, next_item, self.right, tried, 0)
        if self.streak + 1 < IN_A_ROW:
            return Standing(self.rung, next_item, min(self.right + 1, MAX_ITEM), tried, self.streak + 1)
        return Standing(min(self.rung + 1, len(LADDER)), next_item, min(self.right + 1, MAX_ITEM), tried, 0)

    def skipped(self) -> "Standing":
        """On the next item without an answer."""
        return replace(self, item=self.item % MAX_ITEM + 1)

    def on(self, rung: int) -> "Standing":
        """On another rung."""
        return replace(self, rung=rung, streak=0)
