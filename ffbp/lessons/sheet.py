"""A worksheet: one pass of one sample through a small network, some of its numbers left blank; and the key with every step.

The numbers of a pass are the items of practice in the order in which they are worked out. Variant 0 is the experiment itself at a
frame; other variants have the same layers with weights and inputs on a grid of tenths, drawn from the variant's number.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ffbp.analysis.passes import Pass, pass_over
from ffbp.core.network import Network
from ffbp.lessons import asking
from ffbp.lessons.item import Item
from ffbp.lessons.ladder import INPUTS
from ffbp.words.of_an_item import RUNGS

KINDS = tuple(kind for kind in RUNGS if kind not in ("clipped", "adam"))  # of numbers on a sheet, in their order
FORWARD, BACKWARD, UPDATE = PARTS = ("Forward", "Backward", "Update")
MAX_UNITS, MAX_PARAMS, MAX_LAYERS = 4, 40, 3
MAX_VARIANT = 999
TRIES = 200
LARGEST = 1000.0  # number on a sheet
RANGE = 4.0  # the largest |z| of a drawn variant: the table of values goes as far


class TooLarge(ValueError):
    """The network has too many numbers for paper, or formulas that are too long; the text says which."""


@dataclass(frozen=True)
class Row:
    """A number of the pass: its part of the sheet, its kind (of KINDS), its unit (layer and unit, from 1) and its item.

    blank: whether the student finds it.
    """

    part: str
    kind: str
    unit: tuple[int, int]
    item: Item
    blank: bool = False

    @property
    def name(self) -> str:
        """The name of the number, a formula; that of a weight after the step begins with "new"."""
        return f"new {self.item.name}" if self.part == UPDATE else self.item.name

    @property
    def names(self) -> tuple[str, str, str]:
        """How the number can be chosen: with all of its layer, with all of its unit, or alone: "1", "1.2", "z[1][2]"."""
        layer, unit = self.unit
        return f"{layer}", f"{layer}.{unit}", self.name


@dataclass(frozen=True)
class Question:
    """A lesson's question about the pass, its answer and the explanation, as lessons write them, with numbers filled in.

    row: the number that is asked for, if it is one of the pass. is_claim: whether the answer is true or false.
    """

    text: str
    answer: str
    explain: str
    row: Row | None = None
    is_claim: bool = False


@dataclass(frozen=True)
class Sheet:
    """A pass, its numbers in order, and the learning rate of the step at its end.

    Of a lesson's step also: its number, text and question, and the address of its page, "" for others. has_target: whether the
    sample has one; typed inputs have not.
    """

    p: Pass
    rows: tuple[Row, ...]
    rate: float
    variant: int = 0
    heading: str = "One step of training by hand"
    step: int | None = None
    text: str = ""
    question: Question | None = None
    link: str = ""
    has_target: bool = True

    @property
    def blanks(self) -> list[Row]:
        return [row for row in self.rows if row.blank]


def check(network: Network) -> None:
    """Raise TooLarge for a network that does not fit on paper, or has a deliberate fault: its key would be wrong."""
    sizes = network.sizes
    if type(network) is not Network:
        raise TooLarge(
            "this run has a deliberate fault, and worksheets are made of healthy runs only; take the fault out"
        )
    if max(sizes) > MAX_UNITS or network.n_params > MAX_PARAMS or len(sizes) - 1 > MAX_LAYERS:
        raise TooLarge(
            f"a worksheet holds at most {MAX_UNITS} inputs or units a layer, {MAX_LAYERS} layers and {MAX_PARAMS} parameters; this "
            f"network has the layers {'-'.join(map(str, sizes))} and {network.n_params} parameters"
        )
    odd = [each.label for each in network.activations if each.key not in asking.VALUES]
    if odd:
        labels = "Sigmoid, Tanh, ReLU, Identity or Softmax"
        raise TooLarge(f"a worksheet has the activations {labels}; this network has {odd[0]}")


def sheet_of(
    network: Network,
    X: np.ndarray,
    y: np.ndarray,
    *,
    rate: float,
    kinds: Collection[str] = KINDS,
    only: Collection[str] = (),
    variant: int = 0,
) -> Sheet:
    """The sheet of a sample X (1, n_inputs), y (1,), or of a variant with other numbers.

    kinds: of KINDS, are left blank. only: of these, only the numbers of some layers ("1") or units ("1.2"), or single ones
    ("z[1][2]"). Raises TooLarge, and ValueError for one of ``only`` that the network does not have.
    """
    check(network)
    p = pass_over(network.with_theta(network.theta.copy()), X, y) if variant == 0 else _drawn(network, y, variant)
    numbers = np.concatenate([p.network.theta, p.network.grad, *(each.ravel() for each in p.trace.Z[1:])])
    if not np.abs(numbers).max() < LARGEST:  # NaN, too
        raise TooLarge("the numbers of this epoch are too large for paper")
    rows = tuple(Row(*number) for number in _numbers(p, rate))
    known = choices(rows)
    for each in only:
        if each not in known:
            raise ValueError(f"unknown number {each!r}; write a layer as 1, a unit as 1.2, or a number as {known[-1]}")
    chosen = (row.kind in kinds and (not only or bool({*only} & {*row.names})) for row in rows)
    return Sheet(p, tuple(replace(row, blank=blank) for row, blank in zip(rows, chosen, strict=True)), rate, variant)


def choices(rows: Iterable[Row]) -> list[str]:
    """Everything that can be left blank alone: the layers, the units, the numbers."""
    return [name for names in zip(*(row.names for row in rows), strict=True) for name in dict.fromkeys(names)]


def _drawn(network, y, variant) -> Pass:
    """The pass of a variant: the first draw whose sums are neither tiny nor beyond the table of values."""
    rng = np.random.RandomState(variant)
    for _ in range(TRIES):
        theta = rng.randint(-9, 10, network.n_params) / 10
        theta[theta == 0] = 0.5
        x = rng.choice(INPUTS, network.sizes[0])
        target = y if network.task == "regression" else _class(rng, network, y)
        p = pass_over(network.with_theta(theta), x[None], target)
        sums = np.abs(np.concatenate([z.ravel() for z in p.trace.Z[1:]]))
        deltas = np.abs(p.trace.delta[-1])
        if sums.min() >= 0.05 and sums.max() <= RANGE and deltas.min() > 0.02:
            break
    return p


def _class(rng, network, y):
    return np.array([rng.randint(max(network.sizes[-1], 2))], dtype=y.dtype)


def _numbers(p: Pass, rate: float) -> Iterator[tuple[str, str, tuple[int, int], Item]]:
    """All numbers of a pass in the order in which they are worked out."""
    sizes, last = p.network.sizes, len(p.network.layers)
    for l in range(1, last + 1):
        for unit in range(1, sizes[l] + 1):
            yield FORWARD, "sum", (l, unit), asking.ask_sum(p, l, unit)
        for unit in range(1, sizes[l] + 1):
            yield FORWARD, "activation", (l, unit), asking.ask_activation(p, l, unit)
    for l in range(last, 0, -1):
        delta, gradient = ("output_delta", "output_gradient") if l == last else ("hidden_delta", "hidden_gradient")
        for unit in range(1, sizes[l] + 1):
            item = asking.ask_output_delta(p, unit) if l == last else asking.ask_hidden_delta(p, l, unit)
            yield BACKWARD, delta, (l, unit), item
        for unit in range(1, sizes[l] + 1):
            for source in range(1, sizes[l - 1] + 2):
                yield BACKWARD, gradient, (l, unit), asking.ask_gradient(p, l, unit, source)
    for source in range(1, sizes[last - 1] + 2):
        yield UPDATE, "new_weight", (last, 1), asking.ask_new_weight(p, last, 1, source, rate)
