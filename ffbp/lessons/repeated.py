"""Experiments that are trained many times, so that luck can be told from skill. Tests check the sentences."""

from dataclasses import dataclass

from ffbp.experiment.config import Config
from ffbp.experiment.many import Many
from ffbp.lessons.presets import TANH


@dataclass(frozen=True)
class Repeated:
    """``many``: how often, and with which values side by side. ``hint``: what to look for."""

    label: str
    config: Config
    many: Many
    hint: str


REPEATED = {
    "xor": Repeated(
        "XOR with 2, 3 or 4 hidden units",
        Config(dataset="xor_gate", hidden=(2,), learning_rate=0.5, epochs=2000, **TANH),
        Many(
            seeds=50,
            vary="weights",
            goal=("loss", 0.1),
            field="hidden",
            values=((2,), (3,), (4,)),
            beside=True,
        ),
        "Two hidden units can solve XOR, yet not from every start. Predict first: of 50 starts, how many lead to a loss of at most "
        "0.1 with two units, with three, with four?",
    ),
}
PICTURES = {
    "boundary": Repeated(
        "The trainability boundary",
        Config(
            dataset="noisy_sine",
            n_samples=40,
            test_size=0.0,
            hidden=(16,),
            activation="tanh",
            initializer="normal",
            init_scale=1.0,
            epochs=300,
        ),
        Many(up="init_scale", box=(0.01, 3.0, 0.4, 4.0)),
        "Larger initial weights allow only smaller learning rates, and each row's best rate is within a factor of ten of rates "
        "that diverge. Draw a box around the boundary to see it finer.",
    ),
}
