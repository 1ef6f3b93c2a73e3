"""Speed as ratios, on one core: `python -m pytest tests/benchmarks/test_speed.py -s` writes the table into RESULTS.md.

What is compared runs in turn, many times, and the fastest of each counts, so that a busy machine disturbs both alike.
The assertions are loose on purpose: the table is the result, a failure means that something is badly wrong.
"""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
import results
import textbook
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

import ffbp
from ffbp.analysis.surface import PLANES
from ffbp.core.network import with_ones
from ffbp.core.stacks import gradients_at
from ffbp.data.dataset import prepare
from ffbp.data.source import CLASSIFICATION
from ffbp.experiment.build import build_network, dataset_for
from ffbp.training.loop import Training

ROWS = []


@pytest.fixture(scope="module", autouse=True)
def table():
    with threadpool_limits(1):
        yield
    columns = ["what", "other, ms", "ours, ms", "ratio", "goal"]
    rows = [[what, f"{a * 1e3:.3f}", f"{b * 1e3:.3f}", f"{a / b:.2f}", goal] for what, a, b, goal in ROWS]
    command = ".venv/bin/python -m pytest tests/benchmarks/test_speed.py -s"
    print("\n\n" + results.write("The core", command, columns, rows, ["the fastest of each, run in turn"]))


def fastest(*functions, repeats):
    """The shortest time of each, taken in turn."""
    times = np.empty((repeats, len(functions)))
    for row in times:
        for k, function in enumerate(functions):
            start = perf_counter()
            function()
            row[k] = perf_counter() - start
    return times.min(axis=0)


def compare(what, other, ours, target, *, repeats, per=1):
    """Note how many times as fast ours is as the other; returns that ratio."""
    slow, fast = fastest(other, ours, repeats=repeats) / per
    ROWS.append((what, slow, fast, target))
    return slow / fast


def test_the_reference_experiment_against_the_textbook_program():
    def textbook_program():
        X_train, _, y_train, _ = textbook.data()
        textbook.train(X_train, y_train)

    what = "reference experiment: textbook program / train, recording"
    assert compare(what, textbook_program, lambda: ffbp.train(ffbp.Config()), ">= 2", repeats=25) > 1


def test_recording_against_the_bare_loop():
    config = ffbp.Config()
    dataset = dataset_for(config)

    def bare_loop():
        training = Training(config, dataset)
        for _ in range(config.epochs):
            training.run_epoch()

    slow = compare(
        "recording: train / the bare loop", lambda: ffbp.train(config, dataset), bare_loop, "<= 1.30", repeats=25
    )
    assert slow < 2.5


def classifier(hidden, batch_size, X, y, *, shuffle):
    """scikit-learn's network after its first epoch, so that partial_fit is nothing but training."""
    model = MLPClassifier(hidden_layer_sizes=hidden, solver="adam", batch_size=batch_size, shuffle=shuffle, alpha=0.0)
    return model.partial_fit(X, y, classes=np.unique(y))


def as_dataset(X, y):
    return prepare(
        X, y, task=CLASSIFICATION, feature_names=[f"x{k}" for k in range(X.shape[1])], target_name="class",
        class_names=[str(k) for k in np.unique(y)], columns=range(X.shape[1]), standardize=False, test_size=0.0, seed=0,
    )  # fmt: skip


def test_an_adam_step_of_a_small_network_against_scikit_learn():
    X, y = ffbp.make_dataset("moons", n_samples=1000)
    model = classifier((10,), 10, X, y, shuffle=True)
    config = ffbp.Config(optimizer="adam", learning_rate=0.001, batch_size=10, epochs=1000)
    training = Training(config, as_dataset(X, y))
    what = "an Adam step, 2-10-1, batches of 10: scikit-learn / ours"
    assert compare(what, lambda: model.partial_fit(X, y), training.run_epoch, ">= 4", repeats=30, per=100) > 1.5


def test_a_large_network_against_scikit_learn_in_the_same_precision():
    rng = np.random.RandomState(0)
    X, y = rng.rand(1280, 784), np.arange(1280) % 10
    model = classifier((128,), 128, X, y, shuffle=False)
    network = ffbp.Network((784, 128, 10), ("relu", "softmax"), loss="cce")  # larger than Config allows
    network.initialize(ffbp.INITIALIZERS["he"], random_state=rng)
    targets, traces = network.targets(y), []
    for start in range(0, 1280, 128):
        trace = network.new_trace(128)
        trace.set_inputs(np.vstack([X[start : start + 128].T, np.ones(128)]))
        traces.append((trace, np.ascontiguousarray(targets[:, start : start + 128])))
    state, hyper, step = np.zeros((2, network.n_params)), {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, 0
    update = ffbp.OPTIMIZERS["adam"].bind(network.theta, network.grad, state, **hyper)

    def epoch():
        nonlocal step
        for trace, Y in traces:
            network.propagate(trace)
            network.data_loss(Y, trace)
            network.backpropagate(Y, trace)
            step += 1
            update(0.001, step)

    what = "a step, 784-128-10, batches of 128, float64: scikit-learn / ours"
    assert compare(what, lambda: model.partial_fit(X, y), epoch, ">= 1.0", repeats=20, per=10) > 0.5


IN_BATCHES = ffbp.Config(optimizer="adam", learning_rate=0.01, batch_size=10)


@pytest.mark.parametrize(
    ("what", "config", "n_single", "goal"),
    [("the reference experiment", ffbp.Config(), 8, 0.85), ("Adam in batches of 10", IN_BATCHES, 1, 0.2)],
)
def test_a_run_of_thirty_two_seeds_against_one_by_itself(what, config, n_single, goal):
    """The datasets are made before, as a single run's is; n_single single runs stand for all 32."""
    configs = [replace(config, seed=seed) for seed in range(32)]
    datasets = [dataset_for(config) for config in configs]

    def together():
        ffbp.train_many(configs, datasets, n_jobs=1)

    def one_by_one():
        for pair in zip(configs[:n_single], datasets, strict=False):
            ffbp.train(*pair)

    slow, fast = fastest(together, one_by_one, repeats=4)
    ROWS.append((f"{what}: a run of 32 seeds in train_many / train", slow / 32, fast / n_single, f"<= {goal}"))
    assert slow / 32 < 2 * goal * fast / n_single


def times_of_a_run(what, function, goal, *, repeats):
    """Note how many times as long as the reference experiment something takes; returns that ratio."""
    run, took = fastest(lambda: ffbp.train(ffbp.Config()), function, repeats=repeats)
    ROWS.append((f"{what} / train the reference experiment", took, run, f"<= {goal}"))
    return took / run


def test_two_hundred_seeds_of_xor():
    config = ffbp.Config(dataset="xor_gate", hidden=(3,), activation="tanh", epochs=1000)
    what = "200 seeds of XOR with 3 units, 1,000 epochs"
    assert times_of_a_run(what, lambda: ffbp.sweep(config, seeds=range(200), n_jobs=1), 60, repeats=3) < 120


@pytest.mark.parametrize("plane", PLANES)
def test_the_loss_over_a_plane(plane):
    a, b = (ffbp.train(ffbp.Config(learning_rate=rate)) for rate in (0.1, 0.3))
    what = f"51 x 51 losses over a plane, {plane}"
    assert times_of_a_run(what, lambda: ffbp.loss_surface(a, b, plane=plane), 5, repeats=10) < 15


def sharpness_by_differences(run, frames):
    """What others do: each column of the Hessian from two gradients."""
    network, X, y, h = run.architecture, run.dataset.X_train, run.dataset.y_train, 1e-5
    inputs, Y, moves = with_ones(X), network.targets(y), h * np.eye(network.n_params)
    for theta in run.history.theta[frames]:
        up, down = (gradients_at(network, inputs, Y, theta + sign * moves) for sign in (1, -1))
        H = (up - down) / (2 * h)
        np.linalg.eigvalsh((H + H.T) / 2)


def test_the_sharpness_of_every_frame():
    run = ffbp.train(ffbp.Config())
    stack, X, y = run.architecture.with_theta(run.history.theta), run.dataset.X_train, run.dataset.y_train
    what = "sharpness of all 300 frames"
    assert times_of_a_run(what, lambda: ffbp.sharpness(stack, X, y), 12, repeats=5) < 24
    some = slice(None, None, 10)
    few = stack.with_theta(run.history.theta[some])
    what = "sharpness of 30 frames: by differences of gradients / exactly"
    assert (
        compare(what, lambda: sharpness_by_differences(run, some), lambda: ffbp.sharpness(few, X, y), ">= 3", repeats=5)
        > 1
    )


def test_the_quality_of_every_step():
    run = ffbp.train(ffbp.Config())
    assert times_of_a_run("quality of all 299 steps", lambda: ffbp.step_quality(run), 1, repeats=10) < 4


def test_the_start_with_two_hundred_seeds():
    """Others draw one network after the other."""
    config = ffbp.Config()
    dataset = dataset_for(config)
    X, y = dataset.X_train[::4], dataset.y_train[::4]  # as many samples as are measured
    what = "the start laboratory, 200 seeds of the reference experiment"
    assert times_of_a_run(what, lambda: ffbp.signal_by_layer(config, dataset), 5, repeats=10) < 10

    def one_by_one():
        for seed in range(200):
            network = build_network(replace(config, weight_seed=seed), dataset)
            trace = network.forward(X)
            network.backward(y, trace)
            for arrays in (trace.Z, trace.A, trace.delta):
                [np.square(array).mean() for array in arrays[1:]]

    what = "200 starts: one network at a time / all as one stack"
    assert compare(what, one_by_one, lambda: ffbp.signal_by_layer(config, dataset), ">= 2", repeats=3) > 1


def test_the_noise_of_an_epochs_batches():
    """By differences, each parameter is moved up and down and every sample's own loss is measured."""
    config = ffbp.Config(batch_size=10)
    run = ffbp.train(replace(config, epochs=20))
    network, X, y = run.network(10), run.dataset.X_train, run.dataset.y_train
    order = np.random.RandomState(0).permutation(len(X))

    def noise():
        ffbp.batch_noise(network, X, y)
        ffbp.batch_gradients(network, X, y, batch_size=10, order=order)

    def norms_by_differences():
        squares = np.zeros(len(X))
        for k in range(network.n_params):
            theta = np.tile(network.theta, (2, 1))
            theta[:, k] += (1e-5, -1e-5)
            up, down = network.with_theta(theta).forward(X).A[-1][:, 0]
            costs = [-np.where(y > 0.5, np.log(p), np.log1p(-p)) for p in (up, down)]
            squares += np.square((costs[0] - costs[1]) / 2e-5)
        return np.sqrt(squares)

    np.testing.assert_allclose(norms_by_differences(), ffbp.batch_noise(network, X, y).norms, rtol=1e-4)
    what = "the noise of all batches of 10 of an epoch"
    assert times_of_a_run(what, noise, 2, repeats=10) < 4
    what = "gradient norms of 800 samples: difference quotients / the product of two lengths"
    assert compare(what, norms_by_differences, lambda: ffbp.batch_noise(network, X, y), ">= 5", repeats=20) > 1


def test_thirty_two_seeds_in_two_processes():
    """The processes are started before; `n_jobs=-1` is the default outside the server."""
    configs = [ffbp.Config(seed=seed) for seed in range(32)]
    ffbp.train_many(configs[:4], n_jobs=2)

    def one_by_one():
        for config in configs[:4]:
            ffbp.train(config)

    slow, fast = fastest(lambda: ffbp.train_many(configs, n_jobs=2), one_by_one, repeats=3)
    ROWS.append(("a run of 32 seeds in train_many, two processes / train", slow / 32, fast / 4, "<= 0.5"))
    assert slow / 32 < fast / 4
