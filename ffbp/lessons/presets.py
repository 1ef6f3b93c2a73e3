"""Presets: instructive experiments, each with a hint at what to look for. Tests check that the hints are true."""

from dataclasses import dataclass
from itertools import chain

from ffbp.experiment.config import Config


@dataclass(frozen=True)
class Preset:
    """An experiment of the gallery. ``frame``: where the hint can be seen; None for the end of the run. ``gradients``: what
    the gradients' chart shows, if not the usual."""

    label: str
    config: Config
    hint: str
    group: str
    frame: int | None = None
    gradients: str | None = None


def _theta(*units):
    return tuple(chain(*units))


START, WRONG, VALLEYS, BIGGER = GROUPS = ("Start here", "What goes wrong", "Steps and valleys", "Bigger")
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
        "At this learning rate, ten ReLU units bend the boundary only a little in 1000 epochs: 88.5 % of the samples "
        "are correct. Play it from the start: when does the loss fall fastest?",
        START,
    ),
    "about_right": Preset(
        "Learning rate 1: about right",
        Config(learning_rate=1.0),
        "The same moons and the same initial weights, ten times the learning rate: the boundary winds between the "
        "moons, and 97.6 % of the samples are classified correctly.",
        START,
    ),
    "too_fast": Preset(
        "Learning rate 10: too fast",
        Config(learning_rate=10.0),
        "The steps are too long: nearly every second step raises the loss, and 8 of the 10 units have died. Play it "
        "from the start: the first units die at once. Then try leaky ReLU.",
        WRONG,
    ),
    "beyond": Preset(
        "Far too fast: rate 30 on bumps",
        Config(dataset="bumps", hidden=(16,), learning_rate=30.0, epochs=200),
        "Every step raises the loss, each time by more, until numbers overflow in epoch 5. At a hundredth of this rate it falls.",
        WRONG,
    ),
    "xor_by_hand": Preset(
        "XOR by hand",
        Config(dataset="xor_gate", hidden=(2,), learning_rate=0.5, epochs=2000, seed=3, **TANH),
        "Four samples, nine parameters: you can check every number on paper. No straight line separates the classes.",
        START,
    ),
    "spiral": Preset(
        "The spiral",
        Config(dataset="spiral", hidden=(16, 16), optimizer="adam", learning_rate=0.03, epochs=500, seed=7, **TANH),
        "Two layers of sixteen units wind a boundary through the arms. Which layer has the larger gradient?",
        BIGGER,
    ),
    "vanishing": Preset(
        "Six sigmoid layers: vanishing gradients",
        Config(hidden=(8,) * 6, activation="sigmoid", initializer="xavier", epochs=1000),
        "Look at the gradients in epoch 0: they shrink from the output back to the input, so the first layers hardly learn.",
        WRONG,
        frame=0,
    ),
    "symmetry": Preset(
        "All weights zero: symmetry",
        Config(initializer="zeros", activation="tanh", bias_init=0.1, learning_rate=0.5, epochs=300),
        "All units are clones and get the same gradient, so ten can do no more than one. Random weights break the symmetry.",
        WRONG,
    ),
    "overfitting": Preset(
        "Too many units, too few samples",
        Config(
            n_samples=60, noise=0.4, test_size=0.5, hidden=(64, 64), optimizer="adam", learning_rate=0.01, epochs=600
        ),
        "The training loss falls to zero while the test loss rises: the network learns the noise. Then set the L2 penalty to 0.03.",
        WRONG,
    ),
    "linear": Preset(
        "Eight layers without activation",
        Config(hidden=(4,) * 8, activation="identity", initializer="xavier", learning_rate=0.05, epochs=500),
        "A chain of linear maps is one linear map: however deep the network, the boundary stays a straight line.",
        WRONG,
    ),
    "adam": Preset(
        "Adam on the same problem",
        Config(optimizer="adam", learning_rate=0.01),
        "The reference experiment with Adam: after a hundred epochs the loss is 0.3199; gradient descent reaches 0.3987.",
        START,
        frame=66,
    ),
    "edge": Preset(
        "The edge of stability",
        Config(dataset="bumps", n_samples=200, activation="tanh", learning_rate=0.5, epochs=3000),
        "The gradients' chart shows stability, the sharpness ÷ 4. The sharpness starts at 5.61 and falls to 3.02. "
        "Then it rises to 4, which is what this learning rate bears, and stays just above it. The loss goes up and down "
        "from there on, but does not diverge.",
        VALLEYS,
        gradients="stability",
    ),
    "valley": Preset(
        "A long valley: momentum",
        Config(dataset="diabetes", columns=(), hidden=(), optimizer="momentum", learning_rate=0.2, epochs=300),
        "This valley is 430 times more curved across than along. With momentum the loss is at its floor, 0.4721, by epoch 100; "
        "gradient descent is not there in epoch 300. Then try Nesterov: it bears less curvature, and diverges.",
        VALLEYS,
    ),
    "iris": Preset(
        "Iris: three species from two petal sizes",
        Config(dataset="iris", hidden=(8,), learning_rate=0.3, epochs=500, **TANH),
        "Real flowers, three classes, softmax. Setosa is separate within ten epochs; the other two overlap to the end.",
        BIGGER,
    ),
    "digits": Preset(
        "Handwritten digits, 64 pixels",
        Config(
            dataset="digits", hidden=(64,), learning_rate=0.005, batch_size=16, l2=0.01, epochs=60, **SMALL, **IMAGES
        ),
        "Images of 8×8 pixels, ten classes, about 98 % correct on new images. Open the Digits page to see the weights "
        "of each unit as an image, and to draw your own digit.",
        BIGGER,
    ),
    "worked_example": Preset(
        "Worked example: 3 inputs, 4 ReLU, softmax",
        Config(
            dataset="three_inputs", hidden=(4,), loss="cce", learning_rate=0.5, epochs=100, initial_theta=THREE_INPUTS
        ),
        "Round weights, inputs (0.5, 0.2, 0.8): work out the forward pass on paper, then compare it with the Forward pass page.",
        START,
        frame=0,
    ),
    "two_two_one": Preset(
        "Worked example: 2-2-1, sigmoid",
        Config(activation="sigmoid", learning_rate=0.5, epochs=200, initial_theta=TWO_TWO_ONE, **TWO_POINTS),
        "Two samples. For the first, with the inputs (1, 2) and the target 1, the loss is 0.7002 and delta at the output is "
        "-0.5035, before you take any step. Work them out, then look at Backpropagation.",
        START,
        frame=0,
    ),
}
