"""Presets: experiments worth a lesson, each a configuration, what to look at, and where to start."""

from dataclasses import dataclass

from ffbp.config import Config


@dataclass(frozen=True)
class Preset:
    label: str
    config: Config
    hint: str
    frame: int | None = None  # the moment to show; the end unless given


PRESETS = {
    "reference": Preset(
        "The reference experiment",
        Config(),
        "Ten ReLU units bend a straight line around two moons. Play it from the start: when does the loss fall "
        "fastest?",
    ),
    "xor_by_hand": Preset(
        "XOR by hand",
        Config(
            dataset="xor_gate", hidden=(2,), activation="tanh", initializer="xavier", learning_rate=0.5,
            epochs=2000, seed=3,
        ),
        "Four points, nine parameters: every number can be checked on paper. No straight line separates the classes.",
    ),
    "spiral": Preset(
        "The spiral",
        Config(
            dataset="spiral", hidden=(16, 16), activation="tanh", initializer="xavier", optimizer="adam",
            learning_rate=0.03, epochs=500, seed=7,
        ),
        "Two layers of sixteen units wind a boundary through the arms. Watch which layer's gradient is larger.",
    ),
    "vanishing": Preset(
        "Six sigmoid layers: vanishing gradients",
        Config(hidden=(8,) * 6, activation="sigmoid", initializer="xavier", epochs=1000),
        "Look at the gradients: each layer back has a smaller one, so the first layers hardly learn at all.",
    ),
    "too_fast": Preset(
        "A learning rate far too high",
        Config(dataset="bumps", hidden=(16,), learning_rate=30.0, epochs=200),
        "Each step overshoots further than the one before. Halve the learning rate until the run survives.",
    ),
    "symmetry": Preset(
        "All weights zero: symmetry",
        Config(initializer="zeros", activation="tanh", bias_init=0.1, learning_rate=0.5, epochs=300),
        "All units are clones and get the same gradient: ten of them can do no more than one. Random weights break "
        "the tie.",
    ),
    "overfitting": Preset(
        "Too many units, too few points",
        Config(
            dataset="moons", n_samples=60, noise=0.4, test_size=0.5, hidden=(64, 64), optimizer="adam",
            learning_rate=0.01, epochs=600,
        ),
        "Training loss goes to zero while test loss climbs: the network learns the noise. Add an L2 penalty.",
    ),
    "linear": Preset(
        "Eight layers without activation",
        Config(hidden=(4,) * 8, activation="identity", initializer="xavier", learning_rate=0.05, epochs=500),
        "Linear maps in a row are one linear map: however deep, the boundary stays a straight line.",
    ),
    "adam": Preset(
        "Adam against the same problem",
        Config(optimizer="adam", learning_rate=0.01),
        "The reference experiment with Adam. Compare the loss after a hundred epochs with plain gradient descent.",
    ),
    "iris": Preset(
        "Iris: three species from two petal sizes",
        Config(dataset="iris", hidden=(8,), activation="tanh", initializer="xavier", learning_rate=0.3, epochs=500),
        "Real flowers, three classes, softmax. Setosa stands apart at once; the other two overlap.",
    ),
    "digits": Preset(
        "Handwritten digits, 64 pixels",
        Config(
            dataset="digits", columns=(), standardize=False, hidden=(64,), initializer="normal", init_scale=0.05,
            optimizer="momentum", learning_rate=0.005, schedule="cosine", batch_size=16, l2=0.01, epochs=60,
        ),
        "Images of 8×8 pixels, ten classes, about 98 % right on images never seen. Open the page Digits: see what each "
        "unit looks for, and draw your own.",
    ),
    "worked_example": Preset(
        "Worked example: 3 inputs, 4 ReLU, softmax",
        Config(
            dataset="three_inputs", hidden=(4,), loss="cce", learning_rate=0.5, epochs=100,
            initial_theta=(
                0.5, -0.5, 1.0, 0.1, 1.0, 0.5, -1.0, 0.0, -0.5, 1.0, 0.5, -0.1, 0.2, 0.4, 0.6, 0.2,
                1.0, -1.0, 0.5, 0.5, 0.0, -0.5, 1.0, 1.0, -0.5, 0.1,
            ),
        ),
        "Round weights, inputs (0.5, 0.2, 0.8): work out the forward pass on paper, then open it on its page.",
        frame=0,
    ),
    "two_two_one": Preset(
        "Worked example: 2-2-1, sigmoid",
        Config(
            dataset="xor", points=((1.0, 2.0, 1.0), (2.0, 1.0, 0.0)), test_size=0.0, hidden=(2,), activation="sigmoid",
            initial_theta=(0.5, -0.3, 0.1, 0.2, 0.4, -0.2, 0.7, -0.6, 0.05), learning_rate=0.5, epochs=200,
        ),
        "Inputs (1, 2), target 1: the loss is 0.7002 and delta at the output -0.5035, before you take any step.",
        frame=0,
    ),
}  # fmt: skip
