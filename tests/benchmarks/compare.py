"""Training against what one would pick instead: a textbook NumPy loop, scikit-learn, PyTorch eager, JAX jit.

    .venv-peers/bin/python tests/benchmarks/compare.py        # made by `python tests/peers/run.py`: PyTorch and JAX too
    .venv/bin/python tests/benchmarks/compare.py              # without them; their columns say so

Same network, same initial weights, same batches in the same order, same steps, float64, one thread for everybody; each
notes the loss of every step. Before anything is timed, all of them must end at the same loss. Then they run in turn, round
after round; a ratio is taken within a round, and its median and range over the rounds are the result. "recorded" is
`ffbp.train` with every frame and metric; "steps" the same updates without a recorder. JAX is timed twice: with its
compilation, as the first run pays it, and without.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import results
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

import ffbp
from ffbp.core.memory import aligned, aligned_full
from ffbp.core.network import count_params
from ffbp.experiment.build import dataset_for

BETAS = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}


@dataclass(frozen=True)
class Case:
    """sizes, full batch or batches of a size, sgd or adam, a number of epochs. config: the same as a Config, if it admits it."""

    name: str
    sizes: tuple[int, ...]
    epochs: int
    batch: int | None = None
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    config: ffbp.Config | None = None

    def data(self):
        """X (n, n_inputs), y (n,) classes."""
        if self.config is not None:
            dataset = dataset_for(self.config)
            return dataset.X_train, dataset.y_train.astype(int)
        rng = np.random.RandomState(0)
        return rng.rand(1280, self.sizes[0]), np.arange(1280) % self.sizes[-1]

    def network(self) -> ffbp.Network:
        """The network with its initial weights."""
        binary = self.sizes[-1] == 1
        activations = ["relu"] * (len(self.sizes) - 2) + ["sigmoid" if binary else "softmax"]
        network = ffbp.Network(self.sizes, activations, loss="bce" if binary else "cce")
        network.initialize(ffbp.INITIALIZERS["he"], random_state=np.random.RandomState(42))
        return network

    def weights(self):
        """Initial weights (n_in, n_out) and biases (n_out,) a layer, as other libraries hold them."""
        layers = self.network().layers
        return [layer.W.T.copy() for layer in layers], [layer.b[:, 0].copy() for layer in layers]

    def batches(self, n):
        size = self.batch or n
        return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def _config(hidden, epochs, **options):
    return ffbp.Config(hidden=hidden, epochs=epochs, shuffle=False, **options)


ADAM = {"optimizer": "adam", "learning_rate": 0.001}
CASES = [
    Case("reference: 2-10-1, full batch of 800, SGD", (2, 10, 1), 1000, config=ffbp.Config()),
    Case("2-10-1, batches of 10, Adam", (2, 10, 1), 10, batch=10, config=_config((10,), 10, batch_size=10, **ADAM), **ADAM),
    Case("2-8-8-8-1, full batch of 800, SGD", (2, 8, 8, 8, 1), 500, config=_config((8, 8, 8), 500)),
    Case("2-64-64-1, full batch of 800, SGD", (2, 64, 64, 1), 60, config=_config((64, 64), 60)),
    Case(
        "digits, 64-64-10, batches of 32, Adam", (64, 64, 10), 4, batch=32,
        config=_config((64,), 4, dataset="digits", columns=(), batch_size=32, **ADAM), **ADAM,
    ),
    Case("784-128-10, batches of 128, Adam", (784, 128, 10), 4, batch=128, **ADAM),
]  # fmt: skip


# Each way to train: make(case) returns a function without arguments that trains from the start and returns the last loss.


def ours(case: Case) -> Callable[[], float]:
    """The core's own steps, without a recorder."""
    X, y = case.data()
    start = case.network().theta
    optimizer = ffbp.OPTIMIZERS[case.optimizer]
    hyper = {name: BETAS[name] for name in optimizer.hyper}
    inputs, targets = np.vstack([X.T, np.ones(len(X))]), case.network().targets(y)
    batches = [(np.ascontiguousarray(inputs[:, b]), np.ascontiguousarray(targets[:, b])) for b in case.batches(len(X))]

    def run():
        network = case.network()
        network.theta[...] = start
        run.network = network
        state = np.zeros((optimizer.n_state, network.n_params))
        update = optimizer.bind(network.theta, network.grad, state, **hyper)
        arrays = {n: network.new_trace(n) for n in {Y.shape[1] for _, Y in batches}}
        traces = [(arrays[Y.shape[1]].sharing(inputs), Y) for inputs, Y in batches]
        losses, step = [], 0
        for _ in range(case.epochs):
            for trace, Y in traces:
                network.propagate(trace)
                losses.append(float(network.data_loss(Y, trace)))
                network.backpropagate(Y, trace)
                step += 1
                update(case.learning_rate, step)
        return losses[-1]

    return run


def recorded(case: Case):
    """`ffbp.train`: every frame, every metric."""
    if case.config is None:
        return None
    dataset = dataset_for(case.config)
    return lambda: ffbp.train(case.config, dataset).history.step_loss[-1]


def calls_alone(case: Case):
    """The reference experiment's NumPy calls, one after the other: what no design of ours can go below."""
    if not case.name.startswith("reference"):
        return None
    X, y = case.data()
    n, hidden = len(X), case.sizes[1]
    A0, Y = aligned_full((3, n), 1.0), aligned_full((1, n), 0.0)
    A0[:-1], Y[...] = X.T, y
    Z1, slope, delta1 = aligned((hidden, n)), aligned((hidden, n)), aligned((hidden, n))
    Z2, delta2, cost, tail = aligned((1, n)), aligned((1, n)), aligned((1, n)), aligned((1, n))
    A1_ones, A2 = aligned_full((hidden + 1, n), 1.0), aligned((1, n))
    A1, zeros, ones = A1_ones[:-1], aligned_full((hidden, n), 0.0), aligned_full((hidden, n), 1.0)

    def run():
        network, work = case.network(), np.empty(count_params(case.sizes))
        theta, grad = network.theta, network.grad
        (block1, block2), (dblock1, dblock2) = network.blocks(theta), network.blocks(grad)
        W2_T, losses = network.layers[1].W_T, []
        for _ in range(case.epochs):
            np.matmul(block1, A0, out=Z1)
            np.maximum(Z1, zeros, out=A1)
            np.matmul(block2, A1_ones, out=Z2)
            np.negative(Z2, out=A2)
            np.exp(A2, out=A2)
            np.add(A2, 1.0, out=A2)
            np.reciprocal(A2, out=A2)
            np.multiply(Y, Z2, out=tail)
            np.subtract(Z2, tail, out=tail)
            np.log(A2, out=cost)
            np.subtract(tail, cost, out=cost)
            losses.append(cost.sum() / n)
            np.subtract(A2, Y, out=delta2)
            np.multiply(delta2, 1 / n, out=delta2)
            np.dot(delta2, A1_ones.mT, out=dblock2)
            np.dot(W2_T, delta2, out=delta1)
            np.ceil(A1, out=slope)
            np.minimum(slope, ones, out=slope)
            np.multiply(delta1, slope, out=delta1)
            np.dot(delta1, A0.mT, out=dblock1)
            np.multiply(grad, case.learning_rate, out=work)
            np.subtract(theta, work, out=theta)
        return losses[-1]

    return run


def textbook(case: Case):
    """Rows as samples, arrays allocated as it goes, as in the books."""
    X, y = case.data()
    n_outputs = case.sizes[-1]
    Y = y[:, None].astype(float) if n_outputs == 1 else np.eye(n_outputs)[y]

    def run():
        weights, biases = case.weights()
        params = [*weights, *biases]
        m, v = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
        L, step, losses = len(weights), 0, []
        for _ in range(case.epochs):
            for b in case.batches(len(X)):
                A, Z = [X[b]], []
                for l in range(L):
                    Z.append(A[-1] @ weights[l] + biases[l])
                    A.append(np.maximum(0, Z[-1]) if l < L - 1 else _output(Z[-1]))
                losses.append(_textbook_loss(A[-1], Y[b]))
                delta, dW, db = (A[-1] - Y[b]) / len(A[0]), [None] * L, [None] * L
                for l in reversed(range(L)):
                    dW[l], db[l] = A[l].T @ delta, delta.sum(axis=0)
                    if l:
                        delta = (delta @ weights[l].T) * (Z[l - 1] > 0)
                step += 1
                for k, (p, g) in enumerate(zip(params, [*dW, *db], strict=True)):
                    if case.optimizer == "sgd":
                        p -= case.learning_rate * g
                        continue
                    m[k] = 0.9 * m[k] + 0.1 * g
                    v[k] = 0.999 * v[k] + 0.001 * g**2
                    p -= case.learning_rate * (m[k] / (1 - 0.9**step)) / (np.sqrt(v[k] / (1 - 0.999**step)) + 1e-8)
        return losses[-1]

    return run


def _output(Z):
    if Z.shape[1] == 1:
        return 1 / (1 + np.exp(-Z))
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _textbook_loss(A, Y):
    if A.shape[1] == 1:
        return -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    return -np.mean(np.sum(Y * np.log(A), axis=1))


def scikit_learn(case: Case):
    """MLPClassifier.fit with a warm start, its initial weights replaced by ours."""
    X, y = case.data()

    def run():
        model = MLPClassifier(
            hidden_layer_sizes=case.sizes[1:-1], solver=case.optimizer, batch_size=case.batch or len(X), shuffle=False,
            alpha=0.0, momentum=0.0, nesterovs_momentum=False, learning_rate_init=case.learning_rate, max_iter=1,
            warm_start=True, tol=0.0, n_iter_no_change=10**9,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is meant
            model.fit(X, y)  # makes its arrays
            model.coefs_, model.intercepts_ = case.weights()
            del model._optimizer
            model.set_params(max_iter=case.epochs)
            started = perf_counter()
            model.fit(X, y)
            run.seconds = perf_counter() - started
        return model

    return run


def pytorch(case: Case):
    """torch.nn and torch.optim, eager."""
    import torch

    torch.set_num_threads(1)
    X, y = (torch.from_numpy(np.array(a)) for a in case.data())
    binary = case.sizes[-1] == 1
    Y = y.double()[:, None] if binary else y.long()
    loss_of = torch.nn.BCEWithLogitsLoss() if binary else torch.nn.CrossEntropyLoss()
    batches = [(X[b], Y[b]) for b in case.batches(len(X))]

    def run():
        layers = []
        for W, bias in zip(*case.weights(), strict=True):
            linear = torch.nn.Linear(*W.shape, dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(W.T.copy()))
                linear.bias.copy_(torch.from_numpy(bias))
            layers += [linear, torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers[:-1])
        kind = torch.optim.SGD if case.optimizer == "sgd" else torch.optim.Adam
        optimizer = kind(model.parameters(), lr=case.learning_rate)
        losses = []
        for _ in range(case.epochs):
            for inputs, targets in batches:
                optimizer.zero_grad()
                loss = loss_of(model(inputs), targets)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses[-1]

    return run


def jax_jit(case: Case, *, compiling: bool):
    """One jitted step, called from a Python loop. compiling: the compilation is part of the run."""
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y = case.data()
    binary = case.sizes[-1] == 1
    Y = y[:, None].astype(float) if binary else np.eye(case.sizes[-1])[y]
    batches = [(jnp.asarray(X[b]), jnp.asarray(Y[b])) for b in case.batches(len(X))]

    def loss_of(params, inputs, targets):
        A = inputs
        for l, (W, bias) in enumerate(params):
            Z = A @ W + bias
            A = jax.nn.relu(Z) if l < len(params) - 1 else Z
        if binary:
            return jnp.mean(jnp.logaddexp(0, Z) - targets * Z)
        return -jnp.mean(jnp.sum(targets * jax.nn.log_softmax(Z), axis=1))

    def step_of(params, m, v, step, inputs, targets):
        loss, grad = jax.value_and_grad(loss_of)(params, inputs, targets)
        tree = jax.tree_util.tree_map
        if case.optimizer == "sgd":
            return tree(lambda p, g: p - case.learning_rate * g, params, grad), m, v, loss
        m = tree(lambda a, g: 0.9 * a + 0.1 * g, m, grad)
        v = tree(lambda a, g: 0.999 * a + 0.001 * g * g, v, grad)
        params = tree(
            lambda p, a, s: p - case.learning_rate * (a / (1 - 0.9**step)) / (jnp.sqrt(s / (1 - 0.999**step)) + 1e-8),
            params, m, v,
        )  # fmt: skip
        return params, m, v, loss

    compiled = jax.jit(step_of)

    def run():
        step_function = jax.jit(lambda *arguments: step_of(*arguments)) if compiling else compiled  # a new one compiles
        params = [(jnp.asarray(W), jnp.asarray(b)) for W, b in zip(*case.weights(), strict=True)]
        m = v = jax.tree_util.tree_map(jnp.zeros_like, params)
        losses, step = [], 0
        for _ in range(case.epochs):
            for inputs, targets in batches:
                step += 1
                params, m, v, loss = step_function(params, m, v, float(step), inputs, targets)
                losses.append(loss)
        return float(np.asarray(losses)[-1])  # waits for all of them

    return run


WAYS = {
    "the calls alone": calls_alone,
    "textbook": textbook,
    "scikit-learn": scikit_learn,
    "PyTorch eager": pytorch,
    "JAX with compilation": partial(jax_jit, compiling=True),
    "JAX compiled": partial(jax_jit, compiling=False),
}


def loss_after(case, model):
    """scikit-learn notes a loss an epoch, not a step, so its weights are judged: the loss on all data after the end."""
    network = case.network()
    for layer, W, b in zip(network.layers, model.coefs_, model.intercepts_, strict=True):
        layer.W[...], layer.b[:, 0] = W.T, b
    return network.loss(*case.data())


def measure(case: Case, rounds: int):
    """Median and range of other/ours for every way that is installed; seconds of our own."""
    made, missing = {"steps": ours(case), "recorded": recorded(case)}, []
    for name, make in WAYS.items():
        try:
            made[name] = make(case)
        except ImportError:
            missing.append(name)
    made = {name: run for name, run in made.items() if run is not None}
    ends = {name: run() for name, run in made.items()}
    after = made["steps"].network.loss(*case.data())
    for name, end in ends.items():
        theirs, own, near = (end, ends["steps"], 1e-6)
        if isinstance(end, MLPClassifier):
            theirs, own, near = loss_after(case, end), after, 1e-2  # its Adam adds epsilon elsewhere
        if not abs(theirs - own) <= near * abs(own):
            raise SystemExit(f"{case.name}: {name} ends at the loss {theirs!r}, ours at {own!r}; not the same training")
    times = {name: [] for name in made}
    for _ in range(rounds):
        for name, run in made.items():
            started = perf_counter()
            run()
            seconds = perf_counter() - started
            times[name].append(getattr(run, "seconds", seconds))  # scikit-learn: without what it cannot be spared
    return {name: np.array(values) for name, values in times.items()}, missing


def ratio(times, name, ours):
    """Median and range of other/ours, round by round."""
    if name not in times or ours not in times:
        return "-"
    ratios = times[name] / times[ours]
    return f"{np.median(ratios):.2f} ({ratios.min():.2f}-{ratios.max():.2f})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--case", default="", help="only cases whose name contains this")
    options = parser.parse_args()
    columns = ["case", "ours: steps, ms", "ours: recorded, ms", *(f"{name} / ours" for name in WAYS)]
    rows, absent = [], set()
    with threadpool_limits(1):
        for case in CASES:
            if options.case not in case.name:
                continue
            times, missing = measure(case, options.rounds)
            absent |= set(missing)
            against = "recorded" if case.name.startswith("reference") else "steps"
            cells = ["not installed" if name in missing else ratio(times, name, against) for name in WAYS]
            own = [
                f"{np.median(times[name]) * 1e3:.1f}" if name in times else "beyond Config"
                for name in ("steps", "recorded")
            ]
            rows.append([case.name, *own, *cells])
            print("  ".join(map(str, rows[-1])), flush=True)
    notes = [
        "A ratio is how many times as long the other takes: median and range over the rounds. For the reference experiment "
        "against `ffbp.train` with everything recorded, else against the steps alone, as the others record nothing.",
        "The calls alone: the same NumPy calls in one function, nothing recorded; what lies between them and ours is the "
        "price of a loop for every network, and of the record.",
        f"{options.rounds} rounds, float64, one BLAS thread, all ended at the same loss.",
    ]
    if absent:
        notes.append(
            f"Not installed: {', '.join(sorted(absent))}; `python tests/peers/run.py` makes an environment with them."
        )
    results.write("Training", results.command_line(), columns, rows, notes)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
