"""Measurements of a stack of parameters: losses, scores, gradients and their norms, one row per parameter vector.

The recorder measures its frames here; any other stack of parameters of the same network is measured in the same way.
"""

from collections.abc import Generator

import numpy as np

from ffbp.core.network import Network, Trace, with_ones
from ffbp.core.stacks import stacks
from ffbp.data.dataset import Dataset
from ffbp.training.loop import clip_factor

LOSSES_AND_SCORES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "train_r2", "test_r2")


class Measures:
    """The columns of a history while they are filled, one row per parameter vector; NaN where nothing is measured.

    network: the architecture; dataset: the samples. inputs (n_in + 1, n_train) and targets (n_outputs, n_train) are the
    training set as columns. grad: (n, n_params), the gradient on the whole training set at each row. decided: in
    classification, the class that each row gives each sample, by the part's name, (n, n_samples).

    If the network is a stack of several, each row measures all of them, by `observe` only: all shapes have one more axis
    after the first, and targets are those that the stack is trained with. `take` copies what belongs to one of them.
    """

    def __init__(self, network: Network, dataset: Dataset, n: int, targets: np.ndarray | None = None):
        self.network, self.dataset = network, dataset
        self.inputs = with_ones(dataset.X_train)
        self.targets = network.targets(dataset.y_train) if targets is None else targets
        self.score = dataset.score_name
        classifies, shape = self.score == "accuracy", (n, *network.theta.shape[:-1])
        self.decided = {part.name: np.zeros((*shape, len(part.y)), np.uint8) for part in dataset.parts if classifies}
        self.mean_over_samples = np.full(self.inputs.shape[1], 1 / self.inputs.shape[1])
        self.grad = np.empty((n, *network.theta.shape))
        self.columns = {name: np.full(shape, np.nan) for name in LOSSES_AND_SCORES}
        for name in ("inactive", "saturated"):
            self.columns[name] = np.zeros((*shape, len(network.layers)), dtype=int)

    def take(self, stack: "Measures", k: int) -> None:
        """Copy what `observe` has stored for member k of a stack."""
        self.grad[...] = stack.grad[:, k]
        for name, column in self.columns.items():
            column[...] = stack.columns[name][:, k]
        if "train" in self.decided:
            self.decided["train"][...] = stack.decided["train"][:, k]

    def observe(self, network: Network, trace: Trace, rows: int | slice, loss) -> None:
        """Store the results of a forward and a backward pass over the training set, for one row or a slice of rows."""
        columns = self.columns
        columns["train_loss"][rows] = loss
        self._judge("train", rows, trace.A[-1], self.targets)
        self.grad[rows] = network.grad
        for l, layer in enumerate(network.layers, start=1):
            slope = trace.slope[l]
            if l == len(network.layers):
                layer.activation.derivative(trace.Z[l], trace.A[l], slope)
            limit = layer.activation.max_slope
            mean = np.dot(slope, self.mean_over_samples)
            # A unit whose slope is small on 95 % of the samples has a mean slope below this limit.
            if min(mean.ravel().tolist()) > 0.06 * limit:
                continue
            low = ~(mean.min(axis=-1) > 0.06 * limit) if mean.ndim > 1 else ()  # which networks, if there are several
            slope = np.abs(slope[low])
            columns["saturated"][rows, ..., l - 1][low] = ((slope < 0.01 * limit).mean(axis=-1) >= 0.95).sum(axis=-1)
            columns["inactive"][rows, ..., l - 1][low] = (slope.max(axis=-1) == 0).sum(axis=-1)

    def _judge(self, part, rows, A, Y):
        """Score the outputs; of classes, keep what they decide, because counting all rows at once is faster."""
        if part in self.decided:
            self.decided[part][rows] = self.network.decide(A)
        else:
            self.columns[f"{part}_{self.score}"][rows] = self.network.score_outputs(A, Y)

    def _count_right(self, part, y):
        if part in self.decided:
            self.columns[f"{part}_accuracy"][:] = np.count_nonzero(self.decided[part] == y, axis=1) / len(y)

    def on_training_set(self, theta: np.ndarray, *, first: int = 0) -> Generator[None, None, None]:
        """Measure the parameters (n, n_params) from row ``first`` on, in chunks."""
        for rows, stack, trace in stacks(self.network, theta.__getitem__, len(theta), self.inputs, first=first):
            with np.errstate(all="ignore"):
                stack.propagate(trace)
                loss = stack.data_loss(self.targets, trace)
                stack.backpropagate(self.targets, trace)
                self.observe(stack, trace, rows, loss)
            yield
        self._count_right("train", self.dataset.y_train)
        with np.errstate(all="ignore"):
            self.columns["penalty"] = self.network.with_theta(theta).penalty()

    def n_finite(self) -> int:
        """How many rows precede the first one whose loss or gradient is not finite."""
        n = len(self.columns["penalty"])
        total = self.columns["train_loss"][:n] + self.columns["penalty"]
        finite = np.isfinite(total) & np.isfinite(self.grad[:n]).all(axis=1)
        return n if finite.all() else int(np.argmin(finite))

    def keep(self, n: int) -> None:
        """Keep the first n rows of every column."""
        self.columns = {name: column[:n].copy() for name, column in self.columns.items()}
        self.decided = {name: decided[:n].copy() for name, decided in self.decided.items()}
        self.grad = self.grad[:n]

    def on_test_set(self, theta: np.ndarray) -> Generator[None, None, None]:
        """Measure the parameters (n, n_params) on the test set, in chunks; nothing happens if the test set is empty."""
        if not len(self.dataset.X_test):
            return
        inputs, targets = with_ones(self.dataset.X_test), self.network.targets(self.dataset.y_test)
        for rows, stack, trace in stacks(self.network, theta.__getitem__, len(theta), inputs):
            with np.errstate(all="ignore"):
                stack.propagate(trace)
                self.columns["test_loss"][rows] = stack.data_loss(targets, trace)
                self._judge("test", rows, trace.A[-1], targets)
            yield
        self._count_right("test", self.dataset.y_test)

    @np.errstate(all="ignore")
    def norms(self, theta: np.ndarray, change: np.ndarray, clip: float | None) -> None:
        """Per layer, the norms of gradients, of weights, and of each row's last change: (n, n_layers)."""
        network, grad = self.network, self.grad
        clipped = grad if clip is None else grad * clip_factor(grad, clip)
        flat = {"grad_norm": grad, "clipped_norm": clipped, "update_norm": change, "weight_norm": theta}
        for name, vectors in flat.items():
            self.columns[name] = np.column_stack([_norm(block[..., :-1]) for block in network.blocks(vectors)])
        self.columns["grad_norm_b"] = np.column_stack([_norm(block[..., -1:]) for block in network.blocks(grad)])
        n_weights = np.array([layer.W.size for layer in network.layers])
        self.columns["grad_rms"] = self.columns["grad_norm"] / np.sqrt(n_weights)


def _norm(block):
    """L2 norm over a layer's entries, one per row; if squares would overflow or vanish, the largest is factored out."""
    total = np.square(block).sum(axis=(-2, -1))
    norm = np.sqrt(total)
    extreme = ~((total > 1e-280) & (total < 1e280))
    if extreme.any():
        block = block[extreme]
        size = np.abs(block).max(axis=(-2, -1))
        size = np.where((size > 0) & np.isfinite(size), size, 1.0)
        norm[extreme] = size * np.sqrt(np.square(block / size[:, None, None]).sum(axis=(-2, -1)))
    return norm
