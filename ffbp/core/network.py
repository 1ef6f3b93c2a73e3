"""The network: layers of ``a = g(W a + b)``; forward computes the outputs, backward the gradient.

Columns are samples, so the code reads like the formulas. All parameters lie in one flat vector ``theta`` and their
gradients in ``grad``; a layer's ``W, b, dW, db`` are views into them. Inside, a layer is one block ``[W b]``, and every
activation has a row of ones below it, so one matrix product covers both the weights and the bias.

``theta`` may also be a stack of shape (..., n_params). The same lines then run many networks at once; this is how the
metrics of all recorded frames, the maps and the gradient check are computed.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from ffbp.core.activations import ACTIVATIONS, Activation
from ffbp.core.losses import LOSSES, Loss
from ffbp.core.memory import aligned, aligned_full


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer's views into theta and grad: W (n_out, n_in), b (n_out, 1), and dW, db of the same shapes."""

    activation: Activation
    block: np.ndarray
    dblock: np.ndarray

    def __post_init__(self):
        for name, array in (("W", self.block[..., :-1]), ("b", self.block[..., -1:])):
            object.__setattr__(self, name, array)
        for name, array in (("dW", self.dblock[..., :-1]), ("db", self.dblock[..., -1:])):
            object.__setattr__(self, name, array)
        object.__setattr__(self, "W_T", self.W.mT)

    @property
    def n_out(self) -> int:
        return self.block.shape[-2]

    @property
    def n_in(self) -> int:
        return self.block.shape[-1] - 1


class Trace:
    """The arrays of one forward and backward pass; index l is the l of the formulas, and index 0 the inputs.

    A[l], Z[l], delta[l], slope[l]: (..., n_out, n), with a stack's leading axes; Z[0], delta[0] and slope[0] are None.
    After backward, slope[l] is g'(Z[l]); a canonical pair does not need the output's and does not fill it in.
    """

    def __init__(self, sizes: Sequence[int], n: int, leading: tuple[int, ...] = (), dtype=float):
        self.n = n
        shapes = [(*leading, n_out, n) for n_out in sizes[1:]]
        self.Z = [None, *(aligned(shape, dtype) for shape in shapes)]
        self.delta = [None, *(aligned(shape, dtype) for shape in shapes)]
        self.slope = [None, *(aligned(shape, dtype) for shape in shapes)]
        self.loss_work = (self.slope[-1], aligned(shapes[-1], dtype))  # scratch until the slope is written
        self.A_ones = [aligned_full((sizes[0] + 1, n), 1.0, dtype)]
        self.A_ones += [aligned_full((*leading, n_out + 1, n), 1.0, dtype) for n_out in sizes[1:]]
        self.A = [A[..., :-1, :] for A in self.A_ones]
        self.network = None

    def set_inputs(self, inputs: np.ndarray) -> None:
        """Use these input columns with a row of ones below them, without copying.

        Shape (n_in + 1, n), shared by a stack, or with the stack's leading axes.
        """
        self.A_ones[0], self.A[0] = inputs, inputs[..., :-1, :]
        self.network = None

    def sharing(self, inputs: np.ndarray) -> "Trace":
        """A trace for other inputs of the same shape that shares all other arrays with this one."""
        trace = copy(self)
        trace.A_ones, trace.A = self.A_ones.copy(), self.A.copy()
        trace.set_inputs(inputs)
        return trace

    def bind(self, network: "Network") -> None:
        """Look up once what each layer's lines need, because at every step it would cost a tenth of the training.

        ``up``, from the first layer, and ``down``, from the last: the functions and arrays of `Network.propagate` and of
        `Network.backpropagate`. ``last``: Z, A and delta of the output, and the constant of a canonical delta.
        """
        self.network = network
        self.up = [network.operands_up(l, self) for l in range(1, len(network.layers) + 1)]
        self.down = [network.operands_down(l, self) for l in range(len(network.layers), 0, -1)]
        scale = np.array(network.delta_scale / max(self.n, 1), dtype=self.delta[-1].dtype)
        self.last = self.Z[-1], self.A[-1], self.delta[-1], scale


class Network:
    """A feed-forward network of fully connected layers.

    sizes: units per layer, the inputs first, for example (2, 10, 1). activations: one per layer after the inputs, as
    keys or `Activation` entries. loss: a key or a `Loss`. l1, l2: penalty l1 Σ|W| + l2/2 ΣW², weights only; in a stack,
    numbers or columns (..., 1). task: "classification" or "regression", for `predict` and `score`; by default regression
    if the loss is ``mse``.
    theta: parameters to use, not copied, shape (..., n_params); by default zeros. one_by_one: sum each weight's
    gradient separately and in the same order, so that units with equal weights have gradients equal to the last bit.
    each: in a stack, do exactly as each network does by itself; else the last bits may differ, at less cost.
    Raises ValueError if the arguments do not fit together.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: Sequence[str | Activation],
        *,
        loss: str | Loss = "bce",
        task: str | None = None,
        l1: float | np.ndarray = 0.0,
        l2: float | np.ndarray = 0.0,
        theta: np.ndarray | None = None,
        one_by_one: bool = False,
        each: bool = False,
    ):
        self.sizes = tuple(int(size) for size in sizes)
        self.activations = tuple(_entry("activation", a, ACTIVATIONS) for a in activations)
        self.loss_function = _entry("loss", loss, LOSSES)
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise ValueError(f"sizes must be at least two positive numbers, got {sizes!r}")
        if len(self.activations) != len(self.sizes) - 1:
            raise ValueError(f"activations must be {len(self.sizes) - 1}, one a layer, got {len(self.activations)}")
        if any(activation.coupled for activation in self.activations[:-1]):
            raise ValueError("softmax must be the output activation; choose another one for the hidden layers")
        if not self.loss_function.admits(self.activations[-1]):
            raise ValueError(
                f"output activation must suit the loss {self.loss_function.key!r}, got {self.activations[-1].key!r}"
            )
        self.task = task or ("regression" if self.loss_function.key == "mse" else "classification")
        self.canonical = self.loss_function.canonical == self.activations[-1].key
        self.delta_scale = self.loss_function.scale(self.sizes[-1])
        self.from_logits = self.loss_function.value_from_logits if self.canonical else None
        if each and self.from_logits is not None:
            self.from_logits = partial(self.from_logits, each=True)
        self.l1, self.l2, self.penalised = l1, l2, bool(np.any(l1) or np.any(l2))
        self.theta = np.zeros(count_params(self.sizes)) if theta is None else theta
        if self.theta.shape[-1:] != (count_params(self.sizes),):
            raise ValueError(f"theta must hold {count_params(self.sizes)} numbers, got the shape {self.theta.shape}")
        self.grad = np.zeros_like(self.theta)
        self.layers = [
            Layer(activation, block, dblock)
            for activation, block, dblock in zip(
                self.activations, self.blocks(self.theta), self.blocks(self.grad), strict=True
            )
        ]
        self.one_by_one, self.each = one_by_one, each
        self.weight_mask = np.zeros(self.n_params)
        for block in self.blocks(self.weight_mask):
            block[:, :-1] = 1.0

    @property
    def n_params(self) -> int:
        return self.theta.shape[-1]

    @property
    def gives_probabilities(self) -> bool:
        """Whether the outputs are the classes' probabilities: softmax, or a single output; several sigmoids are not."""
        return self.task == "classification" and (self.sizes[-1] == 1 or self.activations[-1].coupled)

    def blocks(self, flat: np.ndarray) -> list[np.ndarray]:
        """Each layer's ``[W b]`` as views into a flat vector (..., n_params): shapes (..., n_out, n_in + 1)."""
        views, start = [], 0
        for n_in, n_out in pairwise(self.sizes):
            stop = start + n_out * (n_in + 1)
            views.append(flat[..., start:stop].reshape(*flat.shape[:-1], n_out, n_in + 1))
            start = stop
        return views

    def with_theta(self, theta: np.ndarray) -> "Network":
        """The same network with other parameters, or a stack of them, shape (..., n_params); not copied."""
        options = {"loss": self.loss_function, "task": self.task, "l1": self.l1, "l2": self.l2}
        return type(self)(self.sizes, self.activations, **options, theta=theta, one_by_one=self.one_by_one)

    def initialize(self, initializer, *, random_state: np.random.RandomState, scale: float = 1.0, bias: float = 0.0):
        """Draw all weights, layer by layer from one stream, and set all biases; in place."""
        for layer in self.layers:
            layer.W[...] = initializer(layer.n_in, layer.n_out, random_state=random_state, scale=scale)
            layer.b[...] = bias

    def has_clones(self) -> bool:
        """Whether a layer has units with equal weights and biases."""
        return any(len({row.tobytes() for row in block + 0.0}) < len(block) for block in self.blocks(self.theta))

    def new_trace(self, n: int) -> Trace:
        """Memory for a pass over n samples."""
        return Trace(self.sizes, n, self.theta.shape[:-1], self.theta.dtype)

    def forward(self, X: np.ndarray, out: Trace | None = None) -> Trace:
        """The feed-forward pass over X (n_samples, n_inputs). With ``out=`` nothing is allocated."""
        X = self.inputs(X)
        trace = self.new_trace(len(X)) if out is None else out
        np.copyto(trace.A[0], X.T)
        with np.errstate(over="ignore", invalid="ignore"):
            return self.propagate(trace)

    def propagate(self, trace: Trace) -> Trace:
        """Forward from the inputs that the trace holds: Z[l] = W[l] A[l-1] + b[l], A[l] = g(Z[l])."""
        if trace.network is not self:
            trace.bind(self)
        for product, W_b, A_ones, Z, g, A in trace.up:
            product(W_b, A_ones, Z)  # Z[l] = [W b] [A; 1]
            g(Z, A)  # A[l] = g(Z[l])
        return trace

    def operands_up(self, l: int, trace: Trace) -> tuple:
        """The functions and arrays of one layer's lines in `propagate`; see `Trace.bind`."""
        layer = self.layers[l - 1]
        # For whole arrays, np.dot gives the same bits at half the price of a call; a batch of the inputs is a slice.
        product = np.dot if self.theta.ndim == 1 and l > 1 else np.matmul
        return product, layer.block, trace.A_ones[l - 1], trace.Z[l], layer.activation.forward, trace.A[l]

    def backward(self, y: np.ndarray, trace: Trace) -> np.ndarray:
        """The gradient of the mean loss, penalty included, for targets y; fills ``grad``, and so every dW and db."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self.backpropagate(self.targets(y), trace)

    def backpropagate(self, Y: np.ndarray, trace: Trace) -> np.ndarray:
        """Backward from the target columns Y (n_outputs, n): the output's delta, then layer by layer."""
        self.output_delta(Y, trace)
        for outer, delta, A_ones, dW_db, product, W_T, delta_below, slope_of, Z, A, slope in trace.down:
            outer(delta, A_ones, dW_db)  # [dW db] = delta [A; 1].T
            if product is not None:
                product(W_T, delta, delta_below)  # dLoss/dA below
                np.multiply(delta_below, slope_of(Z, A, slope), delta_below)  # delta below
        if self.penalised:
            self.grad += self.weight_mask * (self.l1 * np.sign(self.theta) + self.l2 * self.theta)
        return self.grad

    def operands_down(self, l: int, trace: Trace) -> tuple:
        """The functions and arrays of one layer's lines in `backpropagate`; see `Trace.bind`."""
        layer, delta, A_ones = self.layers[l - 1], trace.delta[l], trace.A_ones[l - 1]
        outer = (self._product_of(delta, A_ones.mT), delta, A_ones.mT)
        if self.one_by_one:
            outer = (self.sum_one_by_one, delta, A_ones)
        if l == 1:
            return (*outer, layer.dblock, *(None,) * 7)
        # In a stack, the outer product of a single output is a plain multiplication at half the price (measured).
        outer_below = self.theta.ndim > 1 and layer.n_out == 1
        return (
            *outer,
            layer.dblock,
            np.multiply if outer_below else self._product_of(layer.W_T, delta),
            layer.W_T,
            trace.delta[l - 1],
            self.activations[l - 2].derivative,
            trace.Z[l - 1],
            trace.A[l - 1],
            trace.slope[l - 1],
        )

    def _product_of(self, a, b):
        # np.dot takes single matrices only, but is three times as fast for outer products.
        if self.theta.ndim == 1:
            return np.dot
        return product_of_each(a, b) if self.each else np.matmul

    @staticmethod
    def sum_one_by_one(delta: np.ndarray, A_ones: np.ndarray, dblock: np.ndarray) -> None:
        """[dW db] = delta [A; 1].T, in place, one dot product per weight.

        A matrix product may sum each row in a different order. The gradients of equal units would then differ in their
        last bits, and Adam would amplify the difference. Summed one by one, clones stay clones.
        """
        np.vecdot(delta[..., :, None, :], A_ones[..., None, :, :], out=dblock)

    def output_delta(self, Y: np.ndarray, trace: Trace) -> None:
        """dLoss/dZ of the output: (a - y)/n times the loss's constant for a canonical pair, else by the chain rule."""
        if trace.network is not self:
            trace.bind(self)
        Z, A, delta, scale = trace.last
        if self.canonical:
            np.subtract(A, Y, delta)
            np.multiply(delta, scale, delta)
        else:
            self.loss_function.gradient(A, Y, delta)
            self.layers[-1].activation.backward(Z, A, delta, trace.slope[-1])

    def data_loss(self, Y: np.ndarray, trace: Trace):
        """The loss without penalty, from a forward pass: a number, or one for each network of a stack."""
        if self.from_logits is not None:
            return self.from_logits(trace.Z[-1], trace.A[-1], Y, trace.loss_work)
        return self.loss_function.value(trace.A[-1], Y)

    def penalty(self):
        """l1 Σ|W| + l2/2 ΣW²: a number, or one for each network of a stack."""
        weights, penalty = self.theta * self.weight_mask, np.zeros((*self.theta.shape[:-1], 1))
        if np.any(self.l1):
            penalty += self.l1 * np.abs(weights).sum(axis=-1, keepdims=True)
        if np.any(self.l2):
            penalty += self.l2 / 2 * np.square(weights).sum(axis=-1, keepdims=True)
        return penalty[..., 0][()]

    def inputs(self, X: np.ndarray) -> np.ndarray:
        """X as an array of floats (n_samples, n_inputs). Raises ValueError for another shape."""
        X = np.asarray(X, dtype=float)
        if X.ndim != 2 or X.shape[1] != self.sizes[0]:
            raise ValueError(f"X must have the shape (n_samples, {self.sizes[0]}), got {X.shape}")
        return X

    def targets(self, y: np.ndarray) -> np.ndarray:
        """Targets y (n_samples,) or (n_samples, n_outputs) as columns (n_outputs, n_samples); classes are one-hot."""
        y = np.asarray(y)
        n_outputs = self.sizes[-1]
        if y.ndim == 1 and n_outputs > 1:
            return (y == np.arange(n_outputs)[:, None]).astype(float)
        Y = np.ascontiguousarray(np.atleast_2d(y) if y.ndim == 1 else y.T, dtype=float)
        if Y.ndim != 2 or len(Y) != n_outputs:
            raise ValueError(f"y must have the shape (n_samples,) or (n_samples, {n_outputs}), got {y.shape}")
        return Y

    def loss(self, X: np.ndarray, y: np.ndarray):
        """The loss on X (n_samples, n_inputs) and y without the penalty, which `penalty()` gives."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self.data_loss(self.targets(y), self.forward(X))

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """The outputs for X (n_samples, n_inputs): shape (n_samples, n_outputs)."""
        return np.swapaxes(self.forward(X).A[-1], -1, -2).copy()

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(n_samples,): the class (p > 0.5, or the largest output), or the value in regression."""
        decided = self.decide(self.forward(X).A[-1])
        return decided if self.task == "regression" else decided.astype(int)

    def decide(self, A: np.ndarray) -> np.ndarray:
        """Output columns (..., n_outputs, n) to classes or values (..., n)."""
        if self.task == "regression":
            return A[..., 0, :].copy()
        if self.sizes[-1] == 1:
            return (A[..., 0, :] > 0.5).view(np.uint8)
        return A.argmax(axis=-2)

    def score(self, X: np.ndarray, y: np.ndarray):
        """Accuracy in classification, R² in regression."""
        return self.score_outputs(self.forward(X).A[-1], self.targets(y))

    def score_outputs(self, A: np.ndarray, Y: np.ndarray):
        """Accuracy or R² from output columns A (..., n_outputs, n) and target columns Y; R² is NaN for constant Y."""
        if self.task == "regression":
            total = np.square(Y - Y.mean(axis=-1, keepdims=True)).sum(axis=(-2, -1))
            with np.errstate(over="ignore", invalid="ignore"):
                residual = np.square(A - Y).sum(axis=(-2, -1))
            return 1 - residual / np.where(total > 0, total, np.nan)
        right = ((A > 0.5) == (Y > 0.5))[..., 0, :] if self.sizes[-1] == 1 else A.argmax(axis=-2) == Y.argmax(axis=-2)
        return (np.count_nonzero(right) if right.ndim == 1 else right.sum(axis=-1)) / A.shape[-1]


def product_of_each(a: np.ndarray, b: np.ndarray) -> Callable:
    """The function of (a, b, out) that writes a @ b, for stacks of matrices, with the bits of np.dot for each pair.

    np.dot copies a matrix that is a slice of a larger one, np.matmul does not, and then they sum in different orders.
    Rows and columns are never copied.
    """
    copied = [1 not in array.shape[-2:] and not array[(0,) * (array.ndim - 2)].flags.forc for array in (a, b)]
    if not any(copied):
        return np.matmul

    def product(a, b, out):
        a, b = (np.ascontiguousarray(array) if copy else array for array, copy in zip((a, b), copied, strict=True))
        return np.matmul(a, b, out)

    return product


def with_ones(X: np.ndarray) -> np.ndarray:
    """X (n, n_inputs) as contiguous columns with a row of ones below: (n_inputs + 1, n)."""
    columns = aligned_full((X.shape[1] + 1, len(X)), 1.0)
    columns[:-1] = X.T
    return columns


def count_params(sizes: Sequence[int]) -> int:
    """The number of weights and biases of a network: (n_in + 1) n_out, summed over layers."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


def _entry(kind, key, registry):
    """The registry's entry for a key; an entry is returned as it is."""
    if isinstance(key, str) and key not in registry:
        raise ValueError(f"unknown {kind} {key!r}; choose from {', '.join(registry)}")
    return registry[key] if isinstance(key, str) else key
