"""Presets: instructive experiments, each with a configuration, a hint at what to look for, and a frame to start from."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import numpy as np

from ffbp.experiment.config import Config
from ffbp.training.run import Run


@dataclass(frozen=True)
class Preset:
    """claim(run, frame): the hint as a condition on the run, at the frame that the preset opens with."""

    label: str
    config: Config
    hint: str
    claim: Callable[[Run, int], bool]
    frame: int | None = None  # the frame to show; the last if None


def _theta(*units):
    return tuple(chain(*units))


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


TANH = {"activation": "tanh", "initializer": "xavier"}
SMALL = {"initializer": "normal", "init_scale": 0.05}
IMAGES = {"columns": (), "standardize": False, "optimizer": "momentum", "schedule": "cosine"}
THREE_INPUTS = _theta(  # a row per unit: its weights, then its bias
    (0.5, -0.5, 1.0, 0.1),
    (1.0, 0.5, -1.0, 0.0),
    (-0.5, 1.0, 0.5, -0.1),
    (0.2, 0.4, 0.6, 0.2),
    (1.0, -1.0, 0.5, 0.5, 0.0),
    (-0.5, 1.0, 1.0, -0.5, 0.1),
)
TWO_TWO_ONE = _theta((0.5, -0.3, 0.1), (0.2, 0.4, -0.2), (0.7, -0.6, 0.05))
TWO_POINTS = {"dataset": "xor", "points": ((1.0, 2.0, 1.0), (2.0, 1.0, 0.0)), "test_size": 0.0, "hidden": (2,)}

# Few epochs, because a record has room for few frames of a network this large.
MNIST = Config(hidden=(32,), learning_rate=0.05, batch_size=32, l2=0.001, epochs=18, **IMAGES)

PRESETS = {
    "reference": Preset(
        "Reference: rate 0.1, too slow",
        Config(),
        "At this learning rate, ten ReLU units bend the boundary only a little in 1000 epochs: 88.5 % of the points "
        "are classified correctly. Play it from the start: when does the loss fall fastest?",
        _bends_a_little,
    ),
    "about_right": Preset(
        "Learning rate 1: about right",
        Config(learning_rate=1.0),
        "The same moons and the same initial weights, ten times the learning rate: the boundary winds between the "
        "moons, and 97.6 % of the points are classified correctly.",
        lambda run, frame: abs(run.history.train_accuracy[frame] - 0.976) < 5e-4 and _rises(run) < 0.05,
    ),
    "too_fast": Preset(
        "Learning rate 10: too fast",
        Config(learning_rate=10.0),
        "The steps are too long: nearly every second step raises the loss, and 8 of the 10 units have died. Play it "
        "from the start: the first units die at once. Then try leaky ReLU.",
        lambda run, frame: 0.45 < _rises(run) < 0.5 and run.history.inactive[frame, 0] == 8,
    ),
    "beyond": Preset(
        "Far too fast: rate 30 on bumps",
        Config(dataset="bumps", hidden=(16,), learning_rate=30.0, epochs=200),
        "Every step raises the loss, each time by more, until numbers overflow in epoch 5. At a hundredth of this rate it falls.",
        _overshoots,
    ),
    "xor_by_hand": Preset(
        "XOR by hand",
        Config(dataset="xor_gate", hidden=(2,), learning_rate=0.5, epochs=2000, seed=3, **TANH),
        "Four points, nine parameters: you can check every number on paper. No straight line separates the classes.",
        _is_xor,
    ),
    "spiral": Preset(
        "The spiral",
        Config(dataset="spiral", hidden=(16, 16), optimizer="adam", learning_rate=0.03, epochs=500, seed=7, **TANH),
        "Two layers of sixteen units wind a boundary through the arms. Which layer has the larger gradient?",
        lambda run, frame: run.history.test_accuracy[frame] > 0.95 and run.network(frame).sizes[1:-1] == (16, 16),
    ),
    "vanishing": Preset(
        "Six sigmoid layers: vanishing gradients",
        Config(hidden=(8,) * 6, activation="sigmoid", initializer="xavier", epochs=1000),
        "Look at the gradients in epoch 0: they shrink from the output back to the input, so the first layers hardly learn.",
        _shrinks,
        frame=0,
    ),
    "symmetry": Preset(
        "All weights zero: symmetry",
        Config(initializer="zeros", activation="tanh", bias_init=0.1, learning_rate=0.5, epochs=300),
        "All units are clones and get the same gradient, so ten can do no more than one. Random weights break the symmetry.",
        _are_clones,
    ),
    "overfitting": Preset(
        "Too many units, too few points",
        Config(
            n_samples=60, noise=0.4, test_size=0.5, hidden=(64, 64), optimizer="adam", learning_rate=0.01, epochs=600
        ),
        "The training loss falls to zero while the test loss climbs: the network learns the noise. Add an L2 penalty.",
        _overfits,
    ),
    "linear": Preset(
        "Eight layers without activation",
        Config(hidden=(4,) * 8, activation="identity", initializer="xavier", learning_rate=0.05, epochs=500),
        "A chain of linear maps is one linear map: however deep the network, the boundary stays a straight line.",
        _is_straight,
    ),
    "adam": Preset(
        "Adam on the same problem",
        Config(optimizer="adam", learning_rate=0.01),
        "The reference experiment with Adam: after a hundred epochs the loss is 0.3199; gradient descent reaches 0.3987.",
        lambda run, frame: run.history.epoch[frame] == 100 and abs(run.history.train_loss[frame] - 0.3199) < 5e-5,
        frame=66,
    ),
    "iris": Preset(
        "Iris: three species from two petal sizes",
        Config(dataset="iris", hidden=(8,), learning_rate=0.3, epochs=500, **TANH),
        "Real flowers, three classes, softmax. Setosa is separate within ten epochs; the other two overlap to the end.",
        _stands_apart,
    ),
    "digits": Preset(
        "Handwritten digits, 64 pixels",
        Config(
            dataset="digits", hidden=(64,), learning_rate=0.005, batch_size=16, l2=0.01, epochs=60, **SMALL, **IMAGES
        ),
        "Images of 8×8 pixels, ten classes, about 98 % correct on new images. Open the Digits page to see the weights "
        "of each unit as an image, and to draw your own digit.",
        lambda run, frame: abs(run.history.test_accuracy[frame] - 0.98) < 0.01 and run.dataset.n_classes == 10,
    ),
    "worked_example": Preset(
        "Worked example: 3 inputs, 4 ReLU, softmax",
        Config(
            dataset="three_inputs", hidden=(4,), loss="cce", learning_rate=0.5, epochs=100, initial_theta=THREE_INPUTS
        ),
        "Round weights, inputs (0.5, 0.2, 0.8): work out the forward pass on paper, then compare it with the Forward pass page.",
        _is_worked_example,
        frame=0,
    ),
    "two_two_one": Preset(
        "Worked example: 2-2-1, sigmoid",
        Config(activation="sigmoid", learning_rate=0.5, epochs=200, initial_theta=TWO_TWO_ONE, **TWO_POINTS),
        "Inputs (1, 2), target 1: the loss is 0.7002 and delta at the output is -0.5035, before you take any step.",
        _is_two_two_one,
        frame=0,
    ),
}
