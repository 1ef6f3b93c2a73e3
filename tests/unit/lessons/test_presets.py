"""Each preset's hint is true in the numbers of the frame that it opens on, and is a condition that can fail."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import ffbp
from ffbp.lessons.presets import PRESETS
from ffbp.words.numbers import format_number


def _bends_a_little(run, frame):
    h = run.history
    fastest = h.epoch[np.argmin(np.diff(h.train_loss))]
    return abs(h.train_accuracy[frame] - 0.885) < 5e-4 and fastest < 0.1 * h.epoch[frame]


def _rises(run):
    """The share of steps that raise the loss."""
    return np.mean(np.diff(run.history.step_loss) > 0)


def _is_xor(run, frame):
    points = dict(zip(map(tuple, run.dataset.raw_train), run.dataset.y_train, strict=True))
    apart = points[0, 0] == points[1, 1] != points[0, 1] == points[1, 0]
    return apart and run.network(frame).n_params == 9 and run.history.train_accuracy[frame] == 1


def _shrinks(run, frame):
    norms = run.history.grad_norm[frame]
    return bool((np.diff(norms) > 0).all()) and norms[-1] > 5000 * norms[0]


def _overshoots(run, frame):
    return run.diverged_at == 5 and bool((np.diff(run.history.total[: frame + 1]) > 0).all()) and frame > 1


def _are_clones(run, frame):
    layer = run.network(frame).layers[0]
    return len(layer.W) == 10 and all(np.ptp(values, axis=0).max() < 1e-12 for values in (layer.block, layer.dW))


def _overfits(run, frame):
    h = run.history
    return h.train_loss[frame] < 0.01 and h.test_loss[frame] > 10 * h.test_loss.min()


def _is_straight(run, frame):
    left, right = np.array([[-2.0, 1.0], [3.0, -0.5]])
    z = run.network(frame).forward(run.dataset.encode(np.array([left, (left + right) / 2, right]))).Z[-1][0]
    return len(run.network(frame).layers) == 9 and np.isclose(z[1], (z[0] + z[2]) / 2)


def _stands_apart(run, frame):
    """Whether setosa is separated from epoch 10 on, and the other two species are confused with each other."""
    y, h = run.dataset.y_train, run.history
    early = int(np.flatnonzero(h.epoch == 10)[0])
    said = [run.network(k).predict(run.dataset.X_train) for k in (early, frame)]
    apart = all(((guess == 0) == (y == 0)).all() for guess in said)
    return apart and bool((said[1] == 2)[y == 1].any() and (said[1] == 1)[y == 2].any())


def _starts_with(run, *values):
    return np.allclose(run.dataset.raw_train[0], values)


def _is_worked_example(run, frame):
    return _starts_with(run, 0.5, 0.2, 0.8) and bool((run.history.theta[frame] == run.config.initial_theta).all())


def _is_two_two_one(run, frame):
    network, X, y = run.network(frame), run.dataset.X_train[:1], run.dataset.y_train[:1]
    delta = network.forward(X).A[-1][0, 0] - 1
    return _starts_with(run, 1, 2) and abs(network.loss(X, y) - 0.7002) < 5e-5 and abs(delta + 0.5035) < 5e-5


def _stays_at_the_edge(run, frame):
    """Whether the sharpness falls first, and in the second half stays just above what the learning rate bears."""
    late = np.flatnonzero(run.history.epoch > run.history.epoch[frame] / 2)[::5]
    found = ffbp.stability(run, [0, 50, 100, *late]) if len(late) > 10 and frame > 200 else None
    return found is not None and found.ratio[0] > 1.2 and found.ratio[3:].min() > 1 and found.ratio[3:].max() < 1.08


def _is_a_valley(run, frame):
    """Whether the loss is a quadratic, much more curved across than along, and at its floor by epoch 100."""
    network, data, loss = run.network(frame), run.dataset, run.history.train_loss
    if network.n_params != 11 or len(network.layers) > 1:
        return False
    values = np.linalg.eigvalsh(ffbp.hessian(network, data.X_train, data.y_train))
    return round(values[-1] / values[0], -1) == 430 and loss[100] - loss[frame] < 5e-5 < loss[30] - loss[frame]


# The hints as conditions on a run, at the frame that its preset opens with.
CLAIMS = {
    "reference": _bends_a_little,
    "about_right": lambda run, frame: abs(run.history.train_accuracy[frame] - 0.976) < 5e-4 and _rises(run) < 0.05,
    "too_fast": lambda run, frame: 0.45 < _rises(run) < 0.5 and run.history.inactive[frame, 0] == 8,
    "beyond": _overshoots,
    "xor_by_hand": _is_xor,
    "spiral": lambda run, frame: run.history.test_accuracy[frame] > 0.95 and run.network(frame).sizes[1:-1] == (16, 16),
    "vanishing": _shrinks,
    "symmetry": _are_clones,
    "overfitting": _overfits,
    "linear": _is_straight,
    "adam": lambda run, frame: run.history.epoch[frame] == 100 and abs(run.history.train_loss[frame] - 0.3199) < 5e-5,
    "edge": _stays_at_the_edge,
    "valley": _is_a_valley,
    "iris": _stands_apart,
    "digits": lambda run, frame: abs(run.history.test_accuracy[frame] - 0.98) < 0.01 and run.dataset.n_classes == 10,
    "worked_example": _is_worked_example,
    "two_two_one": _is_two_two_one,
}


@cache
def run_of(key):
    return ffbp.train(PRESETS[key].config)


def opened(key):
    """The run of a preset and the frame that it opens on."""
    run, frame = run_of(key), PRESETS[key].frame
    return run, run.n_frames - 1 if frame is None else frame


def holds(claim, run, frame):
    try:
        return bool(claim(run, frame))
    except (IndexError, KeyError, ValueError):  # of an experiment that has other layers, points or classes
        return False


@pytest.mark.parametrize("key", PRESETS)
def test_a_presets_claim_holds_on_the_frame_that_it_opens_on(key):
    run, frame = opened(key)
    assert 0 <= frame < run.n_frames
    assert CLAIMS[key](run, frame)


@pytest.mark.parametrize("key", PRESETS)
def test_a_presets_claim_is_false_of_every_other_preset(key):
    assert [other for other in PRESETS if holds(CLAIMS[key], *opened(other))] == [key]


@pytest.mark.parametrize(
    "key", ["reference", "about_right", "xor_by_hand", "spiral", "vanishing", "overfitting", "adam"]
)
def test_a_presets_claim_is_false_at_its_other_end(key):
    run, frame = opened(key)
    assert not holds(CLAIMS[key], run, 0 if frame else run.n_frames - 1)


def test_no_two_presets_are_one_experiment():
    assert len({preset.config for preset in PRESETS.values()}) == len(PRESETS)


def test_the_other_numbers_of_the_hints_are_true():
    gradient_descent = run_of("reference").history
    assert format_number(gradient_descent.train_loss[gradient_descent.epoch == 100][0]) in PRESETS["adam"].hint
    slower = ffbp.train(replace(PRESETS["beyond"].config, learning_rate=0.3)).history
    assert (np.diff(slower.train_loss) < 0).mean() > 0.9
    edge = run_of("edge")
    sharp = ffbp.stability(edge, range(40)).sharpness
    assert f"starts at {format_number(sharp[0])[:4]} and falls to {sharp.min():.2f}" in PRESETS["edge"].hint
    assert ffbp.stability(edge, [0]).threshold == 4
    assert 0.3 < (np.diff(edge.history.step_loss[1500:]) > 0).mean() < 0.6
    assert edge.history.train_loss[-100:].max() < 0.15 < edge.history.train_loss[0]
    valley = PRESETS["valley"].config
    plain = ffbp.train(replace(valley, optimizer="sgd")).history.train_loss[-1]
    assert format_number(run_of("valley").history.train_loss[-1]) == "0.4721" != format_number(plain)
    nesterov = ffbp.train(replace(valley, optimizer="nesterov"))
    assert nesterov.history.train_loss[-1] > 1e50
    assert ffbp.stability(nesterov, [0]).ratio > 1 > ffbp.stability(run_of("valley"), [0]).ratio
    fast = PRESETS["too_fast"].config
    assert run_of("too_fast").history.inactive[1, 0] > 0
    leaky = ffbp.train(replace(fast, activation="leaky_relu")).history
    assert leaky.train_accuracy[-1] > run_of("too_fast").history.train_accuracy[-1] + 0.05
    penalised = ffbp.train(replace(PRESETS["overfitting"].config, l2=0.01)).history
    assert penalised.test_loss[-1] < run_of("overfitting").history.test_loss[-1] / 10


def test_three_presets_tell_one_story_on_the_same_moons():
    rates = [PRESETS[key].config for key in ("reference", "about_right", "too_fast")]
    assert [config.learning_rate for config in rates] == [0.1, 1.0, 10.0]
    assert len({replace(config, learning_rate=1.0) for config in rates}) == 1
    assert (run_of("reference").history.theta[0] == run_of("too_fast").history.theta[0]).all()
