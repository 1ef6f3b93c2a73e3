import time
from dataclasses import fields, replace

import numpy as np
import pytest
import textbook

import ffbp
from ffbp import Config, History, fit, make_dataset, train
from ffbp.experiment.build import dataset_for
from ffbp.experiment.experiment import Experiment
from ffbp.training.loop import Training, learning_rates
from ffbp.training.measure import Measures
from ffbp.training.recording import drain, record
from ffbp.training.run import MAX_FRAMES, MAX_RUN_BYTES, PER_LAYER, frame_epochs, max_frames

COLUMNS = [item.name for item in fields(History)]
SMALL = {"n_samples": 60, "hidden": (6,), "epochs": 40}
CONFIGS = {
    "full batch": Config(**SMALL),
    "adam, batches of 10": Config(**SMALL, optimizer="adam", learning_rate=0.01, batch_size=10),
    "momentum, schedule": Config(**SMALL, optimizer="momentum", schedule="step", decay_epochs=7, batch_size=13),
    "nesterov, warm-up": Config(**SMALL, optimizer="nesterov", schedule="warmup_cosine", batch_size=1),
    "rmsprop, clip, l1": Config(**SMALL, optimizer="rmsprop", learning_rate=0.01, clip=0.05, l1=0.01, batch_size=30),
    "adamw, in order": Config(**SMALL, optimizer="adamw", learning_rate=0.01, batch_size=25, shuffle=False),
    "momentum, full batch, l2": Config(**SMALL, optimizer="momentum", schedule="cosine", l2=0.1, activation="elu"),
    "thin frames": Config(n_samples=40, hidden=(3,), epochs=1000, optimizer="adam", batch_size=20, learning_rate=0.01),
    "few frames": Config(
        dataset="digits",
        columns=(),
        hidden=(64, 64, 32),
        epochs=60,
        batch_size=500,
        optimizer="adam",
        learning_rate=0.005,
    ),
    "several classes": Config(dataset="iris", hidden=(8, 5), activation=("tanh", "relu"), epochs=30, batch_size=32),
    "regression": Config(dataset="diabetes", columns=(), hidden=(8,), epochs=30, batch_size=50, learning_rate=0.01),
    "nothing held out": Config(dataset="xor_gate", hidden=(3,), activation="tanh", epochs=50),
    "early stopping": Config(n_samples=60, noise=0.5, hidden=(20,), epochs=900, optimizer="adam", patience=15, seed=2),
}
NAMED = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
_runs = {}


def run_of(config):
    """Runs are read-only, so the tests share them."""
    if config not in _runs:
        _runs[config] = train(config)
    return _runs[config]


def assert_same(a, b):
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(a.history, name), getattr(b.history, name), err_msg=name)
    assert (a.diverged_at, a.stopped_at) == (b.diverged_at, b.stopped_at)


def numeric_gradient(net, X, y, h=1e-5):
    """Central differences of the total loss, using only `loss` and `penalty`."""
    grad = np.empty(net.n_params)
    for i in range(net.n_params):
        kept, total = net.theta[i], []
        for sign in (1, -1):
            net.theta[i] = kept + sign * h
            total.append(net.loss(X, y) + net.penalty())
        net.theta[i] = kept
        grad[i] = (total[0] - total[1]) / (2 * h)
    return grad


# The reference experiment


def test_the_reference_experiment_is_the_textbooks(reference):
    X_train, X_test, y_train, y_test = textbook.data()
    weights, losses = textbook.train(X_train, y_train)
    h = reference.history
    assert reference.network().n_params == 41
    np.testing.assert_allclose(h.step_loss, losses, rtol=0, atol=1e-9)
    np.testing.assert_allclose(h.train_loss[:-1], losses[h.epoch[:-1]], rtol=0, atol=1e-9)
    assert h.train_loss[-1] == pytest.approx(textbook.loss(weights, X_train, y_train), abs=1e-9)
    assert h.test_loss[-1] == pytest.approx(textbook.loss(weights, X_test, y_test), abs=1e-9)
    for accuracy, X, y in ((h.train_accuracy, X_train, y_train), (h.test_accuracy, X_test, y_test)):
        assert accuracy[-1] == np.mean((textbook.predict_proba(weights, X) > 0.5) == y)
    W1, b1, W2, b2 = weights
    first, second = reference.network().layers
    for ours, theirs in ((first.W, W1.T), (first.b, b1.T), (second.W, W2.T), (second.b, b2.T)):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


def test_the_reference_experiment_is_the_textbooks_at_every_frame(reference):
    X_train, X_test, y_train, y_test = textbook.data()
    h = reference.history
    for frame in range(0, len(h), 23):
        weights, _ = textbook.train(X_train, y_train, epochs=h.epoch[frame])
        assert h.test_loss[frame] == pytest.approx(textbook.loss(weights, X_test, y_test), abs=1e-9)
        hits = (textbook.predict_proba(weights, X_train) > 0.5) == y_train
        assert h.train_accuracy[frame] == hits.mean()


@pytest.mark.parametrize("seed", [0, 7])
def test_another_seed_is_the_textbooks_too(seed):
    X_train, _, y_train, _ = textbook.data(seed)
    _, losses = textbook.train(X_train, y_train, epochs=200, seed=seed)
    np.testing.assert_allclose(train(Config(seed=seed, epochs=200)).history.step_loss, losses, rtol=0, atol=1e-9)


# Randomness


@NAMED
def test_the_same_seed_is_the_same_run_bit_for_bit(config):
    assert_same(train(config), run_of(config))


def test_the_global_generator_is_untouched():
    np.random.seed(3)
    before = np.random.get_state()
    train(CONFIGS["adam, batches of 10"])
    make_dataset("spiral")
    after = np.random.get_state()
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_changing_the_optimizer_changes_neither_data_nor_initial_weights():
    a, b = run_of(CONFIGS["adam, batches of 10"]), run_of(CONFIGS["momentum, schedule"])
    assert (a.dataset.X_train == b.dataset.X_train).all()
    assert (a.history.theta[0] == b.history.theta[0]).all()


def test_initial_theta_sets_all_parameters():
    theta = tuple(np.linspace(-1, 1, 41))
    assert train(Config(initial_theta=theta, epochs=1)).history.theta[0].tolist() == list(theta)


# The loop


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch_size", [1, 7, 20, 48, 1000])
def test_an_epoch_takes_every_sample_once_and_averages_a_short_batch_over_its_own_size(batch_size, shuffle):
    """The same epochs with new arrays for every batch, so nothing can leak from one batch or epoch into the next."""
    config = Config(n_samples=60, hidden=(5,), activation="tanh", epochs=4, batch_size=batch_size, shuffle=shuffle)
    run = train(config)
    d, net, stream, losses = run.dataset, run.network(0), np.random.RandomState(config.seed), []
    for _ in range(4):
        order = stream.permutation(48) if shuffle and batch_size < 48 else np.arange(48)
        for start in range(0, 48, batch_size):
            rows = order[start : start + batch_size]
            losses.append(net.loss(d.X_train[rows], d.y_train[rows]))
            net.backward(d.y_train[rows], net.forward(d.X_train[rows]))
            net.theta -= 0.1 * net.grad
    np.testing.assert_allclose(run.history.step_loss, losses, rtol=1e-12)
    np.testing.assert_allclose(run.history.theta[-1], net.theta, rtol=1e-10, atol=1e-13)


@NAMED
def test_step_loss_is_the_batchs_data_loss_before_each_update(config):
    run = run_of(config)
    n_train, size = len(run.dataset.X_train), config.batch_size or 10**9
    n_batches = -(-n_train // min(size, n_train))
    h = run.history
    assert len(h.step_loss) == h.step[-1] == h.epoch[-1] * n_batches
    assert (h.step == h.epoch * n_batches).all()
    if n_batches == 1:
        np.testing.assert_allclose(h.step_loss[h.epoch[:-1]], h.train_loss[:-1], rtol=1e-13)


@pytest.mark.parametrize("penalty", [{}, {"l1": 0.1}, {"l2": 2.0}])
@pytest.mark.parametrize("clip", [1e-3, 0.1, 0.5])
def test_the_applied_norm_is_at_most_the_clip(clip, penalty):
    config = Config(**SMALL, clip=clip, batch_size=11, learning_rate=0.25, **penalty)
    run = run_of(config)
    training, clipped = run.resume(0), 0
    for _ in range(30):
        training.gradient()
        raw, before = training.network.grad.copy(), training.network.theta.copy()
        training.update()
        applied = (before - training.network.theta) / 0.25
        assert np.linalg.norm(applied) <= clip * (1 + 1e-9)
        assert np.linalg.norm(applied) == pytest.approx(min(clip, np.linalg.norm(raw)), rel=1e-9)
        clipped += np.linalg.norm(raw) > clip
    assert clipped > 0
    h = run.history
    raw = np.sqrt((h.grad_norm**2 + h.grad_norm_b**2).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(h.clipped_norm, h.grad_norm * np.minimum(1, clip / raw), rtol=1e-12)


def test_the_loss_falls_on_every_kind_of_task():
    for key in ("full batch", "several classes", "regression", "nothing held out", "few frames"):
        h = run_of(CONFIGS[key]).history
        assert h.train_loss[-1] < 0.9 * h.train_loss[0], key
    assert run_of(CONFIGS["few frames"]).history.test_accuracy[-1] > 0.9
    assert run_of(CONFIGS["regression"]).history.test_r2[-1] > 0.3


# The record


@NAMED
def test_shapes_and_the_places_of_nan(config):
    run = run_of(config)
    h, resolved = run.history, Experiment(config).resolved
    n, n_layers = len(h), len(resolved.sizes) - 1
    assert run.n_frames == n == len(h.theta) == len(h.state)
    shapes = h.shapes(n, n_layers, run.architecture.n_params, ffbp.OPTIMIZERS[config.optimizer].n_state)
    assert {name: getattr(h, name).shape for name in shapes} == shapes
    assert h.total.shape == (n,)
    for name in PER_LAYER:
        column = getattr(h, name)
        assert np.isnan(column).any(axis=1).tolist() == [name == "update_norm" and frame == 0 for frame in range(n)], (
            name
        )
    regression, held_out = resolved.task == "regression", len(run.dataset.X_test) > 0
    for name, known in {
        "train_loss": True, "penalty": True, "test_loss": held_out,
        "train_accuracy": not regression, "test_accuracy": held_out and not regression,
        "train_r2": regression, "test_r2": held_out and regression,
    }.items():  # fmt: skip
        assert (np.isfinite(getattr(h, name)) == known).all(), name
    assert np.isfinite(h.step_loss).all()


@NAMED
def test_every_figure_is_that_of_the_frames_network(config):
    run = run_of(config)
    h, d = run.history, run.dataset
    kind = "r2" if d.task == "regression" else "accuracy"
    for frame in sorted({0, 1, 2, 5, run.n_frames // 2, run.n_frames - 2, run.n_frames - 1}):
        net = run.network(frame)
        assert h.train_loss[frame] == pytest.approx(net.loss(d.X_train, d.y_train), rel=1e-12)
        assert getattr(h, f"train_{kind}")[frame] == pytest.approx(net.score(d.X_train, d.y_train), rel=1e-12)
        if len(d.X_test):
            assert h.test_loss[frame] == pytest.approx(net.loss(d.X_test, d.y_test), rel=1e-12)
            assert getattr(h, f"test_{kind}")[frame] == pytest.approx(net.score(d.X_test, d.y_test), rel=1e-12)
        assert h.penalty[frame] == pytest.approx(net.penalty(), rel=1e-12)
        norm = np.linalg.norm
        flat = norm(net.grad)
        for l, layer in enumerate(net.layers):
            factor = 1 if config.clip is None else min(1, config.clip / flat)
            expected = {
                "grad_norm": norm(layer.dW), "grad_norm_b": norm(layer.db), "weight_norm": norm(layer.W),
                "grad_rms": np.sqrt(np.mean(layer.dW**2)), "clipped_norm": factor * norm(layer.dW),
            }  # fmt: skip
            for name, value in expected.items():
                assert getattr(h, name)[frame, l] == pytest.approx(value, rel=1e-9, abs=1e-15), (name, frame, l)


@pytest.mark.parametrize("optimizer", ffbp.OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [None, 10])
def test_the_shown_gradient_is_the_finite_difference_of_the_shown_loss(optimizer, batch_size):
    config = Config(
        n_samples=60, hidden=(4,), activation="tanh", optimizer=optimizer, learning_rate=0.02, batch_size=batch_size,
        l2=0.01, clip=0.5, epochs=30,
    )  # fmt: skip
    run = run_of(config)
    d, h = run.dataset, run.history
    for frame in (0, 1, 17, 30):
        net = run.network(frame)
        assert h.total[frame] == pytest.approx(net.loss(d.X_train, d.y_train) + net.penalty(), rel=1e-12)
        numeric = numeric_gradient(run.network(frame), d.X_train, d.y_train)
        np.testing.assert_allclose(net.grad, numeric, rtol=1e-6, atol=1e-9)
        for l, block in enumerate(net.blocks(numeric)):
            assert h.grad_norm[frame, l] == pytest.approx(np.linalg.norm(block[:, :-1]), rel=1e-6)
            assert h.grad_norm_b[frame, l] == pytest.approx(np.linalg.norm(block[:, -1]), rel=1e-6)


def brute_force_units(run, frame):
    """How many units of each layer are inactive and saturated, counted unit by unit."""
    net = run.network(frame)
    trace = net.forward(run.dataset.X_train)
    counts = []
    for l, layer in enumerate(net.layers, start=1):
        slope = layer.activation.derivative(trace.Z[l], trace.A[l], np.empty_like(trace.Z[l]))
        inactive = sum(all(s == 0 for s in unit) for unit in slope)
        small = [sum(abs(s) < 0.01 * layer.activation.max_slope for s in unit) for unit in slope]
        counts.append((inactive, sum(k >= 0.95 * trace.n for k in small)))
    return counts


@pytest.mark.parametrize("activation", [key for key, entry in ffbp.ACTIVATIONS.items() if not entry.coupled])
@pytest.mark.parametrize("batch_size", [None, 20])
@pytest.mark.parametrize("scale", [0.3, 3.0, 10.0])
def test_inactive_and_saturated_units_are_counted_as_defined(activation, batch_size, scale):
    config = Config(
        n_samples=50, hidden=(12, 9), activation=activation, initializer="normal", init_scale=scale,
        bias_init=-scale, learning_rate=0.5, epochs=8, batch_size=batch_size,
    )  # fmt: skip
    run = run_of(config)
    for frame in range(run.n_frames):
        ours = list(zip(run.history.inactive[frame], run.history.saturated[frame], strict=True))
        assert ours == brute_force_units(run, frame), frame


@pytest.mark.parametrize(("n_active", "saturated", "inactive"), [(0, 1, 1), (1, 1, 0), (2, 0, 0)])
@pytest.mark.parametrize("batch_size", [None, 5])
def test_a_unit_is_saturated_from_95_percent_on(n_active, saturated, inactive, batch_size):
    points = tuple((1.0 if k < n_active else -1.0, 0.0, float(k % 2)) for k in range(20))
    theta = (1.0, 0.0, 0.0, 0.0, 0.0)  # one ReLU unit that is active where x1 > 0, and no way to change it
    config = Config(points=points, test_size=0, hidden=(1,), initial_theta=theta, batch_size=batch_size, epochs=1)
    h = train(config).history
    assert (h.saturated[0, 0], h.inactive[0, 0]) == (saturated, inactive)


def test_dead_and_saturated_units_do_occur_in_that_test():
    options = {"n_samples": 50, "hidden": (12, 9), "initializer": "normal", "init_scale": 10, "bias_init": -10}
    assert run_of(Config(**options, activation="relu", epochs=8)).history.inactive[:, 0].max() > 0
    assert run_of(Config(**options, activation="tanh", epochs=8)).history.saturated[:, 0].max() > 0


@NAMED
def test_resuming_at_a_frame_is_the_run_bit_for_bit(config):
    run = run_of(config)
    h = run.history
    ends = [0, 1, run.n_frames // 3, run.n_frames // 2, run.n_frames - 2]
    for start in ends:
        training, frame = run.resume(start), start
        n_batches = len(training.batches)
        assert (training.epoch, training.step) == (h.epoch[start], h.step[start])
        while frame < min(start + 20, run.n_frames - 1):
            with np.errstate(all="ignore"):
                for _ in range(n_batches):
                    assert training.gradient() == h.step_loss[training.step]
                    before = training.network.theta.copy()
                    training.update()
            if training.epoch == h.epoch[frame + 1]:
                frame += 1
                assert training.network.theta.tobytes() == h.theta[frame].tobytes()
                assert training.state.tobytes() == h.state[frame].tobytes()
                change = training.network.theta - before
                norms = [np.linalg.norm(block[:, :-1]) for block in training.network.blocks(change)]
                np.testing.assert_allclose(h.update_norm[frame], norms, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize(
    "config",
    [
        Config(epochs=40),
        Config(dataset="spiral", n_samples=100, batch_size=15, optimizer="adam", epochs=12, clip=0.5),
        Config(dataset="bumps", learning_rate=900.0, epochs=60),
    ],
    ids=["whole batch", "batches", "diverges"],
)
def test_a_recording_from_a_frame_is_the_rest_of_the_run(config):
    run = train(config)
    start = (run.n_frames - 1) // 2
    rest = drain(record(run.resume(start)))
    assert (rest.diverged_at, rest.stopped_at) == (run.diverged_at, run.stopped_at)
    for item in fields(History):
        ours, theirs = getattr(rest.history, item.name), getattr(run.history, item.name)
        if item.name == "step_loss":
            np.testing.assert_array_equal(ours, theirs[run.history.step[start] :])
        elif item.name == "update_norm":  # the step that led to the first frame was not seen
            np.testing.assert_array_equal(ours[1:], theirs[start + 1 :])
        else:
            np.testing.assert_array_equal(ours, theirs[start:], err_msg=item.name)


def test_measures_of_any_stack_of_parameters_are_those_of_the_run():
    run = train(Config(epochs=30, n_samples=80))
    theta = run.history.theta[5:9]
    measures = Measures(run.architecture, run.dataset, len(theta))
    for step in (measures.on_training_set(theta), measures.on_test_set(theta)):
        list(step)
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "penalty", "saturated"):
        np.testing.assert_array_equal(measures.columns[name], getattr(run.history, name)[5:9], err_msg=name)


def test_resuming_at_the_end_stands_at_the_end():
    for config in (CONFIGS["adam, batches of 10"], CONFIGS["full batch"]):
        run = run_of(config)
        training = run.resume()
        assert training.epoch == config.epochs
        assert (training.network.theta == run.history.theta[-1]).all()


@NAMED
def test_frames_are_few_and_small_and_reach_from_the_first_to_the_last_epoch(config):
    run = run_of(config)
    h = run.history
    assert h.epoch[0] == 0
    assert h.epoch[-1] == (run.stopped_at or config.epochs)
    assert (np.diff(h.epoch) > 0).all()
    assert len(h) <= MAX_FRAMES == 300
    assert h.theta.nbytes + h.state.nbytes <= MAX_RUN_BYTES == 8_000_000


def test_large_networks_keep_fewer_frames():
    assert 2 < run_of(CONFIGS["few frames"]).n_frames < 61


@pytest.mark.parametrize("n_frames", [2, 3, 17, 300])
def test_all_epochs_are_frames_if_they_fit_else_the_first_are_dense(n_frames):
    for n_epochs in [*range(1, 40), *range(290, 320), 1000, 7777, 20000]:
        epochs = frame_epochs(n_epochs, n_frames)
        assert epochs[0] == 0
        assert epochs[-1] == n_epochs
        steps = np.diff(epochs)
        assert (steps > 0).all()
        assert len(epochs) == min(n_frames, n_epochs + 1)
        assert steps[-1] >= steps[0]


def test_the_number_of_frames_follows_from_memory():
    assert max_frames(41, 0) == 300
    assert max_frames(10_000, 2) == 8_000_000 // (8 * 10_000 * 3)
    assert max_frames(10_000_000, 2) == 2


def test_a_runs_arrays_are_read_only(reference):
    for name in COLUMNS:
        with pytest.raises(ValueError, match="read-only"):
            getattr(reference.history, name)[...] = 0


def test_a_frames_network_is_a_writable_copy_of_its_own(reference):
    net = reference.network(5)
    kept = reference.history.theta[5].copy()
    net.theta[...] = 0
    net.layers[0].W[...] = 1
    assert (reference.history.theta[5] == kept).all()
    assert (reference.network(5).theta == kept).all()


def test_negative_frames_count_from_the_end(reference):
    assert (reference.network(-1).theta == reference.history.theta[-1]).all()
    assert (reference.network(-300).theta == reference.history.theta[0]).all()
    assert reference.resume(-2).epoch == reference.history.epoch[-2]
    for frame in (300, -301):
        with pytest.raises(IndexError, match=f"frame must be from -300 to 299, got {frame}"):
            reference.network(frame)


# The end


def brute_force_divergence(config):
    """Train with the two phases only; return the first epoch with a non-finite loss, gradient or parameter."""
    d = dataset_for(config)
    training = Training(config, d)
    with np.errstate(all="ignore"):
        for epoch in range(config.epochs + 1):
            net = training.network.with_theta(training.network.theta)
            net.backward(d.y_train, net.forward(d.X_train))
            total = net.loss(d.X_train, d.y_train) + net.penalty()
            if not (np.isfinite(total) and np.isfinite(net.grad).all() and np.isfinite(net.theta).all()):
                return epoch
            if epoch < config.epochs:
                training.run_epoch()
    return None


REGRESSION = {"dataset": "plane", "hidden": (), "n_samples": 50}
DIVERGING = {
    "squared error": Config(**REGRESSION, learning_rate=100, epochs=200),
    "at the last epoch": Config(dataset="plane", hidden=(), learning_rate=100, epochs=67, test_size=0),
    "one epoch before": Config(dataset="plane", hidden=(), learning_rate=100, epochs=66, test_size=0),
    "slowly": Config(**REGRESSION, learning_rate=1.05, epochs=8000),
    "deep": Config(dataset="bumps", n_samples=50, hidden=(10, 10), learning_rate=300, epochs=50),
    "small batches": Config(dataset="noisy_sine", n_samples=50, hidden=(5,), learning_rate=50, batch_size=7, epochs=90),
    "adam": Config(dataset="plane", n_samples=20, hidden=(4,) * 8, activation="identity", optimizer="adam",
                   learning_rate=1000, epochs=30),
    "clipped": Config(**REGRESSION, learning_rate=1000, clip=1e6, epochs=100),
    "penalty": Config(n_samples=20, hidden=(), l2=10, learning_rate=100, epochs=80),
    "loss is infinite at the start": Config(**REGRESSION, initial_theta=(1e200, 1, 1), epochs=10),
    "no number at the start": Config(n_samples=20, hidden=(), initial_theta=(1e308, -1e308, 1e308), epochs=3),
    "inside the first epoch": Config(**REGRESSION, initial_theta=(1e150, 1, 1), learning_rate=1000, batch_size=5,
                                     epochs=3),
}  # fmt: skip


@pytest.mark.parametrize("config", DIVERGING.values(), ids=DIVERGING)
def test_a_diverged_run_ends_as_a_result_with_everything_before_kept_finite(config):
    run = run_of(config)
    assert run.diverged_at == brute_force_divergence(config)
    h = run.history
    if run.diverged_at is None:
        assert h.epoch[-1] == config.epochs
        return
    assert run.stopped_at is None
    assert (h.epoch < max(run.diverged_at, 1)).all()
    assert np.isfinite(h.theta).all()
    assert np.isfinite(h.step_loss).all()
    if run.diverged_at > 0:
        for name in ("train_loss", "penalty", "state", "grad_norm", "grad_norm_b", "grad_rms", "clipped_norm",
                     "weight_norm"):  # fmt: skip
            assert np.isfinite(getattr(h, name)).all(), name
        assert np.isfinite(h.update_norm[1:]).all()
    run.network()


def test_those_runs_do_diverge_where_they_should():
    found = {name: run_of(config).diverged_at for name, config in DIVERGING.items()}
    assert found["at the last epoch"] == 67
    assert found["one epoch before"] is None
    assert found["slowly"] > 1000
    assert found["loss is infinite at the start"] == found["no number at the start"] == 0
    assert found["inside the first epoch"] == 1
    assert len(run_of(DIVERGING["loss is infinite at the start"]).history) == 1
    assert sum(epoch is not None for epoch in found.values()) >= 8, found


@pytest.mark.parametrize(("epochs", "patience"), [(900, 15), (250, 15), (250, 4), (250, 1)])
def test_early_stopping_waits_patience_epochs_for_a_better_test_loss(epochs, patience):
    config = replace(CONFIGS["early stopping"], epochs=epochs, patience=patience)
    run = run_of(config)
    longer = train(replace(config, patience=None, epochs=min(epochs, 299)))  # so short that every epoch is a frame
    losses = longer.history.test_loss
    best, expected = 1, None
    for epoch in range(1, config.epochs):
        best = epoch if losses[epoch] < losses[best] else best
        if epoch - best >= config.patience:
            expected = epoch
            break
    assert expected is not None
    assert run.stopped_at == run.history.epoch[-1] == expected
    assert run.diverged_at is None
    assert (run.history.theta[-1] == longer.history.theta[expected]).all()
    np.testing.assert_array_equal(run.history.update_norm[-1], longer.history.update_norm[expected])
    assert len(run.history.step_loss) == expected
    assert run.history.best_frame == np.argmin(run.history.test_loss)


def test_a_stop_between_two_planned_frames_is_a_complete_frame():
    config = Config(n_samples=60, noise=0.5, hidden=(20,), epochs=19000, learning_rate=0.03, patience=10, seed=2)
    run = run_of(config)
    planned = frame_epochs(config.epochs, MAX_FRAMES)
    assert run.stopped_at not in planned
    assert run.history.epoch[-1] == run.stopped_at
    assert np.isfinite(run.history.update_norm[-1]).all()


def test_patience_without_a_test_part_is_refused_for_given_data_too():
    d = dataset_for(Config(test_size=0))
    with pytest.raises(ValueError, match="patience must be left out when there is no test set, got 5"):
        train(Config(patience=5), d)


# The generator


def test_fit_yields_often_and_returns_the_run():
    config = Config(n_samples=5000, hidden=(32, 32), epochs=25, batch_size=500, optimizer="adam", learning_rate=0.005)
    dataset_for(config)
    gaps, last, progress = [], time.thread_time(), fit(config)
    epochs = []
    while True:
        try:
            report = next(progress)
        except StopIteration as end:
            run = end.value
            break
        finally:
            gaps.append(time.thread_time() - last)
            last = time.thread_time()
        epochs.append(report.epoch)
        assert report.n_epochs == 25
        assert np.isfinite(report.loss)
    assert max(gaps) < 0.2, gaps
    assert len(epochs) > 5
    assert epochs == sorted(epochs)
    assert run.history.epoch[-1] == 25


def test_closing_the_generator_stops_at_once():
    progress = fit(Config(n_samples=5000, hidden=(32, 32), epochs=500, batch_size=100))
    next(progress)
    start = time.thread_time()
    progress.close()
    assert time.thread_time() - start < 0.05
    with pytest.raises(StopIteration):
        next(progress)


def test_fit_refuses_a_file_without_its_data_at_the_first_step():
    with pytest.raises(ValueError, match="file_name must come with its data"):
        next(fit(Config(file_name="a.csv")))


def test_a_given_dataset_is_trained_on():
    d = dataset_for(Config(dataset="iris", columns=()))
    run = train(Config(file_name="my flowers.csv", hidden=(5,), epochs=20), d)
    assert run.dataset is d
    assert run.network().sizes == (4, 5, 3)
    assert_same(run, train(Config(file_name="the same.csv", hidden=(5,), epochs=20), d))
    same = train(Config(dataset="iris", columns=(), hidden=(5,), epochs=20))
    assert (same.history.theta == run.history.theta).all()


# Every control changes the computation

ADAM = {"optimizer": "adam", "learning_rate": 0.01}
EFFECTS = {
    "dataset": ({}, "circles"),
    "n_samples": ({}, 61),
    "noise": ({}, 0.3),
    "classes": ({"dataset": "spiral"}, 3),
    "columns": ({"dataset": "wine"}, (0, 1)),
    "standardize": ({}, True),
    "derived": ({}, ("x1_x2",)),
    "test_size": ({}, 0.3),
    "points": ({}, tuple((float(i), float(i % 3), float(i % 2)) for i in range(60))),
    "hidden": ({}, (7,)),
    "activation": ({}, "tanh"),
    "loss": ({}, "mse"),
    "output_activation": ({"loss": "mse"}, "softmax"),
    "initializer": ({}, "lecun"),
    "init_scale": ({"initializer": "normal"}, 0.2),
    "bias_init": ({}, 0.1),
    "initial_theta": ({}, tuple(np.linspace(-1, 1, 25))),
    "optimizer": ({}, "nesterov"),
    "learning_rate": ({}, 0.11),
    "momentum": ({"optimizer": "momentum"}, 0.8),
    "rho": ({"optimizer": "rmsprop", "learning_rate": 0.01}, 0.9),
    "beta1": (ADAM, 0.8),
    "beta2": (ADAM, 0.99),
    "epsilon": (ADAM, 1e-3),
    "weight_decay": ({"optimizer": "adamw", "learning_rate": 0.01}, 0.1),
    "schedule": ({}, "cosine"),
    "decay": ({"schedule": "exponential"}, 0.3),
    "decay_epochs": ({"schedule": "step", "decay_epochs": 5}, 6),
    "warmup": ({"schedule": "warmup_cosine"}, 5),
    "batch_size": ({}, 10),
    "shuffle": ({"batch_size": 10}, False),
    "l1": ({}, 0.01),
    "l2": ({}, 0.01),
    "clip": ({}, 0.01),
    "patience": ({"noise": 0.5, "hidden": (20,), "optimizer": "adam", "epochs": 200, "seed": 2}, 3),
    "seed": ({}, 43),
    "data_seed": ({}, 43),
    "weight_seed": ({}, 43),
    "epochs": ({}, 41),
    "fault": ({}, "no_bias"),
}


def test_the_effect_of_every_field_is_tested():
    # A file's data are given beside the configuration; how they are read is tested with the tables.
    a_files = {"file_name", "file_fingerprint", "header", "decimal", "target", "task", "missing"}
    assert set(EFFECTS) | a_files == {item.name for item in fields(Config)}


@pytest.mark.parametrize("name", EFFECTS)
def test_every_control_changes_the_computation(name):
    options, value = EFFECTS[name]
    config = Config(**{**(SMALL if "dataset" not in options or options["dataset"] == "spiral" else {"epochs": 40}),
                       **options})  # fmt: skip
    before, after = run_of(config), run_of(replace(config, **{name: value}))
    assert not np.array_equal(before.history.theta, after.history.theta)
    assert not np.array_equal(before.history.train_loss, after.history.train_loss)


@pytest.mark.parametrize("optimizer", ffbp.OPTIMIZERS)
def test_an_optimizer_takes_exactly_the_hyperparameters_that_it_declares(optimizer):
    """Hidden controls, which do not apply, have no effect."""
    config = Config(**SMALL, optimizer=optimizer, learning_rate=0.01)
    changed = {"momentum": 0.5, "rho": 0.5, "beta1": 0.5, "beta2": 0.5, "epsilon": 0.01, "weight_decay": 0.5}
    for name, value in changed.items():
        same = np.array_equal(run_of(config).history.theta, train(replace(config, **{name: value})).history.theta)
        assert same == (name not in ffbp.OPTIMIZERS[optimizer].hyper), name


@pytest.mark.parametrize("schedule", ffbp.SCHEDULES)
def test_a_schedule_takes_exactly_the_parameters_that_it_declares(schedule):
    config = Config(**SMALL, schedule=schedule, decay_epochs=5)
    for name, value in {"decay": 0.3, "decay_epochs": 7, "warmup": 4}.items():
        same = learning_rates(config) == learning_rates(replace(config, **{name: value}))
        assert same == (name not in ffbp.SCHEDULES[schedule].hyper), name
